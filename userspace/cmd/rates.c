// SPDX-License-Identifier: GPL-2.0
/* What ports did since an earlier time: since a file was made, or since the last look. */
#include "cmd/rates.h"

#include <stdio.h>

#include "columns/printer.h"
#include "count/snapshot.h"
#include "format/clock.h"
#include "format/quantity.h"
#include "stop.h"

/**
 * struct rates - a look in the making
 * @client: knows the kernel
 * @options: filter and form
 * @failure: what went wrong
 * @printer: shows the ports
 * @before: the look before this one
 * @now: this look; only if there is one more to come
 * @asked: when it began, on the clock of stop_clock_ms()
 * @elapsed: milliseconds since the look before began; 0 since a file was made
 * @goes_on: there is one more to come
 */
struct rates {
	struct client *client;
	const struct options *options;
	struct failure *failure;
	struct printer printer;
	struct snapshot before;
	struct snapshot now;
	uint64_t asked;
	uint64_t elapsed;
	bool goes_on;
};

static int keep(struct rates *rates, struct snapshot *snapshot, const struct port_row *row)
{
	if (snapshot_add_port(snapshot, row))
		return 0;
	return failure_set(rates->failure, EXIT_RUN, "out of memory");
}

static int take_first(const struct port_row *row, void *data)
{
	struct rates *rates = data;

	return keep(rates, &rates->before, row);
}

static int take_port(const struct port_row *row, void *data)
{
	struct rates *rates = data;
	struct port_row since = *row;

	if (rates->goes_on && keep(rates, &rates->now, row))
		return -1;
	snapshot_subtract(&rates->before, &since);
	/* The clock on the wall may have been set meanwhile. */
	if (rates->elapsed)
		since.interval = rates->elapsed;
	return printer_row(&rates->printer, &since);
}

/* Without a port, an answer says no time. */
static void begin_look(struct rates *rates, struct snapshot *snapshot)
{
	const uint64_t now = stop_clock_ms();

	rates->elapsed = now > rates->asked ? now - rates->asked : 1;
	rates->asked = now;
	snapshot->time = clock_now_ms();
}

static int ask(struct rates *rates, port_function function)
{
	return client_ports(rates->client, &rates->options->filter,
			    rates->printer.selection->want | SOCKPORT_WANT_HISTORY, function,
			    rates, rates->failure);
}

static int print(struct rates *rates)
{
	if (printer_begin(&rates->printer, rates->options->no_header))
		return -1;
	return printer_end(&rates->printer, !ask(rates, take_port));
}

static int print_since(struct rates *rates)
{
	const char *path = rates->options->since;

	if (snapshot_read(&rates->before, path, rates->failure))
		return -1;
	if (rates->before.time > clock_now_ms())
		return failure_set(rates->failure, EXIT_USAGE,
				   "'%.200s' is of a time that has not come yet: was the clock set?",
				   path);
	return print(rates);
}

/* Of several tables, each says when it was. */
static void print_moment(const struct rates *rates, bool is_first)
{
	char moment[QUANTITY_MAX + 1];

	if (rates->printer.form != PRINT_TABLE || rates->options->no_header)
		return;
	*quantity_put_moment(moment, clock_now_ms(), 0) = 0;
	printf("%s%s\n", is_first ? "" : "\n", moment);
}

static int print_one(struct rates *rates, uint32_t number)
{
	const uint32_t count = rates->options->count;

	rates->goes_on = !count || number < count;
	print_moment(rates, number == 1);
	/* Meanwhile a namespace may have gone, and another one may have its number. */
	names_refresh(rates->printer.names);
	begin_look(rates, &rates->now);
	if (print(rates))
		return -1;
	/* Who reads along gets each table at once. That it failed is told at the end. */
	if (fflush(stdout))
		rates->goes_on = false;
	snapshot_sort(&rates->now);
	snapshot_free(&rates->before);
	rates->before = rates->now;
	rates->now = (struct snapshot){ 0 };
	return 0;
}

/* Looks do not drift, each is so long after the first; one that was missed is left out. */
static uint64_t next_look(uint64_t last, uint64_t interval)
{
	const uint64_t now = stop_clock_ms();

	if (now < last + interval)
		return last + interval;
	return now - (now - last) % interval;
}

static int follow(struct rates *rates)
{
	uint64_t next = stop_clock_ms();
	uint32_t number = 0;

	stop_catch();
	begin_look(rates, &rates->before);
	if (ask(rates, take_first))
		return -1;
	snapshot_sort(&rates->before);
	for (rates->goes_on = true; rates->goes_on;) {
		next = next_look(next, rates->options->interval);
		if (stop_wait(-1, next) == STOP_NOW)
			return 0;
		if (print_one(rates, ++number))
			return -1;
	}
	return 0;
}

/**
 * rates_print - print what ports did since a file was made, or in each interval
 * @client: the client
 * @options: since when, filter and form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int rates_print(struct client *client, const struct options *options, struct names *names,
		const struct selection *selection, struct failure *failure)
{
	struct rates rates = {
		.client = client,
		.options = options,
		.failure = failure,
		.printer = {
			.form = options->json ? PRINT_JSON : PRINT_TABLE,
			.selection = selection,
			.names = names,
			.failure = failure,
		},
	};
	int error = options->since ? print_since(&rates) : follow(&rates);

	snapshot_free(&rates.before);
	snapshot_free(&rates.now);
	return error;
}
