// SPDX-License-Identifier: GPL-2.0
/*
 * actors-sockets.c - sockets of every kind, and whatever can be done to them
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "actors.h"
#include "netns.h"

#define KEPT	48
/* So few that they meet. */
#define PORTS	24
#define FIRST	20000

static const struct {
	int family;
	int type;
	int protocol;
} kinds[] = {
	{ AF_INET, SOCK_STREAM, 0 }, { AF_INET, SOCK_STREAM, 0 }, { AF_INET, SOCK_STREAM, 0 },
	{ AF_INET6, SOCK_STREAM, 0 }, { AF_INET6, SOCK_STREAM, 0 },
	{ AF_INET, SOCK_DGRAM, 0 }, { AF_INET6, SOCK_DGRAM, 0 },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP }, { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE }, { AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ AF_INET, SOCK_STREAM, IPPROTO_SCTP }, { AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP },
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP }, { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ AF_INET, SOCK_RAW, 253 }, { AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ AF_UNIX, SOCK_STREAM, 0 }, { AF_UNIX, SOCK_DGRAM, 0 }, { AF_UNIX, SOCK_SEQPACKET, 0 },
	{ AF_PACKET, SOCK_RAW, 0 }, { AF_PACKET, SOCK_DGRAM, 0x0300 },
	{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE }, { AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC },
};

/**
 * struct kept - a socket
 * @fd: of it, or 0
 */
static struct kept {
	int	fd;
	int	family;
} kept[KEPT];

union address {
	struct sockaddr		any;
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
	struct sockaddr_un	path;
	struct sockaddr_ll	link;
	struct sockaddr_nl	netlink;
};

static void put_v4(struct dice *dice, struct sockaddr_in *v4)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.2", "0.0.0.0", "192.0.2.1",
						 "192.0.2.77" };

	v4->sin_port = htons(FIRST + dice_roll(dice, PORTS));
	inet_pton(AF_INET, *dice_pick(dice, addresses), &v4->sin_addr);
}

static void put_v6(struct dice *dice, struct sockaddr_in6 *v6)
{
	static const char *const addresses[] = { "::1", "::", "2001:db8::1", "fe80::1",
						 "::ffff:127.0.0.1", "2001:db8::77" };

	v6->sin6_port = htons(FIRST + dice_roll(dice, PORTS));
	/* By its name the kernel would look for a module. */
	v6->sin6_scope_id = dice_roll(dice, 4);
	inet_pton(AF_INET6, *dice_pick(dice, addresses), &v6->sin6_addr);
}

/* Abstract: files would stay behind. */
static socklen_t put_path(struct dice *dice, struct sockaddr_un *path)
{
	socklen_t length = 1 + dice_roll(dice, 3);

	memset(path->sun_path, 0, sizeof(path->sun_path));
	path->sun_path[1] = 'a' + dice_roll(dice, 8);
	return offsetof(struct sockaddr_un, sun_path) + length;
}

static socklen_t put_address(struct dice *dice, int family, union address *address)
{
	memset(address, 0, sizeof(*address));
	address->any.sa_family = family;
	switch (family) {
	case AF_INET:
		put_v4(dice, &address->v4);
		return sizeof(address->v4);
	case AF_INET6:
		put_v6(dice, &address->v6);
		return sizeof(address->v6);
	case AF_UNIX:
		return put_path(dice, &address->path);
	case AF_PACKET:
		address->link.sll_protocol = htons(dice_roll(dice, 2) ? ETH_P_ALL : 0x88b5);
		address->link.sll_ifindex = dice_roll(dice, 3);
		return sizeof(address->link);
	case AF_NETLINK:
		address->netlink.nl_groups = dice_roll(dice, 4);
		return sizeof(address->netlink);
	}
	return sizeof(address->any);
}

static void open_one(struct dice *dice, struct kept *one)
{
	const unsigned int i = dice_roll(dice, sizeof(kinds) / sizeof(kinds[0]));

	one->family = kinds[i].family;
	one->fd = socket(one->family, kinds[i].type | SOCK_NONBLOCK | SOCK_CLOEXEC,
			 kinds[i].protocol);
	if (one->fd < 0)
		one->fd = 0;
}

void act_sockets_load(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fd = socket(kinds[i].family, kinds[i].type, kinds[i].protocol);
		if (fd >= 0)
			close(fd);
	}
}

static void do_bind(struct dice *dice, struct kept *one)
{
	union address address;
	socklen_t length = put_address(dice, one->family, &address);

	bind(one->fd, &address.any, length);
}

static void do_connect(struct dice *dice, struct kept *one)
{
	union address address;
	socklen_t length = put_address(dice, one->family, &address);

	if (dice_once_in(dice, 8))
		address.any.sa_family = AF_UNSPEC;
	connect(one->fd, &address.any, length);
}

static void do_listen(struct dice *dice, struct kept *one)
{
	listen(one->fd, dice_roll(dice, 6));
}

static void do_accept(struct dice *dice, struct kept *one)
{
	struct kept *other = dice_pick(dice, kept);
	int fd = accept4(one->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (other->fd)
		close(other->fd);
	*other = (struct kept){ fd, one->family };
}

static void do_send(struct dice *dice, struct kept *one)
{
	char bytes[3000];
	union address address;
	socklen_t length = put_address(dice, one->family, &address);
	const size_t size = dice_roll(dice, sizeof(bytes));

	/* What a packet socket sends would be noise only. */
	if (one->family == AF_PACKET || one->family == AF_NETLINK)
		return;
	memset(bytes, 0, size);
	if (dice_roll(dice, 2))
		sendto(one->fd, bytes, size, MSG_NOSIGNAL, &address.any, length);
	else
		send(one->fd, bytes, size, MSG_NOSIGNAL);
}

static void do_receive(struct dice *dice, struct kept *one)
{
	char bytes[3000];

	recv(one->fd, bytes, 1 + dice_roll(dice, sizeof(bytes)),
	     dice_once_in(dice, 4) ? MSG_PEEK : 0);
}

static void do_shutdown(struct dice *dice, struct kept *one)
{
	shutdown(one->fd, dice_roll(dice, 3));
}

static void do_option(struct dice *dice, struct kept *one)
{
	static const int options[][3] = {
		{ SOL_SOCKET, SO_REUSEADDR, 1 }, { SOL_SOCKET, SO_REUSEPORT, 1 },
		{ SOL_SOCKET, SO_REUSEADDR, 0 }, { SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ SOL_SOCKET, SO_RCVBUF, 1 }, { SOL_SOCKET, SO_SNDBUF, 1 },
		{ SOL_SOCKET, SO_MARK, 7 }, { SOL_SOCKET, SO_BROADCAST, 1 },
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1 }, { IPPROTO_TCP, TCP_NODELAY, 1 },
		{ IPPROTO_TCP, TCP_CORK, 1 }, { IPPROTO_TCP, TCP_DEFER_ACCEPT, 1 },
		{ IPPROTO_TCP, TCP_FASTOPEN, 5 }, { IPPROTO_TCP, TCP_USER_TIMEOUT, 50 },
		{ IPPROTO_TCP, TCP_LINGER2, -1 }, { IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET },
	};
	const int *option = *dice_pick(dice, options);
	const struct linger now = { .l_onoff = 1 };

	if (dice_once_in(dice, 4))
		setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else if (dice_once_in(dice, 8))
		setsockopt(one->fd, SOL_SOCKET, SO_BINDTODEVICE, NEAR, sizeof(NEAR));
	else
		setsockopt(one->fd, option[0], option[1], &option[2], sizeof(option[2]));
}

static void do_close(struct dice *dice, struct kept *one)
{
	(void)dice;
	close(one->fd);
	one->fd = 0;
}

bool act_sockets(struct dice *dice)
{
	static void (*const deeds[])(struct dice *dice, struct kept *one) = {
		do_bind, do_bind, do_connect, do_connect, do_listen, do_accept, do_accept, do_send,
		do_send, do_receive, do_shutdown, do_option, do_close, do_close,
	};
	struct kept *one = dice_pick(dice, kept);

	if (one->fd)
		(*dice_pick(dice, deeds))(dice, one);
	else
		open_one(dice, one);
	return one->fd;
}
