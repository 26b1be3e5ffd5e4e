// SPDX-License-Identifier: GPL-2.0
/*
 * Who opened a port of UDP or UDP-Lite
 *
 * No tracepoint tells of a bind(): we look at what the function returns that
 * finds a port for a socket. Ports that the kernel picked itself are those of
 * clients, most of them for a single question: they are let go at once.
 */
#include <linux/bottom_half.h>
#include <linux/in.h>
#include <linux/ptrace.h>
#include <net/sock.h>

#include "net.h"
#include "history/datagram-opener.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/return-probe.h"
#include "history/rows.h"

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

/**
 * struct call - a call of udp_lib_get_port() that has not returned yet
 * @sk: socket, locked
 * @port: that it is to have
 */
struct call {
	struct sock	*sk;
	u16		port;
};

static int on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;

	call->sk = (struct sock *)regs_get_kernel_argument(regs, 0);
	call->port = regs_get_kernel_argument(regs, 1);
	return !call->port || call->sk->sk_kern_sock;
}

static void open_port(struct sock *sk, u16 port)
{
	struct sockport_program program;
	struct sockport_history *row;
	u8 protocol;

	protocol = sk->sk_protocol == IPPROTO_UDP ? SOCKPORT_PROTOCOL_UDP :
						    SOCKPORT_PROTOCOL_UDPLITE;
	row = sockport_history_row(sock_net(sk), protocol, SOCKPORT_ROLE_IN,
				   port);
	if (row && sockport_program_current(&program, sk))
		sockport_history_open(row, &program);
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct call *call = (const struct call *)instance->data;
	const int err = regs_return_value(regs);

	if (err)
		return 0;
	local_bh_disable();
	open_port(call->sk, call->port);
	local_bh_enable();
	return 0;
}

static struct sockport_return_probe binds = {
	.function	= "udp_lib_get_port",
	.missing	= "who opens a port of UDP is not remembered",
	.on_call	= on_call,
	.on_return	= on_return,
	.data_size	= sizeof(struct call),
};

/**
 * sockport_binds_watch - remember who opens ports of UDP
 *
 * Without it they have no opener, and history does all the rest.
 *
 * Context: process context, may sleep.
 */
void sockport_binds_watch(void)
{
	sockport_limit(SOCKPORT_LIMIT_UDP_OPENERS,
		       sockport_return_probe_begin(&binds));
}

/**
 * sockport_binds_unwatch - undo sockport_binds_watch()
 *
 * Context: process context, may sleep. Afterwards no probe runs any more.
 */
void sockport_binds_unwatch(void)
{
	sockport_return_probe_end(&binds);
}

#else

void sockport_binds_watch(void)
{
	sockport_limit(SOCKPORT_LIMIT_UDP_OPENERS, true);
}

void sockport_binds_unwatch(void)
{
}

#endif
