// SPDX-License-Identifier: GPL-2.0
/* What a port did, for people: its counters, and its distributions drawn. */
#include "cmd/show-history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bars.h"
#include "columns/table.h"
#include "columns/tables.h"
#include "count/history.h"
#include "format/number.h"
#include "format/quantity.h"
#include "format/words.h"

#define FACTS	"accepted,opened,taken_in,failed,refused,timed_out,unreachable,"		\
		"no_local_port,reset_opening,given_up,failed_otherwise,"			\
		"connections,connections_high,backlog_high,closed,closed_by_peer,broken,"	\
		"resets_sent,resets_received,bytes_in,bytes_out,segments_in,segments_out,"	\
		"retransmits,retransmitted_bytes,syn_retransmits,listen_drops,"			\
		"receive_drops,accounted_drops,first_active,last_active"
#define OPENER	"+opener,opener_user,opener_unit"
#define LIMITS	"+busy,rwnd_limited,sndbuf_limited,ooo,dsack_dups,delivered_ce,rto_total"

/**
 * struct port_history - what one row of the port did; the row itself is gone
 * @next: of the next row, or NULL
 * @title: which row
 * @selection: columns of @facts
 * @facts: counters that are not 0
 * @accepting: columns of @workers
 * @workers: who accepted its connections, or NULL
 * @others: connections that others accepted
 * @distributions: by SOCKPORT_DISTRIBUTION_KIND_*, over @buckets
 * @buckets: of each of them
 */
struct port_history {
	struct port_history *next;
	char title[100];
	struct selection selection;
	struct table *facts;
	struct selection accepting;
	struct table *workers;
	uint64_t others;
	struct distribution_row distributions[ROW_KINDS];
	uint8_t buckets[ROW_KINDS][ROW_BUCKETS * sizeof(uint64_t)];
};

static void copy_distributions(struct port_history *history, const struct port_row *row)
{
	struct distribution_row *copy;
	unsigned int kind;

	for (kind = 1; kind < ROW_KINDS; kind++) {
		copy = &history->distributions[kind];
		*copy = row->distributions[kind];
		if (copy->count)
			memcpy(history->buckets[kind], copy->buckets,
			       copy->count * sizeof(uint64_t));
		copy->buckets = history->buckets[kind];
	}
}

static int by_accepts(const void *left, const void *right)
{
	const struct worker_row *a = left, *b = right;

	return (a->accepts < b->accepts) - (a->accepts > b->accepts);
}

static bool copy_workers(struct port_history *history, const struct worker_rows *workers,
			 struct sink *sink)
{
	struct worker_rows sorted = *workers;
	struct failure failure;
	unsigned int i;

	history->others = workers->others;
	if (!workers->count)
		return true;
	qsort(sorted.list, sorted.count, sizeof(*sorted.list), by_accepts);
	if (selection_parse(&history->accepting, &worker_columns, "pid,comm,accepts", &failure))
		return false;
	history->workers = table_new(&history->accepting, false);
	if (!history->workers)
		return false;
	for (i = 0; i < workers->count; i++)
		if (!table_row(history->workers, &sorted.list[i], sink))
			return false;
	return true;
}

/* Who has it is told already, and who opened it may have been gone before: a daemon forks. */
static bool is_held(const struct port_row *row)
{
	return row->role == SOCKPORT_ROLE_IN && row->processes.count;
}

static int select_facts(struct selection *selection, const struct port_row *row)
{
	struct failure failure;

	if (selection_parse(selection, &port_columns, FACTS, &failure))
		return -1;
	if (!is_held(row) && selection_parse(selection, &port_columns, OPENER, &failure))
		return -1;
	return selection_parse(selection, &port_columns, LIMITS, &failure);
}

static bool fill(struct port_history *history, const struct port_row *row, struct sink *sink)
{
	const char *protocol = word_protocol(row->protocol), *role = word_role(row->role);

	snprintf(history->title, sizeof(history->title), "History of %s %s",
		 protocol ? protocol : "-", role ? role : "-");
	if (select_facts(&history->selection, row))
		return false;
	history->facts = table_new_facts();
	if (!history->facts ||
	    !table_facts(history->facts, &history->selection, row, sink, false))
		return false;
	copy_distributions(history, row);
	return copy_workers(history, &row->workers, sink);
}

/**
 * port_history_add - keep what a row of the port did
 * @list: gets it at its end; nothing if the row has no history
 * @row: the row
 * @sink: of text
 *
 * Return: false without memory.
 */
bool port_history_add(struct port_history **list, const struct port_row *row,
		      struct sink *sink)
{
	struct port_history *history;

	if (!row->history.known)
		return true;
	history = calloc(1, sizeof(*history));
	if (!history)
		return false;
	while (*list)
		list = &(*list)->next;
	*list = history;
	return fill(history, row, sink);
}

static void print_distribution(const struct distribution_row *distribution, unsigned int kind)
{
	static const struct { const char *title; enum quantity quantity; } kinds[ROW_KINDS] = {
		[SOCKPORT_DISTRIBUTION_KIND_LIFETIME] = { "Lifetime", QUANTITY_TIME },
		[SOCKPORT_DISTRIBUTION_KIND_BYTES] = { "Payload", QUANTITY_BYTES },
		[SOCKPORT_DISTRIBUTION_KIND_RTT] = { "Round trip time at the end", QUANTITY_TIME },
		[SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE] = { "Handshake", QUANTITY_TIME },
		[SOCKPORT_DISTRIBUTION_KIND_RTT_NOW] = { "Round trip time now", QUANTITY_TIME },
		[SOCKPORT_DISTRIBUTION_KIND_ACCEPT] = { "Wait for accept()", QUANTITY_TIME },
	};
	const uint64_t values = history_values(distribution);
	char mean[QUANTITY_MAX];

	if (!values)
		return;
	*quantity_put(mean, kinds[kind].quantity, distribution->sum / values) = 0;
	printf("\n%s of %" PRIu64 " connection%s, on average %s:\n", kinds[kind].title, values,
	       values == 1 ? "" : "s", mean);
	bars_print(stdout, distribution, kinds[kind].quantity, bars_width());
}

static int print_workers(const struct port_history *history, struct failure *failure)
{
	if (history->workers) {
		printf("\nAccepted by:\n");
		if (table_print(history->workers, failure))
			return -1;
	}
	if (history->others)
		printf("%sAccepted by other processes: %" PRIu64 "\n", history->workers ? "" : "\n",
		       history->others);
	return 0;
}

/**
 * port_history_print - print what the rows of a port did
 * @list: the rows
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int port_history_print(const struct port_history *list, struct failure *failure)
{
	unsigned int kind;

	for (; list; list = list->next) {
		printf("\n%s:\n", list->title);
		if (table_print(list->facts, failure))
			return -1;
		for (kind = 1; kind < ROW_KINDS; kind++)
			print_distribution(&list->distributions[kind], kind);
		if (print_workers(list, failure))
			return -1;
	}
	return 0;
}

/**
 * port_history_free - forget what the rows of a port did
 * @list: the rows
 */
void port_history_free(struct port_history *list)
{
	struct port_history *next;

	for (; list; list = next) {
		next = list->next;
		table_free(list->facts);
		table_free(list->workers);
		free(list);
	}
}
