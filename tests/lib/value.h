/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_VALUE_H
#define TESTS_VALUE_H

#include "../../userspace/columns/column.h"

/* A sink that writes to a buffer of VALUE_MAX + 1 characters. */
static inline struct sink sink_into(char *to, enum sink_form form, struct names *names)
{
	struct sink sink;

	sink_init(&sink, form, names, names && names_are_numbers(names));
	sink.utf8 = true;
	sink.to = to;
	return sink;
}

/* The value of a column, in text or JSON; nothing where it is unknown. */
static inline char *fill_into(char *to, enum sink_form form, const struct column *column,
			      const void *row, struct names *names)
{
	struct sink sink = sink_into(to, form, names);

	column->fill(&sink, column, row);
	*sink.to = 0;
	return to;
}

#endif
