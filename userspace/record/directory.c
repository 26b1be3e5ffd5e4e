// SPDX-License-Identifier: GPL-2.0
/* A directory, by a way that nobody else can bend. */
#include "record/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether nobody else can put something into a directory. */
static bool is_trusted(int directory)
{
	struct stat status;

	return !fstat(directory, &status) && (!status.st_uid || status.st_uid == geteuid()) &&
	       !(status.st_mode & 0022);
}

/* The next directory on the way; a link only where nobody else could have made it. */
static int enter(int directory, const char *name)
{
	int next = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (next < 0 || fstat(next, &status))
		return next;
	if (S_ISDIR(status.st_mode))
		return next;
	close(next);
	if (!S_ISLNK(status.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (is_trusted(directory))
		return openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	errno = ELOOP;
	return -1;
}

static int open_start(const char *path, size_t length)
{
	return open(length && *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/**
 * directory_open - open the directory that a path begins with
 * @path: the path
 * @length: of the part that is the directory, 0 for the present one
 *
 * Links are followed only in directories where nobody else may write.
 *
 * Return: descriptor, for openat(2) and the like; or -1, and errno is set, to ELOOP for a link.
 */
int directory_open(const char *path, size_t length)
{
	int directory = open_start(path, length), next;
	char copy[PATH_MAX], *rest = copy, *name;

	if (directory < 0)
		return -1;
	if (length >= sizeof(copy)) {
		close(directory);
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(copy, path, length);
	copy[length] = 0;
	while (directory >= 0 && (name = strsep(&rest, "/"))) {
		if (!*name)
			continue;
		next = enter(directory, name);
		close(directory);
		directory = next;
	}
	return directory;
}
