// SPDX-License-Identifier: GPL-2.0
/*
 * How many local ports of each address are in use.
 *
 * Who has an address chosen and a port not, by bind(), gets one that nobody has at that
 * address, whoever else calls whom from it. So all destinations share these ports, where
 * those of a connect() without bind() are per destination.
 */
#include "count/pools.h"

#include <stdlib.h>
#include <string.h>

#include "count/destinations.h"
#include "format/address.h"

static bool is_counted(const struct pools *pools, const struct socket_row *socket)
{
	return destination_takes_ports(socket->protocol) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_ADDRESS) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT) &&
	       socket->local_port >= pools->range.first &&
	       socket->local_port <= pools->range.last;
}

static bool is_same(const struct pool *pool, const struct pool *key)
{
	return pool->protocol == key->protocol && pool->netns == key->netns &&
	       pool->size == key->size && !memcmp(pool->address, key->address, key->size);
}

static struct pool *pool_new(struct pools *pools, const struct pool *key)
{
	struct pool *pool = &pools->list[pools->count];
	const size_t ports = pools->range.last - pools->range.first + 1;

	*pool = *key;
	pool->bits = calloc((ports + 63) / 64, sizeof(*pool->bits));
	if (!pool->bits)
		return NULL;
	pools->last = pools->count++;
	return pool;
}

/* Sockets of an address often follow each other. */
static struct pool *pool_of(struct pools *pools, const struct pool *key)
{
	size_t i;

	if (pools->count && is_same(&pools->list[pools->last], key))
		return &pools->list[pools->last];
	for (i = 0; i < pools->count; i++) {
		if (!is_same(&pools->list[i], key))
			continue;
		pools->last = i;
		return &pools->list[i];
	}
	return NULL;
}

/**
 * pools_add - count the local port of a socket, if it is of the range
 * @pools: with its range
 * @socket: the socket
 *
 * Return: false without memory.
 */
bool pools_add(struct pools *pools, const struct socket_row *socket)
{
	struct pool key = { .protocol = socket->protocol, .size = socket->local_size };
	const uint8_t *address;
	struct pool *pool;
	uint64_t bit;
	uint32_t at;
	bool is_new;

	if (!is_counted(pools, socket))
		return true;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key.netns = socket->netns;
	address = address_unmap(socket->local, &key.size);
	memcpy(key.address, address, key.size);
	pool = pool_of(pools, &key);
	if (!pool && pools->count == POOLS_MAX) {
		pools->overlooked = true;
		return true;
	}
	if (!pool)
		pool = pool_new(pools, &key);
	if (!pool)
		return false;
	at = socket->local_port - pools->range.first;
	bit = 1ull << at % 64;
	is_new = !(pool->bits[at / 64] & bit);
	pool->used += is_new;
	pool->sockets += is_new || socket->role == SOCKPORT_ROLE_OUT;
	pool->bits[at / 64] |= bit;
	return true;
}

/**
 * pools_fullest - the address with most of its ports in use
 * @pools: the pools
 *
 * Return: its pool, NULL where there is none or it may have been overlooked.
 */
const struct pool *pools_fullest(const struct pools *pools)
{
	const struct pool *fullest = NULL;
	size_t i;

	for (i = 0; i < pools->count && !pools->overlooked; i++)
		if (!fullest || pools->list[i].used > fullest->used)
			fullest = &pools->list[i];
	return fullest;
}

/**
 * pools_free - forget all pools
 * @pools: the pools
 */
void pools_free(struct pools *pools)
{
	while (pools->count)
		free(pools->list[--pools->count].bits);
}
