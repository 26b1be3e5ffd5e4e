// SPDX-License-Identifier: GPL-2.0
/* A moment made of what it differs by; what comes in may be anything. See format.h. */
#include "record/delta.h"

#include <string.h>

#include "record/draft.h"

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
			draft_note(&taker->draft, at, at);
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
	const size_t left_out = more < 0 ? -more : 0, words = draft_words(from);
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
	draft_note(&taker->draft, at, at);
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
	draft_note(&taker->draft, at, (const uint8_t *)like - moment->bytes.bytes);
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
	const size_t words = draft_words(draft);
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
			 (is_like ? 0 : draft_expected(before + i, now + i, places[i].kin));
	}
	return true;
}

static bool take_values(struct taker *taker)
{
	const uint8_t *values;
	size_t i;

	if (!draft_place(&taker->draft))
		return false;
	values = stream_bytes(&taker->streams[DELTA_VALUES], taker->draft.columns.size);
	if (!values)
		return false;
	for (i = 0; i < draft_count(&taker->draft); i++)
		if (!take_change(taker, draft_change(&taker->draft, i), values))
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
