// SPDX-License-Identifier: GPL-2.0
/* Parameters of a request are the options of the command, by the same table. */
#include "serve/query.h"

#include <string.h>

#include "cmd/option-table.h"
#include "commands.h"
#include "serve/late-microhttpd.h"

/**
 * struct query - parameters that are read
 * @words: gets them
 * @command: takes them
 * @expression: that of the request, NULL for none
 * @failure: what is wrong with them
 */
struct query {
	struct words *words;
	const struct command_row *command;
	const char *expression;
	struct failure *failure;
};

/* Beginnings of names are not enough: what is not served might begin so, too. */
static const struct option_row *row_of(const char *name)
{
	size_t i;

	for (i = 0; i < option_count; i++)
		if (option_rows[i].name && !strcmp(option_rows[i].name, name))
			return &option_rows[i];
	return NULL;
}

/* An option without a value is there, or says whether it is. */
static int add_flag(struct query *query, const struct option_row *row, const char *value)
{
	if (!value || !*value || !strcmp(value, "1") || !strcmp(value, "true"))
		return words_add(query->words, "--", row->name, query->failure);
	if (!strcmp(value, "0") || !strcmp(value, "false"))
		return 0;
	return failure_set(query->failure, EXIT_USAGE,
			   "option '--%s' takes no value but true or false", row->name);
}

static int add_value(struct query *query, const struct option_row *row, const char *value)
{
	char begin[64] = "--";

	if (!value)
		return failure_set(query->failure, EXIT_USAGE, "option '--%s' needs a value",
				   row->name);
	strcat(strncat(begin, row->name, sizeof(begin) - 4), "=");
	return words_add(query->words, begin, value, query->failure);
}

static int add_option(struct query *query, const char *name, const char *value)
{
	const struct option_row *row = row_of(name);

	if (!row)
		return failure_set(query->failure, EXIT_USAGE,
				   "unknown option '--%.100s': see sockport --help", name);
	if (!row->is_served)
		return failure_set(query->failure, EXIT_USAGE, "option '--%s' is not served",
				   row->name);
	return (row->value ? add_value : add_flag)(query, row, value);
}

static bool has_nul(const char *text, size_t size)
{
	return text && memchr(text, 0, size);
}

static enum MHD_Result take_parameter(void *data, enum MHD_ValueKind kind, const char *name,
				      size_t name_size, const char *value, size_t value_size)
{
	struct query *query = data;

	(void)kind;
	if (has_nul(name, name_size) || has_nul(value, value_size))
		failure_set(query->failure, EXIT_USAGE, "a parameter has no bytes of value 0");
	else if (strcmp(name, "expression"))
		return add_option(query, name, value) ? MHD_NO : MHD_YES;
	else if (query->expression || !value)
		failure_set(query->failure, EXIT_USAGE, "there is one expression, or none");
	else
		query->expression = value;
	return query->failure->status ? MHD_NO : MHD_YES;
}

static int check_argument(const struct query *query, const char *argument)
{
	if (argument && !query->command->argument)
		return failure_set(query->failure, EXIT_USAGE, "sockport %s is about nothing alone",
				   query->command->name);
	/* The first of its words would be taken for what is asked about. */
	if (!argument && query->expression && query->command->argument)
		return failure_set(query->failure, EXIT_USAGE,
				   "sockport %s has an expression only beside what it is about",
				   query->command->name);
	return 0;
}

/**
 * query_words - the command line that asks what a request asks
 * @words: zeroed before
 * @command: that of the request
 * @argument: what the command is about, NULL for none
 * @connection: has the parameters
 * @failure: what is wrong with them
 *
 * Return: 0 or -1.
 */
int query_words(struct words *words, enum command command, const char *argument,
		struct MHD_Connection *connection, struct failure *failure)
{
	struct query query = {
		.words = words, .command = &commands[command], .failure = failure,
	};

	failure->status = 0;
	if (words_add(words, "", "sockport", failure) ||
	    (query.command->takes & TAKES_JSON && words_add(words, "", "--json", failure)))
		return -1;
	mhd.MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_parameter, &query);
	if (failure->status || check_argument(&query, argument) ||
	    words_add(words, "", "--", failure) ||
	    words_add(words, "", query.command->name, failure))
		return -1;
	if (argument && words_add(words, "", argument, failure))
		return -1;
	return query.expression ? words_add_split(words, query.expression, failure) : 0;
}
