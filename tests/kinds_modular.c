// SPDX-License-Identifier: GPL-2.0
/*
 * kinds_modular.c - netlink, SCTP, MPTCP and vsock sockets are listed as the
 * kernel's other interfaces show them, and modules come and go meanwhile
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/rtnetlink.h>
#include <linux/sctp.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/modular.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define SOL_SCTP	132

#define OWNER	1234
/* More than a batch has room for. */
#define MANY	300

static void look(const struct oracle *oracle, struct lines *lines)
{
	memset(lines, 0, sizeof(*lines));
	oracle->look(lines);
}

static unsigned int compare_with(const struct oracle *oracle, struct lines *expected,
				 const struct rows *rows)
{
	struct lines seen = { 0 };
	unsigned int wrong;

	for_each_row(row, rows)
		oracle->line(&seen, row);
	wrong = lines_compare(oracle->name, expected, &seen);
	note("%s: %zu sockets compared", oracle->name, expected->count);
	lines_free(&seen);
	return wrong;
}

/*
 * Ours, between two looks of the oracle that agree: nothing moved meanwhile.
 * Returns how many things are wrong.
 */
static unsigned int check_oracle(struct client *client, const struct oracle *oracle, size_t least)
{
	struct lines before, after;
	struct deadline d = deadline();
	unsigned int wrong;
	struct rows rows;

	for (;;) {
		look(oracle, &before);
		rows = client_rows(client, ALL_GROUPS & ~SOCKPORT_WANT_UNLISTED);
		look(oracle, &after);
		if (lines_same(&before, &after))
			break;
		lines_free(&before);
		lines_free(&after);
		rows_free(&rows);
		deadline_wait(&d, "a moment in which nothing moves");
	}
	wrong = compare_with(oracle, &before, &rows);
	if (before.count < least) {
		note("%s: only %zu sockets", oracle->name, before.count);
		wrong++;
	}
	lines_free(&before);
	lines_free(&after);
	rows_free(&rows);
	return wrong;
}

/* What both of our interfaces say. */
static void add_plain(struct lines *lines, const struct rows *rows)
{
	bool port;

	for_each_row(row, rows) {
		port = row->extra & EXTRA_PORTS;
		lines_add(lines,
			  "%s role %u state %u ports %u %u type %u number %u assoc %u groups %08x uid %u inode %llu cookie %llu",
			  protocol_name(row->protocol), row->known & ROW_ROLE ? row->role : 0,
			  row->state, port ? row->local_port : 0, port ? row->remote_port : 0, row->type,
			  row->number, row->extra & EXTRA_ASSOC ? row->association : 99,
			  row->groups, row->uid, (unsigned long long)row->inode,
			  (unsigned long long)row->cookie);
	}
}

static unsigned int check_procfs(struct client *client)
{
	struct rows netlink = client_rows(client, ALL_GROUPS & ~SOCKPORT_WANT_UNLISTED);
	struct lines expected = { 0 }, seen = { 0 };
	struct rows proc = proc_rows();
	unsigned int wrong;

	add_plain(&expected, &netlink);
	add_plain(&seen, &proc);
	wrong = lines_compare("procfs", &expected, &seen);
	lines_free(&expected);
	lines_free(&seen);
	rows_free(&netlink);
	rows_free(&proc);
	return wrong;
}

/* Rows of the port table, by what the listing says; those without port have none. */
static unsigned int check_ports(struct client *client)
{
	struct rows rows = client_rows(client, ALL_GROUPS & ~SOCKPORT_WANT_UNLISTED);
	struct ports all = client_ports(client);
	struct lines expected = { 0 }, seen = { 0 };
	unsigned int wrong, count;
	size_t ports = 0;

	for_each_row(row, &rows) {
		if (!(row->extra & EXTRA_PORTS))
			continue;
		count = 0;
		for_each_row(other, &rows)
			count += other->extra & EXTRA_PORTS && other->role == row->role &&
				 other->protocol == row->protocol &&
				 row_port(other) == row_port(row);
		lines_add(&expected, "%s role %u port %u sockets %u", protocol_name(row->protocol),
			  row->role, row_port(row), count);
	}
	lines_unique(&expected);
	for_each_port(port, &all) {
		if (!(row_kinds & 1U << port->protocol))
			continue;
		lines_add(&seen, "%s role %u port %u sockets %u", protocol_name(port->protocol),
			  port->role, port->port, port->sockets);
		ports++;
	}
	wrong = lines_compare("ports", &expected, &seen);
	note("%zu ports", ports);
	lines_free(&expected);
	lines_free(&seen);
	rows_free(&rows);
	ports_free(&all);
	return wrong;
}

static struct row *find(struct rows *rows, uint32_t local_port, uint32_t remote_port)
{
	for_each_row(row, rows)
		if (row->local_port == local_port && row->remote_port == remote_port)
			return row;
	return NULL;
}

static struct row *find_inode(struct rows *rows, int fd)
{
	uint64_t inode = socket_inode(fd);

	for_each_row(row, rows)
		if (row->known & ROW_INODE && row->inode == inode)
			return row;
	return NULL;
}

/* How often a socket is listed, and whether as one that is in no table. */
static unsigned int times_listed(struct client *client, int fd, bool unlisted)
{
	struct rows rows = client_rows(client, ALL_GROUPS);
	uint64_t inode = socket_inode(fd);
	unsigned int times = 0;

	for_each_row(row, &rows)
		if (row->known & ROW_INODE && row->inode == inode)
			times += !!(row->extra & EXTRA_UNLISTED) == unlisted ? 1 : 100;
	rows_free(&rows);
	return times;
}

static bool try_modprobe(const char *module)
{
	char command[128];

	snprintf(command, sizeof(command), "modprobe %s 2>&1", module);
	return !system(command);
}

FIXTURE(kinds) {
	struct client	client;
};

FIXTURE_SETUP(kinds)
{
	static const struct rlimit limit = { 65536, 65536 };

	setrlimit(RLIMIT_NOFILE, &limit);
	netns_enter();
	self->client = client_open();
}

FIXTURE_TEARDOWN(kinds)
{
	client_close(&self->client);
}

/* Netlink. */

static int netlink_socket(int protocol, uint32_t portid, uint32_t groups)
{
	const struct sockaddr_nl address = {
		.nl_family	= AF_NETLINK,
		.nl_pid		= portid,
		.nl_groups	= groups,
	};
	int fd = socket(AF_NETLINK, protocol % 2 ? SOCK_RAW : SOCK_DGRAM, protocol);

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		die("netlink socket of protocol %d: %s", protocol, strerror(errno));
	return fd;
}

static void netlink_join(int fd, int group)
{
	socket_option(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
}

static void netlink_send(int fd, uint32_t portid, size_t size)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = portid };
	struct nlmsghdr nlh[64] = { { .nlmsg_len = size } };

	if (sendto(fd, nlh, size, 0, (void *)&to, sizeof(to)) < 0)
		die("netlink send: %s", strerror(errno));
}

/* So many that the table grows while it is filled. */
static void netlink_many(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		netlink_socket(NETLINK_ROUTE, 100000 + i, 0);
}

TEST_F_TIMEOUT(kinds, netlink, 600)
{
	const struct sockaddr_nl peer = { .nl_family = AF_NETLINK, .nl_pid = 4001 };
	int sender, connected, list_only, overrun, owned;
	struct rows rows;
	struct row *row;
	int i;

	row_kinds = ROW_KIND(NETLINK);
	netlink_socket(NETLINK_ROUTE, 0, 0);
	netlink_socket(NETLINK_ROUTE, 4242, RTMGRP_LINK | RTMGRP_IPV4_ROUTE);
	netlink_join(netlink_socket(NETLINK_ROUTE, 4243, 1), RTNLGRP_MPLS_NETCONF);
	netlink_join(netlink_socket(NETLINK_ROUTE, 4244, 0), RTNLGRP_NSID);
	netlink_socket(NETLINK_KOBJECT_UEVENT, 4245, 1);
	netlink_socket(NETLINK_GENERIC, 4246, 0);
	netlink_socket(NETLINK_XFRM, 4247, 0);
	list_only = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	netlink_join(list_only, RTNLGRP_NEIGH);
	/* In no table at all. */
	socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	sender = netlink_socket(NETLINK_USERSOCK, 4000, 0);
	netlink_socket(NETLINK_USERSOCK, 4001, 0);
	netlink_send(sender, 4001, 20);
	netlink_send(sender, 4001, 2000);
	connected = netlink_socket(NETLINK_USERSOCK, 4002, 0);
	if (connect(connected, (void *)&peer, sizeof(peer)))
		die("netlink connect: %s", strerror(errno));
	overrun = netlink_socket(NETLINK_ROUTE, 4003, RTMGRP_LINK);
	socket_option(overrun, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 20; i++)
		run("ip link set " NEAR " down; ip link set " NEAR " up");
	become(OWNER);
	owned = netlink_socket(NETLINK_ROUTE, 4004, 0);
	become(0);

	/* Where one of its messages ends, netlink_diag leaves a socket out. */
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_netlink_diag, 20));
	netlink_many();
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_proc_netlink, MANY + 19));
	EXPECT_EQ(0, check_procfs(&self->client));

	/* What no oracle is needed for. */
	rows = client_rows(&self->client, ALL_GROUPS);
	row = find_inode(&rows, connected);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(4002, row->local_port);
	EXPECT_EQ(4001, row->remote_port);
	EXPECT_EQ(SOCKPORT_STATE_ESTABLISHED, row->state);
	EXPECT_EQ(SOCK_DGRAM, row->type);
	EXPECT_EQ(NETLINK_USERSOCK, row->number);
	EXPECT_EQ(0, row->known & ROW_ROLE);
	row = find(&rows, 4001, 0);
	ASSERT_NE(NULL, row);
	EXPECT_LT(2020, row->rx_queue);
	row = find_inode(&rows, overrun);
	ASSERT_NE(NULL, row);
	EXPECT_LT(0, row->drops);
	row = find_inode(&rows, owned);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(OWNER, row->uid);
	row = find_inode(&rows, list_only);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(0, row->local_port);
	EXPECT_EQ(1U << (RTNLGRP_NEIGH - 1), row->groups);
	EXPECT_EQ(0, row->extra & EXTRA_UNLISTED);
	rows_free(&rows);
}

/* SCTP, with the options that libsctp is made of. */

struct endpoint {
	int		family;
	int		type;
	uint16_t	port;
	const char	*address[4];
};

static size_t pack(char *to, int family, uint16_t port, const char *text)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (family == AF_INET6 && strchr(text, ':')) {
		inet_pton(AF_INET6, text, &v6.sin6_addr);
		memcpy(to, &v6, sizeof(v6));
		return sizeof(v6);
	}
	inet_pton(AF_INET, text, &v4.sin_addr);
	memcpy(to, &v4, sizeof(v4));
	return sizeof(v4);
}

static int sctp_socket(const struct endpoint *endpoint, int backlog)
{
	int fd = socket(endpoint->family, endpoint->type, IPPROTO_SCTP);
	char packed[512];
	size_t size;
	int i;

	if (fd < 0)
		die("SCTP: %s", strerror(errno));
	for (i = 0; i < 4 && endpoint->address[i]; i++) {
		size = pack(packed, endpoint->family, endpoint->port, endpoint->address[i]);
		if (i ? setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, packed, size) :
		    bind(fd, (void *)packed, size))
			die("SCTP bind to %s: %s", endpoint->address[i], strerror(errno));
	}
	if (backlog && listen(fd, backlog))
		die("SCTP listen: %s", strerror(errno));
	return fd;
}

/* Like connect(), to all addresses of the peer. */
static void sctp_connect(int fd, const struct endpoint *peer)
{
	char packed[512];
	size_t size = 0;
	int i;

	for (i = 0; i < 4 && peer->address[i]; i++)
		size += pack(packed + size, peer->family, peer->port, peer->address[i]);
	if (setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX, packed, size) < 0 &&
	    errno != EINPROGRESS)
		die("SCTP connect: %s", strerror(errno));
}

static int sctp_peel(int fd, sctp_assoc_t id)
{
	sctp_peeloff_arg_t arg = { .associd = id };
	socklen_t size = sizeof(arg);

	if (getsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arg, &size) < 0)
		die("SCTP peel off: %s", strerror(errno));
	return arg.sd;
}

static sctp_assoc_t sctp_some_association(int fd)
{
	struct {
		struct sctp_assoc_ids	ids;
		sctp_assoc_t		id[16];
	} list;
	socklen_t size = sizeof(list);

	if (getsockopt(fd, SOL_SCTP, SCTP_GET_ASSOC_ID_LIST, &list, &size) < 0 ||
	    !list.ids.gaids_number_of_ids)
		die("no association");
	return list.ids.gaids_assoc_id[0];
}

static const struct endpoint one_to_one = {
	AF_INET, SOCK_STREAM, 7001, { "127.0.0.1", "127.0.0.2" },
};
static const struct endpoint one_to_one_client = {
	AF_INET, SOCK_STREAM, 7101, { "127.0.0.3", "127.0.0.4", "127.0.0.5" },
};
static const struct endpoint one_to_many = {
	AF_INET, SOCK_SEQPACKET, 7002, { "127.0.0.1" },
};
static const struct endpoint anywhere = {
	AF_INET6, SOCK_SEQPACKET, 7003, { "::" },
};
static const struct endpoint six = {
	AF_INET6, SOCK_STREAM, 7004, { "2001:db8::1", "2001:db8::2", "::1" },
};
static const struct endpoint six_client = {
	AF_INET6, SOCK_STREAM, 0, { "2001:db8::2" },
};
static const struct endpoint mixed = {
	AF_INET6, SOCK_STREAM, 7005, { "::1", "127.0.0.1" },
};
static const struct endpoint nowhere = {
	AF_INET, SOCK_STREAM, 7006, { "192.0.2.99" },
};

static int sctp_client(int family, int type)
{
	const struct endpoint endpoint = { .family = family, .type = type };

	return sctp_socket(&endpoint, 0);
}

/* Connections of all sorts. Returns the peeled off socket. */
static int sctp_connections(void)
{
	const struct endpoint over_v4 = { AF_INET, SOCK_STREAM, 7003, { "127.0.0.1" } };
	const struct endpoint v4_of_six = { AF_INET6, SOCK_STREAM, 7005, { "127.0.0.1" } };
	const struct endpoint loopback = { AF_INET6, SOCK_STREAM, 7003, { "::1" } };
	int listener, client, many, stuck, i;
	static char data[100000];

	listener = sctp_socket(&one_to_one, 5);
	client = sctp_socket(&one_to_one_client, 0);
	sctp_connect(client, &one_to_one);
	if (accept(listener, NULL, NULL) < 0 || send(client, data, 1234, 0) < 0)
		die("SCTP: %s", strerror(errno));
	/* Nobody accepts it. */
	sctp_connect(sctp_client(AF_INET, SOCK_STREAM), &one_to_one);

	many = sctp_socket(&one_to_many, 5);
	for (i = 0; i < 3; i++)
		sctp_connect(sctp_client(AF_INET, i % 2 ? SOCK_STREAM : SOCK_SEQPACKET),
			     &one_to_many);
	sctp_socket(&anywhere, 5);
	sctp_connect(sctp_client(AF_INET6, SOCK_STREAM), &loopback);
	sctp_connect(sctp_client(AF_INET, SOCK_STREAM), &over_v4);
	sctp_socket(&six, 5);
	sctp_connect(sctp_socket(&six_client, 0), &six);
	sctp_socket(&mixed, 5);
	sctp_connect(sctp_client(AF_INET6, SOCK_STREAM), &v4_of_six);

	/* INIT goes nowhere. */
	client = sctp_client(AF_INET, SOCK_STREAM);
	fcntl(client, F_SETFL, O_NONBLOCK);
	sctp_connect(client, &nowhere);
	/* More than the other end has room for, then the end of it. */
	stuck = sctp_client(AF_INET, SOCK_STREAM);
	sctp_connect(stuck, &one_to_one);
	fcntl(stuck, F_SETFL, O_NONBLOCK);
	while (send(stuck, data, sizeof(data), MSG_NOSIGNAL) > 0)
		;
	shutdown(stuck, SHUT_WR);
	return sctp_peel(many, sctp_some_association(many));
}

static bool has_association(const struct rows *rows, unsigned int state)
{
	for_each_row(row, rows)
		if (row->extra & EXTRA_ASSOC && row->association == state)
			return true;
	note("no association in state %u", state);
	return false;
}

/* By the kernel's enum sctp_state. */
#define COOKIE_WAIT		1
#define ESTABLISHED		3
#define SHUTDOWN_PENDING	4

TEST_F_TIMEOUT(kinds, sctp, 600)
{
	const struct endpoint bound = { AF_INET, SOCK_STREAM, 7050, { "127.0.0.1" } };
	struct rows rows;
	struct row *row;
	int peeled, fd;

	if (!try_modprobe("sctp"))
		SKIP(return, "this kernel has no SCTP");
	row_kinds = ROW_KIND(SCTP);
	peeled = sctp_connections();
	/* Neither listens nor has an association. */
	sctp_socket(&bound, 0);
	become(OWNER);
	fd = sctp_client(AF_INET, SOCK_SEQPACKET);
	become(0);
	sctp_connect(fd, &one_to_many);

	EXPECT_EQ(0, check_oracle(&self->client, &oracle_sctp_eps, 5));
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_sctp_assocs, 20));
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_sctp_diag, 25));
	EXPECT_EQ(0, check_procfs(&self->client));
	EXPECT_EQ(0, check_ports(&self->client));

	rows = client_rows(&self->client, ALL_GROUPS);
	EXPECT_TRUE(has_association(&rows, COOKIE_WAIT));
	EXPECT_TRUE(has_association(&rows, SHUTDOWN_PENDING));
	row = find(&rows, 7101, 7001);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_ROLE_OUT, row->role);
	EXPECT_EQ(SOCKPORT_STATE_ESTABLISHED, row->state);
	EXPECT_EQ(ESTABLISHED, row->association);
	EXPECT_EQ(0, memcmp(row->local, "\x7f\0\0\3", 4));
	EXPECT_EQ(0, memcmp(row->remote, "\x7f\0\0\1", 4));
	EXPECT_EQ(2, row->detail->more_locals);
	EXPECT_EQ(1, row->detail->more_remotes);
	row = find(&rows, 7001, 7101);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_ROLE_IN, row->role);
	EXPECT_LE(1234, row->rx_queue);
	EXPECT_EQ(1, row->detail->more_locals);
	EXPECT_EQ(2, row->detail->more_remotes);
	row = find(&rows, 7001, 0);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(5, row->limit);
	EXPECT_EQ(2, row->backlog);
	row = find_inode(&rows, peeled);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(7002, row->local_port);
	EXPECT_TRUE(row->extra & EXTRA_ASSOC);
	row = find_inode(&rows, fd);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(OWNER, row->uid);
	row = find(&rows, 7050, 0);
	ASSERT_NE(NULL, row);
	EXPECT_TRUE(row->extra & EXTRA_UNLISTED);
	EXPECT_EQ(0, memcmp(row->local, "\x7f\0\0\1", 4));
	rows_free(&rows);
}

/* Whose peer has gone is in no table, until it is closed. */
TEST_F_TIMEOUT(kinds, sctp_ended, 600)
{
	struct deadline d = deadline();
	int listener, client, server;
	char byte;

	if (!try_modprobe("sctp"))
		SKIP(return, "this kernel has no SCTP");
	row_kinds = ROW_KIND(SCTP);
	listener = sctp_socket(&one_to_one, 5);
	client = sctp_client(AF_INET, SOCK_STREAM);
	sctp_connect(client, &one_to_one);
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, times_listed(&self->client, server, false));
	close(client);
	EXPECT_EQ(0, recv(server, &byte, 1, 0));
	while (times_listed(&self->client, server, false) == 1)
		deadline_wait(&d, "the association to end");
	EXPECT_EQ(1, times_listed(&self->client, server, true));
	close(server);
	close(listener);
}

/* More than any batch, and the tables of the pass grow. */
TEST_F_TIMEOUT(kinds, sctp_many, 600)
{
	struct endpoint endpoint = { AF_INET, SOCK_SEQPACKET, 0, { "127.0.0.1", "127.0.0.2" } };
	unsigned int i;

	if (!try_modprobe("sctp"))
		SKIP(return, "this kernel has no SCTP");
	row_kinds = ROW_KIND(SCTP);
	for (i = 0; i < MANY; i++) {
		endpoint.port = 10000 + i;
		sctp_socket(&endpoint, 1 + i);
		sctp_connect(sctp_client(AF_INET, SOCK_SEQPACKET), &endpoint);
	}
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_sctp_eps, MANY));
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_sctp_assocs, 2 * MANY));
	EXPECT_EQ(0, check_procfs(&self->client));
	EXPECT_EQ(0, check_ports(&self->client));
}

/* Endpoints come and go in every bucket; those that stay are seen once. */
TEST_F_TIMEOUT(kinds, sctp_churn, 600)
{
	struct endpoint endpoint = { AF_INET, SOCK_STREAM, 0, { "127.0.0.1" } };
	unsigned int i, round, seen, wrong = 0, rounds = scaled(300, 15);
	struct rows rows;
	pid_t pid;

	if (!try_modprobe("sctp"))
		SKIP(return, "this kernel has no SCTP");
	row_kinds = ROW_KIND(SCTP);
	for (i = 0; i < MANY; i++) {
		endpoint.port = 10000 + i;
		sctp_socket(&endpoint, 1);
	}
	pid = fork();
	if (!pid) {
		for (i = 0; getppid() != 1; i = (i + 1) % MANY) {
			endpoint.port = 20000 + i;
			close(sctp_socket(&endpoint, 1));
		}
		_exit(0);
	}
	for (round = 0; round < rounds; round++) {
		rows = client_rows(&self->client, SOCKPORT_WANT_COOKIE);
		seen = 0;
		for_each_row(row, &rows)
			seen += row->local_port >= 10000 && row->local_port < 10000 + MANY;
		wrong += seen != MANY;
		rows_free(&rows);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EXPECT_EQ(0, wrong);
	note("%llu passes begun anew", proc_stat("chain_restarts"));
}

/* MPTCP. */

static int mptcp_socket(int family)
{
	return socket(family, SOCK_STREAM, IPPROTO_MPTCP);
}

static int mptcp_listen(int family, const char *address, uint16_t port, int backlog)
{
	char packed[64];
	int fd = mptcp_socket(family);

	if (bind(fd, (void *)packed, pack(packed, family, port, address)) || listen(fd, backlog))
		die("MPTCP listen at %s: %s", address, strerror(errno));
	return fd;
}

static int mptcp_connect(int family, const char *from, const char *address, uint16_t port)
{
	char packed[64];
	int fd = mptcp_socket(family);

	if ((from && bind(fd, (void *)packed, pack(packed, family, 0, from))) ||
	    connect(fd, (void *)packed, pack(packed, family, port, address)))
		die("MPTCP connect to %s: %s", address, strerror(errno));
	return fd;
}

static unsigned int subflows_to(struct client *client, uint16_t port)
{
	unsigned int kinds = row_kinds, count = 0;
	struct rows rows;

	row_kinds = ROW_KIND(TCP);
	rows = client_rows(client, SOCKPORT_WANT_TOKEN);
	row_kinds = kinds;
	for_each_row(row, &rows)
		count += row->remote_port == port && row->state == SOCKPORT_STATE_ESTABLISHED &&
			 row->extra & EXTRA_TOKEN;
	rows_free(&rows);
	return count;
}

/* A connection of two subflows, and its data wait to be read. */
static int mptcp_pair(struct client *client, int listener)
{
	struct deadline d = deadline();
	char data[5000] = { 0 };
	int fd, server;

	run("ip mptcp limits set subflow 2 add_addr_accepted 2");
	run("ip mptcp endpoint add 192.0.2.2 dev " NEAR " subflow");
	fd = mptcp_connect(AF_INET, "192.0.2.1", "192.0.2.1", 8001);
	server = accept(listener, NULL, NULL);
	if (server < 0 || send(fd, data, 1, 0) != 1 || recv(server, data, 1, 0) != 1 ||
	    send(server, data, 1, 0) != 1 || recv(fd, data, 1, 0) != 1)
		die("MPTCP: %s", strerror(errno));
	while (subflows_to(client, 8001) < 2)
		deadline_wait(&d, "two subflows");
	if (send(fd, data, sizeof(data), 0) < 0)
		die("MPTCP: %s", strerror(errno));
	return fd;
}

/* A token is that of one connection, and of all of its subflows. */
static unsigned int check_tokens(struct client *client)
{
	unsigned int subflows, first, wrong = 0, all = 0, kinds = row_kinds;
	struct rows rows;

	row_kinds = ROW_KIND(TCP) | ROW_KIND(MPTCP);
	rows = client_rows(client, ALL_GROUPS);
	row_kinds = kinds;
	for_each_row(row, &rows) {
		if (row->protocol != SOCKPORT_PROTOCOL_MPTCP || !(row->extra & EXTRA_TOKEN))
			continue;
		subflows = first = 0;
		for_each_row(other, &rows) {
			if (!(other->extra & EXTRA_TOKEN) || other->token != row->token ||
			    other == row)
				continue;
			wrong += other->protocol != SOCKPORT_PROTOCOL_TCP ||
				 other->role != row->role;
			subflows++;
			first += other->local_port == row->local_port &&
				 other->remote_port == row->remote_port &&
				 !memcmp(other->local, row->local, 16) &&
				 !memcmp(other->remote, row->remote, 16);
		}
		if (first != 1 && wrong++ < 10)
			note("port %u to %u: %u subflows with its tuple and token",
			     row->local_port, row->remote_port, first);
		all += subflows;
	}
	note("%u subflows", all);
	/* Two of the pair, at each end. */
	if (all < 4)
		wrong++;
	for_each_row(row, &rows) {
		if (row->protocol != SOCKPORT_PROTOCOL_TCP || !(row->extra & EXTRA_TOKEN))
			continue;
		subflows = 0;
		for_each_row(other, &rows)
			subflows += other->protocol == SOCKPORT_PROTOCOL_MPTCP &&
				    other->extra & EXTRA_TOKEN && other->token == row->token;
		wrong += subflows != 1;
	}
	rows_free(&rows);
	return wrong;
}

TEST_F_TIMEOUT(kinds, mptcp, 600)
{
	int listener, fd, plain, owned, i;
	struct rows rows;
	struct row *row;

	fd = mptcp_socket(AF_INET);
	if (fd < 0)
		SKIP(return, "this kernel has no MPTCP");
	close(fd);
	netns_sysctl("mptcp/enabled", "1");
	row_kinds = ROW_KIND(MPTCP);
	listener = mptcp_listen(AF_INET, "0.0.0.0", 8001, 7);
	mptcp_listen(AF_INET6, "::1", 8002, 300);
	become(OWNER);
	owned = mptcp_listen(AF_INET6, "::", 8003, 1000);
	become(0);
	fd = mptcp_pair(&self->client, listener);
	/* Nobody accepts these. */
	for (i = 0; i < 3; i++)
		mptcp_connect(AF_INET, NULL, "127.0.0.1", 8001);
	mptcp_connect(AF_INET6, NULL, "::1", 8002);
	mptcp_connect(AF_INET, NULL, "127.0.0.1", 8003);
	/* One end only speaks MPTCP. */
	plain = socket_listen(AF_INET, "127.0.0.1", 8004, 5);
	mptcp_connect(AF_INET, NULL, "127.0.0.1", 8004);
	socket_connect(AF_INET, "127.0.0.1", 8001, 0);
	/* Only bound: of no table. */
	mptcp_socket(AF_INET);

	EXPECT_EQ(0, check_oracle(&self->client, &oracle_mptcp_diag, 15));
	EXPECT_EQ(0, check_procfs(&self->client));
	EXPECT_EQ(0, check_ports(&self->client));
	EXPECT_EQ(0, check_tokens(&self->client));

	rows = client_rows(&self->client, ALL_GROUPS);
	row = find_inode(&rows, fd);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(8001, row->remote_port);
	EXPECT_EQ(SOCKPORT_ROLE_OUT, row->role);
	row = find(&rows, 8001, row->local_port);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_ROLE_IN, row->role);
	EXPECT_LE(5000, row->rx_queue);
	row = find_inode(&rows, listener);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(SOCKPORT_STATE_LISTEN, row->state);
	EXPECT_EQ(7, row->limit);
	EXPECT_LE(3, row->backlog);
	row = find_inode(&rows, owned);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(OWNER, row->uid);
	rows_free(&rows);
	close(plain);
}

/* A connection that was refused has its token until it is closed. */
TEST_F_TIMEOUT(kinds, mptcp_refused, 600)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(8009),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned int listed, unlisted;
	int fd = mptcp_socket(AF_INET);

	if (fd < 0)
		SKIP(return, "this kernel has no MPTCP");
	netns_sysctl("mptcp/enabled", "1");
	row_kinds = ROW_KIND(MPTCP);
	EXPECT_EQ(1, times_listed(&self->client, fd, true));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (!connect(fd, (void *)&to, sizeof(to)) || errno == EINPROGRESS)
		EXPECT_EQ(ECONNREFUSED, stream_error(fd));
	/* In the table or in none, which is the kernel's; once. */
	listed = times_listed(&self->client, fd, false);
	unlisted = times_listed(&self->client, fd, true);
	EXPECT_EQ(101, listed + unlisted);
	close(fd);
}

TEST_F_TIMEOUT(kinds, mptcp_many, 600)
{
	int listener, fd;
	unsigned int i;

	fd = mptcp_socket(AF_INET);
	if (fd < 0)
		SKIP(return, "this kernel has no MPTCP");
	close(fd);
	row_kinds = ROW_KIND(MPTCP);
	listener = mptcp_listen(AF_INET, "127.0.0.1", 8001, 100);
	for (i = 0; i < MANY; i++) {
		mptcp_connect(AF_INET, NULL, "127.0.0.1", 8001);
		if (accept(listener, NULL, NULL) < 0)
			die("MPTCP accept: %s", strerror(errno));
	}
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_mptcp_diag, 2 * MANY + 1));
	EXPECT_EQ(0, check_ports(&self->client));
	EXPECT_EQ(0, check_tokens(&self->client));
}

/* vsock. */

static const char *const vsock_modules[] = {
	"vsock_loopback", "vmw_vsock_virtio_transport_common", "vsock_diag", "vsock",
};

static int vsock_bound(int type, unsigned int cid, unsigned int port)
{
	const struct sockaddr_vm address = {
		.svm_family	= AF_VSOCK,
		.svm_cid	= cid,
		.svm_port	= port,
	};
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		die("vsock bind to %u: %s", port, strerror(errno));
	return fd;
}

static int vsock_listen(int type, unsigned int cid, unsigned int port, int backlog)
{
	int fd = vsock_bound(type, cid, port);

	if (listen(fd, backlog))
		die("vsock listen: %s", strerror(errno));
	return fd;
}

static int vsock_connect(int type, unsigned int port)
{
	const struct sockaddr_vm address = {
		.svm_family	= AF_VSOCK,
		.svm_cid	= VMADDR_CID_LOCAL,
		.svm_port	= port,
	};
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0 || connect(fd, (void *)&address, sizeof(address)))
		die("vsock connect to %u: %s", port, strerror(errno));
	return fd;
}

/* Both ends, in "in" and "out". */
static void vsock_sockets(int *in, int *out)
{
	int listener = vsock_listen(SOCK_STREAM, VMADDR_CID_ANY, 9001, 11);
	int far = vsock_listen(SOCK_SEQPACKET, VMADDR_CID_LOCAL, 1000000, 12);

	*out = vsock_connect(SOCK_STREAM, 9001);
	*in = accept(listener, NULL, NULL);
	vsock_connect(SOCK_SEQPACKET, 1000000);
	if (*in < 0 || accept(far, NULL, NULL) < 0)
		die("vsock accept: %s", strerror(errno));
	/* Nobody accepts it. */
	vsock_connect(SOCK_STREAM, 9001);
	vsock_bound(SOCK_STREAM, VMADDR_CID_ANY, 9002);
	socket(AF_VSOCK, SOCK_STREAM, 0);
	socket(AF_VSOCK, SOCK_STREAM, 0);
}

TEST_F_TIMEOUT(kinds, vsock, 600)
{
	struct row *row, *peer;
	int in, out, owned;
	unsigned int i;
	struct rows rows;

	if (!try_modprobe("vsock_loopback"))
		SKIP(return, "this kernel has no vsock loopback");
	row_kinds = ROW_KIND(VSOCK);
	vsock_sockets(&in, &out);
	become(OWNER);
	owned = vsock_listen(SOCK_STREAM, VMADDR_CID_ANY, 9003, 1);
	become(0);
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_vsock_diag, 12));
	/* A bucket with more than a batch has room for. */
	for (i = 0; i < MANY; i++)
		vsock_bound(SOCK_STREAM, VMADDR_CID_ANY, 251 * (100 + i));
	EXPECT_EQ(0, check_oracle(&self->client, &oracle_vsock_diag, MANY + 12));
	EXPECT_EQ(0, check_procfs(&self->client));
	EXPECT_EQ(0, check_ports(&self->client));

	rows = client_rows(&self->client, ALL_GROUPS);
	row = find_inode(&rows, out);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(9001, row->remote_port);
	EXPECT_EQ(VMADDR_CID_LOCAL, row->remote_cid);
	EXPECT_EQ(SOCKPORT_ROLE_OUT, row->role);
	EXPECT_EQ(SOCKPORT_STATE_ESTABLISHED, row->state);
	EXPECT_EQ(AF_VSOCK, row->family);
	peer = find_inode(&rows, in);
	ASSERT_NE(NULL, peer);
	EXPECT_EQ(row->local_port, peer->remote_port);
	EXPECT_EQ(SOCKPORT_ROLE_IN, peer->role);
	row = find_inode(&rows, owned);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(OWNER, row->uid);
	EXPECT_EQ(SOCKPORT_ROLE_IN, row->role);
	EXPECT_EQ(1, row->limit);
	row = find(&rows, 9001, ~0U);
	ASSERT_NE(NULL, row);
	EXPECT_EQ(1, row->backlog);
	EXPECT_EQ(11, row->limit);
	rows_free(&rows);
}

/* Modules that come and go. */

static void unload(const char *module)
{
	struct deadline d = deadline();

	while (syscall(SYS_delete_module, module, O_NONBLOCK) && errno != ENOENT) {
		if (errno != EAGAIN && errno != EBUSY)
			die("unload %s: %s", module, strerror(errno));
		deadline_wait(&d, module);
	}
}

static void unload_vsock(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(vsock_modules) / sizeof(vsock_modules[0]); i++)
		unload(vsock_modules[i]);
}

static int users(const char *module)
{
	char path[128];
	FILE *file;
	int count;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%d", &count) != 1)
		die("%s: %s", path, strerror(errno));
	fclose(file);
	return count;
}

/* Lists all sockets again and again, until it is killed. Counts in "done". */
static pid_t reader(volatile unsigned int *done)
{
	struct client client;
	struct rows rows;
	pid_t pid = fork();

	if (pid)
		return pid;
	row_kinds = ROW_KIND(VSOCK) | ROW_KIND(SCTP);
	client = client_open();
	while (getppid() != 1) {
		rows = client_rows(&client, ALL_GROUPS);
		rows_free(&rows);
		++*done;
	}
	_exit(0);
}

TEST_F_TIMEOUT(kinds, unload_vsock, 600)
{
	unsigned int round, rounds = scaled(30, 10);
	volatile unsigned int *done;
	struct rows rows;
	int in, fd[3];
	pid_t pid;

	if (!try_modprobe("vsock_loopback"))
		SKIP(return, "this kernel has no vsock loopback");
	row_kinds = ROW_KIND(VSOCK);
	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = reader(done);
	for (round = 0; round < rounds; round++) {
		ASSERT_TRUE(try_modprobe("vsock_loopback"));
		fd[0] = vsock_listen(SOCK_STREAM, VMADDR_CID_ANY, 9001, 1);
		fd[1] = vsock_bound(SOCK_STREAM, VMADDR_CID_ANY, 9002);
		fd[2] = vsock_connect(SOCK_STREAM, 9001);
		in = accept(fd[0], NULL, NULL);
		rows = client_rows(&self->client, ALL_GROUPS);
		EXPECT_EQ(4, rows.count);
		rows_free(&rows);
		close(in);
		close(fd[0]);
		close(fd[1]);
		close(fd[2]);
		unload_vsock();
		rows = client_rows(&self->client, ALL_GROUPS);
		EXPECT_EQ(0, rows.count);
		rows_free(&rows);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	note("%u listings meanwhile", *done);
	EXPECT_LT(rounds, *done);
}

static void begin_dump(struct client *client)
{
	struct request *request = malloc(sizeof(*request));

	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	request_send(client, request);
	free(request);
}

/* A reader that went away in the middle of the table holds nobody up. */
TEST_F_TIMEOUT(kinds, unload_in_dump, 600)
{
	struct rows before = { 0 }, after = { 0 };
	struct client slow_client;
	int fd[4 * MANY];
	unsigned int i;

	if (!try_modprobe("vsock_loopback"))
		SKIP(return, "this kernel has no vsock loopback");
	row_kinds = ROW_KIND(VSOCK);
	for (i = 0; i < 4 * MANY; i++)
		fd[i] = vsock_bound(SOCK_STREAM, VMADDR_CID_ANY, 20000 + i);
	slow_client = client_open_with(4096);
	begin_dump(&slow_client);
	ASSERT_LT(0, mnl_socket_recvfrom(slow_client.nl, slow_client.buffer, slow_client.room));
	ASSERT_LT(0, mnl_socket_recvfrom(slow_client.nl, slow_client.buffer, slow_client.room));
	EXPECT_EQ(1, proc_stat("open_walks"));
	before = client_rows(&self->client, ALL_GROUPS);
	EXPECT_EQ(4 * MANY, before.count);
	for (i = 0; i < 4 * MANY; i++)
		close(fd[i]);
	unload_vsock();
	EXPECT_EQ(1, proc_stat("open_walks"));
	/* What it had in hand, and the end. */
	EXPECT_EQ(0, client_receive(&slow_client, client_add_row, &after));
	EXPECT_GT(4 * MANY, after.count);
	client_close(&slow_client);
	rows_free(&before);
	rows_free(&after);
}

/*
 * SCTP keeps itself loaded by its own sockets on many kernels; then the count
 * of its users tells.
 */
TEST_F_TIMEOUT(kinds, sctp_users, 600)
{
	struct endpoint endpoint = { AF_INET, SOCK_SEQPACKET, 0, { "127.0.0.1" } };
	struct client slow_client;
	struct rows rows = { 0 };
	int with, i;

	if (!try_modprobe("sctp"))
		SKIP(return, "this kernel has no SCTP");
	row_kinds = ROW_KIND(SCTP);
	for (i = 0; i < 4 * MANY; i++) {
		endpoint.port = 10000 + i;
		sctp_socket(&endpoint, 1);
	}
	with = users("sctp");
	EXPECT_LE(4 * MANY, with);
	slow_client = client_open_with(4096);
	begin_dump(&slow_client);
	ASSERT_LT(0, mnl_socket_recvfrom(slow_client.nl, slow_client.buffer, slow_client.room));
	ASSERT_LT(0, mnl_socket_recvfrom(slow_client.nl, slow_client.buffer, slow_client.room));
	EXPECT_EQ(1, proc_stat("open_walks"));
	EXPECT_EQ(with, users("sctp"));
	for (i = 0; i < 50; i++) {
		rows = client_rows(&self->client, ALL_GROUPS);
		EXPECT_EQ(4 * MANY, rows.count);
		rows_free(&rows);
	}
	EXPECT_EQ(with, users("sctp"));
	client_close(&slow_client);
}

/* An oracle that sees no difference proves nothing: break ours, one by one. */
TEST_F_TIMEOUT(kinds, oracle_notices, 600)
{
	struct lines lines, ours = { 0 };
	struct rows rows;

	row_kinds = ROW_KIND(NETLINK);
	netlink_socket(NETLINK_ROUTE, 4242, 3);
	look(&oracle_proc_netlink, &lines);
	rows = client_rows(&self->client, ALL_GROUPS & ~SOCKPORT_WANT_UNLISTED);
	ASSERT_EQ(0, compare_with(&oracle_proc_netlink, &lines, &rows));
	find(&rows, 4242, 0)->groups ^= 4;
	EXPECT_EQ(2, compare_with(&oracle_proc_netlink, &lines, &rows));
	find(&rows, 4242, 0)->groups ^= 4;
	find(&rows, 4242, 0)->inode++;
	EXPECT_EQ(2, compare_with(&oracle_proc_netlink, &lines, &rows));
	find(&rows, 4242, 0)->inode--;
	rows.row[rows.count - 1].local_port++;
	EXPECT_EQ(2, compare_with(&oracle_proc_netlink, &lines, &rows));
	rows.count--;
	EXPECT_EQ(1, compare_with(&oracle_proc_netlink, &lines, &rows));
	lines_free(&ours);
	lines_free(&lines);
	rows_free(&rows);
}

TEST_HARNESS_MAIN
