/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DOORS_H
#define TESTS_DOORS_H

#include "client.h"

/**
 * struct door - a port where nobody listens, and who knocked
 * @length: of the addresses, 4 or 16
 * @called: which of our addresses @source called
 */
struct door {
	uint8_t		protocol;
	uint32_t	port;
	uint32_t	netns;
	uint64_t	attempts;
	uint64_t	first;
	uint64_t	last;
	size_t		length;
	uint8_t		source[16];
	uint8_t		called[16];
};

struct doors {
	struct door	*door;
	size_t		count;
	size_t		room;
};

#define for_each_door(each, doors) \
	for (struct door *each = (doors)->door; each < (doors)->door + (doors)->count; each++)

/* Dump them, of the own namespace, of one or of all; -errno in client->error. */
struct doors doors_of(struct client *client, int netns);
void doors_discard(struct doors *doors);
struct door *doors_find(const struct doors *doors, uint8_t protocol, uint16_t port);
uint64_t doors_attempts(const struct doors *doors);

/**
 * struct knocker - calls ports where nobody listens, from one address to another
 * @made: attempts so far
 */
struct knocker {
	int		family;
	const char	*from;
	const char	*to;
	int		tcp[2];
	int		udp;
	uint64_t	made;
};

struct knocker knocker_open(int family, const char *from, const char *to);
void knocker_close(struct knocker *knocker);
void knock_tcp(struct knocker *knocker, uint16_t port);
void knock_udp(struct knocker *knocker, uint16_t port);

#endif
