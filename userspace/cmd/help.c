// SPDX-License-Identifier: GPL-2.0
#include "cmd/options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/option-table.h"
#include "columns/tables.h"
#include "commands.h"
#include "table/prose.h"
#include "table/terminal.h"

/* Where explanations begin: of an option, of a command. */
#define OPTION_INDENT	26
#define COMMAND_INDENT	16
/* Where nobody knows how wide it is shown, and how high. */
#define WIDTH		80
#define SCREEN		24

static unsigned int width(void)
{
	const unsigned int columns = terminal_width();

	return columns ? columns : WIDTH;
}

static void put_text(FILE *stream, const char *text, unsigned int column, unsigned int indent)
{
	prose_put(stream, text, width(), column, indent);
}

/* Its letter, name and value, from @indent on; a name without a letter is behind where that were. */
static int name_option(char *text, size_t size, const struct option_row *row, const char *between)
{
	char letter[3] = { '-', row->letter };

	return snprintf(text, size, "%*s%s%s%s%s%s", row->letter ? 0 : 2 + (int)strlen(between),
			row->letter ? letter : "", row->letter && row->name ? between : "",
			row->name ? "--" : "", row->name ? row->name : "", row->value ? " " : "",
			row->value ? row->value : "");
}

static void put_option(FILE *stream, const struct option_row *row)
{
	char text[64];

	name_option(text, sizeof(text), row, ", ");
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

static void put_usage(FILE *stream, const char *start, const struct command_row *command)
{
	fprintf(stream, "%s sockport %s%s%s [OPTION...]%s\n", start, command->name,
		command->argument ? " " : "", command->argument ? command->argument : "",
		command->filters ? " [WORD...]" : "");
}

static void put_words(FILE *stream)
{
	fputs("\nA WORD is a protocol, family, state, role or port without its option; or words\n"
	      "are an expression as in ss(8): state NAME, src HOST, dport >= :http, not, or,\n"
	      "( ), and uid, pid, unit, role, older-than, netns: see sockport-expression(7).\n",
	      stream);
}

/* Two options in a line. */
static void put_briefs(FILE *stream, const struct command_row *command)
{
	const struct option_row *row;
	unsigned int count = 0;
	char text[64];
	size_t group;

	for (group = 0; group < GROUPS; group++)
		for (row = option_rows; row < option_rows + option_count; row++) {
			if (row->group != group ||
			    !option_is_useful(row, command->takes, command->filters))
				continue;
			name_option(text, sizeof(text), row, " ");
			fprintf(stream, "%-*s%-*s%s", BRIEF_OPTION, text,
				count % 2 ? 0 : BRIEF_MAX + 1, row->brief, count % 2 ? "\n" : "");
			count++;
		}
	if (count % 2)
		fputc('\n', stream);
}

static void put_command(FILE *stream, const struct command_row *command, bool brief)
{
	char sentence[128];

	put_usage(stream, "Usage:", command);
	snprintf(sentence, sizeof(sentence), "%s.", command->help);
	*sentence = toupper((unsigned char)*sentence);
	if (!brief)
		fputc('\n', stream);
	put_text(stream, sentence, 0, 0);
	if (!brief) {
		options_list(stream, command->takes, command->filters);
		if (command->filters)
			put_words(stream);
		return;
	}
	put_briefs(stream, command);
	if (command->filters)
		fputs("Words are protocols, states, ports, or an expression as in ss(8): see\n"
		      "sockport-expression(7). A LIST has commas.\n", stream);
	fprintf(stream, "More of each option: sockport --help, or man sockport-%s.\n",
		command->name);
}

/* As much as a screen has room for. */
static void help_command(const struct command_row *command)
{
	char *text = NULL;
	size_t size = 0, lines = 0, i;
	FILE *stream = open_memstream(&text, &size);

	if (!stream) {
		put_command(stdout, command, true);
		return;
	}
	put_command(stream, command, false);
	if (!fclose(stream))
		for (i = 0; i < size; i++)
			lines += text[i] == '\n';
	if (lines && lines < SCREEN)
		fputs(text, stdout);
	else
		put_command(stdout, command, true);
	free(text);
}

static void help_all(void)
{
	size_t i;

	puts("Usage: sockport [OPTION...] [WORD...]");
	for (i = 0; i < COMMANDS; i++)
		put_usage(stdout, "      ", &commands[i]);
	puts("\nWhat the ports and sockets of this machine are doing, and what they did.\n");
	for (i = 0; i < COMMANDS; i++) {
		printf("  %-*s", COMMAND_INDENT - 2, commands[i].name);
		put_text(stdout, commands[i].help, COMMAND_INDENT, COMMAND_INDENT);
	}
	options_list(stdout, ~0u, ~0u);
	put_words(stdout);
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
