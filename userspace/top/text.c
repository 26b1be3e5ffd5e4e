// SPDX-License-Identifier: GPL-2.0
/* What another command prints, to be shown where there is room for it. */
#include "top/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines point into the bytes; nothing behind the last newline is a line. */
static bool split(struct text *text)
{
	char *from, *end;
	size_t count = 0;

	for (from = text->bytes; (from = strchr(from, '\n')); from++)
		count++;
	text->lines = malloc((count + 1) * sizeof(*text->lines));
	if (!text->lines)
		return false;
	for (from = text->bytes; (end = strchr(from, '\n')); from = end + 1) {
		text->lines[text->count++] = from;
		*end = 0;
	}
	return true;
}

static bool read_back(struct text *text, int file)
{
	struct stat status;
	ssize_t size;

	if (fstat(file, &status))
		return false;
	text->bytes = malloc(status.st_size + 1);
	if (!text->bytes)
		return false;
	size = pread(file, text->bytes, status.st_size, 0);
	if (size < 0)
		return false;
	text->bytes[size] = 0;
	return split(text);
}

/* Stdout is another file meanwhile. */
static int print_to(int file, text_function print, void *data, struct failure *failure)
{
	const int terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int error;

	if (terminal < 0)
		return failure_set(failure, EXIT_RUN, "no more files: %s", strerror(errno));
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	error = print(data, failure);
	fflush(stdout);
	dup2(terminal, STDOUT_FILENO);
	close(terminal);
	return error;
}

/**
 * text_of - get the lines that something prints
 * @text: gets them; what it had is forgotten if there was nothing wrong
 * @print: prints them
 * @data: for @print
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int text_of(struct text *text, text_function print, void *data, struct failure *failure)
{
	const int file = memfd_create("sockport", MFD_CLOEXEC);
	struct text printed = { 0 };
	int error;

	if (file < 0)
		return failure_set(failure, EXIT_RUN, "no more files: %s", strerror(errno));
	error = print_to(file, print, data, failure);
	if (!error && !read_back(&printed, file))
		error = failure_set(failure, EXIT_RUN, "out of memory");
	close(file);
	if (error) {
		text_free(&printed);
		return -1;
	}
	text_free(text);
	*text = printed;
	return 0;
}

/**
 * text_free - forget the lines
 * @text: as zeroed afterwards
 */
void text_free(struct text *text)
{
	free(text->bytes);
	free(text->lines);
	*text = (struct text){ 0 };
}
