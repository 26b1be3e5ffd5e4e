// SPDX-License-Identifier: GPL-2.0
/*
 * fixture.c - sockets for the tests that are scripts
 *
 *	fixture quiet COMMAND...	some of all kinds, on which no timer runs
 *	fixture many COUNT COMMAND...	that many idle ones
 *	fixture empty COMMAND...	none
 *	fixture listen PORT COMMAND...	a listener, where we are
 *
 * Runs the command in a network namespace of its own that has these sockets,
 * and ends with its exit status. The command inherits none of them; they are
 * those of process FIXTURE_PID, and of "quiet" some are those of FIXTURE_WEB,
 * which is called "web server", and of FIXTURE_USER, which runs as user 33.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/netns.h"
#include "lib/unix.h"

#define USER		33
/* For experiments (RFC 3692, IEEE 802): nobody sends that. */
#define RAW_PROTOCOL	253
#define ETHERTYPE	0x88b5

/* Ports of the helpers. */
#define WEB_PORT	9000
#define SHARED_PORT	9001
#define USER_PORT	9033

/* Names of UNIX sockets, with all that a listing has to escape. */
static const char odd_name[] = "\0odd \\ \n\303\244,\"name\"";

static int must(int result, const char *what)
{
	if (result < 0)
		die("%s: %s", what, strerror(errno));
	return result;
}

static int new_socket(int family, int type, int protocol)
{
	return must(socket(family, type | SOCK_CLOEXEC, protocol), "socket");
}

/* The fullest listener of all: two of three wait. Its file is not needed any more. */
static void open_unix_listener(void)
{
	char directory[] = "/tmp/sockport.XXXXXX", path[64];
	int listener, length, fd;

	if (!mkdtemp(directory))
		die("%s: %s", directory, strerror(errno));
	length = snprintf(path, sizeof(path), "%s/with a blank", directory);
	listener = unix_bound(SOCK_STREAM, path, length);
	must(listen(listener, 3), "listen");
	fd = unix_connected(SOCK_STREAM, path, length);
	must(accept4(listener, NULL, NULL, SOCK_CLOEXEC), "accept");
	must(send(fd, "unread", 6, 0), "send");
	unix_connected(SOCK_STREAM, path, length);
	unix_connected(SOCK_STREAM, path, length);
	unlink(path);
	rmdir(directory);
}

static void open_unix(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	unsigned int i;
	int fd[2];

	open_unix_listener();
	must(listen(unix_bound(SOCK_SEQPACKET, "\0listener", 9), 5), "listen");
	unix_bound(SOCK_DGRAM, odd_name, sizeof(odd_name) - 1);
	must(send(unix_connected(SOCK_DGRAM, odd_name, sizeof(odd_name) - 1), "hi", 2, 0), "send");
	for (i = 0; i < 3; i++) {
		must(socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, fd), "socketpair");
		must(send(fd[i % 2], "hello", 5, 0), "send");
	}
	new_socket(AF_UNIX, SOCK_STREAM, 0);
}

static void open_raw(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000202) };
	int fd;

	socket_bound(AF_INET, SOCK_RAW, RAW_PROTOCOL, "127.0.0.1", 0);
	fd = socket_bound(AF_INET, SOCK_RAW, RAW_PROTOCOL, "192.0.2.1", 0);
	must(connect(fd, (void *)&to, sizeof(to)), "connect");
	socket_bound(AF_INET6, SOCK_RAW, RAW_PROTOCOL, "2001:db8::1", 0);
	fd = new_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
	socket_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, netns_ifindex(NEAR));
	netns_sysctl("ipv4/ping_group_range", "0 2147483647");
	socket_bound(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "127.0.0.1", 77);
	socket_bound(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, "::1", 78);
}

static void open_packet(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE),
				       .sll_ifindex = netns_ifindex(NEAR) };
	int fd = new_socket(AF_PACKET, SOCK_DGRAM, 0);

	must(bind(fd, (void *)&address, sizeof(address)), "bind to interface");
	new_socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));
	new_socket(AF_PACKET, SOCK_RAW, 0);
}

static void open_netlink(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_NEIGH };
	int fd = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	must(bind(fd, (void *)&address, sizeof(address)), "bind");
}

/* Of kinds without ports, and of those that no table has. */
static void open_others(void)
{
	open_unix();
	open_raw();
	open_packet();
	open_netlink();
	new_socket(AF_INET, SOCK_STREAM, 0);
	new_socket(AF_INET6, SOCK_DGRAM, 0);
}

/* A process with sockets of its own, and of ours the one that it shares. */
static void helper(const char *variable, int shared, void (*open)(void))
{
	char number[12];
	int ready[2];
	pid_t pid;

	must(pipe2(ready, O_CLOEXEC), "pipe");
	pid = must(fork(), "fork");
	if (!pid) {
		dup2(ready[1], STDIN_FILENO);
		if (shared != 3)
			dup2(shared, 3);
		closefrom(4);
		open();
		must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
		must(write(STDIN_FILENO, "", 1), "write");
		close(STDIN_FILENO);
		for (;;)
			pause();
	}
	if (read(ready[0], number, 1) != 1)
		die("no helper %s", variable);
	close(ready[0]);
	close(ready[1]);
	snprintf(number, sizeof(number), "%d", pid);
	setenv(variable, number, 1);
}

/* A name that has to be shown with care, and a descriptor that is not the lowest. */
static void open_web(void)
{
	int listener;

	must(prctl(PR_SET_NAME, "web server"), "prctl");
	listener = socket_listen(AF_INET, "127.0.0.1", WEB_PORT, 5);
	must(dup2(listener, 20), "dup");
	socket_connect(AF_INET, "127.0.0.1", WEB_PORT, 0);
	socket_accept(listener);
	socket_bound(AF_INET6, SOCK_DGRAM, 0, "::1", WEB_PORT);
}

static void open_user(void)
{
	close(3);
	if (setresgid(USER, USER, USER) || setresuid(USER, USER, USER) ||
	    prctl(PR_SET_DUMPABLE, 1))
		die("user %d: %s", USER, strerror(errno));
	socket_listen(AF_INET, "127.0.0.1", USER_PORT, 5);
	unix_bound(SOCK_DGRAM, "\0user", 5);
}

static void open_helpers(void)
{
	int shared = socket_listen(AF_INET, "127.0.0.1", SHARED_PORT, 5);

	helper("FIXTURE_WEB", shared, open_web);
	helper("FIXTURE_USER", shared, open_user);
}

/* A server with a busy port, one that drains, and a queue. */
static void open_quiet(void)
{
	struct connection connection;
	struct rows rows;
	int listener, i;

	netns_sysctl("ipv4/ip_unprivileged_port_start", "0");
	connection = connection_open(&lanes[LANE_V4], 80);
	for (i = 0; i < 4; i++) {
		socket_connect(AF_INET, "127.0.0.1", 80, 0);
		socket_accept(connection.listener);
	}
	socket_connect(AF_INET, "127.0.0.1", 80, 0);
	if (send(connection.client, "hello", 5, 0) != 5)
		die("send: %s", strerror(errno));
	become(USER);
	listener = socket_listen(AF_INET6, "::", 443, 511);
	socket_connect(AF_INET, "192.0.2.1", 443, 0);
	socket_accept(listener);
	become(0);
	connection = connection_open(&lanes[LANE_V6], 8080);
	close(connection.listener);
	connection_open(&lanes[LANE_SCOPE], 8443);
	rows = idle_sockets();
	rows_free(&rows);
	datagram_sockets(IPPROTO_UDP);
	open_others();
	open_helpers();
}

static int run_command(char **command)
{
	char number[12];
	int status;
	pid_t pid;

	snprintf(number, sizeof(number), "%d", getpid());
	setenv("FIXTURE_PID", number, 1);
	pid = fork();
	if (!pid) {
		closefrom(3);
		execvp(command[0], command);
		die("%s: %s", command[0], strerror(errno));
	}
	if (waitpid(pid, &status, 0) != pid)
		die("wait: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	unsigned int words = 2;

	if (argc < 3)
		die("fixture quiet|empty|many COUNT|listen PORT COMMAND...");
	if (strcmp(argv[1], "listen"))
		netns_enter();
	if (!strcmp(argv[1], "quiet"))
		open_quiet();
	else if (!strcmp(argv[1], "many"))
		sockets_many(SOCK_STREAM, 1000, atoi(argv[words++]));
	else if (!strcmp(argv[1], "listen"))
		socket_listen(AF_INET, "0.0.0.0", atoi(argv[words++]), 5);
	else if (strcmp(argv[1], "empty"))
		die("no such fixture: %s", argv[1]);
	return run_command(argv + words);
}
