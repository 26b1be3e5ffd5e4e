// SPDX-License-Identifier: GPL-2.0
/* What ports did since an earlier time: since a file was made, or since the last look. */
#include "cmd/rates.h"

#include "cmd/looks.h"
#include "columns/printer.h"
#include "count/snapshot.h"
#include "format/clock.h"

/**
 * struct rates - a look in the making
 * @client: knows the kernel
 * @options: filter and form
 * @failure: what went wrong
 * @printer: shows the ports
 * @before: the look before this one
 * @now: this look; only if there is one more to come
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

static int look_first(struct rates *rates)
{
	rates->before.time = clock_now_ms();
	if (ask(rates, take_first))
		return -1;
	snapshot_sort(&rates->before);
	return 0;
}

/* Without a port, an answer says no time. */
static int look_on(const struct look *look, void *data)
{
	struct rates *rates = data;

	if (!look->elapsed)
		return look_first(rates);
	rates->goes_on = look->goes_on;
	rates->elapsed = look->elapsed;
	rates->now.time = clock_now_ms();
	if (print(rates))
		return -1;
	snapshot_sort(&rates->now);
	snapshot_free(&rates->before);
	rates->before = rates->now;
	rates->now = (struct snapshot){ 0 };
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
		.printer = printer_for(options->json, selection, names, failure),
	};
	int error = options->since ? print_since(&rates) :
				     looks_follow(options, names, look_on, &rates, failure);

	snapshot_free(&rates.before);
	snapshot_free(&rates.now);
	return error;
}
