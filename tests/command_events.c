// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the command that show events and closed doors, without a kernel:
 * messages, filters, lines, options.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/cmd/doors.h"
#include "../userspace/cmd/option-table.h"
#include "../userspace/cmd/options.h"
#include "../userspace/columns/tables.h"
#include "../userspace/columns/row.h"
#include "../userspace/format/number.h"
#include "../userspace/kernel/decode.h"
#include "../userspace/select/match.h"

/* 2026-01-02 03:04:05.678 UTC */
#define MOMENT	1767323045678ull

FIXTURE(message)
{
	uint64_t buffer[512];
	struct nlmsghdr *header;
	struct names *names;
	struct event_row row;
	struct door_row door;
	struct filter filter;
	struct failure failure;
	char line[4096];
};

FIXTURE_SETUP(message)
{
	memset(self, 0, sizeof(*self));
	setenv("TZ", "UTC", 1);
	self->header = mnl_nlmsg_put_header(self->buffer);
	mnl_nlmsg_put_extra_header(self->header, GENL_HDRLEN);
	self->names = names_new(false);
	ASSERT_TRUE(self->names);
}

FIXTURE_TEARDOWN(message)
{
	names_free(self->names);
}

static void put_address(struct nlmsghdr *header, uint16_t type, int family, const char *text)
{
	uint8_t address[16];

	inet_pton(family, text, address);
	mnl_attr_put(header, type, family == AF_INET ? 4 : 16, address);
}

/* A connection to port 443 that the other end closed. */
static void put_close(struct nlmsghdr *header)
{
	mnl_attr_put_u8(header, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_CLOSE);
	mnl_attr_put_u64(header, SOCKPORT_A_EVENT_TIME, MOMENT * 1000000 + 123456);
	mnl_attr_put_u8(header, SOCKPORT_A_EVENT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(header, SOCKPORT_A_EVENT_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_PORT, 443);
	put_address(header, SOCKPORT_A_EVENT_LOCAL_ADDRESS, AF_INET6, "2001:db8::1");
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_LOCAL_PORT, 443);
	put_address(header, SOCKPORT_A_EVENT_REMOTE_ADDRESS, AF_INET6, "::ffff:10.1.2.3");
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_REMOTE_PORT, 40000);
	mnl_attr_put_u8(header, SOCKPORT_A_EVENT_CAUSE, SOCKPORT_CAUSE_CLOSED_BY_PEER);
	mnl_attr_put_u64(header, SOCKPORT_A_EVENT_DURATION, 1500000);
	mnl_attr_put_u64(header, SOCKPORT_A_EVENT_BYTES_IN, 2048);
	mnl_attr_put_u64(header, SOCKPORT_A_EVENT_BYTES_OUT, 0);
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_RTT, 250);
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_RETRANSMITS, 2);
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_PID, 77);
	mnl_attr_put_strz(header, SOCKPORT_A_EVENT_COMM, "a b");
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_UID, 0);
	mnl_attr_put_u32(header, SOCKPORT_A_EVENT_NETNS, 4026531840u);
}

static void put_lost(struct nlmsghdr *header, uint64_t lost)
{
	mnl_attr_put_u8(header, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_LOST);
	mnl_attr_put_u64(header, SOCKPORT_A_EVENT_LOST, lost);
}

/* A row as a line, with the usual columns, without runs of blanks. */
static void put_line(char *to, const struct columns *columns, const void *row,
		     struct names *names, bool json)
{
	char buffer[OUTPUT_ROW_MAX], *from;
	struct output output = { .descriptor = -1, .next = buffer, .buffer = buffer };
	struct sink sink = sink_into(buffer, json ? SINK_JSON : SINK_TEXT, names);
	struct selection selection;

	selection_default(&selection, columns, json ? COLUMN_IN_JSON : COLUMN_IN_TEXT, false);
	if (json)
		row_object(&output, &selection, row, &sink);
	else
		row_line(&output, &selection, row, &sink);
	*output.next = 0;
	for (from = buffer; *from; from++)
		if (json || *from != ' ' || from[1] != ' ')
			*to++ = *from;
	*to = 0;
}

TEST_F(message, event_text)
{
	put_close(self->header);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	put_line(self->line, &event_columns, &self->row, self->names, false);
	EXPECT_STREQ("2026-01-02T03:04:05.678+00:00 close tcp in 443 [2001:db8::1]:443 10.1.2.3:40000 "
		     "closed-by-peer 1.5s 2K 0 250us - a\\040b[77]\n", self->line);
}

TEST_F(message, event_json)
{
	put_close(self->header);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	put_line(self->line, &event_columns, &self->row, self->names, true);
	EXPECT_STREQ("{\"time\":1767323045678123,\"type\":\"close\",\"proto\":\"tcp\",\"role\":\"in\","
		     "\"port\":443,\"local\":\"2001:db8::1\",\"lport\":443,"
		     "\"remote\":\"10.1.2.3\",\"rport\":40000,\"cause\":\"closed-by-peer\","
		     "\"duration\":1500000,\"bytes_in\":2048,\"bytes_out\":0,\"rtt\":250,"
		     "\"retransmits\":2,\"lost\":null,\"pid\":77,\"comm\":\"a b\",\"uid\":0,"
		     "\"user\":\"root\",\"netns_inode\":4026531840}", self->line);
}

TEST_F(message, lost_events)
{
	put_lost(self->header, 17);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	put_line(self->line, &event_columns, &self->row, self->names, false);
	EXPECT_STREQ("- lost - - - - - - - - - - 17 -\n", self->line);
	/* Whatever one wants to see, that something is missing one must know. */
	ASSERT_EQ(0, filter_add_word(&self->filter, "udp", &self->failure));
	EXPECT_TRUE(match_event(&self->filter, 1u << SOCKPORT_EVENT_TYPE_LISTEN, &self->row));
}

TEST_F(message, malformed_events)
{
	const uint32_t length = self->header->nlmsg_len;

	EXPECT_FALSE(decode_event(self->header, &self->row));
	mnl_attr_put_u8(self->header, SOCKPORT_A_EVENT_TYPE, 200);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	put_line(self->line, &event_columns, &self->row, self->names, false);
	EXPECT_STREQ("- 200 - - - - - - - - - - - -\n", self->line);
	mnl_attr_put(self->header, SOCKPORT_A_EVENT_LOCAL_ADDRESS, 5, "12345");
	EXPECT_FALSE(decode_event(self->header, &self->row));
	self->header->nlmsg_len = length;
	mnl_attr_put_u8(self->header, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_OPEN);
	mnl_attr_put_u32(self->header, SOCKPORT_A_EVENT_TIME, 1);
	EXPECT_FALSE(decode_event(self->header, &self->row));
}

/* Whether the event is taken with this option. */
static bool takes(const struct event_row *row, enum filter_key key, const char *value)
{
	struct filter filter = { 0 };
	struct failure failure;

	return !filter_add(&filter, key, value, &failure) && match_event(&filter, 0, row);
}

TEST_F(message, event_filter)
{
	put_close(self->header);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	EXPECT_TRUE(match_event(&self->filter, 0, &self->row));
	EXPECT_TRUE(match_event(&self->filter, 1u << SOCKPORT_EVENT_TYPE_CLOSE, &self->row));
	EXPECT_FALSE(match_event(&self->filter, 1u << SOCKPORT_EVENT_TYPE_OPEN, &self->row));
	EXPECT_TRUE(takes(&self->row, FILTER_PROTOCOL, "udp,tcp"));
	EXPECT_FALSE(takes(&self->row, FILTER_PROTOCOL, "udp"));
	EXPECT_TRUE(takes(&self->row, FILTER_ROLE, "in"));
	EXPECT_FALSE(takes(&self->row, FILTER_ROLE, "out"));
	EXPECT_TRUE(takes(&self->row, FILTER_PORT, "80,440-443"));
	EXPECT_FALSE(takes(&self->row, FILTER_PORT, "442,444-65535"));
	EXPECT_TRUE(takes(&self->row, FILTER_LOCAL_PORT, "443"));
	EXPECT_FALSE(takes(&self->row, FILTER_LOCAL_PORT, "40000"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE_PORT, "40000"));
	EXPECT_TRUE(takes(&self->row, FILTER_UID, "0"));
	EXPECT_FALSE(takes(&self->row, FILTER_UID, "1"));
	EXPECT_TRUE(takes(&self->row, FILTER_FAMILY, "ipv6"));
	EXPECT_FALSE(takes(&self->row, FILTER_FAMILY, "ipv4"));
}

TEST_F(message, event_addresses)
{
	put_close(self->header);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	EXPECT_TRUE(takes(&self->row, FILTER_LOCAL, "2001:db8::/32"));
	EXPECT_TRUE(takes(&self->row, FILTER_LOCAL, "2001:db8::/127"));
	EXPECT_FALSE(takes(&self->row, FILTER_LOCAL, "2001:db8::/128"));
	EXPECT_TRUE(takes(&self->row, FILTER_LOCAL, "::/0"));
	EXPECT_FALSE(takes(&self->row, FILTER_LOCAL, "0.0.0.0/0"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE, "10.0.0.0/8"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE, "10.1.2.3"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE, "10.1.2.2/31"));
	EXPECT_FALSE(takes(&self->row, FILTER_REMOTE, "10.1.2.0/31"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE, "10.0.0.0/15"));
	EXPECT_FALSE(takes(&self->row, FILTER_REMOTE, "10.1.2.2"));
	EXPECT_TRUE(takes(&self->row, FILTER_REMOTE, "::ffff:0:0/96"));
	EXPECT_FALSE(takes(&self->row, FILTER_REMOTE, "11.0.0.0/8"));
}

/* What an event does not say, it does not match. */
TEST_F(message, unknown_does_not_match)
{
	mnl_attr_put_u8(self->header, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_LISTEN);
	ASSERT_TRUE(decode_event(self->header, &self->row));
	EXPECT_TRUE(match_event(&self->filter, 0, &self->row));
	EXPECT_FALSE(takes(&self->row, FILTER_PORT, "0"));
	EXPECT_FALSE(takes(&self->row, FILTER_UID, "0"));
	EXPECT_FALSE(takes(&self->row, FILTER_LOCAL, "::/0"));
	EXPECT_FALSE(takes(&self->row, FILTER_FAMILY, "ipv4,ipv6"));
	self->row.type = SOCKPORT_EVENT_TYPE_RESET;
	EXPECT_TRUE(takes(&self->row, FILTER_PORT, "0"));
	EXPECT_FALSE(match_event(&self->filter, 1u << SOCKPORT_EVENT_TYPE_OPEN, &self->row));
}

static void put_door(struct nlmsghdr *header, uint32_t port, uint64_t attempts)
{
	mnl_attr_put_u8(header, SOCKPORT_A_CLOSED_DOOR_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u32(header, SOCKPORT_A_CLOSED_DOOR_PORT, port);
	mnl_attr_put_u32(header, SOCKPORT_A_CLOSED_DOOR_NETNS, 4026531840u);
	mnl_attr_put_u64(header, SOCKPORT_A_CLOSED_DOOR_ATTEMPTS, attempts);
	mnl_attr_put_u64(header, SOCKPORT_A_CLOSED_DOOR_FIRST, MOMENT - 60000);
	mnl_attr_put_u64(header, SOCKPORT_A_CLOSED_DOOR_LAST, MOMENT);
	put_address(header, SOCKPORT_A_CLOSED_DOOR_SOURCE, AF_INET, "192.0.2.7");
	put_address(header, SOCKPORT_A_CLOSED_DOOR_ADDRESS, AF_INET, "192.0.2.1");
}

TEST_F(message, door)
{
	put_door(self->header, 23, 1234);
	ASSERT_TRUE(decode_door(self->header, &self->door));
	put_line(self->line, &door_columns, &self->door, self->names, false);
	EXPECT_STREQ("tcp 23 telnet 1234 2026-01-02T03:03:05+00:00 2026-01-02T03:04:05+00:00 192.0.2.7 192.0.2.1\n",
		     self->line + (*self->line == ' '));
	put_line(self->line, &door_columns, &self->door, self->names, true);
	EXPECT_STREQ("{\"proto\":\"tcp\",\"port\":23,\"service\":\"telnet\",\"attempts\":1234,"
		     "\"first\":1767322985678000,\"last\":1767323045678000,\"source\":\"192.0.2.7\","
		     "\"source_ports\":0,\"local\":\"192.0.2.1\",\"netns_inode\":4026531840}", self->line);
	mnl_attr_put(self->header, SOCKPORT_A_CLOSED_DOOR_SOURCE, 3, "abc");
	EXPECT_FALSE(decode_door(self->header, &self->door));
}

TEST_F(message, door_filter)
{
	put_door(self->header, 23, 1);
	ASSERT_TRUE(decode_door(self->header, &self->door));
	EXPECT_TRUE(match_door(&self->filter, &self->door));
	ASSERT_EQ(0, filter_add_word(&self->filter, "tcp", &self->failure));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_REMOTE, "192.0.2.0/24", &self->failure));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PORT, "20-29", &self->failure));
	EXPECT_TRUE(match_door(&self->filter, &self->door));
	self->door.port = 30;
	EXPECT_FALSE(match_door(&self->filter, &self->door));
	self->door.port = 29;
	self->door.source[2]++;
	EXPECT_FALSE(match_door(&self->filter, &self->door));
	self->door.source[2]--;
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_FAMILY, "ipv4", &self->failure));
	EXPECT_TRUE(match_door(&self->filter, &self->door));
	self->filter.families.list[0] = AF_INET6;
	EXPECT_FALSE(match_door(&self->filter, &self->door));
	/* Of whoever knocked unknown, the family is not known either. */
	self->filter.remotes.count = 0;
	self->door.source_size = 0;
	EXPECT_FALSE(match_door(&self->filter, &self->door));
	self->filter.families.count = 0;
	EXPECT_TRUE(match_door(&self->filter, &self->door));
	self->door.protocol = SOCKPORT_PROTOCOL_UDP;
	EXPECT_FALSE(match_door(&self->filter, &self->door));
}

/* Most attempts first; among equals an order that stays. */
TEST(doors_in_order)
{
	static const uint64_t attempts[] = { 5, 7, 5, UINT64_MAX, 7 };
	static const uint32_t expected[] = { 3, 1, 4, 0, 2 };
	struct doors doors = { 0 };
	uint32_t i;

	for (i = 0; i < 1000; i++)
		ASSERT_TRUE(doors_add(&doors, &(struct door_row){ .port = 1000 + i }));
	for (i = 0; i < 5; i++)
		ASSERT_TRUE(doors_add(&doors, &(struct door_row){ .port = i,
								  .attempts = attempts[i] }));
	doors_sort(&doors);
	ASSERT_EQ(1005, doors.count);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(expected[i], doors.list[i].port);
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(1000 + i, doors.list[5 + i].port);
	doors_free(&doors);
}

static void put_group(struct nlmsghdr *header, const char *name, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(header, 1);

	mnl_attr_put_u32(header, CTRL_ATTR_MCAST_GRP_ID, id);
	mnl_attr_put_strz(header, CTRL_ATTR_MCAST_GRP_NAME, name);
	mnl_attr_nest_end(header, nest);
}

TEST_F(message, family)
{
	struct nlattr *nest;
	uint32_t version, group;
	uint16_t id;

	mnl_attr_put_u16(self->header, CTRL_ATTR_FAMILY_ID, 33);
	mnl_attr_put_u32(self->header, CTRL_ATTR_VERSION, 1);
	ASSERT_TRUE(decode_family(self->header, "events", &id, &version, &group));
	EXPECT_EQ(0, group);
	nest = mnl_attr_nest_start(self->header, CTRL_ATTR_MCAST_GROUPS);
	put_group(self->header, "other", 5);
	put_group(self->header, "events", 6);
	put_group(self->header, "event", 7);
	mnl_attr_nest_end(self->header, nest);
	ASSERT_TRUE(decode_family(self->header, "events", &id, &version, &group));
	EXPECT_EQ(33, id);
	EXPECT_EQ(1, version);
	EXPECT_EQ(6, group);
}

/* 0, or the status that the command would exit with. */
static int parse(struct options *options, const char *line)
{
	char copy[256], *words[16] = { "sockport" }, *rest = copy;
	struct failure failure = { 0 };
	int count = 1;

	strcpy(copy, line);
	while ((words[count] = strsep(&rest, " ")))
		count++;
	optind = 0;
	return options_parse(options, count, words, &failure) ? failure.status : 0;
}

TEST(good_options)
{
	struct options options;

	ASSERT_EQ(0, parse(&options, "events --type listen,closed-door --count 3 tcp 80 -J"));
	EXPECT_EQ(COMMAND_EVENTS, options.command);
	EXPECT_EQ(1u << SOCKPORT_EVENT_TYPE_LISTEN | 1u << SOCKPORT_EVENT_TYPE_CLOSED_DOOR,
		  options.types);
	EXPECT_EQ(3, options.count);
	ASSERT_EQ(0, parse(&options, "ports --interval 0.25 --count 2"));
	EXPECT_EQ(250, options.interval);
	ASSERT_EQ(0, parse(&options, "metrics"));
	EXPECT_EQ(METRICS_OPENMETRICS, options.format);
	EXPECT_EQ(METRICS_TOP, options.top);
	ASSERT_EQ(0, parse(&options, "metrics --top 0 --textfile /x"));
	EXPECT_EQ(METRICS_PROMETHEUS, options.format);
	EXPECT_EQ(0, options.top);
	ASSERT_EQ(0, parse(&options, "reset --netns x"));
	EXPECT_STREQ("x", options.netns);
	EXPECT_EQ(0, parse(&options, "closed-doors -A udp 53 --remote 10.0.0.0/8 -o port"));
}

/* What ss(8) means by them, or we did before. */
TEST(letters)
{
	const uint32_t listening = 1u << SOCKPORT_STATE_LISTEN;
	struct options options;

	ASSERT_EQ(0, parse(&options, "-tulpn"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	EXPECT_EQ(2, options.filter.protocols.count);
	EXPECT_EQ(listening, options.filter.tcp_states);
	EXPECT_TRUE(options.processes && options.numeric);
	ASSERT_EQ(0, parse(&options, "-t"));
	EXPECT_EQ(0, options.filter.tcp_states & (listening | 1u << SOCKPORT_STATE_TIME_WAIT));
	EXPECT_TRUE(options.filter.tcp_states & 1u << SOCKPORT_STATE_ESTABLISHED);
	ASSERT_EQ(0, parse(&options, "-ta"));
	EXPECT_EQ(0, options.filter.tcp_states);
	ASSERT_EQ(0, parse(&options, "-tano"));
	EXPECT_TRUE(options.timers && !options.columns);
	ASSERT_EQ(0, parse(&options, "-to established"));
	EXPECT_TRUE(options.timers && !options.columns);
	EXPECT_EQ(1u << SOCKPORT_STATE_ESTABLISHED, options.filter.tcp_states);
	ASSERT_EQ(0, parse(&options, "-to state,port"));
	EXPECT_STREQ("state,port", options.columns);
	ASSERT_EQ(0, parse(&options, "-A tcp,udp"));
	EXPECT_FALSE(options.all_netns);
	ASSERT_EQ(0, parse(&options, "-A tcp"));
	EXPECT_FALSE(options.all_netns);
	ASSERT_EQ(0, parse(&options, "ports -A tcp"));
	EXPECT_TRUE(options.all_netns);
	ASSERT_EQ(0, parse(&options, "-s"));
	EXPECT_EQ(COMMAND_SUMMARY, options.command);
	ASSERT_EQ(0, parse(&options, "-l"));
	EXPECT_EQ(COMMAND_PORTS, options.command);
	ASSERT_EQ(0, parse(&options, "-N x -xa"));
	EXPECT_STREQ("x", options.netns);
	ASSERT_EQ(0, parse(&options, "443"));
	EXPECT_EQ(COMMAND_SHOW, options.command);
	EXPECT_EQ(443, options.port);
	ASSERT_EQ(0, parse(&options, "tcp 443"));
	EXPECT_EQ(COMMAND_PORTS, options.command);
	ASSERT_EQ(0, parse(&options, "10.0.0.0/8"));
	EXPECT_EQ(1, options.filter.remotes.count);
	ASSERT_EQ(0, parse(&options, "--summary"));
	EXPECT_EQ(COMMAND_SUMMARY, options.command);
	ASSERT_EQ(0, parse(&options, "-tO"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	ASSERT_EQ(0, parse(&options, "-O"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	ASSERT_EQ(0, parse(&options, "-tlT"));
	EXPECT_TRUE(options.processes);
	ASSERT_EQ(0, parse(&options, "-B"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, options.filter.protocols.list[0]);
	EXPECT_EQ(1u << SOCKPORT_STATE_CLOSE, options.filter.tcp_states);
	ASSERT_EQ(0, parse(&options, "--options --cgroup"));
	EXPECT_TRUE(options.timers && options.cgroup && !options.columns);
	ASSERT_EQ(0, parse(&options, "--socket=tcp,udp -a"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	EXPECT_EQ(2, options.filter.protocols.count);
	ASSERT_EQ(0, parse(&options, "-i -P -n"));
	EXPECT_TRUE(options.info && options.numeric);
	ASSERT_EQ(0, parse(&options, ":443"));
	EXPECT_EQ(COMMAND_SHOW, options.command);
	EXPECT_EQ(443, options.port);
	ASSERT_EQ(0, parse(&options, "-i :443"));
	EXPECT_EQ(443, options.filter.ports.list[0].first);
	ASSERT_EQ(0, parse(&options, "--vsock --xdp"));
	EXPECT_EQ(COMMAND_SOCKETS, options.command);
	EXPECT_EQ(2, options.filter.protocols.count);
}

/* What is none here has something in its place. */
TEST(foreign_options)
{
	static const struct { const char *word, *instead; } cases[] = {
		{ "-tr", "'-r': addresses stay numbers" }, { "--resolve", "getent" },
		{ "-tZ", "ps -Z" }, { "--contexts", "ps -Z" }, { "-b", "ss -b" },
		{ "--tos", "ss --tos" }, { "--inet-sockopt", "ss --inet-sockopt" },
		{ "-d", "--protocol other" }, { "--tipc", "--protocol other" },
		{ "-D", "sockport record" }, { "--diag=/x", "sockport record" },
		{ "-E", "sockport events" }, { "--events", "sockport events" },
		{ "-tK", "sockport kill" }, { "--kill", "sockport kill" },
		{ "-tuc", "sockport top" }, { "-Q", "-o chooses" }, { "-U", "-x" },
		{ "-iTCP:443", "lsof" }, { "-i:443", "lsof" }, { "-i@192.0.2.1", "lsof" },
		{ "-tq", "'-q': see sockport --help" }, { "--frob", "'--frob': see sockport --help" },
	};
	struct options options;
	struct failure failure;
	char *words[3] = { "sockport" };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		words[1] = (char *)cases[i].word;
		failure = (struct failure){ 0 };
		EXPECT_EQ(-1, options_parse(&options, 2, words, &failure));
		EXPECT_EQ(EXIT_USAGE, failure.status);
		EXPECT_NE(NULL, strstr(failure.text, cases[i].instead)) {
			TH_LOG("%s: %s", cases[i].word, failure.text);
		}
	}
}

/* What a file has comes behind the words, and is no command. */
TEST(filter_of_file)
{
	static const struct { const char *line, *text; int status; } cases[] = {
		{ "-t", "dport = :443 # and more\n# nothing\n\tor sport = :443", 0 },
		{ "-t src 10.0.0.0/8 and", "sport = :443", 0 }, { "sockets", "udp 53", 0 },
		{ "", "established", 0 }, { "-t", "", 0 }, { "kill", "", EXIT_USAGE },
		{ "", "ports", EXIT_USAGE }, { "stats", "tcp", EXIT_USAGE },
		{ "-t", "sport = :frob", EXIT_USAGE },
	};
	struct options options;
	char path[] = "/tmp/sockport.XXXXXX", line[256];
	int file = mkstemp(path);
	size_t i;

	ASSERT_LE(0, file);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ASSERT_EQ(0, ftruncate(file, 0));
		ASSERT_EQ(strlen(cases[i].text), pwrite(file, cases[i].text, strlen(cases[i].text), 0));
		snprintf(line, sizeof(line), "-F %s%s%s", path, *cases[i].line ? " " : "", cases[i].line);
		EXPECT_EQ(cases[i].status, parse(&options, line)) {
			TH_LOG("%s with '%s'", cases[i].line, cases[i].text);
		}
		if (i == 2) {
			EXPECT_EQ(SOCKPORT_PROTOCOL_UDP, options.filter.protocols.list[0]);
			EXPECT_EQ(53, options.filter.ports.list[0].first);
		}
		if (!i) {
			EXPECT_EQ(COMMAND_SOCKETS, options.command);
			EXPECT_NE(NULL, options.plan);
		}
		options_free(&options);
	}
	EXPECT_EQ(0, ftruncate(file, 100000));
	snprintf(line, sizeof(line), "-F %s", path);
	EXPECT_EQ(EXIT_USAGE, parse(&options, line));
	close(file);
	unlink(path);
	EXPECT_EQ(EXIT_USAGE, parse(&options, line));
}

/* Several ports, or protocols, in one word. */
TEST(lists_of_words)
{
	struct options options;

	ASSERT_EQ(0, parse(&options, "80,443"));
	EXPECT_EQ(COMMAND_PORTS, options.command);
	EXPECT_EQ(2, options.filter.ports.count);
	ASSERT_EQ(0, parse(&options, "1-1023"));
	EXPECT_EQ(COMMAND_PORTS, options.command);
	EXPECT_EQ(1, options.filter.ports.count);
	ASSERT_EQ(0, parse(&options, "sockets http,8080-8090 established"));
	EXPECT_EQ(2, options.filter.ports.count);
	EXPECT_EQ(0, options.filter.protocols.count);
	ASSERT_EQ(0, parse(&options, "tcp,udp"));
	EXPECT_EQ(COMMAND_PORTS, options.command);
	EXPECT_EQ(2, options.filter.protocols.count);
	EXPECT_EQ(0, options.filter.ports.count);
	EXPECT_EQ(EXIT_USAGE, parse(&options, "tcp,443"));
}

/* Two are shown in a line of a terminal. */
TEST(briefs)
{
	const struct option_row *row;

	for (row = option_rows; row < option_rows + option_count; row++)
		if (row->help && row->name)
			EXPECT_TRUE(row->brief && strlen(row->brief) <= BRIEF_MAX) {
				TH_LOG("option '%s'", row->name);
			}
}

/* Where there is nothing to choose, a word is not taken for a condition. */
TEST(words_too_many)
{
	static const char *const lines[] = {
		"reset x", "stats x", "doctor x", "serve x", "record file x", "programs a b",
		"help x", "-K", "-E",
	};
	char *words[4] = { "sockport", "doctor", "x" };
	struct failure failure = { 0 };
	struct options options;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		EXPECT_EQ(EXIT_USAGE, parse(&options, lines[i])) {
			TH_LOG("%s", lines[i]);
		}
	EXPECT_EQ(-1, options_parse(&options, 3, words, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "doctor has no use for 'x'"));
}

TEST(bad_options)
{
	static const char *const bad[] = {
		"events --type", "events --type close,", "events --type accepted",
		"events --state listen", "events established", "events --count 0",
		"events --count -1", "events --interval 1", "events -p", "closed-doors in",
		"closed-doors --uid 0", "closed-doors --count 1", "reset 80", "reset -A",
		"reset --json", "metrics --json", "metrics --top 10001",
		"metrics --format json", "metrics --textfile /x --format openmetrics",
		"metrics --textfile ", "ports --textfile /x", "ports --top 3", "sockets --since x",
		"ports --since x --interval 1", "ports --interval 0", "ports --interval 0.0",
		"ports --interval .", "ports --interval 1.", "ports --interval 0.0001",
		"ports --interval 604801", "ports --interval -1", "ports --count 3",
		"ports --type listen", "sockets --interval 1", "stats tcp", "stats --netns x",
		"stats --columns port",
	};
	struct options options;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT_EQ(EXIT_USAGE, parse(&options, bad[i])) {
			TH_LOG("'%s' was taken", bad[i]);
		}
	}
}

TEST(seconds)
{
	uint32_t ms;

	EXPECT_TRUE(number_parse_ms("0", 5000, &ms) && ms == 0);
	EXPECT_TRUE(number_parse_ms("5", 5000, &ms) && ms == 5000);
	EXPECT_TRUE(number_parse_ms("0.5", 5000, &ms) && ms == 500);
	EXPECT_TRUE(number_parse_ms("1.25", 5000, &ms) && ms == 1250);
	EXPECT_TRUE(number_parse_ms("0.001", 5000, &ms) && ms == 1);
	EXPECT_FALSE(number_parse_ms("5.001", 5000, &ms));
	EXPECT_FALSE(number_parse_ms("", 5000, &ms));
	EXPECT_FALSE(number_parse_ms(".5", 5000, &ms));
	EXPECT_FALSE(number_parse_ms("1.5.", 5000, &ms));
	EXPECT_FALSE(number_parse_ms("1 ", 5000, &ms));
	EXPECT_FALSE(number_parse_ms("4294968", 5000, &ms));
}

static uint32_t states_of(const char *line)
{
	char copy[128], *words[16] = { "sockport" }, *rest = copy;
	struct options options = { 0 };
	struct failure failure = { 0 };
	uint32_t states = ~0u;
	int count = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((words[count] = strsep(&rest, " ")))
		count++;
	if (!options_parse(&options, count, words, &failure))
		states = options.filter.tcp_states;
	options_free(&options);
	return states;
}

/* Which states hands that know ss(8), netstat(8) and lsof(8) mean; 0 for all. */
TEST(states_of_hands)
{
	const uint32_t listening = 1u << SOCKPORT_STATE_LISTEN;

	EXPECT_EQ(0, states_of("-plant"));
	EXPECT_EQ(0, states_of("-tulpan"));
	EXPECT_EQ(0, states_of("sockets -l --all"));
	EXPECT_EQ(listening, states_of("-tal"));
	EXPECT_EQ(listening, states_of("-tulpn"));
	/* Of ports, -a is another question. */
	EXPECT_EQ(listening, states_of("ports -la"));
	EXPECT_EQ(0, states_of("-i :443"));
	EXPECT_EQ(0, states_of("-0"));
	EXPECT_EQ(0, states_of("-f link"));
	EXPECT_EQ(0, states_of("-f netlink"));
	EXPECT_EQ(0, states_of("--xdp"));
	EXPECT_NE(0, states_of("-A packet"));
	EXPECT_NE(0, states_of("-t"));
	EXPECT_NE(0, states_of("-t0"));
}

TEST_HARNESS_MAIN
