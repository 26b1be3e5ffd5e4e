// SPDX-License-Identifier: GPL-2.0
#include "top/late-curses.h"

struct curses curses;

static const struct late_name names[] = {
	LATE_NAME(curses, COLS),
	LATE_NAME(curses, LINES),
	LATE_NAME(curses, COLOR_PAIR),
	LATE_NAME(curses, curscr),
	LATE_NAME(curses, stdscr),
	LATE_NAME(curses, cbreak),
	LATE_NAME(curses, clearok),
	LATE_NAME(curses, curs_set),
	LATE_NAME(curses, delscreen),
	LATE_NAME(curses, endwin),
	LATE_NAME(curses, has_colors),
	LATE_NAME(curses, init_pair),
	LATE_NAME(curses, keypad),
	LATE_NAME(curses, newterm),
	LATE_NAME(curses, nodelay),
	LATE_NAME(curses, noecho),
	LATE_NAME(curses, nonl),
	LATE_NAME(curses, reset_prog_mode),
	LATE_NAME(curses, resizeterm),
	LATE_NAME(curses, set_escdelay),
	LATE_NAME(curses, start_color),
	LATE_NAME(curses, tigetstr),
	LATE_NAME(curses, use_default_colors),
	LATE_NAME(curses, waddnstr),
	LATE_NAME(curses, wattrset),
	LATE_NAME(curses, werase),
	LATE_NAME(curses, wget_wch),
	LATE_NAME(curses, wmove),
	LATE_NAME(curses, wrefresh),
};

LATE_ALL(names, curses);

const struct late_library curses_library = {
	.file = "libncursesw.so.6", .names = names, .count = LATE_COUNT(names),
};
