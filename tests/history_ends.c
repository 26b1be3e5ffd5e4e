// SPDX-License-Identifier: GPL-2.0
/*
 * history_ends.c - how connections end, or do not come to be
 *
 * Whose FIN or reset came first counts, whatever comes after it. The segments of
 * an end that resets are as TCP_INFO had them just before, give or take the reset.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/loss.h"
#include "lib/netns.h"
#include "lib/procnet.h"
#include "lib/stream.h"

#define PORT		8000
#define CLOSED_PORT	8001
#define UP		1000
#define DOWN		2000

FIXTURE(ends) {
	struct client	client;
	int		listener;
	struct stream	stream;
};

FIXTURE_SETUP(ends)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	history_on();
	loss_begin();
	self->client = client_open();
	self->listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	self->stream = stream_open(self->listener, AF_INET, "127.0.0.1");
	stream_exchange(&self->stream, UP, DOWN);
}

FIXTURE_TEARDOWN(ends)
{
	client_close(&self->client);
}

/* Both rows, where one connection carried UP and DOWN bytes. */
#define EXPECT_OUT(...) \
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(BYTES_OUT, UP), \
				 H(BYTES_IN, DOWN), __VA_ARGS__))
#define EXPECT_IN(...) \
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(BYTES_IN, UP), \
				 H(BYTES_OUT, DOWN), __VA_ARGS__))

/* The segments of a row are those of the truth, and the reset that was sent. */
#define EXPECT_SEGMENTS(role, truth, resets) do { \
	EXPECT_EQ((truth).segments_in, \
		  history_value(&self->client, role, PORT, SOCKPORT_A_HISTORY_SEGMENTS_IN)); \
	EXPECT_EQ((truth).segments_out + (resets), \
		  history_value(&self->client, role, PORT, SOCKPORT_A_HISTORY_SEGMENTS_OUT)); \
} while (0)

TEST_F_TIMEOUT(ends, client_first, 300)
{
	stream_shut(&self->stream, CLIENT_FIRST);
	stream_close(&self->stream);
	EXPECT_OUT(H(CLOSED, 1));
	EXPECT_IN(H(CLOSED_BY_PEER, 1));
}

TEST_F_TIMEOUT(ends, server_first, 300)
{
	stream_shut(&self->stream, SERVER_FIRST);
	stream_close(&self->stream);
	EXPECT_OUT(H(CLOSED_BY_PEER, 1));
	EXPECT_IN(H(CLOSED, 1));
}

/*
 * close() alone: orphans end by themselves, and leave TIME_WAIT. One that may wait for
 * more than a minute stays a full socket until then; others do only if the acknowledgment
 * of their FIN comes within close().
 */
TEST_F_TIMEOUT(ends, orphans, 300)
{
	uint16_t port = socket_port(self->stream.client);

	netns_sysctl("ipv4/tcp_fin_timeout", "300");
	close(self->stream.client);
	socket_wait_state(self->stream.server, SOCKPORT_STATE_CLOSE_WAIT);
	EXPECT_OUT(H(CLOSED, 0), H(CONNECTIONS, 1));
	close(self->stream.server);
	connection_wait_row(port, PORT, SOCKPORT_STATE_TIME_WAIT);
	EXPECT_OUT(H(CLOSED, 1));
	EXPECT_IN(H(CLOSED_BY_PEER, 1));
}

TEST_F_TIMEOUT(ends, reset_by_server, 300)
{
	struct truth out = { 0 }, in = { 0 };

	stream_account(&self->stream, NULL, &in);
	stream_linger(self->stream.server);
	close(self->stream.server);
	EXPECT_EQ(ECONNRESET, stream_error(self->stream.client));
	stream_account(&self->stream, &out, NULL);
	EXPECT_OUT(H(CLOSED_BY_PEER, 1), H(RESETS_RECEIVED, 1));
	EXPECT_IN(H(CLOSED, 1), H(RESETS_SENT, 1));
	EXPECT_SEGMENTS(SOCKPORT_ROLE_OUT, out, 0);
	EXPECT_SEGMENTS(SOCKPORT_ROLE_IN, in, 1);
}

TEST_F_TIMEOUT(ends, reset_by_client, 300)
{
	struct truth out = { 0 }, in = { 0 };

	stream_account(&self->stream, &out, NULL);
	stream_linger(self->stream.client);
	close(self->stream.client);
	EXPECT_EQ(ECONNRESET, stream_error(self->stream.server));
	stream_account(&self->stream, NULL, &in);
	EXPECT_OUT(H(CLOSED, 1), H(RESETS_SENT, 1));
	EXPECT_IN(H(CLOSED_BY_PEER, 1), H(RESETS_RECEIVED, 1));
	EXPECT_SEGMENTS(SOCKPORT_ROLE_OUT, out, 1);
	EXPECT_SEGMENTS(SOCKPORT_ROLE_IN, in, 0);
}

/* What nobody has read has come in all the same. */
TEST_F_TIMEOUT(ends, unread, 300)
{
	stream_leave(&self->stream, 3000);
	close(self->stream.server);
	EXPECT_EQ(ECONNRESET, stream_error(self->stream.client));
	EXPECT_OUT(H(CLOSED_BY_PEER, 1), H(RESETS_RECEIVED, 1), H(BYTES_OUT, UP + 3000));
	EXPECT_IN(H(CLOSED, 1), H(RESETS_SENT, 1), H(BYTES_IN, UP + 3000));
}

/* A reset that answers a FIN ends what the FIN had begun to. */
TEST_F_TIMEOUT(ends, reset_after_fin, 300)
{
	stream_shut_first(&self->stream, CLIENT_FIRST);
	stream_linger(self->stream.server);
	close(self->stream.server);
	socket_wait_state(self->stream.client, SOCKPORT_STATE_CLOSE);
	EXPECT_OUT(H(CLOSED, 1), H(RESETS_RECEIVED, 1));
	EXPECT_IN(H(CLOSED_BY_PEER, 1), H(RESETS_SENT, 1));
}

/* Nobody answers any more: neither end has closed it. */
TEST_F_TIMEOUT(ends, broken, 300)
{
	loss_add(LOSS_TO, PORT);
	loss_commit();
	socket_option(self->stream.client, IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
	ASSERT_EQ(5, send(self->stream.client, "alive", 5, 0));
	socket_wait_state(self->stream.client, SOCKPORT_STATE_CLOSE);
	EXPECT_EQ(ETIMEDOUT, stream_error(self->stream.client));
	EXPECT_OUT(H(BROKEN, 1), H(BYTES_OUT, UP + 5));
	EXPECT_IN(H(CONNECTIONS, 1));
	/* The other end learns it when it speaks. */
	loss_delete(LOSS_TO, PORT);
	loss_commit();
	shutdown(self->stream.server, SHUT_WR);
	socket_wait_state(self->stream.server, SOCKPORT_STATE_CLOSE);
	EXPECT_IN(H(CLOSED, 1), H(RESETS_RECEIVED, 1));
}

/* A connection that was not to be: what else the row has is from the fixture. */
#define EXPECT_FAILED(port, ...) \
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, port, __VA_ARGS__))

TEST_F_TIMEOUT(ends, refused, 300)
{
	unsigned int i;

	for (i = 0; i < 50; i++) {
		int fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);

		EXPECT_EQ(ECONNREFUSED, stream_error(fd));
		close(fd);
		fd = socket_connect(AF_INET6, "2001:db8::1", CLOSED_PORT, 0);
		EXPECT_EQ(ECONNREFUSED, stream_error(fd));
		close(fd);
	}
	EXPECT_FAILED(CLOSED_PORT, H(REFUSED, 100), H(RESETS_RECEIVED, 100));
}

/* The socket is used again: three times refused, then it works. */
TEST_F_TIMEOUT(ends, refused_then_open, 300)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(CLOSED_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(-1, connect(fd, (void *)&to, sizeof(to)));
		ASSERT_EQ(ECONNREFUSED, errno);
	}
	socket_listen(AF_INET, "127.0.0.1", CLOSED_PORT, 5);
	ASSERT_EQ(0, connect(fd, (void *)&to, sizeof(to)));
	EXPECT_FAILED(CLOSED_PORT, H(REFUSED, 3), H(RESETS_RECEIVED, 3), H(OPENED, 1),
		      H(CONNECTIONS, 1));
}

TEST_F_TIMEOUT(ends, timed_out, 300)
{
	int fd;

	loss_add(LOSS_SYN, CLOSED_PORT);
	loss_commit();
	netns_sysctl("ipv4/tcp_syn_retries", "1");
	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	EXPECT_EQ(ETIMEDOUT, stream_error(fd));
	EXPECT_FAILED(CLOSED_PORT, H(TIMED_OUT, 1), H(SYN_RETRANSMITS, 1),
		      H(RETRANSMITTED_SEGMENTS, 1), H(SEGMENTS_OUT, 2), H(SEGMENTS_IN, 0));
}

TEST_F_TIMEOUT(ends, unreachable, 300)
{
	int v4, v6;

	loss_add(LOSS_PROHIBIT, CLOSED_PORT);
	loss_add(LOSS_NO_ROUTE, CLOSED_PORT);
	loss_commit();
	v4 = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	v6 = socket_connect(AF_INET6, "2001:db8::1", CLOSED_PORT, 0);
	EXPECT_EQ(EHOSTUNREACH, stream_error(v4));
	EXPECT_EQ(ENETUNREACH, stream_error(v6));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, CLOSED_PORT, H(UNREACHABLE, 2)));
}

/* The program closes it before there is an answer. */
TEST_F_TIMEOUT(ends, given_up, 300)
{
	int fd;

	loss_add(LOSS_SYN, CLOSED_PORT);
	loss_commit();
	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	close(fd);
	EXPECT_FAILED(CLOSED_PORT, H(GIVEN_UP, 1));
}

/* A connection whose first SYN is lost, and one whose answer is. */
TEST_F_TIMEOUT(ends, syn_again, 300)
{
	const enum loss lost[] = { LOSS_SYN, LOSS_SYNACK };
	struct truth out = { 0 }, in = { 0 };
	struct stream stream = { 0 };
	unsigned int i;

	stream_account(&self->stream, &out, &in);
	for (i = 0; i < 2; i++) {
		loss_add(lost[i], PORT);
		loss_commit();
		stream.client = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
		socket_wait_state(stream.client, SOCKPORT_STATE_SYN_SENT);
		loss_delete(lost[i], PORT);
		loss_commit();
		stream.server = socket_accept(self->listener);
		stream_exchange(&stream, 10, 10);
		stream_account(&stream, &out, &in);
		stream.up = 0;
		stream.down = 0;
	}
	note("%llu and %llu sent again", (unsigned long long)out.retransmits,
	     (unsigned long long)in.retransmits);
	EXPECT_LT(0, out.retransmits);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 3), H(CONNECTIONS, 3),
				 H(BYTES_OUT, UP + 20), H(BYTES_IN, DOWN + 20),
				 H(SYN_RETRANSMITS, out.retransmits),
				 H(RETRANSMITTED_SEGMENTS, out.retransmits)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 3), H(CONNECTIONS, 3),
				 H(BYTES_IN, UP + 20), H(BYTES_OUT, DOWN + 20),
				 H(SYN_RETRANSMITS, in.retransmits),
				 H(RETRANSMITTED_SEGMENTS, in.retransmits)));
}

/*
 * Each ninth larger packet is lost, of both directions. A last acknowledgment that was
 * sent twice finds the listener, which answers with a reset; one to the client's port,
 * where nobody listens, is answered by no socket, so in no row.
 */
TEST_F_TIMEOUT(ends, retransmits, 900)
{
	struct truth out = { 0 }, in = { 0 };
	struct stream stream;
	unsigned int i, count = scaled(10, 3);
	uint64_t resets;

	socket_option(self->listener, IPPROTO_TCP, TCP_MAXSEG, 1000);
	loss_add(LOSS_SOME, PORT);
	loss_commit();
	stream_account(&self->stream, &out, &in);
	for (i = 0; i < count; i++) {
		stream = stream_open(self->listener, AF_INET, "127.0.0.1");
		stream_exchange(&stream, 300000, 200000);
		stream_shut(&stream, i % 2);
		stream_account(&stream, &out, &in);
		stream_close(&stream);
	}
	note("%llu and %llu segments sent again", (unsigned long long)out.retransmits,
	     (unsigned long long)in.retransmits);
	EXPECT_LT(10, out.retransmits);
	EXPECT_LT(10, in.retransmits);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, count + 1), H(CONNECTIONS, 1),
				 H(CLOSED, (count + 1) / 2), H(CLOSED_BY_PEER, count / 2),
				 H(BYTES_OUT, out.bytes_out), H(BYTES_IN, out.bytes_in),
				 H(SEGMENTS_OUT, out.segments_out), H(SEGMENTS_IN, out.segments_in),
				 H(RETRANSMITTED_SEGMENTS, out.retransmits),
				 H(RETRANSMITTED_BYTES, out.retransmitted_bytes), H_LIMITS(&out)));
	resets = history_value(&self->client, SOCKPORT_ROLE_IN, PORT,
			       SOCKPORT_A_HISTORY_RESETS_SENT);
	EXPECT_GE(procnet_resets_sent(), resets);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, count + 1), H(CONNECTIONS, 1),
				 H(CLOSED, count / 2), H(CLOSED_BY_PEER, (count + 1) / 2),
				 H(BYTES_OUT, in.bytes_out), H(BYTES_IN, in.bytes_in),
				 H(SEGMENTS_OUT, in.segments_out), H(SEGMENTS_IN, in.segments_in),
				 H(RESETS_SENT, resets),
				 H(RETRANSMITTED_SEGMENTS, in.retransmits),
				 H(RETRANSMITTED_BYTES, in.retransmitted_bytes), H_LIMITS(&in)));
	EXPECT_LT(0, in.out_of_order);
}

TEST_HARNESS_MAIN
