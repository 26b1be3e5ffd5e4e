// SPDX-License-Identifier: GPL-2.0
/* Counters of an earlier time, and what happened since. */
#include "count/snapshot.h"

#include <stdlib.h>

#include "count/history.h"

static bool grow(struct snapshot *snapshot)
{
	const size_t room = snapshot->room ? 2 * snapshot->room : 64;
	struct snapshot_row *list = realloc(snapshot->list, room * sizeof(*list));

	if (!list)
		return false;
	snapshot->list = list;
	snapshot->room = room;
	return true;
}

/**
 * snapshot_add - keep the counters of a port
 * @snapshot: where
 * @row: the counters
 *
 * Return: false without memory.
 */
bool snapshot_add(struct snapshot *snapshot, const struct snapshot_row *row)
{
	if (snapshot->count == snapshot->room && !grow(snapshot))
		return false;
	snapshot->list[snapshot->count++] = *row;
	if (snapshot->time < row->time)
		snapshot->time = row->time;
	return true;
}

static struct snapshot_row place_of(const struct port_row *port)
{
	return (struct snapshot_row){
		.time = port->time,
		.netns = row_knows(port, SOCKPORT_A_PORT_NETNS) ? port->netns : 0,
		.port = port->port,
		.protocol = port->protocol,
		.role = port->role,
	};
}

/**
 * snapshot_add_port - keep the counters of a port as the kernel told it
 * @snapshot: where
 * @port: the port
 *
 * Return: false without memory.
 */
bool snapshot_add_port(struct snapshot *snapshot, const struct port_row *port)
{
	struct snapshot_row row = place_of(port);

	row.history = port->history;
	return snapshot_add(snapshot, &row);
}

static int compare(const void *left, const void *right)
{
	const struct snapshot_row *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->role != b->role)
		return a->role - b->role;
	return (a->port > b->port) - (a->port < b->port);
}

/**
 * snapshot_sort - make rows ready to be found
 * @snapshot: nothing can be added after that
 */
void snapshot_sort(struct snapshot *snapshot)
{
	if (snapshot->count)
		qsort(snapshot->list, snapshot->count, sizeof(*snapshot->list), compare);
}

/* 0 as long as nothing happened. */
static uint64_t beginning(const struct history_row *history)
{
	return row_knows(history, SOCKPORT_A_HISTORY_FIRST_ACTIVE) ?
	       history->values[SOCKPORT_A_HISTORY_FIRST_ACTIVE] : 0;
}

/*
 * Counters never go down, but when they begin anew. If they have overtaken what they
 * were, another beginning shows it. Where none was known it shows nothing: after a
 * reset, connections that live count on, and the next event is the first.
 */
static bool restarted(const struct history_row *before, const struct history_row *now)
{
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (history_is_counter(i) && row_knows(now, i) &&
		    row_knows(before, i) && now->values[i] < before->values[i])
			return true;
	return beginning(before) && beginning(now) != beginning(before);
}

static void subtract(struct history_row *now, const struct history_row *before)
{
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_HISTORY_MAX; i++) {
		if (!history_is_counter(i))
			continue;
		if (row_knows(before, i))
			now->values[i] -= before->values[i];
		else
			now->known &= ~(1ull << i);
	}
}

/**
 * snapshot_since - make counters those since an earlier time
 * @port: whose, from a later time; @interval, @restarted and @history change
 * @before: what they were then, NULL when nobody knows
 * @time: when that was, in milliseconds since 1970
 *
 * What began anew, and what is new, counts from 0. Of what was there before, but is
 * not known from then, nobody knows what it did since. So it is of the row of the rest.
 */
void snapshot_since(struct port_row *port, const struct history_row *before, uint64_t time)
{
	static const struct history_row unknown;

	port->interval = port->time > time ? port->time - time : 1;
	port->restarted = before && restarted(before, &port->history);
	if (row_knows(port, SOCKPORT_A_PORT_REST)) {
		/* Others were added to it, with all they had done before. */
		port->restarted = false;
		subtract(&port->history, &unknown);
	} else if (before && !port->restarted) {
		subtract(&port->history, before);
	} else if (!before && beginning(&port->history) && beginning(&port->history) <= time) {
		subtract(&port->history, &unknown);
	}
}

/**
 * snapshot_subtract - make the counters of a port those since the snapshot
 * @snapshot: sorted
 * @port: the port, from a later time; as snapshot_since() changes it
 */
void snapshot_subtract(const struct snapshot *snapshot, struct port_row *port)
{
	const struct snapshot_row place = place_of(port);
	const struct snapshot_row *before = NULL;

	if (snapshot->count)
		before = bsearch(&place, snapshot->list, snapshot->count, sizeof(place), compare);
	snapshot_since(port, before ? &before->history : NULL,
		       before ? before->time : snapshot->time);
}

/**
 * snapshot_free - forget a snapshot
 * @snapshot: as zeroed afterwards
 */
void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->list);
	*snapshot = (struct snapshot){ 0 };
}
