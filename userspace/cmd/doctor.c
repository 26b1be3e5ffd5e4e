// SPDX-License-Identifier: GPL-2.0
/* What is wrong: as text, as JSON, or as a plugin of Nagios says it. */
#include "cmd/doctor.h"

#include <stdio.h>

#include "cmd/nagios.h"
#include "columns/report.h"
#include "columns/tables.h"
#include "count/snapshot.h"
#include "doctor/check.h"
#include "doctor/look.h"
#include "table/escape.h"
#include "table/prose.h"
#include "table/terminal.h"

/* Where what is told of a finding begins. */
#define INDENT		9
/* Where nobody says how long, in milliseconds. */
#define INTERVAL	1000

static int put_part(struct report *report, const char *key, const struct columns *columns,
		    const void *rows, size_t size, size_t count)
{
	struct selection selection = { 0 };

	selection_default(&selection, columns, COLUMN_IN_JSON, false);
	return report_rows(report, key, NULL, &selection, rows, size, count);
}

static int put_json(const struct findings *findings, struct names *names,
		    struct failure *failure)
{
	struct report report = { .json = true };
	int error;

	if (report_begin(&report, names, failure))
		return -1;
	error = put_part(&report, "findings", &finding_columns, findings->list,
			 sizeof(*findings->list), findings->count) ||
		put_part(&report, "measures", &measure_columns, findings->measures,
			 sizeof(*findings->measures), findings->measure_count) ||
		put_part(&report, "unseen", &unseen_columns, findings->unseen,
			 sizeof(*findings->unseen), findings->unseen_count) ? -1 : 0;
	return report_end(&report, error);
}

static void put_line(const char *label, const char *text)
{
	if (!text)
		return;
	printf("  %-*s", INDENT - 2, label);
	prose_put(stdout, text, terminal_width(), INDENT, INDENT);
}

static void put_finding(const struct finding *finding, struct names *names)
{
	const bool has_netns = row_knows(finding, FINDING_NETNS);
	char netns[NETNS_TEXT];

	prose_printf(stdout, terminal_width(), "%s: %s%s%s%s%s%s",
		     finding->severity == SEVERITY_CRITICAL ? "CRITICAL" : "WARNING",
		     finding->what, finding->subject ? ": " : "",
		     finding->subject ? finding->subject : "", has_netns ? " (in " : "",
		     has_netns ? netns_text(netns, names, finding->netns) : "",
		     has_netns ? ")" : "");
	put_line("Seen:", finding->seen);
	put_line("Why:", finding->why);
	put_line("Do:", finding->action);
	if (finding->command) {
		printf("  %-*s", INDENT - 2, "More:");
		prose_put_command(stdout, finding->command, terminal_width(), INDENT);
	}
}

static void put_unseen(const struct unseen *unseen, struct names *names)
{
	const bool has_netns = row_knows(unseen, FINDING_NETNS);
	char netns[NETNS_TEXT];

	prose_printf(stdout, terminal_width(), "Not looked at: %s%s%s (%s)", unseen->about,
		     has_netns ? " of " : "",
		     has_netns ? netns_text(netns, names, unseen->netns) : "", unseen->reason);
}

static void put_text(const struct findings *findings, struct names *names)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (i)
			putchar('\n');
		put_finding(&findings->list[i], names);
	}
	if (findings->count && findings->unseen_count)
		putchar('\n');
	for (i = 0; i < findings->unseen_count; i++)
		put_unseen(&findings->unseen[i], names);
}

/**
 * doctor_put - print what was found
 * @findings: that
 * @options: the form
 * @names: names of namespaces
 * @failure: what went wrong; its @success says whether something was found
 *
 * Return: 0 or -1.
 */
int doctor_put(const struct findings *findings, const struct options *options,
	       struct names *names, struct failure *failure)
{
	if (findings->failed)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (options->nagios) {
		failure->success = nagios_put(findings, names);
		return 0;
	}
	failure->success = findings->count ? EXIT_FOUND : 0;
	if (options->json)
		return put_json(findings, names, failure);
	put_text(findings, names);
	return 0;
}

/**
 * doctor_print - look for what is wrong, and print it
 * @client: the client
 * @options: thresholds and the form
 * @names: names of namespaces and interfaces
 * @failure: what went wrong; its @success says whether something was found
 *
 * Return: 0, or -1 if it could not look.
 */
int doctor_print(struct client *client, const struct options *options, struct names *names,
		 struct failure *failure)
{
	struct looking how = {
		.client = client,
		.names = names,
		.thresholds = &options->thresholds,
		.interval = options->interval ? options->interval : INTERVAL,
		.netns = options->netns,
		.all_netns = options->all_netns,
	};
	struct snapshot baseline = { 0 };
	struct findings findings = { 0 };
	struct look look = { 0 };
	int error = 0;

	if (options->baseline) {
		error = snapshot_read(&baseline, options->baseline, failure);
		how.baseline = &baseline;
	}
	if (!error)
		error = look_take(&look, &how, failure);
	if (!error) {
		checks_run(&look, &findings);
		error = doctor_put(&findings, options, names, failure);
	}
	look_free(&look);
	findings_free(&findings);
	snapshot_free(&baseline);
	return error;
}
