// SPDX-License-Identifier: GPL-2.0
#include "table/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Lines may be as long as they are. */
static bool is_wide;

static bool has_color;

/**
 * terminal_set_wide - do not make anything fit the terminal
 */
void terminal_set_wide(void)
{
	is_wide = true;
}

/**
 * terminal_width - how many columns a line may take
 *
 * Return: those of the terminal; 0 where there is none, or lines may be of any length.
 */
unsigned int terminal_width(void)
{
	struct winsize window;

	if (is_wide || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window))
		return 0;
	return window.ws_col;
}

/**
 * terminal_is_utf8 - whether characters beyond ASCII can be shown
 *
 * Return: what the locale says.
 */
bool terminal_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/**
 * terminal_set_color - decide whether tables have colours
 * @when: when they have
 */
void terminal_set_color(enum terminal_color when)
{
	const char *off = getenv("NO_COLOR"), *term = getenv("TERM");

	has_color = when == COLOR_ALWAYS ||
		    (when == COLOR_AUTO && isatty(STDOUT_FILENO) && !(off && *off) &&
		     term && strcmp(term, "dumb"));
}

/**
 * terminal_has_color - whether tables have colours
 *
 * Return: whether they have; not before terminal_set_color().
 */
bool terminal_has_color(void)
{
	return has_color;
}
