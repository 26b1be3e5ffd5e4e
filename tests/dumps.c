// SPDX-License-Identifier: GPL-2.0
/*
 * dumps.c - dumps that are abandoned, many at once, and in dying namespaces
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/netns.h"

/* Enough for a dump to take many messages. */
#define SOCKETS	1500
#define AT_ONCE	16

static int opened[SOCKETS];

static void open_sockets(void)
{
	unsigned int i;

	for (i = 0; i < SOCKETS; i++)
		opened[i] = socket_bound(AF_INET, i % 2 ? SOCK_DGRAM : SOCK_STREAM, 0,
					 "127.0.0.1", 1000 + i);
}

static void close_sockets(void)
{
	unsigned int i;

	for (i = 0; i < SOCKETS; i++)
		close(opened[i]);
}

/* A dump, begun. */
static void begin_dump(struct client *client, uint8_t command)
{
	struct request *request = malloc(sizeof(*request));

	request_begin(client, request, command, NLM_F_DUMP);
	request_send(client, request);
	free(request);
}

static int open_file(const char *name)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		die("%s: %s", name, strerror(errno));
	return fd;
}

static void wait_for_no_walks(void)
{
	struct deadline d = deadline();

	while (proc_stat("open_walks") || proc_stat("walk_memory"))
		deadline_wait(&d, "no walk is left");
}

FIXTURE(dumps) {
	int	home;
};

FIXTURE_SETUP(dumps)
{
	static const struct rlimit limit = { 65536, 65536 };

	setrlimit(RLIMIT_NOFILE, &limit);
	netns_enter_bare();
	self->home = netns_open();
	open_sockets();
}

FIXTURE_TEARDOWN(dumps)
{
	close_sockets();
	wait_for_no_walks();
	close(self->home);
}

TEST_F_TIMEOUT(dumps, abandoned, 600)
{
	unsigned int i, rounds = scaled(200, 15);
	struct client client;
	char piece[500];
	int fd;

	for (i = 0; i < rounds; i++) {
		client = client_open_with(4096);
		begin_dump(&client, 1 + i % 2);
		ASSERT_LT(0, mnl_socket_recvfrom(client.nl, client.buffer, client.room));
		client_close(&client);
		fd = open_file(i % 2 ? PROC_PORTS : PROC_SOCKETS);
		ASSERT_EQ((ssize_t)sizeof(piece), read(fd, piece, sizeof(piece)));
		close(fd);
	}
	/* Without having read anything. */
	for (i = 0; i < rounds; i++) {
		client = client_open();
		begin_dump(&client, 1 + i % 2);
		client_close(&client);
	}
	wait_for_no_walks();
}

/* A socket that still dumps takes no other request, and then again all. */
TEST_F_TIMEOUT(dumps, second_request, 600)
{
	struct client client = client_open_with(4096);
	struct rows rows;

	begin_dump(&client, SOCKPORT_CMD_SOCKET_GET);
	begin_dump(&client, SOCKPORT_CMD_SOCKET_GET);
	EXPECT_EQ(-EBUSY, client_receive(&client, NULL, NULL));
	rows = (struct rows){ 0 };
	client.sequence--;
	EXPECT_EQ(0, client_receive(&client, client_add_row, &rows));
	rows_free(&rows);
	client.sequence++;
	rows = client_rows(&client, SOCKPORT_WANT_COOKIE);
	EXPECT_EQ(SOCKETS, rows.count);
	rows_free(&rows);
	client_close(&client);
}

/**
 * struct reader - one of many dumps under way
 * @client: for netlink
 * @fd: for procfs
 * @count: sockets or ports so far
 * @inside: the last byte of @fd was not the end of a line
 */
struct reader {
	struct client	client;
	int		fd;
	unsigned int	count;
	bool		inside;
	bool		done;
};

static int count_message(const struct nlmsghdr *nlh, void *count)
{
	*(unsigned int *)count += client_kind_told(nlh);
	return MNL_CB_OK;
}

static void read_netlink(struct reader *reader)
{
	struct client *client = &reader->client;
	int rc, length = mnl_socket_recvfrom(client->nl, client->buffer, client->room);

	if (length < 0)
		die("recv: %s", strerror(errno));
	rc = mnl_cb_run(client->buffer, length, client->sequence,
			mnl_socket_get_portid(client->nl), count_message, &reader->count);
	if (rc < 0)
		die("dump: %s", strerror(errno));
	reader->done = !rc;
}

static void read_proc(struct reader *reader)
{
	char text[2000];
	ssize_t length = read(reader->fd, text, sizeof(text)), i;

	if (length < 0)
		die("read: %s", strerror(errno));
	reader->done = !length;
	for (i = 0; i < length; i++) {
		/* Each reader over netlink has a socket that is listed, too. */
		reader->count += !reader->inside && text[i] != 'n';
		reader->inside = text[i] != '\n';
	}
}

/* All are begun before any goes on, and then they take turns. */
TEST_F_TIMEOUT(dumps, many_at_once, 600)
{
	static struct reader netlink[2 * AT_ONCE], proc[2 * AT_ONCE];
	unsigned int i, left = 1;

	for (i = 0; i < 2 * AT_ONCE; i++) {
		netlink[i].client = client_open_with(4096);
		begin_dump(&netlink[i].client, 1 + i % 2);
		proc[i].fd = open_file(i % 2 ? PROC_PORTS : PROC_SOCKETS);
		read_proc(&proc[i]);
	}
	/* Ports are counted when the dump begins. */
	EXPECT_EQ(2 * AT_ONCE, proc_stat("open_walks"));
	EXPECT_LT(0, proc_stat("walk_memory"));
	while (left) {
		left = 0;
		for (i = 0; i < 2 * AT_ONCE; i++) {
			if (!netlink[i].done)
				read_netlink(&netlink[i]);
			if (!proc[i].done)
				read_proc(&proc[i]);
			left += !netlink[i].done + !proc[i].done;
		}
	}
	for (i = 0; i < 2 * AT_ONCE; i++) {
		EXPECT_EQ(SOCKETS, netlink[i].count);
		/* And a header. */
		EXPECT_EQ(SOCKETS + 1, proc[i].count);
		client_close(&netlink[i].client);
		close(proc[i].fd);
	}
}

/* Processes do it, so that they run side by side. */
TEST_F_TIMEOUT(dumps, many_processes, 1200)
{
	unsigned int i, rounds = scaled(2, 1);
	struct client client;
	struct ports ports;
	struct rows rows;
	int status;

	for (i = 0; i < 4 * AT_ONCE; i++) {
		if (fork())
			continue;
		while (rounds--) {
			client = client_open();
			rows = i % 2 ? client_rows(&client, ALL_GROUPS) : proc_rows();
			ports = i % 2 ? proc_ports() : client_ports(&client);
			if (rows.count != SOCKETS || ports.count != SOCKETS)
				die("%zu sockets, %zu ports", rows.count, ports.count);
			client_close(&client);
		}
		_exit(0);
	}
	for (i = 0; i < 4 * AT_ONCE; i++) {
		ASSERT_LT(0, wait(&status));
		EXPECT_EQ(0, status);
	}
}

/* One end of a pair of interfaces stays at home, and goes when the other does. */
static void tie_home(int home)
{
	run("ip link add inner type veth peer name outer netns /proc/%d/fd/%d", getpid(), home);
}

static void wait_until_dead(int home)
{
	struct deadline d = deadline();

	netns_set(home);
	while (if_nametoindex("outer"))
		deadline_wait(&d, "the namespace is dead");
}

/* The open file is the last that holds the namespace. */
TEST_F_TIMEOUT(dumps, file_outlives_namespace, 600)
{
	char piece[500], *rest;
	int sockets, ports;

	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	tie_home(self->home);
	close_sockets();
	open_sockets();
	sockets = open_file(PROC_SOCKETS);
	ports = open_file(PROC_PORTS);
	ASSERT_EQ((ssize_t)sizeof(piece), read(sockets, piece, sizeof(piece)));
	ASSERT_EQ((ssize_t)sizeof(piece), read(ports, piece, sizeof(piece)));
	netns_set(self->home);
	close_sockets();
	/* They are gone, so few are left to show; the ports were counted before. */
	rest = read_text_fd(sockets, 4096);
	EXPECT_GT(SOCKETS * 100, strlen(rest));
	free(rest);
	rest = read_text_fd(ports, 4096);
	EXPECT_LT(SOCKETS * 50, strlen(rest));
	free(rest);
	close(sockets);
	close(ports);
	wait_until_dead(self->home);
	open_sockets();
}

/* So is the socket of a dump that nobody reads to its end. */
TEST_F_TIMEOUT(dumps, dump_outlives_namespace, 600)
{
	struct client sockets, ports;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (unshare(CLONE_NEWNET))
			die("unshare: %s", strerror(errno));
		tie_home(self->home);
		close_sockets();
		open_sockets();
		sockets = client_open_with(4096);
		ports = client_open_with(4096);
		begin_dump(&sockets, SOCKPORT_CMD_SOCKET_GET);
		begin_dump(&ports, SOCKPORT_CMD_PORT_GET);
		ASSERT_LT(0, mnl_socket_recvfrom(sockets.nl, sockets.buffer, sockets.room));
		netns_set(self->home);
		close_sockets();
		if (i < 2)
			EXPECT_EQ(0, client_receive(&sockets, NULL, NULL));
		if (i == 0)
			EXPECT_EQ(0, client_receive(&ports, NULL, NULL));
		client_close(&sockets);
		client_close(&ports);
		wait_until_dead(self->home);
		open_sockets();
	}
}

/* Namespaces come and go under readers that see theirs only for a moment. */
TEST_F_TIMEOUT(dumps, many_namespaces, 1200)
{
	unsigned int rounds = scaled(150, 10);
	struct client client;
	struct rows rows;
	int fd[3];

	close_sockets();
	while (rounds--) {
		if (unshare(CLONE_NEWNET))
			die("unshare: %s", strerror(errno));
		fd[2] = socket_bound(AF_INET, SOCK_STREAM, 0, "0.0.0.0", 8000);
		client = client_open();
		rows = client_rows(&client, ALL_GROUPS);
		ASSERT_EQ(1, rows.count);
		rows_free(&rows);
		fd[0] = open_file(PROC_SOCKETS);
		fd[1] = open_file(PROC_PORTS);
		begin_dump(&client, SOCKPORT_CMD_SOCKET_GET);
		netns_set(self->home);
		rows = proc_rows();
		ASSERT_EQ(0, rows.count);
		client_close(&client);
		close(fd[0]);
		close(fd[1]);
		close(fd[2]);
	}
	open_sockets();
}

TEST_HARNESS_MAIN
