// SPDX-License-Identifier: GPL-2.0
/* What a message of the kernel says of both ends of a socket, and of its processes. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/columns/endpoint.h"
#include "../userspace/columns/processes.h"
#include "../userspace/kernel/decode.h"

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

/* A row that has none does not keep those of the one before. */
TEST_F(message, no_addresses)
{
	const uint8_t address[4] = { 10, 1, 2, 3 };

	put_kind(self->header, SOCKPORT_PROTOCOL_TCP, AF_INET);
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 4, address);
	mnl_attr_put(self->header, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, 4, address);
	ASSERT_TRUE(decode_socket(self->header, &self->row));
	EXPECT_EQ(4, self->row.local_size);
	self->header = mnl_nlmsg_put_header(self->buffer);
	mnl_nlmsg_put_extra_header(self->header, GENL_HDRLEN);
	put_kind(self->header, SOCKPORT_PROTOCOL_UNIX, AF_UNIX);
	ASSERT_TRUE(decode_socket(self->header, &self->row));
	EXPECT_EQ(0, self->row.local_size);
	EXPECT_EQ(0, self->row.remote_size);
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
