// SPDX-License-Identifier: GPL-2.0
/*
 * What the command's tables say, for its manual and the schemas of its JSON:
 *
 *   describe commands        the names of the commands
 *   describe page <PAGE      a page, the parts between BEGIN and END made anew
 *   describe skeleton NAME   a page to begin with
 *   describe schema NAME     the schema of a command's JSON; nothing if it has none
 *   describe openapi         what is served over HTTP
 */
#include "describe.h"

#include <stdlib.h>
#include <string.h>

/**
 * die - end with an error
 * @what: is wrong
 * @name: with this
 */
void die(const char *what, const char *name)
{
	fprintf(stderr, "describe: %s: %s\n", what, name);
	exit(1);
}

/**
 * find_command - a command by its name
 * @name: the name
 *
 * Return: the command; there is no return if there is none.
 */
const struct command_row *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	die("no command", name);
	return NULL;
}

static void put_names(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		puts(commands[i].name);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "commands"))
		put_names();
	else if (!strcmp(what, "page"))
		put_page();
	else if (!strcmp(what, "skeleton") && argc == 3)
		put_skeleton(find_command(argv[2]));
	else if (!strcmp(what, "schema") && argc == 3)
		put_schema(find_command(argv[2]));
	else if (!strcmp(what, "openapi"))
		put_openapi();
	else
		die("usage", "commands, page, skeleton NAME, schema NAME or openapi");
	return 0;
}
