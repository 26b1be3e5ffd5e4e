// SPDX-License-Identifier: GPL-2.0
#include "host/category.h"

#include <stdio.h>

#include "host/file.h"

/**
 * category_name - what RFC 6335, section 6 calls a port of this number
 * @port: the port
 *
 * Return: "well-known", "registered" or "dynamic"; NULL for one that only a
 * vsock can have.
 */
const char *category_name(uint32_t port)
{
	if (port > UINT16_MAX)
		return NULL;
	if (port <= 1023)
		return "well-known";
	return port <= 49151 ? "registered" : "dynamic";
}

/**
 * category_local_range - from where this host takes the ports nobody chose
 * @range: where to put net.ipv4.ip_local_port_range of our network namespace
 *
 * Return: whether it could be read.
 */
bool category_local_range(struct port_range *range)
{
	unsigned int first, last;
	char text[32];

	if (!file_read_start("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)))
		return false;
	if (sscanf(text, "%u %u", &first, &last) != 2 || first > last || last > UINT16_MAX)
		return false;
	*range = (struct port_range){ first, last };
	return true;
}
