/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "die.h"

/* Runs in a process of its own; what it returns is 0 if all is well. */
#define in_child(action) ({ \
	int child_status, child_result; \
	pid_t child_pid = fork(); \
	if (!child_pid) { \
		child_result = (action); \
		_exit(child_result); \
	} \
	if (waitpid(child_pid, &child_status, 0) != child_pid) \
		die("wait: %s", strerror(errno)); \
	child_status; \
})

/**
 * struct child - a process that did something and waits to be told that it may end
 * @go: the end of a pipe; a byte ends the process
 */
struct child {
	pid_t	pid;
	int	go;
};

/* Its name is "comm"; it calls action(data), and is ready when that has returned. */
struct child child_begin(const char *comm, void (*action)(const void *data), const void *data);
/* Returns its exit status, 0 if all went well. */
int child_end(struct child *child);

#endif
