// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the command that need no kernel: addresses, filters, JSON, messages,
 * names, and what it counts.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <locale.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/columns/endpoint.h"
#include "../userspace/columns/processes.h"
#include "../userspace/columns/tables.h"
#include "../userspace/count/bound.h"
#include "../userspace/count/destinations.h"
#include "../userspace/count/ends.h"
#include "../userspace/count/holders.h"
#include "../userspace/count/pools.h"
#include "../userspace/format/address.h"
#include "../userspace/format/words.h"
#include "../userspace/host/cgroup.h"
#include "../userspace/host/limit.h"
#include "../userspace/host/netns.h"
#include "../userspace/host/services.h"
#include "../userspace/host/users.h"
#include "../userspace/kernel/decode.h"
#include "../userspace/kernel/request.h"
#include "../userspace/select/filter.h"
#include "../userspace/table/escape.h"

/* A fixed sequence: a failure can be repeated. */
static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static bool same_as_inet_ntop(int family, const uint8_t *address)
{
	char ours[ADDRESS_MAX + 1], theirs[INET6_ADDRSTRLEN];

	*address_put(ours, family, address) = 0;
	return inet_ntop(family, address, theirs, sizeof(theirs)) && !strcmp(ours, theirs);
}

/* Each octet takes all values in each place. */
TEST(address_ipv4)
{
	uint8_t address[4];
	int place, value;

	for (place = 0; place < 4; place++) {
		for (value = 0; value < 256; value++) {
			memset(address, 255 - value, sizeof(address));
			address[place] = value;
			ASSERT_TRUE(same_as_inet_ntop(AF_INET, address));
		}
	}
}

/* All patterns of groups that are 0, 1, ffff or another, so all runs of zeroes. */
TEST(address_ipv6_patterns)
{
	static const uint16_t groups[] = { 0, 1, 0xffff, 0x0a0b };
	uint8_t address[16];
	unsigned int pattern, i;

	for (pattern = 0; pattern < 1 << 16; pattern++) {
		for (i = 0; i < 8; i++) {
			address[2 * i] = groups[pattern >> 2 * i & 3] >> 8;
			address[2 * i + 1] = groups[pattern >> 2 * i & 3];
		}
		ASSERT_TRUE(same_as_inet_ntop(AF_INET6, address)) {
			TH_LOG("pattern %#x", pattern);
		}
	}
}

TEST(address_ipv6_random)
{
	uint32_t state = 4711, zeroes, word;
	uint8_t address[16];
	int i, j;

	for (i = 0; i < 300000; i++) {
		for (j = 0; j < 16; j += 4) {
			word = random_next(&state);
			memcpy(address + j, &word, sizeof(word));
		}
		zeroes = random_next(&state);
		for (j = 0; j < 16; j++)
			if (zeroes >> j & 1)
				address[j] = 0;
		ASSERT_TRUE(same_as_inet_ntop(AF_INET6, address)) {
			TH_LOG("address %d", i);
		}
	}
}

TEST(address_scope)
{
	uint8_t address[16];

	inet_pton(AF_INET6, "fe80::1", address);
	EXPECT_TRUE(address_is_scoped(AF_INET6, address));
	EXPECT_FALSE(address_is_scoped(AF_INET, address));
	inet_pton(AF_INET6, "febf::1", address);
	EXPECT_TRUE(address_is_scoped(AF_INET6, address));
	inet_pton(AF_INET6, "fec0::1", address);
	EXPECT_FALSE(address_is_scoped(AF_INET6, address));
	inet_pton(AF_INET6, "ff02::1", address);
	EXPECT_TRUE(address_is_scoped(AF_INET6, address));
	inet_pton(AF_INET6, "ff05::1", address);
	EXPECT_FALSE(address_is_scoped(AF_INET6, address));
}

TEST(address_prefixes)
{
	struct prefix prefix;
	uint8_t address[16];

	ASSERT_TRUE(address_parse_prefix("192.0.2.1", &prefix));
	EXPECT_EQ(AF_INET, prefix.family);
	EXPECT_EQ(32, prefix.length);
	ASSERT_TRUE(address_parse_prefix("10.0.0.0/8", &prefix));
	EXPECT_EQ(8, prefix.length);
	ASSERT_TRUE(address_parse_prefix("::/0", &prefix));
	EXPECT_EQ(AF_INET6, prefix.family);
	EXPECT_EQ(0, prefix.length);
	ASSERT_TRUE(address_parse_prefix("[2001:db8::1]/64", &prefix));
	inet_pton(AF_INET6, "2001:db8::1", address);
	EXPECT_EQ(0, memcmp(address, prefix.address, sizeof(address)));
	EXPECT_EQ(64, prefix.length);
}

TEST(address_bad_prefixes)
{
	static const char *const bad[] = {
		"", "/", "10", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
		"::/129", ":::", "[::1", "fe80::1%lo", "localhost", "256.0.0.1",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255/128/0000000000000000000",
	};
	struct prefix prefix;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT_FALSE(address_parse_prefix(bad[i], &prefix)) {
			TH_LOG("'%s' was taken", bad[i]);
		}
	}
}

static bool same_as_printf(uint64_t value)
{
	char ours[NUMBER_MAX_U64 + 1], theirs[NUMBER_MAX_U64 + 1];

	*number_put(ours, value) = 0;
	snprintf(theirs, sizeof(theirs), "%llu", (unsigned long long)value);
	return !strcmp(ours, theirs);
}

TEST(numbers)
{
	uint64_t value;
	int digits;

	for (value = 0; value < 100000; value++) {
		ASSERT_TRUE(same_as_printf(value));
	}
	for (value = 1, digits = 1; digits < 20; digits++, value *= 10) {
		EXPECT_TRUE(same_as_printf(value - 1));
		EXPECT_TRUE(same_as_printf(value));
		EXPECT_TRUE(same_as_printf(value + 1));
	}
	EXPECT_TRUE(same_as_printf(UINT32_MAX));
	EXPECT_TRUE(same_as_printf(UINT64_MAX));
}

TEST(numbers_parsed)
{
	uint32_t value;

	EXPECT_TRUE(number_parse("0", 65535, &value));
	EXPECT_EQ(0, value);
	EXPECT_TRUE(number_parse("65535", 65535, &value));
	EXPECT_EQ(65535, value);
	EXPECT_TRUE(number_parse("00080", 65535, &value));
	EXPECT_EQ(80, value);
	EXPECT_FALSE(number_parse("65536", 65535, &value));
	EXPECT_FALSE(number_parse("18446744073709551616", UINT32_MAX, &value));
	EXPECT_FALSE(number_parse("", 65535, &value));
	EXPECT_FALSE(number_parse("-1", 65535, &value));
	EXPECT_FALSE(number_parse(" 1", 65535, &value));
	EXPECT_FALSE(number_parse("1 ", 65535, &value));
	EXPECT_FALSE(number_parse("0x10", 65535, &value));
}

TEST(categories)
{
	EXPECT_STREQ("well-known", category_name(0));
	EXPECT_STREQ("well-known", category_name(1023));
	EXPECT_STREQ("registered", category_name(1024));
	EXPECT_STREQ("registered", category_name(49151));
	EXPECT_STREQ("dynamic", category_name(49152));
	EXPECT_STREQ("dynamic", category_name(65535));
	EXPECT_FALSE(category_name(65536));
}

FIXTURE(parsed)
{
	struct filter filter;
	struct failure failure;
};

FIXTURE_SETUP(parsed)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(parsed)
{
}

TEST_F(parsed, ports)
{
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PORT, "80,1-1023,0-65535", &self->failure));
	ASSERT_EQ(3, self->filter.ports.count);
	EXPECT_EQ(80, self->filter.ports.list[0].first);
	EXPECT_EQ(80, self->filter.ports.list[0].last);
	EXPECT_EQ(1, self->filter.ports.list[1].first);
	EXPECT_EQ(1023, self->filter.ports.list[1].last);
	EXPECT_EQ(0, self->filter.ports.list[2].first);
	EXPECT_EQ(65535, self->filter.ports.list[2].last);
	EXPECT_EQ(0, self->filter.local_ports.count);
	EXPECT_EQ(0, self->filter.remote_ports.count);
}

TEST_F(parsed, bad_ports)
{
	static const char *const bad[] = {
		"", ",", "80,", "4294967296", "1023-1", "-1", "1-", "-", "1-4294967296", "1-2-3",
		"1--2", "no-such-service", "80 ",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		self->failure.status = 0;
		EXPECT_EQ(-1, filter_add(&self->filter, FILTER_PORT, bad[i], &self->failure)) {
			TH_LOG("'%s' was taken", bad[i]);
		}
		EXPECT_EQ(EXIT_USAGE, self->failure.status);
	}
}

/* A large port is a slip, unless one says that it is a vsock's. */
TEST_F(parsed, large_ports)
{
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_REMOTE_PORT, "1-4294967295",
				&self->failure));
	EXPECT_EQ(4294967295, self->filter.remote_ports.list[0].last);
	EXPECT_EQ(-1, filter_check_ports(&self->filter, &self->failure));
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "tcp", &self->failure));
	EXPECT_EQ(-1, filter_check_ports(&self->filter, &self->failure));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "vsock", &self->failure));
	EXPECT_EQ(0, filter_check_ports(&self->filter, &self->failure));
	EXPECT_EQ(-1, filter_check_port(&(struct filter){ 0 }, 65536, &self->failure));
	EXPECT_EQ(0, filter_check_port(&(struct filter){ 0 }, 65535, &self->failure));
}

TEST_F(parsed, too_many)
{
	char list[3 * (FILTER_VALUES + 1)] = "";
	int i;

	for (i = 0; i < FILTER_VALUES; i++)
		strcat(list, i ? ",9" : "9");
	EXPECT_EQ(0, filter_add(&self->filter, FILTER_LOCAL_PORT, list, &self->failure));
	EXPECT_EQ(-1, filter_add(&self->filter, FILTER_LOCAL_PORT, "9", &self->failure));
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
	EXPECT_EQ(FILTER_VALUES, self->filter.local_ports.count);
}

TEST_F(parsed, states)
{
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_STATE, "listen,Time-Wait,finwait1",
				&self->failure));
	EXPECT_EQ(1u << 10 | 1u << 6 | 1u << 4, self->filter.tcp_states);
	EXPECT_EQ(self->filter.tcp_states, self->filter.datagram_states);
	EXPECT_EQ(-1, filter_add(&self->filter, FILTER_STATE, "listenx", &self->failure));
	EXPECT_EQ(-1, filter_add(&self->filter, FILTER_STATE, "", &self->failure));
	EXPECT_EQ(-1, filter_add(&self->filter, FILTER_STATE, "fin_wait", &self->failure));
}

TEST_F(parsed, words)
{
	ASSERT_EQ(0, filter_add_word(&self->filter, "TCP", &self->failure));
	ASSERT_EQ(0, filter_add_word(&self->filter, "out", &self->failure));
	ASSERT_EQ(0, filter_add_word(&self->filter, "ipv6", &self->failure));
	ASSERT_EQ(0, filter_add_word(&self->filter, "established", &self->failure));
	ASSERT_EQ(0, filter_add_word(&self->filter, "6", &self->failure));
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, self->filter.protocols.list[0]);
	EXPECT_EQ(SOCKPORT_ROLE_OUT, self->filter.roles.list[0]);
	EXPECT_EQ(AF_INET6, self->filter.families.list[0]);
	EXPECT_EQ(1u << SOCKPORT_STATE_ESTABLISHED, self->filter.tcp_states);
	ASSERT_EQ(1, self->filter.ports.count);
	EXPECT_EQ(6, self->filter.ports.list[0].first);
	EXPECT_EQ(-1, filter_add_word(&self->filter, "no-such-word", &self->failure));
}

TEST_F(parsed, kinds)
{
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL,
				"tcp,udp,udplite,raw,ping,unix,packet,netlink,sctp,mptcp,vsock,xdp,other",
				&self->failure));
	EXPECT_EQ(SOCKPORT_PROTOCOL_MAX, self->filter.protocols.count);
	EXPECT_EQ(-1, filter_add(&self->filter, FILTER_PROTOCOL, "icmp", &self->failure));
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
}

/* One buffer has one request after the other, and no filter is taken for the one before. */
TEST(filter_again)
{
	struct filter filter = { .pids = { .count = 1, .list = { 4711 } } };
	const struct filter none = { 0 };
	char buffer[REQUEST_MAX] = { 0 };
	const struct nlattr *nest, *pid;
	struct nlmsghdr *request;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		request = request_start(buffer, 32, 0, 1, 1);
		request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &none);
		EXPECT_EQ(0, mnl_nlmsg_get_payload_len(request) - sizeof(struct genlmsghdr));

		request = request_start(buffer, 32, 0, 1, 1);
		request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &filter);
		nest = mnl_nlmsg_get_payload_offset(request, sizeof(struct genlmsghdr));
		ASSERT_TRUE(mnl_attr_ok(nest, (char *)mnl_nlmsg_get_payload_tail(request) -
					      (char *)nest));
		pid = mnl_attr_get_payload(nest);
		EXPECT_EQ(SOCKPORT_A_FILTER_PID, mnl_attr_get_type(pid));
		EXPECT_EQ(4711, mnl_attr_get_u32(pid));
	}
}

/* Where servers listen, listening is another state than elsewhere: several requests. */
TEST_F(parsed, split)
{
	const uint32_t listen = 1u << SOCKPORT_STATE_LISTEN;
	const uint32_t either = listen | 1u << SOCKPORT_STATE_CLOSE;
	struct filter parts[FILTER_PARTS];
	unsigned int i, j;
	uint8_t next = 1;

	EXPECT_EQ(1, filter_split(&self->filter, parts));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_STATE, "listening", &self->failure));
	ASSERT_EQ(4, filter_split(&self->filter, parts));
	/* Together they have all kinds, in their order. */
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(i % 2 ? either : listen, parts[i].tcp_states);
		for (j = 0; j < parts[i].protocols.count; j++) {
			EXPECT_EQ(next, parts[i].protocols.list[j]);
			next++;
		}
	}
	EXPECT_EQ(SOCKPORT_PROTOCOL_MAX + 1, next);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, parts[0].protocols.list[0]);
	EXPECT_EQ(1, parts[0].protocols.count);
	EXPECT_EQ(SOCKPORT_PROTOCOL_SCTP, parts[2].protocols.list[0]);
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "udplite", &self->failure));
	ASSERT_EQ(1, filter_split(&self->filter, parts));
	EXPECT_EQ(1, parts[0].protocols.count);
	EXPECT_EQ(SOCKPORT_PROTOCOL_UDPLITE, parts[0].protocols.list[0]);
	EXPECT_EQ(either, parts[0].tcp_states);
}

TEST_F(parsed, unlisted)
{
	EXPECT_TRUE(filter_takes_unlisted(&self->filter));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "tcp", &self->failure));
	EXPECT_FALSE(filter_takes_unlisted(&self->filter));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "other", &self->failure));
	EXPECT_TRUE(filter_takes_unlisted(&self->filter));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_STATE, "established", &self->failure));
	EXPECT_FALSE(filter_takes_unlisted(&self->filter));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_STATE, "close", &self->failure));
	EXPECT_TRUE(filter_takes_unlisted(&self->filter));
}

TEST(services)
{
	static const char file[] =
		"# comment\n"
		"ssh\t\t22/tcp\t\t\t# SSH\n"
		"domain 53/tcp\n"
		"domain 53/udp nameserver  dns\n"
		"\n"
		"http\t80/tcp\twww\n"
		"second 80/tcp\n"
		"shell 514/tcp cmd\n"
		"syslog 514/udp\n"
		"rtmp 1/ddp\n"
		"bad 65536/tcp\n"
		"worse 7\n"
		"worst\n"
		"last 65535/udp";
	struct services services = { 0 };
	char *text = strdup(file);

	ASSERT_TRUE(text);
	services_parse(&services, text);
	EXPECT_STREQ("ssh", services_name(&services, 22, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 22, SOCKPORT_PROTOCOL_UDP));
	EXPECT_STREQ("domain", services_name(&services, 53, SOCKPORT_PROTOCOL_UDPLITE));
	EXPECT_STREQ("http", services_name(&services, 80, SOCKPORT_PROTOCOL_TCP));
	EXPECT_STREQ("last", services_name(&services, 65535, SOCKPORT_PROTOCOL_UDP));
	EXPECT_FALSE(services_name(&services, 65535, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 0, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 1, SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(80, services_port(&services, "www", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(53, services_port(&services, "dns", SOCKPORT_PROTOCOL_UDP));
	EXPECT_EQ(514, services_port(&services, "cmd", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(0, services_port(&services, "cmd", SOCKPORT_PROTOCOL_UDP));
	EXPECT_EQ(0, services_port(&services, "bad", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(0, services_port(&services, "worse", SOCKPORT_PROTOCOL_TCP));
	services_free(&services);
}

/* What this machine's services are called, the library knows too. */
TEST(services_library)
{
	struct services services = { 0 };
	struct servent *theirs;
	const char *ours;
	/* A look-up tries files that are not there: slow on a debug kernel. */
	const uint32_t step = getenv("SOCKPORT_SLOW") ? 16 : 1;
	uint32_t port;

	setservent(1);
	for (port = 0; port < 1024; port += step) {
		ours = services_name(&services, port, SOCKPORT_PROTOCOL_TCP);
		theirs = getservbyport(htons(port), "tcp");
		ASSERT_EQ(!theirs, !ours);
		if (theirs) {
			EXPECT_STREQ(theirs->s_name, ours);
		}
	}
	endservent();
	services_free(&services);
}

TEST(users)
{
	static char file[] =
		"root:x:0:0:root:/root:/bin/bash\n"
		"odd:1000:1:1::/:\n"
		"www-data:x:33:33::/:\n"
		"broken:x\n"
		":x:7::\n"
		"last:x:1000:1000";
	struct users users = { .loaded = true, .text = file };
	char name[16], tiny[4];

	ASSERT_TRUE(users_name(&users, 0, name, sizeof(name)));
	EXPECT_STREQ("root", name);
	ASSERT_TRUE(users_name(&users, 33, name, sizeof(name)));
	EXPECT_STREQ("www-data", name);
	ASSERT_TRUE(users_name(&users, 1, name, sizeof(name)));
	EXPECT_STREQ("odd", name);
	EXPECT_FALSE(users_name(&users, 33, tiny, sizeof(tiny)));
	EXPECT_FALSE(users_name(&users, 7, name, sizeof(name)));
	EXPECT_FALSE(users_name(&users, 4000000000u, name, sizeof(name)));
	ASSERT_TRUE(users_name(&users, 1000, name, sizeof(name)));
	EXPECT_STREQ("last", name);
}

/* Who is not in the file is looked up elsewhere. */
TEST(users_library)
{
	struct users users = { .loaded = true };
	char name[64];

	ASSERT_TRUE(users_name(&users, 0, name, sizeof(name)));
	EXPECT_STREQ("root", name);
}

static bool json_is(const char *text, size_t length, const char *expected)
{
	char json[256];

	*escape_json(json, text, length) = 0;
	return !strcmp(json, expected);
}

TEST(json_strings)
{
	EXPECT_TRUE(json_is("", 0, ""));
	EXPECT_TRUE(json_is("plain", 5, "plain"));
	EXPECT_TRUE(json_is("a\"b\\c/", 6, "a\\\"b\\\\c/"));
	EXPECT_TRUE(json_is("\n\0\x1f", 3, "\\u000a\\u0000\\u001f"));
	/* Controls and blanks that JSON would let pass, and what a terminal turns around by. */
	EXPECT_TRUE(json_is("\x7f\xc2\x80\xc2\x9f\xc2\xa0", 7, "\\u007f\\u0080\\u009f\\u00a0"));
	EXPECT_TRUE(json_is("\xe2\x80\xae\xf3\xa0\x81\x81", 7, "\\u202e\\udb40\\udc41"));
	EXPECT_TRUE(json_is("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9,
			    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	/* Cut off, alone, too long, a surrogate, beyond Unicode. */
	EXPECT_TRUE(json_is("\xc3", 1, "\\ufffd"));
	EXPECT_TRUE(json_is("\xa9x", 2, "\\ufffdx"));
	EXPECT_TRUE(json_is("\xc0\x80", 2, "\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xf4\x90\x80\x80", 4, "\\ufffd\\ufffd\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xff", 1, "\\ufffd"));
}

static const enum sink_form forms[] = { SINK_TEXT, SINK_JSON };

/* Hand something over to a sink of each form; what comes out of it. */
#define EXPECT_VALUES(text, json, hand_over) do {				\
	static const char *const expected[] = { text, json };			\
	char value[256];							\
	struct sink sink;							\
	size_t i_;								\
										\
	for (i_ = 0; i_ < 2; i_++) {						\
		sink = sink_into(value, forms[i_], NULL);			\
		hand_over;							\
		*sink.to = 0;							\
		EXPECT_STREQ(expected[i_], value);				\
	}									\
} while (0)

static void put_list(struct sink *sink, bool more)
{
	value_list_begin(sink);
	value_list_item(sink);
	value_u64(sink, 0);
	value_list_item(sink);
	value_text(sink, "a,\"b");
	if (more)
		value_list_more(sink, 3);
	value_list_end(sink);
}

static void put_object(struct sink *sink)
{
	value_object_begin(sink);
	value_object_key(sink, "LISTEN");
	value_u64(sink, 2);
	value_object_key(sink, "list");
	put_list(sink, false);
	value_object_key(sink, "none");
	value_null(sink);
	value_object_end(sink);
}

TEST(values)
{
	EXPECT_VALUES("12", "12", value_u64(&sink, 12));
	EXPECT_VALUES("1", "true", value_bool(&sink, true));
	EXPECT_VALUES("0", "false", value_bool(&sink, false));
	EXPECT_VALUES("0000000a", "10", value_hex(&sink, 10));
	EXPECT_VALUES("tcp", "\"tcp\"", value_word_or_number(&sink, "tcp", 1));
	EXPECT_VALUES("77", "\"77\"", value_word_or_number(&sink, NULL, 77));
	EXPECT_VALUES("", "\"\"", value_text(&sink, ""));
	EXPECT_VALUES("0,a\\054\"b", "[0,\"a,\\\"b\"]", put_list(&sink, false));
	EXPECT_VALUES("0,a\\054\"b,+3", "[0,\"a,\\\"b\"]", put_list(&sink, true));
	EXPECT_VALUES("LISTEN:2,list:0,a\\054\"b,none:",
		      "{\"LISTEN\":2,\"list\":[0,\"a,\\\"b\"],\"none\":null}", put_object(&sink));
	EXPECT_VALUES("2K", "2048", value_bytes(&sink, 2048));
	EXPECT_VALUES("1.5s", "1500000", value_us(&sink, 1500000));
	EXPECT_VALUES("1.005", "1.005", value_seconds(&sink, 1005));
	EXPECT_VALUES("5.00", "10", value_count(&sink, 10, 2000));
	EXPECT_VALUES("10", "10", value_count(&sink, 10, 0));
}

/* What IPv4 peers of a listener for both families are called. */
TEST(value_mapped_address)
{
	uint8_t address[16];

	inet_pton(AF_INET6, "::ffff:192.0.2.1", address);
	EXPECT_VALUES("192.0.2.1", "\"192.0.2.1\"", value_address(&sink, address, 16));
	inet_pton(AF_INET6, "::192.0.2.1", address);
	EXPECT_VALUES("::192.0.2.1", "\"::192.0.2.1\"", value_address(&sink, address, 16));
}

static bool text_is(const char *bytes, size_t length, bool utf8, int extra, const char *expected)
{
	char text[128];
	int seen = 0;

	*escape_text(text, bytes, length, utf8, &seen) = 0;
	return !strcmp(text, expected) && seen == extra;
}

TEST(texts)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	EXPECT_TRUE(text_is("", 0, true, 0, ""));
	EXPECT_TRUE(text_is("a b,c\n\x1b[2J\x7f", 11, true, 0, "a\\040b\\054c\\012\\033\\1332J\\177"));
	/* Two of three bytes of one column, one of three of two. */
	EXPECT_TRUE(text_is("\xc3\xa9\xe2\x82\xac", 5, true, 3, "\xc3\xa9\xe2\x82\xac"));
	EXPECT_TRUE(text_is("\xe6\x9c\x8d", 3, true, 1, "\xe6\x9c\x8d"));
	EXPECT_TRUE(text_is("\xc3\xa9", 2, false, 0, "\\303\\251"));
	/* Control sequence introducers, as a character and as a byte; what is cut off. */
	EXPECT_TRUE(text_is("\xc2\x9b" "2J\x9b" "2J", 7, true, 0, "\\302\\2332J\\2332J"));
	EXPECT_TRUE(text_is("\xc2\xa0x\xc2", 4, true, 0, "\\302\\240x\\302"));
	/* It turns the rest of the line around; it has no width. */
	EXPECT_TRUE(text_is("\xe2\x80\xaex", 4, true, 0, "\\342\\200\\256x"));
	EXPECT_TRUE(text_is("\xe2\x80\x8bx", 4, true, 0, "\\342\\200\\213x"));
	/* Marks are ours, where they stand for something. */
	EXPECT_TRUE(text_is("~sshd", 5, true, 0, "\\176sshd"));
	EXPECT_TRUE(text_is("?", 1, true, 0, "\\077"));
	EXPECT_TRUE(text_is("a~?", 3, true, 0, "a~?"));
	EXPECT_TRUE(text_is("-", 1, true, 0, "\\055"));
	EXPECT_TRUE(text_is("-x", 2, true, 0, "-x"));
	EXPECT_TRUE(text_is("sshd[1]", 7, true, 0, "sshd\\1331]"));
	/* A backslash is one, unless it could begin an escape. */
	EXPECT_TRUE(text_is("dev\\x2duuid", 11, true, 0, "dev\\x2duuid"));
	EXPECT_TRUE(text_is("a\\054", 5, true, 0, "a\\134054"));
}

static bool path_is(const char *name, size_t size, const char *text, const char *json)
{
	char ours[ESCAPE_JSON * 108 + 1];
	bool same;

	*escape_path(ours, (const uint8_t *)name, size) = 0;
	same = !strcmp(ours, text);
	*escape_path_json(ours, (const uint8_t *)name, size) = 0;
	return same && !strcmp(ours, json);
}

TEST(unix_names)
{
	char all[108], text[ESCAPE_JSON * 108 + 1];

	EXPECT_TRUE(path_is("/run/x.sock", 11, "/run/x.sock", "/run/x.sock"));
	EXPECT_TRUE(path_is("\0abstract\0\0", 11, "@abstract\\000\\000",
			    "@abstract\\\\000\\\\000"));
	EXPECT_TRUE(path_is("\0a@b", 4, "@a@b", "@a@b"));
	EXPECT_TRUE(path_is("\0a\0b", 4, "@a\\000b", "@a\\\\000b"));
	EXPECT_TRUE(path_is("@relative@", 10, "\\100relative@", "\\\\100relative@"));
	EXPECT_TRUE(path_is("a b\nc\\\xff\x7f", 8, "a\\040b\\012c\\134\\377\\177",
			    "a b\\u000ac\\\\134\\\\377\\u007f"));
	EXPECT_TRUE(path_is("\xc3\xa9\xfe", 3, "\\303\\251\\376", "\xc3\xa9\\\\376"));
	EXPECT_TRUE(path_is("", 0, "", ""));
	memset(all, '\xff', sizeof(all));
	EXPECT_EQ(ESCAPE_TEXT * sizeof(all),
		  escape_path(text, (uint8_t *)all, sizeof(all)) - text);
}

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(units)
{
	static const struct { const char *path, *unit; } cases[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/system.slice/nginx.service/", "nginx.service" },
		{ "/system.slice/nginx.service/worker/0", "nginx.service" },
		{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
		{ "/user.slice", "user.slice" },
		{ "/system.slice/docker-" ID ".scope", "0123456789ab" },
		{ "/machine.slice/libpod-" ID ".scope/container", "0123456789ab" },
		{ "/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
		  "0123456789ab" },
		{ "/docker/" ID, "0123456789ab" },
		{ "/lxc.payload.web/", "web" },
		/* The first one is whose it is, the second what that one calls it. */
		{ "/lxc.payload.web/system.slice/sshd.service", "web/sshd.service" },
		{ "/user.slice/user-7.slice/user@7.service/app.slice/nginx.service",
		  "user@7.service/nginx.service" },
		{ "/user.slice/user-7.slice/user@7.service/app.slice/app-web@1.service",
		  "app-web@1.service" },
		{ "/system.slice/web.service/app-web@1.service", "web.service/app-web@1.service" },
		{ "/user.slice/user-7.slice/user@7.service/user.slice/libpod-" ID ".scope/a.service",
		  "user@7.service/0123456789ab" },
		{ "/system.slice/docker-" ID ".scope/init.scope", "0123456789ab/init.scope" },
		{ "/a.slice/b.slice/c", "b.slice" },
		/* Not certain enough to take anything off. */
		{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope" },
		{ "/machine.slice/machine-web.scope", "machine-web.scope" },
		{ "/a b.service", "a b.service" },
		{ "/", "" }, { "", "" }, { "/.service", "" }, { "/foo/bar", "" },
	};
	char unit[UNIT_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EXPECT_EQ(strlen(cases[i].unit), cgroup_unit(cases[i].path, unit));
		EXPECT_STREQ(cases[i].unit, unit);
	}
}

TEST(meant)
{
	const char *service = "/system.slice/nginx.service";
	const char *container = "/system.slice/docker-" ID ".scope";
	const char *delegated = "/user.slice/user-7.slice/user@7.service/app.slice/nginx.service";

	EXPECT_TRUE(holder_is_meant("17", 17, "x", ""));
	EXPECT_FALSE(holder_is_meant("17", 170, "x", ""));
	EXPECT_TRUE(holder_is_meant("nginx", 1, "nginx", ""));
	EXPECT_FALSE(holder_is_meant("ngin", 1, "nginx", service));
	EXPECT_FALSE(holder_is_meant("x", 1, "", ""));
	EXPECT_TRUE(holder_is_meant("nginx", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("nginx.service", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("system.slice", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("systemd-resolved", 1, "systemd-resolve", ""));
	EXPECT_FALSE(holder_is_meant("systemd-", 1, "systemd-resolve", ""));
	EXPECT_TRUE(holder_is_meant("0123456789ab", 1, "x", container));
	EXPECT_TRUE(holder_is_meant(ID, 1, "x", container));
	EXPECT_FALSE(holder_is_meant("0123456789a", 1, "x", container));
	EXPECT_FALSE(holder_is_meant("0123456789ac", 1, "x", container));
	/* Who may make groups below one of their own does not make units of the system. */
	EXPECT_FALSE(holder_is_meant("nginx", 1, "x", delegated));
	EXPECT_FALSE(holder_is_meant("nginx.service", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user@7", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user-7.slice", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user@7.service/nginx.service", 1, "x", delegated));
}

TEST(netns_names)
{
	struct failure failure;
	char path[32];
	int netns;

	ASSERT_TRUE(netns_path("blue", path, sizeof(path)));
	EXPECT_STREQ("/run/netns/blue", path);
	ASSERT_TRUE(netns_path("42", path, sizeof(path)));
	EXPECT_STREQ("/proc/42/ns/net", path);
	ASSERT_TRUE(netns_path("42a", path, sizeof(path)));
	EXPECT_STREQ("/run/netns/42a", path);
	ASSERT_TRUE(netns_path("./42", path, sizeof(path)));
	EXPECT_STREQ("./42", path);
	EXPECT_FALSE(netns_path("", path, sizeof(path)));
	EXPECT_FALSE(netns_path(".", path, sizeof(path)));
	EXPECT_FALSE(netns_path("..", path, sizeof(path)));
	EXPECT_FALSE(netns_path("a-name-that-is-longer-than-the-path", path, sizeof(path)));
	EXPECT_EQ(-1, netns_open_named("/dev/null", &netns, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	EXPECT_EQ(-1, netns_open_named("no-such-namespace", &netns, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	ASSERT_EQ(0, netns_open_named("/proc/self/ns/net", &netns, &failure));
	close(netns);
}

/* Of a distribution that has none in /etc. */
TEST(services_files)
{
	static const char *const files[] = { "/no/such/file", "/etc/passwd", NULL };
	static const char *const none[] = { "/no/such/file", NULL };
	struct services services = { 0 };

	services_read(&services, files);
	EXPECT_TRUE(services.text);
	services_free(&services);
	services_read(&services, none);
	EXPECT_FALSE(services_name(&services, 22, SOCKPORT_PROTOCOL_TCP));
	services_free(&services);
}

TEST(reserved_ports)
{
	const struct port_range range = { 100, 199 };

	EXPECT_EQ(0, limits_count_reserved("\n", &range));
	EXPECT_EQ(1, limits_count_reserved("100\n", &range));
	EXPECT_EQ(0, limits_count_reserved("99,200", &range));
	EXPECT_EQ(3, limits_count_reserved("1,150-151,199-65535\n", &range));
	EXPECT_EQ(100, limits_count_reserved("0-65535", &range));
}

TEST(levels)
{
	EXPECT_STREQ("ok", limit_level(79, 100));
	EXPECT_STREQ("warn", limit_level(80, 100));
	EXPECT_STREQ("full", limit_level(100, 100));
	EXPECT_STREQ("ok", limit_level(5, 0));
	EXPECT_EQ(99, limit_percent(999, 1000));
	EXPECT_EQ(100, limit_percent(UINT64_MAX, UINT64_MAX));
	EXPECT_EQ(0, limit_percent(4096, INT64_MAX));
}

/* A connection of 127.0.0.1 to a port of 192.0.2.0/24. */
static void make_out(struct socket_row *row, uint8_t address[8], uint32_t last, uint32_t lport)
{
	static const uint8_t addresses[8] = { 127, 0, 0, 1, 192, 0, 2, 0 };

	memset(row, 0, sizeof(*row));
	memcpy(address, addresses, sizeof(addresses));
	memcpy(address + 5, &last, 3);
	row->known = 1ull << SOCKPORT_A_SOCKET_LOCAL_ADDRESS |
		     1ull << SOCKPORT_A_SOCKET_REMOTE_ADDRESS |
		     1ull << SOCKPORT_A_SOCKET_LOCAL_PORT | 1ull << SOCKPORT_A_SOCKET_REMOTE_PORT;
	row->protocol = SOCKPORT_PROTOCOL_TCP;
	row->family = AF_INET;
	row->role = SOCKPORT_ROLE_OUT;
	row->local = address;
	row->local_size = 4;
	row->remote = address + 4;
	row->remote_size = 4;
	row->local_port = lport;
	row->remote_port = 443;
}

TEST(destinations)
{
	struct destinations destinations = { .range = { 1000, 1999 } };
	struct socket_row row;
	uint8_t address[8];
	uint32_t i;

	for (i = 0; i < 3000; i++) {
		make_out(&row, address, i % 3, i);
		ASSERT_TRUE(destinations_add(&destinations, &row));
	}
	make_out(&row, address, 0, 1000);
	row.role = SOCKPORT_ROLE_IN;
	ASSERT_TRUE(destinations_add(&destinations, &row));
	destinations_sort(&destinations);
	ASSERT_EQ(3, destinations.count);
	EXPECT_EQ(334, destinations.list[0].ports);
	EXPECT_EQ(1000, destinations.list[0].ports + destinations.list[1].ports +
			destinations.list[2].ports);
	destinations_free(&destinations);
}

TEST(destinations_bounded)
{
	struct destinations destinations = { .range = { 1000, 1999 } };
	struct socket_row row;
	uint8_t address[8];
	uint32_t i;

	for (i = 0; i < DESTINATIONS_MAX + 10; i++) {
		make_out(&row, address, i, 1000);
		ASSERT_TRUE(destinations_add(&destinations, &row));
	}
	EXPECT_EQ(DESTINATIONS_MAX, destinations.count);
	EXPECT_EQ(10, destinations.overlooked);
	/* Those that are there still count. */
	make_out(&row, address, 5, 1001);
	ASSERT_TRUE(destinations_add(&destinations, &row));
	destinations_sort(&destinations);
	EXPECT_EQ(2, destinations.list[0].ports);
	destinations_free(&destinations);
}

/* A port counts once for an address and protocol, whoever is called; only those of the range. */
TEST(pools)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };
	struct pools pools = { .range = { 1000, 1999 } };
	struct socket_row row;
	uint8_t address[8];
	uint32_t i;

	for (i = 0; i < 3000; i++) {
		make_out(&row, address, i % 7, 990 + i % 40);
		ASSERT_TRUE(pools_add(&pools, &row));
	}
	row.local = mapped;
	row.local_size = sizeof(mapped);
	row.local_port = 1999;
	ASSERT_TRUE(pools_add(&pools, &row));
	row.protocol = SOCKPORT_PROTOCOL_UDP;
	ASSERT_TRUE(pools_add(&pools, &row));
	EXPECT_EQ(2, pools.count);
	ASSERT_NE(NULL, pools_fullest(&pools));
	EXPECT_EQ(31, pools_fullest(&pools)->used);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, pools_fullest(&pools)->protocol);
	pools_free(&pools);
}

/* Which is the fullest is not known when there are more than are told apart. */
TEST(pools_bounded)
{
	struct pools pools = { .range = { 1000, 1999 } };
	struct socket_row row;
	uint8_t address[8];
	uint32_t i;

	for (i = 0; i <= POOLS_MAX; i++) {
		make_out(&row, address, 0, 1000);
		row.netns = i;
		row.known |= 1ull << SOCKPORT_A_SOCKET_NETNS;
		ASSERT_TRUE(pools_add(&pools, &row));
		EXPECT_EQ(i == POOLS_MAX, !pools_fullest(&pools));
	}
	EXPECT_EQ(POOLS_MAX, pools.count);
	pools_free(&pools);
}

static uint32_t hash_of(const void *thing)
{
	/* Many have the same one. */
	return *(const uint32_t *)thing % 7;
}

static bool same(const void *a, const void *b)
{
	return *(const uint32_t *)a == *(const uint32_t *)b;
}

TEST(hash)
{
	const struct hash_kind kind = { sizeof(uint32_t[2]), hash_of, same };
	struct hash hash = { 0 };
	uint32_t i, *thing;

	EXPECT_FALSE(hash_find(&hash, &kind, &i));
	for (i = 0; i < 3000; i++) {
		thing = hash_add(&hash, &kind, (uint32_t[]){ i % 1000, 0 });
		ASSERT_TRUE(thing);
		thing[1]++;
	}
	ASSERT_EQ(1000, hash.count);
	for (i = 0; i < 1000; i++) {
		thing = hash_find(&hash, &kind, &i);
		ASSERT_TRUE(thing);
		EXPECT_EQ(3, thing[1]);
	}
	EXPECT_FALSE(hash_find(&hash, &kind, &i));
	hash_free(&hash);
}

static bool add_listener(struct hash *bounds, int family, const char *address, uint32_t ifindex,
			 bool v6only)
{
	uint8_t bytes[16];
	struct socket_row row = {
		.known = 1ull << SOCKPORT_A_SOCKET_LOCAL_ADDRESS |
			 1ull << SOCKPORT_A_SOCKET_LOCAL_PORT |
			 1ull << SOCKPORT_A_SOCKET_IFINDEX |
			 (uint64_t)v6only << SOCKPORT_A_SOCKET_V6ONLY,
		.local = bytes, .local_size = family == AF_INET ? 4 : 16, .local_port = 80,
		.protocol = SOCKPORT_PROTOCOL_TCP, .family = family, .ifindex = ifindex,
	};

	inet_pton(family, address, bytes);
	return bound_add(bounds, &row);
}

/* Each address once, whatever number of sockets have it. */
TEST(bounds)
{
	struct port_row port = { .port = 80, .protocol = SOCKPORT_PROTOCOL_TCP,
				 .role = SOCKPORT_ROLE_IN };
	struct hash bounds = { 0 };
	struct selection selection;
	char text[VALUE_MAX + 1];
	struct failure failure;
	struct names *names;

	ASSERT_TRUE(add_listener(&bounds, AF_INET, "127.0.0.1", 0, false) &&
		    add_listener(&bounds, AF_INET, "127.0.0.1", 0, false) &&
		    add_listener(&bounds, AF_INET6, "::", 0, true) &&
		    add_listener(&bounds, AF_INET6, "::", 0, false) &&
		    add_listener(&bounds, AF_INET, "0.0.0.0", 1, false));
	names = names_new(true);
	ASSERT_EQ(0, selection_parse(&selection, &port_columns, "bound", &failure));
	port.bound = bound_find(&bounds, &port);
	EXPECT_STREQ("127.0.0.1,::,*,0.0.0.0%lo",
		     fill_into(text, SINK_TEXT, selection.list[0], &port, names));
	EXPECT_STREQ("[\"127.0.0.1\",\"::\",\"*\",\"0.0.0.0%lo\"]",
		     fill_into(text, SINK_JSON, selection.list[0], &port, names));
	/* Ports always say which namespace it is. */
	port.known = 1ull << SOCKPORT_A_PORT_NETNS;
	port.netns = 4026531840u;
	EXPECT_TRUE(bound_find(&bounds, &port));
	port.port = 81;
	EXPECT_FALSE(bound_find(&bounds, &port));
	port.port = 80;
	port.role = SOCKPORT_ROLE_OUT;
	EXPECT_FALSE(bound_find(&bounds, &port));
	names_free(names);
	hash_free(&bounds);
}

static struct socket_row make_unix(uint64_t inode, uint64_t peer, uint32_t pid)
{
	struct socket_row row = {
		.known = 1ull << SOCKPORT_A_SOCKET_INODE | 1ull << SOCKPORT_A_SOCKET_PEER_INODE,
		.protocol = SOCKPORT_PROTOCOL_UNIX, .inode = inode, .peer_inode = peer,
	};

	row.processes.count = !!pid;
	row.processes.list[0] = (struct process_row){
		1 << SOCKPORT_A_PROCESS_PID | 1 << SOCKPORT_A_PROCESS_COMM, "peer", pid, 0 };
	return row;
}

/* Only ends that were asked for are kept. */
TEST(ends)
{
	struct socket_row ours = make_unix(1, 2, 0), theirs = make_unix(2, 1, 77);
	struct socket_row other = make_unix(3, 4, 78), out, in;
	struct hash ends = { 0 };
	uint8_t address[8], back[8];

	make_out(&out, address, 1, 1000);
	in = out;
	memcpy(back, address + 4, 4);
	memcpy(back + 4, address, 4);
	in.local = back;
	in.remote = back + 4;
	in.local_port = out.remote_port;
	in.remote_port = out.local_port;
	in.processes = theirs.processes;
	ASSERT_TRUE(ends_want(&ends, &ours) && ends_want(&ends, &out));
	EXPECT_FALSE(ends_find(&ends, &ours));
	ends_take(&ends, &theirs);
	ends_take(&ends, &other);
	ends_take(&ends, &in);
	EXPECT_EQ(2, ends.count);
	ASSERT_TRUE(ends_find(&ends, &ours) && ends_find(&ends, &out));
	EXPECT_EQ(77, ends_find(&ends, &ours)->pid);
	EXPECT_STREQ("peer", ends_find(&ends, &out)->comm);
	EXPECT_FALSE(ends_find(&ends, &other));
	hash_free(&ends);
}

/* A socket that two processes have open; of these, /proc knows nothing. */
static void make_held(struct socket_row *row, uint8_t protocol, uint8_t role, uint8_t state,
		      uint32_t port)
{
	static const struct process_row processes[] = {
		{ 1 << SOCKPORT_A_PROCESS_PID | 1 << SOCKPORT_A_PROCESS_COMM, "two", 4000000002u, 0 },
		{ 1 << SOCKPORT_A_PROCESS_PID | 1 << SOCKPORT_A_PROCESS_COMM, "one", 4000000001u, 0 },
	};

	memset(row, 0, sizeof(*row));
	row->known = 1ull << SOCKPORT_A_SOCKET_LOCAL_PORT | 1ull << SOCKPORT_A_SOCKET_CGROUP;
	row->cgroup = "/system.slice/some.service";
	row->protocol = protocol;
	row->role = role;
	row->state = state;
	row->local_port = port;
	row->processes.count = 2;
	memcpy(row->processes.list, processes, sizeof(processes));
}

TEST(holders)
{
	struct holders holders = { .word = "two" };
	struct socket_row row;
	uint32_t i;

	for (i = 0; i < 3000; i++) {
		make_held(&row, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, SOCKPORT_STATE_LISTEN,
			  9000 - i % 1000);
		ASSERT_TRUE(holders_count(&holders, &row));
	}
	make_held(&row, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, SOCKPORT_STATE_CLOSE, 53);
	row.processes.count = 1;
	ASSERT_TRUE(holders_count(&holders, &row));
	make_held(&row, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, SOCKPORT_STATE_ESTABLISHED, 1);
	ASSERT_TRUE(holders_count(&holders, &row));
	row.known |= 1ull << SOCKPORT_A_SOCKET_BY_PORT;
	ASSERT_TRUE(holders_count(&holders, &row));
	make_held(&row, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, SOCKPORT_STATE_ESTABLISHED, 1);
	ASSERT_TRUE(holders_count(&holders, &row));
	make_held(&row, SOCKPORT_PROTOCOL_UNIX, 0, SOCKPORT_STATE_LISTEN, 0);
	ASSERT_TRUE(holders_count(&holders, &row));
	make_held(&row, SOCKPORT_PROTOCOL_UNIX, 0, SOCKPORT_STATE_ESTABLISHED, 0);
	ASSERT_TRUE(holders_count(&holders, &row));
	make_held(&row, SOCKPORT_PROTOCOL_NETLINK, 0, 0, 0);
	row.known |= 1ull << SOCKPORT_A_SOCKET_PROCESSES;
	row.process_count = 3;
	ASSERT_TRUE(holders_count(&holders, &row));
	holders_sort(&holders);

	ASSERT_EQ(2, holders.count);
	EXPECT_EQ(1, holders.incomplete);
	EXPECT_STREQ("one", holders.list[0].comm);
	EXPECT_EQ(1000, holders.list[0].port_count);
	EXPECT_FALSE(holders.list[0].matches);
	EXPECT_STREQ("two", holders.list[1].comm);
	EXPECT_STREQ("some.service", holders.list[1].unit);
	EXPECT_TRUE(holders.list[1].matches);
	ASSERT_EQ(1001, holders.list[1].port_count);
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(8001 + i, holders.list[1].ports[i].port);
	EXPECT_EQ(53, holders.list[1].ports[1000].port);
	EXPECT_EQ(1, holders.list[1].in);
	EXPECT_EQ(1, holders.list[1].out);
	EXPECT_EQ(1, holders.list[1].lingering);
	EXPECT_EQ(1, holders.list[1].unix_listeners);
	EXPECT_EQ(1, holders.list[1].unix_sockets);
	EXPECT_EQ(1, holders.list[1].other);
	holders_free(&holders);
}

FIXTURE(message)
{
	uint64_t buffer[2048];
	struct nlmsghdr *header;
	struct names *names;
	struct socket_row row;
	char text[VALUE_MAX + 1];
};

FIXTURE_SETUP(message)
{
	self->header = mnl_nlmsg_put_header(self->buffer);
	mnl_nlmsg_put_extra_header(self->header, GENL_HDRLEN);
	self->names = names_new(true);
	ASSERT_TRUE(self->names);
}

FIXTURE_TEARDOWN(message)
{
	names_free(self->names);
}

static void put_kind(struct nlmsghdr *header, uint8_t protocol, uint8_t family)
{
	mnl_attr_put_u8(header, SOCKPORT_A_SOCKET_PROTOCOL, protocol);
	mnl_attr_put_u8(header, SOCKPORT_A_SOCKET_FAMILY, family);
}

static char *end_of(char *to, const struct socket_row *row, enum endpoint which,
		    struct names *names)
{
	struct sink sink = sink_into(to, SINK_TEXT, names);

	value_end_of(&sink, row, which);
	*sink.to = 0;
	return to;
}

static char *addresses_of(char *to, const struct socket_row *row, enum endpoint which,
			  struct names *names)
{
	struct sink sink = sink_into(to, SINK_TEXT, names);

	value_addresses_of(&sink, row, which);
	*sink.to = 0;
	return to;
}

#define EXPECT_ENDS(local, remote) do {							\
	ASSERT_TRUE(decode_socket(self->header, &self->row));				\
	EXPECT_STREQ(local, end_of(self->text, &self->row, ENDPOINT_LOCAL, self->names));	\
	EXPECT_STREQ(remote, end_of(self->text, &self->row, ENDPOINT_REMOTE, self->names));	\
} while (0)

TEST_F(message, unix_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_UNIX, AF_UNIX);
	EXPECT_ENDS("*", "");
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_NAME, 4, "\0abc");
	mnl_attr_put_u64(self->header, SOCKPORT_A_SOCKET_PEER_INODE, 4711);
	EXPECT_ENDS("@abc", "*:4711");
}

TEST_F(message, packet_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_PACKET, AF_PACKET);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 3);
	EXPECT_ENDS("*:all", "");
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 0x800);
	EXPECT_ENDS("*:0x0800", "");
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_IFINDEX, 1);
	EXPECT_ENDS("lo:0x0800", "");
}

TEST_F(message, netlink_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_NETLINK, AF_NETLINK);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 4);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_LOCAL_PORT, 4000000000u);
	EXPECT_ENDS("sock_diag:4000000000", "");
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 31);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_REMOTE_PORT, 7);
	EXPECT_ENDS("31:4000000000", "31:7");
}

TEST_F(message, raw_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_RAW, AF_INET);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 1);
	EXPECT_ENDS("*:icmp", "");
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 4, "\x7f\0\0\1");
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, 4, "\0\0\0\0");
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 200);
	EXPECT_ENDS("127.0.0.1:200", "0.0.0.0:*");
}

TEST_F(message, vsock_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_VSOCK, AF_VSOCK);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_LOCAL_CID, UINT32_MAX);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_LOCAL_PORT, 70000);
	EXPECT_ENDS("*:70000", "");
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_REMOTE_CID, 2);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_REMOTE_PORT, UINT32_MAX);
	EXPECT_ENDS("*:70000", "2:*");
}

TEST_F(message, xdp_and_other_ends)
{
	put_kind(self->header, SOCKPORT_PROTOCOL_XDP, AF_XDP);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_IFINDEX, 1);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_QUEUE_ID, 3);
	EXPECT_ENDS("lo:q3", "");
	put_kind(self->header, SOCKPORT_PROTOCOL_OTHER, 30);
	EXPECT_ENDS("tipc:*", "");
	put_kind(self->header, SOCKPORT_PROTOCOL_OTHER, AF_INET);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_NUMBER, 6);
	EXPECT_ENDS("ipv4:tcp", "");
}

/* Addresses of both families, and more of them than there is room for. */
TEST_F(message, sctp_ends)
{
	uint8_t address[4] = { 10, 0, 0, 0 };
	int i;

	put_kind(self->header, SOCKPORT_PROTOCOL_SCTP, AF_INET6);
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 16, &in6addr_loopback);
	mnl_attr_put_u32(self->header, SOCKPORT_A_SOCKET_LOCAL_PORT, 5000);
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, 4, address);
	EXPECT_ENDS("[::1]:5000", "10.0.0.0:*");
	for (i = 0; i < 2; i++)
		mnl_attr_put(self->header, SOCKPORT_A_SOCKET_MORE_LOCAL_ADDRESS, 4, address);
	for (i = 1; i < 40; i++) {
		address[3] = i;
		mnl_attr_put(self->header, SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS, 4, address);
	}
	EXPECT_ENDS("[::1]+2:5000", "10.0.0.0+39:*");
	EXPECT_STREQ("::1,10.0.0.0,10.0.0.0",
		     addresses_of(self->text, &self->row, ENDPOINT_LOCAL, self->names));
	addresses_of(self->text, &self->row, ENDPOINT_REMOTE, self->names);
	EXPECT_STREQ("10.0.0.32,+", strstr(self->text, "10.0.0.32"));
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS, 5, "12345");
	EXPECT_FALSE(decode_socket(self->header, &self->row));
}

static void put_process(struct nlmsghdr *header, uint32_t pid, const char *comm)
{
	struct nlattr *nest = mnl_attr_nest_start(header, SOCKPORT_A_SOCKET_PROCESS);

	mnl_attr_put_u32(header, SOCKPORT_A_PROCESS_PID, pid);
	mnl_attr_put_strz(header, SOCKPORT_A_PROCESS_COMM, comm);
	mnl_attr_put_u32(header, SOCKPORT_A_PROCESS_FD, 6);
	mnl_attr_nest_end(header, nest);
}

static char *processes_of(char *to, const struct process_rows *processes, enum sink_form form)
{
	struct sink sink = sink_into(to, form, NULL);

	value_list_begin(&sink);
	value_processes(&sink, processes);
	value_list_end(&sink);
	*sink.to = 0;
	return to;
}

TEST_F(message, processes)
{
	uint32_t pid;

	put_kind(self->header, SOCKPORT_PROTOCOL_OTHER, AF_INET);
	put_process(self->header, 1, "in it");
	put_process(self->header, 22, "a\"b");
	ASSERT_TRUE(decode_socket(self->header, &self->row));
	EXPECT_STREQ("in\\040it[1]:6,a\"b[22]:6",
		     processes_of(self->text, &self->row.processes, SINK_TEXT));
	EXPECT_STREQ("[{\"pid\":1,\"comm\":\"in it\",\"fd\":6},{\"pid\":22,\"comm\":\"a\\\"b\",\"fd\":6}]",
		     processes_of(self->text, &self->row.processes, SINK_JSON));
	for (pid = 3; pid < 50; pid++)
		put_process(self->header, pid, "x");
	ASSERT_TRUE(decode_socket(self->header, &self->row));
	EXPECT_EQ(49, self->row.processes.count);
	processes_of(self->text, &self->row.processes, SINK_TEXT);
	EXPECT_STREQ(",x[16]:6", strstr(self->text, ",x[16]"));
}

TEST_F(message, malformed_process)
{
	struct nlattr *nest;

	put_kind(self->header, SOCKPORT_PROTOCOL_OTHER, AF_INET);
	nest = mnl_attr_nest_start(self->header, SOCKPORT_A_SOCKET_PROCESS);
	mnl_attr_put(self->header, SOCKPORT_A_PROCESS_COMM, 3, "abc");
	mnl_attr_nest_end(self->header, nest);
	EXPECT_FALSE(decode_socket(self->header, &self->row));
}

TEST_HARNESS_MAIN
