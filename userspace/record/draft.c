// SPDX-License-Identifier: GPL-2.0
/* What the two ends have in common of a moment on its way into streams and out of them. */
#include "record/draft.h"

#include <string.h>

/**
 * draft_note - have a message differ in values
 * @draft: the moment; draft_place() says whether there was memory
 * @at: where the message begins
 * @like: where the one begins that it differs from; @at for the draft
 */
void draft_note(struct draft *draft, uint32_t at, uint32_t like)
{
	const struct change change = { at, like };

	buffer_put(&draft->changes, &change, sizeof(change));
}

/**
 * draft_place - have a place for each word, when all changes are known
 * @draft: the moment
 *
 * Return: false without memory.
 */
bool draft_place(struct draft *draft)
{
	size_t i;

	if (draft->changes.failed || draft->bytes->failed)
		return false;
	for (i = 0; i < draft_count(draft); i++)
		if (!columns_add(&draft->columns, draft_at(draft, draft_change(draft, i)->at)))
			return false;
	columns_place(&draft->columns);
	return true;
}

/**
 * draft_free - forget what a moment differs by; its bytes are somebody else's
 * @draft: the moment
 */
void draft_free(struct draft *draft)
{
	buffer_free(&draft->changes);
	columns_free(&draft->columns);
}

/* The low word of a number, in the midst of a message. */
static uint64_t number_at(const uint32_t *low)
{
	uint64_t number;

	memcpy(&number, low - (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__), sizeof(number));
	return number;
}

/**
 * draft_expected - how much a counter has grown if it did as one before it
 * @before: its low word, in the message as it was
 * @now: likewise, as it is up to there
 * @kin: so many words before there is that other one; 0 for none
 *
 * Of large totals the upper bits do; the same comes out everywhere.
 *
 * Return: how much, 0 for none.
 */
uint32_t draft_expected(const uint32_t *before, const uint32_t *now, size_t kin)
{
	uint64_t grown, of, total;

	if (!kin)
		return 0;
	of = number_at(before - kin);
	grown = number_at(now - kin) - of;
	total = number_at(before);
	if (grown > UINT32_MAX)
		return 0;
	for (; (of | total) > UINT32_MAX; of >>= 1)
		total >>= 1;
	return of ? grown * total / of : 0;
}
