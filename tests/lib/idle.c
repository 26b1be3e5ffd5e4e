// SPDX-License-Identifier: GPL-2.0
/*
 * idle.c - bound TCP sockets that neither listen nor connect
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "die.h"
#include "idle.h"
#include "netns.h"

/* Order of struct sk_meminfo. */
#define SK_MEMINFO_WORDS	9
#define SK_MEMINFO_LAST		8

static int get_option(int fd, int level, int option)
{
	socklen_t length = sizeof(int);
	int value = 0;

	if (getsockopt(fd, level, option, &value, &length))
		die("socket option %d.%d: %s", level, option, strerror(errno));
	return value;
}

static void set_memory(struct row *row, int fd)
{
	uint32_t memory[SK_MEMINFO_WORDS];
	socklen_t length = sizeof(memory);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) || length != sizeof(memory))
		die("memory: %s", strerror(errno));
	memcpy(row->memory, memory, sizeof(row->memory));
	row_set(row, ROW_MEMORY);
	row->drops = memory[SK_MEMINFO_LAST];
	row_set(row, ROW_DROPS);
}

static void set_local(struct row *row, int fd)
{
	union {
		struct sockaddr		any;
		struct sockaddr_in	v4;
		struct sockaddr_in6	v6;
	} address;
	socklen_t length = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (getsockname(fd, &address.any, &length))
		die("getsockname: %s", strerror(errno));
	row->family = address.any.sa_family;
	if (row->family == AF_INET)
		memcpy(row->local, &address.v4.sin_addr, 4);
	else
		memcpy(row->local, &address.v6.sin6_addr, 16);
	row->local_port = ntohs(address.v6.sin6_port);
	row->told |= ROW_V6ONLY;
	if (row->family == AF_INET6) {
		row_set(row, ROW_V6ONLY);
		row->v6only = get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	}
}

void row_from_socket(struct row *row, int fd, uint8_t protocol)
{
	socklen_t length = sizeof(row->congestion);

	row->protocol = protocol;
	set_local(row, fd);
	set_memory(row, fd);
	row_set(row, ROW_COOKIE | ROW_INODE | ROW_UID | ROW_MARK | ROW_IFINDEX);
	row->cookie = socket_cookie(fd);
	row->inode = socket_inode(fd);
	row->uid = geteuid();
	row->mark = get_option(fd, SOL_SOCKET, SO_MARK);
	row->ifindex = get_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX);
	row_set(row, ROW_STATE | ROW_ROLE);
	row->state = SOCKPORT_STATE_CLOSE;
	row->role = SOCKPORT_ROLE_IN;
	row_set(row, ROW_QUEUES);
	row->told |= ROW_BACKLOG | ROW_LIMIT;
	if (protocol != SOCKPORT_PROTOCOL_TCP)
		return;
	row_set(row, ROW_TIMER | ROW_RETRANSMITS);
	row_set(row, ROW_CONGESTION);
	if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, row->congestion, &length))
		die("congestion: %s", strerror(errno));
}

static int add(struct rows *rows, int family, const char *address, uint16_t port)
{
	int fd = socket_bound(family, SOCK_STREAM, 0, address, port);

	row_from_socket(rows_add(rows), fd, SOCKPORT_PROTOCOL_TCP);
	return fd;
}

/* With an option that must be set before bind(). */
static void add_with(struct rows *rows, int family, const struct sockaddr *address,
		     socklen_t length, int level, int option, int value)
{
	int fd = socket(family, SOCK_STREAM, 0);

	socket_option(fd, level, option, value);
	if (bind(fd, address, length))
		die("bind: %s", strerror(errno));
	row_from_socket(rows_add(rows), fd, SOCKPORT_PROTOCOL_TCP);
}

static void add_options(struct rows *rows)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(IDLE_REUSE) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(IDLE_REUSE) };

	add_with(rows, AF_INET, (void *)&v4, sizeof(v4), SOL_SOCKET, SO_REUSEPORT, 1);
	add_with(rows, AF_INET, (void *)&v4, sizeof(v4), SOL_SOCKET, SO_REUSEPORT, 1);
	v4.sin_port = 0;
	add_with(rows, AF_INET, (void *)&v4, sizeof(v4), SOL_SOCKET, SO_BINDTOIFINDEX,
		 netns_ifindex(NEAR));
	add_with(rows, AF_INET, (void *)&v4, sizeof(v4), SOL_SOCKET, SO_MARK, IDLE_MARK);
	add_with(rows, AF_INET6, (void *)&v6, sizeof(v6), IPPROTO_IPV6, IPV6_V6ONLY, 1);
}

/*
 * Its peer has reset it, its port is still its own, and the address it was
 * connected from, which getsockname() shows.
 */
static void add_reset(struct rows *rows)
{
	struct linger abort = { .l_onoff = 1 };
	int listener = socket_listen(AF_INET, "127.0.0.1", IDLE_RESET + 100, 1);
	int fd = socket_connect(AF_INET, "127.0.0.1", IDLE_RESET + 100, IDLE_RESET);
	int server = socket_accept(listener);
	struct row *row;

	setsockopt(server, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(server);
	socket_wait_state(fd, SOCKPORT_STATE_CLOSE);
	close(listener);
	row = rows_add(rows);
	row_from_socket(row, fd, SOCKPORT_PROTOCOL_TCP);
	/* What it was connected to is left in the socket; nobody else tells. */
	memcpy(row->remote, row->local, 4);
	row->remote_port = IDLE_RESET + 100;
	/* Nor who counts what it had received. */
	row->told &= ~ROW_QUEUES;
}

/* On a port that connect() had picked for another socket. */
static void add_picked(struct rows *rows)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", IDLE_RESET + 101, 1);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(IDLE_RESET + 101),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (connect(fd, (void *)&address, sizeof(address)))
		die("connect: %s", strerror(errno));
	socket_accept(listener);
	add(rows, AF_INET, "127.0.0.9", socket_port(fd));
}

struct rows idle_sockets(void)
{
	struct rows rows = { 0 };
	char address[16];
	unsigned int i;
	int fd;

	become(IDLE_UID);
	add(&rows, AF_INET, "127.0.0.1", IDLE_PORT);
	add(&rows, AF_INET, "0.0.0.0", 0);
	add(&rows, AF_INET6, "::1", 0);
	add(&rows, AF_INET6, "::", 0);
	add(&rows, AF_INET6, "::ffff:127.0.0.1", 0);
	add(&rows, AF_INET6, "fe80::1%" NEAR, 0);
	for (i = 0; i < IDLE_SHARERS; i++) {
		snprintf(address, sizeof(address), "127.0.1.%u", i + 1);
		add(&rows, AF_INET, address, IDLE_SHARED);
	}
	add(&rows, AF_INET, "127.0.0.1", IDLE_LISTENER);
	fd = socket_listen(AF_INET, "127.0.0.1", IDLE_LISTENER, 3);
	/* The port's connections lie around it in the list of its sockets. */
	for (i = 0; i < IDLE_CONNECTIONS; i++) {
		socket_connect(AF_INET, "127.0.0.1", IDLE_LISTENER, 0);
		socket_accept(fd);
		if (i % 2)
			add(&rows, AF_INET, "127.0.0.2", IDLE_LISTENER);
	}
	become(0);
	add_options(&rows);
	add_reset(&rows);
	add_picked(&rows);
	return rows;
}
