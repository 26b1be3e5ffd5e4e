// SPDX-License-Identifier: GPL-2.0
/*
 * requests.c - the netlink family refuses what is wrong, says why, and goes on
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/netns.h"

#define VALUES_MAX	16
#define FUZZ_SEED	20261120

/* Builds what is wrong; returns the attribute that is to be blamed, or NULL. */
typedef const struct nlattr *(*builder)(struct nlmsghdr *nlh, unsigned int arg);

struct bad {
	const char	*name;
	uint8_t		command;
	builder		build;
	unsigned int	arg;
};

#define PORT	SOCKPORT_CMD_PORT_GET
#define SOCKET	SOCKPORT_CMD_SOCKET_GET
#define STATS	SOCKPORT_CMD_STATS_GET
#define DOORS	SOCKPORT_CMD_CLOSED_DOOR_GET
#define RESET	SOCKPORT_CMD_HISTORY_RESET

static struct nlattr *tail(struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload_tail(nlh);
}

static struct nlattr *put(struct nlmsghdr *nlh, uint16_t type, size_t length)
{
	static const char bytes[64] = { 1, 1 };
	struct nlattr *attr = tail(nlh);

	mnl_attr_put(nlh, type, length, bytes);
	return attr;
}

/* The filter has the same number in both commands that take it. */
static struct nlattr *filter_begin(struct nlmsghdr *nlh)
{
	return mnl_attr_nest_start(nlh, SOCKPORT_A_SOCKET_FILTER);
}

/* An attribute of this type, 4 bytes long. */
static const struct nlattr *top(struct nlmsghdr *nlh, unsigned int type)
{
	return put(nlh, type, 4);
}

/* Type and length of an attribute in one number. */
#define SIZED(type, length)	((type) << 8 | (length))

static const struct nlattr *top_sized(struct nlmsghdr *nlh, unsigned int arg)
{
	return put(nlh, arg >> 8, arg & 0xff);
}

static const struct nlattr *in_filter(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *nest = filter_begin(nlh), *attr = put(nlh, arg >> 8, arg & 0xff);

	mnl_attr_nest_end(nlh, nest);
	return attr;
}

/* A value of a filter's attribute: type, and up to 16 bits of value. */
#define VALUE(type, value)	((type) << 16 | (value))

static const struct nlattr *filter_u8(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *nest = filter_begin(nlh), *attr = tail(nlh);

	mnl_attr_put_u8(nlh, arg >> 16, arg);
	mnl_attr_nest_end(nlh, nest);
	return attr;
}

static const struct nlattr *filter_states(struct nlmsghdr *nlh, unsigned int mask)
{
	struct nlattr *nest = filter_begin(nlh), *attr = tail(nlh);

	mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_STATES, mask);
	mnl_attr_nest_end(nlh, nest);
	return attr;
}

static const struct nlattr *filter_uid(struct nlmsghdr *nlh, unsigned int uid)
{
	struct nlattr *nest = filter_begin(nlh), *attr = tail(nlh);

	mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_UID, uid);
	mnl_attr_nest_end(nlh, nest);
	return attr;
}

static const struct nlattr *top_u8(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *attr = tail(nlh);

	mnl_attr_put_u8(nlh, arg >> 16, arg);
	return attr;
}

static const struct nlattr *top_u32(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *attr = tail(nlh);

	mnl_attr_put_u32(nlh, arg >> 16, (int32_t)(int16_t)arg);
	return attr;
}

/* Has more bits than VALUE() has room for. */
static const struct nlattr *want(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *attr = tail(nlh);

	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_WANT, arg);
	return attr;
}

static const struct nlattr *cookie_zero(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *attr = tail(nlh);

	mnl_attr_put_u64(nlh, SOCKPORT_A_SOCKET_COOKIE, arg);
	return attr;
}

/* Ranges: 0 inverted, 1 without first, 2 empty, 3 with an unknown attribute, 4 too short. */
static const struct nlattr *filter_range(struct nlmsghdr *nlh, unsigned int kind)
{
	struct nlattr *filter = filter_begin(nlh);
	struct nlattr *range = mnl_attr_nest_start(nlh, SOCKPORT_A_FILTER_LOCAL_PORT);
	const struct nlattr *blame = range;

	if (kind == 0 || kind == 3)
		mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_FIRST, 2000);
	if (kind == 0 || kind == 1)
		mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_LAST, 1999);
	if (kind == 3)
		blame = put(nlh, 9, 2);
	if (kind == 4)
		blame = put(nlh, SOCKPORT_A_RANGE_FIRST, 1);
	mnl_attr_nest_end(nlh, range);
	mnl_attr_nest_end(nlh, filter);
	return blame;
}

/* Length of the address and of the prefix; a prefix of 255 is left out. */
static const struct nlattr *filter_prefix(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *filter = filter_begin(nlh);
	struct nlattr *prefix = mnl_attr_nest_start(nlh, SOCKPORT_A_FILTER_LOCAL_ADDRESS);

	if (arg >> 8 != 255)
		put(nlh, SOCKPORT_A_PREFIX_ADDRESS, arg >> 8);
	if ((arg & 0xff) != 255)
		mnl_attr_put_u8(nlh, SOCKPORT_A_PREFIX_LENGTH, arg);
	mnl_attr_nest_end(nlh, prefix);
	mnl_attr_nest_end(nlh, filter);
	/* Whether the nest is blamed or what is in it may be as it likes. */
	return NULL;
}

static const struct nlattr *many_ranges(struct nlmsghdr *nlh, unsigned int type)
{
	struct nlattr *filter = filter_begin(nlh), *range = NULL;
	unsigned int i;

	for (i = 0; i <= VALUES_MAX; i++) {
		range = mnl_attr_nest_start(nlh, type);
		mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_FIRST, i);
		mnl_attr_nest_end(nlh, range);
	}
	mnl_attr_nest_end(nlh, filter);
	return range;
}

static const struct nlattr *many_prefixes(struct nlmsghdr *nlh, unsigned int type)
{
	struct nlattr *filter = filter_begin(nlh), *prefix;
	unsigned int i;

	for (i = 0; i <= VALUES_MAX; i++) {
		prefix = mnl_attr_nest_start(nlh, type);
		put(nlh, SOCKPORT_A_PREFIX_ADDRESS, 4);
		mnl_attr_nest_end(nlh, prefix);
	}
	mnl_attr_nest_end(nlh, filter);
	return NULL;
}

static const struct nlattr *many_uids(struct nlmsghdr *nlh, unsigned int arg)
{
	struct nlattr *filter = filter_begin(nlh), *attr = NULL;
	unsigned int i;

	for (i = 0; i <= VALUES_MAX; i++) {
		attr = tail(nlh);
		mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_UID, arg + i);
	}
	mnl_attr_nest_end(nlh, filter);
	return attr;
}

static const struct nlattr *not_nested(struct nlmsghdr *nlh, unsigned int type)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u8(nlh, SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_nest_end(nlh, nest);
	nest->nla_type = type;
	return nest;
}

static const struct nlattr *filter_contradicts(struct nlmsghdr *nlh, unsigned int arg)
{
	filter_u8(nlh, VALUE(SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_UDP));
	return top_u8(nlh, arg);
}

/* An attribute that claims to be longer than the message. */
static const struct nlattr *beyond_end(struct nlmsghdr *nlh, unsigned int type)
{
	put(nlh, type, 4)->nla_len = 400;
	return NULL;
}

static const struct nlattr *shorter_than_header(struct nlmsghdr *nlh, unsigned int type)
{
	put(nlh, type, 4)->nla_len = 2;
	return NULL;
}

static const struct nlattr *beyond_nest(struct nlmsghdr *nlh, unsigned int type)
{
	struct nlattr *nest = filter_begin(nlh);

	put(nlh, type, 4)->nla_len = 400;
	mnl_attr_nest_end(nlh, nest);
	return NULL;
}

static const struct nlattr *junk(struct nlmsghdr *nlh, unsigned int length)
{
	memset(tail(nlh), 0, length);
	nlh->nlmsg_len += length;
	return NULL;
}

static const struct nlattr *reserved(struct nlmsghdr *nlh, unsigned int arg)
{
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->reserved = arg;
	return NULL;
}

static const struct nlattr *no_header(struct nlmsghdr *nlh, unsigned int arg)
{
	nlh->nlmsg_len = NLMSG_HDRLEN + arg;
	return NULL;
}

static const struct nlattr *nothing(struct nlmsghdr *nlh, unsigned int arg)
{
	(void)nlh;
	(void)arg;
	return NULL;
}

static const struct bad bads[] = {
	{ "unknown attribute", PORT, top, 200 },
	{ "unknown attribute", SOCKET, top, 200 },
	{ "unknown attribute", STATS, top, 200 },
	{ "unknown attribute", DOORS, top, 200 },
	{ "unknown attribute", RESET, top, 200 },
	{ "unknown filter", PORT, in_filter, SIZED(50, 4) },
	{ "unknown filter", SOCKET, in_filter, SIZED(50, 4) },
	{ "filter 0", SOCKET, in_filter, SIZED(0, 4) },
	{ "range with an unknown attribute", SOCKET, filter_range, 3 },

	{ "port of 1 byte", PORT, top_sized, SIZED(SOCKPORT_A_PORT_PORT, 1) },
	{ "port of 0 bytes", PORT, top_sized, SIZED(SOCKPORT_A_PORT_PORT, 0) },
	{ "port of 8 bytes", PORT, top_sized, SIZED(SOCKPORT_A_PORT_PORT, 8) },
	{ "descriptor of 2 bytes", PORT, top_sized, SIZED(SOCKPORT_A_PORT_NETNS_FD, 2) },
	{ "descriptor of 2 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_NETNS_FD, 2) },
	{ "flag of 4 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_NETNS_ALL, 4) },
	{ "no descriptor", SOCKET, top_u32, VALUE(SOCKPORT_A_SOCKET_NETNS_FD, 999) },
	{ "descriptor of no namespace", PORT, top_u32, VALUE(SOCKPORT_A_PORT_NETNS_FD, 1) },
	{ "protocol of 2 bytes", PORT, top_sized, SIZED(SOCKPORT_A_PORT_PROTOCOL, 2) },
	{ "want of 8 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_WANT, 8) },
	{ "want of 3 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_WANT, 3) },
	{ "cookie of 4 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_COOKIE, 4) },
	{ "cookie of 16 bytes", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_COOKIE, 16) },
	{ "states of 8 bytes", SOCKET, in_filter, SIZED(SOCKPORT_A_FILTER_STATES, 8) },
	{ "states of 2 bytes", SOCKET, in_filter, SIZED(SOCKPORT_A_FILTER_STATES, 2) },
	{ "uid of 1 byte", SOCKET, in_filter, SIZED(SOCKPORT_A_FILTER_UID, 1) },
	{ "first port of 1 byte", SOCKET, filter_range, 4 },
	{ "attribute beyond the end", PORT, beyond_end, SOCKPORT_A_PORT_PORT },
	{ "attribute beyond the end", SOCKET, beyond_end, SOCKPORT_A_SOCKET_FILTER },
	{ "attribute of length 2", SOCKET, shorter_than_header, SOCKPORT_A_SOCKET_WANT },
	{ "attribute beyond its nest", SOCKET, beyond_nest, SOCKPORT_A_FILTER_UID },
	{ "four bytes of junk", PORT, junk, 4 },
	{ "two bytes of junk", SOCKET, junk, 2 },

	{ "filter that is not nested", PORT, not_nested, SOCKPORT_A_PORT_FILTER },
	{ "filter that is not nested", SOCKET, not_nested, SOCKPORT_A_SOCKET_FILTER },
	{ "nested port", PORT, top_sized, SIZED(NLA_F_NESTED | SOCKPORT_A_PORT_PORT, 2) },
	{ "nested want", SOCKET, top, NLA_F_NESTED | SOCKPORT_A_SOCKET_WANT },
	{ "port range that is a number", SOCKET, in_filter, SIZED(SOCKPORT_A_FILTER_PORT, 4) },
	{ "address that is not nested", SOCKET, in_filter,
	  SIZED(SOCKPORT_A_FILTER_LOCAL_ADDRESS, 16) },

	{ "filter at the top", PORT, top, SOCKPORT_A_FILTER_REMOTE_ADDRESS },
	{ "row's count", PORT, top, SOCKPORT_A_PORT_SOCKETS },
	{ "row's state", PORT, top_u8, VALUE(SOCKPORT_A_PORT_STATE, 1) },
	{ "row's uid", PORT, top, SOCKPORT_A_PORT_UID },
	{ "pad", PORT, top_sized, SIZED(SOCKPORT_A_PORT_PAD, 0) },
	{ "socket's role", SOCKET, top_u8, VALUE(SOCKPORT_A_SOCKET_ROLE, 1) },
	{ "socket's state", SOCKET, top_u8, VALUE(SOCKPORT_A_SOCKET_STATE, 1) },
	{ "socket's inode", SOCKET, top_sized, SIZED(SOCKPORT_A_SOCKET_INODE, 8) },
	{ "socket's uid", SOCKET, top, SOCKPORT_A_SOCKET_UID },
	{ "socket's mark", SOCKET, top, SOCKPORT_A_SOCKET_MARK },
	{ "socket's congestion", SOCKET, top, SOCKPORT_A_SOCKET_CONGESTION },
	{ "module's version", STATS, top, SOCKPORT_A_STATS_VERSION },
	{ "row's history", PORT, top_sized, SIZED(NLA_F_NESTED | SOCKPORT_A_PORT_HISTORY, 0) },
	{ "row's opener", PORT, top_sized, SIZED(NLA_F_NESTED | SOCKPORT_A_PORT_OPENER, 0) },
	{ "door's protocol", DOORS, top_u8, VALUE(SOCKPORT_A_CLOSED_DOOR_PROTOCOL, 1) },
	{ "door's attempts", DOORS, top_sized, SIZED(SOCKPORT_A_CLOSED_DOOR_ATTEMPTS, 8) },
	{ "flag of 4 bytes", DOORS, top_sized, SIZED(SOCKPORT_A_CLOSED_DOOR_NETNS_ALL, 4) },
	{ "no descriptor", DOORS, top_u32, VALUE(SOCKPORT_A_CLOSED_DOOR_NETNS_FD, 999) },
	{ "event's type", RESET, top_u8, VALUE(SOCKPORT_A_EVENT_TYPE, 1) },

	{ "address of 5 bytes", SOCKET, filter_prefix, 5 << 8 | 255 },
	{ "address of no bytes", SOCKET, filter_prefix, 0 << 8 | 255 },
	{ "address of 17 bytes", SOCKET, filter_prefix, 17 << 8 | 255 },
	{ "address of 5 bytes", PORT, filter_prefix, 5 << 8 | 8 },
	{ "IPv4 prefix of 33 bits", SOCKET, filter_prefix, 4 << 8 | 33 },
	{ "IPv6 prefix of 129 bits", SOCKET, filter_prefix, 16 << 8 | 129 },
	{ "prefix without address", SOCKET, filter_prefix, 255 << 8 | 8 },
	{ "prefix without anything", SOCKET, filter_prefix, 255 << 8 | 255 },
	{ "local address of 5 bytes", SOCKET, top_sized,
	  SIZED(SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 5) },
	{ "remote address of 0 bytes", SOCKET, top_sized,
	  SIZED(SOCKPORT_A_SOCKET_REMOTE_ADDRESS, 0) },
	{ "local address of 64 bytes", SOCKET, top_sized,
	  SIZED(SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 64) },

	{ "inverted range", SOCKET, filter_range, 0 },
	{ "inverted range", PORT, filter_range, 0 },
	{ "range without first", SOCKET, filter_range, 1 },
	{ "range without anything", SOCKET, filter_range, 2 },

	{ "protocol 0", PORT, top_u8, VALUE(SOCKPORT_A_PORT_PROTOCOL, 0) },
	{ "protocol too high", PORT, top_u8,
	  VALUE(SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_MAX + 1) },
	{ "protocol 255", SOCKET, top_u8, VALUE(SOCKPORT_A_SOCKET_PROTOCOL, 255) },
	{ "protocol too high", SOCKET, filter_u8,
	  VALUE(SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_MAX + 1) },
	{ "role 0", PORT, top_u8, VALUE(SOCKPORT_A_PORT_ROLE, 0) },
	{ "role 3", PORT, filter_u8, VALUE(SOCKPORT_A_FILTER_ROLE, 3) },
	{ "family 0", SOCKET, filter_u8, VALUE(SOCKPORT_A_FILTER_FAMILY, 0) },
	{ "family 255", SOCKET, filter_u8, VALUE(SOCKPORT_A_FILTER_FAMILY, 255) },
	{ "family 64", PORT, filter_u8, VALUE(SOCKPORT_A_FILTER_FAMILY, 64) },
	{ "family 0", SOCKET, top_u8, VALUE(SOCKPORT_A_SOCKET_FAMILY, 0) },
	{ "no states", SOCKET, filter_states, 0 },
	{ "state 0", SOCKET, filter_states, 1 },
	{ "state 12", PORT, filter_states, 1 << 12 },
	{ "all bits of states", PORT, filter_states, ~0U },
	{ "a group too many", SOCKET, want, SOCKPORT_WANT_MASK + 1 },
	{ "all bits of want", SOCKET, want, ~0U },
	{ "interface -1", SOCKET, top_u32, VALUE(SOCKPORT_A_SOCKET_IFINDEX, 0xffff) },
	{ "cookie 0", SOCKET, cookie_zero, 0 },
	{ "uid -1", SOCKET, filter_uid, ~0U },
	{ "protocol that the filter excludes", PORT, filter_contradicts,
	  VALUE(SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_TCP) },

	{ "17 ports", PORT, many_ranges, SOCKPORT_A_FILTER_PORT },
	{ "17 local ports", SOCKET, many_ranges, SOCKPORT_A_FILTER_LOCAL_PORT },
	{ "17 remote ports", SOCKET, many_ranges, SOCKPORT_A_FILTER_REMOTE_PORT },
	{ "17 local addresses", SOCKET, many_prefixes, SOCKPORT_A_FILTER_LOCAL_ADDRESS },
	{ "17 remote addresses", PORT, many_prefixes, SOCKPORT_A_FILTER_REMOTE_ADDRESS },
	{ "17 uids", SOCKET, many_uids, 100 },
};

/* What the kernel itself refuses, some of it without a word. */
static const struct bad silent[] = {
	{ "command 0", 0, nothing, 0 },
	{ "command 99", 99, nothing, 0 },
	{ "reserved bits", PORT, reserved, 1 },
	{ "no command", SOCKET, no_header, 0 },
};

#define BADS	(sizeof(bads) / sizeof(bads[0]))
#define SILENT	(sizeof(silent) / sizeof(silent[0]))

FIXTURE(requests) {
	struct client		client;
	struct request		*request;
	struct connection	connection;
	struct rows		rows;
};

FIXTURE_SETUP(requests)
{
	netns_enter();
	self->client = client_open();
	self->request = malloc(sizeof(*self->request));
	self->connection = connection_open(&lanes[LANE_V4], 8000);
	self->rows = client_rows(&self->client, ALL_GROUPS);
}

/* Whatever was asked, what comes next gets its answer. */
FIXTURE_TEARDOWN(requests)
{
	struct rows rows = client_rows(&self->client, ALL_GROUPS);

	EXPECT_EQ(0, rows_compare("afterwards", &self->rows, &rows, ROW_ALL & ~ROW_TCP_INFO));
	client_close(&self->client);
	free(self->request);
	EXPECT_EQ(0, proc_stat("open_walks"));
	EXPECT_EQ(0, proc_stat("walk_memory"));
}

/* Returns 1 if the answer is not what it must be. */
static int refuse(struct client *client, struct request *request, const struct bad *bad,
		  uint16_t flags, bool message)
{
	const char *how = flags & NLM_F_DUMP ? "dump" : "do";
	struct rows rows = { 0 };
	const struct nlattr *blame;
	uint32_t offset;

	request_begin(client, request, bad->command, flags);
	blame = bad->build(request->nlh, bad->arg);
	offset = blame ? (const char *)blame - request->buffer : 0;
	client_run(client, request, NULL, &rows);
	if (client->error >= 0) {
		note("%s (command %u, %s) is accepted", bad->name, bad->command, how);
		return 1;
	}
	if (message && !client->message[0]) {
		note("%s (command %u, %s): error %d without a message", bad->name, bad->command,
		     how, client->error);
		return 1;
	}
	/* The end of a dump has no place for an offset before 6.8. */
	if (offset && !(flags & NLM_F_DUMP) && client->offset != offset) {
		note("%s (%s): attribute at %u is blamed (%s), not the one at %u", bad->name, how,
		     client->offset, client->message, offset);
		return 1;
	}
	return 0;
}

/* Stats and a reset are no dumps, closed doors are nothing else. */
static bool takes(uint8_t command, uint16_t flags)
{
	return flags & NLM_F_DUMP ? command != STATS && command != RESET : command != DOORS;
}

TEST_F_TIMEOUT(requests, refused_do, 600)
{
	unsigned int wrong = 0;
	size_t i;

	for (i = 0; i < BADS; i++)
		if (takes(bads[i].command, 0))
			wrong += refuse(&self->client, self->request, &bads[i], 0,
					true);
	for (i = 0; i < SILENT; i++)
		wrong += refuse(&self->client, self->request, &silent[i], 0, false);
	note("%zu bad requests", BADS);
	EXPECT_EQ(0, wrong);
}

TEST_F_TIMEOUT(requests, refused_dump, 600)
{
	unsigned int wrong = 0;
	size_t i;

	for (i = 0; i < BADS; i++)
		if (takes(bads[i].command, NLM_F_DUMP))
			wrong += refuse(&self->client, self->request, &bads[i], NLM_F_DUMP,
					true);
	for (i = 0; i < SILENT; i++)
		wrong += refuse(&self->client, self->request, &silent[i], NLM_F_DUMP, false);
	EXPECT_EQ(0, wrong);
}

/* Sixteen values are as many as are taken, and some things there are not. */
TEST_F_TIMEOUT(requests, limits, 600)
{
	static const struct bad none[] = {
		{ "dump of stats", STATS, nothing, NLM_F_DUMP },
		{ "dump of a reset", RESET, nothing, NLM_F_DUMP },
		{ "one closed door", DOORS, nothing, 0 },
		{ "an event", SOCKPORT_CMD_EVENT, nothing, 0 },
		{ "dump of events", SOCKPORT_CMD_EVENT, nothing, NLM_F_DUMP },
	};
	struct nlattr *filter;
	unsigned int i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		EXPECT_EQ(0, refuse(&self->client, self->request, &none[i], none[i].arg, false));
		EXPECT_EQ(-EOPNOTSUPP, self->client.error);
	}
	request_begin(&self->client, self->request, SOCKET, NLM_F_DUMP);
	filter = filter_begin(self->request->nlh);
	for (i = 0; i < VALUES_MAX; i++)
		mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_FILTER_UID, i);
	mnl_attr_nest_end(self->request->nlh, filter);
	EXPECT_EQ(0, client_run(&self->client, self->request, NULL, NULL)) {
		note("%s", self->client.message);
	}
}

/* A plausible tree of attributes, most of them wrong in some way. */
static void fuzz_attributes(struct nlmsghdr *nlh, unsigned int depth)
{
	unsigned int count = random() % 6;
	struct nlattr *nest;

	while (count-- && nlh->nlmsg_len < 4096) {
		if (depth < 3 && random() % 3 == 0) {
			nest = mnl_attr_nest_start(nlh, random() % 12);
			fuzz_attributes(nlh, depth + 1);
			mnl_attr_nest_end(nlh, nest);
		} else {
			put(nlh, random() % 30, random() % 20);
		}
	}
}

static void fuzz_bytes(struct nlmsghdr *nlh)
{
	unsigned char *payload = mnl_nlmsg_get_payload(nlh);
	unsigned int length = mnl_nlmsg_get_payload_len(nlh), count = random() % 8;

	/* Not the command: a dump could become something that is none. */
	while (count-- && length > GENL_HDRLEN)
		payload[GENL_HDRLEN + random() % (length - GENL_HDRLEN)] = random();
}

TEST_F_TIMEOUT(requests, fuzz, 3600)
{
	unsigned int rounds = scaled(20000, 1000), accepted = 0, i;
	uint16_t flags;

	note("seed %u", FUZZ_SEED);
	srandom(FUZZ_SEED);
	for (i = 0; i < rounds; i++) {
		flags = random() % 2 ? NLM_F_DUMP : NLM_F_ACK;
		request_begin(&self->client, self->request, 1 + random() % SOCKPORT_CMD_MAX, flags);
		if (random() % 4)
			fuzz_attributes(self->request->nlh, 0);
		else
			bads[random() % BADS].build(self->request->nlh, random() % 65536);
		fuzz_bytes(self->request->nlh);
		accepted += !client_run(&self->client, self->request, NULL, NULL);
	}
	note("%u requests, %u of them accepted", rounds, accepted);
}

TEST_HARNESS_MAIN
