// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of /proc/net/snmp, snmp6 and netstat. In snmp and netstat a line with names is
 * followed by one with their values; snmp6 has a name and a value on each line.
 */
#include "host/counters.h"

#include <stdlib.h>
#include <string.h>

#include "host/file.h"

#define FILE_MAX	(32 * 1024)

/**
 * struct source - where a counter is told
 * @group: how the line begins, with the colon
 * @name: of the counter
 */
struct source {
	const char *group;
	const char *name;
};

static const struct source sources[COUNTERS] = {
	[COUNTER_OUT_SEGS] = { "Tcp:", "OutSegs" },
	[COUNTER_RETRANS_SEGS] = { "Tcp:", "RetransSegs" },
	[COUNTER_TIMEOUTS] = { "TcpExt:", "TCPTimeouts" },
	[COUNTER_COOKIES_SENT] = { "TcpExt:", "SyncookiesSent" },
	[COUNTER_LISTEN_OVERFLOWS] = { "TcpExt:", "ListenOverflows" },
	[COUNTER_REQUESTS_DROPPED] = { "TcpExt:", "TCPReqQFullDrop" },
	[COUNTER_TIME_WAIT_OVERFLOW] = { "TcpExt:", "TCPTimeWaitOverflow" },
	[COUNTER_ABORT_ON_MEMORY] = { "TcpExt:", "TCPAbortOnMemory" },
	[COUNTER_MEMORY_PRESSURES] = { "TcpExt:", "TCPMemoryPressures" },
	[COUNTER_RECEIVE_PRUNED] = { "TcpExt:", "RcvPruned" },
	[COUNTER_UDP_RCVBUF_ERRORS] = { "Udp:", "RcvbufErrors" },
	[COUNTER_UDP_MEM_ERRORS] = { "Udp:", "MemErrors" },
	[COUNTER_UDP6_RCVBUF_ERRORS] = { NULL, "Udp6RcvbufErrors" },
	[COUNTER_UDP6_MEM_ERRORS] = { NULL, "Udp6MemErrors" },
	[COUNTER_UDPLITE_RCVBUF_ERRORS] = { "UdpLite:", "RcvbufErrors" },
	[COUNTER_UDPLITE6_RCVBUF_ERRORS] = { NULL, "UdpLite6RcvbufErrors" },
};

static void set(struct counters *counters, const char *group, const char *name,
		const char *value)
{
	size_t i;

	for (i = 0; i < COUNTERS; i++) {
		if (!sources[i].group != !group || (group && strcmp(group, sources[i].group)) ||
		    strcmp(name, sources[i].name))
			continue;
		counters->values[i] = strtoull(value, NULL, 10);
		counters->known |= 1ull << i;
	}
}

/* Two lines of a group: names, and their values in the same order. */
static void take_group(struct counters *counters, char *names, char *values)
{
	const char *group = strsep(&names, " "), *name, *value;

	strsep(&values, " ");
	while ((name = strsep(&names, " ")) && (value = strsep(&values, " ")))
		set(counters, group, name, value);
}

static void take_pairs(struct counters *counters, char *text)
{
	char *names, *values;

	while ((names = strsep(&text, "\n")) && *names && (values = strsep(&text, "\n")))
		take_group(counters, names, values);
}

static void take_lines(struct counters *counters, char *text)
{
	char *line, *name;

	while ((line = strsep(&text, "\n"))) {
		name = strsep(&line, " \t");
		if (line)
			set(counters, NULL, name, line);
	}
}

/**
 * counters_read - read the counters of the network namespace that we are in
 * @counters: where to put them
 *
 * Return: whether any could be read.
 */
bool counters_read(struct counters *counters)
{
	char *text = malloc(FILE_MAX);

	*counters = (struct counters){ 0 };
	if (!text)
		return false;
	if (file_read_start("/proc/thread-self/net/snmp", text, FILE_MAX))
		take_pairs(counters, text);
	if (file_read_start("/proc/thread-self/net/netstat", text, FILE_MAX))
		take_pairs(counters, text);
	if (file_read_start("/proc/thread-self/net/snmp6", text, FILE_MAX))
		take_lines(counters, text);
	free(text);
	return counters->known;
}

/**
 * counters_grown - how much a counter has grown
 * @before: earlier values
 * @after: later values
 * @counter: which
 *
 * Return: by how much, 0 where it is not known.
 */
uint64_t counters_grown(const struct counters *before, const struct counters *after,
			enum counter counter)
{
	if (!(before->known & after->known & 1ull << counter) ||
	    after->values[counter] < before->values[counter])
		return 0;
	return after->values[counter] - before->values[counter];
}
