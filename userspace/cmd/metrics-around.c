// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says of network namespaces, as metrics: local ports, by destination and by
 * address; limits; datagrams that were dropped. New labels have the names that OpenTelemetry's
 * semantic conventions give to what they say.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd/metrics-labels.h"
#include "cmd/metrics-put.h"
#include "format/address.h"
#include "format/words.h"

/* Of the host, not of each of its network namespaces. */
static const char *const host_limits[] = { "files", "tcp_mem", "udp_mem", "orphans" };

/* The next namespace that was seen, from number @i on; NULL behind the last. */
static const struct space *next_seen(const struct metrics_writer *writer, size_t *i)
{
	const struct space *space;

	while (*i < writer->metrics->around.hash.count) {
		space = spaces_at(&writer->metrics->around, (*i)++);
		if (space->is_seen)
			return space;
	}
	return NULL;
}

static void put_protocol(FILE *stream, uint8_t protocol)
{
	const char *word = word_protocol(protocol);

	fprintf(stream, "protocol=\"%s\"", word ? word : "unknown");
}

/* An address of a link means something together with its interface only. */
static void put_address(FILE *stream, const char *label, uint8_t family, const uint8_t *address,
			uint32_t ifindex)
{
	char text[ADDRESS_MAX + 1];

	*address_put(text, family, address) = 0;
	fprintf(stream, ",%s=\"%s", label, text);
	if (ifindex && address_is_scoped(family, address))
		fprintf(stream, "%%%" PRIu32, ifindex);
	fputc('"', stream);
}

static void put_destination(const struct metrics_writer *writer,
			    const struct destination *destination)
{
	FILE *stream = writer->stream;

	fputs("sockport_destination_local_ports{", stream);
	metrics_put_netns(stream, writer->metrics, destination->netns);
	put_protocol(stream, destination->protocol);
	put_address(stream, "network_local_address", destination->family, destination->local,
		    destination->ifindex);
	put_address(stream, "network_peer_address", destination->family, destination->remote,
		    destination->ifindex);
	fprintf(stream, ",network_peer_port=\"%" PRIu32 "\"} %" PRIu32 "\n", destination->port,
		destination->ports);
}

static void put_destinations(const struct metrics_writer *writer)
{
	const struct metrics *metrics = writer->metrics;
	size_t i;

	metrics_put_head(writer, "sockport_", "destination_local_ports", "gauge", NULL,
			 "Local ports of the range that connections to a destination use.");
	for (i = 0; i < metrics->destination_count; i++)
		put_destination(writer, metrics->destinations[i]);
}

static void put_pools(const struct metrics_writer *writer, const char *name, const char *help,
		      uint32_t (*number)(const struct pool *pool))
{
	const struct metrics *metrics = writer->metrics;
	const struct pool *pool;
	size_t i;

	metrics_put_head(writer, "sockport_", name, "gauge", NULL, help);
	for (i = 0; i < metrics->pool_count; i++) {
		pool = metrics->pools[i].pool;
		fprintf(writer->stream, "sockport_%s{", name);
		metrics_put_netns(writer->stream, metrics, pool->netns);
		put_protocol(writer->stream, pool->protocol);
		put_address(writer->stream, "network_local_address",
			    pool->size == 4 ? AF_INET : AF_INET6, pool->address, 0);
		fprintf(writer->stream, "} %" PRIu32 "\n", number(pool));
	}
}

static uint32_t ports_of(const struct pool *pool)
{
	return pool->used;
}

static uint32_t sockets_of(const struct pool *pool)
{
	return pool->sockets;
}

/* A number of each namespace; those that have none are left out. */
static void put_each(const struct metrics_writer *writer, const char *name, const char *type,
		     const char *help, bool (*number)(const struct space *space, uint64_t *value))
{
	const char *suffix = strcmp(type, "counter") ? "" : "_total";
	const struct space *space;
	uint64_t value;
	size_t i = 0;

	metrics_put_head(writer, "sockport_", name, type, NULL, help);
	while ((space = next_seen(writer, &i))) {
		if (!number(space, &value))
			continue;
		fprintf(writer->stream, "sockport_%s%s", name, suffix);
		metrics_put_only_netns(writer->stream, writer->metrics, space->netns);
		fprintf(writer->stream, " %" PRIu64 "\n", value);
	}
}

static bool available(const struct space *space, uint64_t *value)
{
	*value = space->available;
	return space->has_range;
}

static bool destinations(const struct space *space, uint64_t *value)
{
	*value = space->destinations.hash.count;
	return space->has_range;
}

static bool overflows(const struct space *space, uint64_t *value)
{
	*value = space->before.values[COUNTER_LISTEN_OVERFLOWS];
	return space->before.known >> COUNTER_LISTEN_OVERFLOWS & 1;
}

static bool overlooked(const struct space *space, uint64_t *value)
{
	*value = space->destinations.overlooked;
	return space->has_range;
}

static bool is_of_host(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(host_limits) / sizeof(*host_limits); i++)
		if (!strcmp(name, host_limits[i]))
			return true;
	return false;
}

static void put_limit(const struct metrics_writer *writer, const char *family,
		      const struct space *space, const struct limit *limit, uint64_t value)
{
	fprintf(writer->stream, "sockport_%s{", family);
	if (!is_of_host(limit->name))
		metrics_put_netns(writer->stream, writer->metrics, space->netns);
	fprintf(writer->stream, "limit=\"%s\"} %" PRIu64 "\n", limit->name, value);
}

/* What is the host's is told once, where both numbers are known. */
static void put_limits(const struct metrics_writer *writer, const char *family, const char *help,
		       enum limit_member member)
{
	const struct limit *limit;
	const struct space *space;
	unsigned int told = 0;
	size_t i = 0, j;

	metrics_put_head(writer, "sockport_", family, "gauge", NULL, help);
	while ((space = next_seen(writer, &i))) {
		for (j = 0; j < LIMITS_READ; j++) {
			limit = &space->limits[j];
			if (!limit->name || told >> j & 1 || !row_knows(limit, LIMIT_USED) ||
			    !row_knows(limit, LIMIT_MAX))
				continue;
			told |= is_of_host(limit->name) << j;
			put_limit(writer, family, space, limit,
				  member == LIMIT_MAX ? limit->max : limit->used);
		}
	}
}

/* Of IPv4 and IPv6. */
static void put_drops_for(const struct metrics_writer *writer, const struct space *space,
			  const char *cause, enum counter ipv4, enum counter ipv6)
{
	const struct counters *counters = &space->before;

	if (!(counters->known >> ipv4 & 1))
		return;
	fputs("sockport_udp_drops_total{", writer->stream);
	metrics_put_netns(writer->stream, writer->metrics, space->netns);
	fprintf(writer->stream, "cause=\"%s\"} %" PRIu64 "\n", cause,
		counters->values[ipv4] + counters->values[ipv6]);
}

/* The kernel counts them whether somebody counts datagrams or not. */
static void put_drops(const struct metrics_writer *writer)
{
	const struct space *space;
	size_t i = 0;

	metrics_put_head(writer, "sockport_", "udp_drops", "counter", NULL,
			 "Datagrams that were dropped, as the kernel counts them.");
	while ((space = next_seen(writer, &i))) {
		put_drops_for(writer, space, "receive-buffer", COUNTER_UDP_RCVBUF_ERRORS,
			      COUNTER_UDP6_RCVBUF_ERRORS);
		put_drops_for(writer, space, "memory", COUNTER_UDP_MEM_ERRORS,
			      COUNTER_UDP6_MEM_ERRORS);
	}
}

/**
 * metrics_put_around - write what is known of network namespaces
 * @writer: where to
 */
void metrics_put_around(const struct metrics_writer *writer)
{
	if (!writer->metrics->around.hash.count)
		return;
	put_each(writer, "local_ports_available", "gauge",
		 "Ports of net.ipv4.ip_local_port_range that are not reserved.", available);
	put_limits(writer, "limit_used", "How much there is of what the kernel limits.", LIMIT_USED);
	put_limits(writer, "limit_max", "How much there can be.", LIMIT_MAX);
	put_drops(writer);
	/* What listeners count as dropped may have other causes. */
	put_each(writer, "listen_overflows", "counter",
		 "Connections that an accept queue had no room for, as the kernel counts them.",
		 overflows);
	if (!writer->metrics->has_sockets)
		return;
	put_each(writer, "destinations", "gauge", "Destinations that connections go to.", destinations);
	put_each(writer, "destinations_overlooked_sockets", "gauge",
		 "Sockets whose destinations are too many to count.", overlooked);
	put_destinations(writer);
	put_pools(writer, "address_local_ports",
		  "Local ports of the range that are in use at an address.", ports_of);
	put_pools(writer, "address_sockets", "Sockets that use these ports.", sockets_of);
}
