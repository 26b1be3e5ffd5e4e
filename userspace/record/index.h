/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_INDEX_H
#define RECORD_INDEX_H

#include "count/hash.h"
#include "host/book.h"
#include "record/moment.h"

/**
 * struct index - what a moment says of itself; zeroed before use
 * @book: names; its data is this
 * @names: of them
 * @has_all: all network namespaces were asked about
 * @host: name of the machine, or NULL
 */
struct index {
	struct book book;
	struct hash names;
	bool has_all;
	char *host;
};

bool index_make(struct index *index, const struct moment *moment);
bool index_netns(const struct index *index, const char *name, uint32_t *inode);
char *index_missing(const struct moment *moment, uint8_t command);
void index_free(struct index *index);

#endif
