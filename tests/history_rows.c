// SPDX-License-Identifier: GPL-2.0
/*
 * history_rows.c - what a row of the history has beside the sums: how full its
 * backlog was, how its values are distributed, who opened it, and that it stays
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT
#define TCP		SOCKPORT_PROTOCOL_TCP
#define PORT		8000
#define EPHEMERAL	40000
#define MANY		20
/* Each time that one comes again it waits twice as long. */
#define CLIENTS		8
#define SERVER_USER	1234
#define CLIENT_USER	4321
#define NOBODY		65534

FIXTURE(rows) {
	struct client	client;
};

FIXTURE_SETUP(rows)
{
	netns_enter();
	history_on();
	self->client = client_open();
}

FIXTURE_TEARDOWN(rows)
{
	history_on();
	client_close(&self->client);
}

/* Two wait, a third may; the others come again until they are let in. */
TEST_F_TIMEOUT(rows, listen_drops, 300)
{
	struct deadline d = deadline();
	int listener, i;
	uint32_t drops;

	/* With cookies nothing would be left of those that are not let in. */
	netns_sysctl("ipv4/tcp_syncookies", "0");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 2);
	for (i = 0; i < CLIENTS; i++)
		socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	while (socket_drops(listener) < 5)
		deadline_wait(&d, "connections are dropped");
	for (i = 0; i < CLIENTS; i++)
		socket_accept(listener);
	drops = socket_drops(listener);
	note("%u drops", drops);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, CLIENTS), H(CONNECTIONS, CLIENTS),
				 H(LISTEN_DROPS, drops), H(BACKLOG_HIGH, 3)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, CLIENTS), H(CONNECTIONS, CLIENTS),
				 H(CONNECTIONS_HIGH, CLIENTS)));
	/* They are not forgotten with the listener, nor with the next one. */
	close(listener);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, CLIENTS), H(CONNECTIONS, CLIENTS),
				 H(LISTEN_DROPS, drops)));
	socket_listen(AF_INET, "127.0.0.1", PORT, 2);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, CLIENTS), H(CONNECTIONS, CLIENTS),
				 H(LISTEN_DROPS, drops), H(BACKLOG_HIGH, 3)));
}

static void connect_waiting(unsigned int count)
{
	while (count--)
		socket_wait_state(socket_connect(AF_INET, "127.0.0.1", PORT, 0),
				  SOCKPORT_STATE_ESTABLISHED);
}

/* With the listener go those that wait: it resets them. */
TEST_F_TIMEOUT(rows, backlog_high, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 10), i;

	connect_waiting(5);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 5), H(CONNECTIONS, 5),
				 H(BACKLOG_HIGH, 5)));
	for (i = 0; i < 3; i++)
		socket_accept(listener);
	connect_waiting(1);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 6), H(CONNECTIONS, 6),
				 H(BACKLOG_HIGH, 5)));
	connect_waiting(4);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 10), H(CONNECTIONS, 10),
				 H(BACKLOG_HIGH, 7)));
	close(listener);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 10), H(CLOSED, 7),
				 H(RESETS_SENT, 7), H(CONNECTIONS, 3), H(BACKLOG_HIGH, 7)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 10), H(CLOSED_BY_PEER, 7),
				 H(RESETS_RECEIVED, 7), H(CONNECTIONS, 3)));
}

TEST_F_TIMEOUT(rows, connections_high, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), i;
	struct stream stream[MANY];

	for (i = 0; i < MANY; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	for (i = 0; i < 12; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
	for (i = 0; i < 7; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, MANY + 7),
				 H(CLOSED_BY_PEER, 12), H(CONNECTIONS, MANY - 5),
				 H(CONNECTIONS_HIGH, MANY)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, MANY + 7), H(CLOSED, 12),
				 H(CONNECTIONS, MANY - 5), H(CONNECTIONS_HIGH, MANY)));
}

/* What TCP_INFO says of all of them is in the rows; acknowledgments may be under way. */
static bool segments_taken_in(struct client *client, const struct stream *streams,
			      unsigned int count)
{
	struct truth out = { 0 }, in = { 0 };
	unsigned int i;

	for (i = 0; i < count; i++)
		stream_account(&streams[i], &out, &in);
	return history_value(client, OUT, PORT, SOCKPORT_A_HISTORY_SEGMENTS_OUT) ==
	       out.segments_out &&
	       history_value(client, OUT, PORT, SOCKPORT_A_HISTORY_SEGMENTS_IN) ==
	       out.segments_in &&
	       history_value(client, IN, PORT, SOCKPORT_A_HISTORY_SEGMENTS_OUT) ==
	       in.segments_out &&
	       history_value(client, IN, PORT, SOCKPORT_A_HISTORY_SEGMENTS_IN) == in.segments_in;
}

/* Three are there when history begins, one of them has a half that is closed. */
TEST_F_TIMEOUT(rows, taken_in, 300)
{
	struct deadline d = deadline();
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), i;
	struct stream stream[3];

	module_parameter("history", "N", NULL);
	stream_live(listener, AF_INET, "127.0.0.1", 9999, 9999, CLIENT_FIRST, NULL, NULL);
	for (i = 0; i < 3; i++) {
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
		stream_exchange(&stream[i], 100000, 5000);
	}
	stream_shut_first(&stream[2], SERVER_FIRST);
	EXPECT_FALSE(history_of(&self->client, IN, PORT).told);
	history_on();
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(TAKEN_IN, 3), H(CONNECTIONS, 3),
				 H(CONNECTIONS_HIGH, 3), H(BYTES_IN, 300000),
				 H(BYTES_OUT, 15000)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(TAKEN_IN, 3), H(CONNECTIONS, 3),
				 H(CONNECTIONS_HIGH, 3), H(BYTES_OUT, 300000),
				 H(BYTES_IN, 15000)));
	while (!segments_taken_in(&self->client, stream, 3))
		deadline_wait(&d, "the segments of before are in the rows");
	stream_exchange(&stream[0], 7, 8);
	stream_shut(&stream[0], CLIENT_FIRST);
	shutdown(stream[2].client, SHUT_WR);
	socket_wait_state(stream[2].server, SOCKPORT_STATE_CLOSE);
	stream_live(listener, AF_INET, "127.0.0.1", 1, 1, SERVER_FIRST, NULL, NULL);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(TAKEN_IN, 3), H(ACCEPTED, 1),
				 H(CLOSED_BY_PEER, 1), H(CLOSED, 2), H(CONNECTIONS, 1),
				 H(BYTES_IN, 300008), H(BYTES_OUT, 15009)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(TAKEN_IN, 3), H(OPENED, 1),
				 H(CLOSED, 1), H(CLOSED_BY_PEER, 2), H(CONNECTIONS, 1),
				 H(BYTES_OUT, 300008), H(BYTES_IN, 15009)));
}

static unsigned int bucket_of(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

static void add_value(struct distribution *distribution, uint64_t value)
{
	distribution->count++;
	distribution->sum += value;
	distribution->bucket[bucket_of(value)]++;
}

static bool same_buckets(const struct distribution *expected, const struct distribution *seen)
{
	return seen->told && expected->sum == seen->sum &&
	       !memcmp(expected->bucket, seen->bucket, sizeof(seen->bucket));
}

/* So many values; together neither less than there must be, nor more than there can be. */
#define EXPECT_SPREAD(history, KIND, values, least, most) do { \
	const struct distribution *spread = \
		&(history).distribution[SOCKPORT_DISTRIBUTION_KIND_##KIND]; \
	EXPECT_EQ(values, spread->count) { \
		note(#KIND); \
	} \
	EXPECT_LE((uint64_t)(least), spread->sum) { \
		note(#KIND); \
	} \
	EXPECT_GE((uint64_t)(most), spread->sum) { \
		note(#KIND); \
	} \
} while (0)

TEST_F_TIMEOUT(rows, distributions, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), i;
	struct truth client = { 0 }, server = { 0 };
	struct distribution bytes = { 0 };
	long long begin = now_ms(), took;
	struct history out, in;

	for (i = 0; i < MANY; i++) {
		stream_live(listener, AF_INET, "127.0.0.1", i ? 1U << i : 0, i * 3, i % 2, &client,
			    &server);
		add_value(&bytes, (i ? 1U << i : 0) + i * 3);
	}
	took = (now_ms() - begin + 1) * 1000;
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, MANY), H(CLOSED, MANY / 2),
				 H(CLOSED_BY_PEER, MANY / 2), H(BYTES_OUT, client.bytes_out),
				 H(BYTES_IN, client.bytes_in)));
	out = history_of(&self->client, OUT, PORT);
	in = history_of(&self->client, IN, PORT);
	EXPECT_TRUE(same_buckets(&bytes, &out.distribution[SOCKPORT_DISTRIBUTION_KIND_BYTES]));
	EXPECT_TRUE(same_buckets(&bytes, &in.distribution[SOCKPORT_DISTRIBUTION_KIND_BYTES]));
	EXPECT_SPREAD(out, LIFETIME, MANY, MANY, took);
	EXPECT_SPREAD(in, LIFETIME, MANY, MANY, took);
	EXPECT_SPREAD(out, HANDSHAKE, MANY, 0, took);
	EXPECT_SPREAD(in, HANDSHAKE, MANY, 0, took);
	EXPECT_LT(0, client.rtts);
	EXPECT_SPREAD(out, RTT, client.rtts, client.rtt_sum, client.rtt_sum);
	EXPECT_SPREAD(in, RTT, server.rtts, server.rtt_sum, server.rtt_sum);
}

static uint32_t rtt_of(int fd)
{
	struct tcp_info info;

	socket_info(fd, &info, sizeof(info));
	return info.tcpi_rtt;
}

#define RTT_NOW(history)	(&(history).distribution[SOCKPORT_DISTRIBUTION_KIND_RTT_NOW])

/* Of what lives as it is, as often as one asks, and of nothing else. */
TEST_F_TIMEOUT(rows, rtt_now, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), i, ask;
	struct distribution expected[] = { [OUT] = { 0 }, [IN] = { 0 } };
	struct stream stream[MANY];
	struct history out, in;

	for (i = 0; i < MANY; i++) {
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
		stream_exchange(&stream[i], 1000 * i, 10);
	}
	stream_live(listener, AF_INET, "127.0.0.1", 1000, 10, CLIENT_FIRST, NULL, NULL);
	for (i = 0; i < MANY; i++) {
		add_value(&expected[OUT], rtt_of(stream[i].client));
		add_value(&expected[IN], rtt_of(stream[i].server));
	}
	for (ask = 0; ask < 2; ask++) {
		out = history_of(&self->client, OUT, PORT);
		in = history_of(&self->client, IN, PORT);
		EXPECT_EQ(MANY, RTT_NOW(out)->count);
		EXPECT_TRUE(same_buckets(&expected[OUT], RTT_NOW(out)));
		EXPECT_TRUE(same_buckets(&expected[IN], RTT_NOW(in)));
	}
	for (i = 0; i < MANY; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
	out = history_of(&self->client, OUT, PORT);
	EXPECT_TRUE(RTT_NOW(out)->told);
	EXPECT_EQ(0, RTT_NOW(out)->count);
	EXPECT_EQ(0, RTT_NOW(out)->sum);
	EXPECT_LE(MANY, out.distribution[SOCKPORT_DISTRIBUTION_KIND_RTT].count);
}

/* Of one namespace and of all, each its own. */
TEST_F_TIMEOUT(rows, rtt_now_elsewhere, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), home = netns_open();
	struct stream here = stream_open(listener, AF_INET, "127.0.0.1");
	struct client other;
	struct history out;

	netns_enter_bare();
	other = client_open();
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	stream_open(listener, AF_INET, "127.0.0.1");
	stream_open(listener, AF_INET, "127.0.0.1");
	out = history_of(&other, OUT, PORT);
	EXPECT_EQ(2, RTT_NOW(out)->count);
	client_close(&other);
	netns_set(home);
	out = history_of(&self->client, OUT, PORT);
	EXPECT_EQ(1, RTT_NOW(out)->count);
	EXPECT_EQ(rtt_of(here.client), RTT_NOW(out)->sum);
}

/* A second from the first SYN to the end of the handshake, at least; and a long life. */
TEST_F_TIMEOUT(rows, slow_handshake, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = { 0 };
	long long begin = now_ms();
	struct deadline d;
	struct history out, in;

	loss_begin();
	loss_add(LOSS_SYNACK, PORT);
	loss_commit();
	stream.client = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	loss_delete(LOSS_SYNACK, PORT);
	loss_commit();
	stream.server = socket_accept(listener);
	out = history_of(&self->client, OUT, PORT);
	in = history_of(&self->client, IN, PORT);
	EXPECT_SPREAD(out, HANDSHAKE, 1, 1000000, (now_ms() - begin + 1) * 1000);
	/* Its answer was sent twice: nobody knows which one was acknowledged. */
	EXPECT_SPREAD(in, HANDSHAKE, 0, 0, 0);
	EXPECT_SPREAD(out, LIFETIME, 0, 0, 0);
	begin = now_ms();
	for (d = deadline(); now_ms() < begin + 100;)
		deadline_wait(&d, "time goes by");
	stream_shut(&stream, CLIENT_FIRST);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(CLOSED_BY_PEER, 1)));
	out = history_of(&self->client, OUT, PORT);
	in = history_of(&self->client, IN, PORT);
	EXPECT_SPREAD(out, LIFETIME, 1, 99000, (now_ms() - begin + 1000) * 1000);
	EXPECT_SPREAD(in, LIFETIME, 1, 99000, (now_ms() - begin + 1000) * 1000);
}

static void listen_as(const void *uid)
{
	become(*(const unsigned int *)uid);
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
}

static void call_as(const void *uid)
{
	become(*(const unsigned int *)uid);
	connect_waiting(1);
}

/* Which has a name of its own, as workers do. */
static void *in_a_thread(void *listener)
{
	prctl(PR_SET_NAME, "pool-1-thread-1");
	if (*(const bool *)listener)
		socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	else
		connect_waiting(1);
	return NULL;
}

static void by_a_thread(const void *listener)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, in_a_thread, (void *)listener) ||
	    pthread_join(thread, NULL))
		die("thread");
}

static bool opened_by(struct client *client, uint8_t role, pid_t pid, const char *comm,
		      uint32_t uid)
{
	struct history history = history_of(client, role, PORT);
	const struct opener *opener = &history.opener;

	note("opener: %u %s uid %u", opener->pid, opener->comm, opener->uid);
	return opener->told && opener->pid == (uint32_t)pid && !strcmp(opener->comm, comm) &&
	       opener->uid == uid;
}

/* Nobody is told anything of others' processes. */
static int see_no_opener(void)
{
	struct history history;
	struct client client;
	int told = 0, role;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	client = client_open();
	for (role = IN; role <= OUT; role++) {
		history = history_of(&client, role, PORT);
		if (!history.told)
			die("no history for nobody");
		told += history.opener.pid || history.opener.comm[0];
	}
	return told;
}

TEST_F_TIMEOUT(rows, opener, 300)
{
	const unsigned int users[] = { SERVER_USER, CLIENT_USER };
	struct child server = child_begin("doorkeeper", listen_as, &users[0]);
	struct child client = child_begin("caller", call_as, &users[1]);

	EXPECT_TRUE(opened_by(&self->client, IN, server.pid, "doorkeeper", SERVER_USER));
	EXPECT_TRUE(opened_by(&self->client, OUT, client.pid, "caller", CLIENT_USER));
	EXPECT_EQ(0, in_child(see_no_opener()));
	/* They are gone, and remembered. */
	EXPECT_EQ(0, child_end(&client));
	EXPECT_EQ(0, child_end(&server));
	EXPECT_TRUE(opened_by(&self->client, IN, server.pid, "doorkeeper", SERVER_USER));
	EXPECT_TRUE(opened_by(&self->client, OUT, client.pid, "caller", CLIENT_USER));
	EXPECT_EQ(0, in_child(see_no_opener()));
	/* The last one counts. */
	server = child_begin("successor", listen_as, &users[1]);
	EXPECT_TRUE(opened_by(&self->client, IN, server.pid, "successor", CLIENT_USER));
	EXPECT_EQ(0, child_end(&server));
}

/* Number and name are those of the process, whichever thread it was. */
TEST_F_TIMEOUT(rows, opener_is_a_thread, 300)
{
	const bool listens = true, calls = false;
	struct child server = child_begin("java", by_a_thread, &listens);
	struct child client = child_begin("postgres", by_a_thread, &calls);

	EXPECT_TRUE(opened_by(&self->client, IN, server.pid, "java", 0));
	EXPECT_TRUE(opened_by(&self->client, OUT, client.pid, "postgres", 0));
	EXPECT_EQ(0, child_end(&client));
	EXPECT_EQ(0, child_end(&server));
}

static void listen_dumpable(const void *dumpable)
{
	become_only(SERVER_USER, *(const int *)dumpable);
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
}

/* What /proc/PID/fd would not show either. */
static int openers_seen_by(unsigned int uid)
{
	struct opener opener;
	struct client client;

	if (setgid(uid) || setuid(uid))
		die("setuid: %s", strerror(errno));
	client = client_open();
	opener = history_of(&client, IN, PORT).opener;
	return opener.pid || opener.comm[0];
}

/* Pids of other pid namespaces mean nothing. */
static int openers_seen_from_outside(unsigned int uid)
{
	if (unshare(CLONE_NEWPID))
		die("unshare: %s", strerror(errno));
	return in_child(openers_seen_by(uid));
}

TEST_F_TIMEOUT(rows, opener_of_user, 300)
{
	const int dumpable = 1, undumpable = 0;
	struct child server = child_begin("plain", listen_dumpable, &dumpable);

	EXPECT_NE(0, in_child(openers_seen_by(SERVER_USER)));
	EXPECT_EQ(0, in_child(openers_seen_by(CLIENT_USER)));
	EXPECT_EQ(0, in_child(openers_seen_from_outside(SERVER_USER)));
	EXPECT_EQ(0, child_end(&server));
	EXPECT_NE(0, in_child(openers_seen_by(SERVER_USER)));
	server = child_begin("secret", listen_dumpable, &undumpable);
	EXPECT_EQ(0, in_child(openers_seen_by(SERVER_USER)));
	EXPECT_TRUE(opened_by(&self->client, IN, server.pid, "secret", SERVER_USER));
	EXPECT_EQ(0, child_end(&server));
}

static struct port *row_of(struct ports *ports, uint8_t role, uint16_t number)
{
	struct port *port = ports_find(ports, TCP, role, number);

	if (!port)
		die("no row of port %u", number);
	return port;
}

TEST_F_TIMEOUT(rows, time_wait, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct ports ports;
	struct port *port;

	stream_live(listener, AF_INET, "127.0.0.1", 10, 10, CLIENT_FIRST, NULL, NULL);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CLOSED, 1),
				 H(BYTES_OUT, 10), H(BYTES_IN, 10)));
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	port = row_of(&ports, OUT, PORT);
	EXPECT_EQ(1, port->sockets);
	EXPECT_EQ(1, port->states[SOCKPORT_STATE_TIME_WAIT]);
	EXPECT_EQ(0, port->history.value[SOCKPORT_A_HISTORY_CONNECTIONS]);
	ports_free(&ports);
}

/* Rows that a dump has, with a filter of one attribute, 0 for none. */
static size_t rows_with(struct client *client, uint16_t attribute, uint32_t value)
{
	struct request *request = malloc(sizeof(*request));
	struct ports ports = { 0 };
	struct nlattr *filter;
	size_t count;

	request_begin(client, request, SOCKPORT_CMD_PORT_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_WANT, HISTORY_WANT);
	filter = mnl_attr_nest_start(request->nlh, SOCKPORT_A_PORT_FILTER);
	if (attribute == SOCKPORT_A_FILTER_PROTOCOL || attribute == SOCKPORT_A_FILTER_ROLE)
		mnl_attr_put_u8(request->nlh, attribute, value);
	else if (attribute)
		mnl_attr_put_u32(request->nlh, attribute, value);
	mnl_attr_nest_end(request->nlh, filter);
	if (client_run(client, request, client_add_port, &ports))
		die("dump: %s", client->message);
	count = ports.count;
	ports_free(&ports);
	free(request);
	return count;
}

/* The kernel picks the port; nobody looks until the listener is gone. */
TEST_F_TIMEOUT(rows, listen_unbound, 300)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stream stream;
	struct ports ports;
	uint16_t port;

	/* One that nobody has called or asked about. */
	ASSERT_EQ(0, listen(listener, 5));
	port = socket_port(listener);
	close(listener);
	EXPECT_TRUE(history_of(&self->client, IN, port).told);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, listen(listener, 5));
	port = socket_port(listener);
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	stream_exchange(&stream, 10, 20);
	close(listener);
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_EQ(1, row_of(&ports, IN, port)->sockets);
	EXPECT_EQ(1, row_of(&ports, OUT, port)->sockets);
	ports_free(&ports);
	stream_shut(&stream, CLIENT_FIRST);
	stream_close(&stream);
}

/* Its sockets are gone, and what it did is not. */
TEST_F_TIMEOUT(rows, past, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct ports ports;

	netns_sysctl("ipv4/tcp_max_tw_buckets", "0");
	stream_live(listener, AF_INET, "127.0.0.1", 10, 20, SERVER_FIRST, NULL, NULL);
	close(listener);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(CLOSED, 1),
				 H(BYTES_IN, 10), H(BYTES_OUT, 20)));
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_EQ(2, ports.count);
	EXPECT_EQ(SOCKPORT_PORT_STATE_CLOSED, row_of(&ports, IN, PORT)->state);
	EXPECT_EQ(2, ports_forget_past(&ports));
	ports = proc_ports();
	EXPECT_EQ(2, ports.count);
	EXPECT_EQ(2, ports_forget_past(&ports));
	/* Who does not ask for history, or asks for what has sockets only, gets none. */
	EXPECT_EQ(0, client_ports(&self->client).count);
	EXPECT_EQ(2, rows_with(&self->client, 0, 0));
	EXPECT_EQ(2, rows_with(&self->client, SOCKPORT_A_FILTER_PROTOCOL, TCP));
	EXPECT_EQ(0, rows_with(&self->client, SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_UDP));
	EXPECT_EQ(1, rows_with(&self->client, SOCKPORT_A_FILTER_ROLE, OUT));
	EXPECT_EQ(0, rows_with(&self->client, SOCKPORT_A_FILTER_STATES, 0xffe));
	EXPECT_EQ(0, rows_with(&self->client, SOCKPORT_A_FILTER_UID, 0));
	/* It opens again, and goes on. */
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	stream_live(listener, AF_INET, "127.0.0.1", 1, 2, SERVER_FIRST, NULL, NULL);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 2), H(CLOSED, 2),
				 H(BYTES_IN, 11), H(BYTES_OUT, 22)));
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_EQ(SOCKPORT_PORT_STATE_OPEN, row_of(&ports, IN, PORT)->state);
	ports_free(&ports);
}

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static void wait_until_after(uint64_t ms)
{
	struct deadline d = deadline();

	while (wall_ms() <= ms)
		deadline_wait(&d, "time goes by");
}

/* A connection that stays is active when data goes, not when somebody looks. */
TEST_F_TIMEOUT(rows, active, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");
	uint64_t opened, exchanged, last;

	opened = history_value(&self->client, IN, PORT, SOCKPORT_A_HISTORY_LAST_ACTIVE);
	wait_until_after(opened + 100);
	stream_exchange(&stream, 10, 10);
	exchanged = wall_ms();
	wait_until_after(exchanged + 100);
	last = history_value(&self->client, IN, PORT, SOCKPORT_A_HISTORY_LAST_ACTIVE);
	EXPECT_LE(opened + 50, last);
	EXPECT_GE(exchanged + 20, last);
	EXPECT_EQ(last, history_value(&self->client, IN, PORT, SOCKPORT_A_HISTORY_LAST_ACTIVE));
	EXPECT_GE(exchanged + 20,
		  history_value(&self->client, OUT, PORT, SOCKPORT_A_HISTORY_LAST_ACTIVE));
	stream_close(&stream);
}

/* When a second connection comes, the last time moves on and the first one does not. */
TEST_F_TIMEOUT(rows, times, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	uint64_t begin = wall_ms(), first, last;
	struct history in;

	stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	in = history_of(&self->client, IN, PORT);
	first = in.value[SOCKPORT_A_HISTORY_FIRST_ACTIVE];
	last = in.value[SOCKPORT_A_HISTORY_LAST_ACTIVE];
	/* The kernel's clock for such times is a tick late. */
	EXPECT_LE(begin - 20, first);
	EXPECT_LE(first, last);
	EXPECT_GE(wall_ms(), last);
	wait_until_after(last + 50);
	stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	in = history_of(&self->client, IN, PORT);
	EXPECT_EQ(first, in.value[SOCKPORT_A_HISTORY_FIRST_ACTIVE]);
	EXPECT_LT(last, in.value[SOCKPORT_A_HISTORY_LAST_ACTIVE]);
	EXPECT_GE(wall_ms(), in.value[SOCKPORT_A_HISTORY_LAST_ACTIVE]);
}

/* Columns say what attributes do. */
static unsigned int different_columns(const struct ports *netlink, const struct ports *proc)
{
	unsigned int counter, wrong = 0;
	const struct port *other;

	for_each_port(port, netlink) {
		other = ports_find(proc, port->protocol, port->role, port->port);
		if (!other || !other->history.told)
			die("no history of port %u in %s", port->port, PROC_PORTS);
		for (counter = 1; counter <= SOCKPORT_A_HISTORY_MAX; counter++)
			wrong += other->history.known & 1ULL << counter &&
				 other->history.value[counter] != port->history.value[counter];
	}
	return wrong + (netlink->count != proc->count);
}

TEST_F_TIMEOUT(rows, columns, 300)
{
	struct ports netlink, proc;
	unsigned int i;
	int listener;

	for (i = 0; i < MANY; i++) {
		listener = socket_listen(AF_INET, "127.0.0.1", PORT + i, 5);
		stream_live(listener, AF_INET, "127.0.0.1", i * 100, i, i % 2, NULL, NULL);
		if (i % 3)
			close(listener);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT + MANY - 1, H(ACCEPTED, 1), H(CLOSED, 1),
				 H(BYTES_IN, (MANY - 1) * 100), H(BYTES_OUT, MANY - 1)));
	netlink = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	proc = proc_ports();
	EXPECT_EQ(2 * MANY, netlink.count);
	EXPECT_EQ(0, different_columns(&netlink, &proc));
	EXPECT_EQ(2 * MANY, proc_stat("history_rows"));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
	EXPECT_EQ(0, proc_stat("history_sockets_lost"));
	ports_free(&netlink);
	ports_free(&proc);
}

/* A port that had a listener remembers it, even among those that connect() picks. */
TEST_F_TIMEOUT(rows, role_after_listener, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", EPHEMERAL, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");
	struct ports ports;

	close(listener);
	stream_exchange(&stream, 100, 200);
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_EQ(2, ports.count);
	EXPECT_EQ(SOCKPORT_PORT_STATE_DRAINING, row_of(&ports, IN, EPHEMERAL)->state);
	EXPECT_EQ(1, row_of(&ports, IN, EPHEMERAL)->sockets);
	EXPECT_EQ(1, row_of(&ports, OUT, EPHEMERAL)->sockets);
	ports_free(&ports);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, EPHEMERAL, H(ACCEPTED, 1), H(CONNECTIONS, 1),
				 H(BYTES_IN, 100), H(BYTES_OUT, 200)));
}

TEST_HARNESS_MAIN
