// SPDX-License-Identifier: GPL-2.0
/*
 * kinds_local.c - raw, ping, UNIX, packet and XDP sockets are listed as they are
 *
 * Each test makes sockets in a network namespace of its own, and compares what
 * is listed with all that the kernel's other interfaces show, both ways.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <kselftest_harness.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/local.h"
#include "lib/netns.h"
#include "lib/unix.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif
#ifndef AF_XDP
#define AF_XDP		44
#endif
#ifndef SOL_XDP
#define SOL_XDP		283
#endif

#define WANTED	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | SOCKPORT_WANT_COOKIE | \
		 SOCKPORT_WANT_TIMER | SOCKPORT_WANT_MEMORY)

#define OWNER	4242
#define MARK	17

/* An IP protocol that is nobody's. */
#define PROTOCOL	200

/* More than a hold of a chain takes, and than a batch has room for. */
#define MANY	300

static int must(int result, const char *what)
{
	if (result < 0)
		die("%s: %s", what, strerror(errno));
	return result;
}

static int new_socket(int family, int type, int protocol)
{
	return must(socket(family, type, protocol), "socket");
}

/* The owner of a socket is that of its file. */
static void give_away(int fd)
{
	must(fchown(fd, OWNER, OWNER), "fchown");
}

/* Each oracle with its answer. */
struct answers {
	struct rows	rows[16];
};

static struct answers ask_oracles(void)
{
	struct answers answers = { 0 };
	unsigned int i;

	for (i = 0; local_oracles[i].name; i++)
		answers.rows[i] = local_oracles[i].read();
	return answers;
}

static void forget_answers(struct answers *answers)
{
	unsigned int i;

	for (i = 0; local_oracles[i].name; i++)
		rows_free(&answers->rows[i]);
}

static bool same_answers(const struct answers *one, const struct answers *other)
{
	unsigned int i;

	for (i = 0; local_oracles[i].name; i++)
		if (!oracle_same(&local_oracles[i], &one->rows[i], &other->rows[i]))
			return false;
	return true;
}

static struct rows listing(struct client *client)
{
	return client_rows(client, WANTED);
}

/* The listing, with no change before and after it. */
static struct answers observe(struct client *client, struct rows *listed)
{
	struct deadline d = deadline();
	struct answers before, after;

	for (;;) {
		before = ask_oracles();
		*listed = listing(client);
		after = ask_oracles();
		if (same_answers(&before, &after))
			break;
		forget_answers(&before);
		forget_answers(&after);
		rows_free(listed);
		deadline_wait(&d, "a moment in which nothing moves");
	}
	forget_answers(&after);
	return before;
}

static unsigned int compare_all(struct client *client)
{
	struct answers answers;
	unsigned int i, wrong = 0;
	struct rows listed;

	answers = observe(client, &listed);
	for (i = 0; local_oracles[i].name; i++)
		wrong += oracle_compare(&local_oracles[i], &answers.rows[i], &listed);
	forget_answers(&answers);
	rows_free(&listed);
	return wrong;
}

static struct row *find(const struct rows *rows, int fd)
{
	struct row *row = rows_find_cookie(rows, socket_cookie(fd));

	if (!row)
		die("a socket is not listed");
	return row;
}

FIXTURE(kinds) {
	struct client	client;
	char		directory[32];
};

FIXTURE_SETUP(kinds)
{
	static const struct rlimit limit = { 65536, 65536 };

	setrlimit(RLIMIT_NOFILE, &limit);
	row_kinds = LOCAL_KINDS;
	netns_enter();
	self->client = client_open();
	strcpy(self->directory, "/tmp/kinds.XXXXXX");
	if (!mkdtemp(self->directory) || chdir(self->directory))
		die("%s: %s", self->directory, strerror(errno));
}

FIXTURE_TEARDOWN(kinds)
{
	client_close(&self->client);
	run("rm -rf %s", self->directory);
}

TEST_F_TIMEOUT(kinds, nothing, 600)
{
	struct rows rows = listing(&self->client);

	EXPECT_EQ(0, rows.count);
	EXPECT_EQ(0, compare_all(&self->client));
}

/* Raw */

static int raw_socket(int family, int protocol, const char *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	int fd = new_socket(family, SOCK_RAW, protocol);

	if (!address)
		return fd;
	if (family == AF_INET) {
		inet_pton(AF_INET, address, &v4.sin_addr);
		must(bind(fd, (void *)&v4, sizeof(v4)), address);
	} else {
		inet_pton(AF_INET6, address, &v6.sin6_addr);
		must(bind(fd, (void *)&v6, sizeof(v6)), address);
	}
	return fd;
}

static void raw_connect(int fd, const char *address)
{
	/* The port is nothing to a raw socket. */
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(99) };

	inet_pton(AF_INET, address, &to.sin_addr);
	must(connect(fd, (void *)&to, sizeof(to)), address);
}

static void raw_send(int fd, size_t size, unsigned int count)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char bytes[2000] = { 0 };

	while (count--)
		must(sendto(fd, bytes, size, 0, (void *)&to, sizeof(to)), "send");
}

TEST_F_TIMEOUT(kinds, raw, 600)
{
	int unread, sender, full, fd;
	struct rows rows;

	unread = raw_socket(AF_INET, PROTOCOL, "127.0.0.1");
	full = raw_socket(AF_INET, PROTOCOL, NULL);
	socket_option(full, SOL_SOCKET, SO_RCVBUF, 1);
	sender = raw_socket(AF_INET, PROTOCOL, "127.0.0.2");
	raw_send(sender, 300, 30);
	give_away(raw_socket(AF_INET, IPPROTO_UDP, NULL));
	raw_socket(AF_INET, IPPROTO_RAW, NULL);
	raw_socket(AF_INET, IPPROTO_MPTCP, NULL);
	raw_connect(raw_socket(AF_INET, IPPROTO_ICMP, "192.0.2.1"), "192.0.2.2");
	fd = raw_socket(AF_INET, IPPROTO_UDP, NULL);
	socket_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, netns_ifindex(NEAR));
	socket_option(fd, SOL_SOCKET, SO_MARK, MARK);
	raw_socket(AF_INET6, IPPROTO_ICMPV6, NULL);
	raw_socket(AF_INET6, IPPROTO_ICMPV6, "2001:db8::1");
	raw_socket(AF_INET6, PROTOCOL, "::1");
	give_away(raw_socket(AF_INET6, IPPROTO_RAW, NULL));

	EXPECT_EQ(0, compare_all(&self->client));
	rows = listing(&self->client);
	EXPECT_EQ(12, rows.count);
	EXPECT_LT(30 * 300, find(&rows, unread)->rx_queue);
	EXPECT_LT(0, find(&rows, full)->drops);
	EXPECT_EQ(PROTOCOL, find(&rows, full)->number);
	EXPECT_EQ(MARK, find(&rows, fd)->mark);
	EXPECT_EQ(netns_ifindex(NEAR), find(&rows, fd)->ifindex);
	rows_free(&rows);
}

TEST_F_TIMEOUT(kinds, raw_many, 600)
{
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		raw_socket(AF_INET, PROTOCOL, NULL);
		raw_socket(AF_INET6, PROTOCOL, NULL);
		raw_socket(AF_INET, 1 + i % 254, NULL);
	}
	EXPECT_EQ(0, compare_all(&self->client));
}

/* Ping */

static int ping_socket(int family, const char *address, uint16_t ident)
{
	return socket_bound(family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6,
			    address, ident);
}

static void ping_send(int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char echo[64] = { ICMP_ECHO };

	must(sendto(fd, echo, sizeof(echo), 0, (void *)&to, sizeof(to)), "ping");
}

/* Two families in one chain: an ident hashes to the same one in both. */
TEST_F_TIMEOUT(kinds, ping, 600)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	unsigned int i;
	struct rows rows;
	int fd;

	netns_sysctl("ipv4/ping_group_range", "0 2147483647");
	ping_socket(AF_INET, "127.0.0.1", 1000);
	ping_socket(AF_INET6, "::1", 1000);
	ping_socket(AF_INET6, "2001:db8::1", 1064);
	give_away(ping_socket(AF_INET, "192.0.2.1", 1064));
	ping_socket(AF_INET6, "fe80::1%" NEAR, 1);
	inet_pton(AF_INET, "192.0.2.2", &to.sin_addr);
	must(connect(ping_socket(AF_INET, "0.0.0.0", 5), (void *)&to, sizeof(to)), "connect");
	/* In no table yet. */
	new_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	for (i = 0; i < 3; i++)
		ping_send(fd);

	rows = listing(&self->client);
	if (!rows.count)
		SKIP(return, "this kernel keeps its table of ping sockets to itself");
	EXPECT_EQ(0, compare_all(&self->client));
	EXPECT_EQ(7, rows.count);
	EXPECT_LT(3 * 64, find(&rows, fd)->rx_queue);
	rows_free(&rows);

	for (i = 0; i < MANY; i++) {
		ping_socket(AF_INET, "0.0.0.0", 2000 + 64 * i);
		ping_socket(AF_INET6, "::", 2000 + 64 * i);
		ping_socket(AF_INET, "0.0.0.0", 30000 + i);
	}
	EXPECT_EQ(0, compare_all(&self->client));
}

/* UNIX */

static void unix_send(int fd, size_t size, int flags)
{
	char bytes[4096] = { 0 };

	must(send(fd, bytes, size, flags), "send");
}

static void unix_pair(int type, int fd[2])
{
	must(socketpair(AF_UNIX, type, 0, fd), "socketpair");
}

/* Connections in each of their lives, and a listener whose backlog is full. */
static void unix_connections(int type, const char *name, size_t length)
{
	int listener = unix_bound(type, name, length), fd;
	char bytes[100];

	must(listen(listener, 3), "listen");
	fd = unix_connected(type, name, length);
	unix_send(fd, 1000, 0);
	unix_send(fd, 500, 0);
	fd = must(accept(listener, NULL, NULL), "accept");
	must(recv(fd, bytes, sizeof(bytes), 0), "recv");
	unix_send(fd, 77, 0);
	/* Nobody accepts these. */
	unix_send(unix_connected(type, name, length), 10, 0);
	unix_connected(type, name, length);
	give_away(unix_connected(type, name, length));
	/* Its other end goes away before it was accepted. */
	close(unix_connected(type, name, length));
}

static void unix_datagrams(void)
{
	int receiver = unix_bound(SOCK_DGRAM, "receiver", 8), gone, fd;

	fd = unix_bound(SOCK_DGRAM, "\0sender", 7);
	unix_connect(fd, "receiver", 8);
	unix_send(fd, 321, 0);
	unix_send(fd, 5, 0);
	give_away(receiver);
	/* Its peer is dead, and still its peer. */
	gone = unix_bound(SOCK_DGRAM, "gone", 4);
	unix_connected(SOCK_DGRAM, "gone", 4);
	close(gone);
}

static void unix_pairs(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	unsigned int i, j;
	int fd[2];

	for (i = 0; i < 3; i++) {
		unix_pair(types[i], fd);
		unix_pair(types[i], fd);
		for (j = 0; j < 5; j++)
			unix_send(fd[0], 100 + j, 0);
		unix_send(fd[1], 9, 0);
		unix_pair(types[i], fd);
		unix_send(fd[1], 9, 0);
		close(fd[1]);
	}
	unix_pair(SOCK_STREAM, fd);
	unix_send(fd[0], 3, 0);
	/* One byte is out of band, where the kernel has that. */
	send(fd[0], "!", 1, MSG_OOB);
	socket_option(fd[1], SOL_SOCKET, SO_MARK, MARK);
}

/* A socket that only a message refers to. */
static void unix_in_flight(void)
{
	union {
		struct cmsghdr	header;
		char		room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec byte = { "x", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd[2], sent = unix_bound(SOCK_DGRAM, "\0in flight", 10);

	unix_pair(SOCK_STREAM, fd);
	memcpy(CMSG_DATA(&control.header), &sent, sizeof(sent));
	must(sendmsg(fd[0], &message, 0), "sendmsg");
	close(sent);
}

TEST_F_TIMEOUT(kinds, unix_sockets, 600)
{
	struct rows rows;
	struct row *row;
	int fd[2];

	new_socket(AF_UNIX, SOCK_STREAM, 0);
	new_socket(AF_UNIX, SOCK_DGRAM, 0);
	give_away(new_socket(AF_UNIX, SOCK_SEQPACKET, 0));
	unix_bound(SOCK_STREAM, "bound", 5);
	unix_connections(SOCK_STREAM, "listener", 8);
	unix_connections(SOCK_SEQPACKET, "\0listener", 9);
	unix_datagrams();
	unix_pairs();
	unix_in_flight();
	EXPECT_EQ(0, compare_all(&self->client));

	/* What the test did, and no oracle is needed for. */
	unix_pair(SOCK_STREAM, fd);
	unix_send(fd[0], 1234, 0);
	rows = listing(&self->client);
	row = find(&rows, fd[1]);
	EXPECT_EQ(1234, row->rx_queue);
	EXPECT_EQ(SOCKPORT_STATE_ESTABLISHED, row->state);
	EXPECT_EQ(SOCK_STREAM, row->type);
	EXPECT_TRUE(row->extra & EXTRA_PEER);
	EXPECT_EQ(socket_inode(fd[0]), row->peer);
	EXPECT_LE(1234, find(&rows, fd[0])->tx_queue);
	rows_free(&rows);
}

struct unix_test_name {
	const char	*name;
	size_t		length;
};

TEST_F_TIMEOUT(kinds, unix_names, 600)
{
	static const struct unix_test_name names[] = {
#define NAME(string)	{ string, sizeof(string) - 1 }
		NAME("with blanks in it"), NAME("new\nline"), NAME("\nfirst"), NAME("two\n\nlast\n"),
		NAME("tab\tand \\ backslash"), NAME("\xff\x01\x7f"), NAME(" "),
		NAME("\0"), NAME("\0abstract"), NAME("\0with\0NULs\0\0"), NAME("\0 \n@ "),
		NAME("\0\xc3\xa4"), NAME("@like abstract"),
	};
	struct sockaddr_un automatic = { .sun_family = AF_UNIX };
	char longest[108], cut[20] = "ends here\0not here";
	struct rows rows;
	struct row *row;
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fd = unix_bound(i % 2 ? SOCK_STREAM : SOCK_DGRAM, names[i].name, names[i].length);
		rows = listing(&self->client);
		row = find(&rows, fd);
		EXPECT_EQ(names[i].length, row->name_length);
		EXPECT_EQ(0, memcmp(names[i].name, row->name, row->name_length));
		rows_free(&rows);
	}
	memset(longest, 'p', sizeof(longest));
	unix_bound(SOCK_STREAM, longest, 107);
	fd = unix_bound(SOCK_STREAM, longest, 108);
	rows = listing(&self->client);
	EXPECT_EQ(108, find(&rows, fd)->name_length);
	rows_free(&rows);
	longest[0] = 0;
	unix_bound(SOCK_STREAM, longest, 108);
	unix_bound(SOCK_STREAM, cut, sizeof(cut));
	/* The kernel picks a name. */
	fd = new_socket(AF_UNIX, SOCK_DGRAM, 0);
	must(bind(fd, (void *)&automatic, sizeof(automatic.sun_family)), "bind");
	/* No name: the file is gone, the name is not. */
	unlink("with blanks in it");
	EXPECT_EQ(0, compare_all(&self->client));
}

/*
 * Abstract names whose 16-bit words have the same sum, which is what the kernel
 * hashes: all sockets with them share a chain.
 */
#define NAMES	65536

static int unix_in_chain(unsigned int number)
{
	unsigned char name[6] = { 0, 'k', number >> 8, number, ~number >> 8, ~number };
	struct sockaddr_un address;
	int fd = new_socket(AF_UNIX, SOCK_DGRAM, 0);

	if (!bind(fd, (void *)&address, unix_address(&address, (char *)name, sizeof(name))))
		return fd;
	if (errno != EADDRINUSE)
		die("bind: %s", strerror(errno));
	close(fd);
	return -1;
}

TEST_F_TIMEOUT(kinds, unix_many, 600)
{
	unsigned int i;
	int fd[2];

	for (i = 0; i < scaled(2500, 400); i++)
		unix_in_chain(i);
	for (i = 0; i < scaled(2500, 400); i++) {
		unix_pair(SOCK_STREAM, fd);
		if (i % 3 == 0)
			unix_send(fd[0], 10, 0);
	}
	EXPECT_EQ(0, compare_all(&self->client));
}

/* Sockets that stay, and between them in the same chain others that do not. */

struct stable {
	uint64_t	*cookie;
	unsigned int	*seen;
	unsigned int	count;
	unsigned int	listed;
};

static int compare_cookies(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static int see_message(const struct nlmsghdr *nlh, void *data)
{
	struct stable *stable = data;
	uint64_t cookie, *found;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != SOCKPORT_A_SOCKET_COOKIE)
			continue;
		cookie = mnl_attr_get_u64(attr);
		stable->listed++;
		found = bsearch(&cookie, stable->cookie, stable->count, sizeof(cookie),
				compare_cookies);
		if (found)
			stable->seen[found - stable->cookie]++;
	}
	return MNL_CB_OK;
}

/* More than processors, so that a walk is put off when it lets go of the lock. */
#define WORKERS	3

struct others {
	int			*fd;
	unsigned int		count;
	volatile uint64_t	*turns;
	pid_t			pid[WORKERS];
};

/* In one that is begun by it, which does not outlive the test. */
static bool is_worker(struct others *others, unsigned int third)
{
	pid_t parent = getpid();

	others->pid[third] = must(fork(), "fork");
	if (others->pid[third])
		return false;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return true;
}

static void end_workers(const struct others *others)
{
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		if (waitpid(others->pid[i], NULL, WNOHANG))
			die("one of the others ended too early");
		kill(others->pid[i], SIGKILL);
		waitpid(others->pid[i], NULL, 0);
	}
}

/* Close one of each third and open another in its place, as fast as can be. */
static void churn_chain(struct others *others, unsigned int third)
{
	unsigned int i, number = 10000 * (third + 1);

	if (!is_worker(others, third))
		return;
	for (i = 0; i < others->count; i++)
		if (i % WORKERS != third)
			close(others->fd[i]);
	srandom(third);
	for (;; ++others->turns[third]) {
		i = random() % (others->count / WORKERS) * WORKERS + third;
		close(others->fd[i]);
		do {
			number = number % (NAMES - 1) + 1;
			others->fd[i] = unix_in_chain(number);
		} while (others->fd[i] < 0);
	}
}

static uint64_t turns_of(const struct others *others)
{
	return others->turns[0] + others->turns[1] + others->turns[2];
}

/* Of one kind, or 0 for all. */
static unsigned int dump_stable(struct client *client, struct stable *stable, uint8_t protocol)
{
	struct request *request = malloc(sizeof(*request));
	unsigned int i, wrong = 0;
	struct nlattr *filter;

	memset(stable->seen, 0, stable->count * sizeof(*stable->seen));
	stable->listed = 0;
	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	if (protocol) {
		filter = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
		mnl_attr_put_u8(request->nlh, SOCKPORT_A_FILTER_PROTOCOL, protocol);
		mnl_attr_nest_end(request->nlh, filter);
	}
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, WANTED);
	if (client_run(client, request, see_message, stable))
		die("dump: %s %s", strerror(-client->error), client->message);
	for (i = 0; i < stable->count; i++)
		if (stable->seen[i] != 1 && wrong++ < 5)
			note("socket with cookie %llu is listed %u times among %u",
			     (unsigned long long)stable->cookie[i], stable->seen[i],
			     stable->listed);
	free(request);
	return wrong;
}

/* Returns how often one of "stay" sockets was not listed once. */
static unsigned int dump_beside(struct client *client, unsigned int stay, unsigned int go,
				unsigned int dumps)
{
	struct stable stable = { .cookie = calloc(stay, sizeof(uint64_t)),
				 .seen = calloc(stay, sizeof(unsigned int)), .count = stay };
	struct others others = { .fd = calloc(go, sizeof(int)), .count = go };
	unsigned int i, wrong = 0;
	uint64_t began, before;

	others.turns = mmap(NULL, WORKERS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < stay || i < go; i++) {
		if (i < stay)
			stable.cookie[i] = socket_cookie(unix_in_chain(2 * i));
		if (i < go)
			others.fd[i] = unix_in_chain(2 * i + 1);
	}
	qsort(stable.cookie, stay, sizeof(uint64_t), compare_cookies);
	for (i = 0; i < WORKERS; i++)
		churn_chain(&others, i);
	for (i = 0; i < go; i++)
		close(others.fd[i]);
	began = turns_of(&others);
	for (i = 0; i < dumps; i++) {
		struct deadline d = deadline();

		for (before = turns_of(&others); turns_of(&others) < before + 5; )
			deadline_wait(&d, "churn");
		wrong += dump_stable(client, &stable, 0);
	}
	note("%u sockets stayed among %u, %llu others came and went in %u dumps", stay,
	     stable.listed, (unsigned long long)(turns_of(&others) - began), dumps);
	run("grep -i restart /proc/net/sockport_stats | sed 's/^/# /'");
	end_workers(&others);
	return wrong;
}

TEST_F_TIMEOUT(kinds, unix_once_in_a_long_chain, 3600)
{
	EXPECT_EQ(0, dump_beside(&self->client, scaled(2000, 200), scaled(2000, 200),
				 scaled(100, 10)));
}

/* Who comes joins in front: what keeps the place is one of those that go. */
TEST_F_TIMEOUT(kinds, unix_once_behind_others, 3600)
{
	EXPECT_EQ(0, dump_beside(&self->client, 60, 300, scaled(300, 30)));
}

/* Members of a group of netlink: who leaves keeps its place's neighbours in mind. */

#define MEMBERS	60
#define OTHERS	240
/* So many are out at any time: the one behind one that is out has come back, in front. */
#define OUT	40

static int member(int fd, int option)
{
	int group = RTNLGRP_LINK;

	return setsockopt(fd, SOL_NETLINK, option, &group, sizeof(group));
}

static int new_member(void)
{
	int fd = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	must(member(fd, NETLINK_ADD_MEMBERSHIP), "a group");
	return fd;
}

static void churn_members(struct others *others, unsigned int third)
{
	unsigned int i, turn, out[OUT];

	if (!is_worker(others, third))
		return;
	for (i = 0; i < OUT; i++)
		out[i] = third;
	srandom(third);
	for (turn = 0;; turn++, ++others->turns[third]) {
		i = random() % (others->count / WORKERS) * WORKERS + third;
		member(others->fd[i], NETLINK_DROP_MEMBERSHIP);
		member(others->fd[out[turn % OUT]], NETLINK_ADD_MEMBERSHIP);
		out[turn % OUT] = i;
	}
}

/* Those that stay are made anew for each dump, in front of all others. */
static unsigned int dump_members(struct client *client, unsigned int dumps)
{
	uint64_t cookie[MEMBERS], before;
	unsigned int seen[MEMBERS], i, wrong = 0;
	struct stable stable = { .cookie = cookie, .seen = seen, .count = MEMBERS };
	struct others others = { .fd = calloc(OTHERS, sizeof(int)), .count = OTHERS };
	int fd[MEMBERS];

	others.turns = mmap(NULL, WORKERS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < OTHERS; i++)
		others.fd[i] = new_member();
	for (i = 0; i < WORKERS; i++)
		churn_members(&others, i);
	for (; dumps; dumps--) {
		struct deadline d = deadline();

		for (before = turns_of(&others); turns_of(&others) < before + 5; )
			deadline_wait(&d, "churn");
		for (i = 0; i < MEMBERS; i++) {
			fd[i] = new_member();
			cookie[i] = socket_cookie(fd[i]);
		}
		qsort(cookie, MEMBERS, sizeof(uint64_t), compare_cookies);
		wrong += dump_stable(client, &stable, SOCKPORT_PROTOCOL_NETLINK);
		for (i = 0; i < MEMBERS; i++)
			close(fd[i]);
	}
	run("grep -i restart /proc/net/sockport_stats | sed 's/^/# /'");
	end_workers(&others);
	for (i = 0; i < OTHERS; i++)
		close(others.fd[i]);
	return wrong;
}

TEST_F_TIMEOUT(kinds, netlink_members_once, 3600)
{
	EXPECT_EQ(0, dump_members(&self->client, scaled(3000, 100)));
}

/* Packet */

static int packet_socket(int type, int protocol, const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	int fd = new_socket(AF_PACKET, type, htons(protocol));

	if (!device)
		return fd;
	address.sll_ifindex = netns_ifindex(device);
	must(bind(fd, (void *)&address, sizeof(address)), "bind to interface");
	return fd;
}

/* The old way names the interface. */
static int old_packet_socket(const char *device)
{
	struct sockaddr address = { .sa_family = AF_PACKET };
	int fd = new_socket(AF_PACKET, SOCK_PACKET, htons(ETH_P_ALL));

	if (device) {
		strncpy(address.sa_data, device, sizeof(address.sa_data));
		must(bind(fd, &address, sizeof(address)), "bind to interface");
	}
	return fd;
}

TEST_F_TIMEOUT(kinds, packet, 600)
{
	int unread, full, gone, sender = raw_socket(AF_INET, PROTOCOL, NULL);
	struct rows rows;
	unsigned int i;

	run("ip link add gone type dummy && ip link set gone up");
	packet_socket(SOCK_RAW, 0, NULL);
	packet_socket(SOCK_DGRAM, ETH_P_ARP, NULL);
	give_away(packet_socket(SOCK_DGRAM, ETH_P_IPV6, NEAR));
	old_packet_socket(NULL);
	old_packet_socket(NEAR);
	unread = packet_socket(SOCK_RAW, ETH_P_ALL, "lo");
	full = packet_socket(SOCK_DGRAM, ETH_P_IP, "lo");
	socket_option(full, SOL_SOCKET, SO_RCVBUF, 1);
	gone = packet_socket(SOCK_RAW, ETH_P_IP, "gone");
	raw_send(sender, 1000, 20);
	run("ip link del gone");
	EXPECT_EQ(0, compare_all(&self->client));

	rows = listing(&self->client);
	EXPECT_EQ(9, rows.count);
	EXPECT_LT(20 * 1000, find(&rows, unread)->rx_queue);
	EXPECT_LT(0, find(&rows, full)->drops);
	EXPECT_EQ(ETH_P_IP, find(&rows, full)->number);
	EXPECT_EQ(netns_ifindex("lo"), find(&rows, full)->ifindex);
	EXPECT_EQ(0, find(&rows, gone)->ifindex);
	rows_free(&rows);

	/* With protocol 0 nothing has to look at them. */
	for (i = 0; i < MANY; i++)
		packet_socket(i % 2 ? SOCK_RAW : SOCK_DGRAM, 0, NULL);
	EXPECT_EQ(0, compare_all(&self->client));
}

/* XDP: in copy mode any interface will do. */

#define FRAMES	64
#define FRAME	4096

static int xdp_socket(const char *device, unsigned int queue)
{
	static const int rings[] = { XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING,
				     XDP_TX_RING };
	struct sockaddr_xdp address = { .sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY,
					.sxdp_queue_id = queue };
	struct xdp_umem_reg umem = { .len = FRAMES * FRAME, .chunk_size = FRAME };
	int fd = new_socket(AF_XDP, SOCK_RAW, 0);
	unsigned int i;
	void *memory;

	if (!device)
		return fd;
	memory = mmap(NULL, umem.len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	umem.addr = (uintptr_t)memory;
	must(setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)), "XDP_UMEM_REG");
	for (i = 0; i < ARRAY_SIZE(rings); i++)
		socket_option(fd, SOL_XDP, rings[i], FRAMES);
	address.sxdp_ifindex = netns_ifindex(device);
	must(bind(fd, (void *)&address, sizeof(address)), "bind to a queue");
	return fd;
}

static bool xdp_is(const struct rows *rows, int fd, uint32_t ifindex, int queue)
{
	const struct row *row = find(rows, fd);
	bool right = row->protocol == SOCKPORT_PROTOCOL_XDP && row->family == AF_XDP &&
		     row->type == SOCK_RAW && row->ifindex == ifindex &&
		     row->inode == socket_inode(fd) &&
		     (queue < 0 ? !(row->extra & EXTRA_QUEUE_ID) :
		      row->extra & EXTRA_QUEUE_ID && row->queue_id == (uint32_t)queue) &&
		     !(row->extra & (EXTRA_NUMBER | EXTRA_PORTS | EXTRA_ADDRESS));

	if (!right)
		note("XDP socket on interface %u, queue %u, extra %x; not on %u, queue %d",
		     row->ifindex, row->queue_id, row->extra, ifindex, queue);
	return right;
}

TEST_F_TIMEOUT(kinds, xdp, 600)
{
	int unbound, first, last, gone;
	struct rows rows;

	gone = socket(AF_XDP, SOCK_RAW, 0);
	if (gone < 0)
		SKIP(return, "this kernel has no XDP sockets");
	close(gone);
	run("ip link add wide numtxqueues 4 numrxqueues 4 type dummy && ip link set wide up");
	run("ip link add gone type dummy && ip link set gone up");
	unbound = xdp_socket(NULL, 0);
	first = xdp_socket("lo", 0);
	last = xdp_socket("wide", 3);
	give_away(last);
	gone = xdp_socket("gone", 0);
	EXPECT_EQ(0, compare_all(&self->client));
	run("ip link del gone");

	rows = listing(&self->client);
	EXPECT_EQ(4, rows.count);
	EXPECT_TRUE(xdp_is(&rows, unbound, 0, -1));
	EXPECT_TRUE(xdp_is(&rows, first, netns_ifindex("lo"), 0));
	EXPECT_TRUE(xdp_is(&rows, last, netns_ifindex("wide"), 3));
	EXPECT_TRUE(xdp_is(&rows, gone, 0, -1));
	EXPECT_EQ(OWNER, find(&rows, last)->uid);
	EXPECT_EQ(0, find(&rows, first)->uid);
	rows_free(&rows);
}

/* All of them */

static void one_of_each(void)
{
	int fd[2];

	netns_sysctl("ipv4/ping_group_range", "0 2147483647");
	raw_socket(AF_INET, PROTOCOL, NULL);
	raw_socket(AF_INET6, PROTOCOL, NULL);
	ping_socket(AF_INET, "127.0.0.1", 1000);
	ping_socket(AF_INET6, "::1", 1000);
	unix_pair(SOCK_STREAM, fd);
	unix_send(fd[0], 100, 0);
	must(listen(unix_bound(SOCK_STREAM, "\0each", 5), 5), "listen");
	packet_socket(SOCK_RAW, 0, "lo");
	close(socket(AF_XDP, SOCK_RAW, 0));
	socket(AF_XDP, SOCK_RAW, 0);
}

static struct rows rows_of_all(struct client *client)
{
	struct request *request = malloc(sizeof(*request));
	struct rows rows = { 0 };

	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, WANTED);
	mnl_attr_put(request->nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	if (client_run(client, request, client_add_row, &rows))
		die("dump: %s %s", strerror(-client->error), client->message);
	free(request);
	return rows;
}

static bool in_netns(const struct row *row, const void *netns)
{
	return row->netns == *(const uint32_t *)netns;
}

static uint32_t own_netns(void)
{
	struct stat stat;
	int fd = netns_open();

	must(fstat(fd, &stat), "own namespace");
	close(fd);
	return stat.st_ino;
}

/* Kernels that keep the table of ping sockets to themselves are told by another test. */
static bool lists_ping(const struct rows *rows)
{
	for_each_row(row, rows)
		if (row->protocol == SOCKPORT_PROTOCOL_PING)
			return true;
	return false;
}

static unsigned int compare_here(const struct rows *rows, bool ping, const char *what)
{
	struct answers answers = ask_oracles();
	unsigned int i, wrong = 0;

	note("%s:", what);
	for (i = 0; local_oracles[i].name; i++)
		if (local_oracles[i].kind != SOCKPORT_PROTOCOL_PING || ping)
			wrong += oracle_compare(&local_oracles[i], &answers.rows[i], rows);
	forget_answers(&answers);
	return wrong;
}

/* Other namespaces have theirs, in the same tables or in their own. */
TEST_F_TIMEOUT(kinds, namespaces, 600)
{
	static const char *const names[] = { "first namespace", "second namespace" };
	struct rows all, own, here;
	uint32_t netns[2];
	unsigned int i;
	bool ping;
	int fd[2];

	for (i = 0; i < 2; i++) {
		if (i)
			netns_enter_bare();
		one_of_each();
		netns[i] = own_netns();
		fd[i] = netns_open();
	}
	/* The client's socket belongs to the first one. */
	own = listing(&self->client);
	all = rows_of_all(&self->client);
	ping = lists_ping(&all);
	for (i = 0; i < 2; i++) {
		netns_set(fd[i]);
		here = rows_select(&all, in_netns, &netns[i]);
		EXPECT_LT(ping ? 8 : 6, here.count);
		EXPECT_EQ(0, compare_here(&here, ping, names[i]));
		rows_free(&here);
	}
	netns_set(fd[0]);
	EXPECT_EQ(0, compare_here(&own, ping, "the client's own"));
	rows_free(&own);
	rows_free(&all);
}

struct wanted {
	uint8_t		protocol;
	uint32_t	states;
	uint32_t	uid;
};

static bool is_wanted(const struct row *row, const void *data)
{
	const struct wanted *wanted = data;

	return (!wanted->protocol || row->protocol == wanted->protocol) &&
	       (!wanted->states || wanted->states & 1U << row->state) &&
	       (!wanted->uid || row->uid == wanted->uid);
}

static struct rows rows_wanted(struct client *client, const struct wanted *wanted)
{
	struct request *request = malloc(sizeof(*request));
	struct rows rows = { 0 };
	struct nlattr *nest;

	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, WANTED);
	nest = mnl_attr_nest_start(request->nlh, SOCKPORT_A_SOCKET_FILTER);
	if (wanted->protocol)
		mnl_attr_put_u8(request->nlh, SOCKPORT_A_FILTER_PROTOCOL, wanted->protocol);
	if (wanted->states)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_FILTER_STATES, wanted->states);
	if (wanted->uid)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_FILTER_UID, wanted->uid);
	mnl_attr_nest_end(request->nlh, nest);
	if (client_run(client, request, client_add_row, &rows))
		die("dump: %s %s", strerror(-client->error), client->message);
	free(request);
	return rows;
}

TEST_F_TIMEOUT(kinds, filters, 600)
{
	static const struct wanted wanted[] = {
		{ SOCKPORT_PROTOCOL_RAW, 0, 0 }, { SOCKPORT_PROTOCOL_PING, 0, 0 },
		{ SOCKPORT_PROTOCOL_UNIX, 0, 0 }, { SOCKPORT_PROTOCOL_PACKET, 0, 0 },
		{ SOCKPORT_PROTOCOL_XDP, 0, 0 },
		{ 0, 1 << SOCKPORT_STATE_LISTEN, 0 }, { 0, 1 << SOCKPORT_STATE_ESTABLISHED, 0 },
		{ 0, 1 << SOCKPORT_STATE_CLOSE, 0 }, { 0, 1 << SOCKPORT_STATE_SYN_SENT, 0 },
		{ 0, 0, OWNER }, { SOCKPORT_PROTOCOL_UNIX, 1 << SOCKPORT_STATE_CLOSE, OWNER },
	};
	struct rows rows, expected, got;
	unsigned int i;

	one_of_each();
	give_away(new_socket(AF_UNIX, SOCK_DGRAM, 0));
	give_away(new_socket(AF_UNIX, SOCK_STREAM, 0));
	give_away(packet_socket(SOCK_RAW, 0, NULL));
	rows = listing(&self->client);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		expected = rows_select(&rows, is_wanted, &wanted[i]);
		got = rows_wanted(&self->client, &wanted[i]);
		EXPECT_EQ(0, rows_compare("filter", &expected, &got, ROW_ALL));
		rows_free(&expected);
		rows_free(&got);
	}
	rows_free(&rows);
}

/* An oracle that sees no difference proves nothing: break a row of each kind. */
TEST_F_TIMEOUT(kinds, oracles_notice, 600)
{
	const struct row_field_name *field;
	const struct oracle *oracle;
	unsigned int extra;
	struct rows rows;

	one_of_each();
	rows = listing(&self->client);
	for (oracle = local_oracles; oracle->name; oracle++) {
		for_each_row(row, &rows) {
			struct rows one = { .row = row, .count = 1 }, other = { 0 };
			struct row broken = *row;

			if (row->protocol != oracle->kind || !oracle_same(oracle, &one, &one) ||
			    (oracle->shows && !oracle->shows(row)))
				continue;
			EXPECT_FALSE(oracle_same(oracle, &one, &other));
			other = (struct rows){ .row = &broken, .count = 1 };
			for (field = row_field_names; field->name; field++) {
				if (!(field->field & oracle->fields))
					continue;
				broken.known ^= field->field;
				EXPECT_FALSE(oracle_same(oracle, &one, &other));
				broken = *row;
			}
			for (extra = EXTRA_ADDRESS; extra <= EXTRA_QUEUE_ID; extra <<= 1) {
				if (!(extra & oracle->extras))
					continue;
				broken.extra ^= extra;
				EXPECT_FALSE(oracle_same(oracle, &one, &other)) {
					note("%s does not notice %x", oracle->name, extra);
				}
				broken = *row;
			}
			broken.rx_queue++;
			EXPECT_EQ(oracle->fields & row->known & ROW_RX_QUEUE ? 1 : 0,
				  !oracle_same(oracle, &one, &other));
		}
	}
	rows_free(&rows);
}

TEST_HARNESS_MAIN
