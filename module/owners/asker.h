/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ASKER_H
#define SOCKPORT_ASKER_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <net/sock.h>

/*
 * The netlink socket that somebody asks by. Nothing else in the netlink family
 * looks into a socket: those that are told of come as records.
 */

/**
 * sockport_asker_net - the namespace that a dump is asked for in
 * @skb: the request
 *
 * Return: the namespace, kept by the socket.
 */
static inline struct net *sockport_asker_net(const struct sk_buff *skb)
{
	return sock_net(skb->sk);
}

/**
 * sockport_asker_cred - rights of who opened the socket
 * @skb: the request
 *
 * Context: process context, while the request is being answered.
 *
 * Return: the rights, kept by the socket's file.
 */
static inline const struct cred *sockport_asker_cred(struct sk_buff *skb)
{
	return NETLINK_CB(skb).sk->sk_socket->file->f_cred;
}

/**
 * sockport_asker_get - keep the socket
 * @skb: the request
 *
 * Return: the socket, for sockport_asker_put().
 */
static inline struct sock *sockport_asker_get(struct sk_buff *skb)
{
	struct sock *sk = NETLINK_CB(skb).sk;

	sock_hold(sk);
	return sk;
}

/**
 * sockport_asker_put - keep the socket no more
 * @sk: socket of sockport_asker_get()
 *
 * Context: process context, may sleep.
 */
static inline void sockport_asker_put(struct sock *sk)
{
	sock_put(sk);
}

/**
 * sockport_asker_gone - has the socket been closed?
 * @sk: socket of sockport_asker_get()
 *
 * Return: true when nobody reads from it any more.
 */
static inline bool sockport_asker_gone(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD);
}

int sockport_asker_queue(struct sock *sk, struct sk_buff *skb);

#endif /* SOCKPORT_ASKER_H */
