// SPDX-License-Identifier: GPL-2.0
/* An earlier answer, read from a file: JSON as "sockport ports --json" writes it. */
#include "count/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <unistd.h>

#include "columns/column.h"
#include "columns/history-columns.h"
#include "format/words.h"

static bool get_number(struct json_object *object, const char *key, uint64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int) ||
	    (json_object_get_int64(value) < 0))
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

static bool get_u32(struct json_object *object, const char *key, uint32_t *number)
{
	uint64_t value;

	if (!get_number(object, key, &value) || value > UINT32_MAX)
		return false;
	*number = value;
	return true;
}

/* NULL where it is no string. */
static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* Keys are the names of columns; a counter that is unknown is null. */
static bool get_history(struct json_object *object, struct history_row *history)
{
	const struct column *column;
	bool any = false;
	size_t i;

	for (i = 0; i < history_columns.count; i++) {
		column = &history_columns.list[i];
		if (!column->attribute)
			continue;
		if (json_object_object_get_ex(object, column->name, NULL))
			any = true;
		if (get_number(object, column->name, &history->values[column->attribute]))
			history->known |= 1ull << column->attribute;
	}
	return any;
}

/* Differences cannot be subtracted. */
static bool is_difference(struct json_object *object)
{
	struct json_object *value;

	return json_object_object_get_ex(object, "seconds", &value) && value;
}

static bool get_row(struct json_object *object, struct snapshot_row *row)
{
	const char *protocol, *role;

	*row = (struct snapshot_row){ 0 };
	if (!json_object_is_type(object, json_type_object) || is_difference(object))
		return false;
	protocol = get_text(object, "proto");
	role = get_text(object, "role");
	/* Not told by the kernel, it is null. */
	get_u32(object, "netns_inode", &row->netns);
	return protocol && word_is_protocol(protocol, &row->protocol) &&
	       role && word_is_role(role, &row->role) && get_u32(object, "port", &row->port) &&
	       json_object_object_get_ex(object, "netns_inode", NULL) &&
	       get_number(object, "time", &row->time) && get_history(object, &row->history);
}

static int add_rows(struct snapshot *snapshot, struct json_object *array, const char *path,
		    struct failure *failure)
{
	struct snapshot_row row;
	size_t i;

	for (i = 0; i < json_object_array_length(array); i++) {
		if (!get_row(json_object_array_get_idx(array, i), &row))
			return failure_set(failure, EXIT_USAGE,
					   "'%.200s' is no answer of sockport ports --json with its usual columns",
					   path);
		if (!snapshot_add(snapshot, &row))
			return failure_set(failure, EXIT_RUN, "out of memory");
	}
	if (!snapshot->count)
		return failure_set(failure, EXIT_USAGE,
				   "'%.200s' has no ports, so it does not say when it was made",
				   path);
	snapshot_sort(snapshot);
	return 0;
}

/* NULL where it is no JSON, ends too early, or cannot be read: then with errno. */
static struct json_object *parse(int file)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;
	char text[16384];
	ssize_t length;

	if (!tokener)
		return NULL;
	do {
		length = read(file, text, sizeof(text));
		if (length <= 0)
			break;
		object = json_tokener_parse_ex(tokener, text, length);
	} while (json_tokener_get_error(tokener) == json_tokener_continue);
	json_tokener_free(tokener);
	return object;
}

/**
 * snapshot_read - read an earlier answer
 * @snapshot: zeroed before; ready to be subtracted afterwards
 * @path: of a file with what "sockport ports --json" printed
 * @failure: what is wrong with it
 *
 * Return: 0 or -1; either way, snapshot_free() it.
 */
int snapshot_read(struct snapshot *snapshot, const char *path, struct failure *failure)
{
	struct json_object *object;
	int file, result;

	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return failure_set(failure, EXIT_USAGE, "cannot read '%.200s': %s", path,
				   strerror(errno));
	errno = 0;
	object = parse(file);
	close(file);
	if (!json_object_is_type(object, json_type_array)) {
		json_object_put(object);
		return failure_set(failure, EXIT_USAGE, "cannot read '%.200s': %s", path,
				   errno ? strerror(errno) : "it is no JSON of sockport ports, or only a part of it");
	}
	result = add_rows(snapshot, object, path, failure);
	json_object_put(object);
	return result;
}
