// SPDX-License-Identifier: GPL-2.0
/* Who is connected to a port, or is called by it: a table for each role. */
#include "cmd/show-peers.h"

static void print_title(const struct peer_group *group, size_t shown, bool ordered, char *title,
			size_t size)
{
	const char *which = ordered ? ", some of them" : ", these have the most";

	snprintf(title, size, "\n%llu connection%s %s %zu peer%s%s:\n",
		 (unsigned long long)group->connections, group->connections == 1 ? "" : "s",
		 group->first->role == SOCKPORT_ROLE_OUT ? "to" : "from",
		 group->count, group->count == 1 ? "" : "s", group->count > shown ? which : "");
}

/* Who wants another order may want any of them: all are looked at. */
static int print_group(struct report *report, const struct selection *rows,
		       const struct peer_group *group)
{
	struct selection selection = *rows;
	const size_t shown = rows->top ? rows->top : PEERS_SHOWN;
	size_t count = group->count;
	char title[100];

	if (rows->sorts)
		selection.top = shown;
	else if (count > shown)
		count = shown;
	print_title(group, shown, rows->sorts, title, sizeof(title));
	return report_rows(report, NULL, title, &selection, group->first, sizeof(*group->first),
			   count);
}

/**
 * show_peers_print - print peers of a port in text
 * @report: the answer
 * @rows: columns and order of the peers
 * @peers: sorted
 * @netns: those of this network namespace only, NULL for all
 *
 * Return: 0 or -1.
 */
int show_peers_print(struct report *report, const struct selection *rows,
		     const struct peers *peers, const uint32_t *netns)
{
	struct peer_group group;
	size_t i;

	for (i = 0; i < peers->hash.count; i += group.count) {
		group = peers_group(peers, i);
		if ((!netns || group.first->netns == *netns) && print_group(report, rows, &group))
			return -1;
	}
	return 0;
}
