// SPDX-License-Identifier: GPL-2.0
/* What the command writes and reads of addresses, numbers, times and categories of ports. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"

#include "../userspace/format/address.h"
#include "../userspace/format/number.h"
#include "../userspace/format/when.h"
#include "../userspace/host/category.h"

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

static void check_when(struct __test_metadata *_metadata, const char *text, uint64_t ms)
{
	const uint64_t now = 1767323045678ull;
	uint64_t when = 0;

	EXPECT_EQ(ms != 0, when_parse(text, now, &when)) {
		TH_LOG("%s", text);
	}
	if (ms)
		EXPECT_EQ(ms, when) {
			TH_LOG("%s", text);
		}
}

TEST(times_are_as_people_say_them)
{
	static const struct { const char *text; uint64_t ms; } times[] = {
		{ "@1767323045", 1767323045000 }, { "@1767323045.5", 1767323045500 },
		{ "@1767323045.678901", 1767323045678 }, { "now", 1767323045678 },
		{ "2026-01-02T03:04:05Z", 1767323045000 },
		{ "2026-01-02T04:04:05.123+01:00", 1767323045123 },
		{ "2026-01-01T21:34:05-05:30", 1767323045000 },
		{ "2026-01-02 03:04:05", 1767323045000 }, { "2026-01-02T03:04", 1767323040000 },
		{ "2026-01-02", 1767312000000 }, { "-5m", 1767322745678 },
		{ "-90", 1767322955678 }, { "-90s", 1767322955678 }, { "-2h", 1767315845678 },
		{ "-1d", 1767236645678 }, { "03:00", 1767322800000 },
		{ "04:00:00", 1767240000000 },
		{ "", 0 }, { "yesterday", 0 }, { "@", 0 }, { "@-1", 0 }, { "@1x", 0 }, { "-", 0 },
		{ "-5y", 0 }, { "2026-13-01", 0 }, { "2026-01-02T25:00", 0 },
		{ "2026-01-02T03:04:05+1", 0 }, { "2026-01-02T", 0 }, { "2026-01-02x", 0 },
		{ "12", 0 }, { "3:4:5:6", 0 }, { "-99999999d", 0 },
	};
	size_t i;

	setenv("TZ", "UTC", 1);
	tzset();
	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		check_when(_metadata, times[i].text, times[i].ms);
}

TEST(sizes_have_units)
{
	uint64_t size;

	EXPECT_TRUE(number_parse_size("1000", &size) && size == 1000);
	EXPECT_TRUE(number_parse_size("2K", &size) && size == 2048);
	EXPECT_TRUE(number_parse_size("3G", &size) && size == 3ull << 30);
	EXPECT_FALSE(number_parse_size("", &size));
	EXPECT_FALSE(number_parse_size("K", &size));
	EXPECT_FALSE(number_parse_size("1T", &size));
	EXPECT_FALSE(number_parse_size("99999999999", &size));
}

TEST_HARNESS_MAIN
