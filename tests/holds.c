// SPDX-License-Identifier: GPL-2.0
/*
 * holds.c - no lock of the kernel's is held for more than 64 sockets, however
 * many share a chain or a list
 *
 * The kernel's own tracer tells when a lock is taken and let go, and how many
 * sockets are looked at in between.
 */
#include <arpa/inet.h>
#include <kselftest_harness.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/trace.h"

#define HOLD	64
#define MANY	300
#define PORT	7000

FIXTURE(holds) {
};

FIXTURE_SETUP(holds)
{
	if (!trace_works())
		SKIP(return, "this kernel has no kprobe events");
	trace_end();
	/* Functions of the module are found only while it is loaded. */
	if (!module_loaded())
		module_load();
	netns_enter();
}

FIXTURE_TEARDOWN(holds)
{
	trace_end();
}

/**
 * struct counts - what a trace says
 * @sockets: looked at in all
 * @most: looked at in one hold
 * @holds: how often the lock was taken
 */
struct counts {
	unsigned int	sockets;
	unsigned int	most;
	unsigned int	holds;
};

static struct counts count(char *names)
{
	struct counts counts = { 0 };
	unsigned int held = 0;
	bool locked = false;
	char *name;

	for (name = strtok(names, "\n"); name; name = strtok(NULL, "\n")) {
		if (!strcmp(name, "hold")) {
			locked = true;
			held = 0;
			counts.holds++;
		} else if (!strcmp(name, "release")) {
			locked = false;
		} else if (!strcmp(name, "socket")) {
			counts.sockets++;
			held += locked;
			if (held > counts.most)
				counts.most = held;
		}
	}
	free(names);
	return counts;
}

static struct counts look(const char *hold, const char *release, const char *look_at)
{
	struct counts counts;

	trace_probe("hold", hold);
	if (release)
		trace_probe("release", release);
	trace_probe("socket", look_at);
	counts = count(trace_reading(PROC_SOCKETS));
	note("%u sockets, %u holds, at most %u sockets in one", counts.sockets, counts.holds,
	     counts.most);
	return counts;
}

#define EXPECT_SHORT(counts) do { \
	EXPECT_LE(MANY, (counts).sockets); \
	EXPECT_LT(0, (counts).most); \
	EXPECT_GE(HOLD, (counts).most); \
} while (0)

/* So many, bound to one port. */
static void same_port(int type, int protocol, uint16_t port, bool listening)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int i, fd;

	for (i = 0; i < MANY; i++) {
		fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);
		if (fd < 0)
			die("socket of protocol %d: %m", protocol);
		socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		if (type != SOCK_RAW && protocol != IPPROTO_ICMP)
			socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
		if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
		    (listening && listen(fd, 1)))
			die("protocol %d, port %u: %m", protocol, port);
	}
}

static void many(int family, int type, int protocol, void (*prepare)(int fd))
{
	int i, fd;

	for (i = 0; i < MANY; i++) {
		fd = socket(family, type | SOCK_CLOEXEC, protocol);
		if (fd < 0)
			die("socket of family %d: %m", family);
		if (prepare)
			prepare(fd);
	}
}

/* Who owns a namespace may give one of its own a table of a single chain. */
TEST_F_TIMEOUT(holds, tcp_one_chain, 600)
{
	struct counts counts;
	int listener, i;

	netns_sysctl("ipv4/tcp_child_ehash_entries", "1");
	netns_enter_bare();
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 16);
	for (i = 0; i < MANY / 2; i++) {
		socket_connect(AF_INET, "127.0.0.1", PORT, 0);
		socket_accept(listener);
	}
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_tcp_take");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, tcp_listeners, 600)
{
	struct counts counts;

	same_port(SOCK_STREAM, 0, PORT, true);
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_tcp_take");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, tcp_bound, 600)
{
	struct counts counts;

	same_port(SOCK_STREAM, 0, PORT, false);
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_tcp_take");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, udp, 600)
{
	struct counts counts;

	same_port(SOCK_DGRAM, 0, PORT, false);
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_record_tuple");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, raw, 600)
{
	struct counts counts;

	same_port(SOCK_RAW, IPPROTO_UDP, 0, false);
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_record_tuple");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, ping, 600)
{
	struct counts counts;

	netns_sysctl("ipv4/ping_group_range", "0 65535");
	same_port(SOCK_DGRAM, IPPROTO_ICMP, PORT, false);
	counts = look("ping_seq_start", "ping_seq_stop", "sockport_record_tuple");
	if (!counts.sockets)
		SKIP(return, "this kernel keeps its table of ping sockets to itself");
	EXPECT_SHORT(counts);
}

/* Where locks are checked, mutex_lock() is a macro. */
static const char *mutex_lock_function(void)
{
	return kernel_has_function("mutex_lock") ? "mutex_lock" : "mutex_lock_nested";
}

TEST_F_TIMEOUT(holds, packet, 600)
{
	struct counts counts;

	many(AF_PACKET, SOCK_RAW, 0, NULL);
	counts = look(mutex_lock_function(), "mutex_unlock", "sockport_record_begin");
	EXPECT_SHORT(counts);
}

static void bind_netlink(int fd)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("bind of netlink: %m");
}

TEST_F_TIMEOUT(holds, netlink_bound, 600)
{
	struct counts counts;

	many(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, bind_netlink);
	/* Before each part of the table there has to be room for it. */
	counts = look("sockport_walk_reserve", NULL, "sockport_record_begin");
	EXPECT_SHORT(counts);
}

static void join_group(int fd)
{
	int group = RTNLGRP_LINK;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		die("a group of netlink: %m");
}

/* They are not bound, and in a list alone. */
TEST_F_TIMEOUT(holds, netlink_members, 600)
{
	struct counts counts;

	many(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, join_group);
	counts = look("_raw_read_lock_irqsave", "_raw_read_unlock_irqrestore",
		      "sockport_record_begin");
	EXPECT_SHORT(counts);
}

TEST_F_TIMEOUT(holds, vsock_unbound, 600)
{
	struct counts counts;

	run("modprobe -q vsock_loopback || modprobe -q vsock");
	many(AF_VSOCK, SOCK_STREAM, 0, NULL);
	counts = look("_raw_spin_lock_bh", "_raw_spin_unlock_bh", "sockport_record_begin");
	EXPECT_SHORT(counts);
}

/*
 * A bucket of SCTP's table is begun anew for some endpoints, not for each one, or
 * reading would take the square of their number.
 */
TEST_F_TIMEOUT(holds, sctp_one_bucket, 600)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct counts counts;
	int i, fd;

	run("modprobe -q sctp");
	for (i = 0; i < MANY; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
		addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i % 2);
		addr.sin_port = htons(1024 + 64 * (i / 2));
		if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
			die("SCTP endpoint %d: %m", i);
	}
	counts = look("_raw_read_lock_bh", "_raw_read_unlock_bh", "sockport_record_tuple");
	EXPECT_EQ(MANY, counts.sockets);
	/* Twice for each of the 64 buckets, as the kernel has it */
	EXPECT_GE(2 * 64 + HOLD, counts.holds);
}

/* Many connections to one socket, both ends of each have an association. */
static void associate(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(PORT),
	};
	int i, fd;

	run("modprobe -q sctp");
	fd = socket(AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC, IPPROTO_SCTP);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, MANY))
		die("SCTP: %m");
	for (i = 0; i < MANY; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
		if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			die("SCTP association %d: %m", i);
	}
}

TEST_F_TIMEOUT(holds, sctp_associations, 600)
{
	struct counts counts;

	associate();
	/* Each call of it is an RCU read-side critical section. */
	counts = look("sctp_transport_traverse_process", NULL, "sockport_record_tuple");
	EXPECT_SHORT(counts);
	/* The last one finds none that is new. */
	EXPECT_LE(2 * MANY / HOLD + 1, counts.holds);
}

TEST_HARNESS_MAIN
