// SPDX-License-Identifier: GPL-2.0
/* Words of the command line become a filter; the kernel applies it. */
#include "select/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/sockport.h>

#include "format/number.h"
#include "format/words.h"
#include "host/services.h"
#include "host/users.h"

static int too_many(const char *kind, struct failure *failure)
{
	return failure_set(failure, EXIT_USAGE, "too many values of %s: at most %d", kind,
			   FILTER_VALUES);
}

/* Append to one of the lists of the filter. */
#define APPEND(values, value, kind, failure) ({					\
	int __error = 0;							\
	if ((values)->count == FILTER_VALUES)					\
		__error = too_many(kind, failure);				\
	else									\
		(values)->list[(values)->count++] = (value);			\
	__error; })

static int add_protocol(struct filter *filter, const char *word, struct failure *failure)
{
	uint8_t protocol;

	if (!word_is_protocol(word, &protocol))
		return failure_set(failure, EXIT_USAGE,
				   "unknown protocol '%s': it is tcp, udp, udplite, raw, ping, unix, packet, netlink, sctp, mptcp, vsock, xdp or other",
				   word);
	return APPEND(&filter->protocols, protocol, "--protocol", failure);
}

static int add_family(struct filter *filter, const char *word, struct failure *failure)
{
	uint8_t family;

	if (!strcmp(word, "4"))
		family = AF_INET;
	else if (!strcmp(word, "6"))
		family = AF_INET6;
	else if (!word_is_family(word, &family))
		return failure_set(failure, EXIT_USAGE,
				   "unknown family '%s': it is ipv4 or ipv6", word);
	return APPEND(&filter->families, family, "--family", failure);
}

static int add_state(struct filter *filter, const char *word, struct failure *failure)
{
	if (word_is_state(word, &filter->tcp_states, &filter->datagram_states))
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "unknown state '%s': it is a name as LISTEN or TIME_WAIT, or connected, synchronized or listening",
			   word);
}

static int add_role(struct filter *filter, const char *word, struct failure *failure)
{
	uint8_t role;

	if (!word_is_role(word, &role))
		return failure_set(failure, EXIT_USAGE, "unknown role '%s': it is in or out", word);
	return APPEND(&filter->roles, role, "--role", failure);
}

static int bad_port(const char *text, struct failure *failure)
{
	return failure_set(failure, EXIT_USAGE,
			   "bad port '%s': it is a number up to 65535, a range as 1-1023, or the name of a service",
			   text);
}

/* As in expressions, a colon may stand in front of a port. */
static const char *without_colon(const char *text)
{
	return text + (*text == ':' && text[1]);
}

/* FIRST-LAST; the names of services may have a hyphen too. */
static bool parse_range(const char *text, struct port_range *range)
{
	const char *hyphen = strchr(text, '-');
	uint32_t first, last;
	char copy[NUMBER_MAX_U32 + 1];

	if (!hyphen || (size_t)(hyphen - text) >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)(hyphen - text), text);
	if (!number_parse(copy, UINT32_MAX, &first) ||
	    !number_parse(hyphen + 1, UINT32_MAX, &last) || first > last)
		return false;
	*range = (struct port_range){ first, last };
	return true;
}

static int append_range(struct filter *filter, enum filter_key key,
			const struct port_range *range, struct failure *failure)
{
	if (key == FILTER_LOCAL_PORT)
		return APPEND(&filter->local_ports, *range, "--local-port", failure);
	if (key == FILTER_REMOTE_PORT)
		return APPEND(&filter->remote_ports, *range, "--remote-port", failure);
	return APPEND(&filter->ports, *range, "--port", failure);
}

/* A service can have another port in each protocol: then it is both. */
static int add_service(struct filter *filter, enum filter_key key, const char *name,
		       struct failure *failure)
{
	struct services services = { 0 };
	const uint16_t tcp = services_port(&services, name, SOCKPORT_PROTOCOL_TCP);
	const uint16_t udp = services_port(&services, name, SOCKPORT_PROTOCOL_UDP);
	int error = 0;

	services_free(&services);
	if (!tcp && !udp)
		return bad_port(name, failure);
	if (tcp)
		error = append_range(filter, key, &(struct port_range){ tcp, tcp }, failure);
	if (!error && udp && udp != tcp)
		error = append_range(filter, key, &(struct port_range){ udp, udp }, failure);
	return error;
}

static int add_ports(struct filter *filter, enum filter_key key, const char *text,
		     struct failure *failure)
{
	struct port_range range;
	uint32_t port;

	text = without_colon(text);
	if (number_parse(text, UINT32_MAX, &port))
		range = (struct port_range){ port, port };
	else if (!parse_range(text, &range))
		return add_service(filter, key, text, failure);
	return append_range(filter, key, &range, failure);
}

static int add_prefix(struct filter *filter, enum filter_key key, const char *text,
		      struct failure *failure)
{
	struct prefix prefix;

	if (!address_parse_prefix(text, &prefix))
		return failure_set(failure, EXIT_USAGE,
				   "bad address '%s': it is an IPv4 or IPv6 address, maybe with /LENGTH",
				   text);
	if (key == FILTER_LOCAL)
		return APPEND(&filter->locals, prefix, "--local", failure);
	return APPEND(&filter->remotes, prefix, "--remote", failure);
}

static int add_uid(struct filter *filter, const char *text, struct failure *failure)
{
	uint32_t uid;

	if (!number_parse(text, UINT32_MAX - 1, &uid) && !users_uid(text, &uid))
		return failure_set(failure, EXIT_USAGE, "unknown user '%s'", text);
	return APPEND(&filter->uids, uid, "--uid", failure);
}

static int add_value(struct filter *filter, enum filter_key key, const char *value,
		     struct failure *failure)
{
	switch (key) {
	case FILTER_PROTOCOL:
		return add_protocol(filter, value, failure);
	case FILTER_FAMILY:
		return add_family(filter, value, failure);
	case FILTER_STATE:
		return add_state(filter, value, failure);
	case FILTER_ROLE:
		return add_role(filter, value, failure);
	case FILTER_LOCAL:
	case FILTER_REMOTE:
		return add_prefix(filter, key, value, failure);
	case FILTER_UID:
		return add_uid(filter, value, failure);
	default:
		return add_ports(filter, key, value, failure);
	}
}

/**
 * filter_add - add the value of an option
 * @filter: what is wanted so far
 * @key: the option
 * @values: its value, alternatives are separated by commas
 * @failure: says what is wrong with it
 *
 * Return: 0 or -1.
 */
int filter_add(struct filter *filter, enum filter_key key, const char *values,
	       struct failure *failure)
{
	char *copy, *rest, *value;
	int error = 0;

	copy = strdup(values);
	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	rest = copy;
	while (!error && (value = strsep(&rest, ",")))
		error = add_value(filter, key, value, failure);
	free(copy);
	return error;
}

static enum filter_key key_of_word(const char *word)
{
	uint32_t states = 0;
	uint8_t number;

	if (word_is_protocol(word, &number))
		return FILTER_PROTOCOL;
	if (word_is_role(word, &number))
		return FILTER_ROLE;
	if (word_is_family(word, &number))
		return FILTER_FAMILY;
	if (word_is_state(word, &states, &states))
		return FILTER_STATE;
	return FILTER_PORT;
}

/**
 * filter_is_listening - whether listeners are asked for, and what datagram sockets have instead
 * @filter: what is wanted
 *
 * Return: true if nothing else is.
 */
bool filter_is_listening(const struct filter *filter)
{
	return filter->tcp_states == 1u << SOCKPORT_STATE_LISTEN;
}

/**
 * filter_is_word - whether a word says what is wanted, and is no port
 * @word: maybe a protocol, role, family or state
 *
 * Return: true if it is one of these.
 */
bool filter_is_word(const char *word)
{
	return key_of_word(word) != FILTER_PORT;
}

/**
 * filter_add_word - add a word that stands without an option
 * @filter: what is wanted so far
 * @word: a protocol, role, family, state, or else a port
 * @failure: says what is wrong with it
 *
 * Return: 0 or -1.
 */
int filter_add_word(struct filter *filter, const char *word, struct failure *failure)
{
	const enum filter_key key = key_of_word(word);
	int error = filter_add(filter, key, word, failure);

	if (error && key == FILTER_PORT && failure->status == EXIT_USAGE)
		failure_set(failure, EXIT_USAGE,
			    "unknown word '%s': it is no protocol, role, family, state or port",
			    word);
	return error;
}

/**
 * filter_parse_port - read one port
 * @text: its number, or the name of a service; that of TCP goes first
 * @port: where to put it
 * @failure: says what is wrong with it
 *
 * Return: 0 or -1.
 */
int filter_parse_port(const char *text, uint32_t *port, struct failure *failure)
{
	struct services services = { 0 };
	uint32_t number;

	text = without_colon(text);
	if (!number_parse(text, UINT32_MAX, &number)) {
		number = services_port(&services, text, SOCKPORT_PROTOCOL_TCP);
		if (!number)
			number = services_port(&services, text, SOCKPORT_PROTOCOL_UDP);
		services_free(&services);
		if (!number)
			return failure_set(failure, EXIT_USAGE,
					   "bad port '%s': it is a number up to 65535, or the name of a service",
					   text);
	}
	*port = number;
	return 0;
}

static bool wants_protocol(const struct filter *filter, uint8_t protocol)
{
	unsigned int i;

	for (i = 0; i < filter->protocols.count; i++)
		if (filter->protocols.list[i] == protocol)
			return true;
	return !filter->protocols.count;
}

/**
 * filter_check_port - whether the protocols can have a port
 * @filter: what is wanted
 * @port: the port
 * @failure: that they cannot
 *
 * Ports beyond 65535 are for those who say that they mean vsock; without that,
 * it is a slip.
 *
 * Return: 0 or -1.
 */
int filter_check_port(const struct filter *filter, uint32_t port, struct failure *failure)
{
	if (port <= UINT16_MAX ||
	    (filter->protocols.count && wants_protocol(filter, SOCKPORT_PROTOCOL_VSOCK)))
		return 0;
	return failure_set(failure, EXIT_USAGE,
			   "bad port '%u': only with --protocol vsock can it be larger than 65535",
			   port);
}

/**
 * filter_check_ports - whether the protocols can have the ports
 * @filter: what is wanted
 * @failure: that they cannot, see filter_check_port()
 *
 * Return: 0 or -1.
 */
int filter_check_ports(const struct filter *filter, struct failure *failure)
{
	unsigned int i;
	int error = 0;

	for (i = 0; i < filter->ports.count && !error; i++)
		error = filter_check_port(filter, filter->ports.list[i].last, failure);
	for (i = 0; i < filter->local_ports.count && !error; i++)
		error = filter_check_port(filter, filter->local_ports.list[i].last, failure);
	for (i = 0; i < filter->remote_ports.count && !error; i++)
		error = filter_check_port(filter, filter->remote_ports.list[i].last, failure);
	return error;
}

/**
 * filter_keys - what a filter looks at
 * @filter: the filter
 *
 * Return: set of FILTER_KEY().
 */
unsigned int filter_keys(const struct filter *filter)
{
	const bool keys[] = {
		[FILTER_PROTOCOL] = filter->protocols.count,
		[FILTER_FAMILY] = filter->families.count,
		[FILTER_STATE] = filter->tcp_states || filter->datagram_states,
		[FILTER_ROLE] = filter->roles.count,
		[FILTER_PORT] = filter->ports.count,
		[FILTER_LOCAL_PORT] = filter->local_ports.count,
		[FILTER_REMOTE_PORT] = filter->remote_ports.count,
		[FILTER_LOCAL] = filter->locals.count,
		[FILTER_REMOTE] = filter->remotes.count,
		[FILTER_UID] = filter->uids.count,
	};
	unsigned int key, set = 0;

	for (key = 0; key < sizeof(keys) / sizeof(*keys); key++)
		set |= (unsigned int)keys[key] << key;
	return set;
}

/* Kinds of sockets that have ports. */
static const uint8_t with_ports[] = {
	SOCKPORT_PROTOCOL_TCP, SOCKPORT_PROTOCOL_UDP, SOCKPORT_PROTOCOL_UDPLITE,
	SOCKPORT_PROTOCOL_SCTP, SOCKPORT_PROTOCOL_MPTCP, SOCKPORT_PROTOCOL_VSOCK,
};

/**
 * filter_has_ports - whether the numbers of a kind of sockets are ports
 * @protocol: SOCKPORT_PROTOCOL_*
 *
 * Return: whether they are.
 */
bool filter_has_ports(uint8_t protocol)
{
	return memchr(with_ports, protocol, sizeof(with_ports));
}

/**
 * filter_with_ports - take sockets that have ports alone, unless it is said which
 * @filter: changes
 */
void filter_with_ports(struct filter *filter)
{
	if (filter->protocols.count)
		return;
	memcpy(filter->protocols.list, with_ports, sizeof(with_ports));
	filter->protocols.count = sizeof(with_ports);
}

/**
 * filter_takes_ports - whether a kind of socket that has ports can match
 * @filter: what is wanted
 *
 * Return: false if none can.
 */
bool filter_takes_ports(const struct filter *filter)
{
	size_t i;

	for (i = 0; i < sizeof(with_ports); i++)
		if (wants_protocol(filter, with_ports[i]))
			return true;
	return false;
}

/**
 * filter_takes_unlisted - whether a socket that is in no table can match
 * @filter: its @tcp_states hold for all protocols, see filter_split()
 *
 * Such sockets are neither bound nor connected, and of the protocol "other".
 *
 * Return: false if none can.
 */
bool filter_takes_unlisted(const struct filter *filter)
{
	if (!wants_protocol(filter, SOCKPORT_PROTOCOL_OTHER))
		return false;
	return !filter->tcp_states || filter->tcp_states & 1u << SOCKPORT_STATE_CLOSE;
}

/* Where a server listens, and is not just bound. */
static bool has_listeners(uint8_t protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_TCP:
	case SOCKPORT_PROTOCOL_SCTP:
	case SOCKPORT_PROTOCOL_MPTCP:
	case SOCKPORT_PROTOCOL_VSOCK:
		return true;
	}
	return false;
}

/* Take protocols from @first on, as long as one mask of states is right for them. */
static uint8_t narrow(const struct filter *all, struct filter *part, uint8_t first)
{
	const bool tcp = has_listeners(first);
	uint8_t protocol;

	*part = *all;
	part->protocols.count = 0;
	if (!tcp)
		part->tcp_states = all->datagram_states;
	for (protocol = first; protocol <= SOCKPORT_PROTOCOL_MAX; protocol++) {
		if (has_listeners(protocol) != tcp)
			break;
		if (wants_protocol(all, protocol))
			part->protocols.list[part->protocols.count++] = protocol;
	}
	return protocol;
}

/**
 * filter_split - make requests with one mask of states each
 * @filter: may have other states for TCP and its like than for the rest
 * @parts: filters whose @tcp_states hold for all of their protocols; in the
 *	order of listings
 *
 * Return: how many parts there are.
 */
unsigned int filter_split(const struct filter *filter, struct filter parts[FILTER_PARTS])
{
	unsigned int count = 0;
	uint8_t protocol = 1;

	if (filter->tcp_states == filter->datagram_states) {
		parts[0] = *filter;
		return 1;
	}
	while (protocol <= SOCKPORT_PROTOCOL_MAX && count < FILTER_PARTS) {
		protocol = narrow(filter, &parts[count], protocol);
		count += !!parts[count].protocols.count;
	}
	return count;
}
