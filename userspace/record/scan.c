// SPDX-License-Identifier: GPL-2.0
/* The frames of a file, and what is none. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/shelf.h"

/* So much of a file is searched at a time for where frames go on. */
#define WINDOW	65536

static size_t read_at(int file, void *bytes, size_t size, uint64_t offset)
{
	size_t done = 0;
	ssize_t length;

	while (done < size) {
		length = pread(file, (char *)bytes + done, size - done, offset + done);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			break;
		done += length;
	}
	return done;
}

/**
 * volume_read - read bytes of a file
 * @volume: the file
 * @bytes: where to
 * @size: how many
 * @offset: from where
 *
 * Return: false if they are not all there.
 */
bool volume_read(const struct volume *volume, void *bytes, size_t size, uint64_t offset)
{
	return read_at(volume->file, bytes, size, offset) == size;
}

static bool read_head(const struct volume *volume, uint64_t offset, struct record_frame *head)
{
	return volume_read(volume, head, sizeof(*head), offset) && frame_head_good(head);
}

/* Where the next frame begins, from an offset on; the end of the file if there is none. */
static uint64_t next_head(const struct volume *volume, uint64_t offset)
{
	static const uint32_t magic = RECORD_FRAME_MAGIC;
	struct record_frame head;
	char window[WINDOW];
	const char *found;
	size_t size, at;

	while ((size = read_at(volume->file, window, sizeof(window), offset)) >= sizeof(magic)) {
		for (at = 0; (found = memmem(window + at, size - at, &magic, sizeof(magic)));
		     at = found + 1 - window)
			if (read_head(volume, offset + (found - window), &head))
				return offset + (found - window);
		offset += size - sizeof(magic) + 1;
	}
	return volume->size;
}

static bool add_frame(struct shelf *shelf, const struct record_frame *head, size_t volume,
		      uint64_t offset)
{
	const size_t room = shelf->room ? 2 * shelf->room : 256;
	struct place_of_frame *frames;

	if (shelf->count == shelf->room) {
		frames = realloc(shelf->frames, room * sizeof(*frames));
		if (!frames)
			return false;
		shelf->frames = frames;
		shelf->room = room;
	}
	shelf->frames[shelf->count++] = (struct place_of_frame){
		.head = *head, .volume = volume, .offset = offset,
	};
	return true;
}

static void note_damage(struct volume *volume, uint64_t from, uint64_t to, bool is_begun)
{
	volume->is_cut = is_begun && to == volume->size && !volume->damaged;
	if (!volume->damaged)
		volume->damage = from;
	volume->damaged += to - from;
}

/**
 * shelf_scan - find the frames of a file
 * @shelf: gets them
 * @volume: the file, the last one of the shelf; its head has been read. Gets their number, and
 *	where there is damage
 *
 * Return: false without memory.
 */
bool shelf_scan(struct shelf *shelf, struct volume *volume)
{
	uint64_t offset = sizeof(struct record_file), next;
	struct record_frame head;
	bool is_head;

	volume->first = shelf->count;
	while (offset < volume->size) {
		is_head = read_head(volume, offset, &head);
		if (is_head && sizeof(head) + head.packed <= volume->size - offset) {
			if (!add_frame(shelf, &head, volume - shelf->volumes, offset))
				return false;
			volume->count++;
			offset += sizeof(head) + head.packed;
			continue;
		}
		next = next_head(volume, offset + 1);
		note_damage(volume, offset, next,
			    is_head || volume->size - offset < sizeof(head));
		offset = next;
	}
	return true;
}

/**
 * volume_trouble - say what is wrong with a file
 * @volume: the file
 * @text: where to
 * @size: of @text
 *
 * Return: @text; NULL if nothing is.
 */
const char *volume_trouble(const struct volume *volume, char *text, size_t size)
{
	if (!volume->damaged)
		return NULL;
	if (volume->is_cut)
		snprintf(text, size, "'%.200s' ends in the middle of a record, at byte %" PRIu64,
			 volume->path, volume->damage);
	else
		snprintf(text, size,
			 "'%.200s' is damaged: %" PRIu64 " bytes are no records, from byte %"
			 PRIu64 " on", volume->path, volume->damaged, volume->damage);
	return text;
}
