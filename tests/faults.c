// SPDX-License-Identifier: GPL-2.0
/*
 * faults.c - whichever allocation fails, an answer is whole or an error says that it
 * is not, and the next one is right
 *
 * Each request is made again and again: the first allocation fails, the second, and so
 * on, until there are no more; once that one alone, and once all that come after it
 * too. The oracle is the same request with all the memory it needs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/doors.h"
#include "lib/faults.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/program.h"
#include "lib/stream.h"

#define PORT		8000
#define MPTCP_PORT	8002
#define SCTP_PORT	8003
#define CLOSED_PORT	8009
#define BINDX_ADD	100	/* SCTP_SOCKOPT_BINDX_ADD */
#define IMPATIENT	60	/* seconds; the kernel always answers */

/* The filter has the same number in all commands that take it, but for events. */
#define FILTER		SOCKPORT_A_SOCKET_FILTER

static struct nlattr *filter_begin(struct nlmsghdr *nlh)
{
	return mnl_attr_nest_start(nlh, FILTER);
}

static void want_all(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_WANT, SOCKPORT_WANT_MASK);
}

/* Of a program with forward jumps. */
static void filter_program(struct nlmsghdr *nlh)
{
	struct node tcp = { .leaf = { .condition = SOCKPORT_CONDITION_PROTOCOL,
				      .mask = 1 << SOCKPORT_PROTOCOL_TCP } };
	struct node port = { .leaf = { .condition = SOCKPORT_CONDITION_PORT,
				       .value = PORT, .last = PORT + 10 } };
	struct node both = { .kind = NODE_AND, .one = &tcp, .other = &port };
	struct node not_tcp = { .kind = NODE_NOT, .one = &tcp };
	struct node all = { .kind = NODE_OR, .one = &both, .other = &not_tcp };
	struct nlattr *nest = filter_begin(nlh);

	program_put(nlh, &all);
	mnl_attr_nest_end(nlh, nest);
}

static void processes_of_program(struct nlmsghdr *nlh)
{
	filter_program(nlh);
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_WANT,
			 SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP);
}

static void own_sockets(struct nlmsghdr *nlh)
{
	struct nlattr *nest = filter_begin(nlh);

	mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_PID, getpid());
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_WANT, SOCKPORT_WANT_PROCESSES);
}

static void all_sockets(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
}

static int other_netns = -1;

static void other_sockets(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, SOCKPORT_A_SOCKET_NETNS_FD, other_netns);
	want_all(nlh);
}

static void one_socket(struct nlmsghdr *nlh)
{
	struct nlattr *nest = filter_begin(nlh), *range;

	mnl_attr_put_u8(nlh, SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	range = mnl_attr_nest_start(nlh, SOCKPORT_A_FILTER_LOCAL_PORT);
	mnl_attr_put_u32(nlh, SOCKPORT_A_RANGE_FIRST, PORT);
	mnl_attr_nest_end(nlh, range);
	mnl_attr_put_u32(nlh, SOCKPORT_A_FILTER_STATES, 1 << SOCKPORT_STATE_LISTEN);
	mnl_attr_nest_end(nlh, nest);
	want_all(nlh);
}

static void all_of_ports(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, SOCKPORT_A_PORT_WANT, SOCKPORT_WANT_PROCESSES |
			 SOCKPORT_WANT_AGE | HISTORY_WANT | SOCKPORT_WANT_WORKERS);
}

static void one_port(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(nlh, SOCKPORT_A_PORT_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(nlh, SOCKPORT_A_PORT_PORT, PORT);
	all_of_ports(nlh);
}

static void all_ports(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, SOCKPORT_A_PORT_NETNS_ALL, 0, NULL);
	mnl_attr_put_u32(nlh, SOCKPORT_A_PORT_WANT, HISTORY_WANT);
}

static void all_doors(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, SOCKPORT_A_CLOSED_DOOR_NETNS_ALL, 0, NULL);
}

static void events_filter(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOCKPORT_A_EVENT_FILTER);

	mnl_attr_put_u8(nlh, SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_nest_end(nlh, nest);
}

static void all_programs(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, SOCKPORT_A_PROGRAM_NETNS_ALL, 0, NULL);
}

static void nothing(struct nlmsghdr *nlh)
{
	(void)nlh;
}

/* What is in other namespaces is not the test's. */
enum changes {
	NONE,
	VALUES,
	OTHERS,
};

/**
 * struct question - a request
 * @put: its attributes
 * @changes: what does not stay the same of its answer
 */
struct question {
	const char	*name;
	uint8_t		command;
	uint16_t	flags;
	void		(*put)(struct nlmsghdr *nlh);
	enum changes	changes;
};

static const struct question sockets[] = {
	{ "sockets", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, nothing, VALUES },
	{ "all of sockets", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, want_all, VALUES },
	{ "a program", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, processes_of_program, VALUES },
	{ "own sockets", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, own_sockets, VALUES },
	{ "those of all", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, all_sockets, OTHERS },
	{ "those of another", SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP, other_sockets, VALUES },
	{ "one socket", SOCKPORT_CMD_SOCKET_GET, 0, one_socket, VALUES },
	{ NULL },
};

static const struct question ports[] = {
	{ "ports", SOCKPORT_CMD_PORT_GET, NLM_F_DUMP, nothing, NONE },
	{ "all of ports", SOCKPORT_CMD_PORT_GET, NLM_F_DUMP, all_of_ports, NONE },
	{ "a program", SOCKPORT_CMD_PORT_GET, NLM_F_DUMP, filter_program, NONE },
	{ "those of all", SOCKPORT_CMD_PORT_GET, NLM_F_DUMP, all_ports, OTHERS },
	{ "one port", SOCKPORT_CMD_PORT_GET, 0, one_port, NONE },
	{ NULL },
};

static const struct question pasts[] = {
	{ "stats", SOCKPORT_CMD_STATS_GET, 0, nothing, VALUES },
	{ "closed doors", SOCKPORT_CMD_CLOSED_DOOR_GET, NLM_F_DUMP, nothing, NONE },
	{ "all closed doors", SOCKPORT_CMD_CLOSED_DOOR_GET, NLM_F_DUMP, all_doors, OTHERS },
	{ "ended", SOCKPORT_CMD_CLOSED_GET, NLM_F_DUMP, nothing, NONE },
	{ "ended, some", SOCKPORT_CMD_CLOSED_GET, NLM_F_DUMP, events_filter, NONE },
	{ "programs", SOCKPORT_CMD_PROGRAM_GET, NLM_F_DUMP, nothing, NONE },
	{ "programs of all", SOCKPORT_CMD_PROGRAM_GET, NLM_F_DUMP, all_programs, OTHERS },
	{ "events", SOCKPORT_CMD_EVENT_LISTEN, 0, nothing, VALUES },
	{ "some events", SOCKPORT_CMD_EVENT_LISTEN, 0, events_filter, VALUES },
	{ "reset", SOCKPORT_CMD_HISTORY_RESET, 0, nothing, NONE },
	{ NULL },
};

/**
 * struct answer - what is compared of an answer
 * @error: 0 or -errno
 * @digest: of all messages, whatever their order
 * @failed: an allocation has failed
 */
struct answer {
	const struct question *question;
	int		error;
	unsigned int	messages;
	uint64_t	digest;
	bool		failed;
};

static uint64_t mix(uint64_t digest, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	while (length--)
		digest = (digest ^ *byte++) * 0x100000001b3;
	return digest;
}

/* An age goes on by itself. */
static bool is_age(const struct question *question, const struct nlattr *attr)
{
	return question->command == SOCKPORT_CMD_PORT_GET &&
	       (mnl_attr_get_type(attr) == SOCKPORT_A_PORT_CLOSE_WAIT_AGE ||
		mnl_attr_get_type(attr) == SOCKPORT_A_PORT_ACCEPT_AGE);
}

static int add_message(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;
	uint64_t digest = 0xcbf29ce484222325;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		digest = mix(digest, attr, sizeof(*attr));
		if (!answer->question->changes && !is_age(answer->question, attr))
			digest = mix(digest, mnl_attr_get_payload(attr),
				     mnl_attr_get_payload_len(attr));
	}
	answer->digest += digest;
	answer->messages++;
	return MNL_CB_OK;
}

/* With the allocation @first of it failing, or all from there on; none if it is 0. */
static struct answer ask(const struct question *question, enum faults kind, unsigned int first)
{
	const struct timeval limit = { .tv_sec = IMPATIENT };
	struct answer answer = { .question = question };
	static struct request request;
	struct client client = client_open();
	int fd = mnl_socket_get_fd(client.nl);
	ssize_t sent;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		die("SO_RCVTIMEO: %s", strerror(errno));
	request_begin(&client, &request, question->command,
		      question->flags ? question->flags : NLM_F_ACK);
	question->put(request.nlh);
	if (first)
		faults_set(kind, first);
	sent = send(fd, request.nlh, request.nlh->nlmsg_len, 0);
	answer.error = sent < 0 ? -errno : client_receive(&client, add_message, &answer);
	if (first)
		answer.failed = faults_clear();
	client_close(&client);
	return answer;
}

static bool same(const struct answer *one, const struct answer *other)
{
	return one->error == other->error && one->messages == other->messages &&
	       one->digest == other->digest;
}

/* An error that says what happened, or all that there is. */
static bool is_right(const struct answer *answer, const struct answer *whole)
{
	if (answer->error == -ENOMEM || answer->error == -ENOBUFS)
		return answer->failed;
	return same(answer, whole);
}

/* What has just happened may have timers that run out. */
static struct answer settled(const struct question *question)
{
	struct answer answer = ask(question, FAULTS_ONE, 0), next;
	struct deadline d = deadline();

	for (;;) {
		if (answer.error)
			die("%s: %s", question->name, strerror(-answer.error));
		next = ask(question, FAULTS_ONE, 0);
		if (same(&answer, &next))
			return answer;
		deadline_wait(&d, "two answers are the same");
		answer = next;
	}
}

/* Returns how many answers were wrong. */
static unsigned int try_all(const struct question *question, enum faults kind)
{
	struct answer whole = settled(question), answer, after;
	unsigned int first = 0, wrong = 0, errors = 0;

	do {
		answer = ask(question, kind, ++first);
		after = ask(question, kind, 0);
		errors += answer.error != 0;
		if (question->changes == OTHERS && !after.error)
			whole = after;
		if (is_right(&answer, &whole) && same(&after, &whole) && faults_hold_nothing())
			continue;
		wrong++;
		note("%s, allocation %u: %d, %u messages instead of %u, then %d, %u", question->name,
		     first, answer.error, answer.messages, whole.messages, after.error,
		     after.messages);
	} while (answer.failed);
	note("%s: %u allocations, %u errors", question->name, first - 1, errors);
	/* Some of them are ours, and are needed. */
	return wrong + !errors;
}

static unsigned int try_questions(const struct question *question)
{
	unsigned int wrong = 0;
	enum faults kind;

	for (; question->name; question++)
		for (kind = 0; kind < FAULTS_KINDS; kind++)
			wrong += try_all(question, kind);
	return wrong;
}

static void listen_on(int protocol, uint16_t port, bool more)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	/* Not every kernel has every protocol. */
	if (fd < 0)
		return;
	if (bind(fd, (void *)&address, sizeof(address)))
		die("port %u: %s", port, strerror(errno));
	address.sin_addr.s_addr = inet_addr("192.0.2.1");
	if (more && setsockopt(fd, IPPROTO_SCTP, BINDX_ADD, &address, sizeof(address)))
		die("an address more: %s", strerror(errno));
	if (listen(fd, 5))
		die("listen: %s", strerror(errno));
}

/* The client's end is a subflow, and has a token. */
static void connect_mptcp(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(MPTCP_PORT),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);

	if (fd >= 0 && connect(fd, (void *)&address, sizeof(address)))
		die("MPTCP: %s", strerror(errno));
}

static void some_past(int listener)
{
	struct knocker knocker = knocker_open(AF_INET, "127.0.0.1", "127.0.0.1");

	knock_tcp(&knocker, CLOSED_PORT);
	knock_udp(&knocker, CLOSED_PORT);
	knocker_close(&knocker);
	stream_live(listener, AF_INET, "127.0.0.1", 100, 100, CLIENT_FIRST, NULL, NULL);
}

static void some_sockets(void)
{
	int pair[2], listener = socket_listen(AF_INET, "127.0.0.1", PORT, 5);

	some_past(listener);
	/* One that is accepted, and one that waits. */
	socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	socket_accept(listener);
	socket_connect(AF_INET, "127.0.0.1", PORT, 0);
	socket_listen(AF_INET6, "2001:db8::1", PORT + 1, 5);
	socket_bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1", PORT);
	listen_on(IPPROTO_MPTCP, MPTCP_PORT, false);
	connect_mptcp();
	listen_on(IPPROTO_SCTP, SCTP_PORT, true);
	/* One that is in no table, and kinds that have tables of their own. */
	if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
	    socket(AF_PACKET, SOCK_RAW, 0) < 0 || socket(AF_INET, SOCK_RAW, IPPROTO_UDP) < 0)
		die("socket: %s", strerror(errno));
}

FIXTURE(faults) {
};

FIXTURE_SETUP(faults)
{
	(void)self;
	if (!faults_work())
		return;
	netns_enter();
	/* None ends while requests are made. */
	netns_sysctl("ipv4/tcp_max_tw_buckets", "0");
	other_netns = netns_open();
	history_on();
	some_sockets();
	faults_begin();
}

FIXTURE_TEARDOWN(faults)
{
	(void)self;
}

TEST_F_TIMEOUT(faults, sockets, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_questions(sockets));
}

TEST_F_TIMEOUT(faults, ports, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_questions(ports));
}

TEST_F_TIMEOUT(faults, pasts, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_questions(pasts));
}

TEST_HARNESS_MAIN
