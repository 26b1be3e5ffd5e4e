// SPDX-License-Identifier: GPL-2.0
/* What a moment differs by from an earlier one; see format.h. */
#include "record/delta.h"

#include <stdlib.h>
#include <string.h>

#include "record/draft.h"

/* Messages of so many lengths are remembered. */
#define LENGTHS		1024

/**
 * struct maker - a moment on its way into streams
 * @moment: the moment
 * @base: what it differs from; has no messages where there is none
 * @slots: numbers of messages of @base from 1 on, by their keys
 * @mask: their number - 1
 * @cursor: the message of @base that is next
 * @step: that is repeated
 * @count: how often
 * @recent: numbers of messages of @moment from 1 on, by their lengths
 * @draft: of @moment
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
	uint32_t recent[LENGTHS];
	struct draft draft;
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

/* Of some steps there is one at a time. */
static void put_single(struct maker *maker, enum record_step step, uint64_t count)
{
	put_step(maker);
	maker->step = step;
	maker->count = count;
	put_step(maker);
}

/* Zigzag tells where to; a step on the spot is none. */
static void seek(struct maker *maker, size_t to)
{
	if (to != maker->cursor)
		put_single(maker, RECORD_SEEK, zigzag((int64_t)to - (int64_t)maker->cursor));
	maker->cursor = to;
}

static void add_draft(struct maker *maker, const struct nlmsghdr *message)
{
	buffer_put(maker->draft.bytes, message, NLMSG_ALIGN(message->nlmsg_len));
}

static size_t count_same(const uint32_t *one, const uint32_t *other, size_t words)
{
	size_t i, same = 0;

	for (i = 0; i < words; i++)
		same += one[i] == other[i];
	return same;
}

/* Texts have nothing to do with those before, numbers often have. */
static bool is_alike(const struct nlmsghdr *one, const struct nlmsghdr *other)
{
	const size_t words = draft_words(one);

	return one->nlmsg_len == other->nlmsg_len &&
	       2 * count_same((const uint32_t *)one, (const uint32_t *)other, words) >= words;
}

static bool is_changed(const struct nlmsghdr *one, const struct nlmsghdr *other)
{
	return memcmp(one, other, NLMSG_ALIGN(one->nlmsg_len));
}

static void make_from_base(struct maker *maker, const struct nlmsghdr *message, size_t from)
{
	const struct nlmsghdr *before = moment_at(maker->base, from);
	const uint32_t at = maker->draft.bytes->size;

	seek(maker, from);
	if (is_changed(message, before)) {
		add_step(maker, RECORD_CHANGE);
		draft_note(&maker->draft, at, at);
	} else {
		add_step(maker, RECORD_COPY);
	}
	add_draft(maker, before);
	maker->cursor++;
}

/* Where the longer one has some words more; 0 if they have less than half in common. */
static size_t find_splice(const uint32_t *shorter, size_t words, const uint32_t *longer,
			  size_t more)
{
	size_t i, place = 1, same = count_same(shorter + 1, longer + 1 + more, words - 1);
	size_t best = same;

	for (i = 1; i < words; i++) {
		same += shorter[i] == longer[i];
		same -= shorter[i] == longer[i + more];
		if (same > best) {
			best = same;
			place = i + 1;
		}
	}
	return 2 * best >= words ? place : 0;
}

static bool make_spliced(struct maker *maker, const struct nlmsghdr *message, size_t from)
{
	const struct nlmsghdr *before = moment_at(maker->base, from);
	const uint32_t *now = (const uint32_t *)message, *then = (const uint32_t *)before;
	const int64_t more = (int64_t)message->nlmsg_len - before->nlmsg_len;
	const size_t words = draft_words(message), old = draft_words(before);
	const uint32_t at = maker->draft.bytes->size;
	size_t place, added, left_out;

	if (more % (int64_t)sizeof(*now))
		return false;
	added = words > old ? words - old : 0;
	left_out = words > old ? 0 : old - words;
	place = added ? find_splice(then, old, now, added) :
			find_splice(now, words, then, left_out);
	if (!place)
		return false;
	seek(maker, from);
	put_single(maker, RECORD_SPLICE, place);
	buffer_put_number(&maker->streams[DELTA_STEPS], zigzag(more / (int64_t)sizeof(*now)));
	buffer_put(&maker->streams[DELTA_BYTES], now + place, added * sizeof(*now));
	buffer_put(maker->draft.bytes, now, sizeof(*now));
	buffer_put(maker->draft.bytes, then + 1, (place - 1) * sizeof(*now));
	buffer_put(maker->draft.bytes, now + place, added * sizeof(*now));
	buffer_put(maker->draft.bytes, then + place + left_out,
		   (old - place - left_out) * sizeof(*now));
	draft_note(&maker->draft, at, at);
	maker->cursor++;
	return true;
}

static bool make_alike(struct maker *maker, size_t i, uint32_t recent)
{
	const struct moment *moment = maker->moment;
	const uint32_t *starts = (const uint32_t *)moment->starts.bytes;
	const struct nlmsghdr *message = moment_at(moment, i);

	if (!recent || message->nlmsg_type != moment_at(moment, recent - 1)->nlmsg_type ||
	    !is_alike(message, moment_at(moment, recent - 1)))
		return false;
	put_single(maker, RECORD_LIKE, i - (recent - 1));
	draft_note(&maker->draft, starts[i], starts[recent - 1]);
	if (buffer_reserve(maker->draft.bytes, NLMSG_ALIGN(message->nlmsg_len)))
		add_draft(maker, draft_at(&maker->draft, starts[recent - 1]));
	return true;
}

static void make_new(struct maker *maker, const struct nlmsghdr *message)
{
	add_step(maker, RECORD_NEW);
	buffer_put(&maker->streams[DELTA_BYTES], message, NLMSG_ALIGN(message->nlmsg_len));
	add_draft(maker, message);
}

static void make_message(struct maker *maker, size_t i)
{
	const struct nlmsghdr *message = moment_at(maker->moment, i);
	const uint32_t from = maker->slots[slot_of(maker, moment_key(maker->moment, i))];
	uint32_t *recent = &maker->recent[draft_words(message) % LENGTHS];

	if (from && moment_at(maker->base, from - 1)->nlmsg_len == message->nlmsg_len)
		make_from_base(maker, message, from - 1);
	else if ((!from || !make_spliced(maker, message, from - 1)) &&
		 !make_alike(maker, i, *recent))
		make_new(maker, message);
	*recent = i + 1;
}

static bool put_values(struct maker *maker, const struct change *change)
{
	struct columns *columns = &maker->draft.columns;
	const struct nlmsghdr *draft = draft_at(&maker->draft, change->at);
	const struct place_of_word *places = columns_of(columns, draft);
	const uint8_t *bytes = maker->moment->bytes.bytes;
	const bool is_like = change->like != change->at;
	const uint32_t *now = (const uint32_t *)(bytes + change->at);
	const uint32_t *before = is_like ? (const uint32_t *)(bytes + change->like) :
				 (const uint32_t *)draft;
	const size_t words = draft_words(draft);
	uint32_t more;
	size_t i;

	if (!places)
		return false;
	for (i = 1; i < words; i++) {
		more = now[i] - before[i] -
		       (is_like ? 0 : draft_expected(before + i, now + i, places[i].kin));
		columns_put(columns, maker->streams[DELTA_VALUES].bytes, places[i].column,
			    zigzag((int32_t)more));
	}
	return true;
}

static bool make_values(struct maker *maker)
{
	struct buffer *values = &maker->streams[DELTA_VALUES];
	size_t i;

	if (!draft_place(&maker->draft) ||
	    !buffer_reserve(values, maker->draft.columns.size))
		return false;
	values->size = maker->draft.columns.size;
	for (i = 0; i < draft_count(&maker->draft); i++)
		if (!put_values(maker, draft_change(&maker->draft, i)))
			return false;
	return true;
}

static bool make(struct maker *maker, struct buffer *cuts)
{
	const struct buffer *streams = maker->streams;
	size_t i;

	if (!index_base(maker))
		return false;
	for (i = 0; i < maker->moment->count; i++)
		make_message(maker, i);
	put_step(maker);
	if (!make_values(maker))
		return false;
	columns_cut(&maker->draft.columns, streams[DELTA_VALUES].bytes, cuts);
	return !streams[DELTA_STEPS].failed && !streams[DELTA_BYTES].failed && !cuts->failed;
}

/**
 * delta_make - tell what a moment differs by
 * @moment: the moment, as recorded
 * @base: an earlier one, as recorded; NULL for none
 * @streams: DELTA_STREAMS buffers, empty; get it
 * @cuts: empty; gets where values are of another sort from there on, as uint32_t
 *
 * Return: false without memory.
 */
bool delta_make(const struct moment *moment, const struct moment *base, struct buffer *streams,
		struct buffer *cuts)
{
	static const struct moment nothing;
	struct buffer bytes = { 0 };
	struct maker maker = {
		.moment = moment, .base = base ? base : &nothing, .draft.bytes = &bytes,
		.streams = streams,
	};
	const bool made = make(&maker, cuts);

	free(maker.slots);
	draft_free(&maker.draft);
	buffer_free(&bytes);
	return made;
}
