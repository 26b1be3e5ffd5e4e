// SPDX-License-Identifier: GPL-2.0
/* What a moment differs by from an earlier one; see format.h. */
#include "record/delta.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct maker - a moment on its way into streams
 * @moment: the moment
 * @base: what it differs from; has no messages where there is none
 * @slots: numbers of messages of @base from 1 on, by their keys
 * @mask: their number - 1
 * @cursor: the message of @base that is next
 * @step: that is repeated
 * @count: how often
 * @streams: what comes out
 */
struct maker {
	const struct moment *moment;
	const struct moment *base;
	uint32_t *slots;
	size_t mask;
	size_t cursor;
	enum record_step step;
	uint64_t count;
	struct buffer *streams;
};

static size_t slot_of(const struct maker *maker, uint32_t key)
{
	size_t i = key & maker->mask;

	while (maker->slots[i] && moment_key(maker->base, maker->slots[i] - 1) != key)
		i = (i + 1) & maker->mask;
	return i;
}

static bool index_base(struct maker *maker)
{
	size_t i, room = 64;

	while (room < 2 * maker->base->count)
		room *= 2;
	maker->slots = calloc(room, sizeof(*maker->slots));
	if (!maker->slots)
		return false;
	maker->mask = room - 1;
	/* Of several that are about the same, the first stays. */
	for (i = 0; i < maker->base->count; i++) {
		uint32_t *slot = &maker->slots[slot_of(maker, moment_key(maker->base, i))];

		if (!*slot)
			*slot = i + 1;
	}
	return true;
}

static void put_step(struct maker *maker)
{
	if (maker->count)
		buffer_put_number(&maker->streams[DELTA_STEPS],
				  maker->count * RECORD_STEPS + maker->step);
	maker->count = 0;
}

static void add_step(struct maker *maker, enum record_step step)
{
	if (maker->step != step)
		put_step(maker);
	maker->step = step;
	maker->count++;
}

/* Zigzag tells where to; a step on the spot is none. */
static void seek(struct maker *maker, size_t to)
{
	if (to == maker->cursor)
		return;
	put_step(maker);
	maker->step = RECORD_SEEK;
	maker->count = zigzag((int64_t)to - (int64_t)maker->cursor);
	put_step(maker);
	maker->cursor = to;
}

static size_t words_of(const struct nlmsghdr *message)
{
	return NLMSG_ALIGN(message->nlmsg_len) / sizeof(uint32_t);
}

static void put_changes(struct maker *maker, const struct nlmsghdr *from,
			const struct nlmsghdr *to)
{
	const uint32_t *before = (const uint32_t *)from, *now = (const uint32_t *)to;
	const size_t words = words_of(to);
	size_t i, next = 1;

	for (i = 1; i < words; i++) {
		if (now[i] == before[i])
			continue;
		buffer_put_number(&maker->streams[DELTA_GAPS], i - next + 1);
		buffer_put_number(&maker->streams[DELTA_VALUES],
				  zigzag((int32_t)(now[i] - before[i])));
		next = i + 1;
	}
	buffer_put_number(&maker->streams[DELTA_GAPS], 0);
}

/* Texts have nothing to do with those before, numbers often have. */
static bool is_alike(const struct nlmsghdr *one, const struct nlmsghdr *other)
{
	const uint32_t *a = (const uint32_t *)one, *b = (const uint32_t *)other;
	const size_t words = words_of(one);
	size_t i, same = 0;

	if (one->nlmsg_len != other->nlmsg_len)
		return false;
	for (i = 0; i < words; i++)
		same += a[i] == b[i];
	return 2 * same >= words;
}

static bool is_changed(const struct nlmsghdr *one, const struct nlmsghdr *other)
{
	return memcmp(one, other, NLMSG_ALIGN(one->nlmsg_len));
}

static void make_from_base(struct maker *maker, const struct nlmsghdr *message, size_t from)
{
	const struct nlmsghdr *before = moment_at(maker->base, from);

	seek(maker, from);
	if (is_changed(message, before)) {
		add_step(maker, RECORD_CHANGE);
		put_changes(maker, before, message);
	} else {
		add_step(maker, RECORD_COPY);
	}
	maker->cursor++;
}

static void make_message(struct maker *maker, size_t i)
{
	const struct nlmsghdr *message = moment_at(maker->moment, i);
	const uint32_t from = maker->slots[slot_of(maker, moment_key(maker->moment, i))];

	if (from && moment_at(maker->base, from - 1)->nlmsg_len == message->nlmsg_len) {
		make_from_base(maker, message, from - 1);
	} else if (i && is_alike(message, moment_at(maker->moment, i - 1))) {
		add_step(maker, RECORD_LIKE);
		put_changes(maker, moment_at(maker->moment, i - 1), message);
	} else {
		add_step(maker, RECORD_NEW);
		buffer_put(&maker->streams[DELTA_BYTES], message,
			   NLMSG_ALIGN(message->nlmsg_len));
	}
}

static bool have_failed(const struct buffer *streams)
{
	return streams[DELTA_STEPS].failed || streams[DELTA_GAPS].failed ||
	       streams[DELTA_VALUES].failed || streams[DELTA_BYTES].failed;
}

/**
 * delta_make - tell what a moment differs by
 * @moment: the moment, as recorded
 * @base: an earlier one, as recorded; NULL for none
 * @streams: DELTA_STREAMS buffers, empty; get it
 *
 * Return: false without memory.
 */
bool delta_make(const struct moment *moment, const struct moment *base, struct buffer *streams)
{
	static const struct moment nothing;
	struct maker maker = {
		.moment = moment, .base = base ? base : &nothing, .streams = streams,
	};
	size_t i;

	if (!index_base(&maker))
		return false;
	for (i = 0; i < moment->count; i++)
		make_message(&maker, i);
	put_step(&maker);
	free(maker.slots);
	return !have_failed(streams);
}

/**
 * struct taker - a moment on its way out of streams
 * @moment: the moment; @head.size tells how large it may become
 * @base: what it differs from
 * @cursor: the message of @base that is next
 * @last: where in @moment the last message begins
 * @streams: what comes in
 */
struct taker {
	struct moment *moment;
	const struct moment *base;
	size_t cursor;
	size_t last;
	struct stream *streams;
};

/* The bytes of one message or more; where they are now, or NULL. */
static uint8_t *append(struct taker *taker, const void *bytes, size_t size)
{
	struct buffer *to = &taker->moment->bytes;
	const size_t at = to->size;

	if (!bytes || size > taker->moment->head.size - at)
		return NULL;
	buffer_put(to, bytes, size);
	return to->failed ? NULL : to->bytes + at;
}

static bool take_copies(struct taker *taker, uint64_t count)
{
	const struct nlmsghdr *message;

	if (count > taker->base->count - taker->cursor)
		return false;
	for (; count; count--) {
		message = moment_at(taker->base, taker->cursor++);
		taker->last = taker->moment->bytes.size;
		if (!append(taker, message, NLMSG_ALIGN(message->nlmsg_len)))
			return false;
	}
	return true;
}

/* The first word is the length, and stays. */
static bool take_changes(struct taker *taker, struct nlmsghdr *message)
{
	uint32_t *words = (uint32_t *)message;
	const size_t count = words_of(message);
	size_t next = 1;
	uint64_t gap;

	while ((gap = stream_number(&taker->streams[DELTA_GAPS]))) {
		if (gap > count - next)
			return false;
		next += gap;
		words[next - 1] += (uint32_t)unzigzag(stream_number(&taker->streams[DELTA_VALUES]));
	}
	return !taker->streams[DELTA_GAPS].failed && !taker->streams[DELTA_VALUES].failed;
}

static bool take_like(struct taker *taker, const struct nlmsghdr *like)
{
	const size_t size = NLMSG_ALIGN(like->nlmsg_len);
	uint8_t *to;

	taker->last = taker->moment->bytes.size;
	to = append(taker, like, size);
	return to && take_changes(taker, (struct nlmsghdr *)to);
}

static bool take_changed(struct taker *taker, uint64_t count)
{
	if (count > taker->base->count - taker->cursor)
		return false;
	for (; count; count--)
		if (!take_like(taker, moment_at(taker->base, taker->cursor++)))
			return false;
	return true;
}

/* The one before may move when there is no room left for the next. */
static bool take_alike(struct taker *taker, uint64_t count)
{
	struct buffer *bytes = &taker->moment->bytes;
	const struct nlmsghdr *before;

	for (; count; count--) {
		if (!bytes->size)
			return false;
		before = (const struct nlmsghdr *)(bytes->bytes + taker->last);
		if (!buffer_reserve(bytes, NLMSG_ALIGN(before->nlmsg_len)))
			return false;
		before = (const struct nlmsghdr *)(bytes->bytes + taker->last);
		if (!take_like(taker, before))
			return false;
	}
	return true;
}

static bool take_new(struct taker *taker, uint64_t count)
{
	struct stream *bytes = &taker->streams[DELTA_BYTES];
	struct nlmsghdr head;

	for (; count; count--) {
		if (bytes->left < sizeof(head))
			return false;
		memcpy(&head, bytes->next, sizeof(head));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > bytes->left)
			return false;
		taker->last = taker->moment->bytes.size;
		if (!append(taker, stream_bytes(bytes, NLMSG_ALIGN(head.nlmsg_len)),
			    NLMSG_ALIGN(head.nlmsg_len)))
			return false;
	}
	return true;
}

static bool take_seek(struct taker *taker, uint64_t count)
{
	const uint64_t to = taker->cursor + (uint64_t)unzigzag(count);

	if (to > taker->base->count)
		return false;
	taker->cursor = to;
	return true;
}

static bool take_step(struct taker *taker)
{
	const uint64_t number = stream_number(&taker->streams[DELTA_STEPS]);
	const uint64_t count = number / RECORD_STEPS;

	if (taker->streams[DELTA_STEPS].failed)
		return false;
	switch (number % RECORD_STEPS) {
	case RECORD_COPY:
		return take_copies(taker, count);
	case RECORD_CHANGE:
		return take_changed(taker, count);
	case RECORD_LIKE:
		return take_alike(taker, count);
	case RECORD_NEW:
		return take_new(taker, count);
	case RECORD_SEEK:
		return take_seek(taker, count);
	}
	return false;
}

/**
 * delta_apply - make a moment of what it differs by
 * @moment: empty, but for its head
 * @base: what it differs from, with index; NULL for none
 * @streams: what delta_make() made, or anything
 *
 * Return: false if that is none, or without memory.
 */
bool delta_apply(struct moment *moment, const struct moment *base,
		 struct stream streams[DELTA_STREAMS])
{
	static const struct moment nothing;
	struct taker taker = {
		.moment = moment, .base = base ? base : &nothing, .streams = streams,
	};

	while (streams[DELTA_STEPS].left)
		if (!take_step(&taker))
			return false;
	return moment->bytes.size == moment->head.size && !streams[DELTA_GAPS].left &&
	       !streams[DELTA_VALUES].left && !streams[DELTA_BYTES].left && moment_index(moment);
}
