// SPDX-License-Identifier: GPL-2.0
/*
 * The live view without a terminal and without a kernel: this program has the client's functions
 * itself, presses keys, and reads the frames.
 */
#include <arpa/inet.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../userspace/columns/tables.h"
#include "../userspace/format/clock.h"
#include "../userspace/top/model.h"

#define PORTS		50
/* More than are kept. */
#define SOCKETS		12000
#define COUNTER(name)	SOCKPORT_A_HISTORY_##name
#define KNOWN(kind, name)	(1ull << SOCKPORT_A_##kind##_##name)

/**
 * struct client - a kernel that is made up
 * @looks: how often ports were asked for
 * @sockets: how often sockets were
 * @gone: the module is not loaded
 * @stale: it was loaded anew, so it has to be found again
 * @all_netns: all network namespaces are asked about
 * @filter: of the last question
 */
struct client {
	unsigned int looks;
	unsigned int sockets;
	bool gone;
	bool stale;
	bool all_netns;
	struct filter filter;
};

static int refuse(struct client *client, struct failure *failure)
{
	if (!client->gone && !client->stale)
		return 0;
	return failure_set(failure, EXIT_RUN, "the kernel refused");
}

/* Of the server, which is not tried here. */
struct client *client_open(struct failure *failure)
{
	failure_set(failure, EXIT_RUN, "the kernel refused");
	return NULL;
}

void client_close(struct client *client)
{
	(void)client;
}

int client_reopen(struct client *client, struct failure *failure)
{
	if (client->gone)
		return failure_set(failure, EXIT_RUN, "the sockport module is not loaded");
	client->stale = false;
	return 0;
}

void client_ask_netns(struct client *client, int netns, bool all)
{
	(void)netns;
	client->all_netns = all;
}

void client_ask_everywhere(struct client *client, bool everywhere)
{
	(void)client;
	(void)everywhere;
}

/* Port 1000 + i receives i KiB between two looks; the last one never did anything. */
int client_ports(struct client *client, const struct filter *filter, uint32_t want,
		 port_function function, void *data, struct failure *failure)
{
	struct port_row row = {
		.known = KNOWN(PORT, PORT) | KNOWN(PORT, STATE) | KNOWN(PORT, SOCKETS) |
			 KNOWN(PORT, NETNS) | KNOWN(PORT, PROTOCOL) | KNOWN(PORT, ROLE),
		.protocol = SOCKPORT_PROTOCOL_TCP, .role = SOCKPORT_ROLE_IN,
		.state = SOCKPORT_PORT_STATE_OPEN, .sockets = 1,
	};
	unsigned int i;

	(void)want;
	if (refuse(client, failure))
		return -1;
	client->looks++;
	client->filter = *filter;
	for (i = COUNTER(OPENED); i < COUNTER(FIRST_ACTIVE); i++)
		row.history.known |= 1ull << i;
	for (i = 0; i < PORTS; i++) {
		row.port = 1000 + i;
		row.time = clock_now_ms();
		row.sockets = i + 1 < PORTS;
		row.history.values[COUNTER(BYTES_IN)] = 1024ull * i * client->looks;
		if (i + 1 == PORTS)
			row.history.values[COUNTER(BYTES_IN)] = 0;
		if (function(&row, data))
			return -1;
	}
	return 0;
}

/* Socket i has i bytes in its queue. */
int client_sockets(struct client *client, const struct filter *filter, uint32_t want,
		   socket_function function, void *data, struct failure *failure)
{
	static const uint8_t local[4] = { 127, 0, 0, 1 };
	static const char hostile[] = "a\033[2Jb\xe2\x80\xae" "c";
	struct socket_row row = {
		.known = KNOWN(SOCKET, PROTOCOL) | KNOWN(SOCKET, STATE) | KNOWN(SOCKET, ROLE) |
			 KNOWN(SOCKET, LOCAL_ADDRESS) | KNOWN(SOCKET, REMOTE_ADDRESS) |
			 KNOWN(SOCKET, LOCAL_PORT) | KNOWN(SOCKET, REMOTE_PORT) |
			 KNOWN(SOCKET, RX_QUEUE) | KNOWN(SOCKET, COOKIE) | KNOWN(SOCKET, FAMILY),
		.protocol = SOCKPORT_PROTOCOL_TCP, .state = SOCKPORT_STATE_ESTABLISHED,
		.role = SOCKPORT_ROLE_IN, .family = AF_INET, .local = local, .remote = local,
		.local_size = 4, .remote_size = 4, .local_port = 1000,
		.processes = { 1, { { .known = KNOWN(PROCESS, PID) | KNOWN(PROCESS, COMM),
				      .comm = hostile, .pid = 4711 } } },
	};
	unsigned int i;

	(void)want;
	if (refuse(client, failure))
		return -1;
	client->sockets++;
	client->filter = *filter;
	for (i = 1; i <= SOCKETS; i++) {
		row.cookie = i;
		row.rx_queue = i;
		row.remote_port = 20000 + i;
		if (function(&row, data))
			return -1;
	}
	return 0;
}

int client_stats(struct client *client, stats_function function, void *data,
		 struct failure *failure)
{
	const struct stats_row row = { 0 };

	return refuse(client, failure) ? -1 : function(&row, data);
}

int client_closed(struct client *client, const struct filter *filter, event_function function,
		  void *data, struct failure *failure)
{
	const struct event_row row = {
		.known = KNOWN(EVENT, TYPE) | KNOWN(EVENT, TIME) | KNOWN(EVENT, PORT),
		.type = SOCKPORT_EVENT_TYPE_FAIL, .port = 4444, .time = 1000000000ull * 1600000000,
	};

	(void)filter;
	return refuse(client, failure) ? -1 : function(&row, data);
}

int client_doors(struct client *client, door_function function, void *data,
		 struct failure *failure)
{
	struct door_row row = {
		.known = KNOWN(CLOSED_DOOR, PORT) | KNOWN(CLOSED_DOOR, ATTEMPTS) |
			 KNOWN(CLOSED_DOOR, PROTOCOL),
		.protocol = SOCKPORT_PROTOCOL_TCP,
	};

	if (refuse(client, failure))
		return -1;
	for (row.port = 20; row.port < 24; row.port++) {
		row.attempts = row.port == 22 ? 50 : row.port - 20;
		if (function(&row, data))
			return -1;
	}
	return 0;
}

int client_programs(struct client *client, program_function function, void *data,
		    struct failure *failure)
{
	struct program_row row = {
		.known = KNOWN(PROGRAM, COMM), .comm = "eater", .time = clock_now_ms(),
		.history.known = 1ull << COUNTER(BYTES_IN) | 1ull << COUNTER(BYTES_OUT),
	};

	if (refuse(client, failure))
		return -1;
	row.history.values[COUNTER(BYTES_IN)] = 1024ull * 1024 * ++client->looks;
	if (function(&row, data))
		return -1;
	row.comm = "idler";
	row.history.values[COUNTER(BYTES_IN)] = 5000;
	return function(&row, data);
}

/* Of other commands, which nobody calls here. */
int client_reset(struct client *client, struct failure *failure)
{
	(void)client;
	(void)failure;
	return -1;
}

int client_listen(struct client *client, const struct filter *filter, struct failure *failure)
{
	(void)client;
	(void)filter;
	(void)failure;
	return -1;
}

int client_descriptor(const struct client *client)
{
	(void)client;
	return -1;
}

int client_events(struct client *client, event_function function, void *data, bool *lost,
		  struct failure *failure)
{
	(void)client;
	(void)function;
	(void)data;
	(void)lost;
	(void)failure;
	return -1;
}

void client_tap(struct client *client, message_function function, void *data)
{
	(void)client;
	(void)function;
	(void)data;
}

struct client *client_answered(answer_function function, void *data, struct failure *failure)
{
	(void)function;
	(void)data;
	(void)failure;
	return NULL;
}

FIXTURE(top)
{
	struct client client;
	struct options options;
	struct names *names;
	struct frame frame;
	struct top top;
	char *text;
	size_t size;
};

FIXTURE_SETUP(top)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	memset(&self->client, 0, sizeof(self->client));
	self->options = (struct options){ .command = COMMAND_TOP };
	self->names = names_new(false);
	self->frame = (struct frame){ 0 };
	self->text = NULL;
	top_begin(&self->top, &self->client, &self->options, self->names);
}

FIXTURE_TEARDOWN(top)
{
	top_end(&self->top);
	names_free(self->names);
	frame_free(&self->frame);
	free(self->text);
}

/* What is on a screen of that size, as plain text. */
static const char *screen(FIXTURE_DATA(top) *self, unsigned int rows, unsigned int columns)
{
	FILE *stream;

	free(self->text);
	stream = open_memstream(&self->text, &self->size);
	top_draw(&self->top, &self->frame, rows, columns);
	frame_print(&self->frame, stream);
	fclose(stream);
	return self->text;
}

/* A line of it; gone with the next. */
static const char *line_of(FIXTURE_DATA(top) *self, unsigned int number)
{
	static char line[1024];
	const char *from = self->text;

	while (number-- && from)
		from = strchr(from, '\n') ? strchr(from, '\n') + 1 : NULL;
	snprintf(line, sizeof(line), "%.*s", from ? (int)strcspn(from, "\n") : 0,
		 from ? from : "");
	return line;
}

static void type(struct top *top, const char *text)
{
	while (*text)
		top_key(top, *text++);
}

#define FIRST_OF_NO_RATE	"\ntcp   in   1000 -       open        1          -"

/* Two looks, so that there are rates. */
static void look(FIXTURE_DATA(top) *self)
{
	screen(self, 24, 80);
	top_take(&self->top);
	self->top.look.asked -= 1000;
	top_take(&self->top);
	screen(self, 24, 80);
}

TEST_F(top, ports_have_rates_and_the_greatest_is_first)
{
	screen(self, 24, 80);
	ASSERT_EQ(0, top_take(&self->top));
	/* Since when? There was no look before. */
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), FIRST_OF_NO_RATE));
	look(self);
	EXPECT_STREQ("PROTO ROLE PORT SERVICE STATE SOCKETS BYTES_IN/S BYTES_OUT/S TREND",
		     line_of(self, 3));
	EXPECT_EQ(0, strncmp("tcp   in   1048 -       open        1        4", line_of(self, 4),
			     46));
	EXPECT_EQ(0, strncmp("49 rows  in 1.", line_of(self, 2), 14));
	EXPECT_NE(NULL, strstr(line_of(self, 4), "█"));
	/* The port without sockets did nothing. */
	EXPECT_EQ(NULL, strstr(self->text, " 1049 "));
	top_key(&self->top, 'r');
	look(self);
	EXPECT_EQ(0, strncmp("tcp   in   1000 ", line_of(self, 4), 16));
}

TEST_F(top, programs_have_rates)
{
	top_key(&self->top, '3');
	look(self);
	EXPECT_EQ(0, strncmp("PROGRAM UNIT CONNECTIONS BYTES_IN/S", line_of(self, 3), 35));
	/* Other programs did not do anything meanwhile. */
	EXPECT_EQ(0, strncmp("eater ", line_of(self, 4), 6));
	EXPECT_NE(NULL, strstr(line_of(self, 4), "█"));
	EXPECT_EQ(0, strncmp("idler   -              -          0 ", line_of(self, 5), 36));
	EXPECT_EQ(NULL, strstr(line_of(self, 5), "█"));
}

TEST_F(top, no_line_is_wider_than_the_screen)
{
	static const unsigned int widths[] = { 1, 20, 80, 120, 256 };
	unsigned int view, i;
	size_t line;

	for (view = 0; view < VIEWS; view++) {
		top_key(&self->top, '1' + view);
		look(self);
		for (i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
			screen(self, 24, widths[i]);
			ASSERT_FALSE(self->frame.failed);
			EXPECT_EQ(24, self->frame.count);
			for (line = 0; line < self->frame.count; line++)
				EXPECT_GE(widths[i], self->frame.lines[line].width);
		}
	}
	/* Where there is room, it is used. */
	top_key(&self->top, '1');
	look(self);
	EXPECT_EQ(NULL, strstr(screen(self, 24, 80), "LISTEN_DROPS"));
	EXPECT_NE(NULL, strstr(screen(self, 24, 256), "LISTEN_DROPS"));
	screen(self, 3, 80);
	EXPECT_LE(1, self->top.page);
}

TEST_F(top, of_many_sockets_few_are_kept)
{
	unsigned int i;

	top_key(&self->top, '2');
	look(self);
	EXPECT_EQ(SOCKETS, self->top.look.rows.seen);
	EXPECT_EQ(LOOK_ROWS_LEAST, top_rows_count(&self->top.look.rows));
	EXPECT_NE(NULL, strstr(line_of(self, 4), " 127.0.0.1:32000 "));
	/* Who goes on gets more at once. */
	for (i = 0; i < 20; i++) {
		top_key(&self->top, TOP_KEY_PAGE_DOWN);
		if (self->top.wants_look)
			top_take(&self->top);
	}
	screen(self, 24, 80);
	EXPECT_EQ(20 * (self->top.page - 1), self->top.rows.chosen);
	EXPECT_NE(NULL, strstr(self->text, " 127.0.0.1:31640 "));
	top_key(&self->top, TOP_KEY_END);
	ASSERT_TRUE(self->top.wants_look);
	top_take(&self->top);
	screen(self, 24, 80);
	EXPECT_EQ(LOOK_ROWS_MAX, top_rows_count(&self->top.look.rows));
	EXPECT_EQ(LOOK_ROWS_MAX - 1, self->top.rows.chosen);
	top_key(&self->top, TOP_KEY_HOME);
	EXPECT_EQ(0, self->top.rows.chosen);
}

TEST_F(top, sorted_by_the_column_that_is_chosen)
{
	look(self);
	top_key(&self->top, 's');
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "Sort by:\n"));
	/* The second that begins with it: proto, port. */
	top_key(&self->top, TOP_KEY_HOME);
	type(&self->top, "p");
	EXPECT_STREQ("port", column_at(&port_columns, self->top.column.chosen)->name);
	top_key(&self->top, TOP_KEY_ENTER);
	top_key(&self->top, 'r');
	look(self);
	EXPECT_EQ(0, strncmp("tcp   in   1000 ", line_of(self, 4), 16));
	EXPECT_STREQ("port", self->top.look.selection.sort[0]->name);
	top_key(&self->top, 's');
	top_key(&self->top, TOP_KEY_DOWN);
	top_key(&self->top, TOP_KEY_ESCAPE);
	EXPECT_STREQ("port", self->top.look.selection.sort[0]->name);
}

TEST_F(top, an_expression_goes_to_the_kernel)
{
	look(self);
	type(&self->top, "/dport = :443");
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(MODE_ROWS, self->top.mode);
	look(self);
	ASSERT_NE(NULL, self->client.filter.plan);
	EXPECT_EQ(1, self->client.filter.plan->steps);
	EXPECT_TRUE(self->client.filter.by_port);
	EXPECT_NE(NULL, strstr(line_of(self, 0), "/ dport = :443"));
	/* What makes no sense changes nothing, and can be mended. */
	type(&self->top, "/ and");
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(MODE_FILTER, self->top.mode);
	EXPECT_NE(0, *self->top.message);
	EXPECT_STREQ("dport = :443", self->top.filter);
	top_key(&self->top, TOP_KEY_ESCAPE);
	/* Words are taken as well; nothing is all of them. */
	type(&self->top, "/");
	top_key(&self->top, 'U' - '@');
	type(&self->top, "udp 53");
	top_key(&self->top, TOP_KEY_ENTER);
	look(self);
	EXPECT_EQ(NULL, self->client.filter.plan);
	EXPECT_EQ(SOCKPORT_PROTOCOL_UDP, self->client.filter.protocols.list[0]);
	EXPECT_EQ(53, self->client.filter.ports.list[0].first);
	type(&self->top, "/");
	top_key(&self->top, 'U' - '@');
	top_key(&self->top, TOP_KEY_ENTER);
	look(self);
	EXPECT_EQ(0, self->client.filter.protocols.count);
}

TEST_F(top, a_filter_that_a_view_cannot_follow_shows_nothing)
{
	look(self);
	type(&self->top, "/state established");
	top_key(&self->top, TOP_KEY_ENTER);
	type(&self->top, "7");
	EXPECT_EQ(-1, top_take(&self->top));
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "closed-doors cannot be filtered by that"));
	EXPECT_EQ(0, top_rows_count(&self->top.look.rows));
	/* By a word as well as by an expression. */
	type(&self->top, "/");
	top_key(&self->top, 'U' - '@');
	type(&self->top, "in");
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(-1, top_take(&self->top));
	type(&self->top, "2");
	EXPECT_EQ(0, top_take(&self->top));
	EXPECT_EQ(LOOK_ROWS_LEAST, top_rows_count(&self->top.look.rows));
}

TEST_F(top, the_module_may_go_and_come)
{
	look(self);
	self->client.gone = true;
	EXPECT_EQ(-1, top_take(&self->top));
	EXPECT_EQ(-1, top_take(&self->top));
	screen(self, 24, 80);
	EXPECT_NE(NULL, strstr(self->text, "no module"));
	EXPECT_NE(NULL, strstr(self->text, "not loaded"));
	EXPECT_EQ(NULL, strstr(self->text, "\ntcp "));
	self->client.gone = false;
	self->client.stale = true;
	self->client.looks = 0;
	EXPECT_EQ(0, top_take(&self->top));
	screen(self, 24, 80);
	EXPECT_EQ(NULL, strstr(self->text, "not loaded"));
	/* It counts from 0 again, and what was before says nothing. */
	EXPECT_NE(NULL, strstr(self->text, FIRST_OF_NO_RATE));
	/* It may do so between two looks. */
	self->client.stale = true;
	EXPECT_EQ(0, top_take(&self->top));
}

TEST_F(top, nobody_looks_while_it_is_paused)
{
	look(self);
	EXPECT_NE(0, top_next(&self->top));
	top_key(&self->top, 'p');
	EXPECT_EQ(0, top_next(&self->top));
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "paused"));
	top_key(&self->top, TOP_KEY_DOWN);
	EXPECT_EQ(0, top_next(&self->top));
	top_key(&self->top, '2');
	EXPECT_NE(0, top_next(&self->top));
	EXPECT_EQ(0, top_take(&self->top));
	EXPECT_EQ(0, top_next(&self->top));
	top_key(&self->top, 'p');
	EXPECT_NE(0, top_next(&self->top));
}

TEST_F(top, a_dear_look_is_taken_less_often)
{
	look(self);
	EXPECT_EQ(TOP_INTERVAL, top_interval(&self->top));
	self->top.cost = 900000;
	EXPECT_EQ(3600, top_interval(&self->top));
}

TEST_F(top, hostile_names_are_escaped)
{
	top_key(&self->top, '4');
	look(self);
	EXPECT_NE(NULL, strstr(self->text, "4711 a\\033\\1332Jb\\342\\200\\256c"));
	EXPECT_EQ(NULL, strchr(self->text, '\033'));
}

TEST_F(top, sockets_end_after_a_question_alone)
{
	look(self);
	top_key(&self->top, 'k');
	EXPECT_EQ(MODE_ROWS, self->top.mode);
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "view of sockets"));
	top_key(&self->top, '2');
	look(self);
	top_key(&self->top, 'k');
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "End this socket? [y/N]"));
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(MODE_ROWS, self->top.mode);
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "nothing was ended"));
}

TEST_F(top, all_about_a_row)
{
	top_key(&self->top, '7');
	look(self);
	EXPECT_EQ(0, strncmp("tcp     22 ssh", line_of(self, 4), 14));
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(MODE_TEXT, self->top.mode);
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "Port 22"));
	top_key(&self->top, 'q');
	EXPECT_FALSE(self->top.ended);
	top_key(&self->top, '?');
	EXPECT_NE(NULL, strstr(screen(self, 24, 80), "all network namespaces"));
	top_key(&self->top, 'q');
	top_key(&self->top, 'q');
	EXPECT_TRUE(self->top.ended);
}

TEST_F(top, all_namespaces_or_one)
{
	top_key(&self->top, 'A');
	look(self);
	EXPECT_TRUE(self->client.all_netns);
	EXPECT_EQ(0, strncmp("NETNS ", line_of(self, 3), 6));
	/* Elsewhere the names of interfaces mean others. */
	type(&self->top, "/dev sp-none or dev lo");
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_NE(NULL, strstr(self->top.message, "which number"));
	top_key(&self->top, 'U' - '@');
	type(&self->top, "dev lo or dev 7");
	top_key(&self->top, TOP_KEY_ENTER);
	EXPECT_EQ(MODE_ROWS, self->top.mode);
	top_key(&self->top, 'A');
	EXPECT_FALSE(self->client.all_netns);
}

TEST_F(top, keys_of_all_kinds_do_no_harm)
{
	static const int keys[] = {
		TOP_KEY_UP, TOP_KEY_DOWN, TOP_KEY_LEFT, TOP_KEY_RIGHT, TOP_KEY_PAGE_UP,
		TOP_KEY_PAGE_DOWN, TOP_KEY_HOME, TOP_KEY_END, TOP_KEY_ENTER, TOP_KEY_ESCAPE,
		TOP_KEY_ERASE, TOP_KEY_TAB, TOP_KEY_BACK_TAB, TOP_KEY_NONE,
		's', 'r', '/', 'k', 'A', 'p', 'n', '?', 'h', ' ', 'x', '1', '3', '4', '5', '6', '7',
		'y', 't', 0x10ffff, 'U' - '@', 'L' - '@', -7,
	};
	unsigned int seed = 1, i;

	for (i = 0; i < 1000; i++) {
		top_key(&self->top, keys[rand_r(&seed) % (sizeof(keys) / sizeof(*keys))]);
		/* Others take their time. */
		if (self->top.wants_look && (self->top.look.view == VIEW_PORTS ||
					     self->top.look.view >= VIEW_CLOSED))
			top_take(&self->top);
		screen(self, 1 + rand_r(&seed) % 50, 1 + rand_r(&seed) % 200);
		ASSERT_FALSE(self->frame.failed);
	}
	EXPECT_FALSE(self->top.ended);
}

TEST_HARNESS_MAIN
