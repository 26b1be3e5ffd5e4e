// SPDX-License-Identifier: GPL-2.0
/* What sockets are counted by: processes, destinations; and doors that stay closed. */
#include "cmd/doors.h"
#include "count/destinations.h"
#include "count/holders.h"
#include "select/match.h"
#include "top/look.h"

/**
 * struct counted - an answer in the making
 * @look: the look
 * @holders: processes that have sockets
 * @destinations: where connections go
 * @doors: ports where nobody listens
 */
struct counted {
	struct top_look *look;
	struct holders holders;
	struct destinations destinations;
	struct doors doors;
};

static struct trend *find_trend(struct top_look *look, uint32_t netns, uint32_t number,
				uint32_t kind)
{
	const struct trend_key key = { .netns = netns, .number = number, .kind = kind };

	return trends_find(&look->trends, &key);
}

static int count_holder(const struct socket_row *row, void *data)
{
	struct counted *counted = data;

	return holders_count(&counted->holders, row) ? 0 : look_out_of_memory(counted->look);
}

/* What holds its sockets for a while shows in how many there are. */
static int keep_holder(struct top_look *look, const struct holder *holder)
{
	struct row_about about = { 0 };
	struct trend *trend = find_trend(look, holder->netns, holder->pid, 0);

	*number_put(about.who, holder->pid) = 0;
	trend_push(&look->trends, trend, (uint64_t)holder->in + holder->out);
	return look_keep(look, holder, &about, trend);
}

/**
 * look_processes - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_processes(struct top_look *look)
{
	struct counted counted = { .look = look, .holders.past = look->options.replay };
	int error = client_sockets(look->client, &look->options.filter, HOLDERS_WANT,
				   count_holder, &counted, look->failure);
	const struct holder *list;
	size_t i;

	holders_sort(&counted.holders);
	list = counted.holders.all.list;
	for (i = 0; !error && i < counted.holders.all.count; i++)
		error = keep_holder(look, &list[i]);
	holders_free(&counted.holders);
	return error;
}

static int count_destination(const struct socket_row *row, void *data)
{
	struct counted *counted = data;

	if (!names_is_here(counted->look->names, row_knows(row, SOCKPORT_A_SOCKET_NETNS) ?
						 row->netns : 0))
		return 0;
	return destinations_add(&counted->destinations, row) ? 0 :
	       look_out_of_memory(counted->look);
}

static int keep_destination(struct top_look *look, const struct destination *destination)
{
	const struct row_about about = {
		.port = destination->port, .protocol = destination->protocol, .has_port = true,
	};
	const uint32_t ends = hash_bytes(hash_bytes(destination->protocol, destination->local, 16),
					 destination->remote, 16);
	struct trend *trend = find_trend(look, destination->ifindex, destination->port, ends);

	trend_push(&look->trends, trend, destination->ports);
	return look_keep(look, destination, &about, trend);
}

/**
 * look_destinations - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_destinations(struct top_look *look)
{
	struct counted counted = { .look = look };
	struct destinations *destinations = &counted.destinations;
	struct filter filter = look->options.filter;
	struct destination *list;
	uint32_t available;
	size_t i;
	int error;

	if (!filter.roles.count)
		filter.roles.list[filter.roles.count++] = SOCKPORT_ROLE_OUT;
	if (!names_local_ports(look->names, &destinations->range, &available))
		return failure_set(look->failure, EXIT_RUN,
				   "net.ipv4.ip_local_port_range of that namespace cannot be read");
	error = client_sockets(look->client, &filter, 0, count_destination, &counted,
			       look->failure);
	list = destinations->hash.list;
	for (i = 0; !error && i < destinations->hash.count; i++) {
		list[i].available = available;
		error = keep_destination(look, &list[i]);
	}
	destinations_free(destinations);
	return error;
}

static int take_door(const struct door_row *row, void *data)
{
	struct counted *counted = data;

	return doors_add(&counted->doors, row) ? 0 : look_out_of_memory(counted->look);
}

static int keep_door(struct top_look *look, const struct door_row *door)
{
	const struct row_about about = {
		.port = door->port, .protocol = door->protocol, .has_port = true,
	};
	struct trend *trend = find_trend(look, door->netns, door->port, door->protocol);

	trend_count(&look->trends, trend, door->attempts);
	if (!match_door(&look->options.filter, door))
		return 0;
	return look_keep(look, door, &about, trend);
}

/**
 * look_doors - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_doors(struct top_look *look)
{
	struct counted counted = { .look = look };
	int error = client_doors(look->client, take_door, &counted, look->failure);
	size_t i;

	/* Of a source all ports count, also those that are not asked for. */
	doors_count_sources(&counted.doors);
	for (i = 0; !error && i < counted.doors.count; i++)
		error = keep_door(look, &counted.doors.list[i]);
	doors_free(&counted.doors);
	return error;
}
