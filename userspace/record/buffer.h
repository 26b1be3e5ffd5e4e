/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_BUFFER_H
#define RECORD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct buffer - bytes that become more; zeroed before use
 * @bytes: the bytes
 * @size: how many there are
 * @room: for how many @bytes has room
 * @failed: there was no memory for some
 */
struct buffer {
	uint8_t *bytes;
	size_t size;
	size_t room;
	bool failed;
};

/**
 * struct stream - bytes that are read
 * @next: the next one
 * @left: how many there are
 * @failed: there were fewer than were asked for, or what they say makes no sense
 */
struct stream {
	const uint8_t *next;
	size_t left;
	bool failed;
};

bool buffer_reserve(struct buffer *buffer, size_t size);
void buffer_put(struct buffer *buffer, const void *bytes, size_t size);
void buffer_put_number(struct buffer *buffer, uint64_t number);
void buffer_free(struct buffer *buffer);
uint64_t stream_number(struct stream *stream);
const uint8_t *stream_bytes(struct stream *stream, size_t size);

/* Small numbers of either sign as small ones without. */
static inline uint64_t zigzag(int64_t number)
{
	return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static inline int64_t unzigzag(uint64_t number)
{
	return (int64_t)(number >> 1 ^ -(number & 1));
}

#endif
