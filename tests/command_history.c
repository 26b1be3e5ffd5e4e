// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the command that show what ports did, without a kernel: messages,
 * columns, units, distributions.
 */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/cmd/bars.h"
#include "../userspace/cmd/show-history.h"
#include "../userspace/columns/column.h"
#include "../userspace/columns/tables.h"
#include "../userspace/count/history.h"
#include "../userspace/format/number.h"
#include "../userspace/format/quantity.h"
#include "../userspace/kernel/decode.h"

/* 2026-01-02 03:04:05.678 UTC */
#define MOMENT	1767323045678ull

FIXTURE(port)
{
	uint64_t buffer[1024];
	struct nlmsghdr *header;
	struct names *names;
	struct names *numbers;
	struct port_row row;
	char text[VALUE_MAX + 1];
};

FIXTURE_SETUP(port)
{
	setenv("TZ", "UTC", 1);
	self->header = mnl_nlmsg_put_header(self->buffer);
	mnl_nlmsg_put_extra_header(self->header, GENL_HDRLEN);
	self->names = names_new(false);
	self->numbers = names_new(true);
	ASSERT_TRUE(self->names && self->numbers);
	mnl_attr_put_u8(self->header, SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(self->header, SOCKPORT_A_PORT_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(self->header, SOCKPORT_A_PORT_PORT, 80);
	mnl_attr_put_u8(self->header, SOCKPORT_A_PORT_STATE, SOCKPORT_PORT_STATE_CLOSED);
}

FIXTURE_TEARDOWN(port)
{
	names_free(self->names);
	names_free(self->numbers);
}

/* Each counter is a hundred times its own number, but for the last one, a time. */
static void put_history(struct nlmsghdr *header)
{
	struct nlattr *nest = mnl_attr_nest_start(header, SOCKPORT_A_PORT_HISTORY);
	unsigned int i;

	mnl_attr_put(header, SOCKPORT_A_HISTORY_PAD, 0, NULL);
	for (i = SOCKPORT_A_HISTORY_OPENED; i <= SOCKPORT_A_HISTORY_MAX; i++)
		mnl_attr_put_u64(header, i, i == SOCKPORT_A_HISTORY_LAST_ACTIVE ? MOMENT : 100 * i);
	mnl_attr_nest_end(header, nest);
}

static void put_distribution(struct nlmsghdr *header, uint8_t kind, const uint64_t *buckets,
			     unsigned int count, uint64_t sum)
{
	struct nlattr *nest = mnl_attr_nest_start(header, SOCKPORT_A_PORT_DISTRIBUTION);

	mnl_attr_put_u8(header, SOCKPORT_A_DISTRIBUTION_KIND, kind);
	mnl_attr_put_u64(header, SOCKPORT_A_DISTRIBUTION_SUM, sum);
	mnl_attr_put(header, SOCKPORT_A_DISTRIBUTION_BUCKETS, count * sizeof(*buckets), buckets);
	mnl_attr_nest_end(header, nest);
}

static void put_opener(struct nlmsghdr *header)
{
	struct nlattr *nest = mnl_attr_nest_start(header, SOCKPORT_A_PORT_OPENER);

	mnl_attr_put_u32(header, SOCKPORT_A_OPENER_PID, 4711);
	mnl_attr_put_strz(header, SOCKPORT_A_OPENER_COMM, "web server");
	mnl_attr_put_u32(header, SOCKPORT_A_OPENER_UID, 0);
	mnl_attr_put_strz(header, SOCKPORT_A_OPENER_CGROUP, "/system.slice/web.service");
	mnl_attr_nest_end(header, nest);
}

/* The value of a column, in text or JSON. */
static const char *value_of(char *to, const char *name, const struct port_row *row,
			    struct names *names, bool json)
{
	struct selection selection = { 0 };
	struct failure failure;

	if (selection_parse(&selection, &port_columns, name, &failure))
		return NULL;
	return fill_into(to, json ? SINK_JSON : SINK_TEXT, selection.list[0], row, names);
}

#define TEXT(name)	value_of(self->text, name, &self->row, self->names, false)
#define NUMERIC(name)	value_of(self->text, name, &self->row, self->numbers, false)
#define JSON(name)	value_of(self->text, name, &self->row, self->names, true)

TEST_F(port, history)
{
	put_history(self->header);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	self->row.time = MOMENT + 65000;
	EXPECT_STREQ("closed", TEXT("state"));
	EXPECT_STREQ("200", TEXT("opened"));
	EXPECT_STREQ("300", JSON("accepted"));
	EXPECT_STREQ("400", TEXT("taken_in"));
	EXPECT_STREQ("11300", TEXT("failed"));
	EXPECT_STREQ("11300", JSON("failed"));
	EXPECT_STREQ("800", TEXT("failed_otherwise"));
	EXPECT_STREQ("2800", TEXT("no_local_port"));
	EXPECT_STREQ("2900", TEXT("reset_opening"));
	EXPECT_STREQ("3000", JSON("given_up"));
	EXPECT_STREQ("1.3K", TEXT("bytes_in"));
	EXPECT_STREQ("1400", NUMERIC("bytes_in"));
	EXPECT_STREQ("1400", JSON("bytes_in"));
	EXPECT_STREQ("2500", TEXT("connections_high"));
	EXPECT_STREQ("2026-01-02T03:04:05+00:00", TEXT("last_active"));
	EXPECT_STREQ("1767323045678000", NUMERIC("last_active"));
	EXPECT_STREQ("1767323045678000", JSON("last_active"));
	EXPECT_STREQ("65s", TEXT("active"));
	EXPECT_STREQ("65000000", JSON("active"));
	EXPECT_STREQ("1767323110678000", JSON("time"));
	EXPECT_STREQ("", JSON("elapsed"));
	EXPECT_STREQ("", JSON("seconds"));
	EXPECT_STREQ("", JSON("restarted"));
}

/* What did not come is not 0; and where one cause is unknown, so is their sum. */
TEST_F(port, no_history)
{
	struct nlattr *nest;

	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("", TEXT("accepted"));
	EXPECT_STREQ("", JSON("bytes_out"));
	EXPECT_STREQ("", JSON("failed"));
	EXPECT_STREQ("", JSON("active"));
	EXPECT_STREQ("", JSON("distributions"));
	EXPECT_STREQ("", JSON("opener_pid"));
	EXPECT_STREQ("", TEXT("opener"));
	nest = mnl_attr_nest_start(self->header, SOCKPORT_A_PORT_HISTORY);
	mnl_attr_put_u64(self->header, SOCKPORT_A_HISTORY_REFUSED, 7);
	mnl_attr_put_u64(self->header, SOCKPORT_A_HISTORY_FIRST_ACTIVE, 0);
	mnl_attr_nest_end(self->header, nest);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("7", TEXT("refused"));
	EXPECT_STREQ("", TEXT("failed"));
	EXPECT_STREQ("", TEXT("first_active"));
	EXPECT_STREQ("", JSON("first_active"));
}

/* It is no port: neither a number nor what goes with one. */
TEST_F(port, rest)
{
	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("80", TEXT("port"));
	EXPECT_STREQ("80", JSON("port"));
	EXPECT_STREQ("false", JSON("rest"));
	EXPECT_STREQ("\"well-known\"", JSON("category"));
	mnl_attr_put_u32(self->header, SOCKPORT_A_PORT_PORT, 0);
	mnl_attr_put(self->header, SOCKPORT_A_PORT_REST, 0, NULL);
	put_history(self->header);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("rest", TEXT("port"));
	EXPECT_STREQ("0", JSON("port"));
	EXPECT_STREQ("true", JSON("rest"));
	EXPECT_STREQ("", JSON("category"));
	EXPECT_STREQ("", JSON("local_range"));
	EXPECT_STREQ("", TEXT("service"));
	EXPECT_STREQ("300", JSON("accepted"));
}

TEST_F(port, rates)
{
	put_history(self->header);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	self->row.interval = 2500;
	self->row.restarted = true;
	EXPECT_STREQ("120", TEXT("accepted"));
	EXPECT_STREQ("300", JSON("accepted"));
	self->row.interval = 300000;
	EXPECT_STREQ("1.00", TEXT("accepted"));
	EXPECT_STREQ("37.7", TEXT("failed"));
	EXPECT_STREQ("300000000", JSON("elapsed"));
	EXPECT_STREQ("300.000", JSON("seconds"));
	EXPECT_STREQ("true", JSON("restarted"));
	self->row.interval = 1000;
	EXPECT_STREQ("1.3K", TEXT("bytes_in"));
	EXPECT_STREQ("1400", NUMERIC("bytes_in"));
	/* No counter, no rate. */
	EXPECT_STREQ("2400", TEXT("connections"));
}

TEST_F(port, opener)
{
	put_opener(self->header);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("web\\040server[4711]", TEXT("opener"));
	EXPECT_STREQ("4711", JSON("opener_pid"));
	EXPECT_STREQ("0", JSON("opener_uid"));
	EXPECT_STREQ("\"root\"", JSON("opener_user"));
	EXPECT_STREQ("0", NUMERIC("opener_user"));
	EXPECT_STREQ("\"/system.slice/web.service\"", JSON("opener_cgroup"));
	EXPECT_STREQ("web.service", TEXT("opener_unit"));
}

TEST_F(port, distributions)
{
	static const uint64_t buckets[] = { 1, 0, 5, UINT64_MAX / 2 };

	put_distribution(self->header, SOCKPORT_DISTRIBUTION_KIND_RTT, buckets, 3, 16);
	put_distribution(self->header, SOCKPORT_DISTRIBUTION_KIND_LIFETIME, buckets, 4, 99);
	/* A newer module may have more kinds. */
	put_distribution(self->header, SOCKPORT_DISTRIBUTION_KIND_MAX + 1, buckets, 4, 99);
	ASSERT_TRUE(decode_port(self->header, &self->row));
	EXPECT_STREQ("lifetime:9223372036854775813,rtt:6", TEXT("distributions"));
	EXPECT_STREQ("{\"lifetime\":{\"count\":9223372036854775813,\"sum\":99,\"buckets\":[1,0,5,9223372036854775807]},"
		     "\"rtt\":{\"count\":6,\"sum\":16,\"buckets\":[1,0,5]}}", JSON("distributions"));
	EXPECT_EQ(0, distribution_count(&self->row.distributions[SOCKPORT_DISTRIBUTION_KIND_RTT], 3));
}

TEST_F(port, malformed)
{
	static const uint64_t buckets[ROW_BUCKETS + 1];
	struct nlattr *nest, *start = mnl_nlmsg_get_payload_tail(self->header);
	const uint32_t length = self->header->nlmsg_len;

	nest = mnl_attr_nest_start(self->header, SOCKPORT_A_PORT_HISTORY);
	mnl_attr_put_u32(self->header, SOCKPORT_A_HISTORY_OPENED, 1);
	mnl_attr_nest_end(self->header, nest);
	EXPECT_FALSE(decode_port(self->header, &self->row));
	self->header->nlmsg_len = length;
	put_distribution(self->header, SOCKPORT_DISTRIBUTION_KIND_RTT, buckets, ROW_BUCKETS, 0);
	EXPECT_TRUE(decode_port(self->header, &self->row));
	put_distribution(self->header, SOCKPORT_DISTRIBUTION_KIND_RTT, buckets, ROW_BUCKETS + 1, 0);
	EXPECT_FALSE(decode_port(self->header, &self->row));
	self->header->nlmsg_len = length;
	put_distribution(self->header, 0, buckets, 1, 0);
	EXPECT_FALSE(decode_port(self->header, &self->row));
	self->header->nlmsg_len = length;
	nest = mnl_attr_nest_start(self->header, SOCKPORT_A_PORT_DISTRIBUTION);
	mnl_attr_put_u8(self->header, SOCKPORT_A_DISTRIBUTION_KIND, 1);
	mnl_attr_put(self->header, SOCKPORT_A_DISTRIBUTION_BUCKETS, 12, buckets);
	mnl_attr_nest_end(self->header, nest);
	EXPECT_FALSE(decode_port(self->header, &self->row));
	self->header->nlmsg_len = length;
	nest = mnl_attr_nest_start(self->header, SOCKPORT_A_PORT_OPENER);
	mnl_attr_put(self->header, SOCKPORT_A_OPENER_CGROUP, 4, "/abc");
	mnl_attr_nest_end(self->header, nest);
	EXPECT_FALSE(decode_port(self->header, &self->row));
	self->header->nlmsg_len = length;
	put_history(self->header);
	start->nla_len -= 4;
	EXPECT_FALSE(decode_port(self->header, &self->row));
}

/* The kernel is asked for what is shown, no more. */
TEST(wants)
{
	static const struct { const char *names; uint32_t want; } cases[] = {
		{ "proto,sockets", 0 },
		{ "port,failed", SOCKPORT_WANT_HISTORY },
		{ "time", SOCKPORT_WANT_HISTORY },
		{ "distributions", SOCKPORT_WANT_DISTRIBUTIONS },
		{ "opener,processes", SOCKPORT_WANT_OPENER | SOCKPORT_WANT_PROCESSES },
	};
	struct selection selection;
	struct failure failure;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ASSERT_EQ(0, selection_parse(&selection, &port_columns, cases[i].names, &failure));
		EXPECT_EQ(cases[i].want, selection.want);
	}
	selection_default(&selection, &port_columns, COLUMN_IN_TEXT, false);
	EXPECT_EQ(SOCKPORT_WANT_HISTORY, selection.want);
	selection_default(&selection, &port_columns, COLUMN_IN_JSON, false);
	EXPECT_EQ(SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_OPENER, selection.want);
}

TEST(titles)
{
	struct selection selection = { 0 };
	char title[COLUMN_TITLE_MAX];
	struct failure failure;

	ASSERT_EQ(0, selection_parse(&selection, &port_columns,
				     "port,retransmits,connections", &failure));
	*selection_put_title(title, &selection, 1) = 0;
	EXPECT_STREQ("RETRANSMITS", title);
	selection.per_second = true;
	*selection_put_title(title, &selection, 1) = 0;
	EXPECT_STREQ("RETRANSMITS/S", title);
	*selection_put_title(title, &selection, 0) = 0;
	EXPECT_STREQ("PORT", title);
	*selection_put_title(title, &selection, 2) = 0;
	EXPECT_STREQ("CONNECTIONS", title);
}

#define EXPECT_PUT(expected, call) do {			\
	char to[QUANTITY_MAX + 1];			\
							\
	*(call) = 0;					\
	EXPECT_STREQ(expected, to);			\
} while (0)

TEST(quantities)
{
	setenv("TZ", "UTC", 1);
	EXPECT_PUT("0us", quantity_put(to, QUANTITY_TIME, 0));
	EXPECT_PUT("999us", quantity_put(to, QUANTITY_TIME, 999));
	EXPECT_PUT("1ms", quantity_put(to, QUANTITY_TIME, 1024));
	EXPECT_PUT("1.9s", quantity_put(to, QUANTITY_TIME, 1999999));
	EXPECT_PUT("59s", quantity_put(to, QUANTITY_TIME, 59999999));
	EXPECT_PUT("1min", quantity_put(to, QUANTITY_TIME, 60000000));
	EXPECT_PUT("213503982d", quantity_put(to, QUANTITY_TIME, UINT64_MAX));
	EXPECT_PUT("1023B", quantity_put(to, QUANTITY_BYTES, 1023));
	EXPECT_PUT("16383PiB", quantity_put(to, QUANTITY_BYTES, UINT64_MAX));
	EXPECT_PUT("1-2 ms", quantity_put_range(to, QUANTITY_TIME, 1024, 2048));
	EXPECT_PUT("512 us-1 ms", quantity_put_range(to, QUANTITY_TIME, 512, 1024));
	EXPECT_PUT("512 KiB-1 MiB", quantity_put_range(to, QUANTITY_BYTES, 1 << 19, 1 << 20));
	EXPECT_PUT("0", quantity_put_size(to, 0));
	EXPECT_PUT("1023", quantity_put_size(to, 1023));
	EXPECT_PUT("1K", quantity_put_size(to, 1024));
	EXPECT_PUT("1023K", quantity_put_size(to, (1 << 20) - 1));
	EXPECT_PUT("9.9M", quantity_put_size(to, 10 * (1 << 20) - 1));
	EXPECT_PUT("0", quantity_put_rate(to, 0));
	EXPECT_PUT("<0.01", quantity_put_rate(to, 0.0001));
	EXPECT_PUT("0.25", quantity_put_rate(to, 0.25));
	EXPECT_PUT("12.5", quantity_put_rate(to, 12.5));
	EXPECT_PUT("1235", quantity_put_rate(to, 1234.6));
	EXPECT_PUT("2.50", quantity_put_size_rate(to, 2.5));
	EXPECT_PUT("1.5K", quantity_put_size_rate(to, 1536));
	/* So many that there can be no more. */
	EXPECT_PUT("16383P", quantity_put_size_rate(to, 1e22));
	EXPECT_PUT("0s", quantity_put_age(to, 999));
	EXPECT_PUT("119s", quantity_put_age(to, 119999));
	EXPECT_PUT("2m", quantity_put_age(to, 120000));
	EXPECT_PUT("47h", quantity_put_age(to, 47 * 3600000ull));
	EXPECT_PUT("2d", quantity_put_age(to, 48 * 3600000ull));
	EXPECT_PUT("2026-01-02T03:04:05+00:00", quantity_put_moment(to, MOMENT, 0));
	EXPECT_PUT("2026-01-02T03:04:05.678+00:00", quantity_put_moment(to, MOMENT, 3));
}

/* What is drawn for these buckets; to be freed. */
static char *drawn(const uint64_t *buckets, unsigned int count, enum quantity quantity,
		   unsigned int width)
{
	const struct distribution_row distribution = {
		.buckets = (const uint8_t *)buckets,
		.count = count,
	};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	bars_print(stream, &distribution, quantity, width);
	fclose(stream);
	return text;
}

TEST(bars)
{
	static const uint64_t buckets[40] = { [10] = 100, [11] = 50, [13] = 1, [39] = 0 };
	static const uint64_t beyond[40] = { [0] = 2, [39] = 2 };
	char *text;

	text = drawn(buckets, 40, QUANTITY_TIME, 42);
	EXPECT_STREQ("  512 us-1 ms ################# 100  66.2%\n"
		     "       1-2 ms ########           50  33.1%\n"
		     "       2-4 ms                     0   0.0%\n"
		     "     4-8.1 ms #                   1   0.7%\n", text);
	free(text);
	/* However narrow, something is drawn; and however wide, not too much. */
	text = drawn(beyond, 1, QUANTITY_BYTES, 1);
	EXPECT_STREQ("  0 ########## 2 100.0%\n", text);
	free(text);
	text = drawn(beyond, 40, QUANTITY_BYTES, 100000);
	EXPECT_EQ(0, strncmp("              0 #####", text, 20));
	EXPECT_TRUE(strstr(text, "\n      >= 256GiB #####"));
	EXPECT_GT(300, strcspn(text, "\n"));
	free(text);
	text = drawn(beyond + 1, 3, QUANTITY_BYTES, 80);
	EXPECT_STREQ("", text);
	free(text);
}

/* Each line is as wide as it may be. */
/* A long way between two bars takes one line. */
TEST(bars_apart)
{
	static const uint64_t buckets[20] = { [3] = 1, [6] = 1, [18] = 2 };
	char *text = drawn(buckets, 20, QUANTITY_BYTES, 40);
	const char *from;
	int lines = 0;

	for (from = text; *from; from++)
		lines += *from == '\n';
	EXPECT_EQ(6, lines);
	EXPECT_TRUE(strstr(text, "...\n"));
	free(text);
}

TEST(bars_fit)
{
	static const uint64_t buckets[30] = { [3] = 1234567, [7] = 1, [29] = 800000 };
	unsigned int width;
	char *text;

	for (width = 50; width <= 180; width++) {
		text = drawn(buckets, 30, QUANTITY_BYTES, width);
		EXPECT_EQ(width, strcspn(text, "\n"));
		free(text);
	}
}

TEST_HARNESS_MAIN
