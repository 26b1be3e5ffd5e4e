// SPDX-License-Identifier: GPL-2.0
#include "cmd/stats.h"

#include <unistd.h>

#include "columns/column.h"
#include "format/number.h"
#include "table/json.h"
#include "table/table.h"

static char *fill_version(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct stats_row *stats = row;

	(void)names;
	if (!row_knows(row, column->attribute) || strlen(stats->version) > NAME_MAX_LENGTH)
		return to;
	return text_put(to, stats->version);
}

#define VALUE(column, index, text)						\
	{ .name = column, .help = text, .fill = fill_u64, .type = COLUMN_NUMBER,	\
	  .offset = offsetof(struct stats_row, values[SOCKPORT_A_STATS_##index]),	\
	  .attribute = SOCKPORT_A_STATS_##index, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON }

static const struct column list[] = {
	{ .name = "version", .help = "version of the module", .fill = fill_version,
	  .attribute = SOCKPORT_A_STATS_VERSION, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	VALUE("port_walks", PORT_WALKS, "walks for the port table"),
	VALUE("socket_walks", SOCKET_WALKS, "walks for the socket listing"),
	VALUE("walked_sockets", WALKED_SOCKETS, "sockets seen by all walks"),
	VALUE("walk_time_ns", WALK_TIME, "nanoseconds spent in all walks"),
	VALUE("last_walk_sockets", LAST_WALK_SOCKETS, "sockets seen by the last walk"),
	VALUE("last_walk_time_ns", LAST_WALK_TIME, "nanoseconds spent in the last walk"),
	VALUE("chain_restarts", CHAIN_RESTARTS, "long chains begun anew"),
	VALUE("missed_chains", MISSED_CHAINS, "long chains left out"),
	VALUE("failed_walks", FAILED_WALKS, "walks that ended with an error"),
	VALUE("open_walks", OPEN_WALKS, "walks under way now"),
	VALUE("walk_memory", WALK_MEMORY, "bytes held by walks and port tables now"),
	VALUE("file_walks", FILE_WALKS, "walks of the file tables of all processes"),
	VALUE("walked_files", WALKED_FILES, "sockets found open by these"),
	VALUE("file_walk_time_ns", FILE_WALK_TIME, "nanoseconds spent in these"),
	VALUE("history", HISTORY, "1 while history is kept"),
	VALUE("history_rows", HISTORY_ROWS, "ports that history is kept of"),
	VALUE("history_rows_lost", HISTORY_ROWS_LOST,
	      "how often something went uncounted for want of a row"),
	VALUE("history_sockets", HISTORY_SOCKETS, "TCP sockets that are followed now"),
	VALUE("history_sockets_lost", HISTORY_SOCKETS_LOST, "how often a socket could not be followed"),
	VALUE("closed_doors", CLOSED_DOORS, "closed ports that are remembered now"),
	VALUE("closed_doors_lost", CLOSED_DOORS_LOST,
	      "attempts on closed ports that were forgotten to make room"),
	VALUE("events_sent", EVENTS_SENT, "events that listeners were told of"),
	VALUE("events_lost", EVENTS_LOST, "events that nobody was told of, for want of room"),
	VALUE("longest_hold_ns", LONGEST_HOLD,
	      "nanoseconds of the longest time that a walk held a lock of the kernel's"),
	VALUE("events_made", EVENTS_MADE, "events that were made, heard or not"),
	VALUE("history_rows_given_back", HISTORY_ROWS_GIVEN_BACK,
	      "rows of ports that were idle when others needed room"),
};

static const struct columns columns = { .list = list, .count = sizeof(list) / sizeof(*list) };

/* Where the account goes, with what went wrong there. */
struct account {
	struct selection selection;
	struct names *names;
	struct failure *failure;
};

static int out_of_memory(struct account *account)
{
	return failure_set(account->failure, EXIT_RUN, "out of memory");
}

static int print_table(const struct stats_row *row, void *data)
{
	struct account *account = data;
	struct table *table;
	int error;

	table = table_new_facts();
	if (!table)
		return out_of_memory(account);
	if (table_facts(table, &account->selection, row, account->names, true))
		error = table_print(table, account->failure);
	else
		error = out_of_memory(account);
	table_free(table);
	return error;
}

static int print_json(const struct stats_row *row, void *data)
{
	struct account *account = data;
	struct output output;

	if (output_open(&output, STDOUT_FILENO, account->failure))
		return -1;
	json_object(&output, &account->selection, row, account->names);
	json_put(&output, "\n");
	return output_close(&output, account->failure);
}

/**
 * stats_have_history - is history kept?
 * @row: the module's own account
 *
 * Return: false when it says that it is not.
 */
bool stats_have_history(const struct stats_row *row)
{
	return !row_knows(row, SOCKPORT_A_STATS_HISTORY) ||
	       row->values[SOCKPORT_A_STATS_HISTORY];
}

/**
 * stats_print - print the module's own account
 * @client: the client
 * @options: the form
 * @names: not used
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int stats_print(struct client *client, const struct options *options, struct names *names,
		struct failure *failure)
{
	struct account account = { .names = names, .failure = failure };

	selection_default(&account.selection, &columns,
			  options->json ? COLUMN_IN_JSON : COLUMN_IN_TEXT, options->numeric);
	return client_stats(client, options->json ? print_json : print_table, &account, failure);
}
