// SPDX-License-Identifier: GPL-2.0
/* What a moment differs by from an earlier one; see format.h. */
#include "record/delta.h"

#include <stdlib.h>
#include <string.h>

#include "record/columns.h"

/* Messages of so many lengths are remembered. */
#define LENGTHS		1024

/**
 * struct change - a message that differs from its draft, or from one before
 * @at: where it begins
 * @like: where the one before begins; @at for the draft
 */
struct change {
	uint32_t at;
	uint32_t like;
};

/**
 * struct draft - a moment before it is known by what words its messages differ
 * @bytes: its messages, each as long as in the moment
 * @changes: of struct change, in their order
 * @columns: where the words of these are
 */
struct draft {
	struct buffer *bytes;
	struct buffer changes;
	struct columns columns;
};

static void draft_free(struct draft *draft)
{
	buffer_free(&draft->changes);
	columns_free(&draft->columns);
}

static void note_change(struct draft *draft, uint32_t at, uint32_t like)
{
	const struct change change = { at, like };

	buffer_put(&draft->changes, &change, sizeof(change));
}

static size_t change_count(const struct draft *draft)
{
	return draft->changes.size / sizeof(struct change);
}

static const struct change *change_at(const struct draft *draft, size_t i)
{
	return (const struct change *)draft->changes.bytes + i;
}

static size_t words_of(const struct nlmsghdr *message)
{
	return NLMSG_ALIGN(message->nlmsg_len) / sizeof(uint32_t);
}

static const struct nlmsghdr *draft_at(const struct draft *draft, uint32_t at)
{
	return (const struct nlmsghdr *)(draft->bytes->bytes + at);
}

/* When all changes are known, there is a place for each word. */
static bool place_columns(struct draft *draft)
{
	size_t i;

	if (draft->changes.failed || draft->bytes->failed)
		return false;
	for (i = 0; i < change_count(draft); i++)
		if (!columns_add(&draft->columns, draft_at(draft, change_at(draft, i)->at)))
			return false;
	columns_place(&draft->columns);
	return true;
}

/* The low word of a number, in the midst of a message. */
static uint64_t number_at(const uint32_t *low)
{
	uint64_t number;

	memcpy(&number, low - (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__), sizeof(number));
	return number;
}

/*
 * How much a counter has grown if it did as one before it. Of large totals the upper bits do; the
 * same comes out everywhere.
 */
static uint32_t expected(const uint32_t *before, const uint32_t *now, size_t kin)
{
	uint64_t grown, of, total;

	if (!kin)
		return 0;
	of = number_at(before - kin);
	grown = number_at(now - kin) - of;
	total = number_at(before);
	if (grown > UINT32_MAX)
		return 0;
	for (; (of | total) > UINT32_MAX; of >>= 1)
		total >>= 1;
	return of ? grown * total / of : 0;
}

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
	const size_t words = words_of(one);

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
		note_change(&maker->draft, at, at);
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
	const size_t words = words_of(message), old = words_of(before);
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
	note_change(&maker->draft, at, at);
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
	note_change(&maker->draft, starts[i], starts[recent - 1]);
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
	uint32_t *recent = &maker->recent[words_of(message) % LENGTHS];

	if (from && moment_at(maker->base, from - 1)->nlmsg_len == message->nlmsg_len)
		make_from_base(maker, message, from - 1);
	else if ((!from || !make_spliced(maker, message, from - 1)) &&
		 !make_alike(maker, i, *recent))
		make_new(maker, message);
	*recent = i + 1;
}

static void put_values(struct maker *maker, const struct change *change)
{
	struct columns *columns = &maker->draft.columns;
	const struct nlmsghdr *draft = draft_at(&maker->draft, change->at);
	const struct place_of_word *places = columns_of(columns, draft);
	const uint8_t *bytes = maker->moment->bytes.bytes;
	const bool is_like = change->like != change->at;
	const uint32_t *now = (const uint32_t *)(bytes + change->at);
	const uint32_t *before = is_like ? (const uint32_t *)(bytes + change->like) :
				 (const uint32_t *)draft;
	const size_t words = words_of(draft);
	uint32_t more;
	size_t i;

	for (i = 1; i < words; i++) {
		more = now[i] - before[i] -
		       (is_like ? 0 : expected(before + i, now + i, places[i].kin));
		columns_put(columns, maker->streams[DELTA_VALUES].bytes, places[i].column,
			    zigzag((int32_t)more));
	}
}

static bool make_values(struct maker *maker)
{
	struct buffer *values = &maker->streams[DELTA_VALUES];
	size_t i;

	if (!place_columns(&maker->draft) ||
	    !buffer_reserve(values, maker->draft.columns.size))
		return false;
	values->size = maker->draft.columns.size;
	for (i = 0; i < change_count(&maker->draft); i++)
		put_values(maker, change_at(&maker->draft, i));
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

/**
 * struct taker - a moment on its way out of streams
 * @moment: the moment; @head.size tells how large it may become
 * @base: what it differs from
 * @cursor: the message of @base that is next
 * @draft: of @moment, becomes the moment
 * @before: what a message differs from
 * @streams: what comes in
 */
struct taker {
	struct moment *moment;
	const struct moment *base;
	size_t cursor;
	struct draft draft;
	struct buffer before;
	struct stream *streams;
};

/* The bytes of a message or of a part of one, which are not among those of the moment. */
static bool append(struct taker *taker, const void *bytes, size_t size)
{
	struct buffer *to = &taker->moment->bytes;

	if (!bytes || size > taker->moment->head.size - to->size)
		return false;
	buffer_put(to, bytes, size);
	return !to->failed;
}

static bool take_base(struct taker *taker, uint64_t count, bool is_changed)
{
	const struct nlmsghdr *message;
	uint32_t at;

	if (count > taker->base->count - taker->cursor)
		return false;
	for (; count; count--) {
		message = moment_at(taker->base, taker->cursor++);
		at = taker->moment->bytes.size;
		if (is_changed)
			note_change(&taker->draft, at, at);
		if (!append(taker, message, NLMSG_ALIGN(message->nlmsg_len)))
			return false;
		moment_note(taker->moment, at);
	}
	return true;
}

/* The first word is the length. */
static bool append_spliced(struct taker *taker, const struct nlmsghdr *from, size_t place,
			   int64_t more)
{
	const size_t size = sizeof(uint32_t), added = more > 0 ? more : 0;
	const size_t left_out = more < 0 ? -more : 0, words = words_of(from);
	const uint32_t *before = (const uint32_t *)from;
	const uint32_t length = from->nlmsg_len + more * (int64_t)size;

	if (!place || place > words || left_out > words - place ||
	    left_out * size > from->nlmsg_len - sizeof(*from))
		return false;
	return append(taker, &length, size) && append(taker, before + 1, (place - 1) * size) &&
	       append(taker, stream_bytes(&taker->streams[DELTA_BYTES], added * size),
		      added * size) &&
	       append(taker, before + place + left_out, (words - place - left_out) * size);
}

static bool take_spliced(struct taker *taker, uint64_t place)
{
	const int64_t more = unzigzag(stream_number(&taker->streams[DELTA_STEPS]));
	const uint32_t at = taker->moment->bytes.size;

	if (taker->streams[DELTA_STEPS].failed || more < -(int64_t)RECORD_MAX ||
	    more > (int64_t)RECORD_MAX || place > RECORD_MAX ||
	    taker->cursor == taker->base->count ||
	    !append_spliced(taker, moment_at(taker->base, taker->cursor++), place, more))
		return false;
	note_change(&taker->draft, at, at);
	moment_note(taker->moment, at);
	return true;
}

static bool take_alike(struct taker *taker, uint64_t distance)
{
	struct moment *moment = taker->moment;
	const uint32_t at = moment->bytes.size;
	const struct nlmsghdr *like;
	size_t size;

	if (!distance || distance > moment->count)
		return false;
	like = moment_at(moment, moment->count - distance);
	size = NLMSG_ALIGN(like->nlmsg_len);
	/* It may move when there is no room left for another one. */
	if (!buffer_reserve(&moment->bytes, size))
		return false;
	like = moment_at(moment, moment->count - distance);
	note_change(&taker->draft, at, (const uint8_t *)like - moment->bytes.bytes);
	if (!append(taker, like, size))
		return false;
	moment_note(moment, at);
	return true;
}

static bool take_new(struct taker *taker, uint64_t count)
{
	struct stream *bytes = &taker->streams[DELTA_BYTES];
	struct nlmsghdr head;
	uint32_t at;

	for (; count; count--) {
		if (bytes->left < sizeof(head))
			return false;
		memcpy(&head, bytes->next, sizeof(head));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > bytes->left)
			return false;
		at = taker->moment->bytes.size;
		if (!append(taker, stream_bytes(bytes, NLMSG_ALIGN(head.nlmsg_len)),
			    NLMSG_ALIGN(head.nlmsg_len)))
			return false;
		moment_note(taker->moment, at);
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
		return take_base(taker, count, false);
	case RECORD_CHANGE:
		return take_base(taker, count, true);
	case RECORD_LIKE:
		return take_alike(taker, count);
	case RECORD_NEW:
		return take_new(taker, count);
	case RECORD_SEEK:
		return take_seek(taker, count);
	case RECORD_SPLICE:
		return take_spliced(taker, count);
	}
	return false;
}

/* What it differs from is kept, as the message takes the place of its draft. */
static bool take_change(struct taker *taker, const struct change *change, const uint8_t *values)
{
	const struct nlmsghdr *draft = draft_at(&taker->draft, change->at);
	struct columns *columns = &taker->draft.columns;
	const struct place_of_word *places = columns_of(columns, draft);
	uint32_t *now = (uint32_t *)(taker->moment->bytes.bytes + change->at), more;
	const bool is_like = change->like != change->at;
	const size_t words = words_of(draft);
	const uint32_t *before;
	size_t i;

	taker->before.size = 0;
	buffer_put(&taker->before, draft_at(&taker->draft, change->like), words * sizeof(*now));
	if (!places || taker->before.failed)
		return false;
	before = (const uint32_t *)taker->before.bytes;
	for (i = 1; i < words; i++) {
		more = unzigzag(columns_take(columns, values, places[i].column));
		now[i] = before[i] + more +
			 (is_like ? 0 : expected(before + i, now + i, places[i].kin));
	}
	return true;
}

static bool take_values(struct taker *taker)
{
	const uint8_t *values;
	size_t i;

	if (!place_columns(&taker->draft))
		return false;
	values = stream_bytes(&taker->streams[DELTA_VALUES], taker->draft.columns.size);
	if (!values)
		return false;
	for (i = 0; i < change_count(&taker->draft); i++)
		if (!take_change(taker, change_at(&taker->draft, i), values))
			return false;
	return true;
}

static bool take(struct taker *taker)
{
	while (taker->streams[DELTA_STEPS].left)
		if (!take_step(taker))
			return false;
	return take_values(taker) && !taker->streams[DELTA_BYTES].left &&
	       !taker->streams[DELTA_VALUES].left;
}

/**
 * delta_apply - make a moment of what it differs by
 * @moment: empty, but for its head
 * @base: what it differs from, with starts; NULL for none
 * @streams: what delta_make() made, or anything
 *
 * Return: false if that is none, or without memory.
 */
bool delta_apply(struct moment *moment, const struct moment *base,
		 struct stream streams[DELTA_STREAMS])
{
	static const struct moment nothing;
	struct taker taker = {
		.moment = moment, .base = base ? base : &nothing, .draft.bytes = &moment->bytes,
		.streams = streams,
	};
	const bool taken = take(&taker);

	draft_free(&taker.draft);
	buffer_free(&taker.before);
	return taken && moment->bytes.size == moment->head.size && !moment_failed(moment);
}
