// SPDX-License-Identifier: GPL-2.0
/* Listeners that are open to all and are not in a baseline. */
#include <string.h>
#include <time.h>

#include "doctor/check.h"
#include "doctor/words.h"

/* Bound to no address, so to all of them; those of clients are soon gone. */
static bool is_open(const struct look *look, const struct watched *watched)
{
	static const uint8_t any[16];

	if (!watched->size || !watched->port || watched->looks < look->looks ||
	    memcmp(watched->local, any, watched->size))
		return false;
	return watched->state == SOCKPORT_STATE_LISTEN || watched->state == SOCKPORT_STATE_CLOSE;
}

/* Network namespaces have other numbers after each boot. */
static bool is_of_this_boot(const struct look *look, uint64_t time)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return time + up.tv_sec * 1000ull + up.tv_nsec / 1000000 >= look->now;
}

/* Where it was bound is not told by every file. Who is bound to an interface is not open to all. */
static bool is_as_open(const struct snapshot_row *row, const struct watched *watched)
{
	if (row->bound == SNAPSHOT_BOUND_NONE)
		return false;
	return row->bound != SNAPSHOT_BOUND_SOME || watched->ifindex;
}

static bool is_expected(const struct look *look, const struct watched *watched)
{
	const struct snapshot *baseline = look->how.baseline;
	const bool is_same_boot = is_of_this_boot(look, baseline->time);
	const struct snapshot_row *row;
	size_t i;

	for (i = 0; i < baseline->count; i++) {
		row = &baseline->list[i];
		if (row->protocol == watched->protocol && row->port == watched->port &&
		    row->role == SOCKPORT_ROLE_IN && is_as_open(row, watched) &&
		    (!is_same_boot || !watched->netns || !row->netns ||
		     row->netns == watched->netns))
			return true;
	}
	return false;
}

static void say(struct findings *findings, const struct watched *watched)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = watched->port,
		.what = "a port is open to all that was not",
		.why = "whoever reaches this host can talk to it, and nobody has said that it may be so",
		.action = "stop it, bind it to one address, or make a new baseline: sockport ports --json",
	});

	findings_say(findings, &finding->subject, "%s%s%s", watched->end ? watched->end : "-",
		     watched->who && *watched->who ? " of " : "", watched->who ? watched->who : "");
	findings_say(findings, &finding->seen, "port %u is bound to all addresses, and is not so in the baseline",
		     watched->port);
	findings_say(findings, &finding->command, "sockport show %u", watched->port);
}

/* Of several sockets of a port, one is enough. */
static bool is_told(const struct watched *list, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (list[j].port == list[i].port && list[j].protocol == list[i].protocol &&
		    list[j].netns == list[i].netns && list[j].size == list[i].size)
			return true;
	return false;
}

/**
 * check_exposure - look for ports that are open to all
 * @look: what was seen
 * @findings: gets them
 */
void check_exposure(const struct look *look, struct findings *findings)
{
	const struct watched *watched = look->watched.list;
	size_t i;

	if (!look->how.baseline)
		return;
	for (i = 0; i < look->watched.count; i++) {
		if (!is_open(look, &watched[i]) || is_expected(look, &watched[i]) ||
		    is_told(watched, i))
			continue;
		findings_at(findings, watched[i].netns);
		say(findings, &watched[i]);
	}
}
