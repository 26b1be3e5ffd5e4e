/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_HEADERS_H
#define SOCKPORT_HEADERS_H

#include <linux/types.h>

#include "address.h"

struct sk_buff;

/**
 * struct sockport_headers - what a received packet says of itself
 * @family: AF_INET or AF_INET6
 * @protocol: enum sockport_protocol: TCP, UDP or UDP-Lite
 * @syn: asks for a connection
 * @local_port: that it came to, host order
 * @remote_port: that it came from, host order
 * @local: address that it came to
 * @remote: address that it came from
 */
struct sockport_headers {
	u8			family;
	u8			protocol;
	bool			syn;
	u16			local_port;
	u16			remote_port;
	union sockport_address	local;
	union sockport_address	remote;
};

bool sockport_headers_read(struct sockport_headers *headers,
			   const struct sk_buff *skb);

#endif /* SOCKPORT_HEADERS_H */
