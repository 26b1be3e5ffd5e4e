/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ADDRESS_H
#define SOCKPORT_ADDRESS_H

#include <linux/in6.h>
#include <linux/types.h>

/**
 * union sockport_address - where a socket is
 * @v4: of AF_INET
 * @v6: of AF_INET6
 * @cid: context id, of AF_VSOCK
 */
union sockport_address {
	__be32		v4;
	struct in6_addr	v6;
	u32		cid;
};

#endif /* SOCKPORT_ADDRESS_H */
