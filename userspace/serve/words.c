// SPDX-License-Identifier: GPL-2.0
/* What is asked over HTTP is read as the command line that asks the same. */
#include "serve/words.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* getopt(3) reads one command line at a time. */
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

/**
 * words_add - one more word
 * @words: the words
 * @begin: how it begins
 * @text: how it goes on
 * @failure: that there are too many
 *
 * Return: 0 or -1.
 */
int words_add(struct words *words, const char *begin, const char *text, struct failure *failure)
{
	if (words->count == WORDS_MAX)
		return failure_set(failure, EXIT_USAGE, "too many words");
	if (asprintf(&words->list[words->count], "%s%s", begin, text) < 0) {
		words->list[words->count] = NULL;
		return failure_set(failure, EXIT_RUN, "out of memory");
	}
	words->count++;
	return 0;
}

/**
 * words_add_split - the words of a text
 * @words: the words
 * @text: has blanks between them
 * @failure: that there are too many
 *
 * Return: 0 or -1.
 */
int words_add_split(struct words *words, const char *text, struct failure *failure)
{
	char *copy = strdup(text), *rest = copy, *word;
	int error = 0;

	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	while (!error && (word = strsep(&rest, " \t\r\n")))
		error = *word ? words_add(words, "", word, failure) : 0;
	free(copy);
	return error;
}

/**
 * words_equal - whether two ask the same
 * @a: one command line
 * @b: another one
 */
bool words_equal(const struct words *a, const struct words *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (strcmp(a->list[i], b->list[i]))
			return false;
	return true;
}

/**
 * words_parse - read them as the command line that they are
 * @words: the words; their order changes
 * @options: what they say, as long as they are there; options_free() it whatever happens
 * @failure: what makes no sense
 *
 * Context: any thread.
 *
 * Return: 0 or -1.
 */
int words_parse(struct words *words, struct options *options, struct failure *failure)
{
	int error;

	pthread_mutex_lock(&reading);
	error = options_parse(options, words->count, words->list, failure);
	pthread_mutex_unlock(&reading);
	/* An option can say it, or an expression. */
	if (!error && options->netns && strchr(options->netns, '/'))
		return failure_set(failure, EXIT_USAGE,
				   "a network namespace is asked for by its name or a PID, not by a path");
	return error;
}

/**
 * words_free - forget them
 * @words: as zeroed afterwards
 */
void words_free(struct words *words)
{
	while (words->count)
		free(words->list[--words->count]);
	*words = (struct words){ 0 };
}
