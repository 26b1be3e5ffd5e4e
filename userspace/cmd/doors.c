// SPDX-License-Identifier: GPL-2.0
/* Ports where nobody listens, and who knocked. */
#include "cmd/doors.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "format/address.h"
#include "format/number.h"
#include "format/quantity.h"
#include "select/match.h"
#include "table/printer.h"

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

static char *fill_service(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct door_row *door = row;

	(void)column;
	return names_put_service(names, to, door->port, door->protocol);
}

static char *fill_moment(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	const uint64_t *ms = (const void *)((const char *)row + column->offset);

	if (!row_knows(row, column->attribute) || names_are_numbers(names))
		return fill_u64(to, column, row, names);
	return quantity_put_moment(to, *ms, 0);
}

static char *fill_source(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	const struct door_row *door = row;

	(void)names;
	if (!row_knows(row, column->attribute))
		return to;
	return address_put(to, door->source_size == 4 ? AF_INET : AF_INET6, door->source);
}

static char *fill_netns(char *to, const struct column *column, const void *row,
			struct names *names)
{
	if (!row_knows(row, column->attribute))
		return to;
	return names_put_netns(names, to, ((const struct door_row *)row)->netns);
}

#define IN_BOTH		(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member, name)						\
	.offset = offsetof(struct door_row, member), .attribute = SOCKPORT_A_CLOSED_DOOR_##name

static const struct column list[] = {
	{ .name = "proto", .help = "protocol", .fill = fill_u8_protocol,
	  MEMBER(protocol, PROTOCOL), .flags = IN_BOTH },
	{ .name = "port", .help = "the port where nobody listens", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(port, PORT), .flags = IN_BOTH | COLUMN_RIGHT },
	{ .name = "service", .help = "its name in the services database", .fill = fill_service,
	  .flags = IN_BOTH | COLUMN_IS_NAME },
	{ .name = "attempts", .help = "how often somebody knocked", .fill = fill_u64,
	  .type = COLUMN_NUMBER, MEMBER(attempts, ATTEMPTS), .flags = IN_BOTH | COLUMN_RIGHT },
	{ .name = "first", .help = "the first time; in JSON milliseconds since 1970",
	  .fill = fill_moment, .json = fill_u64, MEMBER(first, FIRST), .flags = IN_BOTH },
	{ .name = "last", .help = "the last time", .fill = fill_moment, .json = fill_u64,
	  MEMBER(last, LAST), .flags = IN_BOTH },
	{ .name = "source", .help = "who knocked last", .fill = fill_source,
	  MEMBER(source, SOURCE), .flags = IN_BOTH },
	{ .name = "source_ports", .help = "ports where that one knocked last: many for who scans",
	  .fill = fill_u32, .type = COLUMN_NUMBER, MEMBER(source_ports, SOURCE),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "netns", .help = "name of the network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS) },
	{ .name = "netns_inode", .help = "inode of the network namespace", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(netns, NETNS), .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
};

const struct columns door_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };

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
	struct printer printer = {
		.form = options->json ? PRINT_JSON : PRINT_TABLE,
		.selection = selection,
		.names = names,
		.failure = failure,
	};
	int error = client_doors(client, take_door, &gathering, failure);

	/* Of a source all ports count, also those that are not asked for. */
	doors_count_sources(&gathering.doors);
	doors_sort(&gathering.doors);
	if (!error)
		error = print(&gathering.doors, options, &printer);
	doors_free(&gathering.doors);
	return error;
}
