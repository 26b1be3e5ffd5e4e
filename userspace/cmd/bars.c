// SPDX-License-Identifier: GPL-2.0
/* Distributions, drawn. */
#include "cmd/bars.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "count/history.h"
#include "format/number.h"

#define DEFAULT_WIDTH	80
#define WIDTH_MAX	200
/* Bars shorter than that say nothing. */
#define BAR_MIN		10
/* What a line has beside the range, the bar and the count: blanks and the percentage. */
#define BESIDE		11
/* Of more lines in a row with nothing to show, one stands for all. */
#define GAP_MAX		2
/* The module has so many buckets; its last one takes all that is beyond. */
#define LAST_BUCKET	39

/**
 * bars_width - how wide a line may be
 *
 * Return: the columns of the terminal, or a number that suits files.
 */
unsigned int bars_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize window;
	uint32_t width;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) && window.ws_col)
		return window.ws_col;
	if (columns && number_parse(columns, WIDTH_MAX, &width) && width)
		return width;
	return DEFAULT_WIDTH;
}

static void put_range(char *to, enum quantity quantity, unsigned int bucket)
{
	const uint64_t low = bucket ? 1ull << (bucket - 1) : 0;

	if (!bucket)
		*to++ = '0';
	else if (bucket < LAST_BUCKET)
		to = quantity_put_range(to, quantity, low, low << 1);
	else
		to = quantity_put(text_put(to, ">= "), quantity, low);
	*to = 0;
}

/* What lines have in common. */
struct bars {
	const struct distribution_row *distribution;
	enum quantity quantity;
	uint64_t values;
	uint64_t most;
	int range_width;
	int count_width;
	int bar_width;
};

static void print_bar(FILE *stream, const struct bars *bars, unsigned int bucket)
{
	const uint64_t count = distribution_count(bars->distribution, bucket);
	int length = (double)count / bars->most * bars->bar_width;
	char range[QUANTITY_MAX], bar[WIDTH_MAX];

	/* What is there is seen. */
	if (count && !length)
		length = 1;
	put_range(range, bars->quantity, bucket);
	memset(bar, '#', sizeof(bar));
	fprintf(stream, "  %*s %.*s%*s %*" PRIu64 " %5.1f%%\n", bars->range_width, range, length, bar,
		bars->bar_width - length, "", bars->count_width, count,
		100.0 * count / bars->values);
}

/* From the lowest bucket with values to the highest. */
static void measure(struct bars *bars, unsigned int *first, unsigned int *last)
{
	char range[QUANTITY_MAX], number[NUMBER_MAX_U64];
	unsigned int i;
	uint64_t count;
	int length;

	*first = bars->distribution->count;
	for (i = 0; i < bars->distribution->count; i++) {
		count = distribution_count(bars->distribution, i);
		if (!count)
			continue;
		if (*first > i)
			*first = i;
		*last = i;
		if (bars->most < count)
			bars->most = count;
	}
	for (i = *first; i <= *last; i++) {
		put_range(range, bars->quantity, i);
		length = strlen(range);
		if (bars->range_width < length)
			bars->range_width = length;
	}
	bars->count_width = number_put(number, bars->most) - number;
}

/* How many lines from one on would have nothing to show. */
static unsigned int empty_run(const struct distribution_row *distribution, unsigned int first,
			      unsigned int last)
{
	unsigned int i;

	for (i = first; i <= last && !distribution_count(distribution, i); i++)
		;
	return i - first;
}

/**
 * bars_print - draw a distribution, a line for each bucket
 * @stream: where to
 * @distribution: the distribution; without values, nothing is drawn
 * @quantity: what its values count
 * @width: columns of a line
 */
void bars_print(FILE *stream, const struct distribution_row *distribution,
		enum quantity quantity, unsigned int width)
{
	struct bars bars = {
		.distribution = distribution,
		.quantity = quantity,
		.values = history_values(distribution),
	};
	unsigned int i, first, last = 0, gap;

	if (!bars.values)
		return;
	measure(&bars, &first, &last);
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	bars.bar_width = (int)width - bars.range_width - bars.count_width - BESIDE;
	if (bars.bar_width < BAR_MIN)
		bars.bar_width = BAR_MIN;
	for (i = first; i <= last; i += gap ? gap : 1) {
		gap = empty_run(distribution, i, last);
		if (gap > GAP_MAX)
			fprintf(stream, "  %*s\n", bars.range_width, "...");
		else
			gap = 0;
		if (!gap)
			print_bar(stream, &bars, i);
	}
}
