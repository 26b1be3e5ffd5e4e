// SPDX-License-Identifier: GPL-2.0
/* Local ports that have run out, or soon will. */
#include <inttypes.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/words.h"
#include "format/words.h"

#define DO	"use connections again instead of opening new ones, widen " \
		"net.ipv4.ip_local_port_range, or take more addresses at either end"

#define WHY_FAILED "these connections were never opened: the program got EADDRNOTAVAIL or EADDRINUSE"

static const char *protocol_of(uint8_t protocol)
{
	const char *word = word_protocol(protocol);

	return word ? word : "-";
}

/* Without those that the next one may take. */
static uint32_t used_of(const struct destination *destination)
{
	return destination->ports - destination->reusable;
}

static void say_destination(struct findings *findings, const struct destination *destination)
{
	const uint8_t size = destination->family == 2 ? 4 : 16;
	const bool full = used_of(destination) >= destination->available;
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = full ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = limit_percent(used_of(destination), destination->available),
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
	findings_say(findings, &finding->seen, "%u of %u local ports are in use",
		     used_of(destination), destination->available);
	findings_say(findings, &finding->command, "sockport summary");
}

/* The fullest comes first, and those in TIME_WAIT count in that. */
static uint64_t check_destinations(const struct look *look, struct findings *findings,
				   struct space *space)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	struct destination *list;
	uint64_t percent, worst = 0;
	size_t i;

	destinations_sort(&space->destinations);
	list = space->destinations.hash.list;
	for (i = 0; i < space->destinations.hash.count; i++) {
		list[i].available = space->available;
		if (i && limit_percent(list[i].ports, space->available) < threshold)
			break;
		percent = limit_percent(used_of(&list[i]), space->available);
		if (percent > worst)
			worst = percent;
		if (percent >= threshold)
			say_destination(findings, &list[i]);
	}
	return worst;
}

/* What one of its destinations uses up is told already. */
static bool is_told(const struct look *look, const struct space *space, const struct pool *pool)
{
	const struct destination *list = space->destinations.hash.list;
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	size_t i;

	for (i = 0; i < space->destinations.hash.count; i++) {
		if (limit_percent(list[i].ports, space->available) < threshold)
			return false;
		/* What the next one may take is no trouble for the pool either. */
		if (list[i].protocol == pool->protocol &&
		    !memcmp(list[i].local, pool->address, pool->size))
			return true;
	}
	return false;
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

static uint64_t check_pools(const struct look *look, struct findings *findings,
			    struct space *space)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	const struct pool *pool;
	uint64_t percent, worst = 0;
	size_t i;

	if (!space->pools)
		return 0;
	pools_share(space->pools);
	for (i = 0; i < space->pools->count; i++) {
		pool = &space->pools->list[i];
		percent = limit_percent(pool->used, space->available);
		if (percent < threshold || !is_bound_before(pool) || is_told(look, space, pool))
			continue;
		say_pool(findings, pool, space->available);
		if (percent > worst)
			worst = percent;
	}
	return worst;
}

static void say_failed(struct findings *findings, const struct failed *failed)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_CRITICAL, .weight = 1000 + failed->count,
		.since = failed->first, .what = "no local port was free",
		.why = WHY_FAILED,
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

static bool is_among_failed(const struct look *look, const struct grown *grown)
{
	const struct failed *failed = look->failed.list;
	size_t i;

	for (i = 0; i < look->failed.count; i++)
		if (failed[i].cause == SOCKPORT_CAUSE_NO_LOCAL_PORT &&
		    failed[i].netns == grown->netns && failed[i].port == grown->port &&
		    failed[i].protocol == grown->protocol)
			return true;
	return false;
}

/* On a busy host, what failed is soon forgotten; counters are not. */
static void check_counted(const struct look *look, struct findings *findings)
{
	const struct grown *grown = look->grown.list;
	struct finding *finding;
	char text[WORDS_MAX];
	size_t i;

	for (i = 0; i < look->grown.count; i++) {
		if (!row_knows(&grown[i].history, SOCKPORT_A_HISTORY_NO_LOCAL_PORT) ||
		    !grown[i].history.values[SOCKPORT_A_HISTORY_NO_LOCAL_PORT] ||
		    is_among_failed(look, &grown[i]))
			continue;
		findings_at(findings, grown[i].netns);
		finding = findings_add(findings, &(struct finding){
			.severity = SEVERITY_CRITICAL, .weight = 1000,
			.what = "no local port was free", .why = WHY_FAILED, .action = DO });
		findings_say(findings, &finding->subject, "%s port %u",
			     protocol_of(grown[i].protocol), grown[i].port);
		findings_say(findings, &finding->seen, "%" PRIu64 " connections to it failed in %s",
			     grown[i].history.values[SOCKPORT_A_HISTORY_NO_LOCAL_PORT],
			     words_seconds(text, look->milliseconds));
		findings_say(findings, &finding->command, "sockport show %u", grown[i].port);
	}
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
		if (worst > most)
			most = worst;
		worst = check_pools(look, findings, space);
		if (worst > most)
			most = worst;
	}
	check_failed(look, findings);
	check_counted(look, findings);
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "local_ports", .unit = "%", .value = most,
		.warning = look_threshold(look, THRESHOLD_FULL), .critical = 100 });
}
