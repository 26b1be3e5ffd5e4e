// SPDX-License-Identifier: GPL-2.0
/* What a live view looks like: lines of pieces, without a terminal. */
#include <inttypes.h>
#include <string.h>

#include "format/clock.h"
#include "format/quantity.h"
#include "table/cut.h"
#include "table/terminal.h"
#include "top/model.h"

/* Lines above and below the rows. */
#define HEAD	4
#define FOOT	1
/* A text takes no more columns, as long as others have no room. */
#define TEXT_WIDTH	28

/**
 * struct layout - where columns stand
 * @first: the first that is shown
 * @end: behind the last
 * @widths: of each
 */
struct layout {
	size_t first;
	size_t end;
	unsigned int widths[COLUMNS_MAX];
};

static void put_moment(const struct top *top, struct frame *frame)
{
	char moment[QUANTITY_MAX + 1] = "-";

	if (top->look.taken)
		*quantity_put_moment(moment, top->look.taken, 0) = 0;
	frame_printf(frame, STYLE_PLAIN, "  %s", moment);
}

static void put_filter(const struct top *top, struct frame *frame)
{
	const struct options *options = &top->look.options;

	if (*top->filter)
		frame_printf(frame, STYLE_KEY, "  / %s", top->filter);
	else if (options->has_filter)
		frame_put(frame, STYLE_KEY, "  filtered by the command line");
	if (options->all_netns)
		frame_put(frame, STYLE_KEY, "  all network namespaces");
}

static void put_title(const struct top *top, struct frame *frame)
{
	frame_line(frame);
	frame_printf(frame, STYLE_TITLE, "sockport %s", view_names[top->look.view]);
	put_moment(top, frame);
	frame_printf(frame, STYLE_PLAIN, "  every %.3g s", top_interval(top) / 1000.0);
	if (top->paused)
		frame_put(frame, STYLE_WRONG, "  paused");
	if (top->away)
		frame_put(frame, STYLE_WRONG, "  no module");
	put_filter(top, frame);
}

static void put_views(const struct top *top, struct frame *frame)
{
	size_t i;

	frame_line(frame);
	for (i = 0; i < VIEWS; i++) {
		frame_printf(frame, i == top->look.view ? STYLE_CHOSEN : STYLE_KEY, "%zu %s", i + 1,
			     view_names[i]);
		frame_put(frame, STYLE_PLAIN, i + 1 < VIEWS ? " " : "");
	}
}

static void put_size(struct frame *frame, const char *name, uint64_t bytes)
{
	char size[QUANTITY_MAX + 1];

	*quantity_put_size_rate(size, bytes) = 0;
	frame_printf(frame, STYLE_PLAIN, "  %s %s/s", name, size);
}

static void put_sums(const struct top *top, struct frame *frame)
{
	const struct top_look *look = &top->look;
	const size_t kept = top_rows_count(&look->rows);

	frame_line(frame);
	frame_printf(frame, STYLE_PLAIN, "%" PRIu64 " rows", look->rows.seen);
	if (look->rows.seen > kept)
		frame_printf(frame, STYLE_PLAIN, ", the first %zu", kept);
	if (look->has_sums) {
		put_size(frame, "in", look->bytes_in);
		put_size(frame, "out", look->bytes_out);
	}
	frame_printf(frame, STYLE_PLAIN, "  cost %.1f ms", (double)top->cost / US_PER_MS);
}

static const char *next_cell(const char *cell)
{
	return cell + strlen(cell) + 1;
}

static size_t rows_shown(const struct top *top, size_t most)
{
	const size_t count = top_rows_count(&top->look.rows);
	const size_t left = count > top->rows.first ? count - top->rows.first : 0;

	return left < most ? left : most;
}

/* Columns do not become narrower, or they would dance. */
static void measure(struct top *top, size_t count)
{
	const struct selection *selection = &top->look.selection;
	char title[COLUMN_TITLE_MAX];
	unsigned int width;
	const char *cell;
	size_t i, j;

	for (j = 0; j < selection->count; j++) {
		*selection_put_title(title, selection, j) = 0;
		if (top->widths[j] < strlen(title))
			top->widths[j] = strlen(title);
	}
	for (i = 0; i < count; i++) {
		cell = top_rows_at(&top->look.rows, top->rows.first + i)->cells;
		for (j = 0; j < selection->count; j++, cell = next_cell(cell)) {
			width = cut_width(cell + 1);
			if (top->widths[j] < width)
				top->widths[j] = width;
		}
	}
}

static unsigned int least_width(const struct top *top, size_t i)
{
	const unsigned int width = top->widths[i];

	return !(top->look.selection.list[i]->flags & COLUMN_RIGHT) && width > TEXT_WIDTH ?
	       TEXT_WIDTH : width;
}

/* As many columns as fit; what is left then is for those that were cut. */
static void lay_out(const struct top *top, struct layout *layout, unsigned int columns)
{
	unsigned int width, left, more;
	size_t i;

	layout->first = top->left;
	layout->end = top->look.selection.count;
	for (i = layout->first, left = columns; i < layout->end; i++) {
		layout->widths[i] = columns ? least_width(top, i) : top->widths[i];
		width = layout->widths[i] + (i > layout->first);
		if (columns && width > left && i > layout->first)
			layout->end = i;
		else if (columns)
			left -= width < left ? width : left;
	}
	for (i = layout->first; columns && i < layout->end; i++) {
		more = top->widths[i] - layout->widths[i];
		more = more < left ? more : left;
		layout->widths[i] += more;
		left -= more;
	}
}

static void put_cell(struct frame *frame, enum frame_style style, const char *text,
		     unsigned int width, bool right)
{
	const unsigned int wide = cut_width(text);
	const unsigned int blanks = wide < width ? width - wide : 0;

	if (right)
		frame_pad(frame, style, blanks);
	frame_put_some(frame, style, text, width);
	if (!right)
		frame_pad(frame, style, blanks);
}

/* To the end of the line, so that the row is seen as one. */
static void fill_line(struct frame *frame, enum frame_style style)
{
	const struct frame_line *line = &frame->lines[frame->count - 1];

	if (!frame->failed && frame->columns > line->width)
		frame_pad(frame, style, frame->columns - line->width);
}

static void put_header(const struct top *top, struct frame *frame, const struct layout *layout)
{
	const struct selection *selection = &top->look.selection;
	char title[COLUMN_TITLE_MAX];
	enum frame_style style;
	size_t i;

	frame_line(frame);
	for (i = layout->first; i < layout->end; i++) {
		*selection_put_title(title, selection, i) = 0;
		style = selection->list[i] == selection->sort[0] ? STYLE_SORTED : STYLE_HEADER;
		put_cell(frame, style, title, layout->widths[i],
			 selection->list[i]->flags & COLUMN_RIGHT);
		frame_put(frame, STYLE_HEADER, i + 1 < layout->end ? " " : "");
	}
	fill_line(frame, STYLE_HEADER);
}

static enum frame_style style_of(const struct column *column, const char *cell, bool is_chosen)
{
	if (is_chosen)
		return STYLE_CHOSEN;
	if (*cell == CELL_WRONG)
		return STYLE_WRONG;
	return column == &trend_column ? STYLE_TREND : STYLE_PLAIN;
}

static void put_row(const struct top *top, struct frame *frame, const struct layout *layout,
		    size_t row, bool is_chosen)
{
	const struct selection *selection = &top->look.selection;
	const char *cell = top_rows_at(&top->look.rows, row)->cells;
	size_t i;

	frame_line(frame);
	for (i = 0; i < layout->end; i++, cell = next_cell(cell)) {
		if (i < layout->first)
			continue;
		put_cell(frame, style_of(selection->list[i], cell, is_chosen), cell + 1,
			 layout->widths[i], selection->list[i]->flags & COLUMN_RIGHT);
		if (i + 1 < layout->end)
			frame_put(frame, is_chosen ? STYLE_CHOSEN : STYLE_PLAIN, " ");
	}
}

static void put_rows(struct top *top, struct frame *frame, size_t most)
{
	struct layout layout;
	size_t i, count;

	count = rows_shown(top, most);
	measure(top, count);
	lay_out(top, &layout, frame->columns);
	put_header(top, frame, &layout);
	for (i = 0; i < count; i++) {
		const bool is_chosen = frame->columns && top->rows.first + i == top->rows.chosen;

		put_row(top, frame, &layout, top->rows.first + i, is_chosen);
		if (is_chosen)
			fill_line(frame, STYLE_CHOSEN);
	}
}

static void put_lines(const struct top *top, struct frame *frame, size_t most)
{
	size_t i;

	frame_line(frame);
	frame_put(frame, STYLE_HEADER, top->refresh ? "q: back to the rows" : "q: back");
	for (i = top->line.first; i < top->lines.count && i < top->line.first + most; i++) {
		frame_line(frame);
		frame_put_from(frame, STYLE_PLAIN, top->lines.lines[i], top->indent);
	}
}

static void put_sort(const struct top *top, struct frame *frame, size_t most)
{
	const struct column *column;
	size_t i;

	frame_line(frame);
	frame_put(frame, STYLE_HEADER, "Sort by:");
	for (i = top->column.first; i < top->column.first + most; i++) {
		column = column_at(top->look.listing->columns, i);
		if (!column)
			break;
		frame_line(frame);
		frame_printf(frame, i == top->column.chosen ? STYLE_CHOSEN : STYLE_PLAIN,
			     "%-20s %s", column->name, column->help);
	}
}

static void put_keys(struct frame *frame)
{
	static const char *const keys[][2] = {
		{ "?", "help" }, { "/", "filter" }, { "s", "sort" }, { "r", "reverse" },
		{ "Enter", "show" }, { "k", "kill" }, { "p", "pause" }, { "A", "namespaces" },
		{ "q", "quit" },
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		frame_put(frame, STYLE_KEY, keys[i][0]);
		frame_printf(frame, STYLE_PLAIN, " %s  ", keys[i][1]);
	}
}

static void put_foot(const struct top *top, struct frame *frame)
{
	frame_line(frame);
	if (top->mode == MODE_KILL)
		frame_printf(frame, STYLE_WRONG, "%sEnd this socket? [y/N] ", top->victim.is_own ?
			     "It is the connection by which you are here. " : "");
	else if (top->mode == MODE_FILTER)
		frame_printf(frame, STYLE_KEY, "Filter: %s_  ", top->input);
	else if (!*top->message)
		put_keys(frame);
	frame_put(frame, STYLE_WRONG, top->message);
}

static void put_body(struct top *top, struct frame *frame)
{
	switch (top->mode) {
	case MODE_TEXT:
		put_lines(top, frame, top->page);
		break;
	case MODE_SORT:
		put_sort(top, frame, top->page);
		break;
	default:
		put_rows(top, frame, top->page);
	}
}

/**
 * top_draw - draw a live view
 * @top: the view
 * @frame: gets its lines
 * @rows: lines that there is room for
 * @columns: of a line
 */
void top_draw(struct top *top, struct frame *frame, unsigned int rows, unsigned int columns)
{
	top->page = rows > HEAD + FOOT ? rows - HEAD - FOOT : 1;
	top_settle(top);
	frame_begin(frame, columns);
	put_title(top, frame);
	put_views(top, frame);
	put_sums(top, frame);
	put_body(top, frame);
	while (!frame->failed && frame->count + FOOT < rows)
		frame_line(frame);
	put_foot(top, frame);
}

/**
 * top_draw_plain - draw a live view for who reads it line by line
 * @top: the view
 * @frame: gets its lines, as long as they are unless there is a terminal
 */
void top_draw_plain(struct top *top, struct frame *frame)
{
	frame_begin(frame, terminal_width());
	put_title(top, frame);
	put_sums(top, frame);
	put_rows(top, frame, top->base->has_top ? top->base->top : top_rows_count(&top->look.rows));
}
