// SPDX-License-Identifier: GPL-2.0
/* All that was recorded: a file, and those that it was before it became too large or too old. */
#include "record/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/rotate.h"
#include "record/volume.h"

/* So many frames may be needed for one; the recorder has fewer. */
#define CHAIN_MAX	(RECORD_BASE_EVERY + 40)

static int say(struct failure *failure, int status, const char *what, const char *path,
	       const char *why)
{
	return failure_set(failure, status, "%s '%.200s'%s%s", what, path, why ? ": " : "",
			   why ? why : "");
}

static int open_file(const char *path, int flags, struct stat *status, struct failure *failure)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);

	if (file >= 0 && !fstat(file, status) && S_ISREG(status->st_mode))
		return file;
	if (file < 0 && errno == ELOOP && flags & O_NOFOLLOW)
		say(failure, EXIT_USAGE, "cannot read", path, "it is a link");
	else
		say(failure, EXIT_USAGE, "cannot read", path,
		    file < 0 ? strerror(errno) : "it is no regular file");
	if (file >= 0)
		close(file);
	return -1;
}

/* A head that was cut is one, as long as it goes. */
static bool is_begun(const struct record_file *head, size_t size)
{
	const size_t magic = sizeof(head->magic);

	return !memcmp(head->magic, RECORD_MAGIC, size < magic ? size : magic);
}

/**
 * volume_check - whether a file is one of a recorder
 * @volume: the file
 * @failure: why not
 *
 * Return: 0; 1 if its head is cut, and there is nothing else; -1 if it is none.
 */
int volume_check(const struct volume *volume, struct failure *failure)
{
	struct record_file head = { .reserved = 0 };
	const size_t size = volume->size < sizeof(head) ? volume->size : sizeof(head);

	if (!volume_read(volume, &head, size, 0))
		return say(failure, EXIT_RUN, "cannot read", volume->path, strerror(errno));
	if (!is_begun(&head, size) || !size)
		return say(failure, EXIT_USAGE, "this is no file of sockport record:",
			   volume->path, NULL);
	if (size < sizeof(head))
		return 1;
	if (head.order != RECORD_ORDER)
		return say(failure, EXIT_USAGE, "a machine of another byte order, or damage, made",
			   volume->path, NULL);
	if (head.version != RECORD_VERSION)
		return say(failure, EXIT_USAGE, "another version of sockport made", volume->path,
			   "use that one, or record to another file");
	if (!file_head_good(&head))
		return say(failure, EXIT_USAGE, "the head is damaged of", volume->path, NULL);
	return 0;
}

/* How many files there are; a file may get another name meanwhile, and is there once. */
static bool has_file(const struct shelf *shelf, const struct stat *status)
{
	struct stat other;
	size_t i;

	for (i = 0; i < shelf->volume_count; i++)
		if (!fstat(shelf->volumes[i].file, &other) && other.st_ino == status->st_ino &&
		    other.st_dev == status->st_dev)
			return true;
	return false;
}

static int add_volume(struct shelf *shelf, const char *path, int flags, struct failure *failure)
{
	struct volume *volume = &shelf->volumes[shelf->volume_count];
	struct stat status;

	*volume = (struct volume){ .file = open_file(path, flags, &status, failure) };
	if (volume->file < 0)
		return -1;
	if (has_file(shelf, &status)) {
		close(volume->file);
		return 0;
	}
	shelf->volume_count++;
	volume->size = status.st_size;
	volume->path = strdup(path);
	return volume->path ? 0 : failure_set(failure, EXIT_RUN, "out of memory");
}

/*
 * The newest comes first, as it will be an older one when there is another. Who names it may mean
 * a link; nobody names the older ones, and the recorder makes no links.
 */
static int add_volumes(struct shelf *shelf, const char *path, struct failure *failure)
{
	struct stat status;
	char older[PATH_MAX];
	unsigned int i;

	if (add_volume(shelf, path, 0, failure))
		return -1;
	for (i = 1; i <= ROTATE_MAX; i++) {
		if (!rotate_name(older, sizeof(older), path, i) || lstat(older, &status))
			return 0;
		if (add_volume(shelf, older, O_NOFOLLOW, failure))
			return -1;
	}
	return 0;
}

static void put_oldest_first(struct shelf *shelf)
{
	struct volume *first = shelf->volumes, *last = first + shelf->volume_count - 1;
	struct volume other;

	for (; first < last; first++, last--) {
		other = *first;
		*first = *last;
		*last = other;
	}
}

static int read_volume(struct shelf *shelf, struct volume *volume, struct failure *failure)
{
	const int checked = volume_check(volume, failure);

	if (checked < 0)
		return -1;
	if (checked) {
		volume->first = shelf->count;
		volume->is_cut = true;
		volume->damaged = volume->size;
		return 0;
	}
	return shelf_scan(shelf, volume) ? 0 :
	       failure_set(failure, EXIT_RUN, "out of memory");
}

/**
 * shelf_open - find all that was recorded to a file
 * @shelf: zeroed before; shelf_close() it whatever happens
 * @path: of the file; PATH.1 is what it was before, and so on
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int shelf_open(struct shelf *shelf, const char *path, struct failure *failure)
{
	size_t i;

	shelf->reader = frames_new(failure);
	if (!shelf->reader)
		return -1;
	shelf->volumes = calloc(ROTATE_MAX + 1, sizeof(*shelf->volumes));
	if (!shelf->volumes)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (add_volumes(shelf, path, failure))
		return -1;
	put_oldest_first(shelf);
	for (i = 0; i < shelf->volume_count; i++)
		if (read_volume(shelf, &shelf->volumes[i], failure))
			return -1;
	return 0;
}

/**
 * shelf_find - which moment something was last seen in, at some time
 * @shelf: the shelf
 * @time: milliseconds since 1970
 * @i: becomes its frame
 *
 * Return: false if there is none before.
 */
bool shelf_find(const struct shelf *shelf, uint64_t time, size_t *i)
{
	size_t at = shelf->count;

	while (at && shelf->frames[at - 1].head.time > time)
		at--;
	*i = at - 1;
	return at;
}

static bool read_packed(struct shelf *shelf, const struct place_of_frame *frame)
{
	shelf->packed.size = 0;
	return buffer_reserve(&shelf->packed, frame->head.packed) &&
	       volume_read(&shelf->volumes[frame->volume], shelf->packed.bytes,
			   frame->head.packed, frame->offset + sizeof(frame->head));
}

/**
 * shelf_is_intact - whether the checksum of a frame is right
 * @shelf: the shelf
 * @i: the frame
 *
 * Return: whether it is.
 */
bool shelf_is_intact(struct shelf *shelf, size_t i)
{
	return read_packed(shelf, &shelf->frames[i]) &&
	       frame_intact(&shelf->frames[i].head, shelf->packed.bytes);
}

/* In a file, they only grow. */
static int compare_numbers(const void *left, const void *right)
{
	const struct place_of_frame *a = left, *b = right;

	return (a->head.number > b->head.number) - (a->head.number < b->head.number);
}

/* The frame of a number in the same file, in front of another one; -1 if there is none. */
static ssize_t base_of(const struct shelf *shelf, size_t i)
{
	const struct place_of_frame *frame = &shelf->frames[i], *found;
	const struct place_of_frame *first = shelf->frames + shelf->volumes[frame->volume].first;
	const struct place_of_frame key = { .head.number = frame->head.base };

	found = bsearch(&key, first, frame - first, sizeof(key), compare_numbers);
	return found ? found - shelf->frames : -1;
}

/* Frames that one after the other are needed, the last one first; 0 if one is missing. */
static size_t chain_of(const struct shelf *shelf, size_t i, size_t chain[CHAIN_MAX])
{
	size_t count = 0;
	ssize_t base;

	while (count < CHAIN_MAX) {
		chain[count++] = i;
		if (!shelf->frames[i].head.base)
			return count;
		base = base_of(shelf, i);
		if (base < 0)
			return 0;
		i = base;
		if (shelf->at == i + 1)
			return count;
	}
	return 0;
}

/* The moment before becomes the base of this one. */
static bool take_frame(struct shelf *shelf, size_t i)
{
	const struct place_of_frame *frame = &shelf->frames[i];
	const struct moment before = shelf->now;

	shelf->now = shelf->spare;
	shelf->spare = before;
	moment_clear(&shelf->now);
	shelf->now.head = frame->head;
	shelf->at = 0;
	if (!read_packed(shelf, frame) ||
	    !frame_take(shelf->reader, &shelf->now, frame->head.base ? &shelf->spare : NULL,
			shelf->packed.bytes))
		return false;
	shelf->at = i + 1;
	return true;
}

/**
 * shelf_load - look at a moment
 * @shelf: the shelf
 * @i: its frame
 *
 * Return: the moment, until another one is looked at; NULL if the frame is damaged, or one
 * that it needs, or without memory.
 */
const struct moment *shelf_load(struct shelf *shelf, size_t i)
{
	size_t chain[CHAIN_MAX], count;

	if (shelf->at == i + 1)
		return &shelf->now;
	count = chain_of(shelf, i, chain);
	if (!count)
		return NULL;
	while (count--)
		if (!take_frame(shelf, chain[count]))
			return NULL;
	if (frame_whole(&shelf->now))
		return &shelf->now;
	shelf->at = 0;
	return NULL;
}

/**
 * shelf_close - forget all of it
 * @shelf: as zeroed afterwards
 */
void shelf_close(struct shelf *shelf)
{
	size_t i;

	for (i = 0; i < shelf->volume_count; i++) {
		free(shelf->volumes[i].path);
		close(shelf->volumes[i].file);
	}
	free(shelf->volumes);
	free(shelf->frames);
	frames_free(shelf->reader);
	buffer_free(&shelf->packed);
	moment_free(&shelf->now);
	moment_free(&shelf->spare);
	*shelf = (struct shelf){ 0 };
}
