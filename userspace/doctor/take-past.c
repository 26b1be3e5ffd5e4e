// SPDX-License-Identifier: GPL-2.0
/* What failed lately, and who knocked. */
#include <string.h>

#include "doctor/take.h"
#include "format/address.h"
#include "format/clock.h"

static uint32_t hash_failed(const void *thing)
{
	const struct failed *failed = thing;

	return hash_bytes(failed->netns ^ failed->port << 8 ^ failed->cause, failed->remote,
			  sizeof(failed->remote));
}

static bool same_failed(const void *left, const void *right)
{
	const struct failed *a = left, *b = right;

	return a->netns == b->netns && a->protocol == b->protocol && a->cause == b->cause &&
	       a->port == b->port && a->size == b->size &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

static const struct hash_kind kind = {
	.size = sizeof(struct failed), .hash = hash_failed, .same = same_failed,
};

static struct failed key_of(const struct look *look, const struct event_row *row, uint64_t time)
{
	struct failed key = {
		.netns = take_netns(look, row_knows(row, SOCKPORT_A_EVENT_NETNS), row->netns),
		.protocol = row->protocol, .cause = row->cause, .port = row->remote_port,
		.first = time, .last = time,
	};
	const uint8_t *remote;

	if (row_knows(row, SOCKPORT_A_EVENT_REMOTE_ADDRESS)) {
		key.size = row->remote_size;
		remote = address_unmap(row->remote, &key.size);
		memcpy(key.remote, remote, key.size);
	}
	return key;
}

/* Is it of late? */
static bool is_recent(const struct look *look, uint64_t time)
{
	const uint64_t recent = look_threshold(look, THRESHOLD_RECENT) * MS_PER_S;

	return time + recent >= look->now;
}

static int take_end(const struct event_row *row, void *data)
{
	const uint64_t time = row->time / NS_PER_MS;
	struct look *look = data;
	struct failed key, *failed;

	if (row->type != SOCKPORT_EVENT_TYPE_FAIL || !is_recent(look, time))
		return 0;
	key = key_of(look, row, time);
	failed = hash_add(&look->failed, &kind, &key);
	if (!failed)
		return look_no_memory(look);
	failed->count++;
	if (time < failed->first)
		failed->first = time;
	if (time > failed->last)
		failed->last = time;
	if (!*failed->comm && row_knows(row, SOCKPORT_A_EVENT_COMM))
		strncpy(failed->comm, row->comm, COMM_MAX);
	return 0;
}

static int take_door(const struct door_row *row, void *data)
{
	struct look *look = data;
	struct door_row *door;

	if (!is_recent(look, row->last))
		return 0;
	door = array_add(look, &look->doors, sizeof(*door));
	if (!door)
		return -1;
	*door = *row;
	door->netns = take_netns(look, row_knows(row, SOCKPORT_A_CLOSED_DOOR_NETNS), row->netns);
	return 0;
}

/* An older module does not have it, it is not ours to see, or not kept: that is no failure of ours. */
static bool is_missing(struct look *look, int error)
{
	const bool is_known = look->failure->unavailable || look->failure->not_kept;

	if (!error || !is_known)
		return false;
	*look->failure = (struct failure){ 0 };
	return true;
}

/**
 * take_past - look at what failed and who knocked
 * @look: the look
 *
 * Return: 0, also where there is no history or it is not ours to see; or -1.
 */
int take_past(struct look *look)
{
	const struct filter all = { 0 };
	int error;

	if (!look->has_history)
		return 0;
	error = client_closed(look->how.client, &all, take_end, look, look->failure);
	look->keeps_no_past = error && look->failure->not_kept;
	look->no_past = is_missing(look, error);
	if (error && !look->no_past)
		return -1;
	error = client_doors(look->how.client, take_door, look, look->failure);
	look->no_doors = is_missing(look, error);
	return error && !look->no_doors ? -1 : 0;
}
