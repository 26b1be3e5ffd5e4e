// SPDX-License-Identifier: GPL-2.0
/*
 * last.c - the connections that ended last are remembered though nobody listens:
 * how each ended and what it carried, the newest so many, of each namespace for itself,
 * and for whom they are
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"
#include "lib/visit.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT
#define PORT		8000
#define CLOSED_PORT	8001
#define OTHER_PORT	8002
#define UP		1000
#define DOWN		2000
#define USER		1234
#define STRANGER	1235
#define NAME		"historic"

FIXTURE(last) {
	struct client	client;
	uint64_t	begin;
	char		room[32];
};

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

FIXTURE_SETUP(last)
{
	netns_enter();
	loss_begin();
	history_on();
	module_parameter("last_connections", "1024", self->room);
	self->client = client_open();
	prctl(PR_SET_NAME, NAME);
	self->begin = wall_ns();
}

FIXTURE_TEARDOWN(last)
{
	become(0);
	module_parameter("last_connections", self->room, NULL);
	client_close(&self->client);
}

/* The end of which role has come, waiting for it: a socket may end after its close(). */
static struct event end_of(struct client *client, uint8_t role, uint16_t port)
{
	struct deadline d = deadline();
	struct events ended;
	struct event found;
	size_t i;

	for (;;) {
		ended = events_closed(client, NETNS_OWN);
		if (client->error)
			die("connections that ended: %s", client->message);
		for (i = 0; i < ended.count; i++) {
			found = ended.event[i];
			if (EVENT(&found, ROLE) == role && EVENT(&found, PORT) == port) {
				events_discard(&ended);
				return found;
			}
		}
		events_discard(&ended);
		deadline_wait(&d, "a connection has ended");
	}
}

static bool is_address(const uint8_t *address, size_t length, int family, const char *text)
{
	uint8_t expected[16];

	inet_pton(family, text, expected);
	return length == (family == AF_INET ? 4 : 16) && !memcmp(address, expected, length);
}

#define EXPECT_OURS(event, address_family, address) do { \
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, EVENT(event, PROTOCOL)); \
	EXPECT_TRUE(is_address((event)->local, (event)->length, address_family, address)); \
	EXPECT_TRUE(is_address((event)->remote, (event)->length, address_family, address)); \
	EXPECT_LE(self->begin - 20000000, EVENT(event, TIME)); \
	EXPECT_GE(wall_ns(), EVENT(event, TIME)); \
	EXPECT_EQ(getpid(), (pid_t)EVENT(event, PID)); \
	EXPECT_STREQ(NAME, (event)->comm); \
	EXPECT_EQ(0, EVENT(event, UID)); \
} while (0)

#define EXPECT_END(event, how, why) do { \
	EXPECT_EQ(SOCKPORT_EVENT_TYPE_##how, EVENT(event, TYPE)); \
	EXPECT_EQ(SOCKPORT_CAUSE_##why, EVENT(event, CAUSE)); \
} while (0)

/* Both ends of a connection, all that is known of them. */
TEST_F_TIMEOUT(last, life, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct truth out = { 0 }, in = { 0 };
	long long begin = now_ms();
	struct stream stream;
	struct event event;
	uint16_t port;

	stream = stream_open(listener, AF_INET, "127.0.0.1");
	port = socket_port(stream.client);
	stream_exchange(&stream, UP, DOWN);
	usleep(20000);
	stream_shut(&stream, CLIENT_FIRST);
	stream_account(&stream, &out, &in);
	stream_close(&stream);

	event = end_of(&self->client, OUT, PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, CLOSE, CLOSED);
	EXPECT_EQ(port, EVENT(&event, LOCAL_PORT));
	EXPECT_EQ(PORT, EVENT(&event, REMOTE_PORT));
	EXPECT_EQ(UP, EVENT(&event, BYTES_OUT));
	EXPECT_EQ(DOWN, EVENT(&event, BYTES_IN));
	EXPECT_EQ(out.segments_in, EVENT(&event, SEGMENTS_IN));
	EXPECT_EQ(out.segments_out, EVENT(&event, SEGMENTS_OUT));
	EXPECT_EQ(out.retransmits, EVENT(&event, RETRANSMITS));
	EXPECT_EQ(out.rtt_sum, EVENT(&event, RTT));
	EXPECT_LE(20000, EVENT(&event, DURATION));
	EXPECT_GE((uint64_t)(now_ms() - begin + 1) * 1000, EVENT(&event, DURATION));
	EXPECT_EQ(netns_own_inode(), EVENT(&event, NETNS));
	EXPECT_FALSE(EVENT_HAS(&event, IFINDEX));

	event = end_of(&self->client, IN, PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, CLOSE, CLOSED_BY_PEER);
	EXPECT_EQ(PORT, EVENT(&event, LOCAL_PORT));
	EXPECT_EQ(port, EVENT(&event, REMOTE_PORT));
	EXPECT_EQ(UP, EVENT(&event, BYTES_IN));
	EXPECT_EQ(DOWN, EVENT(&event, BYTES_OUT));
	EXPECT_EQ(in.segments_in, EVENT(&event, SEGMENTS_IN));
	EXPECT_EQ(in.segments_out, EVENT(&event, SEGMENTS_OUT));
}

/* How the two ends of one connection are told to have ended. */
#define EXPECT_BOTH(family, address, out_cause, in_cause) do { \
	struct event event_ = end_of(&self->client, OUT, PORT); \
	EXPECT_OURS(&event_, family, address); \
	EXPECT_END(&event_, CLOSE, out_cause); \
	event_ = end_of(&self->client, IN, PORT); \
	EXPECT_OURS(&event_, family, address); \
	EXPECT_END(&event_, CLOSE, in_cause); \
} while (0)

TEST_F_TIMEOUT(last, closed_by_server, 300)
{
	int listener = socket_listen(AF_INET6, "2001:db8::1", PORT, 5);

	/* From the same address: so that one check does for both ends. */
	stream_live(listener, AF_INET6, "2001:db8::1", UP, DOWN, SERVER_FIRST, NULL, NULL);
	EXPECT_BOTH(AF_INET6, "2001:db8::1", CLOSED_BY_PEER, CLOSED);
}

TEST_F_TIMEOUT(last, reset, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");

	stream_exchange(&stream, UP, DOWN);
	stream_linger(stream.server);
	close(stream.server);
	EXPECT_EQ(ECONNRESET, stream_error(stream.client));
	EXPECT_BOTH(AF_INET, "127.0.0.1", RESET_BY_PEER, RESET);
}

/* Nobody answers any more. */
TEST_F_TIMEOUT(last, broken, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");
	struct event event;

	stream_exchange(&stream, UP, DOWN);
	loss_add(LOSS_TO, PORT);
	loss_commit();
	socket_option(stream.client, IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
	ASSERT_EQ(5, send(stream.client, "alive", 5, 0));
	socket_wait_state(stream.client, SOCKPORT_STATE_CLOSE);
	event = end_of(&self->client, OUT, PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, CLOSE, TIMED_OUT);
	EXPECT_EQ(UP + 5, EVENT(&event, BYTES_OUT));
	EXPECT_LT(0, EVENT(&event, RETRANSMITS));
}

/* What did not come to be. */
TEST_F_TIMEOUT(last, failed, 300)
{
	struct event event;
	int fd;

	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	EXPECT_EQ(ECONNREFUSED, stream_error(fd));
	event = end_of(&self->client, OUT, CLOSED_PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, FAIL, REFUSED);
	EXPECT_EQ(CLOSED_PORT, EVENT(&event, REMOTE_PORT));
	EXPECT_EQ(0, EVENT(&event, BYTES_OUT));

	loss_add(LOSS_SYN, PORT);
	loss_add(LOSS_PROHIBIT, OTHER_PORT);
	loss_commit();
	fd = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	close(fd);
	event = end_of(&self->client, OUT, PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, FAIL, GIVEN_UP);

	fd = socket_connect(AF_INET, "127.0.0.1", OTHER_PORT, 0);
	EXPECT_EQ(EHOSTUNREACH, stream_error(fd));
	event = end_of(&self->client, OUT, OTHER_PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, FAIL, UNREACHABLE);

	netns_sysctl("ipv4/tcp_syn_retries", "1");
	fd = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	EXPECT_EQ(ETIMEDOUT, stream_error(fd));
	event = end_of(&self->client, OUT, PORT);
	EXPECT_OURS(&event, AF_INET, "127.0.0.1");
	EXPECT_END(&event, FAIL, TIMED_OUT);
	EXPECT_EQ(1, EVENT(&event, RETRANSMITS));
}

/* What has no way out does not even become SYN_SENT. */
TEST_F_TIMEOUT(last, unsent, 300)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct event event;

	inet_pton(AF_INET, "198.51.100.7", &to.sin_addr);
	ASSERT_EQ(-1, connect(fd, (void *)&to, sizeof(to)));
	ASSERT_EQ(ENETUNREACH, errno);
	event = end_of(&self->client, OUT, PORT);
	EXPECT_END(&event, FAIL, UNREACHABLE);
	EXPECT_EQ(PORT, EVENT(&event, REMOTE_PORT));
	EXPECT_TRUE(is_address(event.remote, event.length, AF_INET, "198.51.100.7"));
	EXPECT_EQ(getpid(), (pid_t)EVENT(&event, PID));
	EXPECT_FALSE(EVENT_HAS(&event, BYTES_IN));
}

/* Connections to ports where nobody listens, one after the other. */
static void refuse(uint16_t first, unsigned int count)
{
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		fd = socket_connect(AF_INET, "127.0.0.1", first + i, 0);
		if (stream_error(fd) != ECONNREFUSED)
			die("port %u: not refused", first + i);
		close(fd);
	}
}

/* All that is told, the newest first: ports from this one down. Returns how many, -1 if not. */
static int told_down_from(struct client *client, uint16_t newest)
{
	struct events ended = events_closed(client, NETNS_OWN);
	int count = ended.count;
	size_t i;

	for (i = 0; i < ended.count; i++) {
		if (EVENT(&ended.event[i], PORT) == newest - i)
			continue;
		note("%zu: port %llu", i, (unsigned long long)EVENT(&ended.event[i], PORT));
		count = -1;
	}
	events_discard(&ended);
	return client->error ? -1 : count;
}

TEST_F_TIMEOUT(last, newest_stay, 300)
{
	module_parameter("last_connections", "8", NULL);
	refuse(9000, 5);
	EXPECT_EQ(5, told_down_from(&self->client, 9004));
	EXPECT_EQ(0, proc_stat("last_connections_lost"));
	refuse(9005, 15);
	EXPECT_EQ(8, told_down_from(&self->client, 9019));
	EXPECT_EQ(8, proc_stat("last_connections"));
	EXPECT_EQ(12, proc_stat("last_connections_lost"));
	/* They are forgotten with the history, and by who changes how many there may be. */
	EXPECT_EQ(0, history_reset(&self->client));
	EXPECT_EQ(0, told_down_from(&self->client, 0));
	refuse(9020, 3);
	EXPECT_EQ(3, told_down_from(&self->client, 9022));
	module_parameter("last_connections", "9", NULL);
	EXPECT_EQ(0, told_down_from(&self->client, 0));
	EXPECT_EQ(0, proc_stat("last_connections"));
	refuse(9023, 10);
	EXPECT_EQ(9, told_down_from(&self->client, 9032));
}

static int set_room(const char *text)
{
	int fd = open("/sys/module/sockport/parameters/last_connections", O_WRONLY);
	int error = write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return error;
}

TEST_F_TIMEOUT(last, none, 300)
{
	struct events ended;

	EXPECT_EQ(-EINVAL, set_room("65537"));
	refuse(9000, 1);
	EXPECT_EQ(1, told_down_from(&self->client, 9000));
	EXPECT_EQ(0, set_room("0"));
	refuse(9001, 2);
	ended = events_closed(&self->client, NETNS_OWN);
	EXPECT_EQ(-ENODATA, self->client.error);
	EXPECT_EQ(0, ended.count);
	EXPECT_NE(0, self->client.message[0]);
	EXPECT_EQ(0, proc_stat("last_connections"));
	EXPECT_EQ(0, set_room("16"));
	EXPECT_EQ(0, told_down_from(&self->client, 0));
	refuse(9003, 2);
	EXPECT_EQ(2, told_down_from(&self->client, 9004));
	/* Nor while there is no history. */
	module_parameter("history", "N", NULL);
	ended = events_closed(&self->client, NETNS_OWN);
	EXPECT_EQ(-ENODATA, self->client.error);
	history_on();
	EXPECT_EQ(0, told_down_from(&self->client, 0));
}

/* More than a message holds, and while more come: each at most once, in its order. */
TEST_F_TIMEOUT(last, many, 300)
{
	const unsigned int count = scaled(400, 100);
	struct client small = client_open_with(4096);
	struct request *request = malloc(sizeof(*request));
	struct events ended;

	module_parameter("last_connections", "300", NULL);
	refuse(9000, count);
	EXPECT_EQ(count < 300 ? count : 300, told_down_from(&small, 9000 + count - 1));
	/* A reader who is overtaken has come to the end. */
	request_begin(&small, request, SOCKPORT_CMD_CLOSED_GET, NLM_F_DUMP);
	request_send(&small, request);
	refuse(20000, 310);
	ended = (struct events){ 0 };
	EXPECT_EQ(0, client_receive(&small, events_add_closed, &ended));
	EXPECT_LT(0, ended.count);
	EXPECT_GT(count, ended.count);
	EXPECT_EQ(9000 + count - 1, EVENT(&ended.event[0], PORT));
	EXPECT_EQ(9000 + count - ended.count, EVENT(&ended.event[ended.count - 1], PORT));
	events_discard(&ended);
	free(request);
	client_close(&small);
}

static int refuse_elsewhere(void)
{
	netns_enter_bare();
	refuse(9100, 40);
	return 0;
}

TEST_F_TIMEOUT(last, namespaces, 300)
{
	int home = netns_open(), other;
	struct events ended;
	unsigned int ours = 0, theirs = 0;
	uint64_t inode = netns_own_inode(), other_inode;
	size_t i;

	refuse(9000, 2);
	netns_enter_bare();
	other = netns_open();
	other_inode = netns_own_inode();
	refuse(9100, 3);
	netns_set(home);
	EXPECT_EQ(2, told_down_from(&self->client, 9001));
	ended = events_closed(&self->client, other);
	EXPECT_EQ(3, ended.count);
	for (i = 0; i < ended.count; i++)
		EXPECT_EQ(other_inode, EVENT(&ended.event[i], NETNS));
	events_discard(&ended);
	ended = events_closed(&self->client, NETNS_ALL);
	for (i = 0; i < ended.count; i++) {
		ours += EVENT(&ended.event[i], NETNS) == inode;
		theirs += EVENT(&ended.event[i], NETNS) == other_inode;
	}
	EXPECT_EQ(2, ours);
	EXPECT_EQ(3, theirs);
	events_discard(&ended);
	close(other);
	close(home);
}

/*
 * Many namespaces, far more than there is room for: who has few keeps them, and what
 * those had that are gone is free again.
 */
TEST_F_TIMEOUT(last, shares, 300)
{
	int home = netns_open(), other[10], i;

	module_parameter("last_connections", "10", NULL);
	refuse(9000, 2);
	for (i = 0; i < 10; i++) {
		netns_enter_bare();
		other[i] = netns_open();
		refuse(9100, 12);
	}
	EXPECT_LT(1, proc_stat("last_connections"));
	netns_set(home);
	EXPECT_EQ(2, told_down_from(&self->client, 9001));
	for (i = 0; i < 10; i++)
		close(other[i]);
	EXPECT_EQ(0, in_child(refuse_elsewhere()));
	/* Who came after them may have all that one may have, once they are gone. */
	for (struct deadline d = deadline(); ; deadline_wait(&d, "the room is free again")) {
		refuse(9010, 10);
		if (told_down_from(&self->client, 9019) == 10)
			break;
	}
	close(home);
}

/* How many ends somebody is told of, and of how many the process. */
#define SEEN(ends, processes)	((ends) * 16 + (processes))

static int seen_by(unsigned int uid)
{
	struct events ended;
	struct client client;
	int processes = 0;
	size_t i;

	if (uid)
		become_only(uid, true);
	client = client_open();
	ended = events_closed(&client, NETNS_OWN);
	if (client.error)
		die("connections that ended: %s", client.message);
	for (i = 0; i < ended.count; i++) {
		if (!EVENT(&ended.event[i], PID) != !ended.event[i].comm[0])
			die("pid %llu, name %s", (unsigned long long)EVENT(&ended.event[i], PID),
			    ended.event[i].comm);
		processes += !!EVENT(&ended.event[i], PID);
	}
	return SEEN((int)ended.count, processes);
}

#define SEEN_BY(uid)	(in_child(seen_by(uid)) >> 8)

static void call_as(const void *uid)
{
	const unsigned int id = *(const unsigned int *)uid;

	become_only(id, true);
	refuse(9000, 1);
}

static void call_in_secret(const void *uid)
{
	const unsigned int id = *(const unsigned int *)uid;

	become_only(id, false);
	refuse(9001, 1);
}

/* Of others nobody is told but who has rights over them, whether they live or not. */
TEST_F_TIMEOUT(last, users, 300)
{
	const unsigned int user = USER;
	struct child caller = child_begin("caller", call_as, &user);

	EXPECT_EQ(SEEN(1, 1), SEEN_BY(0));
	EXPECT_EQ(SEEN(1, 1), SEEN_BY(USER));
	EXPECT_EQ(SEEN(0, 0), SEEN_BY(STRANGER));
	EXPECT_EQ(0, child_end(&caller));
	EXPECT_EQ(SEEN(1, 1), SEEN_BY(0));
	EXPECT_EQ(SEEN(1, 1), SEEN_BY(USER));
	EXPECT_EQ(SEEN(0, 0), SEEN_BY(STRANGER));
	/* Their own socket, but the process is not to be looked into. */
	caller = child_begin("secret", call_in_secret, &user);
	EXPECT_EQ(SEEN(2, 2), SEEN_BY(0));
	EXPECT_EQ(SEEN(2, 1), SEEN_BY(USER));
	EXPECT_EQ(0, child_end(&caller));
	EXPECT_EQ(SEEN(2, 2), SEEN_BY(0));
	EXPECT_EQ(SEEN(2, 1), SEEN_BY(USER));
}

static void visit(void)
{
	refuse(9000, 1);
}

static void refuse_one(const void *port)
{
	if (prctl(PR_SET_DUMPABLE, 1))
		die("dumpable: %m");
	refuse(*(const uint16_t *)port, 1);
}

/*
 * Who has a user namespace with a network of its own is told of all that ends there, and
 * of processes in it, also of those that are gone.
 */
static int host_of(void)
{
	const uint16_t port = 9001;
	struct visit visitor = visit_begin("visitor", visit);
	struct child own;
	int seen;

	if (setgid(USER) || setuid(USER) || prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER))
		die("user namespace: %m");
	netns_enter_bare();
	visit_end(&visitor);
	own = child_begin("neighbour", refuse_one, &port);
	seen = seen_by(0);
	if (seen != SEEN(2, 1))
		note("while both live: %d ends, %d processes", seen / 16, seen % 16);
	child_end(&own);
	if (seen != SEEN(2, 1))
		return 1;
	seen = seen_by(0);
	if (seen != SEEN(2, 1))
		note("when it is gone: %d ends, %d processes", seen / 16, seen % 16);
	return seen != SEEN(2, 1);
}

TEST_F_TIMEOUT(last, user_namespace, 300)
{
	EXPECT_EQ(0, in_child(host_of()));
}

TEST_HARNESS_MAIN
