/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LISTEN_H
#define LISTEN_H

#include <stddef.h>

#include "failure.h"

/* Where it listens when nobody says so; no service is registered there. */
#define LISTEN_USUAL	"127.0.0.1:7678"
/* So many sockets there can be. */
#define LISTEN_MAX	8

/**
 * struct listening - sockets on which requests come; zeroed before use
 * @list: descriptors
 * @count: how many there are
 */
struct listening {
	int list[LISTEN_MAX];
	size_t count;
};

int listen_open(struct listening *listening, const char *addresses, struct failure *failure);
void listen_close(struct listening *listening);

#endif
