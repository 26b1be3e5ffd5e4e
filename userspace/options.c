// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "destinations.h"
#include "holders.h"
#include "limit.h"
#include "port-columns.h"
#include "socket-columns.h"
#include "tally.h"

/* Options with the value of a filter are this and enum filter_key. */
#define OPTION_FILTER	256
#define OPTION_NETNS	512

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
	{ "json", no_argument, NULL, 'J' },
	{ "columns", required_argument, NULL, 'o' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "no-header", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"Usage: sockport [ports] [OPTION...] [WORD...]\n"
"       sockport sockets [OPTION...] [WORD...]\n"
"       sockport show PORT [OPTION...] [WORD...]\n"
"       sockport who [PID|NAME|UNIT] [OPTION...] [WORD...]\n"
"       sockport summary [OPTION...] [WORD...]\n"
"       sockport stats [OPTION...]\n"
"\n"
"What the ports and sockets of this machine are doing.\n"
"\n"
"  ports      a row for each port (what it does when no command is given)\n"
"  sockets    a row for each socket, of every kind\n"
"  show PORT  all about one port, a number or the name of a service\n"
"  who        the ports and sockets of each process; or all those of a process,\n"
"             unit or container\n"
"  summary    how many sockets there are, and how near the limits are\n"
"  stats      what the kernel module itself costs\n"
"\n"
"Where:\n"
"  -A, --all-netns           in all network namespaces\n"
"      --netns NAME          in that one: a name as of ip-netns(8), a PID, or a path\n"
"\n"
"Which sockets; values are lists, separated by commas:\n"
"      --protocol LIST       tcp, udp, udplite, raw, ping, unix, packet, netlink,\n"
"                            sctp, mptcp, vsock, xdp, other\n"
"  -4, -6, --family LIST     ipv4, ipv6\n"
"  -s, --state LIST          LISTEN, ESTABLISHED, TIME_WAIT, ..., in any case, or\n"
"                            connected, synchronized, listening\n"
"  -l, --listening           the same as --state listening\n"
"      --role LIST           in: to a port of ours; out: we call a port of theirs\n"
"      --port LIST           the port of the role: 80, 1-1023, http\n"
"      --local-port LIST     the local port\n"
"      --remote-port LIST    the remote port\n"
"      --local LIST          the local address: 192.0.2.1, 10.0.0.0/8, fe80::/10\n"
"      --remote LIST         the remote address\n"
"      --uid LIST            the owner, by number or name\n"
"  A WORD is a protocol, family, state, role or port without its option.\n"
"\n"
"How they are shown:\n"
"  -p, --processes           with the processes that have them open\n"
"  -J, --json                as JSON; null means unknown\n"
"  -o, --columns LIST        these columns; +LIST adds them to the usual ones\n"
"  -n, --numeric             no names of users, services and types\n"
"  -H, --no-header           no names of columns\n"
"  -h, --help                this text\n"
"  -V, --version             the version\n"
"\n"
"\"-\" means unknown, or not yours to see. Exit status: 0 if all went well, 1 if\n"
"not, 2 for a command line that makes no sense.\n";

static int add_filter(struct options *options, enum filter_key key, const char *value,
		      struct failure *failure)
{
	options->has_filter = true;
	return filter_add(&options->filter, key, value, failure);
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
	case OPTION_NETNS:
		options->netns = optarg;
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
	return add_filter(options, option - OPTION_FILTER, optarg, failure);
}

/* getopt's own messages begin with the path of the program. */
static int bad_option(int option, const char *word, struct failure *failure)
{
	const bool is_letter = optopt > 0 && optopt < OPTION_FILTER && strncmp(word, "--", 2);

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

static int parse_command(struct options *options, const char *word, struct failure *failure)
{
	static const struct {
		const char *word;
		enum command command;
	} commands[] = {
		{ "ports", COMMAND_PORTS }, { "sockets", COMMAND_SOCKETS },
		{ "show", COMMAND_SHOW }, { "who", COMMAND_WHO },
		{ "summary", COMMAND_SUMMARY }, { "stats", COMMAND_STATS },
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(commands[i].word, word)) {
			options->command = commands[i].command;
			return 0;
		}
	}
	return failure_set(failure, EXIT_USAGE,
			   "unknown command '%s': it is ports, sockets, show PORT, who, summary or stats",
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

/* What one command takes and another does not. */
static int check_command(const struct options *options, struct failure *failure)
{
	const bool is_listing = options->command == COMMAND_PORTS ||
				options->command == COMMAND_SOCKETS;

	if (options->columns && !is_listing)
		return failure_set(failure, EXIT_USAGE,
				   "--columns is for sockport ports and sockport sockets");
	if (options->command == COMMAND_STATS &&
	    (options->has_filter || options->processes || options->all_netns || options->netns))
		return failure_set(failure, EXIT_USAGE,
				   "sockport stats is about the module, it takes no filter, namespace or processes");
	if (options->processes && options->command == COMMAND_SUMMARY)
		return failure_set(failure, EXIT_USAGE,
				   "sockport summary counts sockets, it tells no processes: see sockport who");
	if (options->all_netns && options->netns)
		return failure_set(failure, EXIT_USAGE,
				   "--all-netns and --netns exclude each other");
	if (options->who && !*options->who)
		return failure_set(failure, EXIT_USAGE,
				   "sockport who: a PID, process, unit or container is never empty");
	if (options->filter.ports.count && options->command == COMMAND_SHOW)
		return failure_set(failure, EXIT_USAGE, "sockport show is about one port");
	if (filter_check_port(&options->filter, options->port, failure))
		return -1;
	return filter_check_ports(&options->filter, failure);
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

	*options = (struct options){ .command = COMMAND_PORTS };
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
	return check_command(options, failure);
}

/**
 * options_help - print the help to stdout
 */
void options_help(void)
{
	fputs(help, stdout);
	puts("\nColumns of sockport ports; * shown when none are chosen, J in JSON:");
	columns_help(&port_columns, stdout);
	puts("\nColumns of sockport sockets:");
	columns_help(&socket_columns, stdout);
	puts("\nColumns of sockport who:");
	columns_help(&holder_columns, stdout);
	puts("\nColumns of sockport summary, for the sockets:");
	columns_help(&tally_columns, stdout);
	puts("\nfor the limits:");
	columns_help(&limit_columns, stdout);
	puts("\nfor the destinations:");
	columns_help(&destination_columns, stdout);
}
