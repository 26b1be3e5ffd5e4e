// SPDX-License-Identifier: GPL-2.0
/* What makes no sense together, and what is not enough. */
#include "cmd/option-check.h"

#include <string.h>

#include "cmd/foreign.h"
#include "commands.h"
#include "kernel/destroy.h"
#include "select/narrow.h"

/* What ends sockets must say which. */
static int check_kill(const struct options *options, struct failure *failure)
{
	unsigned int i;

	if (options->command != COMMAND_KILL)
		return 0;
	if (!filter_narrows(&options->filter))
		return failure_set(failure, EXIT_USAGE,
				   "sockport kill needs to know which: a port, an address, an owner, a process, a unit or an inode; what most sockets have, and 'not', choose none");
	for (i = 0; i < options->filter.protocols.count; i++)
		if (!destroy_is_known(options->filter.protocols.list[i]))
			return failure_set(failure, EXIT_USAGE,
					   "sockport kill ends tcp, udp and udplite, the kernel has no way to end others");
	if (options->json && !options->yes)
		return failure_set(failure, EXIT_USAGE, "with --json nobody is asked: add --yes");
	return 0;
}

static int check_top(const struct options *options, struct failure *failure)
{
	if (options->command == COMMAND_METRICS) {
		if (options->top <= METRICS_TOP_MAX)
			return 0;
		return failure_set(failure, EXIT_USAGE, "bad top '%u': of metrics it is at most %d",
				   options->top, METRICS_TOP_MAX);
	}
	if (options->has_top && !options->top)
		return failure_set(failure, EXIT_USAGE, "bad top: it is a number from 1 on");
	if (options->command == COMMAND_CLOSED || options->command == COMMAND_TOP)
		return 0;
	if (options->has_top && !options->sort && options->command != COMMAND_DOORS)
		return failure_set(failure, EXIT_USAGE, "--top needs --sort: the top of what?");
	if (options->reverse && !options->sort && !options->has_top)
		return failure_set(failure, EXIT_USAGE, "--reverse needs --sort");
	return 0;
}

/* Of the options that a word may be the beginning of, the first; NULL if there is none. */
static const char *possible_name(const struct option *names, const char *word, size_t length,
				 size_t *count)
{
	const struct option *name;
	const char *first = NULL;

	*count = 0;
	for (name = names; name->name; name++) {
		if (strncmp(name->name, word, length))
			continue;
		if (!first || !name->name[length])
			first = name->name;
		++*count;
	}
	return first;
}

/**
 * option_unknown - say what is wrong with a long option that getopt does not take
 * @names: those that there are
 * @word: as it was given, with "--"
 * @failure: gets it
 *
 * Return: -1.
 */
int option_unknown(const struct option *names, const char *word, struct failure *failure)
{
	const size_t length = strcspn(word + 2, "=");
	const char *first;
	size_t count;

	first = possible_name(names, word + 2, length, &count);
	if (!first)
		return foreign_name(word, failure);
	if (count == 1 || !first[length])
		return failure_set(failure, EXIT_USAGE, "option '--%s' takes no value", first);
	return failure_set(failure, EXIT_USAGE,
			   "option '%.100s' can be --%s and others: see sockport --help", word, first);
}

static int check_doctor(const struct options *options, struct failure *failure)
{
	if (options->command != COMMAND_DOCTOR)
		return 0;
	if (options->nagios && options->json)
		return failure_set(failure, EXIT_USAGE, "--nagios and --json exclude each other");
	if (options->baseline && !*options->baseline)
		return failure_set(failure, EXIT_USAGE, "--baseline needs the path of a file");
	return 0;
}

/* Of moments one after the other, what ports and programs did in between can be told. */
static int check_replay(const struct options *options, struct failure *failure)
{
	const char *word = commands[options->command].name;

	if (!options->replay)
		return 0;
	if (options->has_at && options->has_time)
		return failure_set(failure, EXIT_USAGE, "--at excludes --from and --to");
	if (options->interval && !options->has_time)
		return failure_set(failure, EXIT_USAGE,
				   "of what was recorded, --interval needs --from or --to");
	if (options->to && options->from > options->to)
		return failure_set(failure, EXIT_USAGE, "--from is later than --to");
	if (options->has_time && !options->interval && options->command != COMMAND_TOP &&
	    options->command != COMMAND_CLOSED && options->command != COMMAND_DOCTOR &&
	    options->command != COMMAND_REPLAY)
		return failure_set(failure, EXIT_USAGE,
				   "sockport replay FILE %s is about one moment: --at instead of --from and --to",
				   word);
	return 0;
}

/**
 * options_check - whether a command line makes sense as a whole
 * @options: what each word says
 * @failure: what makes no sense together
 *
 * Return: 0 or -1.
 */
int options_check(const struct options *options, struct failure *failure)
{
	if (options->all_netns && options->netns)
		return failure_set(failure, EXIT_USAGE,
				   "--all-netns and --netns exclude each other");
	if (options->since && options->interval)
		return failure_set(failure, EXIT_USAGE,
				   "--since and --interval exclude each other");
	if (options->count && !options->interval && options->command != COMMAND_EVENTS &&
	    options->command != COMMAND_RECORD && options->command != COMMAND_TOP)
		return failure_set(failure, EXIT_USAGE, "--count needs --interval");
	if (options->textfile && options->has_format && options->format != METRICS_PROMETHEUS)
		return failure_set(failure, EXIT_USAGE,
				   "--textfile is for node_exporter, which takes --format prometheus only");
	if (options->textfile && !*options->textfile)
		return failure_set(failure, EXIT_USAGE, "--textfile needs the path of a file");
	if (options->command == COMMAND_PROGRAMS && options->has_filter)
		return failure_set(failure, EXIT_USAGE,
				   "what programs did is counted of all their sockets: it has no filter");
	if (options->who && !*options->who)
		return failure_set(failure, EXIT_USAGE,
				   "sockport who: a PID, process, unit or container is never empty");
	if (filter_check_port(&options->filter, options->port, failure))
		return -1;
	if (check_replay(options, failure) || check_kill(options, failure) || check_doctor(options, failure) ||
	    check_top(options, failure))
		return -1;
	return filter_check_ports(&options->filter, failure);
}
