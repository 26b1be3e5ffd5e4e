/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include <libmnl/libmnl.h>

#include "port.h"
#include "rows.h"

#define ALL_GROUPS	SOCKPORT_WANT_MASK

/**
 * struct client - the tests' own end of the netlink family
 * @room: how much a recvmsg() takes
 * @error: of the last request, 0 or -errno
 * @message: the kernel's words about the last refused request, or ""
 * @offset: where in it the attribute is that the kernel refused, or 0
 * @interrupted: the last dump said so
 */
struct client {
	struct mnl_socket *nl;
	uint16_t	family;
	uint32_t	sequence;
	size_t		room;
	char		*buffer;
	int		error;
	char		message[256];
	uint32_t	offset;
	bool		interrupted;
};

struct request {
	struct nlmsghdr	*nlh;
	char		buffer[1 << 16];
};

struct client client_open(void);
/* The kernel makes messages no larger than what the socket has ever received with. */
struct client client_open_with(size_t room);
void client_close(struct client *client);
/* The family's number, 0 while there is none. */
uint16_t client_family(struct client *client);

void request_begin(struct client *client, struct request *request, uint8_t command, uint16_t flags);
void request_send(struct client *client, const struct request *request);

/* Each answer goes to "each". Returns 0 or -errno, as client->error. */
int client_receive(struct client *client, mnl_cb_t each, void *data);
int client_run(struct client *client, const struct request *request, mnl_cb_t each, void *data);

/* Is the message about a port, or a socket of one of row_kinds? */
bool client_kind_told(const struct nlmsghdr *nlh);
/* For mnl_cb_t: data is struct rows * or struct ports *. */
int client_add_row(const struct nlmsghdr *nlh, void *data);
int client_add_port(const struct nlmsghdr *nlh, void *data);

/* Dump all, die if that is refused. */
struct rows client_rows(struct client *client, uint32_t want);
/* Of all namespaces, or of the one of a descriptor. */
#define NETNS_OWN	(-1)
#define NETNS_ALL	(-2)
struct rows client_rows_of(struct client *client, uint32_t want, int netns);
struct ports client_ports_of(struct client *client, uint32_t want, int netns);
struct ports client_ports(struct client *client);
/* One row; all zeros if there is none. */
struct port client_port(struct client *client, uint8_t protocol, uint8_t role, uint16_t port,
			uint32_t want);

#endif
