/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * enum frame_style - what a piece of text is; who draws it knows how that looks
 */
enum frame_style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_HEADER,
	STYLE_SORTED,
	STYLE_CHOSEN,
	STYLE_WRONG,
	STYLE_KEY,
	STYLE_TREND,
	STYLES,
};

/**
 * struct frame_span - a piece of a line
 * @at: where its text begins, in that of the frame
 * @size: bytes
 * @style: enum frame_style
 */
struct frame_span {
	size_t at;
	size_t size;
	enum frame_style style;
};

/**
 * struct frame_line - a line
 * @first: number of its first piece
 * @count: how many there are
 * @width: columns of a terminal so far
 */
struct frame_line {
	size_t first;
	size_t count;
	unsigned int width;
};

/**
 * struct frame - what a terminal shows at a moment; zeroed before use
 * @columns: a line is cut behind so many, 0 for no end
 * @lines: the lines
 * @count: how many there are
 * @room: for how many @lines has room
 * @spans: their pieces
 * @span_count: how many there are
 * @span_room: for how many @spans has room
 * @text: all their text
 * @size: of @text
 * @text_room: for how many bytes @text has room
 * @failed: there was no memory, the frame is not whole
 */
struct frame {
	unsigned int columns;
	struct frame_line *lines;
	size_t count;
	size_t room;
	struct frame_span *spans;
	size_t span_count;
	size_t span_room;
	char *text;
	size_t size;
	size_t text_room;
	bool failed;
};

void frame_begin(struct frame *frame, unsigned int columns);
void frame_line(struct frame *frame);
void frame_put(struct frame *frame, enum frame_style style, const char *text);
void frame_put_some(struct frame *frame, enum frame_style style, const char *text,
		    unsigned int most);
void frame_put_from(struct frame *frame, enum frame_style style, const char *text,
		    unsigned int first);
void frame_printf(struct frame *frame, enum frame_style style, const char *format, ...)
	__attribute__((__format__(printf, 3, 4)));
void frame_pad(struct frame *frame, enum frame_style style, unsigned int columns);
void frame_print(const struct frame *frame, FILE *stream);
void frame_free(struct frame *frame);

#endif
