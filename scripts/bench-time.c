// SPDX-License-Identifier: GPL-2.0
/*
 * Time one run of a command: bench-time OUTPUT COMMAND [ARGUMENT...]
 *
 * Prints the seconds from fork to exit, and those of them on a CPU; the command writes to
 * the file OUTPUT.
 * The exit status is that of the command.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double seconds_of(struct timeval tv)
{
	return tv.tv_sec + tv.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int fd, status;
	double start;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: bench-time OUTPUT COMMAND [ARGUMENT...]");
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		err(2, "%s", argv[1]);
	start = now();
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		dup2(fd, STDOUT_FILENO);
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		err(2, "wait4");
	printf("%.6f %.6f\n", now() - start,
	       seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
