// SPDX-License-Identifier: GPL-2.0
/* What may come next on a command line, a word on each line, for the completion of shells. */
#include "cmd/complete.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cmd/option-table.h"
#include "commands.h"
#include "format/number.h"
#include "format/words.h"
#include "host/cgroup.h"
#include "host/file.h"
#include "host/netns.h"
#include "host/services.h"

static void put(const char *word)
{
	if (word && *word)
		puts(word);
}

static void put_words(const char *(*word)(uint8_t number), unsigned int max)
{
	unsigned int i;

	for (i = 1; i <= max; i++)
		put(word(i));
}

/* As people type them. */
static void put_state(const char *word)
{
	for (; *word; word++)
		putchar(*word == '_' ? '-' : tolower((unsigned char)*word));
	putchar('\n');
}

static void put_states(void)
{
	unsigned int state;

	for (state = 1; state <= SOCKPORT_STATE_MAX; state++)
		put_state(word_state(state));
	put("connected");
	put("synchronized");
	put("listening");
}

static void put_families(void)
{
	put("4");
	put("6");
}

/* What somebody else chose; a name that a shell would have to quote, or would obey, is left out. */
static void put_name(const char *name)
{
	if (!name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_.@:/+-")])
		put(name);
}

static void put_comm(uint32_t pid)
{
	char path[32], comm[32];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (!file_read_start(path, comm, sizeof(comm)))
		return;
	comm[strcspn(comm, "\n")] = 0;
	/* Threads of the kernel have such names, and no sockets. */
	if (!strchr(comm, '/'))
		put_name(comm);
}

/* A container by its name, where it has one; shells take a colon for the end of a word. */
static void put_unit(uint32_t pid)
{
	char path[CGROUP_MAX + 1], unit[UNIT_MAX + 1];

	if (!cgroup_of_process(pid, path, sizeof(path)) || !cgroup_unit(path, unit))
		return;
	unit[strcspn(unit, ":")] = 0;
	put_name(unit);
}

static void each_process(void (*function)(uint32_t pid))
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	uint32_t pid;

	while (directory && (entry = readdir(directory)))
		if (number_parse(entry->d_name, INT32_MAX, &pid))
			function(pid);
	if (directory)
		closedir(directory);
}

static void put_services(void)
{
	struct services services = { 0 };

	services_each(&services, put_name);
	services_free(&services);
}

static void put_namespaces(void)
{
	DIR *directory = opendir(NETNS_DIRECTORY);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			put_name(entry->d_name);
	if (directory)
		closedir(directory);
}

static void put_holders(void)
{
	each_process(put_comm);
	each_process(put_unit);
}

static void put_units(void)
{
	each_process(put_unit);
}

static void put_accounts_by(void)
{
	size_t i;

	for (i = 0; i < ACCOUNTS_BY; i++)
		put(accounts_words[i]);
}

static void put_columns(const struct columns *columns)
{
	size_t i;

	for (; columns; columns = columns->more)
		for (i = 0; i < columns->count; i++)
			put(columns->list[i].name);
}

/* Of what was recorded, a command can be asked about a time. */
static void put_options(const struct command_row *command, bool replays)
{
	const unsigned int takes = command->takes | (replays ? TAKES_REPLAY : 0);
	const struct option_row *row;
	size_t i;

	for (i = 0; i < option_count; i++) {
		row = &option_rows[i];
		if (row->name && row->help &&
		    (row->is_filter ? command->filters >> row->filter & 1 :
				      !row->takes || takes & row->takes))
			printf("--%s\n", row->name);
	}
}

static void put_views(void)
{
	size_t i;

	for (i = 0; i < VIEWS; i++)
		put(view_names[i]);
}

static void put_filter(enum filter_key key)
{
	switch (key) {
	case FILTER_PROTOCOL:
		put_words(word_protocol, SOCKPORT_PROTOCOL_MAX);
		break;
	case FILTER_ROLE:
		put_words(word_role, SOCKPORT_ROLE_MAX);
		break;
	case FILTER_FAMILY:
		put_families();
		break;
	case FILTER_STATE:
		put_states();
		break;
	case FILTER_PORT:
	case FILTER_LOCAL_PORT:
	case FILTER_REMOTE_PORT:
		put_services();
		break;
	default:
		break;
	}
}

/* Behind what begins a condition of an expression; false where none does. */
static bool put_condition(const char *before)
{
	static const struct { const char *word; void (*put)(void); } conditions[] = {
		{ "state", put_states }, { "exclude", put_states }, { "unit", put_units },
		{ "netns", put_namespaces }, { "sport", put_services }, { "dport", put_services },
		{ "port", put_services },
	};
	size_t i;

	for (i = 0; before && i < sizeof(conditions) / sizeof(*conditions); i++) {
		if (strcmp(conditions[i].word, before))
			continue;
		conditions[i].put();
		return true;
	}
	return false;
}

/* Values of an option. */
static void put_values(const struct option_row *row, const struct command_row *command)
{
	if (row->is_filter)
		put_filter(row->filter);
	else if (!row->name)
		return;
	else if (!strcmp(row->name, "netns"))
		put_namespaces();
	else if (!strcmp(row->name, "columns"))
		put_columns(command_columns(command));
	else if (!strcmp(row->name, "type"))
		put_words(word_event_type, SOCKPORT_EVENT_TYPE_MAX);
	else if (!strcmp(row->name, "format"))
		puts("openmetrics\nprometheus");
	else if (!strcmp(row->name, "by"))
		put_accounts_by();
	else if (!strcmp(row->name, "view"))
		put_views();
}

/* The option that a word is, if a value follows it. */
static const struct option_row *option_of(const char *word)
{
	size_t i;

	for (i = 0; word && *word == '-' && i < option_count; i++) {
		if (!option_rows[i].value)
			continue;
		if (option_rows[i].name && !strncmp(word, "--", 2) &&
		    !strcmp(word + 2, option_rows[i].name))
			return &option_rows[i];
		if (option_rows[i].letter && word[1] != '-' &&
		    word[strlen(word) - 1] == option_rows[i].letter)
			return &option_rows[i];
	}
	return NULL;
}

static const struct command_row *find_command(char ***words, const char *last)
{
	size_t i;

	for (; **words && **words != last; ++*words)
		for (i = 0; i < COMMANDS; i++)
			if (!strcmp(**words, commands[i].name))
				return &commands[i];
	return NULL;
}

/* Behind the file of a recorder there is another one. */
static const struct command_row *command_of(char **words, const char *last, bool *replays)
{
	const struct command_row *command = find_command(&words, last), *asked;

	*replays = command == &commands[COMMAND_REPLAY];
	if (!*replays || !words[1] || words[1] == last)
		return command;
	words += 2;
	asked = find_command(&words, last);
	return asked ? asked : command;
}

static void put_replays(const char *before)
{
	size_t i;

	/* Then it is the file. */
	if (!before || !strcmp(before, commands[COMMAND_REPLAY].name))
		return;
	for (i = 0; i < COMMANDS; i++)
		if (commands[i].replays)
			put(commands[i].name);
}

static void put_commands(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		put(commands[i].name);
}

/**
 * complete_print - print what the last word may be
 * @words: behind the name of the program, NULL behind the last
 */
void complete_print(char **words)
{
	const char *before = NULL, *last = "";
	const struct command_row *command;
	const struct option_row *row;
	bool replays;
	size_t i;

	for (i = 0; words[i]; i++) {
		before = i ? words[i - 1] : NULL;
		last = words[i];
	}
	command = command_of(words, last, &replays);
	row = option_of(before);
	if (row) {
		put_values(row, command ? command : &commands[COMMAND_PORTS]);
	} else if (*last == '-') {
		put_options(command ? command : &commands[COMMAND_PORTS], replays);
	} else if (command == &commands[COMMAND_SHOW] && !strcmp(before, command->name)) {
		put_services();
	} else if ((command && !command->filters) || !put_condition(before)) {
		if (!command)
			put_commands();
		if (command == &commands[COMMAND_REPLAY])
			put_replays(before);
		if ((command == &commands[COMMAND_WHO] || command == &commands[COMMAND_PROGRAMS]) &&
		    before && !strcmp(before, command->name))
			put_holders();
		if (!command || command->filters)
			for (i = FILTER_PROTOCOL; i <= FILTER_ROLE; i++)
				put_filter(i);
	}
}
