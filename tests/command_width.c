// SPDX-License-Identifier: GPL-2.0
/*
 * No line of a listing is wider than its terminal, whatever names and addresses there are: the
 * kernel is made up, and what it says of everything is the longest that there can be.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include "kselftest_harness.h"

#include "../userspace/answer.h"
#include "../userspace/columns/printer.h"
#include "../userspace/commands.h"
#include "../userspace/format/clock.h"
#include "../userspace/host/book.h"
#include "../userspace/kernel/client.h"

#define ROWS		6
#define WORDS_MAX	12
#define HERE		4026531840u
/* What 64 hexadecimal digits are in a cgroup is a container. */
#define ID		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CHINESE		"\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8\xe8\xbf\x9b\xe7\xa8\x8b"
#define ARABIC		"\xd8\xae\xd8\xa7\xd8\xaf\xd9\x85\xd8\xae\xd8\xa7"

/* As the kernel allows: TASK_COMM_LEN, IFNAMSIZ, and a part of a path. */
static const char *const comms[ROWS] = {
	CHINESE, ARABIC ".", "\001\002\003\004\005\006\007\x1b[2J\x7f\x80\x81\x82",
	"with, [blanks] ", "kworker/u257:12", "~~~~~~~~~~~~~~~",
};
static const char *const devices[ROWS] = {
	CHINESE, ARABIC "..", "\001\002\003\004\005\006\007\x08\x1b[2J\x7f\x80\x81",
	"enp129s0f1np1d9", "wg-amsterdam-07", "v,e,t,h,1,2,3,4",
};
static const char *const cgroups[ROWS] = {
	"/system.slice/" CHINESE CHINESE CHINESE CHINESE ".service",
	"/kubepods.slice/kubepods-besteffort.slice/cri-containerd-" ID ".scope",
	"/user.slice/user-4294967294.slice/user@4294967294.service/app.slice/" ARABIC ARABIC ARABIC ".service",
	"/system.slice/system-a\\x2dvery\\x2dlong\\x2dtemplate.slice/a-very-long-template@with-an-instance-that-is-long.service",
	"/lxc.payload." CHINESE "/init.scope",
	"/machine.slice/\001\002\003\004\005\006\007.service",
};

static const char *find(const struct book *book, enum book_kind kind, uint32_t first,
			uint32_t second)
{
	(void)book;
	(void)second;
	switch (kind) {
	case BOOK_INTERFACE:
		return devices[first % ROWS];
	case BOOK_USER:
		return first % 2 ? "a-user-of-a-directory-32-letters" : CHINESE CHINESE;
	case BOOK_SERVICE:
		return first % 2 ? "a-service-of-15" : NULL;
	default:
		return first % 3 ? first % 2 ? "cni-01234567-89ab-cdef-0123-456789abcdef" :
					       CHINESE CHINESE CHINESE : NULL;
	}
}

static const struct book book = {
	.find = find, .own = HERE, .has_range = true, .range = { 32768, 60999 },
	.available = 28232,
};

static void put_address(struct nlmsghdr *message, uint16_t type, unsigned int i)
{
	const uint8_t global[16] = { 0x20, 0x01, 0x1d, 0xb8, 0x8a, 0x2e, 0x13, 0x70, 0x73, 0x34,
				     0xab, 0xcd, 0xef, 0x12, 0xab, 0x10 + i };
	const uint8_t local[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x1b, 0xcd, 0xef, 0xff,
				    0xfe, 0xcd, 0xab, 0x10 + i };

	mnl_attr_put(message, type, 16, i % 2 ? global : local);
}

static void put_process(struct nlmsghdr *message, uint16_t type, unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	mnl_attr_put_u32(message, SOCKPORT_A_PROCESS_PID, 4194300 + i);
	mnl_attr_put_strz(message, SOCKPORT_A_PROCESS_COMM, comms[i % ROWS]);
	mnl_attr_put_u32(message, SOCKPORT_A_PROCESS_FD, 1048570 + i);
	mnl_attr_nest_end(message, nest);
}

static void put_history(struct nlmsghdr *message, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);
	uint16_t counter;

	for (counter = SOCKPORT_A_HISTORY_OPENED; counter <= SOCKPORT_A_HISTORY_MAX; counter++)
		mnl_attr_put_u64(message, counter,
				 counter == SOCKPORT_A_HISTORY_FIRST_ACTIVE ||
				 counter == SOCKPORT_A_HISTORY_LAST_ACTIVE ?
				 clock_now_ms() - 1000 : UINT64_MAX / 2 - counter);
	mnl_attr_nest_end(message, nest);
}

static void put_distribution(struct nlmsghdr *message, uint8_t kind)
{
	struct nlattr *nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_DISTRIBUTION);
	uint64_t buckets[ROW_BUCKETS];
	size_t i;

	for (i = 0; i < ROW_BUCKETS; i++)
		buckets[i] = UINT64_MAX / 100 - i;
	mnl_attr_put_u8(message, SOCKPORT_A_DISTRIBUTION_KIND, kind);
	mnl_attr_put_u64(message, SOCKPORT_A_DISTRIBUTION_SUM, UINT64_MAX - 1);
	mnl_attr_put(message, SOCKPORT_A_DISTRIBUTION_BUCKETS, sizeof(buckets), buckets);
	mnl_attr_nest_end(message, nest);
}

static void put_opener(struct nlmsghdr *message, unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_OPENER);

	mnl_attr_put_u32(message, SOCKPORT_A_OPENER_PID, 4194300 + i);
	mnl_attr_put_strz(message, SOCKPORT_A_OPENER_COMM, comms[i]);
	mnl_attr_put_u32(message, SOCKPORT_A_OPENER_UID, UINT32_MAX - 1 - i);
	mnl_attr_put_strz(message, SOCKPORT_A_OPENER_CGROUP, cgroups[i]);
	mnl_attr_nest_end(message, nest);
}

static void put_worker(struct nlmsghdr *message, unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_WORKER);

	mnl_attr_put_u32(message, SOCKPORT_A_WORKER_PID, 4194300 + i);
	mnl_attr_put_strz(message, SOCKPORT_A_WORKER_COMM, comms[i]);
	mnl_attr_put_u64(message, SOCKPORT_A_WORKER_ACCEPTS, UINT64_MAX / 64);
	mnl_attr_nest_end(message, nest);
}

static void make_port(struct nlmsghdr *message, unsigned int i)
{
	struct nlattr *nest, *pair;
	unsigned int j;

	mnl_attr_put_u8(message, SOCKPORT_A_PORT_PROTOCOL,
			i % 3 ? SOCKPORT_PROTOCOL_TCP : SOCKPORT_PROTOCOL_UDPLITE);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_ROLE, i % 2 ? SOCKPORT_ROLE_OUT :
							     SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_PORT, 65530 + i / 2);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_NETNS, i % 3 ? HERE : HERE + i);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_FAMILY, AF_INET);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_FAMILY, AF_INET6);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_STATE, SOCKPORT_PORT_STATE_DRAINING);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_SOCKETS, UINT32_MAX);
	for (j = 1; j <= SOCKPORT_STATE_MAX; j++) {
		nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_STATES);
		pair = nest;
		mnl_attr_put_u8(message, SOCKPORT_A_STATE_COUNT_STATE, j);
		mnl_attr_put_u32(message, SOCKPORT_A_STATE_COUNT_COUNT, UINT32_MAX / 16);
		mnl_attr_nest_end(message, pair);
	}
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_RX_QUEUE, UINT64_MAX / 2);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_TX_QUEUE, UINT64_MAX / 2);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_BACKLOG, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_BACKLOG_LIMIT, UINT32_MAX - 1);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_DROPS, UINT64_MAX / 2);
	for (j = 0; j < 2 * ROWS; j++)
		mnl_attr_put_u32(message, SOCKPORT_A_PORT_UID, UINT32_MAX - 20 + j);
	for (j = 0; j < ROWS; j++)
		put_process(message, SOCKPORT_A_PORT_PROCESS, i + j);
	put_history(message, SOCKPORT_A_PORT_HISTORY);
	for (j = 1; j <= SOCKPORT_DISTRIBUTION_KIND_MAX; j++)
		put_distribution(message, j);
	put_opener(message, i);
	for (j = 0; j < ROWS; j++)
		put_worker(message, j);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_OTHER_ACCEPTS, UINT64_MAX / 2);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_CLOSE_WAIT_AGE, UINT32_MAX);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_ACCEPT_AGE, UINT32_MAX);
}

/* Listeners, connections of both roles, one of SCTP, and a long name of a UNIX socket. */
static void make_socket(struct nlmsghdr *message, unsigned int i)
{
	static const uint8_t protocols[ROWS] = {
		SOCKPORT_PROTOCOL_TCP, SOCKPORT_PROTOCOL_TCP, SOCKPORT_PROTOCOL_UDPLITE,
		SOCKPORT_PROTOCOL_UNIX, SOCKPORT_PROTOCOL_SCTP, SOCKPORT_PROTOCOL_TCP,
	};
	uint8_t name[108];
	unsigned int j;

	memset(name, i % 2 ? 0xff : 'n', sizeof(name));
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_PROTOCOL, protocols[i]);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_FAMILY,
			protocols[i] == SOCKPORT_PROTOCOL_UNIX ? AF_UNIX : AF_INET6);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_ROLE, i % 2 ? SOCKPORT_ROLE_OUT :
							       SOCKPORT_ROLE_IN);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_STATE, i ? SOCKPORT_STATE_ESTABLISHED :
							      SOCKPORT_STATE_LISTEN);
	if (protocols[i] == SOCKPORT_PROTOCOL_UNIX) {
		mnl_attr_put(message, SOCKPORT_A_SOCKET_NAME, sizeof(name), name);
		mnl_attr_put_u64(message, SOCKPORT_A_SOCKET_PEER_INODE, UINT64_MAX);
	} else {
		put_address(message, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, i);
		put_address(message, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, i);
		mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_LOCAL_PORT, 65530);
		mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_REMOTE_PORT, 65531 + i);
		mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_IFINDEX, 6 + i);
	}
	if (protocols[i] == SOCKPORT_PROTOCOL_SCTP)
		for (j = 0; j < 2 * ROWS; j++) {
			put_address(message, SOCKPORT_A_SOCKET_MORE_LOCAL_ADDRESS, j);
			put_address(message, SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS, j);
		}
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_RX_QUEUE, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_TX_QUEUE, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_BACKLOG, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_BACKLOG_LIMIT, UINT32_MAX - 1);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_SYN_QUEUE, UINT32_MAX - 1);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_DROPS, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_UID, UINT32_MAX - 1 - i);
	mnl_attr_put_u64(message, SOCKPORT_A_SOCKET_INODE, UINT64_MAX - i);
	mnl_attr_put_u64(message, SOCKPORT_A_SOCKET_COOKIE, UINT64_MAX - i);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_MARK, UINT32_MAX);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_TIMER, SOCKPORT_TIMER_KEEPALIVE);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_TIMER_EXPIRES, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_NETNS, i % 3 ? HERE : HERE + i);
	mnl_attr_put_strz(message, SOCKPORT_A_SOCKET_CONGESTION, "a-long-algorithm");
	for (j = 0; j < ROWS; j++)
		put_process(message, SOCKPORT_A_SOCKET_PROCESS, i + j);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_PROCESSES, UINT32_MAX);
	mnl_attr_put_strz(message, SOCKPORT_A_SOCKET_CGROUP, cgroups[i]);
}

static void make_program(struct nlmsghdr *message, unsigned int i)
{
	mnl_attr_put_u32(message, SOCKPORT_A_PROGRAM_NETNS, HERE + i);
	mnl_attr_put_strz(message, SOCKPORT_A_PROGRAM_COMM, comms[i]);
	mnl_attr_put_u32(message, SOCKPORT_A_PROGRAM_UID, UINT32_MAX - 1 - i);
	mnl_attr_put_strz(message, SOCKPORT_A_PROGRAM_CGROUP, cgroups[i]);
	put_history(message, SOCKPORT_A_PROGRAM_HISTORY);
}

static void make_end(struct nlmsghdr *message, unsigned int i)
{
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_CLOSE);
	mnl_attr_put_u64(message, SOCKPORT_A_EVENT_TIME, clock_now_ms() * NS_PER_MS);
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_ROLE, SOCKPORT_ROLE_OUT);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_PORT, 65530);
	put_address(message, SOCKPORT_A_EVENT_LOCAL_ADDRESS, i);
	put_address(message, SOCKPORT_A_EVENT_REMOTE_ADDRESS, i);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_LOCAL_PORT, 65530);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_REMOTE_PORT, 65531);
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_CAUSE, SOCKPORT_CAUSE_CLOSED_BY_PEER);
	mnl_attr_put_u64(message, SOCKPORT_A_EVENT_DURATION, UINT64_MAX / 2);
	mnl_attr_put_u64(message, SOCKPORT_A_EVENT_BYTES_IN, UINT64_MAX);
	mnl_attr_put_u64(message, SOCKPORT_A_EVENT_BYTES_OUT, UINT64_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_RTT, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_RETRANSMITS, UINT32_MAX);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_PID, 4194300 + i);
	mnl_attr_put_strz(message, SOCKPORT_A_EVENT_COMM, comms[i]);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_UID, UINT32_MAX - 1 - i);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_NETNS, i % 3 ? HERE : HERE + i);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_IFINDEX, 6 + i);
	mnl_attr_put_strz(message, SOCKPORT_A_EVENT_CGROUP, cgroups[i]);
}

static void make_door(struct nlmsghdr *message, unsigned int i)
{
	mnl_attr_put_u8(message, SOCKPORT_A_CLOSED_DOOR_PROTOCOL, SOCKPORT_PROTOCOL_UDP);
	mnl_attr_put_u32(message, SOCKPORT_A_CLOSED_DOOR_PORT, 65530 + i / 2);
	mnl_attr_put_u32(message, SOCKPORT_A_CLOSED_DOOR_NETNS, i % 3 ? HERE : HERE + i);
	mnl_attr_put_u64(message, SOCKPORT_A_CLOSED_DOOR_ATTEMPTS, UINT64_MAX - i);
	mnl_attr_put_u64(message, SOCKPORT_A_CLOSED_DOOR_FIRST, clock_now_ms());
	mnl_attr_put_u64(message, SOCKPORT_A_CLOSED_DOOR_LAST, clock_now_ms());
	put_address(message, SOCKPORT_A_CLOSED_DOOR_SOURCE, i);
	put_address(message, SOCKPORT_A_CLOSED_DOOR_ADDRESS, i);
}

static void make_stats(struct nlmsghdr *message)
{
	uint16_t counter;

	mnl_attr_put_strz(message, SOCKPORT_A_STATS_VERSION, "999.999.999-with.what-is-behind");
	for (counter = SOCKPORT_A_STATS_VERSION + 1; counter <= SOCKPORT_A_STATS_MAX; counter++)
		mnl_attr_put_u64(message, counter, UINT64_MAX / 2);
}

static void make(struct nlmsghdr *message, uint8_t command, unsigned int i)
{
	switch (command) {
	case SOCKPORT_CMD_PORT_GET:
		make_port(message, i);
		break;
	case SOCKPORT_CMD_SOCKET_GET:
		make_socket(message, i);
		break;
	case SOCKPORT_CMD_PROGRAM_GET:
		make_program(message, i);
		break;
	case SOCKPORT_CMD_CLOSED_GET:
		make_end(message, i);
		break;
	case SOCKPORT_CMD_CLOSED_DOOR_GET:
		make_door(message, i);
		break;
	default:
		make_stats(message);
	}
}

static int made_up(const struct client_question *question, void *data)
{
	static uint64_t buffer[4096];
	struct nlmsghdr *message;
	const unsigned int *rows = data;
	unsigned int i;

	for (i = 0; i < (question->command == SOCKPORT_CMD_STATS_GET ? 1 : *rows); i++) {
		memset(buffer, 0, sizeof(buffer));
		message = mnl_nlmsg_put_header(buffer);
		mnl_nlmsg_put_extra_header(message, sizeof(struct genlmsghdr));
		make(message, question->command, i);
		if (question->take(message, question->to))
			return -1;
	}
	return 0;
}

static int show_event(const struct event_row *row, void *data)
{
	return printer_row(data, row);
}

/* As events come, of which there are none here. */
static int run_events(struct client *client, const struct selection *selection,
		      struct names *names, struct failure *failure)
{
	struct printer printer = printer_for(false, selection, names, failure);
	const struct filter all = { 0 };

	printer.form = PRINT_TEXT;
	if (printer_begin(&printer, false))
		return -1;
	return printer_end(&printer, !client_closed(client, &all, show_event, &printer, failure));
}

/* On the terminal that is stdout. */
static int run(char *line, unsigned int rows)
{
	struct selection selection = { 0 };
	struct options options = { 0 };
	struct failure failure = { 0 };
	char *words[WORDS_MAX] = { "sockport" };
	const struct command_row *command;
	struct names *names;
	struct client *client;
	int count = 1, error;

	while (count < WORDS_MAX && (words[count] = strsep(&line, " ")))
		count++;
	if (options_parse(&options, count, words, &failure)) {
		puts(failure.text);
		return 2;
	}
	if (options.wide)
		terminal_set_wide();
	command = &commands[options.command];
	if (command_columns(command) && answer_select(&selection, &options, &failure))
		return 3;
	terminal_set_color(COLOR_NEVER);
	names = names_new(options.numeric);
	names_set_book(names, &book);
	client = client_answered(made_up, &rows, &failure);
	client_ask_netns(client, -1, options.all_netns);
	error = options.command == COMMAND_EVENTS ?
		run_events(client, &selection, names, &failure) :
		command->run(&(struct question){ client, &options, names, &selection, &failure });
	fflush(stdout);
	if (error)
		puts(failure.text);
	return error ? 4 : 0;
}

/* What was shown last. */
static char shown[1 << 20];

/* What @line shows on a terminal where there are so many rows, in shown; its status. */
static int on_terminal(const char *line, unsigned int rows, const char *locale,
		       unsigned short columns)
{
	const struct winsize size = { .ws_row = 24, .ws_col = columns };
	char copy[128];
	size_t length = 0;
	ssize_t more;
	int terminal, status;
	pid_t child;

	child = forkpty(&terminal, NULL, NULL, &size);
	if (!child) {
		if (!setlocale(LC_CTYPE, locale))
			_exit(5);
		snprintf(copy, sizeof(copy), "%s", line);
		_exit(run(copy, rows));
	}
	/* To the question of whether to end them. */
	if (child < 0 || write(terminal, "n\n", 2) != 2)
		return -1;
	while ((more = read(terminal, shown + length, sizeof(shown) - length - 1)) > 0)
		length += more;
	shown[length] = 0;
	close(terminal);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Columns of the widest line; -1 where something is no character of the locale. */
static int width_of(const char *shown)
{
	int widest = 0, width = 0, one;
	mbstate_t state = { 0 };
	wchar_t character;
	size_t length;

	for (; *shown; shown += length) {
		length = mbrtowc(&character, shown, MB_CUR_MAX, &state);
		if (!length || length > MB_CUR_MAX)
			return -1;
		if (character == L'\r')
			continue;
		one = character == L'\n' ? 0 : wcwidth(character);
		if (one < 0)
			return -1;
		width = character == L'\n' ? 0 : width + one;
		if (widest < width)
			widest = width;
	}
	return widest;
}

static const char *const lines[] = {
	"ports", "ports -l", "ports -a", "ports -A", "ports -p", "ports -lpn", "ports --sort port",
	"sockets", "sockets -l", "sockets -p", "sockets -lp", "sockets -A", "sockets -lA", "sockets -i",
	"sockets -taiepo", "sockets --sort lport", "show 65530", "show 65530 -A", "who", "who -A",
	"who 4194300", "who 4194300 -A", "who --by unit", "programs", "programs -A", "programs --by container",
	"closed", "closed -A", "closed-doors", "closed-doors -A", "summary", "summary -A", "stats",
	"doctor", "doctor -A", "events", "events -A",
	"top --batch --count 1 --interval 0.1", "top -A --batch --count 1 --interval 0.1",
	"show 65531", "ports -o proto,processes,bound,rx_queue,tx_queue,users,states,opener_unit",
};

FIXTURE(terminal)
{
	char nothing;
};

FIXTURE_VARIANT(terminal)
{
	const char *locale;
	unsigned short columns;
};

FIXTURE_VARIANT_ADD(terminal, utf8_80) { "C.UTF-8", 80 };
FIXTURE_VARIANT_ADD(terminal, utf8_120) { "C.UTF-8", 120 };
FIXTURE_VARIANT_ADD(terminal, utf8_200) { "C.UTF-8", 200 };
FIXTURE_VARIANT_ADD(terminal, ascii_80) { "C", 80 };
FIXTURE_VARIANT_ADD(terminal, ascii_120) { "C", 120 };
FIXTURE_VARIANT_ADD(terminal, ascii_200) { "C", 200 };

FIXTURE_SETUP(terminal)
{
	ASSERT_NE(NULL, setlocale(LC_CTYPE, variant->locale));
}

FIXTURE_TEARDOWN(terminal)
{
}

static void check(struct __test_metadata *_metadata, const FIXTURE_VARIANT(terminal) *variant,
		  const char *line, unsigned int rows, int wanted)
{
	const int status = on_terminal(line, rows, variant->locale, variant->columns);
	const int width = width_of(shown);

	EXPECT_EQ(wanted, status) {
		TH_LOG("%s: %s", line, shown);
	}
	EXPECT_TRUE(width > 0 && width <= variant->columns) {
		TH_LOG("%s: %d columns:\n%s", line, width, shown);
	}
}

TEST_F_TIMEOUT(terminal, no_line_wraps, 300)
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check(_metadata, variant, lines[i], ROWS, 0);
	/* It was said that none shall be ended. */
	check(_metadata, variant, "kill dport = :65531", ROWS, 4);
}

/* Then there are names of columns. */
TEST_F_TIMEOUT(terminal, no_header_wraps, 300)
{
	static const char *const listings[] = {
		"ports", "ports -A", "sockets", "sockets -lA", "who -A", "programs -A", "events -A",
		"closed -A", "closed-doors -A", "ports -o proto,processes,bound,rx_queue,users,states,bytes_in,bytes_out,opener_unit",
	};
	size_t i;

	for (i = 0; i < sizeof(listings) / sizeof(*listings); i++)
		check(_metadata, variant, listings[i], 0, 0);
}

/* What waits at listeners is what is asked for by -l. */
TEST(listeners_have_their_queues)
{
	ASSERT_EQ(0, on_terminal("sockets -l", ROWS, "C.UTF-8", 120));
	EXPECT_NE(NULL, strstr(shown, " BACKLOG "));
	EXPECT_NE(NULL, strstr(shown, " LIMIT "));
	ASSERT_EQ(0, on_terminal("sockets", ROWS, "C.UTF-8", 120));
	EXPECT_EQ(NULL, strstr(shown, " BACKLOG "));
}

/* Who reads it knows whether a text is whole. */
TEST(what_is_cut_has_a_mark)
{
	ASSERT_EQ(0, on_terminal("sockets", ROWS, "C.UTF-8", 80));
	EXPECT_NE(NULL, strstr(shown, "]:65530 [fe80::1bcd:ef\xe2\x80\xa6\r\n"));
	ASSERT_EQ(0, on_terminal("sockets", ROWS, "C", 80));
	EXPECT_NE(NULL, strstr(shown, "[2001:1db8:8a2e:1370:7334:abcd:ef12:ab11%\\330\\256\\330\\247\\3+\r\n"));
	ASSERT_EQ(0, on_terminal("who", ROWS, "C.UTF-8", 80));
	EXPECT_NE(NULL, strstr(shown, " user@4294967294.ser"));
	EXPECT_NE(NULL, strstr(shown, "\xe2\x80\xa6 -  "));
	EXPECT_EQ(NULL, strstr(shown, "kworker/u257:12\xe2\x80\xa6"));
	/* Numbers and times are whole, or not there at all. */
	ASSERT_EQ(0, on_terminal("closed-doors", ROWS, "C.UTF-8", 80));
	EXPECT_NE(NULL, strstr(shown, "\xe2\x80\xa6 18446744073709551615 20"));
	EXPECT_NE(NULL, strstr(shown, "+00:00\r\n"));
	ASSERT_EQ(0, on_terminal("sockets --wide", ROWS, "C.UTF-8", 80));
	EXPECT_EQ(NULL, strstr(shown, "\xe2\x80\xa6"));
	ASSERT_EQ(0, on_terminal("who --wide", ROWS, "C.UTF-8", 80));
	EXPECT_EQ(NULL, strstr(shown, "\xe2\x80\xa6"));
}

TEST_HARNESS_MAIN
