// SPDX-License-Identifier: GPL-2.0
/*
 * cgroup.c - which unit or container a path names, whatever somebody called the groups in it
 *
 * The first line is the path, the second a word that may be meant by it.
 */
#include "fuzz.h"
#include "host/cgroup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = string_of(data, size), *rest = text;
	const char *path = strsep(&rest, "\n"), *word = rest ? rest : "";
	char *unit = malloc(UNIT_MAX + 1);
	size_t length;

	MUST(unit);
	length = cgroup_unit(path, unit);
	MUST(length <= UNIT_MAX && length == strlen(unit));
	/* What it is called is a way to ask for it. */
	MUST(!length || cgroup_matches(path, unit));
	MUST(!*path || *word != '/' || !cgroup_matches(path, word) || !strcmp(unit, word));
	cgroup_matches(path, word);
	free(unit);
	free(text);
	return 0;
}
