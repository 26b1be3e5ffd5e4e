// SPDX-License-Identifier: GPL-2.0
/* Connections that the peer has closed and a program has not, by program. */
#include "doctor/check.h"
#include "doctor/words.h"

static void say(const struct look *look, struct findings *findings, const struct lazy *lazy)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = lazy->count,
		.since = look->now - lazy->oldest,
		.what = "connections are not closed",
		.why = "the peer has closed them and the program has not: each keeps a descriptor, "
		       "memory and a port for ever, until the program can open no more",
		.action = "mend the program: when read() returns 0 it has to close(); until then "
			  "restart it, or end them with sockport kill",
	});
	char text[WORDS_MAX];

	if (*lazy->comm || lazy->pid)
		findings_say(findings, &finding->subject, "%s",
			     words_process(text, lazy->comm, lazy->pid));
	findings_say(findings, &finding->seen, "%u in CLOSE_WAIT for more than %u s", lazy->count,
		     look_threshold(look, THRESHOLD_CLOSE_WAIT));
	findings_say(findings, &finding->seen, ", the oldest for %s", words_age(text, lazy->oldest));
	findings_say(findings, &finding->seen, ", with %s unread; one is of port %u",
		     words_bytes(text, lazy->unread), lazy->port);
	findings_say(findings, &finding->command, "sockport sockets tcp close-wait -p");
}

/**
 * check_close_wait - look for connections that nobody closes
 * @look: what was seen
 * @findings: gets them
 */
void check_close_wait(const struct look *look, struct findings *findings)
{
	const struct lazy *lazy = look->lazy.list;
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < look->lazy.count; i++) {
		if (!lazy[i].count)
			continue;
		all += lazy[i].count;
		findings_at(findings, lazy[i].netns);
		say(look, findings, &lazy[i]);
	}
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "close_wait", .unit = "", .value = all, .warning = 1 });
}
