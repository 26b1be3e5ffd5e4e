// SPDX-License-Identifier: GPL-2.0
/* What doctor found when it was recorded. */
#include "record/kept.h"

#include <stdlib.h>
#include <string.h>

#include "record/message.h"

/* A moment of a file that came from elsewhere may have any number. */
#define FINDINGS_MAX	10000

/* Who keeps the text; what is not said is empty. */
static const char *keep(struct kept *kept, char *text)
{
	const size_t room = kept->room ? 2 * kept->room : 64;
	char **texts;

	if (text && kept->count == kept->room) {
		texts = realloc(kept->texts, room * sizeof(*texts));
		if (!texts) {
			free(text);
			kept->findings.failed = true;
			return "";
		}
		kept->texts = texts;
		kept->room = room;
	}
	if (text)
		kept->texts[kept->count++] = text;
	return text ? text : "";
}

static const char *text_of_message(struct kept *kept, const struct nlmsghdr *message,
				   unsigned int i)
{
	return keep(kept, message_line(message, RECORD_A_FINDING_TEXT + i));
}

static void set_known(const struct nlmsghdr *message, uint64_t *known, uint32_t *netns)
{
	const uint64_t all = 1u << FINDING_ALL | 1u << FINDING_NETNS | 1u << FINDING_SINCE;

	*known = message_number(message, RECORD_A_FINDING_KNOWN) & all;
	*netns = message_number(message, RECORD_A_FINDING_NETNS);
}

static bool is_same_text(const char *one, const char *other)
{
	return !one == !other && (!one || !strcmp(one, other));
}

static bool is_same(const struct finding *one, const struct finding *other)
{
	return one->netns == other->netns && !strcmp(one->check, other->check) &&
	       !strcmp(one->what, other->what) && is_same_text(one->subject, other->subject);
}

/* What was found before is told as it was seen last. */
static void drop_earlier(struct findings *findings, size_t earlier)
{
	const struct finding last = findings->list[findings->count - 1];
	struct finding *finding;
	size_t i;

	for (i = 0; i < earlier; i++) {
		finding = &findings->list[i];
		if (!is_same(finding, &last))
			continue;
		free(finding->subject);
		free(finding->seen);
		free(finding->command);
		*finding = last;
		findings->count--;
		return;
	}
}

static void add_finding(struct kept *kept, const struct nlmsghdr *message, size_t earlier)
{
	struct finding *finding = findings_add(&kept->findings, &(struct finding){
		.severity = message_number(message, RECORD_A_FINDING_SEVERITY) ?
			    SEVERITY_CRITICAL : SEVERITY_WARNING,
		.since = message_number(message, RECORD_A_FINDING_SINCE),
	});

	if (kept->findings.failed)
		return;
	set_known(message, &finding->known, &finding->netns);
	finding->check = text_of_message(kept, message, 0);
	finding->what = text_of_message(kept, message, 1);
	finding->why = text_of_message(kept, message, 2);
	finding->action = text_of_message(kept, message, 3);
	finding->subject = message_line(message, RECORD_A_FINDING_TEXT + 4);
	finding->seen = message_line(message, RECORD_A_FINDING_TEXT + 5);
	finding->command = message_line(message, RECORD_A_FINDING_TEXT + 6);
	drop_earlier(&kept->findings, earlier);
}

/* Of a time, only the last numbers are told. */
static void add_measure(struct kept *kept, const struct nlmsghdr *message)
{
	struct measure measure = {
		.name = text_of_message(kept, message, 0),
		.unit = text_of_message(kept, message, 1),
		.value = message_number(message, RECORD_A_FINDING_VALUE),
		.warning = message_number(message, RECORD_A_FINDING_WARNING),
		.critical = message_number(message, RECORD_A_FINDING_CRITICAL),
	};
	struct findings *findings = &kept->findings;
	size_t count = findings->measure_count;

	findings_measure(findings, &measure);
	if (findings->measure_count > count)
		set_known(message, &findings->measures[count].known,
			  &findings->measures[count].netns);
}

static void add_unseen(struct kept *kept, const struct nlmsghdr *message)
{
	char *reason = message_line(message, RECORD_A_FINDING_TEXT + 1);
	struct findings *findings = &kept->findings;
	size_t count = findings->unseen_count;

	findings_unseen(findings, text_of_message(kept, message, 0), "%s", reason ? reason : "");
	if (findings->unseen_count > count)
		set_known(message, &findings->unseen[count].known,
			  &findings->unseen[count].netns);
	free(reason);
}

static void forget_last(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->unseen_count; i++)
		free(findings->unseen[i].reason);
	findings->unseen_count = 0;
	findings->measure_count = 0;
}

/**
 * kept_add - add what was found at a moment
 * @kept: gets it; of what was found before, too, there is the last
 * @moment: the moment
 *
 * Return: false without memory.
 */
bool kept_add(struct kept *kept, const struct moment *moment)
{
	const size_t earlier = kept->findings.count;
	const struct nlmsghdr *message;
	size_t i, count = 0;

	forget_last(&kept->findings);
	for (i = 0; i < moment->count && count < FINDINGS_MAX; i++) {
		message = moment_at(moment, i);
		count += message->nlmsg_type >= RECORD_KIND_FINDING &&
			 message->nlmsg_type <= RECORD_KIND_UNSEEN;
		if (message->nlmsg_type == RECORD_KIND_FINDING)
			add_finding(kept, message, earlier);
		else if (message->nlmsg_type == RECORD_KIND_MEASURE)
			add_measure(kept, message);
		else if (message->nlmsg_type == RECORD_KIND_UNSEEN)
			add_unseen(kept, message);
	}
	return !kept->findings.failed;
}

/**
 * kept_free - forget it
 * @kept: as zeroed afterwards
 */
void kept_free(struct kept *kept)
{
	size_t i;

	findings_free(&kept->findings);
	for (i = 0; i < kept->count; i++)
		free(kept->texts[i]);
	free(kept->texts);
	*kept = (struct kept){ 0 };
}
