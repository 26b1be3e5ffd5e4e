// SPDX-License-Identifier: GPL-2.0
/*
 * history_limits.c - what held the connections of a port up is what TCP says
 *
 * The oracle is TCP_INFO of each end; while a connection lives, once before the
 * module is asked, and once afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/loss.h"
#include "lib/netns.h"
#include "lib/programs.h"
#include "lib/stream.h"

#define PORT		8000
#define COMM		"limited"
/* More than a window that nobody reads from has room for. */
#define TOO_MUCH	(16 << 20)
/* Of struct tcp_info from Linux 6.7 on; headers may be older. */
#define TOTAL_RTO	240

#define V(history, NAME)	((history).value[SOCKPORT_A_HISTORY_##NAME])

FIXTURE(limits) {
	struct client	client;
	int		listener;
};

FIXTURE_SETUP(limits)
{
	netns_enter();
	history_on();
	loss_begin();
	self->client = client_open();
	if (prctl(PR_SET_NAME, COMM))
		die("name: %s", strerror(errno));
	self->listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
}

FIXTURE_TEARDOWN(limits)
{
	close(self->listener);
	client_close(&self->client);
}

static struct truth truth_of(int fd)
{
	struct truth truth = { 0 };

	truth_add(&truth, fd);
	return truth;
}

/* So much that the other end, which does not read, has no window any more. */
static void overfill(int fd)
{
	static char bytes[1 << 16];
	size_t left = TOO_MUCH;
	struct deadline d;
	ssize_t sent;

	do {
		sent = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			die("send: %s", strerror(errno));
		left -= sent > 0 ? sent : 0;
	} while (sent > 0 && left > sizeof(bytes));
	d = deadline();
	while (truth_of(fd).rwnd_limited < 20000)
		deadline_wait(&d, "the window holds it up");
}

static void drain(int fd)
{
	static char bytes[1 << 16];

	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
}

/* The sender ends, and all that it has sent is read. */
static void drain_and_end(struct stream *stream)
{
	if (shutdown(stream->client, SHUT_WR))
		die("shutdown: %s", strerror(errno));
	if (fcntl(stream->server, F_SETFL, 0))
		die("fcntl: %s", strerror(errno));
	drain(stream->server);
	shutdown(stream->server, SHUT_WR);
	socket_wait_state(stream->client, SOCKPORT_STATE_CLOSE);
	socket_wait_state(stream->server, SOCKPORT_STATE_CLOSE);
}

/* Counters of both ends that are not what TCP says, and of programs that are not those of ports. */
static unsigned int wrong_limits(struct client *client, const struct truth *out,
				 const struct truth *in)
{
	const struct history from = history_of(client, SOCKPORT_ROLE_OUT, PORT);
	const struct history to = history_of(client, SOCKPORT_ROLE_IN, PORT);

	return history_lacks(&from, "out", (const struct count[]){ H_LIMITS(out), { 0 } }) +
	       history_lacks(&to, "in", (const struct count[]){ H_LIMITS(in), { 0 } }) +
	       !programs_sum_to_ports(client);
}

static struct history program(struct client *client)
{
	struct accounts accounts = programs_dump(client, NETNS_OWN);
	struct history history = programs_named(&accounts, COMM);

	programs_free(&accounts);
	return history;
}

TEST_F_TIMEOUT(limits, window, 120)
{
	struct stream stream = stream_open(self->listener, AF_INET, "127.0.0.1");
	struct truth before, after, in;
	struct history history;
	unsigned int i;

	overfill(stream.client);
	/* Nothing is sent meanwhile but a probe now and then. */
	for (i = 0; i < 5; i++) {
		before = truth_of(stream.client);
		history = history_of(&self->client, SOCKPORT_ROLE_OUT, PORT);
		after = truth_of(stream.client);
		EXPECT_LE(before.busy, V(history, BUSY));
		EXPECT_GE(after.busy, V(history, BUSY));
		EXPECT_LE(before.rwnd_limited, V(history, RWND_LIMITED));
		EXPECT_GE(after.rwnd_limited, V(history, RWND_LIMITED));
	}
	drain_and_end(&stream);
	after = truth_of(stream.client);
	in = truth_of(stream.server);
	EXPECT_LT(0, after.rwnd_limited);
	stream_close(&stream);
	EXPECT_EQ(0, wrong_limits(&self->client, &after, &in));
	EXPECT_EQ(after.busy + in.busy, V(program(&self->client), BUSY));
	EXPECT_EQ(after.rwnd_limited, V(program(&self->client), RWND_LIMITED));
}

/* What was held up before history began counts with it. */
TEST_F_TIMEOUT(limits, taken_in, 120)
{
	struct stream stream = stream_open(self->listener, AF_INET, "127.0.0.1");
	struct truth out, in;

	overfill(stream.client);
	history_restart();
	drain_and_end(&stream);
	out = truth_of(stream.client);
	in = truth_of(stream.server);
	stream_close(&stream);
	EXPECT_LT(0, out.rwnd_limited);
	EXPECT_EQ(0, wrong_limits(&self->client, &out, &in));
}

/* disconnect() leaves the clocks as they are; one may even run on while the socket is closed. */
TEST_F_TIMEOUT(limits, socket_again, 120)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stream stream = stream_open(self->listener, AF_INET, "127.0.0.1");
	struct truth before, between, out;
	struct history first, both;

	overfill(stream.client);
	before = truth_of(stream.client);
	ASSERT_EQ(0, connect(stream.client, &nowhere, sizeof(nowhere)));
	between = truth_of(stream.client);
	first = history_of(&self->client, SOCKPORT_ROLE_OUT, PORT);
	EXPECT_LE(before.busy, V(first, BUSY));
	EXPECT_GE(between.busy, V(first, BUSY));
	EXPECT_LE(before.rwnd_limited, V(first, RWND_LIMITED));
	EXPECT_GE(between.rwnd_limited, V(first, RWND_LIMITED));
	close(stream.server);
	if (connect(stream.client, (void *)&to, sizeof(to)))
		ASSERT_EQ(EINPROGRESS, errno);
	stream.server = socket_accept(self->listener);
	stream_exchange(&stream, 100, 100);
	stream_shut(&stream, CLIENT_FIRST);
	out = truth_of(stream.client);
	stream_close(&stream);
	both = history_of(&self->client, SOCKPORT_ROLE_OUT, PORT);
	EXPECT_EQ(2, V(both, OPENED));
	EXPECT_GE(out.busy - between.busy, V(both, BUSY) - V(first, BUSY));
	EXPECT_GE(out.rwnd_limited - between.rwnd_limited,
		  V(both, RWND_LIMITED) - V(first, RWND_LIMITED));
}

/* Nor does listen(), and children have them from their listener, that which runs on, too. */
TEST_F_TIMEOUT(limits, listener_was_connected, 120)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(PORT + 1),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stream stream = stream_open(self->listener, AF_INET, "127.0.0.1"), other = { 0 };
	struct history history;
	struct truth before, out;

	overfill(stream.client);
	ASSERT_EQ(0, connect(stream.client, &nowhere, sizeof(nowhere)));
	before = truth_of(stream.client);
	EXPECT_LT(0, before.rwnd_limited);
	ASSERT_EQ(0, bind(stream.client, (void *)&local, sizeof(local)));
	ASSERT_EQ(0, listen(stream.client, 5));
	other.client = socket_connect(AF_INET, "127.0.0.1", PORT + 1, 0);
	other.server = socket_accept(stream.client);
	stream_exchange(&other, 10, 10);
	stream_shut(&other, CLIENT_FIRST);
	out = truth_of(other.server);
	stream_close(&other);
	history = history_of(&self->client, SOCKPORT_ROLE_IN, PORT + 1);
	EXPECT_EQ(1, V(history, ACCEPTED));
	EXPECT_GE(out.rwnd_limited - before.rwnd_limited, V(history, RWND_LIMITED));
	stream_close(&stream);
}

/* The kernel says so from Linux 6.7 on. Returns false if it does not. */
static bool timeouts_of(int fd, uint16_t *timeouts)
{
	char info[512];
	const size_t length = socket_info(fd, info, sizeof(info));

	memcpy(timeouts, info + TOTAL_RTO, sizeof(*timeouts));
	return length >= TOTAL_RTO + sizeof(*timeouts);
}

static uint8_t retransmits_of(int fd)
{
	struct tcp_info info;

	socket_info(fd, &info, sizeof(info));
	return info.tcpi_retransmits;
}

TEST_F_TIMEOUT(limits, timeouts, 120)
{
	struct stream stream = stream_open(self->listener, AF_INET, "127.0.0.1");
	struct history history;
	struct deadline d = deadline();
	uint16_t timeouts;
	bool told;

	loss_add(LOSS_TO, PORT);
	loss_commit();
	ASSERT_EQ(4, send(stream.client, "lost", 4, 0));
	while (retransmits_of(stream.client) < 3)
		deadline_wait(&d, "it has been sent again");
	loss_delete(LOSS_TO, PORT);
	loss_commit();
	drain_and_end(&stream);
	told = timeouts_of(stream.client, &timeouts);
	stream_close(&stream);
	history = history_of(&self->client, SOCKPORT_ROLE_OUT, PORT);
	EXPECT_EQ(1, V(history, OPENED));
	EXPECT_EQ(told, !!(history.known & 1ULL << SOCKPORT_A_HISTORY_TIMEOUTS));
	EXPECT_EQ(told ? timeouts : 0, V(history, TIMEOUTS));
	if (told)
		EXPECT_LE(3, timeouts);
}

TEST_HARNESS_MAIN
