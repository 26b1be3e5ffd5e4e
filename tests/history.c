// SPDX-License-Identifier: GPL-2.0
/*
 * history.c - what a port's history counts is what happened, to the byte
 *
 * The oracles are the bytes that the test itself moved, and TCP_INFO of both
 * ends when they are closed. A connection over loopback is in two rows: that of
 * the port it came to, and that of the port which was called.
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
#include "lib/modular.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define SEED		20261121
#define PORT		8000
#define LOCAL_PORT	9001
#define MEGABYTE	(1 << 20)

FIXTURE(history) {
	struct client	client;
	struct truth	out;
	struct truth	in;
	uint64_t	first[2];
};

FIXTURE_SETUP(history)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	history_on();
	self->client = client_open();
	note("seed %u", SEED);
	srandom(SEED);
}

FIXTURE_TEARDOWN(history)
{
	client_close(&self->client);
}

/* Counters of both rows that are not what the test did; all connections are gone. */
static unsigned int wrong_counters(FIXTURE_DATA(history) *self, uint16_t port)
{
	const struct truth *out = &self->out, *in = &self->in;

	note("%llu connections, %llu bytes up, %llu down, %llu segments",
	     (unsigned long long)out->connections, (unsigned long long)out->bytes_out,
	     (unsigned long long)out->bytes_in, (unsigned long long)out->segments_out);
	return TCP_DIFFERS(&self->client, OUT, port, H(OPENED, out->connections),
			   H(CLOSED, self->first[CLIENT_FIRST]),
			   H(CLOSED_BY_PEER, self->first[SERVER_FIRST]),
			   H(BYTES_IN, out->bytes_in), H(BYTES_OUT, out->bytes_out),
			   H(SEGMENTS_IN, out->segments_in), H(SEGMENTS_OUT, out->segments_out),
			   H(RETRANSMITTED_SEGMENTS, out->retransmits),
			   H(RETRANSMITTED_BYTES, out->retransmitted_bytes), H_LIMITS(out)) +
	       TCP_DIFFERS(&self->client, IN, port, H(ACCEPTED, in->connections),
			   H(CLOSED, self->first[SERVER_FIRST]),
			   H(CLOSED_BY_PEER, self->first[CLIENT_FIRST]),
			   H(BYTES_IN, in->bytes_in), H(BYTES_OUT, in->bytes_out),
			   H(SEGMENTS_IN, in->segments_in), H(SEGMENTS_OUT, in->segments_out),
			   H(RETRANSMITTED_SEGMENTS, in->retransmits),
			   H(RETRANSMITTED_BYTES, in->retransmitted_bytes), H_LIMITS(in));
}

static void live(FIXTURE_DATA(history) *self, int listener, const struct lane *lane, size_t up,
		 size_t down, enum stream_end first)
{
	stream_live(listener, lane->client_family, lane->client, up, down, first, &self->out,
		    &self->in);
	self->first[first]++;
}

/* Short connections with as many bytes as chance says, none at times. */
static void many(FIXTURE_DATA(history) *self, const struct lane *lane, unsigned int count)
{
	int listener = socket_listen(lane->server_family, lane->server, PORT, 128);

	while (count--)
		live(self, listener, lane, stream_random(3) ? stream_random(20000) : 0,
		     stream_random(3) ? stream_random(20000) : 0, stream_random(2));
	close(listener);
}

TEST_F_TIMEOUT(history, short_v4, 900)
{
	many(self, &lanes[LANE_V4], scaled(3000, 300));
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

TEST_F_TIMEOUT(history, short_v6, 900)
{
	many(self, &lanes[LANE_V6], scaled(500, 100));
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

/* IPv4 to a listener of IPv6, mapped addresses, addresses of an interface. */
TEST_F_TIMEOUT(history, mixed, 900)
{
	static const enum lane_number mixed[] = { LANE_DUAL, LANE_MAPPED, LANE_SCOPE, LANE_V4 };
	unsigned int i;

	for (i = 0; i < sizeof(mixed) / sizeof(mixed[0]); i++)
		many(self, &lanes[mixed[i]], 50);
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

TEST_F_TIMEOUT(history, large, 900)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);

	live(self, listener, &lanes[LANE_V4], 8 * MEGABYTE + 3, 5 * MEGABYTE + 1, CLIENT_FIRST);
	EXPECT_EQ(0, wrong_counters(self, PORT));
	live(self, listener, &lanes[LANE_V4], 1, 32 * MEGABYTE, SERVER_FIRST);
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

/* What is alive is in it, as far as it has come. */
TEST_F_TIMEOUT(history, alive, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");
	unsigned int i;

	for (i = 1; i <= 5; i++) {
		stream_exchange(&stream, 70000, 1234);
		EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CONNECTIONS, 1),
					 H(BYTES_OUT, i * 70000), H(BYTES_IN, i * 1234)));
		EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1),
					 H(CONNECTIONS, 1), H(BYTES_IN, i * 70000),
					 H(BYTES_OUT, i * 1234)));
	}
	stream_shut(&stream, CLIENT_FIRST);
	stream_account(&stream, &self->out, &self->in);
	self->first[CLIENT_FIRST]++;
	stream_close(&stream);
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

/* The other end goes on for long after this one has closed its half. */
TEST_F_TIMEOUT(history, half_closed, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");

	stream_exchange(&stream, 1000, 10);
	stream_shut_first(&stream, CLIENT_FIRST);
	stream_exchange(&stream, 0, MEGABYTE);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CONNECTIONS, 1),
				 H(BYTES_OUT, 1000), H(BYTES_IN, MEGABYTE + 10)));
	shutdown(stream.server, SHUT_WR);
	socket_wait_state(stream.server, SOCKPORT_STATE_CLOSE);
	socket_wait_state(stream.client, SOCKPORT_STATE_CLOSE);
	stream_account(&stream, &self->out, &self->in);
	self->first[CLIENT_FIRST]++;
	stream_close(&stream);
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

static bool sent_with_syn(int fd)
{
	struct tcp_info info;

	socket_info(fd, &info, sizeof(info));
	return info.tcpi_options & TCPI_OPT_SYN_DATA;
}

/* Returns whether the bytes came with the SYN. */
static bool open_fast(FIXTURE_DATA(history) *self, int listener, size_t up)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stream stream = { .up = up };
	char bytes[1000] = { 0 };
	bool with_syn;
	ssize_t sent;

	stream.client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sent = sendto(stream.client, bytes, up, MSG_FASTOPEN, (void *)&to, sizeof(to));
	if (sent != (ssize_t)up)
		die("fast open: %zd of %zu, %s", sent, up, strerror(errno));
	stream.server = socket_accept(listener);
	with_syn = sent_with_syn(stream.client);
	if (recv(stream.server, bytes, up, MSG_WAITALL) != (ssize_t)up)
		die("recv: %s", strerror(errno));
	stream_exchange(&stream, 50000, 60000);
	stream_shut(&stream, CLIENT_FIRST);
	stream_account(&stream, &self->out, &self->in);
	self->first[CLIENT_FIRST]++;
	stream_close(&stream);
	return with_syn;
}

/* Without cookies; then the first one fetches the cookie that the others send. */
TEST_F_TIMEOUT(history, fast_open, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	unsigned int with_syn = 0, i;

	socket_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 5);
	for (i = 1; i <= 5; i++)
		with_syn += open_fast(self, listener, i * 100);
	EXPECT_EQ(5, with_syn);
	EXPECT_EQ(0, wrong_counters(self, PORT));
	netns_sysctl("ipv4/tcp_fastopen", "3");
	for (i = 1; i <= 5; i++)
		with_syn += open_fast(self, listener, i * 200);
	EXPECT_EQ(5 + 4, with_syn);
	EXPECT_EQ(0, wrong_counters(self, PORT));
}

/* The program has what came with the SYN, and the answer to that is lost. */
static struct stream open_unfinished(int listener)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stream stream = { 0 };
	char bytes[100];

	loss_begin();
	loss_add(LOSS_SYNACK, PORT);
	loss_commit();
	socket_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 5);
	stream.client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sendto(stream.client, bytes, sizeof(bytes), MSG_FASTOPEN, (void *)&to, sizeof(to)) < 0 &&
	    errno != EINPROGRESS)
		die("fast open: %s", strerror(errno));
	stream.server = socket_accept(listener);
	socket_wait_state(stream.server, SOCKPORT_STATE_SYN_RECV);
	if (recv(stream.server, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		die("recv: %s", strerror(errno));
	return stream;
}

/* The program ends it before the handshake is over. */
TEST_F_TIMEOUT(history, fast_open_unfinished, 300)
{
	struct stream stream = open_unfinished(socket_listen(AF_INET, "127.0.0.1", PORT, 5));

	stream_linger(stream.server);
	close(stream.server);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(CLOSED, 1),
				 H(RESETS_SENT, 1), H(BYTES_IN, 100), H(CONNECTIONS, 0)));
	close(stream.client);
}

/* Its peer is gone when the answer comes through. */
TEST_F_TIMEOUT(history, fast_open_reset, 300)
{
	struct stream stream = open_unfinished(socket_listen(AF_INET, "127.0.0.1", PORT, 5));
	struct deadline d;

	close(stream.client);
	loss_begin();
	loss_delete(LOSS_SYNACK, PORT);
	loss_commit();
	for (d = deadline(); stream_error(stream.server) != ECONNRESET;)
		deadline_wait(&d, "the reset");
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 1), H(CLOSED_BY_PEER, 1),
				 H(RESETS_RECEIVED, 1), H(BYTES_IN, 100), H(CONNECTIONS, 0)));
	close(stream.server);
}

/* Both ends call, so both have opened it. */
TEST_F_TIMEOUT(history, simultaneous, 300)
{
	struct stream stream = { 0 };

	loss_begin();
	loss_add(LOSS_SYN, PORT);
	loss_commit();
	stream.server = socket_connect(AF_INET, "127.0.0.1", PORT, LOCAL_PORT);
	socket_wait_state(stream.server, SOCKPORT_STATE_SYN_SENT);
	stream.client = socket_connect(AF_INET, "127.0.0.1", LOCAL_PORT, PORT);
	socket_wait_state(stream.client, SOCKPORT_STATE_ESTABLISHED);
	socket_wait_state(stream.server, SOCKPORT_STATE_ESTABLISHED);
	stream_exchange(&stream, 1111, 2222);
	stream_shut(&stream, CLIENT_FIRST);
	stream_close(&stream);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, LOCAL_PORT, H(OPENED, 1), H(CLOSED, 1),
				 H(BYTES_OUT, 1111), H(BYTES_IN, 2222)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CLOSED_BY_PEER, 1),
				 H(BYTES_OUT, 2222), H(BYTES_IN, 1111)));
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_IN, PORT).told);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_IN, LOCAL_PORT).told);
}

/* disconnect() clears the socket's own counters. */
TEST_F_TIMEOUT(history, socket_again, 300)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");

	stream_exchange(&stream, 1000, 2000);
	ASSERT_EQ(0, connect(stream.client, &nowhere, sizeof(nowhere)));
	EXPECT_EQ(ECONNRESET, stream_error(stream.server));
	close(stream.server);
	if (connect(stream.client, (void *)&to, sizeof(to)))
		ASSERT_EQ(EINPROGRESS, errno);
	stream.server = socket_accept(listener);
	stream_exchange(&stream, 5, 7);
	stream_shut(&stream, SERVER_FIRST);
	stream_close(&stream);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 2), H(CLOSED, 1),
				 H(CLOSED_BY_PEER, 1), H(RESETS_SENT, 1), H(BYTES_OUT, 1005),
				 H(BYTES_IN, 2007), H(CONNECTIONS_HIGH, 1)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, IN, PORT, H(ACCEPTED, 2), H(CLOSED, 1),
				 H(CLOSED_BY_PEER, 1), H(RESETS_RECEIVED, 1), H(BYTES_IN, 1005),
				 H(BYTES_OUT, 2007)));
}

/* One end of a connection, as it is put back where it was on another host. */
static int restore(uint16_t port, uint16_t to, int sent, int received)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	socket_option(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	if (bind(fd, (void *)&address, sizeof(address)))
		die("bind: %s", strerror(errno));
	socket_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	socket_option(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, sent);
	socket_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
	socket_option(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, received);
	address.sin_port = htons(to);
	if (connect(fd, (void *)&address, sizeof(address)))
		die("connect: %s", strerror(errno));
	return fd;
}

/* No SYN takes a sequence number. */
TEST_F_TIMEOUT(history, restored, 300)
{
	struct stream stream = {
		.server = restore(PORT, LOCAL_PORT, 1000, 5000),
		.client = restore(LOCAL_PORT, PORT, 5000, 1000),
	};

	socket_option(stream.server, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF);
	socket_option(stream.client, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF);
	stream_exchange(&stream, 1111, 2222);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CONNECTIONS, 1),
				 H(BYTES_OUT, 1111), H(BYTES_IN, 2222)));
	stream_shut(&stream, CLIENT_FIRST);
	stream_close(&stream);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CLOSED, 1),
				 H(BYTES_OUT, 1111), H(BYTES_IN, 2222)));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, LOCAL_PORT, H(OPENED, 1), H(CLOSED_BY_PEER, 1),
				 H(BYTES_OUT, 2222), H(BYTES_IN, 1111)));
}

/* The same two ends, time after time, out of TIME_WAIT. */
TEST_F_TIMEOUT(history, port_again, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream;
	unsigned int i;

	for (i = 0; i < 50; i++) {
		stream = (struct stream){ 0 };
		stream.client = socket_connect(AF_INET, "127.0.0.1", PORT, LOCAL_PORT);
		stream.server = socket_accept(listener);
		stream_exchange(&stream, i * 10, i * 20);
		stream_shut(&stream, SERVER_FIRST);
		stream_account(&stream, &self->out, &self->in);
		self->first[SERVER_FIRST]++;
		stream_close(&stream);
	}
	EXPECT_EQ(0, wrong_counters(self, PORT));
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_IN, LOCAL_PORT).told);
}

static int mptcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
}

static bool ended(const struct history *history)
{
	return history->told && !history->value[SOCKPORT_A_HISTORY_CONNECTIONS];
}

static struct history wait_ended(struct client *client, uint8_t role)
{
	struct deadline d = deadline();
	struct history history;

	while (history = history_of(client, role, PORT), !ended(&history))
		deadline_wait(&d, "subflows have ended");
	return history;
}

/* Its subflows are TCP connections like others; who of them closes first is chance. */
TEST_F_TIMEOUT(history, mptcp, 300)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stream stream = { .client = mptcp_socket() };
	int listener = mptcp_socket();
	struct history out, in;
	struct ports ports;

	ASSERT_EQ(0, bind(listener, (void *)&address, sizeof(address)));
	ASSERT_EQ(0, listen(listener, 5));
	ASSERT_EQ(0, connect(stream.client, (void *)&address, sizeof(address)));
	stream.server = socket_accept(listener);
	stream_exchange(&stream, 100000, 30000);
	ports = client_ports_of(&self->client, HISTORY_WANT, NETNS_OWN);
	for_each_port(port, &ports)
		EXPECT_EQ(port->protocol == SOCKPORT_PROTOCOL_TCP, port->history.told);
	EXPECT_NE(NULL, ports_find(&ports, SOCKPORT_PROTOCOL_MPTCP, SOCKPORT_ROLE_OUT, PORT));
	ports_free(&ports);
	stream_shut_first(&stream, CLIENT_FIRST);
	stream_close(&stream);
	out = wait_ended(&self->client, SOCKPORT_ROLE_OUT);
	in = wait_ended(&self->client, SOCKPORT_ROLE_IN);
	EXPECT_EQ(1, out.value[SOCKPORT_A_HISTORY_OPENED]);
	EXPECT_EQ(1, in.value[SOCKPORT_A_HISTORY_ACCEPTED]);
	EXPECT_EQ(100000, out.value[SOCKPORT_A_HISTORY_BYTES_OUT]);
	EXPECT_EQ(100000, in.value[SOCKPORT_A_HISTORY_BYTES_IN]);
	EXPECT_EQ(30000, out.value[SOCKPORT_A_HISTORY_BYTES_IN]);
	EXPECT_EQ(30000, in.value[SOCKPORT_A_HISTORY_BYTES_OUT]);
	EXPECT_TRUE(history_adds_up(&out));
	EXPECT_TRUE(history_adds_up(&in));
}

TEST_HARNESS_MAIN
