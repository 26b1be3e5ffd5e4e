// SPDX-License-Identifier: GPL-2.0
/* Ports with no room for more half-open connections. */
#include <inttypes.h>

#include "doctor/check.h"
#include "doctor/words.h"

#define WHY	"more SYNs are dropped, or answered with cookies, which lose options of the " \
		"connection; many half-open ones are a flood, or peers that cannot hear our answers"
#define DO	"keep net.ipv4.tcp_syncookies at 1, look where the SYNs come from, and give " \
		"listen() a larger backlog and net.core.somaxconn, net.ipv4.tcp_max_syn_backlog " \
		"more room"

/* See net.ipv4.tcp_syncookies in Documentation/networking/ip-sysctl.rst. */
#define COOKIES_ALWAYS	2

/*
 * How many of a listener's connections can be half open. Without cookies the last quarter of
 * net.ipv4.tcp_max_syn_backlog is for peers that are known already.
 */
static uint64_t room_of(const struct look *look, const struct watched *watched)
{
	uint64_t room = watched->limit, all;
	const struct space *space;

	check_each_space(look, space) {
		if (space->netns != watched->netns || !space->is_seen || space->tcp_syncookies)
			continue;
		all = space->tcp_max_syn_backlog;
		if (room > all - all / 4 + 1)
			room = all - all / 4 + 1;
	}
	return room;
}

static void check_listener(const struct look *look, struct findings *findings,
			   const struct watched *watched)
{
	const uint64_t room = room_of(look, watched);
	struct finding *finding;

	if (!watched->half_open || watched->half_open < room)
		return;
	findings_at(findings, watched->netns);
	finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_CRITICAL, .weight = watched->half_open,
		.what = "SYN queue is full", .why = WHY, .action = DO });
	findings_say(findings, &finding->subject, "%s%s%s", watched->end ? watched->end : "-",
		     watched->who && *watched->who ? " of " : "", watched->who ? watched->who : "");
	findings_say(findings, &finding->seen, "%u connections are half open, for a limit of %" PRIu64,
		     watched->half_open, room);
	findings_say(findings, &finding->command, "sockport sockets tcp syn-recv --port %u",
		     watched->port);
}

static void check_counters(const struct look *look, struct findings *findings,
			   const struct space *space)
{
	const uint64_t dropped = counters_grown(&space->before, &space->after,
						COUNTER_REQUESTS_DROPPED);
	const uint64_t cookies = counters_grown(&space->before, &space->after, COUNTER_COOKIES_SENT);
	struct finding *finding;
	char text[WORDS_MAX];

	if (!dropped && (!cookies || space->tcp_syncookies == COOKIES_ALWAYS))
		return;
	findings_at(findings, space->netns);
	finding = findings_add(findings, &(struct finding){
		.severity = dropped ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = dropped + cookies,
		.what = dropped ? "SYNs are dropped" : "cookies are sent",
		.why = WHY, .action = DO });
	findings_say(findings, &finding->seen, "%" PRIu64 " SYNs dropped and %" PRIu64
		     " cookies sent in %s", dropped, cookies,
		     words_seconds(text, look->milliseconds));
	findings_say(findings, &finding->command, "sockport ports tcp listening -o +states");
}

/**
 * check_syn_queue - look for SYN queues that are full
 * @look: what was seen
 * @findings: gets them
 */
void check_syn_queue(const struct look *look, struct findings *findings)
{
	const struct watched *watched = look->watched.list;
	const struct space *space;
	size_t i;

	for (i = 0; i < look->watched.count; i++)
		check_listener(look, findings, &watched[i]);
	check_each_space(look, space)
		if (space->is_seen && !findings_any_at(findings, space->netns))
			check_counters(look, findings, space);
}
