/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DATAGRAM_H
#define TESTS_DATAGRAM_H

/* From each protocol's own number on; ports of UDP-Lite are 100 above. */
#define DATAGRAM_PORT	15000
#define DATAGRAM_UID	3001

enum datagram_port {
	DATAGRAM_BOUND		= DATAGRAM_PORT,
	DATAGRAM_UNREAD,	/* three datagrams wait */
	DATAGRAM_DROPS,		/* its buffer has overflowed */
	DATAGRAM_CORKED,	/* half a datagram waits to be sent */
	DATAGRAM_REUSE,		/* three with SO_REUSEPORT */
	DATAGRAM_CONNECTED,	/* bound and connected to DATAGRAM_BOUND */
	DATAGRAM_MULTICAST,
	DATAGRAM_DEVICE,
	DATAGRAM_V6,
	DATAGRAM_V6ONLY,
	DATAGRAM_MAPPED,
	DATAGRAM_SCOPE,
};

/* UDP or UDP-Lite sockets of all sorts; they stay open. */
void datagram_sockets(int protocol);

#endif
