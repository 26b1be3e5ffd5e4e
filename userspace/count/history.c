// SPDX-License-Identifier: GPL-2.0
/* Sums over what a port did. */
#include "count/history.h"

/**
 * history_is_counter - can rates be made of a value?
 * @value: SOCKPORT_A_HISTORY_*
 *
 * Return: false if it may go down, or is a time.
 */
bool history_is_counter(unsigned int value)
{
	switch (value) {
	case SOCKPORT_A_HISTORY_PAD:
	case SOCKPORT_A_HISTORY_BACKLOG_HIGH:
	case SOCKPORT_A_HISTORY_CONNECTIONS:
	case SOCKPORT_A_HISTORY_CONNECTIONS_HIGH:
	case SOCKPORT_A_HISTORY_FIRST_ACTIVE:
	case SOCKPORT_A_HISTORY_LAST_ACTIVE:
		return false;
	}
	return value <= SOCKPORT_A_HISTORY_MAX;
}

/**
 * history_failed - count the connections that could not be opened
 * @history: what a port did
 * @failed: where to put how many, for all causes
 *
 * Return: false if one of the causes is not known.
 */
bool history_failed(const struct history_row *history, uint64_t *failed)
{
	static const uint8_t causes[] = {
		SOCKPORT_A_HISTORY_REFUSED, SOCKPORT_A_HISTORY_TIMED_OUT,
		SOCKPORT_A_HISTORY_UNREACHABLE, SOCKPORT_A_HISTORY_FAILED,
		SOCKPORT_A_HISTORY_NO_LOCAL_PORT, SOCKPORT_A_HISTORY_RESET_OPENING,
		SOCKPORT_A_HISTORY_GIVEN_UP,
	};
	size_t i;

	*failed = 0;
	for (i = 0; i < sizeof(causes); i++) {
		if (!row_knows(history, causes[i]))
			return false;
		*failed += history->values[causes[i]];
	}
	return true;
}

/**
 * history_values - count the values of a distribution
 * @distribution: the distribution
 *
 * Return: how many there are.
 */
uint64_t history_values(const struct distribution_row *distribution)
{
	uint64_t values = 0;
	unsigned int i;

	for (i = 0; i < distribution->count; i++)
		values += distribution_count(distribution, i);
	return values;
}

/**
 * history_kind - the word for a distribution
 * @kind: SOCKPORT_DISTRIBUTION_KIND_*, up to ROW_KINDS - 1
 *
 * Return: the word, NULL for 0.
 */
const char *history_kind(unsigned int kind)
{
	static const char *const words[ROW_KINDS] = {
		[SOCKPORT_DISTRIBUTION_KIND_LIFETIME] = "lifetime",
		[SOCKPORT_DISTRIBUTION_KIND_BYTES] = "bytes",
		[SOCKPORT_DISTRIBUTION_KIND_RTT] = "rtt",
		[SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE] = "handshake",
		[SOCKPORT_DISTRIBUTION_KIND_RTT_NOW] = "rtt_now",
		[SOCKPORT_DISTRIBUTION_KIND_ACCEPT] = "accept",
	};

	return words[kind];
}
