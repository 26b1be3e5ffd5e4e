// SPDX-License-Identifier: GPL-2.0
#include "cmd/options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/option-table.h"
#include "columns/tables.h"
#include "commands.h"
#include "table/prose.h"
#include "table/terminal.h"

/* Where explanations begin: of an option, of a command. */
#define OPTION_INDENT	26
#define COMMAND_INDENT	16
/* Where nobody knows how wide it is shown. */
#define WIDTH		80

static unsigned int width(void)
{
	const unsigned int columns = terminal_width();

	return columns ? columns : WIDTH;
}

static void put_text(FILE *stream, const char *text, unsigned int column, unsigned int indent)
{
	prose_put(stream, text, width(), column, indent);
}

static void put_option(FILE *stream, const struct option_row *row)
{
	char text[64];
	int length = 0;

	if (row->letter)
		length += snprintf(text, sizeof(text), "-%c", row->letter);
	if (row->name)
		length += snprintf(text + length, sizeof(text) - length, "%s--%s",
				   row->letter ? ", " : "    ", row->name);
	if (row->value)
		snprintf(text + length, sizeof(text) - length, " %s", row->value);
	fprintf(stream, "  %-*s", OPTION_INDENT - 2, text);
	put_text(stream, row->help, OPTION_INDENT, OPTION_INDENT);
}

/**
 * options_list - print options with what they are for
 * @stream: where to
 * @takes: of a command
 * @filters: of a command
 */
void options_list(FILE *stream, unsigned int takes, unsigned int filters)
{
	bool has_title;
	size_t group, i;

	for (group = 0; group < GROUPS; group++) {
		has_title = false;
		for (i = 0; i < option_count; i++) {
			if (option_rows[i].group != group ||
			    !option_is_useful(&option_rows[i], takes, filters))
				continue;
			if (!has_title)
				fprintf(stream, "\n%s\n", option_groups[group]);
			has_title = true;
			put_option(stream, &option_rows[i]);
		}
	}
}

static void put_usage(const char *start, const struct command_row *command)
{
	printf("%s sockport %s%s%s [OPTION...]%s\n", start, command->name,
	       command->argument ? " " : "", command->argument ? command->argument : "",
	       command->filters ? " [WORD...]" : "");
}

static void put_words(void)
{
	puts("\nA WORD is a protocol, family, state, role or port without its option; or words\n"
	     "are an expression as in ss(8): state NAME, src HOST, dport >= :http, not, or,\n"
	     "( ), and uid, pid, unit, role, older-than, netns: see sockport-expression(7).");
}

static void help_command(const struct command_row *command)
{
	char sentence[128];

	put_usage("Usage:", command);
	snprintf(sentence, sizeof(sentence), "%s.", command->help);
	*sentence = toupper((unsigned char)*sentence);
	putchar('\n');
	put_text(stdout, sentence, 0, 0);
	options_list(stdout, command->takes, command->filters);
	if (command->filters)
		put_words();
}

static void help_all(void)
{
	size_t i;

	puts("Usage: sockport [OPTION...] [WORD...]");
	for (i = 0; i < COMMANDS; i++)
		put_usage("      ", &commands[i]);
	puts("\nWhat the ports and sockets of this machine are doing, and what they did.\n");
	for (i = 0; i < COMMANDS; i++) {
		printf("  %-*s", COMMAND_INDENT - 2, commands[i].name);
		put_text(stdout, commands[i].help, COMMAND_INDENT, COMMAND_INDENT);
	}
	options_list(stdout, ~0u, ~0u);
	put_words();
	puts("Without a command, the letters of ss(8) say what to list: -t -u -x -w -S -M -0.\n"
	     "\n\"-\" means unknown, or not yours to see. Exit status: 0 if all went well, 1 if\n"
	     "not, 2 for a command line that makes no sense. sockport COMMAND --help has what\n"
	     "one command takes, sockport COMMAND --list-columns what it can show.");
}

/* Parts that are of the same kind have the same columns. */
static bool is_listed(const struct command_row *command, size_t part)
{
	size_t i;

	for (i = 0; i < part; i++)
		if (command->parts[i].columns == command->parts[part].columns)
			return true;
	return false;
}

static void list_columns(const struct command_row *command)
{
	size_t i;

	if (command->columns)
		columns_help(command->columns, stdout);
	for (i = 0; i < PARTS_MAX && command->parts[i].columns; i++)
		if (!is_listed(command, i))
			columns_help(command->parts[i].columns, stdout);
}

static void list_all_columns(void)
{
	size_t i;

	puts("* is shown when none are chosen, J in JSON.");
	for (i = 0; i < COMMANDS; i++) {
		if (!commands[i].columns && !commands[i].parts[0].columns)
			continue;
		printf("\nsockport %s:\n", commands[i].name);
		list_columns(&commands[i]);
	}
}

/**
 * options_help - print help to stdout
 * @options: says about which command, or about columns
 */
void options_help(const struct options *options)
{
	const struct command_row *command = &commands[options->command];

	if (options->list_columns)
		options->has_command ? list_columns(command) : list_all_columns();
	else
		options->has_command ? help_command(command) : help_all();
}
