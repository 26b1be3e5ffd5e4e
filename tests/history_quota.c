// SPDX-License-Identifier: GPL-2.0
/*
 * history_quota.c - who has how many rows of the history: nobody takes what
 * others need, idle rows are given back, and nothing of what they counted is lost
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT
#define TCP		SOCKPORT_PROTOCOL_TCP
#define UDP		SOCKPORT_PROTOCOL_UDP
/* Of those, a namespace that root made gets an eighth for a role, one of a user half of it. */
#define ROWS		"1600"
#define ROOT_ROWS	200
#define USER_ROWS	100
/* Nobody listens from here on; the flood is larger than what any role may have. */
#define CLOSED		10000
#define FLOOD		1500
#define PORT		8000
#define LISTENERS	10

FIXTURE(quota) {
	struct client	client;
	char		rows[32];
};

FIXTURE_SETUP(quota)
{
	netns_enter_bare();
	module_parameter("history_rows", ROWS, self->rows);
	history_restart();
	self->client = client_open();
}

FIXTURE_TEARDOWN(quota)
{
	module_parameter("udp_accounting", "N", NULL);
	module_parameter("history_rows", self->rows, NULL);
	history_restart();
	client_close(&self->client);
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Connect to ports where nobody listens. */
static void knock(uint16_t first, unsigned int count)
{
	struct sockaddr_in to;
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		to = loopback(first + i);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || !connect(fd, (void *)&to, sizeof(to)) || errno != ECONNREFUSED)
			die("port %u: %s", first + i, strerror(errno));
		close(fd);
	}
}

static void listen_and_close(uint16_t first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		close(socket_listen(AF_INET, "127.0.0.1", first + i, 5));
}

/* New listeners, with a connection each; returns how many counters are wrong. */
static unsigned int listeners_wrong(struct client *client)
{
	unsigned int wrong = 0;
	struct stream stream;
	int listener, i;

	for (i = 0; i < LISTENERS; i++) {
		listener = socket_listen(AF_INET, "127.0.0.1", PORT + i, 5);
		stream = stream_open(listener, AF_INET, "127.0.0.1");
		stream_exchange(&stream, 100 + i, 200);
		wrong += TCP_DIFFERS(client, IN, PORT + i, H(ACCEPTED, 1), H(CONNECTIONS, 1),
				     H(BYTES_IN, 100 + i), H(BYTES_OUT, 200));
		wrong += TCP_DIFFERS(client, OUT, PORT + i, H(OPENED, 1), H(CONNECTIONS, 1),
				     H(BYTES_OUT, 100 + i), H(BYTES_IN, 200));
		stream_close(&stream);
		close(listener);
	}
	return wrong;
}

struct sums {
	uint64_t	value[SOCKPORT_A_HISTORY_MAX + 1];
	uint64_t	spread[SOCKPORT_DISTRIBUTION_KIND_MAX + 1];
	unsigned int	rows;
	unsigned int	rests;
};

/* Of all rows of a protocol and role. */
static struct sums sums_of(const struct ports *ports, uint8_t protocol, uint8_t role)
{
	struct sums sums = { 0 };
	unsigned int i;

	for_each_port(port, ports) {
		if (port->protocol != protocol || port->role != role || !port->history.told)
			continue;
		sums.rows++;
		sums.rests += port->rest;
		if (port->rest != !port->port)
			die("port %u is%s of the rest", port->port, port->rest ? "" : " not");
		for (i = 1; i <= SOCKPORT_A_HISTORY_MAX; i++)
			sums.value[i] += port->history.value[i];
		for (i = 1; i <= SOCKPORT_DISTRIBUTION_KIND_MAX; i++)
			sums.spread[i] += port->history.distribution[i].count;
	}
	return sums;
}

static struct sums sums_now(struct client *client, uint8_t protocol, uint8_t role)
{
	struct ports ports = client_ports_of(client, HISTORY_WANT, NETNS_OWN);
	struct sums sums = sums_of(&ports, protocol, role);

	ports_free(&ports);
	return sums;
}

#define SUM(sums, COUNTER)	((sums).value[SOCKPORT_A_HISTORY_##COUNTER])

/* Who was told that there is no room is not told otherwise in the same jiffy. */
static void next_jiffy(void)
{
	struct timespec before, now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &before);
	do {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	} while (now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec);
}

/* Who connects to everything takes nothing from who listens, nor from other ports. */
TEST_F_TIMEOUT(quota, flood_of_connects, 300)
{
	struct sums sums;

	knock(CLOSED, FLOOD);
	note("%llu rows, %llu given back", (unsigned long long)proc_stat("history_rows"),
	     (unsigned long long)proc_stat("history_rows_given_back"));
	EXPECT_GE(ROOT_ROWS + 1, proc_stat("history_rows"));
	EXPECT_LT(0, proc_stat("history_rows_given_back"));
	next_jiffy();
	EXPECT_EQ(0, listeners_wrong(&self->client));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
	sums = sums_now(&self->client, TCP, OUT);
	EXPECT_EQ(1, sums.rests);
	EXPECT_EQ(FLOOD, SUM(sums, REFUSED));
	EXPECT_EQ(LISTENERS, SUM(sums, OPENED));
}

TEST_F_TIMEOUT(quota, flood_of_listeners, 300)
{
	listen_and_close(CLOSED, FLOOD);
	EXPECT_GE(ROOT_ROWS + 1, proc_stat("history_rows"));
	EXPECT_LT(0, proc_stat("history_rows_given_back"));
	next_jiffy();
	EXPECT_EQ(0, listeners_wrong(&self->client));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
}

/* The initial namespace, and a user's own, which takes nothing from it. */
static int knock_as_user(void)
{
	if (unshare(CLONE_NEWUSER))
		die("unshare: %s", strerror(errno));
	netns_enter_bare();
	knock(CLOSED, FLOOD);
	note("%llu rows of a user", (unsigned long long)proc_stat("history_rows"));
	return proc_stat("history_rows") > USER_ROWS + 1;
}

static int host_listens(void)
{
	int host = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	struct client client;
	unsigned int wrong;

	if (host < 0 || setns(host, CLONE_NEWNET))
		die("the initial namespace: %s", strerror(errno));
	run("ip link set lo up");
	client = client_open();
	knock(CLOSED, FLOOD);
	wrong = listeners_wrong(&client);
	client_close(&client);
	return wrong > 0;
}

TEST_F_TIMEOUT(quota, of_host_and_users, 300)
{
	EXPECT_EQ(0, in_child(knock_as_user()));
	EXPECT_EQ(0, listeners_wrong(&self->client));
	EXPECT_EQ(0, in_child(host_listens()));
}

/* Many that flood, and stay: a new one has its rows, and all together are not more. */
static void flood_in_own(const void *data)
{
	(void)data;
	netns_enter_bare();
	knock(CLOSED, ROOT_ROWS / 2);
	listen_and_close(CLOSED, ROOT_ROWS / 2);
}

TEST_F_TIMEOUT(quota, many_namespaces, 300)
{
	struct child child[20];
	struct ports ports;
	unsigned int i, told = 0;

	for (i = 0; i < 20; i++)
		child[i] = child_begin("flood", flood_in_own, NULL);
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_ALL);
	for_each_port(port, &ports)
		told += port->history.told;
	ports_free(&ports);
	note("%u rows", told);
	EXPECT_GE(atoi(ROWS), told);
	EXPECT_EQ(0, listeners_wrong(&self->client));
	for (i = 0; i < 20; i++)
		EXPECT_EQ(0, child_end(&child[i]));
}

/* A row is kept for who has it: a listener, a connection, one that is being opened. */
TEST_F_TIMEOUT(quota, rows_of_the_living, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	int idle = socket_listen(AF_INET, "127.0.0.1", PORT + 1, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");

	stream_exchange(&stream, 1000, 2000);
	knock(CLOSED, FLOOD);
	listen_and_close(CLOSED, FLOOD);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(CONNECTIONS, 1),
				 H(BYTES_IN, 1000), H(BYTES_OUT, 2000)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CONNECTIONS, 1),
				 H(BYTES_OUT, 1000), H(BYTES_IN, 2000)));
	EXPECT_TRUE(history_of(&self->client, IN, PORT + 1).told);
	EXPECT_TRUE(history_of(&self->client, IN, PORT + 1).opener.told);
	/* Not for longer. */
	close(idle);
	listen_and_close(CLOSED + FLOOD, FLOOD);
	EXPECT_FALSE(history_of(&self->client, IN, PORT + 1).told);
}

/* With distributions, openers, and the greatest values. */
TEST_F_TIMEOUT(quota, rest_is_exact, 300)
{
	struct truth client = { 0 }, server = { 0 };
	unsigned int i, count = ROOT_ROWS + 100;
	struct sums in, out;
	struct ports ports;
	uint64_t bytes = 0;
	int listener;

	for (i = 0; i < count; i++) {
		listener = socket_listen(AF_INET, "127.0.0.1", PORT + i, 5);
		stream_live(listener, AF_INET, "127.0.0.1", i * 10, i, i % 2, &client, &server);
		close(listener);
	}
	/* What the last ones acknowledged may be under way. */
	for (struct deadline d = deadline();; deadline_wait(&d, "all segments are counted")) {
		ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
		out = sums_of(&ports, TCP, OUT);
		in = sums_of(&ports, TCP, IN);
		if (SUM(out, CLOSED) + SUM(out, CLOSED_BY_PEER) == count &&
		    SUM(in, CLOSED) + SUM(in, CLOSED_BY_PEER) == count)
			break;
		ports_free(&ports);
	}
	EXPECT_EQ(1, out.rests);
	EXPECT_EQ(1, in.rests);
	EXPECT_GE(ROOT_ROWS + 1, out.rows);
	EXPECT_EQ(count, SUM(out, OPENED));
	EXPECT_EQ(count, SUM(in, ACCEPTED));
	EXPECT_EQ(client.bytes_out, SUM(out, BYTES_OUT));
	EXPECT_EQ(client.bytes_in, SUM(out, BYTES_IN));
	EXPECT_EQ(server.bytes_in, SUM(in, BYTES_IN));
	EXPECT_EQ(server.bytes_out, SUM(in, BYTES_OUT));
	EXPECT_EQ(0, SUM(out, CONNECTIONS));
	EXPECT_EQ(count, out.spread[SOCKPORT_DISTRIBUTION_KIND_BYTES]);
	EXPECT_EQ(count, in.spread[SOCKPORT_DISTRIBUTION_KIND_BYTES]);
	EXPECT_EQ(count, out.spread[SOCKPORT_DISTRIBUTION_KIND_LIFETIME]);
	for_each_port(port, &ports) {
		if (!port->rest)
			continue;
		EXPECT_EQ(0, port->port);
		EXPECT_EQ(SOCKPORT_PORT_STATE_CLOSED, port->state);
		EXPECT_EQ(1, port->history.value[SOCKPORT_A_HISTORY_CONNECTIONS_HIGH]);
		EXPECT_FALSE(port->history.opener.told);
		EXPECT_TRUE(history_adds_up(&port->history));
	}
	ports_free(&ports);
	/* The file has the same, with a row of the rest. */
	ports = proc_ports();
	EXPECT_LT(0, ports_find(&ports, TCP, OUT, 0)
				->history.value[SOCKPORT_A_HISTORY_BYTES_OUT]);
	for_each_port(port, &ports)
		if (port->protocol == TCP && port->role == OUT)
			bytes += port->history.value[SOCKPORT_A_HISTORY_BYTES_OUT];
	EXPECT_EQ(client.bytes_out, bytes);
	ports_free(&ports);
}

/**
 * struct watch - what who looks on and who floods share
 * @stop: come to an end
 * @opened: connections that there have been, 0 while there come more
 * @reads: how often was looked
 * @wrong: sums that went down, or were not what they had to be
 */
struct watch {
	volatile int	stop;
	volatile unsigned int opened;
	volatile unsigned int reads;
	volatile unsigned int wrong;
};

static void compare(struct watch *watch, const struct sums *before, const struct sums *now)
{
	unsigned int i;

	/* Those after the counters are no sums. */
	for (i = 1; i < SOCKPORT_A_HISTORY_BACKLOG_HIGH; i++) {
		if (now->value[i] >= before->value[i])
			continue;
		note("%s was %llu, and is %llu now", history_names[i],
		     (unsigned long long)before->value[i], (unsigned long long)now->value[i]);
		watch->wrong++;
	}
	/* Round trip times of the living become fewer when connections end. */
	for (i = 1; i <= SOCKPORT_DISTRIBUTION_KIND_MAX; i++)
		if (i != SOCKPORT_DISTRIBUTION_KIND_RTT_NOW)
			watch->wrong += now->spread[i] < before->spread[i];
}

static void look_on(struct watch *watch)
{
	struct sums before[2] = { 0 }, now[2];
	struct client client = client_open();
	struct ports ports;
	unsigned int opened;

	while (!watch->stop) {
		opened = watch->opened;
		ports = client_ports_of(&client, HISTORY_WANT, NETNS_OWN);
		now[0] = sums_of(&ports, TCP, IN);
		now[1] = sums_of(&ports, TCP, OUT);
		compare(watch, &before[0], &now[0]);
		compare(watch, &before[1], &now[1]);
		if (opened && opened == watch->opened &&
		    (SUM(now[0], ACCEPTED) != opened || SUM(now[1], OPENED) != opened)) {
			note("of %u connections %llu were accepted, %llu opened", opened,
			     (unsigned long long)SUM(now[0], ACCEPTED),
			     (unsigned long long)SUM(now[1], OPENED));
			watch->wrong++;
		}
		memcpy(before, now, sizeof(before));
		ports_free(&ports);
		watch->reads++;
		leave_time();
	}
	client_close(&client);
}

/* Each reading has each event once, whatever is given back meanwhile. */
TEST_F_TIMEOUT(quota, never_less, 600)
{
	unsigned int rounds = scaled(12, 3), streams = 60, i, j;
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[2];
	struct sums out;
	int listener, status;

	ASSERT_NE(MAP_FAILED, watch);
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i]) {
			look_on(watch);
			_exit(0);
		}
	}
	for (i = 0; i < rounds; i++) {
		watch->opened = 0;
		for (j = 0; j < streams; j++) {
			listener = socket_listen(AF_INET, "127.0.0.1", PORT + i * streams + j, 5);
			stream_live(listener, AF_INET, "127.0.0.1", 1000, 2000, j % 2, NULL, NULL);
			close(listener);
		}
		/* Their rows are given back, one by one, while somebody reads. */
		watch->opened = (i + 1) * streams;
		knock(CLOSED + i * 500, 500);
		listen_and_close(CLOSED + i * 500, 500);
	}
	/* They have seen something. */
	for (struct deadline d = deadline(); watch->reads < 6; )
		deadline_wait(&d, "who looks on has looked");
	watch->stop = 1;
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	note("looked %u times, %llu rows were given back", watch->reads,
	     (unsigned long long)proc_stat("history_rows_given_back"));
	EXPECT_EQ(0, watch->wrong);
	out = sums_now(&self->client, TCP, OUT);
	EXPECT_EQ(rounds * 500, SUM(out, REFUSED));
	EXPECT_EQ(rounds * streams, SUM(out, OPENED));
	EXPECT_EQ(rounds * streams * 1000, SUM(out, BYTES_OUT));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
}

/* It begins all sums anew, and gives back what is idle. */
TEST_F_TIMEOUT(quota, reset, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT + LISTENERS, 5);
	struct sums out;

	knock(CLOSED, FLOOD);
	EXPECT_LT(ROOT_ROWS / 2, proc_stat("history_rows"));
	EXPECT_EQ(0, history_reset(&self->client));
	/* That of the listener, and of the rest. */
	EXPECT_EQ(2, proc_stat("history_rows"));
	out = sums_now(&self->client, TCP, OUT);
	EXPECT_EQ(0, out.rows);
	EXPECT_EQ(0, listeners_wrong(&self->client));
	knock(CLOSED, 7);
	out = sums_now(&self->client, TCP, OUT);
	EXPECT_EQ(7, SUM(out, REFUSED));
	close(listener);
}

static void send_to_self(int fd, uint16_t port)
{
	struct sockaddr_in to = loopback(port);
	char byte;

	if (sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) != 1 || recv(fd, &byte, 1, 0) != 1)
		die("a datagram to port %u: %s", port, strerror(errno));
}

/* Rows of UDP are held by nobody, but a port that is bound keeps its own. */
TEST_F_TIMEOUT(quota, datagrams, 300)
{
	int server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT), fd;
	struct sums in;
	unsigned int i;

	module_parameter("udp_accounting", "Y", NULL);
	send_to_self(server, PORT);
	for (i = 0; i < FLOOD; i++) {
		fd = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", CLOSED + i);
		send_to_self(fd, CLOSED + i);
		close(fd);
	}
	EXPECT_EQ(0, UDP_DIFFERS(&self->client, IN, PORT, H(SEGMENTS_IN, 1), H(SEGMENTS_OUT, 1),
				 H(BYTES_IN, 1), H(BYTES_OUT, 1)));
	in = sums_now(&self->client, UDP, IN);
	EXPECT_EQ(1, in.rests);
	EXPECT_EQ(FLOOD + 1, SUM(in, SEGMENTS_IN));
	EXPECT_EQ(FLOOD + 1, SUM(in, BYTES_OUT));
	EXPECT_EQ(0, listeners_wrong(&self->client));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
}

/* Fewer rows than there are: they become fewer when others come. */
TEST_F_TIMEOUT(quota, smaller, 300)
{
	struct sums out;

	knock(CLOSED, ROOT_ROWS);
	module_parameter("history_rows", "160", NULL);
	EXPECT_LE(ROOT_ROWS / 2, proc_stat("history_rows"));
	for (struct deadline d = deadline(); proc_stat("history_rows") > 21;
	     deadline_wait(&d, "rows are fewer"))
		knock(CLOSED + ROOT_ROWS, 1);
	out = sums_now(&self->client, TCP, OUT);
	EXPECT_LE(ROOT_ROWS + 1, SUM(out, REFUSED));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
}

/* The first process of a pid namespace, which ends with it. */
static int connect_from_own(void)
{
	if (unshare(CLONE_NEWPID))
		return errno;
	if (in_child((knock(CLOSED, 1), 0)))
		die("no connection from a pid namespace");
	return 0;
}

/* One more than there may be, if the one before is still there. */
static int enter_pid_namespaces(void)
{
	struct deadline d = deadline();
	int fd, i;

	if (unshare(CLONE_NEWUSER))
		die("unshare: %s", strerror(errno));
	fd = open("/proc/sys/user/max_pid_namespaces", O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		die("max_pid_namespaces: %s", strerror(errno));
	for (i = 0; i < 3; i++)
		while (in_child(connect_from_own()))
			deadline_wait(&d, "a pid namespace has gone");
	return 0;
}

/* Who opened a port is remembered, but not kept. */
TEST_F_TIMEOUT(quota, openers_are_free, 300)
{
	EXPECT_EQ(0, in_child(enter_pid_namespaces()));
	EXPECT_TRUE(history_of(&self->client, OUT, CLOSED).opener.told);
}

TEST_HARNESS_MAIN
