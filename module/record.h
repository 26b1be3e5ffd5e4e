/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_RECORD_H
#define SOCKPORT_RECORD_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <net/tcp.h>
#include <uapi/linux/sockport.h>

struct sock;

/* What only the module itself asks for, beside enum sockport_want. */
#define SOCKPORT_WANT_UID	BIT(16)

/**
 * enum sockport_has - which fields of a record are known
 * @SOCKPORT_HAS_UID: uid
 * @SOCKPORT_HAS_INODE: inode
 * @SOCKPORT_HAS_MARK: mark
 * @SOCKPORT_HAS_QUEUES: rx_queue and tx_queue
 * @SOCKPORT_HAS_BACKLOG: backlog and backlog_limit
 * @SOCKPORT_HAS_DROPS: drops
 * @SOCKPORT_HAS_COOKIE: cookie
 * @SOCKPORT_HAS_TIMER: timer, expires and retransmits
 * @SOCKPORT_HAS_MEMORY: memory
 * @SOCKPORT_HAS_CONGESTION: congestion
 * @SOCKPORT_HAS_TCP_INFO: sockport_walk_info()
 */
enum sockport_has {
	SOCKPORT_HAS_UID	= BIT(0),
	SOCKPORT_HAS_INODE	= BIT(1),
	SOCKPORT_HAS_MARK	= BIT(2),
	SOCKPORT_HAS_QUEUES	= BIT(3),
	SOCKPORT_HAS_BACKLOG	= BIT(4),
	SOCKPORT_HAS_DROPS	= BIT(5),
	SOCKPORT_HAS_COOKIE	= BIT(6),
	SOCKPORT_HAS_TIMER	= BIT(7),
	SOCKPORT_HAS_MEMORY	= BIT(8),
	SOCKPORT_HAS_CONGESTION	= BIT(9),
	SOCKPORT_HAS_TCP_INFO	= BIT(10),
};

/**
 * struct sockport_record - what is known of one socket, and all that encoders
 *	ever see of it
 * @family: AF_INET or AF_INET6
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @state: enum sockport_state
 * @timer: enum sockport_timer
 * @v6only: an IPv6 socket that takes no IPv4
 * @has: mask of enum sockport_has
 * @local_port: host order
 * @remote_port: host order
 * @ifindex: interface that the socket is bound to, or 0
 * @local: bound address, of an IPv4 socket in v4 only
 * @remote: peer's address, likewise
 * @uid: owner
 * @rx_queue: bytes
 * @tx_queue: bytes
 * @backlog: connections that wait for accept()
 * @backlog_limit: connections
 * @drops: packets
 * @mark: SO_MARK
 * @expires: milliseconds until @timer
 * @retransmits: retransmissions or probes unanswered
 * @inode: inode of the socket's file
 * @cookie: sock_diag's cookie
 * @memory: bytes, indexed by SOCKPORT_A_MEMORY_*
 * @congestion: name of the congestion control
 * @sk: the socket itself with a reference, until the walk has asked it for
 *	tcp_info; no reader ever sees it
 */
struct sockport_record {
	u8			family;
	u8			protocol;
	u8			role;
	u8			state;
	u8			timer;
	bool			v6only;
	u16			has;
	u16			local_port;
	u16			remote_port;
	int			ifindex;
	union {
		__be32		v4;
		struct in6_addr	v6;
	} local, remote;
	kuid_t			uid;
	u32			rx_queue;
	u32			tx_queue;
	u32			backlog;
	u32			backlog_limit;
	u32			drops;
	u32			mark;
	u32			expires;
	u32			retransmits;
	u64			inode;
	u64			cookie;
	u32			memory[SOCKPORT_A_MEMORY_MAX + 1];
	char			congestion[TCP_CA_NAME_MAX];
	struct sock		*sk;
};

void sockport_record_tuple(struct sockport_record *rec, const struct sock *sk,
			   u8 protocol);
void sockport_record_cookie(struct sockport_record *rec, struct sock *sk);
void sockport_record_full(struct sockport_record *rec, struct sock *sk,
			  u32 want);
void sockport_record_inodes(struct sockport_record *rec, unsigned int count);

/**
 * sockport_record_port - the port that a socket belongs to
 * @rec: record with its role
 *
 * Return: local or remote port in host order.
 */
static inline u16 sockport_record_port(const struct sockport_record *rec)
{
	return rec->role == SOCKPORT_ROLE_OUT ? rec->remote_port :
						rec->local_port;
}

#endif /* SOCKPORT_RECORD_H */
