// SPDX-License-Identifier: GPL-2.0
/*
 * From a struct sock to a record.
 *
 * Everything here runs under the lock of the chain that the socket is on, so
 * the socket stays allocated. In the established hash it keeps its tuple too;
 * all else changes underneath, as it does for /proc/net/tcp and inet_diag.
 */
#include <linux/sock_diag.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "socket.h"
#include "walk/record.h"

/**
 * sockport_record_begin - begin a record of a kind that is not internet
 * @rec: record to fill
 * @space: the socket's network namespace
 * @sk: any socket
 * @protocol: enum sockport_protocol
 *
 * Nothing else is known yet: no role, no state, no ports.
 *
 * Context: any.
 */
void sockport_record_begin(struct sockport_record *rec,
			   struct sockport_space *space, const struct sock *sk,
			   u8 protocol)
{
	rec->has = 0;
	rec->name_len = 0;
	rec->space = space;
	rec->id = sk;
	rec->protocol = protocol;
	rec->family = READ_ONCE(sk->sk_family);
	rec->role = 0;
	rec->state = 0;
	rec->v6only = false;
	rec->local_port = 0;
	rec->remote_port = 0;
	rec->ifindex = 0;
}

/**
 * sockport_record_tuple - begin a record with what every internet socket has
 * @rec: record to fill
 * @space: the socket's network namespace
 * @sk: any internet socket; time-wait and request sockets too, nothing beyond
 *	struct sock_common is read
 * @protocol: enum sockport_protocol
 *
 * The state is left for the caller, who knows what kind of socket it is.
 *
 * Context: lock of the socket's chain held, or a reference to the socket.
 */
void sockport_record_tuple(struct sockport_record *rec,
			   struct sockport_space *space, const struct sock *sk,
			   u8 protocol)
{
	rec->has = SOCKPORT_HAS_PORTS;
	rec->name_len = 0;
	rec->space = space;
	rec->id = sk;
	rec->protocol = protocol;
	/* Once: IPV6_ADDRFORM changes it under the socket's lock alone. */
	rec->family = READ_ONCE(sk->sk_family);
	rec->v6only = false;
	rec->local_port = READ_ONCE(sk->sk_num);
	rec->remote_port = ntohs(READ_ONCE(sk->sk_dport));
	rec->ifindex = READ_ONCE(sk->sk_bound_dev_if);
}

/**
 * sockport_record_address - put both addresses into a record
 * @rec: record to fill, begun by sockport_record_tuple()
 * @sk: any internet socket; time-wait and request sockets too
 *
 * Context: lock of the socket's chain held, or a reference to the socket.
 */
void sockport_record_address(struct sockport_record *rec,
			     const struct sock *sk)
{
	rec->has |= SOCKPORT_HAS_ADDRESS;
#if IS_ENABLED(CONFIG_IPV6)
	if (rec->family == AF_INET6) {
		rec->local.v6 = sk->sk_v6_rcv_saddr;
		rec->remote.v6 = sk->sk_v6_daddr;
		/* Nobody sets it in request sockets. */
		if (sk->sk_state != TCP_NEW_SYN_RECV)
			rec->v6only = sk->sk_ipv6only;
		return;
	}
#endif
	rec->local.v4 = sk->sk_rcv_saddr;
	rec->remote.v4 = sk->sk_daddr;
}

/**
 * sockport_record_uid - put the owner's uid into a record
 * @rec: record to fill
 * @sk: a full socket, or NULL when there is none to tell
 *
 * Context: lock of the socket's chain held, or a reference to the socket.
 */
void sockport_record_uid(struct sockport_record *rec, const struct sock *sk)
{
	if (!sk)
		return;
	rec->uid = sockport_sock_uid(sk);
	rec->has |= SOCKPORT_HAS_UID;
}

/**
 * sockport_record_cookie - put the cookie into a record
 * @rec: record to fill
 * @sk: any internet socket, time-wait and request sockets too
 *
 * Context: lock of the socket's chain held. Gives the socket a cookie when it
 * has none yet, as sock_diag does.
 */
void sockport_record_cookie(struct sockport_record *rec, struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	rec->cookie = (u64)cookie[1] << 32 | cookie[0];
	rec->has |= SOCKPORT_HAS_COOKIE;
}

/* The same fields as in sk_get_meminfo(), which is not exported. */
static void record_memory(struct sockport_record *rec,
			  struct sockport_detail *detail, const struct sock *sk)
{
	u32 *memory = detail->memory;

	memory[SOCKPORT_A_MEMORY_RMEM_ALLOC] = sk_rmem_alloc_get(sk);
	memory[SOCKPORT_A_MEMORY_RCVBUF] = READ_ONCE(sk->sk_rcvbuf);
	memory[SOCKPORT_A_MEMORY_WMEM_ALLOC] = sk_wmem_alloc_get(sk);
	memory[SOCKPORT_A_MEMORY_SNDBUF] = READ_ONCE(sk->sk_sndbuf);
	memory[SOCKPORT_A_MEMORY_FWD_ALLOC] = sk_forward_alloc_get(sk);
	memory[SOCKPORT_A_MEMORY_WMEM_QUEUED] = READ_ONCE(sk->sk_wmem_queued);
	memory[SOCKPORT_A_MEMORY_OPTMEM] = atomic_read(&sk->sk_omem_alloc);
	memory[SOCKPORT_A_MEMORY_BACKLOG] = READ_ONCE(sk->sk_backlog.len);
	rec->has |= SOCKPORT_HAS_MEMORY;
}

static void record_mark(struct sockport_record *rec, const struct sock *sk)
{
	rec->mark = READ_ONCE(sk->sk_mark);
	rec->has |= SOCKPORT_HAS_MARK;
}

/* Of the unified hierarchy, as ss has it. */
static void record_cgroup(struct sockport_record *rec,
			  struct sockport_detail *detail, struct sock *sk)
{
	detail->cgroup = sockport_cgroup_of(sk);
	if (detail->cgroup)
		rec->has |= SOCKPORT_HAS_CGROUP;
}

/*
 * What a program opened has a file from before bind(), accept() and connect() on
 * until it leaves its socket.
 */
static bool has_no_file(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	bool none = sock && !READ_ONCE(sock->file);

	smp_rmb(); /* the socket is left before its file */
	return none && READ_ONCE(sk->sk_socket) == sock;
}

/*
 * Not every module says that a socket is the kernel's; but then it has no file. Raw
 * sockets and such are in their tables before they have one. MPTCP opens its
 * subflows as the kernel does its own sockets, for a socket that is not.
 */
static void record_kernel(struct sockport_record *rec, const struct sock *sk)
{
	if (sk->sk_net_refcnt && !sk->sk_kern_sock &&
	    (!(rec->has & SOCKPORT_HAS_PORTS) || !has_no_file(sk)))
		return;
	if (!sk_is_tcp(sk) || !sk_is_mptcp(sk))
		rec->has |= SOCKPORT_IS_KERNEL;
}

static void end_inode(struct sockport_record *rec, u64 *inode,
		      enum sockport_has has)
{
	*inode = sockport_sock_ino_end(*inode);
	if (!*inode)
		rec->has &= ~has;
}

/**
 * sockport_record_inodes - find the inodes of the records of some chains
 * @rec: first record
 * @detail: its detail, or NULL
 * @count: how many
 *
 * Before some kernel the inode is two loads away from the socket, each of them
 * a cache miss: sockport_record_full() begins with them, a kind with those of
 * peers, and here, after all the other sockets, they end.
 *
 * Context: in the RCU read-side critical section in which the records were
 * filled.
 */
void sockport_record_inodes(struct sockport_record *rec,
			    struct sockport_detail *detail, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (rec[i].has & SOCKPORT_HAS_INODE)
			end_inode(&rec[i], &rec[i].inode, SOCKPORT_HAS_INODE);
		if (rec[i].has & SOCKPORT_HAS_LISTENER)
			end_inode(&rec[i], &rec[i].inode,
				  SOCKPORT_HAS_LISTENER);
		if (detail && rec[i].has & SOCKPORT_HAS_PEER)
			end_inode(&rec[i], &detail[i].peer_inode,
				  SOCKPORT_HAS_PEER);
	}
}

/**
 * sockport_record_full - put into a record what full sockets of all protocols
 *	have
 * @rec: record to fill, begun by sockport_record_tuple()
 * @detail: its detail, NULL when nothing that is in it is wanted
 * @sk: a full socket
 * @want: mask of enum sockport_want
 *
 * The owner's uid is there already when the walk needs it.
 *
 * Context: lock of the socket's chain held.
 */
void sockport_record_full(struct sockport_record *rec,
			  struct sockport_detail *detail, struct sock *sk,
			  u32 want)
{
	if (want & SOCKPORT_WANT_QUEUES) {
		rec->drops = sockport_sock_drops(sk);
		rec->has |= SOCKPORT_HAS_DROPS;
	}
	if (want & SOCKPORT_WANT_INODE) {
		rec->inode = sockport_sock_ino_begin(sk);
		rec->has |= SOCKPORT_HAS_INODE;
	}
	if (want & SOCKPORT_WANT_OWNER)
		record_mark(rec, sk);
	if (want & SOCKPORT_WANT_PROCESSES)
		record_kernel(rec, sk);
	if (!detail)
		return;
	if (want & SOCKPORT_WANT_MEMORY)
		record_memory(rec, detail, sk);
	if (want & SOCKPORT_WANT_CGROUP)
		record_cgroup(rec, detail, sk);
}
