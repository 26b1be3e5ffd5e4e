// SPDX-License-Identifier: GPL-2.0
/*
 * Findings as a plugin of Nagios says them: a line with the state, what is worst and, behind a
 * bar, performance data; lines with more; the state again as exit status.
 */
#include "cmd/nagios.h"

#include <inttypes.h>
#include <stdio.h>

#include "cmd/doctor.h"
#include "columns/column.h"

static int state_of(const struct findings *findings)
{
	if (findings_number(findings, SEVERITY_CRITICAL))
		return NAGIOS_CRITICAL;
	return findings->count ? NAGIOS_WARNING : 0;
}

/* What is behind a bar is performance data. */
static void put_text(const char *text)
{
	for (; text && *text; text++)
		putchar(*text == '|' ? '/' : *text);
}

static void put_netns(uint64_t known, uint32_t netns, struct names *names)
{
	char name[NETNS_TEXT];

	if (!(known >> FINDING_NETNS & 1))
		return;
	fputs(" in ", stdout);
	put_text(netns_text(name, names, netns));
}

static void put_finding(const struct finding *finding, struct names *names)
{
	put_text(finding->what);
	if (finding->subject) {
		fputs(": ", stdout);
		put_text(finding->subject);
	}
	put_netns(finding->known, finding->netns, names);
}

/* Numbers of all namespaces are told for each: only those of the host have plain names. */
static void put_measure(const struct measure *measure)
{
	printf(" '%s", measure->name);
	if (measure->known >> FINDING_NETNS & 1)
		printf("@%" PRIu32, measure->netns);
	printf("'=%" PRIu64 "%s;%" PRIu64 ";", measure->value, measure->unit, measure->warning);
	if (measure->critical)
		printf("%" PRIu64, measure->critical);
	printf(";0");
}

/**
 * nagios_put - print findings as a plugin does
 * @findings: sorted
 * @names: of network namespaces
 *
 * Return: the exit status that goes with them.
 */
int nagios_put(const struct findings *findings, struct names *names)
{
	static const char *const words[] = {
		[0] = "OK", [NAGIOS_WARNING] = "WARNING", [NAGIOS_CRITICAL] = "CRITICAL",
	};
	const int state = state_of(findings);
	size_t i;

	printf("SOCKPORT %s - ", words[state]);
	if (findings->count) {
		printf("%u critical, %u warning; ",
		       findings_number(findings, SEVERITY_CRITICAL),
		       findings_number(findings, SEVERITY_WARNING));
		put_finding(&findings->list[0], names);
	} else {
		printf("nothing is wrong");
	}
	printf(" |");
	for (i = 0; i < findings->measure_count; i++)
		put_measure(&findings->measures[i]);
	putchar('\n');
	for (i = 0; i < findings->count; i++) {
		put_finding(&findings->list[i], names);
		fputs("; ", stdout);
		put_text(findings->list[i].seen);
		putchar('\n');
	}
	for (i = 0; i < findings->unseen_count; i++) {
		printf("not looked at: %s", findings->unseen[i].about);
		put_netns(findings->unseen[i].known, findings->unseen[i].netns, names);
		putchar('\n');
	}
	return state;
}
