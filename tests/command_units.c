// SPDX-License-Identifier: GPL-2.0
/* The parts of the command that need no kernel: addresses, filters, JSON. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../userspace/address.c"
#include "../userspace/category.c"
#include "../userspace/failure.c"
#include "../userspace/file.c"
#include "../userspace/filter.c"
#include "../userspace/json.c"
#include "../userspace/names.c"
#include "../userspace/number.c"
#include "../userspace/output.c"
#include "../userspace/services.c"
#include "../userspace/users.c"
#include "../userspace/words.c"

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
		"", ",", "80,", "65536", "1023-1", "-1", "1-", "-", "1-65536", "1-2-3", "1--2",
		"no-such-service", "80 ",
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

/* Listening is another state for TCP than for the rest: two requests. */
TEST_F(parsed, split)
{
	struct filter parts[2];

	EXPECT_EQ(1, filter_split(&self->filter, parts));
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_STATE, "listening", &self->failure));
	ASSERT_EQ(2, filter_split(&self->filter, parts));
	EXPECT_EQ(1, parts[0].protocols.count);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, parts[0].protocols.list[0]);
	EXPECT_EQ(1u << SOCKPORT_STATE_LISTEN, parts[0].tcp_states);
	EXPECT_EQ(2, parts[1].protocols.count);
	EXPECT_EQ(SOCKPORT_PROTOCOL_UDP, parts[1].protocols.list[0]);
	EXPECT_EQ(1u << SOCKPORT_STATE_CLOSE, parts[1].tcp_states);
	ASSERT_EQ(0, filter_add(&self->filter, FILTER_PROTOCOL, "udplite", &self->failure));
	ASSERT_EQ(1, filter_split(&self->filter, parts));
	EXPECT_EQ(SOCKPORT_PROTOCOL_UDPLITE, parts[0].protocols.list[0]);
	EXPECT_EQ(1u << SOCKPORT_STATE_CLOSE, parts[0].tcp_states);
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

	*json_put_string(json, text, length) = 0;
	return !strcmp(json, expected);
}

TEST(json_strings)
{
	EXPECT_TRUE(json_is("", 0, "\"\""));
	EXPECT_TRUE(json_is("plain", 5, "\"plain\""));
	EXPECT_TRUE(json_is("a\"b\\c/", 6, "\"a\\\"b\\\\c/\""));
	EXPECT_TRUE(json_is("\n\0\x1f", 3, "\"\\u000a\\u0000\\u001f\""));
	EXPECT_TRUE(json_is("\x7f", 1, "\"\x7f\""));
	EXPECT_TRUE(json_is("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9,
			    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""));
	/* Cut off, alone, too long, a surrogate, beyond Unicode. */
	EXPECT_TRUE(json_is("\xc3", 1, "\"\\ufffd\""));
	EXPECT_TRUE(json_is("\xa9x", 2, "\"\\ufffdx\""));
	EXPECT_TRUE(json_is("\xc0\x80", 2, "\"\\ufffd\\ufffd\""));
	EXPECT_TRUE(json_is("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""));
	EXPECT_TRUE(json_is("\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""));
	EXPECT_TRUE(json_is("\xff", 1, "\"\\ufffd\""));
}

/* The value of a column is what @row says. */
static char *fill_row(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	(void)column;
	(void)names;
	return text_put(to, row);
}

static bool value_is(enum column_type type, const char *text, const char *expected)
{
	const struct column column = { .name = "x", .fill = fill_row, .type = type };
	char json[8 * VALUE_MAX];

	*json_put_value(json, &column, text, NULL) = 0;
	return !strcmp(json, expected);
}

TEST(json_values)
{
	EXPECT_TRUE(value_is(COLUMN_NUMBER, "12", "12"));
	EXPECT_TRUE(value_is(COLUMN_STRING, "12", "\"12\""));
	EXPECT_TRUE(value_is(COLUMN_BOOLEAN, "1", "true"));
	EXPECT_TRUE(value_is(COLUMN_BOOLEAN, "0", "false"));
	EXPECT_TRUE(value_is(COLUMN_NUMBERS, "0,33", "[0,33]"));
	EXPECT_TRUE(value_is(COLUMN_NUMBERS, "0,33,+", "[0,33]"));
	EXPECT_TRUE(value_is(COLUMN_STRINGS, "root,a\"b,+", "[\"root\",\"a\\\"b\"]"));
	EXPECT_TRUE(value_is(COLUMN_COUNTS, "LISTEN:2,CLOSE:1", "{\"LISTEN\":2,\"CLOSE\":1}"));
	EXPECT_TRUE(value_is(COLUMN_NUMBER, "", "null"));
	EXPECT_TRUE(value_is(COLUMN_NUMBERS, "", "null"));
}

TEST_HARNESS_MAIN
