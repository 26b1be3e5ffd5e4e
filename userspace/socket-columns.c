// SPDX-License-Identifier: GPL-2.0
#include "socket-columns.h"

#include <string.h>
#include <sys/socket.h>
#include <linux/tcp.h>

#include "category.h"
#include "number.h"
#include "rows.h"
#include "words.h"

static char *fill_protocol(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct socket_row *socket = row;

	(void)column;
	(void)names;
	return put_word(to, word_protocol(socket->protocol), socket->protocol);
}

static char *fill_role(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const struct socket_row *socket = row;

	(void)column;
	(void)names;
	return put_word(to, word_role(socket->role), socket->role);
}

static char *fill_family(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)column;
	(void)names;
	switch (((const struct socket_row *)row)->family) {
	case AF_INET:
		*to++ = '4';
		break;
	case AF_INET6:
		*to++ = '6';
		break;
	}
	return to;
}

static char *fill_state(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct socket_row *socket = row;

	(void)column;
	(void)names;
	return put_word(to, word_state(socket->state), socket->state);
}

/* The port of the row that the socket counts in. */
static uint16_t row_port(const struct socket_row *socket)
{
	return socket->role == SOCKPORT_ROLE_OUT ? socket->remote_port : socket->local_port;
}

static char *fill_port(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	(void)names;
	return number_put(to, row_port(row));
}

static char *fill_service(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct socket_row *socket = row;

	(void)column;
	return names_put_service(names, to, row_port(socket), socket->protocol);
}

static char *put_address(char *to, const struct socket_row *socket, const uint8_t *address,
			 struct names *names)
{
	return names_put_address(names, to, socket->family, address,
				 row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) ? socket->ifindex : 0);
}

static const uint8_t *address_of(const struct column *column, const struct socket_row *socket)
{
	if (!row_knows(socket, column->attribute))
		return NULL;
	return column->attribute == SOCKPORT_A_SOCKET_LOCAL_ADDRESS ? socket->local :
								       socket->remote;
}

static char *fill_address(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const uint8_t *address = address_of(column, row);

	return address ? put_address(to, row, address, names) : to;
}

static char *put_port_or_any(char *to, uint16_t port)
{
	if (port)
		return number_put(to, port);
	*to = '*';
	return to + 1;
}

/* IPv6 addresses stand in brackets beside a port (RFC 5952, section 6). */
static char *fill_end(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	const uint8_t *address = address_of(column, row);
	const struct socket_row *socket = row;

	if (!address)
		return to;
	if (socket->family == AF_INET6)
		*to++ = '[';
	to = put_address(to, socket, address, names);
	if (socket->family == AF_INET6)
		*to++ = ']';
	*to++ = ':';
	return put_port_or_any(to, address == socket->local ? socket->local_port :
							      socket->remote_port);
}

static char *fill_interface(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	const struct socket_row *socket = row;

	if (!row_knows(row, column->attribute) || !socket->ifindex)
		return to;
	return names_put_interface(names, to, socket->ifindex);
}

static char *fill_timer(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct socket_row *socket = row;

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return put_word(to, word_timer(socket->timer), socket->timer);
}

static char *fill_v6only(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)names;
	if (((const struct socket_row *)row)->family != AF_INET6)
		return to;
	*to = '0' + row_knows(row, column->attribute);
	return to + 1;
}

static char *fill_congestion(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const char *name = ((const struct socket_row *)row)->congestion;

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return strlen(name) <= NAME_MAX_LENGTH ? text_put(to, name) : to;
}

/* Kernels differ in how much of struct tcp_info they have. */
static const uint8_t *tcp_info_member(const struct column *column, const struct socket_row *socket,
				      size_t size)
{
	if (!row_knows(socket, column->attribute) ||
	    socket->tcp_info_size < column->offset + size)
		return NULL;
	return socket->tcp_info + column->offset;
}

static char *fill_tcp_info32(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const uint8_t *from = tcp_info_member(column, row, sizeof(uint32_t));
	uint32_t value;

	(void)names;
	if (!from)
		return to;
	memcpy(&value, from, sizeof(value));
	return number_put(to, value);
}

static char *fill_tcp_info64(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const uint8_t *from = tcp_info_member(column, row, sizeof(uint64_t));
	uint64_t value;

	(void)names;
	if (!from)
		return to;
	memcpy(&value, from, sizeof(value));
	return number_put(to, value);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)

/* A member of the row that the kernel always tells, or for a group of SOCKPORT_WANT_*. */
#define MEMBER(member, name)	\
	.offset = offsetof(struct socket_row, member), .attribute = SOCKPORT_A_SOCKET_##name
#define NUMBER(member, name, bits)	\
	.type = COLUMN_NUMBER, .fill = fill_##bits, MEMBER(member, name)

#define MEMORY(column, index, text)							\
	{ .name = column, .help = text ", in bytes", .fill = fill_u32,			\
	  .type = COLUMN_NUMBER, .want = SOCKPORT_WANT_MEMORY, .flags = COLUMN_RIGHT,	\
	  .width = 8, MEMBER(memory[SOCKPORT_A_MEMORY_##index], MEMORY) }

#define INFO(column, member, bits, text)						\
	{ .name = column, .help = text, .fill = fill_tcp_info##bits,			\
	  .type = COLUMN_NUMBER, .want = SOCKPORT_WANT_TCP_INFO, .flags = COLUMN_RIGHT,	\
	  .width = 8, .offset = offsetof(struct tcp_info, member),			\
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO }

static const struct column list[] = {
	{ .name = "proto", .help = "protocol: tcp, udp or udplite", .fill = fill_protocol,
	  .flags = BOTH, .width = 7 },
	{ .name = "role", .help = "whose port the socket belongs to, in: ours; out: theirs",
	  .fill = fill_role, .flags = BOTH, .width = 4 },
	{ .name = "fam", .help = "address family: 4 or 6", .fill = fill_family,
	  .flags = COLUMN_IN_JSON, .width = 3 },
	{ .name = "state", .help = "state, as the kernel names it", .fill = fill_state,
	  .flags = BOTH, .width = 11 },
	{ .name = "rx_queue", .help = "bytes that wait to be read", .flags = BOTH | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(rx_queue, RX_QUEUE, u32), .width = 8 },
	{ .name = "tx_queue", .help = "bytes not yet acknowledged", .flags = BOTH | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(tx_queue, TX_QUEUE, u32), .width = 8 },
	{ .name = "user", .help = "name of the owner", .fill = fill_user, .flags = BOTH,
	  .want = SOCKPORT_WANT_OWNER, MEMBER(uid, UID), .width = 10 },
	{ .name = "local_end", .help = "local address and port, in one", .fill = fill_end,
	  .flags = COLUMN_IN_TEXT, MEMBER(local, LOCAL_ADDRESS), .width = 28 },
	{ .name = "remote_end", .help = "remote address and port, in one", .fill = fill_end,
	  .flags = COLUMN_IN_TEXT, MEMBER(remote, REMOTE_ADDRESS), .width = 28 },
	{ .name = "local", .help = "local address", .fill = fill_address,
	  .flags = COLUMN_IN_JSON, MEMBER(local, LOCAL_ADDRESS), .width = 21 },
	{ .name = "lport", .help = "local port", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  NUMBER(local_port, LOCAL_PORT, u16), .width = 5 },
	{ .name = "remote", .help = "remote address", .fill = fill_address,
	  .flags = COLUMN_IN_JSON, MEMBER(remote, REMOTE_ADDRESS), .width = 21 },
	{ .name = "rport", .help = "remote port", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  NUMBER(remote_port, REMOTE_PORT, u16), .width = 5 },
	{ .name = "dev", .help = "index of the interface that it is bound to",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, NUMBER(ifindex, IFINDEX, u32), .width = 4 },
	{ .name = "interface", .help = "name of that interface", .fill = fill_interface,
	  .flags = COLUMN_IN_JSON, MEMBER(ifindex, IFINDEX), .width = 10 },
	{ .name = "port", .help = "the port of its role", .fill = fill_port,
	  .type = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 5 },
	{ .name = "service", .help = "name of that port in the services database",
	  .fill = fill_service, .flags = COLUMN_IS_NAME, .width = 12 },
	{ .name = "backlog", .help = "connections that wait for accept(), of listeners",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_QUEUES,
	  NUMBER(backlog, BACKLOG, u32), .width = 7 },
	{ .name = "limit", .help = "limit of the backlog", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(limit, BACKLOG_LIMIT, u32), .width = 5 },
	{ .name = "drops", .help = "packets dropped", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_QUEUES, NUMBER(drops, DROPS, u32), .width = 5 },
	{ .name = "uid", .help = "number of the owner", .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .want = SOCKPORT_WANT_OWNER, NUMBER(uid, UID, u32), .width = 5 },
	{ .name = "inode", .help = "inode of the socket, as in /proc/PID/fd",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_OWNER,
	  NUMBER(inode, INODE, u64), .width = 8 },
	{ .name = "cookie", .help = "number that no other socket ever has",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_COOKIE,
	  NUMBER(cookie, COOKIE, u64), .width = 8 },
	{ .name = "timer", .help = "timer: off, retransmit, keepalive, timewait or probe",
	  .fill = fill_timer, .flags = COLUMN_IN_JSON, .want = SOCKPORT_WANT_TIMER,
	  MEMBER(timer, TIMER), .width = 10 },
	{ .name = "expires", .help = "milliseconds until the timer fires",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_TIMER,
	  NUMBER(expires, TIMER_EXPIRES, u32), .width = 8 },
	{ .name = "retr", .help = "retransmissions or probes unanswered so far",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_TIMER,
	  NUMBER(retransmits, RETRANSMITS, u32), .width = 4 },
	{ .name = "mark", .help = "SO_MARK; needs CAP_NET_ADMIN",
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .want = SOCKPORT_WANT_OWNER,
	  NUMBER(mark, MARK, u32), .width = 4 },
	{ .name = "v6only", .help = "whether it is for IPv6 only", .fill = fill_v6only,
	  .type = COLUMN_BOOLEAN, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  MEMBER(family, V6ONLY), .width = 6 },
	MEMORY("rmem_alloc", RMEM_ALLOC, "memory of what was received"),
	MEMORY("rcvbuf", RCVBUF, "limit of rmem_alloc"),
	MEMORY("wmem_alloc", WMEM_ALLOC, "memory of what is being sent"),
	MEMORY("sndbuf", SNDBUF, "limit of what waits to be sent"),
	MEMORY("fwd_alloc", FWD_ALLOC, "memory reserved"),
	MEMORY("wmem_queued", WMEM_QUEUED, "memory of what waits to be sent"),
	MEMORY("optmem", OPTMEM, "memory of options"),
	MEMORY("backlog_bytes", BACKLOG, "memory of what came while a process held the socket"),
	{ .name = "congestion", .help = "congestion control algorithm", .fill = fill_congestion,
	  .want = SOCKPORT_WANT_CONGESTION, MEMBER(congestion, CONGESTION), .width = 10 },
	INFO("rtt", tcpi_rtt, 32, "round trip time, in microseconds"),
	INFO("rttvar", tcpi_rttvar, 32, "its deviation, in microseconds"),
	INFO("min_rtt", tcpi_min_rtt, 32, "least round trip time, in microseconds"),
	INFO("rto", tcpi_rto, 32, "retransmission timeout, in microseconds"),
	INFO("cwnd", tcpi_snd_cwnd, 32, "congestion window, in segments"),
	INFO("ssthresh", tcpi_snd_ssthresh, 32, "slow start threshold, in segments"),
	INFO("mss", tcpi_snd_mss, 32, "bytes of a segment sent"),
	INFO("pmtu", tcpi_pmtu, 32, "MTU of the path, in bytes"),
	INFO("unacked", tcpi_unacked, 32, "segments not yet acknowledged"),
	INFO("lost", tcpi_lost, 32, "segments thought lost"),
	INFO("retrans_total", tcpi_total_retrans, 32, "segments sent again, ever"),
	INFO("bytes_acked", tcpi_bytes_acked, 64, "bytes sent and acknowledged"),
	INFO("bytes_received", tcpi_bytes_received, 64, "bytes received"),
	INFO("segs_out", tcpi_segs_out, 32, "segments sent"),
	INFO("segs_in", tcpi_segs_in, 32, "segments received"),
	INFO("delivery_rate", tcpi_delivery_rate, 64, "bytes delivered in a second"),
};

_Static_assert(sizeof(list) / sizeof(*list) <= COLUMNS_MAX, "all columns can be selected");

const struct columns socket_columns = { list, sizeof(list) / sizeof(*list) };
