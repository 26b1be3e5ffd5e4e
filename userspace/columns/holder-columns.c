// SPDX-License-Identifier: GPL-2.0
#include "columns/processes.h"
#include "columns/tables.h"
#include "count/holders.h"
#include "format/words.h"

static void fill_comm(struct sink *sink, const struct column *column, const void *row)
{
	const char *comm = ((const struct holder *)row)->comm;

	(void)column;
	if (*comm)
		value_comm(sink, comm);
}

static void fill_unit(struct sink *sink, const struct column *column, const void *row)
{
	const char *unit = ((const struct holder *)row)->unit;

	(void)column;
	if (*unit)
		value_text(sink, unit);
}

static void put_listener(struct sink *sink, const char *word, uint32_t kind, uint64_t number)
{
	value_list_item(sink);
	value_begin(sink);
	if (word)
		sink_word(sink, word);
	else
		sink_number(sink, kind);
	sink_char(sink, ':');
	sink_number(sink, number);
	value_end(sink);
}

/* PROTOCOL:PORT each; of UNIX sockets how many there are. */
static void fill_listens(struct sink *sink, const struct column *column, const void *row)
{
	const struct holder *holder = row;
	const struct held_port *port = holder->ports;
	size_t i;

	(void)column;
	value_list_begin(sink);
	for (i = 0; i < holder->port_count && i < HOLDER_LISTENS; i++, port++)
		put_listener(sink, word_protocol(port->protocol), port->protocol, port->port);
	if (holder->port_count > HOLDER_LISTENS)
		value_list_more(sink, 0);
	if (holder->unix_listeners)
		put_listener(sink, "unix", 0, holder->unix_listeners);
	value_list_end(sink);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member)						\
	.fill = fill_u32, .flags = BOTH | COLUMN_RIGHT,		\
	.offset = offsetof(struct holder, member)

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns,
	  .offset = offsetof(struct holder, netns) },
	{ .name = "pid", .help = "number of the process", .kind = COLUMN_NUMBER, NUMBER(pid) },
	{ .name = "comm", .help = "its name",
	  .kind = COLUMN_TEXT, .fill = fill_comm, .flags = BOTH },
	{ .name = "unit", .help = "its unit of systemd, or container",
	  .kind = COLUMN_TEXT, .fill = fill_unit,
	  .flags = BOTH },
	{ .name = "listens", .help = "what it listens on, PROTOCOL:PORT; unix: how many",
	  .kind = COLUMN_TEXTS,
	  .fill = fill_listens, .flags = BOTH },
	{ .name = "listen_count", .help = "how many ports it listens on; listens has 128 of them",
	  .unit = "ports",
	  .fill = fill_u32, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .offset = offsetof(struct holder, port_count) },
	{ .name = "in", .help = "connections that came to it", .unit = "connections", NUMBER(in) },
	{ .name = "out", .help = "connections that it opened", .unit = "connections", NUMBER(out) },
	{ .name = "unix", .help = "UNIX sockets that do not listen",
	  .unit = "sockets", NUMBER(unix_sockets) },
	{ .name = "other", .help = "all other sockets", .unit = "sockets", NUMBER(other) },
	{ .name = "lingering", .help = "sockets of its ports that no process has open",
	  .unit = "sockets",
	  NUMBER(lingering) },
};

const struct columns holder_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
