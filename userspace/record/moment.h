/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_MOMENT_H
#define RECORD_MOMENT_H

#include "record/buffer.h"
#include "record/format.h"

/* Bytes of the largest message that the recorder makes itself, and of a text in it. */
#define MOMENT_MESSAGE_MAX	16384
#define MOMENT_TEXT_MAX		2000

/**
 * struct moment - what was so at some time; zeroed before use
 * @head: of its frame, as far as that is known
 * @bytes: its messages
 * @starts: where in @bytes each begins, as uint32_t
 * @keys: what each is about, as uint32_t; for the recorder
 * @count: of messages
 */
struct moment {
	struct record_frame head;
	struct buffer bytes;
	struct buffer starts;
	struct buffer keys;
	size_t count;
};

void moment_add(struct moment *moment, const struct nlmsghdr *message, uint16_t kind,
		uint32_t key);
void moment_note(struct moment *moment, uint32_t start);
struct nlmsghdr *moment_begin(void *buffer);
void moment_put_number(struct nlmsghdr *message, uint16_t type, uint64_t number);
void moment_put_text(struct nlmsghdr *message, uint16_t type, const char *text);
void moment_end(struct moment *moment, const struct nlmsghdr *message, uint16_t kind);
void moment_cut(struct moment *moment, size_t count);
bool moment_failed(const struct moment *moment);
void moment_clear(struct moment *moment);
void moment_free(struct moment *moment);

/**
 * moment_at - a message of a moment
 * @moment: the moment
 * @i: below its @count
 *
 * Return: the message, whole.
 */
static inline struct nlmsghdr *moment_at(const struct moment *moment, size_t i)
{
	return (struct nlmsghdr *)(moment->bytes.bytes + ((uint32_t *)moment->starts.bytes)[i]);
}

/**
 * moment_key - what a message is about
 * @moment: the moment
 * @i: below its @count
 *
 * Return: a number; the same in other moments.
 */
static inline uint32_t moment_key(const struct moment *moment, size_t i)
{
	return ((uint32_t *)moment->keys.bytes)[i];
}

#endif
