// SPDX-License-Identifier: GPL-2.0
/*
 * complete.c - the listing is what the kernel's other interfaces show
 *
 * Each test makes sockets in a network namespace of its own. Oracles are read
 * before and after the listing, again and again until they agree: nothing
 * moved meanwhile. Then the listing must have the same sockets with the same
 * fields, no more and no less, over netlink and over procfs.
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/diag.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/netns.h"
#include "lib/procnet.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* Netlink has them, procfs does not. */
#define NETLINK_FIELDS	(ROW_MEMORY | ROW_CONGESTION | ROW_TCP_INFO)

/* Two jiffies of the coarsest clock, in milliseconds. */
#define TIMER_TOLERANCE	20

struct view {
	struct rows	diag;
	struct rows	procnet;
};

static struct view look(void)
{
	return (struct view){ .diag = diag_rows(), .procnet = procnet_rows() };
}

static void view_free(struct view *view)
{
	rows_free(&view->diag);
	rows_free(&view->procnet);
}

static bool is_idle(const struct row *row, const void *wanted)
{
	return (row->protocol == SOCKPORT_PROTOCOL_TCP && row->state == SOCKPORT_STATE_CLOSE) ==
	       *(const bool *)wanted;
}

/* The listing, with no change before and after it. */
static void observe(struct client *client, struct view *before, struct rows *netlink,
		    struct rows *proc, struct view *after)
{
	struct deadline d = deadline();

	for (;;) {
		*before = look();
		*netlink = client_rows(client, ALL_GROUPS);
		*proc = proc_rows();
		*after = look();
		if (rows_same(&before->diag, &after->diag, ROW_ALL) &&
		    rows_same(&before->procnet, &after->procnet, ROW_ALL))
			return;
		view_free(before);
		view_free(after);
		rows_free(netlink);
		rows_free(proc);
		deadline_wait(&d, "a moment in which nothing moves");
	}
}

/* Returns how many things are wrong. */
static unsigned int compare_all(struct client *client, struct rows *idle)
{
	static const bool yes = true, no;
	struct rows netlink, proc, listed, listed_idle;
	struct view before, after;
	unsigned int wrong = 0;

	observe(client, &before, &netlink, &proc, &after);
	listed = rows_select(&netlink, is_idle, &no);
	listed_idle = rows_select(&netlink, is_idle, &yes);
	note("%zu sockets in sock_diag, %zu in /proc/net, %zu listed, %zu of them idle",
	     before.diag.count, before.procnet.count, netlink.count, listed_idle.count);

	wrong += rows_compare("sock_diag", &before.diag, &listed, ROW_ALL);
	wrong += rows_compare("/proc/net", &before.procnet, &listed, PROCNET_FIELDS);
	wrong += rows_compare("idle sockets", idle, &listed_idle, ROW_ALL);
	wrong += rows_compare("procfs", &netlink, &proc, ROW_ALL & ~NETLINK_FIELDS);
	wrong += rows_compare_timers("timers over netlink", &before.diag, &netlink, &after.diag,
				     TIMER_TOLERANCE);
	wrong += rows_compare_timers("timers over procfs", &before.diag, &proc, &after.diag,
				     TIMER_TOLERANCE);
	view_free(&before);
	view_free(&after);
	return wrong;
}

FIXTURE(complete) {
	struct client	client;
	struct rows	idle;
};

FIXTURE_SETUP(complete)
{
	netns_enter();
	self->client = client_open();
	memset(&self->idle, 0, sizeof(self->idle));
}

FIXTURE_TEARDOWN(complete)
{
	client_close(&self->client);
	rows_free(&self->idle);
}

TEST_F_TIMEOUT(complete, nothing, 600)
{
	struct rows rows = client_rows(&self->client, ALL_GROUPS);

	EXPECT_EQ(0, rows.count);
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

static int listen_with(int family, uint16_t port, int level, int option, int value)
{
	union {
		struct sockaddr_in	v4;
		struct sockaddr_in6	v6;
	} address = { .v4 = { .sin_family = family, .sin_port = htons(port) } };
	int fd = socket(family, SOCK_STREAM, 0);

	socket_option(fd, level, option, value);
	if (bind(fd, (void *)&address,
		 family == AF_INET ? sizeof(address.v4) : sizeof(address.v6)) || listen(fd, 3))
		die("listen: %s", strerror(errno));
	return fd;
}

TEST_F_TIMEOUT(complete, listeners, 600)
{
	int fd, i;

	socket_listen(AF_INET, "127.0.0.1", 8001, 1);
	socket_listen(AF_INET, "127.0.0.2", 8001, 2);
	socket_listen(AF_INET, "192.0.2.1", 8001, 0);
	socket_listen(AF_INET6, "2001:db8::1", 8001, 4);
	socket_listen(AF_INET, "0.0.0.0", 8002, 5000);
	socket_listen(AF_INET6, "::", 8003, 128);
	listen_with(AF_INET6, 8004, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	socket_listen(AF_INET, "0.0.0.0", 8004, 6);
	for (i = 0; i < 5; i++) {
		listen_with(AF_INET, 8005, SOL_SOCKET, SO_REUSEPORT, 1);
		listen_with(AF_INET6, 8006, SOL_SOCKET, SO_REUSEPORT, 1);
	}
	listen_with(AF_INET, 8007, SOL_SOCKET, SO_BINDTOIFINDEX, netns_ifindex(NEAR));
	listen_with(AF_INET, 8007, SOL_SOCKET, SO_BINDTOIFINDEX, netns_ifindex("lo"));
	listen_with(AF_INET6, 8008, SOL_SOCKET, SO_MARK, 42);
	socket_listen(AF_INET6, "fe80::1%" NEAR, 8009, 7);
	socket_listen(AF_INET6, "::ffff:127.0.0.1", 8010, 7);
	fd = socket_listen(AF_INET, "127.0.0.1", 8011, 7);
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4))
		die("reno: %s", strerror(errno));
	/* Never bound: listen() picks a port. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	listen(fd, 1);
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

/* Its subflows are TCP sockets like others. */
TEST_F_TIMEOUT(complete, mptcp, 600)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (fd < 0)
		SKIP(return, "this kernel has no MPTCP");
	EXPECT_EQ(0, listen(fd, 1));
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

TEST_F_TIMEOUT(complete, idle, 600)
{
	self->idle = idle_sockets();
	EXPECT_LT(50, self->idle.count);
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

TEST_F_TIMEOUT(complete, udp, 600)
{
	datagram_sockets(IPPROTO_UDP);
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

TEST_F_TIMEOUT(complete, udplite, 600)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);

	if (fd < 0)
		SKIP(return, "this kernel has no UDP-Lite");
	close(fd);
	datagram_sockets(IPPROTO_UDPLITE);
	EXPECT_EQ(0, compare_all(&self->client, &self->idle));
}

/* An oracle that sees no difference proves nothing: break a row, field by field. */
TEST_F_TIMEOUT(complete, oracle_notices, 600)
{
	const struct row_field_name *field;
	struct connection connection = connection_open(&lanes[LANE_V4], 8000);
	struct rows rows = client_rows(&self->client, ALL_GROUPS), broken = { 0 };
	struct row *row;

	rows_append(&broken, &rows);
	ASSERT_EQ(0, rows_compare("no difference", &rows, &broken, ROW_ALL));
	row = rows_find(&broken, connection.port, connection.client_port,
			SOCKPORT_STATE_ESTABLISHED);
	ASSERT_NE(NULL, row);
	for (field = row_field_names; field->name; field++) {
		row->known ^= field->field;
		EXPECT_EQ(1, rows_compare("one", &rows, &broken, ROW_ALL)) {
			note("nobody noticed %s", field->name);
		}
		row = rows_find(&broken, connection.port, connection.client_port,
				SOCKPORT_STATE_ESTABLISHED);
		row->known ^= field->field;
	}
	row->known |= ROW_RX_QUEUE;
	row->rx_queue++;
	EXPECT_EQ(1, rows_compare("a byte more", &rows, &broken, ROW_ALL));
	broken.row[0] = broken.row[--broken.count];
	EXPECT_NE(0, rows_compare("one less", &rows, &broken, ROW_ALL));
	EXPECT_NE(0, rows_compare("one more", &broken, &rows, ROW_ALL));
	*rows_add(&broken) = broken.row[0];
	EXPECT_NE(0, rows_compare("one twice", &rows, &broken, ROW_ALL));
}

FIXTURE(states) {
	struct client		client;
	struct connection	connection[SLOTS];
};

FIXTURE_VARIANT(states) {
	enum lane_number	lane;
	const char		*ehash_entries;
};

FIXTURE_VARIANT_ADD(states, v4) { LANE_V4, NULL };
FIXTURE_VARIANT_ADD(states, v6) { LANE_V6, NULL };
FIXTURE_VARIANT_ADD(states, dual) { LANE_DUAL, NULL };
FIXTURE_VARIANT_ADD(states, mapped) { LANE_MAPPED, NULL };
FIXTURE_VARIANT_ADD(states, scope) { LANE_SCOPE, NULL };
/* A namespace with a hash table of its own for TCP. */
FIXTURE_VARIANT_ADD(states, own_table) { LANE_V4, "512" };

FIXTURE_SETUP(states)
{
	if (variant->ehash_entries) {
		netns_enter_bare();
		netns_sysctl("ipv4/tcp_child_ehash_entries", variant->ehash_entries);
	}
	netns_enter();
	self->client = client_open();
	loss_begin();
	connection_states(&lanes[variant->lane], self->connection);
}

FIXTURE_TEARDOWN(states)
{
	client_close(&self->client);
}

static bool listed(const struct rows *rows, uint16_t local_port, uint16_t remote_port,
		   uint8_t state)
{
	if (rows_find(rows, local_port, remote_port, state))
		return true;
	note("no socket from port %u to %u in state %s", local_port, remote_port,
	     state_names[state]);
	return false;
}

/* What the fixture did, and no oracle is needed for. */
TEST_F_TIMEOUT(states, known, 600)
{
	const struct connection *c = self->connection;
	const struct lane *lane = &lanes[variant->lane];
	struct rows rows = client_rows(&self->client, ALL_GROUPS);
	struct row *row;

#define CLIENT_IN(slot, state) \
	EXPECT_TRUE(listed(&rows, c[slot].client_port, c[slot].port, SOCKPORT_STATE_##state))
#define SERVER_IN(slot, state) \
	EXPECT_TRUE(listed(&rows, c[slot].port, c[slot].client_port, SOCKPORT_STATE_##state))

	CLIENT_IN(SLOT_SYN_SENT, SYN_SENT);
	SERVER_IN(SLOT_SYN_RECV, SYN_RECV);
	SERVER_IN(SLOT_FASTOPEN, SYN_RECV);
	CLIENT_IN(SLOT_FIN_WAIT1, FIN_WAIT1);
	CLIENT_IN(SLOT_FIN_WAIT1_ORPHAN, FIN_WAIT1);
	CLIENT_IN(SLOT_FIN_WAIT2, FIN_WAIT2);
	SERVER_IN(SLOT_FIN_WAIT2, CLOSE_WAIT);
	CLIENT_IN(SLOT_FIN_WAIT2_TW, FIN_WAIT2);
	CLIENT_IN(SLOT_FIN_WAIT2_ORPHAN, FIN_WAIT2);
	SERVER_IN(SLOT_LAST_ACK, LAST_ACK);
	SERVER_IN(SLOT_LAST_ACK_ORPHAN, LAST_ACK);
	SERVER_IN(SLOT_CLOSING, CLOSING);
	CLIENT_IN(SLOT_TIME_WAIT, TIME_WAIT);

	row = rows_find(&rows, c[SLOT_UNREAD].port, c[SLOT_UNREAD].client_port,
			SOCKPORT_STATE_ESTABLISHED);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(RX_BYTES, row->rx_queue);
	row = rows_find(&rows, c[SLOT_UNREAD].client_port, c[SLOT_UNREAD].port,
			SOCKPORT_STATE_ESTABLISHED);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_TIMER_KEEPALIVE, row->timer);
	row = rows_find(&rows, c[SLOT_UNACKED].client_port, c[SLOT_UNACKED].port,
			SOCKPORT_STATE_ESTABLISHED);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(TX_BYTES, row->tx_queue);
	EXPECT_EQ(SOCKPORT_TIMER_RETRANSMIT, row->timer);
	row = rows_find(&rows, c[SLOT_WAITING].port, 0, SOCKPORT_STATE_LISTEN);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(1, row->backlog);
	EXPECT_EQ(BACKLOG, row->limit);
	EXPECT_EQ(lane->server_family, row->family);
	row = rows_find(&rows, c[SLOT_PROBE].client_port, c[SLOT_PROBE].port,
			SOCKPORT_STATE_ESTABLISHED);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_TIMER_PROBE, row->timer);

	/* No file refers to it, and still it is somebody's. */
	row = rows_find(&rows, c[SLOT_FIN_WAIT1_ORPHAN].client_port, c[SLOT_FIN_WAIT1_ORPHAN].port,
			SOCKPORT_STATE_FIN_WAIT1);
	ASSERT_NE(NULL, row);
	EXPECT_FALSE(row->known & ROW_INODE);
	EXPECT_TRUE(row->known & ROW_UID);
	EXPECT_EQ(lane->uid, row->uid);
	row = rows_find(&rows, c[SLOT_SYN_RECV].port, c[SLOT_SYN_RECV].client_port,
			SOCKPORT_STATE_SYN_RECV);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(lane->uid, row->uid);

	/* Nothing is left of it but the tuple, and a timer. */
	row = rows_find(&rows, c[SLOT_FIN_WAIT2_TW].client_port, c[SLOT_FIN_WAIT2_TW].port,
			SOCKPORT_STATE_FIN_WAIT2);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_TIMER_TIMEWAIT, row->timer);
	EXPECT_EQ(0, row->known & (ROW_UID | ROW_INODE | ROW_DROPS | ROW_BACKLOG | ROW_LIMIT));
	rows_free(&rows);
}

TEST_F_TIMEOUT(states, equal, 600)
{
	struct rows idle = { 0 };

	EXPECT_EQ(0, compare_all(&self->client, &idle));
}

TEST_HARNESS_MAIN
