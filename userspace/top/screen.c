// SPDX-License-Identifier: GPL-2.0
/* A terminal that shows frames. It knows nothing of what they are about. */
#include "top/screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "top/key.h"
#include "top/late-curses.h"
#include "top/restore.h"

/* How long the rest of a key that begins with an escape may take, in milliseconds. */
#define ESCAPE_MS	50

static SCREEN *screen;
static chtype looks[STYLES];

static void set_looks(bool has_color)
{
	static const struct { short color; chtype look; } styles[STYLES] = {
		[STYLE_TITLE] = { -1, A_BOLD },
		[STYLE_HEADER] = { COLOR_GREEN, A_REVERSE },
		[STYLE_SORTED] = { COLOR_CYAN, A_REVERSE | A_BOLD },
		[STYLE_CHOSEN] = { -1, A_STANDOUT },
		[STYLE_WRONG] = { COLOR_RED, A_BOLD },
		[STYLE_KEY] = { COLOR_CYAN, A_BOLD },
		[STYLE_TREND] = { COLOR_GREEN, A_NORMAL },
	};
	const bool colors = has_color && curses.has_colors() && curses.start_color() == OK &&
			    curses.use_default_colors() == OK;
	short i;

	for (i = 0; i < STYLES; i++) {
		looks[i] = styles[i].look;
		if (colors && styles[i].color > 0 && curses.init_pair(i, styles[i].color, -1) == OK)
			looks[i] |= curses.COLOR_PAIR(i);
	}
}

/* What ends we see ourselves; the library would end us by its own handlers. */
static void take_signals_back(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		signal(numbers[i], SIG_DFL);
}

static void remember(void)
{
	static const char *const names[] = { "sgr0", "op", "rmkx", "cnorm", "rmcup" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		restore_add(curses.tigetstr((char *)names[i]));
	restore_on_crash();
}

/**
 * screen_open - take the terminal
 * @has_color: colours are wanted
 * @failure: why it cannot be taken
 *
 * Return: 0 or -1.
 */
int screen_open(bool has_color, struct failure *failure)
{
	const char *term = getenv("TERM");

	if (late_load(&curses_library, failure))
		return -1;
	if (!restore_remember())
		return failure_set(failure, EXIT_RUN, "the terminal cannot be asked for its settings");
	screen = curses.newterm(NULL, stdout, stdin);
	take_signals_back();
	if (!screen)
		return failure_set(failure, EXIT_RUN,
				   "unknown terminal '%.60s': set TERM, or print frames with --batch",
				   term ? term : "");
	remember();
	set_looks(has_color);
	curses.cbreak();
	curses.noecho();
	curses.nonl();
	curses.keypad(*curses.stdscr, TRUE);
	curses.nodelay(*curses.stdscr, TRUE);
	curses.set_escdelay(ESCAPE_MS);
	curses.curs_set(0);
	return 0;
}

/**
 * screen_close - give the terminal back as it was
 */
void screen_close(void)
{
	if (!screen)
		return;
	curses.endwin();
	curses.delscreen(screen);
	screen = NULL;
}

/**
 * screen_leave - give the terminal back for a while
 */
void screen_leave(void)
{
	curses.endwin();
}

/**
 * screen_return - take the terminal again
 */
void screen_return(void)
{
	curses.reset_prog_mode();
	screen_resize();
	curses.clearok(*curses.curscr, TRUE);
}

/**
 * screen_resize - follow the size of the terminal
 */
void screen_resize(void)
{
	struct winsize window;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) && window.ws_row && window.ws_col)
		curses.resizeterm(window.ws_row, window.ws_col);
}

/**
 * screen_size - how much room there is
 * @rows: lines
 * @columns: of each
 */
void screen_size(unsigned int *rows, unsigned int *columns)
{
	*rows = *curses.LINES > 0 ? *curses.LINES : 1;
	*columns = *curses.COLS > 0 ? *curses.COLS : 1;
}

/**
 * screen_draw - show a frame
 * @frame: no line is longer than there is room for
 * @redraw: draw also what has not changed
 */
void screen_draw(const struct frame *frame, bool redraw)
{
	const struct frame_span *span;
	size_t i, j;

	curses.werase(*curses.stdscr);
	for (i = 0; i < frame->count && i < (size_t)*curses.LINES; i++) {
		curses.wmove(*curses.stdscr, i, 0);
		for (j = 0; j < frame->lines[i].count; j++) {
			span = &frame->spans[frame->lines[i].first + j];
			curses.wattrset(*curses.stdscr, looks[span->style]);
			curses.waddnstr(*curses.stdscr, frame->text + span->at, span->size);
		}
	}
	curses.wattrset(*curses.stdscr, A_NORMAL);
	if (redraw)
		curses.clearok(*curses.curscr, TRUE);
	curses.wrefresh(*curses.stdscr);
}

/* Keys by the names of terminals; others mean nothing. */
static int key_of(int key)
{
	switch (key) {
	case KEY_UP:
		return TOP_KEY_UP;
	case KEY_DOWN:
		return TOP_KEY_DOWN;
	case KEY_LEFT:
		return TOP_KEY_LEFT;
	case KEY_RIGHT:
		return TOP_KEY_RIGHT;
	case KEY_PPAGE:
		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:
		return TOP_KEY_HOME;
	case KEY_END:
		return TOP_KEY_END;
	case KEY_ENTER:
		return TOP_KEY_ENTER;
	case KEY_BACKSPACE:
		return TOP_KEY_ERASE;
	case KEY_BTAB:
		return TOP_KEY_BACK_TAB;
	case KEY_F(1):
		return '?';
	case KEY_F(10):
		return 'q';
	}
	return TOP_KEY_NONE;
}

static int character_of(wint_t character)
{
	switch (character) {
	case '\r':
	case '\n':
		return TOP_KEY_ENTER;
	case 27:
		return TOP_KEY_ESCAPE;
	case '\b':
	case 127:
		return TOP_KEY_ERASE;
	case '\t':
		return TOP_KEY_TAB;
	}
	return character;
}

/**
 * screen_key - the next key that somebody pressed
 *
 * Return: a character or enum top_key; TOP_KEY_NONE for one that means nothing; -1 for none.
 */
int screen_key(void)
{
	wint_t key;

	switch (curses.wget_wch(*curses.stdscr, &key)) {
	case KEY_CODE_YES:
		return key_of(key);
	case OK:
		return character_of(key);
	}
	return -1;
}
