// SPDX-License-Identifier: GPL-2.0
/*
 * once.c - a socket that stays is listed once, however hard others come and go
 *
 * 500 connections, their listeners, sockets that are only bound, and hundreds
 * of UDP sockets on one port stay as they are. On the same ports other
 * processes open and close theirs as fast as they can. Each dump must have
 * each socket that stays, once.
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/churn.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/netns.h"

#define LISTENERS	4
#define CONNECTIONS	500
#define IDLE_PORT	8100
#define IDLE		150
#define UDP_PORT	7000
#define UDP_QUIET_PORT	7001
#define UDP		400

/* Connections that come and go between two dumps, and while one is read, on average. */
#define CHURN_PER_DUMP	50
#define CHURN_MEANWHILE	10

#define STABLE_MAX	2048

/**
 * struct stable - sockets that stay
 * @cookie: of each, ascending
 * @seen: how often each was in the dump
 * @listed: all sockets of the dump
 * @most: of the longest dump
 * @churn: what does not stay
 * @before: connections that had come and gone when the dump began
 * @meanwhile: that came and went while dumps were read
 */
struct stable {
	uint64_t	cookie[STABLE_MAX];
	unsigned int	seen[STABLE_MAX];
	unsigned int	count;
	unsigned int	listed;
	unsigned int	most;
	struct churn	*churn;
	uint64_t	before;
	uint64_t	meanwhile;
};

static void stay(struct stable *stable, int fd)
{
	if (stable->count == STABLE_MAX)
		die("too many sockets");
	stable->cookie[stable->count++] = socket_cookie(fd);
}

static int compare_cookies(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void see(struct stable *stable, uint64_t cookie)
{
	uint64_t *found = bsearch(&cookie, stable->cookie, stable->count,
				  sizeof(stable->cookie[0]), compare_cookies);

	stable->listed++;
	if (found)
		stable->seen[found - stable->cookie]++;
}

/* The workers that connect were added first. */
static uint64_t connections_of(const struct churn *churn)
{
	return churn->count[0] + churn->count[1] + churn->count[2];
}

/* Between two dumps, some of the others go and come. */
static void wait_a_little(const struct churn *churn)
{
	uint64_t until = connections_of(churn) + CHURN_PER_DUMP;
	struct deadline d = deadline();

	while (connections_of(churn) < until)
		deadline_wait(&d, "churn");
}

static void begin_dump(struct stable *stable)
{
	wait_a_little(stable->churn);
	memset(stable->seen, 0, sizeof(stable->seen));
	stable->listed = 0;
	stable->before = connections_of(stable->churn);
}

static void dump_is_read(struct stable *stable)
{
	stable->meanwhile += connections_of(stable->churn) - stable->before;
}

/* A dump that nothing disturbs proves nothing. */
static bool enough_dumps(const struct stable *stable, unsigned int dumps, unsigned int wanted)
{
	if (dumps == 20 * wanted)
		die("%llu connections came and went in %u dumps",
		    (unsigned long long)stable->meanwhile, dumps);
	return dumps >= wanted && stable->meanwhile >= wanted * CHURN_MEANWHILE;
}

/* Returns how many sockets were not listed once. */
static unsigned int end_dump(struct stable *stable)
{
	unsigned int i, wrong = 0;

	if (stable->listed > stable->most)
		stable->most = stable->listed;
	for (i = 0; i < stable->count; i++) {
		if (stable->seen[i] == 1)
			continue;
		if (wrong++ < 5)
			note("socket with cookie %llu is listed %u times among %u",
			     (unsigned long long)stable->cookie[i], stable->seen[i],
			     stable->listed);
	}
	return wrong;
}

/* Where word number "number" of a line begins. */
static const char *word(const char *line, unsigned int number)
{
	for (;;) {
		line += strspn(line, " ");
		if (!number--)
			return line;
		line += strcspn(line, " \n");
	}
}

static unsigned int cookie_column(const char *header)
{
	unsigned int column = 0;

	while (strncmp(word(header, column), "cookie ", 7)) {
		if (*word(header, column) == '\n')
			die("no column for cookies");
		column++;
	}
	return column;
}

/* Only what is needed: processors are for the churn. */
static void see_text(struct stable *stable, const char *text)
{
	unsigned int column = cookie_column(text);

	while ((text = strchr(text, '\n')) && *++text)
		see(stable, strtoull(word(text, column), NULL, 10));
}

static int see_message(const struct nlmsghdr *nlh, void *stable)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == SOCKPORT_A_SOCKET_COOKIE)
			see(stable, mnl_attr_get_u64(attr));
	return MNL_CB_OK;
}

FIXTURE(once) {
	struct stable	stable;
	struct churn	churn;
	long long	began;
	uint64_t	connections;
	uint64_t	others;
};

static void open_connections(struct stable *stable, struct churn *churn)
{
	static const struct {
		int		family;
		const char	*address;
	} to[LISTENERS] = {
		{ AF_INET, "127.0.0.1" },
		{ AF_INET6, "2001:db8::1" },
		{ AF_INET, "192.0.2.1" },
		{ AF_INET6, "::1" },
	};
	int listener[LISTENERS], fd, i;

	for (i = 0; i < LISTENERS; i++) {
		listener[i] = socket_listen(to[i].family, to[i].address, 8000 + i, 128);
		stay(stable, listener[i]);
	}
	for (i = 0; i < CONNECTIONS; i++) {
		fd = socket_connect(to[i % LISTENERS].family, to[i % LISTENERS].address,
				    8000 + i % LISTENERS, 0);
		stay(stable, fd);
		stay(stable, socket_accept(listener[i % LISTENERS]));
	}
	churn_connections(churn, listener[0], to[0].address);
	churn_connections(churn, listener[1], to[1].address);
}

static void open_group(struct stable *stable, int type, uint16_t port, unsigned int count)
{
	char address[16];
	unsigned int i;

	for (i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "127.1.%u.%u", i / 200, i % 200 + 1);
		stay(stable, socket_bound(AF_INET, type, 0, address, port));
	}
}

/* Idle sockets, and connections that come and go on their port. */
static void open_idle(struct stable *stable, struct churn *churn)
{
	int listener;

	open_group(stable, SOCK_STREAM, IDLE_PORT, IDLE);
	listener = socket_listen(AF_INET, "127.0.0.1", IDLE_PORT, 128);
	stay(stable, listener);
	churn_connections(churn, listener, "127.0.0.1");
	churn_idle(churn, IDLE_PORT);
}

static void wait_for_churn(const struct churn *churn)
{
	struct deadline d = deadline();

	while (churn_count(churn) < 1000)
		deadline_wait(&d, "churn");
}

FIXTURE_SETUP(once)
{
	static const struct rlimit limit = { 65536, 65536 };

	setrlimit(RLIMIT_NOFILE, &limit);
	memset(self, 0, sizeof(*self));
	netns_enter();
	/* Keep the listing short enough for a byte-by-byte reader. */
	netns_sysctl("ipv4/tcp_max_tw_buckets", "500");
	churn_begin(&self->churn);
	open_connections(&self->stable, &self->churn);
	open_idle(&self->stable, &self->churn);
	open_group(&self->stable, SOCK_DGRAM, UDP_PORT, UDP);
	open_group(&self->stable, SOCK_DGRAM, UDP_QUIET_PORT, 3);
	churn_datagrams(&self->churn, UDP_PORT);
	qsort(self->stable.cookie, self->stable.count, sizeof(self->stable.cookie[0]),
	      compare_cookies);
	wait_for_churn(&self->churn);
	self->stable.churn = &self->churn;
	self->began = now_ms();
	self->connections = connections_of(&self->churn);
	self->others = churn_count(&self->churn) - self->connections;
}

FIXTURE_TEARDOWN(once)
{
	long long ms = now_ms() - self->began + 1;
	uint64_t connections = connections_of(&self->churn) - self->connections;
	uint64_t others = churn_count(&self->churn) - connections_of(&self->churn) - self->others;

	note("%u sockets stayed among up to %u; in %lld ms %llu connections came and went, %llu "
	     "of them in dumps, and %llu other sockets", self->stable.count, self->stable.most, ms,
	     (unsigned long long)connections, (unsigned long long)self->stable.meanwhile,
	     (unsigned long long)others);
	churn_end(&self->churn);
}

static unsigned int dump_proc(struct stable *stable, size_t piece, unsigned int dumps)
{
	unsigned int i, wrong = 0;
	char *text;

	for (i = 0; !enough_dumps(stable, i, dumps); i++) {
		begin_dump(stable);
		text = read_text(PROC_SOCKETS, piece);
		dump_is_read(stable);
		see_text(stable, text);
		wrong += end_dump(stable);
		free(text);
	}
	return wrong;
}

#define PROC_TEST(name, piece, dumps, dumps_slow) \
TEST_F_TIMEOUT(once, name, 3600) \
{ \
	EXPECT_EQ(0, dump_proc(&self->stable, piece, scaled(dumps, dumps_slow))); \
}

PROC_TEST(proc_pieces_of_100, 100, 60, 4)
PROC_TEST(proc_pieces_of_4096, 4096, 70, 6)
PROC_TEST(proc_one_piece, 1 << 20, 70, 6)
PROC_TEST(proc_byte_by_byte, 1, 5, 1)

static unsigned int dump_netlink(struct stable *stable, size_t room, uint32_t want,
				 unsigned int dumps)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open_with(room);
	unsigned int i, wrong = 0;

	for (i = 0; !enough_dumps(stable, i, dumps); i++) {
		begin_dump(stable);
		request_begin(&client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, want);
		if (client_run(&client, request, see_message, stable))
			die("dump: %s", strerror(-client.error));
		dump_is_read(stable);
		wrong += end_dump(stable);
	}
	free(request);
	client_close(&client);
	return wrong;
}

#define NETLINK_TEST(name, room, want, dumps, dumps_slow) \
TEST_F_TIMEOUT(once, name, 3600) \
{ \
	EXPECT_EQ(0, dump_netlink(&self->stable, room, want, \
				  scaled(dumps, dumps_slow))); \
}

NETLINK_TEST(netlink_small, 4096, SOCKPORT_WANT_COOKIE, 100, 6)
NETLINK_TEST(netlink_large, 1 << 16, SOCKPORT_WANT_COOKIE, 70, 6)
/* With all there is to ask for, locks of sockets are taken between chains. */
NETLINK_TEST(netlink_all_groups, 1 << 16, ALL_GROUPS, 30, 3)

/* Rows whose sockets all stay are the same all the time. */
TEST_F_TIMEOUT(once, ports, 3600)
{
	struct client client = client_open();
	unsigned int i, dumps = scaled(200, 10);
	struct ports ports;
	struct port *port;

	for (i = 0; !enough_dumps(&self->stable, i, dumps); i++) {
		begin_dump(&self->stable);
		ports = i % 2 ? client_ports(&client) : proc_ports();
		dump_is_read(&self->stable);
		ASSERT_TRUE(ports_in_order("ports", &ports));
		port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 8002);
		ASSERT_NE(NULL, port);
		ASSERT_EQ(CONNECTIONS / LISTENERS + 1, port->sockets);
		port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 8003);
		ASSERT_NE(NULL, port);
		ASSERT_EQ(CONNECTIONS / LISTENERS, port->states[SOCKPORT_STATE_ESTABLISHED]);
		port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, IDLE_PORT);
		ASSERT_NE(NULL, port);
		/* The idle one that comes and goes is there or not. */
		ASSERT_LE(IDLE, port->states[SOCKPORT_STATE_CLOSE]);
		ASSERT_GE(IDLE + 2, port->states[SOCKPORT_STATE_CLOSE]);
		ASSERT_EQ(1, port->states[SOCKPORT_STATE_LISTEN]);
		port = ports_find(&ports, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, UDP_PORT);
		ASSERT_NE(NULL, port);
		ASSERT_LE(UDP, port->sockets);
		ASSERT_GE(UDP + 1, port->sockets);
		port = ports_find(&ports, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, UDP_QUIET_PORT);
		ASSERT_NE(NULL, port);
		ASSERT_EQ(3, port->sockets);
		ports_free(&ports);
	}
	client_close(&client);
}

TEST_HARNESS_MAIN
