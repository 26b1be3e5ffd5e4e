// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams of UDP and UDP-Lite, counted in the history of their ports
 *
 * UDP sockets count nothing themselves, so netfilter hooks look at what comes in
 * and goes out; last in line, so that what a packet filter drops is not counted.
 * A datagram belongs to the row that its socket has in the port table, see
 * udp_role(). One that goes out has its socket. One that comes in has it when
 * the socket is connected and early demux found it; for all others the kernel is
 * asked, as it will ask itself, once in a jiffy for each port of role in.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/udp.h>

#include "compat.h"
#include "history/headers.h"
#include "history/rows.h"
#include "history/traffic.h"

#ifdef CONFIG_NETFILTER

/**
 * struct datagram - what there is to count
 * @protocol: enum sockport_protocol
 * @number: its number in IP headers
 * @source: port
 * @dest: port
 * @segments: datagrams, more than one when they travel as one packet
 * @bytes: payload of all of them
 */
struct datagram {
	u8	protocol;
	u8	number;
	__be16	source;
	__be16	dest;
	u32	segments;
	u32	bytes;
};

/* Sockets of a chain that are looked at for who has a port. */
#define LOOK	32

static bool is_udp(u8 number)
{
	return number == IPPROTO_UDP || number == IPPROTO_UDPLITE;
}

/* Of a packet that is many datagrams. */
static u32 segments_of(const struct sk_buff *skb, u32 bytes)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	if (info->gso_type & SKB_GSO_UDP)
		return 1;
	if (info->gso_segs)
		return info->gso_segs;
	return max_t(u32, 1, DIV_ROUND_UP(bytes, info->gso_size));
}

/*
 * The transport header begins at @at. UDP-Lite tells its length nowhere, what
 * UDP tells of many datagrams that travel as one is not the length of all.
 * @fragment is the first of them, its header tells of all. Inline, so that what
 * it reads stays in registers.
 */
static __always_inline bool read_datagram(struct datagram *datagram,
					  const struct sk_buff *skb,
					  unsigned int at, u8 number,
					  bool fragment)
{
	const struct udphdr *udp;
	struct udphdr buffer;
	unsigned int len;

	udp = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!udp)
		return false;
	len = skb->len - at;
	datagram->segments = 1;
	if (unlikely(skb_is_gso(skb))) {
		datagram->segments = segments_of(skb, len - sizeof(*udp));
	} else if (number == IPPROTO_UDP && udp->len) {
		if (ntohs(udp->len) > len && !fragment)
			return false;
		len = ntohs(udp->len);
		if (len < sizeof(*udp))
			return false;
	}
	datagram->protocol = number == IPPROTO_UDP ? SOCKPORT_PROTOCOL_UDP :
						     SOCKPORT_PROTOCOL_UDPLITE;
	datagram->number = number;
	datagram->source = udp->source;
	datagram->dest = udp->dest;
	datagram->bytes = len - sizeof(*udp);
	return true;
}

static bool read_ipv4(struct datagram *datagram, const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	/* Who writes headers himself may write anything, and fragments. */
	if (!is_udp(ip->protocol) || ip->ihl < 5 ||
	    ip->frag_off & htons(IP_OFFSET))
		return false;
	return read_datagram(datagram, skb, skb_network_offset(skb) +
			     ip->ihl * 4, ip->protocol,
			     ip->frag_off & htons(IP_MF));
}

/* Fragments come in here before they are put together, unlike those of IPv4. */
static bool read_ipv6(struct datagram *datagram, const struct sk_buff *skb)
{
	int at = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	u8 number = ipv6_hdr(skb)->nexthdr;
	__be16 fragment = 0;

	if (likely(number == IPPROTO_TCP || number == IPPROTO_ICMPV6))
		return false;
	if (!is_udp(number)) {
		at = ipv6_skip_exthdr(skb, at, &number, &fragment);
		if (at < 0 || !is_udp(number))
			return false;
	}
	return read_datagram(datagram, skb, at, number, fragment);
}

/* Other sockets can send datagrams of UDP too, and have no port in its sense. */
static bool is_udp_socket(const struct sock *sk, const struct net *net,
			  u8 number)
{
	return sk && sk_fullsock(sk) && sk->sk_type == SOCK_DGRAM &&
	       sk->sk_protocol == number && net_eq(sock_net(sk), net);
}

/* As udp_role() has it. */
static __always_inline u8 role_of(const struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == TCP_ESTABLISHED && sk->sk_dport &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK) ?
	       SOCKPORT_ROLE_OUT : SOCKPORT_ROLE_IN;
}

static __always_inline struct sockport_history *
row_of(const struct sock *sk, struct net *net, u8 protocol)
{
	const u8 role = role_of(sk);
	u16 port;

	port = role == SOCKPORT_ROLE_OUT ? ntohs(sk->sk_dport) :
					   READ_ONCE(sk->sk_num);
	/* It is being closed, or connected elsewhere. */
	if (!port)
		return NULL;
	return sockport_history_row(net, protocol, role, port);
}

static bool to_many(const struct sk_buff *skb, u8 pf)
{
	const struct rtable *route;

	if (pf == NFPROTO_IPV6)
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	route = skb_rtable(skb);
	return route && route->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST);
}

/* Does any socket take what comes to the port from everywhere? */
static bool port_bound(struct net *net, struct udp_table *table, u16 port)
{
	struct udp_hslot *slot = udp_hashslot(table, net, port);
	struct sock *sk;

	sk_for_each_rcu(sk, &slot->head)
		if (READ_ONCE(sk->sk_num) == port &&
		    net_eq(sock_net(sk), net) &&
		    role_of(sk) == SOCKPORT_ROLE_IN)
			return true;
	return false;
}

/**
 * sockport_traffic_bound - may a port have sockets, of which its row is?
 * @row: row of any protocol
 *
 * Only some sockets are looked at: where many share a chain one may be of that
 * port.
 *
 * Context: any but NMI, in an RCU read-side critical section.
 */
bool sockport_traffic_bound(const struct sockport_history *row)
{
	struct net *net = row->net;
	struct udp_table *table;
	const struct sock *sk;
	unsigned int n = 0;

	if (row->protocol == SOCKPORT_PROTOCOL_TCP ||
	    row->role != SOCKPORT_ROLE_IN)
		return false;
	table = row->protocol == SOCKPORT_PROTOCOL_UDP ?
		sockport_udp_table(net) : sockport_udplite_table(net);
	if (!table)
		return false;
	sk_for_each_rcu(sk, &udp_hashslot(table, net, row->port)->head)
		if (n++ == LOOK || (READ_ONCE(sk->sk_num) == row->port &&
				    net_eq(sock_net(sk), net)))
			return true;
	return false;
}

/* Ask the kernel. Where there is no socket there is no row. */
static noinline struct sockport_history *
row_by_lookup(const struct sk_buff *skb, const struct nf_hook_state *state,
	      const struct datagram *datagram)
{
	const u8 protocol = datagram->protocol;
	const u16 port = ntohs(datagram->dest);
	struct net *net = state->net;
	struct udp_table *table;
	const struct sock *sk;

	table = protocol == SOCKPORT_PROTOCOL_UDP ?
		sockport_udp_table(net) : sockport_udplite_table(net);
	if (!table)
		return NULL;
	if (to_many(skb, state->pf))
		return port_bound(net, table, port) ?
		       sockport_history_row(net, protocol, SOCKPORT_ROLE_IN,
					    port) : NULL;
	if (state->pf == NFPROTO_IPV6)
		sk = sockport_udp6_lookup(net, table, skb, datagram->source,
					  datagram->dest);
	else
		sk = sockport_udp4_lookup(net, table, skb, datagram->source,
					  datagram->dest);
	return sk ? row_of(sk, net, protocol) : NULL;
}

static struct sockport_history *row_in(const struct sk_buff *skb,
				       const struct nf_hook_state *state,
				       const struct datagram *datagram)
{
	const unsigned long now = jiffies;
	struct sockport_history *row;

	if (is_udp_socket(skb->sk, state->net, datagram->number))
		return row_of(skb->sk, state->net, datagram->protocol);
	row = sockport_history_find(state->net, datagram->protocol,
				    SOCKPORT_ROLE_IN, ntohs(datagram->dest));
	if (likely(row && READ_ONCE(row->checked) == now))
		return row;
	row = row_by_lookup(skb, state, datagram);
	if (row && row->role == SOCKPORT_ROLE_IN)
		WRITE_ONCE(row->checked, now);
	return row;
}

/*
 * The sender is @state's, not the packet's: what goes through a tunnel over UDP
 * keeps the socket of who sent what is inside.
 */
static struct sockport_history *row_out(const struct nf_hook_state *state,
					const struct datagram *datagram)
{
	if (is_udp_socket(state->sk, state->net, datagram->number))
		return row_of(state->sk, state->net, datagram->protocol);
	return sockport_history_find(state->net, datagram->protocol,
				     SOCKPORT_ROLE_IN,
				     ntohs(datagram->source));
}

static void count(const struct sk_buff *skb, const struct nf_hook_state *state,
		  const struct datagram *datagram)
{
	unsigned int segments, bytes;
	struct sockport_history *row;
	struct sockport_shard *shard;

	if (state->hook == NF_INET_LOCAL_IN) {
		row = row_in(skb, state, datagram);
		segments = SOCKPORT_A_HISTORY_SEGMENTS_IN;
		bytes = SOCKPORT_A_HISTORY_BYTES_IN;
	} else {
		row = row_out(state, datagram);
		segments = SOCKPORT_A_HISTORY_SEGMENTS_OUT;
		bytes = SOCKPORT_A_HISTORY_BYTES_OUT;
	}
	if (!row)
		return;
	shard = sockport_history_shard(row);
	atomic64_add(datagram->segments, &shard->count[segments]);
	atomic64_add(datagram->bytes, &shard->count[bytes]);
	sockport_history_touch(row);
}

/* One function for all, so that what it calls is inlined once. */
static unsigned int on_packet(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct datagram datagram;
	bool is_datagram;

	if (state->pf == NFPROTO_IPV4)
		is_datagram = read_ipv4(&datagram, skb);
	else
		is_datagram = read_ipv6(&datagram, skb);
	if (is_datagram)
		count(skb, state, &datagram);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook		= on_packet,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP_PRI_LAST,
	},
	{
		.hook		= on_packet,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP_PRI_LAST,
	},
	{
		.hook		= on_packet,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP6_PRI_LAST,
	},
	{
		.hook		= on_packet,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP6_PRI_LAST,
	},
};

static bool counted;	/* datagrams are, now */

static int traffic_net_init(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static void traffic_net_exit(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/*
 * Packets that are in a hook go on under RCU. A grace period comes after
 * .pre_exit, both when a namespace dies and at unregistration.
 */
static struct pernet_operations traffic_ops = {
	.init		= traffic_net_init,
	.pre_exit	= traffic_net_exit,
};

/**
 * sockport_traffic_start - count datagrams from now on, in every namespace
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP when the kernel has no netfilter.
 */
int sockport_traffic_start(void)
{
	int err = register_pernet_subsys(&traffic_ops);

	if (!err)
		WRITE_ONCE(counted, true);
	return err;
}

/**
 * sockport_traffic_stop - count no datagrams any more
 *
 * No hook runs any more when it returns. After sockport_traffic_start() only.
 *
 * Context: process context, may sleep.
 */
void sockport_traffic_stop(void)
{
	WRITE_ONCE(counted, false);
	unregister_pernet_subsys(&traffic_ops);
}

/**
 * sockport_traffic_drop - a socket had no room for a datagram
 * @sk: the socket
 *
 * That is counted whether datagrams are or not.
 *
 * Context: process or BH, in an RCU read-side critical section.
 */
void sockport_traffic_drop(const struct sock *sk)
{
	struct sockport_history *row;
	u8 protocol;

	protocol = sk->sk_protocol == IPPROTO_UDPLITE ?
		   SOCKPORT_PROTOCOL_UDPLITE : SOCKPORT_PROTOCOL_UDP;
	row = row_of(sk, sock_net(sk), protocol);
	if (!row)
		return;
	sockport_history_add(row, SOCKPORT_A_HISTORY_RECEIVE_DROPS, 1);
	if (READ_ONCE(counted))
		sockport_history_add(row, SOCKPORT_A_HISTORY_ACCOUNTED_DROPS, 1);
}

#else /* CONFIG_NETFILTER */

int sockport_traffic_start(void)
{
	return -EOPNOTSUPP;
}

void sockport_traffic_stop(void)
{
}

void sockport_traffic_drop(const struct sock *sk)
{
}

bool sockport_traffic_bound(const struct sockport_history *row)
{
	return false;
}

#endif /* CONFIG_NETFILTER */

/**
 * sockport_traffic_closed - there was no socket for a datagram
 * @net: namespace that it came to
 * @protocol: enum sockport_protocol
 * @port: that it came to, host order
 *
 * A socket may have been found there in this jiffy: do not rely on that.
 *
 * Context: RCU read-side critical section, otherwise any but NMI.
 */
void sockport_traffic_closed(const struct net *net, u8 protocol, u16 port)
{
	struct sockport_history *row;

	row = sockport_history_find(net, protocol, SOCKPORT_ROLE_IN, port);
	if (row)
		WRITE_ONCE(row->checked, jiffies - 1);
}
