/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SS_TABLES_H
#define SS_TABLES_H

#include "cmd/options.h"

/* Room for what ss_types_text() makes. */
#define SS_TEXT_MAX	512

bool ss_means_timers(const char *letters, char **argv, int option);
bool ss_is_table(const char *word);
int ss_add_tables(struct options *options, const char *list, struct failure *failure);
int ss_add_bound(struct options *options, const char *value, struct failure *failure);
int ss_add_family(struct options *options, const char *word, struct failure *failure);
bool ss_types_text(const struct options *options, char *text, size_t size);

#endif
