/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_DELTA_H
#define RECORD_DELTA_H

#include "record/moment.h"

/* The streams of a moment, in the order of the file. */
enum delta_stream {
	DELTA_STEPS,
	DELTA_BYTES,
	DELTA_VALUES,
	DELTA_STREAMS,
};

bool delta_make(const struct moment *moment, const struct moment *base, struct buffer *streams,
		struct buffer *cuts);
bool delta_apply(struct moment *moment, const struct moment *base,
		 struct stream streams[DELTA_STREAMS]);

#endif
