// SPDX-License-Identifier: GPL-2.0
/*
 * faults_calls.c - whichever allocation fails while connections are made: what is not
 * counted of them is counted as lost
 *
 * The oracle is what connect() returns. First the allocations of the calling thread
 * fail, one after the other; then those of all interrupts as well, now and then.
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/faults.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"

#define PORT		8000
#define MANY		4096	/* more than a connection has allocations */
/* Connections, and each so many-th allocation that may not wait fails meanwhile. */
#define CALLS		150
#define EACH		37
#define PATIENCE	20000	/* milliseconds */

FIXTURE(faults_calls) {
	struct client	client;
};

FIXTURE_SETUP(faults_calls)
{
	if (!faults_work())
		return;
	netns_enter();
	history_on();
	module_parameter("accept_accounting", "Y", NULL);
	self->client = client_open();
	faults_begin();
}

FIXTURE_TEARDOWN(faults_calls)
{
	module_parameter("accept_accounting", "N", NULL);
	if (faults_work())
		client_close(&self->client);
}

/**
 * struct calls - what became of some connections
 * @tried: that there was a listener for
 * @made: that were accepted
 * @failed: an allocation of the last one has
 */
struct calls {
	unsigned int	tried;
	unsigned int	made;
	bool		failed;
};

/* What is sent may have to be sent again. */
static bool wait_for(int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return poll(&poll_fd, 1, PATIENCE) == 1;
}

static bool connect_to(int fd, const struct sockaddr_in *to)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (!connect(fd, (const void *)to, sizeof(*to)))
		return true;
	return errno == EINPROGRESS && wait_for(fd, POLLOUT) &&
	       !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) && !error;
}

/*
 * All of the life of a connection; nothing in it may end the test. A socket that could
 * not send its FIN would stay, so each end is a reset.
 */
static void live(struct calls *calls, const struct sockaddr_in *to)
{
	const struct linger at_once = { .l_onoff = 1 };
	int listener, fd, peer = -1;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (!bind(listener, (const void *)to, sizeof(*to)) && !listen(listener, 5)) {
		calls->tried++;
		if (connect_to(fd, to) && wait_for(listener, POLLIN)) {
			calls->made++;
			peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		}
	}
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	close(peer);
	close(listener);
}

static void call(struct calls *calls, uint16_t port, unsigned int first, enum faults kind)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};

	if (first)
		faults_set(kind, first);
	live(calls, &to);
	if (first)
		calls->failed = faults_clear();
}

static void add_port(struct history *sum, const struct port *port)
{
	unsigned int i;

	for (i = 1; i <= SOCKPORT_A_HISTORY_MAX; i++)
		sum->value[i] += port->history.value[i];
}

/* All that ports of a role did, with the rest. */
static struct history sum_of(struct client *client, uint8_t role)
{
	struct ports ports = client_ports_of(client, SOCKPORT_WANT_HISTORY, NETNS_OWN);
	struct history sum = { .told = true };

	for_each_port(port, &ports)
		if (port->protocol == SOCKPORT_PROTOCOL_TCP && port->role == role)
			add_port(&sum, port);
	ports_free(&ports);
	return sum;
}

#define SUM(NAME)	(sum.value[SOCKPORT_A_HISTORY_##NAME])

static uint64_t lost_rows_and_sockets(void)
{
	return proc_stat("history_rows_lost") + proc_stat("history_sockets_lost");
}

/* Nothing is counted that was not, and what is missing is counted as lost. */
static bool role_adds_up(struct client *client, uint8_t role, const struct calls *calls)
{
	struct history sum = sum_of(client, role);
	uint64_t begun = SUM(OPENED) + SUM(ACCEPTED);
	uint64_t ended = SUM(CLOSED) + SUM(CLOSED_BY_PEER) + SUM(BROKEN);
	uint64_t lost = lost_rows_and_sockets();

	if (begun <= calls->tried && begun + lost >= calls->made && begun == ended &&
	    !SUM(CONNECTIONS))
		return true;
	note("role %u: %u tried, %u made, %llu begun, %llu alive, %llu ended, %llu lost", role,
	     calls->tried, calls->made, (unsigned long long)begun,
	     (unsigned long long)SUM(CONNECTIONS), (unsigned long long)ended,
	     (unsigned long long)lost);
	return false;
}

static void wait_until_ended(struct client *client, uint8_t role)
{
	struct deadline d = deadline();
	struct history sum;

	for (sum = sum_of(client, role); SUM(CONNECTIONS); sum = sum_of(client, role))
		deadline_wait(&d, "connections have ended");
}

static unsigned int wrong_calls(struct client *client, const struct calls *calls)
{
	wait_until_ended(client, SOCKPORT_ROLE_OUT);
	wait_until_ended(client, SOCKPORT_ROLE_IN);
	return !role_adds_up(client, SOCKPORT_ROLE_OUT, calls) +
	       !role_adds_up(client, SOCKPORT_ROLE_IN, calls);
}

/* With all the memory it needs, a connection is in a row of its own. */
static unsigned int wrong_afterwards(struct client *client)
{
	struct calls calls = { 0 };

	call(&calls, PORT, 0, FAULTS_ONE);
	return (calls.made != 1) +
	       TCP_DIFFERS(client, OUT, PORT, H(OPENED, 1), H(CLOSED, 1), H(RESETS_SENT, 1)) +
	       TCP_DIFFERS(client, IN, PORT, H(ACCEPTED, 1), H(CLOSED_BY_PEER, 1),
			   H(RESETS_RECEIVED, 1));
}

TEST_F_TIMEOUT(faults_calls, connections, 3600)
{
	struct calls calls = { 0 };
	struct events events;
	unsigned int first;
	enum faults kind;

	NEED_FAULTS();
	events = events_begin();
	events_room(&events, 1 << 24);
	for (kind = 0; kind < FAULTS_KINDS; kind++) {
		for (first = 1, calls.failed = true; calls.failed; first++)
			call(&calls, 10000 + kind * MANY + first, first, kind);
		ASSERT_GT(MANY, first);
		note("%u allocations, %u connections so far", first - 1, calls.made);
	}
	EXPECT_EQ(0, wrong_calls(&self->client, &calls));
	EXPECT_EQ(0, wrong_afterwards(&self->client));
	/* The last thing that happens. */
	EXPECT_EQ(0, history_reset(&self->client));
	events_take(&events, SOCKPORT_EVENT_TYPE_RESET, 0);
	EXPECT_LE(calls.made + 1, events_count(&events, SOCKPORT_EVENT_TYPE_OPEN) +
		  events_lost(&events) + lost_rows_and_sockets());
	events_end(&events);
}

/* No thread's own faults reach what interrupts allocate: half of what is followed. */
TEST_F_TIMEOUT(faults_calls, interrupts, 3600)
{
	struct calls calls = { 0 };
	unsigned int i;

	NEED_FAULTS();
	faults_everywhere(EACH);
	for (i = 0; i < CALLS; i++)
		call(&calls, 20000 + i, 0, FAULTS_ONE);
	faults_everywhere(0);
	note("%u connections, %llu rows and sockets lost", calls.made,
	     (unsigned long long)lost_rows_and_sockets());
	EXPECT_LT(0, calls.made);
	EXPECT_EQ(0, wrong_calls(&self->client, &calls));
	EXPECT_EQ(0, wrong_afterwards(&self->client));
}

TEST_HARNESS_MAIN
