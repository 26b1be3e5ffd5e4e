/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options.h"

/**
 * enum group - what options are about, in the order of the help
 */
enum group {
	GROUP_WHERE,
	GROUP_WHICH,
	GROUP_SINCE,
	GROUP_METRICS,
	GROUP_DOCTOR,
	GROUP_RECORD,
	GROUP_REPLAY,
	GROUP_SERVE,
	GROUP_HOW,
	GROUPS,
};

/**
 * struct option_row - an option; getopt's tables, help and completion come from it
 * @name: behind "--"; NULL where it has a letter only
 * @letter: behind "-"; 0 where it has a name only
 * @value: what its value is called; NULL if it has none
 * @help: one line, NULL where another option says it
 * @group: in the help
 * @takes: of a command that has a use for it, 0 for all
 * @set: takes the value; NULL for those below
 * @flag: member of struct options that becomes true
 * @text: member of struct options that becomes the value
 * @filter: enum filter_key; with @word, or the value
 * @word: value of the filter
 * @like_ss: it is a letter of ss(8) that says what to list
 * @is_served: who asks over HTTP may give it, too: it names no file of this host, changes and
 *	ends nothing, comes to an end, and is not about how text looks
 * @brief: @help in at most BRIEF_MAX characters
 */
struct option_row {
	const char *name;
	char letter;
	const char *value;
	const char *help;
	enum group group;
	unsigned int takes;
	int (*set)(struct options *options, const char *value, struct failure *failure);
	size_t flag;
	size_t text;
	enum filter_key filter;
	const char *word;
	bool is_filter;
	bool like_ss;
	bool is_served;
	const char *brief;
};

/* An option, its value, and what it is for, in half a line of a terminal. */
#define BRIEF_OPTION	22
#define BRIEF_MAX	17

/* So many have room. */
#define OPTIONS_MAX	96

extern const struct option_row option_rows[];
extern const size_t option_count;
/* Titles, by enum group. */
extern const char *const option_groups[GROUPS];

bool option_is_useful(const struct option_row *row, unsigned int takes, unsigned int filters);

#endif
