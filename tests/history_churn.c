// SPDX-License-Identifier: GPL-2.0
/*
 * history_churn.c - counters never go back, and are right in the end, whatever
 * comes and goes: connections, readers, namespaces, the history and the module
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/doors.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/load.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define PORT		8000
#define QUIET_PORT	9000
#define DATAGRAM_PORT	9100
#define NOBODY		65534
#define UNLIMITED	(~0U)

#define COMPANY		3

/* Parameters as they were; empty if a test has not touched them. */
FIXTURE(churn) {
	struct client	client;
	struct load	*load;
	pid_t		company[COMPANY];
	char		rows[32];
	char		sockets[32];
};

FIXTURE_SETUP(churn)
{
	memset(self, 0, sizeof(*self));
	if (!module_loaded())
		module_load();
	netns_enter();
	netns_sysctl("ipv4/tcp_max_tw_buckets", "500");
	history_on();
	self->client = client_open();
	kernel_log_begin();
}

static int listen_for_a_while(void)
{
	struct events events = events_begin();
	unsigned int i;

	for (i = 0; i < 20; i++) {
		events_read(&events);
		usleep(1000);
	}
	events_end(&events);
	return 0;
}

/* Events are heard, at times by nobody; or the module goes just then. */
static void hear_events(void)
{
	if (module_loaded() && in_child(listen_for_a_while()))
		note("no events, the module is gone");
}

/* Datagrams come to a port that is open, and to one that is closed. */
static void send_datagrams(void)
{
	struct knocker knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.1");
	int open = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", DATAGRAM_PORT);
	unsigned int i;

	for (i = 0; i < 20; i++) {
		knock_udp(&knocker, DATAGRAM_PORT);
		knock_udp(&knocker, DATAGRAM_PORT + 1);
		knock_tcp(&knocker, DATAGRAM_PORT + 1);
	}
	close(open);
	knocker_close(&knocker);
}

/* So do they in namespaces that come and go. */
static void live_elsewhere(void)
{
	if (in_child(({ netns_enter_bare(); send_datagrams(); 0; })))
		die("a namespace");
}

/*
 * With its first hook the kernel switches its own code, and back with the last. Emulators
 * that run processors side by side have been seen to execute what is no longer there, for
 * ever; so somebody else has hooks, too.
 */
static void keep_hooks(void)
{
	feed("nft -f -", "table inet keep {\n"
	     "	chain in { type filter hook input priority 0; }\n"
	     "	chain out { type filter hook output priority 0; }\n"
	     "}\n");
}

static void begin_company(pid_t *company)
{
	static void (*const actions[COMPANY])(void) = {
		hear_events, send_datagrams, live_elsewhere
	};
	pid_t parent = getpid();
	unsigned int i;

	keep_hooks();
	/* Knocks come from fixed ports. */
	netns_sysctl("ipv4/ip_local_port_range", "45000 60999");
	for (i = 0; i < COMPANY; i++) {
		company[i] = fork();
		if (company[i] < 0)
			die("fork: %s", strerror(errno));
		if (company[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Namespaces are dear, leave time to who switches. */
		while (getppid() == parent) {
			actions[i]();
			usleep(scaled(1000, 2000000));
		}
		_exit(0);
	}
}

/* None of them has come to an end by itself. */
static unsigned int end_company(pid_t *company)
{
	unsigned int i, ended = 0;

	for (i = 0; i < COMPANY && company[i]; i++) {
		ended += waitpid(company[i], NULL, WNOHANG) != 0;
		kill(company[i], SIGKILL);
		waitpid(company[i], NULL, 0);
		company[i] = 0;
	}
	return ended;
}

FIXTURE_TEARDOWN(churn)
{
	unsigned int i;

	end_company(self->company);
	for (i = 0; self->load && i < LOAD_WORKERS + self->load->readers; i++) {
		pid_t pid = i < LOAD_WORKERS ? self->load->worker[i] :
					       self->load->reader[i - LOAD_WORKERS];

		if (pid)
			kill(pid, SIGKILL);
	}
	if (!module_loaded())
		module_load();
	if (self->rows[0])
		module_parameter("history_rows", self->rows, NULL);
	if (self->sockets[0])
		module_parameter("history_sockets", self->sockets, NULL);
	module_parameter("udp_accounting", "N", NULL);
	history_restart();
	client_close(&self->client);
	EXPECT_STREQ("", kernel_log_complaint());
}

/*
 * Some connections at ports that nobody else has, and what the rows must say then. On one
 * CPU, so that no segment overtakes another: an acknowledgment that comes after the end of
 * its socket is answered by the listener, with a reset.
 */
static unsigned int wrong_when_quiet(struct client *client, unsigned int count)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", QUIET_PORT, 5);
	struct truth out = { 0 }, in = { 0 };
	cpu_set_t all, one;
	unsigned int i;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_getaffinity(0, sizeof(all), &all) || sched_setaffinity(0, sizeof(one), &one))
		die("one CPU: %s", strerror(errno));
	for (i = 0; i < count; i++)
		stream_live(listener, AF_INET, "127.0.0.1", i * 10, i, CLIENT_FIRST, &out, &in);
	if (sched_setaffinity(0, sizeof(all), &all))
		die("all CPUs: %s", strerror(errno));
	close(listener);
	return TCP_DIFFERS(client, OUT, QUIET_PORT, H(OPENED, count), H(CLOSED, count),
			   H(BYTES_OUT, out.bytes_out), H(BYTES_IN, out.bytes_in),
			   H(SEGMENTS_OUT, out.segments_out), H(SEGMENTS_IN, out.segments_in)) +
	       TCP_DIFFERS(client, IN, QUIET_PORT, H(ACCEPTED, count), H(CLOSED_BY_PEER, count),
			   H(BYTES_OUT, in.bytes_out), H(BYTES_IN, in.bytes_in),
			   H(SEGMENTS_OUT, in.segments_out), H(SEGMENTS_IN, in.segments_in));
}

static void wait_for_connections(const struct load *load, unsigned int more)
{
	uint64_t until = load_count(load) + more;
	struct deadline d = deadline();

	while (load_count(load) < until)
		deadline_wait(&d, "connections");
}

/* Eight look on while thousands of connections come and go. */
TEST_F_TIMEOUT(churn, never_backwards, 1800)
{
	unsigned int each = scaled(2000, 100), i;
	long long begin = now_ms();

	self->load = load_begin(PORT, each);
	for (i = 0; i < LOAD_READERS; i++)
		load_watch(self->load, i % 2 ? load_look_file : load_look_netlink);
	load_wait(self->load);
	note("%llu connections a second",
	     (unsigned long long)load_count(self->load) * 1000 / (now_ms() - begin + 1));
	EXPECT_EQ(0, load_end(self->load));
	EXPECT_EQ((uint64_t)each * LOAD_WORKERS, load_count(self->load));
	EXPECT_EQ(0, load_differs(self->load, &self->client));
}

static bool anything_alive(const struct ports *ports)
{
	for_each_port(port, ports)
		if (port->history.value[SOCKPORT_A_HISTORY_CONNECTIONS])
			return true;
	return false;
}

/* When the last orphan is gone, which connections in the midst of it all have left. */
static unsigned int rows_that_do_not_add_up(struct client *client)
{
	struct deadline d = deadline();
	unsigned int wrong = 0;
	struct ports ports;

	while (ports = client_ports_of(client, HISTORY_WANT, NETNS_OWN), anything_alive(&ports)) {
		ports_free(&ports);
		deadline_wait(&d, "no connection is alive");
	}
	for_each_port(port, &ports)
		if (port->protocol == SOCKPORT_PROTOCOL_TCP && port->history.told)
			wrong += !history_adds_up(&port->history);
	ports_free(&ports);
	return wrong;
}

TEST_F_TIMEOUT(churn, switched, 1800)
{
	unsigned int rounds = scaled(30, 4), i;

	begin_company(self->company);
	module_parameter("udp_accounting", "Y", NULL);
	self->load = load_begin(PORT, UNLIMITED);
	for (i = 0; i < 3; i++)
		load_watch(self->load, load_look_any);
	for (i = 0; i < rounds; i++) {
		wait_for_connections(self->load, 20);
		module_parameter("history", "N", NULL);
		if (i % 3)
			wait_for_connections(self->load, 20);
		history_on();
	}
	wait_for_connections(self->load, 100);
	EXPECT_EQ(0, end_company(self->company));
	EXPECT_EQ(0, load_end(self->load));
	EXPECT_EQ(0, rows_that_do_not_add_up(&self->client));
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 20));
	/* Begun anew, there is nothing, and nothing is left over. */
	history_restart();
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_IN, PORT).told);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, QUIET_PORT).told);
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 20));
}

static uint64_t rows_everywhere(struct client *client)
{
	struct ports ports = client_ports_of(client, HISTORY_WANT, NETNS_ALL);
	uint64_t told = 0;

	for_each_port(port, &ports)
		told += port->history.told;
	ports_free(&ports);
	return told;
}

/*
 * Forty ports, few rows beside those of orphans that earlier tests have left: what
 * there is no row for is in that of the rest.
 */
TEST_F_TIMEOUT(churn, rows_full, 300)
{
	uint64_t accepted = 0, opened = 0, bytes_in = 0, bytes_out = 0, room;
	struct ports ports;
	char value[32];
	int listener;
	unsigned int i;

	history_restart();
	/* Namespaces as this one have an eighth of them for a role. */
	room = 8 * rows_everywhere(&self->client) + 16;
	snprintf(value, sizeof(value), "%llu", (unsigned long long)room);
	module_parameter("history_rows", value, self->rows);
	history_restart();
	for (i = 0; i < 40; i++) {
		listener = socket_listen(AF_INET, "127.0.0.1", PORT + i, 5);
		stream_live(listener, AF_INET, "127.0.0.1", 100, 200, CLIENT_FIRST, NULL, NULL);
		close(listener);
	}
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	EXPECT_GE(room, proc_stat("history_rows"));
	for_each_port(port, &ports) {
		accepted += port->history.value[SOCKPORT_A_HISTORY_ACCEPTED];
		opened += port->history.value[SOCKPORT_A_HISTORY_OPENED];
		if (port->role != SOCKPORT_ROLE_IN)
			continue;
		bytes_in += port->history.value[SOCKPORT_A_HISTORY_BYTES_IN];
		bytes_out += port->history.value[SOCKPORT_A_HISTORY_BYTES_OUT];
	}
	note("%zu rows, %llu given back", ports.count,
	     (unsigned long long)proc_stat("history_rows_given_back"));
	ports_free(&ports);
	EXPECT_EQ(40, accepted);
	EXPECT_EQ(40, opened);
	EXPECT_EQ(40 * 100, bytes_in);
	EXPECT_EQ(40 * 200, bytes_out);
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
	/* With room for all again, all are counted. */
	module_parameter("history_rows", self->rows, NULL);
	history_restart();
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	EXPECT_EQ(2, proc_stat("history_rows"));
}

/* More room, or less, at once, and nothing is lost by it. */
TEST_F_TIMEOUT(churn, resized, 300)
{
	struct stream stream[20];
	int listener, i;
	uint64_t lost;

	module_parameter("history_rows", "0", self->rows);
	lost = proc_stat("history_rows_lost");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	EXPECT_LT(lost, proc_stat("history_rows_lost"));
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, PORT).told);
	module_parameter("history_rows", self->rows, NULL);
	lost = proc_stat("history_rows_lost");
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	/* Those that are more than there is room for stay. */
	module_parameter("history_rows", "1", NULL);
	EXPECT_EQ(5, history_value(&self->client, SOCKPORT_ROLE_OUT, QUIET_PORT,
				   SOCKPORT_A_HISTORY_OPENED));
	EXPECT_EQ(lost, proc_stat("history_rows_lost"));
	module_parameter("history_rows", self->rows, NULL);

	module_parameter("history_sockets", "0", self->sockets);
	lost = proc_stat("history_sockets_lost");
	stream[0] = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_LE(lost + 2, proc_stat("history_sockets_lost"));
	lost = proc_stat("history_sockets_lost");
	module_parameter("history_sockets", self->sockets, NULL);
	for (i = 1; i < 20; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(lost, proc_stat("history_sockets_lost"));
	for (i = 0; i < 20; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
}

/* A namespace that uses up what it may have leaves room for another one's. */
TEST_F_TIMEOUT(churn, rows_shared, 300)
{
	uint64_t others = rows_everywhere(&self->client);
	char value[32];
	unsigned int i;
	int own;

	/* Namespaces that root made have an eighth for each role. */
	snprintf(value, sizeof(value), "%llu", (unsigned long long)(others + 50) * 8);
	module_parameter("history_rows", value, self->rows);
	history_restart();
	for (i = 0; i < others + 100; i++)
		close(socket_listen(AF_INET, "127.0.0.1", PORT + i, 5));
	note("%llu rows, %llu given back", (unsigned long long)proc_stat("history_rows"),
	     (unsigned long long)proc_stat("history_rows_given_back"));
	EXPECT_GE(others + 51, proc_stat("history_rows"));
	EXPECT_LT(0, proc_stat("history_rows_given_back"));
	own = netns_open();
	netns_enter();
	client_close(&self->client);
	self->client = client_open();
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	EXPECT_EQ(2, proc_stat("history_rows"));
	EXPECT_EQ(0, proc_stat("history_rows_lost"));
	close(own);
}

/* Sockets that nobody follows are counted when they close, but for their life. */
TEST_F_TIMEOUT(churn, sockets_full, 300)
{
	struct history in, out;
	struct stream stream[50];
	unsigned int i;
	uint64_t lost;
	int listener;

	module_parameter("history_sockets", "8", self->sockets);
	history_restart();
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	for (i = 0; i < 50; i++) {
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
		stream_exchange(&stream[i], 100, 200);
	}
	EXPECT_LT(0, proc_stat("history_sockets_lost"));
	EXPECT_GE(8, proc_stat("history_sockets"));
	for (i = 0; i < 50; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
	EXPECT_EQ(0, rows_that_do_not_add_up(&self->client));
	in = history_of(&self->client, SOCKPORT_ROLE_IN, PORT);
	out = history_of(&self->client, SOCKPORT_ROLE_OUT, PORT);
	EXPECT_EQ(5000, in.value[SOCKPORT_A_HISTORY_BYTES_IN]);
	EXPECT_EQ(10000, in.value[SOCKPORT_A_HISTORY_BYTES_OUT]);
	EXPECT_EQ(5000, out.value[SOCKPORT_A_HISTORY_BYTES_OUT]);
	EXPECT_EQ(10000, out.value[SOCKPORT_A_HISTORY_BYTES_IN]);
	EXPECT_EQ(50, in.value[SOCKPORT_A_HISTORY_ACCEPTED]);
	EXPECT_EQ(50, out.value[SOCKPORT_A_HISTORY_OPENED]);
	EXPECT_GE(50, in.distribution[SOCKPORT_DISTRIBUTION_KIND_LIFETIME].count);
	EXPECT_EQ(50, in.distribution[SOCKPORT_DISTRIBUTION_KIND_BYTES].count);
	close(listener);
	module_parameter("history_sockets", self->sockets, NULL);
	history_restart();
	lost = proc_stat("history_sockets_lost");
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	EXPECT_EQ(lost, proc_stat("history_sockets_lost"));
}

/* A namespace with traffic, asked about from inside; it goes with this process. */
static int live_in_namespace(void)
{
	struct client client;

	netns_enter_bare();
	client = client_open();
	return wrong_when_quiet(&client, 3);
}

/* Fifty of them, while another one dumps all. */
TEST_F_TIMEOUT(churn, namespaces, 900)
{
	unsigned int count = scaled(50, 8), i, wrong = 0, alive;
	uint64_t before = rows_everywhere(&self->client);
	struct deadline d = deadline();
	pid_t pid[50];
	int status;

	for (i = 0; i < count; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(live_in_namespace());
		ASSERT_LT(0, pid[i]);
		rows_everywhere(&self->client);
	}
	for (alive = count; alive;) {
		rows_everywhere(&self->client);
		while (alive && waitpid(-1, &status, WNOHANG) > 0) {
			wrong += status != 0;
			alive--;
		}
		deadline_wait(&d, "namespaces end");
	}
	EXPECT_EQ(0, wrong);
	/* Their rows went with them. */
	for (d = deadline(); rows_everywhere(&self->client) > before;)
		deadline_wait(&d, "no row of a namespace that is gone");
}

/* The module goes while connections come and go, and finds them when it is back. */
TEST_F_TIMEOUT(churn, unloaded, 1800)
{
	unsigned int cycles = scaled(15, 3), i;

	client_close(&self->client);
	begin_company(self->company);
	self->load = load_begin(PORT, UNLIMITED);
	for (i = 0; i < cycles; i++) {
		wait_for_connections(self->load, 10);
		module_unload();
		if (i % 2)
			wait_for_connections(self->load, 10);
		module_load_with("udp_accounting=Y");
	}
	self->client = client_open();
	wait_for_connections(self->load, 100);
	EXPECT_EQ(0, end_company(self->company));
	EXPECT_EQ(0, load_end(self->load));
	EXPECT_EQ(0, rows_that_do_not_add_up(&self->client));
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 20));
}

static int reset_refused(void)
{
	struct client client;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	client = client_open();
	return history_reset(&client) != -EPERM || !client.message[0];
}

/* What is alive is taken in, as at the beginning; all else is forgotten. */
TEST_F_TIMEOUT(churn, reset, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");
	struct history in;
	unsigned int kind;

	stream_live(listener, AF_INET, "127.0.0.1", 1000, 1000, CLIENT_FIRST, NULL, NULL);
	stream_exchange(&stream, 30, 40);
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	EXPECT_EQ(0, in_child(reset_refused()));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 2), H(CLOSED_BY_PEER, 1),
				 H(CONNECTIONS, 1), H(BYTES_IN, 1030), H(BYTES_OUT, 1040)));
	EXPECT_LT(0, history_value(&self->client, SOCKPORT_ROLE_IN, PORT,
				   SOCKPORT_A_HISTORY_BACKLOG_HIGH));
	EXPECT_EQ(0, history_reset(&self->client));
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_IN, QUIET_PORT).told);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(TAKEN_IN, 1), H(CONNECTIONS, 1),
				 H(CONNECTIONS_HIGH, 1), H(SEGMENTS_IN, 0), H(SEGMENTS_OUT, 0),
				 H(BACKLOG_HIGH, 0)));
	in = history_of(&self->client, SOCKPORT_ROLE_IN, PORT);
	EXPECT_EQ(1, in.distribution[SOCKPORT_DISTRIBUTION_KIND_RTT_NOW].count);
	for (kind = 1; kind < SOCKPORT_DISTRIBUTION_KIND_RTT_NOW; kind++) {
		EXPECT_EQ(0, in.distribution[kind].count);
		EXPECT_EQ(0, in.distribution[kind].sum);
	}
	EXPECT_FALSE(in.known & 1ULL << SOCKPORT_A_HISTORY_FIRST_ACTIVE);
	EXPECT_FALSE(in.known & 1ULL << SOCKPORT_A_HISTORY_LAST_ACTIVE);
	stream_exchange(&stream, 30, 40);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(TAKEN_IN, 1), H(CONNECTIONS, 1),
				 H(CONNECTIONS_HIGH, 1), H(BYTES_IN, 30), H(BYTES_OUT, 40)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(TAKEN_IN, 1), H(CONNECTIONS, 1),
				 H(CONNECTIONS_HIGH, 1), H(BYTES_IN, 40), H(BYTES_OUT, 30)));
	stream_shut(&stream, CLIENT_FIRST);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(TAKEN_IN, 1), H(CLOSED, 1),
				 H(BYTES_IN, 40), H(BYTES_OUT, 30)));
	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
}

/* Others keep theirs. */
TEST_F_TIMEOUT(churn, reset_elsewhere, 300)
{
	int home = netns_open();
	struct client other;

	EXPECT_EQ(0, wrong_when_quiet(&self->client, 5));
	netns_enter_bare();
	other = client_open();
	EXPECT_EQ(0, wrong_when_quiet(&other, 7));
	EXPECT_EQ(0, history_reset(&other));
	EXPECT_EQ(0, history_value(&other, SOCKPORT_ROLE_OUT, QUIET_PORT,
				   SOCKPORT_A_HISTORY_OPENED));
	client_close(&other);
	netns_set(home);
	EXPECT_EQ(5, history_value(&self->client, SOCKPORT_ROLE_OUT, QUIET_PORT,
				   SOCKPORT_A_HISTORY_OPENED));
}

TEST_HARNESS_MAIN
