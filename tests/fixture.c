// SPDX-License-Identifier: GPL-2.0
/*
 * fixture.c - sockets for the tests that are scripts
 *
 *	fixture quiet COMMAND...	some of all kinds, on which no timer runs
 *	fixture many COUNT COMMAND...	that many idle ones
 *	fixture empty COMMAND...	none
 *
 * Runs the command in a network namespace of its own that has these sockets,
 * and ends with its exit status.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/netns.h"

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
	become(33);
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
}

static void open_many(unsigned int count)
{
	const struct rlimit limit = { count + 100, count + 100 };
	char address[24];
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("%u files: %s", count, strerror(errno));
	for (i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "127.0.%u.%u", i / 250, i % 250 + 1);
		socket_bound(AF_INET, SOCK_STREAM, 0, address, 1000 + i);
	}
}

static int run_command(char **command)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
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
		die("fixture quiet|empty|many COUNT COMMAND...");
	netns_enter();
	if (!strcmp(argv[1], "quiet"))
		open_quiet();
	else if (!strcmp(argv[1], "many"))
		open_many(atoi(argv[words++]));
	else if (strcmp(argv[1], "empty"))
		die("no such fixture: %s", argv[1]);
	return run_command(argv + words);
}
