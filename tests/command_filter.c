// SPDX-License-Identifier: GPL-2.0
/* What filters and words of the command line ask the kernel for. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "../userspace/format/words.h"
#include "../userspace/kernel/request.h"
#include "../userspace/select/filter.h"

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

static const struct nlattr *step_of(const struct nlmsghdr *request, unsigned int number)
{
	const struct nlattr *nest = mnl_nlmsg_get_payload_offset(request, sizeof(struct genlmsghdr));
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == SOCKPORT_A_FILTER_STEP && !number--)
			return attr;
	return NULL;
}

/* What a step says, UINT32_MAX where it is silent. */
static uint32_t step_says(const struct nlattr *step, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, step)
		if (mnl_attr_get_type(attr) == type)
			return type == SOCKPORT_A_STEP_CONDITION ? mnl_attr_get_u8(attr) :
								   mnl_attr_get_u16(attr);
	return UINT32_MAX;
}

static bool asks_families(const struct nlmsghdr *request)
{
	const struct nlattr *nest = mnl_nlmsg_get_payload_offset(request, sizeof(struct genlmsghdr));
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == SOCKPORT_A_FILTER_FAMILY)
			return true;
	return false;
}

/* Ports of IPv4 are those that it comes to; an expression that matches as well comes behind. */
TEST_F(parsed, ports_of_ipv4)
{
	const struct expression test = { .condition = SOCKPORT_CONDITION_AUTOBOUND };
	struct expression_plan plan = {
		.step = { { .test = &test, .yes = 1, .no = 2 }, { .test = &test, .yes = 2 } },
		.steps = 2,
	};
	char buffer[REQUEST_MAX] = { 0 };
	struct nlmsghdr *request;
	const struct nlattr *step;

	ASSERT_EQ(0, filter_add(&self->filter, FILTER_FAMILY, "4", &self->failure));
	self->filter.plan = &plan;
	request = request_start(buffer, 32, 0, 1, 1);
	request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &self->filter);
	EXPECT_TRUE(asks_families(request));
	EXPECT_EQ(1, step_says(step_of(request, 0), SOCKPORT_A_STEP_YES));

	self->filter.by_port = true;
	request = request_start(buffer, 32, 0, 1, 1);
	request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &self->filter);
	EXPECT_FALSE(asks_families(request));
	step = step_of(request, 0);
	EXPECT_EQ(SOCKPORT_CONDITION_IPV4, step_says(step, SOCKPORT_A_STEP_CONDITION));
	step = step_of(request, 1);
	EXPECT_EQ(2, step_says(step, SOCKPORT_A_STEP_YES));
	EXPECT_EQ(3, step_says(step, SOCKPORT_A_STEP_NO));
	step = step_of(request, 2);
	EXPECT_EQ(3, step_says(step, SOCKPORT_A_STEP_YES));
	EXPECT_EQ(0, step_says(step, SOCKPORT_A_STEP_NO));

	ASSERT_EQ(0, filter_add(&self->filter, FILTER_FAMILY, "6", &self->failure));
	request = request_start(buffer, 32, 0, 1, 1);
	request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &self->filter);
	EXPECT_TRUE(asks_families(request));
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

TEST_HARNESS_MAIN
