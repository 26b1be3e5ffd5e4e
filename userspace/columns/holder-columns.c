// SPDX-License-Identifier: GPL-2.0
#include "count/holders.h"

#include <string.h>

#include "columns/processes.h"
#include "format/number.h"
#include "format/words.h"
#include "table/plain.h"

static char *fill_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const char *comm = ((const struct holder *)row)->comm;

	(void)column;
	(void)names;
	return plain_put(to, comm, strlen(comm));
}

static char *json_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const char *comm = ((const struct holder *)row)->comm;

	(void)column;
	(void)names;
	return *comm ? processes_put_comm_json(to, comm) : to;
}

static char *fill_unit(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	(void)names;
	return text_put(to, ((const struct holder *)row)->unit);
}

static char *fill_netns(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct holder *holder = row;

	(void)column;
	return holder->netns ? names_put_netns(names, to, holder->netns) : to;
}

/* What there is room for in the longest case: PROTOCOL:PORT each, "+", unix:COUNT. */
_Static_assert(HOLDER_LISTENS * (WORD_MAX + NUMBER_MAX_U32 + 2) +
	       sizeof("+,unix:,") + NUMBER_MAX_U32 <= VALUE_MAX, "listens");

/* PROTOCOL:PORT each; of UNIX sockets how many there are. */
static char *fill_listens(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct holder *holder = row;
	char *const start = to;
	size_t i;

	(void)column;
	(void)names;
	for (i = 0; i < holder->port_count && i < HOLDER_LISTENS; i++) {
		to = put_word(to, word_protocol(holder->ports[i].protocol),
			      holder->ports[i].protocol);
		*to++ = ':';
		to = number_put(to, holder->ports[i].port);
		*to++ = ',';
	}
	if (holder->port_count > HOLDER_LISTENS)
		to = text_put(to, "+,");
	if (holder->unix_listeners) {
		to = text_put(to, "unix:");
		to = number_put(to, holder->unix_listeners);
		*to++ = ',';
	}
	return to == start ? to : to - 1;
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member)								\
	.type = COLUMN_NUMBER, .fill = fill_u32, .flags = BOTH | COLUMN_RIGHT,	\
	.offset = offsetof(struct holder, member)

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns },
	{ .name = "pid", .help = "number of the process", NUMBER(pid) },
	{ .name = "comm", .help = "its name", .fill = fill_comm, .json = json_comm, .flags = BOTH },
	{ .name = "unit", .help = "its unit of systemd, or container", .fill = fill_unit,
	  .flags = BOTH },
	{ .name = "listens", .help = "what it listens on, PROTOCOL:PORT; unix: how many",
	  .fill = fill_listens, .type = COLUMN_STRINGS, .flags = BOTH | COLUMN_IS_KNOWN },
	{ .name = "listen_count", .help = "how many ports it listens on; listens has 128 of them",
	  .fill = fill_u32, .type = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .offset = offsetof(struct holder, port_count) },
	{ .name = "in", .help = "connections that came to it", NUMBER(in) },
	{ .name = "out", .help = "connections that it opened", NUMBER(out) },
	{ .name = "unix", .help = "UNIX sockets that do not listen", NUMBER(unix_sockets) },
	{ .name = "other", .help = "all other sockets", NUMBER(other) },
	{ .name = "lingering", .help = "sockets of its ports that no process has open",
	  NUMBER(lingering) },
};

const struct columns holder_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
