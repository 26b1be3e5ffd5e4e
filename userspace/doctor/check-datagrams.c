// SPDX-License-Identifier: GPL-2.0
/* Datagrams that are dropped because the receive buffer is full. */
#include <inttypes.h>

#include "doctor/check.h"
#include "doctor/words.h"
#include "host/file.h"

#define WHY	"the sender is not told: what the program does not get in time is lost"
#define DO	"let the program read faster or by more sockets (SO_REUSEPORT), or give it a " \
		"larger SO_RCVBUF, which net.core.rmem_max limits"

static bool is_datagram(const struct watched *watched)
{
	return watched->protocol == SOCKPORT_PROTOCOL_UDP ||
	       watched->protocol == SOCKPORT_PROTOCOL_UDPLITE;
}

/* The kernel takes one more datagram as long as the buffer is not full. */
static uint64_t percent(const struct watched *watched)
{
	return limit_percent(watched->least, watched->limit);
}

static uint64_t dropped_in(const struct space *space)
{
	return counters_grown(&space->before, &space->after, COUNTER_UDP_RCVBUF_ERRORS) +
	       counters_grown(&space->before, &space->after, COUNTER_UDP6_RCVBUF_ERRORS) +
	       counters_grown(&space->before, &space->after, COUNTER_UDP_MEM_ERRORS) +
	       counters_grown(&space->before, &space->after, COUNTER_UDP6_MEM_ERRORS) +
	       counters_grown(&space->before, &space->after, COUNTER_UDPLITE_RCVBUF_ERRORS) +
	       counters_grown(&space->before, &space->after, COUNTER_UDPLITE6_RCVBUF_ERRORS);
}

/* A socket also counts what its own filter refuses, and bad checksums: those want no room. */
static uint32_t dropped_by(const struct look *look, const struct watched *watched)
{
	const struct space *space;

	if (watched->drops_after <= watched->drops)
		return 0;
	check_each_space(look, space)
		if (space->netns == watched->netns && space->is_seen && !dropped_in(space))
			return 0;
	return watched->drops_after - watched->drops;
}

static void say(const struct look *look, struct findings *findings, const struct watched *watched)
{
	const uint32_t dropped = dropped_by(look, watched);
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = dropped ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = dropped ? 1000ull + dropped : percent(watched),
		.what = dropped ? "datagrams are dropped" : "a receive buffer stands full",
		.why = WHY, .action = DO });
	char text[WORDS_MAX];
	uint64_t most = 0;

	findings_say(findings, &finding->subject, "%s%s%s", watched->end ? watched->end : "-",
		     watched->who && *watched->who ? " of " : "", watched->who ? watched->who : "");
	findings_say(findings, &finding->seen, "%u dropped in %s, %u since it was opened; %u of %u "
		     "bytes of its buffer are in use", dropped,
		     words_seconds(text, look->milliseconds), watched->drops_after, watched->last,
		     watched->limit);
	if (file_read_number("/proc/sys/net/core/rmem_max", 0, &most))
		findings_say(findings, &finding->seen, ", net.core.rmem_max is %" PRIu64, most);
	findings_say(findings, &finding->command,
		     "sockport sockets udp --local-port %u -p -o +drops,rmem_alloc,rcvbuf",
		     watched->port);
}

static void check_sockets(const struct look *look, struct findings *findings)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	const struct watched *watched = look->watched.list;
	size_t i;

	for (i = 0; i < look->watched.count; i++) {
		if (!is_datagram(&watched[i]) || watched[i].looks < 2 ||
		    (!dropped_by(look, &watched[i]) && percent(&watched[i]) < threshold))
			continue;
		findings_at(findings, watched[i].netns);
		say(look, findings, &watched[i]);
	}
}

/* Of sockets that are gone, or many. */
static void say_counters(const struct look *look, struct findings *findings, uint64_t dropped)
{
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = dropped,
		.what = "datagrams are dropped", .why = WHY, .action = DO });
	char text[WORDS_MAX];

	findings_say(findings, &finding->seen, "%" PRIu64
		     " dropped in %s, of sockets that are closed by now", dropped,
		     words_seconds(text, look->milliseconds));
	findings_say(findings, &finding->command, "sockport ports udp --sort drops --top 10");
}

/**
 * check_datagrams - look for datagrams that are dropped
 * @look: what was seen
 * @findings: gets them
 */
void check_datagrams(const struct look *look, struct findings *findings)
{
	const struct space *space;
	uint64_t dropped, all = 0;

	check_sockets(look, findings);
	check_each_space(look, space) {
		dropped = space->is_seen ? dropped_in(space) : 0;
		all += dropped;
		findings_at(findings, space->netns);
		if (dropped && !findings_any_at(findings, space->netns))
			say_counters(look, findings, dropped);
	}
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "udp_drops", .unit = "", .value = all, .warning = 1, .critical = 1 });
}
