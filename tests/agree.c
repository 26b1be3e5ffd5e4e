// SPDX-License-Identifier: GPL-2.0
/*
 * agree.c - the listing and the history say the same of each connection
 *
 * Random sequences of what programs do to sockets, in two namespaces. The test
 * knows who called whom. When all is quiet, each socket has the role that it
 * should have, and as many of a port's are alive as the history of that port says.
 *
 * AGREE_SEED and AGREE_SEQUENCES say which ones, and how many.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/procnet.h"
#include "lib/stream.h"
#include "lib/world.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT

#define PORT		8000
#define WORLDS		2
#define STEPS		12
#define FAILURES	5

/**
 * struct place - one of the namespaces
 * @client: asks for what is in it
 */
struct place {
	struct client	client;
	struct world	world;
};

static int dump(struct place *place, uint8_t command, uint16_t protocol, uint16_t want,
		mnl_cb_t each, void *data)
{
	struct request *request = malloc(sizeof(*request));
	int error;

	request_begin(&place->client, request, command, NLM_F_DUMP);
	mnl_attr_put_u8(request->nlh, protocol, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u32(request->nlh, want, SOCKPORT_WANT_OWNER | SOCKPORT_WANT_HISTORY);
	error = client_run(&place->client, request, each, data);
	free(request);
	return error;
}

/* Time-wait sockets have no owner. */
static bool timewait(const struct row *row)
{
	return row->state == SOCKPORT_STATE_TIME_WAIT ||
	       (row->state == SOCKPORT_STATE_FIN_WAIT2 && !(row->known & ROW_UID));
}

static bool alive(const struct row *row)
{
	switch (row->state) {
	case SOCKPORT_STATE_LISTEN:
	case SOCKPORT_STATE_CLOSE:
	case SOCKPORT_STATE_SYN_SENT:
	case SOCKPORT_STATE_SYN_RECV:
		return false;
	}
	return !timewait(row);
}

static unsigned int wrong_roles(struct world *world, const struct rows *rows, bool say)
{
	unsigned int wrong = 0;
	char text[ROW_TEXT];

	for_each_row(row, rows) {
		uint8_t truth = world_role(world, row);

		if (truth == row->role || (!alive(row) && !timewait(row)))
			continue;
		wrong++;
		if (say)
			note("%s %s%s is %u, should be %u", row_tuple(row, text),
			     state_names[row->state], timewait(row) ? " (time-wait)" : "",
			     row->role, truth);
	}
	return wrong;
}

static unsigned int wrong_counts(const struct rows *rows, const struct ports *ports, bool say)
{
	static uint32_t count[3][1 << 16];
	unsigned int wrong = 0, role, port;

	memset(count, 0, sizeof(count));
	for_each_row(row, rows)
		count[row->role][row_port(row)] += alive(row);
	for_each_port(each, ports) {
		uint64_t told = each->history.value[SOCKPORT_A_HISTORY_CONNECTIONS];
		uint32_t *seen = &count[each->role][each->port];

		if (told != *seen) {
			wrong++;
			if (say)
				note("role %u port %u: %u are alive, history has %llu", each->role,
				     each->port, *seen, (unsigned long long)told);
		}
		*seen = 0;
	}
	for (role = 0; role < 3; role++)
		for (port = 0; port < 1 << 16; port++)
			wrong += count[role][port] != 0;
	return wrong;
}

/* Once, which may be in the midst of something. */
static unsigned int differences(struct place *place, bool say)
{
	struct ports ports = { 0 };
	struct rows rows = { 0 };
	unsigned int wrong;

	if (dump(place, SOCKPORT_CMD_SOCKET_GET, SOCKPORT_A_SOCKET_PROTOCOL,
		 SOCKPORT_A_SOCKET_WANT, client_add_row, &rows) ||
	    dump(place, SOCKPORT_CMD_PORT_GET, SOCKPORT_A_PORT_PROTOCOL,
		 SOCKPORT_A_PORT_WANT, client_add_port, &ports))
		die("dump: %s %s", strerror(-place->client.error), place->client.message);
	wrong = wrong_roles(&place->world, &rows, say) + wrong_counts(&rows, &ports, say);
	rows_free(&rows);
	ports_free(&ports);
	return wrong;
}

/* In the end, when all is quiet. */
static unsigned int disagreements(struct place *place)
{
	long long ends = now_ms() + scaled(2, 20) * 1000;

	while (differences(place, false)) {
		if (now_ms() > ends)
			return differences(place, true);
		usleep(10000);
	}
	return 0;
}

FIXTURE(agree) {
	struct place	*place;
};

FIXTURE_SETUP(agree)
{
	const char *seed = getenv("AGREE_SEED");
	unsigned int number = seed ? atoi(seed) : now_ms();
	struct place *place;

	self->place = calloc(WORLDS, sizeof(*place));
	history_on();
	for (place = self->place; place < self->place + WORLDS; place++) {
		world_begin(&place->world);
		place->client = client_open();
	}
	note("AGREE_SEED=%u", number);
	srandom(number);
}

FIXTURE_TEARDOWN(agree)
{
	unsigned int i;

	for (i = 0; i < WORLDS; i++)
		client_close(&self->place[i].client);
	free(self->place);
}

static unsigned int sequence(struct place *place)
{
	unsigned int i;

	netns_set(place->world.netns);
	for (i = 0; i < STEPS; i++)
		world_step(&place->world);
	if (!stream_random(20))
		world_close(&place->world);
	return disagreements(place);
}

TEST_F_TIMEOUT(agree, sequences, 3000)
{
	const char *often = getenv("AGREE_SEQUENCES");
	unsigned int count = often ? (unsigned int)atoi(often) : scaled(400, 60);
	unsigned int wrong = 0, i;
	long long begin = now_ms();

	for (i = 0; i < count && wrong < FAILURES; i++) {
		if (!sequence(&self->place[stream_random(WORLDS)]))
			continue;
		note("after sequence %u", i);
		wrong++;
	}
	note("%u sequences in %lld ms", i, now_ms() - begin);
	EXPECT_EQ(0, wrong);
}

static uint8_t role_of(struct place *place, uint16_t local_port, uint16_t remote_port)
{
	struct rows rows = client_rows(&place->client, 0);
	uint8_t role = 0;

	for_each_row(row, &rows)
		if (row->protocol == SOCKPORT_PROTOCOL_TCP && row->local_port == local_port &&
		    row->remote_port == remote_port)
			role = row->role;
	rows_free(&rows);
	return role;
}

/* The one that was entered last. */
#define HERE	(&self->place[WORLDS - 1])

/* Every port that connect() can pick had a listener once. */
TEST_F_TIMEOUT(agree, once_listened, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct stream stream;
	unsigned int i;

	for (i = 0; i < WORLD_PORTS; i++)
		close(socket_listen(AF_INET, "127.0.0.1", WORLD_FIRST_PORT + i, 5));
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(OUT, role_of(HERE, socket_port(stream.client), PORT));
	EXPECT_EQ(IN, role_of(HERE, PORT, socket_port(stream.client)));
}

/* It keeps its role in TIME_WAIT, whoever has its port by then. */
TEST_F_TIMEOUT(agree, time_wait, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	int chosen = socket_connect(AF_INET, "127.0.0.1", PORT, PORT + 1);
	int server = socket_accept(listener);
	int picked = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	uint16_t port = socket_port(picked);

	close(picked);
	close(socket_accept(listener));
	close(chosen);
	close(server);
	connection_wait_row(port, PORT, SOCKPORT_STATE_TIME_WAIT);
	connection_wait_row(PORT + 1, PORT, SOCKPORT_STATE_TIME_WAIT);
	EXPECT_EQ(OUT, role_of(HERE, port, PORT));
	EXPECT_EQ(OUT, role_of(HERE, PORT + 1, PORT));
	socket_listen(AF_INET, "127.0.0.2", port, 5);
	EXPECT_EQ(OUT, role_of(HERE, port, PORT));
}

static void wait_time_waits(unsigned int count)
{
	struct deadline d = deadline();
	unsigned int found, others;
	struct rows rows;

	for (;; deadline_wait(&d, "time-wait sockets")) {
		found = 0;
		others = 0;
		rows = procnet_rows();
		for_each_row(row, &rows) {
			found += row->state == SOCKPORT_STATE_TIME_WAIT;
			others += row->state != SOCKPORT_STATE_TIME_WAIT;
		}
		rows_free(&rows);
		if (found == count && !others)
			return;
	}
}

/* Whose local addresses differ in what the kernel's hash leaves out. */
TEST_F_TIMEOUT(agree, time_wait_alike, 300)
{
	int self_called = socket_connect(AF_INET6, "2001:db8:1::1", PORT, PORT);
	unsigned int roles[3] = { 0 };
	int listener, client, server;
	struct sockaddr_in6 to = {
		.sin6_family	= AF_INET6,
		.sin6_addr	= IN6ADDR_LOOPBACK_INIT,
		.sin6_port	= htons(PORT),
	};
	struct rows rows;

	close(self_called);
	connection_wait_row(PORT, PORT, SOCKPORT_STATE_TIME_WAIT);
	listener = socket_listen(AF_INET6, "::1", PORT, 5);
	client = socket_bound(AF_INET6, SOCK_STREAM, 0, "2001:db8:1::1", PORT);
	ASSERT_EQ(0, connect(client, (struct sockaddr *)&to, sizeof(to)));
	server = socket_accept(listener);
	close(listener);
	close(server);
	close(client);
	wait_time_waits(2);
	rows = client_rows(&HERE->client, 0);
	for_each_row(row, &rows)
		if (row->protocol == SOCKPORT_PROTOCOL_TCP)
			roles[row->role]++;
	rows_free(&rows);
	EXPECT_EQ(1, roles[IN]);
	EXPECT_EQ(1, roles[OUT]);
}

/* Of those that were there before, the sockets themselves tell. */
TEST_F_TIMEOUT(agree, taken_in, 300)
{
	static const struct {
		int		family;
		const char	*address;
		int		backlog;
	} cases[] = {
		{ AF_INET, "127.0.0.1", 5 },
		{ AF_INET, "127.0.0.2", 0 },
		{ AF_INET6, "::1", 5 },
		{ AF_INET6, "2001:db8:1::1", 0 },
		{ AF_INET6, "::ffff:127.0.0.1", 0 },
	};
	const unsigned int count = sizeof(cases) / sizeof(cases[0]);
	uint16_t port[count];
	int listener[count];
	unsigned int i;

	module_parameter("history", "N", NULL);
	for (i = 0; i < count; i++)
		listener[i] = socket_listen(cases[i].family, cases[i].address,
					    WORLD_FIRST_PORT + i, cases[i].backlog);
	for (i = 0; i < count; i++) {
		port[i] = socket_port(socket_connect(cases[i].family, cases[i].address,
						     WORLD_FIRST_PORT + i, 0));
		socket_accept(listener[i]);
		close(listener[i]);
	}
	history_on();
	for (i = 0; i < count; i++) {
		uint16_t to = WORLD_FIRST_PORT + i;

		EXPECT_EQ(OUT, role_of(HERE, port[i], to));
		EXPECT_EQ(IN, role_of(HERE, to, port[i]));
		EXPECT_EQ(0, TCP_DIFFERS(&HERE->client, OUT, to, H(TAKEN_IN, 1),
					 H(CONNECTIONS, 1)));
		EXPECT_EQ(0, TCP_DIFFERS(&HERE->client, IN, to, H(TAKEN_IN, 1),
					 H(CONNECTIONS, 1)));
	}
}

TEST_HARNESS_MAIN
