// SPDX-License-Identifier: GPL-2.0
#include "cmd/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/filter-file.h"
#include "cmd/foreign.h"
#include "cmd/option-check.h"
#include "cmd/option-table.h"
#include "cmd/plan.h"
#include "cmd/running.h"
#include "cmd/ss-tables.h"
#include "commands.h"
#include "format/number.h"
#include "select/match.h"

/* Values of getopt for long options are this and their place in the table. */
#define OPTION_FIRST	256
/* Words of an expression behind a table of one type. */
#define SS_WORDS_MAX	256

/* States that ss(8) lists when it is not told which. */
#define SS_STATES	"established,syn-sent,fin-wait-1,fin-wait-2,close-wait,last-ack,closing"

/**
 * struct parser - a command line that is read
 * @options: what it says
 * @failure: what makes no sense
 * @letters: for getopt; the colon in front tells a missing value from an unknown option
 * @names: for getopt
 * @given: by places in the table
 * @behind_a: the word behind "-A"
 * @all_last: "-a" came behind "-l"
 * @netns: the place of "--netns"
 */
struct parser {
	struct options *options;
	struct failure *failure;
	char letters[2 * OPTIONS_MAX + 2];
	struct option names[OPTIONS_MAX + 1];
	bool given[OPTIONS_MAX];
	const char *behind_a;
	bool all_last;
	size_t netns;
};

static void make_tables(struct parser *parser)
{
	struct option *name = parser->names;
	char *letter = parser->letters;
	const struct option_row *row;
	size_t i;

	*letter++ = ':';
	for (i = 0; i < option_count; i++) {
		row = &option_rows[i];
		if (row->letter == 'N')
			parser->netns = i;
		if (row->name)
			*name++ = (struct option){ row->name, row->value ? required_argument :
						   no_argument, NULL, OPTION_FIRST + i };
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (row->value)
			*letter++ = ':';
	}
}

static const struct option_row *row_of(int option)
{
	size_t i;

	if (option >= OPTION_FIRST)
		return &option_rows[option - OPTION_FIRST];
	for (i = 0; option_rows[i].letter != option; i++)
		;
	return &option_rows[i];
}

static int add_filter(struct options *options, enum filter_key key, const char *value,
		      struct failure *failure)
{
	options->has_filter = true;
	return filter_add(&options->filter, key, value, failure);
}

static int apply(struct parser *parser, const struct option_row *row, const char *value)
{
	struct options *options = parser->options;

	parser->given[row - option_rows] = true;
	options->like_ss |= row->like_ss;
	options->kinds_like_ss |= row->like_ss && row->is_filter;
	if (row->is_filter)
		return add_filter(options, row->filter, row->word ? row->word : value,
				  parser->failure);
	if (row->set)
		return row->set(options, value, parser->failure);
	if (row->value)
		*(const char **)((char *)options + row->text) = value;
	else
		*((bool *)options + row->flag) = true;
	return 0;
}

/* getopt's own messages begin with the path of the program. */
static int bad_option(struct parser *parser, int option, char *const *argv)
{
	const char *word = argv[optind - 1];
	/* In the midst of letters, the word is the one before them. */
	const bool is_letter = optopt > 0 && optopt < OPTION_FIRST &&
			       (strncmp(word, "--", 2) || !strchr(parser->letters, optopt));

	if (option == ':' && is_letter)
		return failure_set(parser->failure, EXIT_USAGE, "option '-%c' needs a value",
				   optopt);
	if (option == ':')
		return failure_set(parser->failure, EXIT_USAGE, "option '%s' needs a value", word);
	if (is_letter)
		return foreign_letter(optopt, argv, optind, parser->failure);
	return option_unknown(parser->names, word, parser->failure);
}

static size_t place_of(const char *name)
{
	size_t i;

	for (i = 0; !option_rows[i].name || strcmp(option_rows[i].name, name); i++)
		;
	return i;
}

static int parse_options(struct parser *parser, int argc, char **argv)
{
	const struct option_row *row;
	int option;

	opterr = 0;
	/* It may not be the first command line of this process. */
	optind = 0;
	while ((option = getopt_long(argc, argv, parser->letters, parser->names, NULL)) != -1) {
		row = ss_means_timers(parser->letters, argv, option) ?
		      &option_rows[place_of("timers")] : NULL;
		if (!row && (option == '?' || option == ':'))
			return bad_option(parser, option, argv);
		if (!row)
			row = row_of(option);
		/* Not behind the long option, which ss has not. */
		if (option == 'A')
			parser->behind_a = argv[optind];
		if (row->letter == 'a' || row->letter == 'l')
			parser->all_last = row->letter == 'a';
		if (apply(parser, row, optarg))
			return -1;
	}
	return 0;
}

static bool find_command(struct options *options, const char *word)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, word))
			continue;
		options->command = i;
		options->has_command = true;
		return true;
	}
	return false;
}

static bool is_running(const char *word)
{
	struct running running = { 0 };
	bool any = running_find(&running, word) && running.count;

	running_free(&running);
	return any;
}

/* What somebody wants to know who says a word and no command. */
static int guess_command(struct options *options, char ***words, struct failure *failure)
{
	const char *word = **words;
	struct filter filter = { 0 };
	struct failure ignored;
	struct prefix prefix;
	uint32_t port;

	if (strchr(word, ',') || filter_is_word(word))
		return 0;
	if (expression_begins(word)) {
		options->command = COMMAND_SOCKETS;
		options->like_ss = true;
		return 0;
	}
	if (address_parse_prefix(word, &prefix)) {
		options->command = COMMAND_SOCKETS;
		options->has_filter = true;
		++*words;
		return filter_add(&options->filter, FILTER_REMOTE, word, failure);
	}
	if (!filter_parse_port(word, &port, &ignored))
		options->command = COMMAND_SHOW;
	else if (is_running(word))
		options->command = COMMAND_WHO;
	/* Of several ports, all are listed. */
	else if (filter_add(&filter, FILTER_PORT, word, &ignored))
		return failure_set(failure, EXIT_USAGE,
				   "unknown command '%.100s': it is no command, protocol, state, port, address, process, unit or container; see sockport --help",
				   word);
	return 0;
}

/* The file of a recorder, and what is asked about it. */
static int parse_file(struct options *options, char ***words, struct failure *failure)
{
	const bool replays = options->command == COMMAND_REPLAY;

	if (!**words || !***words)
		return failure_set(failure, EXIT_USAGE, replays ?
				   "replay what? Give a file: sockport replay FILE [COMMAND ...]" :
				   "record where? Give a file: sockport record FILE");
	*(replays ? &options->replay : &options->record) = *(*words)++;
	if (!replays || !**words)
		return 0;
	if (!find_command(options, **words) || !commands[options->command].replays)
		return failure_set(failure, EXIT_USAGE,
				   "what was recorded can be asked by ports, sockets, show, who, programs, summary, closed, closed-doors, doctor, stats and top, not by '%.100s'",
				   **words);
	++*words;
	return 0;
}

/* The command, the port of show, whom of who. */
static int parse_command(struct options *options, char ***words, struct failure *failure)
{
	if (**words && find_command(options, **words))
		++*words;
	else if (**words && !options->has_command && !options->like_ss &&
		 guess_command(options, words, failure))
		return -1;
	if ((options->command == COMMAND_RECORD || options->command == COMMAND_REPLAY) &&
	    parse_file(options, words, failure))
		return -1;
	if (options->command == COMMAND_SHOW) {
		if (!**words)
			return failure_set(failure, EXIT_USAGE,
					   "show what? Give a port: sockport show PORT");
		return filter_parse_port(*(*words)++, &options->port, failure);
	}
	if ((options->command == COMMAND_WHO || options->command == COMMAND_PROGRAMS) && **words)
		options->who = *(*words)++;
	return 0;
}

static int add_word(struct parser *parser, const char *word)
{
	struct filter *filter = &parser->options->filter;
	const struct filter before = *filter;

	parser->options->has_filter = true;
	if (!strchr(word, ','))
		return filter_add_word(filter, word, parser->failure);
	if (!filter_add(filter, FILTER_PROTOCOL, word, parser->failure))
		return 0;
	*filter = before;
	return filter_add(filter, FILTER_PORT, word, parser->failure);
}

static int parse_expression(struct parser *parser, char **words)
{
	struct options *options = parser->options;

	if (plan_words(options, words, parser->failure))
		return -1;
	/* As ss has it: the states of an expression take the place of others. */
	if (options->like_ss && !options->has_command && plan_asks_states(options->plan)) {
		options->filter.tcp_states = 0;
		options->filter.datagram_states = 0;
	}
	if (!options->plan->netns)
		return 0;
	if (options->netns)
		return failure_set(parser->failure, EXIT_USAGE,
				   "--netns and 'netns' exclude each other");
	options->netns = options->plan->netns;
	parser->given[parser->netns] = true;
	return 0;
}

/* Tables of ss(8) that have one type of sockets, beside what else must match. */
static int parse_typed(struct parser *parser, char *types, char **words)
{
	char *all[SS_WORDS_MAX + 4] = { types };
	size_t count = 0;

	while (words[count])
		count++;
	if (count > SS_WORDS_MAX)
		return failure_set(parser->failure, EXIT_USAGE, "too many words");
	if (count) {
		all[1] = "and (";
		memcpy(all + 2, words, count * sizeof(*words));
		all[count + 2] = ")";
	}
	return parse_expression(parser, all);
}

/* Words that each say something by themselves, or else an expression. */
static int parse_selection(struct parser *parser, char **words)
{
	struct options *options = parser->options;
	struct options before = *options;
	struct failure failure = { 0 }, *told = parser->failure;
	char types[SS_TEXT_MAX];
	char **word;
	int error = 0;

	if (*words && !commands[options->command].filters)
		return failure_set(parser->failure, EXIT_USAGE,
				   "sockport %s has no use for '%.100s': see sockport %s --help",
				   commands[options->command].name, *words,
				   commands[options->command].name);
	if (ss_types_text(options, types, sizeof(types)))
		return parse_typed(parser, types, words);
	parser->failure = &failure;
	for (word = words; *word && !error; word++)
		error = add_word(parser, *word);
	parser->failure = told;
	if (!error)
		return 0;
	*options = before;
	return parse_expression(parser, words);
}

/* What stands in a file comes behind the words. */
static int parse_filter(struct parser *parser, char **words)
{
	struct filter_file file = { 0 };
	int error;

	if (!parser->options->filter_file)
		return parse_selection(parser, words);
	error = filter_file_read(&file, parser->options->filter_file, words, parser->failure);
	if (!error)
		error = parse_selection(parser, file.words);
	filter_file_free(&file);
	return error;
}

/* A table behind "-A" is what ss(8) means by it, where no command says otherwise. */
static int parse_tables(struct parser *parser, char ***words)
{
	struct options *options = parser->options;
	const char *word = **words;

	if (!word || word != parser->behind_a ||
	    !(strchr(word, ',') || (!options->has_command && ss_is_table(word))))
		return 0;
	++*words;
	options->all_netns = false;
	return ss_add_tables(options, word, parser->failure);
}

static bool is_asked_as_ss(const struct options *options)
{
	if (options->command == COMMAND_KILL)
		return true;
	if (!options->like_ss)
		return false;
	return !options->has_command ||
	       (options->command == COMMAND_SOCKETS && options->kinds_like_ss);
}

/* Kinds that are never connected, or seldom. As tables behind "-A" only raw sockets are. */
static bool has_no_connections(const struct options *options)
{
	const struct filter *filter = &options->filter;
	unsigned int i;

	for (i = 0; i < filter->protocols.count; i++)
		switch (filter->protocols.list[i]) {
		case SOCKPORT_PROTOCOL_RAW:
			break;
		case SOCKPORT_PROTOCOL_PACKET:
		case SOCKPORT_PROTOCOL_NETLINK:
		case SOCKPORT_PROTOCOL_XDP:
			if (!options->tables)
				break;
			return false;
		default:
			return false;
		}
	return filter->protocols.count;
}

/* ss(8) lists what is connected when it is not told which. */
static bool leaves_states_out(const struct options *options)
{
	if (options->all_states || !is_asked_as_ss(options) || has_no_connections(options))
		return false;
	return !options->filter.tcp_states && !plan_asks_states(options->plan);
}

/* The last one of -l and -a, as ss(8) has it. */
static void widen_states(const struct parser *parser)
{
	struct options *options = parser->options;

	if (!parser->all_last || options->command != COMMAND_SOCKETS ||
	    options->filter.tcp_states != 1u << SOCKPORT_STATE_LISTEN)
		return;
	options->filter.tcp_states = 0;
	options->filter.datagram_states = 0;
}

/* lsof(8) has a port behind -i, and shows all that it has. */
static bool is_port_of_lsof(const struct options *options, char *const *words)
{
	return options->like_ss && *words && **words == ':' && !words[1];
}

/* Words that make the filter narrower, and what ss(8) leaves out. */
static int parse_words(struct parser *parser, char **words)
{
	struct options *options = parser->options;

	if (parse_tables(parser, &words) || parse_command(options, &words, parser->failure))
		return -1;
	if (options->like_ss && !options->has_command)
		options->command = COMMAND_SOCKETS;
	options->all_states |= is_port_of_lsof(options, words);
	widen_states(parser);
	if (parse_tables(parser, &words) || parse_filter(parser, words))
		return -1;
	if (leaves_states_out(options))
		return filter_add(&options->filter, FILTER_STATE, SS_STATES, parser->failure);
	return 0;
}

/* An option that was given to a command that has no use for it, or NULL. */
static const struct option_row *useless_option(const struct parser *parser)
{
	const unsigned int takes = commands[parser->options->command].takes |
				   (parser->options->replay ? TAKES_REPLAY : 0);
	size_t i;

	for (i = 0; i < option_count; i++)
		if (parser->given[i] && option_rows[i].takes &&
		    !(takes & option_rows[i].takes) && !option_rows[i].is_filter)
			return &option_rows[i];
	return NULL;
}

/* What is filtered by, and cannot be. */
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
static int check_command(const struct parser *parser)
{
	const struct options *options = parser->options;
	struct failure *failure = parser->failure;
	const char *word = commands[options->command].name;
	const struct option_row *row = useless_option(parser);
	const char *useless;

	if (row && row->name)
		return failure_set(failure, EXIT_USAGE, "sockport %s does not take --%s", word,
				   row->name);
	if (row)
		return failure_set(failure, EXIT_USAGE, "sockport %s does not take -%c", word,
				   row->letter);
	if (options->filter.ports.count && options->command == COMMAND_SHOW)
		return failure_set(failure, EXIT_USAGE, "sockport show is about one port");
	useless = useless_filter(options);
	if (useless)
		return failure_set(failure, EXIT_USAGE, "sockport %s does not filter by %s", word,
				   useless);
	return 0;
}

/**
 * options_free - free what a command line was read to
 * @options: what options_parse() filled, also in vain
 */
void options_free(struct options *options)
{
	expression_plan_free(options->plan);
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
	struct parser parser = { .options = options, .failure = failure };

	*options = (struct options){
		.command = COMMAND_PORTS, .top = METRICS_TOP,
		.max_size = RECORD_SIZE, .keep = RECORD_KEEP,
	};
	make_tables(&parser);
	if (parse_options(&parser, argc, argv))
		return -1;
	if (argv[optind] && !strcmp(argv[optind], "help")) {
		options->help = true;
		optind++;
		if (argv[optind] && !find_command(options, argv[optind]))
			return failure_set(failure, EXIT_USAGE,
					   "there is no command '%.100s': see sockport --help",
					   argv[optind]);
	}
	if (options->help || options->version || options->list_columns) {
		if (argv[optind])
			find_command(options, argv[optind]);
		return 0;
	}
	if (parse_words(&parser, argv + optind))
		return -1;
	/* What they did is another question than what they have. */
	if (options->command == COMMAND_WHO &&
	    (options->has_by || options->since || options->interval))
		options->command = COMMAND_PROGRAMS;
	/* What was between two moments is one interval where nobody says otherwise. */
	if (options->has_time && !options->interval &&
	    commands[options->command].takes & TAKES_SINCE)
		options->interval = UINT32_MAX;
	options->filter.by_port = commands[options->command].by_port;
	if (options->textfile && !options->has_format)
		options->format = METRICS_PROMETHEUS;
	return check_command(&parser) || options_check(options, failure) ? -1 : 0;
}
