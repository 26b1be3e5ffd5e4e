// SPDX-License-Identifier: GPL-2.0
/* Destinations that many connections to failed lately. */
#include "doctor/check.h"
#include "doctor/words.h"
#include "format/words.h"

/**
 * struct advice - what a cause means
 * @why: what that says
 * @action: what to do about it
 */
struct advice {
	const char *why;
	const char *action;
};

static const struct advice advices[] = {
	[SOCKPORT_CAUSE_REFUSED] = {
		"the host answers, but nobody listens at that port, or its firewall says so",
		"see whether the service runs there and at this address" },
	[SOCKPORT_CAUSE_TIMED_OUT] = {
		"nobody answers: each attempt costs its program minutes",
		"see whether the host is up, and whether a firewall drops what goes there" },
	[SOCKPORT_CAUSE_UNREACHABLE] = {
		"a router, or this host, knows no way there",
		"look at the routes, and the firewalls on the way" },
	[SOCKPORT_CAUSE_GIVEN_UP] = {
		"the program did not wait for an answer any longer",
		"see whether the host is slow or down, or the program's timeout is short" },
};

static const struct advice *advice_for(uint8_t cause)
{
	static const struct advice other = {
		"programs that need the service do without, or try again and again",
		"look at the cause",
	};

	return cause < sizeof(advices) / sizeof(*advices) && advices[cause].why ?
	       &advices[cause] : &other;
}

static void say(struct findings *findings, const struct failed *failed)
{
	const struct advice *advice = advice_for(failed->cause);
	const char *cause = word_cause(failed->cause), *kind = word_protocol(failed->protocol);
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = failed->count, .since = failed->first,
		.what = "connections fail", .why = advice->why, .action = advice->action });
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s to %s", kind ? kind : "-",
		     words_address(text, failed->remote, failed->size, failed->port));
	findings_say(findings, &finding->seen, "%u %s since %s", failed->count,
		     cause ? cause : "failed", words_moment(text, failed->first));
	findings_say(findings, &finding->seen, ", the last at %s", words_moment(text, failed->last));
	if (*failed->comm)
		findings_say(findings, &finding->seen, ", of %s",
			     words_process(text, failed->comm, 0));
	findings_say(findings, &finding->command, "sockport closed --remote-port %u", failed->port);
}

/**
 * check_failures - look for connections that fail
 * @look: what was seen
 * @findings: gets them
 */
void check_failures(const struct look *look, struct findings *findings)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FAILURES);
	const struct failed *failed = look->failed.list;
	uint64_t worst = 0;
	size_t i;

	for (i = 0; i < look->failed.count; i++) {
		if (failed[i].cause == SOCKPORT_CAUSE_NO_LOCAL_PORT)
			continue;
		if (failed[i].count > worst)
			worst = failed[i].count;
		findings_at(findings, failed[i].netns);
		if (failed[i].count >= threshold)
			say(findings, &failed[i]);
	}
	findings_at(findings, 0);
	if (look->has_history && !look->no_past)
		findings_measure(findings, &(struct measure){
			.name = "failures", .unit = "", .value = worst, .warning = threshold });
}
