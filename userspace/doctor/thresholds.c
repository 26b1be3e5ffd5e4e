// SPDX-License-Identifier: GPL-2.0
/* From where on something is wrong. */
#include "doctor/thresholds.h"

#include <stdlib.h>
#include <string.h>

#include "format/number.h"

const struct threshold_row threshold_rows[THRESHOLDS] = {
	[THRESHOLD_FULL] = { "full", "percent",
		"of a limit, of a queue, of local ports or of memory", 80 },
	[THRESHOLD_CLOSE_WAIT] = { "close-wait", "seconds",
		"that the peer has closed, and the program has not", 120 },
	[THRESHOLD_STUCK] = { "stuck", "seconds",
		"without a byte where bytes wait: to be sent, or to be read", 10 },
	[THRESHOLD_RECENT] = { "recent", "seconds",
		"so far back what failed, or knocked, counts", 300 },
	[THRESHOLD_FAILURES] = { "failures", "connections",
		"that failed to one destination", 10 },
	[THRESHOLD_RETRANSMITS] = { "retransmits", "percent",
		"of the segments sent, while watching", 5 },
	[THRESHOLD_SEGMENTS] = { "segments", "segments",
		"so many retransmits while watching, or percents do not count", 20 },
	[THRESHOLD_SCAN] = { "scan", "ports",
		"that are closed, called by one source", 10 },
	[THRESHOLD_KNOCKS] = { "knocks", "attempts",
		"at one closed port, in the time that is recent", 100 },
	[THRESHOLD_ACCEPT] = { "accept", "seconds",
		"that a connection waits for accept()", 10 },
};

static int set(struct thresholds *thresholds, char *word, struct failure *failure)
{
	char *value = strchr(word, '=');
	size_t i;

	if (value)
		*value++ = 0;
	for (i = 0; i < THRESHOLDS; i++)
		if (!strcmp(word, threshold_rows[i].name))
			break;
	if (i == THRESHOLDS)
		return failure_set(failure, EXIT_USAGE,
				   "unknown threshold '%.100s': it is full, close-wait, stuck, recent, failures, retransmits, segments, scan, knocks or accept",
				   word);
	if (!value || !number_parse(value, UINT32_MAX, &thresholds->values[i]))
		return failure_set(failure, EXIT_USAGE,
				   "bad threshold '%.100s': it is NAME=NUMBER, as %s=%u", word,
				   word, threshold_rows[i].usual);
	thresholds->chosen |= 1u << i;
	return 0;
}

/**
 * thresholds_parse - choose thresholds
 * @thresholds: gets them
 * @list: NAME=NUMBER, separated by commas
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int thresholds_parse(struct thresholds *thresholds, const char *list, struct failure *failure)
{
	char *copy = strdup(list), *rest = copy, *word;
	int error = 0;

	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	while (!error && (word = strsep(&rest, ",")))
		error = set(thresholds, word, failure);
	free(copy);
	return error;
}

/**
 * thresholds_get - the value of a threshold
 * @thresholds: those that were chosen
 * @threshold: which
 *
 * Return: what was chosen, or the usual value.
 */
uint32_t thresholds_get(const struct thresholds *thresholds, enum threshold threshold)
{
	return thresholds->chosen >> threshold & 1 ? thresholds->values[threshold] :
						     threshold_rows[threshold].usual;
}
