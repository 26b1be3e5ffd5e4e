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

/**
 * struct window - a part of a file
 * @volume: the file
 * @offset: where the part begins
 * @size: of it; 0 for none
 * @bytes: the part
 */
struct window {
	const struct volume *volume;
	uint64_t offset;
	size_t size;
	char bytes[WINDOW];
};

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

/* From an offset on, not less than a head unless the file ends. Few bytes are read twice. */
static const char *window_at(struct window *window, uint64_t offset, size_t *size)
{
	const uint64_t end = window->offset + window->size;

	if (offset < window->offset || offset + sizeof(struct record_frame) > end) {
		window->offset = offset;
		window->size = read_at(window->volume->file, window->bytes, WINDOW, offset);
	}
	*size = window->offset + window->size - offset;
	return window->bytes + (offset - window->offset);
}

/* Where the next frame begins, from an offset on; the end of the file if there is none. */
static uint64_t next_head(struct window *window, uint64_t offset)
{
	static const uint32_t magic = RECORD_FRAME_MAGIC;
	const char *bytes, *found;
	struct record_frame head;
	size_t size;

	while ((bytes = window_at(window, offset, &size), size >= sizeof(head))) {
		found = memmem(bytes, size, &magic, sizeof(magic));
		if (found && size - (found - bytes) >= sizeof(head)) {
			memcpy(&head, found, sizeof(head));
			if (frame_head_good(&head))
				return offset + (found - bytes);
			offset += found - bytes + 1;
		} else {
			offset += found ? (size_t)(found - bytes) : size - sizeof(magic) + 1;
		}
	}
	return window->volume->size;
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

/* In a file, numbers only grow. */
static bool is_next(const struct shelf *shelf, const struct volume *volume,
		    const struct record_frame *head)
{
	return !volume->count || head->number > shelf->frames[shelf->count - 1].head.number;
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
	struct window window = { .volume = volume };
	struct record_frame head;
	bool is_head, is_cut;

	volume->first = shelf->count;
	while (offset < volume->size) {
		is_head = read_head(volume, offset, &head);
		is_cut = is_head && sizeof(head) + head.packed > volume->size - offset;
		if (is_head && !is_cut && is_next(shelf, volume, &head)) {
			if (!add_frame(shelf, &head, volume - shelf->volumes, offset))
				return false;
			volume->count++;
			offset += sizeof(head) + head.packed;
			continue;
		}
		next = next_head(&window, offset + 1);
		note_damage(volume, offset, next,
			    is_cut || volume->size - offset < sizeof(head));
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
