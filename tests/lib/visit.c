// SPDX-License-Identifier: GPL-2.0
/*
 * visit.c - root of the host, who comes into somebody's network namespace
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "die.h"
#include "netns.h"
#include "visit.h"

static void enter(pid_t pid)
{
	char file[64];
	int fd;

	snprintf(file, sizeof(file), "/proc/%d/ns/net", pid);
	fd = open(file, O_RDONLY);
	if (fd < 0)
		die("%s: %m", file);
	netns_set(fd);
}

struct visit visit_begin(const char *comm, void (*action)(void))
{
	int there[2], gone[2];
	pid_t pid;
	char byte;

	if (pipe(there) || pipe(gone))
		die("pipe: %m");
	pid = fork();
	if (!pid) {
		close(there[1]);
		if (read(there[0], &byte, 1) != 1)
			_exit(1);
		prctl(PR_SET_NAME, comm);
		enter(getppid());
		action();
		_exit(write(gone[1], "g", 1) != 1);
	}
	if (pid < 0)
		die("fork: %m");
	close(there[0]);
	close(gone[1]);
	return (struct visit){ .there = there[1], .gone = gone[0] };
}

void visit_end(struct visit *visit)
{
	char byte;

	if (write(visit->there, "t", 1) != 1 || read(visit->gone, &byte, 1) != 1)
		die("no visitor");
	close(visit->there);
	close(visit->gone);
}
