// SPDX-License-Identifier: GPL-2.0
/*
 * The file of the recorder. It is in a directory that is opened once, and never a link, as
 * others may be able to write there.
 */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/directory.h"
#include "record/rotate.h"
#include "record/shelf.h"

#define MODE	0600
#define FLAGS	(O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static int say(const struct store *store, struct failure *failure, const char *why)
{
	return failure_set(failure, EXIT_RUN, "cannot record to '%.200s': %s", store->path, why);
}

static int open_directory(struct store *store, struct failure *failure)
{
	const char *slash = strrchr(store->path, '/');
	const char *name = slash ? slash + 1 : store->path;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return say(store, failure, strerror(EISDIR));
	if (strlen(name) + sizeof(".1000") > sizeof(store->name))
		return say(store, failure, strerror(ENAMETOOLONG));
	strcpy(store->name, name);
	store->directory = directory_open(store->path, name - store->path);
	if (store->directory >= 0)
		return 0;
	return say(store, failure, errno == ELOOP ?
		   "there is a link in a directory where others may write" : strerror(errno));
}

/* What others could have made, or can change, may be anything. */
static int check_file(const struct store *store, struct stat *status, struct failure *failure)
{
	if (fstat(store->file, status))
		return say(store, failure, strerror(errno));
	if (!S_ISREG(status->st_mode))
		return say(store, failure, "it is no regular file");
	if (status->st_uid != geteuid())
		return say(store, failure, "it belongs to somebody else");
	if (status->st_nlink != 1)
		return say(store, failure, "it has other names");
	if (status->st_mode & 0022)
		return say(store, failure, "others may write to it");
	if (flock(store->file, LOCK_EX | LOCK_NB))
		return say(store, failure, "another one records to it");
	return 0;
}

/* What is refused is not kept open: nothing is recorded to it later. */
static int open_file(struct store *store, int flags, struct stat *status, struct failure *failure)
{
	store->file = openat(store->directory, store->name, FLAGS | O_CREAT | flags, MODE);
	if (store->file < 0)
		return say(store, failure, errno == ELOOP ? "it is a link" : strerror(errno));
	if (!check_file(store, status, failure))
		return 0;
	close(store->file);
	store->file = -1;
	return -1;
}

/* All of it or nothing: what there is no room for is not left there in part. */
static int write_whole(struct store *store, const void *bytes, size_t size,
		       struct failure *failure)
{
	const ssize_t length = write(store->file, bytes, size);
	const int error = length < 0 ? errno : ENOSPC;

	if (length == (ssize_t)size) {
		store->size += size;
		return 0;
	}
	if (length > 0 && ftruncate(store->file, store->size)) {
		/* A reader passes over it, and what comes later stands alone in another file. */
		close(store->file);
		store->file = -1;
	}
	return say(store, failure, strerror(error));
}

static int put_head(struct store *store, uint64_t now, struct failure *failure)
{
	struct record_file head;

	store->size = 0;
	store->number = 0;
	store->began = now;
	file_head_make(&head, now);
	return write_whole(store, &head, sizeof(head), failure);
}

/* What was cut when a recorder was killed, or a disk was full, is taken away. */
static int take_away(struct store *store, const struct volume *volume, struct failure *failure)
{
	char text[512];

	if (!volume_trouble(volume, text, sizeof(text)))
		return 0;
	fprintf(stderr, "sockport: %s%s\n", text,
		volume->is_cut ? ": that one is taken away" : "");
	/* Whatever is in there stays as it is. */
	if (!volume->is_cut) {
		store->began = 0;
		return 0;
	}
	if (ftruncate(store->file, volume->damage))
		return say(store, failure, strerror(errno));
	store->size = volume->damage;
	return 0;
}

static int go_on(struct store *store, struct volume *volume, struct failure *failure)
{
	struct shelf shelf = { .volumes = volume, .volume_count = 1 };
	struct record_file head;
	int error;

	if (!volume_read(volume, &head, sizeof(head), 0) || !shelf_scan(&shelf, volume))
		return say(store, failure, "it cannot be read");
	store->began = head.time;
	store->size = volume->size;
	if (shelf.count)
		store->number = shelf.frames[shelf.count - 1].head.number;
	error = take_away(store, volume, failure);
	free(shelf.frames);
	return error;
}

static int use_file(struct store *store, uint64_t size, struct failure *failure)
{
	struct volume volume = {
		.path = (char *)store->path, .file = store->file, .size = size,
	};
	int checked = volume_check(&volume, failure);

	if (checked < 0)
		return -1;
	if (!checked)
		return go_on(store, &volume, failure);
	if (ftruncate(store->file, 0))
		return say(store, failure, strerror(errno));
	return 0;
}

/**
 * store_open - begin to record to a file, or go on
 * @store: @max_size and @keep are set; store_close() it whatever happens
 * @path: of the file; must stay
 * @failure: what went wrong; that it is something else, too
 *
 * A record at the end that is not whole is taken away, which is said on stderr.
 *
 * Return: 0 or -1.
 */
int store_open(struct store *store, const char *path, struct failure *failure)
{
	struct stat status;

	store->path = path;
	store->file = -1;
	store->directory = -1;
	if (open_directory(store, failure) || open_file(store, 0, &status, failure))
		return -1;
	return status.st_size ? use_file(store, status.st_size, failure) : 0;
}

/**
 * store_is_full - whether the file is large or old enough, or none that records can go to
 * @store: the store
 * @now: milliseconds since 1970
 *
 * Return: true if store_begin() must be called before the next record.
 */
bool store_is_full(const struct store *store, uint64_t now)
{
	return store->file < 0 || !store->size || store->size >= store->max_size ||
	       now < store->began || now - store->began >= STORE_AGE_MS;
}

/**
 * store_begin - begin another file
 * @store: the store; the file that was there becomes an older one
 * @now: milliseconds since 1970
 * @failure: what went wrong
 *
 * Return: 0 or -1; then it may be tried again.
 */
int store_begin(struct store *store, uint64_t now, struct failure *failure)
{
	struct stat status;

	if (store->file >= 0 && !store->size)
		return put_head(store, now, failure);
	if (rotate(store->directory, store->name, store->keep))
		return say(store, failure, strerror(errno));
	if (store->file >= 0)
		close(store->file);
	store->size = 0;
	if (open_file(store, O_EXCL, &status, failure))
		return -1;
	return put_head(store, now, failure);
}

/**
 * store_put - add a record
 * @store: not full
 * @bytes: of the record
 * @size: how many
 * @failure: what went wrong
 *
 * Return: 0; or -1, and the file is as it was, or another one must be begun.
 */
int store_put(struct store *store, const void *bytes, size_t size, struct failure *failure)
{
	return write_whole(store, bytes, size, failure);
}

/**
 * store_close - record no more
 * @store: from store_open()
 */
void store_close(struct store *store)
{
	if (store->file >= 0)
		close(store->file);
	if (store->directory >= 0)
		close(store->directory);
}
