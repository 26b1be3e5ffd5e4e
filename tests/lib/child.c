// SPDX-License-Identifier: GPL-2.0
/*
 * child.c - processes that do something for a test, and stay
 */
#include <signal.h>
#include <sys/prctl.h>

#include "child.h"

struct child child_begin(const char *comm, void (*action)(const void *data), const void *data)
{
	int ready[2], go[2];
	struct child child;
	char byte;

	if (pipe(ready) || pipe(go))
		die("pipe: %s", strerror(errno));
	child.pid = fork();
	if (!child.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, comm);
		close(ready[0]);
		close(go[1]);
		action(data);
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		_exit(read(go[0], &byte, 1) < 0);
	}
	close(ready[1]);
	close(go[0]);
	if (child.pid < 0 || read(ready[0], &byte, 1) != 1)
		die("%s does not come up", comm);
	close(ready[0]);
	child.go = go[1];
	return child;
}

int child_end(struct child *child)
{
	int status;

	if (write(child->go, "g", 1) != 1)
		die("a child is gone: %s", strerror(errno));
	close(child->go);
	if (waitpid(child->pid, &status, 0) != child->pid)
		die("wait: %s", strerror(errno));
	return status;
}
