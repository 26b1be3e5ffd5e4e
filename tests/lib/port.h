/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_PORT_H
#define TESTS_PORT_H

#include "history.h"
#include "rows.h"

/* Owners that a row of the port table lists. */
#define PORT_UIDS	8

/**
 * struct port - a row of the port table
 * @families: bit 0 for IPv4, bit 1 for IPv6
 * @state: enum sockport_port_state, 0 for none
 * @has_backlog: there are listeners
 * @history: if it was asked for
 * @accept_age: milliseconds, if @has_accept_age
 * @rest: it is of ports whose history was given back; of netlink only
 */
struct port {
	uint8_t		protocol;
	uint8_t		role;
	uint32_t	port;
	uint8_t		families;
	uint8_t		state;
	uint32_t	sockets;
	uint32_t	states[SOCKPORT_STATE_MAX + 1];
	uint64_t	rx_queue;
	uint64_t	tx_queue;
	bool		has_backlog;
	uint32_t	backlog;
	uint32_t	limit;
	uint64_t	drops;
	uint32_t	uid[64];
	unsigned int	uids;
	bool		uids_more;
	uint32_t	netns;
	uint32_t	process[ROW_PROCESSES];
	unsigned int	processes;
	bool		processes_more;
	bool		kernel;
	struct history	history;
	bool		rest;
	bool		has_accept_age;
	uint64_t	accept_age;
};

struct ports {
	struct port	*port;
	size_t		count;
	size_t		room;
};

#define for_each_port(each, ports) \
	for (struct port *each = (ports)->port; each < (ports)->port + (ports)->count; each++)

struct port *ports_add(struct ports *ports);
void ports_free(struct ports *ports);
void port_add_family(struct port *port, uint8_t family);
void port_add_uid(struct port *port, uint32_t uid);

/* Of ports that have no sockets now, only a past; returns how many they were. */
size_t ports_forget_past(struct ports *ports);

struct port *ports_find(const struct ports *ports, uint8_t protocol, uint8_t role, uint16_t port);

/* The port table that sockets sum to, each by its own role. */
struct ports ports_from_rows(const struct rows *rows);

/* By protocol, role and port, each once. */
bool ports_in_order(const char *name, const struct ports *ports);
/* Returns how many rows differ, and says so. */
unsigned int ports_compare(const char *name, const struct ports *expected,
			   const struct ports *seen);

#endif
