// SPDX-License-Identifier: GPL-2.0
/* Hosts and ports of an expression, as ss has them: FAMILY:ADDRESS/LENGTH:PORT. */
#include "select/expression.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_ether.h>

#include "format/number.h"
#include "format/words.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* Addresses of a name that are taken. */
#define ADDRESSES_MOST	32

/**
 * struct host - a host on its way in
 * @parser: of the expression
 * @local: it is about the local end
 * @at: where its text begins
 * @whole: its text
 * @text: what is left of it behind the family
 * @address: copy of the address, empty for any
 * @port: in @text, NULL for any
 */
struct host {
	struct expression_parser *parser;
	bool local;
	size_t at;
	const char *whole;
	const char *text;
	char address[300];
	const char *port;
};

static struct expression *both(struct expression_parser *parser, struct expression *one,
			       struct expression *other)
{
	return expression_new(parser, EXPRESSION_AND, one, other);
}

static const struct {
	const char *prefix;
	int family;
} families[] = {
	{ "unix:", AF_UNIX },
	{ "link:", AF_PACKET },
	{ "netlink:", AF_NETLINK },
	{ "vsock:", AF_VSOCK },
	{ "inet:", AF_INET },
	{ "inet6:", AF_INET6 },
};

/* Also noted for the whole expression, when it is said. */
static int family_of(struct host *host)
{
	size_t i;

	for (i = 0; i < COUNT(families); i++) {
		if (strncmp(host->text, families[i].prefix, strlen(families[i].prefix)))
			continue;
		host->text += strlen(families[i].prefix);
		host->parser->families |= 1ull << families[i].family;
		return families[i].family;
	}
	return host->parser->family;
}

static size_t place(const struct host *host, const char *text)
{
	return host->at + (text - host->whole);
}

static bool is_any(const char *text)
{
	return !*text || !strcmp(text, "*");
}

static struct expression *id_test(struct host *host, unsigned int condition, uint32_t number)
{
	return expression_range(host->parser, condition, number, number, host->at, strlen(host->whole));
}

/* ADDRESS:PORT of families that have numbers for both. */
static void cut_at_colon(struct host *host)
{
	const char *colon = strchr(host->text, ':');
	const size_t length = colon ? (size_t)(colon - host->text) : strlen(host->text);

	snprintf(host->address, sizeof(host->address), "%.*s", (int)length, host->text);
	host->port = colon && !is_any(colon + 1) ? colon + 1 : NULL;
}

static struct expression *bad(struct host *host, const char *text, const char *why)
{
	return expression_wrong(host->parser, place(host, text), strlen(text), "%s", why);
}

static struct expression *join(struct host *host, struct expression *one,
			       struct expression *other, bool failed)
{
	if (failed) {
		expression_free(one);
		expression_free(other);
		return NULL;
	}
	if (one && other)
		return both(host->parser, one, other);
	if (one || other)
		return one ? one : other;
	return expression_any(host->parser, host->at, strlen(host->whole));
}

static struct expression *parse_unix(struct host *host)
{
	struct expression *test;

	test = expression_test(host->parser, host->local ? EXPRESSION_LOCAL_NAME :
							   EXPRESSION_REMOTE_NAME,
			       host->at, strlen(host->whole));
	return expression_with_text(host->parser, test, host->text);
}

/* As iproute2 names them, and as we do. */
static bool netlink_protocol(const char *word, uint32_t *number)
{
	static const char *const words[] = {
		"rtnl", "unused", "usersock", "fw", "tcpdiag", "nflog", "xfrm", "selinux", "iscsi",
		"audit", "fiblookup", "connector", "nft", "ip6fw", "dec-rt", "uevent", "genl",
		NULL, "scsi-trans", "ecryptfs", "rdma", "crypto", "smc",
	};
	const char *ours;
	uint32_t i;

	for (i = 0; i < COUNT(words); i++) {
		ours = word_netlink(i);
		if ((!words[i] || strcmp(words[i], word)) && (!ours || strcmp(ours, word)))
			continue;
		*number = i;
		return true;
	}
	return number_parse(word, UINT32_MAX, number);
}

static struct expression *netlink_id(struct host *host)
{
	uint32_t id = 0;

	if (strcmp(host->port, "kernel") && !number_parse(host->port, UINT32_MAX, &id))
		return bad(host, host->port, "bad port id: it is a number, or kernel");
	return id_test(host, host->local ? EXPRESSION_LOCAL_ID : EXPRESSION_REMOTE_ID, id);
}

/* PROTOCOL:REST; each may be any. */
static struct expression *parse_pair(struct host *host, bool (*read)(const char *, uint32_t *),
				     const char *unknown,
				     struct expression *(*read_rest)(struct host *))
{
	struct expression *one = NULL, *other = NULL;
	uint32_t number;

	cut_at_colon(host);
	if (!is_any(host->address)) {
		if (!read(host->address, &number))
			return bad(host, host->text, unknown);
		one = id_test(host, EXPRESSION_NUMBER, number);
		if (!one)
			return NULL;
	}
	if (host->port) {
		other = read_rest(host);
		if (!other)
			return join(host, one, NULL, true);
	}
	return join(host, one, other, false);
}

/* PROTOCOL:ID; "kernel" has the id 0. */
static struct expression *parse_netlink(struct host *host)
{
	return parse_pair(host, netlink_protocol, "unknown protocol of netlink", netlink_id);
}

/* Protocols of frames that people have names for. */
static bool frame_protocol(const char *word, uint32_t *number)
{
	static const struct { const char *word; uint32_t number; } words[] = {
		{ "all", ETH_P_ALL }, { "ip", ETH_P_IP }, { "ipv4", ETH_P_IP },
		{ "ipv6", ETH_P_IPV6 }, { "arp", ETH_P_ARP }, { "802.1q", ETH_P_8021Q },
		{ "lldp", ETH_P_LLDP }, { "loop", ETH_P_LOOP }, { "ppp_ses", ETH_P_PPP_SES },
		{ "ppp_disc", ETH_P_PPP_DISC }, { "rarp", ETH_P_RARP },
	};
	char *end;
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if (strcasecmp(words[i].word, word))
			continue;
		*number = words[i].number;
		return true;
	}
	*number = strtoul(word, &end, 0);
	return isdigit((unsigned char)*word) && !*end && *number <= UINT16_MAX;
}

static struct expression *device_test(struct host *host)
{
	struct expression *test = id_test(host, SOCKPORT_CONDITION_IFINDEX, 0);

	if (!test || number_parse(host->port, INT32_MAX, &test->first))
		return test;
	return expression_with_text(host->parser, test, host->port);
}

/* PROTOCOL:DEVICE; the other end of a packet socket is nothing. */
static struct expression *parse_link(struct host *host)
{
	return parse_pair(host, frame_protocol, "unknown protocol of frames", device_test);
}

static struct expression *parse_vsock(struct host *host)
{
	struct expression *one = NULL, *other = NULL;
	uint32_t number;

	cut_at_colon(host);
	if (!is_any(host->address)) {
		if (!number_parse(host->address, UINT32_MAX, &number))
			return bad(host, host->text, "bad context id");
		one = id_test(host, host->local ? EXPRESSION_LOCAL_CID : EXPRESSION_REMOTE_CID,
			      number);
		if (!one)
			return NULL;
	}
	if (host->port) {
		other = expression_ports(host->parser, host->local ?
					 SOCKPORT_CONDITION_LOCAL_PORT :
					 SOCKPORT_CONDITION_REMOTE_PORT, COMPARE_EQUAL, host->port,
					 place(host, host->port));
		if (!other)
			return join(host, one, NULL, true);
	}
	return join(host, one, other, false);
}

static struct expression *prefix_test(struct host *host, const struct prefix *prefix)
{
	struct expression *test;

	test = expression_test(host->parser, host->local ? SOCKPORT_CONDITION_LOCAL_ADDRESS :
							   SOCKPORT_CONDITION_REMOTE_ADDRESS,
			       host->at, strlen(host->whole));
	if (test)
		test->prefix = *prefix;
	return test;
}

/* As 193.233.7/24: what is missing of an IPv4 address is 0. */
static bool parse_short(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	uint32_t octet, length = 32;
	unsigned int i;
	char *end;

	*prefix = (struct prefix){ .family = AF_INET };
	for (i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)*text))
			return false;
		octet = strtoul(text, &end, 10);
		if (octet > 255 || end - text > 3)
			return false;
		prefix->address[i] = octet;
		text = end;
		if (*text != '.')
			break;
		text++;
	}
	if (slash && !number_parse(slash + 1, 32, &length))
		return false;
	prefix->length = length;
	return text == (slash ? slash : end) && (*text == '/' || !*text);
}

/* As 10.0.0.0/255.0.0.0. */
static bool parse_masked(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char copy[INET_ADDRSTRLEN];
	struct in_addr mask;
	uint32_t bits;

	if (!slash || (size_t)(slash - text) >= sizeof(copy) ||
	    inet_pton(AF_INET, slash + 1, &mask) != 1)
		return false;
	bits = ntohl(mask.s_addr);
	snprintf(copy, sizeof(copy), "%.*s", (int)(slash - text), text);
	*prefix = (struct prefix){ .family = AF_INET, .length = __builtin_popcount(bits) };
	return inet_pton(AF_INET, copy, prefix->address) == 1 && !(~bits & (~bits + 1));
}

static bool parse_literal(const char *text, int family, struct prefix *prefix)
{
	if (!strcmp(text, "default") || !strcmp(text, "any") || !strcmp(text, "all")) {
		*prefix = (struct prefix){ .family = family ? family : AF_INET };
		return true;
	}
	return address_parse_prefix(text, prefix) || parse_short(text, prefix) ||
	       parse_masked(text, prefix);
}

static struct expression *resolved(struct host *host, const struct addrinfo *list)
{
	struct expression *any = NULL;
	struct prefix prefix;
	unsigned int count = 0;

	for (; list && count < ADDRESSES_MOST; list = list->ai_next, count++) {
		prefix = (struct prefix){ .family = list->ai_family };
		if (list->ai_family == AF_INET) {
			prefix.length = 32;
			memcpy(prefix.address,
			       &((const struct sockaddr_in *)list->ai_addr)->sin_addr, 4);
		} else {
			prefix.length = 128;
			memcpy(prefix.address,
			       &((const struct sockaddr_in6 *)list->ai_addr)->sin6_addr, 16);
		}
		any = expression_either(host->parser, any, prefix_test(host, &prefix));
		if (!any)
			return NULL;
	}
	return any;
}

/* To look up a name asks others, and may take long. */
static bool without_names;

/**
 * expression_without_names - from now on, hosts are addresses
 *
 * Context: before there are threads.
 */
void expression_without_names(void)
{
	without_names = true;
}

/* A name is all of its addresses. */
static struct expression *parse_name(struct host *host, int family)
{
	const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	struct expression *any;
	const char *name = host->address;

	if (without_names)
		return bad(host, host->text,
			   "bad host: here it is an address, maybe with /LENGTH and :PORT");
	if (!isalnum((unsigned char)*name) || strpbrk(name, "/:,[]") ||
	    getaddrinfo(name, NULL, &hints, &list))
		return bad(host, host->text,
			   "bad host: it is an address, maybe with /LENGTH and :PORT, or a name that can be looked up");
	any = resolved(host, list);
	freeaddrinfo(list);
	return any;
}

/*
 * The port is behind the last colon that is behind the length, or behind the brackets.
 * An IPv6 address without brackets has none.
 */
static bool cut_port(struct host *host)
{
	const char *text = host->text, *end, *slash;
	struct prefix prefix;

	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':' && end[1] != '/'))
			return false;
		slash = end[1] == '/' ? end + 1 : "";
		host->port = strchr(end + 1, ':');
		snprintf(host->address, sizeof(host->address), "%.*s%.*s", (int)(end - text), text,
			 (int)strcspn(slash, ":"), slash);
		return true;
	}
	slash = strchr(text, '/');
	host->port = *text == '*' && text[1] ? text + 1 : strrchr(slash ? slash : text, ':');
	if (host->port && *host->port != ':')
		return false;
	if (address_parse_prefix(text, &prefix))
		host->port = NULL;
	end = host->port ? host->port : text + strlen(text);
	snprintf(host->address, sizeof(host->address), "%.*s", (int)(end - text), text);
	return true;
}

static struct expression *parse_address(struct host *host, int family)
{
	struct prefix prefix;

	if (!parse_literal(host->address, family, &prefix))
		return parse_name(host, family);
	if (family && prefix.family != family)
		return bad(host, host->text, "this address is of another family");
	return prefix_test(host, &prefix);
}

static struct expression *parse_internet(struct host *host, int family)
{
	struct expression *one = NULL, *other = NULL;

	if (!cut_port(host))
		return bad(host, host->text,
			   "bad host: behind the address there is a colon and a port");
	if (!is_any(host->address)) {
		one = parse_address(host, family);
		if (!one)
			return NULL;
	}
	if (host->port && !is_any(host->port + 1)) {
		other = expression_ports(host->parser, host->local ?
					 SOCKPORT_CONDITION_LOCAL_PORT :
					 SOCKPORT_CONDITION_REMOTE_PORT, COMPARE_EQUAL,
					 host->port + 1, place(host, host->port + 1));
		if (!other)
			return join(host, one, NULL, true);
	}
	return join(host, one, other, false);
}

/**
 * expression_host - make a condition about an end of a socket
 * @parser: of the expression
 * @local: which end
 * @value: HOST as ss has it
 * @at: where that stands
 *
 * Return: the condition, or NULL.
 */
struct expression *expression_host(struct expression_parser *parser, bool local,
				   const char *value, size_t at)
{
	struct host host = { .parser = parser, .local = local, .at = at, .whole = value,
			     .text = value };
	const int family = family_of(&host);

	switch (family) {
	case AF_UNIX:
		return parse_unix(&host);
	case AF_PACKET:
		return parse_link(&host);
	case AF_NETLINK:
		return parse_netlink(&host);
	case AF_VSOCK:
		return parse_vsock(&host);
	}
	return parse_internet(&host, family);
}

/**
 * expression_port_of - make a condition about the port of an end
 * @parser: of the expression
 * @local: which end
 * @comparison: how it is compared
 * @value: FAMILY:PORT or :PORT, as ss has it
 * @at: where that stands
 *
 * Return: the condition, or NULL.
 */
struct expression *expression_port_of(struct expression_parser *parser, bool local,
				      enum expression_comparison comparison, const char *value,
				      size_t at)
{
	struct host host = { .parser = parser, .local = local, .at = at, .whole = value,
			     .text = value };
	const int family = family_of(&host);

	if (*host.text == ':')
		host.text++;
	if (comparison == COMPARE_EQUAL && is_any(host.text))
		return expression_any(parser, at, strlen(value));
	host.port = host.text;
	if (comparison == COMPARE_EQUAL && family == AF_NETLINK)
		return netlink_id(&host);
	if (comparison == COMPARE_EQUAL && family == AF_PACKET)
		return device_test(&host);
	return expression_ports(parser, local ? SOCKPORT_CONDITION_LOCAL_PORT :
						SOCKPORT_CONDITION_REMOTE_PORT,
				comparison, host.text, place(&host, host.text));
}
