/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_HISTORY_H
#define TESTS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/sockport.h>

#define HISTORY_BUCKETS	64
#define HISTORY_COMM	16
#define HISTORY_WORKERS	64

struct client;
struct nlattr;

/**
 * struct distribution - how many values of each magnitude
 * @told: it is in the answer
 * @count: sum of all buckets
 */
struct distribution {
	bool		told;
	uint64_t	sum;
	uint64_t	count;
	unsigned int	buckets;
	uint64_t	bucket[HISTORY_BUCKETS];
};

/* Pid 0 and an empty name are not told. */
struct opener {
	bool		told;
	uint32_t	pid;
	uint32_t	uid;
	char		comm[HISTORY_COMM];
};

/* A process that accepted connections. */
struct accepting {
	uint32_t	pid;
	uint64_t	accepts;
	char		comm[HISTORY_COMM];
};

/**
 * struct history - what a row of the port table says of the past
 * @told: there is one
 * @value: indexed by SOCKPORT_A_HISTORY_*, 0 where absent
 * @known: mask of what is not absent
 * @distribution: indexed by enum sockport_distribution_kind
 * @worker: if they were asked for
 * @other_accepts: likewise
 */
struct history {
	bool			told;
	uint64_t		value[SOCKPORT_A_HISTORY_MAX + 1];
	uint64_t		known;
	struct distribution	distribution[SOCKPORT_DISTRIBUTION_KIND_MAX + 1];
	struct opener		opener;
	struct accepting	worker[HISTORY_WORKERS];
	unsigned int		workers;
	uint64_t		other_accepts;
};

#define HISTORY_WANT	(SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_DISTRIBUTIONS | SOCKPORT_WANT_OPENER)

extern const char *const history_names[SOCKPORT_A_HISTORY_MAX + 1];

/* Parts of a message about a port. */
void history_get(struct history *history, const struct nlattr *nest);
void history_get_distribution(struct history *history, const struct nlattr *nest);
void history_get_opener(struct history *history, const struct nlattr *nest);
void history_get_worker(struct history *history, const struct nlattr *nest);

/* Of one row; all zeros if there is none. */
struct history history_of_protocol(struct client *client, uint8_t protocol, uint8_t role,
				   uint16_t port);
struct history history_of(struct client *client, uint8_t role, uint16_t port);
uint64_t history_value(struct client *client, uint8_t role, uint16_t port, unsigned int counter);

/* Opened, accepted and taken in are those that are alive and those that ended. */
bool history_adds_up(const struct history *history);
/* How many counters are less than before; says which. */
unsigned int history_backwards(const char *name, const struct history *before,
			       const struct history *after);

/* A list of these, which an empty one ends, is what a row should say. */
struct count {
	unsigned int	counter;
	uint64_t	value;
};

#define H(NAME, VALUE)	{ SOCKPORT_A_HISTORY_##NAME, VALUE }
/* Of a struct truth: what held its connections up. */
#define H_LIMITS(TRUTH) \
	H(BUSY, (TRUTH)->busy), H(RWND_LIMITED, (TRUTH)->rwnd_limited), \
	H(SNDBUF_LIMITED, (TRUTH)->sndbuf_limited), H(OUT_OF_ORDER, (TRUTH)->out_of_order), \
	H(DSACK_DUPS, (TRUTH)->dsack_dups), H(DELIVERED_CE, (TRUTH)->delivered_ce)

/*
 * Wait until a row says so; what it counts of connections, beginnings, ends and
 * payload, and is not in the list, must be 0. Returns how many counters are wrong
 * in the end, and says which.
 */
unsigned int history_differs(struct client *client, uint8_t protocol, uint8_t role,
			     uint16_t port, const struct count *expected);

/* The same of what a row said, and of the list only. */
unsigned int history_lacks(const struct history *history, const char *name,
			   const struct count *expected);

#define TCP_DIFFERS(client, role, port, ...) \
	history_differs(client, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_##role, port, \
			(const struct count[]){ __VA_ARGS__, { 0 } })
#define UDP_DIFFERS(client, role, port, ...) \
	history_differs(client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_##role, port, \
			(const struct count[]){ __VA_ARGS__, { 0 } })

/* Begin the history of the own namespace anew. Returns 0 or -errno. */
int history_reset(struct client *client);
/* It is on unless a test says otherwise, and one that did may have ended early. */
void history_on(void);
/* Switch it off and on: new tables, with the sizes that the parameters say. */
void history_restart(void);

#endif
