// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages become plain structs. Attributes that are not known here are
 * passed over, as a newer module may send them.
 */
#include "kernel/decode.h"

#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "kernel/attribute.h"
#include "kernel/decode-history.h"

static bool store_family(struct port_row *row, const struct nlattr *attribute)
{
	if (payload_size(attribute) != 1)
		return false;
	switch (*(const uint8_t *)payload(attribute)) {
	case AF_INET:
		row->ipv4 = true;
		break;
	case AF_INET6:
		row->ipv6 = true;
		break;
	}
	return true;
}

/* An entry of SOCKPORT_A_PORT_STATES. */
struct state_count {
	uint32_t count;
	uint8_t state;
};

static bool store_state_count(struct port_row *row, const struct nlattr *nest)
{
	static const struct field fields[SOCKPORT_A_STATE_COUNT_MAX + 1] = {
		[SOCKPORT_A_STATE_COUNT_STATE] = FIELD(state_count, state),
		[SOCKPORT_A_STATE_COUNT_COUNT] = FIELD(state_count, count),
	};
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;
	struct state_count pair = { 0 };
	unsigned int type;

	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_STATE_COUNT_MAX || !fields[type].size)
			continue;
		if (!store(&pair, &fields[type], attribute))
			return false;
	}
	if (pair.state < ROW_STATES)
		row->states[pair.state] = pair.count;
	return at_end(&attributes) && pair.state;
}

static bool store_uid(struct port_row *row, const struct nlattr *attribute)
{
	if (payload_size(attribute) != sizeof(*row->uids))
		return false;
	if (row->uid_count < ROW_UIDS)
		memcpy(&row->uids[row->uid_count++], payload(attribute), sizeof(*row->uids));
	else
		row->more_uids = true;
	return true;
}

static bool store_process_member(struct process_row *process, unsigned int type,
				 const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_PROCESS_MAX + 1] = {
		[SOCKPORT_A_PROCESS_PID] = FIELD(process_row, pid),
		[SOCKPORT_A_PROCESS_FD] = FIELD(process_row, fd),
	};

	if (type == SOCKPORT_A_PROCESS_COMM) {
		process->comm = text_of(attribute);
		return process->comm;
	}
	return !fields[type].size || store(process, &fields[type], attribute);
}

static bool store_process(struct process_rows *processes, const struct nlattr *nest)
{
	struct attributes attributes = nested(nest);
	struct process_row process = { 0 };
	const struct nlattr *attribute;
	unsigned int type;

	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_PROCESS_MAX)
			continue;
		if (!store_process_member(&process, type, attribute))
			return false;
		process.known |= 1ull << type;
	}
	if (processes->count < ROW_PROCESSES)
		processes->list[processes->count] = process;
	processes->count++;
	return at_end(&attributes) && row_knows(&process, SOCKPORT_A_PROCESS_PID);
}

static bool store_port(struct port_row *row, unsigned int type, const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_PORT_MAX + 1] = {
		[SOCKPORT_A_PORT_PROTOCOL] = FIELD(port_row, protocol),
		[SOCKPORT_A_PORT_ROLE] = FIELD(port_row, role),
		[SOCKPORT_A_PORT_PORT] = FIELD(port_row, port),
		[SOCKPORT_A_PORT_STATE] = FIELD(port_row, state),
		[SOCKPORT_A_PORT_SOCKETS] = FIELD(port_row, sockets),
		[SOCKPORT_A_PORT_RX_QUEUE] = FIELD(port_row, rx_queue),
		[SOCKPORT_A_PORT_TX_QUEUE] = FIELD(port_row, tx_queue),
		[SOCKPORT_A_PORT_BACKLOG] = FIELD(port_row, backlog),
		[SOCKPORT_A_PORT_BACKLOG_LIMIT] = FIELD(port_row, limit),
		[SOCKPORT_A_PORT_DROPS] = FIELD(port_row, drops),
		[SOCKPORT_A_PORT_CLOSE_WAIT_AGE] = FIELD(port_row, close_wait_age),
		[SOCKPORT_A_PORT_ACCEPT_AGE] = FIELD(port_row, accept_age),
		[SOCKPORT_A_PORT_OTHER_ACCEPTS] = FIELD(port_row, workers.others),
		[SOCKPORT_A_PORT_NETNS] = FIELD(port_row, netns),
	};

	switch (type) {
	case SOCKPORT_A_PORT_FAMILY:
		return store_family(row, attribute);
	case SOCKPORT_A_PORT_STATES:
		return store_state_count(row, attribute);
	case SOCKPORT_A_PORT_UID:
		return store_uid(row, attribute);
	case SOCKPORT_A_PORT_UIDS_MORE:
		row->more_uids = true;
		return true;
	case SOCKPORT_A_PORT_PROCESS:
		return store_process(&row->processes, attribute);
	case SOCKPORT_A_PORT_PROCESSES_MORE:
		row->more_processes = true;
		return true;
	case SOCKPORT_A_PORT_HISTORY:
		return decode_history(attribute, &row->history);
	case SOCKPORT_A_PORT_DISTRIBUTION:
		return decode_distribution(attribute, row->distributions);
	case SOCKPORT_A_PORT_OPENER:
		return decode_opener(attribute, &row->opener);
	case SOCKPORT_A_PORT_WORKER:
		return decode_worker(attribute, &row->workers);
	}
	return !fields[type].size || store(row, &fields[type], attribute);
}

/**
 * decode_port - read a row of the port table
 * @message: a reply to SOCKPORT_CMD_PORT_GET, complete
 * @row: what it says; points into @message
 *
 * Return: false if @message is malformed.
 */
bool decode_port(const struct nlmsghdr *message, struct port_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;

	memset(row, 0, sizeof(*row));
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_PORT_MAX)
			continue;
		if (!store_port(row, type_of(attribute), attribute))
			return false;
		row->known |= 1ull << type_of(attribute);
	}
	return at_end(&attributes);
}

static bool store_memory(struct socket_row *row, const struct nlattr *nest)
{
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;

	memset(row->memory, 0, sizeof(row->memory));
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) > SOCKPORT_A_MEMORY_MAX)
			continue;
		if (payload_size(attribute) != sizeof(*row->memory))
			return false;
		memcpy(&row->memory[type_of(attribute)], payload(attribute), sizeof(*row->memory));
	}
	return at_end(&attributes);
}

/* Of an SCTP socket, each address has a family of its own. */
static bool store_more(struct address_rows *addresses, const struct nlattr *attribute)
{
	const uint8_t *bytes;
	uint8_t size;

	if (!store_address(&bytes, &size, attribute))
		return false;
	if (addresses->count < ROW_ADDRESSES) {
		addresses->list[addresses->count].bytes = bytes;
		addresses->list[addresses->count].size = size;
	}
	addresses->count++;
	return true;
}

/* The size of an address says nothing; it must be that of the family. */
static bool addresses_fit(struct socket_row *row)
{
	const uint64_t local = 1ull << SOCKPORT_A_SOCKET_LOCAL_ADDRESS;
	const uint64_t remote = 1ull << SOCKPORT_A_SOCKET_REMOTE_ADDRESS;
	const uint8_t size = row->family == AF_INET ? 4 : 16;

	if (row->family != AF_INET && row->family != AF_INET6) {
		row->known &= ~(local | remote);
		return true;
	}
	if (row->protocol == SOCKPORT_PROTOCOL_SCTP)
		return true;
	return (!(row->known & local) || row->local_size == size) &&
	       (!(row->known & remote) || row->remote_size == size);
}

static bool store_socket(struct socket_row *row, unsigned int type, const struct nlattr *attribute)
{
	static const struct field fields[SOCKPORT_A_SOCKET_MAX + 1] = {
		[SOCKPORT_A_SOCKET_PROTOCOL] = FIELD(socket_row, protocol),
		[SOCKPORT_A_SOCKET_FAMILY] = FIELD(socket_row, family),
		[SOCKPORT_A_SOCKET_ROLE] = FIELD(socket_row, role),
		[SOCKPORT_A_SOCKET_STATE] = FIELD(socket_row, state),
		[SOCKPORT_A_SOCKET_LOCAL_PORT] = FIELD(socket_row, local_port),
		[SOCKPORT_A_SOCKET_REMOTE_PORT] = FIELD(socket_row, remote_port),
		[SOCKPORT_A_SOCKET_IFINDEX] = FIELD(socket_row, ifindex),
		[SOCKPORT_A_SOCKET_RX_QUEUE] = FIELD(socket_row, rx_queue),
		[SOCKPORT_A_SOCKET_TX_QUEUE] = FIELD(socket_row, tx_queue),
		[SOCKPORT_A_SOCKET_BACKLOG] = FIELD(socket_row, backlog),
		[SOCKPORT_A_SOCKET_BACKLOG_LIMIT] = FIELD(socket_row, limit),
		[SOCKPORT_A_SOCKET_DROPS] = FIELD(socket_row, drops),
		[SOCKPORT_A_SOCKET_UID] = FIELD(socket_row, uid),
		[SOCKPORT_A_SOCKET_INODE] = FIELD(socket_row, inode),
		[SOCKPORT_A_SOCKET_MARK] = FIELD(socket_row, mark),
		[SOCKPORT_A_SOCKET_COOKIE] = FIELD(socket_row, cookie),
		[SOCKPORT_A_SOCKET_TIMER] = FIELD(socket_row, timer),
		[SOCKPORT_A_SOCKET_TIMER_EXPIRES] = FIELD(socket_row, expires),
		[SOCKPORT_A_SOCKET_RETRANSMITS] = FIELD(socket_row, retransmits),
		[SOCKPORT_A_SOCKET_NETNS] = FIELD(socket_row, netns),
		[SOCKPORT_A_SOCKET_TYPE] = FIELD(socket_row, type),
		[SOCKPORT_A_SOCKET_NUMBER] = FIELD(socket_row, number),
		[SOCKPORT_A_SOCKET_PEER_INODE] = FIELD(socket_row, peer_inode),
		[SOCKPORT_A_SOCKET_LOCAL_CID] = FIELD(socket_row, local_cid),
		[SOCKPORT_A_SOCKET_REMOTE_CID] = FIELD(socket_row, remote_cid),
		[SOCKPORT_A_SOCKET_GROUPS] = FIELD(socket_row, groups),
		[SOCKPORT_A_SOCKET_QUEUE_ID] = FIELD(socket_row, queue_id),
		[SOCKPORT_A_SOCKET_ASSOCIATION_STATE] = FIELD(socket_row, association),
		[SOCKPORT_A_SOCKET_TOKEN] = FIELD(socket_row, token),
		[SOCKPORT_A_SOCKET_PROCESSES] = FIELD(socket_row, process_count),
		[SOCKPORT_A_SOCKET_STATE_AGE] = FIELD(socket_row, state_age),
		[SOCKPORT_A_SOCKET_SYN_QUEUE] = FIELD(socket_row, syn_queue),
	};

	if (fields[type].size)
		return store(row, &fields[type], attribute);
	switch (type) {
	case SOCKPORT_A_SOCKET_LOCAL_ADDRESS:
		return store_address(&row->local, &row->local_size, attribute);
	case SOCKPORT_A_SOCKET_REMOTE_ADDRESS:
		return store_address(&row->remote, &row->remote_size, attribute);
	case SOCKPORT_A_SOCKET_MEMORY:
		return store_memory(row, attribute);
	case SOCKPORT_A_SOCKET_TCP_INFO:
		row->tcp_info = payload(attribute);
		row->tcp_info_size = payload_size(attribute);
		break;
	case SOCKPORT_A_SOCKET_CONGESTION:
		row->congestion = text_of(attribute);
		return row->congestion;
	case SOCKPORT_A_SOCKET_NAME:
		row->name = payload(attribute);
		row->name_size = payload_size(attribute);
		break;
	case SOCKPORT_A_SOCKET_MORE_LOCAL_ADDRESS:
		return store_more(&row->more_locals, attribute);
	case SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS:
		return store_more(&row->more_remotes, attribute);
	case SOCKPORT_A_SOCKET_PROCESS:
		return store_process(&row->processes, attribute);
	case SOCKPORT_A_SOCKET_CGROUP:
		row->cgroup = text_of(attribute);
		return row->cgroup;
	case SOCKPORT_A_SOCKET_ULP:
		row->ulp = text_of(attribute);
		return row->ulp;
	case SOCKPORT_A_SOCKET_VEGAS_INFO:
	case SOCKPORT_A_SOCKET_DCTCP_INFO:
	case SOCKPORT_A_SOCKET_BBR_INFO:
		row->control = payload(attribute);
		row->control_size = payload_size(attribute);
		break;
	}
	return true;
}

/**
 * decode_socket - read a socket
 * @message: a reply to SOCKPORT_CMD_SOCKET_GET, complete
 * @row: what it says; points into @message
 *
 * Return: false if @message is malformed.
 */
bool decode_socket(const struct nlmsghdr *message, struct socket_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;
	unsigned int type;

	/* Most of a row is large and seldom told, so it is not cleared. */
	row->known = 0;
	row->protocol = 0;
	row->family = 0;
	row->role = 0;
	row->state = 0;
	row->local_size = 0;
	row->remote_size = 0;
	row->processes.count = 0;
	row->more_locals.count = 0;
	row->more_remotes.count = 0;
	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_SOCKET_MAX)
			continue;
		if (!store_socket(row, type, attribute))
			return false;
		row->known |= 1ull << type;
	}
	return at_end(&attributes) && addresses_fit(row);
}

/**
 * decode_stats - read the module's own account
 * @message: the reply to SOCKPORT_CMD_STATS_GET, complete
 * @row: what it says; points into @message
 *
 * Return: false if @message is malformed.
 */
bool decode_stats(const struct nlmsghdr *message, struct stats_row *row)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;
	unsigned int type;

	row->known = 0;
	while ((attribute = next_attribute(&attributes))) {
		type = type_of(attribute);
		if (type > SOCKPORT_A_STATS_MAX || type == SOCKPORT_A_STATS_PAD)
			continue;
		if (type == SOCKPORT_A_STATS_VERSION)
			row->version = text_of(attribute);
		else if (payload_size(attribute) == sizeof(*row->values))
			memcpy(&row->values[type], payload(attribute), sizeof(*row->values));
		else
			return false;
		if (type == SOCKPORT_A_STATS_VERSION && !row->version)
			return false;
		row->known |= 1ull << type;
	}
	return at_end(&attributes);
}

/* A group of a family, if it has this name. */
static void take_group(const struct nlattr *nest, const char *name, uint32_t *group)
{
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;
	const char *text = NULL;
	uint32_t id = 0;

	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) == CTRL_ATTR_MCAST_GRP_NAME)
			text = text_of(attribute);
		if (type_of(attribute) == CTRL_ATTR_MCAST_GRP_ID &&
		    payload_size(attribute) == sizeof(id))
			memcpy(&id, payload(attribute), sizeof(id));
	}
	if (text && !strcmp(text, name))
		*group = id;
}

static void find_group(const struct nlattr *nest, const char *name, uint32_t *group)
{
	struct attributes attributes = nested(nest);
	const struct nlattr *attribute;

	while ((attribute = next_attribute(&attributes)))
		take_group(attribute, name, group);
}

/**
 * decode_family - read what generic netlink says of a family
 * @message: the reply to CTRL_CMD_GETFAMILY, complete
 * @name: of a multicast group of the family
 * @id: type of the family's messages
 * @version: of the family
 * @group: id of the group; 0 if the family has none of this name
 *
 * Return: false if @message is malformed.
 */
bool decode_family(const struct nlmsghdr *message, const char *name, uint16_t *id,
		   uint32_t *version, uint32_t *group)
{
	struct attributes attributes = attributes_of(message, GENL_HDRLEN);
	const struct nlattr *attribute;

	*id = 0;
	*version = 0;
	*group = 0;
	while ((attribute = next_attribute(&attributes))) {
		if (type_of(attribute) == CTRL_ATTR_FAMILY_ID &&
		    payload_size(attribute) == sizeof(*id))
			memcpy(id, payload(attribute), sizeof(*id));
		if (type_of(attribute) == CTRL_ATTR_VERSION &&
		    payload_size(attribute) == sizeof(*version))
			memcpy(version, payload(attribute), sizeof(*version));
		if (type_of(attribute) == CTRL_ATTR_MCAST_GROUPS)
			find_group(attribute, name, group);
	}
	return at_end(&attributes) && *id;
}

/**
 * decode_extack - find the kernel's own words in a message that ends a request
 * @message: NLMSG_ERROR or NLMSG_DONE, complete
 * @offset: of the attributes behind the header
 *
 * Return: one line, which is in @message; NULL if the kernel said nothing.
 */
const char *decode_extack(const struct nlmsghdr *message, size_t offset)
{
	struct attributes attributes = attributes_of(message, offset);
	const struct nlattr *attribute;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	while ((attribute = next_attribute(&attributes)))
		if (type_of(attribute) == NLMSGERR_ATTR_MSG)
			return text_of(attribute);
	return NULL;
}
