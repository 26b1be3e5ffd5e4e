/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_KEPT_H
#define RECORD_KEPT_H

#include "count/findings.h"
#include "count/hash.h"
#include "failure.h"
#include "record/moment.h"

/**
 * struct kept - what doctor found once; zeroed before use
 * @findings: that
 * @texts: of it, each one once
 * @places: of @findings.list, by what they are about
 * @moments: that were added
 */
struct kept {
	struct findings findings;
	struct hash texts;
	struct hash places;
	size_t moments;
};

int kept_add(struct kept *kept, const struct moment *moment, struct failure *failure);
void kept_free(struct kept *kept);

#endif
