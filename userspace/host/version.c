// SPDX-License-Identifier: GPL-2.0
/* The command and the module need not be of the same version. */
#include "host/version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"

#define MODULES	"/sys/module"

/* Longest version that is shown */
#define VERSION_MAX	31

/* What came with a version, for who has a module that lacks it; the oldest first. */
static const struct {
	const char *version;
	const char *what;
} news[] = {
	{ "1.1", "rows of the rest, connections given up or without a local port, what the kernel opened, round trip times now, processes to list sockets of, expressions" },
};

/**
 * version_of_module - the version of the module that is loaded
 * @version: where to put it
 * @size: of @version
 *
 * Asking the kernel for the module's netlink family could load the module.
 *
 * Return: false if none is loaded, or sysfs is not there.
 */
bool version_of_module(char *version, size_t size)
{
	if (!file_read_start(MODULES "/sockport/version", version, size))
		return false;
	version[strcspn(version, "\n")] = 0;
	return true;
}

static void tell_missing(FILE *to, const char *module)
{
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof(news) / sizeof(*news); i++) {
		if (strverscmp(module, news[i].version) >= 0)
			continue;
		fprintf(to, "%s%s", any ? ", " : "; it does not know: ", news[i].what);
		any = true;
	}
}

/**
 * version_print - print the versions of the command and of the loaded module
 * @own: version of the command
 */
void version_print(const char *own)
{
	char module[VERSION_MAX + 1];
	int order;

	printf("sockport %s\n", own);
	if (!version_of_module(module, sizeof(module))) {
		puts(access(MODULES, F_OK) ? "module unknown: there is no " MODULES :
		     "module not loaded");
		return;
	}
	order = strverscmp(module, own);
	printf("module %s%s", module, order < 0 ? ", older than the command" :
	       order > 0 ? ", newer than the command" : "");
	if (order < 0)
		tell_missing(stdout, module);
	putchar('\n');
}

/**
 * version_note - say on stderr if an answer may lack something
 * @own: version of the command
 *
 * An older module tells less than the command can show, and a newer one more.
 */
void version_note(const char *own)
{
	char module[VERSION_MAX + 1];
	int order;

	if (!version_of_module(module, sizeof(module)))
		return;
	order = strverscmp(module, own);
	if (!order)
		return;
	fprintf(stderr, "sockport: the module is %s, %s than this command (%s)", module,
		order < 0 ? "older" : "newer", own);
	if (order < 0)
		tell_missing(stderr, module);
	else
		fputs(", which does not show what is new", stderr);
	fputc('\n', stderr);
}
