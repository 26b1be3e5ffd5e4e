// SPDX-License-Identifier: GPL-2.0
/* Memory for TCP and UDP: of the host, and of cgroups. */
#include <inttypes.h>
#include <string.h>

#include "doctor/check.h"
#include "doctor/words.h"
#include "host/file.h"

/**
 * struct pages - the limits of a protocol's memory
 * @name: of the limit, in struct limit
 * @path: of its sysctl, the second value of which is pressure
 * @what: is wrong
 */
struct pages {
	const char *name;
	const char *path;
	const char *what;
};

static const struct pages protocols[] = {
	{ "tcp_mem", "/proc/sys/net/ipv4/tcp_mem", "memory for TCP is short" },
	{ "udp_mem", "/proc/sys/net/ipv4/udp_mem", "memory for UDP is short" },
};

static bool knows_both(const struct limit *limit)
{
	return limit && row_knows(limit, LIMIT_USED) && row_knows(limit, LIMIT_MAX) && limit->max;
}

static void say_pages(struct findings *findings, const struct pages *pages,
		      const struct limit *limit, uint64_t pressure)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = limit->used >= limit->max ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = limit_percent(limit->used, limit->max), .what = pages->what,
		.why = "under pressure buffers shrink and segments are dropped; at the limit "
		       "connections are aborted",
		.action = "find who holds the memory, most often queues that nobody reads; or raise "
			  "the sysctl",
	});

	findings_say(findings, &finding->seen, "%" PRIu64 " pages are in use; pressure begins at %"
		     PRIu64 ", the limit is %" PRIu64, limit->used, pressure, limit->max);
	findings_say(findings, &finding->command,
		     "sockport sockets --sort wmem_queued --top 10 -o +rmem_alloc,wmem_queued -p");
}

/* The sysctl is read where the limit was: it is the host's, and is there or is not. */
static void check_pages(const struct look *look, struct findings *findings,
			const struct pages *pages, const struct limit *limit)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	uint64_t pressure = UINT64_MAX;

	if (!knows_both(limit))
		return;
	file_read_number(pages->path, 1, &pressure);
	if (limit_percent(limit->used, limit->max) >= threshold || limit->used >= pressure)
		say_pages(findings, pages, limit, pressure);
	findings_measure(findings, &(struct measure){
		.name = pages->name, .unit = "%",
		.value = limit_percent(limit->used, limit->max), .warning = threshold,
		.critical = 100 });
}

static const char *what_of(uint64_t aborted, uint64_t dropped)
{
	if (aborted)
		return "connections are aborted for want of memory";
	return dropped ? "segments are dropped for want of memory" : "memory came under pressure";
}

static void check_counters(const struct look *look, struct findings *findings,
			   const struct space *space)
{
	const uint64_t aborted = counters_grown(&space->before, &space->after,
						COUNTER_ABORT_ON_MEMORY);
	const uint64_t dropped = counters_grown(&space->before, &space->after,
						COUNTER_RECEIVE_PRUNED);
	const uint64_t pressures = counters_grown(&space->before, &space->after,
						  COUNTER_MEMORY_PRESSURES);
	struct finding *finding;
	char text[WORDS_MAX];

	if (!aborted && !dropped && !pressures)
		return;
	findings_at(findings, space->netns);
	finding = findings_add(findings, &(struct finding){
		.severity = aborted ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = 100 + aborted + dropped,
		.what = what_of(aborted, dropped),
		.why = "neither end has done anything wrong; data is sent again, or lost with the "
		       "connection",
		.action = "find who holds the memory: the host (tcp_mem), a cgroup, or a socket whose "
			  "receive buffer is small",
	});
	findings_say(findings, &finding->seen, "%" PRIu64 " connections aborted, %" PRIu64
		     " segments dropped and %" PRIu64 " times under pressure in %s", aborted,
		     dropped, pressures, words_seconds(text, look->milliseconds));
	findings_say(findings, &finding->command, "sockport summary");
}

static const struct limit *limit_called(const struct space *space, const char *name)
{
	size_t i;

	for (i = 0; i < LIMITS_READ; i++)
		if (space->limits[i].name && !strcmp(space->limits[i].name, name))
			return &space->limits[i];
	return NULL;
}

/**
 * check_memory - look for memory that is short
 * @look: what was seen
 * @findings: gets it
 */
void check_memory(const struct look *look, struct findings *findings)
{
	const struct space *space, *host = NULL;
	size_t i;

	check_each_space(look, space) {
		if (!space->is_seen)
			continue;
		check_counters(look, findings, space);
		if (!host && knows_both(limit_called(space, protocols[0].name)))
			host = space;
	}
	findings_at(findings, 0);
	if (!host)
		findings_unseen(findings, "memory and orphans of the host",
				"only its first network namespace has their limits");
	for (i = 0; host && i < sizeof(protocols) / sizeof(*protocols); i++)
		check_pages(look, findings, &protocols[i], limit_called(host, protocols[i].name));
	check_cgroups(look, findings);
}
