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

#define PORT		8000
#define ROWS		3000
#define GROUP		"/sys/fs/cgroup/sockport-slow"
#define PARAMETERS	"/sys/module/sockport/parameters"
#define TRACING		"/sys/kernel/tracing"
#define FOLDS		"sockport_life/folds"

/* Parameters as they were; empty if a test has not touched them. */
FIXTURE(life) {
	struct client	client;
	struct load	*load;
	pid_t		reader;
	pid_t		switcher;
	bool		traced;
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

/* Who is slow needs its time to end, too. */
static void end_reader(pid_t *reader)
{
	if (*reader <= 0)
		return;
	run("echo max >" GROUP "/cpu.max");
	end_process(reader);
	run("rmdir " GROUP);
}

FIXTURE_TEARDOWN(life)
{
	unsigned int i;

	end_reader(&self->reader);
	end_process(&self->switcher);
	for (i = 0; self->load && i < LOAD_WORKERS + self->load->readers; i++) {
		pid_t pid = i < LOAD_WORKERS ? self->load->worker[i] :
					       self->load->reader[i - LOAD_WORKERS];

		if (pid)
			kill(pid, SIGKILL);
	}
	if (self->traced)
		run("echo 0 >" TRACING "/events/" FOLDS "/enable; echo -:" FOLDS " >>" TRACING
		    "/kprobe_events");
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

/* One who reads, with a thousandth of a processor: it is stopped wherever it is. */
static pid_t begin_reader(void)
{
	pid_t parent = getpid(), pid;

	run("echo +cpu >/sys/fs/cgroup/cgroup.subtree_control");
	run("mkdir " GROUP " && echo 1000 1000000 >" GROUP "/cpu.max");
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run("echo %d >" GROUP "/cgroup.procs", getpid());
	while (getppid() == parent)
		ask_for_rows();
	_exit(0);
}

/* Until it has been stopped a few times, in the midst of what it does most. */
static void wait_until_slow(void)
{
	struct deadline d = deadline();
	char command[128];

	snprintf(command, sizeof(command),
		 "awk '$1 == \"nr_throttled\" { exit !($2 > 3) }' " GROUP "/cpu.stat");
	while (system(command))
		deadline_wait(&d, "a reader that is slow");
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

/* History is switched off while somebody is about to read it, and on again. */
TEST_F_TIMEOUT(life, slow_reader, 600)
{
	long long most = usual() * 3 + 3000, ms;
	unsigned int i;

	make_rows();
	EXPECT_LT(ROWS / 2, proc_stat("history_rows"));
	self->reader = begin_reader();
	for (i = 0; i < 3; i++) {
		wait_until_slow();
		ms = time_to_switch_off();
		note("switched off in %lld ms, of at most %lld", ms, most);
		EXPECT_GT(most, ms);
		EXPECT_EQ(0, proc_stat("history_rows"));
		history_on();
		make_rows();
	}
	EXPECT_EQ(0, waitpid(self->reader, NULL, WNOHANG));
}

/*
 * Neither does the end of a namespace wait: not that of the one that ends first, nor that of
 * the next, of which an end is seen here.
 */
TEST_F_TIMEOUT(life, namespaces_end, 600)
{
	struct deadline d;
	long long begin;

	make_rows();
	self->reader = begin_reader();
	wait_until_slow();
	run("ip netns add sockport-first; ip netns add sockport-second");
	run("ip link add sp-near type veth peer name sp-far netns sockport-second");
	ASSERT_NE(0, if_nametoindex("sp-near"));
	self->switcher = fork();
	if (!self->switcher) {
		module_parameter("history", "N", NULL);
		_exit(0);
	}
	usleep(500000);
	begin = now_ms();
	run("ip netns del sockport-first");
	run("sleep 1; ip netns del sockport-second");
	for (d = deadline(); if_nametoindex("sp-near") && now_ms() < begin + 15000;)
		deadline_wait(&d, "the end of a namespace");
	note("ended in %lld ms", now_ms() - begin);
	EXPECT_EQ(0, if_nametoindex("sp-near"));
	EXPECT_EQ(0, waitpid(self->reader, NULL, WNOHANG));
}

/* How often a lock is held to add up what sockets did, so far. */
static unsigned long long folds(void)
{
	unsigned long long count = 0;
	char line[256];
	FILE *file;

	file = fopen(TRACING "/kprobe_profile", "re");
	if (!file)
		die("kprobe_profile: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " folds %llu", &count) == 1)
			break;
	fclose(file);
	return count;
}

/*
 * History that began with room for few sockets has chains for few. When there is to be room
 * for many, those that are there get as many chains, which shows in how they are gone
 * through: few at a time.
 */
TEST_F_TIMEOUT(life, grown, 600)
{
	static const char *const rooms[] = { "5000", "40000", "1048576" };
	struct rlimit files = { 1 << 14, 1 << 14 };
	struct stream stream[1500];
	unsigned long long before;
	uint64_t lost;
	unsigned int i;
	int listener;

	if (access(TRACING "/kprobe_events", W_OK))
		SKIP(return, "the kernel has no kprobes");
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	module_parameter("history_sockets", "1000", self->sockets);
	history_restart();
	lost = proc_stat("history_sockets_lost");
	run("echo p:" FOLDS " sockport:fold_run >>" TRACING "/kprobe_events");
	self->traced = true;
	run("echo 1 >" TRACING "/events/" FOLDS "/enable");

	listener = socket_listen(AF_INET, "127.0.0.1", PORT + LOAD_WORKERS, 5);
	for (i = 0; i < 300; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	self->load = load_begin(PORT, ~0U);
	load_watch(self->load, load_look_netlink);
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		uint64_t until = load_count(self->load) + 100;
		struct deadline d = deadline();

		module_parameter("history_sockets", rooms[i], NULL);
		while (load_count(self->load) < until)
			deadline_wait(&d, "connections");
	}
	EXPECT_EQ(0, load_end(self->load));
	EXPECT_EQ(0, load_differs(self->load, &self->client));
	for (i = 300; i < 1500; i++)
		stream[i] = stream_open(listener, AF_INET, "127.0.0.1");
	EXPECT_EQ(lost, proc_stat("history_sockets_lost"));
	EXPECT_LE(3000, proc_stat("history_sockets"));

	before = folds();
	EXPECT_EQ(1500, history_value(&self->client, SOCKPORT_ROLE_OUT, PORT + LOAD_WORKERS,
				      SOCKPORT_A_HISTORY_OPENED));
	note("%llu holds for %llu sockets", folds() - before,
	     (unsigned long long)proc_stat("history_sockets"));
	/* There were 1024 chains. */
	EXPECT_LT(2000, folds() - before);
	for (i = 0; i < 1500; i++) {
		stream_shut(&stream[i], CLIENT_FIRST);
		stream_close(&stream[i]);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT + LOAD_WORKERS, H(OPENED, 1500),
				 H(CLOSED, 1500)));
	close(listener);
}

TEST_HARNESS_MAIN
