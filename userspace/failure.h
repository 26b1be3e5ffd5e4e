/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>

/* Exit status of the command; 0 is success. */
#define EXIT_RUN	1
#define EXIT_USAGE	2
/* Nothing went wrong, but something is wrong. */
#define EXIT_FOUND	3

/**
 * struct failure - why something could not be done
 * @status: what the command exits with, EXIT_RUN or EXIT_USAGE
 * @stopped: nothing went wrong, somebody has seen enough
 * @success: what the command exits with when nothing failed
 * @as_nagios: it is told as that convention has it
 * @unavailable: the kernel does not let us know, or is too old to
 * @not_found: there is no such thing
 * @not_kept: the module is told not to keep such things
 * @text: one line for the user, which says what to do about it; no newline
 */
struct failure {
	int status;
	bool stopped;
	int success;
	bool as_nagios;
	bool unavailable;
	bool not_found;
	bool not_kept;
	char text[1600];
};

/* Arguments from @values on fit to the format. */
#ifndef __printf
#define __printf(format, values) __attribute__((	\
	__format__(printf, format, values)))
#endif

__printf(3, 4)
int failure_set(struct failure *failure, int status, const char *format, ...);

#endif
