/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "failure.h"
#include "host/names.h"

/* A value takes at most so many characters as text: the path of a cgroup is the longest. */
#define VALUE_MAX	4096
/* In JSON, each byte of a string can take 6 characters. */
#define VALUE_JSON_MAX	(6 * VALUE_MAX + 2)
/* A table has at most so many columns. */
#define COLUMNS_MAX	96

/**
 * enum column_type - what a value is in JSON
 * @COLUMN_STRING: a string
 * @COLUMN_NUMBER: a number
 * @COLUMN_BOOLEAN: 1 or 0 in text
 * @COLUMN_NUMBERS: an array of numbers, "1,2" in text; "+" says that there are more
 * @COLUMN_STRINGS: an array of strings, "a,b" in text
 * @COLUMN_COUNTS: an object with numbers, "a:1,b:2" in text
 */
enum column_type {
	COLUMN_STRING,
	COLUMN_NUMBER,
	COLUMN_BOOLEAN,
	COLUMN_NUMBERS,
	COLUMN_STRINGS,
	COLUMN_COUNTS,
};

/* One of the columns when nobody chooses, in text or in JSON. */
#define COLUMN_IN_TEXT	1
#define COLUMN_IN_JSON	2
/* Not among them with --numeric, where it would have no values. */
#define COLUMN_IS_NAME	4
/* Aligned to the right in text. */
#define COLUMN_RIGHT	8
/* One of the columns when nobody chooses, in JSON that may be read again later. */
#define COLUMN_IN_DUMP	16
/* A counter, of which text can have the rate. */
#define COLUMN_PER_SECOND	32
/* Of a list: always known, where nothing is written there is nothing. */
#define COLUMN_IS_KNOWN	64

/* Characters of the longest title, with the terminating 0. */
#define COLUMN_TITLE_MAX	40

struct column;

/**
 * typedef fill_function - write the value of a column as text
 * @to: room for VALUE_MAX characters
 * @column: the column
 * @row: one of the structs of rows.h
 * @names: for columns with names
 *
 * Return: behind the last character; @to where the value is unknown.
 */
typedef char *(*fill_function)(char *to, const struct column *column, const void *row,
			       struct names *names);

/**
 * struct column - a column of a table; text, JSON and help come from it
 * @name: in lower case; also the key in JSON
 * @help: one line
 * @fill: writes the value
 * @json: writes the value in JSON where @type cannot say how, room is for
 *	VALUE_JSON_MAX characters; NULL for most
 * @want: SOCKPORT_WANT_* without which the kernel does not tell it
 * @offset: of the member of the row, for @fill
 * @attribute: bit in the row that tells whether it is known, for @fill
 * @type: enum column_type
 * @flags: COLUMN_*
 * @width: least number of characters in text
 */
struct column {
	const char *name;
	const char *help;
	fill_function fill;
	fill_function json;
	uint32_t want;
	uint16_t offset;
	uint8_t attribute;
	uint8_t type;
	uint8_t flags;
	uint8_t width;
};

/**
 * struct columns - all columns of a table
 * @list: the columns, in their order
 * @count: how many there are
 * @more: columns that follow, or NULL
 */
struct columns {
	const struct column *list;
	size_t count;
	const struct columns *more;
};

/**
 * struct selection - columns that are shown
 * @list: in the order in which they are shown
 * @count: how many there are
 * @want: all that the kernel must be asked for
 * @per_second: text has rates of counters
 */
struct selection {
	const struct column *list[COLUMNS_MAX];
	size_t count;
	uint32_t want;
	bool per_second;
};

void selection_clear(struct selection *selection);
void selection_add(struct selection *selection, const struct column *column);
void selection_put_first(struct selection *selection, const struct columns *columns,
			 const char *name);
void selection_add_default(struct selection *selection, const struct columns *columns,
			   unsigned int flag, bool numeric);
void selection_default(struct selection *selection, const struct columns *columns,
		       unsigned int flag, bool numeric);
int selection_parse(struct selection *selection, const struct columns *columns,
		    const char *names, struct failure *failure);
char *selection_put_title(char *to, const struct selection *selection, size_t i);
void columns_help(const struct columns *columns, FILE *stream);

/* Values of members that many columns have; see column.c. */
char *fill_u8(char *to, const struct column *column, const void *row, struct names *names);
char *fill_u32(char *to, const struct column *column, const void *row, struct names *names);
char *fill_u64(char *to, const struct column *column, const void *row, struct names *names);
char *fill_u8_protocol(char *to, const struct column *column, const void *row,
		       struct names *names);
char *fill_u8_role(char *to, const struct column *column, const void *row, struct names *names);
char *fill_user(char *to, const struct column *column, const void *row, struct names *names);

char *put_word(char *to, const char *word, unsigned int number);
char *put_counts(char *to, const uint32_t *counts);

#endif
