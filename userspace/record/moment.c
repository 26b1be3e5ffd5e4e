// SPDX-License-Identifier: GPL-2.0
/* The messages of a moment, one behind the other. */
#include "record/moment.h"

#include <libmnl/libmnl.h>
#include <string.h>

#include "count/hash.h"

/**
 * moment_note - have the last bytes of a moment as a message
 * @moment: the moment
 * @start: where the message begins
 */
void moment_note(struct moment *moment, uint32_t start)
{
	buffer_put(&moment->starts, &start, sizeof(start));
	moment->count += !moment->starts.failed;
}

/**
 * moment_add - add a message
 * @moment: the moment
 * @message: complete
 * @kind: becomes its type
 * @key: what it is about
 */
void moment_add(struct moment *moment, const struct nlmsghdr *message, uint16_t kind,
		uint32_t key)
{
	static const uint8_t padding[NLMSG_ALIGNTO];
	const size_t start = moment->bytes.size, size = message->nlmsg_len;
	const struct nlmsghdr head = { .nlmsg_len = size, .nlmsg_type = kind };

	if (start + NLMSG_ALIGN(size) > RECORD_MAX)
		moment->bytes.failed = true;
	if (!buffer_reserve(&moment->bytes, NLMSG_ALIGN(size)))
		return;
	buffer_put(&moment->bytes, &head, sizeof(head));
	buffer_put(&moment->bytes, message + 1, size - sizeof(head));
	buffer_put(&moment->bytes, padding, NLMSG_ALIGN(size) - size);
	buffer_put(&moment->keys, &key, sizeof(key));
	moment_note(moment, start);
}

/**
 * moment_begin - begin a message of our own
 * @buffer: MOMENT_MESSAGE_MAX bytes, aligned
 *
 * Return: the message.
 */
struct nlmsghdr *moment_begin(void *buffer)
{
	return mnl_nlmsg_put_header(buffer);
}

/**
 * moment_put_number - add a number to a message
 * @message: from moment_begin()
 * @type: of the attribute
 * @number: the number
 */
void moment_put_number(struct nlmsghdr *message, uint16_t type, uint64_t number)
{
	mnl_attr_put_u64(message, type, number);
}

/**
 * moment_put_text - add a text to a message
 * @message: from moment_begin(), with few texts
 * @type: of the attribute
 * @text: of it, MOMENT_TEXT_MAX bytes; nothing is added for NULL
 */
void moment_put_text(struct nlmsghdr *message, uint16_t type, const char *text)
{
	char copy[MOMENT_TEXT_MAX + 1];
	size_t length;

	if (!text)
		return;
	length = strnlen(text, MOMENT_TEXT_MAX);
	memcpy(copy, text, length);
	copy[length] = 0;
	/* Some libmnl leave padding as it was before. */
	memset(mnl_nlmsg_get_payload_tail(message), 0, NLA_HDRLEN + NLA_ALIGN(length + 1));
	mnl_attr_put_strz(message, type, copy);
}

/**
 * moment_end - add a message of our own
 * @moment: the moment
 * @message: from moment_begin()
 * @kind: RECORD_KIND_*
 */
void moment_end(struct moment *moment, const struct nlmsghdr *message, uint16_t kind)
{
	moment_add(moment, message, kind, hash_bytes(kind, message + 1,
						     message->nlmsg_len - sizeof(*message)));
}

/**
 * moment_cut - forget the last messages
 * @moment: the moment
 * @count: how many stay
 */
void moment_cut(struct moment *moment, size_t count)
{
	if (count < moment->count) {
		moment->bytes.size = ((uint32_t *)moment->starts.bytes)[count];
		moment->starts.size = count * sizeof(uint32_t);
		moment->keys.size = count * sizeof(uint32_t);
		moment->count = count;
	}
	/* What had no room is among those that are forgotten; none of it is there. */
	moment->bytes.failed = false;
}

/**
 * moment_failed - whether there was no memory for something, or it is too large
 * @moment: the moment
 *
 * Return: true if it is not whole.
 */
bool moment_failed(const struct moment *moment)
{
	return moment->bytes.failed || moment->starts.failed || moment->keys.failed;
}

/**
 * moment_clear - make a moment empty; its memory stays
 * @moment: the moment
 */
void moment_clear(struct moment *moment)
{
	moment->head = (struct record_frame){ 0 };
	moment->bytes.size = 0;
	moment->bytes.failed = false;
	moment->starts.size = 0;
	moment->starts.failed = false;
	moment->keys.size = 0;
	moment->keys.failed = false;
	moment->count = 0;
}

/**
 * moment_free - forget a moment
 * @moment: as zeroed afterwards
 */
void moment_free(struct moment *moment)
{
	buffer_free(&moment->bytes);
	buffer_free(&moment->starts);
	buffer_free(&moment->keys);
	*moment = (struct moment){ 0 };
}
