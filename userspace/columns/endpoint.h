/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "host/names.h"
#include "kernel/rows.h"

/**
 * enum endpoint - one of the two ends of a socket
 */
enum endpoint {
	ENDPOINT_LOCAL,
	ENDPOINT_REMOTE,
};

char *endpoint_put(char *to, const struct socket_row *socket, enum endpoint end,
		   struct names *names);
char *endpoint_put_address(char *to, const struct socket_row *socket, enum endpoint end,
			   struct names *names);
char *endpoint_put_addresses(char *to, const struct socket_row *socket, enum endpoint end,
			     struct names *names);

#endif
