// SPDX-License-Identifier: GPL-2.0
/* What things did in the last frames, as a line of bars. */
#include "top/trend.h"

#include <string.h>

#include "format/clock.h"
#include "format/number.h"

static uint32_t hash_trend(const void *thing)
{
	return hash_bytes(0, thing, sizeof(struct trend_key));
}

static bool same_trend(const void *a, const void *b)
{
	return !memcmp(a, b, sizeof(struct trend_key));
}

static const struct hash_kind trend_kind = {
	.size = sizeof(struct trend), .hash = hash_trend, .same = same_trend,
};

/**
 * trends_next - begin a frame
 * @trends: the trends
 * @interval: milliseconds since the frame before; 0 where there was none
 */
void trends_next(struct trends *trends, uint64_t interval)
{
	trends->frame++;
	trends->interval = interval;
}

/**
 * trends_free - forget all that was
 * @trends: as zeroed afterwards
 */
void trends_free(struct trends *trends)
{
	hash_free(&trends->things);
	*trends = (struct trends){ 0 };
}

/* What was not seen meanwhile did nothing. */
static void forget(const struct trends *trends, struct trend *trend)
{
	uint32_t frame;

	if (trends->frame - trend->frame >= TREND_FRAMES)
		memset(trend->rates, 0, sizeof(trend->rates));
	else
		for (frame = trend->frame + 1; frame <= trends->frame; frame++)
			trend->rates[frame % TREND_FRAMES] = 0;
	trend->frame = trends->frame;
}

/**
 * trends_find - find the trend of a thing
 * @trends: the trends
 * @key: what it is of
 *
 * Return: it, until another one is looked for; NULL where there is no room for more.
 */
struct trend *trends_find(struct trends *trends, const struct trend_key *key)
{
	const struct trend wanted = { .key = *key };
	struct trend *trend = NULL;

	if (trends->things.count)
		trend = hash_find(&trends->things, &trend_kind, &wanted);
	if (!trend && trends->things.count < TRENDS_MAX)
		trend = hash_add(&trends->things, &trend_kind, &wanted);
	if (!trend)
		return NULL;
	forget(trends, trend);
	return trend;
}

/**
 * trend_push - say what a thing did since the frame before
 * @trends: the trends
 * @trend: from trends_find(), or NULL
 * @rate: per second
 */
void trend_push(struct trends *trends, struct trend *trend, uint64_t rate)
{
	if (!trend)
		return;
	trend->rates[trends->frame % TREND_FRAMES] = rate;
}

/**
 * trend_count - say what a counter of a thing is
 * @trends: the trends
 * @trend: from trends_find(), or NULL
 * @counter: it; less than before where it began anew
 */
void trend_count(struct trends *trends, struct trend *trend, uint64_t counter)
{
	uint64_t more;

	if (!trend)
		return;
	more = counter >= trend->counted ? counter - trend->counted : counter;
	trend->counted = counter;
	trend_push(trends, trend, trends->interval ? more * MS_PER_S / trends->interval : 0);
}

/* Least for what is more than nothing, most for the greatest. */
static unsigned int level_of(uint64_t rate, uint64_t most, unsigned int levels)
{
	if (!rate)
		return 0;
	return 1 + (unsigned int)((double)rate / (double)most * (levels - 2) + 0.5);
}

/**
 * trend_text - write a trend as a line of bars
 * @trends: the trends
 * @trend: one of them, or NULL
 * @utf8: characters beyond ASCII can be shown
 * @to: room for TREND_TEXT; a bar for each frame, the last one at the end
 */
void trend_text(const struct trends *trends, const struct trend *trend, bool utf8, char *to)
{
	static const char *const blocks[] = { "·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const plain[] = { "_", ".", ":", "-", "=", "+", "*", "#", "@" };
	const unsigned int levels = sizeof(plain) / sizeof(*plain);
	unsigned int i, level;
	uint64_t most = 1;

	for (i = 0; trend && i < TREND_FRAMES; i++)
		if (trend->rates[i] > most)
			most = trend->rates[i];
	for (i = 1; trend && i <= TREND_FRAMES; i++) {
		level = level_of(trend->rates[(trends->frame + i) % TREND_FRAMES], most, levels);
		to = text_put(to, (utf8 ? blocks : plain)[level]);
	}
	*to = 0;
}
