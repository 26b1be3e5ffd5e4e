/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
