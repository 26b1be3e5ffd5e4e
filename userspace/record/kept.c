// SPDX-License-Identifier: GPL-2.0
/* What doctor found when it was recorded. */
#include "record/kept.h"

#include <stdlib.h>
#include <string.h>

#include "record/message.h"

/* So much can be told. A file that came from elsewhere may have any number. */
#define FINDINGS_MAX	10000
#define TEXTS_MAX	10000

/**
 * struct place - where something that was found is; an item of a hash
 * @netns: in this network namespace
 * @check: who found it, as it is kept
 * @what: what it is, as it is kept
 * @subject: with what, as the finding has it
 * @number: of those of one moment that differ by nothing else, from 0 on
 * @at: its place among all
 * @moment: that it was seen in last
 */
struct place {
	uint32_t netns;
	const char *check;
	const char *what;
	const char *subject;
	uint32_t number;
	size_t at;
	size_t moment;
};

static uint32_t hash_text(const void *thing)
{
	const char *text = *(const char *const *)thing;

	return hash_bytes(0, text, strlen(text));
}

static bool same_text(const void *left, const void *right)
{
	return !strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const struct hash_kind kind_of_text = {
	.size = sizeof(char *), .hash = hash_text, .same = same_text,
};

static uint32_t hash_place(const void *thing)
{
	const struct place *place = thing;
	const uint32_t hash = hash_bytes(place->netns ^ place->number << 16, place->what,
					 strlen(place->what));

	return place->subject ? hash_bytes(hash, place->subject, strlen(place->subject)) : hash;
}

static bool is_same_subject(const char *one, const char *other)
{
	return !one == !other && (!one || !strcmp(one, other));
}

/* Of a text that is kept, there is one. */
static bool same_place(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return a->netns == b->netns && a->number == b->number && a->check == b->check &&
	       a->what == b->what && is_same_subject(a->subject, b->subject);
}

static const struct hash_kind kind_of_place = {
	.size = sizeof(struct place), .hash = hash_place, .same = same_place,
};

/* The same ones come with each moment. What is not said is empty. */
static const char *keep(struct kept *kept, char *text)
{
	char **known;

	if (!text)
		return "";
	known = hash_add(&kept->texts, &kind_of_text, &text);
	if (known && *known == text)
		return text;
	free(text);
	kept->findings.failed |= !known;
	return known ? *known : "";
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

/* Its place from an earlier moment, or a new one at the end; NULL without memory. */
static struct place *place_of(struct kept *kept, const struct finding *finding)
{
	struct place *place, key = {
		.netns = finding->netns, .check = finding->check, .what = finding->what,
		.subject = finding->subject, .at = kept->findings.count,
	};

	while ((place = hash_find(&kept->places, &kind_of_place, &key)) &&
	       place->moment == kept->moments)
		key.number++;
	return place ? place : hash_add(&kept->places, &kind_of_place, &key);
}

static void free_texts(struct finding *finding)
{
	free(finding->subject);
	free(finding->seen);
	free(finding->command);
}

/* What was found before is told as it was seen last. */
static void put_finding(struct kept *kept, struct finding *finding)
{
	struct place *place = place_of(kept, finding);
	struct findings *findings = &kept->findings;
	const bool is_new = place && place->at == findings->count;

	findings->failed |= !place;
	if (is_new && !findings->failed)
		findings_add(findings, finding);
	if (findings->failed) {
		free_texts(finding);
		return;
	}
	if (!is_new)
		free_texts(&findings->list[place->at]);
	findings->list[place->at] = *finding;
	place->subject = finding->subject;
	place->moment = kept->moments;
}

static void add_finding(struct kept *kept, const struct nlmsghdr *message)
{
	struct finding finding = {
		.severity = message_number(message, RECORD_A_FINDING_SEVERITY) ?
			    SEVERITY_CRITICAL : SEVERITY_WARNING,
		.since = message_number(message, RECORD_A_FINDING_SINCE),
		.check = text_of_message(kept, message, 0),
		.what = text_of_message(kept, message, 1),
		.why = text_of_message(kept, message, 2),
		.action = text_of_message(kept, message, 3),
		.subject = message_line(message, RECORD_A_FINDING_TEXT + 4),
		.seen = message_line(message, RECORD_A_FINDING_TEXT + 5),
		.command = message_line(message, RECORD_A_FINDING_TEXT + 6),
	};

	set_known(message, &finding.known, &finding.netns);
	put_finding(kept, &finding);
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

static void add(struct kept *kept, const struct nlmsghdr *message)
{
	if (message->nlmsg_type == RECORD_KIND_FINDING)
		add_finding(kept, message);
	else if (message->nlmsg_type == RECORD_KIND_MEASURE)
		add_measure(kept, message);
	else if (message->nlmsg_type == RECORD_KIND_UNSEEN)
		add_unseen(kept, message);
}

static bool is_full(const struct kept *kept)
{
	const struct findings *findings = &kept->findings;

	return findings->count + findings->measure_count + findings->unseen_count > FINDINGS_MAX ||
	       kept->texts.count > TEXTS_MAX;
}

/**
 * kept_add - add what was found at a moment
 * @kept: gets it; of what was found before, too, there is the last
 * @moment: the moment
 * @failure: that there is no memory, or that it is too much
 *
 * Return: 0 or -1.
 */
int kept_add(struct kept *kept, const struct moment *moment, struct failure *failure)
{
	size_t i;

	kept->moments++;
	forget_last(&kept->findings);
	for (i = 0; i < moment->count; i++) {
		add(kept, moment_at(moment, i));
		if (kept->findings.failed)
			return failure_set(failure, EXIT_RUN, "out of memory");
		if (is_full(kept))
			return failure_set(failure, EXIT_RUN,
					   "more was found then than can be told: choose a shorter time");
	}
	return 0;
}

/**
 * kept_free - forget it
 * @kept: as zeroed afterwards
 */
void kept_free(struct kept *kept)
{
	char **texts = kept->texts.list;
	size_t i;

	findings_free(&kept->findings);
	for (i = 0; i < kept->texts.count; i++)
		free(texts[i]);
	hash_free(&kept->texts);
	hash_free(&kept->places);
	*kept = (struct kept){ 0 };
}
