// SPDX-License-Identifier: GPL-2.0
/* What doctor found, as it was found. */
#include "doctor/check.h"
#include "doctor/look.h"
#include "record/take.h"

static struct nlmsghdr *begin(void *buffer, uint64_t known, uint32_t netns)
{
	struct nlmsghdr *message = moment_begin(buffer);

	moment_put_number(message, RECORD_A_FINDING_KNOWN, known);
	moment_put_number(message, RECORD_A_FINDING_NETNS, netns);
	return message;
}

static void put_texts(struct nlmsghdr *message, const char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		moment_put_text(message, RECORD_A_FINDING_TEXT + i, texts[i]);
}

static void put_finding(struct take *take, const struct finding *finding)
{
	const char *const texts[] = {
		finding->check, finding->what, finding->why, finding->action, finding->subject,
		finding->seen, finding->command,
	};
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	struct nlmsghdr *message = begin(buffer, finding->known, finding->netns);

	moment_put_number(message, RECORD_A_FINDING_SEVERITY, finding->severity);
	moment_put_number(message, RECORD_A_FINDING_SINCE, finding->since);
	put_texts(message, texts, sizeof(texts) / sizeof(*texts));
	moment_end(take->moment, message, RECORD_KIND_FINDING);
	if (finding->known >> FINDING_NETNS & 1)
		take_name(take, BOOK_NETNS, finding->netns, 0);
}

static void put_measure(struct take *take, const struct measure *measure)
{
	const char *const texts[] = { measure->name, measure->unit };
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	struct nlmsghdr *message = begin(buffer, measure->known, measure->netns);

	moment_put_number(message, RECORD_A_FINDING_VALUE, measure->value);
	moment_put_number(message, RECORD_A_FINDING_WARNING, measure->warning);
	moment_put_number(message, RECORD_A_FINDING_CRITICAL, measure->critical);
	put_texts(message, texts, sizeof(texts) / sizeof(*texts));
	moment_end(take->moment, message, RECORD_KIND_MEASURE);
}

static void put_unseen(struct take *take, const struct unseen *unseen)
{
	const char *const texts[] = { unseen->about, unseen->reason };
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	struct nlmsghdr *message = begin(buffer, unseen->known, unseen->netns);

	put_texts(message, texts, sizeof(texts) / sizeof(*texts));
	moment_end(take->moment, message, RECORD_KIND_UNSEEN);
}

static void put_findings(struct take *take, const struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		put_finding(take, &findings->list[i]);
	for (i = 0; i < findings->measure_count; i++)
		put_measure(take, &findings->measures[i]);
	for (i = 0; i < findings->unseen_count; i++)
		put_unseen(take, &findings->unseen[i]);
}

/**
 * take_findings - record what is wrong
 * @take: the moment in the making
 *
 * Takes as long as @take->watch says.
 */
void take_findings(struct take *take)
{
	const struct looking how = {
		.client = take->client,
		.names = take->names,
		.thresholds = take->thresholds,
		.interval = take->watch,
		.all_netns = take->all_netns,
	};
	struct failure failure = { 0 };
	struct findings findings = { 0 };
	struct look look = { 0 };

	if (look_take(&look, &how, &failure)) {
		take_missing(take, 0, failure.text);
	} else {
		checks_run(&look, &findings);
		if (findings.failed)
			take_missing(take, 0, "out of memory");
		else
			put_findings(take, &findings);
	}
	look_free(&look);
	findings_free(&findings);
}
