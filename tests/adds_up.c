// SPDX-License-Identifier: GPL-2.0
/*
 * adds_up.c - the port table is the sum of the listing
 *
 * Every socket counts in one row: the one that its role says. The table is
 * compared with what the test itself adds up from the listing, over netlink
 * and over procfs; roles and states of ports with what the fixture did.
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/netns.h"

#define IN	SOCKPORT_ROLE_IN
#define OUT	SOCKPORT_ROLE_OUT
#define TCP	SOCKPORT_PROTOCOL_TCP
#define UDP	SOCKPORT_PROTOCOL_UDP

/* All that a row of the table is made of. */
#define SUMMED	(ROW_STATE | ROW_ROLE | ROW_QUEUES | ROW_BACKLOG | ROW_LIMIT | ROW_DROPS | ROW_UID)

/* Both tables between two listings that are the same. */
static struct rows observe(struct client *client, struct ports *netlink, struct ports *proc)
{
	struct deadline d = deadline();
	struct rows before, after;

	for (;;) {
		before = client_rows(client, ALL_GROUPS);
		*netlink = client_ports(client);
		*proc = proc_ports();
		ports_forget_past(proc);
		after = client_rows(client, ALL_GROUPS);
		if (rows_same(&before, &after, SUMMED))
			break;
		rows_free(&before);
		rows_free(&after);
		ports_free(netlink);
		ports_free(proc);
		deadline_wait(&d, "a moment in which nothing moves");
	}
	rows_free(&after);
	return before;
}

/* Returns how many things are wrong. */
static unsigned int compare_all(struct client *client, struct ports *netlink)
{
	struct ports expected, proc;
	unsigned int wrong = 0;
	struct rows rows;

	rows = observe(client, netlink, &proc);
	expected = ports_from_rows(&rows);
	note("%zu sockets in %zu rows", rows.count, expected.count);
	wrong += !ports_in_order("netlink", netlink) + !ports_in_order("procfs", &proc);
	wrong += ports_compare("netlink", &expected, netlink);
	wrong += ports_compare("procfs", &expected, &proc);
	rows_free(&rows);
	ports_free(&expected);
	ports_free(&proc);
	return wrong;
}

FIXTURE(adds_up) {
	struct client	client;
	struct ports	ports;
};

FIXTURE_SETUP(adds_up)
{
	netns_enter();
	self->client = client_open();
	memset(&self->ports, 0, sizeof(self->ports));
}

FIXTURE_TEARDOWN(adds_up)
{
	client_close(&self->client);
	ports_free(&self->ports);
}

TEST_F_TIMEOUT(adds_up, nothing, 600)
{
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_EQ(0, self->ports.count);
}

TEST_F_TIMEOUT(adds_up, tcp_states, 900)
{
	static struct connection connections[LANES][SLOTS];

	loss_begin();
	connection_states(&lanes[LANE_V4], connections[LANE_V4]);
	connection_states(&lanes[LANE_DUAL], connections[LANE_DUAL]);
	connection_states(&lanes[LANE_SCOPE], connections[LANE_SCOPE]);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
}

TEST_F_TIMEOUT(adds_up, udp_and_idle, 600)
{
	struct rows idle = idle_sockets();

	datagram_sockets(IPPROTO_UDP);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	rows_free(&idle);
}

/* What the row of a port should be. */
#define EXPECT_PORT(protocol, role, number, port_state, count) do { \
	const struct port *expect_port = ports_find(&self->ports, protocol, role, number); \
	ASSERT_NE(NULL, expect_port) { \
		note("no row %s %u %u", protocol_name(protocol), role, number); \
	} \
	EXPECT_EQ(port_state, expect_port->state); \
	EXPECT_EQ(count, expect_port->sockets) { \
		note("row %s %u %u", protocol_name(protocol), role, number); \
	} \
} while (0)
#define EXPECT_NO_PORT(protocol, role, number) \
	EXPECT_EQ(NULL, ports_find(&self->ports, protocol, role, number)) { \
		note("row %s %u %u", protocol_name(protocol), role, number); \
	}

#define OPEN		SOCKPORT_PORT_STATE_OPEN
#define ASSIGNED	SOCKPORT_PORT_STATE_ASSIGNED
#define DRAINING	SOCKPORT_PORT_STATE_DRAINING

TEST_F_TIMEOUT(adds_up, served, 600)
{
	struct connection c = connection_open(&lanes[LANE_V4], 8001);
	struct port *port;

	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	ASSERT_EQ(2, self->ports.count);
	EXPECT_PORT(TCP, IN, 8001, OPEN, 2);
	EXPECT_PORT(TCP, OUT, 8001, 0, 1);
	EXPECT_NO_PORT(TCP, IN, c.client_port);
	port = ports_find(&self->ports, TCP, IN, 8001);
	EXPECT_EQ(1, port->states[SOCKPORT_STATE_LISTEN]);
	EXPECT_EQ(1, port->states[SOCKPORT_STATE_ESTABLISHED]);
	EXPECT_TRUE(port->has_backlog);
	EXPECT_EQ(BACKLOG, port->limit);
	EXPECT_FALSE(ports_find(&self->ports, TCP, OUT, 8001)->has_backlog);
}

TEST_F_TIMEOUT(adds_up, client_with_bound_port, 600)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", 8001, 5);

	socket_connect(AF_INET, "127.0.0.1", 8001, 9001);
	socket_accept(listener);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, OUT, 8001, 0, 1);
	EXPECT_PORT(TCP, IN, 8001, OPEN, 2);
	EXPECT_NO_PORT(TCP, IN, 9001);
}

/* Even when somebody listens on the very port. */
TEST_F_TIMEOUT(adds_up, client_from_open_port, 600)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", 8001, 5);

	socket_connect(AF_INET, "127.0.0.1", 8001, 9001);
	socket_accept(listener);
	socket_listen(AF_INET, "192.0.2.1", 9001, 5);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, OUT, 8001, 0, 1);
	EXPECT_PORT(TCP, IN, 9001, OPEN, 1);
}

TEST_F_TIMEOUT(adds_up, draining, 600)
{
	struct connection c = connection_open(&lanes[LANE_V4], 8001);

	close(c.listener);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, 8001, DRAINING, 1);
	EXPECT_PORT(TCP, OUT, 8001, 0, 1);
	/* An idle socket beside it does not open it again. */
	socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.9", 8001);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, 8001, DRAINING, 2);
}

TEST_F_TIMEOUT(adds_up, time_wait, 600)
{
	struct connection server_first = connection_open(&lanes[LANE_V4], 8001);
	struct connection client_first = connection_open(&lanes[LANE_V4], 8002);

	shutdown(server_first.server, SHUT_WR);
	socket_wait_state(server_first.client, SOCKPORT_STATE_CLOSE_WAIT);
	close(server_first.client);
	close(server_first.server);
	connection_wait_row(8001, server_first.client_port, SOCKPORT_STATE_TIME_WAIT);
	shutdown(client_first.client, SHUT_WR);
	socket_wait_state(client_first.server, SOCKPORT_STATE_CLOSE_WAIT);
	close(client_first.server);
	close(client_first.client);
	connection_wait_row(client_first.client_port, 8002, SOCKPORT_STATE_TIME_WAIT);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, 8001, OPEN, 2);
	EXPECT_NO_PORT(TCP, OUT, 8001);
	EXPECT_PORT(TCP, IN, 8002, OPEN, 1);
	EXPECT_PORT(TCP, OUT, 8002, 0, 1);
}

TEST_F_TIMEOUT(adds_up, ephemeral_listener, 600)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	uint16_t port;

	ASSERT_EQ(0, listen(listener, 5));
	port = socket_port(listener);
	socket_connect(AF_INET, "127.0.0.1", port, 0);
	socket_accept(listener);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, port, OPEN, 2);
	EXPECT_PORT(TCP, OUT, port, 0, 1);
	EXPECT_EQ(2, self->ports.count);
}

/* Ports that connect() picks are no ports of ours, wherever the range lies. */
TEST_F_TIMEOUT(adds_up, range_elsewhere, 600)
{
	struct connection in_range, client;

	netns_sysctl("ipv4/ip_local_port_range", "9000 9999");
	in_range = connection_open(&lanes[LANE_V4], 40000);
	client = connection_open(&lanes[LANE_V4], 8001);
	close(in_range.listener);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, 40000, DRAINING, 1);
	EXPECT_PORT(TCP, OUT, 40000, 0, 1);
	EXPECT_NO_PORT(TCP, IN, client.client_port);
	EXPECT_EQ(4, self->ports.count);
}

/* Of a connect() that never ends, and one that nobody accepts. */
TEST_F_TIMEOUT(adds_up, half_open, 600)
{
	socket_listen(AF_INET, "127.0.0.1", 8001, 5);
	loss_begin();
	loss_add(LOSS_SYNACK, 8001);
	loss_commit();
	socket_connect(AF_INET, "127.0.0.1", 8001, 0);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_PORT(TCP, IN, 8001, OPEN, 2);
	EXPECT_PORT(TCP, OUT, 8001, 0, 1);
	EXPECT_EQ(1, ports_find(&self->ports, TCP, IN, 8001)->states[SOCKPORT_STATE_SYN_RECV]);
}

static void connect_udp(int fd, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (connect(fd, (void *)&to, sizeof(to)))
		die("connect: %s", strerror(errno));
}

TEST_F_TIMEOUT(adds_up, udp_roles, 600)
{
	int picked = socket(AF_INET, SOCK_DGRAM, 0);
	int chosen = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", 7001);

	connect_udp(picked, 7000);
	connect_udp(chosen, 7000);
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", 7002);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	ASSERT_EQ(3, self->ports.count);
	EXPECT_PORT(UDP, OUT, 7000, 0, 1);
	EXPECT_PORT(UDP, IN, 7001, ASSIGNED, 1);
	EXPECT_PORT(UDP, IN, 7002, OPEN, 1);
}

TEST_F_TIMEOUT(adds_up, assigned, 600)
{
	socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8001);
	socket_bound(AF_INET6, SOCK_STREAM, 0, "2001:db8::1", 8001);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	ASSERT_EQ(1, self->ports.count);
	EXPECT_PORT(TCP, IN, 8001, ASSIGNED, 2);
	EXPECT_EQ(3, self->ports.port[0].families);
	EXPECT_FALSE(self->ports.port[0].has_backlog);
}

/* One owner more than a row can list. */
static void owned(uint16_t port, unsigned int owners)
{
	char address[16];
	unsigned int i;

	for (i = owners; i; i--) {
		snprintf(address, sizeof(address), "127.0.0.%u", i);
		become(5000 + i);
		socket_bound(AF_INET, SOCK_STREAM, 0, address, port);
		become(0);
	}
}

TEST_F_TIMEOUT(adds_up, owners, 600)
{
	struct port *port;
	unsigned int i;

	owned(8001, PORT_UIDS);
	owned(8002, PORT_UIDS + 1);
	owned(8003, 50);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	ASSERT_EQ(3, self->ports.count);
	EXPECT_FALSE(self->ports.port[0].uids_more);
	for (port = self->ports.port; port < self->ports.port + self->ports.count; port++) {
		EXPECT_EQ(PORT_UIDS, port->uids);
		EXPECT_LT(5000, port->uid[0]);
		for (i = 1; i < port->uids; i++)
			EXPECT_LT(port->uid[i - 1], port->uid[i]);
	}
}

/* Many rows: a dump of them takes many messages, and many reads. */
TEST_F_TIMEOUT(adds_up, many_ports, 600)
{
	unsigned int ports = scaled(3000, 200), i;

	for (i = 0; i < ports; i++)
		socket_bound(AF_INET, i % 3 ? SOCK_STREAM : SOCK_DGRAM, 0, "127.0.0.1",
			     10000 + i * 7 % 20000);
	EXPECT_EQ(0, compare_all(&self->client, &self->ports));
	EXPECT_EQ(ports, self->ports.count);
}

/* The comparison sees what is wrong. */
TEST_F_TIMEOUT(adds_up, comparison_notices, 600)
{
	struct ports expected, broken = { 0 };
	struct rows rows;

	connection_open(&lanes[LANE_V4], 8001);
	rows = client_rows(&self->client, ALL_GROUPS);
	expected = ports_from_rows(&rows);
	for_each_port(port, &expected)
		*ports_add(&broken) = *port;
	ASSERT_EQ(0, ports_compare("no difference", &expected, &broken));
	broken.port[0].states[SOCKPORT_STATE_LISTEN]++;
	EXPECT_EQ(1, ports_compare("one state", &expected, &broken));
	broken.port[0] = expected.port[0];
	broken.port[1].tx_queue++;
	EXPECT_EQ(1, ports_compare("a byte", &expected, &broken));
	broken.port[1] = broken.port[0];
	EXPECT_NE(0, ports_compare("twice", &expected, &broken));
	EXPECT_FALSE(ports_in_order("twice", &broken));
	broken.count--;
	EXPECT_EQ(1, ports_compare("missing", &expected, &broken));
}

TEST_HARNESS_MAIN
