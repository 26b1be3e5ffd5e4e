/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "kernel/client.h"
#include "kernel/request.h"

/* What the parts of the client share; for them only. */

/* The kernel fills buffers of up to 32 KiB at once, if one read takes them. */
#define REPLY_MAX	(32 * 1024)

struct mnl_socket;

/**
 * struct client - a conversation with the kernel module
 * @socket: generic netlink
 * @sequence: of the last request
 * @family: id of the family sockport
 * @netns: descriptor of the network namespace to ask about, -1 for our own
 * @netns_all: ask about all of them
 * @everywhere: do so for a while, whatever those two say
 * @events: id of the multicast group of events, 0 where the module has none
 * @tap: gets each answer as it came, before it is taken; or NULL
 * @tap_data: for it
 * @answer: answers in place of the kernel, or NULL
 * @answer_data: for it
 * @request: where requests are made, aligned for them
 * @reply: what was read
 */
struct client {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint16_t family;
	int netns;
	bool netns_all;
	bool everywhere;
	uint32_t events;
	message_function tap;
	void *tap_data;
	answer_function answer;
	void *answer_data;
	uint64_t request[REQUEST_MAX / sizeof(uint64_t)];
	uint64_t reply[REPLY_MAX / sizeof(uint64_t)];
};

/**
 * struct exchange - a request and who takes the replies
 * @client: the client
 * @failure: what went wrong
 * @take: takes a reply; returns 0 or -1 to give up; NULL where only success matters
 * @function: takes the row, of one of the types in client.h
 * @data: for it
 * @filter: what was asked for, NULL for all
 * @want: groups of attributes that were asked for
 * @want_attribute: in which the request says so, or 0
 * @plan: of an expression, by which sockets are left out here, or NULL
 * @time: when the request was made, in milliseconds since 1970
 * @any: there were replies
 * @ended: one of our own functions ended it with an error, so errno means nothing
 * @wants_too_much: the module does not know all that was asked for
 * @is_lookup: the question is whether there is such a family
 */
struct exchange {
	struct client *client;
	struct failure *failure;
	int (*take)(const struct nlmsghdr *message, struct exchange *exchange);
	union {
		port_function port;
		socket_function socket;
		stats_function stats;
		door_function door;
		event_function event;
		program_function program;
	} function;
	void *data;
	const struct filter *filter;
	uint32_t want;
	uint16_t want_attribute;
	const struct expression_plan *plan;
	uint64_t time;
	bool any;
	bool ended;
	bool wants_too_much;
	bool is_lookup;
};

int exchange_bad_answer(struct failure *failure);
int exchange_talk(struct exchange *exchange, struct nlmsghdr *request);

#endif
