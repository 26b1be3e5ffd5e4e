// SPDX-License-Identifier: GPL-2.0
/*
 * lines.c - bags of lines, and how they differ
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "lines.h"

#define DIFFERENCES_SHOWN	10

void lines_add(struct lines *lines, const char *format, ...)
{
	va_list args;

	if (lines->count == lines->room) {
		lines->room = lines->room ? 2 * lines->room : 64;
		lines->line = realloc(lines->line, lines->room * sizeof(*lines->line));
	}
	va_start(args, format);
	if (!lines->line || vasprintf(&lines->line[lines->count++], format, args) < 0)
		die("no memory");
	va_end(args);
}

void lines_free(struct lines *lines)
{
	while (lines->count)
		free(lines->line[--lines->count]);
	free(lines->line);
	memset(lines, 0, sizeof(*lines));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct lines *lines)
{
	if (lines->count)
		qsort(lines->line, lines->count, sizeof(*lines->line), compare);
}

void lines_unique(struct lines *lines)
{
	size_t i, count = 0;

	sort(lines);
	for (i = 0; i < lines->count; i++) {
		if (count && !strcmp(lines->line[count - 1], lines->line[i]))
			free(lines->line[i]);
		else
			lines->line[count++] = lines->line[i];
	}
	lines->count = count;
}

bool lines_same(struct lines *one, struct lines *other)
{
	size_t i;

	if (one->count != other->count)
		return false;
	sort(one);
	sort(other);
	for (i = 0; i < one->count; i++)
		if (strcmp(one->line[i], other->line[i]))
			return false;
	return true;
}

unsigned int lines_compare(const char *name, struct lines *expected, struct lines *seen)
{
	unsigned int missing = 0, more = 0;
	size_t i = 0, j = 0;
	int order;

	sort(expected);
	sort(seen);
	while (i < expected->count || j < seen->count) {
		order = i == expected->count ? 1 : j == seen->count ? -1 :
			strcmp(expected->line[i], seen->line[j]);
		if (order < 0 && missing++ < DIFFERENCES_SHOWN)
			note("%s: missing: %s", name, expected->line[i]);
		if (order > 0 && more++ < DIFFERENCES_SHOWN)
			note("%s: too much: %s", name, seen->line[j]);
		i += order <= 0;
		j += order >= 0;
	}
	if (missing + more)
		note("%s: %u missing, %u too much", name, missing, more);
	return missing + more;
}
