// SPDX-License-Identifier: GPL-2.0
/*
 * die.c - the ways in which a test gives up, waits and lets others work
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "die.h"

static void line(const char *format, va_list args)
{
	char text[2048];

	vsnprintf(text, sizeof(text), format, args);
	printf("# %s\n", text);
	fflush(stdout);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(format, args);
	va_end(args);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(format, args);
	va_end(args);
	_exit(1);
}

bool slow(void)
{
	const char *value = getenv("SOCKPORT_SLOW");

	return value && *value && strcmp(value, "0");
}

unsigned int scaled(unsigned int full, unsigned int when_slow)
{
	return slow() ? when_slow : full;
}

void leave_time(void)
{
	if (slow())
		usleep(100000);
}

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

struct deadline deadline(void)
{
	return (struct deadline){ .ends = now_ms() + scaled(60, 300) * 1000 };
}

void deadline_wait(struct deadline *deadline, const char *what)
{
	if (now_ms() > deadline->ends)
		die("waited too long: %s", what);
	usleep(2000);
}

void go_first(void)
{
	if (setpriority(PRIO_PROCESS, 0, -15))
		die("priority: %s", strerror(errno));
}

void run(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	fflush(stdout);
	if (system(command))
		die("command failed: %s", command);
}

void feed(const char *command, const char *text)
{
	FILE *pipe = popen(command, "w");

	if (!pipe)
		die("%s: %s", command, strerror(errno));
	fputs(text, pipe);
	if (pclose(pipe))
		die("command failed: %s, with\n%s", command, text);
}

const char *must_getenv(const char *name)
{
	const char *value = getenv(name);

	if (!value || !*value)
		die("the environment does not say %s", name);
	return value;
}
