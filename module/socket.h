/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SOCKET_H
#define SOCKPORT_SOCKET_H

#include <linux/cgroup.h>
#include <linux/types.h>
#include <net/sock.h>

/**
 * sockport_cgroup_of - the cgroup that a socket was made in
 * @sk: a full socket
 *
 * Return: its id in the unified hierarchy, 0 where sockets have none.
 */
static inline u64 sockport_cgroup_of(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr((struct sock_cgroup_data *)
					 &sk->sk_cgrp_data));
#else
	return 0;
#endif
}

#endif /* SOCKPORT_SOCKET_H */
