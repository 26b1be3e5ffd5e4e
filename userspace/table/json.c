// SPDX-License-Identifier: GPL-2.0
/* Rows as JSON (RFC 8259), one by one. */
#include "table/json.h"

#include <string.h>

#include "format/number.h"
#include "table/utf8.h"

/**
 * json_put - add punctuation
 * @output: where to
 * @text: as it is
 */
void json_put(struct output *output, const char *text)
{
	output->next = text_put(output->next, text);
}

static char *put_control(char *to, unsigned char character)
{
	static const char digits[] = "0123456789abcdef";

	to = text_put(to, "\\u00");
	*to++ = digits[character >> 4];
	*to++ = digits[character & 0xf];
	return to;
}

/* One character, or one byte that is none. */
static char *put_character(char *to, const unsigned char *text, size_t length)
{
	if (!length)
		return text_put(to, "\\ufffd");
	if (*text < ' ' || *text == 0x7f)
		return put_control(to, *text);
	/* Valid as they are, but a terminal obeys these too. */
	if (length == 2 && utf8_is_control(text))
		return put_control(to, text[1]);
	if (*text == '"' || *text == '\\')
		*to++ = '\\';
	memcpy(to, text, length);
	return to + length;
}

/**
 * json_put_string - write a string in quotes
 * @to: room for 6 times @length, and 2
 * @text: any bytes; those that are not UTF-8 become U+FFFD
 * @length: of @text
 *
 * Return: behind the last character.
 */
char *json_put_string(char *to, const char *text, size_t length)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t size;

	*to++ = '"';
	while (length) {
		size = *from < 0x80 ? 1 : utf8_length(from, length);
		to = put_character(to, from, size);
		size += !size;
		from += size;
		length -= size;
	}
	*to++ = '"';
	return to;
}

static char *put_item(char *to, enum column_type type, const char *text, size_t length)
{
	const char *colon;

	switch (type) {
	case COLUMN_STRINGS:
		return json_put_string(to, text, length);
	case COLUMN_COUNTS:
		colon = memchr(text, ':', length);
		to = json_put_string(to, text, colon - text);
		length -= colon - text;
		text = colon;
		break;
	default:
		break;
	}
	memcpy(to, text, length);
	return to + length;
}

/* A list in text is separated by commas; "+" says that it is not complete. */
static char *put_list(char *to, enum column_type type, const char *text, const char *end)
{
	const char *comma;
	bool is_first = true;

	*to++ = type == COLUMN_COUNTS ? '{' : '[';
	for (; text < end; text = comma + 1) {
		comma = memchr(text, ',', end - text);
		if (!comma)
			comma = end;
		if (*text == '+' && comma - text == 1)
			continue;
		if (!is_first)
			*to++ = ',';
		is_first = false;
		to = put_item(to, type, text, comma - text);
	}
	*to++ = type == COLUMN_COUNTS ? '}' : ']';
	return to;
}

/**
 * json_put_value - write the value of a column; null where it is unknown
 * @to: room for VALUE_JSON_MAX characters
 * @column: the column
 * @row: the row
 * @names: for columns with names
 *
 * Return: behind the last character.
 */
char *json_put_value(char *to, const struct column *column, const void *row,
		     struct names *names)
{
	char value[VALUE_MAX];
	char *end;

	if (column->json) {
		end = column->json(to, column, row, names);
		return end == to ? text_put(to, "null") : end;
	}
	end = column->fill(value, column, row, names);
	if (end == value && !(column->flags & COLUMN_IS_KNOWN))
		return text_put(to, "null");
	switch (column->type) {
	case COLUMN_NUMBER:
		memcpy(to, value, end - value);
		return to + (end - value);
	case COLUMN_BOOLEAN:
		return text_put(to, *value == '0' ? "false" : "true");
	case COLUMN_STRING:
		return json_put_string(to, value, end - value);
	}
	return put_list(to, column->type, value, end);
}

/**
 * json_object - write a row as an object, in one line
 * @output: where to
 * @selection: the columns, their names are the keys
 * @row: the row
 * @names: for columns with names
 */
void json_object(struct output *output, const struct selection *selection, const void *row,
		 struct names *names)
{
	char *to = output->next;
	size_t i;

	*to++ = '{';
	for (i = 0; i < selection->count; i++) {
		if (i)
			*to++ = ',';
		*to++ = '"';
		to = text_put(to, selection->list[i]->name);
		*to++ = '"';
		*to++ = ':';
		to = json_put_value(to, selection->list[i], row, names);
	}
	*to++ = '}';
	output->next = to;
}

/**
 * json_array_begin - begin an array of rows
 * @output: where to
 */
void json_array_begin(struct output *output)
{
	json_put(output, "[");
}

/**
 * json_array_row - add a row to an array, on a line of its own
 * @output: where to
 * @is_first: true before the first row
 * @selection: the columns
 * @row: the row
 * @names: for columns with names
 *
 * Return: false when writing failed.
 */
bool json_array_row(struct output *output, bool *is_first, const struct selection *selection,
		    const void *row, struct names *names)
{
	json_put(output, *is_first ? "\n" : ",\n");
	*is_first = false;
	json_object(output, selection, row, names);
	return output_row_done(output);
}

/**
 * json_array_end - end an array that is complete
 * @output: where to
 * @is_first: there was no row
 */
void json_array_end(struct output *output, bool is_first)
{
	json_put(output, is_first ? "]" : "\n]");
}
