// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays that grow, charged to their reader
 */
#include <linux/bits.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "memory/memory.h"
#include "memory/table.h"

#define ROOM_FIRST	256
/* Beyond it kvmalloc() would not follow. */
#define ROOM_MOST	BIT(26)

/**
 * sockport_table_init - begin an empty table
 * @table: table
 * @net: namespace whose account it goes to, kept alive by the caller
 * @size: bytes of an element
 */
void sockport_table_init(struct sockport_table *table, struct net *net,
			 size_t size)
{
	memset(table, 0, sizeof(*table));
	table->net = net;
	table->size = size;
}

/**
 * sockport_table_free - free the elements
 * @table: table that sockport_table_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_table_free(struct sockport_table *table)
{
	sockport_free(table->net, table->at,
		      array_size(table->room, table->size));
	table->at = NULL;
	table->count = 0;
	table->room = 0;
}

static unsigned int room_for(unsigned int elements)
{
	unsigned int room = ROOM_FIRST;

	while (room < elements && room < ROOM_MOST)
		room *= 2;
	return room < elements ? 0 : room;
}

static void *table_alloc(const struct sockport_table *table, unsigned int room)
{
	return room ? sockport_alloc(table->net,
				     array_size(room, table->size)) : NULL;
}

/**
 * sockport_table_reserve - make room at the end
 * @table: table
 * @more: elements that sockport_table_add() will be called for
 *
 * Context: process context, may sleep. Elements move.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_table_reserve(struct sockport_table *table, unsigned int more)
{
	unsigned int room;
	void *at;

	if (table->room - table->count >= more)
		return 0;
	room = room_for(table->count + more);
	at = table_alloc(table, room);
	if (!at)
		return -ENOMEM;
	if (table->count)
		memcpy(at, table->at, table->size * table->count);
	sockport_free(table->net, table->at,
		      array_size(table->room, table->size));
	table->at = at;
	table->room = room;
	return 0;
}

/**
 * sockport_table_rehash - make room in a hash table
 * @table: table with open addressing, of which at most half is used; its room
 *	is a power of 2
 * @more: elements that will be put
 * @put: put an element of the old table, which may be empty, into the new one
 *
 * Context: process context, may sleep. Elements move.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_table_rehash(struct sockport_table *table, unsigned int more,
			  void (*put)(struct sockport_table *table,
				      const void *element))
{
	struct sockport_table old = *table;
	unsigned int i;

	if (table->room / 2 >= table->count + more)
		return 0;
	table->room = room_for(2 * (table->count + more));
	table->at = table_alloc(table, table->room);
	if (!table->at) {
		*table = old;
		return -ENOMEM;
	}
	table->count = 0;
	for (i = 0; i < old.room; i++) {
		put(table, old.at + old.size * i);
		if (i % 4096 == 4095)
			cond_resched();
	}
	sockport_table_free(&old);
	return 0;
}
