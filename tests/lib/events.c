// SPDX-License-Identifier: GPL-2.0
/*
 * events.c - who asks for events, or joins the multicast group of the family
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "die.h"
#include "events.h"

static void find_id(const struct nlattr *groups, uint32_t *id)
{
	struct nlattr *group, *attr;
	const char *name;
	uint32_t number;

	mnl_attr_for_each_nested(group, groups) {
		name = "";
		number = 0;
		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(attr);
			else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				number = mnl_attr_get_u32(attr);
		}
		if (!strcmp(name, SOCKPORT_MCGRP_EVENTS))
			*id = number;
	}
}

static int find_group(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			find_id(attr, data);
	return MNL_CB_OK;
}

static uint32_t group_id(void)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();
	uint32_t id = 0;

	client.family = GENL_ID_CTRL;
	request_begin(&client, request, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(request->nlh, CTRL_ATTR_FAMILY_NAME, SOCKPORT_FAMILY_NAME);
	if (client_run(&client, request, find_group, &id) || !id)
		die("no group of events");
	client_close(&client);
	free(request);
	return id;
}

static struct events events_open(void)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	struct events events = { 0 };

	events.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (events.fd < 0 || bind(events.fd, (void *)&self, sizeof(self)))
		die("generic netlink: %s", strerror(errno));
	return events;
}

/* Nothing comes but the answer, and no event before it. */
static int events_ask_for(struct events *events, const void *attributes, size_t length)
{
	struct client client = client_open();
	struct {
		struct nlmsghdr header;
		union {
			struct genlmsghdr genl;
			struct nlmsgerr error;
		};
		char rest[4096];
	} message = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct genlmsghdr)),
			.nlmsg_type = client.family,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.genl = {
			.cmd = SOCKPORT_CMD_EVENT_LISTEN,
			.version = SOCKPORT_FAMILY_VERSION,
		},
	};
	uint16_t family = client.family;

	client_close(&client);
	memcpy((char *)&message + message.header.nlmsg_len, attributes, length);
	message.header.nlmsg_len += length;
	if (send(events->fd, &message, message.header.nlmsg_len, 0) < 0 ||
	    recv(events->fd, &message, sizeof(message), 0) < 0)
		die("asking for events: %s", strerror(errno));
	if (message.header.nlmsg_type == NLMSG_ERROR)
		return message.error.error;
	if (message.header.nlmsg_type != family || message.genl.cmd != SOCKPORT_CMD_EVENT_LISTEN)
		die("no answer to who asks for events");
	return 0;
}

static int events_ask(struct events *events)
{
	return events_ask_for(events, "", 0);
}

static int events_add(struct events *events)
{
	uint32_t id = group_id();

	return setsockopt(events->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) ?
	       -errno : 0;
}

static int try_end(struct events *events, int error)
{
	if (error)
		close(events->fd);
	else if (fcntl(events->fd, F_SETFL, O_NONBLOCK))
		die("fcntl: %s", strerror(errno));
	return error;
}

static int try(struct events *events, int (*listen)(struct events *events))
{
	*events = events_open();
	return try_end(events, listen(events));
}

int events_try_filter(struct events *events, const void *attributes, size_t length)
{
	*events = events_open();
	return try_end(events, events_ask_for(events, attributes, length));
}

int events_try(struct events *events)
{
	return try(events, events_ask);
}

int events_try_group(struct events *events)
{
	return try(events, events_add);
}

struct events events_begin(void)
{
	struct events events;
	int error = events_try(&events);

	if (error)
		die("events: %s", strerror(-error));
	return events;
}

struct events events_join(void)
{
	struct events events;
	int error = events_try_group(&events);

	if (error)
		die("group of events: %s", strerror(-error));
	return events;
}

void events_end(struct events *events)
{
	close(events->fd);
	free(events->event);
	memset(events, 0, sizeof(*events));
}

void events_room(struct events *events, int bytes)
{
	if (setsockopt(events->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		die("receive buffer: %s", strerror(errno));
}

static void get_attribute(struct event *event, const struct nlattr *attr)
{
	unsigned int type = mnl_attr_get_type(attr), length = mnl_attr_get_payload_len(attr);

	if (type > SOCKPORT_A_EVENT_MAX)
		die("attribute %u of an event", type);
	event->known |= 1U << type;
	switch (type) {
	case SOCKPORT_A_EVENT_COMM:
		strncpy(event->comm, mnl_attr_get_str(attr), sizeof(event->comm) - 1);
		break;
	case SOCKPORT_A_EVENT_CGROUP:
		break;
	case SOCKPORT_A_EVENT_LOCAL_ADDRESS:
	case SOCKPORT_A_EVENT_REMOTE_ADDRESS:
		if (length != 4 && length != 16)
			die("an address of %u bytes", length);
		event->length = length;
		memcpy(type == SOCKPORT_A_EVENT_LOCAL_ADDRESS ? event->local : event->remote,
		       mnl_attr_get_payload(attr), length);
		break;
	default:
		if (length > sizeof(event->value[type]))
			die("attribute %u of an event has %u bytes", type, length);
		memcpy(&event->value[type], mnl_attr_get_payload(attr), length);
	}
}

static void add(struct events *events, const struct nlmsghdr *nlh, uint8_t command)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;
	struct event *event;

	if (header->cmd != command)
		die("command %u among events", header->cmd);
	if (events->count == events->room) {
		events->room = events->room * 2 ?: 256;
		events->event = realloc(events->event, events->room * sizeof(*event));
		if (!events->event)
			die("out of memory for %zu events", events->room);
	}
	event = memset(&events->event[events->count++], 0, sizeof(*event));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		get_attribute(event, attr);
	if (!EVENT(event, TYPE) || !EVENT(event, TIME))
		die("an event without type or time");
}

/* A message may hold many events. */
void events_read(struct events *events)
{
	static char buffer[1 << 16];
	const struct nlmsghdr *nlh;
	ssize_t received;
	int length;

	for (;;) {
		received = recv(events->fd, buffer, sizeof(buffer), 0);
		if (received < 0 && errno == ENOBUFS) {
			events->deaf++;
			continue;
		}
		if (received < 0 && errno == EAGAIN)
			return;
		if (received < 0)
			die("events: %s", strerror(errno));
		length = received;
		for (nlh = (void *)buffer; mnl_nlmsg_ok(nlh, length);
		     nlh = mnl_nlmsg_next(nlh, &length))
			add(events, nlh, SOCKPORT_CMD_EVENT);
	}
}

int events_add_closed(const struct nlmsghdr *nlh, void *data)
{
	add(data, nlh, SOCKPORT_CMD_CLOSED_GET);
	return MNL_CB_OK;
}

struct events events_closed(struct client *client, int netns)
{
	struct request *request = malloc(sizeof(*request));
	struct events events = { .fd = -1 };

	request_begin(client, request, SOCKPORT_CMD_CLOSED_GET, NLM_F_DUMP);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, SOCKPORT_A_EVENT_NETNS_ALL, 0, NULL);
	else if (netns != NETNS_OWN)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_EVENT_NETNS_FD, netns);
	client_run(client, request, events_add_closed, &events);
	free(request);
	return events;
}

void events_discard(struct events *events)
{
	free(events->event);
	memset(events, 0, sizeof(*events));
}

static struct event *find(const struct events *events, uint8_t type, uint8_t role)
{
	struct event *event;

	for (event = events->event; event < events->event + events->count; event++)
		if (!event->taken && EVENT(event, TYPE) == type &&
		    (!role || EVENT(event, ROLE) == role))
			return event;
	return NULL;
}

struct event *events_take(struct events *events, uint8_t type, uint8_t role)
{
	struct deadline d = deadline();
	struct event *event;

	while (events_read(events), !(event = find(events, type, role)))
		deadline_wait(&d, "an event");
	event->taken = true;
	return event;
}

size_t events_count(const struct events *events, uint8_t type)
{
	size_t count = 0, i;

	for (i = 0; i < events->count; i++)
		count += type ? EVENT(&events->event[i], TYPE) == type : !events->event[i].taken;
	return count;
}

uint64_t events_lost(const struct events *events)
{
	uint64_t lost = 0;
	size_t i;

	for (i = 0; i < events->count; i++)
		if (EVENT(&events->event[i], TYPE) == SOCKPORT_EVENT_TYPE_LOST)
			lost += EVENT(&events->event[i], LOST);
	return lost;
}
