// SPDX-License-Identifier: GPL-2.0
#include "kernel/client.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "format/clock.h"
#include "kernel/decode.h"
#include "kernel/exchange.h"
#include "kernel/request.h"

/**
 * exchange_bad_answer - say that the kernel's answer cannot be read
 * @failure: where to say it
 *
 * Return: -1.
 */
int exchange_bad_answer(struct failure *failure)
{
	return failure_set(failure, EXIT_RUN,
			   "the answer of the kernel is malformed: command and module do not fit together, install the same version of both");
}

/* The kernel refused. Some errors have a meaning that strerror() does not know. */
static int explain(struct exchange *exchange, int error, const char *words)
{
	struct failure *failure = exchange->failure;

	exchange->ended = true;
	failure->unavailable = error == EPERM || error == EACCES || error == EOPNOTSUPP;
	failure->not_kept = error == ENODATA;
	if (exchange->is_lookup && error == ENOENT)
		return failure_set(failure, EXIT_RUN,
				   "the sockport module is not loaded: load it with `modprobe sockport` or `insmod sockport.ko`");
	if (error == EPERM || error == EACCES)
		return failure_set(failure, EXIT_RUN,
				   "permission denied%s%s: ask again as root",
				   words ? ": " : "", words ? words : "");
	if (error == EOPNOTSUPP || (words && (strcasestr(words, "unknown attribute") ||
					      strcasestr(words, "reserved bit"))))
		return failure_set(failure, EXIT_RUN,
				   "the loaded sockport module is too old for this command: load one of the same version");
	if (error == EINTR)
		return failure_set(failure, EXIT_RUN,
				   "the sockets changed under the dump, the answer is incomplete: try again");
	if (exchange->any)
		return failure_set(failure, EXIT_RUN,
				   "the kernel broke off in the middle (%s), the answer is incomplete: try again",
				   words ? words : strerror(error));
	return failure_set(failure, error == EINVAL || error == ERANGE ? EXIT_USAGE : EXIT_RUN,
			   "the kernel refused: %s", words ? words : strerror(error));
}

static int take_error(const struct nlmsghdr *message, void *data)
{
	const struct nlmsgerr *reply = mnl_nlmsg_get_payload(message);
	struct exchange *exchange = data;
	size_t skip = sizeof(*reply);
	const char *words;

	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(*reply))) {
		exchange->ended = true;
		exchange_bad_answer(exchange->failure);
		return MNL_CB_ERROR;
	}
	if (!reply->error)
		return MNL_CB_STOP;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		skip += reply->msg.nlmsg_len - sizeof(reply->msg);
	words = decode_extack(message, skip);
	exchange->wants_too_much = words && strcasestr(words, "reserved bit");
	explain(exchange, 0u - reply->error, words);
	return MNL_CB_ERROR;
}

/* A dump that failed half-way ends like one that did not, but with an error. */
static int take_done(const struct nlmsghdr *message, void *data)
{
	const int *error = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(*error)) || *error >= 0)
		return MNL_CB_STOP;
	explain(data, 0u - *error, decode_extack(message, sizeof(*error)));
	return MNL_CB_ERROR;
}

static int take_answer(const struct nlmsghdr *message, void *to)
{
	struct exchange *exchange = to;
	const struct client *client = exchange->client;

	if (client->tap)
		client->tap(message, client->tap_data);
	return exchange->take ? exchange->take(message, exchange) : 0;
}

static int take_reply(const struct nlmsghdr *message, void *data)
{
	struct exchange *exchange = data;

	exchange->any = true;
	if (take_answer(message, exchange)) {
		exchange->ended = true;
		return MNL_CB_ERROR;
	}
	return message->nlmsg_flags & NLM_F_MULTI ? MNL_CB_OK : MNL_CB_STOP;
}

/* Errors of reading and of libmnl; those of the kernel have been explained. */
static int broken(struct exchange *exchange)
{
	switch (errno) {
	case EINTR:
		return explain(exchange, EINTR, NULL);
	case ENOBUFS:
	case ENOSPC:
		return failure_set(exchange->failure, EXIT_RUN,
				   "part of the kernel's answer was lost, it is incomplete: try again");
	case EPROTO:
	case ESRCH:
		return exchange_bad_answer(exchange->failure);
	}
	return failure_set(exchange->failure, EXIT_RUN, "cannot read the kernel's answer: %s",
			   strerror(errno));
}

static int ended_early(struct exchange *exchange)
{
	return failure_set(exchange->failure, EXIT_RUN,
			   "the kernel's answer ended early, it is incomplete: try again");
}

static ssize_t read_some(struct client *client)
{
	ssize_t length;

	do
		length = mnl_socket_recvfrom(client->socket, client->reply, sizeof(client->reply));
	while (length < 0 && errno == EINTR);
	return length;
}

static int receive(struct exchange *exchange)
{
	mnl_cb_t control[] = {
		[NLMSG_ERROR] = take_error,
		[NLMSG_DONE] = take_done,
	};
	struct client *client = exchange->client;
	ssize_t length;
	int more;

	exchange->failure->status = 0;
	do {
		length = read_some(client);
		if (length < 0)
			return broken(exchange);
		if (!length)
			return ended_early(exchange);
		more = mnl_cb_run2(client->reply, length, client->sequence,
				   mnl_socket_get_portid(client->socket), take_reply, exchange,
				   control, sizeof(control) / sizeof(*control));
	} while (more > MNL_CB_STOP);
	if (more == MNL_CB_STOP)
		return 0;
	return exchange->ended ? -1 : broken(exchange);
}

static int ask_another(struct exchange *exchange, const struct nlmsghdr *request)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(request);
	const struct client *client = exchange->client;
	const struct client_question question = {
		.command = header->cmd,
		.filter = exchange->filter,
		.want = exchange->want,
		.all_netns = client->netns_all,
		.take = take_answer,
		.to = exchange,
		.failure = exchange->failure,
	};

	exchange->failure->status = 0;
	return client->answer(&question, client->answer_data);
}

/* Of groups of attributes, the newest is left out; false when none is left. */
static bool want_less(const struct exchange *exchange, struct nlmsghdr *request)
{
	struct nlattr *attribute;
	uint32_t *want;

	mnl_attr_for_each(attribute, request, GENL_HDRLEN) {
		want = mnl_attr_get_payload(attribute);
		if (mnl_attr_get_type(attribute) != exchange->want_attribute || !*want)
			continue;
		*want &= ~(1u << (31 - __builtin_clz(*want)));
		return true;
	}
	return false;
}

static int talk(struct exchange *exchange, struct nlmsghdr *request)
{
	struct client *client = exchange->client;

	request->nlmsg_seq = ++client->sequence;
	exchange->time = clock_now_ms();
	if (client->answer)
		return ask_another(exchange, request);
	if (mnl_socket_sendto(client->socket, request, request->nlmsg_len) < 0)
		return failure_set(exchange->failure, EXIT_RUN, "cannot ask the kernel: %s",
				   strerror(errno));
	return receive(exchange);
}

/**
 * exchange_talk - ask the kernel, and hand its replies out
 * @exchange: who takes them
 * @request: from request_start()
 *
 * An older module refuses to be asked for what it does not know: then it is asked
 * for what it knows.
 *
 * Return: 0 when all replies were taken, else -1.
 */
int exchange_talk(struct exchange *exchange, struct nlmsghdr *request)
{
	int error;

	do {
		exchange->wants_too_much = false;
		exchange->ended = false;
		error = talk(exchange, request);
	} while (error && exchange->wants_too_much && want_less(exchange, request));
	return error;
}

static int take_family(const struct nlmsghdr *message, struct exchange *exchange)
{
	uint32_t version;

	if (!decode_family(message, SOCKPORT_MCGRP_EVENTS, &exchange->client->family, &version,
			   &exchange->client->events))
		return exchange_bad_answer(exchange->failure);
	if (version < SOCKPORT_FAMILY_VERSION)
		return explain(exchange, EOPNOTSUPP, NULL);
	return 0;
}

static int find_family(struct client *client, struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_family,
		.is_lookup = true,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, SOCKPORT_FAMILY_NAME);
	return exchange_talk(&exchange, request);
}

/* Options that make the kernel say more, or check more; none is necessary. */
static void set_options(struct mnl_socket *socket)
{
	static const int options[] = {
		NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK,
	};
	int on = 1;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		mnl_socket_setsockopt(socket, options[i], &on, sizeof(on));
}

static int connect_client(struct client *client, struct failure *failure)
{
	client->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!client->socket || mnl_socket_bind(client->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure_set(failure, EXIT_RUN, "cannot open a netlink socket: %s",
				   strerror(errno));
	set_options(client->socket);
	return find_family(client, failure);
}

static struct client *new_client(struct failure *failure)
{
	struct client *client = malloc(sizeof(*client));

	if (!client) {
		failure_set(failure, EXIT_RUN, "out of memory");
		return NULL;
	}
	client->socket = NULL;
	client->sequence = 0;
	client->family = 0;
	client->netns = -1;
	client->netns_all = false;
	client->everywhere = false;
	client->events = 0;
	client->tap = NULL;
	client->answer = NULL;
	return client;
}

/**
 * client_answered - a client that somebody else answers than the kernel
 * @function: answers
 * @data: for it
 * @failure: what is wrong
 *
 * It has no events, and begins nothing anew.
 *
 * Return: to be closed with client_close(), or NULL.
 */
struct client *client_answered(answer_function function, void *data, struct failure *failure)
{
	struct client *client = new_client(failure);

	if (!client)
		return NULL;
	client->answer = function;
	client->answer_data = data;
	return client;
}

/**
 * client_tap - have each answer as it comes from now on
 * @client: the client
 * @function: gets it before it is taken; NULL for no more
 * @data: for it
 */
void client_tap(struct client *client, message_function function, void *data)
{
	client->tap = function;
	client->tap_data = data;
}

/**
 * client_open - find the kernel module
 * @failure: what is wrong, as that the module is not loaded
 *
 * Return: to be closed with client_close(), or NULL.
 */
struct client *client_open(struct failure *failure)
{
	struct client *client = new_client(failure);

	if (!client)
		return NULL;
	if (!connect_client(client, failure))
		return client;
	client_close(client);
	return NULL;
}

/**
 * client_reopen - find the kernel module again, which may have been loaded anew
 * @client: the client; what it asks about stays
 * @failure: what is wrong, as that the module is not loaded
 *
 * Return: 0; -1 if nothing can be asked until this succeeds.
 */
int client_reopen(struct client *client, struct failure *failure)
{
	if (client->answer)
		return 0;
	if (client->socket)
		mnl_socket_close(client->socket);
	return connect_client(client, failure);
}

/**
 * client_ask_netns - ask about other network namespaces from now on
 * @client: the client
 * @netns: descriptor of the one to ask about, stays the caller's; -1 for our own
 * @all: ask about all of them
 */
void client_ask_netns(struct client *client, int netns, bool all)
{
	client->netns = netns;
	client->netns_all = all;
}

/**
 * client_ask_everywhere - ask about all network namespaces for a while
 * @client: the client
 * @everywhere: whether to; if not, about those that client_ask_netns() said
 */
void client_ask_everywhere(struct client *client, bool everywhere)
{
	client->everywhere = everywhere;
}

/**
 * client_close - end the conversation
 * @client: from client_open(), or NULL
 */
void client_close(struct client *client)
{
	if (!client)
		return;
	if (client->socket)
		mnl_socket_close(client->socket);
	free(client);
}
