// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that are in no table: of kinds that have none, or none that a module
 * reaches, and those that are not bound yet. They are found by way of the file
 * tables of processes, when somebody asks for it.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <net/inet_sock.h>
#include <net/sctp/structs.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "kinds/netlink.h"
#include "kinds/unlisted.h"
#include "walk/filter.h"
#include "walk/walk.h"

struct unlisted_socket {
	struct sockport_record	rec;
	struct sockport_detail	detail;
};

/**
 * sockport_unlisted_init - begin with none
 * @unlisted: what to begin
 * @net: namespace whose account it goes to; all is kept by the caller
 * @scope: namespaces covered
 * @filter: what sockets must match, or NULL
 * @want: mask of enum sockport_want
 */
void sockport_unlisted_init(struct sockport_unlisted *unlisted,
			    struct net *net, struct sockport_scope *scope,
			    const struct sockport_filter *filter, u32 want)
{
	unlisted->scope = scope;
	unlisted->filter = filter;
	unlisted->want = want;
	sockport_table_init(&unlisted->record, net,
			    sizeof(struct unlisted_socket));
}

/**
 * sockport_unlisted_exit - free everything
 * @unlisted: what sockport_unlisted_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_unlisted_exit(struct sockport_unlisted *unlisted)
{
	sockport_table_free(&unlisted->record);
}

/* Of a socket that has many, state and port say nothing. */
static bool sctp_associated(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IP_SCTP)
	return !list_empty(&sctp_sk(sk)->ep->asocs);
#else
	return false;
#endif
}

/*
 * The type comes first: any protocol may be that of a raw socket, which is a
 * struct of its own. Protocols that are not named have tables of their own.
 */
static bool inet_unlisted(const struct sock *sk)
{
	if (sk->sk_type == SOCK_RAW)
		return sk_unhashed(sk);
	switch (READ_ONCE(sk->sk_protocol)) {
	case IPPROTO_TCP:
		return inet_sk_state_load(sk) == TCP_CLOSE &&
		       !READ_ONCE(sk->sk_num);
	/* By its token it is in a table, whatever its state. */
	case IPPROTO_MPTCP:
		return inet_sk_state_load(sk) != TCP_LISTEN && sk_unhashed(sk);
	/* Its state stays what it was when its association ends. */
	case IPPROTO_SCTP:
		return inet_sk_state_load(sk) != TCP_LISTEN &&
		       !sctp_associated(sk);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return sk_unhashed(sk) || !SOCKPORT_PING_TABLE;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return sk_unhashed(sk);
	}
	return true;
}

/**
 * sockport_unlisted_wants - is a socket in no table?
 * @unlisted: what it is asked for
 * @sk: socket of an open file, may be NULL
 *
 * Context: the file is kept from being closed.
 *
 * Return: true when sockport_unlisted_add() is to be called for it.
 */
bool sockport_unlisted_wants(const struct sockport_unlisted *unlisted,
			     const struct sock *sk)
{
	if (!sk)
		return false;
	switch (READ_ONCE(sk->sk_family)) {
	case AF_INET:
	case AF_INET6:
		return inet_unlisted(sk);
	case AF_UNIX:
	case AF_VSOCK:
		return false;
	case AF_PACKET:
	case AF_XDP:
		return sk_unhashed(sk);
	}
	return true;
}

/* By its port id it is in the hash table, by a group in a list. */
static bool netlink_listed(struct socket *sock)
{
	struct sockaddr_nl address = {};

	return SOCKPORT_NETLINK_TABLE &&
	       kernel_getsockname(sock, (struct sockaddr *)&address) >= 0 &&
	       (address.nl_pid || sock->sk->sk_bind_node.pprev);
}

static u8 protocol_of(const struct sock *sk)
{
	switch (sk->sk_family) {
	case AF_NETLINK:
		return SOCKPORT_PROTOCOL_NETLINK;
	case AF_PACKET:
		return SOCKPORT_PROTOCOL_PACKET;
	case AF_XDP:
		return SOCKPORT_PROTOCOL_XDP;
	case AF_INET:
	case AF_INET6:
		break;
	default:
		return SOCKPORT_PROTOCOL_OTHER;
	}
	if (sk->sk_type == SOCK_RAW)
		return SOCKPORT_PROTOCOL_RAW;
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		return SOCKPORT_PROTOCOL_TCP;
	case IPPROTO_UDP:
		return SOCKPORT_PROTOCOL_UDP;
	case IPPROTO_UDPLITE:
		return SOCKPORT_PROTOCOL_UDPLITE;
	case IPPROTO_SCTP:
		return SOCKPORT_PROTOCOL_SCTP;
	case IPPROTO_MPTCP:
		return SOCKPORT_PROTOCOL_MPTCP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SOCKPORT_PROTOCOL_PING;
	}
	return SOCKPORT_PROTOCOL_OTHER;
}

/* Bound, or connected without a token; or a connection of it has ended. */
static void inet_name(struct sockport_record *rec, struct sock *sk)
{
	if (!READ_ONCE(sk->sk_num))
		return;
	rec->local_port = READ_ONCE(sk->sk_num);
	rec->has |= SOCKPORT_HAS_PORTS;
	sockport_record_address(rec, sk);
	if (rec->protocol == SOCKPORT_PROTOCOL_SCTP) {
		memset(&rec->remote, 0, sizeof(rec->remote));
		return;
	}
	rec->remote_port = ntohs(READ_ONCE(sk->sk_dport));
	rec->state = inet_sk_state_load(sk);
}

/* Where its kind has no table for us it may be bound and connected. */
static void unlisted_name(struct unlisted_socket *socket, struct sock *sk)
{
	struct sockport_record *rec = &socket->rec;
	bool connected = false;

	if (rec->protocol == SOCKPORT_PROTOCOL_MPTCP ||
	    rec->protocol == SOCKPORT_PROTOCOL_SCTP) {
		inet_name(rec, sk);
	} else if (rec->protocol == SOCKPORT_PROTOCOL_PING && sk_hashed(sk)) {
		rec->local_port = READ_ONCE(sk->sk_num);
		rec->remote_port = ntohs(READ_ONCE(sk->sk_dport));
		rec->has |= SOCKPORT_HAS_PORTS;
		sockport_record_address(rec, sk);
		connected = READ_ONCE(sk->sk_state) == TCP_ESTABLISHED;
	} else if (rec->protocol == SOCKPORT_PROTOCOL_NETLINK &&
		   !SOCKPORT_NETLINK_TABLE) {
		sockport_nlsock_name(rec, &socket->detail, sk);
		connected = READ_ONCE(sk->sk_state) == NETLINK_CONNECTED;
	}
	if (connected)
		rec->state = SOCKPORT_STATE_ESTABLISHED;
}

/*
 * Most are not bound, and have neither port nor address then, nor a state but
 * one.
 */
static void unlisted_record(struct unlisted_socket *socket,
			    struct sockport_space *space, struct sock *sk)
{
	struct sockport_record *rec = &socket->rec;
	u8 protocol = protocol_of(sk);

	sockport_record_begin(rec, space, sk, protocol);
	rec->has |= SOCKPORT_IS_UNLISTED | SOCKPORT_HAS_TYPE |
		    SOCKPORT_HAS_NUMBER;
	rec->type = sk->sk_type;
	socket->detail.number = sk->sk_protocol;
	rec->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	if (protocol != SOCKPORT_PROTOCOL_OTHER)
		rec->state = SOCKPORT_STATE_CLOSE;
	unlisted_name(socket, sk);
	sockport_record_uid(rec, sk);
}

/**
 * sockport_unlisted_add - add a socket that is in no table
 * @unlisted: where to
 * @file: the socket's file, with a reference
 * @inode: the socket's inode
 *
 * Context: process context, may sleep.
 *
 * Return: 0, also for one that does not match or is listed after all, or
 * -ENOMEM.
 */
int sockport_unlisted_add(struct sockport_unlisted *unlisted,
			  struct file *file, u64 inode)
{
	const u32 want = unlisted->want & ~(u32)SOCKPORT_WANT_INODE;
	struct socket *sock = sock_from_file(file);
	struct unlisted_socket *socket;
	struct sockport_space *space;
	struct sockport_record *rec;
	struct sock *sk = sock->sk;
	bool matches;
	int err;

	space = sockport_scope_find(unlisted->scope, sock_net(sk));
	if (!space || (sk->sk_family == AF_NETLINK && netlink_listed(sock)))
		return 0;
	err = sockport_table_reserve(&unlisted->record, 1);
	if (err)
		return err;
	socket = sockport_table_add(&unlisted->record);
	rec = &socket->rec;
	unlisted_record(socket, space, sk);
	/* The history may be asked for an age. */
	rcu_read_lock();
	matches = !unlisted->filter ||
		  sockport_filter_match(unlisted->filter, rec, sk);
	rcu_read_unlock();
	if (!matches) {
		unlisted->record.count--;
		return 0;
	}
	rec->inode = inode;
	rec->has |= SOCKPORT_HAS_INODE;
	if (want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, &socket->detail, sk, want);
	return 0;
}

static int other_batch(struct sockport_walk *walk)
{
	const struct sockport_table *table;
	const struct unlisted_socket *socket;
	struct sockport_record *rec;

	if (!walk->unlisted)
		return 0;
	table = &walk->unlisted->record;
	while (walk->bucket < table->count) {
		rec = sockport_walk_slot(walk);
		if (!rec)
			return 1;
		socket = table->at + walk->bucket++ * sizeof(*socket);
		*rec = socket->rec;
		*sockport_walk_slot_detail(walk) = socket->detail;
		walk->count++;
	}
	return 0;
}

const struct sockport_kind sockport_other = {
	.protocol	= SOCKPORT_PROTOCOL_OTHER,
	.detail		= true,
	.batch		= other_batch,
};
