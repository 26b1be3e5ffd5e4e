// SPDX-License-Identifier: GPL-2.0
#include "table/terminal.h"

#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Lines may be as long as they are. */
static bool is_wide;

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
