// SPDX-License-Identifier: GPL-2.0
/*
 * world.c - sockets of a namespace, and what programs do to them
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "die.h"
#include "loss.h"
#include "netns.h"
#include "stream.h"
#include "world.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT	24
#endif
#ifndef TCP_FASTOPEN
#define TCP_FASTOPEN	23
#endif

/* Programs choose some of those that connect() picks from, and others. */
#define CHOSEN		(WORLD_FIRST_PORT + WORLD_PORTS - 6)
#define CHOICES		12
/* A SYN to it is lost on its way. */
#define LOSS_PORT	(WORLD_FIRST_PORT - 1)

#define LISTENERS	10
#define IDLE		6

static const struct {
	int		family;
	const char	*address;
} addresses[] = {
	{ AF_INET, "127.0.0.1" },
	{ AF_INET, "127.0.0.2" },
	{ AF_INET6, "::1" },
	{ AF_INET6, "2001:db8:1::1" },
	{ AF_INET6, "::ffff:127.0.0.1" },
	{ AF_INET6, "::ffff:127.0.0.2" },
	{ AF_INET, "0.0.0.0" },
	{ AF_INET6, "::" },
};

/* All but the last two can be called. */
#define ADDRESSES	(sizeof(addresses) / sizeof(addresses[0]))
#define CALLABLE	(ADDRESSES - 2)

struct address {
	union {
		struct sockaddr		any;
		struct sockaddr_in	v4;
		struct sockaddr_in6	v6;
	};
	socklen_t	length;
};

static bool one_in(unsigned int n)
{
	return !stream_random(n);
}

static struct address address_of(unsigned int which, uint16_t port)
{
	struct address address = { 0 };

	if (addresses[which].family == AF_INET) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
		inet_pton(AF_INET, addresses[which].address, &address.v4.sin_addr);
		address.length = sizeof(address.v4);
	} else {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(port);
		inet_pton(AF_INET6, addresses[which].address, &address.v6.sin6_addr);
		address.length = sizeof(address.v6);
	}
	return address;
}

/* One that a socket of the family can have. */
static struct address any_address(int family, unsigned int count, uint16_t port)
{
	unsigned int which;

	do {
		which = stream_random(count);
	} while (addresses[which].family != family);
	return address_of(which, port);
}

static struct in6_addr mapped(int family, const void *bytes)
{
	struct in6_addr address = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (family == AF_INET)
		memcpy(&address.s6_addr[12], bytes, 4);
	else
		memcpy(&address, bytes, sizeof(address));
	return address;
}

static void name_of(const struct address *address, struct in6_addr *ip, uint16_t *port)
{
	if (address->any.sa_family == AF_INET) {
		*ip = mapped(AF_INET, &address->v4.sin_addr);
		*port = ntohs(address->v4.sin_port);
	} else {
		*ip = mapped(AF_INET6, &address->v6.sin6_addr);
		*port = ntohs(address->v6.sin6_port);
	}
}

static struct address local_of(int fd)
{
	struct address address = { .length = sizeof(address.v6) };

	if (getsockname(fd, &address.any, &address.length))
		die("getsockname: %s", strerror(errno));
	return address;
}

static uint16_t port_of(int fd)
{
	struct address address = local_of(fd);
	struct in6_addr ip;
	uint16_t port;

	name_of(&address, &ip, &port);
	return port;
}

static struct world_truth *truth_find(struct world *world, const struct world_tuple *tuple)
{
	const uint8_t *byte = (const uint8_t *)tuple;
	uint32_t hash = 2166136261;
	struct world_truth *truth;
	unsigned int i;

	for (i = 0; i < sizeof(*tuple); i++)
		hash = (hash ^ byte[i]) * 16777619;
	for (i = 0; i < WORLD_TRUTHS; i++) {
		truth = &world->truth[(hash + i) % WORLD_TRUTHS];
		if (!truth->role || !memcmp(&truth->tuple, tuple, sizeof(*tuple)))
			return truth;
	}
	die("too many connections to remember");
}

static void truth_set(struct world *world, const struct world_tuple *tuple, uint8_t role)
{
	struct world_truth *truth = truth_find(world, tuple);

	truth->tuple = *tuple;
	truth->role = role;
}

/* A socket called; if that came to something, the other end was called. */
static void called(struct world *world, int fd, const struct address *to, bool other)
{
	struct address from = local_of(fd);
	struct world_tuple tuple = { 0 }, back = { 0 };

	name_of(&from, &tuple.local, &tuple.local_port);
	name_of(to, &tuple.remote, &tuple.remote_port);
	back.local = tuple.remote;
	back.remote = tuple.local;
	back.local_port = tuple.remote_port;
	back.remote_port = tuple.local_port;
	if (other)
		truth_set(world, &back, SOCKPORT_ROLE_IN);
	/* It may have called itself. */
	truth_set(world, &tuple, SOCKPORT_ROLE_OUT);
}

static void keep(struct world_fds *fds, int fd)
{
	unsigned int victim;

	if (fds->count < fds->most) {
		fds->fd[fds->count++] = fd;
		return;
	}
	victim = stream_random(fds->count);
	close(fds->fd[victim]);
	fds->fd[victim] = fd;
}

/* -1 if there is none. */
static int take(struct world_fds *fds)
{
	unsigned int which;
	int fd;

	if (!fds->count)
		return -1;
	which = stream_random(fds->count);
	fd = fds->fd[which];
	fds->fd[which] = fds->fd[--fds->count];
	return fd;
}

static int look(const struct world_fds *fds)
{
	return fds->count ? fds->fd[stream_random(fds->count)] : -1;
}

static void set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

static int family_of(int fd)
{
	int family;
	socklen_t length = sizeof(family);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length))
		die("SO_DOMAIN: %s", strerror(errno));
	return family;
}

/* A new one, or one that had another life. */
static int any_socket(struct world *world)
{
	int fd = one_in(3) ? take(&world->idle) : -1;

	if (fd < 0)
		fd = socket(one_in(2) ? AF_INET : AF_INET6,
			    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	set(fd, SOL_SOCKET, SO_REUSEADDR, !one_in(3));
	set(fd, SOL_SOCKET, SO_REUSEPORT, one_in(4));
	set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, one_in(8));
	if (family_of(fd) == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, one_in(4));
	return fd;
}

/* One that programs choose, any, or one that somebody has. */
static uint16_t any_port(const struct world *world)
{
	int fd;

	switch (stream_random(6)) {
	case 0:
		return 0;
	case 1:
		fd = look(&world->ends);
		return fd < 0 ? 0 : port_of(fd);
	case 2:
		fd = look(&world->listeners);
		return fd < 0 ? 0 : port_of(fd);
	}
	return CHOSEN + stream_random(CHOICES);
}

static void bind_any(const struct world *world, int fd)
{
	struct address address = any_address(family_of(fd), ADDRESSES, any_port(world));

	/* It may be taken, or be that of another family; or it has one already. */
	if (bind(fd, &address.any, address.length) && errno != EADDRINUSE && errno != EINVAL)
		die("bind: %s", strerror(errno));
}

static void do_listen(struct world *world)
{
	static const int backlogs[] = { 0, 1, 5, 16 };
	int fd = any_socket(world);

	if (!one_in(6))
		bind_any(world, fd);
	set(fd, IPPROTO_TCP, TCP_FASTOPEN, one_in(2) ? 5 : 0);
	if (listen(fd, backlogs[stream_random(4)]))
		close(fd);
	else
		keep(&world->listeners, fd);
}

static void accept_all(struct world *world)
{
	unsigned int i;
	int fd;

	for (i = 0; i < world->listeners.count; i++)
		while ((fd = accept4(world->listeners.fd[i], NULL, NULL,
				     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
			keep(&world->ends, fd);
}

/* Did it come to something? A SYN that finds no room is lost. */
static bool established(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	struct address peer = { .length = sizeof(peer.v6) };

	poll(&poll_fd, 1, 20);
	return !getpeername(fd, &peer.any, &peer.length);
}

/* Whatever comes to it too late comes to nothing: it leaves no connection behind. */
static void abort_call(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

/* At times the SYN has data. */
static int call(int fd, const struct address *to)
{
	int err;

	if (one_in(4))
		err = sendto(fd, "fast", 4, MSG_FASTOPEN | MSG_NOSIGNAL, &to->any, to->length) < 0;
	else
		err = connect(fd, &to->any, to->length);
	return err && errno != EINPROGRESS ? -1 : 0;
}

static void do_connect(struct world *world)
{
	int fd = any_socket(world), listener = look(&world->listeners);
	uint16_t port = listener < 0 || one_in(8) ? CHOSEN + stream_random(CHOICES) :
						    port_of(listener);
	struct address to = any_address(family_of(fd), CALLABLE, port);

	if (one_in(2))
		bind_any(world, fd);
	if (call(fd, &to)) {
		keep(&world->idle, fd);
		return;
	}
	if (!established(fd)) {
		abort_call(fd);
		return;
	}
	called(world, fd, &to, true);
	keep(&world->ends, fd);
	if (!one_in(8))
		accept_all(world);
}

/* Both call, and the first SYN is lost. */
static void do_cross(struct world *world)
{
	struct address one = address_of(one_in(2) ? 0 : 2, LOSS_PORT), other = one;
	int fd[2], i;

	other.v4.sin_port = htons(CHOSEN + stream_random(CHOICES));
	for (i = 0; i < 2; i++) {
		fd[i] = socket(one.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		set(fd[i], SOL_SOCKET, SO_REUSEADDR, 1);
	}
	if (bind(fd[0], &one.any, one.length) || bind(fd[1], &other.any, other.length) ||
	    (connect(fd[1], &one.any, one.length) && errno != EINPROGRESS))
		goto close;
	called(world, fd[1], &one, false);
	if (connect(fd[0], &other.any, other.length) && errno != EINPROGRESS)
		goto close;
	if (!established(fd[0]) || !established(fd[1]))
		goto close;
	called(world, fd[0], &other, false);
	keep(&world->ends, fd[0]);
	keep(&world->ends, fd[1]);
	return;
close:
	abort_call(fd[0]);
	abort_call(fd[1]);
}

static void do_end(struct world *world)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	const struct linger linger = { .l_onoff = 1 };
	int fd = take(&world->ends);

	if (fd < 0)
		return;
	switch (stream_random(8)) {
	case 0:
		shutdown(fd, SHUT_WR);
		keep(&world->ends, fd);
		return;
	case 1:
		send(fd, "unread", 6, MSG_NOSIGNAL);
		break;
	case 2:
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		break;
	case 3:
		if (connect(fd, &nowhere, sizeof(nowhere)))
			break;
		keep(&world->idle, fd);
		return;
	}
	close(fd);
}

/* Its connections stay, but for those that nobody has accepted. */
static void do_close_listener(struct world *world)
{
	int fd = take(&world->listeners);

	if (fd < 0)
		return;
	if (one_in(3) && !shutdown(fd, SHUT_RD))
		keep(&world->idle, fd);
	else
		close(fd);
}

static void do_bind(struct world *world)
{
	int fd = any_socket(world);

	bind_any(world, fd);
	keep(&world->idle, fd);
}

void world_step(struct world *world)
{
	switch (stream_random(16)) {
	case 0 ... 1:
		do_listen(world);
		break;
	case 2:
		do_close_listener(world);
		break;
	case 3:
		do_bind(world);
		break;
	case 4:
		do_cross(world);
		break;
	case 5 ... 8:
		do_end(world);
		break;
	default:
		do_connect(world);
	}
}

static void close_all(struct world_fds *fds)
{
	int fd;

	while ((fd = take(fds)) >= 0)
		close(fd);
}

void world_close(struct world *world)
{
	close_all(&world->ends);
	close_all(&world->listeners);
	close_all(&world->idle);
}

uint8_t world_role(struct world *world, const struct row *row)
{
	struct world_tuple tuple = {
		.local		= mapped(row->family, row->local),
		.remote		= mapped(row->family, row->remote),
		.local_port	= row->local_port,
		.remote_port	= row->remote_port,
	};

	return truth_find(world, &tuple)->role;
}

static void settings(void)
{
	char range[32];

	snprintf(range, sizeof(range), "%u %u", WORLD_FIRST_PORT,
		 WORLD_FIRST_PORT + WORLD_PORTS - 1);
	netns_sysctl("ipv4/ip_local_port_range", range);
	netns_sysctl("ipv4/tcp_max_tw_buckets", "300");
	netns_sysctl("ipv4/tcp_fastopen", "519");
	run("ip addr add 2001:db8:1::1/128 dev lo nodad; ip addr add 127.0.0.2/8 dev lo");
	loss_begin();
	loss_add(LOSS_SYN, LOSS_PORT);
	loss_commit();
}

void world_begin(struct world *world)
{
	netns_enter_bare();
	settings();
	world->netns = netns_open();
	world->listeners.most = LISTENERS;
	world->ends.most = WORLD_FDS;
	world->idle.most = IDLE;
}
