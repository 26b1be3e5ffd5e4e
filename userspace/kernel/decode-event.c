// SPDX-License-Identifier: GPL-2.0
/* Events, and ports where nobody listens. */
#include "kernel/decode.h"

#include <linux/genetlink.h>

#include "kernel/attribute.h"

/* The row is kept longer than the message. */
static bool copy_address(uint8_t to[16], uint8_t *size, const struct nlattr *attribute)
{
	const uint8_t *bytes;

	if (!store_address(&bytes, size, attribute))
		return false;
	memcpy(to, bytes, *size);
	return true;
}

static bool store_door(struct door_row *row, unsigned int type, const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_CLOSED_DOOR_MAX + 1] = {
		[SOCKPORT_A_CLOSED_DOOR_PROTOCOL] = FIELD(door_row, protocol),
		[SOCKPORT_A_CLOSED_DOOR_PORT] = FIELD(door_row, port),
		[SOCKPORT_A_CLOSED_DOOR_NETNS] = FIELD(door_row, netns),
		[SOCKPORT_A_CLOSED_DOOR_ATTEMPTS] = FIELD(door_row, attempts),
		[SOCKPORT_A_CLOSED_DOOR_FIRST] = FIELD(door_row, first),
		[SOCKPORT_A_CLOSED_DOOR_LAST] = FIELD(door_row, last),
	};

	if (type == SOCKPORT_A_CLOSED_DOOR_SOURCE)
		return copy_address(row->source, &row->source_size, attribute);
	if (type == SOCKPORT_A_CLOSED_DOOR_ADDRESS)
		return copy_address(row->address, &row->address_size, attribute);
	return !fields[type].size || store(row, &fields[type], attribute);
}

/**
 * decode_door - read a port where nobody listens
 * @message: a reply to SOCKPORT_CMD_CLOSED_DOOR_GET, complete
 * @row: what it says
 *
 * Return: false if @message is malformed.
 */
bool decode_door(const struct nlmsghdr *message, struct door_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;

	memset(row, 0, sizeof(*row));
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_CLOSED_DOOR_MAX)
			continue;
		if (!store_door(row, type_of(attribute), attribute))
			return false;
		row->known |= 1ull << type_of(attribute);
	}
	return at_end(&attributes);
}

static bool store_event(struct event_row *row, unsigned int type, const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_EVENT_MAX + 1] = {
		[SOCKPORT_A_EVENT_TYPE] = FIELD(event_row, type),
		[SOCKPORT_A_EVENT_TIME] = FIELD(event_row, time),
		[SOCKPORT_A_EVENT_PROTOCOL] = FIELD(event_row, protocol),
		[SOCKPORT_A_EVENT_ROLE] = FIELD(event_row, role),
		[SOCKPORT_A_EVENT_PORT] = FIELD(event_row, port),
		[SOCKPORT_A_EVENT_LOCAL_PORT] = FIELD(event_row, local_port),
		[SOCKPORT_A_EVENT_REMOTE_PORT] = FIELD(event_row, remote_port),
		[SOCKPORT_A_EVENT_CAUSE] = FIELD(event_row, cause),
		[SOCKPORT_A_EVENT_DURATION] = FIELD(event_row, duration),
		[SOCKPORT_A_EVENT_BYTES_IN] = FIELD(event_row, bytes_in),
		[SOCKPORT_A_EVENT_BYTES_OUT] = FIELD(event_row, bytes_out),
		[SOCKPORT_A_EVENT_RTT] = FIELD(event_row, rtt),
		[SOCKPORT_A_EVENT_RETRANSMITS] = FIELD(event_row, retransmits),
		[SOCKPORT_A_EVENT_PID] = FIELD(event_row, pid),
		[SOCKPORT_A_EVENT_UID] = FIELD(event_row, uid),
		[SOCKPORT_A_EVENT_LOST] = FIELD(event_row, lost),
		[SOCKPORT_A_EVENT_NETNS] = FIELD(event_row, netns),
		[SOCKPORT_A_EVENT_IFINDEX] = FIELD(event_row, ifindex),
		[SOCKPORT_A_EVENT_SEGMENTS_IN] = FIELD(event_row, segments_in),
		[SOCKPORT_A_EVENT_SEGMENTS_OUT] = FIELD(event_row, segments_out),
	};

	switch (type) {
	case SOCKPORT_A_EVENT_LOCAL_ADDRESS:
		return store_address(&row->local, &row->local_size, attribute);
	case SOCKPORT_A_EVENT_REMOTE_ADDRESS:
		return store_address(&row->remote, &row->remote_size, attribute);
	case SOCKPORT_A_EVENT_COMM:
		row->comm = text_of(attribute);
		return row->comm;
	case SOCKPORT_A_EVENT_CGROUP:
		row->cgroup = text_of(attribute);
		return row->cgroup;
	}
	return !fields[type].size || store(row, &fields[type], attribute);
}

/**
 * decode_event - read an event
 * @message: a SOCKPORT_CMD_EVENT, or a reply to SOCKPORT_CMD_CLOSED_GET, complete
 * @row: what it says; points into @message
 *
 * Return: false if @message is malformed.
 */
bool decode_event(const struct nlmsghdr *message, struct event_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;

	memset(row, 0, sizeof(*row));
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_EVENT_MAX)
			continue;
		if (!store_event(row, type_of(attribute), attribute))
			return false;
		row->known |= 1ull << type_of(attribute);
	}
	return at_end(&attributes) && row_knows(row, SOCKPORT_A_EVENT_TYPE);
}
