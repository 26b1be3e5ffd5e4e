// SPDX-License-Identifier: GPL-2.0
/* What answers tell in JSON besides columns that can be chosen. */
#include "columns/tables.h"

#define COUNT(list)	(sizeof(list) / sizeof(*(list)))

static const struct column of_show[] = {
	{ .name = "port", .help = "the port", .kind = COLUMN_NUMBER, .flags = COLUMN_IN_JSON },
	{ .name = "category", .help = "well-known, registered or dynamic (RFC 6335)",
	  .kind = COLUMN_TEXT, .flags = COLUMN_IN_JSON },
	{ .name = "local_range", .help = "whether it lies in net.ipv4.ip_local_port_range",
	  .kind = COLUMN_BOOL, .flags = COLUMN_IN_JSON },
	{ .name = "services", .help = "its names in the services database",
	  .kind = COLUMN_SERVICES, .flags = COLUMN_IN_JSON },
	{ .name = "busy", .help = "time in which its connections of TCP had something to send, summed",
	  .unit = "microseconds", .flags = COLUMN_IN_JSON },
	{ .name = "rwnd_limited", .help = "of that, time in which windows of peers held them up",
	  .unit = "microseconds", .flags = COLUMN_IN_JSON },
	{ .name = "sndbuf_limited", .help = "of that, time in which send buffers held them up",
	  .unit = "microseconds", .flags = COLUMN_IN_JSON },
	{ .name = "limited_by", .help = "what did most: receive-window, send-buffer or network",
	  .kind = COLUMN_TEXT, .flags = COLUMN_IN_JSON },
};

static const struct column of_who[] = {
	{ .name = "incomplete", .help = "sockets of which the kernel named not all processes",
	  .unit = "sockets", .flags = COLUMN_IN_JSON },
	{ .name = "elsewhere", .help = "with a word: its sockets in other network namespaces",
	  .unit = "sockets", .flags = COLUMN_IN_JSON },
};

static const struct column of_summary[] = {
	{ .name = "overlooked", .help = "sockets to destinations that there was no room for",
	  .unit = "sockets", .flags = COLUMN_IN_JSON },
};

static const struct column of_kill[] = {
	{ .name = "result", .help = "ended, gone before or refused",
	  .kind = COLUMN_TEXT, .flags = COLUMN_IN_JSON },
	{ .name = "reason", .help = "why it did not end, null if it did",
	  .kind = COLUMN_TEXT, .flags = COLUMN_IN_JSON },
};

const struct columns kill_columns = { .list = of_kill, .count = COUNT(of_kill) };
const struct columns show_columns = { .list = of_show, .count = COUNT(of_show) };
const struct columns who_columns = { .list = of_who, .count = COUNT(of_who) };
const struct columns summary_columns = { .list = of_summary, .count = COUNT(of_summary) };
