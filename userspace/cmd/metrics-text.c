// SPDX-License-Identifier: GPL-2.0
/* Metrics as text: OpenMetrics 1.0, or Prometheus' own format 0.0.4. */
#include "cmd/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/metrics-labels.h"
#include "cmd/metrics-put.h"
#include "format/clock.h"
#include "format/words.h"

#define US_PER_S	1000000ull

/**
 * enum source - where a value comes from
 * @SOURCE_HISTORY: SOCKPORT_A_HISTORY_*
 * @SOURCE_GAUGE: enum metrics_gauge
 * @SOURCE_STATE: SOCKPORT_STATE_*
 */
enum source {
	SOURCE_HISTORY,
	SOURCE_GAUGE,
	SOURCE_STATE,
};

/**
 * enum scope - what has a value
 * @SCOPE_PORT: a port
 * @SCOPE_TOTAL: all ports of a protocol and role
 * @SCOPE_UNIT: a unit or container, for what it did
 * @SCOPE_HOLDER: a unit or container, for what it has
 */
enum scope {
	SCOPE_PORT = 1,
	SCOPE_TOTAL = 2,
	SCOPE_UNIT = 4,
	SCOPE_HOLDER = 8,
};

/**
 * struct value - a series of a family
 * @index: in the source of the family
 * @label: name and value of one more label, or NULL
 */
struct value {
	uint8_t index;
	const char *label;
};

/**
 * struct family - metrics of one name
 * @title: what it is called
 * @source: of its values
 * @scopes: what has it, set of enum scope
 * @divisor: of the values, makes units of them
 * @values: its series, up to one without a label
 */
struct family {
	struct metrics_title title;
	enum source source;
	unsigned int scopes;
	uint32_t divisor;
	struct value values[11];
};

#define EVERYWHERE	(SCOPE_PORT | SCOPE_TOTAL)
#define OF_UNITS_TOO	(EVERYWHERE | SCOPE_UNIT)
#define COUNTER(word, text, attribute) \
	{ .title = METRICS_COUNTER(word, text, NULL), .scopes = OF_UNITS_TOO, \
	  .values = { { SOCKPORT_A_HISTORY_##attribute, NULL } } }
#define BYTE_COUNTER(word, text, attribute) \
	{ .title = METRICS_COUNTER(word, text, "bytes"), .scopes = OF_UNITS_TOO, \
	  .values = { { SOCKPORT_A_HISTORY_##attribute, NULL } } }
#define TIME_COUNTER(word, text, attribute) \
	{ .title = METRICS_COUNTER(word, text, "seconds"), .scopes = OF_UNITS_TOO, \
	  .divisor = US_PER_S, .values = { { SOCKPORT_A_HISTORY_##attribute, NULL } } }
#define GAUGE(word, text, measure, where) \
	{ .title = METRICS_GAUGE(word, text, NULL), .source = SOURCE_GAUGE, .scopes = where, \
	  .values = { { measure, NULL } } }
#define BYTE_GAUGE(word, text, measure, where) \
	{ .title = METRICS_GAUGE(word, text, "bytes"), .source = SOURCE_GAUGE, .scopes = where, \
	  .values = { { measure, NULL } } }
#define MEMORY_GAUGE(word, text, measure) \
	BYTE_GAUGE(word, text, measure, EVERYWHERE | SCOPE_HOLDER)
#define STATE(state, word)	{ SOCKPORT_STATE_##state, "network_connection_state=\"" word "\"" }
#define HISTORY_GAUGE(word, text, attribute, where) \
	{ .title = METRICS_GAUGE(word, text, NULL), .scopes = where, \
	  .values = { { SOCKPORT_A_HISTORY_##attribute, NULL } } }

static const struct family families[] = {
	GAUGE("ports", "Rows of the port table.", METRICS_PORTS, SCOPE_TOTAL),
	GAUGE("sockets", "Sockets now.", METRICS_SOCKETS, EVERYWHERE),
	/* After system.network.connection.count of OpenTelemetry's semantic conventions. */
	{ .title = METRICS_GAUGE("network_connections", "Sockets now, by state.", NULL),
	  .source = SOURCE_STATE, .scopes = EVERYWHERE,
	  .values = { STATE(CLOSE_WAIT, "close_wait"), STATE(CLOSE, "closed"),
		      STATE(CLOSING, "closing"), STATE(ESTABLISHED, "established"),
		      STATE(FIN_WAIT1, "fin_wait_1"), STATE(FIN_WAIT2, "fin_wait_2"),
		      STATE(LAST_ACK, "last_ack"), STATE(LISTEN, "listen"),
		      STATE(SYN_RECV, "syn_received"), STATE(SYN_SENT, "syn_sent"),
		      STATE(TIME_WAIT, "time_wait") } },
	BYTE_GAUGE("receive_queue_bytes", "Bytes that wait to be read.", METRICS_RX_QUEUE,
		   EVERYWHERE),
	BYTE_GAUGE("send_queue_bytes", "Bytes that are not acknowledged.", METRICS_TX_QUEUE,
		   EVERYWHERE),
	GAUGE("backlog", "Connections that wait for accept().", METRICS_BACKLOG, EVERYWHERE),
	GAUGE("backlog_limit", "Limit of the backlog, summed over listeners.",
	      METRICS_BACKLOG_LIMIT, EVERYWHERE),
	{ .title = METRICS_GAUGE("fullest_backlog_ratio",
		   "Of what may wait for accept(), how much does at the fullest listener.", "ratio"),
	  .source = SOURCE_GAUGE, .scopes = EVERYWHERE, .divisor = 1000,
	  .values = { { METRICS_FULLEST, NULL } } },
	{ .title = METRICS_GAUGE("fullest_syn_queue_ratio",
		   "Of what may be half open, how much is at the fullest listener.", "ratio"),
	  .source = SOURCE_GAUGE, .scopes = EVERYWHERE, .divisor = 1000,
	  .values = { { METRICS_FULLEST_SYN_QUEUE, NULL } } },
	MEMORY_GAUGE("receive_memory_bytes", "Memory that sockets hold for what waits to be read.",
		     METRICS_RECEIVE_MEMORY),
	MEMORY_GAUGE("send_memory_bytes", "Memory that sockets hold for what they send.",
		     METRICS_SEND_MEMORY),
	MEMORY_GAUGE("reserved_memory_bytes", "Memory that sockets have reserved, or hold for options.",
		     METRICS_RESERVED_MEMORY),
	GAUGE("close_wait_sockets", "Connections that the peer has ended and the program has not closed.",
	      METRICS_CLOSE_WAIT, EVERYWHERE),
	{ .title = METRICS_GAUGE("oldest_close_wait_seconds",
		   "How long the program has not closed the oldest of these connections.", "seconds"),
	  .source = SOURCE_GAUGE, .scopes = EVERYWHERE, .divisor = 1000,
	  .values = { { METRICS_OLDEST_CLOSE_WAIT, NULL } } },
	{ .title = METRICS_GAUGE("oldest_unaccepted_seconds",
		   "How long the oldest connection has been waiting for accept().", "seconds"),
	  .source = SOURCE_GAUGE, .scopes = EVERYWHERE, .divisor = 1000,
	  .values = { { METRICS_OLDEST_UNACCEPTED, NULL } } },
	GAUGE("open_socket_drops", "Packets that the sockets of now have dropped since they were opened.",
	      METRICS_DROPS, EVERYWHERE),
	HISTORY_GAUGE("backlog_high", "Most connections seen waiting at one listener.",
		      BACKLOG_HIGH, SCOPE_PORT),
	HISTORY_GAUGE("connections", "Established connections now.", CONNECTIONS, OF_UNITS_TOO),
	HISTORY_GAUGE("connections_high", "Most established connections at a time.",
		      CONNECTIONS_HIGH, SCOPE_PORT),
	{ .title = METRICS_GAUGE("last_active_timestamp_seconds",
		   "When something opened or closed, or a datagram came, last.", "seconds"),
	  .scopes = SCOPE_PORT, .divisor = MS_PER_S,
	  .values = { { SOCKPORT_A_HISTORY_LAST_ACTIVE, NULL } } },
	COUNTER("accepted", "Connections that came in, established.", ACCEPTED),
	COUNTER("opened", "Connections that this host opened, established.", OPENED),
	COUNTER("taken_in", "Connections that were there at the beginning.", TAKEN_IN),
	{ .title = METRICS_COUNTER("failures", "Connections that could not be opened.", NULL),
	  .scopes = OF_UNITS_TOO,
	  .values = { { SOCKPORT_A_HISTORY_REFUSED, "cause=\"refused\"" },
		      { SOCKPORT_A_HISTORY_TIMED_OUT, "cause=\"timed-out\"" },
		      { SOCKPORT_A_HISTORY_UNREACHABLE, "cause=\"unreachable\"" },
		      { SOCKPORT_A_HISTORY_NO_LOCAL_PORT, "cause=\"no-local-port\"" },
		      { SOCKPORT_A_HISTORY_RESET_OPENING, "cause=\"reset-by-peer\"" },
		      { SOCKPORT_A_HISTORY_GIVEN_UP, "cause=\"given-up\"" },
		      { SOCKPORT_A_HISTORY_FAILED, "cause=\"other\"" } } },
	{ .title = METRICS_COUNTER("closed", "Established connections that ended.", NULL),
	  .scopes = OF_UNITS_TOO,
	  .values = { { SOCKPORT_A_HISTORY_CLOSED, "by=\"host\"" },
		      { SOCKPORT_A_HISTORY_CLOSED_BY_PEER, "by=\"peer\"" },
		      { SOCKPORT_A_HISTORY_BROKEN, "by=\"error\"" } } },
	COUNTER("resets_sent", "Segments with a reset, sent.", RESETS_SENT),
	COUNTER("resets_received", "Connections that a reset ended.", RESETS_RECEIVED),
	BYTE_COUNTER("received_bytes", "Payload received.", BYTES_IN),
	BYTE_COUNTER("sent_bytes", "Payload sent, each byte once.", BYTES_OUT),
	COUNTER("received_segments", "Segments or datagrams received.", SEGMENTS_IN),
	COUNTER("sent_segments", "Segments or datagrams sent.", SEGMENTS_OUT),
	COUNTER("retransmitted_segments", "Segments sent again.", RETRANSMITTED_SEGMENTS),
	BYTE_COUNTER("retransmitted_bytes", "Payload sent again.", RETRANSMITTED_BYTES),
	COUNTER("syn_retransmits", "SYNs, or answers to them, sent again.", SYN_RETRANSMITS),
	COUNTER("listen_drops", "What listeners dropped: for want of room, reset by who called, or held back by TCP_DEFER_ACCEPT.",
		LISTEN_DROPS),
	COUNTER("receive_drops", "Packets that sockets dropped.", RECEIVE_DROPS),
	COUNTER("accounted_drops",
		"Of the datagrams received, those that sockets dropped, while datagrams are counted.",
		ACCOUNTED_DROPS),
	TIME_COUNTER("busy_seconds", "Time in which connections had something to send.", BUSY),
	TIME_COUNTER("window_limited_seconds",
		     "Of that, time in which the peers' windows held them up.", RWND_LIMITED),
	TIME_COUNTER("buffer_limited_seconds",
		     "Of that, time in which their own send buffers held them up.", SNDBUF_LIMITED),
	COUNTER("out_of_order_segments", "Segments received out of order.", OUT_OF_ORDER),
	COUNTER("duplicate_segments", "Segments that peers had twice, as they say.", DSACK_DUPS),
	COUNTER("congestion_marked_segments", "Segments delivered that ECN marked.", DELIVERED_CE),
	COUNTER("timeouts", "Retransmission timeouts.", TIMEOUTS),
};

/**
 * struct histogram - a distribution
 * @name: with unit, without prefix
 * @help: what it is
 * @unit: seconds of microseconds, or bytes
 * @divisor: makes units of its values
 * @first: number of the first bucket with a bound of its own
 * @last: number of the last one; in between, each second one has
 */
static const struct histogram {
	const char *name;
	const char *help;
	const char *unit;
	uint32_t divisor;
	uint8_t first;
	uint8_t last;
} histograms[ROW_KINDS] = {
	[SOCKPORT_DISTRIBUTION_KIND_LIFETIME] = {
		"lifetime_seconds", "From established to closed.", "seconds", US_PER_S, 10, 36 },
	[SOCKPORT_DISTRIBUTION_KIND_BYTES] = {
		"payload_bytes", "Payload of a connection, both directions.", "bytes", 1, 8, 34 },
	[SOCKPORT_DISTRIBUTION_KIND_RTT] = {
		"rtt_seconds", "Smoothed round trip time of connections at their end.",
		"seconds", US_PER_S, 4, 24 },
	[SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE] = {
		"handshake_seconds", "From the first SYN to established.",
		"seconds", US_PER_S, 4, 26 },
	[SOCKPORT_DISTRIBUTION_KIND_ACCEPT] = {
		"accept_seconds", "From established to accept(), while accept_accounting is on.",
		"seconds", US_PER_S, 4, 26 },
};

/**
 * metrics_put_head - write the lines in front of a family
 * @writer: where to
 * @prefix: of its name
 * @name: of the family, without "_total", which in OpenMetrics only samples of counters have
 * @type: of the family
 * @unit: that its name ends with, or NULL
 * @help: what it is
 */
void metrics_put_head(const struct metrics_writer *writer, const char *prefix, const char *name,
		      const char *type, const char *unit, const char *help)
{
	const bool is_open = writer->format == METRICS_OPENMETRICS;
	const char *suffix = !is_open && !strcmp(type, "counter") ? "_total" : "";

	fprintf(writer->stream, "# HELP %s%s%s %s\n# TYPE %s%s%s %s\n", prefix, name, suffix, help,
		prefix, name, suffix, type);
	if (is_open && unit)
		fprintf(writer->stream, "# UNIT %s%s %s\n", prefix, name, unit);
}

/**
 * metrics_put_title - write the lines in front of a family of counters or gauges
 * @writer: where to
 * @prefix: of its name
 * @title: what it is called
 */
void metrics_put_title(const struct metrics_writer *writer, const char *prefix,
		       const struct metrics_title *title)
{
	metrics_put_head(writer, prefix, title->name, title->is_gauge ? "gauge" : "counter",
			 title->unit, title->help);
}

/**
 * metrics_put_sample - write what a sample of such a family begins with
 * @writer: where to
 * @prefix: of its name
 * @title: what it is called
 */
void metrics_put_sample(const struct metrics_writer *writer, const char *prefix,
			const struct metrics_title *title)
{
	fprintf(writer->stream, "%s%s%s", prefix, title->name, title->is_gauge ? "" : "_total");
}

/**
 * metrics_put_number - write a number
 * @stream: where to
 * @value: the number
 * @divisor: makes units of it, a power of ten, which has no more digits than they get behind
 *	the point; 0 for 1
 */
void metrics_put_number(FILE *stream, uint64_t value, uint32_t divisor)
{
	uint32_t rest = divisor;
	int digits = 0;

	for (; rest > 1; rest /= 10)
		digits++;
	if (!digits)
		fprintf(stream, "%" PRIu64, value);
	else
		fprintf(stream, "%" PRIu64 ".%0*" PRIu64, value / divisor, digits,
			value % divisor);
}

static bool find_value(const struct metrics_port *port, enum source source, unsigned int index,
		       uint64_t *value)
{
	if (source == SOURCE_GAUGE) {
		*value = port->gauges[index];
		return port->gauges_known >> index & 1;
	}
	if (source == SOURCE_STATE) {
		*value = port->states[index];
		return port->has_states;
	}
	*value = port->history.values[index];
	return row_knows(&port->history, index);
}

/* Ports of ours do not call, ports of others are not called here: that is always 0. */
static bool can_happen(uint8_t role, unsigned int index)
{
	switch (index) {
	case SOCKPORT_A_HISTORY_ACCEPTED:
	case SOCKPORT_A_HISTORY_LISTEN_DROPS:
	case SOCKPORT_A_HISTORY_BACKLOG_HIGH:
		return role != SOCKPORT_ROLE_OUT;
	case SOCKPORT_A_HISTORY_OPENED:
	case SOCKPORT_A_HISTORY_REFUSED:
	case SOCKPORT_A_HISTORY_TIMED_OUT:
	case SOCKPORT_A_HISTORY_UNREACHABLE:
	case SOCKPORT_A_HISTORY_NO_LOCAL_PORT:
	case SOCKPORT_A_HISTORY_RESET_OPENING:
	case SOCKPORT_A_HISTORY_GIVEN_UP:
	case SOCKPORT_A_HISTORY_FAILED:
		return role != SOCKPORT_ROLE_IN;
	}
	return true;
}

/* Only TCP has all of the states; who listens does not call. */
static bool can_be(const struct metrics_port *port, unsigned int state)
{
	if (port->protocol != SOCKPORT_PROTOCOL_TCP)
		return false;
	switch (state) {
	case SOCKPORT_STATE_LISTEN:
	case SOCKPORT_STATE_SYN_RECV:
		return port->role != SOCKPORT_ROLE_OUT;
	case SOCKPORT_STATE_SYN_SENT:
		return port->role != SOCKPORT_ROLE_IN;
	}
	return true;
}

/* What is always 0 is left out. */
static bool is_told(const struct metrics_port *port, enum source source, unsigned int index)
{
	if (source == SOURCE_GAUGE)
		return true;
	return source == SOURCE_STATE ? can_be(port, index) : can_happen(port->role, index);
}

static void put_values(const struct metrics_writer *writer, const char *prefix,
		       const struct family *family, const struct metrics_port *port,
		       enum scope scope)
{
	const struct value *value;
	uint64_t number;
	size_t i;

	for (i = 0; i < sizeof(family->values) / sizeof(*family->values); i++) {
		value = &family->values[i];
		if (i && !value->label)
			break;
		if (!find_value(port, family->source, value->index, &number) ||
		    (!number && !is_told(port, family->source, value->index)))
			continue;
		metrics_put_sample(writer, prefix, &family->title);
		fputc('{', writer->stream);
		metrics_put_labels(writer->stream, writer->metrics, port, scope == SCOPE_PORT);
		fprintf(writer->stream, "%s%s} ", value->label ? "," : "",
			value->label ? value->label : "");
		metrics_put_number(writer->stream, number, family->divisor);
		fputc('\n', writer->stream);
	}
}

static void put_bucket(const struct metrics_writer *writer, const char *prefix,
		       const struct metrics_port *port, enum scope scope, unsigned int kind,
		       unsigned int bucket, uint64_t count)
{
	const struct histogram *histogram = &histograms[kind];

	fprintf(writer->stream, "%s%s_bucket{", prefix, histogram->name);
	metrics_put_labels(writer->stream, writer->metrics, port, scope == SCOPE_PORT);
	fputs(",le=\"", writer->stream);
	if (bucket == ROW_BUCKETS)
		fputs("+Inf", writer->stream);
	else
		metrics_put_number(writer->stream, (1ull << bucket) - 1, histogram->divisor);
	fprintf(writer->stream, "%s\"} %" PRIu64 "\n",
		bucket != ROW_BUCKETS && histogram->divisor == 1 ? ".0" : "", count);
}

static void put_sample(const struct metrics_writer *writer, const char *prefix, const char *name,
		       const char *suffix, const struct metrics_port *port, enum scope scope)
{
	fprintf(writer->stream, "%s%s%s{", prefix, name, suffix);
	metrics_put_labels(writer->stream, writer->metrics, port, scope == SCOPE_PORT);
	fputs("} ", writer->stream);
}

static void put_histogram(const struct metrics_writer *writer, const char *prefix,
			  const struct metrics_port *port, enum scope scope, unsigned int kind)
{
	const struct histogram *histogram = &histograms[kind];
	unsigned int bucket;
	uint64_t count = 0;

	if (!(port->kinds_known >> kind & 1))
		return;
	for (bucket = 0; bucket < ROW_BUCKETS; bucket++) {
		count += port->buckets[kind][bucket];
		if (bucket >= histogram->first && bucket <= histogram->last &&
		    !((bucket - histogram->first) % 2))
			put_bucket(writer, prefix, port, scope, kind, bucket, count);
	}
	put_bucket(writer, prefix, port, scope, kind, ROW_BUCKETS, count);
	put_sample(writer, prefix, histogram->name, "_sum", port, scope);
	metrics_put_number(writer->stream, port->sums[kind], histogram->divisor);
	fputc('\n', writer->stream);
	put_sample(writer, prefix, histogram->name, "_count", port, scope);
	fprintf(writer->stream, "%" PRIu64 "\n", count);
}

/* Number @i of the ports of a scope, NULL behind the last. */
static const struct metrics_port *port_at(const struct metrics *metrics, enum scope scope,
					  size_t i)
{
	static const struct metrics_port none;
	const struct metrics_port *port;

	if (scope == SCOPE_PORT)
		return i < metrics->count ? &metrics->ports[i] : NULL;
	if (scope == SCOPE_UNIT)
		return i < metrics->unit_count ? &metrics->units[i] : NULL;
	if (scope == SCOPE_HOLDER)
		return i < metrics->holding_count ? &metrics->holding[i] : NULL;
	if (i / (METRICS_PROTOCOLS * METRICS_ROLES) >= metrics->space_count)
		return NULL;
	port = metrics->spaces[i / (METRICS_PROTOCOLS * METRICS_ROLES)]
		.totals[i / METRICS_ROLES % METRICS_PROTOCOLS][i % METRICS_ROLES];
	return port ? port : &none;
}

static void put_scope(const struct metrics_writer *writer, const char *prefix, enum scope scope)
{
	const struct metrics_port *port;
	const struct family *family;
	unsigned int kind;
	size_t i, j;

	for (i = 0; i < sizeof(families) / sizeof(*families); i++) {
		family = &families[i];
		if (!(family->scopes & scope))
			continue;
		metrics_put_title(writer, prefix, &family->title);
		for (j = 0; (port = port_at(writer->metrics, scope, j)); j++)
			put_values(writer, prefix, family, port, scope);
	}
	for (kind = 1; kind < ROW_KINDS; kind++) {
		/* What is only of now does not grow, as a histogram has to. */
		if (!histograms[kind].name || scope & (SCOPE_UNIT | SCOPE_HOLDER))
			continue;
		metrics_put_head(writer, prefix, histograms[kind].name, "histogram",
				 histograms[kind].unit, histograms[kind].help);
		for (j = 0; (port = port_at(writer->metrics, scope, j)); j++)
			put_histogram(writer, prefix, port, scope, kind);
	}
}

/**
 * metrics_write - write metrics as text
 * @stream: where to
 * @metrics: after metrics_sort()
 * @format: METRICS_PROMETHEUS is what node_exporter reads from files
 *
 * Errors of writing show in ferror(@stream).
 */
void metrics_write(FILE *stream, const struct metrics *metrics, enum metrics_format format)
{
	const struct metrics_writer writer = { stream, metrics, format };

	put_scope(&writer, "sockport_", SCOPE_TOTAL);
	put_scope(&writer, "sockport_port_", SCOPE_PORT);
	if (metrics->unit_count)
		put_scope(&writer, "sockport_unit_", SCOPE_UNIT);
	if (metrics->holding_count)
		put_scope(&writer, "sockport_unit_", SCOPE_HOLDER);
	metrics_put_around(&writer);
	metrics_put_module(&writer);
	if (format == METRICS_OPENMETRICS)
		fputs("# EOF\n", stream);
}
