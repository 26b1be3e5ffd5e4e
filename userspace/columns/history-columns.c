// SPDX-License-Identifier: GPL-2.0
/* Columns that say what a port did, or a program. */
#include "columns/tables.h"

#include "columns/processes.h"
#include "count/history.h"
#include "format/clock.h"
#include "host/cgroup.h"
#include "kernel/rows.h"

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

static bool happened_ever(const struct column *column, const void *row)
{
	return happened(row, column);
}

static void fill_counter(struct sink *sink, const struct column *column, const void *row)
{
	if (knows(row, column))
		value_count(sink, value_of(row, column), port_of(row)->interval);
}

static void fill_size_counter(struct sink *sink, const struct column *column, const void *row)
{
	if (knows(row, column))
		value_count_bytes(sink, value_of(row, column), port_of(row)->interval);
}

static void fill_time_counter(struct sink *sink, const struct column *column, const void *row)
{
	if (knows(row, column))
		value_count_us(sink, value_of(row, column), port_of(row)->interval);
}

/* What is no counter has no rate. */
static void fill_level(struct sink *sink, const struct column *column, const void *row)
{
	if (knows(row, column))
		value_u64(sink, value_of(row, column));
}

static void fill_failed(struct sink *sink, const struct column *column, const void *row)
{
	uint64_t failed;

	(void)column;
	if (history_failed(&port_of(row)->history, &failed))
		value_count(sink, failed, port_of(row)->interval);
}

static bool has_failed(const struct column *column, const void *row)
{
	uint64_t failed;

	(void)column;
	return history_failed(&port_of(row)->history, &failed) && failed;
}

static void fill_when(struct sink *sink, const struct column *column, const void *row)
{
	if (happened(row, column))
		value_moment_ms(sink, value_of(row, column), 0);
}

/* Clocks are set: nothing was in the future. */
static uint64_t age_of(const void *row, const struct column *column)
{
	const uint64_t then = value_of(row, column);

	return port_of(row)->time > then ? port_of(row)->time - then : 0;
}

static void fill_age(struct sink *sink, const struct column *column, const void *row)
{
	if (happened(row, column))
		value_age_ms(sink, age_of(row, column));
}

static void put_buckets(struct sink *sink, const struct distribution_row *distribution)
{
	unsigned int i;

	value_list_begin(sink);
	for (i = 0; i < distribution->count; i++) {
		value_list_item(sink);
		value_u64(sink, distribution_count(distribution, i));
	}
	value_list_end(sink);
}

/* Text has no room for more than how many values there are. */
static void put_distribution(struct sink *sink, const struct distribution_row *distribution)
{
	if (sink->form == SINK_TEXT) {
		value_u64(sink, history_values(distribution));
		return;
	}
	value_object_begin(sink);
	value_object_key(sink, "count");
	value_u64(sink, history_values(distribution));
	value_object_key(sink, "sum");
	value_u64(sink, distribution->sum);
	value_object_key(sink, "buckets");
	put_buckets(sink, distribution);
	value_object_end(sink);
}

static void fill_distributions(struct sink *sink, const struct column *column, const void *row)
{
	const struct distribution_row *list = port_of(row)->distributions;
	bool any = false;
	unsigned int kind;

	(void)column;
	for (kind = 1; kind < ROW_KINDS; kind++) {
		if (!list[kind].known)
			continue;
		if (!any)
			value_object_begin(sink);
		any = true;
		value_object_key(sink, history_kind(kind));
		put_distribution(sink, &list[kind]);
	}
	if (any)
		value_object_end(sink);
}

static const struct opener_row *opener_of(const void *row, unsigned int attribute)
{
	const struct opener_row *opener = &port_of(row)->opener;

	return row_knows(opener, attribute) ? opener : NULL;
}

static void fill_opener_pid(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_PID);

	(void)column;
	if (opener)
		value_u64(sink, opener->pid);
}

static void fill_opener_uid(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_UID);

	(void)column;
	if (opener)
		value_u64(sink, opener->uid);
}

static void fill_opener_user(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_UID);

	(void)column;
	if (opener)
		value_user(sink, opener->uid);
}

static const char *opener_comm(const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_COMM);

	return opener ? opener->comm : NULL;
}

static void fill_opener_comm(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_comm(sink, opener_comm(row));
}

static void fill_opener(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_PID);

	if (opener)
		value_process(sink, opener_comm(row), opener->pid);
	else
		fill_opener_comm(sink, column, row);
}

static void fill_opener_cgroup(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_CGROUP);

	(void)column;
	if (opener)
		value_text(sink, opener->cgroup);
}

static void fill_workers(struct sink *sink, const struct column *column, const void *row)
{
	const struct worker_rows *workers = &port_of(row)->workers;

	(void)column;
	if (workers->count)
		value_workers(sink, workers);
}

static void fill_opener_unit(struct sink *sink, const struct column *column, const void *row)
{
	const struct opener_row *opener = opener_of(row, SOCKPORT_A_OPENER_CGROUP);
	char unit[UNIT_MAX + 1];

	(void)column;
	if (opener && cgroup_unit(opener->cgroup, unit))
		value_text(sink, unit);
}

static void fill_time(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_moment_ms(sink, port_of(row)->time, 3);
}

static void fill_elapsed(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (port_of(row)->interval)
		value_us(sink, port_of(row)->interval * US_PER_MS);
}

static void fill_seconds(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (port_of(row)->interval)
		value_seconds(sink, port_of(row)->interval);
}

static void fill_restarted(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (port_of(row)->interval)
		value_bool(sink, port_of(row)->restarted);
}

#define HISTORY(column, index, text)							\
	.name = column, .help = text, .want = SOCKPORT_WANT_HISTORY,	\
	.attribute = SOCKPORT_A_HISTORY_##index

#define COUNTER(column, index, of, text)						\
	{ HISTORY(column, index, text), .unit = of, .fill = fill_counter,	\
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND }

#define DROPS(column, index, of, text)						\
	{ HISTORY(column, index, text), .unit = of, .fill = fill_counter,	\
	  .is_wrong = happened_ever,						\
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND }

#define TIME(column, index, text)							\
	{ HISTORY(column, index, text), .unit = "microseconds", .fill = fill_time_counter, \
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND }

#define OPENER(column, function, text)							\
	.name = column, .help = text, .fill = function, .want = SOCKPORT_WANT_OPENER

static const struct column list[] = {
	{ .name = "time", .help = "when the kernel was asked",
	  .unit = "microseconds since 1970",
	  .fill = fill_time, .want = SOCKPORT_WANT_HISTORY, .flags = COLUMN_IN_DUMP },
	{ HISTORY("accepted", ACCEPTED, "connections that came in, established"),
	  .unit = "connections",
	  .fill = fill_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	{ HISTORY("opened", OPENED, "connections that this host opened, established"),
	  .unit = "connections",
	  .fill = fill_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("taken_in", TAKEN_IN, "connections",
		"connections that were there at the beginning"),
	{ .name = "failed", .help = "connections that could not be opened: sum of the next seven",
	  .unit = "connections",
	  .fill = fill_failed, .is_wrong = has_failed, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("refused", REFUSED, "connections", "nobody listens there"),
	COUNTER("timed_out", TIMED_OUT, "connections", "there was no answer"),
	COUNTER("unreachable", UNREACHABLE, "connections", "there is no way there"),
	DROPS("no_local_port", NO_LOCAL_PORT, "connections", "no local port was free to there"),
	COUNTER("reset_opening", RESET_OPENING, "connections",
		"the other end broke the handshake off"),
	COUNTER("given_up", GIVEN_UP, "connections", "this end gave up before there was an answer"),
	COUNTER("failed_otherwise", FAILED, "connections", "any other cause"),
	COUNTER("closed", CLOSED, "connections", "connections that this end closed or reset first"),
	COUNTER("closed_by_peer", CLOSED_BY_PEER, "connections",
		"connections that the other end closed or reset first"),
	COUNTER("broken", BROKEN, "connections",
		"connections that ended otherwise, as by a timeout"),
	COUNTER("resets_sent", RESETS_SENT, "segments", "segments with a reset, sent"),
	COUNTER("resets_received", RESETS_RECEIVED, "connections",
		"connections that a reset ended"),
	{ HISTORY("bytes_in", BYTES_IN, "payload received"), .unit = "bytes",
	  .fill = fill_size_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	{ HISTORY("bytes_out", BYTES_OUT, "payload sent, each byte once"), .unit = "bytes",
	  .fill = fill_size_counter,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("segments_in", SEGMENTS_IN, "segments or datagrams",
		"segments or datagrams received"),
	COUNTER("segments_out", SEGMENTS_OUT, "segments or datagrams",
		"segments or datagrams sent"),
	COUNTER("retransmits", RETRANSMITTED_SEGMENTS, "segments", "segments sent again"),
	{ HISTORY("retransmitted_bytes", RETRANSMITTED_BYTES, "payload sent again"),
	  .unit = "bytes",
	  .fill = fill_size_counter,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT | COLUMN_PER_SECOND },
	COUNTER("syn_retransmits", SYN_RETRANSMITS, "segments",
		"SYNs, or answers to them, sent again"),
	/* Not marked: health checks and TCP_DEFER_ACCEPT count alike, and may be all there is. */
	COUNTER("listen_drops", LISTEN_DROPS, "SYNs and connections",
		"what listeners dropped: for want of room, reset by who called, or held back by TCP_DEFER_ACCEPT"),
	DROPS("receive_drops", RECEIVE_DROPS, "packets", "packets that sockets dropped"),
	DROPS("accounted_drops", ACCOUNTED_DROPS, "datagrams",
	      "of segments_in, datagrams that sockets dropped, while they are counted"),
	TIME("busy", BUSY, "time in which connections had something to send"),
	TIME("rwnd_limited", RWND_LIMITED,
	     "of that, time in which the peers' windows held them up"),
	TIME("sndbuf_limited", SNDBUF_LIMITED,
	     "of that, time in which their own send buffers held them up"),
	COUNTER("ooo", OUT_OF_ORDER, "segments", "segments received out of order"),
	COUNTER("dsack_dups", DSACK_DUPS, "segments",
		"segments that peers had twice, as they say by duplicate SACKs"),
	COUNTER("delivered_ce", DELIVERED_CE, "segments",
		"segments delivered that ECN marked: the way was congested"),
	COUNTER("rto_total", TIMEOUTS, "timeouts", "retransmission timeouts (from Linux 6.7 on)"),
	{ HISTORY("connections", CONNECTIONS, "established connections now"), .unit = "connections",
	  .fill = fill_level, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ HISTORY("first_active", FIRST_ACTIVE, "when it did something first"),
	  .unit = "microseconds since 1970",
	  .fill = fill_when, .flags = COLUMN_IN_JSON },
	{ HISTORY("last_active", LAST_ACTIVE, "last opening, closing or datagram"),
	  .unit = "microseconds since 1970",
	  .fill = fill_when, .flags = COLUMN_IN_JSON },
	{ HISTORY("active", LAST_ACTIVE, "how long ago that was"), .unit = "microseconds",
	  .fill = fill_age, .flags = COLUMN_IN_TEXT | COLUMN_RIGHT },
	{ .name = "elapsed", .help = "of --since or --interval: how long the counters counted",
	  .unit = "microseconds",
	  .fill = fill_elapsed, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_RIGHT },
	{ .name = "seconds", .help = "the same in seconds, for who asks for it by name",
	  .unit = "seconds",
	  .fill = fill_seconds, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_RIGHT },
	{ .name = "restarted", .help = "of --since or --interval: whether they began anew meanwhile",
	  .kind = COLUMN_BOOL,
	  .fill = fill_restarted, .want = SOCKPORT_WANT_HISTORY,
	  .flags = COLUMN_RIGHT },
};

const struct columns history_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };

/* What programs have no use for. */
static const struct column of_ports[] = {
	{ HISTORY("backlog_high", BACKLOG_HIGH, "most connections seen waiting for accept()"),
	  .unit = "connections",
	  .fill = fill_level, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ HISTORY("connections_high", CONNECTIONS_HIGH, "most of them at a time"),
	  .unit = "connections",
	  .fill = fill_level, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "distributions",
	  .help = "of lifetime, bytes, rtt, handshake, rtt_now, accept; text: how many values",
	  .kind = COLUMN_DISTRIBUTIONS,
	  .fill = fill_distributions,
	  .want = SOCKPORT_WANT_DISTRIBUTIONS },
	{ OPENER("opener", fill_opener, "process that opened it, or connected, last"),
	  .kind = COLUMN_TEXT },
	{ OPENER("opener_pid", fill_opener_pid, "number of that process"), .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ OPENER("opener_comm", fill_opener_comm, "its name"), .kind = COLUMN_TEXT,
	  .flags = COLUMN_IN_JSON },
	{ OPENER("opener_uid", fill_opener_uid, "owner of the socket that it opened"),
	  .kind = COLUMN_NUMBER,
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ OPENER("opener_user", fill_opener_user, "name of that owner"), .kind = COLUMN_TEXT,
	  .flags = COLUMN_IN_JSON },
	{ OPENER("opener_cgroup", fill_opener_cgroup, "path of the cgroup that it was made in"),
	  .kind = COLUMN_TEXT, .flags = COLUMN_IN_JSON },
	{ OPENER("opener_unit", fill_opener_unit, "its unit of systemd, or container"),
	  .kind = COLUMN_TEXT },
	{ .name = "workers", .help = "processes that accepted its connections, and how many (accept_accounting)",
	  .kind = COLUMN_WORKERS, .fill = fill_workers, .want = SOCKPORT_WANT_WORKERS },
	{ .name = "other_accepts", .help = "connections that other processes accepted (accept_accounting)",
	  .unit = "connections", .fill = fill_u64,
	  .offset = offsetof(struct port_row, workers.others),
	  .attribute = SOCKPORT_A_PORT_OTHER_ACCEPTS, .want = SOCKPORT_WANT_WORKERS,
	  .flags = COLUMN_RIGHT },
};

const struct columns port_history_columns = {
	.list = of_ports,
	.count = sizeof(of_ports) / sizeof(*of_ports),
	.more = &history_columns,
};
