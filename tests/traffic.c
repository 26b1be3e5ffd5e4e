// SPDX-License-Identifier: GPL-2.0
/*
 * traffic.c - datagrams are counted to the last one while that is switched on
 *
 * Of a socket that is connected, and whose port the kernel picked, at the port
 * that it calls; of any other at its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define SEED		20261121
#define PORT		7000
#define OTHER_PORT	7001
#define CLOSED_PORT	7002
#define LARGEST		60000
#define BATCH		32

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif

/**
 * struct flow - what went one way
 */
struct flow {
	uint64_t	datagrams;
	uint64_t	bytes;
};

FIXTURE(traffic) {
	struct client	client;
	uint8_t		protocol;
	struct flow	up;
	struct flow	down;
};

FIXTURE_SETUP(traffic)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	history_on();
	module_parameter("udp_accounting", "Y", NULL);
	self->client = client_open();
	self->protocol = SOCKPORT_PROTOCOL_UDP;
	note("seed %u", SEED);
	srandom(SEED);
}

FIXTURE_TEARDOWN(traffic)
{
	module_parameter("udp_accounting", "N", NULL);
	client_close(&self->client);
}

/* Counters of a row that are not those of these flows. */
static unsigned int wrong_row(FIXTURE_DATA(traffic) *self, uint8_t role, uint16_t port,
			      struct flow in, struct flow out)
{
	const struct count expected[] = {
		H(SEGMENTS_IN, in.datagrams), H(BYTES_IN, in.bytes),
		H(SEGMENTS_OUT, out.datagrams), H(BYTES_OUT, out.bytes), { 0 }
	};

	return history_differs(&self->client, self->protocol, role, port, expected);
}

/* A client that is connected, and the server. */
static unsigned int wrong_rows(FIXTURE_DATA(traffic) *self, uint16_t port)
{
	note("%llu datagrams up, %llu down", (unsigned long long)self->up.datagrams,
	     (unsigned long long)self->down.datagrams);
	return wrong_row(self, SOCKPORT_ROLE_IN, port, self->up, self->down) +
	       wrong_row(self, SOCKPORT_ROLE_OUT, port, self->down, self->up);
}

static struct sockaddr_storage address_of(int family, const char *text, uint16_t port)
{
	struct sockaddr_storage storage = { .ss_family = family };
	struct sockaddr_in6 *v6 = (void *)&storage;
	struct sockaddr_in *v4 = (void *)&storage;

	if (family == AF_INET) {
		v4->sin_port = htons(port);
		inet_pton(family, text, &v4->sin_addr);
	} else {
		v6->sin6_port = htons(port);
		inet_pton(family, text, &v6->sin6_addr);
	}
	return storage;
}

/* Connected, and bound only if there is a port to be bound to. */
static int client_to(int protocol, int family, const char *address, uint16_t port, uint16_t local)
{
	struct sockaddr_storage to = address_of(family, address, port);
	int fd = local ? socket_bound(family, SOCK_DGRAM, protocol, address, local) :
			 socket(family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);

	if (fd < 0 || connect(fd, (void *)&to, sizeof(to)))
		die("connect to %s port %u: %s", address, port, strerror(errno));
	return fd;
}

static char bytes[LARGEST];

/* Its size; what does not arrive at all would be waited for in vain. */
static ssize_t receive(int fd, struct sockaddr_storage *from)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	socklen_t length = sizeof(*from);

	if (poll(&ready, 1, scaled(10, 60) * 1000) != 1)
		die("a datagram did not arrive");
	return recvfrom(fd, bytes, sizeof(bytes), 0, (void *)from, from ? &length : NULL);
}

/* One datagram goes up; perhaps one comes back. */
static void ask(struct flow *up, struct flow *down, int client, int server, size_t size,
		size_t answer)
{
	struct sockaddr_storage from;

	if (send(client, bytes, size, 0) != (ssize_t)size ||
	    receive(server, &from) != (ssize_t)size)
		die("a datagram of %zu bytes: %s", size, strerror(errno));
	up->datagrams++;
	up->bytes += size;
	if (!answer)
		return;
	if (sendto(server, bytes, answer, 0, (void *)&from, sizeof(from)) != (ssize_t)answer ||
	    receive(client, NULL) != (ssize_t)answer)
		die("an answer of %zu bytes: %s", answer, strerror(errno));
	down->datagrams++;
	down->bytes += answer;
}

static void converse(FIXTURE_DATA(traffic) *self, int client, int server, unsigned int count,
		     size_t below)
{
	while (count--)
		ask(&self->up, &self->down, client, server, stream_random(below),
		    stream_random(2) ? stream_random(below) : 0);
}

TEST_F_TIMEOUT(traffic, v4, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);

	converse(self, client, server, scaled(3000, 500), 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
	close(client);
	/* Another one calls the same port. */
	client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	converse(self, client, server, 100, 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

/* IPv6, and IPv4 to a socket of IPv6: one row. */
TEST_F_TIMEOUT(traffic, v6, 300)
{
	int server = socket_bound(AF_INET6, SOCK_DGRAM, 0, "::", PORT);
	int v6 = client_to(0, AF_INET6, "2001:db8::1", PORT, 0);
	int v4 = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	int mapped = client_to(0, AF_INET6, "::ffff:127.0.0.1", PORT, 0);

	converse(self, v6, server, 500, 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
	converse(self, v4, server, 100, 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
	converse(self, mapped, server, 100, 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

/* Large ones, of which the interface makes fragments. */
TEST_F_TIMEOUT(traffic, fragments, 300)
{
	int server = socket_bound(AF_INET6, SOCK_DGRAM, 0, "::", PORT);
	int v4 = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	int v6 = client_to(0, AF_INET6, "2001:db8::1", PORT, 0);

	converse(self, v4, server, 50, LARGEST);
	run("ip link set lo mtu 1500");
	converse(self, v4, server, 50, LARGEST);
	converse(self, v6, server, 50, LARGEST);
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

/* Empty ones are datagrams, too. */
TEST_F_TIMEOUT(traffic, empty, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);

	for (i = 0; i < 10; i++)
		ask(&self->up, &self->down, client, server, 0, i);
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

TEST_F_TIMEOUT(traffic, lite, 300)
{
	int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDPLITE), client;

	if (server < 0)
		SKIP(return, "this kernel has no UDP-Lite");
	close(server);
	server = socket_bound(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "127.0.0.1", PORT);
	client = client_to(IPPROTO_UDPLITE, AF_INET, "127.0.0.1", PORT, 0);
	self->protocol = SOCKPORT_PROTOCOL_UDPLITE;
	converse(self, client, server, 300, 1400);
	EXPECT_EQ(0, wrong_rows(self, PORT));
	self->protocol = SOCKPORT_PROTOCOL_UDP;
	EXPECT_FALSE(history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN,
					 PORT).told);
}

/* Who chose its port itself, or is not connected, has a row of its own. */
TEST_F_TIMEOUT(traffic, own_ports, 300)
{
	struct sockaddr_storage to = address_of(AF_INET, "127.0.0.1", PORT);
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;
	int chosen = client_to(0, AF_INET, "127.0.0.1", PORT, OTHER_PORT);
	int free_one = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct flow none = { 0 };
	struct flow all, sent = { 0 };

	converse(self, chosen, server, 100, 1000);
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, OTHER_PORT, self->down, self->up));
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, PORT, self->up, self->down));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(100, sendto(free_one, bytes, 100, 0, (void *)&to, sizeof(to)));
		ASSERT_EQ(100, receive(server, NULL));
		sent.datagrams++;
		sent.bytes += 100;
	}
	all = (struct flow){ self->up.datagrams + 10, self->up.bytes + 1000 };
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, socket_port(free_one), none, sent));
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, PORT, all, self->down));
	EXPECT_FALSE(history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_OUT,
					 PORT).told);
}

/* Many with one call, each of another size. */
TEST_F_TIMEOUT(traffic, batches, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i, round;
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	struct mmsghdr message[BATCH] = { 0 };
	struct iovec part[BATCH];

	for (round = 0; round < 10; round++) {
		for (i = 0; i < BATCH; i++) {
			part[i] = (struct iovec){ bytes, stream_random(1000) };
			message[i].msg_hdr.msg_iov = &part[i];
			message[i].msg_hdr.msg_iovlen = 1;
			self->up.datagrams++;
			self->up.bytes += part[i].iov_len;
		}
		ASSERT_EQ(BATCH, sendmmsg(client, message, BATCH, 0));
		for (i = 0; i < BATCH; i++)
			ASSERT_EQ((ssize_t)part[i].iov_len, receive(server, NULL));
	}
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

/* One send, ten datagrams, the last one shorter. */
TEST_F_TIMEOUT(traffic, segmented, 300)
{
	int server = socket_bound(AF_INET6, SOCK_DGRAM, 0, "::", PORT), i, round;
	int v4 = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	int v6 = client_to(0, AF_INET6, "2001:db8::1", PORT, 0);
	int client;

	socket_option(v4, IPPROTO_UDP, UDP_SEGMENT, 1000);
	socket_option(v6, IPPROTO_UDP, UDP_SEGMENT, 1000);
	for (round = 0; round < 20; round++) {
		client = round % 2 ? v4 : v6;
		ASSERT_EQ(9500, send(client, bytes, 9500, 0));
		for (i = 0; i < 10; i++)
			ASSERT_EQ(i < 9 ? 1000 : 500, receive(server, NULL));
		self->up.datagrams += 10;
		self->up.bytes += 9500;
	}
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

/* What did not fit has come all the same, and is counted as dropped. */
TEST_F_TIMEOUT(traffic, drops, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);

	socket_option(server, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 500; i++)
		ASSERT_EQ(500, send(client, bytes, 500, 0));
	note("%u of 500 dropped", socket_drops(server));
	EXPECT_LT(400, socket_drops(server));
	EXPECT_EQ(0, UDP_DIFFERS(&self->client, IN, PORT, H(SEGMENTS_IN, 500),
				 H(BYTES_IN, 250000), H(RECEIVE_DROPS, socket_drops(server)),
				 H(ACCOUNTED_DROPS, socket_drops(server))));
	EXPECT_EQ(0, UDP_DIFFERS(&self->client, OUT, PORT, H(SEGMENTS_OUT, 500),
				 H(BYTES_OUT, 250000)));
}

/* That the kernel tells also while nothing else is counted. */
TEST_F_TIMEOUT(traffic, drops_alone, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	struct history history;
	uint32_t before;

	module_parameter("udp_accounting", "N", NULL);
	socket_option(server, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 100; i++)
		ASSERT_EQ(500, send(client, bytes, 500, 0));
	EXPECT_LT(50, socket_drops(server));
	history = history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, PORT);
	EXPECT_EQ(socket_drops(server), history.value[SOCKPORT_A_HISTORY_RECEIVE_DROPS]);
	/* What is not counted is not told as 0. */
	EXPECT_EQ(1ULL << SOCKPORT_A_HISTORY_RECEIVE_DROPS,
		  history.known & (1ULL << SOCKPORT_A_HISTORY_RECEIVE_DROPS |
				   1ULL << SOCKPORT_A_HISTORY_ACCOUNTED_DROPS |
				   1ULL << SOCKPORT_A_HISTORY_BYTES_IN |
				   1ULL << SOCKPORT_A_HISTORY_SEGMENTS_IN));
	/* Those of what is counted are told apart. */
	before = socket_drops(server);
	module_parameter("udp_accounting", "Y", NULL);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(500, send(client, bytes, 500, 0));
	history = history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, PORT);
	EXPECT_EQ(10, socket_drops(server) - before);
	EXPECT_EQ(10, history.value[SOCKPORT_A_HISTORY_ACCOUNTED_DROPS]);
	EXPECT_EQ(10, history.value[SOCKPORT_A_HISTORY_SEGMENTS_IN]);
	EXPECT_EQ(socket_drops(server), history.value[SOCKPORT_A_HISTORY_RECEIVE_DROPS]);
	/* They count for the port when the socket is gone. */
	i = socket_drops(server);
	close(server);
	EXPECT_EQ(i, history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN,
					 PORT).value[SOCKPORT_A_HISTORY_RECEIVE_DROPS]);
	close(client);
}

TEST_F_TIMEOUT(traffic, off, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	struct flow before, nothing[2] = { 0 };

	for (i = 0; i < 3; i++) {
		converse(self, client, server, 50, 1000);
		EXPECT_EQ(0, wrong_rows(self, PORT));
		before = self->up;
		module_parameter("udp_accounting", "N", NULL);
		ask(&nothing[0], &nothing[1], client, server, 1000, 1000);
		EXPECT_EQ(before.datagrams, self->up.datagrams);
		EXPECT_EQ(0, wrong_rows(self, PORT));
		module_parameter("udp_accounting", "Y", NULL);
	}
}

/* Off from the beginning, there are no rows at all. */
TEST_F_TIMEOUT(traffic, never_on, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	struct ports ports;

	module_parameter("udp_accounting", "N", NULL);
	converse(self, client, server, 50, 1000);
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_EQ(2, ports.count);
	for_each_port(port, &ports) {
		EXPECT_EQ(0, port->history.value[SOCKPORT_A_HISTORY_SEGMENTS_IN]);
		EXPECT_EQ(0, port->history.value[SOCKPORT_A_HISTORY_SEGMENTS_OUT]);
	}
	ports_free(&ports);
}

/* Who is not there gets no row; who calls it has one. */
TEST_F_TIMEOUT(traffic, nobody_there, 300)
{
	struct sockaddr_storage to = address_of(AF_INET, "127.0.0.1", CLOSED_PORT);
	const struct flow sent = { 5, 500 }, none = { 0 };
	int fd = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(100, sendto(fd, bytes, 100, 0, (void *)&to, sizeof(to)));
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, PORT, none, sent));
	EXPECT_FALSE(history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN,
					 CLOSED_PORT).told);
	EXPECT_FALSE(history_of_protocol(&self->client, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_OUT,
					 CLOSED_PORT).told);
}

/* Where nobody may look, nothing is counted for others: each namespace has its own. */
TEST_F_TIMEOUT(traffic, namespaces, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	int client = client_to(0, AF_INET, "127.0.0.1", PORT, 0), home = netns_open();
	struct flow up = { 0 }, down = { 0 };
	struct client here = self->client;

	converse(self, client, server, 50, 1000);
	netns_enter_bare();
	self->client = client_open();
	server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	client = client_to(0, AF_INET, "127.0.0.1", PORT, 0);
	ask(&up, &down, client, server, 10, 20);
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_IN, PORT, up, down));
	EXPECT_EQ(0, wrong_row(self, SOCKPORT_ROLE_OUT, PORT, down, up));
	client_close(&self->client);
	self->client = here;
	netns_set(home);
	EXPECT_EQ(0, wrong_rows(self, PORT));
}

TEST_HARNESS_MAIN
