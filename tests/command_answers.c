// SPDX-License-Identifier: GPL-2.0
/*
 * Whole answers of the command, where a kernel that is made up answers its questions:
 * this program has the client's functions itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/cmd/doors.h"
#include "../userspace/cmd/events.h"
#include "../userspace/cmd/listing.h"
#include "../userspace/cmd/metrics.h"
#include "../userspace/cmd/rates.h"
#include "../userspace/cmd/show.h"
#include "../userspace/columns/printer.h"
#include "../userspace/columns/tables.h"
#include "../userspace/count/holders.h"
#include "../userspace/format/clock.h"
#include "../userspace/host/file.h"

#define COUNTER(name)	SOCKPORT_A_HISTORY_##name

/**
 * struct client - a kernel that is made up
 * @looks: how often the port table was asked for
 * @wants: all that it was asked for
 * @grows: connections that port 80 accepts between two looks
 * @resets: at this look, the history begins anew
 * @breaks: the port table breaks off in the middle at this look
 * @events: of each type one, then lost ones; in so many batches
 * @overrun: the buffer was full before the first batch
 * @off: history is switched off
 * @opened: it is known who opened port 80
 * @held: and who has it open
 * @descriptor: readable
 */
struct client {
	unsigned int looks;
	uint32_t wants;
	unsigned int grows;
	unsigned int resets;
	unsigned int breaks;
	unsigned int events;
	bool overrun;
	bool off;
	bool opened;
	bool held;
	int descriptor;
};

static void fill_port(struct port_row *row, uint32_t port, uint64_t accepted)
{
	unsigned int i;

	memset(row, 0, sizeof(*row));
	row->known = 1ull << SOCKPORT_A_PORT_PORT | 1ull << SOCKPORT_A_PORT_STATE |
		     1ull << SOCKPORT_A_PORT_SOCKETS | 1ull << SOCKPORT_A_PORT_NETNS |
		     1ull << SOCKPORT_A_PORT_PROTOCOL | 1ull << SOCKPORT_A_PORT_ROLE;
	row->protocol = SOCKPORT_PROTOCOL_TCP;
	row->role = SOCKPORT_ROLE_IN;
	row->state = SOCKPORT_PORT_STATE_CLOSED;
	row->port = port;
	row->netns = 4026531840u;
	row->time = clock_now_ms();
	for (i = COUNTER(OPENED); i < COUNTER(FIRST_ACTIVE); i++)
		row->history.known |= 1ull << i;
	row->history.known |= 1ull << COUNTER(FIRST_ACTIVE);
	row->history.values[COUNTER(ACCEPTED)] = accepted;
	row->history.values[COUNTER(FIRST_ACTIVE)] = 1000;
}

int client_ports(struct client *client, const struct filter *filter, uint32_t want,
		 port_function function, void *data, struct failure *failure)
{
	static const uint64_t buckets[] = { 0, 0, 0, 9, 1 };
	struct port_row row;
	uint64_t accepted;

	(void)filter;
	client->looks++;
	client->wants |= want;
	accepted = 1000 + client->looks * client->grows;
	if (client->resets && client->looks >= client->resets)
		accepted = 7;
	fill_port(&row, 80, accepted);
	row.distributions[SOCKPORT_DISTRIBUTION_KIND_RTT] = (struct distribution_row){
		.known = 2, .sum = 50, .buckets = (const uint8_t *)buckets, .count = 5 };
	if (client->opened) {
		row.opener.known = 1ull << SOCKPORT_A_OPENER_PID | 1ull << SOCKPORT_A_OPENER_COMM;
		row.opener.pid = 4711;
		row.opener.comm = "before";
	}
	if (client->held) {
		row.processes.count = 1;
		row.processes.list[0] = (struct process_row){ .known = 1ull << SOCKPORT_A_PROCESS_PID |
			1ull << SOCKPORT_A_PROCESS_COMM, .pid = 4712, .comm = "after" };
	}
	if (function(&row, data))
		return -1;
	if (client->breaks == client->looks)
		return failure_set(failure, EXIT_RUN, "broke off");
	fill_port(&row, 81, 5);
	return function(&row, data);
}

int client_sockets(struct client *client, const struct filter *filter, uint32_t want,
		   socket_function function, void *data, struct failure *failure)
{
	(void)client;
	(void)filter;
	(void)want;
	(void)function;
	(void)data;
	(void)failure;
	return 0;
}

int client_stats(struct client *client, stats_function function, void *data,
		 struct failure *failure)
{
	struct stats_row row = { .known = 1ull << SOCKPORT_A_STATS_CLOSED_DOORS_LOST |
					  1ull << SOCKPORT_A_STATS_HISTORY };

	(void)failure;
	row.values[SOCKPORT_A_STATS_HISTORY] = !client->off;
	row.values[SOCKPORT_A_STATS_CLOSED_DOORS_LOST] = 100;
	return function(&row, data);
}

int client_doors(struct client *client, door_function function, void *data,
		 struct failure *failure)
{
	struct door_row row = {
		.known = 1ull << SOCKPORT_A_CLOSED_DOOR_PORT |
			 1ull << SOCKPORT_A_CLOSED_DOOR_ATTEMPTS,
		.protocol = SOCKPORT_PROTOCOL_TCP,
	};

	(void)client;
	(void)failure;
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
	(void)client;
	(void)function;
	(void)data;
	(void)failure;
	return 0;
}

void client_ask_netns(struct client *client, int netns, bool all)
{
	(void)client;
	(void)netns;
	(void)all;
}

int client_reset(struct client *client, struct failure *failure)
{
	(void)client;
	(void)failure;
	return 0;
}

int client_listen(struct client *client, const struct filter *filter, struct failure *failure)
{
	(void)filter;
	(void)failure;
	client->descriptor = open("/dev/zero", O_RDONLY);
	return 0;
}

int client_descriptor(const struct client *client)
{
	return client->descriptor;
}

int client_events(struct client *client, event_function function, void *data, bool *lost,
		  struct failure *failure)
{
	struct event_row row = { .known = 1ull << SOCKPORT_A_EVENT_TYPE };

	(void)failure;
	*lost = client->overrun;
	client->overrun = false;
	if (*lost)
		return 0;
	if (!client->events--) {
		raise(SIGTERM);
		client->events = 0;
		return 0;
	}
	for (row.type = 1; row.type <= SOCKPORT_EVENT_TYPE_MAX; row.type++)
		if (function(&row, data))
			return -1;
	return 0;
}

FIXTURE(answer)
{
	struct client client;
	struct options options;
	struct selection selection;
	struct failure failure;
	struct names *names;
	char path[32];
	char *text;
	int saved;
	int saved_errors;
};

/* What would go to stdout goes to a file; and stderr, too, where it is looked at. */
FIXTURE_SETUP(answer)
{
	int file;

	memset(self, 0, sizeof(*self));
	self->names = names_new(true);
	self->options.numeric = true;
	strcpy(self->path, "/tmp/sockport.XXXXXX");
	file = mkstemp(self->path);
	ASSERT_LE(0, file);
	fflush(stdout);
	self->saved = dup(STDOUT_FILENO);
	self->saved_errors = dup(STDERR_FILENO);
	dup2(file, STDOUT_FILENO);
	close(file);
}

static const char *seen(struct _test_data_answer *self)
{
	fflush(stdout);
	free(self->text);
	self->text = file_read(self->path, 1 << 20);
	return self->text;
}

FIXTURE_TEARDOWN(answer)
{
	fflush(stdout);
	dup2(self->saved, STDOUT_FILENO);
	dup2(self->saved_errors, STDERR_FILENO);
	free(self->text);
	names_free(self->names);
	unlink(self->path);
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int found = 0;

	for (; text && (text = strstr(text, word)); text += strlen(word))
		found++;
	return found;
}

TEST_F(answer, intervals)
{
	selection_parse(&self->selection, &port_columns, "port,accepted", &self->failure);
	self->selection.per_second = true;
	self->client.grows = 10;
	self->options.interval = 50;
	self->options.count = 3;
	self->options.no_header = true;
	ASSERT_EQ(0, rates_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	EXPECT_EQ(4, self->client.looks);
	EXPECT_EQ(SOCKPORT_WANT_HISTORY, self->client.wants);
	seen(self);
	EXPECT_EQ(3, count(self->text, "  80"));
	EXPECT_EQ(3, count(self->text, "  81"));
	/* However long that took, only port 80 accepted something. */
	EXPECT_EQ(3, count(self->text, " 0\n"));
}

TEST_F(answer, interval_json)
{
	selection_parse(&self->selection, &port_columns, "port,accepted,restarted",
			&self->failure);
	self->client.grows = 10;
	self->client.resets = 3;
	self->options.json = true;
	self->options.interval = 20;
	self->options.count = 3;
	ASSERT_EQ(0, rates_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	EXPECT_STREQ("[\n{\"port\":80,\"accepted\":10,\"restarted\":false},\n"
		     "{\"port\":81,\"accepted\":0,\"restarted\":false}\n]\n"
		     "[\n{\"port\":80,\"accepted\":7,\"restarted\":true},\n"
		     "{\"port\":81,\"accepted\":0,\"restarted\":false}\n]\n"
		     "[\n{\"port\":80,\"accepted\":0,\"restarted\":false},\n"
		     "{\"port\":81,\"accepted\":0,\"restarted\":false}\n]\n", seen(self));
}

TEST_F(answer, titles_of_rates)
{
	selection_parse(&self->selection, &port_columns, "port,accepted,connections",
			&self->failure);
	self->selection.per_second = true;
	self->options.interval = 10;
	self->options.count = 2;
	ASSERT_EQ(0, rates_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	EXPECT_EQ(2, count(seen(self), "PORT ACCEPTED/S CONNECTIONS\n"));
	EXPECT_EQ(1, count(self->text, "\n\n20"));
}

/* A signal ends it between two looks, and that is no failure. */
TEST_F(answer, interval_stopped)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	raise(SIGTERM);
	selection_parse(&self->selection, &port_columns, "port", &self->failure);
	self->options.interval = 3600 * 1000;
	EXPECT_EQ(0, rates_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	EXPECT_EQ(1, self->client.looks);
	EXPECT_STREQ("", seen(self));
}

/* What cannot be written ends it. */
TEST_F(answer, nowhere_to_write)
{
	int full = open("/dev/full", O_WRONLY);

	dup2(full, STDOUT_FILENO);
	close(full);
	selection_parse(&self->selection, &port_columns, "port", &self->failure);
	self->options.interval = 10;
	EXPECT_EQ(-1, rates_print(&self->client, &self->options, self->names, &self->selection,
				  &self->failure));
	EXPECT_TRUE(strstr(self->failure.text, "No space left"));
	*self->failure.text = 0;
	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 1000000;
	EXPECT_EQ(-1, events_follow(&self->client, &self->options, self->names,
				    &self->selection, &self->failure));
	EXPECT_EQ(1000000, self->client.events);
	EXPECT_TRUE(strstr(self->failure.text, "No space left"));
}

/* A table is whole or not there, in JSON too. */
TEST_F(answer, interval_broken)
{
	selection_parse(&self->selection, &port_columns, "port", &self->failure);
	self->client.breaks = 3;
	self->options.interval = 10;
	self->options.no_header = true;
	EXPECT_EQ(-1, rates_print(&self->client, &self->options, self->names, &self->selection,
				  &self->failure));
	EXPECT_STREQ("broke off", self->failure.text);
	EXPECT_EQ(1, count(seen(self), "80\n"));
	EXPECT_EQ(1, count(self->text, "81\n"));
}

TEST_F(answer, since)
{
	const char *earlier = "[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"time\":5000,"
			      "\"netns_inode\":4026531840,\"accepted\":900}]";
	char path[] = "/tmp/sockport.XXXXXX";
	int file = mkstemp(path);

	ASSERT_EQ((ssize_t)strlen(earlier), write(file, earlier, strlen(earlier)));
	close(file);
	selection_parse(&self->selection, &port_columns, "port,accepted,bytes_in",
			&self->failure);
	self->options.since = path;
	self->options.json = true;
	EXPECT_EQ(0, rates_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	unlink(path);
	EXPECT_STREQ("[\n{\"port\":80,\"accepted\":100,\"bytes_in\":null},\n"
		     "{\"port\":81,\"accepted\":null,\"bytes_in\":null}\n]\n", seen(self));
	EXPECT_EQ(-1, rates_print(&self->client, &self->options, self->names, &self->selection,
				  &self->failure));
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
}

TEST_F(answer, since_the_future)
{
	const char *later = "[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"time\":99999999999999,"
			    "\"netns_inode\":4026531840,\"accepted\":900}]";
	char path[] = "/tmp/sockport.XXXXXX";
	int file = mkstemp(path);

	ASSERT_EQ((ssize_t)strlen(later), write(file, later, strlen(later)));
	close(file);
	self->options.since = path;
	EXPECT_EQ(-1, rates_print(&self->client, &self->options, self->names, &self->selection,
				  &self->failure));
	unlink(path);
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
	EXPECT_STREQ("", seen(self));
}

/* In text, a signal ends it; what came before is all there. */
TEST_F(answer, events_until_signal)
{
	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 2;
	ASSERT_EQ(0, events_follow(&self->client, &self->options, self->names, &self->selection,
				   &self->failure));
	seen(self);
	EXPECT_EQ(0, strncmp(self->text, "TYPE", 4));
	EXPECT_EQ(1 + 2 * SOCKPORT_EVENT_TYPE_MAX, count(self->text, "\n"));
	EXPECT_EQ(2, count(self->text, "closed-door\n"));
}

/* The news that some were lost counts for nothing. */
TEST_F(answer, events_counted)
{
	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 1000;
	self->options.json = true;
	self->options.types = 1u << SOCKPORT_EVENT_TYPE_OPEN;
	self->options.count = 2;
	ASSERT_EQ(0, events_follow(&self->client, &self->options, self->names, &self->selection,
				   &self->failure));
	EXPECT_STREQ("{\"type\":\"open\"}\n{\"type\":\"lost\"}\n{\"type\":\"open\"}\n", seen(self));
}

TEST_F(answer, events_overrun)
{
	char path[] = "/tmp/sockport.XXXXXX";
	int file = mkstemp(path), error;
	char *words;

	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 1;
	self->client.overrun = true;
	self->options.no_header = true;
	dup2(file, STDERR_FILENO);
	error = events_follow(&self->client, &self->options, self->names, &self->selection,
			      &self->failure);
	dup2(self->saved_errors, STDERR_FILENO);
	close(file);
	words = file_read(path, 1000);
	unlink(path);
	EXPECT_EQ(0, error);
	EXPECT_EQ(1, count(words, "lost"));
	EXPECT_EQ(1, count(words, "\n"));
	/* In the stream, too: before what came after. */
	EXPECT_EQ(0, strncmp(seen(self), "lost\n", 5));
	EXPECT_EQ(1 + SOCKPORT_EVENT_TYPE_MAX, count(self->text, "\n"));
	free(words);
}

static bool is_asleep(pid_t pid)
{
	char path[32], stat[1000], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!file_read_start(path, stat, sizeof(stat)))
		return false;
	end = strrchr(stat, ')');
	return end && end[2] == 'S';
}

/* Whoever writes to a pipe that nobody reads is told to end when that does not go on. */
static pid_t stop_when_stuck(void)
{
	int pipes[2], size = 0, before;
	pid_t pid;

	if (pipe(pipes) || fcntl(pipes[1], F_SETPIPE_SZ, 4096) != 4096)
		return -1;
	dup2(pipes[1], STDOUT_FILENO);
	pid = fork();
	if (pid)
		return pid;
	do {
		before = size;
		usleep(200000);
		ioctl(pipes[0], FIONREAD, &size);
	} while (!size || size != before || !is_asleep(getppid()));
	_exit(kill(getppid(), SIGTERM));
}

/* Where nobody reads, a signal is not waited with until somebody does. */
TEST_F(answer, events_stuck)
{
	pid_t pid = stop_when_stuck();

	ASSERT_LT(0, pid);
	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 1000000;
	EXPECT_EQ(-1, events_follow(&self->client, &self->options, self->names, &self->selection,
				    &self->failure));
	/* That is how such a command ends: nothing went wrong. */
	EXPECT_TRUE(self->failure.stopped);
	EXPECT_STREQ("", self->failure.text);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
}

/* Tables as well. */
TEST_F(answer, interval_stuck)
{
	pid_t pid = stop_when_stuck();

	ASSERT_LT(0, pid);
	selection_parse(&self->selection, &port_columns, "port,accepted", &self->failure);
	self->options.interval = 1;
	self->options.no_header = true;
	EXPECT_EQ(-1, rates_print(&self->client, &self->options, self->names, &self->selection,
				  &self->failure));
	EXPECT_TRUE(self->failure.stopped);
	EXPECT_STREQ("", self->failure.text);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
}

TEST_F(answer, no_history)
{
	self->client.off = true;
	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	EXPECT_EQ(-1, events_follow(&self->client, &self->options, self->names, &self->selection,
				    &self->failure));
	EXPECT_EQ(EXIT_RUN, self->failure.status);
	EXPECT_TRUE(strstr(self->failure.text, "switched off"));
	ASSERT_EQ(0, metrics_print(&self->client, &self->options, self->names,
				   &self->failure));
	EXPECT_EQ(0, count(seen(self), "closed_door_attempts"));
	EXPECT_EQ(1, count(self->text, "\nsockport_module_history 0\n"));
}

/* Who closes the pipe ends it, even if nothing happens that could be written. */
TEST_F(answer, events_unread)
{
	int pipes[2];

	selection_parse(&self->selection, &event_columns, "type", &self->failure);
	self->client.events = 1000000;
	self->options.types = 1u << 31;
	self->options.no_header = true;
	ASSERT_EQ(0, pipe(pipes));
	dup2(pipes[1], STDOUT_FILENO);
	close(pipes[1]);
	close(pipes[0]);
	EXPECT_EQ(0, events_follow(&self->client, &self->options, self->names, &self->selection,
				   &self->failure));
	EXPECT_EQ(1000000, self->client.events);
}

TEST_F(answer, doors)
{
	selection_parse(&self->selection, &door_columns, "port,attempts", &self->failure);
	ASSERT_EQ(0, filter_add(&self->options.filter, FILTER_PORT, "21-23", &self->failure));
	self->options.json = true;
	ASSERT_EQ(0, doors_print(&self->client, &self->options, self->names, &self->selection,
				 &self->failure));
	EXPECT_STREQ("[\n{\"port\":22,\"attempts\":50},\n{\"port\":23,\"attempts\":3},\n"
		     "{\"port\":21,\"attempts\":1}\n]\n", seen(self));
}

TEST_F(answer, metrics)
{
	self->options.top = 1;
	ASSERT_EQ(0, metrics_print(&self->client, &self->options, self->names,
				   &self->failure));
	seen(self);
	EXPECT_EQ(1, count(self->text, "\nsockport_port_accepted_total{"));
	EXPECT_EQ(1, count(self->text, "port=\"80\"} 1000\n"));
	EXPECT_EQ(1, count(self->text, "\nsockport_accepted_total{protocol=\"tcp\",role=\"in\"} 1005\n"));
	/* Those that are remembered, and those that are forgotten. */
	EXPECT_EQ(1, count(self->text, "\nsockport_closed_door_attempts_total 154\n"));
}

TEST_F(answer, broken_metrics)
{
	self->client.breaks = 1;
	EXPECT_EQ(-1, metrics_print(&self->client, &self->options, self->names,
				   &self->failure));
	EXPECT_STREQ("", seen(self));
	self->options.textfile = self->path;
	self->client.looks = 0;
	EXPECT_EQ(-1, metrics_print(&self->client, &self->options, self->names,
				   &self->failure));
	EXPECT_STREQ("", seen(self));
}

TEST_F(answer, show_closed_port)
{
	self->options.port = 80;
	self->options.command = COMMAND_SHOW;
	selection_parse(&self->selection, &peer_columns, "remote", &self->failure);
	ASSERT_EQ(0, show_port(&self->client, &self->options, self->names, &self->selection,
			       &self->failure));
	seen(self);
	EXPECT_EQ(2, count(self->text, "tcp   in   closed"));
	EXPECT_EQ(2, count(self->text, "\nHistory of tcp in:\n"));
	EXPECT_EQ(2, count(self->text, "\naccepted "));
	EXPECT_EQ(1, count(self->text, "accepted         1000  "));
	/* What did not happen is not told. */
	EXPECT_EQ(0, count(self->text, "refused"));
	EXPECT_EQ(1, count(self->text, "\nRound trip time at the end of 10 connections, on average 5us:\n"
				       "   4-8 us ####"));
	EXPECT_EQ(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_DISTRIBUTIONS |
		  SOCKPORT_WANT_OPENER | SOCKPORT_WANT_WORKERS, self->client.wants);
}

/* Who opened it is told where nobody is known to have it. */
TEST_F(answer, show_opener)
{
	self->options.port = 80;
	self->options.command = COMMAND_SHOW;
	self->client.opened = true;
	selection_parse(&self->selection, &peer_columns, "remote", &self->failure);
	ASSERT_EQ(0, show_port(&self->client, &self->options, self->names, &self->selection,
			       &self->failure));
	EXPECT_EQ(1, count(seen(self), "before[4711]"));
	self->client.held = true;
	ASSERT_EQ(0, show_port(&self->client, &self->options, self->names, &self->selection,
			       &self->failure));
	/* Not once more. */
	EXPECT_EQ(1, count(seen(self), "before[4711]"));
	EXPECT_EQ(1, count(self->text, "4712 after"));
	EXPECT_EQ(4, count(self->text, "\naccepted "));
}

/* As much as there can be has room. */
TEST(long_listens)
{
	struct held_port ports[HOLDER_LISTENS + 1];
	struct holder holder = { .ports = ports, .unix_listeners = UINT32_MAX };
	char text[VALUE_MAX + 1];
	const struct column *listens;
	struct selection selection;
	struct failure failure;
	size_t i;

	ASSERT_EQ(0, selection_parse(&selection, &holder_columns, "listens", &failure));
	listens = selection.list[0];
	EXPECT_STREQ("[]", fill_into(text, SINK_JSON, listens, &(struct holder){ 0 }, NULL));
	for (i = 0; i <= HOLDER_LISTENS; i++)
		ports[i] = (struct held_port){ .port = UINT32_MAX - i,
					       .protocol = SOCKPORT_PROTOCOL_VSOCK };
	holder.port_count = HOLDER_LISTENS;
	fill_into(text, SINK_TEXT, listens, &holder, NULL);
	EXPECT_STREQ(",vsock:4294967168,unix:4294967295", strstr(text, ",vsock:4294967168"));
	holder.port_count++;
	fill_into(text, SINK_TEXT, listens, &holder, NULL);
	EXPECT_STREQ(",vsock:4294967168,+,unix:4294967295", strstr(text, ",vsock:4294967168"));
}

/* Rows that wait for their order do not pass the bound of an answer that is kept, either. */
TEST(kept_rows_are_bounded)
{
	struct output_memory memory = { .limit = 1 << 20 };
	struct selection selection = { 0 };
	struct names *names = names_new(true);
	struct failure failure = { 0 };
	struct printer printer;
	struct port_row row = {
		.known = 1ull << SOCKPORT_A_PORT_PORT | 1ull << SOCKPORT_A_PORT_SOCKETS,
		.protocol = SOCKPORT_PROTOCOL_TCP,
	};

	ASSERT_EQ(0, selection_parse(&selection, &port_columns, "port,sockets", &failure));
	ASSERT_EQ(0, selection_sort(&selection, &port_columns, "sockets", &failure));
	printer = printer_for(true, &selection, names, &failure);
	output_keep(&memory);
	ASSERT_EQ(0, printer_begin(&printer, true));
	for (row.sockets = 0; row.sockets < 100000; row.sockets++)
		if (printer_row(&printer, &row))
			break;
	EXPECT_LT(1000, row.sockets);
	EXPECT_GT(32768, row.sockets);
	EXPECT_EQ(-1, printer_end(&printer, false));
	output_keep(NULL);
	free(memory.text);
	names_free(names);
	EXPECT_NE(NULL, strstr(failure.text, "longer than 1 MiB"));
	EXPECT_EQ(EXIT_USAGE, failure.status);
}

TEST_HARNESS_MAIN
