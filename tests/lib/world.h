/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <netinet/in.h>
#include <stdint.h>

#include "row.h"

/* connect() picks from these. */
#define WORLD_FIRST_PORT	41000
#define WORLD_PORTS		32

#define WORLD_FDS	40
#define WORLD_TRUTHS	16384

/* Ends of a connection, IPv4 as IPv6 has it. */
struct world_tuple {
	struct in6_addr	local;
	struct in6_addr	remote;
	uint16_t	local_port;
	uint16_t	remote_port;
};

struct world_truth {
	struct world_tuple	tuple;
	uint8_t			role;
};

struct world_fds {
	unsigned int	count;
	unsigned int	most;
	int		fd[WORLD_FDS];
};

/**
 * struct world - a namespace whose few ports everybody shares, and all sockets there
 * @listeners: sockets that listen
 * @ends: connected, or were once
 * @idle: neither, some of them had another life
 * @truth: of each connection, who had its addresses last
 */
struct world {
	int			netns;
	struct world_fds	listeners;
	struct world_fds	ends;
	struct world_fds	idle;
	struct world_truth	truth[WORLD_TRUTHS];
};

/* In a new namespace, where the caller is then. All zeros before. */
void world_begin(struct world *world);
/* Something random happens there, stream_random() says what. */
void world_step(struct world *world);
void world_close(struct world *world);
/* What a connection should have, 0 if it was never made. */
uint8_t world_role(struct world *world, const struct row *row);

#endif
