// SPDX-License-Identifier: GPL-2.0
/*
 * command_line.c - whatever words the command is called with, it knows what to do or what is wrong
 *
 * Each line is a word.
 */
#include <getopt.h>

#include "cmd/filter-file.h"
#include "cmd/options.h"
#include "cmd/running.h"
#include "fuzz.h"
#include "no-resolver.h"

#define WORDS_MOST	256

/* Not all processes are gone through for each. */
bool running_find(struct running *running, const char *word)
{
	*running = (struct running){ 0 };
	return strlen(word) != 4;
}

void running_free(struct running *running)
{
	(void)running;
}

/* Nor is a file read that is called as it happens. */
int filter_file_read(struct filter_file *file, const char *path, char *const *words,
		     struct failure *failure)
{
	(void)file;
	(void)words;
	return failure_set(failure, EXIT_USAGE, "cannot read '%.200s'", path);
}

void filter_file_free(struct filter_file *file)
{
	(void)file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = string_of(data, size), *rest = text, *words[WORDS_MOST + 2] = { "sockport" };
	struct options options = { 0 };
	struct failure failure = { 0 };
	int count = 1;

	while (count <= WORDS_MOST && (words[count] = strsep(&rest, "\n")))
		count++;
	words[count] = NULL;
	/* Also forgets where in a word it was. */
	optind = 0;
	if (options_parse(&options, count, words, &failure))
		MUST(failure.status && *failure.text);
	options_free(&options);
	free(text);
	return 0;
}
