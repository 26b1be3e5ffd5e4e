// SPDX-License-Identifier: GPL-2.0
/*
 * filter.c - what the kernel leaves out is what the test itself would
 *
 * Each filter is asked of the kernel, and applied by the test to the listing
 * without filter. Both must come to the same sockets, and to the port table
 * that these sum to.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/netns.h"

#define VALUES	4

struct range {
	uint16_t	first;
	uint16_t	last;
};

struct prefix {
	const char	*address;
	/* All of it, if 0; none of it, if below. */
	int		length;
};

/* What a filter asks for; a value that is 0 ends its list. */
struct filter {
	const char	*name;
	uint8_t		protocol[VALUES];
	uint8_t		family[VALUES];
	uint8_t		role[VALUES];
	uint32_t	states;
	struct range	port[VALUES];
	struct range	local_port[VALUES];
	struct range	remote_port[VALUES];
	struct prefix	local[VALUES];
	struct prefix	remote[VALUES];
	uint32_t	uid[VALUES];
};

#define STATE(name)	(1U << SOCKPORT_STATE_##name)
#define TCP		SOCKPORT_PROTOCOL_TCP
#define UDP		SOCKPORT_PROTOCOL_UDP
#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT

static const struct filter filters[] = {
	{ .name = "nothing" },
	{ .name = "tcp", .protocol = { TCP } },
	{ .name = "udp", .protocol = { UDP } },
	{ .name = "tcp or udplite", .protocol = { TCP, SOCKPORT_PROTOCOL_UDPLITE } },
	{ .name = "IPv4", .family = { AF_INET } },
	{ .name = "IPv6", .family = { AF_INET6 } },
	{ .name = "IPv4 or IPv6", .family = { AF_INET, AF_INET6 } },
	{ .name = "no sockets of ours", .family = { AF_UNIX } },
	{ .name = "in", .role = { IN } },
	{ .name = "out", .role = { OUT } },
	{ .name = "established", .states = STATE(ESTABLISHED) },
	{ .name = "listen", .states = STATE(LISTEN) },
	{ .name = "time-wait", .states = STATE(TIME_WAIT) },
	{ .name = "fin-wait2, both kinds", .states = STATE(FIN_WAIT2) },
	{ .name = "syn-recv, both kinds", .states = STATE(SYN_RECV) },
	{ .name = "close", .states = STATE(CLOSE) },
	{ .name = "close of tcp", .protocol = { TCP }, .states = STATE(CLOSE) },
	{ .name = "listen or close", .states = STATE(LISTEN) | STATE(CLOSE) },
	{ .name = "closing ones", .states = STATE(FIN_WAIT1) | STATE(CLOSING) | STATE(LAST_ACK) |
					    STATE(CLOSE_WAIT) },
	{ .name = "all but listen", .states = 0xffe & ~STATE(LISTEN) },
	{ .name = "port", .port = { { 10003, 10003 } } },
	{ .name = "ports", .port = { { 10000, 10005 }, { 12001, 12001 }, { 1, 2 } } },
	{ .name = "all ports", .port = { { 1, 65535 } } },
	{ .name = "local ports", .local_port = { { 10000, 10999 } } },
	{ .name = "picked local ports", .local_port = { { 32768, 60999 } } },
	{ .name = "remote ports", .remote_port = { { 12000, 12500 }, { 14003, 14003 } } },
	{ .name = "no remote port", .remote_port = { { 0, 0 }, { 65535, 65535 } } },
	{ .name = "127/8", .local = { { "127.0.0.0", 8 } } },
	{ .name = "127.0.0.1", .local = { { "127.0.0.1", 0 } } },
	{ .name = "127.0.1/31", .local = { { "127.0.1.0", 31 } } },
	{ .name = "0/0", .local = { { "0.0.0.0", -1 } } },
	{ .name = "::/0", .local = { { "::", -1 } } },
	{ .name = "documentation", .local = { { "2001:db8::", 32 } } },
	{ .name = "one IPv6", .local = { { "2001:db8::1", 0 } } },
	{ .name = "mapped", .local = { { "::ffff:0:0", 96 } } },
	{ .name = "mapped loopback", .local = { { "::ffff:127.0.0.0", 104 } } },
	{ .name = "link local", .remote = { { "fe80::", 10 } } },
	{ .name = "odd length", .remote = { { "2001:db8::", 127 } } },
	{ .name = "to 192.0.2/24 or fe80", .remote = { { "192.0.2.0", 24 }, { "fe80::1", 128 } } },
	{ .name = "any address", .local = { { "0.0.0.0", 32 }, { "::", 128 } } },
	{ .name = "uid", .uid = { 1001 } },
	{ .name = "uids", .uid = { 1002, IDLE_UID, DATAGRAM_UID } },
	{ .name = "nobody's", .uid = { 54321 } },
	{ .name = "tcp in IPv4 established to 127/8", .protocol = { TCP }, .family = { AF_INET },
	  .role = { IN }, .states = STATE(ESTABLISHED), .local = { { "127.0.0.0", 8 } } },
	{ .name = "all at once", .protocol = { TCP, UDP }, .family = { AF_INET, AF_INET6 },
	  .role = { IN, OUT }, .states = 0xffe, .port = { { 10000, 15999 } },
	  .local_port = { { 1, 65535 } }, .remote_port = { { 0, 0 }, { 1, 65535 } },
	  .local = { { "127.0.0.0", 8 }, { "::", -1 } }, .uid = { 1001, 1003, DATAGRAM_UID } },
	{ .name = "contradiction", .local_port = { { 10003, 10003 } },
	  .port = { { 10004, 10004 } } },
};

/* Timers run and packets are sent again whatever we do. */
#define QUIET	(ROW_ALL & ~(ROW_TIMER | ROW_RETRANSMITS | ROW_MEMORY))

#define FILTERS	(sizeof(filters) / sizeof(filters[0]))

/* The test's own judgement. */

static bool match_u8(const uint8_t *values, uint8_t value)
{
	unsigned int i;

	for (i = 0; i < VALUES && values[i]; i++)
		if (values[i] == value)
			return true;
	return !values[0];
}

/* A range that matches port 0 alone must not be the last. */
static unsigned int ranges(const struct range *range)
{
	unsigned int count = 0, i;

	for (i = 0; i < VALUES; i++)
		if (range[i].last)
			count = i + 1;
	return count;
}

static bool match_port(const struct range *range, uint16_t port)
{
	unsigned int i, count = ranges(range);

	for (i = 0; i < count; i++)
		if (port >= range[i].first && port <= range[i].last)
			return true;
	return !count;
}

static unsigned int parse_prefix(const struct prefix *prefix, uint8_t *address, size_t *size)
{
	*size = strchr(prefix->address, ':') ? 16 : 4;
	if (inet_pton(*size == 4 ? AF_INET : AF_INET6, prefix->address, address) != 1)
		die("no address: %s", prefix->address);
	if (prefix->length < 0)
		return 0;
	return prefix->length ? (unsigned int)prefix->length : *size * 8;
}

static bool equal_bits(const uint8_t *one, const uint8_t *other, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((one[i / 8] ^ other[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* IPv4 prefixes match mapped addresses; IPv6 prefixes match no IPv4 socket. */
static bool match_prefix(const struct prefix *prefix, const struct row *row,
			 const uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t wanted[16];
	size_t size;
	unsigned int bits = parse_prefix(prefix, wanted, &size);

	if (size == 16)
		return row->family == AF_INET6 && equal_bits(wanted, address, bits);
	if (row->family == AF_INET6) {
		if (memcmp(address, mapped, sizeof(mapped)))
			return false;
		address += sizeof(mapped);
	}
	return equal_bits(wanted, address, bits);
}

static bool match_prefixes(const struct prefix *prefixes, const struct row *row,
			   const uint8_t *address)
{
	unsigned int i;

	for (i = 0; i < VALUES && prefixes[i].address; i++)
		if (match_prefix(&prefixes[i], row, address))
			return true;
	return !prefixes[0].address;
}

static bool match_uid(const uint32_t *uids, const struct row *row)
{
	unsigned int i;

	for (i = 0; i < VALUES && uids[i]; i++)
		if (row->known & ROW_UID && row->uid == uids[i])
			return true;
	return !uids[0];
}

static bool match(const struct row *row, const void *data)
{
	const struct filter *filter = data;

	return match_u8(filter->protocol, row->protocol) &&
	       match_u8(filter->family, row->family) &&
	       match_u8(filter->role, row->role) &&
	       (!filter->states || filter->states & 1U << row->state) &&
	       match_port(filter->port, row_port(row)) &&
	       match_port(filter->local_port, row->local_port) &&
	       match_port(filter->remote_port, row->remote_port) &&
	       match_prefixes(filter->local, row, row->local) &&
	       match_prefixes(filter->remote, row, row->remote) &&
	       match_uid(filter->uid, row);
}

/* The kernel's. */

static void put_u8(struct nlmsghdr *nlh, uint16_t type, const uint8_t *values)
{
	unsigned int i;

	for (i = 0; i < VALUES && values[i]; i++)
		mnl_attr_put_u8(nlh, type, values[i]);
}

static void put_ranges(struct nlmsghdr *nlh, uint16_t type, const struct range *range)
{
	unsigned int i, count = ranges(range);
	struct nlattr *nest;

	for (i = 0; i < count; i++) {
		nest = mnl_attr_nest_start(nlh, type);
		mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_FIRST, range[i].first);
		/* The last one may be left out if it is the first. */
		if (range[i].first != range[i].last || i % 2)
			mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_LAST, range[i].last);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void put_prefixes(struct nlmsghdr *nlh, uint16_t type, const struct prefix *prefix)
{
	struct nlattr *nest;
	uint8_t address[16];
	unsigned int bits;
	size_t size;

	for (; prefix->address; prefix++) {
		bits = parse_prefix(prefix, address, &size);
		nest = mnl_attr_nest_start(nlh, type);
		mnl_attr_put(nlh, SOCKPORT_A_PREFIX_ADDRESS, size, address);
		if (prefix->length)
			mnl_attr_put_u8(nlh, SOCKPORT_A_PREFIX_LENGTH, bits);
		mnl_attr_nest_end(nlh, nest);
	}
}

/* Both commands have the filter at the same number. */
static void put_filter(struct nlmsghdr *nlh, const struct filter *filter)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOCKPORT_A_SOCKET_FILTER);
	unsigned int i;

	put_u8(nlh, SOCKPORT_A_FILTER_PROTOCOL, filter->protocol);
	put_u8(nlh, SOCKPORT_A_FILTER_FAMILY, filter->family);
	put_u8(nlh, SOCKPORT_A_FILTER_ROLE, filter->role);
	if (filter->states)
		mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_STATES, filter->states);
	put_ranges(nlh, SOCKPORT_A_FILTER_PORT, filter->port);
	put_ranges(nlh, SOCKPORT_A_FILTER_LOCAL_PORT, filter->local_port);
	put_ranges(nlh, SOCKPORT_A_FILTER_REMOTE_PORT, filter->remote_port);
	put_prefixes(nlh, SOCKPORT_A_FILTER_LOCAL_ADDRESS, filter->local);
	put_prefixes(nlh, SOCKPORT_A_FILTER_REMOTE_ADDRESS, filter->remote);
	for (i = 0; i < VALUES && filter->uid[i]; i++)
		mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_UID, filter->uid[i]);
	mnl_attr_nest_end(nlh, nest);
}

FIXTURE(filter) {
	struct client		client;
	struct request		*request;
	struct connection	connection[LANES][SLOTS];
};

FIXTURE_SETUP(filter)
{
	struct rows idle;
	int lane;

	netns_enter();
	self->client = client_open();
	self->request = malloc(sizeof(*self->request));
	loss_begin();
	for (lane = 0; lane < LANES; lane++)
		connection_states(&lanes[lane], self->connection[lane]);
	idle = idle_sockets();
	rows_free(&idle);
	datagram_sockets(IPPROTO_UDP);
}

FIXTURE_TEARDOWN(filter)
{
	client_close(&self->client);
	free(self->request);
}

static void run_dump(struct client *client, struct request *request, uint8_t command,
		     const struct filter *filter, mnl_cb_t each, void *data)
{
	request_begin(client, request, command, NLM_F_DUMP);
	put_filter(request->nlh, filter);
	if (client_run(client, request, each, data))
		die("filter %s: %s %s", filter->name, strerror(-client->error), client->message);
}

/* Returns how much is wrong with one filter, between two listings that are the same. */
static unsigned int try_filter(struct client *client, struct request *request,
			       const struct filter *filter, size_t *matches)
{
	struct rows before, after, listed = { 0 }, expected;
	struct ports ports = { 0 }, sum;
	struct deadline d = deadline();
	unsigned int wrong;

	for (;;) {
		before = client_rows(client, 0);
		run_dump(client, request, SOCKPORT_CMD_SOCKET_GET, filter, client_add_row, &listed);
		run_dump(client, request, SOCKPORT_CMD_PORT_GET, filter, client_add_port, &ports);
		after = client_rows(client, 0);
		if (rows_same(&before, &after, QUIET))
			break;
		deadline_wait(&d, "a moment in which nothing moves");
		rows_free(&before);
		rows_free(&after);
		rows_free(&listed);
		ports_free(&ports);
	}
	expected = rows_select(&before, match, filter);
	*matches = expected.count;
	sum = ports_from_rows(&expected);
	wrong = rows_compare(filter->name, &expected, &listed, QUIET) +
		ports_compare(filter->name, &sum, &ports) + !ports_in_order(filter->name, &ports);
	rows_free(&before);
	rows_free(&after);
	rows_free(&listed);
	rows_free(&expected);
	ports_free(&ports);
	ports_free(&sum);
	return wrong;
}

TEST_F_TIMEOUT(filter, dumps, 1800)
{
	unsigned int wrong = 0, empty = 0;
	size_t i, matches, all = 0;

	for (i = 0; i < FILTERS; i++) {
		wrong += try_filter(&self->client, self->request, &filters[i], &matches);
		if (i == 0)
			all = matches;
		/* A filter that all or none match says little. */
		empty += !matches;
		note("%s: %zu of %zu", filters[i].name, matches, all);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_GE(4, empty);
}

static const struct row *find(const struct rows *rows, const struct connection *c, uint8_t state)
{
	const struct row *row = rows_find(rows, c->port, c->client_port, state);

	if (!row)
		die("no connection at port %u", c->port);
	return row;
}

static void put_tuple(struct nlmsghdr *nlh, const struct row *row)
{
	size_t size = row->family == AF_INET ? 4 : 16;

	mnl_attr_put_u8(nlh, SOCKPORT_A_SOCKET_PROTOCOL, row->protocol);
	mnl_attr_put_u8(nlh, SOCKPORT_A_SOCKET_FAMILY, row->family);
	mnl_attr_put(nlh, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, size, row->local);
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_LOCAL_PORT, row->local_port);
	mnl_attr_put(nlh, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, size, row->remote);
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_REMOTE_PORT, row->remote_port);
}

/* A minute is not long for a slow machine, and TIME_WAIT ends after it. */
static bool socket_gone(struct client *client, const struct row *row)
{
	struct rows rows = client_rows(client, 0);
	bool gone = !rows_find_cookie(&rows, row->cookie);

	rows_free(&rows);
	return gone;
}

static bool port_gone(struct client *client, const struct port *port)
{
	struct ports ports = client_ports(client);
	bool gone = !ports_find(&ports, port->protocol, port->role, port->port);

	ports_free(&ports);
	return gone;
}

/* Timers move on, and with them what they send again. */
#define STILL	(ROW_STATE | ROW_ROLE | ROW_IFINDEX | ROW_V6ONLY | ROW_RX_QUEUE | \
		 ROW_UID | ROW_INODE | ROW_COOKIE | ROW_MARK)

TEST_F_TIMEOUT(filter, get_socket, 600)
{
	struct rows rows = client_rows(&self->client, 0), got = { 0 }, one = { 0 };
	unsigned int asked = 0;

	for_each_row(row, &rows) {
		/* Listeners and idle sockets may share what they have. */
		if (!row->remote_port)
			continue;
		asked++;
		request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
		put_tuple(self->request->nlh, row);
		client_run(&self->client, self->request, client_add_row, &got);
		if (self->client.error == -ENOENT && socket_gone(&self->client, row))
			continue;
		ASSERT_EQ(0, self->client.error) {
			note("tuple: %s", self->client.message);
		}
		ASSERT_EQ(1, got.count);
		*rows_add(&one) = *row;
		EXPECT_EQ(0, rows_compare("by tuple", &one, &got, STILL));
		rows_free(&got);
		rows_free(&one);
	}
	for_each_row(row, &rows) {
		request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
		mnl_attr_put_u64(self->request->nlh, SOCKPORT_A_SOCKET_COOKIE, row->cookie);
		client_run(&self->client, self->request, client_add_row, &got);
		if (self->client.error == -ENOENT && socket_gone(&self->client, row))
			continue;
		ASSERT_EQ(0, self->client.error) {
			note("cookie: %s", self->client.message);
		}
		ASSERT_EQ(1, got.count);
		*rows_add(&one) = *row;
		EXPECT_EQ(0, rows_compare("by cookie", &one, &got, STILL));
		rows_free(&got);
		rows_free(&one);
	}
	note("%u sockets asked for by tuple, %zu by cookie", asked, rows.count);
	EXPECT_LT(50, asked);
}

TEST_F_TIMEOUT(filter, get_socket_in_part, 600)
{
	struct rows rows = client_rows(&self->client, 0), got = { 0 };
	const struct row *row = find(&rows, &self->connection[LANE_V4][SLOT_UNREAD],
				     SOCKPORT_STATE_ESTABLISHED);

	/* Two have this local port. */
	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_LOCAL_PORT, row->local_port);
	EXPECT_EQ(-ENOTUNIQ, client_run(&self->client, self->request, client_add_row, &got));
	EXPECT_STRNE("", self->client.message);
	EXPECT_EQ(0, got.count);

	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_LOCAL_PORT, 3);
	EXPECT_EQ(-ENOENT, client_run(&self->client, self->request, client_add_row, &got));
	EXPECT_STRNE("", self->client.message);

	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
	mnl_attr_put_u64(self->request->nlh, SOCKPORT_A_SOCKET_COOKIE, ~0ULL);
	EXPECT_EQ(-ENOENT, client_run(&self->client, self->request, client_add_row, &got));

	/* The right cookie with a wrong port is nobody. */
	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, 0);
	mnl_attr_put_u64(self->request->nlh, SOCKPORT_A_SOCKET_COOKIE, row->cookie);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_LOCAL_PORT, row->local_port + 1);
	EXPECT_EQ(-ENOENT, client_run(&self->client, self->request, client_add_row, &got));
	EXPECT_EQ(0, got.count);

	/* An interface, and none. */
	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_IFINDEX, netns_ifindex(NEAR));
	ASSERT_EQ(0, client_run(&self->client, self->request, client_add_row, &got));
	EXPECT_LT(20, got.count);
	for_each_row(each, &got)
		EXPECT_EQ(netns_ifindex(NEAR), each->ifindex);
	rows_free(&got);
	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_IFINDEX, 0);
	ASSERT_EQ(0, client_run(&self->client, self->request, client_add_row, &got));
	EXPECT_LT(20, got.count);
	for_each_row(each, &got)
		EXPECT_EQ(0, each->ifindex);
}

TEST_F_TIMEOUT(filter, get_port, 600)
{
	static const struct filter one = { .port = { { IDLE_PORT, IDLE_PORT } } };
	struct ports all = client_ports(&self->client), got = { 0 };
	unsigned int gone = 0;

	for_each_port(port, &all) {
		request_begin(&self->client, self->request, SOCKPORT_CMD_PORT_GET, 0);
		mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_PORT_PROTOCOL, port->protocol);
		mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_PORT_ROLE, port->role);
		mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_PORT_PORT, port->port);
		client_run(&self->client, self->request, client_add_port, &got);
		if (self->client.error == -ENOENT && port_gone(&self->client, port)) {
			gone++;
			continue;
		}
		ASSERT_EQ(0, self->client.error);
	}
	/* Queues may have moved; which rows there are has not. */
	ASSERT_EQ(all.count, got.count + gone);
	EXPECT_TRUE(ports_in_order("one by one", &got));

	request_begin(&self->client, self->request, SOCKPORT_CMD_PORT_GET, 0);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_PORT_PORT, 3);
	EXPECT_EQ(-ENOENT, client_run(&self->client, self->request, NULL, NULL));
	EXPECT_STRNE("", self->client.message);
	request_begin(&self->client, self->request, SOCKPORT_CMD_PORT_GET, 0);
	mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_PORT_ROLE, IN);
	EXPECT_EQ(-ENOTUNIQ, client_run(&self->client, self->request, NULL, NULL));
	EXPECT_STRNE("", self->client.message);

	ports_free(&got);
	request_begin(&self->client, self->request, SOCKPORT_CMD_PORT_GET, 0);
	put_filter(self->request->nlh, &one);
	EXPECT_EQ(0, client_run(&self->client, self->request, client_add_port, &got));
	ASSERT_EQ(1, got.count);
	EXPECT_EQ(IDLE_PORT, got.port[0].port);
}

/* Each group brings its own, and nothing else. */
TEST_F_TIMEOUT(filter, want, 600)
{
	static const struct {
		uint32_t	want;
		unsigned int	fields;
	} groups[] = {
		{ SOCKPORT_WANT_QUEUES, ROW_QUEUES | ROW_BACKLOG | ROW_LIMIT | ROW_DROPS },
		{ SOCKPORT_WANT_OWNER, ROW_UID | ROW_INODE | ROW_MARK },
		{ SOCKPORT_WANT_COOKIE, ROW_COOKIE },
		{ SOCKPORT_WANT_TIMER, ROW_TIMER | ROW_EXPIRES | ROW_RETRANSMITS },
		{ SOCKPORT_WANT_MEMORY, ROW_MEMORY },
		{ SOCKPORT_WANT_TCP_INFO, ROW_TCP_INFO },
		{ SOCKPORT_WANT_CONGESTION, ROW_CONGESTION },
	};
	const unsigned int always = ROW_STATE | ROW_ROLE | ROW_IFINDEX | ROW_V6ONLY;
	unsigned int i, seen;
	struct rows rows;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		rows = client_rows(&self->client, groups[i].want);
		seen = 0;
		for_each_row(row, &rows) {
			EXPECT_EQ(0, row->known & ~(groups[i].fields | always));
			seen |= row->known;
		}
		EXPECT_EQ(groups[i].fields | always, seen);
		rows_free(&rows);
	}
	/* No group is asked for: all but the dear ones. */
	rows = client_rows(&self->client, 0);
	seen = 0;
	for_each_row(row, &rows)
		seen |= row->known;
	EXPECT_EQ((ROW_ALL | ROW_EXPIRES) & ~(ROW_TCP_INFO | ROW_CONGESTION), seen);
	rows_free(&rows);
	/* None is wanted: a mask of no bits. */
	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_WANT, 0);
	ASSERT_EQ(0, client_run(&self->client, self->request, client_add_row, &rows));
	for_each_row(row, &rows)
		EXPECT_EQ(0, row->known & ~always);
}

TEST_HARNESS_MAIN
