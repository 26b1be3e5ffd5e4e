// SPDX-License-Identifier: GPL-2.0
/*
 * The ends of a socket as text, each kind in its own way: what stands for the
 * address, a colon, what stands for the port.
 */
#include "columns/endpoint.h"

#include <linux/if_ether.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>

#include "format/number.h"
#include "format/words.h"
#include "table/plain.h"

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

static char *put_any(char *to)
{
	*to = '*';
	return to + 1;
}

static char *put_word_or_number(char *to, const char *word, uint32_t number)
{
	return word ? text_put(to, word) : number_put(to, number);
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

static struct end end_of(const struct socket_row *socket, enum endpoint end)
{
	return end == ENDPOINT_LOCAL ? local_end(socket) : remote_end(socket);
}

static uint32_t netns_of(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_NETNS) ? socket->netns : 0;
}

static char *put_address(char *to, const struct socket_row *socket, const uint8_t *address,
			 uint8_t size, struct names *names)
{
	return names_put_address(names, to, size == 4 ? AF_INET : AF_INET6, address,
				 netns_of(socket),
				 row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) ? socket->ifindex : 0);
}

/* IPv6 addresses stand in brackets beside a port (RFC 5952, section 6). */
static char *put_host(char *to, const struct socket_row *socket, const struct end *end,
		      struct names *names)
{
	if (end->size != 4)
		*to++ = '[';
	to = put_address(to, socket, end->address, end->size, names);
	if (end->size != 4)
		*to++ = ']';
	return to;
}

static char *put_ip(char *to, const struct socket_row *socket, const struct end *end,
		    struct names *names)
{
	if (!end->has_address)
		return to;
	to = put_host(to, socket, end, names);
	*to++ = ':';
	return end->has_port && end->port ? number_put(to, end->port) : put_any(to);
}

/* The first address, and how many more there are. */
static char *put_sctp(char *to, const struct socket_row *socket, const struct end *end,
		      struct names *names)
{
	if (!end->has_address)
		return to;
	to = put_host(to, socket, end, names);
	if (end->more->count) {
		*to++ = '+';
		to = number_put(to, end->more->count);
	}
	*to++ = ':';
	return end->has_port && end->port ? number_put(to, end->port) : put_any(to);
}

/* Sockets of bare IP have a protocol in the place of a local port. */
static char *put_raw(char *to, const struct socket_row *socket, const struct end *end,
		     bool is_local, struct names *names)
{
	if (!end->has_address && !is_local)
		return to;
	to = end->has_address ? put_host(to, socket, end, names) : put_any(to);
	*to++ = ':';
	if (!is_local || !row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		return put_any(to);
	return put_word_or_number(to, word_ip_protocol(socket->number), socket->number);
}

static char *put_unix(char *to, const struct socket_row *socket, bool is_local)
{
	if (is_local) {
		if (!row_knows(socket, SOCKPORT_A_SOCKET_NAME) || !socket->name_size ||
		    socket->name_size > ROW_NAME_MAX)
			return put_any(to);
		return plain_put_escaped(to, socket->name, socket->name_size);
	}
	if (!row_knows(socket, SOCKPORT_A_SOCKET_PEER_INODE))
		return to;
	to = text_put(to, "*:");
	return number_put(to, socket->peer_inode);
}

static char *put_interface(char *to, const struct socket_row *socket, struct names *names)
{
	if (!row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) || !socket->ifindex)
		return put_any(to);
	return names_put_interface(names, to, netns_of(socket), socket->ifindex);
}

/* As linux/if_ether.h writes them. */
static char *put_ethertype(char *to, uint32_t type)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	if (type == ETH_P_ALL)
		return text_put(to, "all");
	if (!type)
		return put_any(to);
	to = text_put(to, "0x");
	for (shift = 12; shift >= 0; shift -= 4)
		*to++ = digits[type >> shift & 0xf];
	return to;
}

static char *put_packet(char *to, const struct socket_row *socket, struct names *names)
{
	to = put_interface(to, socket, names);
	*to++ = ':';
	if (!row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		return put_any(to);
	return put_ethertype(to, socket->number);
}

static char *put_netlink(char *to, const struct socket_row *socket, const struct end *end,
			 bool is_local)
{
	/* The peer of most is the kernel, whose port id is 0. */
	if (!is_local && (!end->has_port || !end->port))
		return to;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		to = put_word_or_number(to, word_netlink(socket->number), socket->number);
	else
		to = put_any(to);
	*to++ = ':';
	return end->has_port && end->port ? number_put(to, end->port) : put_any(to);
}

static char *put_vsock(char *to, const struct end *end)
{
	if (!end->has_cid && !end->has_port)
		return to;
	if (end->has_cid && end->cid != VMADDR_CID_ANY)
		to = number_put(to, end->cid);
	else
		to = put_any(to);
	*to++ = ':';
	if (end->has_port && end->port != VMADDR_PORT_ANY)
		return number_put(to, end->port);
	return put_any(to);
}

static char *put_xdp(char *to, const struct socket_row *socket, struct names *names)
{
	to = put_interface(to, socket, names);
	*to++ = ':';
	if (!row_knows(socket, SOCKPORT_A_SOCKET_QUEUE_ID))
		return put_any(to);
	*to++ = 'q';
	return number_put(to, socket->queue_id);
}

/* Of such sockets nothing is known but what they were made as. */
static char *put_other(char *to, const struct socket_row *socket)
{
	const bool is_ip = socket->family == AF_INET || socket->family == AF_INET6;

	if (!row_knows(socket, SOCKPORT_A_SOCKET_FAMILY))
		return to;
	if (is_ip)
		to = text_put(to, socket->family == AF_INET ? "ipv4" : "ipv6");
	else
		to = put_word_or_number(to, word_family(socket->family), socket->family);
	*to++ = ':';
	if (!row_knows(socket, SOCKPORT_A_SOCKET_NUMBER))
		return put_any(to);
	return put_word_or_number(to, is_ip ? word_ip_protocol(socket->number) : NULL,
				  socket->number);
}

/**
 * endpoint_put - write one end of a socket
 * @to: room for VALUE_MAX characters
 * @socket: the socket
 * @which: the end
 * @names: names of interfaces
 *
 * Return: behind the last character; @to if nothing is known.
 */
char *endpoint_put(char *to, const struct socket_row *socket, enum endpoint which,
		   struct names *names)
{
	const struct end end = end_of(socket, which);
	const bool is_local = which == ENDPOINT_LOCAL;

	switch (socket->protocol) {
	case SOCKPORT_PROTOCOL_RAW:
	case SOCKPORT_PROTOCOL_PING:
		return put_raw(to, socket, &end, is_local, names);
	case SOCKPORT_PROTOCOL_UNIX:
		return put_unix(to, socket, is_local);
	case SOCKPORT_PROTOCOL_PACKET:
		return is_local ? put_packet(to, socket, names) : to;
	case SOCKPORT_PROTOCOL_NETLINK:
		return put_netlink(to, socket, &end, is_local);
	case SOCKPORT_PROTOCOL_SCTP:
		return put_sctp(to, socket, &end, names);
	case SOCKPORT_PROTOCOL_VSOCK:
		return put_vsock(to, &end);
	case SOCKPORT_PROTOCOL_XDP:
		return is_local ? put_xdp(to, socket, names) : to;
	case SOCKPORT_PROTOCOL_OTHER:
		return is_local ? put_other(to, socket) : to;
	}
	return put_ip(to, socket, &end, names);
}

/**
 * endpoint_put_address - write the IP address of one end of a socket, or its context id
 * @to: room for VALUE_MAX characters
 * @socket: the socket
 * @which: the end
 * @names: names of interfaces
 *
 * Return: behind the last character; @to if it has none.
 */
char *endpoint_put_address(char *to, const struct socket_row *socket, enum endpoint which,
			   struct names *names)
{
	const struct end end = end_of(socket, which);

	if (socket->protocol == SOCKPORT_PROTOCOL_VSOCK)
		return end.has_cid ? number_put(to, end.cid) : to;
	return end.has_address ? put_address(to, socket, end.address, end.size, names) : to;
}

/**
 * endpoint_put_addresses - list all addresses of one end of an SCTP socket
 * @to: room for VALUE_MAX characters
 * @socket: the socket
 * @which: the end
 * @names: names of interfaces
 *
 * Of more than ROW_ADDRESSES and one, the rest is a "+".
 *
 * Return: behind the last character; @to if they are not known.
 */
char *endpoint_put_addresses(char *to, const struct socket_row *socket, enum endpoint which,
			     struct names *names)
{
	const struct end end = end_of(socket, which);
	unsigned int i;

	if (socket->protocol != SOCKPORT_PROTOCOL_SCTP || !end.has_address)
		return to;
	to = put_address(to, socket, end.address, end.size, names);
	for (i = 0; i < end.more->count && i < ROW_ADDRESSES; i++) {
		*to++ = ',';
		to = put_address(to, socket, end.more->list[i].bytes, end.more->list[i].size,
				 names);
	}
	return end.more->count > ROW_ADDRESSES ? text_put(to, ",+") : to;
}
