// SPDX-License-Identifier: GPL-2.0
/* Expressions as trees, and where in their text something is wrong. */
#include "select/expression.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the text that are shown around a place. */
#define EXCERPT_BEFORE	40
#define EXCERPT_AFTER	36

/* Bytes of a character in UTF-8, at most. */
#define CHARACTER_MAX	4

/**
 * expression_new - make an expression of others
 * @parser: what is read
 * @kind: of the expression
 * @one: first part; NULL when that went wrong, or there is none
 * @other: second part, of AND and OR
 *
 * Return: the expression; NULL when there is no memory, or a part is missing:
 * then the other one is freed.
 */
struct expression *expression_new(struct expression_parser *parser, enum expression_kind kind,
				  struct expression *one, struct expression *other)
{
	const bool whole = (kind < EXPRESSION_NOT || one) && (kind < EXPRESSION_AND || other);
	struct expression *expression = whole ? calloc(1, sizeof(*expression)) : NULL;

	if (!expression) {
		expression_free(one);
		expression_free(other);
		if (whole)
			failure_set(parser->failure, EXIT_RUN, "out of memory");
		return NULL;
	}
	expression->kind = kind;
	expression->one = one;
	expression->other = other;
	return expression;
}

/**
 * expression_test - make a condition
 * @parser: what is read
 * @condition: SOCKPORT_CONDITION_* or EXPRESSION_*
 * @at: where in the text it stands
 * @length: of its text
 *
 * Return: the condition, without what it is compared with; NULL when there are too
 * many of them.
 */
struct expression *expression_test(struct expression_parser *parser, unsigned int condition,
				   size_t at, size_t length)
{
	struct expression *test;

	if (parser->tests == EXPRESSION_TESTS)
		return expression_wrong(parser, at, length, "more than %d conditions",
					EXPRESSION_TESTS);
	test = expression_new(parser, EXPRESSION_TEST, NULL, NULL);
	if (!test)
		return NULL;
	parser->tests++;
	test->condition = condition;
	test->at = at;
	test->length = length;
	return test;
}

/**
 * expression_any - make a condition that every socket meets
 * @parser: what is read
 * @at: where in the text it stands
 * @length: of its text
 *
 * Return: the condition, or NULL.
 */
struct expression *expression_any(struct expression_parser *parser, size_t at, size_t length)
{
	struct expression *any = expression_test(parser, 0, at, length);

	if (any)
		any->kind = EXPRESSION_ANY;
	return any;
}

/**
 * expression_either - make an alternative
 * @parser: what is read
 * @one: what there is so far, or NULL
 * @other: one more, or NULL when that went wrong
 *
 * Return: the expression, or NULL.
 */
struct expression *expression_either(struct expression_parser *parser, struct expression *one,
				     struct expression *other)
{
	return one ? expression_new(parser, EXPRESSION_OR, one, other) : other;
}

/**
 * expression_range - make a condition on a number
 * @parser: what is read
 * @condition: SOCKPORT_CONDITION_* or EXPRESSION_*
 * @first: the lowest
 * @last: the highest
 * @at: where in the text it stands
 * @length: of its text
 *
 * Return: the condition, or NULL.
 */
struct expression *expression_range(struct expression_parser *parser, unsigned int condition,
				    uint32_t first, uint32_t last, size_t at, size_t length)
{
	struct expression *test = expression_test(parser, condition, at, length);

	if (!test)
		return NULL;
	test->first = first;
	test->last = last;
	return test;
}

/**
 * expression_with_text - let a condition have a text
 * @parser: what is read
 * @test: the condition, or NULL
 * @text: is copied
 *
 * Return: the condition, or NULL when there is no memory.
 */
struct expression *expression_with_text(struct expression_parser *parser,
					struct expression *test, const char *text)
{
	if (!test)
		return NULL;
	test->text = strdup(text);
	if (test->text)
		return test;
	failure_set(parser->failure, EXIT_RUN, "out of memory");
	expression_free(test);
	return NULL;
}

/**
 * expression_free - free an expression with all its parts
 * @expression: it, or NULL
 */
void expression_free(struct expression *expression)
{
	if (!expression)
		return;
	expression_free(expression->one);
	expression_free(expression->other);
	free(expression->text);
	free(expression);
}

static bool begins_character(char byte)
{
	return (byte & 0xc0) != 0x80;
}

/* Up to @columns characters before a place; of what is no UTF-8, no more bytes than that. */
static size_t go_back(const char *text, size_t at, unsigned int columns)
{
	const size_t most = columns * CHARACTER_MAX;
	const size_t least = at > most ? at - most : 0;

	while (at > least && columns) {
		at--;
		columns -= begins_character(text[at]);
	}
	return at;
}

static size_t go_on(const char *text, size_t at, unsigned int columns)
{
	const size_t most = at + columns * CHARACTER_MAX;

	while (text[at] && at < most && (columns || !begins_character(text[at]))) {
		columns -= begins_character(text[at]);
		at++;
	}
	return at;
}

static unsigned int columns_of(const char *text, size_t from, size_t to)
{
	unsigned int columns = 0;

	for (; from < to; from++)
		columns += begins_character(text[from]);
	return columns;
}

/* A terminal is shown no controls. */
static void append_plain(char *to, const char *text, size_t length)
{
	to += strlen(to);
	for (; length; length--, text++)
		*to++ = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
	*to = 0;
}

/**
 * expression_blame - add two lines to a message: the expression, and the place in it
 * @failure: has a message
 * @text: the expression
 * @at: where what is wrong begins
 * @length: of what is wrong
 */
void expression_blame(struct failure *failure, const char *text, size_t at, size_t length)
{
	const size_t from = go_back(text, at, EXCERPT_BEFORE), to = go_on(text, at, EXCERPT_AFTER);
	const size_t end = at + length < to ? at + length : to;
	unsigned int indent = 2 + columns_of(text, from, at), marks;
	char lines[sizeof(failure->text)] = "\n  ";
	size_t used = strlen(failure->text);

	marks = columns_of(text, at, end);
	append_plain(lines, text + from, to - from);
	strcat(lines, "\n");
	for (; indent; indent--)
		strcat(lines, " ");
	strcat(lines, "^");
	for (; marks > 1; marks--)
		strcat(lines, "~");
	if (used + strlen(lines) >= sizeof(failure->text))
		used = sizeof(failure->text) - 1 - strlen(lines);
	strcpy(failure->text + used, lines);
}

/**
 * expression_wrong - say what is wrong with an expression, and where
 * @parser: what is read
 * @at: where it is
 * @length: of what is wrong, 0 for what is missing
 * @format: of the message
 *
 * Return: NULL.
 */
void *expression_wrong(struct expression_parser *parser, size_t at, size_t length,
		       const char *format, ...)
{
	struct failure *failure = parser->failure;
	va_list values;

	if (failure->status)
		return NULL;
	failure->status = EXIT_USAGE;
	va_start(values, format);
	vsnprintf(failure->text, sizeof(failure->text), format, values);
	va_end(values);
	expression_blame(failure, parser->text, at, length);
	return NULL;
}
