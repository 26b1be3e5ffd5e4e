/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_KEPT_H
#define RECORD_KEPT_H

#include "count/findings.h"
#include "record/moment.h"

/**
 * struct kept - what doctor found once; zeroed before use
 * @findings: that
 * @texts: of it, to be freed
 * @count: of @texts
 * @room: for how many @texts has room
 */
struct kept {
	struct findings findings;
	char **texts;
	size_t count;
	size_t room;
};

bool kept_add(struct kept *kept, const struct moment *moment);
void kept_free(struct kept *kept);

#endif
