// SPDX-License-Identifier: GPL-2.0
/*
 * churn.c - sockets that come and go
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "churn.h"
#include "connection.h"
#include "die.h"

void churn_begin(struct churn *churn)
{
	memset(churn, 0, sizeof(*churn));
	churn->count = mmap(NULL, CHURN_WORKERS * sizeof(*churn->count), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (churn->count == MAP_FAILED)
		die("mmap: %s", strerror(errno));
}

/* Returns where to count, in the new process; NULL in the old one. */
static volatile uint64_t *add_worker(struct churn *churn)
{
	unsigned int number = churn->workers++;
	pid_t parent = getpid(), pid;

	if (number == CHURN_WORKERS)
		die("too many workers");
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	churn->pid[number] = pid;
	if (pid)
		return NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return &churn->count[number];
}

static void connect_once(int listener, const struct sockaddr *address, socklen_t length,
			 const struct linger *linger)
{
	int client = socket(address->sa_family, SOCK_STREAM, 0), server;

	if (client < 0 || connect(client, address, length))
		die("churn: connect: %s", strerror(errno));
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die("churn: accept: %s", strerror(errno));
	setsockopt(server, SOL_SOCKET, SO_LINGER, linger, sizeof(*linger));
	close(server);
	close(client);
}

/* Every fourth connection ends in TIME_WAIT, the rest are reset. */
void churn_connections(struct churn *churn, int listener, const char *address)
{
	static const struct linger linger[] = { { .l_onoff = 1 }, { .l_onoff = 0 } };
	volatile uint64_t *count = add_worker(churn);
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	uint16_t port;

	if (!count)
		return;
	port = htons(socket_port(listener));
	v4.sin_port = port;
	v6.sin6_port = port;
	for (;; ++*count) {
		if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
			connect_once(listener, (void *)&v4, sizeof(v4), &linger[*count % 4 == 0]);
		else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
			connect_once(listener, (void *)&v6, sizeof(v6), &linger[*count % 4 == 0]);
	}
}

static void bind_once(int type, uint16_t port, uint32_t host)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(host) };
	int fd = socket(AF_INET, type, 0);

	socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (void *)&address, sizeof(address)))
		die("churn: bind to port %u: %s", port, strerror(errno));
	close(fd);
}

/* Addresses 127.200.0.0 and on are nobody else's. */
static void churn_bind(struct churn *churn, int type, uint16_t port)
{
	volatile uint64_t *count = add_worker(churn);

	if (!count)
		return;
	/* Connections are dearer, leave them time. */
	for (;; ++*count) {
		bind_once(type, port, 0x7fc80000 + *count % 65536);
		usleep(500);
	}
}

void churn_datagrams(struct churn *churn, uint16_t port)
{
	churn_bind(churn, SOCK_DGRAM, port);
}

void churn_idle(struct churn *churn, uint16_t port)
{
	churn_bind(churn, SOCK_STREAM, port);
}

uint64_t churn_count(const struct churn *churn)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < CHURN_WORKERS; i++)
		sum += churn->count[i];
	return sum;
}

void churn_end(struct churn *churn)
{
	unsigned int i;
	int status;

	for (i = 0; i < churn->workers; i++) {
		if (waitpid(churn->pid[i], &status, WNOHANG))
			die("a worker ended too early, status %x", status);
		kill(churn->pid[i], SIGKILL);
		waitpid(churn->pid[i], NULL, 0);
	}
	munmap((void *)churn->count, CHURN_WORKERS * sizeof(*churn->count));
	churn->workers = 0;
}
