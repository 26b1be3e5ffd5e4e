// SPDX-License-Identifier: GPL-2.0
/*
 * Headers of a packet that the kernel is about to drop
 *
 * It can be at any stage of its way, so nothing is taken for granted: what the
 * headers say must lie inside of the linear data, and fit together. skb->dev
 * and skb->cb are not looked at, UDP and TCP keep other things there.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <uapi/linux/sockport.h>

#include "history/headers.h"

/* Bytes of linear data from @from on. */
static long linear_from(const struct sk_buff *skb, const void *from)
{
	return (const void *)skb_tail_pointer(skb) - from;
}

static int read_ipv4(struct sockport_headers *headers,
		     const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);
	const unsigned int len = skb_network_header_len(skb);

	if (len < sizeof(*ip) || ip->version != 4 || ip->ihl * 4 != len ||
	    ip->frag_off & htons(IP_OFFSET))
		return -EINVAL;
	headers->family = AF_INET;
	headers->local.v4 = ip->daddr;
	headers->remote.v4 = ip->saddr;
	return ip->protocol;
}

/* Extension headers have to lead from the fixed header to the transport's. */
static int read_ipv6(struct sockport_headers *headers,
		     const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const unsigned int len = skb_network_header_len(skb);
	unsigned int at = sizeof(*ip);
	const struct ipv6_opt_hdr *opt;
	u8 next;

	if (len < sizeof(*ip) || ip->version != 6)
		return -EINVAL;
	for (next = ip->nexthdr; at < len; next = opt->nexthdr) {
		if (len - at < sizeof(*opt) || !ipv6_ext_hdr(next))
			return -EINVAL;
		opt = (const void *)ip + at;
		if (next == NEXTHDR_FRAGMENT)
			at += sizeof(struct frag_hdr);
		else if (next == NEXTHDR_AUTH)
			at += ipv6_authlen(opt);
		else
			at += ipv6_optlen(opt);
	}
	if (at != len)
		return -EINVAL;
	headers->family = AF_INET6;
	headers->local.v6 = ip->daddr;
	headers->remote.v6 = ip->saddr;
	return next;
}

static bool read_tcp(struct sockport_headers *headers,
		     const struct sk_buff *skb)
{
	const struct tcphdr *tcp = tcp_hdr(skb);

	if (linear_from(skb, tcp) < (long)sizeof(*tcp))
		return false;
	headers->protocol = SOCKPORT_PROTOCOL_TCP;
	headers->local_port = ntohs(tcp->dest);
	headers->remote_port = ntohs(tcp->source);
	headers->syn = tcp->syn && !tcp->ack && !tcp->rst;
	return true;
}

static bool read_udp(struct sockport_headers *headers,
		     const struct sk_buff *skb, u8 protocol)
{
	const struct udphdr *udp = udp_hdr(skb);

	if (linear_from(skb, udp) < (long)sizeof(*udp))
		return false;
	headers->protocol = protocol;
	headers->local_port = ntohs(udp->dest);
	headers->remote_port = ntohs(udp->source);
	return true;
}

/**
 * sockport_headers_read - what does a packet say of itself?
 * @headers: headers to fill
 * @skb: packet that came in, may have been looked at by its protocol
 *
 * Context: any.
 *
 * Return: false when it is none that has ports, or its headers are not as they
 * should be.
 */
bool sockport_headers_read(struct sockport_headers *headers,
			   const struct sk_buff *skb)
{
	int protocol;

	memset(headers, 0, sizeof(*headers));
	if (!skb_transport_header_was_set(skb) ||
	    skb->transport_header < skb->network_header ||
	    linear_from(skb, skb_transport_header(skb)) < 0)
		return false;

	if (skb->protocol == htons(ETH_P_IP))
		protocol = read_ipv4(headers, skb);
	else if (skb->protocol == htons(ETH_P_IPV6))
		protocol = read_ipv6(headers, skb);
	else
		return false;

	switch (protocol) {
	case IPPROTO_TCP:
		return read_tcp(headers, skb);
	case IPPROTO_UDP:
		return read_udp(headers, skb, SOCKPORT_PROTOCOL_UDP);
	case IPPROTO_UDPLITE:
		return read_udp(headers, skb, SOCKPORT_PROTOCOL_UDPLITE);
	default:
		return false;
	}
}
