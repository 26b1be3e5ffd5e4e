// SPDX-License-Identifier: GPL-2.0
/*
 * trace.c - which functions of the kernel a process comes through
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "die.h"
#include "trace.h"

#define TRACING		"/sys/kernel/tracing/"
#define GROUP		"sockport_tests"
#define INSTANCE	TRACING "instances/" GROUP "/"

static int try_put(const char *file, const char *text, int flags)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC | flags);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int err = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static void put(const char *file, const char *text)
{
	int err = try_put(file, text, 0);

	if (err)
		die("%s: %s: %s", file, text, strerror(-err));
}

bool trace_works(void)
{
	return !access(TRACING "kprobe_events", W_OK) && !access(TRACING "instances", W_OK);
}

bool trace_returns(const char *function)
{
	char line[200];
	int err;

	snprintf(line, sizeof(line), "r:" GROUP "/returns %s", function);
	err = try_put(TRACING "kprobe_events", line, O_APPEND);
	if (!err)
		err = try_put(TRACING "kprobe_events", "-:" GROUP "/returns", O_APPEND);
	return !err;
}

bool kernel_has_function(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char symbol[128], type;
	bool found = false;

	if (!file)
		die("kallsyms: %s", strerror(errno));
	while (!found && fscanf(file, "%*s %c %127s%*[^\n]", &type, symbol) == 2)
		found = strchr("tT", type) && !strcmp(symbol, name);
	fclose(file);
	return found;
}

void trace_probe(const char *name, const char *function)
{
	char line[200];
	int err;

	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		die("%s: %s", INSTANCE, strerror(errno));
	snprintf(line, sizeof(line), "p:" GROUP "/%s %s", name, function);
	err = try_put(TRACING "kprobe_events", line, O_APPEND);
	if (err)
		die("%s: %s", line, strerror(-err));
}

static pid_t reader(const char *file, int go)
{
	pid_t pid = fork();
	static char piece[1 << 16];
	int fd;

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	if (read(go, piece, 1) != 1)
		_exit(1);
	fd = open(file, O_RDONLY);
	while (read(fd, piece, sizeof(piece)) > 0)
		;
	_exit(0);
}

/* The word before the colon that ends "...: name: (function+0x0/...". */
static void take_name(FILE *names, char *line)
{
	char *end = strstr(line, ": ("), *name;

	if (!end)
		return;
	*end = 0;
	name = strrchr(line, ' ');
	if (name)
		fprintf(names, "%s\n", name + 1);
}

static char *read_names(void)
{
	FILE *trace = fopen(INSTANCE "trace", "r");
	char *text = NULL, *line = NULL;
	size_t size, room = 0;
	FILE *names = open_memstream(&text, &size);

	if (!trace || !names)
		die("%s: %s", INSTANCE "trace", strerror(errno));
	while (getline(&line, &room, trace) > 0) {
		if (strstr(line, "LOST"))
			die("the trace is too long");
		if (line[0] != '#')
			take_name(names, line);
	}
	free(line);
	fclose(names);
	fclose(trace);
	return text;
}

char *trace_reading(const char *file)
{
	char number[20];
	int go[2], status;
	pid_t pid;

	if (pipe(go))
		die("pipe: %s", strerror(errno));
	pid = reader(file, go[0]);
	snprintf(number, sizeof(number), "%d", pid);
	put(INSTANCE "buffer_size_kb", "8192");
	put(INSTANCE "trace", "\n");
	put(INSTANCE "set_event_pid", number);
	put(INSTANCE "events/" GROUP "/enable", "1");
	if (write(go[1], "", 1) != 1 || waitpid(pid, &status, 0) != pid || status)
		die("reading %s: status %d", file, status);
	put(INSTANCE "events/" GROUP "/enable", "0");
	close(go[0]);
	close(go[1]);
	return read_names();
}

void trace_count(void)
{
	put(INSTANCE "events/" GROUP "/enable", "1");
}

unsigned long long trace_calls(const char *name)
{
	unsigned long long calls = 0;
	char found[64], line[256];
	FILE *file;

	file = fopen(TRACING "kprobe_profile", "re");
	if (!file)
		die("%s: %s", TRACING "kprobe_profile", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " %63s %llu", found, &calls) == 2 && !strcmp(found, name))
			break;
	fclose(file);
	return calls;
}

void trace_end(void)
{
	try_put(INSTANCE "events/" GROUP "/enable", "0", 0);
	rmdir(INSTANCE);
	try_put(TRACING "kprobe_events", "-:" GROUP "/", O_APPEND);
}
