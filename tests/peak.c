// SPDX-License-Identifier: GPL-2.0
/*
 * peak.c - the most memory that a command ever had resident
 *
 *	peak COMMAND...
 *
 * Runs the command with its output thrown away and prints KiB. The figure is
 * that of the program alone, taken when it exits: what wait4() reports counts
 * the process that forked too.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/die.h"

static void run_traced(char **command)
{
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		die("/dev/null: %s", strerror(errno));
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		die("ptrace: %s", strerror(errno));
	raise(SIGSTOP);
	execvp(command[0], command);
	die("%s: %s", command[0], strerror(errno));
}

static unsigned long peak_of(pid_t pid)
{
	unsigned long peak = 0;
	char path[32], line[128];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "r");
	if (!status)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %lu", &peak) == 1)
			break;
	fclose(status);
	return peak;
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("wait: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	const int exits = SIGTRAP | PTRACE_EVENT_EXIT << 8;
	unsigned long peak = 0;
	int status, signal;
	pid_t pid;

	if (argc < 2)
		die("peak COMMAND...");
	pid = fork();
	if (!pid)
		run_traced(argv + 1);
	status = wait_for(pid);
	if (!WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT))
		die("ptrace: %s", strerror(errno));
	for (signal = 0; WIFSTOPPED(status); status = wait_for(pid)) {
		if (status >> 8 == exits)
			peak = peak_of(pid);
		else if (WSTOPSIG(status) != SIGTRAP &&
			 WSTOPSIG(status) != SIGSTOP)
			signal = WSTOPSIG(status);
		if (ptrace(PTRACE_CONT, pid, NULL, signal))
			die("ptrace: %s", strerror(errno));
		signal = 0;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) || !peak)
		die("%s failed", argv[1]);
	printf("%lu\n", peak);
	return 0;
}
