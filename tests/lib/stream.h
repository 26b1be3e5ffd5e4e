/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct truth - what an end of some connections has done: payload by the calls
 *	that moved it, the rest by TCP_INFO
 */
struct truth {
	uint64_t	connections;
	uint64_t	bytes_in;
	uint64_t	bytes_out;
	uint64_t	segments_in;
	uint64_t	segments_out;
	uint64_t	retransmits;
	uint64_t	retransmitted_bytes;
	uint64_t	rtts;
	uint64_t	rtt_sum;
	uint64_t	busy;
	uint64_t	rwnd_limited;
	uint64_t	sndbuf_limited;
	uint64_t	out_of_order;
	uint64_t	dsack_dups;
	uint64_t	delivered_ce;
};

/**
 * struct stream - both ends of a connection, both not blocking
 */
struct stream {
	int		client;
	int		server;
	uint64_t	up;
	uint64_t	down;
};

struct stream stream_open(int listener, int family, const char *address);
/* Bytes go both ways at the same time, until all have been read. */
void stream_exchange(struct stream *stream, size_t up, size_t down);
/* All have arrived, nobody reads them. */
void stream_leave(struct stream *stream, size_t up);

enum stream_end {
	CLIENT_FIRST,
	SERVER_FIRST,
};

/* One way is shut, read to its end at the other side. */
void stream_shut_first(const struct stream *stream, enum stream_end first);
/* Then the other one; both sockets are closed in the end, but still there. */
void stream_shut(const struct stream *stream, enum stream_end first);
/* Adds what both ends have done; ends may be NULL. */
void stream_account(const struct stream *stream, struct truth *client, struct truth *server);
void stream_close(struct stream *stream);

/* All at once: the life of a connection. */
void stream_live(int listener, int family, const char *address, size_t up, size_t down,
		 enum stream_end first, struct truth *client, struct truth *server);

/* What the kernel says of an end, without payload. */
void truth_add(struct truth *truth, int fd);
/* Error that an unfinished connection ended with: waits for it. */
int stream_error(int fd);
/* Its next close() is a reset. */
void stream_linger(int fd);
/* A random number in [0, below), from a seed that tests say. */
uint32_t stream_random(uint32_t below);

#endif
