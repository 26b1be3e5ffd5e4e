// SPDX-License-Identifier: GPL-2.0
/*
 * history.c - what the module says of the past of a port
 */
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "die.h"
#include "history.h"
#include "module.h"

#define NAME(COUNTER)	[SOCKPORT_A_HISTORY_##COUNTER] = #COUNTER

const char *const history_names[SOCKPORT_A_HISTORY_MAX + 1] = {
	NAME(OPENED), NAME(ACCEPTED), NAME(TAKEN_IN), NAME(REFUSED), NAME(TIMED_OUT),
	NAME(UNREACHABLE), NAME(FAILED), NAME(CLOSED), NAME(CLOSED_BY_PEER), NAME(BROKEN),
	NAME(RESETS_SENT), NAME(RESETS_RECEIVED), NAME(BYTES_IN), NAME(BYTES_OUT),
	NAME(SEGMENTS_IN), NAME(SEGMENTS_OUT), NAME(RETRANSMITTED_SEGMENTS),
	NAME(RETRANSMITTED_BYTES), NAME(SYN_RETRANSMITS), NAME(LISTEN_DROPS), NAME(RECEIVE_DROPS),
	NAME(BACKLOG_HIGH), NAME(CONNECTIONS), NAME(CONNECTIONS_HIGH), NAME(FIRST_ACTIVE),
	NAME(LAST_ACTIVE), NAME(NO_LOCAL_PORT), NAME(RESET_OPENING), NAME(GIVEN_UP),
	NAME(BUSY), NAME(RWND_LIMITED), NAME(SNDBUF_LIMITED), NAME(OUT_OF_ORDER), NAME(DSACK_DUPS),
	NAME(DELIVERED_CE), NAME(TIMEOUTS), NAME(ACCOUNTED_DROPS),
};

#define BIT(COUNTER)	(1ULL << SOCKPORT_A_HISTORY_##COUNTER)

/* What is 0 unless a test did something for it. A slow machine retransmits at times. */
#define ALWAYS	(BIT(OPENED) | BIT(ACCEPTED) | BIT(TAKEN_IN) | BIT(REFUSED) | BIT(TIMED_OUT) | \
		 BIT(UNREACHABLE) | BIT(FAILED) | BIT(NO_LOCAL_PORT) | BIT(RESET_OPENING) | \
		 BIT(GIVEN_UP) | BIT(CLOSED) | BIT(CLOSED_BY_PEER) | \
		 BIT(BROKEN) | BIT(RESETS_SENT) | BIT(RESETS_RECEIVED) | BIT(BYTES_IN) | \
		 BIT(BYTES_OUT) | BIT(CONNECTIONS))

/* All but what is alive now. */
#define GROWING	(~(BIT(CONNECTIONS) | BIT(PAD)))

void history_get(struct history *history, const struct nlattr *nest)
{
	struct nlattr *attr;
	unsigned int type;

	history->told = true;
	mnl_attr_for_each_nested(attr, nest) {
		type = mnl_attr_get_type(attr);
		if (type == SOCKPORT_A_HISTORY_PAD)
			continue;
		if (type > SOCKPORT_A_HISTORY_MAX || mnl_attr_get_payload_len(attr) != 8)
			die("attribute %u of a history", type);
		if (history->known & 1ULL << type)
			die("%s twice in a history", history_names[type]);
		history->known |= 1ULL << type;
		history->value[type] = mnl_attr_get_u64(attr);
	}
}

static void get_buckets(struct distribution *distribution, const struct nlattr *attr)
{
	unsigned int size = mnl_attr_get_payload_len(attr), i;

	distribution->buckets = size / sizeof(uint64_t);
	if (size % sizeof(uint64_t) || distribution->buckets > HISTORY_BUCKETS)
		die("buckets of %u bytes", size);
	memcpy(distribution->bucket, mnl_attr_get_payload(attr), size);
	for (i = 0; i < distribution->buckets; i++)
		distribution->count += distribution->bucket[i];
	if (i && !distribution->bucket[i - 1])
		die("the last bucket told is empty");
}

void history_get_distribution(struct history *history, const struct nlattr *nest)
{
	struct distribution distribution = { .told = true };
	unsigned int kind = 0;
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case SOCKPORT_A_DISTRIBUTION_KIND:
			kind = mnl_attr_get_u8(attr);
			break;
		case SOCKPORT_A_DISTRIBUTION_SUM:
			distribution.sum = mnl_attr_get_u64(attr);
			break;
		case SOCKPORT_A_DISTRIBUTION_BUCKETS:
			get_buckets(&distribution, attr);
			break;
		case SOCKPORT_A_DISTRIBUTION_PAD:
			break;
		default:
			die("attribute %u of a distribution", mnl_attr_get_type(attr));
		}
	}
	if (!kind || kind > SOCKPORT_DISTRIBUTION_KIND_MAX || history->distribution[kind].told)
		die("a distribution of kind %u, or a second one", kind);
	history->distribution[kind] = distribution;
}

void history_get_opener(struct history *history, const struct nlattr *nest)
{
	struct opener *opener = &history->opener;
	struct nlattr *attr;

	opener->told = true;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case SOCKPORT_A_OPENER_PID:
			opener->pid = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_OPENER_COMM:
			strncpy(opener->comm, mnl_attr_get_str(attr), HISTORY_COMM - 1);
			break;
		case SOCKPORT_A_OPENER_UID:
			opener->uid = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_OPENER_CGROUP:
			break;
		default:
			die("attribute %u of an opener", mnl_attr_get_type(attr));
		}
	}
}

void history_get_worker(struct history *history, const struct nlattr *nest)
{
	struct accepting *worker = &history->worker[history->workers++];
	struct nlattr *attr;

	if (history->workers > HISTORY_WORKERS)
		die("more than %u workers", HISTORY_WORKERS);
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case SOCKPORT_A_WORKER_PID:
			worker->pid = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_WORKER_COMM:
			strncpy(worker->comm, mnl_attr_get_str(attr), HISTORY_COMM - 1);
			break;
		case SOCKPORT_A_WORKER_ACCEPTS:
			worker->accepts = mnl_attr_get_u64(attr);
			break;
		case SOCKPORT_A_WORKER_PAD:
			break;
		default:
			die("attribute %u of a worker", mnl_attr_get_type(attr));
		}
	}
}

struct history history_of_protocol(struct client *client, uint8_t protocol, uint8_t role,
				   uint16_t port)
{
	return client_port(client, protocol, role, port, HISTORY_WANT).history;
}

struct history history_of(struct client *client, uint8_t role, uint16_t port)
{
	return history_of_protocol(client, SOCKPORT_PROTOCOL_TCP, role, port);
}

uint64_t history_value(struct client *client, uint8_t role, uint16_t port, unsigned int counter)
{
	return history_of(client, role, port).value[counter];
}

#define V(COUNTER)	(history->value[SOCKPORT_A_HISTORY_##COUNTER])

bool history_adds_up(const struct history *history)
{
	uint64_t begun = V(OPENED) + V(ACCEPTED) + V(TAKEN_IN);
	uint64_t ended = V(CLOSED) + V(CLOSED_BY_PEER) + V(BROKEN);

	if (begun == V(CONNECTIONS) + ended && V(CONNECTIONS) <= V(CONNECTIONS_HIGH) &&
	    V(FIRST_ACTIVE) <= V(LAST_ACTIVE))
		return true;
	note("%llu begun, %llu alive (%llu at most), %llu ended", (unsigned long long)begun,
	     (unsigned long long)V(CONNECTIONS), (unsigned long long)V(CONNECTIONS_HIGH),
	     (unsigned long long)ended);
	return false;
}

unsigned int history_backwards(const char *name, const struct history *before,
			       const struct history *after)
{
	unsigned int counter, wrong = 0;

	for (counter = 1; counter <= SOCKPORT_A_HISTORY_MAX; counter++) {
		if (!(GROWING & 1ULL << counter) || after->value[counter] >= before->value[counter])
			continue;
		note("%s: %s was %llu, and is %llu now", name, history_names[counter],
		     (unsigned long long)before->value[counter],
		     (unsigned long long)after->value[counter]);
		wrong++;
	}
	return wrong;
}

static unsigned int different(const struct history *history, const struct count *expected,
			      uint64_t which, const char *name)
{
	uint64_t value[SOCKPORT_A_HISTORY_MAX + 1] = { 0 };
	unsigned int counter, wrong = 0;

	for (; expected->counter; expected++) {
		value[expected->counter] = expected->value;
		which |= 1ULL << expected->counter;
	}
	for (counter = 1; counter <= SOCKPORT_A_HISTORY_MAX; counter++) {
		if (!(which & 1ULL << counter) || history->value[counter] == value[counter])
			continue;
		wrong++;
		if (name)
			note("%s: %s is %llu, should be %llu", name, history_names[counter],
			     (unsigned long long)history->value[counter],
			     (unsigned long long)value[counter]);
	}
	return wrong;
}

static unsigned int differences(const struct history *history, const struct count *expected,
				const char *name)
{
	return different(history, expected, ALWAYS, name);
}

unsigned int history_lacks(const struct history *history, const char *name,
			   const struct count *expected)
{
	return different(history, expected, 0, name);
}

unsigned int history_differs(struct client *client, uint8_t protocol, uint8_t role,
			     uint16_t port, const struct count *expected)
{
	long long ends = now_ms() + scaled(10, 60) * 1000;
	struct history history;
	struct deadline d;
	char name[64];

	for (;;) {
		history = history_of_protocol(client, protocol, role, port);
		if (history.told && !differences(&history, expected, NULL))
			return !history_adds_up(&history);
		if (now_ms() > ends)
			break;
		d = deadline();
		deadline_wait(&d, "a row of the history");
	}
	snprintf(name, sizeof(name), "%s %s %u", protocol_name(protocol),
		 role == SOCKPORT_ROLE_IN ? "in" : "out", port);
	if (!history.told)
		note("%s: no history", name);
	return differences(&history, expected, name) + !history.told;
}

int history_reset(struct client *client)
{
	struct request *request = malloc(sizeof(*request));
	int error;

	request_begin(client, request, SOCKPORT_CMD_HISTORY_RESET, NLM_F_ACK);
	error = client_run(client, request, NULL, NULL);
	free(request);
	return error;
}

void history_on(void)
{
	module_parameter("history", "Y", NULL);
}

void history_restart(void)
{
	module_parameter("history", "N", NULL);
	history_on();
}
