// SPDX-License-Identifier: GPL-2.0
/*
 * procnet.c - what the kernel's own files below /proc/net say of sockets
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "die.h"
#include "procnet.h"

struct table {
	const char	*name;
	uint8_t		protocol;
	uint8_t		family;
};

static const struct table tables[] = {
	{ "tcp",	SOCKPORT_PROTOCOL_TCP,		AF_INET },
	{ "tcp6",	SOCKPORT_PROTOCOL_TCP,		AF_INET6 },
	{ "udp",	SOCKPORT_PROTOCOL_UDP,		AF_INET },
	{ "udp6",	SOCKPORT_PROTOCOL_UDP,		AF_INET6 },
	{ "udplite",	SOCKPORT_PROTOCOL_UDPLITE,	AF_INET },
	{ "udplite6",	SOCKPORT_PROTOCOL_UDPLITE,	AF_INET6 },
};

/* A line of them, as it stands there. */
struct line {
	char		local[33];
	char		remote[33];
	unsigned int	local_port;
	unsigned int	remote_port;
	unsigned int	state;
	unsigned int	tx_queue;
	unsigned int	rx_queue;
	unsigned int	timer;
	unsigned long	expires;
	unsigned int	retransmits;
	unsigned int	uid;
	unsigned int	probes;
	unsigned long	inode;
	unsigned int	drops;
};

void procnet_address(const char *text, uint8_t *address)
{
	unsigned int word;

	for (; *text; text += 8, address += 4) {
		if (sscanf(text, "%8x", &word) != 1)
			die("no address: %s", text);
		memcpy(address, &word, sizeof(word));
	}
}

static void parse_line(const char *text, struct line *line)
{
	int fields;

	memset(line, 0, sizeof(*line));
	fields = sscanf(text,
			" %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %x:%x %x:%lx %x %u %u %lu %*d %*s %u",
			line->local, &line->local_port, line->remote, &line->remote_port,
			&line->state, &line->tx_queue, &line->rx_queue, &line->timer,
			&line->expires, &line->retransmits, &line->uid, &line->probes,
			&line->inode, &line->drops);
	if (fields < 13)
		die("unknown line in /proc/net: %s", text);
}

/* Of a request the file counts timeouts, sock_diag what was sent again. */
static void set_timer(struct row *row, const struct line *line)
{
	row_set(row, ROW_TIMER);
	row->timer = line->timer;
	if (row->state == SOCKPORT_STATE_SYN_RECV && !line->inode)
		return;
	row_set(row, ROW_RETRANSMITS);
	row->retransmits = line->timer == SOCKPORT_TIMER_RETRANSMIT ? line->retransmits :
			   line->timer == SOCKPORT_TIMER_KEEPALIVE ||
			   line->timer == SOCKPORT_TIMER_PROBE ? line->probes : 0;
}

/* Of a listener the file shows the accept backlog in place of the queue. */
static void set_queues(struct row *row, const struct line *line)
{
	row_set(row, ROW_RX_QUEUE);
	row_set(row, ROW_TX_QUEUE);
	row->rx_queue = line->rx_queue;
	row->tx_queue = line->tx_queue;
	row->told |= ROW_BACKLOG;
	if (row->state != SOCKPORT_STATE_LISTEN)
		return;
	row_set(row, ROW_BACKLOG);
	row->backlog = line->rx_queue;
	row->rx_queue = 0;
}

/*
 * Time-wait and request sockets have no owner there; the file says root. Of a
 * request it shows the listener's. That of an orphan is root's there, too.
 */
static void set_owner(struct row *row, const struct line *line)
{
	bool request = row->state == SOCKPORT_STATE_SYN_RECV && !line->inode;

	row->told |= ROW_INODE;
	if (line->inode) {
		row->known |= ROW_INODE;
		row->inode = line->inode;
	}
	if (line->timer == SOCKPORT_TIMER_TIMEWAIT) {
		row->told |= ROW_UID;
	} else if (line->inode || request) {
		row_set(row, ROW_UID);
		row->uid = line->uid;
	}
}

static void set_row(struct row *row, const struct table *table, const struct line *line)
{
	row->protocol = table->protocol;
	row->family = table->family;
	procnet_address(line->local, row->local);
	procnet_address(line->remote, row->remote);
	row->local_port = line->local_port;
	row->remote_port = line->remote_port;
	row_set(row, ROW_STATE);
	row->state = line->state;
	if (table->protocol == SOCKPORT_PROTOCOL_TCP) {
		set_timer(row, line);
	} else {
		row->told |= ROW_TIMER | ROW_RETRANSMITS;
		row_set(row, ROW_DROPS);
		row->drops = line->drops;
	}
	if (line->timer != SOCKPORT_TIMER_TIMEWAIT)
		set_queues(row, line);
	set_owner(row, line);
}

static void read_table(struct rows *rows, const struct table *table)
{
	char file[64], text[512];
	struct line line;
	FILE *stream;

	snprintf(file, sizeof(file), "/proc/net/%s", table->name);
	stream = fopen(file, "r");
	if (!stream && errno == ENOENT && table->protocol == SOCKPORT_PROTOCOL_UDPLITE)
		return;
	if (!stream || !fgets(text, sizeof(text), stream))
		die("%s: %s", file, strerror(errno));
	while (fgets(text, sizeof(text), stream)) {
		parse_line(text, &line);
		set_row(rows_add(rows), table, &line);
	}
	fclose(stream);
}

struct rows procnet_rows(void)
{
	struct rows rows = { 0 };
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		read_table(&rows, &tables[i]);
	return rows;
}

/* Two lines, of names and of values; the 14th is OutRsts, after the word that begins them. */
uint64_t procnet_resets_sent(void)
{
	unsigned long long resets = 0;
	FILE *stream = fopen("/proc/net/snmp", "r");
	char text[1024];
	int found = 0;

	if (!stream)
		die("/proc/net/snmp: %s", strerror(errno));
	while (found != 1 && fgets(text, sizeof(text), stream))
		found = sscanf(text, "Tcp: %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
			       &resets);
	if (found != 1)
		die("/proc/net/snmp does not tell of resets");
	fclose(stream);
	return resets;
}
