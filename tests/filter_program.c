// SPDX-License-Identifier: GPL-2.0
/*
 * filter_program.c - the kernel takes a program of conditions for what it says
 *
 * Expressions are made up, applied by the test to what sock_diag shows, and asked
 * of the kernel as programs: both must come to the same sockets. Programs that are
 * none are refused, each with a word on why, and where.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/diag.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/idle.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/netns.h"
#include "lib/program.h"
#include "lib/stream.h"

#define SEED		20261129
#define EXPRESSIONS	120
#define DEPTH		4
#define STEPS_MOST	256
#define MARK		0x5a
#define TCP		SOCKPORT_PROTOCOL_TCP
#define STATE(name)	(1U << SOCKPORT_STATE_##name)

/* What both tell, and what has to stand still meanwhile. */
#define SAME	(ROW_STATE | ROW_IFINDEX | ROW_COOKIE)
#define STILL	(SAME | ROW_INODE | ROW_DROPS | ROW_QUEUES)

FIXTURE(program) {
	struct client		client;
	struct request		*request;
	struct connection	connection[LANES][SLOTS];
};

FIXTURE_SETUP(program)
{
	struct rows idle;
	int lane;

	netns_enter();
	self->client = client_open();
	self->request = malloc(sizeof(*self->request));
	loss_begin();
	for (lane = 0; lane < LANES; lane++) {
		connection_states(&lanes[lane], self->connection[lane]);
		socket_option(self->connection[lane][SLOT_UNREAD].client, SOL_SOCKET, SO_MARK,
			      MARK + lane);
	}
	idle = idle_sockets();
	rows_free(&idle);
	datagram_sockets(IPPROTO_UDP);
	srand(SEED);
}

FIXTURE_TEARDOWN(program)
{
	client_close(&self->client);
	free(self->request);
}

/* The test's own judgement of a socket that sock_diag shows. */

static bool equal_bits(const uint8_t *one, const uint8_t *other, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((one[i / 8] ^ other[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool in_prefix(const struct leaf *leaf, const struct row *row, const uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (leaf->size == 16)
		return row->family == AF_INET6 &&
		       equal_bits(leaf->address, address, leaf->length);
	if (row->family == AF_INET6) {
		if (memcmp(address, mapped, sizeof(mapped)))
			return false;
		address += sizeof(mapped);
	}
	return equal_bits(leaf->address, address, leaf->length);
}

static bool takes_ipv4(const struct row *row)
{
	const struct leaf mapped = { .size = 4 };
	static const uint8_t any[16];

	return in_prefix(&mapped, row, row->local) ||
	       (!memcmp(row->local, any, sizeof(any)) && !row->v6only);
}

static bool in_range(const struct leaf *leaf, uint32_t port)
{
	return leaf->value <= port && port <= leaf->last;
}

static bool holds(const struct leaf *leaf, const struct row *row, const struct rows *autobound)
{
	switch (leaf->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return leaf->mask & 1U << row->protocol;
	case SOCKPORT_CONDITION_FAMILY:
		return leaf->value == row->family;
	case SOCKPORT_CONDITION_STATE:
		return leaf->mask & 1U << row->state;
	case SOCKPORT_CONDITION_LOCAL_PORT:
		return in_range(leaf, row->local_port);
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return in_range(leaf, row->remote_port);
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
		return in_prefix(leaf, row, row->local);
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		return in_prefix(leaf, row, row->remote);
	case SOCKPORT_CONDITION_IFINDEX:
		return leaf->value == row->ifindex;
	case SOCKPORT_CONDITION_MARK:
		return (row->mark & leaf->mask) == leaf->value;
	case SOCKPORT_CONDITION_INODE:
		return row->inode == leaf->number;
	case SOCKPORT_CONDITION_COOKIE:
		return row->cookie == leaf->number;
	case SOCKPORT_CONDITION_AUTOBOUND:
		return rows_find_cookie(autobound, row->cookie);
	case SOCKPORT_CONDITION_IPV4:
		return takes_ipv4(row);
	}
	die("nobody asks for condition %u", leaf->condition);
}

static bool holds_all(const struct node *node, const struct row *row,
		      const struct rows *autobound)
{
	switch (node->kind) {
	case NODE_LEAF:
		return holds(&node->leaf, row, autobound);
	case NODE_NOT:
		return !holds_all(node->one, row, autobound);
	case NODE_AND:
		return holds_all(node->one, row, autobound) &&
		       holds_all(node->other, row, autobound);
	default:
		return holds_all(node->one, row, autobound) ||
		       holds_all(node->other, row, autobound);
	}
}

/* Expressions that some socket may match: about one of those that there are. */

static uint32_t below(uint32_t most)
{
	return rand() % most;
}

static void about_port(struct leaf *leaf, uint32_t port)
{
	static const uint32_t wide[] = { 0, 0, 3, 700, 20000 };
	const uint32_t more = wide[below(5)];

	leaf->value = port > more ? port - below(more + 1) : port;
	leaf->last = port + below(more + 1);
}

static void about_address(struct leaf *leaf, const struct row *row, const uint8_t *address)
{
	static const uint8_t lengths[] = { 0, 8, 17, 31, 32, 64, 96, 104, 127, 128 };

	leaf->size = row->family == AF_INET6 ? 16 : 4;
	/* Mapped ones are asked for both ways. */
	if (leaf->size == 16 && address[10] == 0xff && below(2)) {
		leaf->size = 4;
		address += 12;
	}
	memcpy(leaf->address, address, leaf->size);
	do {
		leaf->length = lengths[below(sizeof(lengths))];
	} while (leaf->length > leaf->size * 8);
}

static struct leaf about(const struct row *row)
{
	static const uint8_t conditions[] = {
		SOCKPORT_CONDITION_PROTOCOL, SOCKPORT_CONDITION_FAMILY, SOCKPORT_CONDITION_STATE,
		SOCKPORT_CONDITION_STATE, SOCKPORT_CONDITION_LOCAL_PORT,
		SOCKPORT_CONDITION_LOCAL_PORT, SOCKPORT_CONDITION_REMOTE_PORT,
		SOCKPORT_CONDITION_REMOTE_PORT, SOCKPORT_CONDITION_LOCAL_ADDRESS,
		SOCKPORT_CONDITION_REMOTE_ADDRESS, SOCKPORT_CONDITION_IFINDEX,
		SOCKPORT_CONDITION_MARK, SOCKPORT_CONDITION_INODE, SOCKPORT_CONDITION_COOKIE,
		SOCKPORT_CONDITION_AUTOBOUND, SOCKPORT_CONDITION_IPV4,
	};
	struct leaf leaf = { .condition = conditions[below(sizeof(conditions))] };

	switch (leaf.condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		leaf.mask = 1U << row->protocol | below(2) << SOCKPORT_PROTOCOL_UNIX;
		break;
	case SOCKPORT_CONDITION_FAMILY:
		leaf.value = row->family;
		break;
	case SOCKPORT_CONDITION_STATE:
		leaf.mask = (1U << row->state | below(0x1000)) & 0xffe;
		break;
	case SOCKPORT_CONDITION_LOCAL_PORT:
		about_port(&leaf, row->local_port);
		break;
	case SOCKPORT_CONDITION_REMOTE_PORT:
		about_port(&leaf, row->remote_port);
		break;
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
		about_address(&leaf, row, row->local);
		break;
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		about_address(&leaf, row, row->remote);
		break;
	case SOCKPORT_CONDITION_IFINDEX:
		leaf.value = row->ifindex;
		break;
	case SOCKPORT_CONDITION_MARK:
		leaf.mask = below(2) ? 0xffffffff : 0xf;
		leaf.value = (MARK + below(LANES)) & leaf.mask;
		break;
	case SOCKPORT_CONDITION_INODE:
		leaf.number = row->inode;
		break;
	case SOCKPORT_CONDITION_COOKIE:
		leaf.number = row->cookie;
		break;
	}
	return leaf;
}

static struct node *new_node(enum node_kind kind, struct node *one, struct node *other)
{
	struct node *node = calloc(1, sizeof(*node));

	*node = (struct node){ .kind = kind, .one = one, .other = other };
	return node;
}

static struct node *new_leaf(struct leaf leaf)
{
	struct node *node = new_node(NODE_LEAF, NULL, NULL);

	node->leaf = leaf;
	return node;
}

static struct node *make_up(const struct rows *rows, unsigned int depth)
{
	const unsigned int kind = depth ? below(7) : 0;

	if (kind < 2)
		return new_leaf(about(&rows->row[below(rows->count)]));
	if (kind == 2)
		return new_node(NODE_NOT, make_up(rows, depth - 1), NULL);
	return new_node(kind < 5 ? NODE_AND : NODE_OR, make_up(rows, depth - 1),
			make_up(rows, depth - 1));
}

static void node_free(struct node *node)
{
	if (!node)
		return;
	node_free(node->one);
	node_free(node->other);
	free(node);
}

/* The kernel's. */

static void run_program(struct client *client, struct request *request, uint8_t command,
			const struct node *node, mnl_cb_t each, void *data)
{
	struct nlattr *nest;

	request_begin(client, request, command, NLM_F_DUMP);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
	program_put(request->nlh, node);
	mnl_attr_nest_end(request->nlh, nest);
	if (client_run(client, request, each, data))
		die("program of %u steps: %s %s", program_size(node), strerror(-client->error),
		    client->message);
}

static struct rows autobound_rows(void)
{
	static const struct inet_diag_bc_op program[] = {
		{ .code = INET_DIAG_BC_AUTO, .yes = 4, .no = 8 },
	};

	return diag_rows_where(program, sizeof(program));
}

/* A moment in which nothing moves, and what was listed in it. */
struct moment {
	struct rows	oracle;
	struct rows	autobound;
	struct rows	listed;
	struct ports	ports;
};

static void moment_free(struct moment *moment)
{
	rows_free(&moment->oracle);
	rows_free(&moment->autobound);
	rows_free(&moment->listed);
	ports_free(&moment->ports);
}

static struct moment see(struct client *client, struct request *request, const struct node *node)
{
	struct moment moment = { 0 };
	struct deadline d = deadline();
	struct rows after;
	bool same;

	for (;; deadline_wait(&d, "a moment in which nothing moves")) {
		moment.oracle = diag_rows();
		moment.autobound = autobound_rows();
		run_program(client, request, SOCKPORT_CMD_SOCKET_GET, node, client_add_row,
			    &moment.listed);
		run_program(client, request, SOCKPORT_CMD_PORT_GET, node, client_add_port,
			    &moment.ports);
		after = diag_rows();
		same = rows_same(&moment.oracle, &after, STILL);
		rows_free(&after);
		if (same)
			return moment;
		moment_free(&moment);
	}
}

struct asked {
	const struct node	*node;
	const struct rows	*autobound;
};

/* Before 6.8 sock_diag shows no TCP sockets that are bound and no more. */
static bool is_shown(const struct row *row, const void *data)
{
	(void)data;
	return row->protocol != TCP || row->state != SOCKPORT_STATE_CLOSE;
}

static bool is_asked(const struct row *row, const void *data)
{
	const struct asked *asked = data;

	return is_shown(row, NULL) && holds_all(asked->node, row, asked->autobound);
}

/* Rows say which role they have, sock_diag does not: ports are those of the listing. */
static unsigned int try_program(struct client *client, struct request *request,
				const struct node *node, size_t *matches, size_t *all)
{
	struct moment moment = see(client, request, node);
	const struct asked asked = { node, &moment.autobound };
	struct rows expected = rows_select(&moment.oracle, is_asked, &asked);
	struct rows shown = rows_select(&moment.listed, is_shown, NULL);
	struct ports sum = ports_from_rows(&moment.listed);
	unsigned int wrong;

	wrong = rows_compare("program", &expected, &shown, SAME) +
		ports_compare("program", &sum, &moment.ports);
	*matches = expected.count;
	*all = moment.oracle.count;
	rows_free(&expected);
	rows_free(&shown);
	ports_free(&sum);
	moment_free(&moment);
	return wrong;
}

TEST_F_TIMEOUT(program, random, 1800)
{
	unsigned int i, wrong = 0, telling = 0, steps = 0;
	struct rows rows = diag_rows();
	struct node *node;
	size_t matches, all;

	for (i = 0; i < scaled(EXPRESSIONS, EXPRESSIONS / 4); i++) {
		node = make_up(&rows, DEPTH);
		steps += program_size(node);
		wrong += try_program(&self->client, self->request, node, &matches, &all);
		/* What all or none match says little. */
		telling += matches && matches < all;
		node_free(node);
	}
	note("%u expressions, %u steps, seed %u: %u tell sockets apart", i, steps, SEED, telling);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(i / 2, telling);
	rows_free(&rows);
}

/* As many steps as there may be: a port each, or else. */
TEST_F_TIMEOUT(program, longest, 600)
{
	struct node *node = NULL, *leaf;
	size_t matches, all;
	unsigned int i;

	for (i = 0; i < STEPS_MOST; i++) {
		leaf = new_leaf((struct leaf){ .condition = SOCKPORT_CONDITION_LOCAL_PORT,
					       .value = 10000 + 10 * i, .last = 10003 + 10 * i });
		node = node ? new_node(NODE_OR, node, leaf) : leaf;
	}
	ASSERT_EQ(STEPS_MOST, program_size(node));
	EXPECT_EQ(0, try_program(&self->client, self->request, node, &matches, &all));
	EXPECT_LT(0, matches);
	EXPECT_GT(all, matches);
	node_free(node);
}

/* Sockets of IPv6 that IPv4 comes to are some of those that match. */
TEST_F_TIMEOUT(program, ipv4, 600)
{
	struct node ipv4 = { .leaf = { .condition = SOCKPORT_CONDITION_IPV4 } };
	struct node v6 = { .leaf = { .condition = SOCKPORT_CONDITION_FAMILY, .value = AF_INET6 } };
	struct node listens = { .leaf = { .condition = SOCKPORT_CONDITION_STATE,
					  .mask = STATE(LISTEN) | STATE(CLOSE) } };
	struct node both = { .kind = NODE_AND, .one = &ipv4, .other = &v6 };
	struct node all = { .kind = NODE_AND, .one = &both, .other = &listens };
	size_t matches, sockets;

	socket_listen(AF_INET6, "::", 0, 0);
	EXPECT_EQ(0, try_program(&self->client, self->request, &ipv4, &matches, &sockets));
	EXPECT_GT(sockets, matches);
	EXPECT_EQ(0, try_program(&self->client, self->request, &all, &matches, &sockets));
	EXPECT_LT(0, matches);
}

/* Attributes and a program must both match. */
TEST_F_TIMEOUT(program, beside_attributes, 600)
{
	const struct leaf listens = { .condition = SOCKPORT_CONDITION_STATE,
				      .mask = STATE(LISTEN) };
	struct rows got = { 0 };
	struct nlattr *nest;

	request_begin(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	nest = mnl_attr_nest_start(self->request->nlh, SOCKPORT_A_SOCKET_FILTER);
	program_put_step(self->request->nlh, &listens, 0, 1);
	mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_FILTER_PROTOCOL, TCP);
	mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_FILTER_FAMILY, AF_INET6);
	mnl_attr_put_u8(self->request->nlh, SOCKPORT_A_FILTER_FAMILY, AF_INET);
	mnl_attr_nest_end(self->request->nlh, nest);
	mnl_attr_put_u32(self->request->nlh, SOCKPORT_A_SOCKET_LOCAL_PORT,
			 self->connection[LANE_V4][SLOT_UNREAD].port);
	ASSERT_EQ(0, client_run(&self->client, self->request, client_add_row, &got));
	ASSERT_EQ(1, got.count);
	EXPECT_EQ(SOCKPORT_STATE_ESTABLISHED, got.row[0].state);
	EXPECT_EQ(self->connection[LANE_V4][SLOT_UNREAD].client_port, got.row[0].remote_port);
	rows_free(&got);
}

/* Owner, where sock_diag knows it too: of sockets that have a file. */
static bool is_owned(const struct row *row, const void *data)
{
	return row->known & ROW_INODE && row->uid == *(const uint32_t *)data;
}

TEST_F_TIMEOUT(program, uid, 600)
{
	const uint32_t uid = lanes[LANE_V4].uid;
	struct node owner = { .leaf = { .condition = SOCKPORT_CONDITION_UID, .value = uid } };
	struct node none = { .leaf = { .condition = SOCKPORT_CONDITION_INODE } };
	struct node some = { .kind = NODE_NOT, .one = &none };
	struct node both = { .kind = NODE_AND, .one = &owner, .other = &some };
	struct moment moment = see(&self->client, self->request, &both);
	struct rows expected = rows_select(&moment.oracle, is_owned, &uid);

	EXPECT_LT(5, expected.count);
	EXPECT_EQ(0, rows_compare("uid", &expected, &moment.listed, SAME));
	rows_free(&expected);
	moment_free(&moment);
}

static uint64_t join_cgroup(const char *path)
{
	char procs[128];
	struct stat status;

	snprintf(procs, sizeof(procs), "echo %d > %s/cgroup.procs", getpid(), path);
	run("%s", procs);
	return stat(path, &status) ? 0 : status.st_ino;
}

TEST_F_TIMEOUT(program, cgroup, 600)
{
	static const char top[] = "/tmp/sockport-program";
	struct {
		struct inet_diag_bc_op	op;
		uint64_t		id;
	} __attribute__((packed)) oracle = {
		.op = { .code = INET_DIAG_BC_CGROUP_COND, .yes = sizeof(oracle),
			.no = sizeof(oracle) + 4 },
	};
	struct node node = { .leaf = { .condition = SOCKPORT_CONDITION_CGROUP } };
	struct rows expected, got = { 0 };
	int fd;

	mkdir(top, 0755);
	ASSERT_EQ(0, mount("none", top, "cgroup2", 0, NULL));
	mkdir("/tmp/sockport-program/one", 0755);
	oracle.id = join_cgroup("/tmp/sockport-program/one");
	fd = socket_listen(AF_INET, "127.0.0.1", 9999, 1);
	join_cgroup(top);
	node.leaf.number = oracle.id;
	expected = diag_rows_where(&oracle, sizeof(oracle));
	run_program(&self->client, self->request, SOCKPORT_CMD_SOCKET_GET, &node, client_add_row,
		    &got);
	EXPECT_EQ(1, expected.count);
	EXPECT_EQ(0, rows_compare("cgroup", &expected, &got, SAME));
	rows_free(&expected);
	rows_free(&got);
	/* Of another's socket nobody learns its cgroup by asking. */
	EXPECT_EQ(0, in_child(({
		struct client other;
		struct rows seen = { 0 };

		if (setresgid(1234, 1234, 1234) || setresuid(1234, 1234, 1234))
			die("no other user");
		other = client_open();
		run_program(&other, self->request, SOCKPORT_CMD_SOCKET_GET, &node, client_add_row,
			    &seen);
		!!seen.count;
	})));
	close(fd);
	rmdir("/tmp/sockport-program/one");
	umount(top);
	rmdir(top);
}

/* Sockets of both ends of a connection that is as old. */
static size_t older_than(struct client *client, struct request *request, uint64_t ms)
{
	struct node port = { .leaf = { .condition = SOCKPORT_CONDITION_PORT, .value = 7000,
				       .last = 7000 } };
	struct node age = { .leaf = { .condition = SOCKPORT_CONDITION_AGE, .number = ms } };
	struct node both = { .kind = NODE_AND, .one = &port, .other = &age };
	struct rows rows = { 0 };
	size_t count;

	run_program(client, request, SOCKPORT_CMD_SOCKET_GET, &both, client_add_row, &rows);
	count = rows.count;
	rows_free(&rows);
	return count;
}

TEST_F_TIMEOUT(program, age, 300)
{
	const long long before = now_ms();
	struct deadline d = deadline();
	struct stream stream;
	int listener;

	history_on();
	listener = socket_listen(AF_INET, "127.0.0.1", 7000, 5);
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(2, older_than(&self->client, self->request, 0));
	EXPECT_EQ(0, older_than(&self->client, self->request, 3600000));
	while (older_than(&self->client, self->request, 300) != 2)
		deadline_wait(&d, "a connection to become older");
	EXPECT_LE(300, now_ms() - before);
	EXPECT_EQ(0, older_than(&self->client, self->request, now_ms() - before + 1000));
	close(stream.client);
	close(stream.server);
	close(listener);
}

/* A request with a program, and what else is wanted. */
static void ask_more(struct client *client, struct request *request, const struct node *node,
		     uint32_t want, mnl_cb_t each, void *data)
{
	struct nlattr *nest;

	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
	program_put(request->nlh, node);
	mnl_attr_nest_end(request->nlh, nest);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, want);
	if (client_run(client, request, each, data))
		die("more: %s %s", strerror(-client->error), client->message);
}

/* What is in no table, and in no history, has no age. */
TEST_F_TIMEOUT(program, age_of_unlisted, 300)
{
	struct node age = { .leaf = { .condition = SOCKPORT_CONDITION_AGE } };
	struct node state_age = { .leaf = { .condition = SOCKPORT_CONDITION_STATE_AGE } };
	struct node not_age = { .kind = NODE_NOT, .one = &age };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct node *nodes[] = { &age, &state_age, &not_age };
	struct rows rows;
	unsigned int i;

	history_on();
	for (i = 0; i < 3; i++) {
		rows = (struct rows){ 0 };
		ask_more(&self->client, self->request, nodes[i],
			 SOCKPORT_WANT_UNLISTED | SOCKPORT_WANT_COOKIE, client_add_row, &rows);
		EXPECT_EQ(nodes[i] == &not_age, !!rows_find_cookie(&rows, socket_cookie(fd)));
		rows_free(&rows);
	}
	close(fd);
}

struct told {
	unsigned int	count;
	struct tcp_info	info;
};

static int take_info(const struct nlmsghdr *nlh, void *data)
{
	struct told *told = data;
	struct nlattr *attr;
	size_t size;

	told->count++;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != SOCKPORT_A_SOCKET_TCP_INFO)
			continue;
		size = mnl_attr_get_payload_len(attr);
		memcpy(&told->info, mnl_attr_get_payload(attr),
		       size < sizeof(told->info) ? size : sizeof(told->info));
	}
	return MNL_CB_OK;
}

/* Of several listeners of a port each has its own tcp_info, also where one is asked about alone. */
TEST_F_TIMEOUT(program, info_of_one, 300)
{
	struct node one = { .leaf = { .condition = SOCKPORT_CONDITION_COOKIE } };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7000),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct told told;
	int fd[5], i;

	for (i = 0; i < 5; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		socket_option(fd[i], SOL_SOCKET, SO_REUSEPORT, 1);
		ASSERT_EQ(0, bind(fd[i], (void *)&to, sizeof(to)));
		ASSERT_EQ(0, listen(fd[i], 11 * (i + 1)));
	}
	for (i = 0; i < 5; i++) {
		one.leaf.number = socket_cookie(fd[i]);
		told = (struct told){ 0 };
		ask_more(&self->client, self->request, &one,
			 SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_TCP_INFO, take_info, &told);
		EXPECT_EQ(1, told.count);
		EXPECT_EQ(11 * (i + 1), told.info.tcpi_sacked);
	}
	for (i = 0; i < 5; i++)
		close(fd[i]);
}

/* Programs that are none. */

struct bad {
	const char	*name;
	int		error;
	const char	*message;
	/* Returns the attribute that is to be blamed. */
	const struct nlattr *(*put)(struct nlmsghdr *nlh);
};

static struct nlattr *tail(struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload_tail(nlh);
}

static const struct leaf autobound = { .condition = SOCKPORT_CONDITION_AUTOBOUND };

/* The steps of a program begin with a good one; what is put is in the next. */
static const struct nlattr *one_more(struct nlmsghdr *nlh, int condition, int jump, uint16_t to,
				     uint16_t operand, size_t length)
{
	static const uint8_t bytes[32];
	struct nlattr *step, *blame;

	program_put_step(nlh, &autobound, -1, -1);
	step = mnl_attr_nest_start(nlh, SOCKPORT_A_FILTER_STEP);
	blame = step;
	if (condition >= 0)
		mnl_attr_put_u8(nlh, SOCKPORT_A_STEP_CONDITION, condition);
	if (jump >= 0) {
		blame = tail(nlh);
		mnl_attr_put_u16(nlh, jump, to);
	}
	if (operand) {
		blame = tail(nlh);
		mnl_attr_put(nlh, operand, length, bytes);
	}
	mnl_attr_nest_end(nlh, step);
	return blame;
}

#define BAD(function, ...) \
	static const struct nlattr *function(struct nlmsghdr *nlh) \
	{ \
		return one_more(nlh, __VA_ARGS__); \
	}

BAD(jump_to_itself, SOCKPORT_CONDITION_AUTOBOUND, SOCKPORT_A_STEP_YES, 1, 0, 0)
BAD(jump_beyond, SOCKPORT_CONDITION_AUTOBOUND, SOCKPORT_A_STEP_NO, 3, 0, 0)
BAD(jump_far_beyond, SOCKPORT_CONDITION_AUTOBOUND, SOCKPORT_A_STEP_YES, 65535, 0, 0)
BAD(no_condition, -1, -1, 0, 0, 0)
BAD(no_operand, SOCKPORT_CONDITION_LOCAL_PORT, -1, 0, 0, 0)
BAD(other_operand, SOCKPORT_CONDITION_AUTOBOUND, -1, 0, SOCKPORT_A_STEP_VALUE, 4)
BAD(mask_of_none, SOCKPORT_CONDITION_PROTOCOL, -1, 0, SOCKPORT_A_STEP_MASK, 4)
BAD(no_family, SOCKPORT_CONDITION_FAMILY, -1, 0, SOCKPORT_A_STEP_VALUE, 4)
BAD(short_address, SOCKPORT_CONDITION_LOCAL_ADDRESS, -1, 0, SOCKPORT_A_STEP_ADDRESS, 5)

static const struct nlattr *put_leaf(struct nlmsghdr *nlh, const struct leaf *leaf,
				     uint16_t blame)
{
	struct nlattr *step = tail(nlh), *attr;

	program_put_step(nlh, leaf, -1, -1);
	mnl_attr_for_each_nested(attr, step)
		if (mnl_attr_get_type(attr) == blame)
			return attr;
	return NULL;
}

#define BAD_LEAF(function, blame, ...) \
	static const struct nlattr *function(struct nlmsghdr *nlh) \
	{ \
		static const struct leaf leaf = { __VA_ARGS__ }; \
		return put_leaf(nlh, &leaf, SOCKPORT_A_STEP_##blame); \
	}

BAD_LEAF(unknown_state, MASK, .condition = SOCKPORT_CONDITION_STATE, .mask = 1 << 12)
BAD_LEAF(unknown_role, MASK, .condition = SOCKPORT_CONDITION_ROLE, .mask = 1)
BAD_LEAF(turned_range, LAST, .condition = SOCKPORT_CONDITION_PORT, .value = 9, .last = 8)
BAD_LEAF(long_prefix, ADDRESS, .condition = SOCKPORT_CONDITION_REMOTE_ADDRESS, .size = 4,
	 .length = 33)
BAD_LEAF(no_interface, VALUE, .condition = SOCKPORT_CONDITION_IFINDEX, .value = 1U << 31)
BAD_LEAF(no_uid, VALUE, .condition = SOCKPORT_CONDITION_UID, .value = -1)

static const struct nlattr *jump_back(struct nlmsghdr *nlh)
{
	program_put_step(nlh, &autobound, -1, -1);
	return one_more(nlh, SOCKPORT_CONDITION_AUTOBOUND, SOCKPORT_A_STEP_NO, 1, 0, 0);
}

/* Nothing leads to the second step of three. */
static const struct nlattr *unreachable(struct nlmsghdr *nlh)
{
	struct nlattr *blame;

	program_put_step(nlh, &autobound, 2, 0);
	blame = tail(nlh);
	program_put_step(nlh, &autobound, -1, -1);
	program_put_step(nlh, &autobound, -1, -1);
	return blame;
}

static const struct nlattr *too_long(struct nlmsghdr *nlh)
{
	struct nlattr *blame = tail(nlh);
	unsigned int i;

	for (i = 0; i <= STEPS_MOST; i++)
		program_put_step(nlh, &autobound, -1, -1);
	return blame;
}

/* The attributes count too. */
static const struct nlattr *too_long_together(struct nlmsghdr *nlh)
{
	struct nlattr *blame;
	unsigned int i;

	mnl_attr_put_u8(nlh, SOCKPORT_A_FILTER_PROTOCOL, TCP);
	blame = tail(nlh);
	for (i = 0; i < STEPS_MOST; i++)
		program_put_step(nlh, &autobound, -1, -1);
	return blame;
}

static const struct bad bads[] = {
	{ "jump to itself", -EINVAL, "jump does not go forward", jump_to_itself },
	{ "jump back", -EINVAL, "jump does not go forward", jump_back },
	{ "jump beyond", -EINVAL, "jump goes beyond the program", jump_beyond },
	{ "jump far beyond", -EINVAL, "jump goes beyond the program", jump_far_beyond },
	{ "unreachable", -EINVAL, "no way leads to this step", unreachable },
	{ "no condition", -EINVAL, "step without condition", no_condition },
	{ "no operand", -EINVAL, "step without what the condition compares with", no_operand },
	{ "other operand", -EINVAL, "the condition does not take this", other_operand },
	{ "mask of none", -EINVAL, "mask has no bits, or unknown ones", mask_of_none },
	{ "unknown state", -EINVAL, "mask has no bits, or unknown ones", unknown_state },
	{ "unknown role", -EINVAL, "mask has no bits, or unknown ones", unknown_role },
	{ "no family", -EAFNOSUPPORT, "no such address family", no_family },
	{ "turned range", -EINVAL, "first port of range is above the last", turned_range },
	{ "short address", -EINVAL, "address is neither 4 nor 16 bytes long", short_address },
	{ "long prefix", -EINVAL, "prefix is longer than its address", long_prefix },
	{ "no interface", -EINVAL, "no such interface", no_interface },
	{ "no uid", -EINVAL, "no such uid in this user namespace", no_uid },
	{ "too long", -E2BIG, "more than 256 steps", too_long },
	{ "too long together", -E2BIG, "more than 256 steps", too_long_together },
};

static int refuse(struct client *client, struct request *request, const struct bad *bad,
		  uint8_t command)
{
	const struct nlattr *blame;
	struct nlattr *nest;

	request_begin(client, request, command, 0);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
	blame = bad->put(request->nlh);
	mnl_attr_nest_end(request->nlh, nest);
	client_run(client, request, NULL, NULL);
	if (client->error == bad->error && !strcmp(client->message, bad->message) &&
	    client->offset == (const char *)blame - (const char *)request->nlh)
		return 0;
	note("%s: %d \"%s\" at %u", bad->name, client->error, client->message, client->offset);
	return 1;
}

TEST_F_TIMEOUT(program, refused, 300)
{
	unsigned int i;

	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		EXPECT_EQ(0, refuse(&self->client, self->request, &bads[i],
				    SOCKPORT_CMD_SOCKET_GET));
		EXPECT_EQ(0, refuse(&self->client, self->request, &bads[i],
				    SOCKPORT_CMD_PORT_GET));
	}
}

/* The mark is not for everyone, nor is asking for it. */
static const struct nlattr *ask_mark(struct nlmsghdr *nlh)
{
	static const struct leaf leaf = { .condition = SOCKPORT_CONDITION_MARK, .mask = 1 };

	return put_leaf(nlh, &leaf, SOCKPORT_A_STEP_CONDITION);
}

TEST_F_TIMEOUT(program, mark_of_others, 300)
{
	static const struct bad bad = {
		"mark", -EPERM, "marks need CAP_NET_ADMIN over the namespace", ask_mark,
	};

	EXPECT_EQ(0, in_child(({
		struct client other;

		if (setresgid(1234, 1234, 1234) || setresuid(1234, 1234, 1234))
			die("no other user");
		other = client_open();
		refuse(&other, self->request, &bad, SOCKPORT_CMD_SOCKET_GET);
	})));
}

/* Who asks for some events gets those, and is not kept waiting by the others. */

#define WANTED		7101
#define UNWANTED	7102

static int listen_for(struct events *events, struct request *request, const struct node *node)
{
	struct nlattr *nest;

	request->nlh = mnl_nlmsg_put_header(request->buffer);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_EVENT_FILTER);
	program_put(request->nlh, node);
	mnl_attr_nest_end(request->nlh, nest);
	return events_try_filter(events, nest,
				 (char *)tail(request->nlh) - (char *)nest);
}

static void live(uint16_t port)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", port, 5);
	struct stream stream = stream_open(listener, AF_INET, "127.0.0.1");

	stream_shut(&stream, CLIENT_FIRST);
	stream_close(&stream);
	close(listener);
}

TEST_F_TIMEOUT(program, events, 300)
{
	struct node port = { .leaf = { .condition = SOCKPORT_CONDITION_PORT, .value = WANTED,
				       .last = WANTED } };
	struct node in = { .leaf = { .condition = SOCKPORT_CONDITION_ROLE,
				     .mask = 1 << SOCKPORT_ROLE_IN } };
	struct node both = { .kind = NODE_AND, .one = &port, .other = &in };
	struct node state = { .leaf = { .condition = SOCKPORT_CONDITION_STATE,
					.mask = STATE(LISTEN) } };
	struct events events, none;

	history_on();
	EXPECT_EQ(-EOPNOTSUPP, listen_for(&none, self->request, &state));
	ASSERT_EQ(0, listen_for(&events, self->request, &both));
	live(UNWANTED);
	live(WANTED);
	events_take(&events, SOCKPORT_EVENT_TYPE_UNLISTEN, 0);
	events_take(&events, SOCKPORT_EVENT_TYPE_LISTEN, SOCKPORT_ROLE_IN);
	events_take(&events, SOCKPORT_EVENT_TYPE_ACCEPT, SOCKPORT_ROLE_IN);
	events_take(&events, SOCKPORT_EVENT_TYPE_CLOSE, SOCKPORT_ROLE_IN);
	EXPECT_EQ(0, events_count(&events, 0));
	EXPECT_EQ(0, events_lost(&events));
	/* What is about no port comes all the same. */
	EXPECT_EQ(0, history_reset(&self->client));
	events_take(&events, SOCKPORT_EVENT_TYPE_RESET, 0);
	events_end(&events);
}

/* Those of sockets that are bound to an interface. */
TEST_F_TIMEOUT(program, events_of_an_interface, 300)
{
	struct node device = { .leaf = { .condition = SOCKPORT_CONDITION_IFINDEX, .value = 1 } };
	struct events events;
	int fd;

	history_on();
	ASSERT_EQ(0, listen_for(&events, self->request, &device));
	live(UNWANTED);
	fd = socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", WANTED);
	socket_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, 1);
	ASSERT_EQ(0, listen(fd, 5));
	events_take(&events, SOCKPORT_EVENT_TYPE_LISTEN, SOCKPORT_ROLE_IN);
	close(fd);
	events_take(&events, SOCKPORT_EVENT_TYPE_UNLISTEN, 0);
	EXPECT_EQ(0, events_count(&events, 0));
	events_end(&events);
}

TEST_HARNESS_MAIN
