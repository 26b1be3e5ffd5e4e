// SPDX-License-Identifier: GPL-2.0
/* Who is at the other end of a connection, as the kernel has it. */
#include "serve/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The longest answer about one socket. */
#define ANSWER_MAX	4096

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

static bool is_loopback(const union address *address)
{
	const struct in6_addr *in6 = &address->in6.sin6_addr;

	switch (address->any.sa_family) {
	case AF_INET:
		return (ntohl(address->in.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(in6) ||
		       (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET);
	default:
		return false;
	}
}

/**
 * peer_is_unix - whether a connection came by a UNIX socket
 * @descriptor: of the connection
 */
bool peer_is_unix(int descriptor)
{
	union address own = { 0 };
	socklen_t size = sizeof(own);

	return !getsockname(descriptor, &own.any, &size) && own.any.sa_family == AF_UNIX;
}

static void put_end(const union address *address, __be32 *to, __be16 *port)
{
	if (address->any.sa_family == AF_INET) {
		*port = address->in.sin_port;
		*to = address->in.sin_addr.s_addr;
	} else if (IN6_IS_ADDR_V4MAPPED(&address->in6.sin6_addr)) {
		*port = address->in6.sin6_port;
		memcpy(to, address->in6.sin6_addr.s6_addr + 12, sizeof(*to));
	} else {
		*port = address->in6.sin6_port;
		memcpy(to, &address->in6.sin6_addr, sizeof(address->in6.sin6_addr));
	}
}

static uint8_t family_of(const union address *address)
{
	return address->any.sa_family == AF_INET6 &&
	       !IN6_IS_ADDR_V4MAPPED(&address->in6.sin6_addr) ? AF_INET6 : AF_INET;
}

/* The socket whose local end is the one, and whose remote end is the other. */
static bool ask(struct mnl_socket *socket, const union address *local, const union address *remote)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;

	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST;
	request = mnl_nlmsg_put_extra_header(message, sizeof(*request));
	request->sdiag_family = family_of(local);
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = ~0u;
	request->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	put_end(local, request->id.idiag_src, &request->id.idiag_sport);
	put_end(remote, request->id.idiag_dst, &request->id.idiag_dport);
	return mnl_socket_sendto(socket, message, message->nlmsg_len) >= 0;
}

/* The kernel looks a socket up as a packet would: a listener may be what it finds. */
static int take(const struct nlmsghdr *message, void *data)
{
	const struct inet_diag_msg *found = mnl_nlmsg_get_payload(message);
	struct inet_diag_msg *to = data;

	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(*found)))
		return MNL_CB_ERROR;
	*to = *found;
	return MNL_CB_STOP;
}

static bool receive(struct mnl_socket *socket, struct inet_diag_msg *found)
{
	char buffer[ANSWER_MAX];
	ssize_t length;

	do
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	while (length < 0 && errno == EINTR);
	return length > 0 && mnl_cb_run(buffer, length, 0, 0, take, found) == MNL_CB_STOP &&
	       found->idiag_family;
}

/* By the ends of a connection of this host to itself. */
static bool find_user(const union address *own, const union address *other, uid_t *uid)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct inet_diag_msg found = { 0 };
	__be32 address[4] = { 0 };
	bool known = false;
	__be16 port;

	if (!socket)
		return false;
	put_end(own, address, &port);
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) >= 0 && ask(socket, other, own) &&
	    receive(socket, &found))
		known = found.id.idiag_dport == port && found.idiag_inode;
	mnl_socket_close(socket);
	*uid = found.idiag_uid;
	return known;
}

/**
 * peer_user - the user who asks, where that is known
 * @descriptor: of the connection
 * @uid: set to it
 *
 * Of a process of this host, the kernel tells whose its socket is.
 *
 * Return: false for somebody from elsewhere.
 */
bool peer_user(int descriptor, uid_t *uid)
{
	union address own = { 0 }, other = { 0 };
	socklen_t own_size = sizeof(own), other_size = sizeof(other);

	if (getsockname(descriptor, &own.any, &own_size) ||
	    getpeername(descriptor, &other.any, &other_size))
		return false;
	return is_loopback(&own) && is_loopback(&other) && find_user(&own, &other, uid);
}

/**
 * peer_place - where somebody comes from
 * @descriptor: of the connection
 * @place: becomes the address; of IPv6 its first half, as one host may have all that begin so.
 *	Zeroes for who comes by a UNIX socket
 */
void peer_place(int descriptor, uint8_t place[PEER_PLACE])
{
	union address other = { 0 };
	socklen_t size = sizeof(other);
	__be32 address[4] = { 0 };
	__be16 port;

	if (!getpeername(descriptor, &other.any, &size) &&
	    (other.any.sa_family == AF_INET || other.any.sa_family == AF_INET6))
		put_end(&other, address, &port);
	memset(&address[2], 0, sizeof(address) / 2);
	memcpy(place, address, sizeof(address));
}
