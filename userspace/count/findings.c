// SPDX-License-Identifier: GPL-2.0
/* What is wrong, how wrong that is, and what nobody could look at. */
#include "count/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One more thing at the end of a list, which has room for as many as the next power of two;
 * NULL without memory.
 */
static void *append(struct findings *findings, void *list_pointer, size_t *count, size_t size)
{
	const bool is_full = !(*count & (*count - 1));
	void **list = list_pointer;
	char *grown = is_full ? realloc(*list, (*count ? 2 * *count : 1) * size) : *list;

	if (!grown) {
		findings->failed = true;
		return NULL;
	}
	*list = grown;
	return memset(grown + size * (*count)++, 0, size);
}

static uint64_t known_of(const struct findings *findings, uint64_t known)
{
	known |= 1u << FINDING_ALL;
	return findings->has_netns ? known | 1u << FINDING_NETNS : known;
}

/**
 * findings_at - what follows is about a network namespace
 * @findings: the findings
 * @netns: its inode, 0 for the one that was asked about, or the host
 */
void findings_at(struct findings *findings, uint32_t netns)
{
	findings->netns = netns;
	findings->has_netns = netns;
}

/**
 * findings_add - something is wrong
 * @findings: gets it
 * @about: what is known of it; texts that are not constant are said later
 *
 * Return: it, until the next one is added.
 */
struct finding *findings_add(struct findings *findings, const struct finding *about)
{
	static struct finding nowhere;
	struct finding *finding;

	finding = append(findings, &findings->list, &findings->count, sizeof(*finding));
	if (!finding)
		return &nowhere;
	*finding = *about;
	finding->known = known_of(findings, about->since ? 1u << FINDING_SINCE : 0);
	finding->netns = findings->netns;
	finding->check = findings->check;
	finding->order = findings->order;
	return finding;
}

/**
 * findings_measure - a number that a check looked at
 * @findings: gets it
 * @measure: the number
 */
void findings_measure(struct findings *findings, const struct measure *measure)
{
	struct measure *kept = append(findings, &findings->measures, &findings->measure_count,
				      sizeof(*kept));

	if (!kept)
		return;
	*kept = *measure;
	kept->known = known_of(findings, 0);
	kept->netns = findings->netns;
}

static void say(struct findings *findings, char **text, const char *format, va_list args)
{
	char *more, *all;

	if (vasprintf(&more, format, args) < 0) {
		findings->failed = true;
		return;
	}
	if (!*text) {
		*text = more;
		return;
	}
	if (asprintf(&all, "%s%s", *text, more) < 0) {
		findings->failed = true;
	} else {
		free(*text);
		*text = all;
	}
	free(more);
}

/**
 * findings_unseen - something could not be looked at
 * @findings: gets it
 * @about: what that is
 * @format: as of printf(), why
 */
void findings_unseen(struct findings *findings, const char *about, const char *format, ...)
{
	struct unseen *unseen = append(findings, &findings->unseen, &findings->unseen_count,
				       sizeof(*unseen));
	va_list args;

	if (!unseen)
		return;
	unseen->known = known_of(findings, 0);
	unseen->netns = findings->netns;
	unseen->about = about;
	va_start(args, format);
	say(findings, &unseen->reason, format, args);
	va_end(args);
}

/**
 * findings_say - say more of a finding
 * @findings: who it belongs to
 * @text: one of its texts, gets longer
 * @format: as of printf()
 */
void findings_say(struct findings *findings, char **text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(findings, text, format, args);
	va_end(args);
}

/**
 * findings_any_at - has the check that is at it found something there?
 * @findings: the findings
 * @netns: inode of the network namespace, as for findings_at()
 *
 * Return: whether it has.
 */
bool findings_any_at(const struct findings *findings, uint32_t netns)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->list[i].order == findings->order &&
		    findings->list[i].netns == netns)
			return true;
	return false;
}

/**
 * findings_number - how many findings there are
 * @findings: the findings
 * @severity: of that one only
 *
 * Return: the number.
 */
unsigned int findings_number(const struct findings *findings, enum severity severity)
{
	unsigned int number = 0;
	size_t i;

	for (i = 0; i < findings->count; i++)
		number += findings->list[i].severity == severity;
	return number;
}

static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->weight < b->weight) - (a->weight > b->weight);
}

/**
 * findings_sort - put the worst first
 * @findings: the findings
 */
void findings_sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list), compare);
}

/**
 * findings_free - forget all findings
 * @findings: as zeroed afterwards
 */
void findings_free(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		free(findings->list[i].subject);
		free(findings->list[i].seen);
		free(findings->list[i].command);
	}
	for (i = 0; i < findings->unseen_count; i++)
		free(findings->unseen[i].reason);
	free(findings->list);
	free(findings->measures);
	free(findings->unseen);
	*findings = (struct findings){ 0 };
}
