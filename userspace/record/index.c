// SPDX-License-Identifier: GPL-2.0
/* Who recorded, what things were called, and what there is no answer to. */
#include "record/index.h"

#include <stdlib.h>
#include <string.h>

#include "format/number.h"
#include "host/names.h"
#include "record/message.h"

/* A name; an item of a hash. */
struct entry {
	uint32_t kind;
	uint32_t first;
	uint32_t second;
	const char *text;
};

static uint32_t hash_entry(const void *thing)
{
	const struct entry *entry = thing;

	return hash_bytes(entry->kind, &entry->first, sizeof(entry->first)) ^
	       hash_bytes(0, &entry->second, sizeof(entry->second));
}

static bool same_entry(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return a->kind == b->kind && a->first == b->first && a->second == b->second;
}

static const struct hash_kind kind_of_entry = {
	.size = sizeof(struct entry), .hash = hash_entry, .same = same_entry,
};

static const char *find(const struct book *book, enum book_kind kind, uint32_t first,
			uint32_t second)
{
	const struct entry key = { .kind = kind, .first = first, .second = second };
	const struct index *index = book->data;
	const struct entry *entry = hash_find(&index->names, &kind_of_entry, &key);

	return entry ? entry->text : NULL;
}

static size_t longest_of(uint32_t kind)
{
	return kind == BOOK_NETNS ? NETNS_NAME_MAX : NAME_MAX_LENGTH;
}

static bool add_name(struct index *index, const struct nlmsghdr *message)
{
	const struct entry entry = {
		.kind = message_number(message, RECORD_A_NAME_KIND),
		.first = message_number(message, RECORD_A_NAME_FIRST),
		.second = message_number(message, RECORD_A_NAME_SECOND),
		.text = message_text(message, RECORD_A_NAME_TEXT),
	};

	/* A longer one counts as unknown, as everywhere. */
	if (!entry.text || !*entry.text || strlen(entry.text) > longest_of(entry.kind) ||
	    entry.kind >= BOOK_KINDS)
		return true;
	return hash_add(&index->names, &kind_of_entry, &entry);
}

static void take_host(struct index *index, const struct nlmsghdr *message)
{
	const uint64_t first = message_number(message, RECORD_A_HOST_FIRST_PORT);
	const uint64_t last = message_number(message, RECORD_A_HOST_LAST_PORT);

	free(index->host);
	index->host = message_line(message, RECORD_A_HOST_NAME);
	index->has_all = message_number(message, RECORD_A_HOST_NETNS_ALL);
	index->book.own = message_number(message, RECORD_A_HOST_NETNS);
	index->book.has_range = last && first <= last && last <= UINT16_MAX;
	index->book.range = (struct port_range){ first, last };
	index->book.available = message_number(message, RECORD_A_HOST_PORTS);
	if (index->book.available > last - first + 1)
		index->book.available = 0;
}

/**
 * index_make - read what a moment says of itself
 * @index: as zeroed, or of another moment, which is forgotten
 * @moment: must stay as long as the index
 *
 * Return: false without memory.
 */
bool index_make(struct index *index, const struct moment *moment)
{
	const struct nlmsghdr *message;
	size_t i;

	index_free(index);
	index->book.find = find;
	index->book.data = index;
	for (i = 0; i < moment->count; i++) {
		message = moment_at(moment, i);
		if (message->nlmsg_type == RECORD_KIND_HOST)
			take_host(index, message);
		else if (message->nlmsg_type == RECORD_KIND_NAME && !add_name(index, message))
			return false;
	}
	return true;
}

/* Also as the command shows one that has no name. */
static bool is_number(const char *name, uint32_t *inode)
{
	char number[NUMBER_MAX_U32 + 1];
	const size_t length = strlen(name);

	if (strncmp(name, "net:[", 5) || name[length - 1] != ']' ||
	    length - 6 >= sizeof(number))
		return false;
	memcpy(number, name + 5, length - 6);
	number[length - 6] = 0;
	return number_parse(number, UINT32_MAX, inode);
}

/**
 * index_netns - find a network namespace by its name
 * @index: of a moment
 * @name: the name
 * @inode: becomes its inode
 *
 * Return: false if there was none of that name.
 */
bool index_netns(const struct index *index, const char *name, uint32_t *inode)
{
	const struct entry *entry = index->names.list;
	size_t i;

	for (i = 0; i < index->names.count; i++) {
		if (entry[i].kind != BOOK_NETNS || strcmp(entry[i].text, name))
			continue;
		*inode = entry[i].first;
		return true;
	}
	return is_number(name, inode);
}

/**
 * index_missing - whether an answer is missing
 * @moment: in which
 * @command: to what, SOCKPORT_CMD_*; 0 for what doctor found
 *
 * Return: why, to be freed; NULL if the answer is there, or without memory.
 */
char *index_missing(const struct moment *moment, uint8_t command)
{
	const struct nlmsghdr *message;
	char *reason;
	size_t i;

	for (i = 0; i < moment->count; i++) {
		message = moment_at(moment, i);
		if (message->nlmsg_type != RECORD_KIND_MISSING ||
		    message_number(message, RECORD_A_MISSING_COMMAND) != command)
			continue;
		reason = message_line(message, RECORD_A_MISSING_REASON);
		return reason ? reason : strdup("nobody knows why");
	}
	return NULL;
}

/**
 * index_free - forget it
 * @index: as zeroed afterwards
 */
void index_free(struct index *index)
{
	hash_free(&index->names);
	free(index->host);
	*index = (struct index){ 0 };
}
