// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of the kernel that a host with many sockets runs into, from
 * Documentation/admin-guide/sysctl/fs.rst (file-nr, file-max),
 * Documentation/admin-guide/sysctl/net.rst (somaxconn) and
 * Documentation/networking/ip-sysctl.rst (the rest); what is in use of them is in
 * /proc/net/sockstat. Memory, orphans and files are those of the whole host.
 */
#include "host/limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/number.h"
#include "host/file.h"

#define PERCENT_WARN	80
/* Room for a list of reserved ports that nobody writes by hand. */
#define RESERVED_MAX	(64 * 1024)

/**
 * limit_percent - how full something is
 * @used: how much there is
 * @max: how much there can be
 *
 * Return: percent, rounded down; 0 where there is no limit.
 */
unsigned int limit_percent(uint64_t used, uint64_t max)
{
	if (!max)
		return 0;
	if (used > UINT64_MAX / 100)
		return used / (max / 100 ? max / 100 : 1);
	return used * 100 / max;
}

/**
 * limit_level - whether one should do something about it
 * @used: how much there is
 * @max: how much there can be, 0 for no limit
 *
 * Return: "ok", "warn" from 80 percent on, or "full".
 */
const char *limit_level(uint64_t used, uint64_t max)
{
	if (max && used >= max)
		return "full";
	return limit_percent(used, max) >= PERCENT_WARN ? "warn" : "ok";
}

/* "TCP: inuse 5 orphan 0 tw 3 ..."; the value behind a key of a line. */
static bool find_value(const char *text, const char *line, const char *key, uint64_t *value)
{
	const char *start = strstr(text, line);
	const char *end = start ? strchr(start, '\n') : NULL;
	const char *found = start ? strstr(start, key) : NULL;

	if (!found || (end && found > end))
		return false;
	return sscanf(found + strlen(key), "%" SCNu64, value) == 1;
}

static void set(struct limit *limit, enum limit_member member, bool is_known)
{
	if (is_known)
		limit->known |= 1u << member;
}

static void read_files(struct limit *limit)
{
	limit->name = "files";
	limit->about = "open files of the host, fs.file-max";
	set(limit, LIMIT_USED, file_read_number("/proc/sys/fs/file-nr", 0, &limit->used));
	set(limit, LIMIT_MAX, file_read_number("/proc/sys/fs/file-max", 0, &limit->max));
}

static void read_sockstat(struct limit *limit, const char *text, const char *line,
			  const char *key)
{
	set(limit, LIMIT_USED, find_value(text, line, key, &limit->used));
}

/**
 * limits_read - read how full the host is
 * @list: where to put it
 * @is_here: the network namespace that is asked about is the one that we are in; if
 *	not, what belongs to it stays unknown
 */
void limits_read(struct limit list[LIMITS_READ], bool is_here)
{
	char text[1024] = "";

	memset(list, 0, LIMITS_READ * sizeof(*list));
	file_read_start("/proc/net/sockstat", text, sizeof(text));
	read_files(&list[0]);

	list[1].name = "tcp_mem";
	list[1].about = "pages of memory for TCP, the last of net.ipv4.tcp_mem";
	read_sockstat(&list[1], text, "TCP:", " mem ");
	set(&list[1], LIMIT_MAX, file_read_number("/proc/sys/net/ipv4/tcp_mem", 2, &list[1].max));

	list[2].name = "udp_mem";
	list[2].about = "pages of memory for UDP, the last of net.ipv4.udp_mem";
	read_sockstat(&list[2], text, "UDP:", " mem ");
	set(&list[2], LIMIT_MAX, file_read_number("/proc/sys/net/ipv4/udp_mem", 2, &list[2].max));

	list[3].name = "orphans";
	list[3].about = "TCP sockets that no process has open, net.ipv4.tcp_max_orphans";
	read_sockstat(&list[3], text, "TCP:", " orphan ");
	set(&list[3], LIMIT_MAX,
	    file_read_number("/proc/sys/net/ipv4/tcp_max_orphans", 0, &list[3].max));

	list[4].name = "time_wait";
	list[4].about = "TCP sockets in TIME_WAIT, net.ipv4.tcp_max_tw_buckets";
	if (!is_here)
		return;
	read_sockstat(&list[4], text, "TCP:", " tw ");
	set(&list[4], LIMIT_MAX,
	    file_read_number("/proc/sys/net/ipv4/tcp_max_tw_buckets", 0, &list[4].max));
}

/**
 * limits_somaxconn - the largest backlog that a listener can get
 * @max: where to put net.core.somaxconn
 *
 * Return: whether it could be read.
 */
bool limits_somaxconn(uint64_t *max)
{
	return file_read_number("/proc/sys/net/core/somaxconn", 0, max);
}

static uint32_t overlap(const struct port_range *range, uint32_t first, uint32_t last)
{
	if (first < range->first)
		first = range->first;
	if (last > range->last)
		last = range->last;
	return first <= last ? last - first + 1 : 0;
}

/**
 * limits_count_reserved - how many ports of a range are not handed out
 * @text: net.ipv4.ip_local_reserved_ports, as "8080,9000-9010"
 * @range: the range, not empty
 *
 * Return: the number of ports, at most all of them.
 */
uint32_t limits_count_reserved(const char *text, const struct port_range *range)
{
	const uint32_t most = range->last - range->first + 1;
	uint32_t first, last, count = 0;
	int length;

	while (count < most && sscanf(text, "%" SCNu32 "%n", &first, &length) == 1) {
		text += length;
		last = first;
		if (sscanf(text, "-%" SCNu32 "%n", &last, &length) == 1)
			text += length;
		count += overlap(range, first, last);
		if (*text++ != ',')
			break;
	}
	return count < most ? count : most;
}

/**
 * limits_local_ports - the local ports that connect() chooses from
 * @range: where to put net.ipv4.ip_local_port_range
 * @available: where to put how many there are, without
 *	net.ipv4.ip_local_reserved_ports
 *
 * Return: whether the range could be read.
 */
bool limits_local_ports(struct port_range *range, uint32_t *available)
{
	char *text;

	if (!category_local_range(range))
		return false;
	*available = range->last - range->first + 1;
	text = malloc(RESERVED_MAX);
	if (text && file_read_start("/proc/sys/net/ipv4/ip_local_reserved_ports", text,
				    RESERVED_MAX))
		*available -= limits_count_reserved(text, range);
	free(text);
	return true;
}
