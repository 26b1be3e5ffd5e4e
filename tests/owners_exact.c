// SPDX-License-Identifier: GPL-2.0
/*
 * owners_exact.c - of several listeners of a port each has its own connections
 *
 * Servers are processes of their own; whose a connection is, the test knows since
 * it made it, or the server that accepts it says so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/netns.h"

#define PORT	8000
#define CALLS	400
#define WANT	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_OWNER)
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/**
 * struct server - a process that listens
 * @address: where; as clients call it, if that differs, @called
 * @device: that it is bound to, or NULL
 * @to: what it is told to do: accept one and close it, or all and say whose they are
 */
struct server {
	int		protocol;
	int		family;
	const char	*address;
	const char	*called;
	const char	*device;
	bool		defer;
	pid_t		pid;
	int		to;
	int		from;
};

FIXTURE(owners_exact) {
	struct client	client;
	struct server	server[4];
	int		servers;
};

FIXTURE_SETUP(owners_exact)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	run("ip addr add 2001:db8::2/128 dev lo nodad");
	self->client = client_open();
	row_kinds = ROW_KIND(TCP) | ROW_KIND(MPTCP);
}

FIXTURE_TEARDOWN(owners_exact)
{
	int i;

	for (i = 0; i < self->servers; i++) {
		kill(self->server[i].pid, SIGKILL);
		waitpid(self->server[i].pid, NULL, 0);
	}
	client_close(&self->client);
}

static socklen_t fill(struct sockaddr_storage *to, int family, const char *address)
{
	struct sockaddr_in6 *v6 = (void *)to;
	struct sockaddr_in *v4 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET)
		v4->sin_port = htons(PORT);
	else
		v6->sin6_port = htons(PORT);
	if (inet_pton(family, address,
		      family == AF_INET ? (void *)&v4->sin_addr : &v6->sin6_addr) != 1)
		die("%s is no address", address);
	return family == AF_INET ? sizeof(*v4) : sizeof(*v6);
}

static int server_listen(const struct server *server)
{
	int fd = socket(server->family, SOCK_STREAM, server->protocol);
	struct sockaddr_storage address;
	socklen_t length = fill(&address, server->family, server->address);

	socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (server->defer)
		socket_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 600);
	if (server->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, server->device,
					 strlen(server->device)))
		die("bind to %s: %s", server->device, strerror(errno));
	if (bind(fd, (void *)&address, length) || listen(fd, 1024))
		die("listen at %s: %s", server->address, strerror(errno));
	return fd;
}

/* The ports of all clients that wait, 0 for none more. */
static void accept_all(int fd, int to)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	uint16_t port = 1;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (port) {
		port = 0;
		if (accept(fd, (void *)&peer, &length) >= 0)
			port = ntohs(((struct sockaddr_in *)&peer)->sin_port);
		if (write(to, &port, sizeof(port)) != sizeof(port))
			_exit(1);
	}
}

static void __attribute__((noreturn)) serve(const struct server *server, int in, int out)
{
	int fd = server_listen(server);
	char byte = 'r';

	if (write(out, &byte, 1) != 1)
		_exit(1);
	while (read(in, &byte, 1) == 1) {
		if (byte == 'a') {
			accept_all(fd, out);
			continue;
		}
		close(socket_accept(fd));
		if (write(out, &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static void server_tell(const struct server *server, char what)
{
	char byte;

	if (write(server->to, &what, 1) != 1 ||
	    (what == 'c' && read(server->from, &byte, 1) != 1))
		die("the server at %s is gone", server->address);
}

static struct server *server_begin(FIXTURE_DATA(owners_exact) *self, struct server like)
{
	struct server *server = &self->server[self->servers++];
	int in[2], out[2];
	char byte;

	*server = like;
	if (!server->called)
		server->called = server->address;
	if (pipe(in) || pipe(out))
		die("pipe: %s", strerror(errno));
	server->pid = fork();
	if (!server->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(in[1]);
		serve(server, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	if (server->pid < 0 || read(out[0], &byte, 1) != 1)
		die("a server does not come up");
	server->to = in[1];
	server->from = out[0];
	return server;
}

/* Established, as far as the client is concerned. */
static int call(const struct server *server)
{
	int family = strchr(server->called, ':') ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM, server->protocol);
	struct sockaddr_storage address;
	socklen_t length = fill(&address, family, server->called);

	if (connect(fd, (void *)&address, length))
		die("connect to %s: %s", server->called, strerror(errno));
	return fd;
}

/* One in TIME_WAIT, one that was closed by the server alone, two that wait. */
static void make_connections(struct server *server)
{
	char byte;
	int fd;

	fd = call(server);
	server_tell(server, 'c');
	if (read(fd, &byte, 1))
		die("the server at %s does not close", server->called);
	close(fd);
	call(server);
	server_tell(server, 'c');
	call(server);
	call(server);
}

static bool is_at(const struct row *row, const struct server *server)
{
	uint8_t bytes[16] = { 0 }, mapped[16] = { [10] = 0xff, [11] = 0xff };
	bool v4 = !strchr(server->called, ':');

	inet_pton(v4 ? AF_INET : AF_INET6, server->called, v4 ? mapped + 12 : bytes);
	if (row->family == AF_INET)
		return v4 && !memcmp(row->local, mapped + 12, 4);
	return !memcmp(row->local, v4 ? mapped : bytes, 16);
}

static bool is_left(const struct row *row)
{
	return row->local_port == PORT && row->role == SOCKPORT_ROLE_IN &&
	       row->state != SOCKPORT_STATE_LISTEN && !(row->known & ROW_INODE);
}

static bool is_of(const struct row *row, const struct server *server)
{
	char text[ROW_TEXT];

	if (row->extra & EXTRA_BY_PORT && row->processes == 1 &&
	    row->detail->told_processes == 1 &&
	    row->detail->process[0].pid == (uint32_t)server->pid)
		return true;
	note("%s %s %s: not %d alone, but %u, first %u", protocol_name(row->protocol),
	     state_names[row->state], row_tuple(row, text), server->pid, row->processes,
	     row->detail->process[0].pid);
	return false;
}

/* Rows that are wrong; @least of each server's have to be there. */
static unsigned int wrong_rows(FIXTURE_DATA(owners_exact) *self, unsigned int least)
{
	unsigned int wrong = 0, seen[4] = { 0 };
	struct rows rows = client_rows(&self->client, WANT);
	int i;

	for_each_row(row, &rows) {
		if (!is_left(row))
			continue;
		for (i = 0; i < self->servers; i++) {
			if (!is_at(row, &self->server[i]))
				continue;
			seen[i]++;
			wrong += !is_of(row, &self->server[i]);
		}
	}
	for (i = 0; i < self->servers; i++)
		if (seen[i] < least) {
			note("%u connections of %s, not %u", seen[i], self->server[i].called,
			     least);
			wrong++;
		}
	rows_free(&rows);
	return wrong;
}

static unsigned int all_states(FIXTURE_DATA(owners_exact) *self)
{
	int i;

	for (i = 0; i < self->servers; i++)
		make_connections(&self->server[i]);
	return wrong_rows(self, 4);
}

TEST_F_TIMEOUT(owners_exact, addresses, 300)
{
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.2" });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.3" });
	server_begin(self, (struct server){ .family = AF_INET6, .address = "::1" });
	server_begin(self, (struct server){ .family = AF_INET6, .address = "2001:db8::2" });
	EXPECT_EQ(0, all_states(self));
}

/* An exact address comes before any, and a family has its own. */
TEST_F_TIMEOUT(owners_exact, wildcards, 300)
{
	server_begin(self, (struct server){ .family = AF_INET, .address = "0.0.0.0",
					    .called = "127.0.0.9" });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.3" });
	server_begin(self, (struct server){ .family = AF_INET6, .address = "::",
					    .called = "::1" });
	server_begin(self, (struct server){ .family = AF_INET6, .address = "2001:db8::2" });
	EXPECT_EQ(0, all_states(self));
}

/* An IPv6 socket has those of IPv4, but for an address that another has. */
TEST_F_TIMEOUT(owners_exact, dual_stack, 300)
{
	server_begin(self, (struct server){ .family = AF_INET6, .address = "::",
					    .called = "127.0.0.9" });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.3" });
	EXPECT_EQ(0, all_states(self));
	/* What has been opened since has none of them. */
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.9",
					    .called = "127.0.0.11" });
	self->servers--;
	EXPECT_EQ(0, wrong_rows(self, 4));
	self->servers++;
}

TEST_F_TIMEOUT(owners_exact, mptcp, 300)
{
	server_begin(self, (struct server){ .protocol = IPPROTO_MPTCP, .family = AF_INET,
					    .address = "127.0.0.2" });
	server_begin(self, (struct server){ .protocol = IPPROTO_MPTCP, .family = AF_INET6,
					    .address = "::1" });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.3" });
	call(&self->server[0]);
	call(&self->server[1]);
	call(&self->server[2]);
	EXPECT_EQ(0, wrong_rows(self, 1));
}

/* Connections that came before another server took the device are not its. */
TEST_F_TIMEOUT(owners_exact, devices, 300)
{
	struct server *any, *bound;
	unsigned int seen = 0;
	struct rows rows;

	any = server_begin(self, (struct server){ .family = AF_INET, .address = "0.0.0.0",
						  .called = "127.0.0.2" });
	make_connections(any);
	bound = server_begin(self, (struct server){ .family = AF_INET, .address = "0.0.0.0",
						    .called = "127.0.0.2", .device = "lo" });
	make_connections(bound);
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows) {
		if (!is_left(row))
			continue;
		seen++;
		EXPECT_TRUE(is_of(row, row->ifindex ? bound : any));
	}
	EXPECT_EQ(8, seen);
	rows_free(&rows);
}

/* Requests know their listener, also among those that share an address. */
TEST_F_TIMEOUT(owners_exact, requests, 300)
{
	unsigned int seen[2] = { 0 }, i;
	struct rows rows;

	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.2",
					    .defer = true });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.2",
					    .defer = true });
	for (i = 0; i < 32; i++)
		call(&self->server[0]);
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows) {
		if (!is_left(row))
			continue;
		EXPECT_EQ(SOCKPORT_STATE_SYN_RECV, row->state);
		EXPECT_EQ(1, row->processes);
		for (i = 0; i < 2; i++)
			seen[i] += row->detail->process[0].pid == (uint32_t)self->server[i].pid;
	}
	rows_free(&rows);
	EXPECT_EQ(32, seen[0] + seen[1]);
	/* By chance all are one's in one of 2^31 cases. */
	EXPECT_NE(0, seen[0]);
	EXPECT_NE(0, seen[1]);
}

/* Whose the connections are that a server accepts from now on: by the client's port. */
static unsigned int take_ports(const struct server *server, int index, uint8_t *owner)
{
	unsigned int count = 0;
	uint16_t port;

	server_tell(server, 'a');
	for (;;) {
		if (read(server->from, &port, sizeof(port)) != sizeof(port))
			die("a server is gone");
		if (!port)
			return count;
		owner[port] = index + 1;
		count++;
	}
}

/* Workers that share a port by SO_REUSEPORT have what waits in their own queues. */
TEST_F_TIMEOUT(owners_exact, workers, 600)
{
	static uint8_t owner[65536];
	unsigned int wrong = 0, seen = 0, count;
	struct rows rows;
	int i, fd;

	for (i = 0; i < 3; i++)
		server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.2" });
	for (i = 0; i < CALLS; i++)
		call(&self->server[0]);
	rows = client_rows(&self->client, WANT);
	for (i = 0; i < 3; i++) {
		count = take_ports(&self->server[i], i, owner);
		note("%u connections wait for worker %d", count, i);
		EXPECT_LT(32, count);
	}
	for_each_row(row, &rows) {
		if (!is_left(row))
			continue;
		seen++;
		ASSERT_NE(0, owner[row->remote_port]);
		wrong += !is_of(row, &self->server[owner[row->remote_port] - 1]);
	}
	rows_free(&rows);
	EXPECT_EQ(CALLS, seen);
	EXPECT_EQ(0, wrong);

	/* Of what has left the queue any of them may be the owner. */
	fd = call(&self->server[0]);
	for (i = 0; i < 3; i++)
		if (take_ports(&self->server[i], i, owner))
			break;
	ASSERT_GT(3, i);
	shutdown(fd, SHUT_WR);
	close(fd);
	kill(self->server[i].pid, SIGKILL);
	waitpid(self->server[i].pid, NULL, 0);
	self->server[i] = self->server[--self->servers];
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows)
		if (is_left(row))
			EXPECT_EQ(2, row->processes);
	rows_free(&rows);
}

/* Servers accept and clients come while somebody looks. */
TEST_F_TIMEOUT(owners_exact, churn, 600)
{
	unsigned int rounds = scaled(60, 10), round, wrong = 0, seen = 0;
	static uint8_t owner[65536];
	struct rows rows;
	pid_t clients;
	int i, fd;

	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.2" });
	server_begin(self, (struct server){ .family = AF_INET, .address = "127.0.0.3" });
	clients = fork();
	if (!clients) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			for (i = 0; i < 300; i++) {
				struct linger linger = { .l_onoff = i % 3 == 0 };

				fd = call(&self->server[i % 2]);
				setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
				if (i % 3 == 0)
					close(fd);
			}
			for (i = 3; i < 1000; i++)
				close(i);
			_exit(0);
		}
	}
	for (round = 0; round < rounds; round++) {
		rows = client_rows(&self->client, WANT);
		for_each_row(row, &rows)
			for (i = 0; i < 2; i++)
				if (is_left(row) && is_at(row, &self->server[i])) {
					seen++;
					wrong += !is_of(row, &self->server[i]);
				}
		rows_free(&rows);
		if (round % 4 == 3)
			for (i = 0; i < 2; i++)
				take_ports(&self->server[i], i, owner);
	}
	note("%u connections seen", seen);
	EXPECT_LT(0, seen);
	EXPECT_EQ(0, wrong);
	kill(clients, SIGKILL);
	waitpid(clients, NULL, 0);
}

static int ask_pid(struct client *client, uint8_t command, uint32_t want, uint32_t pid,
		   struct rows *rows)
{
	struct request *request = malloc(sizeof(*request));
	bool ports = command == SOCKPORT_CMD_PORT_GET;
	struct nlattr *nest;
	int err;

	request_begin(client, request, command, NLM_F_DUMP);
	nest = mnl_attr_nest_start(request->nlh,
				   ports ? SOCKPORT_A_PORT_FILTER : SOCKPORT_A_SOCKET_FILTER);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_FILTER_PID, pid);
	mnl_attr_nest_end(request->nlh, nest);
	mnl_attr_put_u32(request->nlh, ports ? SOCKPORT_A_PORT_WANT : SOCKPORT_A_SOCKET_WANT,
			 want);
	err = client_run(client, request, client_add_row, rows);
	free(request);
	return err;
}

/* Sixty processes have a listener: each is told when one asks about it. */
TEST_F_TIMEOUT(owners_exact, many_holders, 300)
{
	struct rows rows = { 0 };
	pid_t pid[60];
	int ready[2], i;
	char byte;

	ASSERT_EQ(0, pipe(ready));
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	socket_listen(AF_INET, "127.0.0.1", PORT + 1, 5);
	close(socket_connect(AF_INET, "127.0.0.1", PORT, 0));
	for (i = 0; i < 60; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_NAME, "sharer");
			if (write(ready[1], "r", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
	}
	for (i = 0; i < 60; i++)
		ASSERT_EQ(1, read(ready[0], &byte, 1));
	for (i = 0; i < 60; i += 59) {
		ASSERT_EQ(0, ask_pid(&self->client, SOCKPORT_CMD_SOCKET_GET, WANT, pid[i], &rows));
		EXPECT_EQ(3, rows.count);
		for_each_row(row, &rows) {
			EXPECT_EQ(61, row->processes);
			EXPECT_EQ(1, row->detail->told_processes);
			EXPECT_EQ((uint32_t)pid[i], row->detail->process[0].pid);
		}
		rows_free(&rows);
		memset(&rows, 0, sizeof(rows));
		run("%s who %d | grep -q 'tcp:%d,tcp:%d'", must_getenv("SOCKPORT_BIN"), pid[i],
		    PORT, PORT + 1);
	}
	run("test $(%s who --no-header sharer | grep -c '^ *[0-9]*  *sharer .*tcp:%d') = 60",
	    must_getenv("SOCKPORT_BIN"), PORT);
	EXPECT_EQ(0, ask_pid(&self->client, SOCKPORT_CMD_SOCKET_GET, WANT, 1, &rows));
	EXPECT_EQ(0, rows.count);
	EXPECT_EQ(-EINVAL, ask_pid(&self->client, SOCKPORT_CMD_SOCKET_GET, SOCKPORT_WANT_OWNER, 1,
				   &rows));
	EXPECT_EQ(-EINVAL, ask_pid(&self->client, SOCKPORT_CMD_SOCKET_GET, WANT, 0, &rows));
	EXPECT_EQ(-EOPNOTSUPP, ask_pid(&self->client, SOCKPORT_CMD_PORT_GET,
				       SOCKPORT_WANT_PROCESSES, 1, &rows));
	for (i = 0; i < 60; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
}

/* Sockets that the kernel opened are the kernel's, others not. */
TEST_F_TIMEOUT(owners_exact, kernel, 300)
{
	int own = socket(AF_NETLINK, SOCK_RAW, 0);
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	unsigned int kernels = 0, others = 0;
	const struct port *port;
	struct ports ports;
	struct rows rows;

	ASSERT_EQ(0, bind(own, (void *)&address, sizeof(address)));
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	run("ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1 dev lo");
	run("ip link set vx0 up");
	row_kinds = ROW_KINDS_ALL;
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows) {
		bool kernel = row->protocol == SOCKPORT_PROTOCOL_NETLINK ? !row->local_port :
			      row->local_port == 4789;

		EXPECT_EQ(kernel, !!(row->extra & EXTRA_KERNEL));
		if (kernel)
			EXPECT_EQ(0, row->processes);
		if (kernel && row->protocol == SOCKPORT_PROTOCOL_UDP)
			kernels++;
		else
			others++;
	}
	EXPECT_EQ(1, kernels);
	EXPECT_LT(2, others);
	rows_free(&rows);
	ports = client_ports_of(&self->client, SOCKPORT_WANT_PROCESSES, NETNS_OWN);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, 4789);
	ASSERT_NE(NULL, port);
	EXPECT_TRUE(port->kernel);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_FALSE(port->kernel);
	ports_free(&ports);
	run("ip link del vx0");
}

#define TARGET	"/sys/kernel/config/nvmet"

/*
 * A server in the kernel whose sockets are opened as those of a program are. Newer kernels
 * give what it accepted a file, which no process has: nobody can know then.
 */
TEST_F_TIMEOUT(owners_exact, kernel_server, 300)
{
	unsigned int listeners = 0, servers = 0, clients = 0;
	const struct port *port;
	struct ports ports;
	struct rows rows;
	int fd;

	if (system("modprobe -q nvmet_tcp"))
		SKIP(return, "this kernel has no target of NVMe over TCP");
	run("mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config");
	run("mkdir -p " TARGET "/subsystems/sockport " TARGET "/ports/1 && cd " TARGET "/ports/1 && "
	    "echo 127.0.0.1 >addr_traddr && echo %d >addr_trsvcid && echo tcp >addr_trtype && "
	    "echo ipv4 >addr_adrfam && ln -s ../../subsystems/sockport subsystems/", PORT);
	fd = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	socket_wait_state(fd, SOCKPORT_STATE_ESTABLISHED);
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows) {
		bool in = row->local_port == PORT, kernel = row->extra & EXTRA_KERNEL;

		if (row->protocol != SOCKPORT_PROTOCOL_TCP)
			continue;
		if (!in || row->state == SOCKPORT_STATE_LISTEN)
			EXPECT_EQ(in, kernel);
		EXPECT_EQ(!in, row->processes);
		listeners += in && row->state == SOCKPORT_STATE_LISTEN;
		servers += in && row->state == SOCKPORT_STATE_ESTABLISHED;
		clients += !in;
	}
	EXPECT_EQ(1, listeners);
	EXPECT_EQ(1, servers);
	EXPECT_EQ(1, clients);
	rows_free(&rows);
	ports = client_ports_of(&self->client, SOCKPORT_WANT_PROCESSES, NETNS_OWN);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_TRUE(port->kernel);
	EXPECT_EQ(0, port->processes);
	ports_free(&ports);
	run("cd " TARGET " && rm ports/1/subsystems/sockport && rmdir ports/1 subsystems/sockport");
}

/* A listener, and two of UDP on the same port. */
static void send_away(const void *data)
{
	int fds[3], channel[2], i;
	char space[CMSG_SPACE(sizeof(fds))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space,
				  .msg_controllen = sizeof(space) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	(void)data;
	fds[0] = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	fds[1] = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	fds[2] = socket_bound(AF_INET6, SOCK_DGRAM, 0, "::1", PORT);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel))
		die("socketpair: %s", strerror(errno));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	if (sendmsg(channel[0], &message, 0) != 1)
		die("sendmsg: %s", strerror(errno));
	for (i = 0; i < 3; i++)
		close(fds[i]);
}

/* Who wants a port and does not get it has not opened it. */
static void fail_to_bind(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)) || errno != EADDRINUSE)
		die("a port was free");
	close(fd);
}

/* Sockets that are in a message, so that no file table has them. */
TEST_F_TIMEOUT(owners_exact, in_flight, 300)
{
	struct child child = child_begin("sender", send_away, NULL);
	unsigned int seen = 0;
	struct rows rows;

	row_kinds |= ROW_KIND(UDP);
	fail_to_bind();
	socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows) {
		if (row->local_port != PORT)
			continue;
		seen++;
		EXPECT_TRUE(row->extra & EXTRA_REMEMBERED);
		ASSERT_EQ(1, row->processes);
		EXPECT_EQ((uint32_t)child.pid, row->detail->process[0].pid);
		EXPECT_STREQ("sender", row->detail->process[0].comm);
	}
	EXPECT_EQ(4, seen);
	rows_free(&rows);
	ASSERT_EQ(0, ask_pid(&self->client, SOCKPORT_CMD_SOCKET_GET, WANT, child.pid, &rows));
	EXPECT_EQ(4, rows.count);
	rows_free(&rows);
	run("%s who %d | grep -q ' sender .*tcp:%d,udp:%d '", must_getenv("SOCKPORT_BIN"), child.pid,
	    PORT, PORT);
	EXPECT_EQ(0, child_end(&child));
}

/* Nothing is counted of UDP at first: that is unknown, and not 0. */
TEST_F_TIMEOUT(owners_exact, only_opened, 300)
{
	static const char *const columns[] = { "segs_in", "bytes_in", "bytes_out" };
	int fd = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	unsigned int i;

	for (i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		run("awk -v name=%s 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }"
		    " $1 == \"udp\" && $3 == %d && $at == \"-\" { found = 1 }"
		    " END { exit !found }' /proc/net/sockport", columns[i], PORT);
	close(fd);
	run("! grep -q '^udp .* %d ' /proc/net/sockport", PORT);
}

TEST_HARNESS_MAIN
