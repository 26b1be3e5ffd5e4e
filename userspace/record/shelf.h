/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_SHELF_H
#define RECORD_SHELF_H

#include "failure.h"
#include "record/frame.h"
#include "record/volume.h"

/**
 * struct place_of_frame - where a frame is
 * @head: of the frame
 * @volume: which file
 * @offset: of the head there
 */
struct place_of_frame {
	struct record_frame head;
	uint32_t volume;
	uint64_t offset;
};

/**
 * struct shelf - all that was recorded to a file and those that it was before; zeroed before
 * use
 * @volumes: files, the oldest first
 * @volume_count: of them
 * @frames: of all files, in their order
 * @count: of them
 * @room: for how many @frames has room
 * @reader: reads them
 * @packed: bytes of a frame
 * @now: the last moment that was looked at
 * @spare: room for another
 * @at: its frame, from 1 on; 0 for none
 */
struct shelf {
	struct volume *volumes;
	size_t volume_count;
	struct place_of_frame *frames;
	size_t count;
	size_t room;
	struct frames *reader;
	struct buffer packed;
	struct moment now;
	struct moment spare;
	size_t at;
};

int shelf_open(struct shelf *shelf, const char *path, struct failure *failure);
bool shelf_scan(struct shelf *shelf, struct volume *volume);
bool shelf_find(const struct shelf *shelf, uint64_t time, size_t *i);
bool shelf_is_intact(struct shelf *shelf, size_t i);
const struct moment *shelf_load(struct shelf *shelf, size_t i);
void shelf_close(struct shelf *shelf);

#endif
