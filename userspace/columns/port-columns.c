// SPDX-License-Identifier: GPL-2.0
#include "columns/port-columns.h"

#include "columns/history-columns.h"
#include "columns/processes.h"
#include "format/number.h"
#include "format/words.h"
#include "host/category.h"
#include "kernel/rows.h"

static char *fill_protocol(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct port_row *port = row;

	(void)column;
	(void)names;
	return put_word(to, word_protocol(port->protocol), port->protocol);
}

static char *fill_role(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const struct port_row *port = row;

	(void)column;
	(void)names;
	return put_word(to, word_role(port->role), port->role);
}

/* No port, but all whose history has been given back. */
static bool is_rest(const struct port_row *port)
{
	return row_knows(port, SOCKPORT_A_PORT_REST);
}

static char *fill_port(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	return is_rest(row) ? text_put(to, "rest") : fill_u32(to, column, row, names);
}

static char *fill_rest(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	(void)names;
	*to = '0' + is_rest(row);
	return to + 1;
}

static char *fill_service(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct port_row *port = row;

	(void)column;
	return is_rest(port) ? to :
			       names_put_service(names, to, port->port, port->protocol);
}

static char *fill_category(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct port_row *port = row;
	const char *name = is_rest(port) ? NULL : category_name(port->port);

	(void)column;
	(void)names;
	return name && port->protocol != SOCKPORT_PROTOCOL_VSOCK ? text_put(to, name) : to;
}

static uint32_t port_netns(const struct port_row *port)
{
	return row_knows(port, SOCKPORT_A_PORT_NETNS) ? port->netns : 0;
}

static char *fill_local_range(char *to, const struct column *column, const void *row,
			      struct names *names)
{
	const struct port_row *port = row;
	bool inside;

	(void)column;
	if (port->protocol != SOCKPORT_PROTOCOL_VSOCK && !is_rest(port) &&
	    names_is_here(names, port_netns(port)) &&
	    names_in_local_range(names, port->port, &inside))
		*to++ = '0' + inside;
	return to;
}

static char *fill_families(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct port_row *port = row;

	(void)column;
	(void)names;
	if (port->ipv4)
		*to++ = '4';
	if (port->ipv4 && port->ipv6)
		*to++ = '+';
	if (port->ipv6)
		*to++ = '6';
	return to;
}

static char *fill_state(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct port_row *port = row;

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return put_word(to, word_port_state(port->state), port->state);
}

/* A list of uids by a function that writes one, with "+" if there are more. */
static char *put_uids(char *to, const struct port_row *port, struct names *names,
		      char *(*put)(struct names *names, char *to, uint32_t uid))
{
	unsigned int i;

	for (i = 0; i < port->uid_count; i++) {
		if (i)
			*to++ = ',';
		to = put(names, to, port->uids[i]);
	}
	return port->uid_count && port->more_uids ? text_put(to, ",+") : to;
}

static char *put_uid(struct names *names, char *to, uint32_t uid)
{
	(void)names;
	return number_put(to, uid);
}

static char *fill_uids(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	return put_uids(to, row, names, put_uid);
}

static char *fill_users(char *to, const struct column *column, const void *row,
			struct names *names)
{
	(void)column;
	return put_uids(to, row, names, names_put_user);
}

static char *fill_more_uids(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	(void)column;
	(void)names;
	*to = '0' + ((const struct port_row *)row)->more_uids;
	return to + 1;
}

static char *fill_states(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)column;
	(void)names;
	return put_counts(to, ((const struct port_row *)row)->states);
}

static char *fill_netns(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct port_row *port = row;

	if (!row_knows(row, column->attribute))
		return to;
	return names_put_netns(names, to, port->netns);
}

static char *fill_processes(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	const struct port_row *port = row;

	(void)names;
	if (row_knows(row, SOCKPORT_A_PORT_KERNEL)) {
		to = text_put(to, "kernel");
		if (port->processes.count)
			*to++ = ',';
	}
	if (!row_knows(row, column->attribute))
		return to;
	to = processes_put(to, &port->processes);
	return port->more_processes || port->processes.count > PROCESSES_SHOWN ?
	       text_put(to, ",+") : to;
}

static char *json_processes(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return processes_put_json(to, &((const struct port_row *)row)->processes);
}

static char *fill_kernel(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)column;
	(void)names;
	*to = '0' + row_knows(row, SOCKPORT_A_PORT_KERNEL);
	return to + 1;
}

static char *fill_more_processes(char *to, const struct column *column, const void *row,
				 struct names *names)
{
	const struct port_row *port = row;

	(void)column;
	(void)names;
	*to = '0' + (port->more_processes || port->processes.count > ROW_PROCESSES);
	return to + 1;
}

#define MEMBER(member, name)						\
	.offset = offsetof(struct port_row, member), .attribute = SOCKPORT_A_PORT_##name

static const struct column list[] = {
	{ .name = "proto", .help = "protocol: tcp, udp, udplite, sctp, mptcp or vsock", .fill = fill_protocol,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "role", .help = "in: a local port; out: a remote port that we call",
	  .fill = fill_role, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "port", .help = "number of the port; rest (0) for those whose history was given back",
	  .fill = fill_port, .json = fill_u32, .type = COLUMN_NUMBER, MEMBER(port, PORT),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "service", .help = "its name in the services database", .fill = fill_service,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_IS_NAME },
	{ .name = "category", .help = "well-known, registered or dynamic (RFC 6335)",
	  .fill = fill_category, .flags = COLUMN_IN_JSON },
	{ .name = "local_range", .help = "whether it lies in net.ipv4.ip_local_port_range",
	  .fill = fill_local_range, .type = COLUMN_BOOLEAN,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "fam", .help = "address families seen: 4, 6 or 4+6", .fill = fill_families,
	  .flags = COLUMN_IN_JSON },
	{ .name = "state", .help = "open, assigned, draining or closed; unknown for role out",
	  .fill = fill_state, MEMBER(state, STATE),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "sockets", .help = "number of sockets", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(sockets, SOCKETS),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "rx_queue", .help = "bytes that wait to be read", .fill = fill_u64,
	  .type = COLUMN_NUMBER, MEMBER(rx_queue, RX_QUEUE),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "tx_queue", .help = "bytes not yet acknowledged", .fill = fill_u64,
	  .type = COLUMN_NUMBER, MEMBER(tx_queue, TX_QUEUE),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "backlog", .help = "connections that wait for accept()", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(backlog, BACKLOG),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "limit", .help = "limit of the backlog, summed over listeners",
	  .fill = fill_u32, .type = COLUMN_NUMBER, MEMBER(limit, BACKLOG_LIMIT),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "drops", .help = "packets dropped", .fill = fill_u64,
	  .type = COLUMN_NUMBER, MEMBER(drops, DROPS),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "uids", .help = "numbers of the owners; + if there are more",
	  .fill = fill_uids, .type = COLUMN_NUMBERS, .flags = COLUMN_IN_JSON },
	{ .name = "more_uids", .help = "whether there are more owners than listed",
	  .fill = fill_more_uids, .type = COLUMN_BOOLEAN,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "users", .help = "names of the owners; + if there are more",
	  .fill = fill_users, .type = COLUMN_STRINGS,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "states", .help = "number of sockets in each state", .fill = fill_states,
	  .type = COLUMN_COUNTS, .flags = COLUMN_IN_JSON },
	{ .name = "netns", .help = "name of its network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS) },
	{ .name = "netns_inode", .help = "inode of its network namespace", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(netns, NETNS),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "processes", .help = "who has its listeners, or else its sockets, open; + if more; or kernel",
	  .fill = fill_processes, .json = json_processes, .want = SOCKPORT_WANT_PROCESSES,
	  MEMBER(processes, PROCESS) },
	{ .name = "more_processes", .help = "whether there are more processes than listed",
	  .fill = fill_more_processes, .type = COLUMN_BOOLEAN,
	  .want = SOCKPORT_WANT_PROCESSES, .flags = COLUMN_RIGHT },
	{ .name = "kernel", .help = "whether the kernel itself opened its listeners",
	  .fill = fill_kernel, .type = COLUMN_BOOLEAN, .want = SOCKPORT_WANT_PROCESSES,
	  .flags = COLUMN_RIGHT },
	{ .name = "rest", .help = "whether it is no port, but all whose history was given back",
	  .fill = fill_rest, .type = COLUMN_BOOLEAN, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
};

const struct columns port_columns = {
	.list = list,
	.count = sizeof(list) / sizeof(*list),
	.more = &history_columns,
};
