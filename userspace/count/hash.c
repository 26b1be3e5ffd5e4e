// SPDX-License-Identifier: GPL-2.0
/* A table of things of any kind, half full at most; nothing is ever taken out. */
#include "count/hash.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM	64

static void *thing_at(const struct hash *hash, const struct hash_kind *kind, size_t i)
{
	return (char *)hash->list + i * kind->size;
}

/* The slot that has the thing, or the empty one where it belongs. */
static uint32_t *find_slot(const struct hash *hash, const struct hash_kind *kind,
			   const void *key)
{
	const size_t mask = 2 * hash->room - 1;
	size_t i = kind->hash(key) & mask;

	while (hash->slots[i] && !kind->same(thing_at(hash, kind, hash->slots[i] - 1), key))
		i = (i + 1) & mask;
	return &hash->slots[i];
}

static bool grow(struct hash *hash, const struct hash_kind *kind)
{
	const size_t room = hash->room ? 2 * hash->room : FIRST_ROOM;
	uint32_t *slots;
	void *list;
	size_t i;

	list = realloc(hash->list, room * kind->size);
	if (!list)
		return false;
	hash->list = list;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return false;
	free(hash->slots);
	hash->slots = slots;
	hash->room = room;
	for (i = 0; i < hash->count; i++)
		*find_slot(hash, kind, thing_at(hash, kind, i)) = i + 1;
	return true;
}

/**
 * hash_find - find a thing
 * @hash: the table
 * @kind: of the things
 * @key: a thing that does not differ from it
 *
 * Return: it, until one is added; NULL if it is not there.
 */
void *hash_find(const struct hash *hash, const struct hash_kind *kind, const void *key)
{
	uint32_t slot;

	if (!hash->count)
		return NULL;
	slot = *find_slot(hash, kind, key);
	return slot ? thing_at(hash, kind, slot - 1) : NULL;
}

/**
 * hash_add - find a thing, which is added if it is not there
 * @hash: the table
 * @kind: of the things
 * @key: the thing as it is at first
 *
 * Return: it, until the next one is added; NULL without memory.
 */
void *hash_add(struct hash *hash, const struct hash_kind *kind, const void *key)
{
	uint32_t *slot;

	if (hash->count == hash->room && !grow(hash, kind))
		return NULL;
	slot = find_slot(hash, kind, key);
	if (!*slot) {
		memcpy(thing_at(hash, kind, hash->count), key, kind->size);
		*slot = ++hash->count;
	}
	return thing_at(hash, kind, *slot - 1);
}

/**
 * hash_free - forget all things
 * @hash: as zeroed afterwards
 */
void hash_free(struct hash *hash)
{
	free(hash->list);
	free(hash->slots);
	*hash = (struct hash){ 0 };
}

/**
 * hash_bytes - FNV-1a, 32 bits
 * @seed: of bytes before these, or any number
 * @bytes: the bytes
 * @size: of them
 *
 * Return: the hash.
 */
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	uint32_t hash = 2166136261u ^ seed;

	while (size--)
		hash = (hash ^ *byte++) * 16777619u;
	return hash ^ hash >> 16;
}
