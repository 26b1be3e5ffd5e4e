// SPDX-License-Identifier: GPL-2.0
/* What limits the connections of a port most, by the kernel's own clocks. */
#include "cmd/show-limited.h"

#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>

#include "format/quantity.h"
#include "host/limit.h"

/**
 * limited_add - count what held a connection up
 * @limited: gets it
 * @row: the connection, with what TCP knows of it
 */
void limited_add(struct limited *limited, const struct socket_row *row)
{
	const size_t end = offsetof(struct tcp_info, tcpi_sndbuf_limited) + sizeof(uint64_t);
	struct tcp_info info;

	if (!row_knows(row, SOCKPORT_A_SOCKET_TCP_INFO) || row->tcp_info_size < end)
		return;
	memcpy(&info, row->tcp_info, end);
	limited->known = true;
	limited->busy += info.tcpi_busy_time;
	limited->window += info.tcpi_rwnd_limited;
	limited->buffer += info.tcpi_sndbuf_limited;
}

/* Where neither window nor buffer held them up, it was the way. */
static uint64_t network(const struct limited *limited)
{
	const uint64_t others = limited->window + limited->buffer;

	return limited->busy > others ? limited->busy - others : 0;
}

static const char *worst(const struct limited *limited, const char *window, const char *buffer,
			 const char *way)
{
	if (network(limited) >= limited->window && network(limited) >= limited->buffer)
		return way;
	return limited->window >= limited->buffer ? window : buffer;
}

/**
 * limited_print - say what limits the connections most
 * @limited: what held them up
 */
void limited_print(const struct limited *limited)
{
	char time[QUANTITY_MAX + 1];

	if (!limited->busy)
		return;
	*quantity_put(time, QUANTITY_TIME, limited->busy) = 0;
	/* No line is wider than a terminal. */
	printf("\nWhat limits its connections most: %s.\n"
	       "In the %s that they had something to send, it was the peers' windows\n"
	       "for %u percent, send buffers for %u, the network for %u.\n",
	       worst(limited, "the receive windows of peers", "their own send buffers",
		     "the network, by its rate and loss"), time,
	       limit_percent(limited->window, limited->busy),
	       limit_percent(limited->buffer, limited->busy),
	       limit_percent(network(limited), limited->busy));
}

static void put_time(struct report *report, const char *key, const struct limited *limited,
		     uint64_t time)
{
	report_key(report, key);
	if (limited->known)
		value_u64(&report->sink, time);
	else
		value_null(&report->sink);
	report_value(report);
}

/**
 * limited_put - say it in JSON
 * @limited: what held the connections up
 * @report: the answer
 */
void limited_put(const struct limited *limited, struct report *report)
{
	put_time(report, "busy", limited, limited->busy);
	put_time(report, "rwnd_limited", limited, limited->window);
	put_time(report, "sndbuf_limited", limited, limited->buffer);
	report_key(report, "limited_by");
	if (limited->busy)
		value_word(&report->sink, worst(limited, "receive-window", "send-buffer",
						"network"));
	else
		value_null(&report->sink);
	report_value(report);
}
