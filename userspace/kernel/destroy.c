// SPDX-License-Identifier: GPL-2.0
/* The kernel's own way to end sockets of others: SOCK_DESTROY of sock_diag(7). */
#include "kernel/destroy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

/* The number that IP has for a protocol, 0 for one that the kernel does not end so. */
static uint8_t ip_protocol(uint8_t protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_TCP:
		return IPPROTO_TCP;
	case SOCKPORT_PROTOCOL_UDP:
		return IPPROTO_UDP;
	case SOCKPORT_PROTOCOL_UDPLITE:
		return IPPROTO_UDPLITE;
	}
	return 0;
}

/**
 * destroy_is_known - whether sockets of a protocol can be ended
 * @protocol: SOCKPORT_PROTOCOL_*
 *
 * Return: whether they can.
 */
bool destroy_is_known(uint8_t protocol)
{
	return ip_protocol(protocol);
}

/**
 * destroy_target - how the kernel finds a socket
 * @target: becomes that
 * @row: the socket, with SOCKPORT_WANT_COOKIE
 *
 * Return: false if it cannot be told from others.
 */
bool destroy_target(struct destroy_target *target, const struct socket_row *row)
{
	struct inet_diag_sockid *id = &target->request.id;

	if (!row_knows(row, SOCKPORT_A_SOCKET_COOKIE) || !row->cookie ||
	    !destroy_is_known(row->protocol))
		return false;
	*target = (struct destroy_target){
		.request.sdiag_family = row->family,
		.request.sdiag_protocol = ip_protocol(row->protocol),
		.request.idiag_states = ~0u,
	};
	if (row_knows(row, SOCKPORT_A_SOCKET_LOCAL_ADDRESS))
		memcpy(id->idiag_src, row->local, row->local_size);
	if (row_knows(row, SOCKPORT_A_SOCKET_REMOTE_ADDRESS))
		memcpy(id->idiag_dst, row->remote, row->remote_size);
	if (row_knows(row, SOCKPORT_A_SOCKET_LOCAL_PORT))
		id->idiag_sport = htons(row->local_port);
	if (row_knows(row, SOCKPORT_A_SOCKET_REMOTE_PORT))
		id->idiag_dport = htons(row->remote_port);
	if (row_knows(row, SOCKPORT_A_SOCKET_IFINDEX))
		id->idiag_if = row->ifindex;
	id->idiag_cookie[0] = row->cookie;
	id->idiag_cookie[1] = row->cookie >> 32;
	return true;
}

/**
 * destroy_cookie - the number that no other socket has
 * @target: from destroy_target()
 *
 * Return: the number.
 */
uint64_t destroy_cookie(const struct destroy_target *target)
{
	const uint32_t *cookie = target->request.id.idiag_cookie;

	return cookie[0] | (uint64_t)cookie[1] << 32;
}

/**
 * destroy_open - begin to end sockets of the network namespace that we are in
 * @failure: what went wrong
 *
 * Return: to be closed with mnl_socket_close(), or NULL.
 */
struct mnl_socket *destroy_open(struct failure *failure)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);

	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) >= 0)
		return socket;
	failure_set(failure, EXIT_RUN, "cannot open a socket of sock_diag: %s", strerror(errno));
	if (socket)
		mnl_socket_close(socket);
	return NULL;
}

/* What the kernel says about the request of a number. */
static int take_answer(struct mnl_socket *socket, uint32_t sequence)
{
	uint64_t buffer[512];
	ssize_t length;

	do
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return errno;
	if (mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(socket), NULL, NULL) < 0)
		return errno;
	return 0;
}

/**
 * destroy_socket - let the kernel end a socket
 * @socket: from destroy_open()
 * @target: from destroy_target()
 *
 * Its process gets ECONNABORTED, its peer a reset. Needs CAP_NET_ADMIN over the namespace.
 *
 * Return: 0, or the error: ENOENT if there is no such socket any more, or another is found
 * at its addresses.
 */
int destroy_socket(struct mnl_socket *socket, const struct destroy_target *target)
{
	static uint32_t sequence;
	uint64_t buffer[64];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

	request->nlmsg_type = SOCK_DESTROY;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = ++sequence;
	memcpy(mnl_nlmsg_put_extra_header(request, sizeof(target->request)), &target->request,
	       sizeof(target->request));
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return errno;
	return take_answer(socket, sequence);
}
