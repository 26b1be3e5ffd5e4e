// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses as text. inet_ntop() writes the same text and takes several times
 * as long, which is much of the time that a row takes.
 */
#include "format/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "format/number.h"

#define GROUPS	8

struct run {
	int start;
	int length;
};

static char *put_octet(char *to, unsigned int octet)
{
	if (octet >= 100) {
		*to++ = '0' + octet / 100;
		octet %= 100;
		*to++ = '0' + octet / 10;
	} else if (octet >= 10) {
		*to++ = '0' + octet / 10;
	}
	*to++ = '0' + octet % 10;
	return to;
}

static char *put_ipv4(char *to, const uint8_t *address)
{
	int i;

	for (i = 0; i < 4; i++) {
		to = put_octet(to, address[i]);
		*to++ = '.';
	}
	return to - 1;
}

static unsigned int group_at(const uint8_t *address, int i)
{
	return address[2 * i] << 8 | address[2 * i + 1];
}

/* RFC 5952, section 4.1: lower case, no leading zeroes. */
static char *put_group(char *to, unsigned int group)
{
	static const char digits[] = "0123456789abcdef";

	if (group >= 0x1000)
		*to++ = digits[group >> 12];
	if (group >= 0x100)
		*to++ = digits[group >> 8 & 0xf];
	if (group >= 0x10)
		*to++ = digits[group >> 4 & 0xf];
	*to++ = digits[group & 0xf];
	return to;
}

/* RFC 5952, section 4.2: the longest run of zeroes, the first of equals, not one alone. */
static struct run longest_run(const uint8_t *address)
{
	struct run best = { -1, 1 };
	int i, length = 0;

	for (i = 0; i < GROUPS; i++) {
		length = group_at(address, i) ? 0 : length + 1;
		if (length > best.length)
			best = (struct run){ i - length + 1, length };
	}
	return best;
}

/* IPv4 inside IPv6 where inet_ntop() shows it: mapped, and the old compatible form. */
static bool has_ipv4(const uint8_t *address, const struct run *zeroes)
{
	if (zeroes->start != 0)
		return false;
	return zeroes->length == 6 ||
	       (zeroes->length == 5 && group_at(address, 5) == 0xffff);
}

static char *put_ipv6(char *to, const uint8_t *address)
{
	const struct run zeroes = longest_run(address);
	const bool ipv4 = has_ipv4(address, &zeroes);
	int i;

	for (i = 0; i < (ipv4 ? 6 : GROUPS); i++) {
		if (i == zeroes.start) {
			*to++ = ':';
			i += zeroes.length - 1;
			continue;
		}
		if (i)
			*to++ = ':';
		to = put_group(to, group_at(address, i));
	}
	if (ipv4 || zeroes.start + zeroes.length == GROUPS)
		*to++ = ':';
	return ipv4 ? put_ipv4(to, address + 12) : to;
}

/**
 * address_put - write an address as inet_ntop() does, without a terminating 0
 * @to: room for ADDRESS_MAX characters
 * @family: AF_INET or AF_INET6
 * @address: 4 or 16 bytes in network byte order
 *
 * IPv6 follows RFC 5952.
 *
 * Return: behind the last character.
 */
char *address_put(char *to, int family, const uint8_t *address)
{
	if (family == AF_INET)
		return put_ipv4(to, address);
	return put_ipv6(to, address);
}

/**
 * address_is_scoped - whether an address means something on one link only
 * @family: AF_INET or AF_INET6
 * @address: 4 or 16 bytes in network byte order
 *
 * Return: true for link-local unicast and multicast of IPv6 (RFC 4007).
 */
bool address_is_scoped(int family, const uint8_t *address)
{
	if (family != AF_INET6)
		return false;
	return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
	       (address[0] == 0xff && (address[1] & 0x0f) == 0x02);
}

static bool parse_address(const char *text, struct prefix *prefix)
{
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(prefix->family, text, prefix->address) == 1;
}

/* An IPv6 address may stand in brackets, as it does beside a port. */
static char *strip_brackets(char *text)
{
	size_t length = strlen(text);

	if (length < 2 || text[0] != '[' || text[length - 1] != ']')
		return text;
	text[length - 1] = 0;
	return text + 1;
}

/**
 * address_parse_prefix - read ADDRESS or ADDRESS/LENGTH
 * @text: IPv4 or IPv6, numeric
 * @prefix: where to put it; without a length all bits count
 *
 * Return: whether @text is such a prefix.
 */
bool address_parse_prefix(const char *text, struct prefix *prefix)
{
	char copy[ADDRESS_MAX + 8];
	uint32_t bits, length;
	char *slash;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return false;
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = 0;
	if (!parse_address(strip_brackets(copy), prefix))
		return false;
	bits = prefix->family == AF_INET ? 32 : 128;
	length = bits;
	if (slash && !number_parse(slash, bits, &length))
		return false;
	prefix->length = length;
	return true;
}
