// SPDX-License-Identifier: GPL-2.0
#include "host/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(int file, size_t size)
{
	char *text = malloc(size + 1);
	size_t length = 0;
	ssize_t part;

	if (!text)
		return NULL;
	while (length < size && (part = read(file, text + length, size - length)) > 0)
		length += part;
	text[length] = 0;
	return text;
}

/**
 * file_read_start - read the beginning of a file of procfs
 * @path: of the file; its size need not be known before
 * @text: where to put it, terminated by 0
 * @size: of @text
 *
 * Return: whether anything could be read.
 */
bool file_read_start(const char *path, char *text, size_t size)
{
	size_t length = 0;
	ssize_t part;
	int file;

	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	while (length < size - 1 && (part = read(file, text + length, size - 1 - length)) > 0)
		length += part;
	close(file);
	text[length] = 0;
	return length;
}

/**
 * file_read_number - read a number at a place of a list of numbers, as sysctls have them
 * @path: of the file
 * @place: how many numbers stand before it
 * @value: where to put it
 *
 * Return: whether there is one.
 */
bool file_read_number(const char *path, unsigned int place, uint64_t *value)
{
	char text[256];
	char *word, *end, *rest = text;
	unsigned int i = 0;

	if (!file_read_start(path, text, sizeof(text)))
		return false;
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word || i++ < place)
			continue;
		*value = strtoull(word, &end, 10);
		return !*end;
	}
	return false;
}

/**
 * file_read - read a file whole
 * @path: of a regular file
 * @max: largest size in bytes
 *
 * Return: its text, terminated by 0, to be freed with free(); NULL if it cannot be
 * read or is larger.
 */
char *file_read(const char *path, size_t max)
{
	struct stat status;
	char *text = NULL;
	int file;

	/* Nobody may keep us waiting at what is no regular file. */
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return NULL;
	if (!fstat(file, &status) && S_ISREG(status.st_mode) && (size_t)status.st_size <= max)
		text = read_all(file, status.st_size);
	close(file);
	return text;
}
