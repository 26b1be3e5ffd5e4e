// SPDX-License-Identifier: GPL-2.0
/*
 * load.c - many connections, counted by who makes them, and readers beside them
 */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection.h"
#include "die.h"
#include "listing.h"
#include "load.h"
#include "netns.h"
#include "procnet.h"
#include "stream.h"

#define PIECE	300

static pid_t begin_process(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

static void carry(int from, int to, size_t count)
{
	char bytes[PIECE] = { 0 };

	if (send(from, bytes, count, MSG_NOSIGNAL) != (ssize_t)count ||
	    recv(to, bytes, count, MSG_WAITALL) != (ssize_t)count)
		die("%zu bytes did not arrive: %s", count, strerror(errno));
}

/* The other end has seen the end, or the reset, before it goes too. */
static void close_in_turn(int one, int other)
{
	char byte;

	close(one);
	if (recv(other, &byte, 1, 0) > 0)
		die("a byte too much");
	close(other);
}

/* Of three, one is closed by the client, one by the server, one reset by it. */
static void one_connection(struct load_done *done, int listener, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;
	size_t up = 1 + done->connections % PIECE, down = 1 + done->connections * 7 % PIECE;
	unsigned int how = done->connections % 3;

	if (client < 0 || connect(client, (void *)&to, sizeof(to)))
		die("load: connect: %s", strerror(errno));
	server = socket_accept(listener);
	carry(client, server, up);
	carry(server, client, down);
	if (how == 2)
		stream_linger(server);
	close_in_turn(how ? server : client, how ? client : server);
	done->up += up;
	done->down += down;
	done->first[how > 0]++;
	done->resets += how == 2;
	done->connections++;
}

/*
 * On one CPU, so that fewer segments overtake others: an acknowledgment that comes after
 * the end of its socket is answered by the listener, with a reset.
 */
static void stay_on_cpu(unsigned int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("one CPU: %s", strerror(errno));
}

static void work(struct load *load, unsigned int number, unsigned int connections)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", load->port + number, 16);

	stay_on_cpu(number);
	while (!load->stop && load->done[number].connections < connections) {
		one_connection(&load->done[number], listener, load->port + number);
		leave_time();
	}
	_exit(0);
}

struct load *load_begin(uint16_t port, unsigned int connections)
{
	struct load *load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i;
	pid_t pid;

	if (load == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	load->port = port;
	/* What finds no room in TIME_WAIT answers the last segments with resets. */
	netns_sysctl("ipv4/tcp_max_tw_buckets", "1000000");
	for (i = 0; i < LOAD_WORKERS; i++) {
		pid = begin_process();
		if (!pid)
			work(load, i, connections);
		load->worker[i] = pid;
	}
	return load;
}

uint64_t load_count(const struct load *load)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < LOAD_WORKERS; i++)
		count += *(volatile const uint64_t *)&load->done[i].connections;
	return count;
}

static unsigned int wait_for_process(pid_t *pid)
{
	int status = 0;

	if (*pid && waitpid(*pid, &status, 0) != *pid)
		die("wait: %s", strerror(errno));
	*pid = 0;
	return status != 0;
}

void load_wait(struct load *load)
{
	unsigned int i, failed = 0;

	for (i = 0; i < LOAD_WORKERS; i++)
		failed += wait_for_process(&load->worker[i]);
	if (failed)
		die("%u workers have failed", failed);
}

/*
 * The listener may have answered some more that came late; the tests of how connections
 * end know better.
 */
static uint64_t resets_sent(struct client *client, uint16_t port, const struct load_done *done)
{
	uint64_t sent = history_value(client, SOCKPORT_ROLE_IN, port,
				      SOCKPORT_A_HISTORY_RESETS_SENT);

	if (sent > procnet_resets_sent())
		die("resets that TCP knows nothing of");
	return sent > done->resets ? sent : done->resets;
}

unsigned int load_differs(struct load *load, struct client *client)
{
	const struct load_done *done;
	unsigned int wrong = 0, i;

	for (i = 0; i < LOAD_WORKERS; i++) {
		done = &load->done[i];
		wrong += TCP_DIFFERS(client, OUT, load->port + i, H(OPENED, done->connections),
				     H(CLOSED, done->first[CLIENT_FIRST]),
				     H(CLOSED_BY_PEER, done->first[SERVER_FIRST]),
				     H(RESETS_RECEIVED, done->resets), H(BYTES_OUT, done->up),
				     H(BYTES_IN, done->down));
		wrong += TCP_DIFFERS(client, IN, load->port + i, H(ACCEPTED, done->connections),
				     H(CLOSED, done->first[SERVER_FIRST]),
				     H(CLOSED_BY_PEER, done->first[CLIENT_FIRST]),
				     H(RESETS_SENT, resets_sent(client, load->port + i, done)),
				     H(BYTES_IN, done->up),
				     H(BYTES_OUT, done->down));
	}
	return wrong;
}

static unsigned int compare(const char *name, struct ports *before, struct ports *now)
{
	struct port *other;
	unsigned int wrong = 0;
	char row[64];

	for_each_port(port, before) {
		if (!port->history.told)
			continue;
		snprintf(row, sizeof(row), "%s, %s port %u", name,
			 port->role == SOCKPORT_ROLE_IN ? "in" : "out", port->port);
		other = ports_find(now, port->protocol, port->role, port->port);
		if (other && other->history.told) {
			wrong += history_backwards(row, &port->history, &other->history);
		} else {
			note("%s has lost its history", row);
			wrong++;
		}
	}
	ports_free(before);
	*before = *now;
	return wrong;
}

unsigned int load_look_netlink(struct client *client, struct ports *before)
{
	struct ports now = client_ports_of(client, HISTORY_WANT, NETNS_OWN);

	return compare("netlink", before, &now);
}

unsigned int load_look_file(struct client *client, struct ports *before)
{
	struct ports now = proc_ports();

	(void)client;
	return compare("procfs", before, &now);
}

unsigned int load_look_any(struct client *client, struct ports *before)
{
	ports_free(before);
	*before = client_ports_of(client, HISTORY_WANT, NETNS_OWN);
	return 0;
}

void load_watch(struct load *load, load_look look)
{
	unsigned int number = load->readers++, wrong = 0;
	struct ports before = { 0 };
	struct client client;
	pid_t pid;

	if (number == LOAD_READERS)
		die("too many readers");
	pid = begin_process();
	if (pid) {
		load->reader[number] = pid;
		return;
	}
	client = client_open();
	while (!load->stop && !wrong) {
		wrong = look(&client, &before);
		load->reads[number]++;
		leave_time();
	}
	_exit(wrong > 0);
}

unsigned int load_end(struct load *load)
{
	unsigned int i, wrong = 0;
	uint64_t reads = 0;

	load->stop = 1;
	load_wait(load);
	for (i = 0; i < load->readers; i++) {
		wrong += wait_for_process(&load->reader[i]);
		/* Once is nothing to compare. */
		wrong += load->reads[i] < 2;
		reads += load->reads[i];
	}
	note("%llu connections, looked at %llu times", (unsigned long long)load_count(load),
	     (unsigned long long)reads);
	return wrong;
}
