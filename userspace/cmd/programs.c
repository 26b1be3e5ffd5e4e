// SPDX-License-Identifier: GPL-2.0
/* What each program did, unit, container or user. */
#include "cmd/programs.h"

#include <stdlib.h>

#include "cmd/looks.h"
#include "columns/printer.h"
#include "count/accounts.h"
#include "format/clock.h"

/**
 * struct programs - an answer in the making
 * @client: knows the kernel
 * @options: of whom, and the form
 * @failure: what went wrong
 * @printer: shows the accounts
 * @before: those of the look before
 * @now: those of this look
 */
struct programs {
	struct client *client;
	const struct options *options;
	struct failure *failure;
	struct printer printer;
	struct accounts_before before;
	struct accounts now;
};

static int out_of_memory(struct programs *programs)
{
	return failure_set(programs->failure, EXIT_RUN, "out of memory");
}

static int take(const struct program_row *row, void *data)
{
	struct programs *programs = data;

	return accounts_add(&programs->now, row) ? 0 : out_of_memory(programs);
}

static int ask(struct programs *programs)
{
	programs->now = (struct accounts){
		.by = programs->options->by,
		.word = programs->options->who,
	};
	return client_programs(programs->client, take, programs, programs->failure);
}

static int print_rows(struct programs *programs, const struct doer *list)
{
	size_t i;

	for (i = 0; i < programs->now.hash.count; i++)
		if (printer_row(&programs->printer, &list[i]))
			return -1;
	return 0;
}

static int print(struct programs *programs, const struct accounts_before *before)
{
	struct doer *list = accounts_list(&programs->now, before);
	int error;

	if (!list)
		return out_of_memory(programs);
	error = printer_begin(&programs->printer, programs->options->no_header);
	if (!error) {
		error = print_rows(programs, list);
		error = printer_end(&programs->printer, !error);
	}
	free(list);
	return error;
}

static int look_on(const struct look *look, void *data)
{
	const uint64_t time = clock_now_ms();
	struct programs *programs = data;

	if (ask(programs))
		return -1;
	programs->before.elapsed = look->elapsed;
	if (look->elapsed && print(programs, &programs->before))
		return -1;
	accounts_free(&programs->before.accounts);
	programs->before.accounts = programs->now;
	programs->before.time = time;
	programs->now = (struct accounts){ 0 };
	return 0;
}

static int read_before(struct programs *programs)
{
	const char *path = programs->options->since;

	programs->before.accounts.by = programs->options->by;
	if (accounts_read(&programs->before, path, programs->failure))
		return -1;
	if (programs->before.time > clock_now_ms())
		return failure_set(programs->failure, EXIT_USAGE,
				   "'%.200s' is of a time that has not come yet: was the clock set?",
				   path);
	return 0;
}

static int print_once(struct programs *programs)
{
	const bool since = programs->options->since;

	if ((since && read_before(programs)) || ask(programs))
		return -1;
	if (programs->options->who && !programs->now.hash.count)
		return failure_set(programs->failure, EXIT_RUN,
				   "no program, unit or container '%.100s' did anything that we may see",
				   programs->options->who);
	return print(programs, since ? &programs->before : NULL);
}

/**
 * programs_print - print what programs did, so far or in each interval
 * @client: the client
 * @options: of whom, by what, how often, and the form
 * @names: names of users and namespaces
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int programs_print(struct client *client, const struct options *options, struct names *names,
		   const struct selection *selection, struct failure *failure)
{
	struct programs programs = {
		.client = client,
		.options = options,
		.failure = failure,
		.printer = printer_for(options->json, selection, names, failure),
	};
	int error = options->interval ? looks_follow(options, names, look_on, &programs, failure) :
					print_once(&programs);

	accounts_free(&programs.before.accounts);
	accounts_free(&programs.now);
	return error;
}
