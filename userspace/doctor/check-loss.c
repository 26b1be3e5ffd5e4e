// SPDX-License-Identifier: GPL-2.0
/* More segments sent again than are usual. */
#include <inttypes.h>

#include "doctor/check.h"
#include "doctor/words.h"

#define WHY	"what is lost costs a round trip, and the rate goes down each time; at the end of " \
		"a transfer it costs a timeout"
#define DO	"look for the path that loses: errors and drops of interfaces (ip -s link), queues, " \
		"duplex, MTU; for the peers that have most of it"

static bool is_much(const struct look *look, uint64_t again, uint64_t sent)
{
	return again >= look_threshold(look, THRESHOLD_SEGMENTS) &&
	       limit_percent(again, sent) >= look_threshold(look, THRESHOLD_RETRANSMITS);
}

static uint64_t value(const struct grown *grown, unsigned int counter)
{
	return row_knows(&grown->history, counter) ? grown->history.values[counter] : 0;
}

static void check_ports(const struct look *look, struct findings *findings)
{
	const struct grown *grown = look->grown.list;
	struct finding *finding;
	uint64_t again, sent;
	char text[WORDS_MAX];
	size_t i;

	for (i = 0; i < look->grown.count; i++) {
		again = value(&grown[i], SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS);
		sent = value(&grown[i], SOCKPORT_A_HISTORY_SEGMENTS_OUT);
		if (!grown[i].port || !is_much(look, again, sent))
			continue;
		findings_at(findings, grown[i].netns);
		finding = findings_add(findings, &(struct finding){
			.severity = SEVERITY_WARNING, .weight = again,
			.what = "many segments are sent again", .why = WHY, .action = DO });
		findings_say(findings, &finding->subject, "%s port %u",
			     grown[i].role == SOCKPORT_ROLE_OUT ? "tcp to" : "tcp", grown[i].port);
		findings_say(findings, &finding->seen, "%" PRIu64 " of %" PRIu64 " in %s, that is %u "
			     "percent", again, sent, words_seconds(text, look->milliseconds),
			     limit_percent(again, sent));
		findings_say(findings, &finding->command,
			     "sockport sockets tcp --port %u --sort retrans_total --top 10 -o +rto,retrans_total,lost",
			     grown[i].port);
	}
}

static void say_space(const struct look *look, struct findings *findings,
		      const struct space *space, uint64_t again, uint64_t sent)
{
	const uint64_t timeouts = counters_grown(&space->before, &space->after, COUNTER_TIMEOUTS);
	struct finding *finding = findings_add(findings, &(struct finding){
		.severity = SEVERITY_WARNING, .weight = again,
		.what = "many segments are sent again", .why = WHY, .action = DO });
	char text[WORDS_MAX];

	findings_say(findings, &finding->seen, "%" PRIu64 " of %" PRIu64 " in %s, that is %u percent; %"
		     PRIu64 " timeouts", again, sent, words_seconds(text, look->milliseconds),
		     limit_percent(again, sent), timeouts);
	findings_say(findings, &finding->command,
		     "sockport sockets tcp --sort retrans_total --top 10 -o +rto,retrans_total,lost");
}

/**
 * check_loss - look for segments that are sent again
 * @look: what was seen
 * @findings: gets them
 */
void check_loss(const struct look *look, struct findings *findings)
{
	uint64_t again, sent, all_again = 0, all_sent = 0;
	const struct space *space;

	check_ports(look, findings);
	check_each_space(look, space) {
		if (!space->is_seen)
			continue;
		/* Segments that are sent again are not among those sent. */
		again = counters_grown(&space->before, &space->after, COUNTER_RETRANS_SEGS);
		sent = again + counters_grown(&space->before, &space->after, COUNTER_OUT_SEGS);
		all_again += again;
		all_sent += sent;
		findings_at(findings, space->netns);
		if (is_much(look, again, sent) && !findings_any_at(findings, space->netns))
			say_space(look, findings, space, again, sent);
	}
	findings_at(findings, 0);
	findings_measure(findings, &(struct measure){
		.name = "retransmits", .unit = "%", .value = limit_percent(all_again, all_sent),
		.warning = look_threshold(look, THRESHOLD_RETRANSMITS) });
}
