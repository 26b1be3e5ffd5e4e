// SPDX-License-Identifier: GPL-2.0
/* Which words of messages belong together; see format.h. */
#include "record/columns.h"

#include <linux/genetlink.h>
#include <linux/sockport.h>
#include <string.h>

#include "kernel/attribute.h"
#include "record/format.h"

/* What is no attribute has these types, that none has: headers, and what is malformed. */
#define HEADER	0x4000
#define REST	0x4001

/* More words of an attribute, or more attributes, share columns: a file may have anything. */
#define WORDS_MAX	64
#define FIELDS_MAX	4096

/* Of a number of 64 bits behind the header of its attribute. */
#define LOW_WORD	(1 + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))

/* A plane of fewer bytes has no use for a block of its own. */
#define CUT_MIN	256

/**
 * struct attribute - an attribute, and where its words go; an item of a hash
 * @kind: of the message
 * @parent: the nest before or around it, 0 for none
 * @type: of it
 * @words: with its header, WORDS_MAX at most
 * @first: column of the first word
 */
struct attribute {
	uint16_t kind;
	uint16_t parent;
	uint16_t type;
	uint16_t words;
	uint32_t first;
};

static uint32_t hash_attribute(const void *thing)
{
	return hash_bytes(0, thing, offsetof(struct attribute, first));
}

static bool same_attribute(const void *left, const void *right)
{
	return !memcmp(left, right, offsetof(struct attribute, first));
}

static const struct hash_kind kind_of_attribute = {
	.size = sizeof(struct attribute), .hash = hash_attribute, .same = same_attribute,
};

static bool add_columns(struct columns *columns, size_t count)
{
	const struct column none = { 0 };

	for (; count; count--) {
		buffer_put(&columns->list, &none, sizeof(none));
		columns->count++;
	}
	return !columns->list.failed;
}

static const struct attribute *find(struct columns *columns, const struct attribute *key)
{
	struct attribute *found = hash_find(&columns->fields, &kind_of_attribute, key);

	if (found)
		return found;
	if (columns->fields.count == FIELDS_MAX)
		return columns->fields.list;
	found = hash_add(&columns->fields, &kind_of_attribute, key);
	return found && add_columns(columns, key->words) ? found : NULL;
}

static bool put_places(struct columns *columns, const struct attribute *key, size_t words)
{
	const struct attribute *found = find(columns, key);
	struct place_of_word place = { 0 };
	size_t i;

	if (!found)
		return false;
	for (i = 0; i < words; i++) {
		place.column = found->first + (i < found->words ? i : found->words - 1u);
		buffer_put(&columns->places, &place, sizeof(place));
	}
	return !columns->places.failed;
}

static size_t words_of(size_t bytes)
{
	return NLMSG_ALIGN(bytes) / sizeof(uint32_t);
}

/**
 * struct walk - a walk over the attributes of a message
 * @columns: get the places of its words
 * @kind: of the message
 * @nest: type of the last nest
 * @times: how often there was that one, one after the other
 * @counters: of history, where each begins
 */
struct walk {
	struct columns *columns;
	uint16_t kind;
	uint8_t nest;
	uint8_t times;
	size_t counters[SOCKPORT_A_HISTORY_MAX + 1];
};

static bool put_words(struct walk *walk, uint16_t type, size_t words)
{
	const struct attribute key = {
		.kind = walk->kind, .parent = walk->times << 8 | walk->nest, .type = type,
		.words = words < WORDS_MAX ? words : WORDS_MAX, .first = walk->columns->count,
	};

	return put_places(walk->columns, &key, words);
}

static bool is_history(const struct walk *walk)
{
	switch (walk->kind - RECORD_KIND_ANSWER) {
	case SOCKPORT_CMD_PORT_GET:
		return walk->nest == SOCKPORT_A_PORT_HISTORY;
	case SOCKPORT_CMD_PROGRAM_GET:
		return walk->nest == SOCKPORT_A_PROGRAM_HISTORY;
	}
	return false;
}

/* Of a counter, the last one in its nest that grows in proportion to it, from the low word on. */
static void note_kin(struct walk *walk, uint16_t type, size_t at)
{
	static const uint8_t kin_of[SOCKPORT_A_HISTORY_MAX + 1] = {
		[SOCKPORT_A_HISTORY_BYTES_OUT] = SOCKPORT_A_HISTORY_BYTES_IN,
		[SOCKPORT_A_HISTORY_SEGMENTS_IN] = SOCKPORT_A_HISTORY_BYTES_OUT,
		[SOCKPORT_A_HISTORY_SEGMENTS_OUT] = SOCKPORT_A_HISTORY_SEGMENTS_IN,
		[SOCKPORT_A_HISTORY_RETRANSMITTED_BYTES] =
			SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS,
	};
	struct place_of_word *places = (struct place_of_word *)walk->columns->places.bytes;

	if (type > SOCKPORT_A_HISTORY_MAX || !is_history(walk))
		return;
	walk->counters[type] = at;
	if (walk->counters[kin_of[type]])
		places[at + LOW_WORD].kin = at - walk->counters[kin_of[type]];
}

/* Nests are gone into; where one ends does not matter. */
static bool put_attributes(struct walk *walk, struct attributes all)
{
	const struct nlattr *attribute;
	struct attributes before = all;
	size_t words, at;
	bool is_nest;

	for (; (attribute = next_attribute(&all)); before = all) {
		is_nest = attribute->nla_type & NLA_F_NESTED;
		words = words_of(is_nest ? NLA_HDRLEN : attribute->nla_len);
		at = walk->columns->places.size / sizeof(struct place_of_word);
		if (is_nest) {
			walk->times = walk->nest == (uint8_t)type_of(attribute) ?
				      walk->times + 1 : 0;
			walk->nest = type_of(attribute);
			all.next = payload(attribute);
			all.left = before.left - NLA_HDRLEN;
		}
		if (!put_words(walk, type_of(attribute), words))
			return false;
		if (!is_nest && payload_size(attribute) == sizeof(uint64_t))
			note_kin(walk, type_of(attribute), at);
	}
	words = words_of(before.left);
	return !words || put_words(walk, REST, words);
}

/**
 * columns_of - where the words of a message go
 * @columns: the columns
 * @message: the message
 *
 * What it is about and which attributes there are tells it.
 *
 * Return: the place of each, until those of another one are asked for; NULL without memory.
 */
const struct place_of_word *columns_of(struct columns *columns, const struct nlmsghdr *message)
{
	const bool is_answer = message->nlmsg_type >= RECORD_KIND_ANSWER;
	struct walk walk = { .columns = columns, .kind = message->nlmsg_type };
	size_t head = NLMSG_HDRLEN + (is_answer ? GENL_HDRLEN : 0);
	struct attributes all;

	if (head > message->nlmsg_len)
		head = message->nlmsg_len;
	all.next = (const void *)((const char *)message + head);
	all.left = message->nlmsg_len - head;
	columns->places.size = 0;
	if (!put_words(&walk, HEADER, words_of(head)) || !put_attributes(&walk, all))
		return NULL;
	return (const struct place_of_word *)columns->places.bytes;
}

/**
 * columns_add - make room for the words of a message, but for the first
 * @columns: the columns
 * @message: the message
 *
 * Return: false without memory.
 */
bool columns_add(struct columns *columns, const struct nlmsghdr *message)
{
	const struct place_of_word *places = columns_of(columns, message);
	const size_t words = words_of(message->nlmsg_len);
	struct column *list;
	size_t i;

	if (!places)
		return false;
	list = (struct column *)columns->list.bytes;
	for (i = 1; i < words; i++)
		list[places[i].column].count++;
	return true;
}

/**
 * columns_place - see where each column begins
 * @columns: have room for all messages
 */
void columns_place(struct columns *columns)
{
	struct column *column = (struct column *)columns->list.bytes;
	size_t i;

	columns->size = 0;
	for (i = 0; i < columns->count; i++, column++) {
		column->begin = columns->size;
		columns->size += COLUMN_PLANES * column->count;
	}
}

static bool is_all_one(const uint8_t *bytes, size_t size)
{
	return !memcmp(bytes, bytes + 1, size - 1);
}

static void put_cut(struct buffer *cuts, uint32_t at)
{
	const size_t count = cuts->size / sizeof(at);

	if (!count || ((const uint32_t *)cuts->bytes)[count - 1] != at)
		buffer_put(cuts, &at, sizeof(at));
}

/**
 * columns_cut - find the planes that have little in common with those before and behind
 * @columns: the columns
 * @bytes: of all of them
 * @cuts: get where such a plane begins and ends, as uint32_t
 */
void columns_cut(const struct columns *columns, const uint8_t *bytes, struct buffer *cuts)
{
	const struct column *column = (const struct column *)columns->list.bytes;
	uint32_t at;
	size_t i, plane;

	for (i = 0; i < columns->count; i++, column++) {
		at = column->begin;
		for (plane = 0; plane < COLUMN_PLANES; plane++, at += column->count) {
			if (column->count < CUT_MIN || is_all_one(bytes + at, column->count))
				continue;
			put_cut(cuts, at);
			put_cut(cuts, at + column->count);
		}
	}
}

/**
 * columns_free - forget them
 * @columns: as zeroed afterwards
 */
void columns_free(struct columns *columns)
{
	hash_free(&columns->fields);
	buffer_free(&columns->list);
	buffer_free(&columns->places);
	*columns = (struct columns){ 0 };
}
