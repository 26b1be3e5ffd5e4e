/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILTER_FILE_H
#define FILTER_FILE_H

#include "failure.h"

/**
 * struct filter_file - words of a file behind those of a command line
 * @text: of the file, cut into words
 * @words: all of them, NULL behind the last
 */
struct filter_file {
	char *text;
	char **words;
};

int filter_file_read(struct filter_file *file, const char *path, char *const *words,
		     struct failure *failure);
void filter_file_free(struct filter_file *file);

#endif
