// SPDX-License-Identifier: GPL-2.0
#include "host/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Readers run as other users. */
#define MODE	0644

static int write_all(int file, const char *text, size_t size)
{
	ssize_t length;

	while (size) {
		length = write(file, text, size);
		if (length < 0 && errno != EINTR)
			return -1;
		if (length > 0) {
			text += length;
			size -= length;
		}
	}
	return 0;
}

static int fill(int file, const char *text, size_t size)
{
	int error = write_all(file, text, size) || fchmod(file, MODE) || fsync(file);

	/* Some file systems report a full disk at close() only. */
	return close(file) || error ? -1 : 0;
}

static int replace(const char *path, char *temporary, const char *text, size_t size)
{
	const int file = mkostemp(temporary, O_CLOEXEC);
	int error;

	if (file < 0)
		return errno;
	if (!fill(file, text, size) && !rename(temporary, path))
		return 0;
	error = errno;
	unlink(temporary);
	return error;
}

/**
 * textfile_write - replace a file at once
 * @path: of the file
 * @text: what becomes of it
 * @size: of @text
 * @failure: what went wrong
 *
 * Whoever reads it sees the old text or the new one. The name of the file that is
 * there meanwhile does not end as @path does, so collectors pass it over; signals that
 * would leave it behind are held back.
 *
 * Return: 0; or -1, and the old file is as it was.
 */
int textfile_write(const char *path, const char *text, size_t size, struct failure *failure)
{
	char temporary[PATH_MAX];
	sigset_t held, before;
	int error;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    sizeof(temporary))
		return failure_set(failure, EXIT_RUN, "cannot write '%.100s...': %s", path,
				   strerror(ENAMETOOLONG));
	sigemptyset(&held);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &before);
	error = replace(path, temporary, text, size);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (error)
		return failure_set(failure, EXIT_RUN, "cannot write '%.200s': %s", path,
				   strerror(error));
	return 0;
}
