// SPDX-License-Identifier: GPL-2.0
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

/**
 * textfile_write - replace a file at once
 * @path: of the file
 * @text: what becomes of it
 * @size: of @text
 * @failure: what went wrong
 *
 * Whoever reads it sees the old text or the new one. The name of the file that is
 * there meanwhile does not end as @path does, so collectors pass it over.
 *
 * Return: 0; or -1, and the old file is as it was.
 */
int textfile_write(const char *path, const char *text, size_t size, struct failure *failure)
{
	char temporary[PATH_MAX];
	int file, error;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    sizeof(temporary))
		return failure_set(failure, EXIT_RUN, "cannot write '%.100s...': %s", path,
				   strerror(ENAMETOOLONG));
	file = mkostemp(temporary, O_CLOEXEC);
	if (file < 0)
		return failure_set(failure, EXIT_RUN, "cannot write '%.200s': %s", path,
				   strerror(errno));
	if (!fill(file, text, size) && !rename(temporary, path))
		return 0;
	error = errno;
	unlink(temporary);
	return failure_set(failure, EXIT_RUN, "cannot write '%.200s': %s", path,
			   strerror(error));
}
