// SPDX-License-Identifier: GPL-2.0
/*
 * Texts that somebody else chose: they must not break lines, columns, lists or
 * the terminal.
 */
#include "table/plain.h"

#include <stdbool.h>
#include <string.h>

#include "table/utf8.h"

/* Blanks and commas separate; U+0080 to U+009F are controls as well as those of ASCII. */
static bool is_fit(const unsigned char *character, size_t length)
{
	if (length == 1)
		return *character > ' ' && *character != 0x7f && *character != ',';
	return length > 2 || (length && !utf8_is_control(character));
}

/**
 * plain_put - write a text, with "?" for what is not fit to be shown
 * @to: room for @length characters
 * @text: any bytes; those that are not UTF-8 are not fit either
 * @length: of @text
 *
 * Return: behind the last character.
 */
char *plain_put(char *to, const char *text, size_t length)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t size;

	while (length) {
		size = utf8_length(from, length);
		if (is_fit(from, size))
			to = mempcpy(to, from, size);
		else
			*to++ = '?';
		size += !size;
		from += size;
		length -= size;
	}
	return to;
}

static char *put_escape(char *to, uint8_t byte)
{
	*to++ = '\\';
	*to++ = '0' + (byte >> 6);
	*to++ = '0' + (byte >> 3 & 7);
	*to++ = '0' + (byte & 7);
	return to;
}

/**
 * plain_put_escaped - write the path or abstract name of a UNIX socket
 * @to: room for PLAIN_ESCAPE * @size characters
 * @bytes: as bind(2) got it; an abstract name begins with 0
 * @size: of @bytes
 *
 * A 0 becomes "@", as in /proc/net/unix. All but printable ASCII becomes \OOO, three
 * octal digits as in /proc/mounts; so do the backslash, and the "@" of a path's
 * beginning.
 *
 * Return: behind the last character.
 */
char *plain_put_escaped(char *to, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (!bytes[i])
			*to++ = '@';
		else if (bytes[i] <= ' ' || bytes[i] >= 0x7f || bytes[i] == '\\' ||
			 (bytes[i] == '@' && !i))
			to = put_escape(to, bytes[i]);
		else
			*to++ = bytes[i];
	}
	return to;
}
