// SPDX-License-Identifier: GPL-2.0
/* Listeners whose accept queue overflows, or stands full or nearly so. */
#include "doctor/check.h"
#include "doctor/words.h"
#include "format/words.h"

#define WHY	"connections wait for accept(); what finds no room is dropped, and the peer waits " \
		"for a second and more until it tries again"
#define DO	"see what keeps the program from accept(), or give it more workers; for peaks, a " \
		"larger backlog in listen() and net.core.somaxconn"

/* Nobody sends it again. */
#define WHY_UNIX "connections wait for accept(); who finds no room waits in connect(), or gets EAGAIN " \
		 "where that may not wait"

/* One connection more than the limit can wait. */
static uint64_t percent(uint32_t waiting, uint32_t limit)
{
	return waiting * 100ull / (limit + 1ull);
}

static bool is_listener(const struct watched *watched)
{
	return watched->state == SOCKPORT_STATE_LISTEN;
}

/*
 * What a listener drops need not have wanted room: it counts handshakes that the peer resets, as
 * health checks do, and ACKs that TCP_DEFER_ACCEPT waits behind, which may be all there are.
 */
static bool overflows(const struct look *look, const struct watched *watched)
{
	const struct space *space;

	if (watched->drops_after <= watched->drops)
		return false;
	if (watched->most > watched->limit)
		return true;
	check_each_space(look, space)
		if (space->netns == watched->netns && space->is_seen &&
		    counters_grown(&space->before, &space->after, COUNTER_LISTEN_OVERFLOWS))
			return true;
	return false;
}

static bool is_wrong(const struct look *look, const struct watched *watched)
{
	return is_listener(watched) && watched->looks > 1 &&
	       (overflows(look, watched) ||
		percent(watched->least, watched->limit) >= look_threshold(look, THRESHOLD_FULL));
}

/* Is something worse known of one of its listeners? */
static bool is_told(const struct look *look, const struct grown *grown)
{
	const struct watched *watched = look->watched.list;
	size_t i;

	for (i = 0; i < look->watched.count; i++)
		if (watched[i].netns == grown->netns && watched[i].protocol == grown->protocol &&
		    watched[i].port == grown->port && is_wrong(look, &watched[i]))
			return true;
	return false;
}

/* What it dropped before, where history has counted that. */
static void say_before(const struct look *look, struct findings *findings,
		       const struct watched *watched, struct finding *finding)
{
	const struct grown *grown = look->grown.list;
	char text[WORDS_MAX];
	size_t i;

	for (i = 0; i < look->grown.count; i++) {
		if (grown[i].netns != watched->netns || grown[i].protocol != watched->protocol ||
		    grown[i].role != SOCKPORT_ROLE_IN || grown[i].port != watched->port ||
		    !grown[i].drops || !grown[i].since)
			continue;
		findings_say(findings, &finding->seen, ", %llu since %s",
			     (unsigned long long)grown[i].drops,
			     words_moment(text, grown[i].since));
		return;
	}
}

static void say(const struct look *look, struct findings *findings, const struct watched *watched)
{
	const uint32_t dropped = overflows(look, watched) ? watched->drops_after - watched->drops :
							    0;
	const bool full = dropped || watched->least > watched->limit;
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = full ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		.weight = dropped ? 1000ull + dropped : percent(watched->least, watched->limit),
		.what = dropped ? "accept queue overflows" : "accept queue stands full",
		.why = watched->protocol == SOCKPORT_PROTOCOL_UNIX ? WHY_UNIX : WHY, .action = DO,
	});
	char text[WORDS_MAX];

	findings_say(findings, &finding->subject, "%s%s%s", watched->end ? watched->end : "-",
		     watched->who && *watched->who ? " of " : "", watched->who ? watched->who : "");
	findings_say(findings, &finding->seen, "%u of %u connections wait",
		     watched->last, watched->limit + 1);
	if (!dropped)
		findings_say(findings, &finding->seen, ", never fewer than %u in %s",
			     watched->least, words_seconds(text, look->milliseconds));
	if (dropped) {
		findings_say(findings, &finding->seen, ", %u dropped in %s", dropped,
			     words_seconds(text, look->milliseconds));
		say_before(look, findings, watched, finding);
	}
	if (watched->port)
		findings_say(findings, &finding->command, "sockport show %u", watched->port);
	else
		findings_say(findings, &finding->command, "sockport sockets -l -p");
}

/* Of some, or there is room still: but nobody takes them. */
static void check_waiting(const struct look *look, struct findings *findings,
			  const struct grown *grown)
{
	struct finding *finding;
	char text[WORDS_MAX];

	if (grown->role != SOCKPORT_ROLE_IN || !grown->port ||
	    grown->accept_age < look_threshold(look, THRESHOLD_ACCEPT) * 1000ull ||
	    is_told(look, grown))
		return;
	findings_at(findings, grown->netns);
	finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = grown->accept_age / 1000,
		.since = look->now - grown->accept_age,
		.what = "connections are not accepted",
		.why = "to the peer they are open: it sends its question, and waits for an answer "
		       "that does not come",
		.action = "see what keeps the program from accept(): it hangs, or all its workers are busy",
	});
	findings_say(findings, &finding->subject, "%s port %u",
		     word_protocol(grown->protocol) ? word_protocol(grown->protocol) : "-",
		     grown->port);
	findings_say(findings, &finding->seen, "the oldest of them waits for %s",
		     words_age(text, grown->accept_age));
	findings_say(findings, &finding->command, "sockport show %u", grown->port);
}

/**
 * check_accept_queue - look for accept queues that are full
 * @look: what was seen
 * @findings: gets them
 */
void check_accept_queue(const struct look *look, struct findings *findings)
{
	const uint32_t threshold = look_threshold(look, THRESHOLD_FULL);
	const struct watched *watched = look->watched.list;
	const struct grown *grown = look->grown.list;
	uint64_t worst = 0;
	size_t i;

	for (i = 0; i < look->watched.count; i++) {
		if (!is_listener(&watched[i]))
			continue;
		if (percent(watched[i].least, watched[i].limit) > worst)
			worst = percent(watched[i].least, watched[i].limit);
		findings_at(findings, watched[i].netns);
		if (is_wrong(look, &watched[i]))
			say(look, findings, &watched[i]);
	}
	for (i = 0; i < look->grown.count; i++)
		check_waiting(look, findings, &grown[i]);
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "accept_queue", .unit = "%", .value = worst, .warning = threshold,
		.critical = 100 });
}
