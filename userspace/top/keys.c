// SPDX-License-Identifier: GPL-2.0
/* What keys do. */
#include <string.h>

#include "top/model.h"

/* A line that is chosen is among those that are shown. */
static void follow(struct place_in *place, size_t count, size_t page)
{
	if (place->chosen >= count)
		place->chosen = count ? count - 1 : 0;
	if (place->first > place->chosen)
		place->first = place->chosen;
	if (page && place->chosen >= place->first + page)
		place->first = place->chosen - page + 1;
}

static void move_by(size_t *at, long by)
{
	if (by < 0 && *at < (size_t)-by)
		*at = 0;
	else
		*at += by;
}

/* Whether a key goes to another line. */
static bool move(struct place_in *place, int key, size_t count, size_t page)
{
	const long far = page > 1 ? page - 1 : 1;

	switch (key) {
	case TOP_KEY_UP:
		move_by(&place->chosen, -1);
		break;
	case TOP_KEY_DOWN:
		move_by(&place->chosen, 1);
		break;
	case TOP_KEY_PAGE_UP:
		move_by(&place->chosen, -far);
		break;
	case TOP_KEY_PAGE_DOWN:
		move_by(&place->chosen, far);
		break;
	case TOP_KEY_HOME:
		place->chosen = 0;
		break;
	case TOP_KEY_END:
		place->chosen = count;
		break;
	default:
		return false;
	}
	follow(place, count, page);
	return true;
}

/* Of rows that are not kept yet, more are asked for. */
static bool move_rows(struct top *top, int key)
{
	struct top_rows *rows = &top->look.rows;
	const size_t kept = top_rows_count(rows);
	size_t count = rows->seen < LOOK_ROWS_MAX ? rows->seen : LOOK_ROWS_MAX;

	if (!move(&top->rows, key, count > kept ? count : kept, top->page))
		return false;
	if (top->rows.first + top->page > kept && kept < count)
		top->wants_look = true;
	return true;
}

/* Lines to read are moved as a whole. */
static void move_text(struct top *top, int key)
{
	const size_t last = top->lines.count > top->page ? top->lines.count - top->page : 0;
	struct place_in place = { .chosen = top->line.first };

	if (key == TOP_KEY_LEFT || key == TOP_KEY_RIGHT)
		move_by(&top->indent, key == TOP_KEY_LEFT ? -8 : 8);
	else if (move(&place, key, last + 1, top->page))
		top->line.first = place.chosen;
}

static void move_columns(struct top *top, int key)
{
	move_by(&top->left, key == TOP_KEY_LEFT ? -1 : 1);
	if (top->left >= top->look.selection.count)
		top->left = top->look.selection.count - 1;
}

static void begin_sort(struct top *top)
{
	const struct columns *columns = top->look.listing->columns;
	const struct column *column;
	size_t i;

	top->mode = MODE_SORT;
	top->column = (struct place_in){ 0 };
	for (i = 0; (column = column_at(columns, i)); i++)
		if (column == top->look.selection.sort[0])
			top->column.chosen = i;
}

static void show_numbers(struct top *top)
{
	top->look.options.numeric = !top->look.options.numeric;
	look_at(&top->look, top->look.view, top->sort);
	memset(top->widths, 0, sizeof(top->widths));
	top->wants_look = true;
}

static void begin_filter(struct top *top)
{
	memcpy(top->input, top->filter, sizeof(top->input));
	top->mode = MODE_FILTER;
}

static void pause_or_not(struct top *top)
{
	top->paused = !top->paused;
	top->wants_look |= !top->paused;
}

static void key_of_rows(struct top *top, int key)
{
	switch (key) {
	case 'q':
		top->ended = true;
		break;
	case 's':
		begin_sort(top);
		break;
	case 'r':
		top_reverse(top);
		break;
	case '/':
		begin_filter(top);
		break;
	case 'k':
		top_ask_kill(top);
		break;
	case 'A':
		top_namespaces(top);
		break;
	case 'n':
		show_numbers(top);
		break;
	case TOP_KEY_LEFT:
	case TOP_KEY_RIGHT:
		move_columns(top, key);
		break;
	case TOP_KEY_ENTER:
		top_open(top);
		break;
	default:
		move_rows(top, key);
	}
}

static void key_of_text(struct top *top, int key)
{
	if (key == 'q' || key == TOP_KEY_ESCAPE || key == TOP_KEY_ENTER)
		top->mode = MODE_ROWS;
	else
		move_text(top, key);
}

static size_t count_columns(const struct columns *columns)
{
	size_t count = 0;

	while (column_at(columns, count))
		count++;
	return count;
}

/* A letter goes to the next column that begins with it. */
static void seek_column(struct top *top, int key)
{
	const struct columns *columns = top->look.listing->columns;
	const size_t count = count_columns(columns);
	size_t i, at;

	for (i = 1; i <= count; i++) {
		at = (top->column.chosen + i) % count;
		if (column_at(columns, at)->name[0] != key)
			continue;
		top->column.chosen = at;
		follow(&top->column, count, top->page);
		return;
	}
}

static void key_of_sort(struct top *top, int key)
{
	const struct columns *columns = top->look.listing->columns;

	if (key == TOP_KEY_ESCAPE) {
		top->mode = MODE_ROWS;
	} else if (key == TOP_KEY_ENTER) {
		top->mode = MODE_ROWS;
		top_sort(top, column_at(columns, top->column.chosen)->name);
	} else if (!move(&top->column, key, count_columns(columns), top->page)) {
		seek_column(top, key);
	}
}

static void key_of_filter(struct top *top, int key)
{
	const size_t length = strlen(top->input);

	if (key == TOP_KEY_ESCAPE) {
		top->mode = MODE_ROWS;
	} else if (key == TOP_KEY_ENTER) {
		if (!top_filter(top, top->input))
			top->mode = MODE_ROWS;
	} else if (key == TOP_KEY_ERASE) {
		if (length)
			top->input[length - 1] = 0;
	} else if (key == 'U' - '@') {
		*top->input = 0;
	} else if (key >= ' ' && key < 127 && length + 1 < sizeof(top->input)) {
		top->input[length] = key;
		top->input[length + 1] = 0;
	}
}

static void key_of_kill(struct top *top, int key)
{
	top->mode = MODE_ROWS;
	if (key == 'y' || key == 'Y')
		top_kill(top);
	else
		top_say(top, "nothing was ended");
}

/* What is the same for rows and texts; whether it was such a key. */
static bool key_of_both(struct top *top, int key)
{
	if (key >= '1' && key < '1' + VIEWS)
		top_view(top, key - '1');
	else if (key == TOP_KEY_TAB)
		top_view(top, (top->look.view + 1) % VIEWS);
	else if (key == TOP_KEY_BACK_TAB)
		top_view(top, (top->look.view + VIEWS - 1) % VIEWS);
	else if (key == 'p' || key == ' ')
		pause_or_not(top);
	else if (key == '?' || key == 'h')
		top_help(top);
	else if (key == 'L' - '@')
		top->redraw = true;
	else
		return false;
	return true;
}

/**
 * top_settle - let what is chosen be among what there is, and what is shown
 * @top: the live view
 */
void top_settle(struct top *top)
{
	if (!top->wants_look)
		follow(&top->rows, top_rows_count(&top->look.rows), top->page);
	if (top->mode == MODE_SORT)
		follow(&top->column, count_columns(top->look.listing->columns), top->page);
}

/**
 * top_key - do what a key is for
 * @top: the live view
 * @key: a character, or enum top_key
 */
void top_key(struct top *top, int key)
{
	static void (*const keys[])(struct top *top, int key) = {
		[MODE_ROWS] = key_of_rows, [MODE_TEXT] = key_of_text, [MODE_SORT] = key_of_sort,
		[MODE_FILTER] = key_of_filter, [MODE_KILL] = key_of_kill,
	};

	if (key == TOP_KEY_NONE)
		return;
	if (!top->failed)
		*top->message = 0;
	if (top->mode > MODE_TEXT || !key_of_both(top, key))
		keys[top->mode](top, key);
}
