/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_RECORD_H
#define SOCKPORT_RECORD_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/inet_diag.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <net/tcp.h>
#include <uapi/linux/sockport.h>

#include "address.h"

struct sock;
struct sockport_space;

/* What only the module itself asks for, beside enum sockport_want. */
#define SOCKPORT_WANT_UID	BIT(29)
#define SOCKPORT_WANT_INODE	BIT(30)
#define SOCKPORT_WANT_ADDRESS	BIT(31)

/* What is in the detail of a record of any kind. */
#define SOCKPORT_WANT_DETAIL	(SOCKPORT_WANT_MEMORY | SOCKPORT_WANT_CGROUP | \
				 SOCKPORT_WANT_CONGESTION | \
				 SOCKPORT_WANT_CONGESTION_INFO | \
				 SOCKPORT_WANT_ULP | SOCKPORT_WANT_TOKEN)

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
 * @SOCKPORT_HAS_ADDRESS: local and remote
 * @SOCKPORT_HAS_PORTS: local_port and remote_port
 * @SOCKPORT_HAS_TYPE: type
 * @SOCKPORT_HAS_NUMBER: number
 * @SOCKPORT_HAS_PEER: peer_inode
 * @SOCKPORT_HAS_GROUPS: groups
 * @SOCKPORT_HAS_QUEUE_ID: queue_id
 * @SOCKPORT_HAS_ASSOCIATION: association_state
 * @SOCKPORT_HAS_TOKEN: token
 * @SOCKPORT_HAS_CGROUP: cgroup
 * @SOCKPORT_HAS_MORE: more
 * @SOCKPORT_IS_UNLISTED: found in a file table, is in no table of its kind
 * @SOCKPORT_IS_HIDDEN: not wanted itself, only for what it says of its port
 * @SOCKPORT_HAS_LISTENER: inode is that of the listener of a request, not its
 *	own
 * @SOCKPORT_IS_KERNEL: the kernel itself opened it
 * @SOCKPORT_HAS_AGE: age
 * @SOCKPORT_HAS_ULP: ulp
 * @SOCKPORT_HAS_CONTROL: control, control_type and control_len
 * @SOCKPORT_HAS_WAITING: waiting
 * @SOCKPORT_HAS_SYN_QUEUE: syn_queue
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
	SOCKPORT_HAS_ADDRESS	= BIT(11),
	SOCKPORT_HAS_PORTS	= BIT(12),
	SOCKPORT_HAS_TYPE	= BIT(13),
	SOCKPORT_HAS_NUMBER	= BIT(14),
	SOCKPORT_HAS_PEER	= BIT(15),
	SOCKPORT_HAS_GROUPS	= BIT(16),
	SOCKPORT_HAS_QUEUE_ID	= BIT(17),
	SOCKPORT_HAS_ASSOCIATION = BIT(18),
	SOCKPORT_HAS_TOKEN	= BIT(19),
	SOCKPORT_HAS_CGROUP	= BIT(20),
	SOCKPORT_IS_UNLISTED	= BIT(21),
	SOCKPORT_IS_HIDDEN	= BIT(22),
	SOCKPORT_HAS_MORE	= BIT(23),
	SOCKPORT_HAS_LISTENER	= BIT(24),
	SOCKPORT_IS_KERNEL	= BIT(25),
	SOCKPORT_HAS_AGE	= BIT(26),
	SOCKPORT_HAS_ULP	= BIT(27),
	SOCKPORT_HAS_CONTROL	= BIT(28),
	SOCKPORT_HAS_WAITING	= BIT(29),
	SOCKPORT_HAS_SYN_QUEUE	= BIT(30),
};

/**
 * struct sockport_addresses - addresses beyond the first, of SCTP
 * @room: addresses that the allocation has room for
 * @locals: how many of @address are local, these come first
 * @remotes: how many are the peer's
 * @at: the addresses, each with its family
 */
struct sockport_addresses {
	unsigned int	room;
	unsigned int	locals;
	unsigned int	remotes;
	struct {
		u8			family;
		union sockport_address	address;
	} at[];
};

#define SOCKPORT_NAME_MAX	108

/**
 * struct sockport_record - what is known of one socket: what every listing
 *	needs, and all that a port table does
 * @family: address family
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role, 0 for kinds without ports
 * @state: enum sockport_state, 0 when it has none that TCP has too
 * @timer: enum sockport_timer
 * @v6only: an IPv6 socket that takes no IPv4
 * @type: as socket(2) numbers them
 * @name_len: bytes of the name in the detail, 0 when there is none
 * @has: mask of enum sockport_has
 * @local_port: host order; of netlink the port id
 * @remote_port: host order
 * @ifindex: interface that the socket is bound to, or 0
 * @uid: owner
 * @rx_queue: bytes
 * @tx_queue: bytes
 * @backlog: connections that wait for accept()
 * @backlog_limit: connections
 * @drops: packets
 * @space: the network namespace, belongs to the walk's scope
 * @id: the socket, by which a walk knows it again; compared only
 * @inode: inode of the socket's file
 * @local: bound address
 * @remote: peer's address
 * @cookie: sock_diag's cookie
 * @mark: SO_MARK
 * @expires: milliseconds until @timer
 * @retransmits: retransmissions or probes unanswered
 * @age: tenths of a second that it has been in its state
 * @waiting: likewise, that it has been waiting for accept(); for port tables
 * @syn_queue: half-open connections of a listener
 */
struct sockport_record {
	u8			family;
	u8			protocol;
	u8			role;
	u8			state;
	u8			timer;
	bool			v6only;
	u8			type;
	u8			name_len;
	u32			has;
	u32			local_port;
	u32			remote_port;
	int			ifindex;
	kuid_t			uid;
	u32			rx_queue;
	u32			tx_queue;
	u32			backlog;
	u32			backlog_limit;
	u32			drops;
	struct sockport_space	*space;
	const void		*id;
	u64			inode;
	union sockport_address	local;
	union sockport_address	remote;
	u64			cookie;
	u32			mark;
	u32			expires;
	u32			retransmits;
	u32			age;
	u32			waiting;
	u32			syn_queue;
};

/**
 * struct sockport_detail - what only some kinds have, or few ask for
 * @number: protocol inside of the family, host order
 * @groups: multicast groups
 * @queue_id: queue of an interface
 * @token: local token of an MPTCP connection
 * @peer_inode: inode of the socket at the other end
 * @cgroup: id of the cgroup that the socket was made in
 * @more: further addresses, or NULL; belongs to the record
 * @memory: bytes, indexed by SOCKPORT_A_MEMORY_*
 * @association_state: state of an SCTP association
 * @congestion: name of the congestion control
 * @control: what that tells of itself, as INET_DIAG_VEGASINFO and others are
 * @control_type: INET_DIAG_* that says what @control is
 * @control_len: bytes of @control
 * @ulp: name of the protocol on top of TCP
 * @name: path of a UNIX socket, not terminated; or abstract, begins with NUL
 *
 * The mask of the record that it belongs to says which of them are known.
 */
struct sockport_detail {
	u32			number;
	u32			groups;
	u32			queue_id;
	u32			token;
	u64			peer_inode;
	u64			cgroup;
	struct sockport_addresses *more;
	u32			memory[SOCKPORT_A_MEMORY_MAX + 1];
	u8			association_state;
	char			congestion[TCP_CA_NAME_MAX];
	union tcp_cc_info	control;
	u8			control_type;
	u8			control_len;
	char			ulp[TCP_ULP_NAME_MAX];
	char			name[SOCKPORT_NAME_MAX];
};

void sockport_record_begin(struct sockport_record *rec,
			   struct sockport_space *space, const struct sock *sk,
			   u8 protocol);
void sockport_record_tuple(struct sockport_record *rec,
			   struct sockport_space *space, const struct sock *sk,
			   u8 protocol);
void sockport_record_address(struct sockport_record *rec,
			     const struct sock *sk);
void sockport_record_uid(struct sockport_record *rec, const struct sock *sk);
void sockport_record_cookie(struct sockport_record *rec, struct sock *sk);
void sockport_record_full(struct sockport_record *rec,
			  struct sockport_detail *detail, struct sock *sk,
			  u32 want);
void sockport_record_inodes(struct sockport_record *rec,
			    struct sockport_detail *detail,
			    unsigned int count);

/**
 * sockport_record_port - the port that a socket belongs to
 * @rec: record with its role
 *
 * Return: local or remote port in host order.
 */
static inline u32 sockport_record_port(const struct sockport_record *rec)
{
	return rec->role == SOCKPORT_ROLE_OUT ? rec->remote_port :
						rec->local_port;
}

#endif /* SOCKPORT_RECORD_H */
