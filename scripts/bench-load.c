// SPDX-License-Identifier: GPL-2.0
/*
 * Hold many sockets
 *
 *	bench-load tcp SOCKETS PROCESSES	connections over loopback, both ends
 *						count, in so many processes
 *	bench-load unix SOCKETS			connected pairs
 *	bench-load netns COUNT			namespaces, each with 30 TCP sockets
 *	bench-load ports COUNT			ports, each with a listener and a
 *						connection, both ends of it
 *
 * Says "ready" on stdout when all are there, and ends when stdin does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define FIRST_PORT 8000
#define LISTENERS 10
/* Below what ip_local_port_range has for one address */
#define PER_ADDRESS 20000

static struct sockaddr_in loopback(unsigned int host, unsigned short port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl((127u << 24) + host),
		.sin_port = htons(port),
	};

	return addr;
}

static void allow_files(unsigned long files)
{
	struct rlimit limit = { .rlim_cur = files, .rlim_max = files };
	FILE *nr_open;

	nr_open = fopen("/proc/sys/fs/nr_open", "w");
	if (nr_open) {
		fprintf(nr_open, "%lu\n", files > 1048576 ? files : 1048576);
		fclose(nr_open);
	}
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit: %lu files", files);
}

static int start_listener(unsigned int host, unsigned short port)
{
	struct sockaddr_in addr = loopback(host, port);
	int fd, one = 1;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 128))
		err(1, "port %d", port);
	return fd;
}

/* An address per PER_ADDRESS connections; the kernel picks the port. */
static void connect_from(unsigned int host, unsigned int server, unsigned short port)
{
	struct sockaddr_in from = loopback(host, 0), to = loopback(server, port);
	int fd, one = 1;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)))
		err(1, "IP_BIND_ADDRESS_NO_PORT");
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		err(1, "bind");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect");
}

/* Says that all is there, and waits for the end of stdin. */
static void stay(void)
{
	char byte;

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static void open_pairs(unsigned long pairs, unsigned int host)
{
	int listeners[LISTENERS];
	unsigned long i;

	for (i = 0; i < LISTENERS; i++)
		listeners[i] = start_listener(host, FIRST_PORT + i);
	for (i = 0; i < pairs; i++) {
		unsigned int which = i % LISTENERS;

		connect_from(host + i / PER_ADDRESS, host, FIRST_PORT + which);
		if (accept(listeners[which], NULL, NULL) < 0)
			err(1, "accept");
	}
}

/* Each process has its own addresses: 127.N.0.1 and those that follow. */
static void tcp_load(unsigned long sockets, unsigned int processes)
{
	unsigned long pairs = (sockets + 2 * processes - 1) / (2 * processes);
	int done[2], end[2], i;
	char byte;

	if (pipe(done) || pipe(end))
		err(1, "pipe");
	allow_files(2 * pairs + 100);
	for (i = processes - 1; i > 0; i--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(end[1]);
		open_pairs(pairs, ((unsigned int)i << 16) + 1);
		if (write(done[1], "d", 1) != 1)
			err(1, "write");
		close(done[1]);
		exit(read(end[0], &byte, 1) != 0);
	}
	close(done[1]);
	open_pairs(pairs, 1);
	for (i = 1; i < (int)processes; i++)
		if (read(done[0], &byte, 1) != 1)
			errx(1, "a process did not open its sockets");
	stay();
	/* Their ports are free for the next load when they are gone. */
	close(end[1]);
	while (wait(NULL) > 0)
		;
}

static void unix_load(unsigned long sockets)
{
	unsigned long i;
	int pair[2];

	allow_files(sockets + 100);
	for (i = 0; i < sockets / 2; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			err(1, "socketpair");
	stay();
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		err(1, "lo");
	close(fd);
}

/* Named as ip-netns(8) does it. */
static void netns_load(unsigned long count)
{
	char path[64];
	unsigned long i;
	int fd;

	allow_files(count * 40 + 100);
	mkdir("/run/netns", 0755);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/run/netns/bench%lu", i);
		fd = open(path, O_RDONLY | O_CREAT, 0444);
		if (fd < 0 || unshare(CLONE_NEWNET) ||
		    mount("/proc/self/ns/net", path, "none", MS_BIND, NULL))
			err(1, "%s", path);
		close(fd);
		loopback_up();
		open_pairs(LISTENERS, 1);
	}
	stay();
}

/* Below the ports that connections take. */
static void ports_load(unsigned long count)
{
	unsigned long i;
	int listener;

	allow_files(count * 3 + 100);
	for (i = 0; i < count; i++) {
		listener = start_listener(1, FIRST_PORT + i);
		connect_from(1, 1, FIRST_PORT + i);
		if (accept(listener, NULL, NULL) < 0)
			err(1, "accept");
	}
	stay();
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc == 4 && !strcmp(argv[1], "tcp"))
		tcp_load(count, atoi(argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "unix"))
		unix_load(count);
	else if (argc == 3 && !strcmp(argv[1], "netns"))
		netns_load(count);
	else if (argc == 3 && !strcmp(argv[1], "ports"))
		ports_load(count);
	else
		errx(2, "usage: bench-load tcp SOCKETS PROCESSES | unix SOCKETS | netns|ports COUNT");
	return 0;
}
