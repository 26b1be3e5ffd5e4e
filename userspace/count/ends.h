/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ENDS_H
#define ENDS_H

#include "count/hash.h"
#include "kernel/rows.h"

/**
 * struct end_holder - a process at the other end of a socket
 * @pid: of the process, 0 where nobody is known to have that end open
 * @comm: its name, empty where unknown
 */
struct end_holder {
	uint32_t pid;
	char comm[COMM_MAX + 1];
};

/**
 * struct held - a socket of a process, and who is at its other end
 * @socket: the first of its processes is the one that it is shown for
 * @peer: NULL where nobody is known
 */
struct held {
	struct socket_row socket;
	const struct end_holder *peer;
};

bool ends_want(struct hash *ends, const struct socket_row *socket, uint32_t here);
void ends_take(struct hash *ends, const struct socket_row *socket, uint32_t here);
const struct end_holder *ends_find(const struct hash *ends, const struct socket_row *socket,
				   uint32_t here);

#endif
