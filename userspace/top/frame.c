// SPDX-License-Identifier: GPL-2.0
/* Lines of text that somebody draws: a terminal, a pipe, a test. */
#include "top/frame.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "table/cut.h"

/* Makes room for one more; false without memory. */
static bool grow(void **list, size_t *room, size_t count, size_t size)
{
	const size_t wanted = *room ? 2 * *room : 64;
	void *grown;

	if (count < *room)
		return true;
	grown = realloc(*list, wanted * size);
	if (!grown)
		return false;
	*list = grown;
	*room = wanted;
	return true;
}

/**
 * frame_begin - begin a frame
 * @frame: what it had is forgotten, its memory is used again
 * @columns: a line is cut behind so many, 0 for no end
 */
void frame_begin(struct frame *frame, unsigned int columns)
{
	frame->columns = columns;
	frame->count = 0;
	frame->span_count = 0;
	frame->size = 0;
	frame->failed = false;
}

/**
 * frame_line - begin a line
 * @frame: the frame
 */
void frame_line(struct frame *frame)
{
	frame->failed |= !grow((void **)&frame->lines, &frame->room, frame->count,
			       sizeof(*frame->lines));
	if (!frame->failed)
		frame->lines[frame->count++] = (struct frame_line){ .first = frame->span_count };
}

static bool add_text(struct frame *frame, const char *text, size_t size)
{
	char *grown;

	if (frame->size + size > frame->text_room) {
		grown = realloc(frame->text, 2 * (frame->size + size));
		if (!grown)
			return false;
		frame->text = grown;
		frame->text_room = 2 * (frame->size + size);
	}
	memcpy(frame->text + frame->size, text, size);
	frame->size += size;
	return true;
}

/**
 * frame_put_some - add a text to the present line, or its beginning with a mark
 * @frame: the frame; what has no room in the line is left out
 * @style: how it looks
 * @text: escaped, without newlines
 * @most: columns that it may take
 */
void frame_put_some(struct frame *frame, enum frame_style style, const char *text,
		    unsigned int most)
{
	const size_t length = strlen(text);
	struct frame_line *line;
	unsigned int width;
	bool is_cut;
	size_t size;

	frame->failed |= !grow((void **)&frame->spans, &frame->span_room, frame->span_count,
			       sizeof(*frame->spans));
	if (frame->failed)
		return;
	line = &frame->lines[frame->count - 1];
	if (frame->columns && most > frame->columns - line->width)
		most = frame->columns - line->width;
	size = cut_fit(text, length, most, &width);
	is_cut = most && size < length && text[size] != ' ';
	if (is_cut)
		size = cut_fit(text, length, most - 1, &width);
	frame->spans[frame->span_count] = (struct frame_span){ frame->size, size, style };
	frame->failed = !add_text(frame, text, size);
	if (frame->failed)
		return;
	frame->span_count++;
	line->count++;
	line->width += width;
	if (is_cut)
		frame_put(frame, style, cut_mark());
}

/**
 * frame_put - add a text to the present line
 * @frame: the frame; what has no room in the line is left out
 * @style: how it looks
 * @text: escaped, without newlines
 */
void frame_put(struct frame *frame, enum frame_style style, const char *text)
{
	frame_put_some(frame, style, text, ~0u);
}

/**
 * frame_put_from - add the end of a text to the present line
 * @frame: the frame; what has no room in the line is left out
 * @style: how it looks
 * @text: escaped, without newlines
 * @first: so many of its columns are left out
 */
void frame_put_from(struct frame *frame, enum frame_style style, const char *text,
		    unsigned int first)
{
	unsigned int width;

	frame_put(frame, style, text + cut_fit(text, strlen(text), first, &width));
}

/**
 * frame_printf - add a text of our own to the present line
 * @frame: the frame
 * @style: how it looks
 * @format: of printf(3)
 */
void frame_printf(struct frame *frame, enum frame_style style, const char *format, ...)
{
	char text[2048];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	frame_put(frame, style, text);
}

/**
 * frame_pad - add blanks to the present line
 * @frame: the frame
 * @style: how they look
 * @columns: how many
 */
void frame_pad(struct frame *frame, enum frame_style style, unsigned int columns)
{
	static const char blanks[] = "                                ";
	const unsigned int most = sizeof(blanks) - 1;

	for (; columns; columns -= columns < most ? columns : most)
		frame_put(frame, style, blanks + (columns < most ? most - columns : 0));
}

static void print_line(const struct frame *frame, const struct frame_line *line, FILE *stream)
{
	const struct frame_span *span = &frame->spans[line->first];
	size_t i, end, size = 0, start = line->count ? span->at : 0;

	/* Pieces of a line follow each other. */
	for (i = 0; i < line->count; i++)
		size += span[i].size;
	for (end = start + size; end > start && frame->text[end - 1] == ' '; end--)
		;
	fwrite(frame->text + start, 1, end - start, stream);
	putc('\n', stream);
}

/**
 * frame_print - write a frame as plain lines, without blanks at their ends
 * @frame: the frame
 * @stream: where to; whether that failed, it knows
 */
void frame_print(const struct frame *frame, FILE *stream)
{
	size_t i;

	for (i = 0; i < frame->count; i++)
		print_line(frame, &frame->lines[i], stream);
}

/**
 * frame_free - free the memory of a frame
 * @frame: as zeroed afterwards
 */
void frame_free(struct frame *frame)
{
	free(frame->lines);
	free(frame->spans);
	free(frame->text);
	*frame = (struct frame){ 0 };
}
