/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ROLES_H
#define SOCKPORT_ROLES_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <net/inet_hashtables.h>
#include <net/sock.h>
#include <uapi/linux/sockport.h>

struct inet_timewait_sock;
struct sockport_roles;

/**
 * DOC: roles
 *
 * Whether a TCP connection came in or was opened here. The socket itself tells
 * it, see came_in(), but for two kinds: sockets that had another life before,
 * and time-wait sockets, of which only the bind bucket is left. Who follows
 * sockets says of both what it knows, and who lists them asks here; neither
 * knows of the other.
 */

/* Sockets that may be taken for what they are not: most hosts have none. */
extern unsigned int sockport_roles_odd;

struct sockport_roles *sockport_roles_new(void);
void sockport_roles_use(struct sockport_roles *use);
void sockport_roles_free(struct sockport_roles *memory);
void sockport_roles_opening(const struct sock *sk);
void __sockport_roles_closed(const struct sock *sk);
void sockport_roles_ended(const struct sock *sk, u8 role);
u8 sockport_roles_of(const struct sock *sk);
u8 __sockport_roles_full(const struct sock *sk, bool bound);
u8 sockport_roles_timewait(const struct inet_timewait_sock *tw, bool bound);

/**
 * sockport_roles_closed - a socket is closed
 * @sk: the socket, locked
 *
 * Context: BH disabled.
 */
static inline void sockport_roles_closed(const struct sock *sk)
{
	if (unlikely(READ_ONCE(sockport_roles_odd)))
		__sockport_roles_closed(sk);
}

/**
 * sockport_roles_bind - has bind() opened a port, or listen()?
 * @tb: its bind bucket
 *
 * A bucket that connect() made keeps both at -1. Later bind() calls that
 * share the port change one at least, see inet_csk_update_fastreuse(); a
 * connect() that picks a port never shares it with them.
 *
 * Context: with the lock of the bucket's hash chain, or of the hash chain of a
 * socket that has the port.
 *
 * Return: false when only connect() has.
 */
static inline bool sockport_roles_bind(const struct inet_bind_bucket *tb)
{
	return READ_ONCE(tb->fastreuse) != -1 ||
	       READ_ONCE(tb->fastreuseport) != -1;
}

/**
 * sockport_roles_full - role of a connection
 * @sk: full socket of TCP, past SYN_SENT
 * @bound: its port has, or had just now, a bucket of sockport_roles_bind()
 *
 * Accepted sockets do not keep the bind lock, and have their listener's
 * backlog. Both are where a walk looks anyway.
 *
 * Context: with the lock of the socket's hash chain held.
 *
 * Return: enum sockport_role.
 */
static inline u8 sockport_roles_full(const struct sock *sk, bool bound)
{
	if (sk->sk_userlocks & SOCK_BINDPORT_LOCK ||
	    (!bound && !READ_ONCE(sk->sk_max_ack_backlog)))
		return SOCKPORT_ROLE_OUT;
	return __sockport_roles_full(sk, bound);
}

#endif /* SOCKPORT_ROLES_H */
