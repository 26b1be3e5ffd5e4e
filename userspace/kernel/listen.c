// SPDX-License-Identifier: GPL-2.0
/* Events come unasked for, on the socket of the client. */
#include "kernel/client.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <linux/genetlink.h>

#include "kernel/decode.h"
#include "kernel/exchange.h"

/* So many bytes of events may wait for us. */
#define EVENT_BUFFER	(8 * 1024 * 1024)

/* Of generic netlink itself: which families come and go. In every kernel the same. */
#define CONTROL_GROUP	GENL_ID_CTRL

/* Beyond net.core.rmem_max only those may go who may listen. */
static void enlarge_buffer(struct mnl_socket *socket)
{
	const int fd = mnl_socket_get_fd(socket), size = EVENT_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static bool is_unload(const struct nlmsghdr *message, const struct client *client)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	uint32_t version, group;
	uint16_t family;

	return message->nlmsg_type == GENL_ID_CTRL && header->cmd == CTRL_CMD_DELFAMILY &&
	       decode_family(message, SOCKPORT_MCGRP_EVENTS, &family, &version, &group) &&
	       family == client->family;
}

static int say_unloaded(struct exchange *exchange)
{
	exchange->ended = true;
	failure_set(exchange->failure, EXIT_RUN,
		    "the sockport module was unloaded, its events end");
	return MNL_CB_ERROR;
}

static int take_answer(const struct nlmsghdr *message, void *data)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	struct exchange *exchange = data;

	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(*header)))
		return MNL_CB_OK;
	if (is_unload(message, exchange->client))
		return say_unloaded(exchange);
	if (message->nlmsg_type == exchange->client->family &&
	    header->cmd == SOCKPORT_CMD_EVENT_LISTEN)
		exchange->any = true;
	return MNL_CB_OK;
}

static int explain(const struct client *client, int error, struct failure *failure)
{
	switch (error) {
	case EPERM:
	case EACCES:
		if (client->netns_all)
			return failure_set(failure, EXIT_RUN,
					   "permission denied: events of all network namespaces need CAP_NET_ADMIN over all of them, ask again as root of this host");
		return failure_set(failure, EXIT_RUN,
				   "permission denied: events need CAP_NET_ADMIN, ask again as root");
	case EUSERS:
		return failure_set(failure, EXIT_RUN,
				   "as many listen to the events of this network namespace as may");
	}
	return failure_set(failure, EXIT_RUN, "cannot listen to events: %s", strerror(error));
}

/* A module that does not know who listens tells events to a group. */
static int join_group(struct exchange *exchange)
{
	int group = exchange->client->events;

	if (!mnl_socket_setsockopt(exchange->client->socket, NETLINK_ADD_MEMBERSHIP, &group,
				   sizeof(group)))
		return 0;
	return explain(exchange->client, errno, exchange->failure);
}

/* Who asked for events that match would get all of them from the group. */
static int not_answered(struct exchange *exchange, bool filtered)
{
	if (exchange->ended)
		return -1;
	if (errno != EOPNOTSUPP)
		return explain(exchange->client, errno, exchange->failure);
	if (!filtered)
		return join_group(exchange);
	return failure_set(exchange->failure, EXIT_RUN,
			   "the loaded sockport module is too old for this command: load one of the same version");
}

/* No event comes before the answer, but news of families may. */
static int wait_for_answer(struct exchange *exchange, bool filtered)
{
	struct client *client = exchange->client;
	ssize_t length;

	while (!exchange->any) {
		do
			length = mnl_socket_recvfrom(client->socket, client->reply,
						     sizeof(client->reply));
		while (length < 0 && errno == EINTR);
		if (length <= 0 ||
		    mnl_cb_run(client->reply, length, 0, 0, take_answer, exchange) < 0)
			return not_answered(exchange, filtered);
	}
	return 0;
}

/**
 * client_listen - let the events of our network namespace come, or of those asked for
 * @client: the client; can be asked nothing from now on
 * @filter: its plan is the kernel's to follow, the rest is not
 * @failure: what went wrong
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or -1.
 */
int client_listen(struct client *client, const struct filter *filter, struct failure *failure)
{
	struct exchange exchange = { .client = client, .failure = failure };
	const int control = CONTROL_GROUP;
	struct nlmsghdr *request;

	if (!client->events)
		return failure_set(failure, EXIT_RUN,
				   "the loaded sockport module has no events: load one of the same version as this command");
	enlarge_buffer(client->socket);
	/* Nothing else tells a listener that the module was unloaded. */
	if (mnl_socket_setsockopt(client->socket, NETLINK_ADD_MEMBERSHIP, (void *)&control,
				  sizeof(control)))
		return failure_set(failure, EXIT_RUN, "cannot listen to generic netlink: %s",
				   strerror(errno));
	request = request_start(client->request, client->family, 0, SOCKPORT_CMD_EVENT_LISTEN,
				SOCKPORT_FAMILY_VERSION);
	if (filter->plan)
		request_put_plan(request, SOCKPORT_A_EVENT_FILTER, filter->plan);
	if (client->netns_all)
		mnl_attr_put(request, SOCKPORT_A_EVENT_NETNS_ALL, 0, NULL);
	if (mnl_socket_sendto(client->socket, request, request->nlmsg_len) < 0)
		return failure_set(failure, EXIT_RUN, "cannot ask the kernel: %s",
				   strerror(errno));
	return wait_for_answer(&exchange, filter->plan || client->netns_all);
}

/**
 * client_descriptor - what to wait for
 * @client: the client, after client_listen()
 *
 * Return: descriptor that can be read when there are events.
 */
int client_descriptor(const struct client *client)
{
	return mnl_socket_get_fd(client->socket);
}

static int take_event(const struct nlmsghdr *message, void *data)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	struct exchange *exchange = data;
	struct event_row row;
	int error;

	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(*header)))
		return MNL_CB_OK;
	if (is_unload(message, exchange->client))
		return say_unloaded(exchange);
	if (message->nlmsg_type != exchange->client->family || header->cmd != SOCKPORT_CMD_EVENT)
		return MNL_CB_OK;
	if (decode_event(message, &row))
		error = exchange->function.event(&row, exchange->data);
	else
		error = exchange_bad_answer(exchange->failure);
	exchange->ended = error;
	return error ? MNL_CB_ERROR : MNL_CB_OK;
}

/**
 * client_events - take the events that came
 * @client: the client, after client_listen()
 * @function: called for each
 * @data: for @function
 * @lost: set if events came that there was no room for
 * @failure: what went wrong; without status if @function gave up
 *
 * Waits for an event if none came.
 *
 * Return: 0 or -1.
 */
int client_events(struct client *client, event_function function, void *data, bool *lost,
		  struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.function.event = function,
		.data = data,
	};
	ssize_t length;

	failure->status = 0;
	length = mnl_socket_recvfrom(client->socket, client->reply, sizeof(client->reply));
	if (length < 0 && errno == EINTR)
		return 0;
	if (length < 0 && errno == ENOBUFS) {
		*lost = true;
		return 0;
	}
	if (length > 0 && mnl_cb_run(client->reply, length, 0, 0, take_event, &exchange) >= 0)
		return 0;
	if (exchange.ended)
		return -1;
	return failure_set(failure, EXIT_RUN, "cannot read events: %s",
			   length ? strerror(errno) : "they ended");
}
