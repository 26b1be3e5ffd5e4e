// SPDX-License-Identifier: GPL-2.0
/*
 * Who called a port and found nobody: where somebody listens, it was at another address, or
 * before that.
 */
#include "cmd/show-refused.h"

#include <string.h>

#include "columns/tables.h"
#include "select/match.h"

#define TEXT	"proto,attempts,local,source,last"

/* Where the doors of one port go. */
struct gathering {
	struct doors *doors;
	struct filter filter;
	struct failure *failure;
};

static int take_door(const struct door_row *row, void *data)
{
	struct gathering *gathering = data;

	if (!match_door(&gathering->filter, row) || doors_add(gathering->doors, row))
		return 0;
	return failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

/**
 * refused_ask - look for calls of a port that found nobody there
 * @refused: zeroed; gets them, to be given to doors_free()
 * @client: knows the kernel
 * @options: which port, and a filter
 * @failure: what went wrong
 *
 * Only who administers the network namespace may see them; to others they are not known.
 *
 * Return: 0 or -1.
 */
int refused_ask(struct refused *refused, struct client *client, const struct options *options,
		struct failure *failure)
{
	struct gathering gathering = { &refused->doors, options->filter, failure };
	struct failure missing = { 0 };

	gathering.filter.ports.count = 1;
	gathering.filter.ports.list[0] = (struct port_range){ options->port, options->port };
	refused->known = !client_doors(client, take_door, &gathering, &missing);
	if (!refused->known && !missing.unavailable) {
		if (missing.status)
			*failure = missing;
		return -1;
	}
	doors_sort(&refused->doors);
	return 0;
}

/**
 * refused_put - show them as a part of an answer
 * @refused: what refused_ask() found
 * @report: the answer
 * @options: how it is shown
 *
 * Return: 0 or -1.
 */
int refused_put(const struct refused *refused, struct report *report,
		const struct options *options)
{
	struct selection selection = { 0 };

	if (!refused->known && report->json) {
		report_key(report, "refused");
		value_null(&report->sink);
		report_value(report);
	}
	if (!refused->known)
		return 0;
	if (report->json)
		selection_default(&selection, &door_columns, COLUMN_IN_JSON, options->numeric);
	else if (selection_parse(&selection, &door_columns, TEXT, report->failure))
		return -1;
	if (options->all_netns)
		selection_put_first(&selection, &door_columns, "netns");
	return report_rows(report, "refused",
			   "\nThese attempts found nobody at the address that was called:\n",
			   &selection, refused->doors.list, sizeof(*refused->doors.list),
			   refused->doors.count);
}
