// SPDX-License-Identifier: GPL-2.0
/*
 * listing.c - the module's files below /proc/net
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "die.h"
#include "listing.h"

#define COLUMNS	40

/* Columns are only ever appended, and found by their names. */
struct header {
	char		*name[COLUMNS];
	unsigned int	count;
};

struct line {
	const struct header *header;
	char		*value[COLUMNS];
};

char *read_text_fd(int fd, size_t piece)
{
	size_t length = 0, room = piece + 4096;
	char *text = malloc(room);
	ssize_t got;

	while (text) {
		got = read(fd, text + length, piece);
		if (got < 0)
			die("read: %s", strerror(errno));
		if (!got)
			break;
		length += got;
		if (length + piece + 1 > room) {
			room = room * 2 + piece;
			text = realloc(text, room);
		}
	}
	if (!text)
		die("out of memory for %zu bytes of text", room);
	text[length] = 0;
	return text;
}

char *read_text(const char *file, size_t piece)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	text = read_text_fd(fd, piece);
	close(fd);
	return text;
}

static unsigned int split(char *text, char *part[], const char *separators)
{
	unsigned int count = 0;
	char *rest;

	for (text = strtok_r(text, separators, &rest); text; text = strtok_r(NULL, separators, &rest)) {
		if (count == COLUMNS)
			die("too many columns");
		part[count++] = text;
	}
	return count;
}

static const char *value(const struct line *line, const char *column)
{
	unsigned int i;

	for (i = 0; i < line->header->count; i++)
		if (!strcmp(line->header->name[i], column))
			return line->value[i];
	die("no column %s", column);
}

static bool number(const struct line *line, const char *column, uint64_t *to)
{
	const char *text = value(line, column);
	char *end;

	if (!strcmp(text, "-"))
		return false;
	*to = strtoull(text, &end, 10);
	if (*end || end == text)
		die("column %s is no number: %s", column, text);
	return true;
}

static unsigned int protocol(const struct line *line)
{
	unsigned int i;

	for (i = SOCKPORT_PROTOCOL_TCP; i <= SOCKPORT_PROTOCOL_MAX; i++)
		if (!strcmp(value(line, "proto"), protocol_name(i)))
			return i;
	die("unknown protocol %s", value(line, "proto"));
}

/* Returns false for a kind without roles. */
static bool role(const struct line *line, uint8_t *to)
{
	const char *text = value(line, "role");

	*to = !strcmp(text, "in") ? SOCKPORT_ROLE_IN : SOCKPORT_ROLE_OUT;
	if (strcmp(text, "in") && strcmp(text, "out") && strcmp(text, "-"))
		die("unknown role %s", text);
	return strcmp(text, "-");
}

/* Hands each line after the header to "add". */
static void for_each_line(char *text, void (*add)(const struct line *line, void *data), void *data)
{
	struct header header = { 0 };
	struct line line = { .header = &header };
	char *rest, *each = strtok_r(text, "\n", &rest);

	if (!each)
		die("no header line");
	header.count = split(each, header.name, " ");
	while ((each = strtok_r(NULL, "\n", &rest))) {
		if (split(each, line.value, " ") != header.count)
			die("a line has not as many columns as the header: %s ...", each);
		add(&line, data);
	}
}

static void get_address(const struct line *line, struct row *row, const char *column, uint8_t *to)
{
	const char *text = value(line, column);

	if (!strcmp(text, "-"))
		return;
	row->extra |= EXTRA_ADDRESS;
	row->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(row->family, text, to) != 1)
		die("no address: %s", text);
}

static void get_states(struct row *row, const struct line *line)
{
	static const char *const timers[] = { "off", "retransmit", "keepalive", "timewait", "probe" };
	int state = name_number(state_names, SOCKPORT_STATE_MAX + 1, value(line, "state"));
	int timer = name_number(timers, SOCKPORT_TIMER_MAX + 1, value(line, "timer"));

	if (state >= 0) {
		row->state = state;
		row->known |= ROW_STATE;
	} else if (strcmp(value(line, "state"), "-")) {
		die("unknown state %s", value(line, "state"));
	}
	if (role(line, &row->role))
		row->known |= ROW_ROLE;
	if (timer >= 0) {
		row->timer = timer;
		row->known |= ROW_TIMER;
	} else if (strcmp(value(line, "timer"), "-")) {
		die("unknown timer %s", value(line, "timer"));
	}
}

#define GET(row, line, column, field, member) do { \
	uint64_t get_number; \
	if (number(line, column, &get_number)) { \
		(row)->known |= (field); \
		(row)->member = get_number; \
	} \
} while (0)

/* A byte, or three octal digits after a backslash; an abstract name begins with @. */
static void get_name(struct row *row, const char *text)
{
	const bool abstract = *text == '@';

	row->extra |= EXTRA_NAME;
	while (*text && row->name_length < sizeof(row->name)) {
		if (*text == '\\') {
			row->name[row->name_length++] = strtoul((char[]) { text[1], text[2],
								text[3], 0 }, NULL, 8);
			text += 4;
		} else {
			row->name[row->name_length++] = *text++;
		}
	}
	if (abstract)
		row->name[0] = 0;
}

/* The value of a key in the column "detail", or NULL; it ends where the next one begins. */
static const char *detail(const struct line *line, const char *key)
{
	const char *at = value(line, "detail");
	size_t length = strlen(key);

	while (at) {
		if (!strncmp(at, key, length) && at[length] == '=')
			return at + length + 1;
		/* In a name, which is the last one, there may be anything. */
		at = strncmp(at, "name=", 5) ? strchr(at, ',') : NULL;
		at = at ? at + 1 : NULL;
	}
	return NULL;
}

#define GET_EXTRA(KEY, FIELD, MEMBER, BASE) do { \
	const char *get_extra = detail(line, KEY); \
	if (get_extra) { \
		row->MEMBER = strtoull(get_extra, NULL, BASE); \
		row->extra |= FIELD; \
	} \
} while (0)

static void get_extra(struct row *row, const struct line *line)
{
	uint64_t type;

	if (strcmp(value(line, "lport"), "-"))
		row->extra |= EXTRA_PORTS;
	if (number(line, "type", &type)) {
		row->type = type;
		row->extra |= EXTRA_TYPE;
	}
	GET_EXTRA("number", EXTRA_NUMBER, number, 10);
	GET_EXTRA("peer", EXTRA_PEER, peer, 10);
	GET_EXTRA("queue", EXTRA_QUEUE_ID, queue_id, 10);
	GET_EXTRA("assoc", EXTRA_ASSOC, association, 10);
	GET_EXTRA("groups", EXTRA_GROUPS, groups, 16);
	if (detail(line, "name"))
		get_name(row, detail(line, "name"));
}

static void add_row(const struct line *line, void *rows)
{
	struct row *row;

	if (!(row_kinds & 1U << protocol(line)))
		return;
	row = rows_add(rows);
	row->told = (ROW_ALL | ROW_EXPIRES) & ~(ROW_MEMORY | ROW_CONGESTION | ROW_TCP_INFO);
	row->protocol = protocol(line);
	if (row->protocol != SOCKPORT_PROTOCOL_VSOCK) {
		get_address(line, row, "remote", row->remote);
		get_address(line, row, "local", row->local);
	}
	get_extra(row, line);
	GET(row, line, "lport", 0, local_port);
	GET(row, line, "rport", 0, remote_port);
	get_states(row, line);
	GET(row, line, "dev", ROW_IFINDEX, ifindex);
	GET(row, line, "rx_queue", ROW_RX_QUEUE, rx_queue);
	GET(row, line, "tx_queue", ROW_TX_QUEUE, tx_queue);
	GET(row, line, "backlog", ROW_BACKLOG, backlog);
	GET(row, line, "limit", ROW_LIMIT, limit);
	GET(row, line, "drops", ROW_DROPS, drops);
	GET(row, line, "uid", ROW_UID, uid);
	GET(row, line, "inode", ROW_INODE, inode);
	GET(row, line, "cookie", ROW_COOKIE, cookie);
	GET(row, line, "expires", ROW_EXPIRES, expires);
	GET(row, line, "retr", ROW_RETRANSMITS, retransmits);
	GET(row, line, "mark", ROW_MARK, mark);
	GET(row, line, "v6only", ROW_V6ONLY, v6only);
	if (row->known & ROW_IFINDEX && !row->ifindex)
		die("an interface 0");
	/* No interface is 0 elsewhere. */
	row->known |= ROW_IFINDEX;
}

static void get_state_counts(struct port *port, char *list)
{
	char *part[COLUMNS], *count;
	unsigned int i, parts;
	int state, last = 0;

	if (!strcmp(list, "-"))
		return;
	parts = split(list, part, ",");
	for (i = 0; i < parts; i++) {
		count = strchr(part[i], ':');
		if (!count)
			die("no count: %s", part[i]);
		*count++ = 0;
		state = name_number(state_names, SOCKPORT_STATE_MAX + 1, part[i]);
		if (state <= last || !atoi(count))
			die("state %s of port %u is unknown, empty or out of order", part[i],
			    port->port);
		port->states[state] = atoi(count);
		last = state;
	}
}

static void get_uids(struct port *port, char *list)
{
	char *part[COLUMNS];
	unsigned int i, parts;

	if (!strcmp(list, "-"))
		return;
	parts = split(list, part, ",");
	for (i = 0; i < parts; i++) {
		if (!strcmp(part[i], "+") && i == parts - 1)
			port->uids_more = true;
		else
			port_add_uid(port, strtoul(part[i], NULL, 10));
	}
}

static void get_kind(struct port *port, const struct line *line)
{
	static const char *const families[] = { "-", "4", "6", "4+6" };
	static const char *const states[] = { "-", "open", "assigned", "draining", "closed" };
	int family = name_number(families, 4, value(line, "fam"));
	int state = name_number(states, 5, value(line, "state"));

	if (family < 0 || state < 0)
		die("families %s, state %s", value(line, "fam"), value(line, "state"));
	port->families = family ?: 4;
	port->state = state;
}

/* Which counters are columns, too. */
static const struct {
	const char	*column;
	unsigned int	counter;
} columns_of_history[] = {
	{ "accepted",	SOCKPORT_A_HISTORY_ACCEPTED },
	{ "opened",	SOCKPORT_A_HISTORY_OPENED },
	{ "rst_in",	SOCKPORT_A_HISTORY_RESETS_RECEIVED },
	{ "rst_out",	SOCKPORT_A_HISTORY_RESETS_SENT },
	{ "bytes_in",	SOCKPORT_A_HISTORY_BYTES_IN },
	{ "bytes_out",	SOCKPORT_A_HISTORY_BYTES_OUT },
	{ "segs_in",	SOCKPORT_A_HISTORY_SEGMENTS_IN },
	{ "segs_out",	SOCKPORT_A_HISTORY_SEGMENTS_OUT },
	{ "retrans",	SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS },
};

static void get_history(struct history *history, const struct line *line)
{
	unsigned int i, counter;

	for (i = 0; i < sizeof(columns_of_history) / sizeof(columns_of_history[0]); i++) {
		counter = columns_of_history[i].counter;
		if (!number(line, columns_of_history[i].column, &history->value[counter]))
			continue;
		history->told = true;
		history->known |= 1ULL << counter;
	}
}

static void add_port(const struct line *line, void *ports)
{
	struct port *port;
	uint64_t each;

	if (!(row_kinds & 1U << protocol(line)))
		return;
	port = ports_add(ports);
	port->protocol = protocol(line);
	if (!role(line, &port->role))
		die("a port without role");
	if (number(line, "port", &each))
		port->port = each;
	get_kind(port, line);
	if (number(line, "sockets", &each))
		port->sockets = each;
	if (number(line, "rx_queue", &each))
		port->rx_queue = each;
	if (number(line, "tx_queue", &each))
		port->tx_queue = each;
	port->has_backlog = number(line, "backlog", &each);
	if (port->has_backlog)
		port->backlog = each;
	if (number(line, "limit", &each) != port->has_backlog)
		die("port %u: a backlog without limit", port->port);
	if (port->has_backlog)
		port->limit = each;
	if (number(line, "drops", &each))
		port->drops = each;
	get_uids(port, (char *)value(line, "uids"));
	get_state_counts(port, (char *)value(line, "states"));
	get_history(&port->history, line);
}

size_t text_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text = strchr(text, '\n') + 1)
		count += strncmp(text, "netlink ", 8) != 0;
	return count;
}

struct rows listing_rows(char *text)
{
	struct rows rows = { 0 };

	for_each_line(text, add_row, &rows);
	return rows;
}

struct ports listing_ports(char *text)
{
	struct ports ports = { 0 };

	for_each_line(text, add_port, &ports);
	return ports;
}

struct rows proc_rows(void)
{
	char *text = read_text(PROC_SOCKETS, 1 << 16);
	struct rows rows = listing_rows(text);

	free(text);
	return rows;
}

struct ports proc_ports(void)
{
	char *text = read_text(PROC_PORTS, 1 << 16);
	struct ports ports = listing_ports(text);

	free(text);
	return ports;
}

unsigned long long proc_stat(const char *name)
{
	char *text = read_text(PROC_STATS, 4096), *rest, *line;
	unsigned long long stat;
	size_t length = strlen(name);

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, name, length) || line[length] != ' ')
			continue;
		stat = strtoull(line + length, NULL, 10);
		free(text);
		return stat;
	}
	die("no %s in %s", name, PROC_STATS);
}
