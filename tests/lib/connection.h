/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CONNECTION_H
#define TESTS_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "rows.h"

/**
 * struct lane - the addresses between which a set of connections is made
 * @server_family: family of the server's socket, the client's may be another
 */
struct lane {
	const char	*name;
	int		server_family;
	const char	*server;
	int		client_family;
	const char	*client;
	uint16_t	port;
	unsigned int	uid;
};

enum lane_number {
	LANE_V4,
	LANE_V6,
	LANE_DUAL,
	LANE_MAPPED,
	LANE_SCOPE,
	LANES,
};

extern const struct lane lanes[LANES];

/* What happens at a port, counted from the lane's own. */
enum slot {
	SLOT_WAITING,		/* a connection that nobody has accepted */
	SLOT_SYN_SENT,
	SLOT_SYN_RECV,
	SLOT_UNREAD,		/* server has RX_BYTES to read, client keepalive */
	SLOT_UNACKED,		/* client has TX_BYTES on the way */
	SLOT_FIN_WAIT1,
	SLOT_FIN_WAIT1_ORPHAN,
	SLOT_FIN_WAIT2,		/* server in CLOSE_WAIT */
	SLOT_FIN_WAIT2_TW,	/* sub-state of a time-wait socket */
	SLOT_FIN_WAIT2_ORPHAN,	/* a full socket */
	SLOT_LAST_ACK,
	SLOT_LAST_ACK_ORPHAN,
	SLOT_CLOSING,
	SLOT_TIME_WAIT,
	SLOT_PROBE,		/* client waits for a window */
	SLOT_DRAINING,		/* the listener is gone */
	SLOT_BOUND,		/* client has bound its port, the one above SLOTS */
	SLOT_FASTOPEN,		/* server in SYN_RECV, a full socket */
	SLOTS,
};

#define RX_BYTES	1234
#define TX_BYTES	321
#define BACKLOG		7

/**
 * struct connection - three file descriptors, -1 where there is none (any more)
 */
struct connection {
	const struct lane *lane;
	uint16_t	port;
	uint16_t	client_port;
	int		listener;
	int		client;
	int		server;
};

uint16_t slot_port(const struct lane *lane, enum slot slot);

/* Smaller parts, for other fixtures. */
int socket_listen(int family, const char *address, uint16_t port, int backlog);
int socket_bound(int family, int type, int protocol, const char *address, uint16_t port);
void socket_option(int fd, int level, int option, int value);
/* Port 0: not bound. With MSG_DONTWAIT semantics: returns when SYN is on its way. */
int socket_connect(int family, const char *address, uint16_t port, uint16_t local_port);
int socket_accept(int listener);
uint16_t socket_port(int fd);
uint64_t socket_cookie(int fd);
uint64_t socket_inode(int fd);
/* Into a struct tcp_info of any age; returns how much of it the kernel has. */
size_t socket_info(int fd, void *info, size_t size);
/* Packets that it had no room for. */
uint32_t socket_drops(int fd);
/* So many sockets, each bound to an address and a port of its own, from the first on. */
void sockets_many(int type, uint16_t first, unsigned int count);
void socket_wait_state(int fd, uint8_t state);

struct connection connection_open(const struct lane *lane, uint16_t port);
/* As kernel's own files see it: for sockets that no file refers to. */
void connection_wait_row(uint16_t local_port, uint16_t remote_port, uint8_t state);

/* All slots of a lane, every connection in its state. */
void connection_states(const struct lane *lane, struct connection *connections);

#endif
