/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __printf
#define __printf(format, values) __attribute__((	\
	__format__(printf, format, values)))
#endif

/**
 * enum severity - how bad something is, the worst last
 * @SEVERITY_WARNING: it will go wrong, or goes wrong for some
 * @SEVERITY_CRITICAL: it goes wrong now
 */
enum severity {
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
};

/**
 * enum finding_member - bits of what is known of a finding
 */
enum finding_member {
	FINDING_ALL,
	FINDING_NETNS,
	FINDING_SINCE,
};

/**
 * struct finding - something that is wrong
 * @known: bits of enum finding_member
 * @severity: enum severity
 * @netns: inode of the network namespace
 * @since: when it began, as far as that is known, in milliseconds since 1970
 * @weight: of findings of the same check, the greatest come first
 * @check: who found it
 * @order: of the check among all
 * @what: what is wrong, a few words
 * @why: why that matters
 * @action: what to do about it
 * @subject: with what it is wrong; NULL for the host or the namespace
 * @seen: numbers
 * @command: shows more
 */
struct finding {
	uint64_t known;
	uint8_t severity;
	uint32_t netns;
	uint64_t since;
	uint64_t weight;
	const char *check;
	size_t order;
	const char *what;
	const char *why;
	const char *action;
	char *subject;
	char *seen;
	char *command;
};

/**
 * struct measure - a number that a check looked at
 * @known: bits of enum finding_member
 * @netns: inode of the network namespace
 * @name: what it is
 * @unit: as Nagios has it: "%", "s", or empty for a number
 * @value: the number, of all that the check looked at the worst
 * @warning: there is a finding from there on
 * @critical: a critical one; 0 for none
 */
struct measure {
	uint64_t known;
	uint32_t netns;
	const char *name;
	const char *unit;
	uint64_t value;
	uint64_t warning;
	uint64_t critical;
};

/**
 * struct unseen - what could not be looked at
 * @known: bits of enum finding_member
 * @netns: inode of the network namespace
 * @about: what that is
 * @reason: why, and what would help
 */
struct unseen {
	uint64_t known;
	uint32_t netns;
	const char *about;
	char *reason;
};

/**
 * struct findings - what checks have found; zeroed before use
 * @list: findings
 * @count: how many there are
 * @measures: numbers
 * @measure_count: how many there are
 * @unseen: what could not be looked at
 * @unseen_count: how many there are
 * @failed: there was no memory for something
 * @check: who is at it
 * @order: of the check among all
 * @netns: what is found is in this network namespace
 * @has_netns: @netns is known
 */
struct findings {
	struct finding *list;
	size_t count;
	struct measure *measures;
	size_t measure_count;
	struct unseen *unseen;
	size_t unseen_count;
	bool failed;
	const char *check;
	size_t order;
	uint32_t netns;
	bool has_netns;
};

void findings_at(struct findings *findings, uint32_t netns);
/* Until the next one is added. */
struct finding *findings_add(struct findings *findings, const struct finding *about);
void findings_measure(struct findings *findings, const struct measure *measure);
__printf(3, 4)
void findings_unseen(struct findings *findings, const char *about, const char *format, ...);
__printf(3, 4)
void findings_say(struct findings *findings, char **text, const char *format, ...);
bool findings_any_at(const struct findings *findings, uint32_t netns);
unsigned int findings_number(const struct findings *findings, enum severity severity);
void findings_sort(struct findings *findings);
void findings_free(struct findings *findings);

#endif
