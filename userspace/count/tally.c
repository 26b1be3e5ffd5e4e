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

static char *fill_netns(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct tally *tally = row;

	(void)column;
	return tally->netns ? names_put_netns(names, to, tally->netns) : to;
}

static char *fill_protocol(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct tally *tally = row;

	(void)column;
	(void)names;
	return put_word(to, word_protocol(tally->protocol), tally->protocol);
}

static char *fill_states(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)column;
	(void)names;
	return put_counts(to, ((const struct tally *)row)->states);
}

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns },
	{ .name = "proto", .help = "kind", .fill = fill_protocol,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	{ .name = "sockets", .help = "number of sockets", .fill = fill_u32,
	  .type = COLUMN_NUMBER, .offset = offsetof(struct tally, sockets),
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "states", .help = "sockets in each state", .fill = fill_states,
	  .type = COLUMN_COUNTS, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
};

const struct columns tally_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
