// SPDX-License-Identifier: GPL-2.0
#include "columns/column.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "format/number.h"
#include "format/words.h"
#include "kernel/rows.h"

/* Column number @i, NULL behind the last one. */
static const struct column *column_at(const struct columns *columns, size_t i)
{
	while (columns && i >= columns->count) {
		i -= columns->count;
		columns = columns->more;
	}
	return columns ? &columns->list[i] : NULL;
}

/**
 * selection_clear - choose no columns
 * @selection: becomes empty
 */
void selection_clear(struct selection *selection)
{
	selection->count = 0;
	selection->want = 0;
}

/**
 * selection_add - choose a column
 * @selection: gets it at the end, if it has not got it
 * @column: the column
 */
void selection_add(struct selection *selection, const struct column *column)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (selection->list[i] == column)
			return;
	selection->list[selection->count++] = column;
	selection->want |= column->want;
}

/**
 * selection_add_default - choose the columns that nobody chose, too
 * @selection: gets these columns
 * @columns: out of these
 * @flag: COLUMN_IN_TEXT or COLUMN_IN_JSON
 * @numeric: without columns of names
 */
void selection_add_default(struct selection *selection, const struct columns *columns,
			   unsigned int flag, bool numeric)
{
	const struct column *column;
	size_t i;

	for (i = 0; (column = column_at(columns, i)); i++)
		if (column->flags & flag && !(numeric && column->flags & COLUMN_IS_NAME))
			selection_add(selection, column);
}

/**
 * selection_default - choose the columns that nobody chose
 * @selection: becomes these columns
 * @columns: out of these
 * @flag: COLUMN_IN_TEXT or COLUMN_IN_JSON
 * @numeric: without columns of names
 */
void selection_default(struct selection *selection, const struct columns *columns,
		       unsigned int flag, bool numeric)
{
	selection_clear(selection);
	selection->per_second = false;
	selection_add_default(selection, columns, flag, numeric);
}

static const struct column *find_column(const struct columns *columns, const char *name,
					size_t length)
{
	const struct column *column;
	size_t i;

	for (i = 0; (column = column_at(columns, i)); i++)
		if (strlen(column->name) == length && !strncasecmp(column->name, name, length))
			break;
	return column;
}

/**
 * selection_put_first - choose a column, and show it before all others
 * @selection: gets it at the beginning, if it has not got it
 * @columns: out of these
 * @name: of the column, which is there
 */
void selection_put_first(struct selection *selection, const struct columns *columns,
			 const char *name)
{
	const struct column *column = find_column(columns, name, strlen(name));
	const size_t count = selection->count;

	selection_add(selection, column);
	if (selection->count == count)
		return;
	memmove(selection->list + 1, selection->list, count * sizeof(*selection->list));
	selection->list[0] = column;
}

static int parse_name(struct selection *selection, const struct columns *columns,
		      const char *name, size_t length, struct failure *failure)
{
	const struct column *column = find_column(columns, name, length);

	if (!column)
		return failure_set(failure, EXIT_USAGE,
				   "unknown column '%.*s': sockport --help lists them",
				   (int)length, name);
	selection_add(selection, column);
	return 0;
}

/**
 * selection_parse - choose columns by name
 * @selection: the default; replaced, or added to where @names begins with "+"
 * @columns: out of these
 * @names: separated by commas, in any case; one that was there already does not come again
 * @failure: names one that is unknown
 *
 * Return: 0; -1 if one is unknown, and only then.
 */
int selection_parse(struct selection *selection, const struct columns *columns,
		    const char *names, struct failure *failure)
{
	size_t length;

	if (*names != '+')
		selection_clear(selection);
	for (;; names++) {
		names += *names == '+';
		length = strcspn(names, ",");
		if (parse_name(selection, columns, names, length, failure))
			return -1;
		names += length;
		if (!*names)
			return 0;
	}
}

/**
 * selection_put_title - write what stands above a column
 * @to: room for COLUMN_TITLE_MAX characters
 * @selection: the columns
 * @i: which of them
 *
 * Return: behind the last character.
 */
char *selection_put_title(char *to, const struct selection *selection, size_t i)
{
	const struct column *column = selection->list[i];
	const char *name = column->name;

	while (*name)
		*to++ = toupper((unsigned char)*name++);
	return selection->per_second && column->flags & COLUMN_PER_SECOND ?
	       text_put(to, "/S") : to;
}

/**
 * columns_help - list columns
 * @columns: the columns
 * @stream: where to; marked are those that are shown when nobody chooses, in text
 *	with "*", in JSON with "J"
 */
void columns_help(const struct columns *columns, FILE *stream)
{
	const struct column *column;
	size_t i;

	for (i = 0; (column = column_at(columns, i)); i++)
		fprintf(stream, "  %c%c %-22s  %s\n", column->flags & COLUMN_IN_TEXT ? '*' : ' ',
			column->flags & (COLUMN_IN_JSON | COLUMN_IN_DUMP) ? 'J' : ' ',
			column->name, column->help);
}

static const void *member(const struct column *column, const void *row)
{
	return (const char *)row + column->offset;
}

/**
 * fill_u8 - the value of an uint8_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: not used
 *
 * Return: behind the last character.
 */
char *fill_u8(char *to, const struct column *column, const void *row, struct names *names)
{
	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return number_put(to, *(const uint8_t *)member(column, row));
}

/**
 * fill_u32 - the value of an uint32_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: not used
 *
 * Return: behind the last character.
 */
char *fill_u32(char *to, const struct column *column, const void *row, struct names *names)
{
	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return number_put(to, *(const uint32_t *)member(column, row));
}

/**
 * fill_u64 - the value of an uint64_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: not used
 *
 * Return: behind the last character.
 */
char *fill_u64(char *to, const struct column *column, const void *row, struct names *names)
{
	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return number_put(to, *(const uint64_t *)member(column, row));
}

/**
 * fill_u8_protocol - the word for a protocol in an uint8_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: not used
 *
 * Return: behind the last character.
 */
char *fill_u8_protocol(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const uint8_t protocol = *(const uint8_t *)member(column, row);

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return put_word(to, word_protocol(protocol), protocol);
}

/**
 * fill_u8_role - the word for a role in an uint8_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: not used
 *
 * Return: behind the last character.
 */
char *fill_u8_role(char *to, const struct column *column, const void *row, struct names *names)
{
	const uint8_t role = *(const uint8_t *)member(column, row);

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return put_word(to, word_role(role), role);
}

/**
 * fill_user - the name of the user whose uid is in an uint32_t, see fill_function
 * @to: where to
 * @column: the column
 * @row: the row
 * @names: knows users
 *
 * Return: behind the last character.
 */
char *fill_user(char *to, const struct column *column, const void *row, struct names *names)
{
	if (!row_knows(row, column->attribute))
		return to;
	return names_put_user(names, to, *(const uint32_t *)member(column, row));
}

/**
 * put_word - write a word, or the number that it stands for
 * @to: room for either
 * @word: the word, NULL for a number that has none here
 * @number: the number
 *
 * Return: behind the last character.
 */
char *put_word(char *to, const char *word, unsigned int number)
{
	return word ? text_put(to, word) : number_put(to, number);
}

static char *put_count(char *to, unsigned int state, uint32_t count)
{
	to = put_word(to, word_state(state), state);
	*to++ = ':';
	to = number_put(to, count);
	*to++ = ',';
	return to;
}

/**
 * put_counts - write how many sockets there are in each state
 * @to: room for ROW_STATES states and numbers
 * @counts: by SOCKPORT_STATE_*, ROW_STATES of them; zeroes are left out
 *
 * Return: behind the last character.
 */
char *put_counts(char *to, const uint32_t *counts)
{
	char *const start = to;
	unsigned int state;

	for (state = 0; state < ROW_STATES; state++)
		if (counts[state])
			to = put_count(to, state, counts[state]);
	return to == start ? to : to - 1;
}
