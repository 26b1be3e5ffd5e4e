// SPDX-License-Identifier: GPL-2.0
/*
 * private.c - a reader sees what the kernel lets them see anyway
 *
 * Marks need CAP_NET_ADMIN over the namespace, judged by who opened the file or
 * the socket. A namespace shows its own sockets, and to others only with
 * CAP_NET_ADMIN over it. No kernel address is in what anybody gets.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/netns.h"
#include "lib/procnet.h"
#include "lib/stream.h"

#define NOBODY	65534
#define OWNER	1234
#define MARK	42
#define PORT	8000

/* Marks that the rows of a listing show; -1 if there are no rows. */
static int marks(struct rows rows)
{
	int count = rows.count ? 0 : -1;

	for_each_row(row, &rows)
		count += row->known & ROW_MARK && row->mark == MARK;
	rows_free(&rows);
	return count;
}

static int marks_of_file(int fd)
{
	char *text = read_text_fd(fd, 4096);
	int count = marks(listing_rows(text));

	free(text);
	close(fd);
	return count;
}

static int open_listing(void)
{
	int fd = open(PROC_SOCKETS, O_RDONLY);

	if (fd < 0)
		die("%s: %s", PROC_SOCKETS, strerror(errno));
	return fd;
}

FIXTURE(private) {
	int	fd;
};

FIXTURE_SETUP(private)
{
	netns_enter();
	become(OWNER);
	self->fd = socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	become(0);
	socket_option(self->fd, SOL_SOCKET, SO_MARK, MARK);
}

FIXTURE_TEARDOWN(private)
{
	become(0);
	close(self->fd);
}

TEST_F_TIMEOUT(private, mark_in_file, 300)
{
	int fd;

	EXPECT_EQ(1, marks_of_file(open_listing()));
	become(NOBODY);
	EXPECT_EQ(0, marks_of_file(open_listing()));
	/* Who opened it counts, not who reads it. */
	fd = open_listing();
	become(0);
	EXPECT_EQ(0, marks_of_file(fd));
	fd = open_listing();
	become(NOBODY);
	EXPECT_EQ(1, marks_of_file(fd));
}

/* Of a socket, both count. */
TEST_F_TIMEOUT(private, mark_over_netlink, 300)
{
	struct client root = client_open(), nobody;

	EXPECT_EQ(1, marks(client_rows(&root, SOCKPORT_WANT_OWNER)));
	become(NOBODY);
	nobody = client_open();
	EXPECT_EQ(0, marks(client_rows(&nobody, SOCKPORT_WANT_OWNER)));
	EXPECT_EQ(0, marks(client_rows(&root, SOCKPORT_WANT_OWNER)));
	become(0);
	EXPECT_EQ(0, marks(client_rows(&nobody, SOCKPORT_WANT_OWNER)));
	EXPECT_EQ(1, marks(client_rows(&root, SOCKPORT_WANT_OWNER)));
	client_close(&root);
	client_close(&nobody);
}

static void drop_all(void)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid: %s", strerror(errno));
	/* Own files below /proc/self, for user namespaces. */
	if (prctl(PR_SET_DUMPABLE, 1))
		die("dumpable: %s", strerror(errno));
}

/* All but the mark is in /proc/net/tcp for everyone, so it is here. */
static int see_all_but_mark(void)
{
	struct client client;
	struct rows rows, oracle;

	drop_all();
	rows = proc_rows();
	oracle = procnet_rows();
	if (rows.count != 1 || rows.row[0].known & ROW_MARK || rows.row[0].uid != OWNER ||
	    rows_compare("nobody", &oracle, &rows, PROCNET_FIELDS))
		return 1;
	client = client_open();
	rows = client_rows(&client, 0);
	return rows.count != 1 || rows.row[0].known & ROW_MARK ||
	       rows_compare("nobody, netlink", &oracle, &rows, PROCNET_FIELDS);
}

TEST_F_TIMEOUT(private, nobody, 300)
{
	EXPECT_EQ(0, in_child(see_all_but_mark()));
}

static void write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("%s: %s", file, strerror(errno));
	close(fd);
}

/*
 * Root of a user namespace that does not own this network namespace: owners
 * are strangers, as in /proc/net/tcp.
 */
static int see_as_stranger(void)
{
	struct client client;
	struct rows rows, oracle;

	drop_all();
	if (unshare(CLONE_NEWUSER))
		die("user namespace: %s", strerror(errno));
	oracle = procnet_rows();
	rows = proc_rows();
	if (rows.count != 1 || rows.row[0].known & ROW_MARK || rows.row[0].uid == OWNER ||
	    rows_compare("stranger", &oracle, &rows, PROCNET_FIELDS))
		return 1;
	client = client_open();
	rows = client_rows(&client, 0);
	return rows.count != 1 || rows.row[0].known & ROW_MARK ||
	       rows_compare("stranger, netlink", &oracle, &rows, PROCNET_FIELDS);
}

TEST_F_TIMEOUT(private, user_namespace, 300)
{
	EXPECT_EQ(0, in_child(see_as_stranger()));
}

/* Root of a user namespace that owns its network namespace, and no other. */
static int see_own_marks(pid_t outside)
{
	char file[64];
	int fd;

	drop_all();
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("user namespace: %s", strerror(errno));
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 65534 1");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	socket_option(fd, SOL_SOCKET, SO_MARK, MARK);
	if (bind(fd, (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET },
		 sizeof(struct sockaddr_in)))
		die("bind: %s", strerror(errno));
	if (marks_of_file(open_listing()) != 1)
		return 1;
	snprintf(file, sizeof(file), "/proc/%d/net/sockport_sockets", outside);
	return open(file, O_RDONLY) >= 0 || errno != EACCES;
}

TEST_F_TIMEOUT(private, own_namespace, 300)
{
	EXPECT_EQ(0, in_child(see_own_marks(getppid())));
}

/* Lines beyond the header, -1 if the file cannot be opened. */
static int lines_of(pid_t pid, const char *name)
{
	char file[64], *text;
	int count, fd;

	snprintf(file, sizeof(file), "/proc/%d/net/%s", pid, name);
	fd = open(file, O_RDONLY);
	if (fd < 0)
		return -1;
	text = read_text_fd(fd, 4096);
	count = text_lines(text) - 1;
	free(text);
	close(fd);
	return count;
}

/* A process in another namespace, with two more sockets; it ends with the pipe. */
static pid_t neighbour(int *ready, int *stop)
{
	int to[2], from[2];
	pid_t pid;
	char byte;

	if (pipe(to) || pipe(from))
		die("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		close(from[1]);
		netns_enter_bare();
		socket_bound(AF_INET, SOCK_STREAM, 0, "0.0.0.0", PORT + 1);
		socket_bound(AF_INET, SOCK_STREAM, 0, "0.0.0.0", PORT + 2);
		socket_bound(AF_INET, SOCK_DGRAM, 0, "0.0.0.0", PORT + 3);
		if (write(to[1], "r", 1) != 1 || read(from[0], &byte, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(to[1]);
	*ready = to[0];
	*stop = from[1];
	if (read(*ready, &byte, 1) != 1)
		die("the neighbour does not come up");
	return pid;
}

TEST_F_TIMEOUT(private, other_namespace, 300)
{
	static const char *const files[] = { "sockport", "sockport_sockets", "sockport_stats" };
	int ready, stop, i;
	pid_t pid = neighbour(&ready, &stop);
	struct rows rows = proc_rows();

	/* Ours are ours, theirs are theirs. */
	ASSERT_EQ(1, rows.count);
	EXPECT_EQ(PORT, rows.row[0].local_port);
	EXPECT_EQ(3, lines_of(pid, "sockport_sockets"));
	EXPECT_EQ(3, lines_of(pid, "sockport"));
	become(NOBODY);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-1, lines_of(pid, files[i]));
		EXPECT_EQ(EACCES, errno);
		/* Of another process, but of our namespace. */
		EXPECT_LT(0, lines_of(getpid(), files[i]));
	}
	become(0);
	close(stop);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
}

/* The namespace is that of the moment of opening. */
TEST_F_TIMEOUT(private, setns_after_open, 300)
{
	struct client client = client_open();
	int home = netns_open(), fd = open_listing(), ports = open(PROC_PORTS, O_RDONLY);
	struct rows rows;
	char *text;

	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	rows = proc_rows();
	EXPECT_EQ(0, rows.count);
	text = read_text_fd(fd, 4096);
	rows = listing_rows(text);
	ASSERT_EQ(1, rows.count);
	EXPECT_EQ(PORT, rows.row[0].local_port);
	free(text);
	text = read_text_fd(ports, 4096);
	EXPECT_EQ(1, listing_ports(text).count);
	free(text);
	rows = client_rows(&client, 0);
	EXPECT_EQ(1, rows.count);
	client_close(&client);
	client = client_open();
	rows = client_rows(&client, 0);
	EXPECT_EQ(0, rows.count);
	client_close(&client);
	close(fd);
	close(ports);
	netns_set(home);
	close(home);
}

/* Where x86-64 maps memory and itself. */
static bool is_kernel_address(uint64_t number)
{
	return (number >= 0xffff888000000000 && number < 0xffffeb0000000000) ||
	       (number >= 0xffffffff80000000 && number < 0xffffffffff000000);
}

static int text_addresses(const char *file)
{
	char *text = read_text(file, 4096), *at = text;
	int count = 0;
	size_t length;

	while (*at) {
		length = strspn(at, "0123456789abcdefABCDEF");
		if (length >= 12)
			count += is_kernel_address(strtoull(at, NULL, 16)) ||
				 is_kernel_address(strtoull(at, NULL, 10)) || length > 14;
		at += length ? length : 1;
	}
	if (count)
		note("%s: %s", file, text);
	free(text);
	return count;
}

/**
 * struct looked - what was looked at, and how often something was like an address
 */
struct looked {
	unsigned int	messages;
	unsigned int	addresses;
};

static int look_at_message(const struct nlmsghdr *nlh, void *data)
{
	const char *byte = (const char *)nlh;
	struct looked *looked = data;
	uint64_t number;
	uint32_t i;

	for (i = 0; i + sizeof(number) <= nlh->nlmsg_len; i += 4) {
		memcpy(&number, byte + i, sizeof(number));
		looked->addresses += is_kernel_address(number);
	}
	looked->messages++;
	return MNL_CB_OK;
}

/* Ask with all that may be wanted; there is something to be told. */
static int addresses_told(uint8_t command, uint16_t flags, uint16_t want)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();
	struct looked looked = { 0 };

	request_begin(&client, request, command, flags);
	if (want)
		mnl_attr_put_u32(request->nlh, want, ALL_GROUPS);
	if (client_run(&client, request, look_at_message, &looked))
		die("command %u: %s", command, client.message);
	client_close(&client);
	free(request);
	return looked.messages ? (int)looked.addresses : -1;
}

/* It is refused, and so there is a closed door, a program and an end. */
static void call_nobody(void)
{
	int fd = socket_connect(AF_INET, "127.0.0.1", PORT + 2, 0);

	if (stream_error(fd) != ECONNREFUSED)
		die("port %u is open", PORT + 2);
	close(fd);
}

TEST_F_TIMEOUT(private, no_kernel_address, 300)
{
	struct connection connection = connection_open(&lanes[LANE_V6], PORT + 1);

	history_on();
	call_nobody();
	EXPECT_TRUE(is_kernel_address(0xffff888003a5c000));
	EXPECT_EQ(0, text_addresses(PROC_SOCKETS));
	EXPECT_EQ(0, text_addresses(PROC_PORTS));
	EXPECT_EQ(0, text_addresses(PROC_STATS));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, SOCKPORT_A_SOCKET_WANT));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_PORT_GET, NLM_F_DUMP, SOCKPORT_A_PORT_WANT));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_CLOSED_DOOR_GET, NLM_F_DUMP, 0));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_CLOSED_GET, NLM_F_DUMP, 0));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_PROGRAM_GET, NLM_F_DUMP, 0));
	EXPECT_EQ(0, addresses_told(SOCKPORT_CMD_STATS_GET, 0, 0));
	close(connection.client);
}

TEST_HARNESS_MAIN
