/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_DRAFT_H
#define RECORD_DRAFT_H

#include "record/columns.h"

/**
 * struct change - a message that differs from its draft, or from one before
 * @at: where it begins
 * @like: where the one before begins; @at for the draft
 */
struct change {
	uint32_t at;
	uint32_t like;
};

/**
 * struct draft - a moment before it is known by what words its messages differ
 * @bytes: its messages, each as long as in the moment
 * @changes: of struct change, in their order
 * @columns: where the words of these are
 */
struct draft {
	struct buffer *bytes;
	struct buffer changes;
	struct columns columns;
};

static inline size_t draft_words(const struct nlmsghdr *message)
{
	return NLMSG_ALIGN(message->nlmsg_len) / sizeof(uint32_t);
}

static inline const struct nlmsghdr *draft_at(const struct draft *draft, uint32_t at)
{
	return (const struct nlmsghdr *)(draft->bytes->bytes + at);
}

static inline size_t draft_count(const struct draft *draft)
{
	return draft->changes.size / sizeof(struct change);
}

static inline const struct change *draft_change(const struct draft *draft, size_t i)
{
	return (const struct change *)draft->changes.bytes + i;
}

void draft_note(struct draft *draft, uint32_t at, uint32_t like);
bool draft_place(struct draft *draft);
void draft_free(struct draft *draft);
uint32_t draft_expected(const uint32_t *before, const uint32_t *now, size_t kin);

#endif
