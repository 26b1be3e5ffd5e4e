// SPDX-License-Identifier: GPL-2.0
/*
 * accepts.c - how long connections wait for accept(), and who accepts them
 */
#include <errno.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/module.h"
#include "lib/netns.h"

#define IN		SOCKPORT_ROLE_IN
#define PORT		8000
#define ADDRESS		"127.0.0.1"
#define NOBODY		65534
#define PASSED_MS	300
#define SLACK_MS	2
/* Processes of a port that the module counts each on its own. */
#define WORKERS_TOLD	32
#define MANY		40
#define WORKERS		4
#define LATER		16
#define CONNECTIONS	64

FIXTURE(accepts) {
	struct client	client;
	int		listener;
};

static void account(bool on)
{
	module_parameter("accept_accounting", on ? "Y" : "N", NULL);
}

FIXTURE_SETUP(accepts)
{
	netns_enter();
	history_on();
	account(true);
	self->client = client_open();
	self->listener = socket_listen(AF_INET, ADDRESS, PORT, 128);
	kernel_log_begin();
}

FIXTURE_TEARDOWN(accepts)
{
	account(false);
	close(self->listener);
	client_close(&self->client);
	EXPECT_STREQ("", kernel_log_complaint());
}

static struct port ask(struct client *client, uint16_t port, uint32_t want)
{
	return client_port(client, SOCKPORT_PROTOCOL_TCP, IN, port, want);
}

static struct history accepted(struct client *client, uint16_t port)
{
	return ask(client, port, HISTORY_WANT | SOCKPORT_WANT_WORKERS).history;
}

static const struct distribution *waits(const struct history *history)
{
	return &history->distribution[SOCKPORT_DISTRIBUTION_KIND_ACCEPT];
}

static uint64_t accepts_of(const struct history *history, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < history->workers; i++)
		if (history->worker[i].pid == (uint32_t)pid)
			return history->worker[i].accepts;
	return 0;
}

static uint64_t accepts_told(const struct history *history)
{
	uint64_t sum = history->other_accepts;
	unsigned int i;

	for (i = 0; i < history->workers; i++)
		sum += history->worker[i].accepts;
	return sum;
}

static void live(int listener, int family, const char *address, uint16_t port)
{
	int client = socket_connect(family, address, port, 0);
	int server = socket_accept(listener);

	close(client);
	close(server);
}

static void pass(long long ms)
{
	const long long end = now_ms() + ms;

	while (now_ms() < end)
		sched_yield();
}

/* Nothing is looked at unless somebody wants it. */
TEST_F(accepts, off)
{
	struct history history;

	account(false);
	live(self->listener, AF_INET, ADDRESS, PORT);
	history = accepted(&self->client, PORT);
	EXPECT_EQ(1, history.value[SOCKPORT_A_HISTORY_ACCEPTED]);
	EXPECT_EQ(0, waits(&history)->count);
	EXPECT_EQ(0, history.workers);
	EXPECT_EQ(0, history.other_accepts);
	account(true);
	live(self->listener, AF_INET, ADDRESS, PORT);
	history = accepted(&self->client, PORT);
	EXPECT_EQ(1, waits(&history)->count);
	EXPECT_EQ(1, accepts_told(&history));
}

/* By the clock on the wall: from when it was established to when it was accepted. */
TEST_F(accepts, waits)
{
	long long before, established, accepting, done;
	int client, server, one;
	struct history history;
	uint64_t ms;

	before = now_ms();
	client = socket_connect(AF_INET, ADDRESS, PORT, 0);
	socket_wait_state(client, SOCKPORT_STATE_ESTABLISHED);
	established = now_ms();
	pass(PASSED_MS);
	accepting = now_ms();
	server = socket_accept(self->listener);
	done = now_ms();
	history = accepted(&self->client, PORT);
	ms = waits(&history)->sum / 1000;
	EXPECT_EQ(1, waits(&history)->count);
	EXPECT_GE(ms + SLACK_MS, accepting - established);
	EXPECT_LE(ms, done - before + SLACK_MS);
	/* Who accepts at once makes nobody wait: the sum grows by little. */
	one = socket_connect(AF_INET, ADDRESS, PORT, 0);
	close(socket_accept(self->listener));
	close(one);
	history = accepted(&self->client, PORT);
	EXPECT_EQ(2, waits(&history)->count);
	EXPECT_LE(waits(&history)->sum / 1000, ms + now_ms() - done + SLACK_MS);
	close(client);
	close(server);
}

/* It may be over before anybody has accepted it; then it was accepted all the same. */
TEST_F(accepts, ended_before)
{
	int client = socket_connect(AF_INET, ADDRESS, PORT, 0);
	struct linger at_once = { .l_onoff = 1 };
	struct history history;

	socket_wait_state(client, SOCKPORT_STATE_ESTABLISHED);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	close(socket_accept(self->listener));
	history = accepted(&self->client, PORT);
	EXPECT_EQ(1, waits(&history)->count);
	EXPECT_EQ(1, accepts_of(&history, getpid()));
}

TEST_F(accepts, families)
{
	int both = socket_listen(AF_INET6, "::", PORT + 1, 16);
	struct history history;

	live(both, AF_INET6, "::1", PORT + 1);
	live(both, AF_INET, ADDRESS, PORT + 1);
	close(both);
	history = accepted(&self->client, PORT + 1);
	EXPECT_EQ(2, waits(&history)->count);
	EXPECT_EQ(2, accepts_of(&history, getpid()));
}

/* What accepts is not only TCP. */
TEST_F(accepts, other_kinds)
{
	struct sockaddr_storage address = { .ss_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);
	int listener, client, server;

	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&address, length));
	ASSERT_EQ(0, listen(listener, 1));
	length = sizeof(address);
	ASSERT_EQ(0, getsockname(listener, (struct sockaddr *)&address, &length));
	ASSERT_EQ(0, connect(client, (struct sockaddr *)&address, length));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	close(server);
	close(client);
	close(listener);
}

struct share {
	int		listener;
	unsigned int	count;
};

static void accept_share(const void *data)
{
	const struct share *share = data;
	unsigned int i;

	for (i = 0; i < share->count; i++)
		close(socket_accept(share->listener));
}

/* As servers do that fork: each its number of connections, of one queue. */
TEST_F(accepts, one_queue)
{
	struct child child[WORKERS];
	struct history history;
	struct share share;
	unsigned int i, j, all = 0;
	int client[WORKERS * WORKERS];

	for (i = 0; i < WORKERS; i++) {
		share = (struct share){ self->listener, i + 1 };
		for (j = 0; j <= i; j++)
			client[all++] = socket_connect(AF_INET, ADDRESS, PORT, 0);
		child[i] = child_begin("worker", accept_share, &share);
	}
	history = accepted(&self->client, PORT);
	EXPECT_EQ(WORKERS, history.workers);
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(i + 1, accepts_of(&history, child[i].pid));
	for (i = 0; i < history.workers; i++)
		EXPECT_STREQ("worker", history.worker[i].comm);
	EXPECT_EQ(all, history.value[SOCKPORT_A_HISTORY_ACCEPTED]);
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(0, child_end(&child[i]));
	/* They are gone, what they did is not. */
	history = accepted(&self->client, PORT);
	EXPECT_EQ(WORKERS, accepts_of(&history, child[WORKERS - 1].pid));
	EXPECT_EQ(all, accepts_told(&history));
	while (all)
		close(client[--all]);
}

static int share_port(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};

	socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 128))
		die("a worker: %s", strerror(errno));
	return fd;
}

/* All that wait at its own listener; how many these were is what it returns. */
static pid_t accept_all(int listener)
{
	pid_t pid = fork();
	int count = 0, fd;

	if (pid)
		return pid;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		close(fd);
		count++;
	}
	_exit(count);
}

/* The kernel shares connections out; each worker knows what it got. */
TEST_F(accepts, reuseport)
{
	int listener[WORKERS], client[CONNECTIONS], status;
	struct history history;
	pid_t pid[WORKERS];
	unsigned int i, all = 0;

	for (i = 0; i < WORKERS; i++)
		listener[i] = share_port(PORT + 2);
	for (i = 0; i < CONNECTIONS; i++) {
		client[i] = socket_connect(AF_INET, ADDRESS, PORT + 2, 0);
		socket_wait_state(client[i], SOCKPORT_STATE_ESTABLISHED);
	}
	for (i = 0; i < WORKERS; i++)
		pid[i] = accept_all(listener[i]);
	for (i = 0; i < WORKERS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		history = accepted(&self->client, PORT + 2);
		EXPECT_EQ(WEXITSTATUS(status), accepts_of(&history, pid[i]));
		all += WEXITSTATUS(status);
		close(listener[i]);
	}
	EXPECT_EQ(CONNECTIONS, all);
	EXPECT_EQ(CONNECTIONS, accepts_told(&history));
	for (i = 0; i < CONNECTIONS; i++)
		close(client[i]);
}

/* There is room for some; what others do is told as theirs. */
TEST_F(accepts, many)
{
	struct share share = { self->listener, 1 };
	struct history history;
	struct child child;
	unsigned int i;
	int client;

	for (i = 0; i < MANY; i++) {
		client = socket_connect(AF_INET, ADDRESS, PORT, 0);
		child = child_begin("one of many", accept_share, &share);
		EXPECT_EQ(0, child_end(&child));
		close(client);
	}
	history = accepted(&self->client, PORT);
	EXPECT_EQ(WORKERS_TOLD, history.workers);
	EXPECT_EQ(MANY - WORKERS_TOLD, history.other_accepts);
	EXPECT_EQ(MANY, waits(&history)->count);
}

static int ask_as_nobody(void)
{
	struct history history;
	struct client client;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	client = client_open();
	history = accepted(&client, PORT);
	client_close(&client);
	return history.workers || history.other_accepts != 3 || waits(&history)->count != 3;
}

/* Who may not see a process is told that somebody accepted. */
TEST_F(accepts, strangers)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		live(self->listener, AF_INET, ADDRESS, PORT);
	EXPECT_EQ(0, in_child(ask_as_nobody()));
	EXPECT_EQ(3, accepts_of((struct history[]){ accepted(&self->client, PORT) }, getpid()));
}

TEST_F(accepts, reset)
{
	struct history history;

	live(self->listener, AF_INET, ADDRESS, PORT);
	ASSERT_EQ(0, history_reset(&self->client));
	history = accepted(&self->client, PORT);
	EXPECT_EQ(0, waits(&history)->count);
	EXPECT_EQ(0, accepts_told(&history));
	live(self->listener, AF_INET, ADDRESS, PORT);
	history = accepted(&self->client, PORT);
	EXPECT_EQ(1, waits(&history)->count);
	EXPECT_EQ(1, accepts_of(&history, getpid()));
}

/* Any number may sleep in accept() while it is switched, and be woken up later. */
TEST_F(accepts, sleepers)
{
	pid_t pid[MANY];
	int client[MANY], status;
	struct history history;
	unsigned int i;

	account(false);
	for (i = 0; i < MANY; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(accept(self->listener, NULL, NULL) < 0);
	}
	account(true);
	for (i = 0; i < MANY; i++)
		client[i] = socket_connect(AF_INET, ADDRESS, PORT, 0);
	for (i = 0; i < MANY; i++) {
		EXPECT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
		close(client[i]);
	}
	history = accepted(&self->client, PORT);
	EXPECT_EQ(MANY, accepts_told(&history));
	EXPECT_EQ(MANY, waits(&history)->count);
}

/* History goes and comes with all that belongs to it. */
TEST_F(accepts, with_history)
{
	struct history history;

	live(self->listener, AF_INET, ADDRESS, PORT);
	history_restart();
	live(self->listener, AF_INET, ADDRESS, PORT);
	history = accepted(&self->client, PORT);
	EXPECT_EQ(1, waits(&history)->count);
	EXPECT_EQ(1, accepts_told(&history));
}

static struct port ask_age(struct client *client)
{
	return ask(client, PORT, SOCKPORT_WANT_AGE);
}

/* A port has the age of the one that has been waiting longest. */
TEST_F(accepts, queue_age)
{
	long long before, established;
	int first, later[LATER], server;
	struct port port;
	unsigned int i;

	EXPECT_FALSE(ask_age(&self->client).has_accept_age);
	before = now_ms();
	first = socket_connect(AF_INET, ADDRESS, PORT, 0);
	socket_wait_state(first, SOCKPORT_STATE_ESTABLISHED);
	established = now_ms();
	pass(PASSED_MS);
	for (i = 0; i < LATER; i++) {
		later[i] = socket_connect(AF_INET, ADDRESS, PORT, 0);
		socket_wait_state(later[i], SOCKPORT_STATE_ESTABLISHED);
	}
	port = ask_age(&self->client);
	ASSERT_TRUE(port.has_accept_age);
	/* It is told in tenths of a second. */
	EXPECT_LE(PASSED_MS - 100, port.accept_age);
	EXPECT_LE(port.accept_age, now_ms() - before);
	/* That the peer has closed it does not matter. */
	shutdown(first, SHUT_WR);
	port = ask_age(&self->client);
	EXPECT_TRUE(port.has_accept_age && port.accept_age >= PASSED_MS - 100);
	server = socket_accept(self->listener);
	port = ask_age(&self->client);
	ASSERT_TRUE(port.has_accept_age);
	EXPECT_LE(port.accept_age, now_ms() - established - PASSED_MS);
	for (i = 0; i < LATER; i++)
		close(socket_accept(self->listener));
	EXPECT_FALSE(ask_age(&self->client).has_accept_age);
	close(server);
	close(first);
	for (i = 0; i < LATER; i++)
		close(later[i]);
}

TEST_HARNESS_MAIN
