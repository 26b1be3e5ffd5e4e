// SPDX-License-Identifier: GPL-2.0
/* What the recorder said itself; a file may come from anywhere, so it may be anything. */
#include "record/message.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/attribute.h"
#include "record/moment.h"
#include "table/utf8.h"

static const struct nlattr *find(const struct nlmsghdr *message, uint16_t type)
{
	struct attributes attributes = attributes_of(message, 0);
	const struct nlattr *attribute;

	while ((attribute = next_attribute(&attributes)))
		if (type_of(attribute) == type)
			return attribute;
	return NULL;
}

/**
 * message_number - a number of a message
 * @message: complete
 * @type: of the attribute
 *
 * Return: the number, 0 if there is none.
 */
uint64_t message_number(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute = find(message, type);
	uint64_t number = 0;

	if (attribute && payload_size(attribute) == sizeof(number))
		memcpy(&number, payload(attribute), sizeof(number));
	return number;
}

/**
 * message_text - a text of a message
 * @message: complete
 * @type: of the attribute
 *
 * Return: any bytes, in @message; NULL if there are none.
 */
const char *message_text(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute = find(message, type);

	return attribute ? text_of(attribute) : NULL;
}

static bool is_shown(const unsigned char *text, size_t length)
{
	if (length <= 1)
		return length && *text >= ' ' && *text < 0x7f;
	return !utf8_is_invisible(utf8_character(text, length));
}

/**
 * message_line - a text of a message that a terminal can have
 * @message: complete
 * @type: of the attribute
 *
 * Return: to be freed, without what a terminal might follow; NULL if there is none, or no
 * memory.
 */
char *message_line(const struct nlmsghdr *message, uint16_t type)
{
	const char *text = message_text(message, type);
	const unsigned char *from = (const unsigned char *)text;
	size_t left, length;
	char *line, *to;

	if (!text)
		return NULL;
	left = strnlen(text, MOMENT_TEXT_MAX);
	line = malloc(left + 1);
	for (to = line; line && left; from += length, left -= length) {
		length = utf8_length(from, left);
		if (is_shown(from, length)) {
			memcpy(to, from, length);
			to += length;
		} else {
			*to++ = '?';
		}
		length += !length;
	}
	if (line)
		*to = 0;
	return line;
}
