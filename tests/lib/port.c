// SPDX-License-Identifier: GPL-2.0
/*
 * port.c - the port table, and what it should be
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "die.h"
#include "port.h"

struct port *ports_add(struct ports *ports)
{
	if (ports->count == ports->room) {
		ports->room = ports->room * 2 ?: 64;
		ports->port = realloc(ports->port, ports->room * sizeof(*ports->port));
		if (!ports->port)
			die("out of memory for %zu ports", ports->room);
	}
	return memset(&ports->port[ports->count++], 0, sizeof(*ports->port));
}

void ports_free(struct ports *ports)
{
	free(ports->port);
	memset(ports, 0, sizeof(*ports));
}

void port_add_family(struct port *port, uint8_t family)
{
	port->families |= family == AF_INET ? 1 : family == AF_INET6 ? 2 : 4;
}

void port_add_uid(struct port *port, uint32_t uid)
{
	if (port->uids == sizeof(port->uid) / sizeof(port->uid[0]))
		die("too many uids");
	port->uid[port->uids++] = uid;
}

size_t ports_forget_past(struct ports *ports)
{
	size_t kept = 0, past;

	for_each_port(each, ports) {
		if (each->sockets)
			ports->port[kept++] = *each;
		else if (each->state != SOCKPORT_PORT_STATE_CLOSED)
			die("port %u has no sockets, but state %u", each->port, each->state);
	}
	past = ports->count - kept;
	ports->count = kept;
	return past;
}

struct port *ports_find(const struct ports *ports, uint8_t protocol, uint8_t role, uint16_t port)
{
	for_each_port(each, ports)
		if (each->protocol == protocol && each->role == role && each->port == port)
			return each;
	return NULL;
}

static bool has_uid(const struct port *port, uint32_t uid)
{
	unsigned int i;

	for (i = 0; i < port->uids; i++)
		if (port->uid[i] == uid)
			return true;
	return false;
}

static int compare_uids(const void *a, const void *b)
{
	const uint32_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static int compare_keys(const void *a, const void *b)
{
	const struct port *one = a, *other = b;

	return (one->protocol - other->protocol) ?: (one->role - other->role) ?:
	       (one->port > other->port) - (one->port < other->port);
}

static void add_socket(struct port *port, const struct row *row)
{
	bool datagram = row->protocol != SOCKPORT_PROTOCOL_TCP;

	port_add_family(port, row->family);
	port->sockets++;
	port->states[row->state]++;
	if (row->known & ROW_RX_QUEUE)
		port->rx_queue += row->rx_queue;
	if (row->known & ROW_TX_QUEUE)
		port->tx_queue += row->tx_queue;
	if (row->known & ROW_BACKLOG) {
		port->has_backlog = true;
		port->backlog += row->backlog;
		port->limit += row->limit;
	}
	if (row->known & ROW_DROPS)
		port->drops += row->drops;
	if (row->known & ROW_UID && !has_uid(port, row->uid))
		port_add_uid(port, row->uid);
	if (row->role == SOCKPORT_ROLE_OUT)
		return;
	if (row->state == SOCKPORT_STATE_LISTEN ||
	    (datagram && row->state == SOCKPORT_STATE_CLOSE))
		port->state = SOCKPORT_PORT_STATE_OPEN;
	else if (!datagram && row->state != SOCKPORT_STATE_CLOSE &&
		 port->state != SOCKPORT_PORT_STATE_OPEN)
		port->state = SOCKPORT_PORT_STATE_DRAINING;
	else if (!port->state)
		port->state = SOCKPORT_PORT_STATE_ASSIGNED;
}

/*
 * Which uids a row with more of them than it can list names is not promised,
 * only how many.
 */
static void finish(struct port *port)
{
	qsort(port->uid, port->uids, sizeof(port->uid[0]), compare_uids);
	if (port->uids > PORT_UIDS) {
		port->uids = PORT_UIDS;
		port->uids_more = true;
	}
}

struct ports ports_from_rows(const struct rows *rows)
{
	struct ports ports = { 0 };
	struct port *port;

	for_each_row(row, rows) {
		port = ports_find(&ports, row->protocol, row->role, row_port(row));
		if (!port) {
			port = ports_add(&ports);
			port->protocol = row->protocol;
			port->role = row->role;
			port->port = row_port(row);
		}
		add_socket(port, row);
	}
	for_each_port(each, &ports)
		finish(each);
	if (ports.count)
		qsort(ports.port, ports.count, sizeof(*ports.port), compare_keys);
	return ports;
}

bool ports_in_order(const char *name, const struct ports *ports)
{
	size_t i;

	for (i = 1; i < ports->count; i++) {
		if (compare_keys(&ports->port[i - 1], &ports->port[i]) < 0)
			continue;
		note("%s: row %zu (port %u) is not after the one before it", name, i,
		     ports->port[i].port);
		return false;
	}
	return true;
}

static const char *key_text(const struct port *port, char *text)
{
	sprintf(text, "%s %s %u", protocol_name(port->protocol),
		port->role == SOCKPORT_ROLE_IN ? "in" : "out", port->port);
	return text;
}

static const char *values_text(const struct port *port, char *text)
{
	unsigned int i;
	char *at = text;

	at += sprintf(at, "families %u state %u sockets %u rx %llu tx %llu drops %llu",
		      port->families, port->state, port->sockets,
		      (unsigned long long)port->rx_queue, (unsigned long long)port->tx_queue,
		      (unsigned long long)port->drops);
	if (port->has_backlog)
		at += sprintf(at, " backlog %u of %u", port->backlog, port->limit);
	at += sprintf(at, " uids");
	for (i = 0; i < port->uids && !port->uids_more; i++)
		at += sprintf(at, " %u", port->uid[i]);
	if (port->uids_more)
		at += sprintf(at, " %u and more", port->uids);
	at += sprintf(at, " states");
	for (i = 0; i <= SOCKPORT_STATE_MAX; i++)
		if (port->states[i])
			at += sprintf(at, " %s:%u", state_names[i], port->states[i]);
	return text;
}

static unsigned int compare_values(const char *name, const struct port *expected,
				   const struct port *seen)
{
	char key[ROW_TEXT], one[ROW_TEXT], other[ROW_TEXT];

	if (!strcmp(values_text(expected, one), values_text(seen, other)))
		return 0;
	note("%s: %s: expected %s", name, key_text(expected, key), one);
	note("%s: %s: but have %s", name, key, other);
	return 1;
}

unsigned int ports_compare(const char *name, const struct ports *expected,
			   const struct ports *seen)
{
	unsigned int differences = 0;
	size_t i = 0, j = 0;
	char text[ROW_TEXT];
	int order;

	while (i < expected->count || j < seen->count) {
		order = i == expected->count ? 1 : j == seen->count ? -1 :
			compare_keys(&expected->port[i], &seen->port[j]);
		if (order == 0) {
			differences += compare_values(name, &expected->port[i++],
						      &seen->port[j++]);
			continue;
		}
		differences++;
		if (order < 0)
			note("%s: %s is missing", name, key_text(&expected->port[i++], text));
		else
			note("%s: %s is too much", name, key_text(&seen->port[j++], text));
	}
	return differences;
}
