// SPDX-License-Identifier: GPL-2.0
/*
 * doors.c - every knock at a closed port is remembered, or counted as forgotten
 *
 * The oracle is what the test itself did.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/doors.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"

#define TCP		SOCKPORT_PROTOCOL_TCP
#define UDP		SOCKPORT_PROTOCOL_UDP
#define PORTS		65535
#define OPEN_PORT	8000
#define NOBODY		65534
#define KNOCKS		100

/* Where somebody knocks all the time. */
static const uint16_t busy[] = { 7, 77, 777, 7777, 17777 };

#define BUSY	(sizeof(busy) / sizeof(busy[0]))

/* The table is empty in the beginning and in the end: scans leave many rows, too. */
FIXTURE(doors) {
	struct client	client;
	struct knocker	near;
	char		room[32];
};

FIXTURE_SETUP(doors)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	history_restart();
	self->client = client_open();
	self->near = knocker_open(AF_INET, "127.0.0.1", "127.0.0.9");
}

FIXTURE_TEARDOWN(doors)
{
	if (self->room[0])
		module_parameter("closed_doors", self->room, NULL);
	history_restart();
	client_close(&self->client);
	knocker_close(&self->near);
}

static struct doors own_doors(struct client *client)
{
	struct doors doors = doors_of(client, NETNS_OWN);

	if (client->error)
		die("closed doors: %s %s", strerror(-client->error), client->message);
	return doors;
}

/* All attempts are in the dump or in the count of those that are not. */
static bool all_accounted(struct client *client, uint64_t made)
{
	struct deadline d = deadline();
	struct doors doors;
	uint64_t kept, lost;

	for (;;) {
		doors = own_doors(client);
		kept = doors_attempts(&doors);
		lost = proc_stat("closed_doors_lost");
		if (kept + lost == made && proc_stat("closed_doors") == doors.count)
			break;
		if (now_ms() + scaled(50, 250) * 1000 > d.ends)
			break;
		doors_discard(&doors);
		deadline_wait(&d, "knocks");
	}
	note("%llu knocks: %llu at %zu doors, %llu forgotten", (unsigned long long)made,
	     (unsigned long long)kept, doors.count, (unsigned long long)lost);
	made -= kept + lost;
	made |= proc_stat("closed_doors") - doors.count;
	doors_discard(&doors);
	return !made;
}

static void knock_busy(struct knocker *knocker)
{
	unsigned int i, j;

	for (i = 0; i < BUSY; i++)
		for (j = 0; j < KNOCKS; j++) {
			knock_tcp(knocker, busy[i]);
			knock_udp(knocker, busy[i]);
		}
}

/* Every port, both protocols; what is busy is so in between, too. */
static void scan(struct knocker *knocker)
{
	unsigned int port, step = scaled(1, 16);

	for (port = 1; port <= PORTS; port += step) {
		knock_tcp(knocker, port);
		knock_udp(knocker, port);
		if (port / step == PORTS / step / 2)
			knock_busy(knocker);
	}
}

static unsigned int busy_forgotten(struct client *client, uint64_t least)
{
	static const uint8_t protocols[] = { TCP, UDP };
	struct doors doors = own_doors(client);
	unsigned int i, forgotten = 0;
	struct door *door;

	for (i = 0; i < 2 * BUSY; i++) {
		door = doors_find(&doors, protocols[i % 2], busy[i / 2]);
		if (door && door->attempts >= least)
			continue;
		note("%s port %u: %llu knocks", protocol_name(protocols[i % 2]), busy[i / 2],
		     door ? (unsigned long long)door->attempts : 0);
		forgotten++;
	}
	doors_discard(&doors);
	return forgotten;
}

TEST_F_TIMEOUT(doors, scans, 1800)
{
	struct knocker far = knocker_open(AF_INET, "127.0.0.2", "127.0.0.9");
	struct knocker v6 = knocker_open(AF_INET6, "::1", "::1");

	knock_busy(&self->near);
	EXPECT_TRUE(all_accounted(&self->client, self->near.made));
	EXPECT_EQ(0, busy_forgotten(&self->client, KNOCKS));
	scan(&self->near);
	EXPECT_TRUE(all_accounted(&self->client, self->near.made));
	EXPECT_EQ(0, busy_forgotten(&self->client, 2 * KNOCKS));
	scan(&far);
	scan(&v6);
	EXPECT_TRUE(all_accounted(&self->client, self->near.made + far.made + v6.made));
	EXPECT_EQ(0, busy_forgotten(&self->client, 4 * KNOCKS));
	knocker_close(&far);
	knocker_close(&v6);
}

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static bool knocked_by(const struct door *door, int family, const char *source,
		       const char *called)
{
	uint8_t from[16], to[16];

	inet_pton(family, source, from);
	inet_pton(family, called, to);
	return door->length == (family == AF_INET ? 4 : 16) &&
	       !memcmp(door->source, from, door->length) &&
	       !memcmp(door->called, to, door->length);
}

/* Who, when and how often; UDP and TCP are different doors. */
TEST_F_TIMEOUT(doors, who_and_when, 300)
{
	struct knocker v6 = knocker_open(AF_INET6, "2001:db8::2", "2001:db8::1");
	uint64_t begin = wall_ms();
	struct deadline d = deadline();
	struct doors doors;
	struct door *door;

	knock_tcp(&self->near, 5);
	knock_udp(&self->near, 6);
	while (wall_ms() < begin + 50)
		deadline_wait(&d, "time goes by");
	knock_tcp(&self->near, 5);
	knock_tcp(&v6, 5);
	ASSERT_TRUE(all_accounted(&self->client, 4));
	doors = own_doors(&self->client);
	ASSERT_EQ(2, doors.count);
	door = doors_find(&doors, TCP, 5);
	ASSERT_NE(NULL, door);
	EXPECT_EQ(3, door->attempts);
	EXPECT_TRUE(knocked_by(door, AF_INET6, "2001:db8::2", "2001:db8::1"));
	EXPECT_LE(begin - 20, door->first);
	EXPECT_LE(door->first + 20, door->last);
	EXPECT_GE(wall_ms(), door->last);
	door = doors_find(&doors, UDP, 6);
	ASSERT_NE(NULL, door);
	EXPECT_EQ(1, door->attempts);
	EXPECT_TRUE(knocked_by(door, AF_INET, "127.0.0.1", "127.0.0.9"));
	EXPECT_EQ(door->first, door->last);
	doors_discard(&doors);
}

/* Who is let in has not knocked in vain. */
TEST_F_TIMEOUT(doors, open_ports, 300)
{
	int listener = socket_listen(AF_INET, "0.0.0.0", OPEN_PORT, 5);
	int receiver = socket_bound(AF_INET, SOCK_DGRAM, 0, "0.0.0.0", OPEN_PORT + 1);
	struct doors doors;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		socket_connect(AF_INET, "127.0.0.1", OPEN_PORT, 0);
		socket_accept(listener);
		knock_udp(&self->near, OPEN_PORT + 1);
	}
	/* The other protocol has nobody there. */
	knock_udp(&self->near, OPEN_PORT);
	knock_tcp(&self->near, OPEN_PORT + 1);
	ASSERT_TRUE(all_accounted(&self->client, 2));
	close(listener);
	close(receiver);
	knock_tcp(&self->near, OPEN_PORT);
	ASSERT_TRUE(all_accounted(&self->client, 3));
	doors = own_doors(&self->client);
	EXPECT_NE(NULL, doors_find(&doors, TCP, OPEN_PORT));
	EXPECT_NE(NULL, doors_find(&doors, UDP, OPEN_PORT));
	EXPECT_NE(NULL, doors_find(&doors, TCP, OPEN_PORT + 1));
	EXPECT_EQ(NULL, doors_find(&doors, UDP, OPEN_PORT + 1));
	doors_discard(&doors);
}

TEST_F_TIMEOUT(doors, room, 300)
{
	unsigned int port;
	struct doors doors;

	module_parameter("closed_doors", "64", self->room);
	history_restart();
	knock_busy(&self->near);
	for (port = 1; port <= 1000; port++)
		knock_tcp(&self->near, port);
	EXPECT_TRUE(all_accounted(&self->client, self->near.made));
	doors = own_doors(&self->client);
	EXPECT_GE(64, doors.count);
	EXPECT_LT(BUSY * 2, doors.count);
	EXPECT_LT(0, proc_stat("closed_doors_lost"));
	doors_discard(&doors);
	EXPECT_EQ(0, busy_forgotten(&self->client, KNOCKS));
}

#define OFTEN		8
#define QUIET_KNOCKS	5

/* Where somebody from another address knocks a few times. */
static const uint16_t quiet[] = { 22, 2222, 22222, 33333, 44444 };

#define QUIET		(sizeof(quiet) / sizeof(quiet[0]))

static unsigned int quiet_forgotten(struct client *client)
{
	struct doors doors = own_doors(client);
	unsigned int i, forgotten = 0;
	struct door *door;

	for (i = 0; i < QUIET; i++) {
		door = doors_find(&doors, TCP, quiet[i]);
		forgotten += !door || door->attempts < QUIET_KNOCKS;
	}
	doors_discard(&doors);
	return forgotten;
}

static void knock_quietly(struct knocker *knocker)
{
	unsigned int i, j;

	for (i = 0; i < QUIET; i++)
		for (j = 0; j < QUIET_KNOCKS; j++)
			knock_tcp(knocker, quiet[i]);
}

/* Each port again and again, so often that it is more than others do anywhere. */
static void knock_often(struct knocker *knocker, unsigned int first)
{
	unsigned int port, j;

	for (port = first; port < first + 2000; port++)
		for (j = 0; j < OFTEN; j++)
			knock_udp(knocker, port);
}

/*
 * However often one source knocks at every port, it drives out its own doors only:
 * those of others stay, and more can come.
 */
TEST_F_TIMEOUT(doors, one_source, 600)
{
	struct knocker other = knocker_open(AF_INET, "192.0.2.1", "127.0.0.9");
	struct knocker late = knocker_open(AF_INET6, "2001:db8::2", "2001:db8::1");

	module_parameter("closed_doors", "256", self->room);
	history_restart();
	knock_quietly(&other);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
	knock_often(&self->near, 1000);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
	/* All addresses of the loopback are one source. */
	knocker_close(&self->near);
	self->near = knocker_open(AF_INET, "127.77.0.1", "127.0.0.9");
	knock_often(&self->near, 3000);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
	EXPECT_LT(0, proc_stat("closed_doors_lost"));
	/* Who comes later has place, too. */
	history_restart();
	knock_often(&self->near, 5000);
	knock_quietly(&late);
	knock_often(&self->near, 7000);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
	knocker_close(&other);
	knocker_close(&late);
}

/* The same, where it is the same source: what was there before stays. */
TEST_F_TIMEOUT(doors, own_source, 600)
{
	module_parameter("closed_doors", "256", self->room);
	history_restart();
	knock_quietly(&self->near);
	/* A tick, so that they are older. */
	for (struct deadline d = deadline(); !own_doors(&self->client).count;)
		deadline_wait(&d, "doors");
	knock_often(&self->near, 1000);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
}

/* So do those of other namespaces, whatever source is said to knock in one's own. */
TEST_F_TIMEOUT(doors, one_namespace, 600)
{
	int home = netns_open(), other;
	struct knocker knocker;
	unsigned int i;
	char from[32];

	module_parameter("closed_doors", "256", self->room);
	history_restart();
	knock_quietly(&self->near);
	netns_enter_bare();
	other = netns_open();
	run("ip addr add 10.0.0.1/8 dev lo");
	for (i = 0; i < 6; i++) {
		snprintf(from, sizeof(from), "10.%u.0.1", i);
		run("ip addr add %s/32 dev lo", from);
		knocker = knocker_open(AF_INET, from, "127.0.0.9");
		knock_often(&knocker, 1000 + 200 * i);
		knocker_close(&knocker);
	}
	netns_set(home);
	EXPECT_EQ(0, quiet_forgotten(&self->client));
	close(other);
	close(home);
}

TEST_F_TIMEOUT(doors, forgotten, 300)
{
	knock_tcp(&self->near, 5);
	ASSERT_TRUE(all_accounted(&self->client, 1));
	EXPECT_EQ(0, history_reset(&self->client));
	ASSERT_TRUE(all_accounted(&self->client, 0));
	knock_tcp(&self->near, 5);
	ASSERT_TRUE(all_accounted(&self->client, 1));
	/* Nobody looks while there is no history. */
	module_parameter("history", "N", NULL);
	knock_tcp(&self->near, 5);
	EXPECT_EQ(0, doors_of(&self->client, NETNS_OWN).count);
	EXPECT_EQ(-ENODATA, self->client.error);
	EXPECT_STREQ("history is switched off", self->client.message);
	EXPECT_EQ(-ENODATA, history_reset(&self->client));
	EXPECT_EQ(0, proc_stat("history"));
	history_on();
	EXPECT_EQ(1, proc_stat("history"));
	EXPECT_EQ(0, own_doors(&self->client).count);
	knock_udp(&self->near, 5);
	ASSERT_TRUE(all_accounted(&self->client, 1));
}

static int refused(int netns)
{
	struct client client = client_open();
	struct doors doors = doors_of(&client, netns);

	if (client.error == -EPERM && client.message[0] && !doors.count)
		return 0;
	note("error %d, %s, %zu doors", client.error, client.message, doors.count);
	return 1;
}

static void drop_all(void)
{
	become_only(NOBODY, true);
}

static int nobody_refused(int other)
{
	drop_all();
	return refused(NETNS_OWN) + refused(other) + refused(NETNS_ALL);
}

/* Root of an own user namespace sees who knocks at its own network namespace. */
static int own_only(int other)
{
	struct knocker knocker;
	struct client client;

	drop_all();
	if (unshare(CLONE_NEWUSER))
		die("user namespace: %s", strerror(errno));
	netns_enter_bare();
	client = client_open();
	knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.9");
	knock_tcp(&knocker, 9);
	return !all_accounted(&client, 1) || own_doors(&client).count != 1 || refused(other) ||
	       refused(NETNS_ALL);
}

TEST_F_TIMEOUT(doors, permission, 300)
{
	int home = netns_open();

	knock_tcp(&self->near, 5);
	ASSERT_TRUE(all_accounted(&self->client, 1));
	EXPECT_EQ(0, in_child(nobody_refused(home)));
	EXPECT_EQ(0, in_child(own_only(home)));
}

static uint32_t inode_of(int netns)
{
	struct stat status;

	if (fstat(netns, &status))
		die("fstat: %s", strerror(errno));
	return status.st_ino;
}

/* Doors of a namespace in a dump of all. */
static unsigned int doors_in(struct client *client, uint32_t netns, uint16_t port)
{
	struct doors doors = doors_of(client, NETNS_ALL);
	unsigned int count = 0;

	if (client->error)
		die("all closed doors: %s", client->message);
	for_each_door(door, &doors)
		count += door->netns == netns && (!port || door->port == port);
	doors_discard(&doors);
	return count;
}

TEST_F_TIMEOUT(doors, namespaces, 300)
{
	int home = netns_open(), other, port;
	uint32_t here = inode_of(home), there;
	struct knocker knocker;
	struct deadline d;
	struct doors doors;

	for (port = 1; port <= 3; port++)
		knock_tcp(&self->near, port);
	netns_enter_bare();
	other = netns_open();
	there = inode_of(other);
	knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.9");
	for (port = 3; port <= 12; port++)
		knock_udp(&knocker, port);
	knocker_close(&knocker);
	netns_set(home);
	ASSERT_TRUE(all_accounted(&self->client, 3));
	for (d = deadline(); doors_in(&self->client, there, 0) < 10;)
		deadline_wait(&d, "doors of another namespace");
	EXPECT_EQ(3, doors_in(&self->client, here, 0));
	EXPECT_EQ(10, doors_in(&self->client, there, 0));
	EXPECT_EQ(1, doors_in(&self->client, here, 3));
	EXPECT_EQ(1, doors_in(&self->client, there, 3));
	doors = doors_of(&self->client, other);
	EXPECT_EQ(10, doors.count);
	for_each_door(door, &doors)
		EXPECT_EQ(there, door->netns);
	doors_discard(&doors);
	/* With the last reference goes the namespace, and takes its doors along. */
	close(other);
	for (d = deadline(); doors_in(&self->client, there, 0);)
		deadline_wait(&d, "doors of a namespace that is gone");
	EXPECT_EQ(3, doors_in(&self->client, here, 0));
}

TEST_HARNESS_MAIN
