// SPDX-License-Identifier: GPL-2.0
/*
 * shares.c - what readers hold is shared out: whatever one user begins and does
 * not end, others can read
 *
 * The oracle is what somebody else gets to read meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/sockport.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"

#define MEMORY		"4"
#define MEMORY_BYTES	(4ULL << 20)
#define HOG		4321
#define OTHER		4322
#define SUBUIDS		200000
#define SOCKETS		600
#define FIRST_PORT	20000
/* Far more than there is memory for. */
#define READERS		100
#define MANY_READERS	1100
#define USERS		4

FIXTURE(shares) {
	char	old[32];
};

FIXTURE_SETUP(shares)
{
	struct rlimit files = { 4096, 4096 };

	netns_enter();
	/* Nothing of them fits into one message. */
	sockets_many(SOCK_DGRAM, FIRST_PORT, SOCKETS);
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit: %m");
	module_parameter("max_memory", MEMORY, self->old);
}

FIXTURE_TEARDOWN(shares)
{
	module_parameter("max_memory", self->old, NULL);
}

static void drop_to(unsigned int uid)
{
	if (setgid(uid) || setuid(uid) || prctl(PR_SET_DUMPABLE, 1))
		die("uid %u: %m", uid);
}

/* Returns 0, or the errno that reading a file ended with. */
static int read_through(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n;

	if (fd < 0)
		return errno;
	while ((n = read(fd, text, sizeof(text))) > 0)
		;
	n = n < 0 ? errno : 0;
	close(fd);
	return n;
}

static int nothing(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return MNL_CB_OK;
}

static int dump_through(uint8_t command)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();
	int err;

	request_begin(&client, request, command, NLM_F_DUMP);
	err = client_run(&client, request, nothing, NULL);
	client_close(&client);
	free(request);
	return err;
}

/* All that there is to read; returns how much of it could not be. */
static int reads_of(unsigned int uid)
{
	int err;

	drop_to(uid);
	err = read_through(PROC_PORTS);
	err = err ?: read_through(PROC_SOCKETS);
	err = err ?: -dump_through(SOCKPORT_CMD_PORT_GET);
	err = err ?: -dump_through(SOCKPORT_CMD_SOCKET_GET);
	if (err)
		note("user %u: %s", uid, strerror(err));
	return !!err;
}

static void open_only(const void *data)
{
	unsigned int i;

	drop_to(HOG);
	for (i = 0; i < MANY_READERS; i++)
		if (open(data, O_RDONLY) < 0)
			die("open number %u: %m", i);
}

/* Who only opens a file holds nothing. */
TEST_F_TIMEOUT(shares, opened, 300)
{
	static const char *const files[] = { PROC_PORTS, PROC_SOCKETS };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct child hog = child_begin("hog", open_only, files[i]);

		EXPECT_EQ(0, proc_stat("walk_memory"));
		EXPECT_EQ(0, in_child(reads_of(OTHER)));
		EXPECT_EQ(0, child_end(&hog));
	}
}

/* Begin as much as one may, and go on with nothing. */
static void begin_files(const char *path)
{
	unsigned int i;
	char byte;
	int fd;

	for (i = 0; i < READERS; i++) {
		fd = open(path, O_RDONLY);
		if (fd < 0)
			die("open number %u: %m", i);
		if (read(fd, &byte, 1) < 0 && errno != ENOMEM)
			die("read number %u: %m", i);
	}
}

static void begin_dumps(uint8_t command)
{
	struct request *request = malloc(sizeof(*request));
	struct client client;
	unsigned int i;

	for (i = 0; i < READERS; i++) {
		client = client_open();
		request_begin(&client, request, command, NLM_F_DUMP);
		request_send(&client, request);
	}
}

enum kind { PORTS_FILE, SOCKETS_FILE, PORTS_DUMP, SOCKETS_DUMP, KINDS };

static void begin(enum kind kind)
{
	switch (kind) {
	case PORTS_FILE:
		begin_files(PROC_PORTS);
		break;
	case SOCKETS_FILE:
		begin_files(PROC_SOCKETS);
		break;
	case PORTS_DUMP:
		begin_dumps(SOCKPORT_CMD_PORT_GET);
		break;
	default:
		begin_dumps(SOCKPORT_CMD_SOCKET_GET);
	}
}

static void hog_begins(const void *data)
{
	drop_to(HOG);
	begin(*(const enum kind *)data);
}

TEST_F_TIMEOUT(shares, begun, 300)
{
	enum kind kind;

	for (kind = 0; kind < KINDS; kind++) {
		struct child hog = child_begin("hog", hog_begins, &kind);

		note("kind %u: %llu bytes held", kind, proc_stat("walk_memory"));
		EXPECT_LT(MEMORY_BYTES / 4, proc_stat("walk_memory"));
		EXPECT_GE(MEMORY_BYTES / 2, proc_stat("walk_memory"));
		EXPECT_EQ(0, in_child(reads_of(OTHER)));
		EXPECT_EQ(0, in_child(reads_of(0)));
		EXPECT_EQ(0, child_end(&hog));
		EXPECT_EQ(0, proc_stat("walk_memory"));
	}
}

/* What has been read to its end is not held any more. */
static void read_to_the_end(const void *data)
{
	unsigned int i;
	char text[4096];
	ssize_t n;
	int fd;

	drop_to(HOG);
	for (i = 0; i < READERS; i++) {
		fd = open(data, O_RDONLY);
		while ((n = read(fd, text, sizeof(text))) > 0)
			;
		if (n < 0)
			die("read number %u: %m", i);
	}
}

TEST_F_TIMEOUT(shares, ended, 300)
{
	static const char *const files[] = { PROC_PORTS, PROC_SOCKETS };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct child hog = child_begin("hog", read_to_the_end, files[i]);

		EXPECT_EQ(0, proc_stat("walk_memory"));
		EXPECT_EQ(0, in_child(reads_of(OTHER)));
		EXPECT_EQ(0, child_end(&hog));
	}
}

static void one_begins(const void *data)
{
	drop_to(HOG + 1000 + *(const unsigned int *)data);
	begin_files(PROC_SOCKETS);
}

/* However many they are, for one more there is something. */
TEST_F_TIMEOUT(shares, many_users, 300)
{
	struct child hog[USERS];
	unsigned int i;

	module_parameter("max_memory", "16", NULL);
	for (i = 0; i < USERS; i++)
		hog[i] = child_begin("hog", one_begins, &i);
	EXPECT_EQ(0, in_child(reads_of(OTHER)));
	for (i = 0; i < USERS; i++)
		EXPECT_EQ(0, child_end(&hog[i]));
	EXPECT_EQ(0, proc_stat("walk_memory"));
}

static void write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("%s: %m", file);
	close(fd);
}

/* Somebody else, with the rights for it, gives a new user namespace its uids. */
static void map_many(pid_t pid)
{
	char file[64], map[64];

	snprintf(map, sizeof(map), "0 %u 100", SUBUIDS);
	snprintf(file, sizeof(file), "/proc/%d/uid_map", pid);
	write_file(file, map);
	snprintf(file, sizeof(file), "/proc/%d/gid_map", pid);
	write_file(file, map);
}

/* One user, who has a hundred uids in a user namespace, and more namespaces in it. */
static void many_in_one(const void *data)
{
	int unshared[2], mapped[2], status;
	unsigned int i;
	pid_t mapper;
	char byte;

	(void)data;
	if (pipe(unshared) || pipe(mapped))
		die("pipe: %m");
	mapper = fork();
	if (!mapper) {
		close(unshared[1]);
		if (read(unshared[0], &byte, 1) != 1)
			_exit(1);
		map_many(getppid());
		_exit(write(mapped[1], "m", 1) != 1);
	}
	drop_to(HOG);
	if (unshare(CLONE_NEWUSER) || write(unshared[1], "u", 1) != 1 ||
	    read(mapped[0], &byte, 1) != 1 || waitpid(mapper, &status, 0) != mapper || status)
		die("user namespace: %m");
	for (i = 0; i < USERS; i++) {
		if (fork())
			continue;
		drop_to(10 + i);
		/* It ends with the first process. */
		close(unshared[1]);
		if (i % 2 && unshare(CLONE_NEWUSER))
			die("another user namespace: %m");
		begin_files(PROC_SOCKETS);
		if (write(mapped[1], "r", 1) != 1)
			_exit(1);
		_exit(read(unshared[0], &byte, 1) < 0);
	}
	for (i = 0; i < USERS; i++)
		if (read(mapped[0], &byte, 1) != 1)
			die("no reader: %m");
}

TEST_F_TIMEOUT(shares, user_namespace, 120)
{
	struct child hog = child_begin("hog", many_in_one, NULL);

	EXPECT_LT(MEMORY_BYTES / 4, proc_stat("walk_memory"));
	EXPECT_GE(MEMORY_BYTES / 2, proc_stat("walk_memory"));
	EXPECT_EQ(0, in_child(reads_of(OTHER)));
	EXPECT_EQ(0, child_end(&hog));
}

/* With a file that somebody handed over, one is made to read, not to pay. */
static int read_for_another(void)
{
	unsigned int refused = 0, i;
	int fd[READERS];
	char byte;

	for (i = 0; i < READERS; i++) {
		if (setresuid(HOG, HOG, 0))
			die("setresuid: %m");
		fd[i] = open(PROC_SOCKETS, O_RDONLY);
		if (setresuid(0, 0, 0))
			die("setresuid: %m");
		if (fd[i] < 0)
			die("open: %m");
		if (read(fd[i], &byte, 1) < 0 && errno == ENOMEM)
			refused++;
	}
	note("%u reads of %d refused, %llu bytes held", refused, READERS,
	     proc_stat("walk_memory"));
	return !refused || proc_stat("walk_memory") > MEMORY_BYTES / 2;
}

TEST_F_TIMEOUT(shares, made_to_read, 300)
{
	EXPECT_EQ(0, in_child(read_for_another()));
	EXPECT_EQ(0, proc_stat("walk_memory"));
}

TEST_HARNESS_MAIN
