// SPDX-License-Identifier: GPL-2.0
#include "cmd/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "format/number.h"
#include "format/words.h"
#include "select/match.h"

/* Options with the value of a filter are this and enum filter_key. */
#define OPTION_FILTER	256

/* Options without a letter, with another value. */
enum {
	OPTION_NETNS = 512,
	OPTION_SINCE,
	OPTION_INTERVAL,
	OPTION_COUNT,
	OPTION_TYPE,
	OPTION_TOP,
	OPTION_FORMAT,
	OPTION_TEXTFILE,
};

/* Longest interval, in milliseconds: a week. */
#define INTERVAL_MAX	(7 * 24 * 3600 * 1000u)

/* The colon in front: a missing value is told from an unknown option. */
static const char letters[] = ":pA46s:lJo:nHhV";

static const struct option long_options[] = {
	{ "protocol", required_argument, NULL, OPTION_FILTER + FILTER_PROTOCOL },
	{ "family", required_argument, NULL, OPTION_FILTER + FILTER_FAMILY },
	{ "state", required_argument, NULL, OPTION_FILTER + FILTER_STATE },
	{ "listening", no_argument, NULL, 'l' },
	{ "role", required_argument, NULL, OPTION_FILTER + FILTER_ROLE },
	{ "port", required_argument, NULL, OPTION_FILTER + FILTER_PORT },
	{ "local-port", required_argument, NULL, OPTION_FILTER + FILTER_LOCAL_PORT },
	{ "remote-port", required_argument, NULL, OPTION_FILTER + FILTER_REMOTE_PORT },
	{ "local", required_argument, NULL, OPTION_FILTER + FILTER_LOCAL },
	{ "remote", required_argument, NULL, OPTION_FILTER + FILTER_REMOTE },
	{ "uid", required_argument, NULL, OPTION_FILTER + FILTER_UID },
	{ "processes", no_argument, NULL, 'p' },
	{ "all-netns", no_argument, NULL, 'A' },
	{ "netns", required_argument, NULL, OPTION_NETNS },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "top", required_argument, NULL, OPTION_TOP },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "textfile", required_argument, NULL, OPTION_TEXTFILE },
	{ "json", no_argument, NULL, 'J' },
	{ "columns", required_argument, NULL, 'o' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "no-header", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int add_filter(struct options *options, enum filter_key key, const char *value,
		      struct failure *failure)
{
	options->has_filter = true;
	return filter_add(&options->filter, key, value, failure);
}

static int add_type(struct options *options, const char *word, struct failure *failure)
{
	uint8_t type;

	if (!word_is_event_type(word, &type))
		return failure_set(failure, EXIT_USAGE,
				   "unknown type '%s': it is listen, unlisten, accept, open, fail, close, closed-door, reset or lost",
				   word);
	options->types |= 1u << type;
	return 0;
}

static int add_types(struct options *options, const char *list, struct failure *failure)
{
	char *copy = strdup(list), *rest = copy, *word;
	int error = 0;

	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	while (!error && (word = strsep(&rest, ",")))
		error = add_type(options, word, failure);
	free(copy);
	return error;
}

static int add_format(struct options *options, const char *word, struct failure *failure)
{
	options->has_format = true;
	options->format = METRICS_PROMETHEUS;
	if (!strcmp(word, "prometheus"))
		return 0;
	options->format = METRICS_OPENMETRICS;
	if (!strcmp(word, "openmetrics"))
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "unknown format '%s': it is openmetrics or prometheus", word);
}

/* Options that have a value, and are no filter. */
static int add_value(struct options *options, int option, const char *value,
		     struct failure *failure)
{
	switch (option) {
	case OPTION_NETNS:
		options->netns = value;
		return 0;
	case OPTION_SINCE:
		options->since = value;
		return 0;
	case OPTION_INTERVAL:
		if (number_parse_ms(value, INTERVAL_MAX, &options->interval) && options->interval)
			return 0;
		return failure_set(failure, EXIT_USAGE,
				   "bad interval '%s': it is a number of seconds, as 5 or 0.5, at most a week",
				   value);
	case OPTION_COUNT:
		if (number_parse(value, UINT32_MAX, &options->count) && options->count)
			return 0;
		return failure_set(failure, EXIT_USAGE, "bad count '%s': it is a number from 1 on",
				   value);
	case OPTION_TYPE:
		return add_types(options, value, failure);
	case OPTION_TOP:
		options->has_top = true;
		if (number_parse(value, METRICS_TOP_MAX, &options->top))
			return 0;
		return failure_set(failure, EXIT_USAGE, "bad top '%s': it is a number up to %d",
				   value, METRICS_TOP_MAX);
	case OPTION_FORMAT:
		return add_format(options, value, failure);
	case OPTION_TEXTFILE:
		options->textfile = value;
		return 0;
	}
	return add_filter(options, option - OPTION_FILTER, value, failure);
}

static int add_option(struct options *options, int option, struct failure *failure)
{
	switch (option) {
	case 'p':
		options->processes = true;
		return 0;
	case 'A':
		options->all_netns = true;
		return 0;
	case '4':
		return add_filter(options, FILTER_FAMILY, "4", failure);
	case '6':
		return add_filter(options, FILTER_FAMILY, "6", failure);
	case 's':
		return add_filter(options, FILTER_STATE, optarg, failure);
	case 'l':
		return add_filter(options, FILTER_STATE, "listening", failure);
	case 'J':
		options->json = true;
		return 0;
	case 'o':
		options->columns = optarg;
		return 0;
	case 'n':
		options->numeric = true;
		return 0;
	case 'H':
		options->no_header = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	}
	return add_value(options, option, optarg, failure);
}

/* getopt's own messages begin with the path of the program. */
static int bad_option(int option, const char *word, struct failure *failure)
{
	/* In the midst of letters, the word is the one before them. */
	const bool is_letter = optopt > 0 && optopt < OPTION_FILTER &&
			       (strncmp(word, "--", 2) || !strchr(letters, optopt));

	if (option == ':' && is_letter)
		return failure_set(failure, EXIT_USAGE, "option '-%c' needs a value", optopt);
	if (option == ':')
		return failure_set(failure, EXIT_USAGE, "option '%s' needs a value", word);
	if (is_letter)
		return failure_set(failure, EXIT_USAGE, "unknown option '-%c': see sockport --help",
				   optopt);
	return failure_set(failure, EXIT_USAGE,
			   "option '%s' is unknown, ambiguous, or takes no value: see sockport --help",
			   word);
}

/* What a command can take; TAKES_* for each option that is not for all of them. */
#define TAKES_JSON		1
#define TAKES_COLUMNS		2
#define TAKES_PROCESSES		4
#define TAKES_NETNS		8
#define TAKES_ALL_NETNS		16
#define TAKES_SINCE		32
#define TAKES_COUNT		64
#define TAKES_TYPE		128
#define TAKES_METRICS		256
#define TAKES_LISTING		(TAKES_JSON | TAKES_NETNS | TAKES_ALL_NETNS)

/**
 * struct command_word - a command
 * @word: the first word of the command line
 * @takes: set of TAKES_*
 * @filters: set of FILTER_KEY()
 */
static const struct command_word {
	const char *word;
	unsigned int takes;
	unsigned int filters;
} commands[] = {
	[COMMAND_PORTS] = { "ports", TAKES_LISTING | TAKES_COLUMNS | TAKES_PROCESSES |
				     TAKES_SINCE | TAKES_COUNT, FILTER_KEYS_ALL },
	[COMMAND_SOCKETS] = { "sockets", TAKES_LISTING | TAKES_COLUMNS | TAKES_PROCESSES,
			      FILTER_KEYS_ALL },
	[COMMAND_SHOW] = { "show", TAKES_LISTING | TAKES_PROCESSES,
			   FILTER_KEYS_ALL & ~FILTER_KEY(PORT) },
	[COMMAND_WHO] = { "who", TAKES_LISTING | TAKES_PROCESSES, FILTER_KEYS_ALL },
	[COMMAND_SUMMARY] = { "summary", TAKES_LISTING, FILTER_KEYS_ALL },
	[COMMAND_EVENTS] = { "events", TAKES_JSON | TAKES_COLUMNS | TAKES_NETNS | TAKES_COUNT |
				       TAKES_TYPE, MATCH_EVENT_KEYS },
	[COMMAND_DOORS] = { "closed-doors", TAKES_LISTING | TAKES_COLUMNS, MATCH_DOOR_KEYS },
	[COMMAND_METRICS] = { "metrics", TAKES_NETNS | TAKES_METRICS, 0 },
	[COMMAND_STATS] = { "stats", TAKES_JSON, 0 },
	[COMMAND_RESET] = { "reset", TAKES_NETNS, 0 },
};

static int parse_command(struct options *options, const char *word, struct failure *failure)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(commands[i].word, word)) {
			options->command = i;
			return 0;
		}
	}
	return failure_set(failure, EXIT_USAGE,
			   "unknown command '%s': it is ports, sockets, show PORT, who, summary, events, closed-doors, metrics, stats or reset",
			   word);
}

/* The command, the port of show, whom of who, and words that make the filter narrower. */
static int parse_words(struct options *options, char **words, struct failure *failure)
{
	if (*words && parse_command(options, *words++, failure))
		return -1;
	if (options->command == COMMAND_SHOW) {
		if (!*words)
			return failure_set(failure, EXIT_USAGE,
					   "show what? Give a port: sockport show PORT");
		if (filter_parse_port(*words++, &options->port, failure))
			return -1;
	}
	if (options->command == COMMAND_WHO && *words)
		options->who = *words++;
	for (; *words; words++) {
		options->has_filter = true;
		if (filter_add_word(&options->filter, *words, failure))
			return -1;
	}
	return 0;
}

/* An option that was given to a command that has no use for it, or NULL. */
static const char *useless_option(const struct options *options)
{
	const unsigned int takes = commands[options->command].takes;
	const struct { bool given; unsigned int need; const char *name; } list[] = {
		{ options->json, TAKES_JSON, "--json" },
		{ options->columns, TAKES_COLUMNS, "--columns" },
		{ options->processes, TAKES_PROCESSES, "--processes" },
		{ options->netns, TAKES_NETNS, "--netns" },
		{ options->all_netns, TAKES_ALL_NETNS, "--all-netns" },
		{ options->since, TAKES_SINCE, "--since" },
		{ options->interval, TAKES_SINCE, "--interval" },
		{ options->count, TAKES_COUNT, "--count" },
		{ options->types, TAKES_TYPE, "--type" },
		{ options->has_top, TAKES_METRICS, "--top" },
		{ options->has_format, TAKES_METRICS, "--format" },
		{ options->textfile, TAKES_METRICS, "--textfile" },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (list[i].given && !(takes & list[i].need))
			return list[i].name;
	return NULL;
}

static const char *useless_filter(const struct options *options)
{
	static const char *const names[] = {
		[FILTER_PROTOCOL] = "protocol", [FILTER_FAMILY] = "family",
		[FILTER_STATE] = "state", [FILTER_ROLE] = "role", [FILTER_PORT] = "port",
		[FILTER_LOCAL_PORT] = "local port", [FILTER_REMOTE_PORT] = "remote port",
		[FILTER_LOCAL] = "local address", [FILTER_REMOTE] = "remote address",
		[FILTER_UID] = "uid",
	};
	const unsigned int useless = filter_keys(&options->filter) &
				     ~commands[options->command].filters;

	return useless ? names[__builtin_ctz(useless)] : NULL;
}

/* What one command takes and another does not. */
static int check_command(const struct options *options, struct failure *failure)
{
	const char *word = commands[options->command].word;
	const char *useless = useless_option(options);

	if (useless)
		return failure_set(failure, EXIT_USAGE, "sockport %s does not take %s", word,
				   useless);
	if (options->filter.ports.count && options->command == COMMAND_SHOW)
		return failure_set(failure, EXIT_USAGE, "sockport show is about one port");
	useless = useless_filter(options);
	if (useless)
		return failure_set(failure, EXIT_USAGE, "sockport %s does not filter by %s", word,
				   useless);
	return 0;
}

/* What makes no sense together. */
static int check_options(const struct options *options, struct failure *failure)
{
	if (options->all_netns && options->netns)
		return failure_set(failure, EXIT_USAGE,
				   "--all-netns and --netns exclude each other");
	if (options->since && options->interval)
		return failure_set(failure, EXIT_USAGE,
				   "--since and --interval exclude each other");
	if (options->count && options->command == COMMAND_PORTS && !options->interval)
		return failure_set(failure, EXIT_USAGE, "--count needs --interval");
	if (options->textfile && options->has_format && options->format != METRICS_PROMETHEUS)
		return failure_set(failure, EXIT_USAGE,
				   "--textfile is for node_exporter, which takes --format prometheus only");
	if (options->textfile && !*options->textfile)
		return failure_set(failure, EXIT_USAGE, "--textfile needs the path of a file");
	if (options->who && !*options->who)
		return failure_set(failure, EXIT_USAGE,
				   "sockport who: a PID, process, unit or container is never empty");
	if (filter_check_port(&options->filter, options->port, failure))
		return -1;
	return filter_check_ports(&options->filter, failure);
}

/**
 * options_enter_netns - whether a command must be in the network namespace
 * @options: what the command line says
 *
 * Most ask the kernel about it by its descriptor, from where they are.
 *
 * Return: true if it must.
 */
bool options_enter_netns(const struct options *options)
{
	return options->netns &&
	       (options->command == COMMAND_EVENTS || options->command == COMMAND_RESET ||
		options->command == COMMAND_METRICS);
}

/**
 * options_parse - read the command line
 * @options: what it says
 * @argc: number of words
 * @argv: the words; their order changes
 * @failure: what makes no sense
 *
 * Return: 0 or -1.
 */
int options_parse(struct options *options, int argc, char **argv, struct failure *failure)
{
	int option;

	*options = (struct options){ .command = COMMAND_PORTS, .top = METRICS_TOP };
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return bad_option(option, argv[optind - 1], failure);
		if (add_option(options, option, failure))
			return -1;
	}
	if (options->help || options->version)
		return 0;
	if (parse_words(options, argv + optind, failure))
		return -1;
	if (options->textfile && !options->has_format)
		options->format = METRICS_PROMETHEUS;
	return check_command(options, failure) || check_options(options, failure) ? -1 : 0;
}
