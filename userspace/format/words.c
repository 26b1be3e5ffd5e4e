// SPDX-License-Identifier: GPL-2.0
/* The words for the numbers of the interface, in both directions. */
#include "format/words.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <linux/sockport.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const protocols[] = {
	[SOCKPORT_PROTOCOL_TCP] = "tcp",
	[SOCKPORT_PROTOCOL_UDP] = "udp",
	[SOCKPORT_PROTOCOL_UDPLITE] = "udplite",
	[SOCKPORT_PROTOCOL_RAW] = "raw",
	[SOCKPORT_PROTOCOL_PING] = "ping",
	[SOCKPORT_PROTOCOL_UNIX] = "unix",
	[SOCKPORT_PROTOCOL_PACKET] = "packet",
	[SOCKPORT_PROTOCOL_NETLINK] = "netlink",
	[SOCKPORT_PROTOCOL_SCTP] = "sctp",
	[SOCKPORT_PROTOCOL_MPTCP] = "mptcp",
	[SOCKPORT_PROTOCOL_VSOCK] = "vsock",
	[SOCKPORT_PROTOCOL_XDP] = "xdp",
	[SOCKPORT_PROTOCOL_OTHER] = "other",
};

static const char *const roles[] = {
	[SOCKPORT_ROLE_IN] = "in",
	[SOCKPORT_ROLE_OUT] = "out",
};

static const char *const port_states[] = {
	[SOCKPORT_PORT_STATE_OPEN] = "open",
	[SOCKPORT_PORT_STATE_ASSIGNED] = "assigned",
	[SOCKPORT_PORT_STATE_DRAINING] = "draining",
	[SOCKPORT_PORT_STATE_CLOSED] = "closed",
};

static const char *const states[] = {
	[SOCKPORT_STATE_ESTABLISHED] = "ESTABLISHED",
	[SOCKPORT_STATE_SYN_SENT] = "SYN_SENT",
	[SOCKPORT_STATE_SYN_RECV] = "SYN_RECV",
	[SOCKPORT_STATE_FIN_WAIT1] = "FIN_WAIT1",
	[SOCKPORT_STATE_FIN_WAIT2] = "FIN_WAIT2",
	[SOCKPORT_STATE_TIME_WAIT] = "TIME_WAIT",
	[SOCKPORT_STATE_CLOSE] = "CLOSE",
	[SOCKPORT_STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[SOCKPORT_STATE_LAST_ACK] = "LAST_ACK",
	[SOCKPORT_STATE_LISTEN] = "LISTEN",
	[SOCKPORT_STATE_CLOSING] = "CLOSING",
};

static const char *const timers[] = {
	[SOCKPORT_TIMER_OFF] = "off",
	[SOCKPORT_TIMER_RETRANSMIT] = "retransmit",
	[SOCKPORT_TIMER_KEEPALIVE] = "keepalive",
	[SOCKPORT_TIMER_TIMEWAIT] = "timewait",
	[SOCKPORT_TIMER_PROBE] = "probe",
};

static const char *const types[] = {
	[SOCK_STREAM] = "stream",
	[SOCK_DGRAM] = "dgram",
	[SOCK_RAW] = "raw",
	[SOCK_RDM] = "rdm",
	[SOCK_SEQPACKET] = "seqpacket",
	[SOCK_DCCP] = "dccp",
	[SOCK_PACKET] = "packet",
};

static const char *const event_types[] = {
	[SOCKPORT_EVENT_TYPE_LISTEN] = "listen",
	[SOCKPORT_EVENT_TYPE_UNLISTEN] = "unlisten",
	[SOCKPORT_EVENT_TYPE_ACCEPT] = "accept",
	[SOCKPORT_EVENT_TYPE_OPEN] = "open",
	[SOCKPORT_EVENT_TYPE_FAIL] = "fail",
	[SOCKPORT_EVENT_TYPE_CLOSE] = "close",
	[SOCKPORT_EVENT_TYPE_CLOSED_DOOR] = "closed-door",
	[SOCKPORT_EVENT_TYPE_RESET] = "reset",
	[SOCKPORT_EVENT_TYPE_LOST] = "lost",
};

static const char *const causes[] = {
	[SOCKPORT_CAUSE_CLOSED] = "closed",
	[SOCKPORT_CAUSE_CLOSED_BY_PEER] = "closed-by-peer",
	[SOCKPORT_CAUSE_RESET] = "reset",
	[SOCKPORT_CAUSE_RESET_BY_PEER] = "reset-by-peer",
	[SOCKPORT_CAUSE_REFUSED] = "refused",
	[SOCKPORT_CAUSE_TIMED_OUT] = "timed-out",
	[SOCKPORT_CAUSE_UNREACHABLE] = "unreachable",
	[SOCKPORT_CAUSE_OTHER] = "other",
	[SOCKPORT_CAUSE_NO_LOCAL_PORT] = "no-local-port",
	[SOCKPORT_CAUSE_GIVEN_UP] = "given-up",
};

/* As enum sctp_state of the kernel numbers them. */
static const char *const associations[] = {
	"CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_PENDING",
	"SHUTDOWN_SENT", "SHUTDOWN_RECEIVED", "SHUTDOWN_ACK_SENT",
};

#define BIT(state)	(1u << SOCKPORT_STATE_##state)
#define STATES_CONNECTED \
	(BIT(ESTABLISHED) | BIT(SYN_SENT) | BIT(SYN_RECV) | BIT(FIN_WAIT1) | BIT(FIN_WAIT2) | \
	 BIT(TIME_WAIT) | BIT(CLOSE_WAIT) | BIT(LAST_ACK) | BIT(CLOSING))

/*
 * Several states under one word; what datagram sockets have instead of LISTEN is
 * CLOSE. UNIX sockets are of both sorts.
 */
static const struct {
	const char *word;
	uint32_t tcp;
	uint32_t datagram;
} groups[] = {
	{ "connected", STATES_CONNECTED, STATES_CONNECTED },
	{ "synchronized", STATES_CONNECTED & ~BIT(SYN_SENT), STATES_CONNECTED & ~BIT(SYN_SENT) },
	{ "listening", BIT(LISTEN), BIT(LISTEN) | BIT(CLOSE) },
};

static const char *word_of(const char *const *words, size_t count, unsigned int number)
{
	return number < count ? words[number] : NULL;
}

/**
 * word_protocol - the word for a protocol
 * @protocol: SOCKPORT_PROTOCOL_*
 *
 * Return: the word, NULL for one that only a newer kernel module knows.
 */
const char *word_protocol(uint8_t protocol)
{
	return word_of(protocols, COUNT(protocols), protocol);
}

/**
 * word_role - the word for a role
 * @role: SOCKPORT_ROLE_*
 *
 * Return: the word or NULL.
 */
const char *word_role(uint8_t role)
{
	return word_of(roles, COUNT(roles), role);
}

/**
 * word_port_state - the word for the state of a port
 * @state: SOCKPORT_PORT_STATE_*
 *
 * Return: the word or NULL.
 */
const char *word_port_state(uint8_t state)
{
	return word_of(port_states, COUNT(port_states), state);
}

/**
 * word_state - the kernel's name for the state of a socket
 * @state: SOCKPORT_STATE_*
 *
 * Return: the word or NULL.
 */
const char *word_state(uint8_t state)
{
	return word_of(states, COUNT(states), state);
}

/**
 * word_timer - the word for the timer of a TCP socket
 * @timer: SOCKPORT_TIMER_*
 *
 * Return: the word or NULL.
 */
const char *word_timer(uint8_t timer)
{
	return word_of(timers, COUNT(timers), timer);
}

/**
 * word_type - the word for the type of a socket
 * @type: SOCK_*
 *
 * Return: the word or NULL.
 */
const char *word_type(uint8_t type)
{
	return word_of(types, COUNT(types), type);
}

/**
 * word_association - the word for the state of an SCTP association
 * @state: as /proc/net/sctp/assocs numbers it
 *
 * Return: the word or NULL.
 */
const char *word_association(uint8_t state)
{
	return word_of(associations, COUNT(associations), state);
}

/**
 * word_event_type - the word for what happened
 * @type: SOCKPORT_EVENT_TYPE_*
 *
 * Return: the word or NULL.
 */
const char *word_event_type(uint8_t type)
{
	return word_of(event_types, COUNT(event_types), type);
}

/**
 * word_cause - the word for why a connection ended
 * @cause: SOCKPORT_CAUSE_*
 *
 * Return: the word or NULL.
 */
const char *word_cause(uint8_t cause)
{
	return word_of(causes, COUNT(causes), cause);
}

/* Those that sockets are made of by hand; others show as numbers. */
static const char *const ip_protocols[] = {
	[1] = "icmp", [2] = "igmp", [4] = "ipip", [6] = "tcp", [8] = "egp", [17] = "udp",
	[33] = "dccp", [41] = "ipv6", [46] = "rsvp", [47] = "gre", [50] = "esp", [51] = "ah",
	[58] = "ipv6-icmp", [88] = "eigrp", [89] = "ospf", [92] = "mtp", [94] = "beetph",
	[98] = "encap", [103] = "pim", [108] = "comp", [112] = "vrrp", [115] = "l2tp",
	[132] = "sctp", [136] = "udplite", [137] = "mpls", [143] = "ethernet", [255] = "raw",
	[262] = "mptcp",
};

/* NETLINK_* of linux/netlink.h */
static const char *const netlinks[] = {
	"route", "unused", "usersock", "firewall", "sock_diag", "nflog", "xfrm", "selinux",
	"iscsi", "audit", "fib_lookup", "connector", "netfilter", "ip6_fw", "dnrtmsg",
	"uevent", "generic", NULL, "scsitransport", "ecryptfs", "rdma", "crypto", "smc",
};

/* AF_* of linux/socket.h; IPv4 and IPv6 as columns have them. */
static const char *const families[] = {
	[1] = "unix", [2] = "4", [3] = "ax25", [4] = "ipx", [5] = "appletalk", [6] = "netrom",
	[9] = "x25", [10] = "6", [11] = "rose", [15] = "key", [16] = "netlink",
	[17] = "packet", [21] = "rds", [24] = "pppox", [26] = "llc", [27] = "ib",
	[28] = "mpls", [29] = "can", [30] = "tipc", [31] = "bluetooth", [32] = "iucv",
	[33] = "rxrpc", [34] = "isdn", [35] = "phonet", [36] = "ieee802154", [37] = "caif",
	[38] = "alg", [39] = "nfc", [40] = "vsock", [41] = "kcm", [42] = "qipcrtr",
	[43] = "smc", [44] = "xdp", [45] = "mctp",
};

/**
 * word_ip_protocol - the name of a protocol above IP
 * @number: as in the header of IP, or of socket(2)
 *
 * Return: the name, NULL for one that is seldom seen.
 */
const char *word_ip_protocol(uint32_t number)
{
	return word_of(ip_protocols, COUNT(ip_protocols), number);
}

/**
 * word_netlink - the name of a protocol of netlink
 * @number: NETLINK_*
 *
 * Return: the name or NULL.
 */
const char *word_netlink(uint32_t number)
{
	return word_of(netlinks, COUNT(netlinks), number);
}

/**
 * word_family - the word for an address family
 * @family: AF_*
 *
 * Return: "4" for IPv4, "6" for IPv6, a name for others, or NULL.
 */
const char *word_family(uint8_t family)
{
	return word_of(families, COUNT(families), family);
}

static bool find_word(const char *const *words, size_t count, const char *word, uint8_t *number)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (words[i] && !strcasecmp(words[i], word)) {
			*number = i;
			return true;
		}
	}
	return false;
}

/**
 * word_is_protocol - read the name of a protocol
 * @word: in any case
 * @protocol: where to put SOCKPORT_PROTOCOL_*
 *
 * Return: whether it is one.
 */
bool word_is_protocol(const char *word, uint8_t *protocol)
{
	return find_word(protocols, COUNT(protocols), word, protocol);
}

/**
 * word_is_role - read a role
 * @word: in any case
 * @role: where to put SOCKPORT_ROLE_*
 *
 * Return: whether it is one.
 */
bool word_is_role(const char *word, uint8_t *role)
{
	return find_word(roles, COUNT(roles), word, role);
}

/**
 * word_is_family - read an address family
 * @word: ipv4, inet, ipv6 or inet6, in any case
 * @family: where to put AF_INET or AF_INET6
 *
 * Return: whether it is one.
 */
bool word_is_family(const char *word, uint8_t *family)
{
	static const struct { const char *word; uint8_t family; } filters[] = {
		{ "ipv4", AF_INET }, { "inet", AF_INET },
		{ "ipv6", AF_INET6 }, { "inet6", AF_INET6 },
	};
	size_t i;

	for (i = 0; i < COUNT(filters); i++) {
		if (!strcasecmp(filters[i].word, word)) {
			*family = filters[i].family;
			return true;
		}
	}
	return false;
}

/**
 * word_is_event_type - read a type of events
 * @word: in any case
 * @type: where to put SOCKPORT_EVENT_TYPE_*
 *
 * Return: whether it is one.
 */
bool word_is_event_type(const char *word, uint8_t *type)
{
	return find_word(event_types, COUNT(event_types), word, type);
}

static const char *skip_joints(const char *text)
{
	return text + strspn(text, "-_");
}

/* People write TIME_WAIT, time-wait and timewait. */
static bool same_state(const char *a, const char *b)
{
	for (; *a && *b; a = skip_joints(a + 1), b = skip_joints(b + 1))
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
	return *a == *b;
}

/**
 * word_is_state - read the name of a state or of a group of them
 * @word: in any case; "-" and "_" do not matter
 * @tcp: add bits 1 << SOCKPORT_STATE_* for sockets of kinds where a server
 *	listens, as TCP's
 * @datagram: add those for the sockets of other kinds
 *
 * Return: whether it is one.
 */
bool word_is_state(const char *word, uint32_t *tcp, uint32_t *datagram)
{
	size_t i;

	for (i = 0; i < COUNT(groups); i++) {
		if (same_state(groups[i].word, word)) {
			*tcp |= groups[i].tcp;
			*datagram |= groups[i].datagram;
			return true;
		}
	}
	for (i = 0; i < COUNT(states); i++) {
		if (states[i] && same_state(states[i], word)) {
			*tcp |= 1u << i;
			*datagram |= 1u << i;
			return true;
		}
	}
	return false;
}
