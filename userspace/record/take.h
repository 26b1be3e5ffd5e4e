/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_TAKE_H
#define RECORD_TAKE_H

#include "count/hash.h"
#include "doctor/thresholds.h"
#include "host/book.h"
#include "host/names.h"
#include "kernel/client.h"
#include "record/moment.h"

/* With more sockets, they are not recorded. */
#define TAKE_SOCKETS_MAX	100000

/**
 * struct take - a moment in the making
 * @client: knows the kernel
 * @names: what things are called
 * @thresholds: of what is wrong
 * @all_netns: of all network namespaces
 * @watch: milliseconds that doctor looks for, 0 for not at all
 * @moment: becomes so
 * @failure: what went wrong
 * @command: that is being answered, SOCKPORT_CMD_*
 * @message: the present answer, as it came
 * @sockets: how many there are by the port table, or came
 * @named: what has been looked up
 */
struct take {
	struct client *client;
	struct names *names;
	const struct thresholds *thresholds;
	bool all_netns;
	uint32_t watch;
	struct moment *moment;
	struct failure *failure;
	uint8_t command;
	const struct nlmsghdr *message;
	uint64_t sockets;
	struct hash named;
};

/* take.c */
int take_moment(struct take *take);
void take_missing(struct take *take, uint8_t command, const char *reason);

/* take-names.c */
void take_host(struct take *take);
void take_name(struct take *take, enum book_kind kind, uint32_t first, uint32_t second);
void take_names_of_port(struct take *take, const struct port_row *row);
void take_names_of_socket(struct take *take, const struct socket_row *row);
void take_names_of_event(struct take *take, const struct event_row *row);
void take_names_of_door(struct take *take, const struct door_row *row);
void take_names_of_program(struct take *take, const struct program_row *row);

/* take-findings.c */
void take_findings(struct take *take);

#endif
