// SPDX-License-Identifier: GPL-2.0
/*
 * The probes on the kernel's tracepoints
 *
 * Tracepoints are not exported, but can be found by name; that a probe has the
 * right arguments is checked when it is compiled. Up to 6.12 a probe runs with
 * preemption disabled and is an RCU reader by that, on 7.2 it is neither.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/tcp.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>
#include <trace/events/udp.h>

#include "compat.h"
#include "net.h"
#include "history/datagram-opener.h"
#include "history/doors.h"
#include "history/follow.h"
#include "history/follow-table.h"
#include "history/probe.h"
#include "history/rows.h"
#include "history/traffic.h"

/*
 * What runs in a softirq needs no more to keep others out, and most does: to
 * disable BH once more would cost as much as all the rest of some probes. It
 * makes an RCU read-side critical section too, as all that disables preemption
 * does.
 */
static bool bh_off(void)
{
	if (in_softirq())
		return false;
	local_bh_disable();
	return true;
}

static void bh_on(bool disabled)
{
	if (disabled)
		local_bh_enable();
}

/* Sockets of SCTP and MPTCP change their state too; all are full sockets. */
static void on_state(void *data, const struct sock *sk, const int old,
		     const int new)
{
	bool disabled;

	if (sk->sk_protocol != IPPROTO_TCP ||
	    !sockport_follow_cares(old, new))
		return;
	disabled = bh_off();
	sockport_follow_state(sk, old, new);
	bh_on(disabled);
}

static void on_destroy(void *data, struct sock *sk)
{
	bool disabled;

	if (!sockport_follow_may(sk))
		return;
	disabled = bh_off();
	sockport_follow_destroy(sk);
	bh_on(disabled);
}

static void on_receive_reset(void *data, struct sock *sk)
{
	bool disabled = bh_off();

	sockport_follow_reset(sk, true);
	bh_on(disabled);
}

static SOCKPORT_PROBE_SEND_RESET(on_send_reset)
{
	bool disabled;

	/* From 6.12 on there may be none, or a small one. */
	if (!sk || !sk_fullsock(sk))
		return;
	disabled = bh_off();
	sockport_follow_reset(sk, false);
	bh_on(disabled);
}

static void on_retransmit_synack(void *data, const struct sock *sk,
				 const struct request_sock *req)
{
	bool disabled = bh_off();

	sockport_follow_syn_answered(sk, inet_rsk(req)->ir_num);
	bh_on(disabled);
}

static SOCKPORT_PROBE_KFREE_SKB(on_kfree_skb)
{
	if (likely(reason != SKB_DROP_REASON_NO_SOCKET) || !skb->dev)
		return;
	rcu_read_lock();
	sockport_doors_knock(dev_net(skb->dev), skb);
	rcu_read_unlock();
}

/* Of IPv6 the kernel tells from 6.12 on. */
static SOCKPORT_PROBE_UDP_FAIL(on_udp_fail)
{
	rcu_read_lock();
	sockport_traffic_drop(sk);
	rcu_read_unlock();
}

static struct probe {
	const char		*name;
	void			*function;
	struct tracepoint	*tracepoint;
	bool			registered;
} probes[] = {
	/* First to come and last to go: what is followed must not outlive it. */
	{ "tcp_destroy_sock",		on_destroy },
	{ "inet_sock_set_state",	on_state },
	{ "tcp_receive_reset",		on_receive_reset },
	{ "tcp_send_reset",		on_send_reset },
	{ "tcp_retransmit_synack",	on_retransmit_synack },
	{ "kfree_skb",			on_kfree_skb },
	{ "udp_fail_queue_rcv_skb",	on_udp_fail },
};

static void check_types(void)
{
	check_trace_callback_type_inet_sock_set_state(on_state);
	check_trace_callback_type_tcp_destroy_sock(on_destroy);
	check_trace_callback_type_tcp_receive_reset(on_receive_reset);
	check_trace_callback_type_tcp_send_reset(on_send_reset);
	check_trace_callback_type_tcp_retransmit_synack(on_retransmit_synack);
	check_trace_callback_type_kfree_skb(on_kfree_skb);
	check_trace_callback_type_udp_fail_queue_rcv_skb(on_udp_fail);
}

static void find(struct tracepoint *tracepoint, void *data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
}

/**
 * sockport_probes_register - begin to hear from all tracepoints
 *
 * Context: process context, may sleep.
 *
 * Return: 0; -ENOENT when the kernel has no such tracepoint, or another
 * negative errno, and then no probe is registered.
 */
int sockport_probes_register(void)
{
	struct probe *probe;
	unsigned int i;
	int err;

	check_types();
	for_each_kernel_tracepoint(find, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		probe = &probes[i];
		err = -ENOENT;
		if (probe->tracepoint)
			err = tracepoint_probe_register(probe->tracepoint,
							probe->function, NULL);
		if (err) {
			sockport_limit(SOCKPORT_LIMIT_HISTORY, err == -ENOENT);
			pr_err("sockport: no history, tracepoint %s: %d\n",
			       probe->name, err);
			sockport_probes_unregister();
			return err;
		}
		probe->registered = true;
	}
	sockport_connects_watch();
	sockport_binds_watch();
	return 0;
}

/**
 * sockport_probes_unregister - hear nothing any more
 *
 * Context: process context, may sleep. Afterwards no probe runs any more, nor
 * any RCU read-side critical section that one was in.
 */
void sockport_probes_unregister(void)
{
	unsigned int i;

	sockport_binds_unwatch();
	sockport_connects_unwatch();
	for (i = ARRAY_SIZE(probes); i--;) {
		if (!probes[i].registered)
			continue;
		tracepoint_probe_unregister(probes[i].tracepoint,
					    probes[i].function, NULL);
		probes[i].registered = false;
	}
	tracepoint_synchronize_unregister();
	/* From 7.2 on that does not wait for readers of RCU. */
	synchronize_rcu();
}
