/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sockport.h>

#include "failure.h"
#include "format/address.h"

struct socket_row;

/* The kernel takes so many conditions. */
#define EXPRESSION_TESTS	256
/* Parentheses and "not" inside each other. */
#define EXPRESSION_DEPTH	64
/* The kernel takes so many processes. */
#define EXPRESSION_PIDS		16

/**
 * enum expression_condition - what the kernel cannot decide, beside SOCKPORT_CONDITION_*
 */
enum expression_condition {
	EXPRESSION_PID = SOCKPORT_CONDITION_MAX + 1,
	EXPRESSION_UNIT,
	EXPRESSION_LOCAL_NAME,
	EXPRESSION_REMOTE_NAME,
	EXPRESSION_NUMBER,
	EXPRESSION_LOCAL_ID,
	EXPRESSION_REMOTE_ID,
	EXPRESSION_LOCAL_CID,
	EXPRESSION_REMOTE_CID,
	EXPRESSION_NETNS,
	EXPRESSION_TYPE,
};

enum expression_kind {
	EXPRESSION_ANY,
	EXPRESSION_TEST,
	EXPRESSION_NOT,
	EXPRESSION_AND,
	EXPRESSION_OR,
};

/**
 * struct expression - an expression, or a part of one
 * @kind: what it is made of
 * @condition: SOCKPORT_CONDITION_* or EXPRESSION_*, of a test
 * @negated: of a test in a plan: it must not hold
 * @picked: of a test in a plan: ports are those that the kernel picks from
 * @at: where it begins in the text
 * @length: of its text
 * @one: what it is made of
 * @other: the second part of AND and OR
 * @mask: of protocols, roles, states: a bit for each; bits of the mark that count
 * @first: first port; mark, uid, pid, interface, family, context id
 * @last: last port
 * @number: inode, cgroup, cookie; age in milliseconds
 * @prefix: of addresses
 * @text: pattern of a name; unit; network namespace; interface whose index is not
 *	known yet
 */
struct expression {
	enum expression_kind kind;
	unsigned int condition;
	bool negated;
	bool picked;
	size_t at;
	size_t length;
	struct expression *one;
	struct expression *other;
	uint32_t mask;
	uint32_t first;
	uint32_t last;
	uint64_t number;
	struct prefix prefix;
	char *text;
};

/**
 * struct expression_step - a step of the program that the kernel gets
 * @test: condition, and what it is compared with
 * @yes: where to go on when it holds: a later step, their number for a match,
 *	0 for none
 * @no: likewise, when it does not
 */
struct expression_step {
	const struct expression *test;
	uint16_t yes;
	uint16_t no;
};

/**
 * struct expression_plan - who decides what of an expression
 * @text: the words, as errors show them
 * @top: the expression, NULL when every socket will do
 * @netns: network namespace that it is about, or NULL
 * @pids: how many there are in @pid
 * @pid: processes of which one must have the socket; the kernel decides
 * @steps: how many there are in @step
 * @step: program for the kernel, which lets through all that may match
 * @nodes: how many there are in @node
 * @node: of the program
 * @rests: how many there are in @rest
 * @rest: what must hold beside that, decided here
 * @want: SOCKPORT_WANT_* that @rest needs
 */
struct expression_plan {
	char *text;
	struct expression *top;
	const char *netns;
	unsigned int pids;
	uint32_t pid[EXPRESSION_PIDS];
	unsigned int steps;
	struct expression_step step[EXPRESSION_TESTS];
	unsigned int nodes;
	struct expression node[2 * EXPRESSION_TESTS];
	unsigned int rests;
	const struct expression *rest[EXPRESSION_TESTS];
	uint32_t want;
};

/*
 * Gets numbers of the sockets that any of some processes has open, as many as @count says; sets
 * it to how many there are. Returns 0, or -1 with a failure.
 */
typedef int (*expression_sockets_function)(const uint32_t *pids, unsigned int pid_count,
					   uint64_t *inodes, unsigned int *count, void *data);

/* All a user needs. */
struct expression_plan *expression_plan(char *const *words, int family, struct failure *failure);
bool expression_begins(const char *word);
void expression_without_names(void);
int expression_resolve(struct expression_plan *plan, bool is_there, struct failure *failure);
int expression_check(const struct expression_plan *plan, uint64_t conditions, const char *what,
		     struct failure *failure);
int expression_spell(const struct expression_plan *plan, expression_sockets_function sockets,
		     void *data, struct expression_plan **spelled, struct failure *failure);
bool expression_matches(const struct expression_plan *plan, const struct socket_row *row);
bool expression_holds(const struct expression_plan *plan, const struct socket_row *row);
void expression_plan_free(struct expression_plan *plan);

/* Between the files that begin with expression. */

/**
 * struct expression_parser - an expression on its way in
 * @text: the words
 * @at: how far it has been read
 * @family: of hosts that do not tell theirs, AF_*; 0 for IPv4 and IPv6
 * @families: that hosts have told, a bit 1 << AF_* for each
 * @tests: how many there are so far
 * @depth: parentheses and "not" around
 * @failure: what is wrong
 */
struct expression_parser {
	const char *text;
	size_t at;
	int family;
	uint64_t families;
	unsigned int tests;
	unsigned int depth;
	struct failure *failure;
};

/**
 * enum expression_comparison - what stands between a keyword and its value
 */
enum expression_comparison {
	COMPARE_EQUAL,
	COMPARE_UNEQUAL,
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_EQUAL,
};

/**
 * struct expression_value - what something is compared with
 * @text: without escapes
 * @at: where it stands
 * @length: there
 */
struct expression_value {
	char text[512];
	size_t at;
	size_t length;
};

/**
 * struct expression_keyword - a word that a condition begins with
 * @word: it
 * @condition: SOCKPORT_CONDITION_* or EXPRESSION_*
 * @ordered: may be compared by < and >
 * @list: its values may be a list
 * @parse: from one value to the condition
 */
struct expression_keyword {
	const char *word;
	unsigned int condition;
	bool ordered;
	bool list;
	struct expression *(*parse)(struct expression_parser *parser,
				    const struct expression_keyword *keyword,
				    enum expression_comparison comparison,
				    const struct expression_value *value);
};

struct expression_plan *expression_replan(const struct expression_plan *like,
					  struct expression *top, struct failure *failure);
bool expression_is_pids(const struct expression *part);
void expression_pids(const struct expression *part, uint32_t *pids, unsigned int *count);
struct expression *expression_parse(struct expression_parser *parser);
void expression_free(struct expression *expression);
struct expression *expression_new(struct expression_parser *parser, enum expression_kind kind,
				  struct expression *one, struct expression *other);
struct expression *expression_test(struct expression_parser *parser, unsigned int condition,
				   size_t at, size_t length);
const struct expression_keyword *expression_keyword(const char *word, size_t length);
struct expression *expression_either(struct expression_parser *parser, struct expression *one,
				     struct expression *other);
struct expression *expression_range(struct expression_parser *parser, unsigned int condition,
				    uint32_t first, uint32_t last, size_t at, size_t length);
struct expression *expression_any(struct expression_parser *parser, size_t at, size_t length);
struct expression *expression_with_text(struct expression_parser *parser,
					struct expression *test, const char *text);
struct expression *expression_ports(struct expression_parser *parser, unsigned int condition,
				    enum expression_comparison comparison, const char *value,
				    size_t at);
struct expression *expression_host(struct expression_parser *parser, bool local,
				   const char *value, size_t at);
struct expression *expression_port_of(struct expression_parser *parser, bool local,
				      enum expression_comparison comparison, const char *value,
				      size_t at);
void *expression_wrong(struct expression_parser *parser, size_t at, size_t length,
		       const char *format, ...) __attribute__((__format__(printf, 4, 5)));
void expression_blame(struct failure *failure, const char *text, size_t at, size_t length);

#endif
