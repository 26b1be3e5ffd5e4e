// SPDX-License-Identifier: GPL-2.0
/*
 * programs.c - what each program did: to the byte, for who lives for milliseconds too,
 * as much in all as the ports did, never less than before, and for whom it is
 *
 * The oracles are what went through the sockets and TCP_INFO, and the sums by port.
 * PROGRAMS_COUNT says how many programs come and go.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/programs.h"
#include "lib/stream.h"
#include "lib/visit.h"

#define PORT		8000
#define CLOSED_PORT	8001
#define UDP_PORT	7000
#define USER		1234
#define STRANGER	1235

#define V(history, COUNTER)	((history).value[SOCKPORT_A_HISTORY_##COUNTER])

FIXTURE(programs) {
	struct client	client;
	char		room[32];
};

FIXTURE_SETUP(programs)
{
	netns_enter();
	loss_begin();
	history_on();
	module_parameter("history_programs", "4096", self->room);
	self->client = client_open();
	srandom(1);
}

FIXTURE_TEARDOWN(programs)
{
	become(0);
	module_parameter("udp_accounting", "N", NULL);
	module_parameter("history_programs", self->room, NULL);
	client_close(&self->client);
}

/* From now on: what is opened is opened by a program of this name. */
static void be(const char *comm)
{
	if (prctl(PR_SET_NAME, comm))
		die("name: %m");
}

static struct history of(struct client *client, const char *comm)
{
	struct accounts accounts = programs_dump(client, NETNS_OWN);
	struct history history = programs_named(&accounts, comm);

	if (client->error)
		die("programs: %s", client->message);
	programs_free(&accounts);
	return history;
}

/* Wait until a counter of a program has come to a value. */
static struct history wait_for(struct client *client, const char *comm, unsigned int counter,
			       uint64_t value)
{
	struct deadline d = deadline();
	struct history history;

	while (history = of(client, comm), history.value[counter] != value)
		deadline_wait(&d, "a program's counter");
	return history;
}

#define EXPECT_TRUTH(done, history) do { \
	const struct truth *truth_ = done; \
	EXPECT_EQ(truth_->bytes_in, V(history, BYTES_IN)); \
	EXPECT_EQ(truth_->bytes_out, V(history, BYTES_OUT)); \
	EXPECT_EQ(truth_->segments_in, V(history, SEGMENTS_IN)); \
	EXPECT_EQ(truth_->segments_out, V(history, SEGMENTS_OUT)); \
	EXPECT_EQ(truth_->retransmits, V(history, RETRANSMITTED_SEGMENTS)); \
	EXPECT_EQ(truth_->retransmitted_bytes, V(history, RETRANSMITTED_BYTES)); \
	EXPECT_EQ(truth_->busy, V(history, BUSY)); \
	EXPECT_EQ(truth_->rwnd_limited, V(history, RWND_LIMITED)); \
	EXPECT_EQ(truth_->out_of_order, V(history, OUT_OF_ORDER)); \
	EXPECT_EQ(truth_->dsack_dups, V(history, DSACK_DUPS)); \
} while (0)

/* Each end for its own program, alive and afterwards. */
TEST_F_TIMEOUT(programs, both_ends, 300)
{
	struct truth out = { 0 }, in = { 0 };
	struct accounts accounts;
	struct history history;
	struct stream stream;
	int listener;
	size_t i;

	be("server");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	be("caller");
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	/* What it is called later does not matter. */
	be("somebody else");
	stream_exchange(&stream, 1000, 2000);
	history = of(&self->client, "caller");
	EXPECT_EQ(1, V(history, OPENED));
	EXPECT_EQ(1, V(history, CONNECTIONS));
	EXPECT_EQ(1000, V(history, BYTES_OUT));
	history = of(&self->client, "server");
	EXPECT_EQ(1, V(history, ACCEPTED));
	EXPECT_EQ(1, V(history, CONNECTIONS));
	EXPECT_EQ(1000, V(history, BYTES_IN));
	stream_shut(&stream, CLIENT_FIRST);
	stream_account(&stream, &out, &in);
	stream_close(&stream);

	history = wait_for(&self->client, "caller", SOCKPORT_A_HISTORY_CLOSED, 1);
	EXPECT_EQ(0, V(history, CONNECTIONS));
	EXPECT_EQ(0, V(history, ACCEPTED));
	EXPECT_TRUTH(&out, history);
	history = wait_for(&self->client, "server", SOCKPORT_A_HISTORY_CLOSED_BY_PEER, 1);
	EXPECT_EQ(0, V(history, CONNECTIONS));
	EXPECT_EQ(0, V(history, OPENED));
	EXPECT_TRUTH(&in, history);
	EXPECT_FALSE(of(&self->client, "somebody else").told);
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	accounts = programs_dump(&self->client, NETNS_OWN);
	EXPECT_EQ(2, accounts.count);
	for (i = 0; i < accounts.count; i++) {
		EXPECT_EQ(0, accounts.account[i].uid);
		EXPECT_FALSE(accounts.account[i].rest);
		EXPECT_EQ('/', accounts.account[i].cgroup[0]);
		EXPECT_NE(0, V(accounts.account[i].history, FIRST_ACTIVE));
		EXPECT_LE(V(accounts.account[i].history, FIRST_ACTIVE),
			  V(accounts.account[i].history, LAST_ACTIVE));
	}
	programs_free(&accounts);
	EXPECT_EQ(2, proc_stat("programs"));
	EXPECT_EQ(0, history_reset(&self->client));
	accounts = programs_dump(&self->client, NETNS_OWN);
	EXPECT_EQ(0, accounts.count);
	programs_free(&accounts);
	close(listener);
}

/* By cause, also of what never left the host. */
TEST_F_TIMEOUT(programs, failures, 300)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct history history;
	int fd;

	be("unlucky");
	fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
	EXPECT_EQ(ECONNREFUSED, stream_error(fd));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, "198.51.100.7", &to.sin_addr);
	ASSERT_EQ(-1, connect(fd, (void *)&to, sizeof(to)));
	ASSERT_EQ(ENETUNREACH, errno);
	be("hasty");
	loss_add(LOSS_SYN, PORT);
	loss_commit();
	close(socket_connect(AF_INET, "127.0.0.1", PORT, 0));
	history = of(&self->client, "unlucky");
	EXPECT_EQ(1, V(history, REFUSED));
	EXPECT_EQ(1, V(history, UNREACHABLE));
	EXPECT_EQ(1, V(history, RESETS_RECEIVED));
	EXPECT_EQ(0, V(history, OPENED));
	history = of(&self->client, "hasty");
	EXPECT_EQ(1, V(history, GIVEN_UP));
	EXPECT_EQ(0, V(history, REFUSED));
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
}

#define SERVERS		3
#define CALLERS		5

/**
 * struct mixture - what a mixture of programs has done in truth
 */
struct mixture {
	struct truth	server[SERVERS];
	struct truth	caller[CALLERS];
	uint64_t	refused[CALLERS];
};

static const char *numbered(char name[16], const char *what, unsigned int number)
{
	snprintf(name, 16, "%s-%u", what, number);
	return name;
}

/* A process that does one thing, most often for some milliseconds. */
static int call_once(struct mixture *mixture, const int *listener, unsigned int number)
{
	unsigned int server = random() % SERVERS;
	size_t up = random() % 20000, down = random() % 20000;
	char name[16];
	int fd;

	be(numbered(name, "caller", number));
	if (!(random() % 4)) {
		fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT + 10 + server, 0);
		mixture->refused[number] += stream_error(fd) == ECONNREFUSED;
		return 0;
	}
	stream_live(listener[server], AF_INET, "127.0.0.1", up, down, random() % 2,
		    &mixture->caller[number], &mixture->server[server]);
	return 0;
}

/* All that begins has ended when what ends has been counted. */
static struct history wait_ended(struct client *client, const char *comm, uint64_t count)
{
	struct deadline d = deadline();
	struct history history;

	for (;; deadline_wait(&d, "a program's connections have ended")) {
		history = of(client, comm);
		if (V(history, CLOSED) + V(history, CLOSED_BY_PEER) == count)
			return history;
	}
}

TEST_F_TIMEOUT(programs, short_lives, 600)
{
	struct mixture *mixture = mmap(NULL, sizeof(*mixture), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const unsigned int count = scaled(150, 40);
	struct history history;
	int listener[SERVERS];
	unsigned int i;
	char name[16];

	ASSERT_NE(MAP_FAILED, mixture);
	for (i = 0; i < SERVERS; i++) {
		be(numbered(name, "server", i));
		listener[i] = socket_listen(AF_INET, "127.0.0.1", PORT + 20 + i, 5);
	}
	be("parent");
	for (i = 0; i < count; i++) {
		srandom(i);
		EXPECT_EQ(0, in_child(call_once(mixture, listener, i % CALLERS)));
	}
	for (i = 0; i < CALLERS; i++) {
		history = wait_ended(&self->client, numbered(name, "caller", i),
				     mixture->caller[i].connections);
		EXPECT_EQ(mixture->caller[i].connections, V(history, OPENED));
		EXPECT_EQ(mixture->refused[i], V(history, REFUSED));
		EXPECT_EQ(0, V(history, CONNECTIONS));
		EXPECT_EQ(mixture->caller[i].bytes_in, V(history, BYTES_IN));
		EXPECT_EQ(mixture->caller[i].bytes_out, V(history, BYTES_OUT));
	}
	for (i = 0; i < SERVERS; i++) {
		history = wait_ended(&self->client, numbered(name, "server", i),
				     mixture->server[i].connections);
		EXPECT_EQ(mixture->server[i].connections, V(history, ACCEPTED));
		EXPECT_EQ(0, V(history, CONNECTIONS));
		EXPECT_TRUTH(&mixture->server[i], history);
	}
	EXPECT_FALSE(of(&self->client, "parent").told);
	EXPECT_FALSE(of(&self->client, "").told);
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	munmap(mixture, sizeof(*mixture));
}

/* A listener that shares its port with others. */
static int listen_shared(const char *comm)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(PORT),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	be(comm);
	socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind(fd, (void *)&local, sizeof(local)) || listen(fd, 100))
		die("listener of %s: %m", comm);
	return fd;
}

/* What waits at a listener, accepted and closed. */
static unsigned int take_all(int listener)
{
	unsigned int count = 0;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		count++;
		close(fd);
	}
	return count;
}

/* Programs that have a port together: each has what came to its own listeners. */
TEST_F_TIMEOUT(programs, shared_port, 300)
{
	const unsigned int count = 40;
	unsigned int first, second, i;
	int listener[3], fd[40];

	listener[0] = listen_shared("first");
	listener[1] = listen_shared("second");
	be("third");
	listener[2] = socket_listen(AF_INET, "127.0.0.2", PORT, 5);
	be("caller");
	for (i = 0; i < count; i++)
		fd[i] = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	for (i = 0; i < count; i++)
		socket_wait_state(fd[i], SOCKPORT_STATE_ESTABLISHED);
	stream_live(listener[2], AF_INET, "127.0.0.2", 10, 20, CLIENT_FIRST, NULL, NULL);
	first = take_all(listener[0]);
	second = take_all(listener[1]);
	EXPECT_EQ(count, first + second);
	EXPECT_LT(0, first);
	EXPECT_LT(0, second);
	EXPECT_EQ(first, V(of(&self->client, "first"), ACCEPTED));
	EXPECT_EQ(second, V(of(&self->client, "second"), ACCEPTED));
	EXPECT_EQ(1, V(of(&self->client, "third"), ACCEPTED));
	EXPECT_EQ(10, V(of(&self->client, "third"), BYTES_IN));
	EXPECT_EQ(count + 1, V(of(&self->client, "caller"), OPENED));
	for (i = 0; i < count; i++)
		close(fd[i]);
	/* Who is left has it all. */
	close(listener[0]);
	close(listener[2]);
	be("caller");
	for (i = 0; i < 5; i++)
		fd[i] = socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	for (i = 0; i < 5; i++) {
		socket_wait_state(fd[i], SOCKPORT_STATE_ESTABLISHED);
		close(fd[i]);
	}
	EXPECT_EQ(second + 5, V(of(&self->client, "second"), ACCEPTED));
	close(listener[1]);
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
}

/* Each after the other; the kernel picks the port of who sends. */
static void send_from(const char *comm, unsigned int datagrams, size_t size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char payload[2000] = { 0 };
	int server, client;

	be(comm);
	server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", UDP_PORT);
	be("asker");
	client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	while (datagrams--)
		if (sendto(client, payload, size, 0, (void *)&to, sizeof(to)) != (ssize_t)size ||
		    recv(server, payload, sizeof(payload), 0) != (ssize_t)size)
			die("datagrams: %m");
	close(client);
	close(server);
}

/* Returns how many datagrams there was no room for. */
static unsigned int drop_from(const char *comm)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server, client, i, dropped;

	be(comm);
	server = socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", UDP_PORT);
	socket_option(server, SOL_SOCKET, SO_RCVBUF, 1);
	be("asker");
	client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (i = 0; i < 100; i++)
		if (sendto(client, "datagram", 8, 0, (void *)&to, sizeof(to)) != 8)
			die("datagrams: %m");
	dropped = socket_drops(server);
	close(client);
	close(server);
	return dropped;
}

TEST_F_TIMEOUT(programs, datagrams, 300)
{
	struct history history;
	unsigned int dropped;

	module_parameter("udp_accounting", "Y", NULL);
	send_from("resolver", 5, 100);
	send_from("other", 3, 1000);
	history = of(&self->client, "resolver");
	EXPECT_EQ(5, V(history, SEGMENTS_IN));
	EXPECT_EQ(500, V(history, BYTES_IN));
	EXPECT_EQ(0, V(history, BYTES_OUT));
	history = of(&self->client, "other");
	EXPECT_EQ(3, V(history, SEGMENTS_IN));
	EXPECT_EQ(3000, V(history, BYTES_IN));
	/* Nobody knows who has a port that the kernel picked. */
	history = of(&self->client, "");
	EXPECT_EQ(8, V(history, SEGMENTS_OUT));
	EXPECT_EQ(3500, V(history, BYTES_OUT));
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	/* What has been told is not told again; what a reset forgets is forgotten. */
	send_from("resolver", 1, 10);
	EXPECT_EQ(510, V(of(&self->client, "resolver"), BYTES_IN));
	EXPECT_EQ(0, history_reset(&self->client));
	send_from("resolver", 2, 10);
	EXPECT_EQ(20, V(of(&self->client, "resolver"), BYTES_IN));
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	dropped = drop_from("full");
	EXPECT_LT(50, dropped);
	history = of(&self->client, "full");
	EXPECT_EQ(dropped, V(history, RECEIVE_DROPS));
	EXPECT_EQ(dropped, V(history, ACCOUNTED_DROPS));
	EXPECT_TRUE(history.known & 1ULL << SOCKPORT_A_HISTORY_ACCOUNTED_DROPS);
}

/* Connections that were there before history began are nobody's by name; what comes is somebody's. */
TEST_F_TIMEOUT(programs, taken_in, 300)
{
	struct accounts accounts;
	struct history history;
	struct stream stream;
	int listener;

	be("server");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	stream_exchange(&stream, 100, 200);
	module_parameter("history", "N", NULL);
	accounts = programs_dump(&self->client, NETNS_OWN);
	EXPECT_EQ(-ENODATA, self->client.error);
	EXPECT_NE(0, self->client.message[0]);
	EXPECT_EQ(0, accounts.count);
	history_on();
	history = of(&self->client, "");
	EXPECT_EQ(2, V(history, TAKEN_IN));
	EXPECT_EQ(2, V(history, CONNECTIONS));
	EXPECT_EQ(300, V(history, BYTES_IN));
	EXPECT_EQ(300, V(history, BYTES_OUT));
	accounts = programs_dump(&self->client, NETNS_OWN);
	EXPECT_EQ(1, accounts.count);
	EXPECT_EQ(0, accounts.account[0].uid);
	EXPECT_EQ('/', accounts.account[0].cgroup[0]);
	EXPECT_FALSE(accounts.account[0].rest);
	programs_free(&accounts);
	stream_shut(&stream, CLIENT_FIRST);
	stream_close(&stream);
	stream_live(listener, AF_INET, "127.0.0.1", 10, 20, CLIENT_FIRST, NULL, NULL);
	EXPECT_EQ(1, V(of(&self->client, "server"), OPENED));
	/* The listener was there before, too: but whose it is can be found out. */
	EXPECT_EQ(1, V(of(&self->client, "server"), ACCEPTED));
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	close(listener);
}

/* New programs, each with a connection that fails. */
static void come_and_go(unsigned int count)
{
	char name[16];
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		be(name);
		fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);
		if (stream_error(fd) != ECONNREFUSED)
			die("not refused");
		close(fd);
	}
}

/**
 * struct watch - what who looks on and who comes and goes share
 */
struct watch {
	bool		stop;
	uint64_t	reads;
	uint64_t	wrong;
};

/* Sums never go down, whatever is given back. */
static int look_on(struct watch *watch)
{
	struct history before = { 0 }, now;
	struct client client = client_open();
	struct accounts accounts;

	while (!__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE)) {
		accounts = programs_dump(&client, NETNS_OWN);
		if (client.error)
			die("programs: %s", client.message);
		now = programs_sum(&accounts);
		programs_free(&accounts);
		watch->wrong += history_backwards("programs", &before, &now);
		watch->reads++;
		before = now;
	}
	return 0;
}

/* What was given back is told on its own for a grace period more. */
static struct accounts settled(struct client *client, unsigned int most)
{
	struct deadline d = deadline();
	struct accounts accounts;

	for (;;) {
		accounts = programs_dump(client, NETNS_OWN);
		if (accounts.count <= most)
			return accounts;
		programs_free(&accounts);
		deadline_wait(&d, "few programs");
	}
}

#define ROOM		"160"
/* A namespace that root made has three eighths of it for its kind. */
#define ROOT_ROOM	60

TEST_F_TIMEOUT(programs, come_and_go, 3600)
{
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const char *often = getenv("PROGRAMS_COUNT");
	const unsigned int count = often ? (unsigned int)atoi(often) : scaled(20000, 1500);
	unsigned int rests = 0;
	struct accounts accounts;
	struct history sum;
	pid_t looker;
	int status;
	size_t i;

	ASSERT_NE(MAP_FAILED, watch);
	module_parameter("history_programs", ROOM, NULL);
	history_restart();
	looker = fork();
	if (!looker)
		_exit(look_on(watch));
	come_and_go(count);
	__atomic_store_n(&watch->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(looker, waitpid(looker, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, watch->wrong);
	EXPECT_LT(0, watch->reads);
	accounts = settled(&self->client, ROOT_ROOM + 1);
	sum = programs_sum(&accounts);
	for (i = 0; i < accounts.count; i++)
		rests += accounts.account[i].rest;
	EXPECT_EQ(count, V(sum, REFUSED));
	EXPECT_EQ(1, rests);
	EXPECT_GE(ROOT_ROOM + 1, proc_stat("programs"));
	EXPECT_LT(0, proc_stat("programs_given_back"));
	EXPECT_EQ(0, proc_stat("programs_lost"));
	note("%llu reads, %llu given back", (unsigned long long)watch->reads,
	     (unsigned long long)proc_stat("programs_given_back"));
	programs_free(&accounts);
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	munmap(watch, sizeof(*watch));
	module_parameter("history_programs", self->room, NULL);
	history_restart();
}

/* A program that has something open keeps its row, however many others come. */
TEST_F_TIMEOUT(programs, living_stay, 300)
{
	struct stream stream;
	int listener;

	module_parameter("history_programs", ROOM, NULL);
	history_restart();
	be("server");
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	be("caller");
	stream = stream_open(listener, AF_INET, "127.0.0.1");
	stream_exchange(&stream, 1000, 2000);
	come_and_go(500);
	EXPECT_EQ(1000, V(of(&self->client, "server"), BYTES_IN));
	EXPECT_EQ(1000, V(of(&self->client, "caller"), BYTES_OUT));
	stream_close(&stream);
	close(listener);
	come_and_go(500);
	EXPECT_FALSE(of(&self->client, "caller").told);
	EXPECT_TRUE(programs_sum_to_ports(&self->client));
	module_parameter("history_programs", self->room, NULL);
	history_restart();
}

/* How many programs somebody is told of, and whether of a rest; sums are for all. */
#define SEEN(programs, rest)	((programs) * 2 + (rest))

static int seen_by(unsigned int uid, uint64_t refused)
{
	struct accounts accounts;
	struct client client;
	int programs = 0, rest = 0;
	size_t i;

	if (uid)
		become_only(uid, true);
	client = client_open();
	accounts = programs_dump(&client, NETNS_OWN);
	if (client.error)
		die("programs: %s", client.message);
	for (i = 0; i < accounts.count; i++) {
		programs += !accounts.account[i].rest;
		rest += accounts.account[i].rest;
	}
	if (V(programs_sum(&accounts), REFUSED) != refused)
		die("%llu refused in all",
		    (unsigned long long)V(programs_sum(&accounts), REFUSED));
	return SEEN(programs, rest);
}

#define SEEN_BY(uid, refused)	(in_child(seen_by(uid, refused)) >> 8)

static void refuse_one(void)
{
	int fd = socket_connect(AF_INET, "127.0.0.1", CLOSED_PORT, 0);

	if (stream_error(fd) != ECONNREFUSED)
		die("not refused");
	close(fd);
}

static void call_as(const void *uid)
{
	const unsigned int id = *(const unsigned int *)uid;

	become_only(id, true);
	refuse_one();
}

static void call_in_secret(const void *uid)
{
	const unsigned int id = *(const unsigned int *)uid;

	become_only(id, false);
	refuse_one();
}

/* Of others' programs nobody is told but who has rights over them, living or gone. */
TEST_F_TIMEOUT(programs, users, 300)
{
	const unsigned int user = USER;
	struct child caller = child_begin("caller", call_as, &user);

	EXPECT_EQ(SEEN(1, 0), SEEN_BY(0, 1));
	EXPECT_EQ(SEEN(1, 0), SEEN_BY(USER, 1));
	EXPECT_EQ(SEEN(0, 1), SEEN_BY(STRANGER, 1));
	EXPECT_EQ(0, child_end(&caller));
	EXPECT_EQ(SEEN(1, 0), SEEN_BY(0, 1));
	EXPECT_EQ(SEEN(1, 0), SEEN_BY(USER, 1));
	EXPECT_EQ(SEEN(0, 1), SEEN_BY(STRANGER, 1));
	/* Of the same name, but not to be looked into. */
	caller = child_begin("caller", call_in_secret, &user);
	EXPECT_EQ(SEEN(2, 0), SEEN_BY(0, 2));
	EXPECT_EQ(SEEN(1, 1), SEEN_BY(USER, 2));
	EXPECT_EQ(0, child_end(&caller));
	EXPECT_EQ(SEEN(2, 0), SEEN_BY(0, 2));
	EXPECT_EQ(SEEN(1, 1), SEEN_BY(USER, 2));
	EXPECT_EQ(SEEN(0, 1), SEEN_BY(STRANGER, 2));
}

static void call_as_neighbour(const void *data)
{
	(void)data;
	if (prctl(PR_SET_DUMPABLE, 1))
		die("dumpable: %m");
	refuse_one();
}

/*
 * Who has a user namespace with a network of its own is told of the programs in it; not of
 * one that came from outside.
 */
static int host_of(void)
{
	struct visit visitor = visit_begin("visitor", refuse_one);
	struct child own;
	int seen;

	if (setgid(USER) || setuid(USER) || prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER))
		die("user namespace: %m");
	netns_enter_bare();
	visit_end(&visitor);
	own = child_begin("neighbour", call_as_neighbour, NULL);
	child_end(&own);
	seen = seen_by(0, 2);
	if (seen != SEEN(1, 1))
		note("%d programs, %d rests", seen / 2, seen % 2);
	return seen != SEEN(1, 1);
}

TEST_F_TIMEOUT(programs, user_namespace, 300)
{
	EXPECT_EQ(0, in_child(host_of()));
}

/* As in a container: a pid namespace that began after somebody was in the network. */
static int contained(void)
{
	struct child own = child_begin("inside", call_as_neighbour, NULL);
	int seen;

	child_end(&own);
	seen = seen_by(0, 2);
	if (seen != SEEN(1, 1))
		note("%d programs, %d rests", seen / 2, seen % 2);
	return seen != SEEN(1, 1);
}

TEST_F_TIMEOUT(programs, pid_namespace, 300)
{
	struct child outside = child_begin("outside", call_as_neighbour, NULL);

	EXPECT_EQ(0, child_end(&outside));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	EXPECT_EQ(0, in_child(contained()));
	EXPECT_EQ(SEEN(2, 0), seen_by(0, 2));
}

TEST_F_TIMEOUT(programs, namespaces, 300)
{
	uint64_t inode = netns_own_inode(), other_inode;
	unsigned int ours = 0, theirs = 0;
	int home = netns_open(), other;
	struct accounts accounts;
	size_t i;

	be("everywhere");
	refuse_one();
	netns_enter_bare();
	other = netns_open();
	other_inode = netns_own_inode();
	refuse_one();
	refuse_one();
	netns_set(home);
	EXPECT_EQ(1, V(of(&self->client, "everywhere"), REFUSED));
	accounts = programs_dump(&self->client, other);
	EXPECT_EQ(1, accounts.count);
	EXPECT_EQ(2, V(programs_named(&accounts, "everywhere"), REFUSED));
	EXPECT_EQ(other_inode, accounts.account[0].netns);
	programs_free(&accounts);
	accounts = programs_dump(&self->client, NETNS_ALL);
	for (i = 0; i < accounts.count; i++) {
		ours += accounts.account[i].netns == inode;
		theirs += accounts.account[i].netns == other_inode;
	}
	EXPECT_EQ(1, ours);
	EXPECT_EQ(1, theirs);
	programs_free(&accounts);
	close(other);
	close(home);
}

TEST_HARNESS_MAIN
