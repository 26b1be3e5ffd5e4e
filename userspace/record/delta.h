/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_DELTA_H
#define RECORD_DELTA_H

#include "record/moment.h"

/* The four streams of a moment, in the order of the file. */
enum delta_stream {
	DELTA_STEPS,
	DELTA_GAPS,
	DELTA_VALUES,
	DELTA_BYTES,
	DELTA_STREAMS,
};

bool delta_make(const struct moment *moment, const struct moment *base, struct buffer *streams);
bool delta_apply(struct moment *moment, const struct moment *base,
		 struct stream streams[DELTA_STREAMS]);

#endif
