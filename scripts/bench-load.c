// SPDX-License-Identifier: GPL-2.0
/*
 * Hold many TCP connections over loopback: bench-load SOCKETS
 *
 * Both ends count as sockets. Says "ready" on stdout when all are there, and ends
 * when stdin does.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

static int start_listener(unsigned short port)
{
	struct sockaddr_in addr = loopback(1, port);
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
static void connect_from(unsigned int host, unsigned short port)
{
	struct sockaddr_in from = loopback(host, 0), to = loopback(1, port);
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

int main(int argc, char **argv)
{
	int listeners[LISTENERS];
	unsigned long i, pairs;
	char byte;

	if (argc != 2)
		errx(2, "usage: bench-load SOCKETS");
	pairs = (strtoul(argv[1], NULL, 10) + 1) / 2;
	allow_files(2 * pairs + 100);
	for (i = 0; i < LISTENERS; i++)
		listeners[i] = start_listener(FIRST_PORT + i);
	for (i = 0; i < pairs; i++) {
		unsigned int which = i % LISTENERS;

		connect_from(2 + i / PER_ADDRESS, FIRST_PORT + which);
		if (accept(listeners[which], NULL, NULL) < 0)
			err(1, "accept");
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
