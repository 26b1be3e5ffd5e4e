// SPDX-License-Identifier: GPL-2.0
/* Commands that go on until somebody has seen enough. */
#include "stop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

static volatile sig_atomic_t requested;
static sigset_t while_waiting;

static void request(int signal)
{
	(void)signal;
	requested = 1;
}

/**
 * stop_catch - let SIGINT and SIGTERM end stop_wait() instead of the process
 *
 * They are held back but for the time of waiting, so that none comes in between.
 */
void stop_catch(void)
{
	struct sigaction action = { .sa_handler = request };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &while_waiting);
	sigdelset(&while_waiting, SIGINT);
	sigdelset(&while_waiting, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
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
 * stop_wait - wait for something to do
 * @descriptor: to be read; -1 for none
 * @until_ms: until when at most, on the clock of stop_clock_ms(); 0 for ever
 *
 * Return: enum stop_reason.
 */
enum stop_reason stop_wait(int descriptor, uint64_t until_ms)
{
	struct pollfd files[] = {
		{ .fd = STDOUT_FILENO },
		{ .fd = descriptor, .events = POLLIN },
	};
	struct timespec left;

	while (!requested) {
		const int ready = ppoll(files, 2, time_until(until_ms, &left), &while_waiting);

		if (!ready)
			return STOP_TIME;
		/* Of stdout, only errors are told. */
		if (ready > 0 && files[0].revents)
			return STOP_NOW;
		if (ready > 0)
			return STOP_READABLE;
	}
	return STOP_NOW;
}
