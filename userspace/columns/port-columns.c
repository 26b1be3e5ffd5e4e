// SPDX-License-Identifier: GPL-2.0
#include "columns/tables.h"

#include "columns/processes.h"
#include "count/bound.h"
#include "format/clock.h"
#include "format/words.h"
#include "host/category.h"
#include "kernel/rows.h"

/* No port, but all whose history has been given back. */
static bool is_rest(const struct port_row *port)
{
	return row_knows(port, SOCKPORT_A_PORT_REST);
}

static void fill_port(struct sink *sink, const struct column *column, const void *row)
{
	if (is_rest(row) && sink->form == SINK_TEXT)
		value_word(sink, "rest");
	else
		fill_u32(sink, column, row);
}

static void fill_service(struct sink *sink, const struct column *column, const void *row)
{
	const struct port_row *port = row;

	(void)column;
	if (!is_rest(port))
		value_service(sink, port->port, port->protocol);
}

static void fill_category(struct sink *sink, const struct column *column, const void *row)
{
	const struct port_row *port = row;
	const char *name = is_rest(port) ? NULL : category_name(port->port);

	(void)column;
	if (name && port->protocol != SOCKPORT_PROTOCOL_VSOCK)
		value_word(sink, name);
}

static uint32_t port_netns(const struct port_row *port)
{
	return row_knows(port, SOCKPORT_A_PORT_NETNS) ? port->netns : 0;
}

static void fill_local_range(struct sink *sink, const struct column *column, const void *row)
{
	const struct port_row *port = row;
	bool inside;

	(void)column;
	if (port->protocol != SOCKPORT_PROTOCOL_VSOCK && !is_rest(port) &&
	    names_is_here(sink->names, port_netns(port)) &&
	    names_in_local_range(sink->names, port->port, &inside))
		value_bool(sink, inside);
}

static void put_bound(struct sink *sink, const struct port_row *port,
		      const struct bound_address *address)
{
	value_list_item(sink);
	value_begin(sink);
	if (address->is_both)
		sink_char(sink, '*');
	else
		sink_address(sink, address->address, address->size);
	if (address->ifindex) {
		sink_char(sink, '%');
		sink_interface(sink, port_netns(port), address->ifindex);
	}
	value_end(sink);
}

static void fill_bound(struct sink *sink, const struct column *column, const void *row)
{
	const struct bound *bound = ((const struct port_row *)row)->bound;
	uint32_t i;

	(void)column;
	if (!bound)
		return;
	value_list_begin(sink);
	for (i = 0; i < bound->count && i < BOUND_ADDRESSES; i++)
		put_bound(sink, row, &bound->list[i]);
	if (bound->count > BOUND_ADDRESSES)
		value_list_more(sink, bound->count - BOUND_ADDRESSES);
	value_list_end(sink);
}

static void fill_families(struct sink *sink, const struct column *column, const void *row)
{
	static const char *const words[] = { NULL, "4", "6", "4+6" };
	const struct port_row *port = row;
	const char *word = words[port->ipv4 + 2 * port->ipv6];

	(void)column;
	if (word)
		value_word(sink, word);
}

static void put_uid(struct sink *sink, uint32_t uid)
{
	value_u64(sink, uid);
}

/* A list of uids by a function that writes one, with "+" if there are more. */
static void put_uids(struct sink *sink, const struct port_row *port,
		     void (*put)(struct sink *sink, uint32_t uid))
{
	unsigned int i;

	if (!port->uid_count)
		return;
	value_list_begin(sink);
	for (i = 0; i < port->uid_count; i++) {
		value_list_item(sink);
		put(sink, port->uids[i]);
	}
	if (port->more_uids)
		value_list_more(sink, 0);
	value_list_end(sink);
}

static void fill_uids(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	put_uids(sink, row, put_uid);
}

static void fill_users(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	put_uids(sink, row, value_user);
}

static void fill_more_uids(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_bool(sink, ((const struct port_row *)row)->more_uids);
}

static void fill_states(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_states(sink, ((const struct port_row *)row)->states);
}

/* JSON says in columns of their own that the kernel has it open, or that there are more. */
static void fill_processes(struct sink *sink, const struct column *column, const void *row)
{
	const struct port_row *port = row;
	const bool kernel = sink->form == SINK_TEXT && row_knows(row, SOCKPORT_A_PORT_KERNEL);
	const bool known = row_knows(row, column->attribute);

	if (!known && !kernel)
		return;
	value_list_begin(sink);
	if (kernel) {
		value_list_item(sink);
		value_word(sink, "kernel");
	}
	if (known)
		value_processes(sink, &port->processes);
	if (known && (port->more_processes || port->processes.count > PROCESSES_SHOWN))
		value_list_more(sink, 0);
	value_list_end(sink);
}

static void fill_more_processes(struct sink *sink, const struct column *column, const void *row)
{
	const struct port_row *port = row;

	(void)column;
	value_bool(sink, port->more_processes || port->processes.count > ROW_PROCESSES);
}

static bool is_draining(const struct column *column, const void *row)
{
	return row_knows(row, column->attribute) &&
	       ((const struct port_row *)row)->state == SOCKPORT_PORT_STATE_DRAINING;
}

/* The kernel lets one more wait than listen(2) was told. */
static bool is_full(const struct column *column, const void *row)
{
	const struct port_row *port = row;

	return row_knows(row, column->attribute) &&
	       row_knows(row, SOCKPORT_A_PORT_BACKLOG_LIMIT) && port->backlog > port->limit;
}

static bool drops(const struct column *column, const void *row)
{
	return row_knows(row, column->attribute) && ((const struct port_row *)row)->drops;
}

static void fill_age(struct sink *sink, const struct column *column, const void *row)
{
	const uint64_t *ms = (const void *)((const char *)row + column->offset);

	if (row_knows(row, column->attribute))
		value_us(sink, *ms * US_PER_MS);
}

#define MEMBER(member, name)						\
	.offset = offsetof(struct port_row, member), .attribute = SOCKPORT_A_PORT_##name

static const struct column list[] = {
	{ .name = "proto", .help = "protocol: tcp, udp, udplite, sctp, mptcp or vsock", .fill = fill_word,
	  .word = word_protocol, MEMBER(protocol, PROTOCOL),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "role", .help = "in: a local port; out: a remote port that we call",
	  .fill = fill_word, .word = word_role, MEMBER(role, ROLE), .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "port", .help = "number of the port; rest (0) for those whose history was given back",
	  .kind = COLUMN_NUMBER,
	  .fill = fill_port, MEMBER(port, PORT),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "service", .help = "its name in the services database",
	  .kind = COLUMN_TEXT, .fill = fill_service,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_IS_NAME },
	{ .name = "category", .help = "well-known, registered or dynamic (RFC 6335)",
	  .kind = COLUMN_TEXT,
	  .fill = fill_category, .flags = COLUMN_IN_JSON },
	{ .name = "local_range", .help = "whether it lies in net.ipv4.ip_local_port_range",
	  .kind = COLUMN_BOOL,
	  .fill = fill_local_range, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "fam", .help = "address families of its sockets: 4, 6 or 4+6",
	  .kind = COLUMN_TEXT, .fill = fill_families,
	  .flags = COLUMN_IN_JSON },
	{ .name = "state", .help = "open, assigned, draining or closed; unknown for role out",
	  .fill = fill_word, .word = word_port_state, MEMBER(state, STATE),
	  .is_wrong = is_draining,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "bound", .help = "addresses that it is bound to; * for any of IPv4 and IPv6",
	  .kind = COLUMN_TEXTS,
	  .fill = fill_bound, .flags = COLUMN_IN_DUMP },
	{ .name = "sockets", .help = "number of sockets", .unit = "sockets", .fill = fill_u32,
	  MEMBER(sockets, SOCKETS),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "rx_queue", .help = "bytes that wait to be read; of UDP and MPTCP the memory they take",
	  .unit = "bytes", .fill = fill_u64,
	  MEMBER(rx_queue, RX_QUEUE),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "tx_queue", .help = "bytes not yet acknowledged; of UDP not yet sent",
	  .unit = "bytes", .fill = fill_u64,
	  MEMBER(tx_queue, TX_QUEUE),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "backlog", .help = "connections that wait for accept()",
	  .unit = "connections", .fill = fill_u32,
	  MEMBER(backlog, BACKLOG), .is_wrong = is_full,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "limit", .help = "limit of the backlog, summed over listeners",
	  .unit = "connections",
	  .fill = fill_u32, MEMBER(limit, BACKLOG_LIMIT),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "drops", .help = "packets dropped", .unit = "packets", .fill = fill_u64,
	  MEMBER(drops, DROPS), .is_wrong = drops,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "uids", .help = "numbers of the owners; + if there are more",
	  .kind = COLUMN_NUMBERS,
	  .fill = fill_uids, .flags = COLUMN_IN_JSON },
	{ .name = "more_uids", .help = "whether there are more owners than listed",
	  .kind = COLUMN_BOOL,
	  .fill = fill_more_uids, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "users", .help = "names of the owners; + if there are more", .kind = COLUMN_TEXTS,
	  .fill = fill_users, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "states", .help = "number of sockets in each state",
	  .kind = COLUMN_STATES, .fill = fill_states,
	  .flags = COLUMN_IN_JSON },
	{ .name = "netns", .help = "name of its network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS) },
	{ .name = "netns_inode", .help = "inode of its network namespace",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(netns, NETNS),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "processes", .help = "who has its listeners, or else its sockets, open; + if more; or kernel",
	  .kind = COLUMN_PROCESSES,
	  .fill = fill_processes, .want = SOCKPORT_WANT_PROCESSES,
	  MEMBER(processes, PROCESS) },
	{ .name = "more_processes", .help = "whether there are more processes than listed",
	  .kind = COLUMN_BOOL,
	  .fill = fill_more_processes, .want = SOCKPORT_WANT_PROCESSES, .flags = COLUMN_RIGHT },
	{ .name = "kernel", .help = "whether the kernel itself opened its listeners",
	  .fill = fill_flag, .attribute = SOCKPORT_A_PORT_KERNEL, .want = SOCKPORT_WANT_PROCESSES,
	  .flags = COLUMN_RIGHT },
	{ .name = "rest", .help = "whether it is no port, but all whose history was given back",
	  .fill = fill_flag, .attribute = SOCKPORT_A_PORT_REST, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "close_wait_age",
	  .help = "how long the oldest connection in CLOSE_WAIT has been so, where that is known",
	  .unit = "microseconds", .fill = fill_age, MEMBER(close_wait_age, CLOSE_WAIT_AGE),
	  .want = SOCKPORT_WANT_AGE, .flags = COLUMN_RIGHT },
	{ .name = "accept_age",
	  .help = "how long the oldest connection has been waiting for accept(), where that is known",
	  .unit = "microseconds", .fill = fill_age, MEMBER(accept_age, ACCEPT_AGE),
	  .want = SOCKPORT_WANT_AGE, .flags = COLUMN_RIGHT },
};

const struct columns port_columns = {
	.list = list,
	.count = sizeof(list) / sizeof(*list),
	.more = &port_history_columns,
};
