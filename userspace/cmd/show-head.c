// SPDX-License-Identifier: GPL-2.0
/* What a port is, whoever has it: its services, its category, whether connect() chooses it. */
#include "cmd/show-head.h"

#include <stdio.h>
#include <string.h>
#include <linux/sockport.h>

#include "host/category.h"
#include "table/escape.h"
#include "table/prose.h"
#include "table/terminal.h"

static const char *service_of(const struct options *options, struct names *names, uint8_t protocol)
{
	return names_service(names, options->port, protocol);
}

static void sink_services(struct sink *sink, const struct options *options)
{
	const char *tcp = service_of(options, sink->names, SOCKPORT_PROTOCOL_TCP);
	const char *udp = service_of(options, sink->names, SOCKPORT_PROTOCOL_UDP);
	const bool differ = tcp && udp && strcmp(tcp, udp);

	if (!tcp && !udp)
		return;
	sink_word(sink, " (");
	value_text(sink, tcp ? tcp : udp);
	if (differ) {
		sink_word(sink, " with tcp, ");
		value_text(sink, udp);
		sink_word(sink, " with udp");
	}
	sink_char(sink, ')');
}

/**
 * show_head_print - print what a port is
 * @options: which port
 * @names: names of services and settings
 */
void show_head_print(const struct options *options, struct names *names)
{
	const uint32_t port = options->port;
	const char *category = category_name(port);
	char text[2 * ESCAPE_TEXT * NAME_MAX_LENGTH + 256];
	struct port_range range;
	struct sink sink;

	sink_init(&sink, SINK_TEXT, names, false);
	sink.to = text + sprintf(text, "Port %u", port);
	sink_services(&sink, options);
	sink.to += sprintf(sink.to, ": %s", category ? category : "only a vsock can have it");
	if (category && !options->all_netns && names_local_range(names, &range))
		sprintf(sink.to, ", %s net.ipv4.ip_local_port_range (%u-%u)",
			port >= range.first && port <= range.last ? "inside" : "outside",
			range.first, range.last);
	prose_put(stdout, text, terminal_width(), 0, 0);
}

/**
 * show_head_netns - print which network namespace what follows is about
 * @report: the answer, in text
 * @netns: its inode, 0 where the kernel did not say
 */
void show_head_netns(struct report *report, uint32_t netns)
{
	char name[ESCAPE_TEXT * NETNS_NAME_MAX + 1];
	struct sink *sink = &report->sink;

	sink->to = name;
	if (netns)
		value_netns(sink, netns);
	else
		sink_char(sink, '-');
	*sink->to = 0;
	printf("\nNetwork namespace %s:\n", name);
}

static void put_service(struct report *report, const struct options *options, const char *key,
			uint8_t protocol)
{
	const char *service = service_of(options, report->sink.names, protocol);

	value_object_key(&report->sink, key);
	if (service)
		value_text(&report->sink, service);
	else
		value_null(&report->sink);
}

static void put_category(struct report *report, const struct options *options)
{
	const char *category = category_name(options->port);
	struct sink *sink = &report->sink;

	report_key(report, "category");
	if (category)
		value_word(sink, category);
	else
		value_null(sink);
	report_value(report);
}

static void put_local_range(struct report *report, const struct options *options)
{
	const uint32_t port = options->port;
	struct sink *sink = &report->sink;
	bool inside;

	report_key(report, "local_range");
	if (category_name(port) && !options->all_netns &&
	    names_in_local_range(report->sink.names, port, &inside))
		value_bool(sink, inside);
	else
		value_null(sink);
	report_value(report);
}

/**
 * show_head_put - what a port is, as parts of JSON
 * @report: the answer, in JSON
 * @options: which port
 */
void show_head_put(struct report *report, const struct options *options)
{
	struct sink *sink = &report->sink;

	report_key(report, "port");
	value_u64(sink, options->port);
	report_value(report);
	put_category(report, options);
	put_local_range(report, options);
	report_key(report, "services");
	value_object_begin(sink);
	put_service(report, options, "tcp", SOCKPORT_PROTOCOL_TCP);
	put_service(report, options, "udp", SOCKPORT_PROTOCOL_UDP);
	put_service(report, options, "sctp", SOCKPORT_PROTOCOL_SCTP);
	value_object_end(sink);
	report_value(report);
}

/**
 * syn_queue_add - count the half-open connections of a listener
 * @queue: keeps those of the fullest one
 * @row: a socket of the port
 */
void syn_queue_add(struct syn_queue *queue, const struct socket_row *row)
{
	if (!row_knows(row, SOCKPORT_A_SOCKET_SYN_QUEUE) ||
	    !row_knows(row, SOCKPORT_A_SOCKET_BACKLOG_LIMIT) || !row->limit ||
	    (uint64_t)row->syn_queue * queue->max < (uint64_t)queue->used * row->limit)
		return;
	queue->used = row->syn_queue;
	queue->max = row->limit;
}

/**
 * syn_queue_print - say so where there is no room for more half-open connections
 * @queue: those of a port
 *
 * As many as the backlog was made for can be half open; see net.ipv4.tcp_syncookies in
 * the kernel's Documentation/networking/ip-sysctl.rst.
 */
void syn_queue_print(const struct syn_queue *queue)
{
	if (!queue->max || queue->used < queue->max)
		return;
	putchar('\n');
	prose_printf(stdout, terminal_width(),
		     "The SYN queue is full: %u connections are half open, for a limit of %u. "
		     "More of them are answered with cookies, or dropped where "
		     "net.ipv4.tcp_syncookies is 0.",
		     queue->used, queue->max);
}
