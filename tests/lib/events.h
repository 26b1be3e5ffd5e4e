/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_EVENTS_H
#define TESTS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sockport.h>

/**
 * struct event - one message about what happened
 * @known: mask of the attributes it has, by SOCKPORT_A_EVENT_*
 * @length: of the addresses, 0 without
 * @taken: a test has asked for it
 */
struct event {
	uint32_t	known;
	uint64_t	value[SOCKPORT_A_EVENT_MAX + 1];
	char		comm[16];
	size_t		length;
	uint8_t		local[16];
	uint8_t		remote[16];
	bool		taken;
};

#define EVENT(event, NAME)	((event)->value[SOCKPORT_A_EVENT_##NAME])
#define EVENT_HAS(event, NAME)	((event)->known & 1U << SOCKPORT_A_EVENT_##NAME)

/**
 * struct events - who listens, and what it has heard
 * @deaf: how often the kernel said that it could not keep up
 */
struct events {
	int		fd;
	struct event	*event;
	size_t		count;
	size_t		room;
	unsigned int	deaf;
};

/* Ask for events. Returns -errno if this process may not. */
int events_try(struct events *events);
/* Of those that a filter takes: attributes of a request. */
int events_try_filter(struct events *events, const void *attributes, size_t length);
struct events events_begin(void);
/* Join the multicast group, which hears of no process. */
int events_try_group(struct events *events);
struct events events_join(void);
void events_end(struct events *events);
/* As much as the kernel lets root have. */
void events_room(struct events *events, int bytes);

/*
 * The connections that ended last, of the own namespace, of one or of all: events, the
 * newest first. Refused if client->error says so.
 */
struct client;
struct events events_closed(struct client *client, int netns);
/* For mnl_cb_t: data is struct events *. */
struct nlmsghdr;
int events_add_closed(const struct nlmsghdr *nlh, void *data);
void events_discard(struct events *events);

/* What has come so far is in the list. */
void events_read(struct events *events);
/*
 * The next event of a type, and of a role if that is not 0, that nobody has taken;
 * waits for it. Those that came before it stay in the list.
 */
struct event *events_take(struct events *events, uint8_t type, uint8_t role);
/* Events of a type so far, 0 for those that have not been taken, whatever type. */
size_t events_count(const struct events *events, uint8_t type);
/* How many events the events of type "lost" speak of. */
uint64_t events_lost(const struct events *events);

#endif
