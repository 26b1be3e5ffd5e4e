// SPDX-License-Identifier: GPL-2.0
/* Who calls one closed port after the other, and closed ports that are called again and again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/words.h"
#include "format/clock.h"
#include "format/words.h"

static int compare(const void *left, const void *right)
{
	const struct door_row *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->source_size != b->source_size)
		return a->source_size - b->source_size;
	return memcmp(a->source, b->source, a->source_size);
}

static void say_scan(struct findings *findings, const struct door_row *first, size_t count)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = count, .what = "somebody scans ports",
		.why = "it is how one looks for services to break into; or a program that looks for "
		       "its own at the wrong place",
		.action = "see whether you know the source; block it, and look at what is open to it",
	});
	uint64_t since = first->first, last = first->last;
	char text[WORDS_MAX];
	size_t i;

	for (i = 1; i < count; i++) {
		since = first[i].first < since ? first[i].first : since;
		last = first[i].last > last ? first[i].last : last;
	}
	finding->since = since;
	finding->known |= 1u << FINDING_SINCE;
	findings_say(findings, &finding->subject, "%s",
		     words_address(text, first->source, first->source_size, 0));
	findings_say(findings, &finding->seen, "%zu closed ports called since %s", count,
		     words_moment(text, since));
	findings_say(findings, &finding->seen, ", the last at %s", words_moment(text, last));
	findings_say(findings, &finding->command, "sockport closed-doors --remote %s",
		     words_address(text, first->source, first->source_size, 0));
}

/* Attempts in the time that is recent, on average. */
static uint64_t recent_attempts(const struct look *look, const struct door_row *door)
{
	const uint64_t recent = look_threshold(look, THRESHOLD_RECENT) * MS_PER_S;
	const uint64_t known = look->now > door->first ? look->now - door->first : 0;

	return known <= recent ? door->attempts : door->attempts * recent / known;
}

static void say_knocks(struct findings *findings, const struct door_row *door)
{
	const char *kind = word_protocol(door->protocol);
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = door->attempts, .since = door->first,
		.what = "a closed port is called again and again",
		.why = "a service is missing here that others count on, or somebody tries to get in",
		.action = "start the service, tell the callers, or block them",
	});
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s port %u", kind ? kind : "-", door->port);
	findings_say(findings, &finding->seen, "%" PRIu64 " attempts since %s", door->attempts,
		     words_moment(text, door->first));
	findings_say(findings, &finding->seen, ", the last by %s",
		     words_address(text, door->source, door->source_size, 0));
	findings_say(findings, &finding->seen, " at %s", words_moment(text, door->last));
	findings_say(findings, &finding->command, "sockport closed-doors --port %u", door->port);
}

/* An answer to who does not wait for it any more: nobody has called a service. */
static bool is_late_answer(const struct look *look, const struct door_row *door)
{
	const struct space *space;

	if (door->protocol != SOCKPORT_PROTOCOL_UDP && door->protocol != SOCKPORT_PROTOCOL_UDPLITE)
		return false;
	check_each_space(look, space)
		if (space->netns == door->netns && space->has_range &&
		    door->port >= space->destinations.range.first &&
		    door->port <= space->destinations.range.last)
			return true;
	return false;
}

static size_t drop_answers(const struct look *look, struct door_row *doors, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (!is_late_answer(look, &doors[i]))
			doors[kept++] = doors[i];
	return kept;
}

/**
 * check_scans - look for who scans ports
 * @look: what was seen
 * @findings: gets them
 */
void check_scans(const struct look *look, struct findings *findings)
{
	struct door_row *doors = look->doors.list;
	const size_t count = drop_answers(look, doors, look->doors.count);
	size_t first, end, most = 0;

	if (count)
		qsort(doors, count, sizeof(*doors), compare);
	for (first = 0; first < count; first = end) {
		for (end = first + 1; end < count && !compare(&doors[first], &doors[end]); end++)
			;
		if (end - first > most)
			most = end - first;
		findings_at(findings, doors[first].netns);
		if (end - first >= look_threshold(look, THRESHOLD_SCAN))
			say_scan(findings, &doors[first], end - first);
	}
	for (first = 0; first < count; first++) {
		findings_at(findings, doors[first].netns);
		if (recent_attempts(look, &doors[first]) >= look_threshold(look, THRESHOLD_KNOCKS))
			say_knocks(findings, &doors[first]);
	}
	findings_at(findings, 0);
	if (look->has_history && !look->no_doors)
		findings_measure(findings, &(struct measure){
			.name = "scanned_ports", .unit = "", .value = most,
			.warning = look_threshold(look, THRESHOLD_SCAN) });
}
