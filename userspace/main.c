// SPDX-License-Identifier: GPL-2.0
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cmd/complete.h"
#include "cmd/doctor.h"
#include "cmd/options.h"
#include "host/version.h"
#include "table/output.h"
#include "table/terminal.h"

static bool never_ends(const struct options *options)
{
	return options->command == COMMAND_EVENTS || options->command == COMMAND_TOP ||
	       options->command == COMMAND_RECORD || options->command == COMMAND_SERVE ||
	       (options->interval && options->command != COMMAND_DOCTOR);
}

/*
 * What may be missing is said at the end, where there is one. Metrics, which are read by
 * programs all the time, have the module's version among them.
 */
static int ask(const struct options *options, struct failure *failure)
{
	int error;

	if (options->wide)
		terminal_set_wide();
	terminal_set_color(options->color);
	/* A file says nothing of the module that is loaded now. */
	if (options->replay)
		return answer(options, failure);
	if (never_ends(options))
		version_note(VERSION);
	error = answer(options, failure);
	if (!error && !never_ends(options) && options->command != COMMAND_METRICS)
		version_note(VERSION);
	return error;
}

/* Also where what stands before it makes no sense. */
static bool is_for_nagios(char **argv)
{
	while (*argv && strcmp(*argv, "--")) {
		if (!strcmp(*argv++, "--nagios"))
			return true;
	}
	return false;
}

static int run(int argc, char **argv, struct failure *failure)
{
	struct options options = { 0 };
	int error = 0;

	if (argc > 2 && !strcmp(argv[1], "--complete") && !strcmp(argv[2], "--")) {
		complete_print(argv + 3);
		return 0;
	}
	if (output_check_standard(failure) || options_parse(&options, argc, argv, failure))
		error = -1;
	else if (options.help || options.list_columns)
		options_help(&options);
	else if (options.version)
		version_print(VERSION);
	else
		error = ask(&options, failure);
	failure->as_nagios = options.nagios || is_for_nagios(argv);
	options_free(&options);
	return error;
}

/* Plugins say what they could not do where they say all else. */
static int tell_nagios(const struct failure *failure)
{
	printf("SOCKPORT UNKNOWN - %s\n", failure->text);
	return NAGIOS_UNKNOWN;
}

int main(int argc, char **argv)
{
	struct failure failure = { 0 };
	int error;

	/* What characters the terminal can show; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	error = run(argc, argv, &failure);

	/* What was printed before it failed comes before why. */
	if (error)
		fflush(stdout);
	else
		error = output_close_standard(&failure);
	if (!error || failure.stopped)
		return failure.success;
	if (failure.as_nagios)
		return tell_nagios(&failure);
	fprintf(stderr, "sockport: %s\n", failure.text);
	return failure.status;
}
