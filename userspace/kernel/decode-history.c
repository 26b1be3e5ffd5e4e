// SPDX-License-Identifier: GPL-2.0
/* What a port did, or a program: counters, distributions, who opened it, who accepts there. */
#include "kernel/decode-history.h"

#include <linux/genetlink.h>

#include "kernel/attribute.h"
#include "kernel/decode.h"

/**
 * decode_history - read the counters of a port
 * @nest: SOCKPORT_A_PORT_HISTORY
 * @history: what it says; zeroed before
 *
 * Return: false if @nest is malformed.
 */
bool decode_history(const struct nlattr *nest, struct history_row *history)
{
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;
	unsigned int type;

	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_HISTORY_MAX || type == SOCKPORT_A_HISTORY_PAD)
			continue;
		if (payload_size(attribute) != sizeof(*history->values))
			return false;
		memcpy(&history->values[type], payload(attribute), sizeof(*history->values));
		history->known |= 1ull << type;
	}
	return at_end(&attributes);
}

static bool store_buckets(struct distribution_row *distribution, const struct nlattr *attribute)
{
	const size_t size = payload_size(attribute);

	distribution->buckets = payload(attribute);
	distribution->count = size / sizeof(uint64_t);
	return !(size % sizeof(uint64_t)) && size <= ROW_BUCKETS * sizeof(uint64_t);
}

/**
 * decode_distribution - read one of the distributions of a port
 * @nest: SOCKPORT_A_PORT_DISTRIBUTION
 * @distributions: by SOCKPORT_DISTRIBUTION_KIND_*, the one of @nest is set, and points
 *	into it; of a kind that is not known here, none
 *
 * Return: false if @nest is malformed.
 */
bool decode_distribution(const struct nlattr *nest,
			 struct distribution_row distributions[ROW_KINDS])
{
	static const struct field sum = FIELD(distribution_row, sum);
	struct attributes attributes = nested(nest);
	struct distribution_row distribution = { 0 };
	const struct nlattr *attribute;
	uint8_t kind = 0;
	bool good = true;

	while (good && (attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_DISTRIBUTION_MAX)
			continue;
		switch (type_of(attribute)) {
		case SOCKPORT_A_DISTRIBUTION_KIND:
			good = store(&kind, &(struct field){ 0, sizeof(kind) }, attribute);
			break;
		case SOCKPORT_A_DISTRIBUTION_SUM:
			good = store(&distribution, &sum, attribute);
			break;
		case SOCKPORT_A_DISTRIBUTION_BUCKETS:
			good = store_buckets(&distribution, attribute);
			break;
		}
		distribution.known |= 1ull << type_of(attribute);
	}
	if (kind < ROW_KINDS)
		distributions[kind] = distribution;
	return good && at_end(&attributes) && kind;
}

static bool store_opener(struct opener_row *opener, unsigned int type,
			 const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_OPENER_MAX + 1] = {
		[SOCKPORT_A_OPENER_PID] = FIELD(opener_row, pid),
		[SOCKPORT_A_OPENER_UID] = FIELD(opener_row, uid),
	};

	switch (type) {
	case SOCKPORT_A_OPENER_COMM:
		opener->comm = text_of(attribute);
		return opener->comm;
	case SOCKPORT_A_OPENER_CGROUP:
		opener->cgroup = text_of(attribute);
		return opener->cgroup;
	}
	return !fields[type].size || store(opener, &fields[type], attribute);
}

/**
 * decode_opener - read who opened a port
 * @nest: SOCKPORT_A_PORT_OPENER
 * @opener: what it says, points into @nest; zeroed before
 *
 * Return: false if @nest is malformed.
 */
bool decode_opener(const struct nlattr *nest, struct opener_row *opener)
{
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;

	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_OPENER_MAX)
			continue;
		if (!store_opener(opener, type_of(attribute), attribute))
			return false;
		opener->known |= 1ull << type_of(attribute);
	}
	return at_end(&attributes);
}

/**
 * decode_worker - read a process that accepted connections of a port
 * @nest: SOCKPORT_A_PORT_WORKER
 * @workers: gets it, points into @nest; those that there is no room for are others
 *
 * Return: false if @nest is malformed.
 */
bool decode_worker(const struct nlattr *nest, struct worker_rows *workers)
{
	static const struct field fields[SOCKPORT_A_WORKER_MAX + 1] = {
		[SOCKPORT_A_WORKER_PID] = FIELD(worker_row, pid),
		[SOCKPORT_A_WORKER_ACCEPTS] = FIELD(worker_row, accepts),
	};
	struct attributes attributes = nested(nest);
	struct worker_row worker = { 0 };
	const struct nlattr *attribute;
	unsigned int type;

	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_WORKER_MAX)
			continue;
		if (type == SOCKPORT_A_WORKER_COMM)
			worker.comm = text_of(attribute);
		else if (fields[type].size && !store(&worker, &fields[type], attribute))
			return false;
		worker.known |= 1ull << type;
	}
	if (workers->count < ROW_WORKERS)
		workers->list[workers->count++] = worker;
	else
		workers->others += worker.accepts;
	return at_end(&attributes) && worker.comm && row_knows(&worker, SOCKPORT_A_WORKER_PID);
}

static bool store_program(struct program_row *row, unsigned int type,
			  const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_PROGRAM_MAX + 1] = {
		[SOCKPORT_A_PROGRAM_NETNS] = FIELD(program_row, netns),
		[SOCKPORT_A_PROGRAM_UID] = FIELD(program_row, uid),
	};

	switch (type) {
	case SOCKPORT_A_PROGRAM_COMM:
		row->comm = text_of(attribute);
		return row->comm;
	case SOCKPORT_A_PROGRAM_CGROUP:
		row->cgroup = text_of(attribute);
		return row->cgroup;
	case SOCKPORT_A_PROGRAM_HISTORY:
		return decode_history(attribute, &row->history);
	}
	return !fields[type].size || store(row, &fields[type], attribute);
}

/**
 * decode_program - read what a program did
 * @message: a reply to SOCKPORT_CMD_PROGRAM_GET, complete
 * @row: what it says; points into @message
 *
 * Return: false if @message is malformed.
 */
bool decode_program(const struct nlmsghdr *message, struct program_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;

	memset(row, 0, sizeof(*row));
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_PROGRAM_MAX)
			continue;
		if (!store_program(row, type_of(attribute), attribute))
			return false;
		row->known |= 1ull << type_of(attribute);
	}
	return at_end(&attributes);
}
