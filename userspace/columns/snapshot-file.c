// SPDX-License-Identifier: GPL-2.0
/* An earlier answer, read from a file: JSON as "sockport ports --json" writes it, or programs. */
#include "count/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "columns/column.h"
#include "columns/tables.h"
#include "count/accounts.h"
#include "format/clock.h"
#include "format/words.h"

/* Versions before had moments in milliseconds: with so many microseconds it is 1973. */
#define MILLISECONDS_MAX	100000000000000ull
/* Ports of a thousand namespaces have room. */
#define FILE_MAX	(256l << 20)
#define NO_ANSWER	"it is no JSON of this command, or only a part of it"

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

static uint64_t moment_ms(uint64_t moment)
{
	return moment > MILLISECONDS_MAX ? moment / US_PER_MS : moment;
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
	history->values[SOCKPORT_A_HISTORY_FIRST_ACTIVE] =
		moment_ms(history->values[SOCKPORT_A_HISTORY_FIRST_ACTIVE]);
	return any;
}

/* Differences cannot be subtracted. */
static bool is_difference(struct json_object *object)
{
	struct json_object *value;

	return (json_object_object_get_ex(object, "elapsed", &value) && value) ||
	       (json_object_object_get_ex(object, "seconds", &value) && value);
}

static bool is_any(const char *address)
{
	return address && (!strcmp(address, "*") || !strcmp(address, "0.0.0.0") ||
			   !strcmp(address, "::"));
}

static uint8_t get_bound(struct json_object *object)
{
	struct json_object *array;
	size_t i;

	if (!json_object_object_get_ex(object, "bound", &array))
		return SNAPSHOT_BOUND_UNKNOWN;
	/* It is closed, and has a history only. */
	if (!json_object_is_type(array, json_type_array))
		return SNAPSHOT_BOUND_NONE;
	for (i = 0; i < json_object_array_length(array); i++)
		if (is_any(json_object_get_string(json_object_array_get_idx(array, i))))
			return SNAPSHOT_BOUND_ALL;
	return SNAPSHOT_BOUND_SOME;
}

static bool get_row(struct json_object *object, struct snapshot_row *row)
{
	const char *protocol, *role;
	uint64_t time;

	*row = (struct snapshot_row){ 0 };
	if (!json_object_is_type(object, json_type_object) || is_difference(object))
		return false;
	protocol = get_text(object, "proto");
	role = get_text(object, "role");
	/* Not told by the kernel, it is null. */
	get_u32(object, "netns_inode", &row->netns);
	if (!get_number(object, "time", &time))
		return false;
	row->time = moment_ms(time);
	row->bound = get_bound(object);
	return protocol && word_is_protocol(protocol, &row->protocol) &&
	       role && word_is_role(role, &row->role) && get_u32(object, "port", &row->port) &&
	       json_object_object_get_ex(object, "netns_inode", NULL) &&
	       get_history(object, &row->history);
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

/* What stands behind the end of a document. */
static bool is_blank(const char *text, size_t length)
{
	while (length && *text && strchr(" \t\r\n", *text)) {
		text++;
		length--;
	}
	return !length;
}

/**
 * struct reading - a file that is read
 * @tokener: json-c's own
 * @object: the document, when it is complete
 * @problem: what is wrong with it, NULL for nothing
 */
struct reading {
	struct json_tokener *tokener;
	struct json_object *object;
	const char *problem;
};

/* Take one more piece; false if no more is wanted. */
static bool take_piece(struct reading *reading, const char *text, size_t length)
{
	size_t used = 0;

	if (!reading->object) {
		reading->object = json_tokener_parse_ex(reading->tokener, text, length);
		used = json_tokener_get_parse_end(reading->tokener);
		if (!reading->object &&
		    json_tokener_get_error(reading->tokener) != json_tokener_continue)
			reading->problem = NO_ANSWER;
	}
	if (reading->object && !is_blank(text + used, length - used))
		reading->problem = "it has more than one answer: say which one by a file of its own";
	return !reading->problem;
}

static void read_pieces(struct reading *reading, int file)
{
	char text[16384];
	struct stat stat;
	off_t size = 0;
	ssize_t length;

	if (!fstat(file, &stat) && S_ISREG(stat.st_mode) && stat.st_size > FILE_MAX)
		size = FILE_MAX;
	while ((length = read(file, text, sizeof(text))) > 0) {
		size += length;
		if (size > FILE_MAX) {
			reading->problem = "it is too large for an answer";
			return;
		}
		if (!take_piece(reading, text, length))
			return;
	}
	if (length < 0)
		reading->problem = strerror(errno);
	else if (!json_object_is_type(reading->object, json_type_array))
		reading->problem = NO_ANSWER;
}

/* The array of a file, for json_object_put(); NULL where it has none. */
static struct json_object *read_array(const char *path, struct failure *failure)
{
	struct reading reading = { .tokener = json_tokener_new() };
	int file;

	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		reading.problem = strerror(errno);
	else if (reading.tokener)
		read_pieces(&reading, file);
	else
		reading.problem = "out of memory";
	if (file >= 0)
		close(file);
	if (reading.tokener)
		json_tokener_free(reading.tokener);
	if (!reading.problem)
		return reading.object;
	failure_set(failure, EXIT_USAGE, "cannot read '%.200s': %s", path, reading.problem);
	json_object_put(reading.object);
	return NULL;
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
	struct json_object *array = read_array(path, failure);
	int result;

	if (!array)
		return -1;
	result = add_rows(snapshot, array, path, failure);
	json_object_put(array);
	return result;
}

static void copy_text(struct json_object *object, const char *key, char *to, size_t room)
{
	const char *text = get_text(object, key);

	if (text)
		strncpy(to, text, room);
}

static bool get_bool(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value);
}

/* As programs are summed up now. */
static bool get_doer(struct json_object *object, enum accounts_by by, struct doer *doer)
{
	const char *word = get_text(object, "by");
	uint64_t time;

	memset(doer, 0, sizeof(*doer));
	if (!json_object_is_type(object, json_type_object) || is_difference(object) || !word ||
	    strcmp(word, accounts_words[by]))
		return false;
	doer->by = by;
	get_u32(object, "netns_inode", &doer->key.netns);
	doer->key.is_rest = get_bool(object, "rest");
	if (by == ACCOUNTS_BY_USER)
		doer->key.has_uid = get_u32(object, "uid", &doer->key.uid);
	if (by == ACCOUNTS_BY_PROGRAM)
		copy_text(object, "program", doer->key.comm, COMM_MAX);
	if (by != ACCOUNTS_BY_USER)
		copy_text(object, by == ACCOUNTS_BY_CONTAINER ? "container" : "unit",
			  doer->key.unit, UNIT_MAX);
	if (!get_number(object, "time", &time))
		return false;
	doer->port.time = moment_ms(time);
	return get_history(object, &doer->port.history);
}

static int add_doers(struct accounts_before *before, struct json_object *array, const char *path,
		     struct failure *failure)
{
	struct doer doer;
	size_t i;

	for (i = 0; i < json_object_array_length(array); i++) {
		if (!get_doer(json_object_array_get_idx(array, i), before->accounts.by, &doer))
			return failure_set(failure, EXIT_USAGE,
					   "'%.200s' is no answer of sockport programs --json --by %s with its usual columns",
					   path, accounts_words[before->accounts.by]);
		if (!accounts_keep(&before->accounts, &doer))
			return failure_set(failure, EXIT_RUN, "out of memory");
		before->time = doer.port.time;
	}
	if (!before->time)
		return failure_set(failure, EXIT_USAGE,
				   "'%.200s' has no programs, so it does not say when it was made",
				   path);
	return 0;
}

/**
 * accounts_read - read an earlier answer
 * @before: zeroed before, but for what its accounts are summed up by
 * @path: of a file with what "sockport programs --json" printed
 * @failure: what is wrong with it
 *
 * Return: 0 or -1; either way, accounts_free() what there is.
 */
int accounts_read(struct accounts_before *before, const char *path, struct failure *failure)
{
	struct json_object *array = read_array(path, failure);
	int result;

	if (!array)
		return -1;
	result = add_doers(before, array, path, failure);
	json_object_put(array);
	return result;
}
