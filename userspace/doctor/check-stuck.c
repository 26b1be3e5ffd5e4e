// SPDX-License-Identifier: GPL-2.0
/* Connections on which bytes wait and nothing moves. */
#include "doctor/check.h"
#include "doctor/words.h"

/**
 * struct story - what a kind of being stuck means
 * @what: is wrong
 * @bytes: where they wait
 * @why: that matters
 * @action: against it
 */
struct story {
	const char *what;
	const char *bytes;
	const char *why;
	const char *action;
};

static const struct story stories[STUCK_KINDS] = {
	[STUCK_UNANSWERED] = {
		"a peer does not acknowledge", "not acknowledged",
		"the peer or the way to it is gone: programs wait until the kernel gives up, a quarter "
		"of an hour by default",
		"see whether the host is up; let the program set TCP_USER_TIMEOUT, or timeouts of its "
		"own" },
	[STUCK_ZERO_WINDOW] = {
		"a peer takes nothing", "to be sent",
		"its receive window is closed: the program there reads nothing, and the one here will "
		"block when its send buffer is full",
		"look at the program at the other end" },
	[STUCK_UNREAD] = {
		"a program reads nothing", "to be read",
		"when the receive buffer is full the window closes, and the peer has to wait",
		"see what keeps the program from reading" },
};

static void say(struct findings *findings, const struct stuck *stuck)
{
	const struct story *story = &stories[stuck->kind];
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = stuck->count,
		.what = story->what, .why = story->why, .action = story->action });
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "tcp %s %s, port %u%s%s",
		     stuck->role == SOCKPORT_ROLE_OUT ? "to" : "from",
		     words_address(text, stuck->remote, stuck->size, 0), stuck->port,
		     stuck->who ? ", of " : "", stuck->who ? stuck->who : "");
	findings_say(findings, &finding->seen, "%u connection%s with %s", stuck->count,
		     words_s(stuck->count), words_bytes(text, stuck->bytes));
	findings_say(findings, &finding->seen, " %s, for %s", story->bytes,
		     words_age(text, stuck->oldest));
	findings_say(findings, &finding->command,
		     "sockport sockets tcp --port %u --remote %s -p -o +timer,retr,lastsnd,lastrcv",
		     stuck->port, words_address(text, stuck->remote, stuck->size, 0));
}

/**
 * check_stuck - look for connections that are stuck
 * @look: what was seen
 * @findings: gets them
 */
void check_stuck(const struct look *look, struct findings *findings)
{
	const struct stuck *stuck = look->stuck.list;
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < look->stuck.count; i++) {
		if (!stuck[i].count)
			continue;
		all += stuck[i].count;
		findings_at(findings, stuck[i].netns);
		say(findings, &stuck[i]);
	}
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "stuck", .unit = "", .value = all, .warning = 1 });
}
