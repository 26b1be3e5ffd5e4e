// SPDX-License-Identifier: GPL-2.0
/* What the command counts of sockets: destinations, addresses, ends, holders. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/columns/tables.h"
#include "../userspace/count/bound.h"
#include "../userspace/count/destinations.h"
#include "../userspace/count/ends.h"
#include "../userspace/count/holders.h"
#include "../userspace/count/findings.h"
#include "../userspace/count/pools.h"
#include "../userspace/doctor/check.h"

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

static uint32_t hash_none(const void *thing)
{
	(void)thing;
	return 0;
}

static bool same_never(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return false;
}

/* How many findings there are of such a listener, where the kernel counted so many overflows. */
static unsigned int overflows_found(const struct watched *watched, uint64_t overflows)
{
	static const struct hash_kind kind = { sizeof(*watched), hash_none, same_never };
	static const struct thresholds usual;
	struct look look = { .how = { .thresholds = &usual }, .milliseconds = 1000 };
	struct findings findings = { .check = "accept_queue" };
	struct space *space = spaces_get(&look.spaces, 0);
	unsigned int found;

	if (!space || !hash_add(&look.watched, &kind, watched))
		return -1;
	space->is_seen = true;
	space->before.known = space->after.known = 1ull << COUNTER_LISTEN_OVERFLOWS;
	space->after.values[COUNTER_LISTEN_OVERFLOWS] = overflows;
	check_accept_queue(&look, &findings);
	found = findings_number(&findings, SEVERITY_CRITICAL);
	findings_free(&findings);
	hash_free(&look.watched);
	spaces_free(&look.spaces);
	return found;
}

/* Handshakes that are reset, and deferred ones, are dropped as well. */
TEST(drops_are_no_overflow)
{
	struct watched watched = {
		.protocol = SOCKPORT_PROTOCOL_TCP, .state = SOCKPORT_STATE_LISTEN, .port = 80,
		.looks = 5, .limit = 10, .drops = 7, .drops_after = 47,
	};

	EXPECT_EQ(0, overflows_found(&watched, 0));
	EXPECT_EQ(1, overflows_found(&watched, 3));
	watched.most = 10;
	EXPECT_EQ(0, overflows_found(&watched, 0));
	watched.most = 11;
	EXPECT_EQ(1, overflows_found(&watched, 0));
	watched.drops_after = watched.drops;
	EXPECT_EQ(0, overflows_found(&watched, 3));
}

TEST(destinations)
{
	struct destinations destinations = { .range = { 1000, 1999 } };
	const struct destination *list;
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
	list = destinations.hash.list;
	ASSERT_EQ(3, destinations.hash.count);
	EXPECT_EQ(334, list[0].ports);
	EXPECT_EQ(1000, list[0].ports + list[1].ports + list[2].ports);
	destinations_free(&destinations);
}

TEST(destinations_bounded)
{
	struct destinations destinations = { .range = { 1000, 1999 } };
	const struct destination *list;
	struct socket_row row;
	uint8_t address[8];
	uint32_t i;

	for (i = 0; i < DESTINATIONS_MAX + 10; i++) {
		make_out(&row, address, i, 1000);
		ASSERT_TRUE(destinations_add(&destinations, &row));
	}
	EXPECT_EQ(DESTINATIONS_MAX, destinations.hash.count);
	EXPECT_EQ(10, destinations.overlooked);
	/* Those that are there still count. */
	make_out(&row, address, 5, 1001);
	ASSERT_TRUE(destinations_add(&destinations, &row));
	destinations_sort(&destinations);
	list = destinations.hash.list;
	EXPECT_EQ(2, list[0].ports);
	destinations_free(&destinations);
}

/* Of an IPv6 socket that talks IPv4: @out's ends. */
static void make_mapped(struct socket_row *row, uint8_t addresses[32], const struct socket_row *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*row = *out;
	memcpy(addresses, mapped, sizeof(mapped));
	memcpy(addresses + 12, out->local, 4);
	memcpy(addresses + 16, mapped, sizeof(mapped));
	memcpy(addresses + 28, out->remote, 4);
	row->family = AF_INET6;
	row->local = addresses;
	row->local_size = 16;
	row->remote = addresses + 16;
	row->remote_size = 16;
}

/* They take the same ports, whichever family the socket is of. */
TEST(destinations_mapped)
{
	struct destinations destinations = { .range = { 1000, 1999 } };
	const struct destination *list;
	struct socket_row row, mapped;
	uint8_t address[8], both[32];

	make_out(&row, address, 1, 1000);
	ASSERT_TRUE(destinations_add(&destinations, &row));
	make_mapped(&mapped, both, &row);
	mapped.local_port++;
	ASSERT_TRUE(destinations_add(&destinations, &mapped));
	destinations_sort(&destinations);
	list = destinations.hash.list;
	ASSERT_EQ(1, destinations.hash.count);
	EXPECT_EQ(2, list[0].ports);
	EXPECT_EQ(AF_INET, list[0].family);
	EXPECT_EQ(0, memcmp(list[0].remote, row.remote, 4));
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
	row.role = SOCKPORT_ROLE_IN;
	ASSERT_TRUE(pools_add(&pools, &row));
	EXPECT_EQ(2, pools.count);
	ASSERT_NE(NULL, pools_fullest(&pools));
	EXPECT_EQ(31, pools_fullest(&pools)->used);
	EXPECT_EQ(SOCKPORT_PROTOCOL_TCP, pools_fullest(&pools)->protocol);
	pools_free(&pools);
}

static void make_bound(struct socket_row *row, const uint8_t *address, uint8_t size, uint32_t lport)
{
	memset(row, 0, sizeof(*row));
	row->known = 1ull << SOCKPORT_A_SOCKET_LOCAL_ADDRESS | 1ull << SOCKPORT_A_SOCKET_LOCAL_PORT;
	row->protocol = SOCKPORT_PROTOCOL_TCP;
	row->family = size == 4 ? AF_INET : AF_INET6;
	row->role = SOCKPORT_ROLE_IN;
	row->local = address;
	row->local_size = size;
	row->local_port = lport;
}

static const struct pool *find_pool(const struct pools *pools, const uint8_t *address, uint8_t size)
{
	size_t i;

	for (i = 0; i < pools->count; i++)
		if (pools->list[i].size == size && !memcmp(pools->list[i].address, address, size))
			return &pools->list[i];
	return NULL;
}

/* What is bound to any address is so at each, and any is free only where each is. */
TEST(pools_of_any)
{
	static const uint8_t any[16], v4[4] = { 192, 0, 2, 1 }, v6[16] = { 0x20, 1, [15] = 1 };
	const struct {
		const uint8_t *address;
		uint8_t size;
		bool v6only;
		uint32_t ports, expected, sockets;
	} bound[] = {
		{ v4, 4, false, 100, 100 + 10 + 1, 111 }, { v6, 16, false, 200, 200 + 3, 203 },
		{ any, 4, false, 10, 10 + 1 + 100, 111 }, { any, 16, true, 2, 313, 313 },
		{ any, 16, false, 1, 313, 313 },
	};
	struct pools pools = { .range = { 1000, 1999 } };
	const struct pool *pool;
	struct socket_row row;
	uint32_t port = 1000, i;
	size_t each;

	for (each = 0; each < 5; each++)
		for (i = 0; i < bound[each].ports; i++) {
			make_bound(&row, bound[each].address, bound[each].size, port++);
			if (bound[each].v6only)
				row.known |= 1ull << SOCKPORT_A_SOCKET_V6ONLY;
			ASSERT_TRUE(pools_add(&pools, &row));
		}
	/* One that is free nowhere any more is no more than one. */
	make_bound(&row, v4, 4, 1000);
	row.protocol = SOCKPORT_PROTOCOL_UDP;
	ASSERT_TRUE(pools_add(&pools, &row));
	pools_share(&pools);
	pools_share(&pools);
	for (each = 0; each < 5; each++) {
		pool = find_pool(&pools, bound[each].address, bound[each].size);
		ASSERT_NE(NULL, pool);
		EXPECT_EQ(bound[each].expected, pool->used);
		EXPECT_EQ(bound[each].sockets, pool->sockets);
	}
	pools_free(&pools);
}

/* connect() of UDP wants a port that is free at all addresses, before it has one of them. */
TEST(pools_picked)
{
	struct pools pools = { .range = { 1000, 1999 } };
	uint8_t address[8], other[4] = { 192, 0, 2, 1 };
	struct socket_row row;
	uint32_t i;

	for (i = 0; i < 600; i++) {
		make_out(&row, address, 0, 1000 + i);
		row.protocol = SOCKPORT_PROTOCOL_UDP;
		if (i % 2)
			row.local = other;
		ASSERT_TRUE(pools_add(&pools, &row));
	}
	ASSERT_NE(NULL, pools_fullest(&pools));
	EXPECT_EQ(600, pools_fullest(&pools)->used);
	EXPECT_EQ(600, pools_fullest(&pools)->sockets);
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
		EXPECT_EQ(i == POOLS_MAX, pools.overlooked);
	}
	EXPECT_EQ(NULL, pools_fullest(&pools));
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
	ASSERT_TRUE(ends_want(&ends, &ours, 7) && ends_want(&ends, &out, 7));
	EXPECT_FALSE(ends_find(&ends, &ours, 7));
	ends_take(&ends, &theirs, 7);
	ends_take(&ends, &other, 7);
	/* On the loopback of another namespace, then of ours. */
	in.known |= 1ull << SOCKPORT_A_SOCKET_NETNS;
	in.netns = 8;
	ends_take(&ends, &in, 7);
	EXPECT_FALSE(ends_find(&ends, &out, 7));
	in.netns = 7;
	ends_take(&ends, &in, 7);
	EXPECT_EQ(2, ends.count);
	ASSERT_TRUE(ends_find(&ends, &ours, 7) && ends_find(&ends, &out, 7));
	EXPECT_EQ(77, ends_find(&ends, &ours, 7)->pid);
	EXPECT_STREQ("peer", ends_find(&ends, &out, 7)->comm);
	EXPECT_FALSE(ends_find(&ends, &other, 7));
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
	const struct holder *list;
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
	/* Two subflows and their MPTCP connection are one. */
	row.known |= 1ull << SOCKPORT_A_SOCKET_TOKEN;
	for (i = 0; i < 3; i++) {
		row.token = 7;
		ASSERT_TRUE(holders_count(&holders, &row));
		row.protocol = i ? SOCKPORT_PROTOCOL_MPTCP : SOCKPORT_PROTOCOL_TCP;
	}
	row.token = 8;
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

	list = holders.all.list;
	ASSERT_EQ(2, holders.all.count);
	EXPECT_EQ(1, holders.incomplete);
	EXPECT_STREQ("one", list[0].comm);
	EXPECT_EQ(1000, list[0].port_count);
	EXPECT_FALSE(list[0].matches);
	EXPECT_STREQ("two", list[1].comm);
	EXPECT_STREQ("some.service", list[1].unit);
	EXPECT_TRUE(list[1].matches);
	ASSERT_EQ(1001, list[1].port_count);
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(8001 + i, list[1].ports[i].port);
	EXPECT_EQ(53, list[1].ports[1000].port);
	EXPECT_EQ(1, list[1].in);
	EXPECT_EQ(3, list[1].out);
	EXPECT_EQ(1, list[1].lingering);
	EXPECT_EQ(1, list[1].unix_listeners);
	EXPECT_EQ(1, list[1].unix_sockets);
	EXPECT_EQ(1, list[1].other);
	holders_free(&holders);
}

/* Somebody else may have its PID now. */
TEST(holders_of_the_past)
{
	const struct process_row process = { .known = 1ull << SOCKPORT_A_PROCESS_COMM,
					     .pid = getpid(), .comm = "then" };
	struct holders holders = { .word = "then.service", .past = true };
	const struct holder *holder;

	holder = holders_add(&holders, &process, 0, "/system.slice/then.service");
	ASSERT_NE(NULL, holder);
	EXPECT_STREQ("then.service", holder->unit);
	EXPECT_TRUE(holder->matches);
	holders_free(&holders);
}

TEST_HARNESS_MAIN
