// SPDX-License-Identifier: GPL-2.0
/*
 * namespaces.c - all network namespaces in one answer, each socket with its own
 *
 * The oracle is what each namespace says of itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/modular.h"
#include "lib/module.h"
#include "lib/netns.h"

#define PORT	8000
#define MANY	200
#define NOBODY	65534
#define WANT	(SOCKPORT_WANT_OWNER | SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_COOKIE)

FIXTURE(namespaces) {
	struct client	client;
	int		home;
	int		netns[MANY];
	unsigned int	count;
	char		max_memory[32];
};

FIXTURE_SETUP(namespaces)
{
	memset(self, 0, sizeof(*self));
	netns_enter_bare();
	self->home = netns_open();
	self->client = client_open();
}

FIXTURE_TEARDOWN(namespaces)
{
	if (*self->max_memory)
		module_parameter("max_memory", self->max_memory, NULL);
	client_close(&self->client);
	closefrom(3);
}

static uint32_t netns_inode(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		die("fstat: %s", strerror(errno));
	return status.st_ino;
}

/* Where there is MPTCP: a listener and a connection, a port that others do not have. */
static void add_mptcp(in_port_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP), fd;

	if (listener < 0)
		return;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (bind(listener, (void *)&to, sizeof(to)) || listen(listener, 5) ||
	    connect(fd, (void *)&to, sizeof(to)))
		die("MPTCP: %s", strerror(errno));
}

/* The same ports in all of them; the number of connections tells them apart. */
static void add_namespace(FIXTURE_DATA(namespaces) *self)
{
	unsigned int i;

	netns_enter_bare();
	self->netns[self->count++] = netns_open();
	socket_listen(AF_INET, "127.0.0.1", PORT, 10);
	for (i = 0; i < self->count % 4; i++)
		socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	socket_listen(AF_INET6, "::", PORT + 1, 10);
	add_mptcp(PORT + 10 + 200 * self->count);
}

static bool in_namespace(const struct row *row, const void *inode)
{
	return row->netns == *(const uint32_t *)inode;
}

/* Namespaces of which the one listing has not just what they say themselves. */
static unsigned int wrong_namespaces(FIXTURE_DATA(namespaces) *self, const struct rows *all)
{
	unsigned int wrong = 0, i;
	struct rows own, part;
	uint32_t inode;

	for (i = 0; i < self->count; i++) {
		inode = netns_inode(self->netns[i]);
		part = rows_select(all, in_namespace, &inode);
		own = client_rows_of(&self->client, WANT, self->netns[i]);
		if (!own.count || rows_compare("a namespace", &own, &part, ROW_ALL))
			wrong++;
		for_each_row(row, &own)
			wrong += row->netns != inode;
		rows_free(&part);
		rows_free(&own);
	}
	return wrong;
}

TEST_F_TIMEOUT(namespaces, all_at_once, 900)
{
	unsigned int many = scaled(MANY, 20), i, found = 0;
	uint32_t before = 0, inode;
	struct ports ports;
	struct rows rows;

	while (self->count < many)
		add_namespace(self);
	netns_set(self->home);
	rows = client_rows_of(&self->client, WANT, NETNS_ALL);
	EXPECT_EQ(0, wrong_namespaces(self, &rows));
	rows_free(&rows);

	ports = client_ports_of(&self->client, 0, NETNS_ALL);
	for (i = 0; i < self->count; i++) {
		inode = netns_inode(self->netns[i]);
		for_each_port(port, &ports)
			found += port->netns == inode && port->role == SOCKPORT_ROLE_IN &&
				 port->port == PORT && port->sockets == 1 + (i + 1) % 4;
	}
	EXPECT_EQ(many, found);
	/* A namespace's rows come together. */
	found = 0;
	for_each_port(port, &ports) {
		found += port->netns != before;
		before = port->netns;
	}
	EXPECT_LE(many, found);
	for (i = 0, found = 0; i < ports.count; i++)
		found += i && ports.port[i].netns == ports.port[i - 1].netns &&
			 ports.port[i].protocol == ports.port[i - 1].protocol &&
			 ports.port[i].role == ports.port[i - 1].role &&
			 ports.port[i].port <= ports.port[i - 1].port;
	EXPECT_EQ(0, found);
	ports_free(&ports);
}

/* A namespace with hash tables of its own is seen too, once. */
TEST_F_TIMEOUT(namespaces, own_tables, 300)
{
	struct rows rows;

	netns_sysctl("ipv4/tcp_child_ehash_entries", "128");
	add_namespace(self);
	add_namespace(self);
	netns_set(self->home);
	netns_sysctl("ipv4/tcp_child_ehash_entries", "0");
	add_namespace(self);
	netns_set(self->home);
	rows = client_rows_of(&self->client, WANT, NETNS_ALL);
	EXPECT_EQ(0, wrong_namespaces(self, &rows));
	rows_free(&rows);
}

static int refused(int netns, uint8_t command)
{
	struct client client = client_open();
	struct request *request = malloc(sizeof(*request));
	struct rows rows = { 0 };

	request_begin(&client, request, command, NLM_F_DUMP);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, command == SOCKPORT_CMD_PORT_GET ?
			     SOCKPORT_A_PORT_NETNS_ALL : SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	else
		mnl_attr_put_u32(request->nlh, command == SOCKPORT_CMD_PORT_GET ?
				 SOCKPORT_A_PORT_NETNS_FD : SOCKPORT_A_SOCKET_NETNS_FD, netns);
	client_run(&client, request, NULL, &rows);
	if (client.error == -EPERM && client.message[0])
		return 0;
	note("error %d, %s", client.error, client.message);
	return 1;
}

static int all_refused(int netns)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	return refused(NETNS_ALL, SOCKPORT_CMD_PORT_GET) +
	       refused(NETNS_ALL, SOCKPORT_CMD_SOCKET_GET) +
	       refused(netns, SOCKPORT_CMD_PORT_GET) + refused(netns, SOCKPORT_CMD_SOCKET_GET);
}

/* Root of a user namespace of one's own may ask about one's own, not about others. */
static int others_refused(int netns)
{
	struct client client;
	struct rows rows;

	if (setgid(NOBODY) || setuid(NOBODY) || prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("user namespace: %s", strerror(errno));
	socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", PORT);
	client = client_open();
	rows = client_rows_of(&client, WANT, netns_open());
	return rows.count != 1 || refused(NETNS_ALL, SOCKPORT_CMD_PORT_GET) ||
	       refused(netns, SOCKPORT_CMD_SOCKET_GET);
}

TEST_F_TIMEOUT(namespaces, permission, 300)
{
	add_namespace(self);
	netns_set(self->home);
	EXPECT_EQ(0, in_child(all_refused(self->netns[0])));
	EXPECT_EQ(0, in_child(others_refused(self->netns[0])));
}

/* What a reader holds who has begun to ask for all. */
static unsigned long long held_by_reader(void)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open_with(4096);
	unsigned long long held;

	request_begin(&client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put(request->nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	request_send(&client, request);
	if (recv(mnl_socket_get_fd(client.nl), client.buffer, client.room, 0) < 0)
		die("recv: %s", strerror(errno));
	held = proc_stat("walk_memory");
	client_close(&client);
	free(request);
	return held;
}

/* By who has no more than the right to ask; the result is the error, or 0. */
static int lists_all(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { { 0 } };
	struct request *request = malloc(sizeof(*request));
	struct client client;

	caps[0].effective = 1 << CAP_NET_ADMIN;
	caps[0].permitted = caps[0].effective;
	if (syscall(SYS_capset, &header, caps))
		die("capset: %s", strerror(errno));
	/* Who opens the socket pays. */
	client = client_open();
	request_begin(&client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put(request->nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	client_run(&client, request, NULL, NULL);
	if (client.error)
		note("error %d, %s", client.error, client.message);
	return -client.error;
}

/* Anybody can make namespaces by the thousand, so one with a port takes no bits for all of them. */
TEST_F_TIMEOUT(namespaces, take_little, 300)
{
	unsigned int i;

	/* Their sockets keep them. */
	for (i = 0; i < 2 * MANY; i++) {
		netns_enter_bare();
		socket_listen(AF_INET, "127.0.0.1", PORT + 5 * i, 10);
	}
	netns_set(self->home);
	note("%llu bytes held", held_by_reader());
	/* Of which one user may have half: 5 KB for each of them, others that are about to go, too. */
	module_parameter("max_memory", "4", self->max_memory);
	EXPECT_EQ(0, in_child(lists_all()));
}

static pid_t comings_and_goings(int home)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		netns_enter_bare();
		fd = socket_listen(AF_INET, "127.0.0.1", PORT, 10);
		socket_connect(AF_INET, "127.0.0.1", PORT, 0);
		close(fd);
		closefrom(home + 1);
		netns_set(home);
	}
}

/* Namespaces die meanwhile, and that of a dump that nobody reads on. */
TEST_F_TIMEOUT(namespaces, dying, 900)
{
	unsigned int rounds = scaled(60, 10), i;
	struct client idle = client_open_with(4096);
	struct request *request = malloc(sizeof(*request));
	struct rows rows;
	pid_t churner;

	for (i = 0; i < 5; i++)
		add_namespace(self);
	netns_set(self->home);
	request_begin(&idle, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put(request->nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	request_send(&idle, request);
	churner = comings_and_goings(self->home);
	for (i = 0; i < rounds; i++) {
		rows = client_rows_of(&self->client, WANT, NETNS_ALL);
		EXPECT_EQ(0, wrong_namespaces(self, &rows));
		rows_free(&rows);
	}
	kill(churner, SIGKILL);
	waitpid(churner, NULL, 0);
	client_close(&idle);
	free(request);
}

TEST_HARNESS_MAIN
