// SPDX-License-Identifier: GPL-2.0
/* Bytes on their way into a file, and out of it. */
#include "record/buffer.h"

#include <stdlib.h>
#include <string.h>

/* Bits of a number in a byte; another bit says that there is more. */
#define BITS	7
#define MORE	(1u << BITS)

/**
 * buffer_reserve - have room for more bytes
 * @buffer: the buffer
 * @size: how many
 *
 * Return: false without memory; then the buffer has failed.
 */
bool buffer_reserve(struct buffer *buffer, size_t size)
{
	size_t room = buffer->room ? buffer->room : 4096;
	uint8_t *bytes;

	if (buffer->failed)
		return false;
	if (buffer->room - buffer->size >= size)
		return true;
	while (room - buffer->size < size && room <= SIZE_MAX / 2)
		room *= 2;
	bytes = room - buffer->size < size ? NULL : realloc(buffer->bytes, room);
	if (!bytes) {
		buffer->failed = true;
		return false;
	}
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

/**
 * buffer_put - add bytes
 * @buffer: the buffer
 * @bytes: the bytes
 * @size: how many
 */
void buffer_put(struct buffer *buffer, const void *bytes, size_t size)
{
	if (!size || !buffer_reserve(buffer, size))
		return;
	memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
}

/**
 * buffer_put_number - add a number, a small one as few bytes
 * @buffer: the buffer
 * @number: the number
 */
void buffer_put_number(struct buffer *buffer, uint64_t number)
{
	uint8_t bytes[(64 + BITS - 1) / BITS];
	size_t size = 0;

	for (; number >= MORE; number >>= BITS)
		bytes[size++] = number | MORE;
	bytes[size++] = number;
	buffer_put(buffer, bytes, size);
}

/**
 * buffer_free - forget all bytes
 * @buffer: as zeroed afterwards
 */
void buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}

/**
 * stream_number - read what buffer_put_number() wrote
 * @stream: the stream
 *
 * Return: the number; 0 if there is none, then the stream has failed.
 */
uint64_t stream_number(struct stream *stream)
{
	uint64_t number = 0;
	unsigned int shift;
	const uint8_t *byte;

	for (shift = 0; shift < 64; shift += BITS) {
		byte = stream_bytes(stream, 1);
		if (!byte)
			return 0;
		number |= (uint64_t)(*byte & (MORE - 1)) << shift;
		if (!(*byte & MORE))
			return number;
	}
	stream->failed = true;
	return 0;
}

/**
 * stream_bytes - read bytes
 * @stream: the stream
 * @size: how many
 *
 * Return: them; NULL if there are fewer, then the stream has failed.
 */
const uint8_t *stream_bytes(struct stream *stream, size_t size)
{
	const uint8_t *bytes = stream->next;

	if (stream->failed || size > stream->left) {
		stream->failed = true;
		return NULL;
	}
	stream->next += size;
	stream->left -= size;
	return bytes;
}
