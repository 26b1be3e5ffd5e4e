// SPDX-License-Identifier: GPL-2.0
/* Local ports that have run out, or soon will. */
#include "doctor/check.h"
#include "doctor/words.h"
#include "format/words.h"

#define DO	"use connections again instead of opening new ones, widen " \
		"net.ipv4.ip_local_port_range, or take more addresses at either end"

static const char *protocol_of(uint8_t protocol)
{
	const char *word = word_protocol(protocol);

	return word ? word : "-";
}

static void say_destination(struct findings *findings, const struct destination *destination)
{
	const uint8_t size = destination->family == 2 ? 4 : 16;
	const bool full = destination->ports >= destination->available;
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = full ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = limit_percent(destination->ports, destination->available),
		.what = full ? "local ports to a destination are used up" :
			       "local ports to a destination run out",
		.why = "each connection from one address to one destination needs a local port of "
		       "its own: without one connect() fails with EADDRNOTAVAIL",
		.action = DO,
	});
	char from[WORDS_MAX], to[WORDS_MAX];

	words_address(from, destination->local, size, 0);
	words_address(to, destination->remote, size, destination->port);
	findings_say(findings, &finding->subject, "%s %s to %s", protocol_of(destination->protocol),
		     from, to);
	findings_say(findings, &finding->seen, "%u of %u local ports are in use", destination->ports,
		     destination->available);
	findings_say(findings, &finding->command, "sockport summary");
}

/* The fullest comes first. */
static uint64_t check_destinations(const struct look *look, struct findings *findings,
				   struct space *space)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	struct destination *list;
	uint64_t worst;
	size_t i;

	destinations_sort(&space->destinations);
	list = space->destinations.hash.list;
	for (i = 0; i < space->destinations.hash.count; i++) {
		list[i].available = space->available;
		if (limit_percent(list[i].ports, space->available) < threshold)
			break;
		say_destination(findings, &list[i]);
	}
	worst = space->destinations.hash.count ? limit_percent(list[0].ports, space->available) : 0;
	return worst;
}

/*
 * Who binds before connecting needs a port that nobody has at this address. Others share ports
 * between destinations, and would leave more sockets than ports.
 */
static bool is_bound_before(const struct pool *pool)
{
	return pool->sockets * 10ull <= pool->used * 11ull;
}

static void say_pool(struct findings *findings, const struct pool *pool, uint32_t available)
{
	const bool full = pool->used >= available;
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = full ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = limit_percent(pool->used, available),
		.what = full ? "local ports of an address are used up" :
			       "local ports of an address run out",
		.why = "who binds to the address before connecting shares its ports among all "
		       "destinations: without one bind() fails with EADDRINUSE",
		.action = "let the program set IP_BIND_ADDRESS_NO_PORT before bind(), or leave bind() "
			  "out; use connections again, or widen net.ipv4.ip_local_port_range",
	});
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s %s", protocol_of(pool->protocol),
		     words_address(text, pool->address, pool->size, 0));
	findings_say(findings, &finding->seen, "%u of %u local ports are in use, by %u sockets",
		     pool->used, available, pool->sockets);
	findings_say(findings, &finding->command, "sockport summary");
}

static void check_pools(const struct look *look, struct findings *findings, struct space *space,
			uint64_t worst)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	const struct pool *pool;
	size_t i;

	/* What one destination uses up is told already. */
	if (!space->pools || worst >= threshold)
		return;
	pools_share(space->pools);
	for (i = 0; i < space->pools->count; i++) {
		pool = &space->pools->list[i];
		if (limit_percent(pool->used, space->available) >= threshold &&
		    is_bound_before(pool))
			say_pool(findings, pool, space->available);
	}
}

static void say_failed(struct findings *findings, const struct failed *failed)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_CRITICAL, .weight = 1000 + failed->count,
		.since = failed->first, .what = "no local port was free",
		.why = "these connections were never opened: the program got EADDRNOTAVAIL or "
		       "EADDRINUSE",
		.action = DO,
	});
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s to %s", protocol_of(failed->protocol),
		     words_address(text, failed->remote, failed->size, failed->port));
	findings_say(findings, &finding->seen, "%u connection%s failed since %s", failed->count,
		     words_s(failed->count), words_moment(text, failed->first));
	findings_say(findings, &finding->seen, ", the last at %s", words_moment(text, failed->last));
	if (*failed->comm)
		findings_say(findings, &finding->seen, ", of %s",
			     words_process(text, failed->comm, 0));
	findings_say(findings, &finding->command, "sockport closed --remote-port %u", failed->port);
}

static void check_failed(const struct look *look, struct findings *findings)
{
	const struct failed *failed = look->failed.list;
	size_t i;

	for (i = 0; i < look->failed.count; i++) {
		if (failed[i].cause != SOCKPORT_CAUSE_NO_LOCAL_PORT)
			continue;
		findings_at(findings, failed[i].netns);
		say_failed(findings, &failed[i]);
	}
}

/**
 * check_local_ports - look for local ports that run out
 * @look: what was seen
 * @findings: gets it
 */
void check_local_ports(const struct look *look, struct findings *findings)
{
	uint64_t worst, most = 0;
	struct space *space;

	check_each_space(look, space) {
		if (!space->has_range)
			continue;
		findings_at(findings, space->netns);
		worst = check_destinations(look, findings, space);
		check_pools(look, findings, space, worst);
		if (worst > most)
			most = worst;
	}
	check_failed(look, findings);
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "local_ports", .unit = "%", .value = most,
		.warning = look_threshold(look, THRESHOLD_FULL), .critical = 100 });
}
