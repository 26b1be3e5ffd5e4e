// SPDX-License-Identifier: GPL-2.0
/* Sentences, in lines that a terminal has room for. */
#include "table/prose.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "table/cut.h"

/* A place in a line. */
struct line {
	FILE *stream;
	unsigned int width;
	unsigned int indent;
	unsigned int column;
	const char *end;
};

static void next_line(struct line *line)
{
	fprintf(line->stream, "%s\n%*s", line->end, (int)line->indent, "");
	line->column = line->indent;
}

/* In pieces, where no line has room for all of it. */
static void put_word(struct line *line, const char *word, size_t length)
{
	unsigned int width;
	size_t size;

	while (length) {
		size = cut_fit(word, length, line->width - line->column, &width);
		fwrite(word, 1, size, line->stream);
		line->column += width;
		word += size;
		length -= size;
		if (length)
			next_line(line);
	}
}

static void put(struct line *line, const char *text)
{
	unsigned int width;
	size_t length;

	/* A character of two columns must have room. */
	if (line->width < line->indent + 2)
		line->width = line->indent + 2;
	for (; *text; text += length + !!text[length]) {
		length = strcspn(text, " ");
		cut_fit(text, length, ~0u, &width);
		if (line->column > line->indent && width >= line->width - line->column) {
			next_line(line);
		} else if (line->column > line->indent) {
			fputc(' ', line->stream);
			line->column++;
		}
		put_word(line, text, length);
	}
	fputc('\n', line->stream);
}

/**
 * prose_put - write a text and end its line
 * @stream: where to
 * @text: words with blanks between them; others' names in it are escaped
 * @width: columns of a line, more than @indent and @column; 0 for any
 * @column: so many of the first line are taken
 * @indent: further lines begin there
 */
void prose_put(FILE *stream, const char *text, unsigned int width, unsigned int column,
	       unsigned int indent)
{
	put(&(struct line){ stream, width ? width : ~0u, indent, column, "" }, text);
}

/**
 * prose_printf - write a text and end its line
 * @stream: where to
 * @width: columns of a line, 0 for any
 * @format: of printf(3); others' names are escaped
 *
 * Without memory, it is written as it is.
 */
void prose_printf(FILE *stream, unsigned int width, const char *format, ...)
{
	va_list values, again;
	char *text;

	va_start(values, format);
	va_copy(again, values);
	if (vasprintf(&text, format, values) >= 0) {
		prose_put(stream, text, width, 0, 0);
		free(text);
	} else {
		vfprintf(stream, format, again);
		fputc('\n', stream);
	}
	va_end(again);
	va_end(values);
}

/**
 * prose_put_command - write a command and end its line; a shell takes it as it is shown
 * @stream: where to
 * @text: the command
 * @width: columns of a line, 0 for any
 * @indent: it begins there, where the present line is already
 */
void prose_put_command(FILE *stream, const char *text, unsigned int width, unsigned int indent)
{
	static const char end[] = " \\";
	const unsigned int least = width > sizeof(end) ? width - (sizeof(end) - 1) : 1;

	put(&(struct line){ stream, width ? least : ~0u, indent, indent, end }, text);
}
