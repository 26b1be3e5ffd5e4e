/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_COLUMNS_H
#define RECORD_COLUMNS_H

#include <linux/netlink.h>

#include "count/hash.h"
#include "record/buffer.h"

/* A column has the bytes of its words in so many planes, the lowest ones first. */
#define COLUMN_PLANES	sizeof(uint32_t)

/**
 * struct column - the words of one field of many messages
 * @begin: where it begins, among the bytes of all
 * @count: of words
 * @next: number of the word that is next
 */
struct column {
	uint32_t begin;
	uint32_t count;
	uint32_t next;
};

/**
 * struct place_of_word - where a word of a message goes
 * @column: its number
 * @kin: so many words before there is a counter that grows in proportion; 0 for none
 */
struct place_of_word {
	uint32_t column;
	uint32_t kin;
};

/**
 * struct columns - words, those of one field one after the other; zeroed before use
 * @fields: attributes that there were; of struct attribute
 * @list: of struct column
 * @count: of them
 * @places: of the words of a message
 * @size: bytes of all columns
 */
struct columns {
	struct hash fields;
	struct buffer list;
	size_t count;
	struct buffer places;
	size_t size;
};

bool columns_add(struct columns *columns, const struct nlmsghdr *message);
void columns_place(struct columns *columns);
const struct place_of_word *columns_of(struct columns *columns, const struct nlmsghdr *message);
void columns_cut(const struct columns *columns, const uint8_t *bytes, struct buffer *cuts);
void columns_free(struct columns *columns);

/* Their numbers come from columns_of(). */
static inline void columns_put(struct columns *columns, uint8_t *bytes, uint32_t number,
			       uint32_t word)
{
	struct column *column = (struct column *)columns->list.bytes + number;
	uint8_t *to = bytes + column->begin + column->next++;
	size_t i;

	for (i = 0; i < COLUMN_PLANES; i++, to += column->count, word >>= 8)
		*to = word;
}

static inline uint32_t columns_take(struct columns *columns, const uint8_t *bytes,
				    uint32_t number)
{
	struct column *column = (struct column *)columns->list.bytes + number;
	const uint8_t *from = bytes + column->begin + column->next++;
	uint32_t word = 0;
	size_t i;

	for (i = 0; i < COLUMN_PLANES; i++, from += column->count)
		word |= (uint32_t)*from << 8 * i;
	return word;
}

#endif
