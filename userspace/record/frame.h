/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_FRAME_H
#define RECORD_FRAME_H

#include "failure.h"
#include "record/delta.h"

struct frames;

struct frames *frames_new(struct failure *failure);
void frames_free(struct frames *frames);
const struct buffer *frame_make(struct frames *frames, struct moment *moment,
				const struct moment *base);
bool frame_head_good(const struct record_frame *head);
bool frame_intact(const struct record_frame *head, const void *packed);
bool frame_take(struct frames *frames, struct moment *moment, const struct moment *base,
		const void *packed);
bool frame_whole(const struct moment *moment);
void file_head_make(struct record_file *head, uint64_t time);
bool file_head_good(const struct record_file *head);

#endif
