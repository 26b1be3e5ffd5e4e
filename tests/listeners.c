// SPDX-License-Identifier: GPL-2.0
/*
 * listeners.c - who listens to events is told of those processes that he may see,
 * and costs nobody else anything; a connection is told with whose listener took it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/doors.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/netns.h"
#include "lib/stream.h"

#define IN		SOCKPORT_ROLE_IN
#define OUT		SOCKPORT_ROLE_OUT
#define PORT		8000
#define THEIR_PORT	8001
#define NOBODY		65534
#define WORKERS		4
#define CONNECTIONS	64
#define CLIENT_PORT	20000

FIXTURE(listeners) {
	struct client	client;
};

FIXTURE_SETUP(listeners)
{
	netns_enter();
	history_on();
	self->client = client_open();
	prctl(PR_SET_NAME, "outsider");
}

FIXTURE_TEARDOWN(listeners)
{
	client_close(&self->client);
}

/* An event of a type at a port that nobody has taken; waits for it. */
static struct event *take_at(struct events *events, uint8_t type, uint16_t port)
{
	struct deadline d = deadline();
	struct event *event;

	for (;; deadline_wait(&d, "an event at a port")) {
		events_read(events);
		for (event = events->event; event < events->event + events->count; event++) {
			if (event->taken || EVENT(event, TYPE) != type ||
			    EVENT(event, PORT) != port)
				continue;
			event->taken = true;
			return event;
		}
	}
}

/* A connection over 127.0.0.1, which is heard of from its beginning to its end. */
static unsigned int processes_at(struct events *events, uint16_t port)
{
	static const uint8_t types[] = {
		SOCKPORT_EVENT_TYPE_LISTEN, SOCKPORT_EVENT_TYPE_OPEN, SOCKPORT_EVENT_TYPE_ACCEPT,
		SOCKPORT_EVENT_TYPE_CLOSE, SOCKPORT_EVENT_TYPE_CLOSE, SOCKPORT_EVENT_TYPE_UNLISTEN,
	};
	unsigned int told = 0;
	struct event *event;
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		event = take_at(events, types[i], port);
		told += EVENT_HAS(event, PID) || EVENT_HAS(event, COMM);
	}
	return told;
}

static void live_at(uint16_t port)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", port, 5);

	stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	close(listener);
}

/*
 * Whatever rights one has in a pid namespace of one's own, of processes outside it
 * nothing is told, and of one's own what they are called inside.
 */
static int hear_inside(int ask, bool privileged)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { { 0 } };
	struct events events;
	struct event *event;
	unsigned int told;
	char byte = 0;

	caps[0].effective = 1 << CAP_NET_ADMIN;
	caps[0].permitted = caps[0].effective;
	if (!privileged && syscall(SYS_capset, &header, caps))
		die("capset: %s", strerror(errno));
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_NAME, "insider");
	events = events_begin();
	if (write(ask, &byte, 1) != 1 || read(ask, &byte, 1) != 1)
		die("nobody does anything outside");
	told = processes_at(&events, THEIR_PORT);
	if (told)
		note("%u events tell a process outside", told);
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	event = take_at(&events, SOCKPORT_EVENT_TYPE_LISTEN, PORT);
	if (EVENT(event, PID) == (uint64_t)getpid() && !strcmp(event->comm, "insider"))
		return !!told;
	note("told %llu %s instead of oneself, %d", (unsigned long long)EVENT(event, PID),
	     event->comm, getpid());
	return 1;
}

static int hear_in_container(bool privileged)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		die("socketpair: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			die("pid namespace: %s", strerror(errno));
		_exit(in_child(hear_inside(ends[1], privileged)) != 0);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		die("nobody listens inside");
	live_at(THEIR_PORT);
	if (write(ends[0], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid)
		die("wait: %s", strerror(errno));
	close(ends[0]);
	return status;
}

TEST_F_TIMEOUT(listeners, pid_namespace, 300)
{
	EXPECT_EQ(0, hear_in_container(false));
	EXPECT_EQ(0, hear_in_container(true));
}

static void live_elsewhere(const void *data)
{
	(void)data;
	live_at(THEIR_PORT);
}

/* The host hears of all, and of processes that are gone already. */
TEST_F_TIMEOUT(listeners, all_processes, 300)
{
	struct events events = events_begin();
	struct child child;
	struct event *event;

	live_at(PORT);
	EXPECT_EQ(6, processes_at(&events, PORT));
	child = child_begin("short", live_elsewhere, NULL);
	EXPECT_EQ(0, child_end(&child));
	event = take_at(&events, SOCKPORT_EVENT_TYPE_OPEN, THEIR_PORT);
	EXPECT_EQ(child.pid, (pid_t)EVENT(event, PID));
	EXPECT_STREQ("short", event->comm);
	event = take_at(&events, SOCKPORT_EVENT_TYPE_ACCEPT, THEIR_PORT);
	EXPECT_EQ(child.pid, (pid_t)EVENT(event, PID));
	events_end(&events);
}

/* All who joined the group get the same, so it has nothing of processes. */
TEST_F_TIMEOUT(listeners, group, 300)
{
	struct events events = events_join();

	live_at(PORT);
	EXPECT_EQ(0, processes_at(&events, PORT));
	EXPECT_EQ(0, events_count(&events, 0));
	events_end(&events);
}

static int join_unprivileged(void)
{
	struct events events;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	return events_try_group(&events) != -EPERM || events_try(&events) != -EPERM;
}

TEST_F_TIMEOUT(listeners, permission, 300)
{
	EXPECT_EQ(0, in_child(join_unprivileged()));
}

static int ask_without_resources(void)
{
	struct events events[17];
	unsigned int i;
	int error = 0;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("namespaces: %s", strerror(errno));
	for (i = 0; i < 17 && !error; i++)
		error = events_try(&events[i]);
	if (error != -EUSERS || i != 17)
		return 1;
	/* One place is free again. */
	events_end(&events[0]);
	return events_try(&events[0]) != 0;
}

TEST_F_TIMEOUT(listeners, many, 300)
{
	EXPECT_EQ(0, in_child(ask_without_resources()));
}

/* Who gets the number of a socket that is closed does not get its events. */
TEST_F_TIMEOUT(listeners, number_used_again, 300)
{
	struct events events = events_begin(), other = events_begin();
	struct sockaddr_nl name = { 0 };
	socklen_t length = sizeof(name);
	char byte;
	int fd;

	ASSERT_EQ(0, getsockname(events.fd, (void *)&name, &length));
	events_end(&events);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_GENERIC);
	ASSERT_EQ(0, bind(fd, (void *)&name, sizeof(name)));
	live_at(PORT);
	EXPECT_EQ(6, processes_at(&other, PORT));
	EXPECT_EQ(-1, recv(fd, &byte, 1, 0));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
	events_end(&other);
}

/* Who joined the group in one namespace costs another one some events a second. */
TEST_F_TIMEOUT(listeners, deaf, 300)
{
	int home = netns_open(), listener;
	unsigned long long made, all = 0;
	struct events others;
	struct deadline d;
	long long begin;

	netns_enter_bare();
	others = events_join();
	netns_set(home);
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	for (d = deadline(); !proc_stat("events_made"); deadline_wait(&d, "a first event"))
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	/* A second has begun in which there are none; how many it has nobody knows. */
	made = proc_stat("events_made");
	for (begin = now_ms(); now_ms() < begin + 3000; all += 4)
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	made = proc_stat("events_made") - made;
	note("%llu of %llu events made", made, all);
	EXPECT_LT(4 * made, all);
	EXPECT_EQ(0, proc_stat("events_sent"));
	EXPECT_EQ(0, proc_stat("events_lost"));
	events_end(&others);
}

/* They hear what happens where they are, though it was deaf before. */
TEST_F_TIMEOUT(listeners, heard_again, 300)
{
	int home = netns_open();
	struct events others, events;
	struct deadline d;

	netns_enter_bare();
	others = events_join();
	netns_set(home);
	live_at(PORT);
	events = events_join();
	for (d = deadline(); !events.count; deadline_wait(&d, "the group is heard")) {
		live_at(PORT);
		events_read(&events);
	}
	/* From then on it misses nothing. */
	live_at(THEIR_PORT);
	processes_at(&events, THEIR_PORT);
	events_end(&events);
	events_end(&others);
}

static void flood(const void *data)
{
	struct knocker knocker;
	unsigned int i;

	(void)data;
	netns_enter();
	/* Sockets stay open as long as the process. */
	for (i = 0; i < 8; i++)
		events_begin();
	knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.1");
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		knock_udp(&knocker, 1 + knocker.made % 60000);
}

/* More happens in the namespace of a process than anybody is told. */
static void wait_for_loss(pid_t pid)
{
	int home = netns_open(), there;
	char path[64];
	struct deadline d;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0)
		die("%s: %m", path);
	netns_set(there);
	for (d = deadline(); !proc_stat("events_lost"); deadline_wait(&d, "a flood"))
		;
	netns_set(home);
	close(there);
	close(home);
}

/* Who floods in one namespace takes nothing of what others have. */
TEST_F_TIMEOUT(listeners, flood, 600)
{
	struct child child[2];
	struct events events = events_begin();
	unsigned int i, connections = scaled(100, 30);
	int listener;

	events_room(&events, 1 << 24);
	for (i = 0; i < 2; i++)
		child[i] = child_begin("flood", flood, NULL);
	for (i = 0; i < 2; i++)
		wait_for_loss(child[i].pid);
	listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	for (i = 0; i < connections; i++)
		stream_live(listener, AF_INET, "127.0.0.1", 1, 1, CLIENT_FIRST, NULL, NULL);
	close(listener);
	take_at(&events, SOCKPORT_EVENT_TYPE_UNLISTEN, PORT);
	for (i = 0; i < 2; i++) {
		kill(child[i].pid, SIGKILL);
		waitpid(child[i].pid, NULL, 0);
	}
	EXPECT_EQ(connections, events_count(&events, SOCKPORT_EVENT_TYPE_OPEN));
	EXPECT_EQ(connections, events_count(&events, SOCKPORT_EVENT_TYPE_ACCEPT));
	EXPECT_EQ(2 * connections, events_count(&events, SOCKPORT_EVENT_TYPE_CLOSE));
	EXPECT_EQ(0, events_lost(&events));
	EXPECT_EQ(0, proc_stat("events_lost"));
	events_end(&events);
}

/**
 * struct worker - a process with a listener
 * @address: that it listens on
 * @taken: remote ports of connections that it has accepted, shared with the test
 */
struct worker {
	const char	*address;
	int		family;
	struct child	child;
	uint16_t	*taken;
};

static int listen_shared(const struct worker *worker)
{
	struct sockaddr_storage name = { .ss_family = worker->family };
	int fd = socket(worker->family, SOCK_STREAM, 0), on = 1;

	if (worker->family == AF_INET) {
		((struct sockaddr_in *)&name)->sin_port = htons(PORT);
		inet_pton(AF_INET, worker->address, &((struct sockaddr_in *)&name)->sin_addr);
	} else {
		((struct sockaddr_in6 *)&name)->sin6_port = htons(PORT);
		inet_pton(AF_INET6, worker->address, &((struct sockaddr_in6 *)&name)->sin6_addr);
	}
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    bind(fd, (void *)&name, sizeof(name)) || listen(fd, CONNECTIONS))
		die("listener on %s: %s", worker->address, strerror(errno));
	return fd;
}

/* It accepts when all have connected, so that nothing is accepted too early. */
static void work(const void *data)
{
	const struct worker *worker = data;
	int fd = listen_shared(worker), connection;
	struct sockaddr_storage name;
	unsigned int n = 0;
	socklen_t length;

	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		length = sizeof(name);
		while (!__atomic_load_n(&worker->taken[0], __ATOMIC_ACQUIRE))
			usleep(1000);
		connection = accept(fd, (void *)&name, &length);
		if (connection < 0)
			die("accept: %s", strerror(errno));
		worker->taken[++n] = name.ss_family == AF_INET ?
				     ((struct sockaddr_in *)&name)->sin_port :
				     ((struct sockaddr_in6 *)&name)->sin6_port;
	}
}

static bool has_taken(const struct worker *worker, uint16_t port)
{
	unsigned int n;

	for (n = 1; worker->taken[n]; n++)
		if (worker->taken[n] == htons(port))
			return true;
	return false;
}

static unsigned int count_taken(const struct worker *worker)
{
	unsigned int n;

	for (n = 1; __atomic_load_n(&worker->taken[n], __ATOMIC_ACQUIRE);)
		n++;
	return n - 1;
}

static void begin_workers(struct worker *workers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		workers[i].taken = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (workers[i].taken == MAP_FAILED)
			die("mmap: %s", strerror(errno));
		workers[i].child = child_begin("worker", work, &workers[i]);
	}
}

/*
 * Connections to all addresses in turn, from ports of their own: who has taken one is found
 * by that. Returns how many events name another process.
 */
static unsigned int wrong_names(struct events *events, struct worker *workers, unsigned int count)
{
	unsigned int i, j, wrong = 0, taken = 0;
	struct event told[CONNECTIONS];
	int fd[CONNECTIONS];
	struct deadline d;

	for (i = 0; i < CONNECTIONS; i++)
		fd[i] = socket_connect(workers[i % count].family, workers[i % count].address,
				       PORT, CLIENT_PORT + i);
	for (i = 0; i < CONNECTIONS; i++)
		told[i] = *events_take(events, SOCKPORT_EVENT_TYPE_ACCEPT, IN);
	for (i = 0; i < count; i++)
		__atomic_store_n(&workers[i].taken[0], 1, __ATOMIC_RELEASE);
	for (d = deadline(); taken < CONNECTIONS; deadline_wait(&d, "all are accepted"))
		for (i = 0, taken = 0; i < count; i++)
			taken += count_taken(&workers[i]);
	for (i = 0; i < CONNECTIONS; i++) {
		for (j = 0; j < count; j++)
			if (has_taken(&workers[j], EVENT(&told[i], REMOTE_PORT)))
				break;
		if (j == count || EVENT(&told[i], PID) != (uint64_t)workers[j].child.pid ||
		    strcmp(told[i].comm, "worker"))
			wrong++;
	}
	for (i = 0; i < CONNECTIONS; i++)
		close(fd[i]);
	return wrong;
}

TEST_F_TIMEOUT(listeners, same_address, 300)
{
	struct events events = events_begin();
	struct worker workers[WORKERS];
	unsigned int i, busy = 0;

	for (i = 0; i < WORKERS; i++)
		workers[i] = (struct worker) { .family = AF_INET, .address = "127.0.0.1" };
	begin_workers(workers, WORKERS);
	EXPECT_EQ(0, wrong_names(&events, workers, WORKERS));
	for (i = 0; i < WORKERS; i++)
		busy += !!count_taken(&workers[i]);
	EXPECT_LT(1, busy);
	events_end(&events);
}

TEST_F_TIMEOUT(listeners, several_addresses, 300)
{
	struct worker workers[] = {
		{ .family = AF_INET, .address = "127.0.0.1" },
		{ .family = AF_INET, .address = "127.0.0.2" },
		{ .family = AF_INET6, .address = "::1" },
		{ .family = AF_INET6, .address = "2001:db8::1" },
	};
	struct events events = events_begin();

	begin_workers(workers, 4);
	EXPECT_EQ(0, wrong_names(&events, workers, 4));
	events_end(&events);
}

TEST_HARNESS_MAIN
