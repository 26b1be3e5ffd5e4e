// SPDX-License-Identifier: GPL-2.0
/* Workers that share a port by SO_REUSEPORT: one that does not accept, while others do. */
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/words.h"

static int compare(const void *left, const void *right)
{
	const struct watched *a = *(const struct watched *const *)left;
	const struct watched *b = *(const struct watched *const *)right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	if (a->size != b->size)
		return a->size - b->size;
	return memcmp(a->local, b->local, sizeof(a->local));
}

/* Connections waited at every look, and never fewer than before. */
static bool stands(const struct watched *watched)
{
	return watched->looks > 1 && watched->least && !watched->fell;
}

static void say(const struct look *look, struct findings *findings, const struct watched *watched,
		size_t stand, size_t all)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = watched->last,
		.what = "a worker does not accept",
		.why = "the kernel hands it its share of the connections by their addresses, whether "
		       "it takes them or not: these peers wait, while other workers are idle",
		.action = "see what the process is doing and restart it; a process that takes no more "
			  "connections has to close its listener",
	});
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s%s%s", watched->end ? watched->end : "-",
		     watched->who && *watched->who ? " of " : "", watched->who ? watched->who : "");
	findings_say(findings, &finding->seen,
		     "%u connections wait and none was taken in %s; so it is with %zu of %zu listeners",
		     watched->last, words_seconds(text, look->milliseconds), stand, all);
	findings_say(findings, &finding->command, "sockport show %u", watched->port);
}

/* @group has the listeners of one address and port. */
static void check_group(const struct look *look, struct findings *findings,
			const struct watched **group, size_t count)
{
	size_t i, stand = 0;

	for (i = 0; i < count; i++)
		stand += stands(group[i]);
	if (!stand || stand == count)
		return;
	findings_at(findings, group[0]->netns);
	for (i = 0; i < count; i++)
		if (stands(group[i]))
			say(look, findings, group[i], stand, count);
}

static size_t gather(const struct look *look, const struct watched **list)
{
	const struct watched *watched = look->watched.list;
	size_t i, count = 0;

	for (i = 0; i < look->watched.count; i++)
		if (watched[i].state == SOCKPORT_STATE_LISTEN && watched[i].size &&
		    watched[i].port)
			list[count++] = &watched[i];
	if (count)
		qsort(list, count, sizeof(*list), compare);
	return count;
}

/**
 * check_workers - look for workers that do not accept
 * @look: what was seen
 * @findings: gets them
 */
void check_workers(const struct look *look, struct findings *findings)
{
	const struct watched **list = calloc(look->watched.count + 1, sizeof(*list));
	size_t first, end, count;

	if (!list) {
		findings->failed = true;
		return;
	}
	count = gather(look, list);
	for (first = 0; first < count; first = end) {
		for (end = first + 1; end < count && !compare(&list[first], &list[end]); end++)
			;
		check_group(look, findings, list + first, end - first);
	}
	free(list);
}
