// SPDX-License-Identifier: GPL-2.0
/* Columns of the port table that say what a port did. */
#include "columns/history-columns.h"

#include <inttypes.h>
#include <stdio.h>

#include "columns/processes.h"
#include "count/history.h"
#include "format/clock.h"
#include "format/number.h"
#include "format/quantity.h"
#include "host/cgroup.h"
#include "kernel/rows.h"
#include "table/plain.h"

static const struct port_row *port_of(const void *row)
{
	return row;
}

static bool knows(const void *row, const struct column *column)
{
	return row_knows(&port_of(row)->history, column->attribute);
}

static uint64_t value_of(const void *row, const struct column *column)
{
	return port_of(row)->history.values[column->attribute];
}

/* Where nothing happened yet, there is no moment. */
static bool happened(const void *row, const struct column *column)
{
	return knows(row, column) && value_of(row, column);
}

static double per_second(const void *row, uint64_t value)
{
	return (double)value * MS_PER_S / port_of(row)->interval;
}

/* A counter since it began; or in each second of an interval. */
static char *put_counter(char *to, const void *row, uint64_t value)
{
	return port_of(row)->interval ? quantity_put_rate(to, per_second(row, value)) :
					number_put(to, value);
}

static char *fill_counter(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	(void)names;
	return knows(row, column) ? put_counter(to, row, value_of(row, column)) : to;
}

static char *fill_size_counter(char *to, const struct column *column, const void *row,
			       struct names *names)
{
	if (names_are_numbers(names))
		return fill_counter(to, column, row, names);
	if (!knows(row, column))
		return to;
	if (port_of(row)->interval)
		return quantity_put_size_rate(to, per_second(row, value_of(row, column)));
	return quantity_put_size(to, value_of(row, column));
}

static char *json_counter(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	(void)names;
	return knows(row, column) ? number_put(to, value_of(row, column)) : to;
}

static char *fill_failed(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	uint64_t failed;

	(void)column;
	(void)names;
	return history_failed(&port_of(row)->history, &failed) ? put_counter(to, row, failed) : to;
}

static char *json_failed(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	uint64_t failed;

	(void)column;
	(void)names;
	return history_failed(&port_of(row)->history, &failed) ? number_put(to, failed) : to;
}

static char *fill_moment(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	if (!happened(row, column))
		return to;
	if (names_are_numbers(names))
		return number_put(to, value_of(row, column));
	return quantity_put_moment(to, value_of(row, column), 0);
}

static char *json_moment(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)names;
	return happened(row, column) ? number_put(to, value_of(row, column)) : to;
}

/* Clocks are set: nothing was in the future. */
static uint64_t age_of(const void *row, const struct column *column)
{
	const uint64_t then = value_of(row, column);

	return port_of(row)->time > then ? port_of(row)->time - then : 0;
}

static char *fill_age(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	(void)names;
	return happened(row, column) ? quantity_put_age(to, age_of(row, column)) : to;
}

static char *json_age(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	(void)names;
	return happened(row, column) ? number_put(to, age_of(row, column)) : to;
}

static char *fill_distributions(char *to, const struct column *column, const void *row,
				struct names *names)
{
	const struct distribution_row *list = port_of(row)->distributions;
	char *const start = to;
	unsigned int kind;

	(void)column;
	(void)names;
	for (kind = 1; kind < ROW_KINDS; kind++) {
		if (!list[kind].known)
			continue;
		if (to != start)
			*to++ = ',';
		to = text_put(to, history_kind(kind));
		*to++ = ':';
		to = number_put(to, history_values(&list[kind]));
	}
	return to;
}

static char *put_distribution(char *to, const struct distribution_row *distribution)
{
	unsigned int i;

	to = text_put(to, "{\"count\":");
	to = number_put(to, history_values(distribution));
	to = text_put(to, ",\"sum\":");
	to = number_put(to, distribution->sum);
	to = text_put(to, ",\"buckets\":[");
	for (i = 0; i < distribution->count; i++) {
		if (i)
			*to++ = ',';
		to = number_put(to, distribution_count(distribution, i));
	}
	return text_put(to, "]}");
}

static char *json_distributions(char *to, const struct column *column, const void *row,
				struct names *names)
{
	const struct distribution_row *list = port_of(row)->distributions;
	char *const start = to;
	unsigned int kind;

	(void)column;
	(void)names;
	for (kind = 1; kind < ROW_KINDS; kind++) {
		if (!list[kind].known)
			continue;
		to = text_put(to, to == start ? "{\"" : ",\"");
		to = text_put(to, history_kind(kind));
		to = text_put(to, "\":");
		to = put_distribution(to, &list[kind]);
	}
	return to == start ? to : text_put(to, "}");
}

static const struct opener_row *opener_of(const void *row, unsigned int attribute)
{
	const struct opener_row *opener = &port_of(row)->opener;

	return row_knows(opener, attribute) ? opener : NULL;
}

static char *fill_opener_pid(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_PID);

	(void)column;
	(void)names;
	return opener ? number_put(to, opener->pid) : to;
}

static char *fill_opener_uid(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_UID);

	(void)column;
	(void)names;
	return opener ? number_put(to, opener->uid) : to;
}

static char *fill_opener_user(char *to, const struct column *column, const void *row,
			      struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_UID);

	(void)column;
	return opener ? names_put_user(names, to, opener->uid) : to;
}

static char *fill_opener_comm(char *to, const struct column *column, const void *row,
			      struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_COMM);

	(void)column;
	(void)names;
	return opener ? plain_put(to, opener->comm, strnlen(opener->comm, COMM_MAX)) : to;
}

static char *json_opener_comm(char *to, const struct column *column, const void *row,
			      struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_COMM);

	(void)column;
	(void)names;
	return opener ? processes_put_comm_json(to, opener->comm) : to;
}

static char *fill_opener(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_PID);

	to = fill_opener_comm(to, column, row, names);
	if (!opener)
		return to;
	*to++ = '[';
	to = number_put(to, opener->pid);
	*to++ = ']';
	return to;
}

static char *fill_opener_cgroup(char *to, const struct column *column, const void *row,
				struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_CGROUP);
	size_t length;

	(void)column;
	(void)names;
	if (!opener)
		return to;
	length = strlen(opener->cgroup);
	return length <= CGROUP_MAX ? plain_put(to, opener->cgroup, length) : to;
}

static char *json_opener_cgroup(char *to, const struct column *column, const void *row,
				struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_CGROUP);

	(void)column;
	(void)names;
	return opener ? cgroup_put_json(to, opener->cgroup) : to;
}

static char *fill_opener_unit(char *to, const struct column *column, const void *row,
			      struct names *names)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_CGROUP);
	char unit[UNIT_MAX + 1];

	(void)column;
	(void)names;
	if (!opener)
		return to;
	cgroup_unit(opener->cgroup, unit);
	return text_put(to, unit);
}

static char *json_time(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	(void)names;
	return number_put(to, port_of(row)->time);
}

static char *fill_time(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	return names_are_numbers(names) ? json_time(to, column, row, names) :
					  quantity_put_moment(to, port_of(row)->time, 3);
}

static char *fill_seconds(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const uint64_t interval = port_of(row)->interval;

	(void)column;
	(void)names;
	if (!interval)
		return to;
	return to + sprintf(to, "%" PRIu64 ".%03u", (uint64_t)(interval / MS_PER_S),
			    (unsigned int)(interval % MS_PER_S));
}

static char *fill_restarted(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	(void)column;
	(void)names;
	if (!port_of(row)->interval)
		return to;
	*to = '0' + port_of(row)->restarted;
	return to + 1;
}

#define HISTORY(column, index, text)							\
	.name = column, .help = text, .type = COLUMN_NUMBER, .want = SOCKPORT_WANT_HISTORY,	\
	.attribute = SOCKPORT_A_HISTORY_##index

#define COUNTER(column, index, text)							\
	{ HISTORY(column, index, text), .fill = fill_counter, .json = json_counter,	\
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND }

#define OPENER(column, function, text)							\
	.name = column, .help = text, .fill = function, .want = SOCKPORT_WANT_OPENER

static const struct column list[] = {
	{ .name = "time", .help = "when the kernel was asked, in milliseconds since 1970",
	  .fill = fill_time, .json = json_time, .type = COLUMN_NUMBER,
	  .want = SOCKPORT_WANT_HISTORY, .flags = COLUMN_IN_DUMP },
	{ HISTORY("accepted", ACCEPTED, "connections that came in, established"),
	  .fill = fill_counter, .json = json_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	{ HISTORY("opened", OPENED, "connections that this host opened, established"),
	  .fill = fill_counter, .json = json_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("taken_in", TAKEN_IN, "connections that were there at the beginning"),
	{ .name = "failed", .help = "connections that could not be opened: sum of the next seven",
	  .fill = fill_failed, .json = json_failed, .type = COLUMN_NUMBER,
	  .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("refused", REFUSED, "nobody listens there"),
	COUNTER("timed_out", TIMED_OUT, "there was no answer"),
	COUNTER("unreachable", UNREACHABLE, "there is no way there"),
	COUNTER("no_local_port", NO_LOCAL_PORT, "no local port was free to there"),
	COUNTER("reset_opening", RESET_OPENING, "the other end broke the handshake off"),
	COUNTER("given_up", GIVEN_UP, "this end gave up before there was an answer"),
	COUNTER("failed_otherwise", FAILED, "any other cause"),
	COUNTER("closed", CLOSED, "connections that this end closed or reset first"),
	COUNTER("closed_by_peer", CLOSED_BY_PEER,
		"connections that the other end closed or reset first"),
	COUNTER("broken", BROKEN, "connections that ended otherwise, as by a timeout"),
	COUNTER("resets_sent", RESETS_SENT, "segments with a reset, sent"),
	COUNTER("resets_received", RESETS_RECEIVED, "connections that a reset ended"),
	{ HISTORY("bytes_in", BYTES_IN, "payload received"),
	  .fill = fill_size_counter, .json = json_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	{ HISTORY("bytes_out", BYTES_OUT, "payload sent, each byte once"),
	  .fill = fill_size_counter, .json = json_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("segments_in", SEGMENTS_IN, "segments or datagrams received"),
	COUNTER("segments_out", SEGMENTS_OUT, "segments or datagrams sent"),
	COUNTER("retransmits", RETRANSMITTED_SEGMENTS, "segments sent again"),
	{ HISTORY("retransmitted_bytes", RETRANSMITTED_BYTES, "payload sent again"),
	  .fill = fill_size_counter, .json = json_counter,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("syn_retransmits", SYN_RETRANSMITS, "SYNs, or answers to them, sent again"),
	COUNTER("listen_drops", LISTEN_DROPS, "connections and SYNs that listeners dropped"),
	COUNTER("receive_drops", RECEIVE_DROPS, "packets that sockets dropped"),
	{ HISTORY("backlog_high", BACKLOG_HIGH, "most connections seen waiting for accept()"),
	  .fill = json_counter, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ HISTORY("connections", CONNECTIONS, "established connections now"),
	  .fill = json_counter, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ HISTORY("connections_high", CONNECTIONS_HIGH, "most of them at a time"),
	  .fill = json_counter, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ HISTORY("first_active", FIRST_ACTIVE, "when it did something first"),
	  .fill = fill_moment, .json = json_moment, .flags = COLUMN_IN_JSON },
	{ HISTORY("last_active", LAST_ACTIVE, "last opening, closing or datagram"),
	  .fill = fill_moment, .json = json_moment, .flags = COLUMN_IN_JSON },
	{ HISTORY("active", LAST_ACTIVE, "how long ago that was"),
	  .fill = fill_age, .json = json_age, .flags = COLUMN_IN_TEXT | COLUMN_RIGHT },
	{ .name = "distributions",
	  .help = "of lifetime, bytes, rtt, handshake, rtt_now; text: how many values",
	  .fill = fill_distributions, .json = json_distributions,
	  .want = SOCKPORT_WANT_DISTRIBUTIONS },
	{ OPENER("opener", fill_opener, "process that opened it, or connected, last") },
	{ OPENER("opener_pid", fill_opener_pid, "number of that process"),
	  .type = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ OPENER("opener_comm", fill_opener_comm, "its name"), .json = json_opener_comm,
	  .flags = COLUMN_IN_JSON },
	{ OPENER("opener_uid", fill_opener_uid, "owner of the socket that it opened"),
	  .type = COLUMN_NUMBER, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ OPENER("opener_user", fill_opener_user, "name of that owner"),
	  .flags = COLUMN_IN_JSON },
	{ OPENER("opener_cgroup", fill_opener_cgroup, "path of the cgroup that it was made in"),
	  .json = json_opener_cgroup, .flags = COLUMN_IN_JSON },
	{ OPENER("opener_unit", fill_opener_unit, "its unit of systemd, or container") },
	{ .name = "seconds", .help = "of --since or --interval: how long the counters counted",
	  .fill = fill_seconds, .type = COLUMN_NUMBER, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_RIGHT },
	{ .name = "restarted", .help = "of --since or --interval: whether they began anew meanwhile",
	  .fill = fill_restarted, .type = COLUMN_BOOLEAN, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_RIGHT },
};

const struct columns history_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
