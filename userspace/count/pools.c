// SPDX-License-Identifier: GPL-2.0
/*
 * How many local ports of each address are in use.
 *
 * Who has an address chosen and a port not, by bind(), gets one that nobody has at that
 * address, whoever else calls whom from it. So all destinations share these ports, where
 * those of a connect() without bind() are per destination.
 *
 * What is bound to any address has its port at each; and who wants any address needs a port
 * that is free at each. Sockets of UDP want that whenever connect() picks their port.
 */
#include "count/pools.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

static bool is_any(const struct pool *pool)
{
	static const uint8_t any[sizeof(pool->address)];

	return !memcmp(pool->address, any, pool->size);
}

static size_t words_of(const struct pools *pools)
{
	return (pools->range.last - pools->range.first + 64) / 64;
}

static struct pool *pool_new(struct pools *pools, const struct pool *key)
{
	struct pool *pool = &pools->list[pools->count];

	*pool = *key;
	pool->bits = calloc(words_of(pools), sizeof(*pool->bits));
	if (!pool->bits)
		return NULL;
	pools->last = pools->count++;
	return pool;
}

/* Sockets of an address often follow each other. */
static struct pool *find_pool(struct pools *pools, const struct pool *key)
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

/* NULL without memory, or where there is no room, which @pools then knows. */
static struct pool *pool_of(struct pools *pools, const struct pool *key)
{
	struct pool *pool = find_pool(pools, key);

	if (pool)
		return pool;
	if (pools->count < POOLS_MAX)
		return pool_new(pools, key);
	pools->overlooked = true;
	return NULL;
}

static void take(const struct pools *pools, struct pool *pool, const struct socket_row *socket,
		 bool both)
{
	const uint32_t at = socket->local_port - pools->range.first;
	const uint64_t bit = 1ull << at % 64;
	const bool is_new = !(pool->bits[at / 64] & bit);
	const bool counts = is_new || socket->role == SOCKPORT_ROLE_OUT;

	pool->used += is_new;
	pool->own += counts;
	pool->both += counts && both;
	pool->sockets = pool->own;
	pool->bits[at / 64] |= bit;
}

/* connect() has picked its port, before it had an address. */
static bool has_picked(const struct socket_row *socket)
{
	return socket->role == SOCKPORT_ROLE_OUT &&
	       (socket->protocol == SOCKPORT_PROTOCOL_UDP ||
		socket->protocol == SOCKPORT_PROTOCOL_UDPLITE);
}

/* NULL as of pool_of(). */
static struct pool *pool_of_any(struct pools *pools, const struct pool *key, uint8_t size)
{
	return pool_of(pools, &(struct pool){ .protocol = key->protocol, .netns = key->netns,
					      .size = size });
}

/* One of IPv6 that is bound to any address is so for IPv4, too, unless it does not want that. */
static bool is_of_both(const struct pool *pool, const struct socket_row *socket)
{
	return pool->size == 16 && is_any(pool) && !row_knows(socket, SOCKPORT_A_SOCKET_V6ONLY);
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

	if (!is_counted(pools, socket))
		return true;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key.netns = socket->netns;
	address = address_unmap(socket->local, &key.size);
	memcpy(key.address, address, key.size);
	pool = pool_of(pools, &key);
	if (pool)
		take(pools, pool, socket, false);
	if (pool && is_of_both(&key, socket)) {
		pool = pool_of_any(pools, &key, 4);
		if (pool)
			take(pools, pool, socket, true);
	} else if (pool && has_picked(socket)) {
		pool = pool_of_any(pools, &key, socket->family == AF_INET6 ? 16 : 4);
	}
	return pool || pools->overlooked;
}

/* Would a port that somebody has at @other not be free for @pool, of another address? */
static bool lacks(const struct pool *pool, const struct pool *other)
{
	if (pool == other || pool->protocol != other->protocol || pool->netns != other->netns)
		return false;
	if (pool->size == other->size)
		return is_any(pool) || is_any(other);
	return pool->size == 16 && is_any(pool);
}

static void merge(const struct pools *pools, struct pool *pool, const struct pool *other)
{
	size_t i;

	for (i = 0; i < words_of(pools); i++) {
		pool->used += __builtin_popcountll(other->bits[i] & ~pool->bits[i]);
		pool->bits[i] |= other->bits[i];
	}
	pool->sockets += other->own - (pool->size == 16 ? other->both : 0);
}

/* Nobody hands on to another one what that would not get by itself. */
static int turn_of(const struct pool *pool)
{
	return is_any(pool) ? pool->size : 0;
}

static void share_with(struct pools *pools, struct pool *pool)
{
	size_t i;

	for (i = 0; i < pools->count; i++)
		if (lacks(pool, &pools->list[i]))
			merge(pools, pool, &pools->list[i]);
}

/**
 * pools_share - let what is bound to any address count for each
 * @pools: the pools, to which nothing will be added; once
 */
void pools_share(struct pools *pools)
{
	static const int turns[] = { 0, 4, 16 };
	size_t turn, i;

	for (turn = 0; turn < 3 && !pools->shared; turn++)
		for (i = 0; i < pools->count; i++)
			if (turn_of(&pools->list[i]) == turns[turn])
				share_with(pools, &pools->list[i]);
	pools->shared = true;
}

/**
 * pools_fullest - the address with most of its ports in use
 * @pools: the pools
 *
 * Return: its pool, NULL where there is none or it may have been overlooked.
 */
const struct pool *pools_fullest(struct pools *pools)
{
	const struct pool *fullest = NULL, *pool;
	size_t i;

	pools_share(pools);
	for (i = 0; i < pools->count && !pools->overlooked; i++) {
		pool = &pools->list[i];
		if (!fullest || pool->used > fullest->used ||
		    (pool->used == fullest->used && is_any(fullest)))
			fullest = pool;
	}
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
