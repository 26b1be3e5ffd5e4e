// SPDX-License-Identifier: GPL-2.0
/*
 * limits.c - what happens at the module's limits: nothing is shown as whole
 * that is not, and the rest is shown all the same
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/sockport.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/die.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"

#define NOBODY		65534
#define LONG_PORT	7000
#define LONG_CHAIN	600
#define OTHER_PORT	7001
#define SHORTEST_LIMIT	"256"

/* Before the local port; inodes and cookies may have the same digits. */
#define SOCKET		" 127.0.0.1      "

static int udp_on(unsigned short port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("UDP port %u: %m", port);
	return fd;
}

/* All of a file; returns 0, or the errno that reading ended with. */
static int read_all(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n;

	text[0] = 0;
	if (fd < 0)
		return errno;
	while ((n = read(fd, text + have, room - 1 - have)) > 0)
		have += n;
	n = n < 0 ? errno : 0;
	text[have] = 0;
	close(fd);
	return n;
}

/* Lines that have some words. */
static unsigned int lines_with(const char *text, const char *words)
{
	unsigned int n = 0;

	for (; (text = strstr(text, words)); text += strlen(words))
		n++;
	return n;
}

FIXTURE(limits) {
	int	sockets[LONG_CHAIN + 1];
	char	old[32];
	char	text[1 << 19];
};

FIXTURE_SETUP(limits)
{
	struct rlimit files = { 4096, 4096 };
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit: %m");
	netns_enter();
	for (i = 0; i < LONG_CHAIN; i++)
		self->sockets[i] = udp_on(LONG_PORT);
	self->sockets[i] = udp_on(OTHER_PORT);
	module_parameter("max_chain", SHORTEST_LIMIT, self->old);
}

FIXTURE_TEARDOWN(limits)
{
	unsigned int i;

	module_parameter("max_chain", self->old, NULL);
	for (i = 0; i <= LONG_CHAIN; i++)
		close(self->sockets[i]);
}

/* The listing has all but the long chain, and ends with an error. */
TEST_F_TIMEOUT(limits, long_chain_sockets, 300)
{
	unsigned long long missed = proc_stat("missed_chains");

	EXPECT_EQ(ENOBUFS, read_all(PROC_SOCKETS, self->text, sizeof(self->text)));
	EXPECT_EQ(1, lines_with(self->text, SOCKET " 7001 "));
	EXPECT_EQ(0, lines_with(self->text, SOCKET " 7000 "));
	EXPECT_EQ(missed + 1, proc_stat("missed_chains"));

	module_parameter("max_chain", self->old, NULL);
	EXPECT_EQ(0, read_all(PROC_SOCKETS, self->text, sizeof(self->text)));
	EXPECT_EQ(LONG_CHAIN, lines_with(self->text, SOCKET " 7000 "));
	EXPECT_EQ(missed + 1, proc_stat("missed_chains"));
}

TEST_F_TIMEOUT(limits, long_chain_ports, 300)
{
	EXPECT_EQ(ENOBUFS, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	EXPECT_EQ(1, lines_with(self->text, " in   7001 "));
	EXPECT_EQ(0, lines_with(self->text, " in   7000 "));

	module_parameter("max_chain", self->old, NULL);
	EXPECT_EQ(0, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	EXPECT_EQ(1, lines_with(self->text, " in   7000 "));
}

static int count(const struct nlmsghdr *nlh, void *data)
{
	*(unsigned int *)data += client_kind_told(nlh);
	return MNL_CB_OK;
}

TEST_F_TIMEOUT(limits, long_chain_netlink, 300)
{
	static const uint8_t commands[] = { SOCKPORT_CMD_SOCKET_GET, SOCKPORT_CMD_PORT_GET };
	struct client client = client_open();
	struct request request;
	unsigned int i, rows;

	for (i = 0; i < 2; i++) {
		rows = 0;
		request_begin(&client, &request, commands[i], NLM_F_DUMP);
		EXPECT_EQ(-ENOBUFS, client_run(&client, &request, count, &rows));
		EXPECT_EQ(1, rows);
	}
	client_close(&client);
}

/* Of the memory that readers share, root may have more than there is. */
TEST_F_TIMEOUT(limits, memory, 300)
{
	char old[32];

	module_parameter("max_chain", self->old, NULL);
	module_parameter("max_memory", "0", old);
	EXPECT_EQ(0, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	become(NOBODY);
	EXPECT_EQ(ENOMEM, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	EXPECT_EQ(ENOMEM, read_all(PROC_SOCKETS, self->text, sizeof(self->text)));
	become(0);
	module_parameter("max_memory", old, NULL);
	become(NOBODY);
	EXPECT_EQ(0, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	become(0);
	EXPECT_EQ(0, proc_stat("walk_memory"));
	EXPECT_EQ(0, proc_stat("open_walks"));
}

TEST_F_TIMEOUT(limits, rows, 300)
{
	char old[32];

	module_parameter("max_chain", self->old, NULL);
	module_parameter("max_rows", "1", old);
	EXPECT_EQ(ENOBUFS, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	module_parameter("max_rows", old, NULL);
	EXPECT_EQ(0, read_all(PROC_PORTS, self->text, sizeof(self->text)));
	EXPECT_EQ(0, proc_stat("walk_memory"));
}

TEST_HARNESS_MAIN
