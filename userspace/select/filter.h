/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "format/address.h"
#include "host/category.h"
#include "select/expression.h"

/* The kernel takes so many alternatives of a kind. */
#define FILTER_VALUES	16
/* With two masks of states, a filter takes so many requests. */
#define FILTER_PARTS	4

/**
 * struct filter - what a socket must match; an empty list matches all
 * @protocols: SOCKPORT_PROTOCOL_*
 * @families: AF_INET, AF_INET6
 * @by_port: what IPv4 comes to is of IPv4, sockets of IPv6 as well
 * @roles: SOCKPORT_ROLE_*
 * @ports: of the socket's row
 * @local_ports: local ports
 * @remote_ports: remote ports
 * @locals: local addresses
 * @remotes: remote addresses
 * @uids: owners
 * @pids: processes that have the socket, in our pid namespace; of sockets only,
 *	and with SOCKPORT_WANT_PROCESSES
 * @plan: of an expression that must match as well, or NULL
 * @tcp_states: bit 1 << SOCKPORT_STATE_* for each state of a socket of TCP, SCTP,
 *	MPTCP or vsock, 0 for all
 * @datagram_states: the same for the other kinds; most of them know ESTABLISHED
 *	and CLOSE only, and CLOSE is to them what LISTEN is to TCP
 */
struct filter {
	struct { unsigned int count; uint8_t list[FILTER_VALUES]; } protocols, families, roles;
	struct { unsigned int count; struct port_range list[FILTER_VALUES]; }
		ports, local_ports, remote_ports;
	struct { unsigned int count; struct prefix list[FILTER_VALUES]; } locals, remotes;
	struct { unsigned int count; uint32_t list[FILTER_VALUES]; } uids, pids;
	const struct expression_plan *plan;
	bool by_port;
	uint32_t tcp_states;
	uint32_t datagram_states;
};

/**
 * enum filter_key - the options that make a filter
 */
enum filter_key {
	FILTER_PROTOCOL,
	FILTER_FAMILY,
	FILTER_STATE,
	FILTER_ROLE,
	FILTER_PORT,
	FILTER_LOCAL_PORT,
	FILTER_REMOTE_PORT,
	FILTER_LOCAL,
	FILTER_REMOTE,
	FILTER_UID,
};

/* A set of them. */
#define FILTER_KEY(key)	(1u << FILTER_##key)
#define FILTER_KEYS_ALL	(2 * FILTER_KEY(UID) - 1)

int filter_add(struct filter *filter, enum filter_key key, const char *values,
	       struct failure *failure);
bool filter_is_listening(const struct filter *filter);
bool filter_is_word(const char *word);
int filter_add_word(struct filter *filter, const char *word, struct failure *failure);
int filter_parse_port(const char *text, uint32_t *port, struct failure *failure);
int filter_check_ports(const struct filter *filter, struct failure *failure);
int filter_check_port(const struct filter *filter, uint32_t port, struct failure *failure);
unsigned int filter_keys(const struct filter *filter);
bool filter_has_ports(uint8_t protocol);
void filter_with_ports(struct filter *filter);
bool filter_takes_ports(const struct filter *filter);
bool filter_takes_unlisted(const struct filter *filter);
unsigned int filter_split(const struct filter *filter, struct filter parts[FILTER_PARTS]);

#endif
