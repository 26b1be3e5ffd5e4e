/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LOAD_H
#define TESTS_LOAD_H

#include <stdint.h>
#include <sys/types.h>

#include "client.h"

#define LOAD_WORKERS	4
#define LOAD_READERS	8

/**
 * struct load_done - what a worker has done, at a port of its own
 * @first: connections by whose end was first to close or reset: client, server
 * @resets: those among them that ended so, by the server
 */
struct load_done {
	uint64_t	connections;
	uint64_t	up;
	uint64_t	down;
	uint64_t	first[2];
	uint64_t	resets;
};

/**
 * struct load - processes that make connections, and others that look on; shared
 * @stop: they should come to an end
 */
struct load {
	volatile int	stop;
	uint16_t	port;
	struct load_done done[LOAD_WORKERS];
	uint64_t	reads[LOAD_READERS];
	pid_t		worker[LOAD_WORKERS];
	pid_t		reader[LOAD_READERS];
	unsigned int	readers;
};

/*
 * Workers listen at port, port + 1 ... and connect to it until so many
 * connections are done or they shall stop. A byte or more goes each way.
 */
struct load *load_begin(uint16_t port, unsigned int connections);
uint64_t load_count(const struct load *load);
/* Wait until they have done what they should. Each worker's ends in its own time. */
void load_wait(struct load *load);
/* Returns how many counters are wrong when all connections are gone. */
unsigned int load_differs(struct load *load, struct client *client);

/*
 * A process that looks again and again, and must find nothing wrong. "look" gets
 * the rows it has seen last.
 */
typedef unsigned int (*load_look)(struct client *client, struct ports *before);
void load_watch(struct load *load, load_look look);
/* No counter of netlink, and of the file, is less than it was. */
unsigned int load_look_netlink(struct client *client, struct ports *before);
unsigned int load_look_file(struct client *client, struct ports *before);
/* Only that there is an answer. */
unsigned int load_look_any(struct client *client, struct ports *before);
/* Workers and readers end. Returns how many readers found something wrong. */
unsigned int load_end(struct load *load);

#endif
