// SPDX-License-Identifier: GPL-2.0
/*
 * history_life.c - nobody waits for a reader that is slow; and who makes room for more
 * sockets than there was has room at once
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/load.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"
#include "lib/trace.h"

#define PORT		8000
#define ROWS		3000
#define READERS_CPU	1

/* Parameters as they were; empty if a test has not touched them. */
FIXTURE(life) {
	struct client	client;
	struct load	*load;
	pid_t		reader;
	pid_t		hog;
	pid_t		switcher;
	char		sockets[32];
};

FIXTURE_SETUP(life)
{
	memset(self, 0, sizeof(*self));
	if (!module_loaded())
		module_load();
	netns_enter();
	history_on();
	self->client = client_open();
	kernel_log_begin();
}

static void end_process(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

FIXTURE_TEARDOWN(life)
{
	unsigned int i;

	/* Who is slow needs its time to end, too. */
	end_process(&self->hog);
	end_process(&self->reader);
	end_process(&self->switcher);
	for (i = 0; self->load && i < LOAD_WORKERS + self->load->readers; i++) {
		pid_t pid = i < LOAD_WORKERS ? self->load->worker[i] :
					       self->load->reader[i - LOAD_WORKERS];

		if (pid)
			kill(pid, SIGKILL);
	}
	trace_end();
	if (self->sockets[0])
		module_parameter("history_sockets", self->sockets, NULL);
	history_restart();
	client_close(&self->client);
	EXPECT_STREQ("", kernel_log_complaint());
}

/* Calls that are refused, each to a port of its own. */
static void make_rows(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ROWS; i++) {
		to.sin_port = htons(10000 + i);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || !connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
		    errno != ECONNREFUSED)
			die("a call that is refused: %s", strerror(errno));
		close(fd);
	}
}

/* All rows are put together before the first is sent: nobody has to take any. */
static void ask_for_rows(void)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();

	request_begin(&client, request, SOCKPORT_CMD_PORT_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_WANT, HISTORY_WANT);
	request_send(&client, request);
	client_close(&client);
	free(request);
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d: %s", cpu, strerror(errno));
}

/* One who reads, and is not slow yet. */
static pid_t begin_reader(void)
{
	pid_t parent = getpid(), pid;

	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(READERS_CPU);
	if (sched_setscheduler(0, SCHED_IDLE, &(struct sched_param) { 0 }))
		die("SCHED_IDLE: %s", strerror(errno));
	while (getppid() == parent)
		ask_for_rows();
	_exit(0);
}

/* Has the processor that the reader runs on for itself, while it is not stopped. */
static pid_t begin_hog(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(READERS_CPU);
	if (setpriority(PRIO_PROCESS, 0, -20))
		die("priority: %s", strerror(errno));
	raise(SIGSTOP);
	for (;;)
		;
}

/* With a thirty thousandth of a processor it stands still wherever it is. */
static void stop_reader(pid_t hog)
{
	struct deadline d = deadline();
	unsigned long long at;

	kill(hog, SIGCONT);
	do {
		at = trace_calls("recall");
		deadline_wait(&d, "a reader is stopped");
	} while (trace_calls("recall") != at);
}

/*
 * Until it is among the rows, neither at their beginning nor near their end: each
 * answer takes so many of them, and it has half of that time before it.
 */
static void wait_until_slow(pid_t hog, unsigned long long before, unsigned long long rows)
{
	struct deadline d = deadline();
	unsigned long long at;

	for (;;) {
		stop_reader(hog);
		at = (trace_calls("recall") - before) % rows;
		if (at > rows / 10 && at < rows / 2)
			break;
		kill(hog, SIGSTOP);
		deadline_wait(&d, "a reader that is slow");
	}
	note("it is at row %llu of %llu", at, rows);
}

/* Rows that an answer has. */
static unsigned long long rows_told(void)
{
	unsigned long long before = trace_calls("recall");

	ask_for_rows();
	return trace_calls("recall") - before;
}

static long long time_to_switch_off(void)
{
	long long begin = now_ms();

	module_parameter("history", "N", NULL);
	return now_ms() - begin;
}

/* Without the reader it takes some grace periods. */
static long long usual(void)
{
	long long least = -1, ms;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		history_on();
		ms = time_to_switch_off();
		if (least < 0 || ms < least)
			least = ms;
	}
	history_on();
	return least;
}

/*
 * With full preemption the reader can stand still in an RCU read-side critical section, or
 * where whoever takes a probe off waits for it: then the kernel's own waits for it are as
 * long as it likes.
 */
static bool preempts_anywhere(void)
{
	return !system("dmesg | grep -Eq 'Dynamic Preempt: (full|lazy)'");
}

#define NEED_STEADY_READERS() do { \
	if (preempts_anywhere()) \
		SKIP(return, "this kernel lets readers stand still anywhere"); \
} while (0)

/* A reader that is stopped in the midst of history. */
static pid_t begin_slow_reader(pid_t *hog)
{
	unsigned long long before, rows;
	pid_t reader;

	make_rows();
	rows = rows_told();
	before = trace_calls("recall");
	reader = begin_reader();
	*hog = begin_hog();
	wait_until_slow(*hog, before, rows);
	return reader;
}

/* History is switched off while somebody reads it, and on again. */
TEST_F_TIMEOUT(life, slow_reader, 600)
{
	long long most, ms;

	NEED_STEADY_READERS();
	most = usual() * 3 + 3000;
	trace_probe("recall", "sockport:sockport_port_recall");
	trace_count();
	self->reader = begin_slow_reader(&self->hog);
	ms = time_to_switch_off();
	note("switched off in %lld ms, of at most %lld", ms, most);
	EXPECT_GT(most, ms);
	EXPECT_EQ(0, proc_stat("history_rows"));
	/* The next era begins beside who reads the last one. */
	history_on();
	close(socket_listen(AF_INET, "127.0.0.1", PORT, 5));
	EXPECT_TRUE(history_of(&self->client, SOCKPORT_ROLE_IN, PORT).told);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, 10000).told);
	EXPECT_EQ(0, waitpid(self->reader, NULL, WNOHANG));
}

/*
 * Neither does the end of a namespace wait, while history is switched off: not that of the
 * one that ends first, nor that of the next, of which an end is seen here.
 */
TEST_F_TIMEOUT(life, namespaces_end, 600)
{
	struct deadline d;
	long long begin;

	NEED_STEADY_READERS();
	run("ip netns add sockport-first; ip netns add sockport-second");
	run("ip link add sp-near type veth peer name sp-far netns sockport-second");
	ASSERT_NE(0, if_nametoindex("sp-near"));
	trace_probe("recall", "sockport:sockport_port_recall");
	trace_count();
	self->reader = begin_slow_reader(&self->hog);
	begin = now_ms();
	self->switcher = fork();
	if (!self->switcher) {
		module_parameter("history", "N", NULL);
		_exit(0);
	}
	run("sleep 1; ip netns del sockport-first");
	run("sleep 1; ip netns del sockport-second");
	for (d = deadline(); if_nametoindex("sp-near") && now_ms() < begin + 12000;)
		deadline_wait(&d, "the end of a namespace");
	note("ended in %lld ms", now_ms() - begin);
	EXPECT_EQ(0, if_nametoindex("sp-near"));
	EXPECT_EQ(0, waitpid(self->reader, NULL, WNOHANG));
}

/*
 * History that began with room for few sockets has chains for few. When there is to be room
 * for many, those that are there get as many chains, which shows in how they are gone
 * through: few at a time.
 */
/* Namespaces that are on their way out may have some: of all namespaces this one file tells. */
static unsigned int tcp_sockets(void)
{
	FILE *file = fopen("/proc/net/sockstat", "r");
	unsigned int count = ~0U;
	char line[256];

	if (!file)
		die("sockstat: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "TCP: inuse %*u orphan %*u tw %*u alloc %u", &count) == 1)
			break;
	fclose(file);
	return count;
}

static void make_room(unsigned int sockets, char *old)
{
	char room[16];

	snprintf(room, sizeof(room), "%u", sockets);
	module_parameter("history_sockets", room, old);
}

TEST_F_TIMEOUT(life, grown, 600)
{
	static const unsigned int rooms[] = { 5000, 40000, 1048576 };
	struct rlimit files = { 1 << 14, 1 << 14 };
	struct stream stream[1500];
	unsigned long long before;
	uint64_t lost;
	unsigned int i, others;
	int listener;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	others = tcp_sockets();
	/* Then there are 4096 chains at most, of which 8 are gone through at once. */
	ASSERT_GT(15000, others);
	make_room(others + 1000, self->sockets);
	history_restart();
	lost = proc_stat("history_sockets_lost");
	trace_probe("fold", "sockport:fold_run");
	trace_count();

	listener = socket_listen(AF_INET, "127.0.0.1", PORT + LOAD_WORKERS, 5);
	for (i = 0; i < 300; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	self->load = load_begin(PORT, ~0U);
	load_watch(self->load, load_look_netlink);
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		uint64_t until = load_count(self->load) + 100;
		struct deadline d = deadline();

		make_room(others + rooms[i], NULL);
		while (load_count(self->load) < until)
			deadline_wait(&d, "connections");
	}
	EXPECT_EQ(0, load_end(self->load));
	EXPECT_EQ(0, load_differs(self->load, &self->client));
	for (i = 300; i < 1500; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(lost, proc_stat("history_sockets_lost"));
	EXPECT_LE(3000, proc_stat("history_sockets"));

	before = trace_calls("fold");
	EXPECT_EQ(1500, history_value(&self->client, SOCKPORT_ROLE_OUT, PORT + LOAD_WORKERS,
				      SOCKPORT_A_HISTORY_OPENED));
	note("%llu holds for %llu sockets", trace_calls("fold") - before,
	     (unsigned long long)proc_stat("history_sockets"));
	EXPECT_LT(2000, trace_calls("fold") - before);
	for (i = 0; i < 1500; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT + LOAD_WORKERS, H(OPENED, 1500),
				 H(CLOSED, 1500)));
	close(listener);
}

TEST_HARNESS_MAIN
