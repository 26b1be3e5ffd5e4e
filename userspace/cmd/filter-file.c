// SPDX-License-Identifier: GPL-2.0
/* A filter that is kept in a file, as ss(8) takes it. */
#include "cmd/filter-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Much more than any filter may have. */
#define FILE_MAX	(64 * 1024)
#define BLANKS		" \t\r\n\f\v"

/* Of words, each has a blank behind it. */
#define WORDS_MAX	(FILE_MAX / 2 + 1)

static int cannot_read(const char *path, const char *why, struct failure *failure)
{
	return failure_set(failure, EXIT_USAGE, "cannot read '%.200s': %s", path, why);
}

static int read_text(char *text, const char *path, struct failure *failure)
{
	FILE *stream = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int error = 0;
	size_t size;

	if (!stream)
		return cannot_read(path, strerror(errno), failure);
	size = fread(text, 1, FILE_MAX + 1, stream);
	text[size] = 0;
	if (ferror(stream))
		error = cannot_read(path, strerror(errno), failure);
	else if (size > FILE_MAX || strlen(text) != size)
		error = cannot_read(path, "it is no filter", failure);
	if (stream != stdin)
		fclose(stream);
	return error;
}

/* What stands behind "#" is for people. */
static size_t cut_words(char *text, char **words)
{
	char *rest = text, *line, *word;
	size_t count = 0;

	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "#")] = 0;
		while ((word = strsep(&line, BLANKS)))
			if (*word)
				words[count++] = word;
	}
	return count;
}

/**
 * filter_file_read - put the words of a file behind others
 * @file: gets them
 * @path: of the file; "-" for standard input
 * @words: the others, NULL behind the last
 * @failure: what is wrong with it
 *
 * Return: 0 or -1; either way, filter_file_free() it.
 */
int filter_file_read(struct filter_file *file, const char *path, char *const *words,
		     struct failure *failure)
{
	size_t count = 0;

	while (words[count])
		count++;
	file->text = malloc(FILE_MAX + 2);
	file->words = malloc((count + WORDS_MAX + 1) * sizeof(*words));
	if (!file->text || !file->words)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (read_text(file->text, path, failure))
		return -1;
	if (count)
		memcpy(file->words, words, count * sizeof(*words));
	count += cut_words(file->text, file->words + count);
	file->words[count] = NULL;
	return 0;
}

/**
 * filter_file_free - forget the words
 * @file: as zeroed afterwards
 */
void filter_file_free(struct filter_file *file)
{
	free(file->text);
	free(file->words);
	*file = (struct filter_file){ 0 };
}
