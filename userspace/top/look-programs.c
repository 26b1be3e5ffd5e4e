// SPDX-License-Identifier: GPL-2.0
/* What programs did since the last look, of which the kernel keeps accounts. */
#include <stdlib.h>
#include <string.h>

#include "format/clock.h"
#include "top/look.h"

static int take_program(const struct program_row *row, void *data)
{
	struct top_look *look = data;

	return accounts_add(&look->programs_now, row) ? 0 : look_out_of_memory(look);
}

static uint64_t known_value(const struct doer *doer, unsigned int value)
{
	return row_knows(&doer->port.history, value) ? doer->port.history.values[value] : 0;
}

static struct trend *push_trend(struct top_look *look, const struct doer *doer)
{
	const struct trend_key key = {
		.netns = doer->key.netns,
		.number = hash_bytes(0, doer->key.comm, sizeof(doer->key.comm)),
		.kind = hash_bytes(0, doer->key.unit, sizeof(doer->key.unit)),
	};
	struct trend *trend = trends_find(&look->trends, &key);
	const uint64_t bytes = known_value(doer, SOCKPORT_A_HISTORY_BYTES_IN) +
			       known_value(doer, SOCKPORT_A_HISTORY_BYTES_OUT);

	trend_push(&look->trends, trend, look->elapsed ? bytes * MS_PER_S / look->elapsed : 0);
	return trend;
}

static int keep_program(struct top_look *look, struct doer *doer)
{
	struct row_about about = { 0 };

	if (!look->elapsed)
		look_forget_counters(&doer->port.history);
	if (!doer->key.is_rest)
		snprintf(about.who, sizeof(about.who), "%s", doer->key.comm);
	return look_keep(look, doer, &about, push_trend(look, doer));
}

/**
 * look_programs - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_programs(struct top_look *look)
{
	const struct accounts_before before = {
		.accounts = look->programs, .time = clock_now_ms() - look->elapsed,
		.elapsed = look->elapsed,
	};
	struct doer *list;
	size_t i;
	int error = client_programs(look->client, take_program, look, look->failure);

	if (error)
		return -1;
	list = accounts_list(&look->programs_now, look->elapsed ? &before : NULL);
	if (!list)
		return look_out_of_memory(look);
	for (i = 0; !error && i < look->programs_now.hash.count; i++)
		error = keep_program(look, &list[i]);
	free(list);
	return error;
}
