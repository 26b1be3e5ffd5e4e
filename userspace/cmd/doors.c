// SPDX-License-Identifier: GPL-2.0
/* Ports where nobody listens, and who knocked. */
#include "cmd/doors.h"

#include <stdlib.h>
#include <string.h>

#include "columns/printer.h"
#include "columns/tables.h"
#include "select/match.h"

static bool grow(struct doors *doors)
{
	const size_t room = doors->room ? 2 * doors->room : 64;
	struct door_row *list = realloc(doors->list, room * sizeof(*list));

	if (!list)
		return false;
	doors->list = list;
	doors->room = room;
	return true;
}

/**
 * doors_add - keep a port
 * @doors: gets it
 * @row: the port
 *
 * Return: false without memory.
 */
bool doors_add(struct doors *doors, const struct door_row *row)
{
	if (doors->count == doors->room && !grow(doors))
		return false;
	doors->list[doors->count++] = *row;
	return true;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
	const struct door_row *a = left, *b = right;
	int order = compare_numbers(b->attempts, a->attempts);

	if (!order)
		order = compare_numbers(a->protocol, b->protocol);
	if (!order)
		order = compare_numbers(a->port, b->port);
	return order ? order : compare_numbers(a->netns, b->netns);
}

/**
 * doors_sort - put ports in order, those with most attempts first
 * @doors: the ports
 */
void doors_sort(struct doors *doors)
{
	if (doors->count)
		qsort(doors->list, doors->count, sizeof(*doors->list), compare);
}

static int compare_sources(const void *left, const void *right)
{
	const struct door_row *a = left, *b = right;
	int order = compare_numbers(a->netns, b->netns);

	if (!order)
		order = compare_numbers(a->source_size, b->source_size);
	return order ? order : memcmp(a->source, b->source, a->source_size);
}

/**
 * doors_count_sources - count the ports where each source knocked last
 * @doors: all ports of a namespace, or of all; their order changes
 */
void doors_count_sources(struct doors *doors)
{
	size_t first, end;

	if (doors->count)
		qsort(doors->list, doors->count, sizeof(*doors->list), compare_sources);
	for (first = 0; first < doors->count; first = end) {
		for (end = first + 1; end < doors->count; end++)
			if (compare_sources(&doors->list[first], &doors->list[end]))
				break;
		for (size_t i = first; i < end; i++)
			doors->list[i].source_ports = end - first;
	}
}

/**
 * doors_free - forget the ports
 * @doors: as zeroed afterwards
 */
void doors_free(struct doors *doors)
{
	free(doors->list);
	*doors = (struct doors){ 0 };
}

/* Where the ports go, with what went wrong there. */
struct gathering {
	struct doors doors;
	struct failure *failure;
};

static int take_door(const struct door_row *row, void *data)
{
	struct gathering *gathering = data;

	if (doors_add(&gathering->doors, row))
		return 0;
	return failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

static int print(const struct doors *doors, const struct options *options, struct printer *printer)
{
	int error = 0;
	size_t i;

	if (printer_begin(printer, options->no_header))
		return -1;
	for (i = 0; i < doors->count && !error; i++)
		if (match_door(&options->filter, &doors->list[i]))
			error = printer_row(printer, &doors->list[i]);
	return printer_end(printer, !error);
}

/**
 * doors_print - print the ports where nobody listens
 * @client: the client
 * @options: filter and form
 * @names: names of services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int doors_print(struct client *client, const struct options *options, struct names *names,
		const struct selection *selection, struct failure *failure)
{
	struct gathering gathering = { .failure = failure };
	struct printer printer = printer_for(options->json, selection, names, failure);
	int error = client_doors(client, take_door, &gathering, failure);

	/* Of a source all ports count, also those that are not asked for. */
	doors_count_sources(&gathering.doors);
	doors_sort(&gathering.doors);
	if (!error)
		error = print(&gathering.doors, options, &printer);
	doors_free(&gathering.doors);
	return error;
}
