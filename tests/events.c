// SPDX-License-Identifier: GPL-2.0
/*
 * events.c - who listens is told what happens, in its own namespace, and how much
 * it was not told
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/doors.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/load.h"
#include "lib/loss.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT
#define PORT		8000
#define CLOSED_PORT	8001
#define NOBODY		65534

FIXTURE(events) {
	struct client	client;
	struct events	events;
	uint64_t	begin;
};

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

FIXTURE_SETUP(events)
{
	netns_enter();
	loss_begin();
	history_on();
	self->client = client_open();
	self->events = events_begin();
	prctl(PR_SET_NAME, "eventful");
	self->begin = wall_ns();
}

FIXTURE_TEARDOWN(events)
{
	events_end(&self->events);
	client_close(&self->client);
}

#define TAKE(TYPE, role)	events_take(&self->events, SOCKPORT_EVENT_TYPE_##TYPE, role)

/* Nothing has been heard that nobody expected: a reset is the last thing that happens. */
#define EXPECT_NOTHING_ELSE() do { \
	EXPECT_EQ(0, history_reset(&self->client)); \
	TAKE(RESET, 0); \
	EXPECT_EQ(0, events_count(&self->events, 0)) { \
		say_rest(&self->events); \
	} \
	EXPECT_EQ(0, self->events.deaf); \
} while (0)

static void say_rest(const struct events *events)
{
	const struct event *event;

	for (event = events->event; event < events->event + events->count; event++)
		if (!event->taken)
			note("type %llu, role %llu, port %llu, cause %llu",
			     (unsigned long long)EVENT(event, TYPE),
			     (unsigned long long)EVENT(event, ROLE),
			     (unsigned long long)EVENT(event, PORT),
			     (unsigned long long)EVENT(event, CAUSE));
}

static bool is_address(const struct event *event, const uint8_t *address, int family,
		       const char *text)
{
	uint8_t expected[16];

	inet_pton(family, text, expected);
	return event->length == (family == AF_INET ? 4 : 16) &&
	       !memcmp(address, expected, event->length);
}

/* What all events of a connection over 127.0.0.1 have. */
#define EXPECT_TUPLE(event, from, to) do { \
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, EVENT(event, PROTOCOL)); \
	EXPECT_EQ(from, EVENT(event, LOCAL_PORT)); \
	EXPECT_EQ(to, EVENT(event, REMOTE_PORT)); \
	EXPECT_TRUE(is_address(event, (event)->local, AF_INET, "127.0.0.1")); \
	EXPECT_TRUE(is_address(event, (event)->remote, AF_INET, "127.0.0.1")); \
	EXPECT_LT(self->begin - 20000000, EVENT(event, TIME)); \
	EXPECT_GT(wall_ns() + 1, EVENT(event, TIME)); \
} while (0)

#define EXPECT_PROCESS(event) do { \
	EXPECT_EQ(getpid(), (pid_t)EVENT(event, PID)); \
	EXPECT_STREQ("eventful", (event)->comm); \
	EXPECT_TRUE(EVENT_HAS(event, UID)); \
	EXPECT_EQ(0, EVENT(event, UID)); \
} while (0)

TEST_F_TIMEOUT(events, life, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct event *event = TAKE(LISTEN, IN);
	struct truth out = { 0 }, in = { 0 };
	long long begin = now_ms();
	struct stream stream;
	uint16_t port;

	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_EQ(PORT, EVENT(event, LOCAL_PORT));
	EXPECT_PROCESS(event);
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	port = socket_port(stream.client);
	event = TAKE(OPEN, OUT);
	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_TUPLE(event, port, PORT);
	EXPECT_PROCESS(event);
	event = TAKE(ACCEPT, IN);
	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_TUPLE(event, PORT, port);
	stream_exchange(&stream, 12345, 54321);
	stream_shut(&stream, CLIENT_FIRST);
	stream_account(&stream, &out, &in);
	stream_close(&stream);
	event = TAKE(CLOSE, OUT);
	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_TUPLE(event, port, PORT);
	EXPECT_EQ(SOCKPORT_CAUSE_CLOSED, EVENT(event, CAUSE));
	EXPECT_EQ(12345, EVENT(event, BYTES_OUT));
	EXPECT_EQ(54321, EVENT(event, BYTES_IN));
	EXPECT_EQ(out.rtt_sum, EVENT(event, RTT));
	EXPECT_EQ(out.retransmits, EVENT(event, RETRANSMITS));
	EXPECT_LT(0, EVENT(event, DURATION));
	EXPECT_GE((now_ms() - begin + 1) * 1000, (long long)EVENT(event, DURATION));
	event = TAKE(CLOSE, IN);
	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_TUPLE(event, PORT, port);
	EXPECT_EQ(SOCKPORT_CAUSE_CLOSED_BY_PEER, EVENT(event, CAUSE));
	EXPECT_EQ(12345, EVENT(event, BYTES_IN));
	EXPECT_EQ(54321, EVENT(event, BYTES_OUT));
	EXPECT_EQ(in.rtt_sum, EVENT(event, RTT));
	close(listener);
	event = TAKE(UNLISTEN, IN);
	EXPECT_EQ(PORT, EVENT(event, PORT));
	EXPECT_NOTHING_ELSE();
}

/* By its row: the one that was closed. */
TEST_F_TIMEOUT(events, version6, 300)
{
	int listener = socket_listen(AF_INET6, "2001:db8::1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET6, "2001:db8::1");
	struct event *event;

	TAKE(LISTEN, IN);
	TAKE(ACCEPT, IN);
	event = TAKE(OPEN, OUT);
	EXPECT_TRUE(is_address(event, event->local, AF_INET6, "2001:db8::1"));
	EXPECT_TRUE(is_address(event, event->remote, AF_INET6, "2001:db8::1"));
	stream_linger(stream.server);
	close(stream.server);
	EXPECT_EQ(ECONNRESET, stream_error(stream.client));
	event = TAKE(CLOSE, IN);
	EXPECT_EQ(SOCKPORT_CAUSE_RESET, EVENT(event, CAUSE));
	event = TAKE(CLOSE, OUT);
	EXPECT_EQ(SOCKPORT_CAUSE_RESET_BY_PEER, EVENT(event, CAUSE));
	EXPECT_NOTHING_ELSE();
}

static void *in_a_thread(void *fd)
{
	prctl(PR_SET_NAME, "worker");
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	*(int *)fd = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	return NULL;
}

/* Events have the name of the process, not of the thread that called. */
TEST_F_TIMEOUT(events, thread, 300)
{
	struct event *event;
	pthread_t thread;
	int fd;

	ASSERT_EQ(0, pthread_create(&thread, NULL, in_a_thread, &fd));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	event = TAKE(LISTEN, IN);
	EXPECT_PROCESS(event);
	event = TAKE(OPEN, OUT);
	EXPECT_PROCESS(event);
	event = TAKE(ACCEPT, IN);
	EXPECT_PROCESS(event);
	stream_linger(fd);
	close(fd);
	event = TAKE(CLOSE, OUT);
	EXPECT_PROCESS(event);
	event = TAKE(CLOSE, IN);
	EXPECT_PROCESS(event);
	EXPECT_NOTHING_ELSE();
}

TEST_F_TIMEOUT(events, failures, 300)
{
	struct event *event;
	int fd;

	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	EXPECT_EQ(ECONNREFUSED, stream_error(fd));
	event = TAKE(FAIL, OUT);
	EXPECT_EQ(CLOSED_PORT, EVENT(event, PORT));
	EXPECT_EQ(CLOSED_PORT, EVENT(event, REMOTE_PORT));
	EXPECT_EQ(SOCKPORT_CAUSE_REFUSED, EVENT(event, CAUSE));
	EXPECT_PROCESS(event);
	event = TAKE(CLOSED_DOOR, 0);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, EVENT(event, PROTOCOL));
	EXPECT_EQ(CLOSED_PORT, EVENT(event, PORT));
	EXPECT_TRUE(is_address(event, event->remote, AF_INET, "127.0.0.1"));
	loss_add(LOSS_SYN, CLOSED_PORT);
	loss_commit();
	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	close(fd);
	event = TAKE(FAIL, OUT);
	EXPECT_EQ(SOCKPORT_CAUSE_GIVEN_UP, EVENT(event, CAUSE));
	netns_sysctl("ipv4/tcp_syn_retries", "1");
	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	EXPECT_EQ(ETIMEDOUT, stream_error(fd));
	event = TAKE(FAIL, OUT);
	EXPECT_EQ(SOCKPORT_CAUSE_TIMED_OUT, EVENT(event, CAUSE));
	EXPECT_LT(1000000, EVENT(event, DURATION));
	EXPECT_NOTHING_ELSE();
}

TEST_F_TIMEOUT(events, datagram_at_the_door, 300)
{
	struct knocker knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.9");
	struct event *event;

	knock_udp(&knocker, 7);
	event = TAKE(CLOSED_DOOR, 0);
	EXPECT_EQ(SOCKPORT_PROTOCOL_UDP, EVENT(event, PROTOCOL));
	EXPECT_EQ(7, EVENT(event, PORT));
	EXPECT_TRUE(is_address(event, event->remote, AF_INET, "127.0.0.1"));
	EXPECT_NOTHING_ELSE();
	knocker_close(&knocker);
}

static int not_allowed(void)
{
	struct events events;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	return events_try(&events) != -EPERM;
}

/* Root of an own user namespace hears its own network namespace. */
static int own_only(void)
{
	struct events events;
	struct event *event;

	become_only(NOBODY, true);
	if (unshare(CLONE_NEWUSER))
		die("user namespace: %s", strerror(errno));
	if (events_try(&events) != -EPERM)
		return 1;
	netns_enter_bare();
	events = events_begin();
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	event = events_take(&events, SOCKPORT_EVENT_TYPE_LISTEN, IN);
	return EVENT(event, PID) != (uint64_t)getpid() || strcmp(event->comm, "eventful");
}

TEST_F_TIMEOUT(events, permission, 300)
{
	EXPECT_EQ(0, in_child(not_allowed()));
	EXPECT_EQ(0, in_child(own_only()));
	EXPECT_NOTHING_ELSE();
}

/* What happens elsewhere is nobody's business here. */
TEST_F_TIMEOUT(events, elsewhere, 300)
{
	int home = netns_open(), listener;
	struct events others;
	unsigned int i;

	netns_enter_bare();
	others = events_begin();
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	for (i = 0; i < 50; i++)
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	close(listener);
	events_take(&others, SOCKPORT_EVENT_TYPE_UNLISTEN, IN);
	events_end(&others);
	netns_set(home);
	EXPECT_NOTHING_ELSE();
}

/* Listen to all namespaces. Returns -errno if this process may not. */
static int try_everywhere(struct events *events)
{
	const struct nlattr all = { sizeof(all), SOCKPORT_A_EVENT_NETNS_ALL };

	return events_try_filter(events, &all, sizeof(all));
}

static uint64_t inode_of(int netns)
{
	struct stat status;

	if (fstat(netns, &status))
		die("fstat: %s", strerror(errno));
	return status.st_ino;
}

/* The next listener in any namespace is the one that opens in this one. */
static bool hears_listener(struct events *events, int netns)
{
	struct event *event;
	int listener;

	netns_set(netns);
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	event = events_take(events, SOCKPORT_EVENT_TYPE_LISTEN, IN);
	close(listener);
	events_take(events, SOCKPORT_EVENT_TYPE_UNLISTEN, IN);
	return EVENT(event, NETNS) == inode_of(netns);
}

/* Also those that were there before, and those that come later. */
TEST_F_TIMEOUT(events, everywhere, 300)
{
	int home = netns_open(), before, later, error;
	struct events all;

	netns_enter_bare();
	before = netns_open();
	netns_set(home);
	error = try_everywhere(&all);
	ASSERT_EQ(0, error);
	EXPECT_TRUE(hears_listener(&all, before));
	netns_enter_bare();
	later = netns_open();
	EXPECT_TRUE(hears_listener(&all, later));
	EXPECT_TRUE(hears_listener(&all, home));
	EXPECT_EQ(inode_of(home), EVENT(TAKE(LISTEN, IN), NETNS));
	TAKE(UNLISTEN, IN);
	events_end(&all);
	/* Nobody is left who would hear of it. */
	netns_set(before);
	close(socket_listen(AF_INET, "127.0.0.1", PORT, 5));
	netns_set(home);
	EXPECT_NOTHING_ELSE();
}

/* Root of an own user namespace is not who all namespaces belong to. */
static int not_everywhere(void)
{
	struct events events;

	become_only(NOBODY, true);
	if (try_everywhere(&events) != -EPERM)
		return 1;
	if (unshare(CLONE_NEWUSER))
		die("user namespace: %s", strerror(errno));
	netns_enter_bare();
	return try_everywhere(&events) != -EPERM;
}

TEST_F_TIMEOUT(events, permission_everywhere, 300)
{
	EXPECT_EQ(0, in_child(not_everywhere()));
	EXPECT_NOTHING_ELSE();
}

/* Works while nobody listens, and nobody is told. */
TEST_F_TIMEOUT(events, nobody, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	unsigned long long sent, lost, made;
	unsigned int i;

	TAKE(LISTEN, IN);
	events_end(&self->events);
	sent = proc_stat("events_sent");
	lost = proc_stat("events_lost");
	made = proc_stat("events_made");
	EXPECT_LT(0, sent);
	for (i = 0; i < 100; i++)
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	EXPECT_EQ(0, history_reset(&self->client));
	EXPECT_EQ(sent, proc_stat("events_sent"));
	EXPECT_EQ(lost, proc_stat("events_lost"));
	EXPECT_EQ(made, proc_stat("events_made"));
	self->events = events_begin();
	EXPECT_NOTHING_ELSE();
	EXPECT_EQ(sent + 1, proc_stat("events_sent"));
}

/* Who listens somewhere else is nobody here. */
TEST_F_TIMEOUT(events, listener_elsewhere, 300)
{
	int home = netns_open(), elsewhere, listener;
	unsigned long long sent, lost, made;
	struct events others;
	unsigned int i;

	events_end(&self->events);
	netns_enter_bare();
	elsewhere = netns_open();
	others = events_begin();
	netns_set(home);
	sent = proc_stat("events_sent");
	lost = proc_stat("events_lost");
	made = proc_stat("events_made");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	for (i = 0; i < 100; i++)
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	/* What happened before has been sent, or not, when this is heard. */
	netns_set(elsewhere);
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	events_take(&others, SOCKPORT_EVENT_TYPE_LISTEN, IN);
	EXPECT_EQ(0, events_count(&others, 0));
	netns_set(home);
	EXPECT_EQ(sent, proc_stat("events_sent"));
	EXPECT_EQ(lost, proc_stat("events_lost"));
	EXPECT_EQ(made, proc_stat("events_made"));
	self->events = events_begin();
	EXPECT_NOTHING_ELSE();
	events_end(&others);
}

/* Four events for each connection of a load, two for each of its listeners. */
static uint64_t generated(const struct load *load)
{
	return 4 * load_count(load) + 2 * LOAD_WORKERS;
}

static uint64_t heard(const struct events *events)
{
	return events->count - events_count(events, SOCKPORT_EVENT_TYPE_LOST);
}

/* Listen as long as there are connections, and until all events are heard or lost. */
static bool all_accounted(struct load *load, struct events *events, uint64_t connections,
			  uint64_t lost_before)
{
	struct deadline d = deadline();
	uint64_t lost = 0;

	while (load_count(load) < connections) {
		events_read(events);
		deadline_wait(&d, "connections");
	}
	if (load_end(load))
		die("the load failed");
	for (d = deadline(); now_ms() + scaled(50, 250) * 1000 < d.ends;) {
		events_read(events);
		lost = proc_stat("events_lost") - lost_before;
		if (heard(events) + lost == generated(load) && events_lost(events) == lost)
			break;
		deadline_wait(&d, "events");
	}
	note("%llu events, %llu heard, %llu lost, %llu announced as lost",
	     (unsigned long long)generated(load), (unsigned long long)heard(events),
	     (unsigned long long)lost, (unsigned long long)events_lost(events));
	return heard(events) + lost == generated(load) && events_lost(events) == lost;
}

TEST_F_TIMEOUT(events, burst, 900)
{
	unsigned long long sent = proc_stat("events_sent"), lost = proc_stat("events_lost");
	unsigned int each = scaled(1000, 100);
	struct load *load;
	size_t i;

	events_room(&self->events, 1 << 28);
	load = load_begin(PORT, each);
	EXPECT_TRUE(all_accounted(load, &self->events, (uint64_t)each * LOAD_WORKERS, lost));
	EXPECT_EQ(0, self->events.deaf);
	sent = proc_stat("events_sent") - sent;
	EXPECT_LE(heard(&self->events), sent);
	EXPECT_GE(self->events.count, sent);
	EXPECT_EQ(0, load_differs(load, &self->client));
	if (proc_stat("events_lost") == lost) {
		EXPECT_EQ(load_count(load), events_count(&self->events, SOCKPORT_EVENT_TYPE_OPEN));
		EXPECT_EQ(load_count(load),
			  events_count(&self->events, SOCKPORT_EVENT_TYPE_ACCEPT));
		EXPECT_EQ(2 * load_count(load),
			  events_count(&self->events, SOCKPORT_EVENT_TYPE_CLOSE));
	}
	/* Each in one of the rows that there are. */
	for (i = 0; i < self->events.count; i++)
		if (EVENT(&self->events.event[i], TYPE) != SOCKPORT_EVENT_TYPE_LOST)
			EXPECT_GT(LOAD_WORKERS, EVENT(&self->events.event[i], PORT) - PORT);
}

/* Who does not keep up is told so, and harms nobody else. */
TEST_F_TIMEOUT(events, slow_listener, 900)
{
	unsigned long long lost = proc_stat("events_lost");
	unsigned int each = scaled(500, 100);
	struct events lazy = events_begin();
	struct load *load;

	events_room(&lazy, 8192);
	events_room(&self->events, 1 << 28);
	load = load_begin(PORT, each);
	EXPECT_TRUE(all_accounted(load, &self->events, (uint64_t)each * LOAD_WORKERS, lost));
	EXPECT_EQ(0, load_differs(load, &self->client));
	events_read(&lazy);
	EXPECT_LT(0, lazy.deaf);
	EXPECT_GT(generated(load), heard(&lazy));
	events_end(&lazy);
}

/* One that has no room is told how much it did not hear as soon as it has. */
TEST_F_TIMEOUT(events, overrun, 900)
{
	unsigned long long lost = proc_stat("events_lost");
	unsigned int each = scaled(200, 50);
	struct load *load;

	events_room(&self->events, 8192);
	load = load_begin(PORT, each);
	load_wait(load);
	EXPECT_EQ(0, load_end(load));
	/* The last events come after the load's end, and are lost too. */
	for (struct deadline d = deadline();
	     proc_stat("events_sent") + proc_stat("events_lost") - lost < generated(load);)
		deadline_wait(&d, "all events are sent or lost");
	events_read(&self->events);
	lost = proc_stat("events_lost") - lost;
	EXPECT_LT(0, self->events.deaf);
	EXPECT_LT(0, lost);
	EXPECT_EQ(0, events_lost(&self->events));
	EXPECT_EQ(0, history_reset(&self->client));
	TAKE(RESET, 0);
	EXPECT_EQ(lost, events_lost(&self->events));
	EXPECT_EQ(generated(load) + 1, heard(&self->events) + lost);
}

static void listen_for_good(const void *data)
{
	(void)data;
	events_begin();
}

/* One listener is killed in the midst of it. */
TEST_F_TIMEOUT(events, dead_listener, 900)
{
	struct child child = child_begin("listener", listen_for_good, NULL);
	unsigned long long lost = proc_stat("events_lost");
	unsigned int each = scaled(500, 100);
	struct deadline d = deadline();
	struct load *load;

	events_room(&self->events, 1 << 28);
	load = load_begin(PORT, each);
	while (load_count(load) < each)
		deadline_wait(&d, "connections");
	ASSERT_EQ(0, kill(child.pid, SIGKILL));
	ASSERT_EQ(child.pid, waitpid(child.pid, NULL, 0));
	EXPECT_TRUE(all_accounted(load, &self->events, (uint64_t)each * LOAD_WORKERS, lost));
	EXPECT_EQ(0, self->events.deaf);
	EXPECT_EQ(0, load_differs(load, &self->client));
}

TEST_HARNESS_MAIN
