/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FDS_H
#define TESTS_FDS_H

#include "rows.h"

/* Who has sockets open, as a proc mount shows it to who looks. */
struct fd_holder {
	uint64_t	inode;
	uint32_t	pid;
	uint32_t	fd;
	char		comm[16];
};

/* By inode and pid, each pair once, with its lowest descriptor. */
struct fd_holders {
	struct fd_holder	*at;
	size_t			count;
	size_t			room;
};

struct fd_holders fd_holders(const char *proc);
void fd_holders_free(struct fd_holders *holders);

/*
 * Each row tells just those who have it open, and as many as there are; by the
 * ones that are told by name. Returns how many rows are wrong, and says the
 * first ones. Rows that have owners by their port are passed over.
 */
unsigned int rows_compare_holders(const struct rows *rows, const struct fd_holders *holders);

#endif
