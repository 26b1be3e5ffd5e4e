// SPDX-License-Identifier: GPL-2.0
/* All options: what each is called, what it is for, and who takes its value. */
#include "cmd/option-table.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/ss-tables.h"
#include "format/clock.h"
#include "format/number.h"
#include "format/when.h"
#include "format/words.h"

/* Longest interval, in milliseconds: a week. */
#define INTERVAL_MAX	(7 * 24 * 3600 * 1000u)
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

static int add_color(struct options *options, const char *word, struct failure *failure)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i], word))
			continue;
		options->color = i;
		return 0;
	}
	return failure_set(failure, EXIT_USAGE, "unknown color '%s': it is auto, always or never",
			   word);
}

const char *const view_names[VIEWS] = {
	[VIEW_PORTS] = "ports", [VIEW_SOCKETS] = "sockets", [VIEW_PROGRAMS] = "programs",
	[VIEW_PROCESSES] = "processes", [VIEW_DESTINATIONS] = "destinations",
	[VIEW_CLOSED] = "closed", [VIEW_DOORS] = "closed-doors",
};

static int add_view(struct options *options, const char *word, struct failure *failure)
{
	size_t i;

	for (i = 0; i < VIEWS; i++) {
		if (strcmp(view_names[i], word))
			continue;
		options->view = i;
		return 0;
	}
	return failure_set(failure, EXIT_USAGE,
			   "unknown view '%s': it is ports, sockets, programs, processes, destinations, closed or closed-doors",
			   word);
}

static int add_interval(struct options *options, const char *value, struct failure *failure)
{
	if (number_parse_ms(value, INTERVAL_MAX, &options->interval) && options->interval)
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "bad interval '%s': it is a number of seconds, as 5 or 0.5, at most a week",
			   value);
}

static int add_thresholds(struct options *options, const char *list, struct failure *failure)
{
	return thresholds_parse(&options->thresholds, list, failure);
}

static int add_count(struct options *options, const char *value, struct failure *failure)
{
	if (number_parse(value, UINT32_MAX, &options->count) && options->count)
		return 0;
	return failure_set(failure, EXIT_USAGE, "bad count '%s': it is a number from 1 on", value);
}

static int add_by(struct options *options, const char *word, struct failure *failure)
{
	size_t i;

	for (i = 0; i < ACCOUNTS_BY; i++) {
		if (strcmp(accounts_words[i], word))
			continue;
		options->by = i;
		options->has_by = true;
		return 0;
	}
	return failure_set(failure, EXIT_USAGE,
			   "unknown by '%s': it is program, unit, container or user", word);
}

static int set_when(uint64_t *when, const char *text, struct failure *failure)
{
	if (when_parse(text, clock_now_ms(), when) && *when)
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "bad time '%s': it is as 2026-01-31T12:30:15, 12:30, -5m, or @1769862615",
			   text);
}

static int add_at(struct options *options, const char *text, struct failure *failure)
{
	options->has_at = true;
	return set_when(&options->to, text, failure);
}

static int add_from(struct options *options, const char *text, struct failure *failure)
{
	options->has_time = true;
	return set_when(&options->from, text, failure);
}

static int add_to(struct options *options, const char *text, struct failure *failure)
{
	options->has_time = true;
	return set_when(&options->to, text, failure);
}

static int add_max_size(struct options *options, const char *value, struct failure *failure)
{
	if (number_parse_size(value, &options->max_size) &&
	    options->max_size >= RECORD_SIZE_MIN)
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "bad size '%s': it is a number of bytes from %d on, also as 500K, 100M or 2G",
			   value, RECORD_SIZE_MIN);
}

static int add_keep(struct options *options, const char *value, struct failure *failure)
{
	if (number_parse(value, RECORD_KEEP_MAX, &options->keep) && options->keep)
		return 0;
	return failure_set(failure, EXIT_USAGE, "bad number '%s': it is from 1 to %d", value,
			   RECORD_KEEP_MAX);
}

static int add_top(struct options *options, const char *value, struct failure *failure)
{
	options->has_top = true;
	if (number_parse(value, TOP_MAX, &options->top))
		return 0;
	return failure_set(failure, EXIT_USAGE, "bad top '%s': it is a number up to %d", value,
			   TOP_MAX);
}

/* As ss(8) has it: the summary instead of a listing. */
static int add_summary(struct options *options, const char *value, struct failure *failure)
{
	(void)value;
	(void)failure;
	options->command = COMMAND_SUMMARY;
	options->has_command = true;
	return 0;
}

/* Each has a line of its own already. */
static int add_nothing(struct options *options, const char *value, struct failure *failure)
{
	(void)options;
	(void)value;
	(void)failure;
	return 0;
}

#define FLAG(member)	.flag = offsetof(struct options, member)
#define TEXT(member)	.text = offsetof(struct options, member)
#define SERVED		.is_served = true
#define FILTER(key)	.filter = FILTER_##key, .is_filter = true, .takes = TAKES_FILTER, \
			.group = GROUP_WHICH
#define KIND(character, protocol) \
	{ .name = protocol, .letter = character, FILTER(PROTOCOL), .word = protocol, .like_ss = true, \
	  SERVED }

const struct option_row option_rows[] = {
	{ "all-netns", 'A', NULL, "in all network namespaces", GROUP_WHERE, TAKES_ALL_NETNS,
	  FLAG(all_netns), SERVED, .brief = "all namespaces" },
	{ "netns", 'N', "NAME", "in that one: a name as of ip-netns(8), a PID, or a path",
	  GROUP_WHERE, TAKES_NETNS, TEXT(netns), SERVED, .brief = "of that namespace" },

	{ "protocol", 0, "LIST", "tcp, udp, unix, raw, netlink, packet, sctp, mptcp, ...",
	  FILTER(PROTOCOL), SERVED, .brief = "tcp,udp,unix,..." },
	KIND('t', "tcp"), KIND('u', "udp"), KIND('x', "unix"), KIND('w', "raw"),
	KIND('S', "sctp"), KIND('M', "mptcp"), KIND('0', "packet"),
	KIND(0, "vsock"), KIND(0, "xdp"),
	{ "family", 0, "LIST", "4 or 6, also -4 and -6", FILTER(FAMILY), SERVED,
	  .brief = "4 or 6; -4, -6" },
	{ .name = "ipv4", .letter = '4', FILTER(FAMILY), .word = "4", SERVED },
	{ .name = "ipv6", .letter = '6', FILTER(FAMILY), .word = "6", SERVED },
	{ .letter = 'f', .value = "FAMILY", .group = GROUP_WHICH, .takes = TAKES_FILTER,
	  .set = ss_add_family, .like_ss = true },
	{ "query", 0, "LIST", "tables by their names in ss(8), also behind -A: inet, u_str, ...",
	  GROUP_WHICH, TAKES_SOCKETS, .set = ss_add_tables, .like_ss = true, SERVED,
	  .brief = "tables of ss(8)" },
	{ .name = "socket", .value = "LIST", .group = GROUP_WHICH, .takes = TAKES_SOCKETS,
	  .set = ss_add_tables, .like_ss = true },
	{ .name = "bound-inactive", .letter = 'B', .group = GROUP_WHICH, .takes = TAKES_FILTER,
	  .set = ss_add_bound, .like_ss = true },
	{ "filter", 'F', "FILE", "what else must hold is in FILE: words, or an expression",
	  GROUP_WHICH, TAKES_FILTER, TEXT(filter_file), .like_ss = true,
	  .brief = "words are in it" },
	{ "state", 0, "LIST", "LISTEN, ESTABLISHED, ..., connected, synchronized, listening",
	  FILTER(STATE), SERVED, .brief = "in these states" },
	{ "listening", 'l', NULL, "the same as --state listening", FILTER(STATE),
	  .word = "listening", SERVED, .brief = "listeners" },
	{ "all", 'a', NULL, "all of them: of ports, those with nothing but history; of sockets, any state",
	  GROUP_WHICH, TAKES_FILTER, FLAG(all_states), .like_ss = true, SERVED,
	  .brief = "all of them" },
	{ "role", 0, "LIST", "in: to a port of ours; out: we call a port of theirs",
	  FILTER(ROLE), SERVED, .brief = "in or out" },
	{ "port", 0, "LIST", "the port of the role: 80, 1-1023, http", FILTER(PORT), SERVED,
	  .brief = "80, 1-1023, http" },
	{ "local-port", 0, "LIST", "the local port", FILTER(LOCAL_PORT), SERVED, .brief = "at this end" },
	{ "remote-port", 0, "LIST", "the remote port", FILTER(REMOTE_PORT), SERVED,
	  .brief = "at the other end" },
	{ "local", 0, "LIST", "the local address: 192.0.2.1, 10.0.0.0/8, fe80::/10",
	  FILTER(LOCAL), SERVED, .brief = "our address" },
	{ "remote", 0, "LIST", "the remote address", FILTER(REMOTE), SERVED, .brief = "their address" },
	{ "uid", 0, "LIST", "the owner, by number or name", FILTER(UID), SERVED, .brief = "owner" },

	{ "since", 0, "FILE", "since FILE, an earlier answer with --json", GROUP_SINCE,
	  TAKES_SINCE, TEXT(since), .brief = "since that answer" },
	{ "interval", 0, "SECONDS", "again and again, what happened in between", GROUP_SINCE,
	  TAKES_SINCE | TAKES_TOP | TAKES_RECORD, .set = add_interval, .brief = "again and again" },
	{ "count", 0, "N", "so many intervals, frames or events, then end", GROUP_SINCE, TAKES_COUNT,
	  .set = add_count, .brief = "so many, then end" },
	{ "by", 0, "WHAT", "what each program did, unit, container or user", GROUP_SINCE,
	  TAKES_BY, .set = add_by, SERVED, .brief = "unit, user, ..." },
	{ "type", 0, "LIST", "listen, unlisten, accept, open, fail, close, closed-door, reset",
	  GROUP_SINCE, TAKES_TYPE, .set = add_types, SERVED, .brief = "accept, close,..." },

	{ "view", 0, "VIEW", "begin with this one: ports, sockets, programs, processes, destinations, closed or closed-doors",
	  GROUP_HOW, TAKES_TOP, .set = add_view, .brief = "ports, closed,..." },
	{ "batch", 0, NULL, "print frames, without a screen", GROUP_HOW, TAKES_TOP, FLAG(batch),
	  .brief = "frames, no screen" },

	{ "format", 0, "FORMAT", "openmetrics, or prometheus as promtool(1) checks it",
	  GROUP_METRICS, TAKES_METRICS, .set = add_format, .brief = "or prometheus" },
	{ "textfile", 0, "PATH", "into a file for node_exporter, replaced at once",
	  GROUP_METRICS, TAKES_METRICS, TEXT(textfile), .brief = "for node_exporter" },

	{ "watch", 0, "SECONDS", "so long it looks at what changes (1)", GROUP_DOCTOR,
	  TAKES_DOCTOR, .set = add_interval, SERVED, .brief = "look so long (1)" },
	{ "threshold", 0, "LIST", "from where on something is wrong: NAME=NUMBER", GROUP_DOCTOR,
	  TAKES_DOCTOR, .set = add_thresholds, SERVED, .brief = "NAME=NUMBER" },
	{ "baseline", 0, "FILE", "which ports may be open to all, an earlier sockport ports --json",
	  GROUP_DOCTOR, TAKES_DOCTOR, TEXT(baseline), .brief = "may be open" },
	{ "nagios", 0, NULL, "as a plugin of Nagios: states, and performance data", GROUP_DOCTOR,
	  TAKES_DOCTOR, FLAG(nagios), .brief = "as a plugin" },

	{ "max-size", 0, "SIZE", "so large a file becomes (100M), then another one begins; each day, too",
	  GROUP_RECORD, TAKES_RECORD, .set = add_max_size, .brief = "of a file (100M)" },
	{ "keep", 0, "N", "so many older files stay (7): FILE.1, FILE.2, ...", GROUP_RECORD,
	  TAKES_RECORD, .set = add_keep, .brief = "older files (7)" },

	{ "at", 0, "TIME", "as it was then: 2026-01-31T12:30:15, 12:30, -5m, @1769862615",
	  GROUP_REPLAY, TAKES_REPLAY, .set = add_at, .brief = "as it was then" },
	{ "from", 0, "TIME", "what happened from then on", GROUP_REPLAY, TAKES_REPLAY,
	  .set = add_from, .brief = "from then on" },
	{ "to", 0, "TIME", "what happened until then", GROUP_REPLAY, TAKES_REPLAY, .set = add_to,
	  .brief = "until then" },
	{ "listen", 0, "LIST", "on HOST:PORT, :PORT or the path of a UNIX socket (127.0.0.1:7678)",
	  GROUP_SERVE, TAKES_SERVE, TEXT(listen), .brief = "HOST:PORT or path" },
	{ "host-names", 0, "LIST", "names by which it is asked, beside addresses and that of this host",
	  GROUP_SERVE, TAKES_SERVE, TEXT(host_names), .brief = "it is asked by" },
	{ "web-config", 0, "FILE", "certificate, users and headers, as exporters of Prometheus have them",
	  GROUP_SERVE, TAKES_SERVE, TEXT(web_config), .brief = "certificate, ..." },
	{ "share", 0, NULL, "everybody who can connect may see all that it sees", GROUP_SERVE,
	  TAKES_SERVE, FLAG(share), .brief = "for everybody" },

	{ "yes", 0, NULL, "end what matches without a question", GROUP_WHICH, TAKES_KILL,
	  FLAG(yes), .brief = "without asking" },

	{ "processes", 'p', NULL, "with the processes that have them open", GROUP_HOW,
	  TAKES_PROCESSES, FLAG(processes), SERVED, .brief = "who has them open" },
	{ "timers", 0, NULL, "with timers, also -o without columns", GROUP_HOW, TAKES_SOCKETS,
	  FLAG(timers), .like_ss = true, SERVED, .brief = "timers, also -o" },
	{ .name = "options", .group = GROUP_HOW, .takes = TAKES_SOCKETS, FLAG(timers),
	  .like_ss = true },
	{ .name = "threads", .letter = 'T', .group = GROUP_HOW, .takes = TAKES_PROCESSES,
	  FLAG(processes) },
	{ .name = "cgroup", .group = GROUP_HOW, .takes = TAKES_SOCKETS, FLAG(cgroup),
	  .like_ss = true },
	{ .name = "oneline", .letter = 'O', .group = GROUP_HOW, .set = add_nothing,
	  .like_ss = true },
	{ "extended", 'e', NULL, "with owner, inode, cookie and mark", GROUP_HOW, TAKES_SOCKETS,
	  FLAG(extended), .like_ss = true, SERVED, .brief = "inode, cookie,..." },
	{ "memory", 'm', NULL, "with the memory that they hold", GROUP_HOW, TAKES_SOCKETS,
	  FLAG(memory), .like_ss = true, SERVED, .brief = "their memory" },
	{ "info", 'i', NULL, "with what TCP knows of its connections", GROUP_HOW, TAKES_SOCKETS,
	  FLAG(info), .like_ss = true, SERVED, .brief = "what TCP knows" },
	{ "json", 'J', NULL, "as JSON; null means unknown", GROUP_HOW, TAKES_JSON, FLAG(json),
	  .brief = "as JSON" },
	{ "columns", 'o', "LIST", "these columns; +LIST adds them to the usual ones", GROUP_HOW,
	  TAKES_COLUMNS, TEXT(columns), SERVED, .brief = "or +LIST to add" },
	{ "sort", 0, "LIST", "in the order of these columns", GROUP_HOW, TAKES_SORT, TEXT(sort),
	  SERVED, .brief = "in their order" },
	{ "reverse", 0, NULL, "the other way round", GROUP_HOW, TAKES_SORT, FLAG(reverse),
	  SERVED, .brief = "the other way" },
	{ "top", 0, "N", "the N rows with the greatest values of --sort; of metrics, ports (100)",
	  GROUP_HOW, TAKES_METRICS | TAKES_SORT, .set = add_top, SERVED,
	  .brief = "the N greatest" },
	{ "list-columns", 0, NULL, "which columns there are", GROUP_HOW, 0, FLAG(list_columns),
	  .brief = "what there is" },
	{ "numeric", 'n', NULL, "no names of users, services and types, no units", GROUP_HOW, 0,
	  FLAG(numeric), SERVED, .brief = "no names or units" },
	{ .letter = 'P', .group = GROUP_HOW, FLAG(numeric) },
	{ "wide", 'W', NULL, "all columns, whole, also where the terminal is narrower", GROUP_HOW, 0,
	  FLAG(wide), .brief = "nothing left out" },
	{ "color", 0, "WHEN", "red for what is full, drains, drops or failed: auto, always, never",
	  GROUP_HOW, 0, .set = add_color, .brief = "auto,always,never" },
	{ "no-header", 'H', NULL, "no names of columns", GROUP_HOW, 0, FLAG(no_header),
	  .brief = "no header" },
	{ .name = "summary", .group = GROUP_HOW, .set = add_summary },
	{ .letter = 's', .help = "the summary, as ss(8) has it", .group = GROUP_HOW,
	  .set = add_summary },
	{ "help", 'h', NULL, "this text", GROUP_HOW, 0, FLAG(help), .brief = "this text" },
	{ "version", 'V', NULL, "the version", GROUP_HOW, 0, FLAG(version), .brief = "the version" },
};

const size_t option_count = sizeof(option_rows) / sizeof(*option_rows);

_Static_assert(sizeof(option_rows) / sizeof(*option_rows) <= OPTIONS_MAX, "more options than there is room for");

const char *const option_groups[GROUPS] = {
	[GROUP_WHERE] = "Where:",
	[GROUP_WHICH] = "Which sockets; values are lists, separated by commas:",
	[GROUP_SINCE] = "What happened:",
	[GROUP_METRICS] = "For Prometheus:",
	[GROUP_DOCTOR] = "What counts as wrong:",
	[GROUP_RECORD] = "How it is recorded:",
	[GROUP_REPLAY] = "When:",
	[GROUP_SERVE] = "To whom:",
	[GROUP_HOW] = "How they are shown:",
};

/* About columns and how they look: of no use where nothing is listed. */
static bool is_about_columns(const struct option_row *row)
{
	return row->group == GROUP_HOW && !row->takes &&
	       row->flag != offsetof(struct options, help) &&
	       row->flag != offsetof(struct options, version);
}

/**
 * option_is_useful - does a command have a use for an option?
 * @row: the option
 * @takes: of the command
 * @filters: of the command
 *
 * Return: false also for an option that another one says, too.
 */
bool option_is_useful(const struct option_row *row, unsigned int takes, unsigned int filters)
{
	/* The letter of ss(8) that is a command of its own. */
	if (!row->help || (!row->name && takes != ~0u))
		return false;
	if (is_about_columns(row) && !(takes & (TAKES_TEXT | TAKES_JSON)))
		return false;
	if (row->is_filter)
		return filters & 1u << row->filter;
	return !row->takes || takes & row->takes;
}
