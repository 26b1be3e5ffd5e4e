// SPDX-License-Identifier: GPL-2.0
#include "cmd/stats.h"

#include "columns/row.h"
#include "columns/table.h"
#include "columns/tables.h"

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
	struct sink sink;
	int error;

	table = table_new_facts();
	if (!table)
		return out_of_memory(account);
	sink_init(&sink, SINK_TEXT, account->names, false);
	if (table_facts(table, &account->selection, row, &sink, true))
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
	struct sink sink;

	if (output_open_answer(&output, account->failure))
		return -1;
	sink_init(&sink, SINK_JSON, account->names, true);
	row_object(&output, &account->selection, row, &sink);
	output_put(&output, "\n");
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

	selection_default(&account.selection, &stats_columns,
			  options->json ? COLUMN_IN_JSON : COLUMN_IN_TEXT, options->numeric);
	return client_stats(client, options->json ? print_json : print_table, &account, failure);
}
