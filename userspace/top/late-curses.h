/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_LATE_CURSES_H
#define TOP_LATE_CURSES_H

/* Some names are macros, too, which would be taken for members. */
#define NCURSES_NOMACROS
#include <curses.h>

#include "late.h"

/* What is used of ncurses, after late_load(). */
extern struct curses {
	__typeof__(COLS) *COLS;
	__typeof__(LINES) *LINES;
	__typeof__(COLOR_PAIR) *COLOR_PAIR;
	__typeof__(curscr) *curscr;
	__typeof__(stdscr) *stdscr;
	__typeof__(cbreak) *cbreak;
	__typeof__(clearok) *clearok;
	__typeof__(curs_set) *curs_set;
	__typeof__(delscreen) *delscreen;
	__typeof__(endwin) *endwin;
	__typeof__(has_colors) *has_colors;
	__typeof__(init_pair) *init_pair;
	__typeof__(keypad) *keypad;
	__typeof__(newterm) *newterm;
	__typeof__(nodelay) *nodelay;
	__typeof__(noecho) *noecho;
	__typeof__(nonl) *nonl;
	__typeof__(reset_prog_mode) *reset_prog_mode;
	__typeof__(resizeterm) *resizeterm;
	__typeof__(set_escdelay) *set_escdelay;
	__typeof__(start_color) *start_color;
	__typeof__(tigetstr) *tigetstr;
	__typeof__(use_default_colors) *use_default_colors;
	__typeof__(waddnstr) *waddnstr;
	__typeof__(wattrset) *wattrset;
	__typeof__(werase) *werase;
	__typeof__(wget_wch) *wget_wch;
	__typeof__(wmove) *wmove;
	__typeof__(wrefresh) *wrefresh;
} curses;

extern const struct late_library curses_library;

#endif
