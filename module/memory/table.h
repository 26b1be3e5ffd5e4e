/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TABLE_H
#define SOCKPORT_TABLE_H

#include <linux/types.h>

struct net;

/**
 * struct sockport_table - an array that grows
 * @net: namespace whose account it goes to
 * @at: the elements, those beyond @count are 0
 * @size: bytes of one
 * @seed: of a hash table
 * @count: elements
 * @room: elements that it has room for
 */
struct sockport_table {
	struct net	*net;
	void		*at;
	size_t		size;
	u64		seed;
	unsigned int	count;
	unsigned int	room;
};

void sockport_table_init(struct sockport_table *table, struct net *net,
			 size_t size);
void sockport_table_free(struct sockport_table *table);
int sockport_table_reserve(struct sockport_table *table, unsigned int more);
int sockport_table_rehash(struct sockport_table *table, unsigned int more,
			  void (*put)(struct sockport_table *table,
				      const void *element));

/**
 * sockport_table_add - append an element
 * @table: table that sockport_table_reserve() has made room in
 *
 * Return: the element, which is 0.
 */
static inline void *sockport_table_add(struct sockport_table *table)
{
	return table->at + table->size * table->count++;
}

#endif /* SOCKPORT_TABLE_H */
