/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "count/hash.h"
#include "failure.h"
#include "host/cgroup.h"
#include "kernel/rows.h"

/**
 * enum accounts_by - what programs are summed up by
 * @ACCOUNTS_BY_PROGRAM: their name, and their unit or container
 * @ACCOUNTS_BY_UNIT: their unit or container
 * @ACCOUNTS_BY_CONTAINER: their container
 * @ACCOUNTS_BY_USER: the owner of their sockets
 */
enum accounts_by {
	ACCOUNTS_BY_PROGRAM,
	ACCOUNTS_BY_UNIT,
	ACCOUNTS_BY_CONTAINER,
	ACCOUNTS_BY_USER,
};

#define ACCOUNTS_BY	(ACCOUNTS_BY_USER + 1)

extern const char *const accounts_words[ACCOUNTS_BY];

/**
 * struct doer_key - what makes one account differ; compared as bytes
 * @netns: inode of the network namespace
 * @uid: owner of the sockets
 * @has_uid: it is known
 * @is_rest: it is of programs that nobody tells of
 * @comm: name of the program; empty where unknown
 * @unit: its unit, or container; empty where unknown
 */
struct doer_key {
	uint32_t netns;
	uint32_t uid;
	uint8_t has_uid;
	uint8_t is_rest;
	char comm[COMM_MAX + 1];
	char unit[UNIT_MAX + 1];
};

/**
 * struct doer - what some programs did together
 * @port: in the form of a port that did it, for its columns
 * @key: which
 * @by: enum accounts_by
 * @uid: owner of all their sockets, while @is_owned
 * @is_owned: there is one
 */
struct doer {
	struct port_row port;
	struct doer_key key;
	uint8_t by;
	uint32_t uid;
	bool is_owned;
};

/**
 * struct accounts - all of them; zeroed before use, but for @by
 * @by: what they are summed up by
 * @word: a program, unit or container that they must be of; NULL for any
 * @hash: of struct doer
 */
struct accounts {
	enum accounts_by by;
	const char *word;
	struct hash hash;
};

/**
 * struct accounts_before - accounts of an earlier time; zeroed before use
 * @accounts: they
 * @time: when that was, in milliseconds since 1970
 * @elapsed: milliseconds since then, 0 where the clock on the wall tells
 */
struct accounts_before {
	struct accounts accounts;
	uint64_t time;
	uint64_t elapsed;
};

bool accounts_add(struct accounts *accounts, const struct program_row *row);
bool accounts_keep(struct accounts *accounts, const struct doer *doer);
int accounts_read(struct accounts_before *before, const char *path, struct failure *failure);
struct doer *accounts_list(const struct accounts *accounts,
			      const struct accounts_before *before);
void accounts_free(struct accounts *accounts);

#endif
