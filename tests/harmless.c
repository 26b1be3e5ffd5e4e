// SPDX-License-Identifier: GPL-2.0
/*
 * harmless.c - the module comes and goes, whoever uses it, and leaves nothing
 *
 * Each test unloads the module and loads it again, with sockets, readers and
 * namespaces coming and going meanwhile. Afterwards the kernel must not have
 * complained, and must hold no more sockets and namespaces than before.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/churn.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/slabs.h"

#define HELPERS	8

FIXTURE(harmless) {
	struct slabs slabs;
	pid_t	helper[HELPERS];
	int	helpers;
};

FIXTURE_SETUP(harmless)
{
	memset(self, 0, sizeof(*self));
	if (!module_loaded())
		module_load();
	netns_enter();
	netns_sysctl("ipv4/tcp_max_tw_buckets", "500");
	slabs_count(&self->slabs);
	kernel_log_begin();
}

/* Time-wait sockets go with their namespace. */
FIXTURE_TEARDOWN(harmless)
{
	unsigned int i;

	for (i = 0; i < (unsigned int)self->helpers; i++) {
		kill(self->helper[i], SIGKILL);
		waitpid(self->helper[i], NULL, 0);
	}
	if (!module_loaded())
		module_load();
	closefrom(3);
	netns_enter_bare();
	EXPECT_EQ(0, module_users());
	EXPECT_STREQ("", kernel_log_complaint());
	slabs_wait(&self->slabs, 1);
}

/* A process that does one thing again and again. */
#define helper(self, action) do { \
	pid_t helper_parent = getpid(), helper_pid = fork(); \
	if (helper_pid < 0) \
		die("fork: %s", strerror(errno)); \
	if (!helper_pid) { \
		prctl(PR_SET_PDEATHSIG, SIGKILL); \
		while (getppid() == helper_parent) { \
			action; \
			leave_time(); \
		} \
		_exit(0); \
	} \
	(self)->helper[(self)->helpers++] = helper_pid; \
} while (0)

/* The file may be gone, before it is opened and while it is read. */
static void read_file(const char *name)
{
	static char piece[5000];
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		return;
	while (read(fd, piece, sizeof(piece)) > 0)
		;
	close(fd);
}

/* So may the family be. */
static void dump_once(uint8_t command)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	static struct client client;
	static struct request request;
	static char buffer[1 << 15];

	client.nl = nl;
	client.buffer = buffer;
	client.room = sizeof(buffer);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("generic netlink: %s", strerror(errno));
	client.family = client_family(&client);
	if (client.family) {
		request_begin(&client, &request, command, NLM_F_DUMP);
		client_run(&client, &request, NULL, NULL);
	}
	mnl_socket_close(nl);
}

/* The end of one holds up the module's coming and going, for seconds on a debug kernel. */
static void live_in_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	fd = socket_bound(AF_INET, SOCK_STREAM, 0, "0.0.0.0", 8000);
	read_file(PROC_PORTS);
	read_file(PROC_SOCKETS);
	close(fd);
	usleep(scaled(0, 5000000));
}

static void begin_traffic(struct churn *churn)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", 8000, 128);
	int listener6 = socket_listen(AF_INET6, "2001:db8::1", 8001, 128);

	churn_begin(churn);
	churn_connections(churn, listener, "127.0.0.1");
	churn_connections(churn, listener6, "2001:db8::1");
	churn_datagrams(churn, 7000);
	churn_idle(churn, 8002);
	close(listener);
	close(listener6);
}

/* Something must have happened in each cycle. */
static void wait_for_traffic(const struct churn *churn)
{
	uint64_t until = churn_count(churn) + 5;
	struct deadline d = deadline();

	while (churn_count(churn) < until)
		deadline_wait(&d, "traffic");
}

/*
 * Each fourth time with history, whose probes take a second to come and go where the
 * processor is emulated.
 */
TEST_F_TIMEOUT(harmless, cycles, 3600)
{
	unsigned int cycles = scaled(200, 6), i;
	struct churn churn;

	begin_traffic(&churn);
	helper(self, read_file(PROC_SOCKETS));
	helper(self, read_file(PROC_PORTS));
	helper(self, dump_once(SOCKPORT_CMD_SOCKET_GET));
	helper(self, live_in_namespace());
	go_first();
	for (i = 0; i < cycles; i++) {
		module_unload();
		wait_for_traffic(&churn);
		module_load_with(i % 4 ? "history=N" : "");
		wait_for_traffic(&churn);
	}
	note("%u cycles, %llu sockets and connections meanwhile", cycles,
	     (unsigned long long)churn_count(&churn));
	churn_end(&churn);
}

#define LISTENERS	800

/* They are taken in when history begins. */
static void many_listeners(void)
{
	unsigned int i;

	for (i = 0; i < LISTENERS; i++)
		socket_listen(AF_INET, "127.0.0.1", 10000 + i, 1);
}

static void load_killed(int with, long long after_ms)
{
	pid_t pid = fork();

	if (!pid) {
		module_load();
		_exit(0);
	}
	usleep(after_ms * 1000);
	kill(pid, with);
	waitpid(pid, NULL, 0);
}

/* Whenever a load is killed: there is a module that works, or none. */
TEST_F_TIMEOUT(harmless, interrupted, 1800)
{
	unsigned int loads = scaled(30, 8), bare = 0, absent = 0, i;
	unsigned long long followed;
	char history[32];
	long long took;

	many_listeners();
	helper(self, read_file(PROC_SOCKETS));
	helper(self, dump_once(SOCKPORT_CMD_SOCKET_GET));
	module_unload();
	took = now_ms();
	module_load();
	took = now_ms() - took;
	for (i = 0; i < loads; i++) {
		if (module_loaded())
			module_unload();
		load_killed(i % 2 ? SIGKILL : SIGINT, took * i / loads);
		if (!module_loaded()) {
			absent++;
			continue;
		}
		followed = proc_stat("history_sockets");
		module_parameter("history", "Y", history);
		/* The parameter tells whether there is one. */
		EXPECT_EQ(*history == 'Y', followed > 0);
		bare += !followed;
		EXPECT_LE(LISTENERS, proc_stat("history_sockets"));
	}
	note("a load takes %lld ms; of %u that were killed %u left no module, %u one without history",
	     took, loads, absent, bare);
}

TEST_F_TIMEOUT(harmless, file_half_read, 600)
{
	static const char *const files[] = { PROC_SOCKETS, PROC_PORTS, PROC_STATS };
	int fd[6], i;
	char piece[100];

	for (i = 0; i < 600; i++)
		socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000 + i);
	for (i = 0; i < 6; i++) {
		fd[i] = open(files[i / 2], O_RDONLY);
		ASSERT_LE(0, fd[i]);
		/* Every other one has not been read at all. */
		if (i % 2)
			ASSERT_LT(0, read(fd[i], piece, sizeof(piece)));
	}
	/* An open file is no reason to stay. */
	ASSERT_EQ(0, module_try_unload());
	for (i = 0; i < 6; i++) {
		EXPECT_GE(0, read(fd[i], piece, sizeof(piece)));
		EXPECT_GE(0, pread(fd[i], piece, sizeof(piece), 0));
		lseek(fd[i], 0, SEEK_SET);
	}
	EXPECT_EQ(-1, open(PROC_SOCKETS, O_RDONLY));
	EXPECT_EQ(-1, open("/proc/sockport", O_RDONLY));
	module_load();
	/* They belong to the module that has gone. */
	for (i = 0; i < 6; i++) {
		EXPECT_GE(0, read(fd[i], piece, sizeof(piece)));
		EXPECT_EQ(0, close(fd[i]));
	}
}

/* A page that never comes: who reads into it stays inside the file until it is killed. */
static void read_for_ever(const char *name)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fault = syscall(SYS_userfaultfd, O_CLOEXEC), fd = open(name, O_RDONLY);
	void *page;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (uintptr_t)page;
	range.range.len = 4096;
	if (fault < 0 || fd < 0 || page == MAP_FAILED || ioctl(fault, UFFDIO_API, &api) ||
	    ioctl(fault, UFFDIO_REGISTER, &range))
		die("a page that never comes: %s", strerror(errno));
	if (read(fd, page, 4096) > 0)
		die("it came");
}

static void wait_for_text(const char *path, const char *text)
{
	struct deadline d = deadline();
	char found[64] = "";
	FILE *file;

	for (;;) {
		file = fopen(path, "re");
		if (!file || !fgets(found, sizeof(found), file))
			found[0] = 0;
		if (file)
			fclose(file);
		if (!strncmp(found, text, strlen(text)))
			return;
		deadline_wait(&d, text);
	}
}

static pid_t in_background(void (*action)(void))
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		action();
		_exit(0);
	}
	return pid;
}

static void read_ports_for_ever(void)
{
	read_for_ever(PROC_PORTS);
}

static void make_namespaces(void)
{
	unsigned int i;

	for (i = 0; i < 20; i++)
		if (unshare(CLONE_NEWNET))
			die("unshare: %s", strerror(errno));
}

/* The module waits for who is inside a file, but namespaces do not wait for the module. */
TEST_F_TIMEOUT(harmless, reader_inside, 600)
{
	pid_t reader, unloader, maker;
	struct deadline d;
	char path[64];

	reader = self->helper[self->helpers++] = in_background(read_ports_for_ever);
	snprintf(path, sizeof(path), "/proc/%d/wchan", reader);
	wait_for_text(path, "handle_userfault");
	unloader = self->helper[self->helpers++] = in_background(module_unload);
	snprintf(path, sizeof(path), "/proc/%d/wchan", unloader);
	wait_for_text(path, "proc_entry_rundown");
	maker = self->helper[self->helpers++] = in_background(make_namespaces);
	for (d = deadline(); waitpid(maker, NULL, WNOHANG) != maker;)
		deadline_wait(&d, "namespaces are made");
	/* It has waited all the time. */
	EXPECT_EQ(0, waitpid(unloader, NULL, WNOHANG));
	kill(reader, SIGKILL);
	EXPECT_EQ(reader, waitpid(reader, NULL, 0));
	EXPECT_EQ(unloader, waitpid(unloader, NULL, 0));
	self->helpers = 0;
	EXPECT_FALSE(module_loaded());
}

TEST_F_TIMEOUT(harmless, dump_pending, 600)
{
	struct client client = client_open_with(4096);
	struct request *request = malloc(sizeof(*request));
	struct rows rows = { 0 };
	int i, command;

	for (i = 0; i < 1000; i++)
		socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000 + i);
	for (command = SOCKPORT_CMD_PORT_GET; command <= SOCKPORT_CMD_SOCKET_GET; command++) {
		/* Read to its end, the dump is the last to use the module. */
		request_begin(&client, request, command, NLM_F_DUMP);
		request_send(&client, request);
		EXPECT_EQ(-EAGAIN, module_try_unload());
		ASSERT_EQ(0, client_receive(&client, NULL, &rows));
		EXPECT_EQ(0, module_try_unload());
		module_load();
		client_close(&client);
		client = client_open_with(4096);
		/* Closed in the middle, as well. */
		request_begin(&client, request, command, NLM_F_DUMP);
		request_send(&client, request);
		ASSERT_LT(0, mnl_socket_recvfrom(client.nl, client.buffer, client.room));
		EXPECT_EQ(-EAGAIN, module_try_unload());
		client_close(&client);
		module_unload();
		module_load();
		client = client_open_with(4096);
	}
	client_close(&client);
	free(request);
}

/* Nobody is asked to stop: unload goes through as soon as no dump is open. */
TEST_F_TIMEOUT(harmless, amid_dumps, 1800)
{
	unsigned int rounds = scaled(40, 4), i;

	for (i = 0; i < 800; i++)
		socket_bound(AF_INET, i % 2 ? SOCK_DGRAM : SOCK_STREAM, 0, "127.0.0.1", 8000 + i);
	helper(self, dump_once(SOCKPORT_CMD_SOCKET_GET));
	helper(self, dump_once(SOCKPORT_CMD_PORT_GET));
	helper(self, read_file(PROC_SOCKETS));
	helper(self, read_file(PROC_PORTS));
	helper(self, read_file("/proc/sockport"));
	helper(self, read_file(PROC_STATS));
	go_first();
	for (i = 0; i < rounds; i++) {
		usleep(i % 7 * 1000);
		module_unload();
		module_load();
	}
}

/* Walks take references to sockets: none may stay. */
TEST_F_TIMEOUT(harmless, walks, 1800)
{
	unsigned int rounds = scaled(300, 20), i;
	struct client client = client_open();
	struct churn churn;
	struct rows rows;

	begin_traffic(&churn);
	for (i = 0; i < rounds; i++) {
		rows = client_rows(&client, ALL_GROUPS);
		rows_free(&rows);
		read_file(PROC_PORTS);
	}
	churn_end(&churn);
	client_close(&client);
}

TEST_HARNESS_MAIN
