// SPDX-License-Identifier: GPL-2.0
/* What the recorder asks the kernel, and keeps as it comes. */
#include "record/take.h"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "format/clock.h"

#define PORTS_WANT	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_OPENER)
/* Not what takes the lock of each socket. */
#define SOCKETS_WANT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | SOCKPORT_WANT_COOKIE | \
			 SOCKPORT_WANT_TIMER | SOCKPORT_WANT_PROCESSES |		\
			 SOCKPORT_WANT_CGROUP | SOCKPORT_WANT_TOKEN |			\
			 SOCKPORT_WANT_UNLISTED)

/* Bytes of the largest message of a socket that something is left out of. */
#define TAKE_MESSAGE_MAX	32768

static const struct filter all;

static void keep_message(const struct nlmsghdr *message, void *data)
{
	struct take *take = data;

	take->message = message;
}

/* What a message is about stays the same from one moment to the next. */
static int keep(struct take *take, uint32_t key)
{
	moment_add(take->moment, take->message, RECORD_KIND_ANSWER + take->command,
		   key ^ take->command << 24);
	return moment_failed(take->moment) ?
	       failure_set(take->failure, EXIT_RUN, "out of memory") : 0;
}

static int take_port(const struct port_row *row, void *data)
{
	const uint32_t place[] = { row->netns, row->port, row->protocol, row->role };
	struct take *take = data;

	if (row_knows(row, SOCKPORT_A_PORT_SOCKETS))
		take->sockets += row->sockets;
	take_names_of_port(take, row);
	return keep(take, hash_bytes(row_knows(row, SOCKPORT_A_PORT_REST), place, sizeof(place)));
}

static uint32_t key_of_socket(const struct socket_row *row)
{
	const uint32_t ports[] = { row->netns, row->local_port, row->remote_port, row->protocol };
	uint32_t key;

	if (row_knows(row, SOCKPORT_A_SOCKET_COOKIE) && row->cookie)
		return hash_bytes(0, &row->cookie, sizeof(row->cookie));
	key = hash_bytes(0, ports, sizeof(ports));
	key = hash_bytes(key, row->local, row->local_size);
	return hash_bytes(key, row->remote, row->remote_size);
}

/* As it came, as libmnl has padding that is as it was before. */
static void copy_attribute(struct nlmsghdr *message, const struct nlattr *attribute)
{
	const size_t size = NLA_ALIGN(attribute->nla_len);

	memcpy(mnl_nlmsg_get_payload_tail(message), attribute, size);
	message->nlmsg_len += size;
}

/* What counts down all the time is of no use later, and would take more than all else. */
static int keep_without(struct take *take, uint16_t type, uint32_t key)
{
	uint64_t buffer[TAKE_MESSAGE_MAX / sizeof(uint64_t)];
	const struct nlmsghdr *whole = take->message;
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	const struct nlattr *attribute;
	int error;

	if (whole->nlmsg_len > sizeof(buffer))
		return keep(take, key);
	memcpy(mnl_nlmsg_put_extra_header(message, GENL_HDRLEN),
	       mnl_nlmsg_get_payload(whole), GENL_HDRLEN);
	mnl_attr_for_each(attribute, whole, GENL_HDRLEN)
		if (mnl_attr_get_type(attribute) != type)
			copy_attribute(message, attribute);
	take->message = message;
	error = keep(take, key);
	take->message = whole;
	return error;
}

static int take_socket(const struct socket_row *row, void *data)
{
	struct take *take = data;

	if (++take->sockets > TAKE_SOCKETS_MAX)
		return 0;
	take_names_of_socket(take, row);
	return keep_without(take, SOCKPORT_A_SOCKET_TIMER_EXPIRES, key_of_socket(row));
}

static int take_program(const struct program_row *row, void *data)
{
	const uint32_t whose[] = { row->netns, row->uid };
	struct take *take = data;
	uint32_t key = hash_bytes(row_knows(row, SOCKPORT_A_PROGRAM_REST), whose, sizeof(whose));

	if (row_knows(row, SOCKPORT_A_PROGRAM_COMM))
		key = hash_bytes(key, row->comm, strlen(row->comm));
	if (row_knows(row, SOCKPORT_A_PROGRAM_CGROUP))
		key = hash_bytes(key, row->cgroup, strlen(row->cgroup));
	take_names_of_program(take, row);
	return keep(take, key);
}

/* What happened does not change any more. */
static int take_event(const struct event_row *row, void *data)
{
	struct take *take = data;
	const struct nlmsghdr *message = take->message;

	take_names_of_event(take, row);
	return keep(take, hash_bytes(0, message + 1, message->nlmsg_len - sizeof(*message)));
}

static int take_door(const struct door_row *row, void *data)
{
	const uint32_t place[] = { row->netns, row->port, row->protocol };
	struct take *take = data;

	take_names_of_door(take, row);
	return keep(take, hash_bytes(0, place, sizeof(place)));
}

static int take_stats(const struct stats_row *row, void *data)
{
	(void)row;
	return keep(data, 0);
}

/**
 * take_missing - say that there is no answer
 * @take: the moment in the making
 * @command: to what, SOCKPORT_CMD_*; 0 for what doctor found
 * @reason: why
 */
void take_missing(struct take *take, uint8_t command, const char *reason)
{
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	struct nlmsghdr *message = moment_begin(buffer);

	moment_put_number(message, RECORD_A_MISSING_COMMAND, command);
	moment_put_text(message, RECORD_A_MISSING_REASON, reason);
	moment_end(take->moment, message, RECORD_KIND_MISSING);
}

static int ask(struct take *take, uint8_t command)
{
	struct client *client = take->client;
	struct failure *failure = take->failure;

	take->command = command;
	switch (command) {
	case SOCKPORT_CMD_PORT_GET:
		return client_ports(client, &all, PORTS_WANT, take_port, take, failure);
	case SOCKPORT_CMD_SOCKET_GET:
		return client_sockets(client, &all, SOCKETS_WANT, take_socket, take, failure);
	case SOCKPORT_CMD_PROGRAM_GET:
		return client_programs(client, take_program, take, failure);
	case SOCKPORT_CMD_CLOSED_GET:
		return client_closed(client, &all, take_event, take, failure);
	case SOCKPORT_CMD_CLOSED_DOOR_GET:
		return client_doors(client, take_door, take, failure);
	default:
		return client_stats(client, take_stats, take, failure);
	}
}

/* Without an answer, the moment has why; what came of it is no answer. */
static void try(struct take *take, uint8_t command)
{
	const size_t count = take->moment->count;

	if (!ask(take, command))
		return;
	moment_cut(take->moment, count);
	take_missing(take, command, take->failure->text);
	*take->failure = (struct failure){ 0 };
}

static void take_sockets(struct take *take)
{
	const size_t count = take->moment->count;
	char reason[80];

	if (take->sockets <= TAKE_SOCKETS_MAX) {
		take->sockets = 0;
		try(take, SOCKPORT_CMD_SOCKET_GET);
	}
	if (take->sockets <= TAKE_SOCKETS_MAX)
		return;
	moment_cut(take->moment, count);
	snprintf(reason, sizeof(reason), "there were more than %d, too many to record",
		 TAKE_SOCKETS_MAX);
	take_missing(take, SOCKPORT_CMD_SOCKET_GET, reason);
}

static int take_all(struct take *take)
{
	take_host(take);
	take->moment->head.time = clock_now_ms();
	if (ask(take, SOCKPORT_CMD_PORT_GET))
		return -1;
	try(take, SOCKPORT_CMD_PROGRAM_GET);
	take_sockets(take);
	try(take, SOCKPORT_CMD_CLOSED_GET);
	try(take, SOCKPORT_CMD_CLOSED_DOOR_GET);
	try(take, SOCKPORT_CMD_STATS_GET);
	return 0;
}

/**
 * take_moment - ask for all that is recorded
 * @take: the members up to @failure are set, the moment is empty
 *
 * Return: 0; or -1 if there is not even a port table, or no memory.
 */
int take_moment(struct take *take)
{
	int error;

	take->sockets = 0;
	client_tap(take->client, keep_message, take);
	error = take_all(take);
	client_tap(take->client, NULL, NULL);
	if (!error && take->watch)
		take_findings(take);
	hash_free(&take->named);
	if (!error && moment_failed(take->moment))
		return failure_set(take->failure, EXIT_RUN,
				   "out of memory, or too much to record");
	return error;
}
