/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HASH_H
#define HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct hash - things that are found by what makes them differ; zeroed before use
 * @list: the things, in the order in which they came
 * @count: how many there are
 * @room: for how many @list has room
 * @slots: numbers of things, from 1; twice @room
 */
struct hash {
	void *list;
	size_t count;
	size_t room;
	uint32_t *slots;
};

/**
 * struct hash_kind - what kind of things
 * @size: of one
 * @hash: of what makes one differ
 * @same: do two not differ?
 */
struct hash_kind {
	size_t size;
	uint32_t (*hash)(const void *thing);
	bool (*same)(const void *a, const void *b);
};

void *hash_find(const struct hash *hash, const struct hash_kind *kind, const void *key);
void *hash_add(struct hash *hash, const struct hash_kind *kind, const void *key);
void hash_free(struct hash *hash);
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t size);

#endif
