// SPDX-License-Identifier: GPL-2.0
/* Which columns are shown, and in what order the rows. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "columns/column.h"
#include "format/number.h"

/**
 * column_at - one column of a table
 * @columns: the table
 * @i: its place
 *
 * Return: the column, NULL behind the last one.
 */
const struct column *column_at(const struct columns *columns, size_t i)
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
	/* No table has more. */
	if (selection->count == COLUMNS_MAX)
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
 * selection_default - choose the columns that nobody chose, in no order
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
	selection->is_chosen = false;
	selection->limit = 0;
	selection->sorts = 0;
	selection->top = 0;
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
 * columns_have - whether there are such columns
 * @columns: out of these
 * @names: as for selection_parse()
 *
 * Return: whether all of them are there.
 */
bool columns_have(const struct columns *columns, const char *names)
{
	size_t length;

	for (names += *names == '+';; names += length + 1) {
		length = strcspn(names, ",");
		if (!find_column(columns, names, length))
			return false;
		if (!names[length])
			return true;
	}
}

/**
 * selection_has - whether a column is chosen
 * @selection: the columns
 * @name: of the column
 *
 * Return: true if it is.
 */
bool selection_has(const struct selection *selection, const char *name)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (!strcmp(selection->list[i]->name, name))
			return true;
	return false;
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

/* As many of their names as there is room for. */
static int unknown_column(const struct columns *columns, const char *name, size_t length,
			  struct failure *failure)
{
	char names[sizeof(failure->text) - 200] = "";
	const struct column *column;
	size_t i, used = 0;

	for (i = 0; (column = column_at(columns, i)); i++) {
		if (used + strlen(column->name) + 3 > sizeof(names))
			break;
		used += sprintf(names + used, "%s%s", i ? ", " : "", column->name);
	}
	return failure_set(failure, EXIT_USAGE, "unknown column '%.*s': there are %s",
			   length > 40 ? 40 : (int)length, name, names);
}

static int parse_name(struct selection *selection, const struct columns *columns,
		      const char *name, size_t length, struct failure *failure)
{
	const struct column *column = find_column(columns, name, length);

	if (!column)
		return unknown_column(columns, name, length, failure);
	selection_add(selection, column);
	return 0;
}

static int sort_by(struct selection *selection, const struct columns *columns, const char *name,
		   size_t length, struct failure *failure)
{
	const struct column *column = find_column(columns, name, length);

	if (!column)
		return unknown_column(columns, name, length, failure);
	if (selection->sorts == SORT_MAX)
		return failure_set(failure, EXIT_USAGE, "rows are ordered by at most %d columns",
				   SORT_MAX);
	selection->sort[selection->sorts++] = column;
	selection->want |= column->want;
	return 0;
}

/**
 * selection_sort - order rows by columns, shown or not
 * @selection: gets them; its other columns do not change any more
 * @columns: out of these
 * @names: separated by commas, in any case
 * @failure: names one that is unknown
 *
 * Return: 0 or -1.
 */
int selection_sort(struct selection *selection, const struct columns *columns,
		   const char *names, struct failure *failure)
{
	size_t length;

	for (;; names++) {
		length = strcspn(names, ",");
		if (sort_by(selection, columns, names, length, failure))
			return -1;
		names += length;
		if (!*names)
			return 0;
	}
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
