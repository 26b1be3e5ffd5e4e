// SPDX-License-Identifier: GPL-2.0
/*
 * The ends of a socket as text, each kind in its own way: what stands for the
 * address, a colon, what stands for the port.
 */
#include "columns/endpoint.h"

#include <linux/if_ether.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>

#include "columns/column.h"
#include "format/address.h"
#include "format/words.h"

/* What differs between the ends. */
struct end {
	const uint8_t *address;
	const struct address_rows *more;
	uint32_t port;
	uint32_t cid;
	uint8_t size;
	bool has_address;
	bool has_port;
	bool has_cid;
};

static void put_any(struct sink *sink)
{
	sink_char(sink, '*');
}

static void put_word_or_number(struct sink *sink, const char *word, uint32_t number)
{
	if (word)
		sink_word(sink, word);
	else
		sink_number(sink, number);
}

static struct end local_end(const struct socket_row *socket)
{
	return (struct end){
		.address = socket->local,
		.more = &socket->more_locals,
		.port = socket->local_port,
		.cid = socket->local_cid,
		.size = socket->local_size,
		.has_address = row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_ADDRESS),
		.has_port = row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT),
		.has_cid = row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_CID),
	};
}

static struct end remote_end(const struct socket_row *socket)
{
	return (struct end){
		.address = socket->remote,
		.more = &socket->more_remotes,
		.port = socket->remote_port,
		.cid = socket->remote_cid,
		.size = socket->remote_size,
		.has_address = row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_ADDRESS),
		.has_port = row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_PORT),
		.has_cid = row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_CID),
	};
}

static struct end end_of(const struct socket_row *socket, enum endpoint which)
{
	return which == ENDPOINT_LOCAL ? local_end(socket) : remote_end(socket);
}

static uint32_t netns_of(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_NETNS) ? socket->netns : 0;
}

static uint32_t ifindex_of(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) ? socket->ifindex : 0;
}

/* An interface that a socket is bound to narrows its address down, see ip-vrf(8). */
static void put_address(struct sink *sink, const struct socket_row *socket,
			const struct end *end, bool is_local)
{
	const uint32_t ifindex = ifindex_of(socket);

	if (!is_local || !ifindex) {
		sink_scoped(sink, end->address, end->size, netns_of(socket), ifindex);
		return;
	}
	sink_address(sink, end->address, end->size);
	sink_char(sink, '%');
	sink_interface(sink, netns_of(socket), ifindex);
}

/* IPv6 addresses stand in brackets beside a port (RFC 5952, section 6). */
static void put_host(struct sink *sink, const struct socket_row *socket, const struct end *end,
		     bool is_local)
{
	uint8_t size = end->size;

	/* An IPv4 address inside of an IPv6 one is that of an IPv4 peer. */
	address_unmap(end->address, &size);
	if (size != 4)
		sink_char(sink, '[');
	put_address(sink, socket, end, is_local);
	if (size != 4)
		sink_char(sink, ']');
}

static void put_port(struct sink *sink, const struct end *end)
{
	sink_char(sink, ':');
	if (end->has_port && end->port)
		sink_number(sink, end->port);
	else
		put_any(sink);
}

static void put_ip(struct sink *sink, const struct socket_row *socket, const struct end *end,
		   bool is_local)
{
	if (!end->has_address)
		return;
	if (!ifindex_of(socket)) {
		sink_end(sink, end->address, end->size, end->has_port ? end->port : 0);
		return;
	}
	put_host(sink, socket, end, is_local);
	put_port(sink, end);
}

/* The first address, and how many more there are. */
static void put_sctp(struct sink *sink, const struct socket_row *socket, const struct end *end,
		     bool is_local)
{
	if (!end->has_address)
		return;
	put_host(sink, socket, end, is_local);
	if (end->more->count) {
		sink_char(sink, '+');
		sink_number(sink, end->more->count);
	}
	put_port(sink, end);
}

/* Sockets of bare IP have a protocol in the place of a local port. */
static void put_raw(struct sink *sink, const struct socket_row *socket, const struct end *end,
		    bool is_local)
{
	if (!end->has_address && !is_local)
		return;
	if (end->has_address)
		put_host(sink, socket, end, is_local);
	else
		put_any(sink);
	sink_char(sink, ':');
	if (is_local && row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		put_word_or_number(sink, word_ip_protocol(socket->number), socket->number);
	else
		put_any(sink);
}

static void put_unix(struct sink *sink, const struct socket_row *socket, bool is_local)
{
	if (is_local) {
		if (row_knows(socket, SOCKPORT_A_SOCKET_NAME) && socket->name_size &&
		    socket->name_size <= ROW_NAME_MAX)
			sink_path(sink, socket->name, socket->name_size);
		else
			put_any(sink);
	} else if (row_knows(socket, SOCKPORT_A_SOCKET_PEER_INODE)) {
		sink_word(sink, "*:");
		sink_number(sink, socket->peer_inode);
	}
}

static void put_interface(struct sink *sink, const struct socket_row *socket)
{
	if (ifindex_of(socket))
		sink_interface(sink, netns_of(socket), socket->ifindex);
	else
		put_any(sink);
}

/* As linux/if_ether.h writes them. */
static void put_ethertype(struct sink *sink, uint32_t type)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	if (type == ETH_P_ALL) {
		sink_word(sink, "all");
	} else if (!type) {
		put_any(sink);
	} else {
		sink_word(sink, "0x");
		for (shift = 12; shift >= 0; shift -= 4)
			sink_char(sink, digits[type >> shift & 0xf]);
	}
}

static void put_packet(struct sink *sink, const struct socket_row *socket)
{
	put_interface(sink, socket);
	sink_char(sink, ':');
	if (row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		put_ethertype(sink, socket->number);
	else
		put_any(sink);
}

static void put_netlink(struct sink *sink, const struct socket_row *socket,
			const struct end *end, bool is_local)
{
	/* The peer of most is the kernel, whose port id is 0. */
	if (!is_local && (!end->has_port || !end->port))
		return;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		put_word_or_number(sink, word_netlink(socket->number), socket->number);
	else
		put_any(sink);
	put_port(sink, end);
}

static void put_vsock(struct sink *sink, const struct end *end)
{
	if (!end->has_cid && !end->has_port)
		return;
	if (end->has_cid && end->cid != VMADDR_CID_ANY)
		sink_number(sink, end->cid);
	else
		put_any(sink);
	sink_char(sink, ':');
	if (end->has_port && end->port != VMADDR_PORT_ANY)
		sink_number(sink, end->port);
	else
		put_any(sink);
}

static void put_xdp(struct sink *sink, const struct socket_row *socket)
{
	put_interface(sink, socket);
	sink_char(sink, ':');
	if (!row_knows(socket, SOCKPORT_A_SOCKET_QUEUE_ID)) {
		put_any(sink);
		return;
	}
	sink_char(sink, 'q');
	sink_number(sink, socket->queue_id);
}

/* Of such sockets nothing is known but what they were made as. */
static void put_other(struct sink *sink, const struct socket_row *socket)
{
	const bool is_ip = socket->family == AF_INET || socket->family == AF_INET6;

	if (!row_knows(socket, SOCKPORT_A_SOCKET_FAMILY))
		return;
	if (is_ip)
		sink_word(sink, socket->family == AF_INET ? "ipv4" : "ipv6");
	else
		put_word_or_number(sink, word_family(socket->family), socket->family);
	sink_char(sink, ':');
	if (row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		put_word_or_number(sink, is_ip ? word_ip_protocol(socket->number) : NULL,
				   socket->number);
	else
		put_any(sink);
}

static void put_end(struct sink *sink, const struct socket_row *socket, const struct end *end,
		    bool is_local)
{
	switch (socket->protocol) {
	case SOCKPORT_PROTOCOL_RAW:
	case SOCKPORT_PROTOCOL_PING:
		put_raw(sink, socket, end, is_local);
		break;
	case SOCKPORT_PROTOCOL_UNIX:
		put_unix(sink, socket, is_local);
		break;
	case SOCKPORT_PROTOCOL_PACKET:
		if (is_local)
			put_packet(sink, socket);
		break;
	case SOCKPORT_PROTOCOL_NETLINK:
		put_netlink(sink, socket, end, is_local);
		break;
	case SOCKPORT_PROTOCOL_SCTP:
		put_sctp(sink, socket, end, is_local);
		break;
	case SOCKPORT_PROTOCOL_VSOCK:
		put_vsock(sink, end);
		break;
	case SOCKPORT_PROTOCOL_XDP:
		if (is_local)
			put_xdp(sink, socket);
		break;
	case SOCKPORT_PROTOCOL_OTHER:
		if (is_local)
			put_other(sink, socket);
		break;
	default:
		put_ip(sink, socket, end, is_local);
	}
}

/**
 * value_end_of - one end of a socket
 * @sink: takes it; nothing where nothing is known
 * @socket: the socket
 * @which: the end
 */
void value_end_of(struct sink *sink, const struct socket_row *socket, enum endpoint which)
{
	const struct end end = end_of(socket, which);
	char *start = sink->to;

	value_begin(sink);
	put_end(sink, socket, &end, which == ENDPOINT_LOCAL);
	if (sink->to == start + (sink->form == SINK_JSON))
		sink->to = start;
	else
		value_end(sink);
}

/**
 * value_address_of - the IP address of one end of a socket, or its context id
 * @sink: takes it; nothing if it has none
 * @socket: the socket
 * @which: the end
 */
void value_address_of(struct sink *sink, const struct socket_row *socket, enum endpoint which)
{
	const struct end end = end_of(socket, which);

	if (socket->protocol == SOCKPORT_PROTOCOL_VSOCK) {
		if (end.has_cid)
			value_word_or_number(sink, NULL, end.cid);
	} else if (end.has_address) {
		value_scoped(sink, end.address, end.size, netns_of(socket), ifindex_of(socket));
	}
}

/**
 * value_addresses_of - all addresses of one end of an SCTP socket
 * @sink: takes them; nothing if they are not known
 * @socket: the socket
 * @which: the end
 *
 * Of more than ROW_ADDRESSES and one, the rest is left out.
 */
void value_addresses_of(struct sink *sink, const struct socket_row *socket, enum endpoint which)
{
	const struct end end = end_of(socket, which);
	unsigned int i;

	if (socket->protocol != SOCKPORT_PROTOCOL_SCTP || !end.has_address)
		return;
	value_list_begin(sink);
	value_list_item(sink);
	value_scoped(sink, end.address, end.size, netns_of(socket), ifindex_of(socket));
	for (i = 0; i < end.more->count && i < ROW_ADDRESSES; i++) {
		value_list_item(sink);
		value_scoped(sink, end.more->list[i].bytes, end.more->list[i].size,
			     netns_of(socket), ifindex_of(socket));
	}
	if (end.more->count > ROW_ADDRESSES)
		value_list_more(sink, 0);
	value_list_end(sink);
}
