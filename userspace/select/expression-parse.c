// SPDX-License-Identifier: GPL-2.0
/*
 * From words to an expression
 *
 * The language of ss, read as ss reads it: "and" and "or" bind alike, from left to
 * right, and "and" need not be said. Beyond that blanks around operators and
 * parentheses may be left out, values may be lists, and there are more keywords.
 */
#include "select/expression.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "format/words.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* A character that ends a keyword. */
#define ENDS_WORD	" \t\n()!&|=<>"

static size_t skip_blanks(struct expression_parser *parser)
{
	parser->at += strspn(parser->text + parser->at, " \t\n");
	return parser->at;
}

/* Length of the keyword that comes next, 0 for none. */
static size_t next_word(struct expression_parser *parser)
{
	skip_blanks(parser);
	return strcspn(parser->text + parser->at, ENDS_WORD);
}

static bool is_word(const struct expression_parser *parser, size_t length, const char *word)
{
	return strlen(word) == length && !strncmp(parser->text + parser->at, word, length);
}

/* What comes next is one of these: read it. */
static bool take_word(struct expression_parser *parser, const char *const *spellings)
{
	const size_t length = next_word(parser);
	const char *text = parser->text + parser->at;

	for (; *spellings; spellings++) {
		if (isalpha((unsigned char)**spellings) ? !is_word(parser, length, *spellings) :
		    strncmp(text, *spellings, strlen(*spellings)) != 0)
			continue;
		parser->at += strlen(*spellings);
		return true;
	}
	return false;
}

static bool take_not(struct expression_parser *parser)
{
	const char *text = parser->text + skip_blanks(parser);

	return strncmp(text, "!=", 2) &&
	       take_word(parser, (const char *const[]){ "!", "not", NULL });
}

static bool take_and(struct expression_parser *parser)
{
	return take_word(parser, (const char *const[]){ "&&", "&", "and", NULL });
}

static bool take_or(struct expression_parser *parser)
{
	return take_word(parser, (const char *const[]){ "||", "|", "or", NULL });
}

/* The longer one comes first where one begins with another. */
static const struct {
	enum expression_comparison comparison;
	const char *spellings[5];
} comparisons[] = {
	{ COMPARE_UNEQUAL, { "!=", "ne", "neq" } },
	{ COMPARE_LESS_EQUAL, { "<=", "le", "leq" } },
	{ COMPARE_GREATER_EQUAL, { ">=", "ge", "geq" } },
	{ COMPARE_EQUAL, { "==", "=", "eq" } },
	{ COMPARE_LESS, { "<", "lt" } },
	{ COMPARE_GREATER, { ">", "gt" } },
};

static enum expression_comparison parse_comparison(struct expression_parser *parser)
{
	size_t i;

	for (i = 0; i < COUNT(comparisons); i++)
		if (take_word(parser, comparisons[i].spellings))
			return comparisons[i].comparison;
	return COMPARE_EQUAL;
}

/* Of what has no order. */
static bool parse_equality(struct expression_parser *parser, const char *of,
			   enum expression_comparison *comparison)
{
	const size_t operator = skip_blanks(parser);

	*comparison = parse_comparison(parser);
	if (*comparison <= COMPARE_UNEQUAL)
		return true;
	return expression_wrong(parser, operator, parser->at - operator,
				"'%s' is compared by = and != only", of);
}

/* Up to a blank, or the parenthesis that encloses it; a backslash takes what follows. */
static bool parse_value(struct expression_parser *parser, const char *of, struct expression_value *value)
{
	const char *text = parser->text + skip_blanks(parser);
	unsigned int inside = 0;
	size_t i, used = 0;

	value->at = parser->at;
	for (i = 0; text[i] && !isspace((unsigned char)text[i]); i++) {
		if (text[i] == ')' && !inside--)
			break;
		inside += text[i] == '(';
		if (text[i] == '\\' && text[i + 1])
			i++;
		if (used == sizeof(value->text) - 1)
			return expression_wrong(parser, value->at, i, "too long");
		value->text[used++] = text[i];
	}
	value->text[used] = 0;
	value->length = i;
	parser->at += i;
	if (used)
		return true;
	return expression_wrong(parser, value->at, 0, "'%s' needs something to compare with", of);
}

/* One of the values of a list: equal to any of them. */
static struct expression *parse_list(struct expression_parser *parser,
				     const struct expression_keyword *keyword, struct expression_value *value)
{
	struct expression *all = NULL, *one;
	struct expression_value each = *value;
	char *rest = value->text, *word;

	while ((word = strsep(&rest, ","))) {
		snprintf(each.text, sizeof(each.text), "%s", word);
		each.at = value->at + (word - value->text);
		each.length = strlen(word);
		one = *word ? keyword->parse(parser, keyword, COMPARE_EQUAL, &each) :
			      expression_wrong(parser, each.at, 0, "a value is missing");
		if (!one) {
			expression_free(all);
			return NULL;
		}
		all = expression_either(parser, all, one);
		if (!all)
			return NULL;
	}
	return all;
}

static struct expression *parse_keyword(struct expression_parser *parser,
					const struct expression_keyword *keyword)
{
	const size_t operator = skip_blanks(parser);
	const enum expression_comparison comparison = parse_comparison(parser);
	const size_t length = parser->at - operator;
	struct expression *test;
	struct expression_value value;

	if (comparison > COMPARE_UNEQUAL && !keyword->ordered)
		return expression_wrong(parser, operator, length,
					"'%s' is compared by = and != only", keyword->word);
	if (!parse_value(parser, keyword->word, &value))
		return NULL;
	if (comparison > COMPARE_UNEQUAL)
		return keyword->parse(parser, keyword, comparison, &value);
	if (keyword->list)
		test = parse_list(parser, keyword, &value);
	else
		test = keyword->parse(parser, keyword, COMPARE_EQUAL, &value);
	if (comparison == COMPARE_UNEQUAL)
		test = expression_new(parser, EXPRESSION_NOT, test, NULL);
	return test;
}

#define STATE(name)	(1u << SOCKPORT_STATE_##name)
#define ALL_STATES	(2 * (1u << SOCKPORT_STATE_MAX) - 2)
#define UNCONNECTED	(STATE(CLOSE) | STATE(LISTEN))
#define MINI		(STATE(SYN_RECV) | STATE(TIME_WAIT))

/* Names of ss beside those that states have everywhere. */
static const struct {
	const char *word;
	uint32_t mask;
} state_groups[] = {
	{ "all", ALL_STATES },
	{ "connected", ALL_STATES & ~UNCONNECTED },
	{ "synchronized", ALL_STATES & ~(UNCONNECTED | STATE(SYN_SENT)) },
	{ "bucket", MINI },
	{ "big", ALL_STATES & ~MINI },
	{ "unconnected", STATE(CLOSE) },
	{ "closed", STATE(CLOSE) },
	{ "bound-inactive", STATE(CLOSE) },
	{ "listening", STATE(LISTEN) },
	{ "syn-rcv", STATE(SYN_RECV) },
};

static bool state_mask(const char *word, uint32_t *mask)
{
	uint32_t datagram = 0;
	size_t i;

	for (i = 0; i < COUNT(state_groups); i++) {
		if (!strcasecmp(state_groups[i].word, word)) {
			*mask = state_groups[i].mask;
			return true;
		}
	}
	*mask = 0;
	return word_is_state(word, mask, &datagram);
}

/* A list is what any of its words says. */
static bool states_of(struct expression_parser *parser, struct expression_value *value, uint32_t *mask)
{
	char *rest = value->text, *word;
	uint32_t one;

	*mask = 0;
	while ((word = strsep(&rest, ","))) {
		if (!state_mask(word, &one))
			return expression_wrong(parser, value->at + (word - value->text),
						strlen(word),
						"unknown state: it is a name as established or time-wait, or all, connected, synchronized, bucket or big");
		*mask |= one;
	}
	return true;
}

/*
 * As ss has it: "state" adds to those before it, "exclude" takes away, from all when it
 * comes first. Only what stands together without an operator counts together.
 */
static struct expression *parse_states(struct expression_parser *parser, size_t at, bool exclude)
{
	uint32_t mask = exclude ? ALL_STATES : 0, more;
	enum expression_comparison comparison;
	struct expression_value value;
	struct expression *test;
	const char *word;
	size_t length;

	do {
		word = exclude ? "exclude" : "state";
		if (!parse_equality(parser, word, &comparison) ||
		    !parse_value(parser, word, &value) || !states_of(parser, &value, &more))
			return NULL;
		if (comparison == COMPARE_UNEQUAL)
			more = ALL_STATES & ~more;
		mask = exclude ? mask & ~more : mask | more;
		length = next_word(parser);
		exclude = is_word(parser, length, "exclude") || is_word(parser, length, "excl");
		if (!exclude && !is_word(parser, length, "state"))
			break;
		parser->at += length;
	} while (true);
	length = value.at + value.length - at;
	if (!mask)
		return expression_wrong(parser, at, length, "no state is left");
	test = expression_test(parser, SOCKPORT_CONDITION_STATE, at, length);
	if (test)
		test->mask = mask;
	return test;
}

/* A protocol, family, role or state without a keyword, or a port. */
static struct expression *parse_bare(struct expression_parser *parser)
{
	uint32_t states = 0, datagrams = 0;
	struct expression *test;
	struct expression_value value;
	uint8_t number;

	if (!parse_value(parser, "", &value))
		return NULL;
	if (word_is_protocol(value.text, &number)) {
		test = expression_test(parser, SOCKPORT_CONDITION_PROTOCOL, value.at, value.length);
		if (test)
			test->mask = 1u << number;
	} else if (word_is_role(value.text, &number)) {
		test = expression_test(parser, SOCKPORT_CONDITION_ROLE, value.at, value.length);
		if (test)
			test->mask = 1u << number;
	} else if (word_is_family(value.text, &number)) {
		test = expression_test(parser, SOCKPORT_CONDITION_FAMILY, value.at, value.length);
		if (test)
			test->first = number;
	} else if (word_is_state(value.text, &states, &datagrams)) {
		test = expression_test(parser, SOCKPORT_CONDITION_STATE, value.at, value.length);
		if (test)
			test->mask = states;
	} else if (isdigit((unsigned char)*value.text)) {
		test = expression_ports(parser, SOCKPORT_CONDITION_PORT, COMPARE_EQUAL, value.text,
					value.at);
	} else {
		test = expression_wrong(parser, value.at, value.length,
					"unknown word: a condition begins with src, dst, sport, dport, port, state, exclude, dev, fwmark, cgroup, autobound, inode, uid, role, protocol, older-than, in-state-for, pid, unit or netns");
	}
	return test;
}

static struct expression *parse_condition(struct expression_parser *parser)
{
	const size_t length = next_word(parser), at = parser->at;
	const struct expression_keyword *keyword;

	if (is_word(parser, length, "autobound")) {
		parser->at += length;
		/* In the kernel it is two. */
		if (++parser->tests >= EXPRESSION_TESTS)
			return expression_wrong(parser, at, length, "more than %d conditions",
						EXPRESSION_TESTS);
		return expression_test(parser, SOCKPORT_CONDITION_AUTOBOUND, at, length);
	}
	if (is_word(parser, length, "state") || is_word(parser, length, "exclude") ||
	    is_word(parser, length, "excl")) {
		parser->at += length;
		return parse_states(parser, at, parser->text[at] == 'e');
	}
	keyword = expression_keyword(parser->text + at, length);
	if (keyword) {
		parser->at += length;
		return parse_keyword(parser, keyword);
	}
	if (!length)
		return expression_wrong(parser, at, !!parser->text[at], "a condition is missing");
	return parse_bare(parser);
}

static struct expression *parse_parts(struct expression_parser *parser);

static struct expression *parse_enclosed(struct expression_parser *parser, size_t open)
{
	struct expression *inside = parse_parts(parser);

	if (!inside)
		return NULL;
	if (parser->text[skip_blanks(parser)] == ')') {
		parser->at++;
		return inside;
	}
	expression_free(inside);
	return expression_wrong(parser, open, 1, "this parenthesis is not closed");
}

static struct expression *parse_part(struct expression_parser *parser)
{
	const size_t at = skip_blanks(parser);
	struct expression *part;

	if (parser->depth == EXPRESSION_DEPTH)
		return expression_wrong(parser, at, 1, "more than %d inside each other",
					EXPRESSION_DEPTH);
	parser->depth++;
	if (take_not(parser)) {
		part = expression_new(parser, EXPRESSION_NOT, parse_part(parser), NULL);
	} else if (parser->text[at] == '(') {
		parser->at++;
		part = parse_enclosed(parser, at);
	} else {
		part = parse_condition(parser);
	}
	parser->depth--;
	return part;
}

static bool at_end(struct expression_parser *parser)
{
	const char next = parser->text[skip_blanks(parser)];

	return !next || next == ')';
}

static struct expression *parse_parts(struct expression_parser *parser)
{
	struct expression *all = parse_part(parser), *next;
	enum expression_kind kind;

	while (all && !at_end(parser)) {
		kind = take_or(parser) ? EXPRESSION_OR : EXPRESSION_AND;
		if (kind == EXPRESSION_AND)
			take_and(parser);
		next = parse_part(parser);
		all = expression_new(parser, kind, all, next);
	}
	return all;
}

/* Who names the family of a host is asking about sockets of that family. */
static struct expression *add_families(struct expression_parser *parser, struct expression *all)
{
	struct expression *families = NULL, *one;
	unsigned int family;

	for (family = 0; all && family < 64; family++) {
		if (!(parser->families >> family & 1))
			continue;
		one = expression_test(parser, SOCKPORT_CONDITION_FAMILY, 0, 0);
		if (one)
			one->first = family;
		families = expression_either(parser, families, one);
		if (!families) {
			expression_free(all);
			return NULL;
		}
	}
	return families ? expression_new(parser, EXPRESSION_AND, families, all) : all;
}

/**
 * expression_parse - read an expression
 * @parser: has its text, which is not empty
 *
 * Return: the expression, or NULL with @parser->failure.
 */
struct expression *expression_parse(struct expression_parser *parser)
{
	struct expression *all = parse_parts(parser);

	if (all && parser->text[skip_blanks(parser)] == ')') {
		expression_free(all);
		return expression_wrong(parser, parser->at, 1, "no parenthesis is open here");
	}
	return add_families(parser, all);
}
