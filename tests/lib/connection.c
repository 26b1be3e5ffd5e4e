// SPDX-License-Identifier: GPL-2.0
/*
 * connection.c - TCP connections in every state
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connection.h"
#include "diag.h"
#include "die.h"
#include "loss.h"
#include "netns.h"
#include "procnet.h"

const struct lane lanes[LANES] = {
	[LANE_V4]	= { "v4", AF_INET, "127.0.0.1", AF_INET, "127.0.0.1", 10000, 1001 },
	[LANE_V6]	= { "v6", AF_INET6, "2001:db8::1", AF_INET6, "2001:db8::1", 11000, 1002 },
	[LANE_DUAL]	= { "dual", AF_INET6, "::", AF_INET, "192.0.2.1", 12000, 1003 },
	[LANE_MAPPED]	= { "mapped", AF_INET6, "::ffff:127.0.0.1", AF_INET6, "::ffff:127.0.0.1",
			    13000, 1004 },
	[LANE_SCOPE]	= { "scope", AF_INET6, "fe80::1%" NEAR, AF_INET6, "fe80::1%" NEAR,
			    14000, 1005 },
};

struct address {
	struct sockaddr_storage	storage;
	socklen_t		length;
};

static struct address resolve(int family, const char *text, uint16_t port)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct address address;
	struct addrinfo *info;
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(text, service, &hints, &info))
		die("no address: %s", text);
	memset(&address, 0, sizeof(address));
	memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
	address.length = info->ai_addrlen;
	freeaddrinfo(info);
	return address;
}

void socket_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("socket option %d.%d: %s", level, option, strerror(errno));
}

int socket_bound(int family, int type, int protocol, const char *address, uint16_t port)
{
	struct address local = resolve(family, address, port);
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (void *)&local.storage, local.length))
		die("bind to %s port %u: %s", address, port, strerror(errno));
	return fd;
}

int socket_listen(int family, const char *address, uint16_t port, int backlog)
{
	int fd = socket_bound(family, SOCK_STREAM, 0, address, port);

	if (listen(fd, backlog))
		die("listen: %s", strerror(errno));
	return fd;
}

int socket_connect(int family, const char *address, uint16_t port, uint16_t local_port)
{
	struct address remote = resolve(family, address, port);
	int fd;

	if (local_port)
		fd = socket_bound(family, SOCK_STREAM, 0, address, local_port);
	else
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (void *)&remote.storage, remote.length) && errno != EINPROGRESS)
		die("connect to %s port %u: %s", address, port, strerror(errno));
	return fd;
}

int socket_accept(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };
	int fd;

	if (poll(&ready, 1, scaled(60, 300) * 1000) != 1)
		die("nobody connects");
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		die("accept: %s", strerror(errno));
	return fd;
}

uint16_t socket_port(int fd)
{
	struct sockaddr_in6 address = { 0 };
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length))
		die("getsockname: %s", strerror(errno));
	/* At the same place in struct sockaddr_in. */
	return ntohs(address.sin6_port);
}

uint64_t socket_cookie(int fd)
{
	socklen_t length = sizeof(uint64_t);
	uint64_t cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length))
		die("cookie: %s", strerror(errno));
	return cookie;
}

uint32_t socket_drops(int fd)
{
	uint32_t memory[SK_MEMINFO_VARS];
	socklen_t length = sizeof(memory);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length))
		die("SO_MEMINFO: %s", strerror(errno));
	return memory[SK_MEMINFO_DROPS];
}

void sockets_many(int type, uint16_t first, unsigned int count)
{
	const struct rlimit limit = { count + 100, count + 100 };
	char address[24];
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("%u files: %s", count, strerror(errno));
	for (i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "127.0.%u.%u", i / 250, i % 250 + 1);
		socket_bound(AF_INET, type, 0, address, first + i);
	}
}

uint64_t socket_inode(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		die("fstat: %s", strerror(errno));
	return status.st_ino;
}

size_t socket_info(int fd, void *info, size_t size)
{
	socklen_t length = size;

	memset(info, 0, size);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length))
		die("TCP_INFO: %s", strerror(errno));
	return length;
}

static uint8_t state_of(int fd)
{
	struct tcp_info info;

	socket_info(fd, &info, sizeof(info));
	return info.tcpi_state;
}

void socket_wait_state(int fd, uint8_t state)
{
	struct deadline d = deadline();

	while (state_of(fd) != state)
		deadline_wait(&d, state_names[state]);
}

void connection_wait_row(uint16_t local_port, uint16_t remote_port, uint8_t state)
{
	struct deadline d = deadline();
	struct rows rows;
	bool found;

	for (;;) {
		rows = procnet_rows();
		found = rows_find(&rows, local_port, remote_port, state);
		rows_free(&rows);
		if (found)
			return;
		deadline_wait(&d, state_names[state]);
	}
}

uint16_t slot_port(const struct lane *lane, enum slot slot)
{
	return lane->port + slot;
}

struct connection connection_open(const struct lane *lane, uint16_t port)
{
	struct connection connection = { .lane = lane, .port = port };

	connection.listener = socket_listen(lane->server_family, lane->server, port, BACKLOG);
	connection.client = socket_connect(lane->client_family, lane->client, port, 0);
	connection.server = socket_accept(connection.listener);
	connection.client_port = socket_port(connection.client);
	socket_wait_state(connection.client, SOCKPORT_STATE_ESTABLISHED);
	return connection;
}

static void drop_fd(int *fd)
{
	close(*fd);
	*fd = -1;
}

static void send_bytes(int fd, size_t count)
{
	char bytes[2048] = { 0 };

	if (send(fd, bytes, count, MSG_NOSIGNAL) != (ssize_t)count)
		die("send: %s", strerror(errno));
}

/* No window is left: a small receive buffer, and more sent than it holds. */
static void fill(const struct connection *connection)
{
	char bytes[4096] = { 0 };

	while (send(connection->client, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		;
	if (errno != EAGAIN)
		die("fill: %s", strerror(errno));
}

static void wait_probe(const struct connection *connection)
{
	struct deadline d = deadline();
	struct rows rows;
	struct row *row;
	bool done;

	for (;;) {
		rows = procnet_rows();
		row = rows_find(&rows, connection->client_port, connection->port,
				SOCKPORT_STATE_ESTABLISHED);
		done = row && row->timer == SOCKPORT_TIMER_PROBE;
		rows_free(&rows);
		if (done)
			return;
		deadline_wait(&d, "zero window probe");
	}
}

static struct connection open_half(const struct lane *lane, enum slot slot)
{
	struct connection connection = { .lane = lane, .port = slot_port(lane, slot), .server = -1 };

	connection.listener = socket_listen(lane->server_family, lane->server, connection.port,
					    BACKLOG);
	connection.client = socket_connect(lane->client_family, lane->client, connection.port,
					   slot == SLOT_BOUND ? lane->port + SLOTS : 0);
	connection.client_port = socket_port(connection.client);
	return connection;
}

static struct connection open_probe(const struct lane *lane)
{
	struct connection connection = { .lane = lane, .port = slot_port(lane, SLOT_PROBE) };

	connection.listener = socket_listen(lane->server_family, lane->server, connection.port,
					    BACKLOG);
	socket_option(connection.listener, SOL_SOCKET, SO_RCVBUF, 4096);
	connection.client = socket_connect(lane->client_family, lane->client, connection.port, 0);
	connection.client_port = socket_port(connection.client);
	connection.server = socket_accept(connection.listener);
	return connection;
}

/* The server gets data with the SYN, and its own SYN is lost. */
static struct connection open_fast(const struct lane *lane)
{
	struct connection connection = { .lane = lane, .port = slot_port(lane, SLOT_FASTOPEN) };
	struct address remote = resolve(lane->client_family, lane->client, connection.port);

	connection.listener = socket_listen(lane->server_family, lane->server, connection.port,
					    BACKLOG);
	socket_option(connection.listener, IPPROTO_TCP, TCP_FASTOPEN, 5);
	connection.client = socket(lane->client_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (sendto(connection.client, "fast", 4, MSG_FASTOPEN, (void *)&remote.storage,
		   remote.length) < 0 && errno != EINPROGRESS)
		die("fast open: %s", strerror(errno));
	connection.client_port = socket_port(connection.client);
	connection.server = socket_accept(connection.listener);
	return connection;
}

static void open_all(const struct lane *lane, struct connection *c)
{
	enum slot slot;

	for (slot = 0; slot < SLOTS; slot++) {
		switch (slot) {
		case SLOT_WAITING:
		case SLOT_SYN_SENT:
		case SLOT_SYN_RECV:
			c[slot] = open_half(lane, slot);
			break;
		case SLOT_BOUND:
			c[slot] = open_half(lane, slot);
			c[slot].server = socket_accept(c[slot].listener);
			break;
		case SLOT_PROBE:
			c[slot] = open_probe(lane);
			break;
		case SLOT_FASTOPEN:
			c[slot] = open_fast(lane);
			break;
		default:
			c[slot] = connection_open(lane, slot_port(lane, slot));
		}
	}
}

static void lose_handshakes(const struct lane *lane)
{
	loss_add(LOSS_SYN, slot_port(lane, SLOT_SYN_SENT));
	loss_add(LOSS_SYNACK, slot_port(lane, SLOT_SYN_RECV));
	loss_add(LOSS_SYNACK, slot_port(lane, SLOT_FASTOPEN));
	loss_commit();
}

/* What must have arrived before packets get lost. */
static void prepare(struct connection *c)
{
	send_bytes(c[SLOT_UNREAD].client, RX_BYTES);
	socket_option(c[SLOT_UNREAD].client, SOL_SOCKET, SO_KEEPALIVE, 1);
	shutdown(c[SLOT_LAST_ACK].client, SHUT_WR);
	socket_wait_state(c[SLOT_LAST_ACK].server, SOCKPORT_STATE_CLOSE_WAIT);
	shutdown(c[SLOT_LAST_ACK_ORPHAN].client, SHUT_WR);
	socket_wait_state(c[SLOT_LAST_ACK_ORPHAN].server, SOCKPORT_STATE_CLOSE_WAIT);
}

static void lose_packets(const struct lane *lane)
{
	loss_add(LOSS_TO, slot_port(lane, SLOT_UNACKED));
	loss_add(LOSS_TO, slot_port(lane, SLOT_FIN_WAIT1));
	loss_add(LOSS_TO, slot_port(lane, SLOT_FIN_WAIT1_ORPHAN));
	loss_add(LOSS_FROM, slot_port(lane, SLOT_LAST_ACK));
	loss_add(LOSS_FROM, slot_port(lane, SLOT_LAST_ACK_ORPHAN));
	loss_add(LOSS_TO, slot_port(lane, SLOT_CLOSING));
	loss_add(LOSS_FROM, slot_port(lane, SLOT_CLOSING));
	loss_commit();
}

/* Were its FIN not acknowledged before close(), a timer could keep it whole. */
static void close_half(struct connection *connection)
{
	shutdown(connection->client, SHUT_WR);
	socket_wait_state(connection->client, SOCKPORT_STATE_FIN_WAIT2);
	drop_fd(&connection->client);
}

/*
 * What is closed meanwhile is a full socket for 14 minutes. Others, that a test leaves
 * when it ends, must not be: they would become time-wait sockets during a later one.
 */
static void close_orphan(struct connection *connection)
{
	netns_sysctl("ipv4/tcp_fin_timeout", "900");
	close_half(connection);
	netns_sysctl("ipv4/tcp_fin_timeout", "60");
}

static void begin_close(struct connection *c)
{
	send_bytes(c[SLOT_UNACKED].client, TX_BYTES);
	shutdown(c[SLOT_FIN_WAIT1].client, SHUT_WR);
	drop_fd(&c[SLOT_FIN_WAIT1_ORPHAN].client);
	shutdown(c[SLOT_FIN_WAIT2].client, SHUT_WR);
	close_half(&c[SLOT_FIN_WAIT2_TW]);
	close_orphan(&c[SLOT_FIN_WAIT2_ORPHAN]);
	shutdown(c[SLOT_LAST_ACK].server, SHUT_WR);
	drop_fd(&c[SLOT_LAST_ACK_ORPHAN].server);
	shutdown(c[SLOT_CLOSING].client, SHUT_WR);
	shutdown(c[SLOT_CLOSING].server, SHUT_WR);
	drop_fd(&c[SLOT_TIME_WAIT].client);
	socket_wait_state(c[SLOT_TIME_WAIT].server, SOCKPORT_STATE_CLOSE_WAIT);
	drop_fd(&c[SLOT_TIME_WAIT].server);
	fill(&c[SLOT_PROBE]);
	drop_fd(&c[SLOT_DRAINING].listener);
}

/* The client's FIN arrives when it is sent again, what answers it does not. */
static void end_close(struct connection *c)
{
	loss_delete(LOSS_TO, c[SLOT_CLOSING].port);
	loss_commit();
	socket_wait_state(c[SLOT_CLOSING].server, SOCKPORT_STATE_CLOSING);
}

static void wait_client(const struct connection *connection, uint8_t state)
{
	connection_wait_row(connection->client_port, connection->port, state);
}

static void wait_all(const struct connection *c)
{
	wait_client(&c[SLOT_SYN_SENT], SOCKPORT_STATE_SYN_SENT);
	connection_wait_row(c[SLOT_SYN_RECV].port, c[SLOT_SYN_RECV].client_port,
			    SOCKPORT_STATE_SYN_RECV);
	wait_client(&c[SLOT_WAITING], SOCKPORT_STATE_ESTABLISHED);
	wait_client(&c[SLOT_BOUND], SOCKPORT_STATE_ESTABLISHED);
	wait_client(&c[SLOT_FIN_WAIT1], SOCKPORT_STATE_FIN_WAIT1);
	wait_client(&c[SLOT_FIN_WAIT1_ORPHAN], SOCKPORT_STATE_FIN_WAIT1);
	wait_client(&c[SLOT_FIN_WAIT2], SOCKPORT_STATE_FIN_WAIT2);
	wait_client(&c[SLOT_FIN_WAIT2_TW], SOCKPORT_STATE_FIN_WAIT2);
	wait_client(&c[SLOT_FIN_WAIT2_ORPHAN], SOCKPORT_STATE_FIN_WAIT2);
	wait_client(&c[SLOT_LAST_ACK], SOCKPORT_STATE_FIN_WAIT2);
	wait_client(&c[SLOT_TIME_WAIT], SOCKPORT_STATE_TIME_WAIT);
	connection_wait_row(c[SLOT_LAST_ACK_ORPHAN].port, c[SLOT_LAST_ACK_ORPHAN].client_port,
			    SOCKPORT_STATE_LAST_ACK);
	socket_wait_state(c[SLOT_LAST_ACK].server, SOCKPORT_STATE_LAST_ACK);
	socket_wait_state(c[SLOT_FIN_WAIT2].server, SOCKPORT_STATE_CLOSE_WAIT);
	socket_wait_state(c[SLOT_FASTOPEN].server, SOCKPORT_STATE_SYN_RECV);
	wait_probe(&c[SLOT_PROBE]);
}

void connection_states(const struct lane *lane, struct connection *connections)
{
	lose_handshakes(lane);
	become(lane->uid);
	open_all(lane, connections);
	prepare(connections);
	become(0);
	lose_packets(lane);
	begin_close(connections);
	end_close(connections);
	wait_all(connections);
}
