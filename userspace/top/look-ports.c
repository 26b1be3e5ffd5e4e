// SPDX-License-Identifier: GPL-2.0
/* What ports did since the last look. */
#include "count/history.h"
#include "format/clock.h"
#include "top/look.h"

/**
 * struct sums - all ports together
 * @look: the look
 * @bytes_in: since the last look
 * @bytes_out: the same
 */
struct sums {
	struct top_look *look;
	uint64_t bytes_in;
	uint64_t bytes_out;
};

static uint64_t known_value(const struct port_row *row, unsigned int value)
{
	return row_knows(&row->history, value) ? row->history.values[value] : 0;
}

/**
 * look_forget_counters - of the first look, what was since another one is not known
 * @history: what something did
 */
void look_forget_counters(struct history_row *history)
{
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (history_is_counter(i))
			history->known &= ~(1ull << i);
}

static bool did_anything(const struct port_row *row)
{
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (history_is_counter(i) && known_value(row, i))
			return true;
	return false;
}

static struct trend *push_trend(struct top_look *look, const struct port_row *row, uint64_t bytes)
{
	const struct trend_key key = {
		.netns = row_knows(row, SOCKPORT_A_PORT_NETNS) ? row->netns : 0,
		.number = row->port,
		.kind = row->protocol << 8 | row->role,
	};
	struct trend *trend = trends_find(&look->trends, &key);

	trend_push(&look->trends, trend, look->elapsed ? bytes * MS_PER_S / look->elapsed : 0);
	return trend;
}

static void subtract(struct top_look *look, struct port_row *row)
{
	if (!look->elapsed) {
		look_forget_counters(&row->history);
		return;
	}
	snapshot_subtract(&look->before, row);
	/* The clock on the wall may have been set meanwhile. */
	row->interval = look->elapsed;
}

static int take_port(const struct port_row *row, void *data)
{
	struct sums *sums = data;
	struct top_look *look = sums->look;
	struct port_row since = *row;
	const struct row_about about = {
		.port = row->port, .protocol = row->protocol,
		.has_port = !row_knows(row, SOCKPORT_A_PORT_REST),
	};
	uint64_t in, out;

	if (!snapshot_add_port(&look->now, row))
		return look_out_of_memory(look);
	subtract(look, &since);
	in = known_value(&since, SOCKPORT_A_HISTORY_BYTES_IN);
	out = known_value(&since, SOCKPORT_A_HISTORY_BYTES_OUT);
	sums->bytes_in += in;
	sums->bytes_out += out;
	if (row_knows(row, SOCKPORT_A_PORT_SOCKETS) && !row->sockets && !did_anything(&since))
		return 0;
	return look_keep(look, &since, &about, push_trend(look, row, in + out));
}

/**
 * look_ports - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_ports(struct top_look *look)
{
	struct sums sums = { .look = look };

	if (client_ports(look->client, &look->options.filter,
			 look->selection.want | SOCKPORT_WANT_HISTORY, take_port, &sums,
			 look->failure))
		return -1;
	look->has_sums = look->elapsed;
	if (!look->elapsed)
		return 0;
	look->bytes_in = sums.bytes_in * MS_PER_S / look->elapsed;
	look->bytes_out = sums.bytes_out * MS_PER_S / look->elapsed;
	return 0;
}
