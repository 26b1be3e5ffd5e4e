// SPDX-License-Identifier: GPL-2.0
/*
 * datagram.c - UDP and UDP-Lite sockets
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "datagram.h"
#include "die.h"
#include "netns.h"

#define SENT	200

static int protocol;
static unsigned int above;

static int bound(int family, const char *address, uint16_t port)
{
	return socket_bound(family, SOCK_DGRAM, protocol, address, port ? port + above : 0);
}

static struct sockaddr_in v4(const char *address, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port + above) };

	inet_pton(AF_INET, address, &to.sin_addr);
	return to;
}

static void connect_to(int fd, const char *address, uint16_t port)
{
	struct sockaddr_in to = v4(address, port);

	if (connect(fd, (void *)&to, sizeof(to)))
		die("connect: %s", strerror(errno));
}

static int unbound(int family)
{
	int fd = socket(family, SOCK_DGRAM, protocol);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	return fd;
}

/* Its port is picked by connect(), and by send(). */
static void automatic(void)
{
	struct sockaddr_in to = v4("127.0.0.1", DATAGRAM_BOUND);
	struct sockaddr_in6 self = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
				     .sin6_port = htons(DATAGRAM_V6 + above) };
	int fd = unbound(AF_INET6);

	connect_to(unbound(AF_INET), "127.0.0.1", DATAGRAM_BOUND);
	if (connect(fd, (void *)&self, sizeof(self)))
		die("connect: %s", strerror(errno));
	if (sendto(unbound(AF_INET), "x", 1, 0, (void *)&to, sizeof(to)) != 1)
		die("sendto: %s", strerror(errno));
	bound(AF_INET, "0.0.0.0", 0);
}

static void send_to(uint16_t port, unsigned int count)
{
	char bytes[SENT] = { 0 };
	struct sockaddr_in to = v4("127.0.0.1", port);
	int fd = unbound(AF_INET);

	while (count--)
		if (sendto(fd, bytes, sizeof(bytes), 0, (void *)&to, sizeof(to)) != sizeof(bytes))
			die("sendto: %s", strerror(errno));
	close(fd);
}

static void queues(void)
{
	int fd;

	bound(AF_INET, "127.0.0.1", DATAGRAM_UNREAD);
	send_to(DATAGRAM_UNREAD, 3);
	fd = bound(AF_INET, "127.0.0.1", DATAGRAM_DROPS);
	socket_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
	send_to(DATAGRAM_DROPS, 50);
	fd = bound(AF_INET, "127.0.0.1", DATAGRAM_CORKED);
	connect_to(fd, "127.0.0.1", DATAGRAM_BOUND);
	if (send(fd, "half", 4, MSG_MORE) != 4)
		die("cork: %s", strerror(errno));
}

static void group(void)
{
	struct sockaddr_in address = v4("127.0.0.1", DATAGRAM_REUSE);
	unsigned int i;
	int fd;

	for (i = 0; i < 3; i++) {
		fd = unbound(AF_INET);
		socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
		if (bind(fd, (void *)&address, sizeof(address)))
			die("bind: %s", strerror(errno));
	}
}

static void multicast(void)
{
	struct ip_mreqn v4 = { .imr_ifindex = netns_ifindex(NEAR) };
	struct ipv6_mreq v6 = { .ipv6mr_interface = netns_ifindex(NEAR) };
	int fd = bound(AF_INET, "239.1.1.1", DATAGRAM_MULTICAST);

	inet_pton(AF_INET, "239.1.1.1", &v4.imr_multiaddr);
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &v4, sizeof(v4)))
		die("join: %s", strerror(errno));
	fd = bound(AF_INET6, "ff02::1234%" NEAR, DATAGRAM_MULTICAST);
	inet_pton(AF_INET6, "ff02::1234", &v6.ipv6mr_multiaddr);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &v6, sizeof(v6)))
		die("join: %s", strerror(errno));
}

static void version6(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(DATAGRAM_V6ONLY + above) };
	int fd = unbound(AF_INET6);

	bound(AF_INET6, "::", DATAGRAM_V6);
	socket_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (bind(fd, (void *)&any, sizeof(any)))
		die("bind: %s", strerror(errno));
	bound(AF_INET, "0.0.0.0", DATAGRAM_V6ONLY);
	fd = bound(AF_INET6, "::ffff:127.0.0.1", DATAGRAM_MAPPED);
	any = (struct sockaddr_in6){ .sin6_family = AF_INET6,
				     .sin6_port = htons(DATAGRAM_BOUND + above) };
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &any.sin6_addr);
	if (connect(fd, (void *)&any, sizeof(any)))
		die("connect: %s", strerror(errno));
	bound(AF_INET6, "fe80::1%" NEAR, DATAGRAM_SCOPE);
}

void datagram_sockets(int number)
{
	int fd;

	protocol = number;
	above = number == IPPROTO_UDPLITE ? 100 : 0;
	become(DATAGRAM_UID);
	bound(AF_INET, "127.0.0.1", DATAGRAM_BOUND);
	bound(AF_INET, "127.0.0.2", DATAGRAM_BOUND);
	bound(AF_INET, "192.0.2.1", DATAGRAM_BOUND);
	automatic();
	queues();
	group();
	connect_to(bound(AF_INET, "127.0.0.1", DATAGRAM_CONNECTED), "127.0.0.1", DATAGRAM_BOUND);
	become(0);
	multicast();
	version6();
	fd = bound(AF_INET, "0.0.0.0", DATAGRAM_DEVICE);
	socket_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, netns_ifindex(NEAR));
	socket_option(fd, SOL_SOCKET, SO_MARK, 77);
}
