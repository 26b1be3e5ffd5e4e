/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum counter - counters of the kernel's own, of a network namespace
 */
enum counter {
	COUNTER_OUT_SEGS,
	COUNTER_RETRANS_SEGS,
	COUNTER_TIMEOUTS,
	COUNTER_COOKIES_SENT,
	COUNTER_LISTEN_OVERFLOWS,
	COUNTER_REQUESTS_DROPPED,
	COUNTER_TIME_WAIT_OVERFLOW,
	COUNTER_ABORT_ON_MEMORY,
	COUNTER_MEMORY_PRESSURES,
	COUNTER_RECEIVE_PRUNED,
	COUNTER_UDP_RCVBUF_ERRORS,
	COUNTER_UDP_MEM_ERRORS,
	COUNTER_UDP6_RCVBUF_ERRORS,
	COUNTER_UDP6_MEM_ERRORS,
	COUNTER_UDPLITE_RCVBUF_ERRORS,
	COUNTER_UDPLITE6_RCVBUF_ERRORS,
	COUNTERS,
};

/**
 * struct counters - their values at some time
 * @known: bits of enum counter
 * @values: by enum counter
 */
struct counters {
	uint64_t known;
	uint64_t values[COUNTERS];
};

bool counters_read(struct counters *counters);
uint64_t counters_grown(const struct counters *before, const struct counters *after,
			enum counter counter);

#endif
