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

static bool is_full(const struct grown *grown)
{
	return grown->protocol == SOCKPORT_PROTOCOL_TCP && grown->role == SOCKPORT_ROLE_IN &&
	       grown->backlog_limit && grown->half_open >= grown->backlog_limit;
}

static bool check_ports(const struct look *look, struct findings *findings)
{
	const struct grown *grown = look->grown.list;
	struct finding *finding;
	bool any = false;
	size_t i;

	for (i = 0; i < look->grown.count; i++) {
		if (!is_full(&grown[i]))
			continue;
		any = true;
		findings_at(findings, grown[i].netns);
		finding = findings_add(findings, &(struct finding){
			.severity = SEVERITY_CRITICAL, .weight = grown[i].half_open,
			.what = "SYN queue is full", .why = WHY, .action = DO });
		findings_say(findings, &finding->subject, "tcp port %u", grown[i].port);
		findings_say(findings, &finding->seen, "%u connections are half open, for a limit of %u",
			     grown[i].half_open, grown[i].backlog_limit);
		findings_say(findings, &finding->command, "sockport sockets tcp syn-recv --port %u",
			     grown[i].port);
	}
	return any;
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
	const struct space *space;

	if (check_ports(look, findings))
		return;
	check_each_space(look, space)
		if (space->is_seen)
			check_counters(look, findings, space);
}
