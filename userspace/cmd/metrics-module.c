// SPDX-License-Identifier: GPL-2.0
/* What the module costs and has lost, as metrics. */
#include <inttypes.h>

#include "cmd/metrics-put.h"
#include "cmd/stats.h"
#include "format/clock.h"

#define NS_PER_S	1000000000ull

#define COUNT(word, text, attribute) \
	{ .title = METRICS_COUNTER(word, text, NULL), .index = SOCKPORT_A_STATS_##attribute }
#define NOW(word, text, attribute) \
	{ .title = METRICS_GAUGE(word, text, NULL), .index = SOCKPORT_A_STATS_##attribute }

/**
 * struct account - a number of the module's own account
 * @title: what it is called
 * @index: SOCKPORT_A_STATS_*
 * @divisor: makes units of it, 0 for 1
 */
static const struct account {
	struct metrics_title title;
	uint8_t index;
	uint32_t divisor;
} accounts[] = {
	COUNT("port_walks", "Walks for the port table.", PORT_WALKS),
	COUNT("socket_walks", "Walks for the socket listing.", SOCKET_WALKS),
	COUNT("walked_sockets", "Sockets seen by all walks.", WALKED_SOCKETS),
	{ .title = METRICS_COUNTER("walk_seconds", "Time spent in all walks.", "seconds"),
	  .index = SOCKPORT_A_STATS_WALK_TIME, .divisor = NS_PER_S },
	NOW("last_walk_sockets", "Sockets seen by the last walk.", LAST_WALK_SOCKETS),
	{ .title = METRICS_GAUGE("last_walk_seconds", "Time spent in the last walk.", "seconds"),
	  .index = SOCKPORT_A_STATS_LAST_WALK_TIME, .divisor = NS_PER_S },
	COUNT("chain_restarts", "Long chains begun anew.", CHAIN_RESTARTS),
	COUNT("missed_chains", "Long chains left out.", MISSED_CHAINS),
	COUNT("failed_walks", "Walks that ended with an error.", FAILED_WALKS),
	NOW("open_walks", "Walks under way now.", OPEN_WALKS),
	{ .title = METRICS_GAUGE("walk_memory_bytes",
		   "Memory held by walks and port tables now.", "bytes"),
	  .index = SOCKPORT_A_STATS_WALK_MEMORY },
	COUNT("file_walks", "Passes over the file tables of all processes.", FILE_WALKS),
	COUNT("walked_files", "Sockets found in file tables.", WALKED_FILES),
	{ .title = METRICS_COUNTER("file_walk_seconds",
		   "Time spent in these passes.", "seconds"),
	  .index = SOCKPORT_A_STATS_FILE_WALK_TIME, .divisor = NS_PER_S },
	NOW("history", "1 while history is kept.", HISTORY),
	NOW("history_rows", "Ports that history is kept of.", HISTORY_ROWS),
	COUNT("history_rows_lost",
	      "How often something went uncounted for want of a row.", HISTORY_ROWS_LOST),
	COUNT("history_rows_given_back",
	      "Rows of ports that were idle when others needed room.", HISTORY_ROWS_GIVEN_BACK),
	NOW("history_sockets", "TCP sockets that are followed now.", HISTORY_SOCKETS),
	COUNT("history_sockets_lost", "How often a socket could not be followed.", HISTORY_SOCKETS_LOST),
	NOW("programs", "Programs that history is kept of.", PROGRAMS),
	COUNT("programs_lost", "How often something was counted for a port, but for no program.",
	      PROGRAMS_LOST),
	COUNT("programs_given_back", "Programs that were idle when others needed room.",
	      PROGRAMS_GIVEN_BACK),
	NOW("last_connections", "Connections that have ended and are remembered now.",
	    LAST_CONNECTIONS),
	COUNT("last_connections_lost", "Those that were forgotten to make room for others.",
	      LAST_CONNECTIONS_LOST),
	NOW("closed_doors", "Closed ports that are remembered now.", CLOSED_DOORS),
	COUNT("closed_doors_lost",
	      "Attempts on closed ports that were forgotten to make room.", CLOSED_DOORS_LOST),
	COUNT("events_sent", "Events that listeners were told of.", EVENTS_SENT),
	COUNT("events_lost", "Events that nobody was told of, for want of room.", EVENTS_LOST),
	COUNT("events_made", "Events that were made, heard or not.", EVENTS_MADE),
};

static void put_accounts(const struct metrics_writer *writer)
{
	const struct stats_row *stats = &writer->metrics->stats;
	const struct account *account;
	size_t i;

	for (i = 0; i < sizeof(accounts) / sizeof(*accounts); i++) {
		account = &accounts[i];
		if (!row_knows(stats, account->index))
			continue;
		metrics_put_title(writer, "sockport_module_", &account->title);
		metrics_put_sample(writer, "sockport_module_", &account->title);
		fputc(' ', writer->stream);
		metrics_put_number(writer->stream, stats->values[account->index], account->divisor);
		fputc('\n', writer->stream);
	}
}

/* The module chose the text, but a reader must be able to trust the lines. */
static void put_version(const struct metrics_writer *writer)
{
	const char *from;

	metrics_put_head(writer, "sockport_module_", "info", "gauge", NULL, "Version of the module.");
	fputs("sockport_module_info{version=\"", writer->stream);
	for (from = writer->metrics->version; *from; from++)
		fputc(*from > ' ' && *from < 0x7f && *from != '"' && *from != '\\' ? *from : '?',
		      writer->stream);
	fputs("\"} 1\n", writer->stream);
}

static void put_attempts(const struct metrics_writer *writer)
{
	metrics_put_head(writer, "sockport_", "closed_door_attempts", "counter", NULL,
			 "Attempts on ports where nobody listens.");
	fprintf(writer->stream, "sockport_closed_door_attempts_total %" PRIu64 "\n",
		writer->metrics->attempts);
}

/**
 * metrics_put_module - write the module's own account, and what it knows of no port
 * @writer: where to
 */
void metrics_put_module(const struct metrics_writer *writer)
{
	if (stats_have_history(&writer->metrics->stats))
		put_attempts(writer);
	put_accounts(writer);
	put_version(writer);
}
