// SPDX-License-Identifier: GPL-2.0
/*
 * failures.c - connections that do not come to be, before a SYN is sent and after
 *
 * Each is counted once, with its cause, and told once, whether the call waits or not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/loss.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/stream.h"
#include "lib/trace.h"

#define PORT		8000
#define CLOSED_PORT	8001
#define MINE		7001
#define LOCAL_PORTS	4
#define DOWN		"asleep"

static const char routes[] =
	"link add " DOWN " type dummy\n"
	"addr add 192.0.3.1/24 dev " DOWN "\n"
	"route add unreachable 10.1.0.0/24\n"
	"route add blackhole 10.2.0.0/24\n"
	"route add prohibit 10.3.0.0/24\n"
	"route add unreachable 2001:db8:1::/48\n"
	"route add blackhole 2001:db8:2::/48\n"
	"route add prohibit 2001:db8:3::/48\n";

FIXTURE(failures) {
	struct client	client;
	struct events	events;
	char		room[32];
};

FIXTURE_SETUP(failures)
{
	netns_enter();
	loss_begin();
	feed("ip -batch -", routes);
	history_on();
	module_parameter("history_sockets", "1048576", self->room);
	self->client = client_open();
	self->events = events_begin();
	prctl(PR_SET_NAME, "hopeless");
}

FIXTURE_TEARDOWN(failures)
{
	module_parameter("history_sockets", self->room, NULL);
	events_end(&self->events);
	client_close(&self->client);
}

/* How a program calls. */
enum manner {
	WAITING,
	AT_ONCE,
	MANNERS,
};

/* An address of the text's family, which the socket's may be wider than. */
static socklen_t address_of(struct sockaddr_storage *to, int family, const char *text,
			    uint16_t port)
{
	struct sockaddr_in6 *v6 = (void *)to;
	struct sockaddr_in *v4 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET) {
		v4->sin_port = htons(port);
		inet_pton(AF_INET, text, &v4->sin_addr);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port);
	inet_pton(AF_INET6, text, &v6->sin6_addr);
	return sizeof(*v6);
}

static int new_socket(int family, enum manner manner)
{
	const int flags = SOCK_CLOEXEC | (manner == AT_ONCE ? SOCK_NONBLOCK : 0);
	int fd = socket(family, SOCK_STREAM | flags, 0);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	return fd;
}

/* What connect() says, or whoever waits for its end. */
static int error_of(int fd, int family, const char *text, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(&to, family, text, port);

	if (!connect(fd, (void *)&to, length))
		return 0;
	return errno == EINPROGRESS ? stream_error(fd) : errno;
}

static int call(int family, const char *text, uint16_t port, enum manner manner)
{
	int fd = new_socket(family, manner), error = error_of(fd, family, text, port);

	close(fd);
	return error;
}

static bool is_remote(const struct event *event, int family, const char *text)
{
	uint8_t expected[16];

	inet_pton(family, text, expected);
	return event->length == (family == AF_INET ? 4 : 16) &&
	       !memcmp(event->remote, expected, event->length);
}

/* The next event is a failure of a connection to there, by this process. */
#define EXPECT_TOLD(address_family, address, to_port, why) do { \
	struct event *told = events_take(&self->events, SOCKPORT_EVENT_TYPE_FAIL, \
					 SOCKPORT_ROLE_OUT); \
	EXPECT_EQ(SOCKPORT_CAUSE_##why, EVENT(told, CAUSE)); \
	EXPECT_EQ(to_port, EVENT(told, PORT)); \
	EXPECT_EQ(to_port, EVENT(told, REMOTE_PORT)); \
	EXPECT_TRUE(is_remote(told, address_family, address)); \
	EXPECT_EQ(getpid(), (pid_t)EVENT(told, PID)); \
	EXPECT_STREQ("hopeless", told->comm); \
} while (0)

/* Failures told are those that were taken. A reset is the last thing that happens. */
#define EXPECT_NO_MORE() do { \
	unsigned int more = 0; \
	size_t i; \
	EXPECT_EQ(0, history_reset(&self->client)); \
	events_take(&self->events, SOCKPORT_EVENT_TYPE_RESET, 0); \
	for (i = 0; i < self->events.count; i++) \
		more += !self->events.event[i].taken && \
			EVENT(&self->events.event[i], TYPE) == SOCKPORT_EVENT_TYPE_FAIL; \
	EXPECT_EQ(0, more); \
} while (0)

/* Without them nobody hears of what fails before a SYN is sent. */
#define NEED_RETURN_PROBES() do { \
	if (!trace_returns("tcp_v4_connect")) \
		SKIP(return, "this kernel has no return probes"); \
} while (0)

/* Nothing is sent where there is no way. */
static const struct nowhere {
	int		family;
	const char	*address;
	int		error;
} nowhere[] = {
	{ AF_INET, "198.51.100.1", ENETUNREACH },
	{ AF_INET, "10.1.0.1", EHOSTUNREACH },
	{ AF_INET, "10.2.0.1", EINVAL },
	{ AF_INET, "10.3.0.1", EACCES },
	{ AF_INET, "192.0.2.255", ENETUNREACH },
	{ AF_INET, "224.0.0.1", ENETUNREACH },
	{ AF_INET, "255.255.255.255", ENETUNREACH },
	{ AF_INET6, "2001:db8:ffff::1", ENETUNREACH },
	{ AF_INET6, "2001:db8:1::1", EHOSTUNREACH },
	{ AF_INET6, "2001:db8:2::1", EINVAL },
	{ AF_INET6, "2001:db8:3::1", EACCES },
	{ AF_INET6, "ff02::1", ENETUNREACH },
	{ AF_INET6, "fe80::77", EINVAL },
	{ AF_INET6, "::ffff:198.51.100.1", ENETUNREACH },
	{ AF_INET6, "::ffff:10.1.0.1", EHOSTUNREACH },
	{ AF_INET6, "::ffff:10.2.0.1", EINVAL },
	{ AF_INET6, "::ffff:10.3.0.1", EACCES },
};

#define NOWHERE (sizeof(nowhere) / sizeof(*nowhere))

TEST_F_TIMEOUT(failures, nowhere, 300)
{
	const struct nowhere *to;
	enum manner manner;

	NEED_RETURN_PROBES();
	for (to = nowhere; to < nowhere + NOWHERE; to++) {
		for (manner = WAITING; manner < MANNERS; manner++) {
			EXPECT_EQ(to->error, call(to->family, to->address, PORT, manner)) {
				TH_LOG("%s", to->address);
			}
			EXPECT_TOLD(to->family, to->address, PORT, UNREACHABLE);
		}
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(UNREACHABLE, NOWHERE * MANNERS),
				 H(SEGMENTS_OUT, 0)));
	EXPECT_NO_MORE();
}

/* One socket again and again, at last to where there is somebody. */
TEST_F_TIMEOUT(failures, again, 300)
{
	int fd = new_socket(AF_INET, WAITING), i;

	NEED_RETURN_PROBES();
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(EHOSTUNREACH, error_of(fd, AF_INET, "10.1.0.1", PORT));
		EXPECT_TOLD(AF_INET, "10.1.0.1", PORT, UNREACHABLE);
		EXPECT_EQ(ECONNREFUSED, error_of(fd, AF_INET, "127.0.0.1", PORT));
		EXPECT_TOLD(AF_INET, "127.0.0.1", PORT, REFUSED);
	}
	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	EXPECT_EQ(0, error_of(fd, AF_INET, "127.0.0.1", PORT));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(UNREACHABLE, 3), H(REFUSED, 3),
				 H(RESETS_RECEIVED, 3), H(OPENED, 1), H(CONNECTIONS, 1)));
	EXPECT_NO_MORE();
}

TEST_F_TIMEOUT(failures, interface_is_down, 300)
{
	enum manner manner;
	int fd;

	NEED_RETURN_PROBES();
	for (manner = WAITING; manner < MANNERS; manner++) {
		fd = new_socket(AF_INET, manner);
		ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, DOWN, sizeof(DOWN)));
		EXPECT_EQ(ENETUNREACH, error_of(fd, AF_INET, "192.0.3.7", PORT));
		EXPECT_TOLD(AF_INET, "192.0.3.7", PORT, UNREACHABLE);
		close(fd);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(UNREACHABLE, MANNERS)));
}

/* What is no address, and what was forbidden before it came to TCP, is no connection. */
TEST_F_TIMEOUT(failures, no_calls, 300)
{
	int v4 = new_socket(AF_INET, WAITING), v6 = new_socket(AF_INET6, WAITING);
	struct sockaddr_storage to;

	address_of(&to, AF_INET6, "2001:db8:1::1", PORT);
	EXPECT_EQ(-1, connect(v4, (void *)&to, sizeof(struct sockaddr_in6)));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	EXPECT_EQ(-1, connect(v6, (void *)&to, sizeof(struct sockaddr_in)));
	EXPECT_EQ(EINVAL, errno);
	address_of(&to, AF_INET, "10.1.0.1", PORT);
	EXPECT_EQ(-1, connect(v6, (void *)&to, sizeof(struct sockaddr_in6)));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	EXPECT_EQ(-1, connect(v4, (void *)&to, sizeof(struct sockaddr_in) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, PORT).told);
	EXPECT_NO_MORE();
}

static const struct way {
	int		family;
	const char	*address;
} to_self[] = {
	{ AF_INET, "127.0.0.1" },
	{ AF_INET6, "2001:db8::1" },
	{ AF_INET6, "::ffff:127.0.0.1" },
};

#define TO_SELF (sizeof(to_self) / sizeof(*to_self))

/* The descriptor is forgotten, the connection stays. */
static int open_for_good(int family, const char *address)
{
	return error_of(new_socket(family, WAITING), family, address, PORT);
}

/* The ports that there are lead to one other end already. */
TEST_F_TIMEOUT(failures, no_local_port, 300)
{
	const struct way *to;
	enum manner manner;
	unsigned int i;

	netns_sysctl("ipv4/ip_local_port_range", "40000 40003");
	socket_listen(AF_INET, "127.0.0.1", PORT, 100);
	socket_listen(AF_INET6, "2001:db8::1", PORT, 100);
	for (i = 0; i < LOCAL_PORTS; i++) {
		EXPECT_EQ(0, open_for_good(AF_INET, "127.0.0.1"));
		EXPECT_EQ(0, open_for_good(AF_INET6, "2001:db8::1"));
	}
	for (to = to_self; to < to_self + TO_SELF; to++) {
		for (manner = WAITING; manner < MANNERS; manner++) {
			EXPECT_EQ(EADDRNOTAVAIL, call(to->family, to->address, PORT, manner));
			EXPECT_TOLD(to->family, to->address, PORT, NO_LOCAL_PORT);
		}
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 2 * LOCAL_PORTS),
				 H(CONNECTIONS, 2 * LOCAL_PORTS),
				 H(NO_LOCAL_PORT, MANNERS * TO_SELF)));
	EXPECT_NO_MORE();
}

static int bound_socket(void)
{
	struct sockaddr_storage mine;
	socklen_t length = address_of(&mine, AF_INET, "127.0.0.1", MINE);
	int fd = new_socket(AF_INET, WAITING);

	socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (void *)&mine, length))
		die("bind: %s", strerror(errno));
	return fd;
}

/* From one port to the same other end twice. */
TEST_F_TIMEOUT(failures, bound_port_is_taken, 300)
{
	int first = bound_socket(), second = bound_socket();

	socket_listen(AF_INET, "127.0.0.1", PORT, 5);
	EXPECT_EQ(0, error_of(first, AF_INET, "127.0.0.1", PORT));
	EXPECT_EQ(EADDRNOTAVAIL, error_of(second, AF_INET, "127.0.0.1", PORT));
	EXPECT_TOLD(AF_INET, "127.0.0.1", PORT, NO_LOCAL_PORT);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, 1), H(CONNECTIONS, 1),
				 H(NO_LOCAL_PORT, 1)));
	EXPECT_NO_MORE();
}

/* Sockets that there is no room to follow fail once each, too. */
TEST_F_TIMEOUT(failures, not_followed, 300)
{
	unsigned int i;

	NEED_RETURN_PROBES();
	netns_sysctl("ipv4/ip_local_port_range", "40000 40003");
	socket_listen(AF_INET, "127.0.0.1", PORT, 100);
	for (i = 0; i < LOCAL_PORTS; i++)
		EXPECT_EQ(0, open_for_good(AF_INET, "127.0.0.1"));
	module_parameter("history_sockets", "0", NULL);
	EXPECT_EQ(EADDRNOTAVAIL, call(AF_INET, "127.0.0.1", PORT, WAITING));
	EXPECT_EQ(EHOSTUNREACH, call(AF_INET, "10.1.0.1", PORT, WAITING));
	EXPECT_EQ(ECONNREFUSED, call(AF_INET6, "2001:db8::1", PORT, WAITING));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(OPENED, LOCAL_PORTS),
				 H(CONNECTIONS, LOCAL_PORTS), H(NO_LOCAL_PORT, 1),
				 H(UNREACHABLE, 1), H(REFUSED, 1), H(RESETS_RECEIVED, 1)));
}

TEST_F_TIMEOUT(failures, refused, 300)
{
	const struct way *to;
	enum manner manner;

	for (to = to_self; to < to_self + TO_SELF; to++) {
		for (manner = WAITING; manner < MANNERS; manner++) {
			EXPECT_EQ(ECONNREFUSED, call(to->family, to->address, CLOSED_PORT, manner));
			EXPECT_TOLD(to->family, to->address, CLOSED_PORT, REFUSED);
		}
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, CLOSED_PORT,
				 H(REFUSED, MANNERS * TO_SELF),
				 H(RESETS_RECEIVED, MANNERS * TO_SELF)));
	EXPECT_NO_MORE();
}

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* Within its connect() the first subflow may learn of the reset. */
TEST_F_TIMEOUT(failures, refused_mptcp, 300)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(&to, AF_INET, "127.0.0.1", CLOSED_PORT);
	enum manner manner;
	int fd, error;

	for (manner = WAITING; manner < MANNERS; manner++) {
		fd = socket(AF_INET, SOCK_STREAM | (manner == AT_ONCE ? SOCK_NONBLOCK : 0),
			    IPPROTO_MPTCP);
		if (fd < 0)
			SKIP(return, "this kernel has no MPTCP");
		error = connect(fd, (void *)&to, length) ? errno : 0;
		if (error == EINPROGRESS)
			error = stream_error(fd);
		EXPECT_EQ(ECONNREFUSED, error);
		close(fd);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, CLOSED_PORT, H(REFUSED, MANNERS),
				 H(RESETS_RECEIVED, MANNERS)));
}

/* All ways to stop waiting for an answer. */
enum giving_up {
	CLOSE,
	SHUT,
	CALL_NOBODY,
	TIME_OUT,
	DIE,
	WAYS,
};

static void give_up(enum giving_up way)
{
	const struct timeval soon = { .tv_usec = 10000 };
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int fd = new_socket(AF_INET, way == TIME_OUT ? WAITING : AT_ONCE);
	struct sockaddr_storage to;
	socklen_t length = address_of(&to, AF_INET, "127.0.0.1", CLOSED_PORT);

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	if (!connect(fd, (void *)&to, length) || errno != EINPROGRESS)
		die("connect: %s", strerror(errno));
	if (way == DIE)
		return;
	if (way == SHUT && shutdown(fd, SHUT_RDWR))
		die("shutdown: %s", strerror(errno));
	if (way == CALL_NOBODY && connect(fd, &nobody, sizeof(nobody)))
		die("connect to nobody: %s", strerror(errno));
	close(fd);
}

TEST_F_TIMEOUT(failures, given_up, 300)
{
	enum giving_up way;
	pid_t child;
	int status;

	loss_add(LOSS_SYN, CLOSED_PORT);
	loss_commit();
	for (way = CLOSE; way < WAYS; way++) {
		struct event *told;

		child = fork();
		if (!child) {
			give_up(way);
			_exit(0);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
		told = events_take(&self->events, SOCKPORT_EVENT_TYPE_FAIL, SOCKPORT_ROLE_OUT);
		EXPECT_EQ(SOCKPORT_CAUSE_GIVEN_UP, EVENT(told, CAUSE));
		EXPECT_EQ(child, (pid_t)EVENT(told, PID));
		EXPECT_TRUE(is_remote(told, AF_INET, "127.0.0.1"));
		EXPECT_EQ(CLOSED_PORT, EVENT(told, REMOTE_PORT));
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, CLOSED_PORT, H(GIVEN_UP, WAYS)));
	EXPECT_NO_MORE();
}

/* The socket is used again after it was called off: the error of then is not of now. */
TEST_F_TIMEOUT(failures, given_up_twice, 300)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int fd = new_socket(AF_INET, AT_ONCE);
	struct sockaddr_storage to;
	socklen_t length = address_of(&to, AF_INET, "127.0.0.1", CLOSED_PORT);

	loss_add(LOSS_SYN, CLOSED_PORT);
	loss_commit();
	EXPECT_EQ(-1, connect(fd, (void *)&to, length));
	EXPECT_EQ(0, connect(fd, &nobody, sizeof(nobody)));
	EXPECT_EQ(-1, connect(fd, (void *)&to, length));
	close(fd);
	EXPECT_TOLD(AF_INET, "127.0.0.1", CLOSED_PORT, GIVEN_UP);
	EXPECT_TOLD(AF_INET, "127.0.0.1", CLOSED_PORT, GIVEN_UP);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, CLOSED_PORT, H(GIVEN_UP, 2)));
}

/*
 * Both ends open at once, the answers get lost; then one is gone, and a reset answers
 * what the other says.
 */
TEST_F_TIMEOUT(failures, reset_opening, 300)
{
	int here, there;

	loss_add(LOSS_SYN, PORT);
	loss_commit();
	here = socket_connect(AF_INET, "127.0.0.1", PORT, MINE);
	loss_add(LOSS_SYNACK, MINE);
	loss_commit();
	there = socket_connect(AF_INET, "127.0.0.1", MINE, PORT);
	socket_wait_state(here, SOCKPORT_STATE_SYN_RECV);
	close(there);
	loss_delete(LOSS_SYNACK, MINE);
	loss_commit();
	EXPECT_EQ(ECONNRESET, stream_error(here));
	EXPECT_TOLD(AF_INET, "127.0.0.1", MINE, GIVEN_UP);
	EXPECT_TOLD(AF_INET, "127.0.0.1", PORT, RESET_BY_PEER);
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(RESET_OPENING, 1),
				 H(RESETS_RECEIVED, 1)));
	EXPECT_NO_MORE();
}

/* Who does not answer for a link is not there: it takes as long as neighbours may. */
TEST_F_TIMEOUT(failures, no_neighbour, 300)
{
	enum manner manner;

	feed("ip -batch -", "link add veth0 type veth peer name veth1\n"
	     "link set veth1 up\nlink set veth0 addrgenmode none up\n"
	     "addr add 192.0.4.1/24 dev veth0\naddr add 2001:db8:4::1/64 dev veth0 nodad\n");
	netns_sysctl("ipv4/neigh/veth0/retrans_time_ms", "50");
	netns_sysctl("ipv6/neigh/veth0/retrans_time_ms", "50");
	for (manner = WAITING; manner < MANNERS; manner++) {
		EXPECT_EQ(EHOSTUNREACH, call(AF_INET, "192.0.4.77", PORT, manner));
		EXPECT_TOLD(AF_INET, "192.0.4.77", PORT, UNREACHABLE);
		EXPECT_EQ(EHOSTUNREACH, call(AF_INET6, "2001:db8:4::77", PORT, manner));
		EXPECT_TOLD(AF_INET6, "2001:db8:4::77", PORT, UNREACHABLE);
	}
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(UNREACHABLE, 2 * MANNERS)));
	EXPECT_NO_MORE();
}

/* A namespace in which there is nothing at all. */
TEST_F_TIMEOUT(failures, empty_namespace, 300)
{
	struct client client;

	NEED_RETURN_PROBES();
	netns_enter_bare();
	client = client_open();
	EXPECT_EQ(ENETUNREACH, call(AF_INET, "192.0.2.1", PORT, WAITING));
	EXPECT_EQ(ENETUNREACH, call(AF_INET6, "2001:db8::1", PORT, WAITING));
	EXPECT_EQ(0, TCP_DIFFERS(&client, OUT, PORT, H(UNREACHABLE, 2)));
	client_close(&client);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, PORT).told);
}

/* No history, no probe; and with it again all are counted. */
TEST_F_TIMEOUT(failures, switched, 300)
{
	NEED_RETURN_PROBES();
	module_parameter("history", "N", NULL);
	EXPECT_EQ(EHOSTUNREACH, call(AF_INET, "10.1.0.1", PORT, WAITING));
	module_parameter("history", "Y", NULL);
	EXPECT_FALSE(history_of(&self->client, SOCKPORT_ROLE_OUT, PORT).told);
	EXPECT_EQ(EHOSTUNREACH, call(AF_INET, "10.1.0.1", PORT, WAITING));
	EXPECT_EQ(0, TCP_DIFFERS(&self->client, OUT, PORT, H(UNREACHABLE, 1)));
}

TEST_HARNESS_MAIN
