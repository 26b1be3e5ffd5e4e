/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "kernel/rows.h"
#include "table/sink.h"

/**
 * enum endpoint - one of the two ends of a socket
 */
enum endpoint {
	ENDPOINT_LOCAL,
	ENDPOINT_REMOTE,
};

void value_end_of(struct sink *sink, const struct socket_row *socket, enum endpoint which);
void value_address_of(struct sink *sink, const struct socket_row *socket, enum endpoint which);
void value_addresses_of(struct sink *sink, const struct socket_row *socket, enum endpoint which);

#endif
