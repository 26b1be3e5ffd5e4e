// SPDX-License-Identifier: GPL-2.0
#include "addresses.h"
#include "walk.h"
#include "mptcp.h"
static int none(struct sockport_walk *walk) { return 0; }
#define STUB(n, P) const struct sockport_kind sockport_##n __weak = { .protocol = SOCKPORT_PROTOCOL_##P, .batch = none }
STUB(raw, RAW); STUB(ping, PING); STUB(unix, UNIX); STUB(packet, PACKET); STUB(nlsock, NETLINK);
STUB(sctp, SCTP); STUB(mptcp, MPTCP); STUB(vsock, VSOCK); STUB(xdp, XDP);
void __weak sockport_mptcp_token(struct sockport_record *rec, struct sock *sk) { }
void __weak sockport_addresses_free(struct net *net, struct sockport_addresses *more) { }
