// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections wait for accept(), and at which listener
 */
#include <linux/random.h>

#include "memory/table.h"
#include "walk/waiting.h"

/**
 * struct queued - a connection that waits for accept()
 * @key: of its tuple; 0 for a free element
 * @listener: inode of the listener
 * @sweep: the pass through the queue in which it was seen last
 * @place: as how manieth
 */
struct queued {
	u64	key;
	u64	listener;
	u32	sweep;
	u32	place;
};

/**
 * sockport_waiting_init - begin with none
 * @waiting: what to begin
 * @net: namespace whose account it goes to, kept alive by the caller
 * @listener: told of each listener
 */
void sockport_waiting_init(struct sockport_waiting *waiting, struct net *net,
			   int (*listener)(struct sockport_waiting *waiting,
					   const struct sockport_record *rec))
{
	waiting->listener = listener;
	sockport_table_init(&waiting->queued, net, sizeof(struct queued));
	/* Who can choose addresses shall not choose their slots. */
	get_random_bytes(&waiting->key, sizeof(waiting->key));
	waiting->sweeps = 0;
	waiting->err = 0;
}

/**
 * sockport_waiting_exit - free everything
 * @waiting: what sockport_waiting_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_waiting_exit(struct sockport_waiting *waiting)
{
	sockport_table_free(&waiting->queued);
}

/**
 * sockport_waiting_key - the key of a connection
 * @waiting: listeners
 * @tuple: what tells the connection from others
 *
 * Return: the key.
 */
u64 sockport_waiting_key(const struct sockport_waiting *waiting,
			 const struct sockport_tuple *tuple)
{
	BUILD_BUG_ON(sizeof(*tuple) != 48);
	return siphash(tuple, sizeof(*tuple), &waiting->key) | 1;
}

static struct queued *queued_slot(const struct sockport_table *table, u64 key)
{
	unsigned int slot = (key >> 32) & (table->room - 1);
	struct queued *at = table->at;

	while (at[slot].key && at[slot].key != key)
		slot = (slot + 1) & (table->room - 1);
	return &at[slot];
}

static void put_queued(struct sockport_table *table, const void *element)
{
	const struct queued *queued = element;

	if (!queued->key)
		return;
	*queued_slot(table, queued->key) = *queued;
	table->count++;
}

/**
 * sockport_waiting_reserve - make room
 * @waiting: listeners
 * @more: how often sockport_waiting_add() will be called
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_waiting_reserve(struct sockport_waiting *waiting,
			     unsigned int more)
{
	return sockport_table_rehash(&waiting->queued, more, put_queued);
}

/**
 * sockport_waiting_add - a connection waits for accept()
 * @waiting: where sockport_waiting_reserve() has made room
 * @key: its key
 * @listener: inode of the listener in whose queue it is
 * @place: how many came before it in the present sweep
 *
 * Context: any.
 */
void sockport_waiting_add(struct sockport_waiting *waiting, u64 key,
			  u64 listener, u32 place)
{
	struct queued *queued = queued_slot(&waiting->queued, key);

	if (!queued->key) {
		queued->key = key;
		waiting->queued.count++;
	}
	queued->listener = listener;
	queued->sweep = waiting->sweeps;
	queued->place = place;
}

/**
 * sockport_waiting_place - where was a connection seen in the present sweep?
 * @waiting: listeners
 * @key: its key
 * @place: where to put how many came before
 *
 * Context: any.
 *
 * Return: false when it was not seen.
 */
bool sockport_waiting_place(const struct sockport_waiting *waiting, u64 key,
			    u32 *place)
{
	const struct queued *queued = queued_slot(&waiting->queued, key);

	if (!queued->key || queued->sweep != waiting->sweeps)
		return false;
	*place = queued->place;
	return true;
}

/**
 * sockport_waiting_listener - where a connection waits
 * @waiting: listeners
 * @tuple: what tells the connection from others
 *
 * Return: inode of the listener, 0 when it was in no queue.
 */
u64 sockport_waiting_listener(const struct sockport_waiting *waiting,
			      const struct sockport_tuple *tuple)
{
	if (!waiting->queued.count)
		return 0;
	return queued_slot(&waiting->queued,
			   sockport_waiting_key(waiting, tuple))->listener;
}
