/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Characters of the longest address, that is one mapped from IPv4. */
#define ADDRESS_MAX	45

/**
 * struct prefix - a range of addresses
 * @address: network byte order; 4 bytes of it for AF_INET
 * @family: AF_INET or AF_INET6
 * @length: leading bits of @address that count
 */
struct prefix {
	uint8_t address[16];
	uint8_t family;
	uint8_t length;
};

char *address_put(char *to, int family, const uint8_t *address);
bool address_is_scoped(int family, const uint8_t *address);
bool address_parse_prefix(const char *text, struct prefix *prefix);

/**
 * address_unmap - the IPv4 address inside of an IPv4-mapped one
 * @address: in network byte order
 * @size: 4 or 16 bytes; becomes 4 for ::ffff:0:0/96 (RFC 4291, section 2.5.5.2)
 *
 * Return: where the address begins that is meant.
 */
static inline const uint8_t *address_unmap(const uint8_t *address, uint8_t *size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (*size != 16 || memcmp(address, mapped, sizeof(mapped)))
		return address;
	*size = 4;
	return address + sizeof(mapped);
}

#endif
