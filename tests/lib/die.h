/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DIE_H
#define TESTS_DIE_H

#include <stdbool.h>

/* What a test cannot go on without ends it, and with it fails it. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A diagnostic line of the test's output. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Is the kernel a debug kernel, ten times slower? Loads shrink, meanings do not. */
bool slow(void);
unsigned int scaled(unsigned int full, unsigned int when_slow);
/*
 * For who does something again and again: grace periods are long there, and far longer
 * where nobody pauses.
 */
void leave_time(void);

/*
 * for (struct deadline d = deadline(); !done(); deadline_wait(&d, "done"))
 * looks again and again, and dies when a minute was not enough.
 */
struct deadline {
	long long	ends;
};

struct deadline deadline(void);
void deadline_wait(struct deadline *deadline, const char *what);
long long now_ms(void);

/*
 * From now on the processor is for the caller and its new children first: for who
 * makes sure that others get their turn, and has much to do.
 */
void go_first(void);

/* Run a shell command, die if it fails. */
void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Hand text to a command. */
void feed(const char *command, const char *text);

const char *must_getenv(const char *name);

#endif
