// SPDX-License-Identifier: GPL-2.0
/*
 * Texts that somebody else chose: they must not break lines, columns, lists or the terminal,
 * nor look like what we say ourselves. What is not fit becomes \OOO for each byte, three octal
 * digits, as in /proc/mounts; JSON has escapes of its own.
 */
#include "table/escape.h"

#include <string.h>

#include "format/number.h"
#include "table/utf8.h"

static bool is_octal(unsigned char character)
{
	return character >= '0' && character <= '7';
}

/* A backslash stays where nobody can take it for an escape: systemd's names have many. */
static bool is_fit(const unsigned char *from, size_t left)
{
	switch (*from) {
	case ',':
	case '[':
		return false;
	case '\\':
		return left < 2 || !is_octal(from[1]);
	}
	return *from > ' ' && *from < 0x7f;
}

/* What we put in front of names, or in their place. */
static bool is_mark(const unsigned char *text, size_t length)
{
	if (*text == '~' || *text == '?')
		return true;
	return length == 1 && (*text == '-' || *text == '+' || *text == '*');
}

static char *put_escape(char *to, uint8_t byte)
{
	*to++ = '\\';
	*to++ = '0' + (byte >> 6);
	*to++ = '0' + (byte >> 3 & 7);
	*to++ = '0' + (byte & 7);
	return to;
}

static char *put_escapes(char *to, const unsigned char *from, size_t count)
{
	while (count--)
		to = put_escape(to, *from++);
	return to;
}

/* A character beyond ASCII, or a byte that is none. */
static size_t put_beyond(char **to, const unsigned char *from, size_t left, bool utf8, int *extra)
{
	const size_t length = utf8_length(from, left);
	const uint32_t character = length ? utf8_character(from, length) : 0;

	if (!utf8 || !length || utf8_is_invisible(character)) {
		*to = put_escapes(*to, from, length ? length : 1);
		return length ? length : 1;
	}
	memcpy(*to, from, length);
	*to += length;
	*extra += (int)length - (int)utf8_width(character);
	return length;
}

/**
 * escape_text - write a text into a line
 * @to: room for ESCAPE_TEXT characters for each byte
 * @text: any bytes
 * @length: of @text
 * @utf8: characters beyond ASCII can be shown
 * @extra: is increased by the bytes that are no columns of a terminal
 *
 * Different texts look different.
 *
 * Return: behind the last character.
 */
char *escape_text(char *to, const char *text, size_t length, bool utf8, int *extra)
{
	const unsigned char *from = (const unsigned char *)text;
	const unsigned char *const end = from + length;

	if (length && is_mark(from, length))
		to = put_escape(to, *from++);
	while (from < end) {
		if (is_fit(from, end - from))
			*to++ = *from++;
		else if (*from < 0x80)
			to = put_escape(to, *from++);
		else
			from += put_beyond(&to, from, end - from, utf8, extra);
	}
	return to;
}

static char *put_unit(char *to, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	*to++ = '\\';
	*to++ = 'u';
	for (shift = 12; shift >= 0; shift -= 4)
		*to++ = digits[unit >> shift & 0xf];
	return to;
}

/* RFC 8259, section 7: beyond 16 bits, two surrogates. */
static char *put_json_escape(char *to, uint32_t character)
{
	if (character < 0x10000)
		return put_unit(to, character);
	character -= 0x10000;
	return put_unit(put_unit(to, 0xd800 | character >> 10), 0xdc00 | (character & 0x3ff));
}

/* One character of a string; those that JSON lets pass and a terminal obeys, too. */
static char *put_json(char *to, const unsigned char *from, size_t length)
{
	const uint32_t character = length == 1 ? *from : utf8_character(from, length);

	if (character < ' ' || character == 0x7f || (length > 1 && utf8_is_invisible(character)))
		return put_json_escape(to, character);
	if (*from == '"' || *from == '\\')
		*to++ = '\\';
	memcpy(to, from, length);
	return to + length;
}

/**
 * escape_json - write a text into a string of JSON, without its quotes
 * @to: room for ESCAPE_JSON characters for each byte
 * @text: any bytes; those that are not UTF-8 become U+FFFD
 * @length: of @text
 *
 * Return: behind the last character.
 */
char *escape_json(char *to, const char *text, size_t length)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t size;

	while (length) {
		size = *from < 0x80 ? 1 : utf8_length(from, length);
		to = size ? put_json(to, from, size) : text_put(to, "\\ufffd");
		size += !size;
		from += size;
		length -= size;
	}
	return to;
}

/* An abstract name begins with 0, shown as "@"; a path's own "@" is not mistaken for it. */
static bool is_path_fit(const uint8_t *bytes, size_t i)
{
	return bytes[i] && bytes[i] != '\\' && !(bytes[i] == '@' && !i);
}

/**
 * escape_path - write the path or abstract name of a UNIX socket into a line
 * @to: room for ESCAPE_TEXT characters for each byte
 * @bytes: as bind(2) got it
 * @size: of @bytes
 *
 * The 0 of an abstract name's beginning becomes "@", as in /proc/net/unix. All else that is no
 * printable ASCII becomes \OOO; so do the backslash, and the "@" of a path's beginning.
 *
 * Return: behind the last character.
 */
char *escape_path(char *to, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (!i && !bytes[i])
			*to++ = '@';
		else if (!is_path_fit(bytes, i) || bytes[i] <= ' ' || bytes[i] >= 0x7f)
			to = put_escape(to, bytes[i]);
		else
			*to++ = bytes[i];
	}
	return to;
}

/**
 * escape_path_json - write the path or abstract name of a UNIX socket into a string of JSON
 * @to: room for ESCAPE_JSON characters for each byte
 * @bytes: as bind(2) got it
 * @size: of @bytes
 *
 * As escape_path() does, but characters beyond ASCII and blanks stay as they are. A backslash of
 * an escape is one of the string's, so it is written twice.
 *
 * Return: behind the last character.
 */
char *escape_path_json(char *to, const uint8_t *bytes, size_t size)
{
	size_t i, length;

	for (i = 0; i < size; i += length) {
		length = bytes[i] < 0x80 ? 1 : utf8_length(bytes + i, size - i);
		if (!i && !bytes[i]) {
			*to++ = '@';
		} else if (length && is_path_fit(bytes, i)) {
			to = put_json(to, bytes + i, length);
		} else {
			*to++ = '\\';
			to = put_escape(to, bytes[i]);
		}
		length += !length;
	}
	return to;
}
