// SPDX-License-Identifier: GPL-2.0
/* Sockets, counted by kind and state. */
#include "count/tally.h"

#include <stdlib.h>

#include "format/number.h"
#include "format/words.h"

static bool grow(struct tallies *tallies)
{
	const size_t room = tallies->room ? 2 * tallies->room : 16;
	struct tally *list;

	list = realloc(tallies->list, room * sizeof(*list));
	if (!list)
		return false;
	tallies->list = list;
	tallies->room = room;
	return true;
}

static bool is_of(const struct tally *tally, uint8_t protocol, uint32_t netns)
{
	return tally->protocol == protocol && tally->netns == netns;
}

/* Sockets of a kind follow each other. */
static struct tally *find(struct tallies *tallies, uint8_t protocol, uint32_t netns)
{
	size_t i = tallies->last;

	if (i < tallies->count && is_of(&tallies->list[i], protocol, netns))
		return &tallies->list[i];
	for (i = 0; i < tallies->count; i++)
		if (is_of(&tallies->list[i], protocol, netns))
			break;
	tallies->last = i;
	if (i < tallies->count)
		return &tallies->list[i];
	if (i == tallies->room && !grow(tallies))
		return NULL;
	tallies->list[tallies->count++] = (struct tally){
		.known = 1,
		.netns = netns,
		.protocol = protocol,
	};
	return &tallies->list[i];
}

/**
 * tallies_add - count a socket
 * @tallies: the counts
 * @socket: the socket
 * @netns: inode of its network namespace, 0 if that does not matter
 *
 * Return: false without memory.
 */
bool tallies_add(struct tallies *tallies, const struct socket_row *socket, uint32_t netns)
{
	struct tally *tally = find(tallies, socket->protocol, netns);

	if (!tally)
		return false;
	tally->sockets++;
	if (socket->state && socket->state < ROW_STATES)
		tally->states[socket->state]++;
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct tally *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	return a->protocol - b->protocol;
}

/**
 * tallies_sort - put them in order, by namespace and kind
 * @tallies: nothing can be added after that
 */
void tallies_sort(struct tallies *tallies)
{
	if (tallies->count)
		qsort(tallies->list, tallies->count, sizeof(*tallies->list), compare);
}

/**
 * tallies_free - forget all counts
 * @tallies: the counts
 */
void tallies_free(struct tallies *tallies)
{
	free(tallies->list);
	*tallies = (struct tallies){ 0 };
}
