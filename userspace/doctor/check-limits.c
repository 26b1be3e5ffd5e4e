// SPDX-License-Identifier: GPL-2.0
/* Orphans, sockets in TIME_WAIT and open files near their limits. */
#include <inttypes.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/words.h"

/**
 * struct rule - a limit and what it means to reach it
 * @name: in struct limit
 * @is_host: it is the host's, not that of a network namespace
 * @what: is wrong
 * @why: that matters
 * @action: against it
 * @command: shows more
 */
struct rule {
	const char *name;
	bool is_host;
	const char *what;
	const char *why;
	const char *action;
	const char *command;
};

static const struct rule rules[] = {
	{ "files", true, "open files of the host run out",
	  "accept(), socket() and open() fail with ENFILE, for all but root",
	  "find who has most of them open, or raise fs.file-max", "sockport who" },
	{ "orphans", true, "sockets that no process has open are many",
	  "beyond the limit the kernel resets them, with what they have not sent yet",
	  "look at peers that do not acknowledge, or raise net.ipv4.tcp_max_orphans",
	  "sockport sockets tcp state fin-wait1 or state last-ack" },
	{ "time_wait", false, "sockets in TIME_WAIT are many",
	  "beyond the limit connections skip TIME_WAIT: late segments can end up in new ones",
	  "use connections again, let the other end close first, or raise "
	  "net.ipv4.tcp_max_tw_buckets", "sockport sockets tcp time-wait" },
};

static bool knows_both(const struct limit *limit)
{
	return row_knows(limit, LIMIT_USED) && row_knows(limit, LIMIT_MAX) && limit->max;
}

static void say(struct findings *findings, const struct rule *rule, const struct limit *limit)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = limit->used >= limit->max ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = limit_percent(limit->used, limit->max),
		.what = rule->what, .why = rule->why, .action = rule->action });

	findings_say(findings, &finding->seen, "%" PRIu64 " of %" PRIu64 ", that is %u percent",
		     limit->used, limit->max, limit_percent(limit->used, limit->max));
	findings_say(findings, &finding->command, "%s", rule->command);
}

/* Whether that is the limit of the rule, and known. */
static bool check_rule(const struct look *look, struct findings *findings,
		       const struct rule *rule, const struct limit *limit)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);

	if (!limit->name || strcmp(limit->name, rule->name) || !knows_both(limit))
		return false;
	if (limit_percent(limit->used, limit->max) >= threshold)
		say(findings, rule, limit);
	findings_measure(findings, &(struct measure){
		.name = rule->name, .unit = "%",
		.value = limit_percent(limit->used, limit->max), .warning = threshold,
		.critical = 100 });
	return true;
}

static void check_overflow(const struct look *look, struct findings *findings,
			   const struct space *space)
{
	const uint64_t skipped = counters_grown(&space->before, &space->after,
						COUNTER_TIME_WAIT_OVERFLOW);
	struct finding *finding;
	char text[WORDS_MAX];

	if (!skipped)
		return;
	finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_CRITICAL, .weight = 1000 + skipped,
		.what = "connections skip TIME_WAIT", .why = rules[2].why,
		.action = rules[2].action });
	findings_say(findings, &finding->seen, "%" PRIu64 " in %s", skipped,
		     words_seconds(text, look->milliseconds));
	findings_say(findings, &finding->command, "%s", rules[2].command);
}

/**
 * check_limits - look for limits that are near
 * @look: what was seen
 * @findings: gets them
 */
void check_limits(const struct look *look, struct findings *findings)
{
	const struct space *space;
	unsigned int told = 0;
	size_t i, j;

	check_each_space(look, space) {
		if (!space->is_seen)
			continue;
		for (i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
			findings_at(findings, rules[i].is_host ? 0 : space->netns);
			for (j = 0; j < LIMITS_READ && !(told >> i & 1); j++)
				if (check_rule(look, findings, &rules[i], &space->limits[j]))
					told |= rules[i].is_host << i;
		}
		findings_at(findings, space->netns);
		check_overflow(look, findings, space);
	}
}
