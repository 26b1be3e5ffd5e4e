#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What of that which kernels differ in is in the headers of one: distributions take
# changes from later kernels, so no version tells.
#
#   probe.sh SRCTREE OBJTREE
#
# prints -DSOCKPORT_HAVE_... of all that is there, for module/compat.h.

set -eu

include=$1/include
symvers=$2/Module.symvers

# has HEADER PATTERN: in its text, where any white space is one blank.
has()
{
	[ -e "$include/$1" ] && tr -s '[:space:]' ' ' <"$include/$1" | grep -qE -- "$2"
}

# have NAME HEADER PATTERN
have()
{
	! has "$2" "$3" || printf ' -DSOCKPORT_HAVE_%s' "$1"
}

# Without a list of what the kernel exports, the header tells alone.
exports()
{
	[ ! -e "$symvers" ] || cut -f 2 "$symvers" | grep -qx "$1"
}

# have_exported NAME SYMBOL HEADER PATTERN
have_exported()
{
	! exports "$2" || have "$1" "$3" "$4"
}

icsk=net/inet_connection_sock.h

have UNALIGNED_H linux/unaligned.h 'get_unaligned'
have RSTREASON_H net/rstreason.h 'enum sk_rst_reason'
have GENL_INFO_DUMP net/genetlink.h 'genl_info_dump\('

have NET_UDP_TABLE net/netns/ipv4.h 'struct udp_table \*udp_table;'
have_exported UDPLITE_TABLE udplite_table net/udplite.h 'struct udp_table udplite_table;'
have UDP_LOOKUP_TABLE net/udp.h '__udp4_lib_lookup\([^;]*struct udp_table \*'
have_exported PING_SEQ ping_seq_start net/ping.h 'ping_seq_start\('

have UNIX_HASH_SIZE net/af_unix.h '# ?define UNIX_HASH_SIZE'
have UNIX_INQ_LEN net/af_unix.h 'long unix_inq_len\('
have SK_UID net/sock.h ' sk_uid\(const struct sock'
have SK_INO net/sock.h ' sk_ino;'
have SK_DROPS_READ net/sock.h ' sk_drops_read\('
have SK_FORWARD_ALLOC_GET net/sock.h ' sk_forward_alloc_get\('

have TASK_EXEC_STATE linux/sched.h 'struct task_exec_state __rcu \*exec_state;'
have MM_FLAGS_GET_DUMPABLE linux/sched/coredump.h '__mm_flags_get_dumpable\('
have USER_DUMPABLE linux/sched.h ' user_dumpable ?: ?1;'
have SYSTEM_DFL_WQ linux/workqueue.h '[ *]system_dfl_wq;'
have GENL_MCAST_CAP_NET_ADMIN net/genetlink.h '# ?define GENL_MCAST_CAP_NET_ADMIN'

have ICSK_KEEPALIVE_TIMER $icsk ' icsk_keepalive_timer;'
have TCP_TIMEOUT_EXPIRES $icsk ' tcp_timeout_expires\('
have ICSK_TIMEOUT_OF $icsk ' icsk_timeout\(const struct'
have BIND2_OWNERS net/inet_hashtables.h 'struct inet_bind_bucket \{[^}]* bhash2;'
have SOCK_CONNECT_BIND net/sock.h '# ?define SOCK_CONNECT_BIND'
have TW_CONNECT_BIND net/inet_timewait_sock.h ' tw_connect_bind ?[:;]'
have TOTAL_RTO linux/tcp.h ' total_rto;'
have ULP_INFO_NET_ADMIN net/tcp.h '\(\*get_info\)\(struct sock \*sk, struct sk_buff \*skb, bool'

have NETLINK_COMPARE linux/netlink.h 'struct netlink_kernel_cfg \{[^}]*\(\*compare\)'
have NETLINK_RELEASE linux/netlink.h 'struct netlink_kernel_cfg \{[^}]*\(\*release\)'
# What the kernel's table of netlink has, too, where it has no more members than these.
have NETLINK_CFG_KNOWN linux/netlink.h 'struct netlink_kernel_cfg \{ unsigned int groups; unsigned int flags; void \(\*input\) ?\(struct sk_buff \*skb\); (struct mutex \*cb_mutex; )?int \(\*bind\) ?\(struct net \*net, int group\); void \(\*unbind\) ?\(struct net \*net, int group\); (bool \(\*compare\) ?\(struct net \*net, struct sock \*sk\); |void \(\*release\) ?\(struct sock \*sk, unsigned long \*groups\); )\}'

have SCTP_ENDPOINTS_OF_ALL net/sctp/sctp.h 'sctp_for_each_endpoint\(int \(\*[a-z]+\)\(struct sctp_endpoint \*, void \*\), void \*'

have SEND_RESET_REASON trace/events/tcp.h 'EVENT\(tcp_send_reset, TP_PROTO\([^)]* sk_rst_reason '
have KFREE_SKB_RX_SK trace/events/skb.h 'EVENT\(kfree_skb, TP_PROTO\([^)]*struct sock \*rx_sk'
have KFREE_SKB_CONST_RX_SK trace/events/skb.h 'EVENT\(kfree_skb, TP_PROTO\([^)]*const struct sock \*rx_sk'
have UDP_FAIL_SKB trace/events/udp.h 'EVENT\(udp_fail_queue_rcv_skb, TP_PROTO\([^)]*struct sk_buff'
