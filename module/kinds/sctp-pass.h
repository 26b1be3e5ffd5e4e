/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SCTP_PASS_H
#define SOCKPORT_SCTP_PASS_H

#include <linux/bitmap.h>
#include <net/sctp/sctp.h>

#include "walk/walk.h"

#define SOCKPORT_SCTP_PORTS		65536

/* What is known of a namespace when its associations are taken. */
struct sockport_sctp_ports {
	DECLARE_BITMAP(listening, SOCKPORT_SCTP_PORTS);
};

/* A further address, of a record that has no memory for it yet. */
struct sockport_sctp_extra {
	unsigned int		record;
	bool			remote;
	u8			family;
	union sockport_address	address;
};

/**
 * struct sockport_sctp_pass - one pass over a table
 * @walk: the walk
 * @space: namespace under way
 * @mark: records that were in the batch before
 * @endpoints: of the module, which stays while they are kept
 * @associations: likewise
 * @room: sockets and further addresses that there is room for, a power of 2
 * @seen: hash table of addresses, twice as large
 * @kept: they are sockets, with references
 * @sockets: how many are in @seen
 * @extra: further addresses, in the order of their records
 * @extras: how many
 * @full: the pass itself needs more room, not the walk's batch
 * @leaving: an endpoint was met that is about to go
 * @place: where to go on in a bucket of endpoints, its socket has a reference
 * @found: endpoints of the namespace in this bucket so far
 * @left: associations that this hold may take
 * @pos: how many endpoints or associations the module is to pass over
 */
struct sockport_sctp_pass {
	struct sockport_walk	*walk;
	struct sockport_space	*space;
	unsigned int		mark;
	typeof(&sctp_for_each_endpoint)			endpoints;
	typeof(&sctp_transport_traverse_process)	associations;
	unsigned int		room;
	const void		**seen;
	bool			kept;
	unsigned int		sockets;
	struct sockport_sctp_extra *extra;
	unsigned int		extras;
	bool			full;
	bool			leaving;
	struct sctp_endpoint	*place;
	int			found;
	unsigned int		left;
	int			pos;
};

void sockport_sctp_free(struct sockport_sctp_pass *pass);
int sockport_sctp_alloc(struct sockport_sctp_pass *pass, unsigned int room);
const void **sockport_sctp_slot(const struct sockport_sctp_pass *pass, const void *socket);
int sockport_sctp_grow(struct sockport_sctp_pass *pass);
int sockport_sctp_see(struct sockport_sctp_pass *pass, const void *socket);
void sockport_sctp_unsee(struct sockport_sctp_pass *pass, const void *socket);
void sockport_sctp_address(u8 family, union sockport_address *to,
			   const union sctp_addr *from);
const struct sctp_sockaddr_entry *
sockport_sctp_first_local(const struct sctp_bind_addr *bind, const union sctp_addr *from);
int sockport_sctp_add_locals(struct sockport_sctp_pass *pass,
			     const struct sctp_bind_addr *bind,
			     const struct sctp_sockaddr_entry *first);
int sockport_sctp_add_remotes(struct sockport_sctp_pass *pass,
			      const struct sctp_association *asoc,
			      const struct sctp_transport *first);
bool sockport_sctp_identify(struct sockport_walk *walk,
			    struct sockport_record *rec, const struct sock *sk,
			    const struct sctp_sockaddr_entry *local);
void sockport_sctp_fill(struct sockport_walk *walk, struct sockport_record *rec,
			struct sock *sk);
int sockport_sctp_attach(struct sockport_sctp_pass *pass);

#endif /* SOCKPORT_SCTP_PASS_H */
