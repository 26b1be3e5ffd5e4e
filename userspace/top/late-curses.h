/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_LATE_CURSES_H
#define TOP_LATE_CURSES_H

#include <curses.h>

#include "late.h"

/* What is used of ncurses. */
#define CURSES_NAMES(x)							\
	x(COLS)								\
	x(LINES)							\
	x(curscr)							\
	x(stdscr)							\
	x(cbreak)							\
	x(clearok)							\
	x(curs_set)							\
	x(delscreen)							\
	x(endwin)							\
	x(has_colors)							\
	x(init_pair)							\
	x(keypad)							\
	x(newterm)							\
	x(nodelay)							\
	x(noecho)							\
	x(nonl)								\
	x(reset_prog_mode)						\
	x(resizeterm)							\
	x(set_escdelay)							\
	x(start_color)							\
	x(tigetstr)							\
	x(use_default_colors)						\
	x(waddnstr)							\
	x(wattrset)							\
	x(werase)							\
	x(wget_wch)							\
	x(wmove)							\
	x(wrefresh)

CURSES_NAMES(LATE_DECLARE)

int late_curses(struct failure *failure);

#endif
