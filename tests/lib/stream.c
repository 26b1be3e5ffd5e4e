// SPDX-License-Identifier: GPL-2.0
/*
 * stream.c - TCP connections that carry bytes, and what they have done
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "die.h"
#include "stream.h"

#define PIECE	(1 << 16)

static char piece[PIECE];

uint32_t stream_random(uint32_t below)
{
	return random() % below;
}

struct stream stream_open(int listener, int family, const char *address)
{
	struct stream stream = { 0 };

	stream.client = socket_connect(family, address, socket_port(listener), 0);
	stream.server = socket_accept(listener);
	fcntl(stream.server, F_SETFL, O_NONBLOCK);
	return stream;
}

static void wait_for(int fd, short events)
{
	struct pollfd ready = { .fd = fd, .events = events };

	if (poll(&ready, 1, scaled(60, 300) * 1000) != 1)
		die("a connection is stuck");
}

/* As much as goes now. */
static void push(int fd, size_t *left)
{
	ssize_t n;

	while (*left) {
		n = send(fd, piece, *left < PIECE ? *left : PIECE, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("send: %s", strerror(errno));
		*left -= n;
	}
}

static void pull(int fd, size_t *left)
{
	ssize_t n;

	while (*left) {
		n = recv(fd, piece, *left < PIECE ? *left : PIECE, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			die("recv: %s", n ? strerror(errno) : "end of file");
		*left -= n;
	}
}

void stream_exchange(struct stream *stream, size_t up, size_t down)
{
	size_t to_send[] = { up, down }, to_read[] = { up, down };
	struct pollfd ready[2];

	stream->up += up;
	stream->down += down;
	while (to_read[0] || to_read[1]) {
		ready[0] = (struct pollfd){ .fd = stream->client,
			.events = (to_send[0] ? POLLOUT : 0) | (to_read[1] ? POLLIN : 0) };
		ready[1] = (struct pollfd){ .fd = stream->server,
			.events = (to_send[1] ? POLLOUT : 0) | (to_read[0] ? POLLIN : 0) };
		if (poll(ready, 2, scaled(60, 300) * 1000) < 1)
			die("a connection is stuck");
		push(stream->client, &to_send[0]);
		push(stream->server, &to_send[1]);
		pull(stream->server, &to_read[0]);
		pull(stream->client, &to_read[1]);
	}
}

void stream_leave(struct stream *stream, size_t up)
{
	struct deadline d = deadline();
	size_t left = up;
	int waiting;

	wait_for(stream->client, POLLOUT);
	push(stream->client, &left);
	if (left)
		die("%zu bytes do not fit", up);
	stream->up += up;
	for (;;) {
		if (ioctl(stream->server, FIONREAD, &waiting))
			die("FIONREAD: %s", strerror(errno));
		if ((size_t)waiting == up)
			return;
		deadline_wait(&d, "all bytes have arrived");
	}
}

static void read_end(int fd)
{
	char byte;

	wait_for(fd, POLLIN);
	if (recv(fd, &byte, 1, 0))
		die("no end of file");
}

void stream_shut_first(const struct stream *stream, enum stream_end first)
{
	int one = first == CLIENT_FIRST ? stream->client : stream->server;
	int other = first == CLIENT_FIRST ? stream->server : stream->client;

	wait_for(stream->client, POLLOUT);
	if (shutdown(one, SHUT_WR))
		die("shutdown: %s", strerror(errno));
	read_end(other);
}

void stream_shut(const struct stream *stream, enum stream_end first)
{
	int one = first == CLIENT_FIRST ? stream->client : stream->server;
	int other = first == CLIENT_FIRST ? stream->server : stream->client;

	stream_shut_first(stream, first);
	if (shutdown(other, SHUT_WR))
		die("shutdown: %s", strerror(errno));
	read_end(one);
	socket_wait_state(one, SOCKPORT_STATE_CLOSE);
	socket_wait_state(other, SOCKPORT_STATE_CLOSE);
}

void truth_add(struct truth *truth, int fd)
{
	struct tcp_info info;

	socket_info(fd, &info, sizeof(info));
	truth->connections++;
	truth->segments_in += info.tcpi_segs_in;
	truth->segments_out += info.tcpi_segs_out;
	truth->retransmits += info.tcpi_total_retrans;
	truth->retransmitted_bytes += info.tcpi_bytes_retrans;
	truth->rtt_sum += info.tcpi_rtt;
	truth->rtts += info.tcpi_rtt > 0;
	truth->busy += info.tcpi_busy_time;
	truth->rwnd_limited += info.tcpi_rwnd_limited;
	truth->sndbuf_limited += info.tcpi_sndbuf_limited;
	truth->out_of_order += info.tcpi_rcv_ooopack;
	truth->dsack_dups += info.tcpi_dsack_dups;
	truth->delivered_ce += info.tcpi_delivered_ce;
}

void stream_account(const struct stream *stream, struct truth *client, struct truth *server)
{
	if (client) {
		truth_add(client, stream->client);
		client->bytes_out += stream->up;
		client->bytes_in += stream->down;
	}
	if (server) {
		truth_add(server, stream->server);
		server->bytes_in += stream->up;
		server->bytes_out += stream->down;
	}
}

void stream_close(struct stream *stream)
{
	close(stream->client);
	close(stream->server);
	stream->client = -1;
	stream->server = -1;
}

void stream_live(int listener, int family, const char *address, size_t up, size_t down,
		 enum stream_end first, struct truth *client, struct truth *server)
{
	struct stream stream = stream_open(listener, family, address);

	stream_exchange(&stream, up, down);
	stream_shut(&stream, first);
	stream_account(&stream, client, server);
	stream_close(&stream);
}

int stream_error(int fd)
{
	socklen_t length = sizeof(int);
	int error;

	wait_for(fd, POLLOUT);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		die("SO_ERROR: %s", strerror(errno));
	return error;
}

void stream_linger(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		die("linger: %s", strerror(errno));
}
