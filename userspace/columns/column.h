/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "failure.h"
#include "host/names.h"
#include "table/escape.h"
#include "table/sink.h"

/* Room for the name of a network namespace, escaped, or its number. */
#define NETNS_TEXT	(ESCAPE_TEXT * NETNS_NAME_MAX + 1)

/* A table has at most so many columns. */
#define COLUMNS_MAX	160

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

/* Rows are ordered by at most so many columns. */
#define SORT_MAX	4

/* Characters of the longest title, with the terminating 0. */
#define COLUMN_TITLE_MAX	40

struct column;

/**
 * typedef fill_function - hand the value of a column to a sink
 * @sink: takes it; nothing where the value is unknown
 * @column: the column
 * @row: one of the structs of rows.h
 */
typedef void (*fill_function)(struct sink *sink, const struct column *column, const void *row);

/**
 * enum column_kind - what the values of a column are in JSON
 * @COLUMN_QUANTITY: a number of something; or what @fill says, see column_kind()
 * @COLUMN_NUMBER: a number that counts nothing, as a port
 * @COLUMN_TEXT: a word, a name, an address
 * @COLUMN_BOOL: true or false
 * @COLUMN_NUMBERS: an array of COLUMN_NUMBER
 * @COLUMN_TEXTS: an array of COLUMN_TEXT
 * @COLUMN_STATES: an object with a number of sockets for each state
 * @COLUMN_PROCESS: an object with the pid and the name of a process
 * @COLUMN_PROCESSES: an array of such objects, with the descriptor
 * @COLUMN_WORKERS: likewise, with the connections that each accepted
 * @COLUMN_DISTRIBUTIONS: an object with an object for each distribution
 * @COLUMN_SERVICES: an object with the service of each protocol
 */
enum column_kind {
	COLUMN_QUANTITY,
	COLUMN_NUMBER,
	COLUMN_TEXT,
	COLUMN_BOOL,
	COLUMN_NUMBERS,
	COLUMN_TEXTS,
	COLUMN_STATES,
	COLUMN_PROCESS,
	COLUMN_PROCESSES,
	COLUMN_WORKERS,
	COLUMN_DISTRIBUTIONS,
	COLUMN_SERVICES,
};

/**
 * struct column - a column of a table; text, JSON, help and manual come from it
 * @name: in lower case; also the key in JSON
 * @help: one line
 * @unit: of a quantity in JSON; NULL where @fill says it
 * @fill: hands its value over; NULL for what is told once in an answer, by hand
 * @word: words for its values, for fill_word()
 * @is_wrong: whether a value is one to look at, which a terminal shows in colour; or NULL
 * @want: SOCKPORT_WANT_* without which the kernel does not tell it
 * @offset: of the member of the row, for @fill
 * @attribute: bit in the row that tells whether it is known, for @fill
 * @flags: COLUMN_*
 * @width: least number of characters in text
 * @kind: enum column_kind
 */
struct column {
	const char *name;
	const char *help;
	const char *unit;
	fill_function fill;
	const char *(*word)(uint8_t value);
	bool (*is_wrong)(const struct column *column, const void *row);
	uint32_t want;
	uint16_t offset;
	uint8_t attribute;
	uint8_t flags;
	uint8_t width;
	uint8_t kind;
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
 * @is_chosen: somebody chose the columns, none may be left out
 * @limit: so many columns of a terminal may a line of text take, 0 for any
 * @sorts: how many there are in @sort
 * @sort: columns that rows are ordered by, shown or not
 * @descending: the greatest values come first
 * @top: so many rows are shown, 0 for all
 */
struct selection {
	const struct column *list[COLUMNS_MAX];
	size_t count;
	uint32_t want;
	bool per_second;
	bool is_chosen;
	unsigned int limit;
	size_t sorts;
	const struct column *sort[SORT_MAX];
	bool descending;
	uint32_t top;
};

void selection_clear(struct selection *selection);
void selection_add(struct selection *selection, const struct column *column);
bool columns_have(const struct columns *columns, const char *names);
bool selection_has(const struct selection *selection, const char *name);
void selection_put_first(struct selection *selection, const struct columns *columns,
			 const char *name);
void selection_add_default(struct selection *selection, const struct columns *columns,
			   unsigned int flag, bool numeric);
void selection_default(struct selection *selection, const struct columns *columns,
		       unsigned int flag, bool numeric);
int selection_parse(struct selection *selection, const struct columns *columns,
		    const char *names, struct failure *failure);
int selection_sort(struct selection *selection, const struct columns *columns,
		   const char *names, struct failure *failure);
void selection_fit(struct selection *selection);
unsigned int selection_width(const struct selection *selection, size_t i);
char *selection_put_title(char *to, const struct selection *selection, size_t i);
void columns_help(const struct columns *columns, FILE *stream);
const struct column *column_at(const struct columns *columns, size_t i);
enum column_kind column_kind(const struct column *column);
const char *column_unit(const struct column *column);

bool column_read(const struct column *column, const uint8_t *bytes, size_t known, void *value,
		 size_t size);

/* Values of members that many columns have; see column.c. */
void fill_u8(struct sink *sink, const struct column *column, const void *row);
void fill_u32(struct sink *sink, const struct column *column, const void *row);
void fill_u64(struct sink *sink, const struct column *column, const void *row);
void fill_word(struct sink *sink, const struct column *column, const void *row);
void fill_flag(struct sink *sink, const struct column *column, const void *row);
void fill_bytes(struct sink *sink, const struct column *column, const void *row);
void fill_us(struct sink *sink, const struct column *column, const void *row);
void fill_us32(struct sink *sink, const struct column *column, const void *row);
void fill_moment(struct sink *sink, const struct column *column, const void *row);
void fill_user(struct sink *sink, const struct column *column, const void *row);
void fill_netns(struct sink *sink, const struct column *column, const void *row);

void value_user(struct sink *sink, uint32_t uid);
void value_service(struct sink *sink, uint32_t port, uint8_t protocol);
void value_netns(struct sink *sink, uint32_t inode);
const char *netns_text(char text[NETNS_TEXT], struct names *names, uint32_t inode);
void value_states(struct sink *sink, const uint32_t *counts);
void value_scoped(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t netns,
		  uint32_t ifindex);
void sink_scoped(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t netns,
		 uint32_t ifindex);
void sink_interface(struct sink *sink, uint32_t netns, uint32_t ifindex);

#endif
