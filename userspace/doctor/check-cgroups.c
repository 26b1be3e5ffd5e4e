// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups whose sockets hold much of a memory that is nearly used up. See "sock" in
 * Documentation/admin-guide/cgroup-v2.rst, and memory.kmem.tcp in cgroup-v1/memory.rst.
 */
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/check.h"
#include "doctor/words.h"
#include "host/file.h"
#include "table/escape.h"

/* Sockets with less of the memory than that are not to blame. */
#define SHARE		25
#define STAT_MAX	8192

/**
 * struct version - how a version of cgroups tells memory
 * @root: where it is mounted
 * @sign: file at @root by which it is known
 * @max: file with the limit
 * @current: file with what is used of it
 * @has_sock: memory.stat has a line "sock"; else all that is used is of sockets
 */
struct version {
	const char *root;
	const char *sign;
	const char *max;
	const char *current;
	bool has_sock;
};

static const struct version versions[] = {
	{ "/sys/fs/cgroup", "cgroup.controllers", "memory.max", "memory.current", true },
	{ "/sys/fs/cgroup/unified", "cgroup.controllers", "memory.max", "memory.current", true },
	{ "/sys/fs/cgroup/memory", "memory.kmem.tcp.limit_in_bytes",
	  "memory.kmem.tcp.limit_in_bytes", "memory.kmem.tcp.usage_in_bytes", false },
};

static bool read_in(const char *directory, const char *file, uint64_t *value)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	return file_read_number(path, 0, value);
}

static bool read_sock(const char *directory, uint64_t *value)
{
	char path[4200], text[STAT_MAX];
	const char *line;

	snprintf(path, sizeof(path), "%s/memory.stat", directory);
	if (!file_read_start(path, text, sizeof(text)))
		return false;
	line = strstr(text, "\nsock ");
	return line && sscanf(line + 6, "%" SCNu64, value) == 1;
}

static void say(struct findings *findings, const char *path, uint64_t sock, uint64_t used,
		uint64_t max)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = limit_percent(used, max),
		.what = "the memory of a cgroup is short, and sockets hold it",
		.why = "under pressure buffers shrink and segments are dropped; at the limit its "
		       "processes are killed",
		.action = "see which program does not read what it gets, or sends faster than its "
			  "peers read; or raise the limit",
	});
	char text[WORDS_MAX], name[ESCAPE_TEXT * 200 + 1];
	int extra = 0;

	*escape_text(name, path, strnlen(path, 200), false, &extra) = 0;
	findings_say(findings, &finding->subject, "%s", name);
	findings_say(findings, &finding->seen, "%s of", words_bytes(text, used));
	findings_say(findings, &finding->seen, " %s are in use,", words_bytes(text, max));
	findings_say(findings, &finding->seen, " %s of that by sockets", words_bytes(text, sock));
	findings_say(findings, &finding->command,
		     "sockport sockets --sort rmem_alloc --top 10 -o +rmem_alloc,wmem_queued,unit -p");
}

static void check_one(const struct look *look, struct findings *findings,
		      const struct version *version, const char *directory)
{
	uint64_t max, used, sock;

	if (!read_in(directory, version->max, &max) || !max ||
	    !read_in(directory, version->current, &used) ||
	    limit_percent(used, max) < look_threshold(look, THRESHOLD_FULL))
		return;
	sock = used;
	if (version->has_sock && !read_sock(directory, &sock))
		return;
	if (limit_percent(sock, max) >= SHARE)
		say(findings, directory + strlen(version->root), sock, used, max);
}

static void check_below(const struct look *look, struct findings *findings,
			const struct version *version)
{
	char *const roots[] = { (char *)version->root, NULL };
	char sign[100];
	FTSENT *entry;
	FTS *tree;

	snprintf(sign, sizeof(sign), "%s/%s", version->root, version->sign);
	if (access(sign, F_OK))
		return;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_D && entry->fts_level)
			check_one(look, findings, version, entry->fts_path);
	if (tree)
		fts_close(tree);
}

/**
 * check_cgroups - look for cgroups whose sockets hold too much memory
 * @look: what was seen
 * @findings: gets them
 */
void check_cgroups(const struct look *look, struct findings *findings)
{
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		check_below(look, findings, &versions[i]);
}
