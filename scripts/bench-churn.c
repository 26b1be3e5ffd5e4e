// SPDX-License-Identifier: GPL-2.0
/*
 * Do the same thing over and over, in a network namespace of its own
 *
 *	bench-churn tcp COUNT	connections over loopback: connect, accept, a byte
 *				each way, close
 *	bench-churn udp COUNT	datagrams sent or received over loopback, many at a time
 *	bench-churn bind COUNT	UDP sockets that are bound and closed
 *
 * Prints how many it did, and the seconds that took without the start.
 */
#define _GNU_SOURCE
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 8000
/* More of them end at once: they would use up the ports. */
#define TIME_WAITS "1000"
/* Datagrams that a socket has room for. */
#define BATCH 64

static struct sockaddr_in server = { .sin_family = AF_INET };

static void enter_namespace(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	FILE *file;
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		err(1, "lo");
	close(fd);
	file = fopen("/proc/sys/net/ipv4/tcp_max_tw_buckets", "w");
	if (!file || fputs(TIME_WAITS, file) == EOF || fclose(file))
		err(1, "tcp_max_tw_buckets");
}

static int new_socket(int type)
{
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int start_server(int type)
{
	int fd = new_socket(type);

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons(PORT);
	if (bind(fd, (struct sockaddr *)&server, sizeof(server)))
		err(1, "bind");
	if (type == SOCK_STREAM && listen(fd, 16))
		err(1, "listen");
	return fd;
}

static void carry_byte(int from, int to)
{
	char byte = 0;

	if (send(from, &byte, 1, 0) != 1 || recv(to, &byte, 1, 0) != 1)
		err(1, "a byte did not arrive");
}

static void connections(unsigned long count)
{
	int listener = start_server(SOCK_STREAM);

	while (count--) {
		int client = new_socket(SOCK_STREAM), accepted;

		if (connect(client, (struct sockaddr *)&server, sizeof(server)))
			err(1, "connect");
		accepted = accept(listener, NULL, NULL);
		if (accepted < 0)
			err(1, "accept");
		carry_byte(client, accepted);
		carry_byte(accepted, client);
		close(client);
		close(accepted);
	}
}

/* Many at a time, or the system calls would hide what a datagram costs. */
static void datagrams(unsigned long count)
{
	int receiver = start_server(SOCK_DGRAM), client = new_socket(SOCK_DGRAM);
	struct mmsghdr messages[BATCH] = { };
	char bytes[BATCH];
	struct iovec parts[BATCH];
	unsigned int i, n;

	if (connect(client, (struct sockaddr *)&server, sizeof(server)))
		err(1, "connect");
	for (i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ .iov_base = &bytes[i], .iov_len = 1 };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (; count > 1; count -= 2 * n) {
		n = count / 2 < BATCH ? count / 2 : BATCH;
		if (sendmmsg(client, messages, n, 0) != (int)n ||
		    recvmmsg(receiver, messages, n, 0, NULL) != (int)n)
			err(1, "datagrams did not arrive");
	}
}

/* As a resolver has them for its questions. */
static void binds(unsigned long count)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	while (count--) {
		int fd = new_socket(SOCK_DGRAM);

		if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
			err(1, "bind");
		close(fd);
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	double start;

	enter_namespace();
	start = now();
	if (argc == 3 && !strcmp(argv[1], "tcp"))
		connections(count);
	else if (argc == 3 && !strcmp(argv[1], "udp"))
		datagrams(count);
	else if (argc == 3 && !strcmp(argv[1], "bind"))
		binds(count);
	else
		errx(2, "usage: bench-churn tcp|udp|bind COUNT");
	printf("%lu %.6f\n", count, now() - start);
	return 0;
}
