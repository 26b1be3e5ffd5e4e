// SPDX-License-Identifier: GPL-2.0
/*
 * procfs.c - the files below /proc/net, as files and as tables
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/datagram.h"
#include "lib/die.h"
#include "lib/idle.h"
#include "lib/listing.h"
#include "lib/loss.h"
#include "lib/netns.h"

#define NOBODY	65534

static const char ports_header[] =
	"proto role port fam state sockets rx_queue tx_queue backlog limit drops uids states "
	"accepted opened failed closed rst_in rst_out bytes_in bytes_out segs_in segs_out retrans "
	"last_active";
static const char sockets_header[] =
	"proto role state local lport remote rport dev rx_queue tx_queue backlog limit drops uid "
	"inode cookie timer expires retr mark v6only";
static const char stats_header[] = "name value";

static const char *const files[] = { PROC_PORTS, PROC_SOCKETS, PROC_STATS };

FIXTURE(procfs) {
};

FIXTURE_SETUP(procfs)
{
	netns_enter();
}

FIXTURE_TEARDOWN(procfs)
{
}

/* Runs of blanks become one, none is left at the end. */
static void squeeze(char *text)
{
	char *to = text, *from;

	for (from = text; *from; from++)
		if (*from != ' ' || (to > text && to[-1] != ' '))
			*to++ = *from;
	while (to > text && to[-1] == ' ')
		to--;
	*to = 0;
}

static bool begins(const char *file, const char *header)
{
	char *text = read_text(file, 4096);
	bool same;

	text[strcspn(text, "\n")] = 0;
	squeeze(text);
	/* More columns may follow some day. */
	same = !strncmp(text, header, strlen(header)) && strchr(" ", text[strlen(header)]);
	if (!same)
		note("%s begins with %s", file, text);
	free(text);
	return same;
}

TEST_F_TIMEOUT(procfs, headers, 300)
{
	EXPECT_TRUE(begins(PROC_PORTS, ports_header));
	EXPECT_TRUE(begins(PROC_SOCKETS, sockets_header));
	EXPECT_TRUE(begins(PROC_STATS, stats_header));
}

static bool is_stat(const char *line)
{
	char name[64], value[64];
	int end = 0;

	if (sscanf(line, "%63[a-z_] %63s %n", name, value, &end) != 2 || line[end])
		return false;
	return !strcmp(name, "version") || !strcmp(name, "limits") || strspn(value, "0123456789") == strlen(value);
}

TEST_F_TIMEOUT(procfs, stats, 300)
{
	static const char *const names[] = {
		"port_walks", "socket_walks", "walked_sockets", "walk_time_ns", "last_walk_sockets",
		"last_walk_time_ns", "chain_restarts", "missed_chains", "failed_walks", "open_walks", "walk_memory",
		"history_rows", "history_rows_lost", "history_sockets", "history_sockets_lost",
		"closed_doors", "closed_doors_lost", "events_sent", "events_lost",
		"events_made", "history_rows_given_back",
		"last_connections", "last_connections_lost", "programs", "programs_lost",
		"programs_given_back",
	};
	unsigned long long walks, walked, port_walks, others;
	char *text = read_text(PROC_STATS, 4096), *line, *rest;
	size_t i;

	strtok_r(text, "\n", &rest);
	while ((line = strtok_r(NULL, "\n", &rest)))
		EXPECT_TRUE(is_stat(line));
	free(text);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		proc_stat(names[i]);

	/* The kernel's own, of netlink. */
	free(read_text(PROC_SOCKETS, 4096));
	others = proc_stat("last_walk_sockets");
	walks = proc_stat("socket_walks");
	walked = proc_stat("walked_sockets");
	port_walks = proc_stat("port_walks");
	for (i = 0; i < 3; i++)
		socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000 + i);
	free(read_text(PROC_SOCKETS, 4096));
	EXPECT_EQ(walks + 1, proc_stat("socket_walks"));
	EXPECT_EQ(walked + others + 3, proc_stat("walked_sockets"));
	EXPECT_EQ(others + 3, proc_stat("last_walk_sockets"));
	EXPECT_LT(0, proc_stat("last_walk_time_ns"));
	free(read_text(PROC_PORTS, 4096));
	EXPECT_EQ(port_walks + 1, proc_stat("port_walks"));
	EXPECT_EQ(walked + others + 6, proc_stat("walked_sockets"));
	EXPECT_EQ(0, proc_stat("open_walks"));
	EXPECT_EQ(0, proc_stat("walk_memory"));
	/* Each namespace has its own. */
	netns_enter_bare();
	EXPECT_EQ(0, proc_stat("socket_walks"));
	EXPECT_EQ(0, proc_stat("port_walks"));
}

/* A "-" stands for what does not apply, a 0 for none. */
TEST_F_TIMEOUT(procfs, unknown_is_no_zero, 900)
{
	struct connection connection[SLOTS];
	struct rows rows, idle;
	struct ports ports;

	loss_begin();
	connection_states(&lanes[LANE_DUAL], connection);
	idle = idle_sockets();
	datagram_sockets(IPPROTO_UDP);
	rows_free(&idle);
	rows = proc_rows();
	EXPECT_LT(100, rows.count);
	for_each_row(row, &rows) {
		bool listener = row->state == SOCKPORT_STATE_LISTEN;
		bool timewait = row->timer == SOCKPORT_TIMER_TIMEWAIT;
		bool tcp = row->protocol == SOCKPORT_PROTOCOL_TCP;

		EXPECT_EQ(listener, !!(row->known & ROW_BACKLOG));
		EXPECT_EQ(listener, !!(row->known & ROW_LIMIT));
		EXPECT_EQ(row->family == AF_INET6, !!(row->known & ROW_V6ONLY));
		EXPECT_EQ(tcp, !!(row->known & ROW_TIMER));
		EXPECT_EQ(tcp && row->timer, !!(row->known & ROW_EXPIRES));
		EXPECT_EQ(!timewait, !!(row->known & ROW_UID));
		EXPECT_TRUE(row->known & ROW_COOKIE);
		EXPECT_FALSE(row->known & ROW_INODE && !row->inode);
		if (timewait)
			EXPECT_EQ(0, row->known & (ROW_INODE | ROW_DROPS));
	}
	ports = proc_ports();
	ports_forget_past(&ports);
	for_each_port(port, &ports) {
		EXPECT_EQ(port->role == SOCKPORT_ROLE_IN, port->state != 0);
		EXPECT_EQ(port->states[SOCKPORT_STATE_LISTEN] > 0, port->has_backlog);
	}
	rows_free(&rows);
	ports_free(&ports);
}

static void open_quiet(void)
{
	unsigned int i;

	for (i = 0; i < 300; i++)
		socket_bound(i % 3 ? AF_INET : AF_INET6, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0,
			     i % 3 ? "127.0.0.1" : "2001:db8::1", 8000 + i * 13);
}

/* Nothing moves here, so the pieces must add up to the same text. */
TEST_F_TIMEOUT(procfs, pieces, 600)
{
	static const size_t pieces[] = { 1, 7, 100, 4095, 4096, 4097, 1 << 16, 1 << 20 };
	char *whole, *text;
	size_t i, file;

	open_quiet();
	for (file = 0; file < 2; file++) {
		whole = read_text(files[file], 1 << 20);
		EXPECT_LT(10000, strlen(whole));
		for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			text = read_text(files[file], pieces[i]);
			EXPECT_EQ(0, strcmp(whole, text)) {
				note("%s in pieces of %zu differs", files[file], pieces[i]);
			}
			free(text);
		}
		free(whole);
	}
}

TEST_F_TIMEOUT(procfs, offsets, 600)
{
	static const size_t offsets[] = { 0, 1, 50, 4096, 9999, 3, 20000, 100 };
	char *whole, piece[200];
	size_t i, file, length;
	int fd;

	open_quiet();
	for (file = 0; file < 2; file++) {
		whole = read_text(files[file], 1 << 20);
		length = strlen(whole);
		fd = open(files[file], O_RDONLY);
		ASSERT_LE(0, fd);
		for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
			ASSERT_LT(offsets[i] + sizeof(piece), length);
			/* A read may be short, but not empty. */
			ssize_t got = pread(fd, piece, sizeof(piece), offsets[i]);

			ASSERT_LT(0, got);
			EXPECT_EQ(0, memcmp(piece, whole + offsets[i], got)) {
				note("%s at %zu differs", files[file], offsets[i]);
			}
			ASSERT_EQ((off_t)offsets[i], lseek(fd, offsets[i], SEEK_SET));
			got = read(fd, piece, sizeof(piece));
			ASSERT_LT(0, got);
			EXPECT_EQ(0, memcmp(piece, whole + offsets[i], got));
		}
		EXPECT_EQ(0, pread(fd, piece, sizeof(piece), length));
		EXPECT_EQ(0, pread(fd, piece, sizeof(piece), length + 100000));
		close(fd);
		free(whole);
	}
}

static size_t lines(int fd)
{
	char *text = read_text_fd(fd, 4096);
	size_t count = text_lines(text);

	free(text);
	return count;
}

/* Who goes back to the beginning, begins anew. */
TEST_F_TIMEOUT(procfs, rewind, 300)
{
	int sockets = open(PROC_SOCKETS, O_RDONLY), ports = open(PROC_PORTS, O_RDONLY), fd;

	EXPECT_EQ(1, lines(sockets));
	EXPECT_EQ(1, lines(ports));
	fd = socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000);
	EXPECT_EQ(0, lseek(sockets, 0, SEEK_SET));
	EXPECT_EQ(0, lseek(ports, 0, SEEK_SET));
	EXPECT_EQ(2, lines(sockets));
	EXPECT_EQ(2, lines(ports));
	close(fd);
	EXPECT_EQ(0, lseek(sockets, 0, SEEK_SET));
	EXPECT_EQ(0, lseek(ports, 0, SEEK_SET));
	EXPECT_EQ(1, lines(sockets));
	EXPECT_EQ(1, lines(ports));
	close(sockets);
	close(ports);
}

TEST_F_TIMEOUT(procfs, read_only, 300)
{
	struct stat status;
	size_t i;
	int fd;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, stat(files[i], &status));
		EXPECT_EQ(S_IFREG | 0444, status.st_mode);
		become(NOBODY);
		EXPECT_EQ(-1, open(files[i], O_WRONLY));
		EXPECT_EQ(EACCES, errno);
		become(0);
		fd = open(files[i], O_RDWR);
		if (fd >= 0)
			EXPECT_EQ(-1, write(fd, "x", 1));
		close(fd);
	}
}

static void *see_from_thread(void *data)
{
	char *text;

	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	text = read_text("/proc/sockport", 4096);
	*(size_t *)data = listing_ports(text).count;
	free(text);
	return NULL;
}

TEST_F_TIMEOUT(procfs, link, 300)
{
	char target[64] = { 0 }, *one, *other;
	pthread_t thread;
	size_t count = 99;

	ASSERT_LT(0, readlink("/proc/sockport", target, sizeof(target) - 1));
	EXPECT_STREQ("thread-self/net/sockport", target);
	socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000);
	one = read_text("/proc/sockport", 4096);
	other = read_text(PROC_PORTS, 4096);
	EXPECT_STREQ(other, one);
	EXPECT_EQ(1, listing_ports(one).count);
	free(one);
	free(other);
	/* A thread that has gone elsewhere sees what is there. */
	ASSERT_EQ(0, pthread_create(&thread, NULL, see_from_thread, &count));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, count);
}

/* A mount that shows processes only: the files are there, the link is not. */
TEST_F_TIMEOUT(procfs, subset_pid, 300)
{
	char place[] = "/tmp/sockport-XXXXXX", file[128], *text;
	static const char *const names[] = { "sockport", "sockport_sockets", "sockport_stats" };
	size_t i;

	socket_bound(AF_INET, SOCK_STREAM, 0, "127.0.0.1", 8000);
	ASSERT_NE(NULL, mkdtemp(place));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("proc", place, "proc", 0, "subset=pid"));
	for (i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s/self/net/%s", place, names[i]);
		text = read_text(file, 4096);
		EXPECT_NE(NULL, strchr(text, '\n'));
		free(text);
	}
	snprintf(file, sizeof(file), "%s/self/net/sockport", place);
	text = read_text(file, 4096);
	EXPECT_EQ(1, listing_ports(text).count);
	free(text);
	snprintf(file, sizeof(file), "%s/sockport", place);
	EXPECT_EQ(-1, open(file, O_RDONLY));
	umount(place);
	rmdir(place);
}

TEST_HARNESS_MAIN
