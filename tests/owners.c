// SPDX-License-Identifier: GPL-2.0
/*
 * owners.c - a socket's processes are those whose /proc/PID/fd has it
 *
 * The oracle is /proc, with the eyes of who asks. What no file refers to takes
 * the owner of its port's listener, and says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/fds.h"
#include "lib/loss.h"
#include "lib/netns.h"

#define PORT	8000
#define USER	1234
#define OTHER	4321
#define WANT	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_OWNER | SOCKPORT_WANT_COOKIE)
#define HELPERS	40

FIXTURE(owners) {
	struct client	client;
	pid_t		helper[HELPERS];
	int		helpers;
};

FIXTURE_SETUP(owners)
{
	memset(self, 0, sizeof(*self));
	netns_enter();
	self->client = client_open();
	row_kinds = ROW_KIND(TCP) | ROW_KIND(UDP);
}

FIXTURE_TEARDOWN(owners)
{
	int i;

	for (i = 0; i < self->helpers; i++) {
		kill(self->helper[i], SIGKILL);
		waitpid(self->helper[i], NULL, 0);
	}
	client_close(&self->client);
}

/* A process that does something, says so, and then waits for its end. */
#define helper(self, action) do { \
	int helper_pipe[2]; \
	char helper_byte; \
	pid_t helper_pid; \
	if (pipe(helper_pipe)) \
		die("pipe: %s", strerror(errno)); \
	helper_pid = fork(); \
	if (!helper_pid) { \
		prctl(PR_SET_PDEATHSIG, SIGKILL); \
		close(helper_pipe[0]); \
		action; \
		if (write(helper_pipe[1], "r", 1) != 1) \
			_exit(1); \
		close(helper_pipe[1]); \
		for (;;) \
			pause(); \
	} \
	close(helper_pipe[1]); \
	if (helper_pid < 0 || read(helper_pipe[0], &helper_byte, 1) != 1) \
		die("a helper does not come up"); \
	close(helper_pipe[0]); \
	(self)->helper[(self)->helpers++] = helper_pid; \
} while (0)

/* Rows that are wrong, of at least so many that have a process. */
static unsigned int wrong_rows(struct client *client, const char *proc, unsigned int least)
{
	struct fd_holders holders = fd_holders(proc);
	struct rows rows = client_rows(client, WANT);
	unsigned int wrong = rows_compare_holders(&rows, &holders), owned = 0;

	for_each_row(row, &rows)
		owned += row->processes > 0;
	note("%u of %zu sockets have processes", owned, rows.count);
	if (owned < least) {
		note("at least %u should", least);
		wrong++;
	}
	rows_free(&rows);
	fd_holders_free(&holders);
	return wrong;
}

static void nothing(void)
{
}

static void hand_over(int channel, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space,
				  .msg_controllen = sizeof(space) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(channel, &message, 0) != 1)
		die("sendmsg: %s", strerror(errno));
}

static int take_over(int channel)
{
	char space[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space,
				  .msg_controllen = sizeof(space) };
	int fd;

	if (recvmsg(channel, &message, 0) != 1)
		die("recvmsg: %s", strerror(errno));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void duplicate(int fd)
{
	if (dup2(fd, 300) != 300 || dup2(fd, 200) != 200)
		die("dup2: %s", strerror(errno));
	close(fd);
}

/* Forked, duplicated, closed in one of two, passed on and closed here. */
TEST_F_TIMEOUT(owners, descriptors, 300)
{
	int channel[2], fd[5], i;

	for (i = 0; i < 5; i++)
		fd[i] = socket_listen(AF_INET, "127.0.0.1", PORT + i, 5);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, channel));
	helper(self, close(fd[0]));
	helper(self, duplicate(fd[1]));
	helper(self, (close(fd[3]), close(fd[4])));
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 5));
	/* On its way from one to another, nobody has it. */
	hand_over(channel[0], fd[4]);
	close(fd[4]);
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 5));
	helper(self, take_over(channel[1]));
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 5));
	for (i = 0; i < 4; i++)
		close(fd[i]);
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 5));
}

static pthread_barrier_t barrier;

static __attribute__((noreturn)) void stay(void)
{
	for (;;)
		pause();
}

static void *own_table(void *argument)
{
	(void)argument;
	if (unshare(CLONE_FILES))
		die("unshare: %s", strerror(errno));
	socket_listen(AF_INET, "127.0.0.1", PORT + 1, 5);
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT + 1);
	pthread_barrier_wait(&barrier);
	stay();
}

static void *same_table(void *argument)
{
	(void)argument;
	pthread_barrier_wait(&barrier);
	stay();
}

static void start_threads(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 4);
	if (pthread_create(&thread, NULL, own_table, NULL) ||
	    pthread_create(&thread, NULL, same_table, NULL) ||
	    pthread_create(&thread, NULL, same_table, NULL))
		die("no threads");
	pthread_barrier_wait(&barrier);
}

TEST_F_TIMEOUT(owners, unshared_files, 300)
{
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	helper(self, start_threads());
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 3));
}

/* The thread that has the process' number exits, others stay. */
TEST_F_TIMEOUT(owners, leader_gone, 300)
{
	struct deadline d = deadline();
	char path[64], line[128];
	FILE *stat;
	int fd;

	fd = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	helper(self, ({
		start_threads();
		if (write(helper_pipe[1], "r", 1) != 1)
			_exit(1);
		syscall(SYS_exit, 0);
	}));
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/stat", self->helper[0]);
	for (;;) {
		stat = fopen(path, "r");
		ASSERT_NE(NULL, stat);
		ASSERT_NE(NULL, fgets(line, sizeof(line), stat));
		fclose(stat);
		if (strstr(line, ") Z "))
			break;
		deadline_wait(&d, "the leader is gone");
	}
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 3));
}

TEST_F_TIMEOUT(owners, long_table, 900)
{
	unsigned int count = scaled(50000, 3000);

	helper(self, sockets_many(SOCK_DGRAM, 1024, count));
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", count));
}

/* Twenty processes have one listener: all are counted, sixteen are told. */
TEST_F_TIMEOUT(owners, many_processes, 300)
{
	const struct port *port;
	struct ports ports;
	int i;

	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	for (i = 0; i < 19; i++)
		helper(self, nothing());
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 2));
	ports = client_ports_of(&self->client, SOCKPORT_WANT_PROCESSES, NETNS_OWN);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_EQ(16, port->processes);
	EXPECT_TRUE(port->processes_more);
	ports_free(&ports);
}

/* Of a port those count that listen, and not who has a connection only. */
TEST_F_TIMEOUT(owners, of_ports, 300)
{
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5), server;
	const struct port *port;
	struct ports ports;

	socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	server = socket_accept(listener);
	helper(self, close(server));
	close(listener);
	ports = client_ports_of(&self->client, SOCKPORT_WANT_PROCESSES, NETNS_OWN);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_EQ(1, port->processes);
	EXPECT_EQ(self->helper[0], port->process[0]);
	EXPECT_FALSE(port->processes_more);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_EQ(2, port->processes);
	ports_free(&ports);
	ports = client_ports(&self->client);
	port = ports_find(&ports, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, PORT);
	ASSERT_NE(NULL, port);
	EXPECT_EQ(0, port->processes);
	ports_free(&ports);
}

static bool by_port(const struct row *row, pid_t pid)
{
	return row && row->extra & EXTRA_BY_PORT && row->processes == 1 &&
	       row->detail->told_processes == 1 && row->detail->process[0].pid == (uint32_t)pid &&
	       row->detail->process[0].fd == ~0U;
}

/* Connections that no file refers to have the owner of their port. */
TEST_F_TIMEOUT(owners, by_port, 300)
{
	struct connection slots[SLOTS];
	const struct lane *lane = &lanes[LANE_V4];
	struct fd_holders holders;
	struct rows rows;
	unsigned int seen = 0, port;

	loss_begin();
	connection_states(lane, slots);
	rows = client_rows(&self->client, WANT);
	holders = fd_holders("/proc");
	EXPECT_EQ(0, rows_compare_holders(&rows, &holders));
	port = slot_port(lane, SLOT_SYN_RECV);
	for_each_row(row, &rows) {
		if (row->local_port == port && row->state == SOCKPORT_STATE_SYN_RECV) {
			EXPECT_TRUE(by_port(row, getpid()));
			seen++;
		}
		if (row->local_port == slot_port(lane, SLOT_WAITING) &&
		    row->state == SOCKPORT_STATE_ESTABLISHED) {
			EXPECT_TRUE(by_port(row, getpid()));
			seen++;
		}
		/* Without a listener there is nobody. */
		if (row->local_port == slot_port(lane, SLOT_DRAINING) && !(row->known & ROW_INODE))
			EXPECT_EQ(0, row->processes);
	}
	EXPECT_LE(2, seen);
	rows_free(&rows);
	fd_holders_free(&holders);
}

static int time_wait_rows(const struct nlmsghdr *nlh, void *rows)
{
	return client_add_row(nlh, rows);
}

/* Also where the listener itself is not asked for. */
TEST_F_TIMEOUT(owners, by_port_filtered, 300)
{
	struct request *request = malloc(sizeof(*request));
	struct connection connection = connection_open(&lanes[LANE_V4], PORT);
	struct rows rows = { 0 };
	struct nlattr *nest;

	close(connection.server);
	connection_wait_row(connection.client_port, PORT, SOCKPORT_STATE_CLOSE_WAIT);
	close(connection.client);
	connection_wait_row(PORT, connection.client_port, SOCKPORT_STATE_TIME_WAIT);
	request_begin(&self->client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_FILTER_STATES, 1 << SOCKPORT_STATE_TIME_WAIT);
	mnl_attr_nest_end(request->nlh, nest);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, WANT | SOCKPORT_WANT_TCP_INFO);
	ASSERT_EQ(0, client_run(&self->client, request, time_wait_rows, &rows));
	ASSERT_EQ(1, rows.count);
	EXPECT_EQ(SOCKPORT_STATE_TIME_WAIT, rows.row[0].state);
	EXPECT_TRUE(by_port(&rows.row[0], getpid()));
	rows_free(&rows);
	free(request);
}

/* A child of it has sockets, ends, and is followed by the next. */
static void breed(int listener)
{
	pid_t parent, pid;
	int i;

	close(listener);
	parent = getpid();
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {
		pid = fork();
		if (!pid) {
			for (i = 0; i < 20; i++)
				socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", 0);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

/* Processes come and go with descriptors of theirs; those that stay are told rightly. */
TEST_F_TIMEOUT(owners, exiting, 600)
{
	unsigned int rounds = scaled(100, 10), i, wrong = 0, stable = 0;
	int listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	struct rows rows;

	helper(self, nothing());
	for (i = 0; i < 3; i++)
		helper(self, breed(listener));
	for (i = 0; i < rounds; i++) {
		rows = client_rows(&self->client, WANT);
		for_each_row(row, &rows) {
			if (row->local_port != PORT)
				continue;
			stable++;
			wrong += row->processes != 2;
		}
		rows_free(&rows);
	}
	EXPECT_EQ(rounds, stable);
	EXPECT_EQ(0, wrong);
}

static void drop_to(unsigned int id)
{
	if (setresgid(id, id, id) || setresuid(id, id, id) || prctl(PR_SET_DUMPABLE, 1))
		die("drop rights: %s", strerror(errno));
}

/* What belongs to a user, to another, and to the user but not to be looked at. */
static void open_as(unsigned int uid, unsigned int gid, int dumpable, uint16_t port)
{
	if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, dumpable))
		die("drop rights: %s", strerror(errno));
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", port);
}

static int see_as_user(const char *hidepid)
{
	char options[32];
	struct client client;

	if (hidepid) {
		snprintf(options, sizeof(options), "hidepid=%s", hidepid);
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("proc", "/proc", "proc", 0, options))
			die("proc with %s: %s", options, strerror(errno));
	}
	drop_to(USER);
	client = client_open();
	return wrong_rows(&client, "/proc", 1);
}

TEST_F_TIMEOUT(owners, unprivileged, 600)
{
	helper(self, open_as(USER, USER, 1, PORT));
	helper(self, open_as(USER, USER, 0, PORT + 1));
	helper(self, open_as(OTHER, OTHER, 1, PORT + 2));
	helper(self, open_as(USER, OTHER, 1, PORT + 3));
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT + 4);
	EXPECT_EQ(0, wrong_rows(&self->client, "/proc", 5));
	EXPECT_EQ(0, in_child(see_as_user(NULL)));
	EXPECT_EQ(0, in_child(see_as_user("0")));
	EXPECT_EQ(0, in_child(see_as_user("1")));
	EXPECT_EQ(0, in_child(see_as_user("2")));
}

static unsigned int owned(struct client *client)
{
	struct rows rows = client_rows(client, WANT);
	unsigned int count = 0;

	for_each_row(row, &rows)
		count += row->processes > 0;
	rows_free(&rows);
	return count;
}

/* Both count: who opened the socket, and who sends the request. */
TEST_F_TIMEOUT(owners, judged_by_both, 300)
{
	struct client root = client_open(), user;

	helper(self, open_as(OTHER, OTHER, 1, PORT));
	EXPECT_EQ(1, owned(&root));
	become(USER);
	user = client_open();
	EXPECT_EQ(0, owned(&user));
	EXPECT_EQ(0, owned(&root));
	become(0);
	EXPECT_EQ(0, owned(&user));
	EXPECT_EQ(1, owned(&root));
	client_close(&root);
	client_close(&user);
}

/*
 * A dump whose first message finds no room is begun when somebody reads. That
 * may be another than who asked.
 */
TEST_F_TIMEOUT(owners, put_off, 300)
{
	struct request *request = malloc(sizeof(*request));
	struct rows rows = { 0 };
	struct client user;
	int size = 1;

	helper(self, open_as(OTHER, OTHER, 1, PORT));
	become(USER);
	user = client_open();
	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(user.nl), SOL_SOCKET, SO_RCVBUF, &size,
				sizeof(size)));
	request_begin(&user, request, SOCKPORT_CMD_STATS_GET, 0);
	request_send(&user, request);
	request_begin(&user, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, WANT | SOCKPORT_WANT_CGROUP);
	request_send(&user, request);
	become(0);
	size = 1 << 20;
	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(user.nl), SOL_SOCKET, SO_RCVBUF, &size,
				sizeof(size)));
	/* The account of the module, and that there was no room. */
	while (mnl_socket_recvfrom(user.nl, user.buffer, user.room) <= 0)
		ASSERT_EQ(ENOBUFS, errno);
	while (client_receive(&user, client_add_row, &rows) == -ENOBUFS)
		;
	ASSERT_EQ(0, user.error);
	ASSERT_EQ(1, rows.count);
	EXPECT_EQ(0, rows.row[0].processes);
	EXPECT_FALSE(rows.row[0].extra & EXTRA_CGROUP);
	rows_free(&rows);
	client_close(&user);
	free(request);
}

/* In a pid namespace, its own numbers; whoever is outside has none. */
static int see_inside(void)
{
	struct client client;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		die("proc: %s", strerror(errno));
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT + 1);
	client = client_open();
	return wrong_rows(&client, "/proc", 1) || owned(&client) != 1;
}

static int pid_namespace(void)
{
	int status;
	pid_t pid;

	closefrom(3);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		die("pid namespace: %s", strerror(errno));
	pid = fork();
	if (!pid)
		_exit(see_inside());
	waitpid(pid, &status, 0);
	return status;
}

TEST_F_TIMEOUT(owners, pid_namespace, 300)
{
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	helper(self, nothing());
	EXPECT_EQ(0, in_child(pid_namespace()));
}

/* The cgroup that the socket was made in; of others only with the right to see. */
static int see_cgroup(const char *expected, unsigned int seen)
{
	struct client client = client_open();
	struct rows rows = client_rows(&client, SOCKPORT_WANT_CGROUP);
	unsigned int right = 0, told = 0;

	for_each_row(row, &rows) {
		told += !!(row->extra & EXTRA_CGROUP);
		right += !strcmp(row->detail->cgroup, expected);
	}
	if (right != seen)
		note("%u of %u cgroups are %s", right, told, expected);
	return right != seen;
}

static void join_cgroup(const char *directory)
{
	char path[128], pid[16];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	snprintf(pid, sizeof(pid), "%d", getpid());
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, pid, strlen(pid)) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

TEST_F_TIMEOUT(owners, cgroup, 300)
{
	static const char top[] = "/tmp/sockport-cgroup";

	mkdir(top, 0700);
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("none", top, "cgroup2", 0, NULL));
	mkdir("/tmp/sockport-cgroup/web.service", 0755);
	helper(self, ({
		join_cgroup("/tmp/sockport-cgroup/web.service");
		open_as(USER, USER, 1, PORT);
	}));
	EXPECT_EQ(0, see_cgroup("/web.service", 1));
	EXPECT_EQ(0, in_child(({ drop_to(USER); see_cgroup("/web.service", 1); })));
	EXPECT_EQ(0, in_child(({ drop_to(OTHER); see_cgroup("/web.service", 0); })));
	kill(self->helper[0], SIGKILL);
	waitpid(self->helper[0], NULL, 0);
	self->helpers = 0;
	EXPECT_EQ(0, rmdir("/tmp/sockport-cgroup/web.service"));
	umount2(top, MNT_DETACH);
}

static unsigned int unlisted(struct client *client, uint64_t inode, uint8_t protocol)
{
	struct rows rows = client_rows(client, WANT | SOCKPORT_WANT_UNLISTED);
	unsigned int count = 0;

	for_each_row(row, &rows)
		if (row->known & ROW_INODE && row->inode == inode)
			count += row->extra & EXTRA_UNLISTED && row->protocol == protocol &&
				 row->processes == 2 ? 1 : 100;
	rows_free(&rows);
	return count;
}

/* What is in no table is found by its file, once, whoever has it how often. */
TEST_F_TIMEOUT(owners, unlisted, 300)
{
	int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET6, SOCK_DGRAM, 0);
	static const int raws[] = { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_ICMP };
	int alg = socket(AF_ALG, SOCK_SEQPACKET, 0), bound, i;
	struct rows rows;

	row_kinds = ROW_KINDS_ALL;
	bound = socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", PORT);
	helper(self, dup(tcp));
	EXPECT_EQ(1, unlisted(&self->client, socket_inode(tcp), SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(1, unlisted(&self->client, socket_inode(udp), SOCKPORT_PROTOCOL_UDP));
	if (alg >= 0)
		EXPECT_EQ(1, unlisted(&self->client, socket_inode(alg), SOCKPORT_PROTOCOL_OTHER));
	EXPECT_EQ(100, unlisted(&self->client, socket_inode(bound), SOCKPORT_PROTOCOL_TCP));
	/* A raw socket is one whatever its protocol is. */
	for (i = 0; i < 3; i++) {
		int raw = socket(AF_INET, SOCK_RAW, raws[i]);

		EXPECT_LE(0, raw);
		EXPECT_EQ(100, unlisted(&self->client, socket_inode(raw), SOCKPORT_PROTOCOL_RAW));
		raw = socket(AF_INET6, SOCK_RAW, raws[i]);
		EXPECT_LE(0, raw);
		EXPECT_EQ(100, unlisted(&self->client, socket_inode(raw), SOCKPORT_PROTOCOL_RAW));
	}
	rows = client_rows(&self->client, WANT);
	for_each_row(row, &rows)
		EXPECT_FALSE(row->extra & EXTRA_UNLISTED);
	rows_free(&rows);
	/* Another user's are not there at all. */
	become(USER);
	client_close(&self->client);
	self->client = client_open();
	EXPECT_EQ(0, unlisted(&self->client, socket_inode(tcp), SOCKPORT_PROTOCOL_TCP));
	become(0);
}

TEST_HARNESS_MAIN
