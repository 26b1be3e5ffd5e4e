// SPDX-License-Identifier: GPL-2.0
/* What the module itself had no room for. */
#include <inttypes.h>

#include "doctor/check.h"
#include "doctor/words.h"

/**
 * struct loss - something that the module may lose
 * @attribute: SOCKPORT_A_STATS_*
 * @what: is lost
 * @action: against it
 */
struct loss {
	unsigned int attribute;
	const char *what;
	const char *action;
};

static const struct loss losses[] = {
	{ SOCKPORT_A_STATS_HISTORY_ROWS_LOST, "things that went uncounted",
	  "raise the parameter history_rows of the module" },
	{ SOCKPORT_A_STATS_HISTORY_SOCKETS_LOST, "sockets that could not be followed",
	  "raise the parameter history_sockets of the module" },
	{ SOCKPORT_A_STATS_MISSED_CHAINS, "chains of sockets that could not be listed",
	  "see sockport stats: somebody may fill one chain of a table on purpose" },
	{ SOCKPORT_A_STATS_EVENTS_LOST, "events that nobody was told of",
	  "let who follows events read faster, or follow fewer" },
};

static uint64_t grown(const struct look *look, unsigned int attribute)
{
	if (!row_knows(&look->before, attribute) || !row_knows(&look->after, attribute) ||
	    look->after.values[attribute] < look->before.values[attribute])
		return 0;
	return look->after.values[attribute] - look->before.values[attribute];
}

static void say(const struct look *look, struct findings *findings, const struct loss *loss,
		uint64_t lost)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = lost, .what = "sockport loses something",
		.why = "what it says of the past, and so what is said here, is not complete",
		.action = loss->action });
	char text[WORDS_MAX];

	findings_say(findings, &finding->seen, "%s: %" PRIu64 " in %s, %" PRIu64
		     " since the module was loaded", loss->what, lost,
		     words_seconds(text, look->milliseconds), look->after.values[loss->attribute]);
	findings_say(findings, &finding->command, "sockport stats");
}

/**
 * check_module - look for what the module has lost
 * @look: what was seen
 * @findings: gets it
 */
void check_module(const struct look *look, struct findings *findings)
{
	uint64_t lost, all = 0;
	size_t i;

	for (i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		lost = grown(look, losses[i].attribute);
		all += lost;
		if (lost)
			say(look, findings, &losses[i], lost);
	}
	findings_measure(findings, &(struct measure){
		.name = "module_lost", .unit = "", .value = all, .warning = 1 });
}
