// SPDX-License-Identifier: GPL-2.0
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

/**
 * failure_set - say why something failed
 * @failure: where to say it
 * @status: EXIT_RUN or EXIT_USAGE
 * @format: as of printf(), for one line without newline
 *
 * Return: -1, so that a function can end with it.
 */
int failure_set(struct failure *failure, int status, const char *format, ...)
{
	va_list args;

	failure->status = status;
	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return -1;
}
