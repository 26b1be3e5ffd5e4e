// SPDX-License-Identifier: GPL-2.0
/* Pages of the manual, in the language of mdoc(7). */
#include <ctype.h>
#include <string.h>

#include "cmd/option-table.h"
#include "columns/tables.h"
#include "describe.h"

/* Lines are broken behind so many characters. */
#define LINE_MAX_TEXT	60

/* A character as mdoc(7) takes it: a hyphen that is typed is a minus, a call no macro. */
static void put_character(char character, char before)
{
	if (character == '\\')
		fputs("\\e", stdout);
	else if (character == '(' && before != ' ')
		fputs("\\&(", stdout);
	else if (character == '-' && (before == ' ' || before == '-'))
		fputs("\\-", stdout);
	else
		putchar(character);
}

/* Words as lines of text. */
static void put_text(const char *text)
{
	const char *start = text;
	char before = ' ';

	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == ' ' && text - start > LINE_MAX_TEXT) {
			putchar('\n');
			start = text;
		} else {
			put_character(*text, before);
		}
		before = *text;
	}
}

/* A help begins in the midst of a line, a manual has sentences. */
static void put_sentence(const char *help)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", help);
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == ' ')
		text[0] = toupper((unsigned char)text[0]);
	put_text(text);
	puts(text[strlen(text) - 1] == '.' ? "" : ".");
}

static void put_synopsis(const struct command_row *command)
{
	const char *argument = command->argument;
	const char *optional = argument ? strchr(argument, '[') : NULL;

	printf(".Nm sockport %s\n", command->name);
	if (argument && argument != optional)
		printf(".Ar %.*s\n", (int)strcspn(argument, " "), argument);
	if (optional)
		printf(".Op Ar %.*s\n", (int)strlen(optional) - 2, optional + 1);
	puts(".Op Ar option ...");
	if (command->filters)
		puts(".Op Ar word ... | expression");
}

static void put_commands(void)
{
	size_t i;

	puts(".Bl -tag -width Ds");
	for (i = 0; i < COMMANDS; i++) {
		printf(".It Xr sockport-%s 8\n", commands[i].name);
		put_sentence(commands[i].help);
	}
	puts(".El");
}

static void put_option(const struct option_row *row)
{
	fputs(".It", stdout);
	if (row->letter)
		printf(" Fl %c", row->letter);
	if (row->letter && row->name)
		fputs(" ,", stdout);
	if (row->name) {
		fputs(" Fl \\-", stdout);
		put_text(row->name);
	}
	if (row->value)
		printf(" Ar %s", row->value);
	putchar('\n');
	put_sentence(row->help);
}

static void put_group(size_t group, unsigned int takes, unsigned int filters)
{
	const char *title = option_groups[group];
	bool has_title = false;
	size_t i;

	for (i = 0; i < option_count; i++) {
		if (option_rows[i].group != group ||
		    !option_is_useful(&option_rows[i], takes, filters))
			continue;
		if (!has_title)
			printf(".Ss %.*s\n.Bl -tag -width Ds\n", (int)strcspn(title, ":;"), title);
		has_title = true;
		put_option(&option_rows[i]);
	}
	if (has_title)
		puts(".El");
}

static void put_options(unsigned int takes, unsigned int filters)
{
	size_t group;

	for (group = 0; group < GROUPS; group++)
		put_group(group, takes, filters);
}

/* What the values of a column are in JSON, where that is more than one word or number. */
static const char *kind_text(const struct column *column)
{
	static const char *const texts[] = {
		[COLUMN_BOOL] = "true or false in JSON",
		[COLUMN_NUMBERS] = "an array in JSON",
		[COLUMN_TEXTS] = "an array in JSON",
		[COLUMN_STATES] = "an object in JSON, its keys are the states",
		[COLUMN_PROCESS] = "an object in JSON, with pid and comm",
		[COLUMN_PROCESSES] = "an array of objects in JSON, with pid, comm and fd",
		[COLUMN_WORKERS] = "an array of objects in JSON, with pid, comm and accepts",
		[COLUMN_DISTRIBUTIONS] = "an object in JSON, with count, sum and buckets of each",
		[COLUMN_SERVICES] = "an object in JSON, with tcp, udp and sctp",
	};
	const enum column_kind kind = column_kind(column);

	if (kind == COLUMN_QUANTITY)
		return column_unit(column);
	return kind < sizeof(texts) / sizeof(*texts) ? texts[kind] : NULL;
}

static const char *usual_text(const struct column *column)
{
	const bool text = column->flags & COLUMN_IN_TEXT;
	const bool json = column->flags & (COLUMN_IN_JSON | COLUMN_IN_DUMP);

	if (text && json)
		return "usual";
	if (text)
		return "usual in text";
	return json ? "usual in JSON" : NULL;
}

static void put_column(const struct column *column)
{
	const char *kind = kind_text(column), *usual = usual_text(column);

	printf(".It Cm %s\n", column->name);
	put_sentence(column->help);
	if (!kind && !usual)
		return;
	printf(".Pq %s%s", usual ? usual : "", kind && usual ? "; " : "");
	put_text(kind ? kind : "");
	putchar('\n');
}

static void put_table(const struct columns *columns)
{
	const struct column *column;
	size_t i;

	puts(".Bl -tag -width Ds");
	for (i = 0; (column = column_at(columns, i)); i++)
		put_column(column);
	puts(".El");
}

static bool has_part(const struct command_row *command, const struct columns *columns)
{
	size_t i;

	for (i = 0; i < PARTS_MAX; i++)
		if (command->parts[i].columns == columns)
			return true;
	return false;
}

/* Where a table is told: with the command whose rows it has, or the last that has it in a part. */
static const struct command_row *home_of(const struct columns *columns)
{
	const struct command_row *home = NULL;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (commands[i].columns == columns)
			return &commands[i];
		if (has_part(&commands[i], columns))
			home = &commands[i];
	}
	return home;
}

static void put_part(const struct command_row *command, const struct part *part)
{
	const struct command_row *home = home_of(part->columns);

	if (part != command->parts)
		puts(".Pp");
	if (part->key)
		printf("Rows of\n.Cm %s\nhave", part->key);
	else
		printf("It has");
	if (home == command)
		puts(":");
	else
		printf(" columns of\n.Nm sockport %s .\n", home->name);
	if (home == command)
		put_table(part->columns);
}

static void put_columns(const struct command_row *command)
{
	size_t i;

	if (command->columns)
		put_table(command->columns);
	for (i = 0; i < PARTS_MAX && command->parts[i].columns; i++)
		put_part(command, &command->parts[i]);
}

static void put_all_columns(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (!commands[i].columns && !commands[i].parts[0].columns)
			continue;
		printf(".Ss sockport %s\n", commands[i].name);
		put_columns(&commands[i]);
	}
}

static void put_block(const char *what, const char *name)
{
	const struct command_row *command = *name ? find_command(name) : NULL;

	if (!strcmp(what, "commands"))
		put_commands();
	else if (!strcmp(what, "synopsis") && command)
		put_synopsis(command);
	else if (!strcmp(what, "options"))
		put_options(command ? command->takes : ~0u, command ? command->filters : ~0u);
	else if (!strcmp(what, "columns"))
		command ? put_columns(command) : put_all_columns();
	else
		die("no block", what);
}

/**
 * put_page - copy a page from stdin to stdout
 *
 * What stands between marks is made anew, all else is written by hand.
 */
void put_page(void)
{
	char line[1024], what[32], name[32];
	bool is_made = false;

	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, ".\\\" END", 7))
			is_made = false;
		if (!is_made)
			fputs(line, stdout);
		*name = 0;
		if (is_made || sscanf(line, ".\\\" BEGIN %31s %31s", what, name) < 1)
			continue;
		is_made = true;
		put_block(what, name);
	}
	if (is_made)
		die("no END behind BEGIN", what);
}

/**
 * put_skeleton - print a page to begin with
 * @command: what it is about
 */
void put_skeleton(const struct command_row *command)
{
	const char *name = command->name;

	printf(".\\\" SPDX-License-" "Identifier: GPL-2.0\n.Dd November 29, 2026\n.Dt SOCKPORT-");
	for (; *name; name++)
		putchar(toupper((unsigned char)*name));
	name = command->name;
	printf(" 8\n.Os\n.Sh NAME\n.Nm sockport-%s\n.Nd ", name);
	put_text(command->help);
	printf("\n.Sh SYNOPSIS\n.\\\" BEGIN synopsis %s\n.\\\" END\n.Sh DESCRIPTION\n", name);
	put_sentence(command->help);
	printf(".Sh OPTIONS\n.\\\" BEGIN options %s\n.\\\" END\n", name);
	puts(".Sh SEE ALSO\n.Xr sockport-columns 7 ,\n.Xr sockport-expression 7 ,\n.Xr sockport 8");
}
