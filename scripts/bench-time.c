// SPDX-License-Identifier: GPL-2.0
/*
 * Time one run of a command: bench-time OUTPUT COMMAND [ARGUMENT...]
 *
 * Prints the seconds from fork to exit; the command writes to the file OUTPUT.
 * The exit status is that of the command.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double start;
	int fd, status;
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
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waitpid");
	printf("%.6f\n", now() - start);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
