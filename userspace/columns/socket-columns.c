// SPDX-License-Identifier: GPL-2.0
#include "columns/tables.h"

#include <string.h>
#include <sys/socket.h>

#include "columns/endpoint.h"
#include "columns/processes.h"
#include "format/clock.h"
#include "format/words.h"
#include "host/cgroup.h"
#include "kernel/rows.h"

/* The port of the row that the socket counts in; false for kinds without ports. */
static bool row_port(const struct socket_row *socket, uint32_t *port)
{
	const bool out = socket->role == SOCKPORT_ROLE_OUT;

	*port = out ? socket->remote_port : socket->local_port;
	return socket->role && row_knows(socket, out ? SOCKPORT_A_SOCKET_REMOTE_PORT :
						       SOCKPORT_A_SOCKET_LOCAL_PORT);
}

static void fill_port(struct sink *sink, const struct column *column, const void *row)
{
	uint32_t port;

	(void)column;
	if (row_port(row, &port))
		value_u64(sink, port);
}

static void fill_service(struct sink *sink, const struct column *column, const void *row)
{
	uint32_t port;

	(void)column;
	if (row_port(row, &port))
		value_service(sink, port, ((const struct socket_row *)row)->protocol);
}

static enum endpoint end_of(const struct column *column)
{
	return column->attribute == SOCKPORT_A_SOCKET_LOCAL_ADDRESS ? ENDPOINT_LOCAL :
								       ENDPOINT_REMOTE;
}

static void fill_address(struct sink *sink, const struct column *column, const void *row)
{
	value_address_of(sink, row, end_of(column));
}

static void fill_addresses(struct sink *sink, const struct column *column, const void *row)
{
	value_addresses_of(sink, row, end_of(column));
}

static void fill_end(struct sink *sink, const struct column *column, const void *row)
{
	value_end_of(sink, row, end_of(column));
}

static uint32_t netns_of(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_NETNS) ? socket->netns : 0;
}

static void fill_interface(struct sink *sink, const struct column *column, const void *row)
{
	const struct socket_row *socket = row;

	if (!row_knows(row, column->attribute) || !socket->ifindex)
		return;
	value_begin(sink);
	sink_interface(sink, netns_of(socket), socket->ifindex);
	value_end(sink);
}

static void fill_expires(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_us(sink, ((const struct socket_row *)row)->expires * US_PER_MS);
}

static void fill_v6only(struct sink *sink, const struct column *column, const void *row)
{
	if (((const struct socket_row *)row)->family == AF_INET6)
		fill_flag(sink, column, row);
}

static void fill_congestion(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_text(sink, ((const struct socket_row *)row)->congestion);
}

static void fill_type(struct sink *sink, const struct column *column, const void *row)
{
	const struct socket_row *socket = row;

	if (row_knows(row, column->attribute))
		value_word_or_number(sink, names_are_numbers(sink->names) ? NULL :
					   word_type(socket->type), socket->type);
}

static void fill_name(struct sink *sink, const struct column *column, const void *row)
{
	const struct socket_row *socket = row;

	if (row_knows(row, column->attribute) && socket->name_size <= ROW_NAME_MAX)
		value_path(sink, socket->name, socket->name_size);
}

/* A mask in text, as in /proc/net/netlink. */
static void fill_groups(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_hex(sink, ((const struct socket_row *)row)->groups);
}

/* The kernel counts those that did not fit or are not ours to see, too. */
static uint32_t unlisted_processes(const struct socket_row *socket)
{
	const uint32_t listed = socket->processes.count < PROCESSES_SHOWN ?
				socket->processes.count : PROCESSES_SHOWN;
	const uint32_t all = row_knows(socket, SOCKPORT_A_SOCKET_PROCESSES) ?
			     socket->process_count : socket->processes.count;

	return all > listed ? all - listed : 0;
}

/* Marks stand in front of a name that does not begin with them. */
static void text_processes(struct sink *sink, const struct socket_row *socket)
{
	const uint32_t more = unlisted_processes(socket);

	if (!socket->processes.count && !more && !row_knows(socket, SOCKPORT_A_SOCKET_KERNEL))
		return;
	if (row_knows(socket, SOCKPORT_A_SOCKET_BY_PORT))
		sink_char(sink, '~');
	/* A process has its number behind its name, whatever it is called. */
	if (row_knows(socket, SOCKPORT_A_SOCKET_KERNEL)) {
		sink_word(sink, "kernel");
		return;
	}
	if (row_knows(socket, SOCKPORT_A_SOCKET_REMEMBERED))
		sink_char(sink, '?');
	value_list_begin(sink);
	value_processes(sink, &socket->processes);
	if (more)
		value_list_more(sink, more);
	value_list_end(sink);
}

static void json_processes(struct sink *sink, const struct socket_row *socket)
{
	if (!socket->processes.count && !row_knows(socket, SOCKPORT_A_SOCKET_PROCESSES))
		return;
	value_list_begin(sink);
	value_processes(sink, &socket->processes);
	value_list_end(sink);
}

static void fill_processes(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	(sink->form == SINK_JSON ? json_processes : text_processes)(sink, row);
}

/* Absent where there are no processes that it could be about. */
static void fill_by_port(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, SOCKPORT_A_SOCKET_PROCESSES) ||
	    row_knows(row, SOCKPORT_A_SOCKET_PROCESS))
		fill_flag(sink, column, row);
}

static void fill_cgroup(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_text(sink, ((const struct socket_row *)row)->cgroup);
}

static void fill_unit(struct sink *sink, const struct column *column, const void *row)
{
	char unit[UNIT_MAX + 1];

	if (row_knows(row, column->attribute) &&
	    cgroup_unit(((const struct socket_row *)row)->cgroup, unit))
		value_text(sink, unit);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)

/* A member of the row that the kernel always tells, or for a group of SOCKPORT_WANT_*. */
#define MEMBER(member, name)	\
	.offset = offsetof(struct socket_row, member), .attribute = SOCKPORT_A_SOCKET_##name
#define WORD(member, name, words)	\
	.fill = fill_word, .word = words, MEMBER(member, name)
#define NUMBER(member, name, bits)	\
	.fill = fill_##bits, MEMBER(member, name)

#define MEMORY(column, index, text)							\
	{ .name = column, .help = text ", in bytes", .unit = "bytes", .fill = fill_u32,	\
	  .want = SOCKPORT_WANT_MEMORY, .flags = COLUMN_RIGHT,	\
	  .width = 8, MEMBER(memory[SOCKPORT_A_MEMORY_##index], MEMORY) }

static const struct column list[] = {
	{ .name = "proto", .help = "kind: tcp, udp, unix, netlink, ...", WORD(protocol, PROTOCOL, word_protocol),
	  .flags = BOTH, .width = 7 },
	{ .name = "role", .help = "whose port the socket belongs to, in: ours; out: theirs",
	  WORD(role, ROLE, word_role), .flags = BOTH, .width = 4 },
	{ .name = "fam", .help = "address family: 4, 6 or the name of another", WORD(family, FAMILY, word_family),
	  .flags = COLUMN_IN_JSON, .width = 3 },
	{ .name = "state", .help = "state, as the kernel names it", WORD(state, STATE, word_state),
	  .flags = BOTH, .width = 11 },
	{ .name = "rx_queue", .help = "bytes that wait to be read; of UDP and MPTCP the memory they take",
	  .unit = "bytes", .flags = BOTH | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(rx_queue, RX_QUEUE, u32), .width = 8 },
	{ .name = "tx_queue", .help = "bytes not yet acknowledged; of UDP not yet sent",
	  .unit = "bytes", .flags = BOTH | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(tx_queue, TX_QUEUE, u32), .width = 8 },
	{ .name = "user", .help = "name of the owner", .fill = fill_user, .flags = BOTH,
	  .want = SOCKPORT_WANT_OWNER, MEMBER(uid, UID), .width = 10 },
	{ .name = "local_end", .help = "local address and port, or what its kind has for them",
	  .kind = COLUMN_TEXT, .fill = fill_end,
	  .flags = COLUMN_IN_TEXT, MEMBER(local, LOCAL_ADDRESS), .width = 28 },
	{ .name = "remote_end", .help = "remote address and port, or what its kind has for them",
	  .kind = COLUMN_TEXT, .fill = fill_end,
	  .flags = COLUMN_IN_TEXT, MEMBER(remote, REMOTE_ADDRESS), .width = 28 },
	{ .name = "local", .help = "local address; of a vsock the context id",
	  .kind = COLUMN_TEXT, .fill = fill_address,
	  .flags = COLUMN_IN_JSON, MEMBER(local, LOCAL_ADDRESS), .width = 21 },
	{ .name = "lport", .help = "local port; of netlink the port id",
	  .kind = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  NUMBER(local_port, LOCAL_PORT, u32), .width = 5 },
	{ .name = "remote", .help = "remote address; of a vsock the context id",
	  .kind = COLUMN_TEXT, .fill = fill_address,
	  .flags = COLUMN_IN_JSON, MEMBER(remote, REMOTE_ADDRESS), .width = 21 },
	{ .name = "rport", .help = "remote port",
	  .kind = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  NUMBER(remote_port, REMOTE_PORT, u32), .width = 5 },
	{ .name = "dev", .help = "index of the interface that it is bound to",
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(ifindex, IFINDEX, u32), .width = 4 },
	{ .name = "interface", .help = "name of that interface",
	  .kind = COLUMN_TEXT, .fill = fill_interface,
	  .flags = COLUMN_IN_JSON, MEMBER(ifindex, IFINDEX), .width = 10 },
	{ .name = "port", .help = "the port of its role", .kind = COLUMN_NUMBER, .fill = fill_port,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 5 },
	{ .name = "service", .help = "name of that port in the services database",
	  .kind = COLUMN_TEXT,
	  .fill = fill_service, .flags = COLUMN_IS_NAME, .width = 12 },
	{ .name = "backlog", .help = "connections that wait for accept(), of listeners",
	  .unit = "connections",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_QUEUES,
	  NUMBER(backlog, BACKLOG, u32), .width = 7 },
	{ .name = "limit", .help = "limit of the backlog",
	  .unit = "connections", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(limit, BACKLOG_LIMIT, u32), .width = 5 },
	{ .name = "syn_queue", .help = "half-open connections of a TCP listener",
	  .unit = "connections", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(syn_queue, SYN_QUEUE, u32), .width = 9 },
	{ .name = "drops", .help = "packets dropped",
	  .unit = "packets", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(drops, DROPS, u32), .width = 5 },
	{ .name = "uid", .help = "number of the owner",
	  .kind = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_OWNER, NUMBER(uid, UID, u32), .width = 5 },
	{ .name = "inode", .help = "inode of the socket, as in /proc/PID/fd", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_OWNER,
	  NUMBER(inode, INODE, u64), .width = 8 },
	{ .name = "cookie", .help = "number that no other socket ever has", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_COOKIE,
	  NUMBER(cookie, COOKIE, u64), .width = 8 },
	{ .name = "timer", .help = "timer: off, retransmit, keepalive, timewait or probe",
	  WORD(timer, TIMER, word_timer), .flags = COLUMN_IN_JSON, .want = SOCKPORT_WANT_TIMER,
	  .width = 10 },
	{ .name = "expires", .help = "milliseconds until the timer fires, as in /proc",
	  .unit = "milliseconds", .flags = COLUMN_RIGHT, .want = SOCKPORT_WANT_TIMER,
	  NUMBER(expires, TIMER_EXPIRES, u32), .width = 8 },
	{ .name = "expires_us", .help = "time until the timer fires", .unit = "microseconds",
	  .fill = fill_expires, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_TIMER, MEMBER(expires, TIMER_EXPIRES), .width = 8 },
	{ .name = "retr", .help = "retransmissions or probes unanswered so far", .unit = "segments",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_TIMER,
	  NUMBER(retransmits, RETRANSMITS, u32), .width = 4 },
	{ .name = "mark", .help = "SO_MARK; needs CAP_NET_ADMIN", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_OWNER,
	  NUMBER(mark, MARK, u32), .width = 4 },
	{ .name = "v6only", .help = "whether it is for IPv6 only",
	  .kind = COLUMN_BOOL, .fill = fill_v6only,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  MEMBER(family, V6ONLY), .width = 6 },
	{ .name = "type", .help = "type: stream, dgram, seqpacket, raw, ...",
	  .kind = COLUMN_TEXT, .fill = fill_type,
	  .flags = COLUMN_IN_JSON, MEMBER(type, TYPE), .width = 9 },
	{ .name = "number", .help = "protocol inside the family: of IP, Ethernet or netlink",
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(number, NUMBER, u32), .width = 6 },
	{ .name = "name", .help = "path of a UNIX socket; @ for 0, with which abstract names begin",
	  .kind = COLUMN_TEXT,
	  .fill = fill_name, .flags = COLUMN_IN_JSON, MEMBER(name, NAME),
	  .width = 28 },
	{ .name = "peer", .help = "inode of the socket at the other end of a UNIX socket",
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(peer_inode, PEER_INODE, u64),
	  .width = 8 },
	{ .name = "local_cid", .help = "local context id of a vsock", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(local_cid, LOCAL_CID, u32),
	  .width = 9 },
	{ .name = "remote_cid", .help = "remote context id of a vsock", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(remote_cid, REMOTE_CID, u32),
	  .width = 10 },
	{ .name = "groups", .help = "mask of the first 32 multicast groups of netlink",
	  .kind = COLUMN_NUMBER,
	  .fill = fill_groups, .flags = COLUMN_IN_JSON,
	  MEMBER(groups, GROUPS), .width = 8 },
	{ .name = "queue", .help = "queue of the interface, of an XDP socket",
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(queue_id, QUEUE_ID, u32), .width = 5 },
	{ .name = "token", .help = "local token of an MPTCP connection and its TCP subflows",
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_TOKEN,
	  NUMBER(token, TOKEN, u32), .width = 10 },
	{ .name = "association", .help = "state of an SCTP association",
	  WORD(association, ASSOCIATION_STATE, word_association),
	  .flags = COLUMN_IN_JSON, .width = 17 },
	{ .name = "assoc", .help = "its number, as in /proc/net/sctp/assocs", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_RIGHT | COLUMN_IN_JSON, NUMBER(association, ASSOCIATION_STATE, u8),
	  .width = 5 },
	{ .name = "addresses", .help = "all local addresses of an SCTP socket; + if there are more",
	  .kind = COLUMN_TEXTS,
	  .fill = fill_addresses, .flags = COLUMN_IN_JSON,
	  MEMBER(local, LOCAL_ADDRESS), .width = 21 },
	{ .name = "remote_addresses", .help = "all addresses of its peer; + if there are more",
	  .kind = COLUMN_TEXTS,
	  .fill = fill_addresses, .flags = COLUMN_IN_JSON,
	  MEMBER(remote, REMOTE_ADDRESS), .width = 21 },
	{ .name = "unlisted", .help = "whether only a process knows of it, no table of the kernel",
	  .fill = fill_flag, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  MEMBER(family, UNLISTED), .width = 8 },
	{ .name = "netns", .help = "name of its network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS), .width = 16 },
	{ .name = "netns_inode", .help = "inode of its network namespace", .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(netns, NETNS, u32), .width = 11 },
	{ .name = "processes", .help = "COMM[PID]:FD of who has it open; ~ if only its listener; or kernel",
	  .kind = COLUMN_PROCESSES,
	  .fill = fill_processes, .want = SOCKPORT_WANT_PROCESSES,
	  MEMBER(processes, PROCESS), .width = 16 },
	{ .name = "process_count", .help = "how many processes have it open", .unit = "processes",
	  .flags = COLUMN_RIGHT, .want = SOCKPORT_WANT_PROCESSES,
	  NUMBER(process_count, PROCESSES, u32), .width = 13 },
	{ .name = "by_port", .help = "whether the processes only have its listener open",
	  .kind = COLUMN_BOOL,
	  .fill = fill_by_port, .flags = COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_PROCESSES, MEMBER(family, BY_PORT), .width = 7 },
	{ .name = "remembered", .help = "whether the process is only the last that opened its port",
	  .kind = COLUMN_BOOL,
	  .fill = fill_by_port, .flags = COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_PROCESSES, MEMBER(family, REMEMBERED), .width = 10 },
	{ .name = "kernel", .help = "whether the kernel itself opened it", .fill = fill_flag,
	  .flags = COLUMN_RIGHT, .want = SOCKPORT_WANT_PROCESSES,
	  MEMBER(family, KERNEL), .width = 6 },
	{ .name = "cgroup", .help = "path of the cgroup that it was made in",
	  .kind = COLUMN_TEXT, .fill = fill_cgroup,
	  .want = SOCKPORT_WANT_CGROUP, MEMBER(cgroup, CGROUP), .width = 28 },
	{ .name = "unit", .help = "unit of systemd, or container, of that cgroup",
	  .kind = COLUMN_TEXT,
	  .fill = fill_unit, .want = SOCKPORT_WANT_CGROUP, MEMBER(cgroup, CGROUP),
	  .width = 20 },
	MEMORY("rmem_alloc", RMEM_ALLOC, "memory of what was received"),
	MEMORY("rcvbuf", RCVBUF, "limit of rmem_alloc"),
	MEMORY("wmem_alloc", WMEM_ALLOC, "memory of what is being sent"),
	MEMORY("sndbuf", SNDBUF, "limit of what waits to be sent"),
	MEMORY("fwd_alloc", FWD_ALLOC, "memory reserved"),
	MEMORY("wmem_queued", WMEM_QUEUED, "memory of what waits to be sent"),
	MEMORY("optmem", OPTMEM, "memory of options"),
	MEMORY("backlog_bytes", BACKLOG, "memory of what came while a process held the socket"),
	{ .name = "congestion", .help = "congestion control algorithm",
	  .kind = COLUMN_TEXT, .fill = fill_congestion,
	  .want = SOCKPORT_WANT_CONGESTION, MEMBER(congestion, CONGESTION), .width = 10 },
};

const struct columns socket_columns = {
	.list = list, .count = sizeof(list) / sizeof(*list), .more = &info_columns,
};
