// SPDX-License-Identifier: GPL-2.0
/* A file that is large or old enough gets another name, and the oldest goes. */
#include "record/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/**
 * rotate_name - what an older file is called
 * @to: where to
 * @size: of @to
 * @name: of the file
 * @number: 1 for what it was before, and so on
 *
 * Return: false if there is no room.
 */
bool rotate_name(char *to, size_t size, const char *name, unsigned int number)
{
	return (size_t)snprintf(to, size, "%s.%u", name, number) < size;
}

/* Also those that fewer are kept of than before. */
static void drop_oldest(int directory, const char *name, unsigned int keep)
{
	char old[NAME_MAX + 1];
	unsigned int i;

	for (i = keep; i <= ROTATE_MAX; i++)
		if (!rotate_name(old, sizeof(old), name, i) || unlinkat(directory, old, 0))
			return;
}

static int rename_to(int directory, const char *from, const char *name, unsigned int number)
{
	char to[NAME_MAX + 1];

	if (!rotate_name(to, sizeof(to), name, number)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return renameat(directory, from, directory, to);
}

/**
 * rotate - make room for a new file
 * @directory: where it is
 * @name: what it is called there
 * @keep: so many older ones stay, from 1 on
 *
 * Return: 0, also if there was no file; or -1, and errno is set.
 */
int rotate(int directory, const char *name, unsigned int keep)
{
	char from[NAME_MAX + 1];
	unsigned int i;

	drop_oldest(directory, name, keep);
	for (i = keep - 1; i; i--)
		if (!rotate_name(from, sizeof(from), name, i) ||
		    (rename_to(directory, from, name, i + 1) && errno != ENOENT))
			return -1;
	return rename_to(directory, name, name, 1) && errno != ENOENT ? -1 : 0;
}
