// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that fail before anything is sent
 *
 * Without a way to the other end a socket does not even change its state, so no
 * tracepoint tells: we look at what the functions that connect return. What
 * that costs is less than a hundredth of a connection. Where the kernel has no
 * return probes such failures are not counted.
 */
#include <linux/in6.h>
#include <linux/ptrace.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "net.h"
#include "history/follow.h"
#include "history/follow-table.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/return-probe.h"
#include "history/rows.h"

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

static u16 port_of(const struct sockaddr *to)
{
	return ntohs(to->sa_family == AF_INET6 ?
		     ((const struct sockaddr_in6 *)to)->sin6_port :
		     ((const struct sockaddr_in *)to)->sin_port);
}

/* Has the end of its state SYN_SENT been told already? */
static bool was_told(const struct sock *sk)
{
	u32 bucket = sockport_follow_lock(sk);
	struct sockport_follow *follow = sockport_follow_find(sk, bucket);
	bool told = follow && follow->told;

	if (told)
		follow->told = false;
	sockport_follow_unlock(bucket);
	return told;
}

/*
 * connect() on a socket has failed. If it came as far as to SYN_SENT that was
 * told, unless there was no room to follow it.
 */
static void on_failure(const struct sock *sk, const struct sockaddr *to,
		       int err)
{
	struct sockport_follow unsent = {
		.sk	= sk,
	};
	struct sockport_program program;
	struct sockport_history *row;

	if (sk->sk_protocol != IPPROTO_TCP || was_told(sk))
		return;
	row = sockport_history_row(sock_net(sk), SOCKPORT_PROTOCOL_TCP,
				   SOCKPORT_ROLE_OUT, port_of(to));
	if (!row)
		return;
	unsent.sn = row->sn;
	unsent.row = row;
	if (sockport_program_current(&program, sk)) {
		sockport_history_open(row, &program);
		unsent.program = sockport_program_row(&program, sk);
	}
	sockport_follow_note_process(&unsent);
	sockport_follow_unsent(&unsent, to, err);
}

/**
 * struct call - a call of connect() that has not returned yet
 * @sk: socket, locked
 * @to: where to, in kernel memory
 */
struct call {
	struct sock		*sk;
	const struct sockaddr	*to;
};

/* All of them are. */
static bool watching;

/*
 * Nothing is to be told of an address that is none. For an IPv4 address that is
 * mapped, one function calls the other: the outer one's call is told.
 */
static int on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;
	const int length = regs_get_kernel_argument(regs, 2);

	call->sk = (struct sock *)regs_get_kernel_argument(regs, 0);
	call->to = (const struct sockaddr *)regs_get_kernel_argument(regs, 1);
	return length < (int)(call->sk->sk_family == AF_INET6 ?
			      SIN6_LEN_RFC2133 : sizeof(struct sockaddr_in));
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct call *call = (const struct call *)instance->data;
	const int err = regs_return_value(regs);

	if (likely(err >= 0) || call->to->sa_family != call->sk->sk_family)
		return 0;
	local_bh_disable();
	on_failure(call->sk, call->to, -err);
	local_bh_enable();
	return 0;
}

#define CONNECT(name) {						\
	.function	= name,						\
	.missing	= "connections that fail are not counted",	\
	.on_call	= on_call,					\
	.on_return	= on_return,					\
	.data_size	= sizeof(struct call),				\
}

/* The second one is not exported. */
static struct sockport_return_probe connects[] = {
	CONNECT("tcp_v4_connect"),
#if IS_ENABLED(CONFIG_IPV6)
	CONNECT("tcp_v6_connect"),
#endif
};

/**
 * sockport_connects_watch - hear of connections that fail before a SYN is sent
 *
 * Without it they are not counted, and history does all the rest.
 *
 * Context: process context, may sleep.
 */
void sockport_connects_watch(void)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(connects); i++)
		all &= !sockport_return_probe_begin(&connects[i]);
	WRITE_ONCE(watching, all);
	sockport_limit(SOCKPORT_LIMIT_FAILED_CONNECTS, !all);
}

/**
 * sockport_connects_watched - is a connect() that fails told when it returns?
 *
 * Context: any.
 *
 * Return: false where the kernel has no return probes.
 */
bool sockport_connects_watched(void)
{
	return READ_ONCE(watching);
}

/**
 * sockport_connects_unwatch - undo sockport_connects_watch()
 *
 * Context: process context, may sleep. Afterwards no probe runs any more.
 */
void sockport_connects_unwatch(void)
{
	unsigned int i;

	WRITE_ONCE(watching, false);
	for (i = 0; i < ARRAY_SIZE(connects); i++)
		sockport_return_probe_end(&connects[i]);
}

#else

void sockport_connects_watch(void)
{
	pr_notice("sockport: connections that fail before a SYN is sent are not counted\n");
	sockport_limit(SOCKPORT_LIMIT_FAILED_CONNECTS, true);
}

bool sockport_connects_watched(void)
{
	return false;
}

void sockport_connects_unwatch(void)
{
}

#endif
