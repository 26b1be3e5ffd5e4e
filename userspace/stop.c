// SPDX-License-Identifier: GPL-2.0
/* Commands that go on until somebody has seen enough. */
#include "stop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "format/clock.h"

/* A pipe that can be written to has room for so much; see pipe(7). */
#define PIECE	4096

/* Told when a signal came; -1 before stop_catch(). */
static int signals = -1;

/**
 * stop_catch - let SIGINT and SIGTERM end stop_wait() instead of the process
 *
 * They are held back until then, so what is being written is written whole; unless
 * nobody reads it, see stop_may_write().
 */
void stop_catch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals >= 0)
		sigprocmask(SIG_BLOCK, &set, NULL);
}

/**
 * stop_clock_ms - a clock that nobody sets
 *
 * Return: milliseconds since some moment.
 */
uint64_t stop_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* NULL, for ever, if there is no end. */
static const struct timespec *time_until(uint64_t until_ms, struct timespec *left)
{
	const uint64_t now = stop_clock_ms();
	const uint64_t ms = until_ms > now ? until_ms - now : 0;

	*left = (struct timespec){ ms / MS_PER_S, ms % MS_PER_S * NS_PER_MS };
	return until_ms ? left : NULL;
}

/**
 * stop_may_write - wait until something can be written, or nobody wants it any more
 * @descriptor: where to
 * @size: bytes to write, at least one
 *
 * Return: how many can be written so that a signal is not held up, all of them before
 * stop_catch(); 0 if nothing can be written and there was a signal.
 */
size_t stop_may_write(int descriptor, size_t size)
{
	struct pollfd files[] = {
		{ .fd = descriptor, .events = POLLOUT },
		{ .fd = signals, .events = POLLIN },
	};

	if (signals < 0)
		return size;
	while (poll(files, 2, -1) < 0)
		;
	if (!files[0].revents)
		return 0;
	return size < PIECE ? size : PIECE;
}

/**
 * stop_wait - wait for something to do
 * @descriptor: to be read; -1 for none
 * @until_ms: until when at most, on the clock of stop_clock_ms(); 0 for ever
 *
 * Return: enum stop_reason.
 */
enum stop_reason stop_wait(int descriptor, uint64_t until_ms)
{
	struct pollfd files[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
		{ .fd = descriptor, .events = POLLIN },
	};
	struct timespec left;
	int ready;

	do
		ready = ppoll(files, 3, time_until(until_ms, &left), NULL);
	while (ready < 0);
	/* Of stdout, only errors are told. */
	if (files[0].revents || files[1].revents)
		return STOP_NOW;
	return ready ? STOP_READABLE : STOP_TIME;
}
