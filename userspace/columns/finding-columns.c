// SPDX-License-Identifier: GPL-2.0
/* What is wrong, what was measured, and what could not be looked at. */
#include "columns/tables.h"
#include "count/findings.h"

static const char *word_severity(uint8_t severity)
{
	static const char *const words[] = {
		[SEVERITY_WARNING] = "warning", [SEVERITY_CRITICAL] = "critical",
	};

	return severity <= SEVERITY_CRITICAL ? words[severity] : NULL;
}

/* Sentences of ours, with names that have been written as text already. */
static void fill_sentence(struct sink *sink, const struct column *column, const void *row)
{
	const char *text = *(char *const *)((const char *)row + column->offset);

	if (text)
		value_sentence(sink, text);
}

#define BOTH		(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define TEXT(of, member)	\
	.kind = COLUMN_TEXT, .fill = fill_sentence, .flags = BOTH, .offset = offsetof(struct of, member)
#define NETNS(of)						\
	{ .name = "netns", .help = "name of the network namespace, or net:[INODE]",		\
	  .fill = fill_netns, .attribute = FINDING_NETNS,				\
	  .offset = offsetof(struct of, netns), .flags = BOTH }

static const struct column finding[] = {
	{ .name = "severity", .help = "warning or critical", .fill = fill_word,
	  .word = word_severity, .offset = offsetof(struct finding, severity), .flags = BOTH },
	{ .name = "check", .help = "who found it", TEXT(finding, check) },
	NETNS(finding),
	{ .name = "what", .help = "what is wrong", TEXT(finding, what) },
	{ .name = "subject", .help = "with which socket, port, process or address",
	  TEXT(finding, subject) },
	{ .name = "since", .help = "when it began, as far as that is known", .fill = fill_moment,
	  .attribute = FINDING_SINCE, .offset = offsetof(struct finding, since), .flags = BOTH },
	{ .name = "seen", .help = "what was seen, in numbers", TEXT(finding, seen) },
	{ .name = "why", .help = "why that matters", TEXT(finding, why) },
	{ .name = "action", .help = "what to do about it", TEXT(finding, action) },
	{ .name = "command", .help = "the command that shows more", TEXT(finding, command) },
};

static const struct column measure[] = {
	{ .name = "name", .help = "what was measured", TEXT(measure, name) },
	NETNS(measure),
	{ .name = "value", .help = "the worst value that was seen",
	  .unit = "what unit says, or a number", .fill = fill_u64,
	  .offset = offsetof(struct measure, value), .flags = BOTH },
	{ .name = "unit", .help = "% or nothing", TEXT(measure, unit) },
	{ .name = "warning", .help = "there is a finding from there on",
	  .unit = "what unit says, or a number", .fill = fill_u64,
	  .offset = offsetof(struct measure, warning), .flags = BOTH },
	{ .name = "critical", .help = "a critical one; 0 for none",
	  .unit = "what unit says, or a number", .fill = fill_u64,
	  .offset = offsetof(struct measure, critical), .flags = BOTH },
};

static const struct column unseen[] = {
	{ .name = "about", .help = "what could not be looked at", TEXT(unseen, about) },
	NETNS(unseen),
	{ .name = "reason", .help = "why", TEXT(unseen, reason) },
};

#define COUNT(list)	(sizeof(list) / sizeof(*(list)))

const struct columns finding_columns = { .list = finding, .count = COUNT(finding) };
const struct columns measure_columns = { .list = measure, .count = COUNT(measure) };
const struct columns unseen_columns = { .list = unseen, .count = COUNT(unseen) };
