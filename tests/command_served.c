// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked over HTTP is read by the tables of the command line: whatever their rows say is
 * served opens no file that somebody names, keeps no name for later but of columns and of a
 * namespace, and ends nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/cmd/option-table.h"
#include "../userspace/commands.h"
#include "../userspace/serve/accept.h"

/* On purpose once more: whoever serves another one says it here, too, and looks at what it does. */
static const char *const served_options[] = {
	"all-netns", "netns", "protocol", "tcp", "udp", "unix", "raw", "sctp", "mptcp", "packet",
	"family", "ipv4", "ipv6", "query", "state", "listening", "all", "role", "port",
	"local-port", "remote-port", "local", "remote", "uid", "by", "type", "watch", "threshold",
	"processes", "timers", "extended", "memory", "info", "columns", "sort", "reverse", "top",
	"numeric",
};
static const char *const served_commands[] = {
	"ports", "sockets", "show", "who", "programs", "summary", "closed", "closed-doors",
	"doctor", "stats",
};

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static bool is_in(const char *name, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (name && !strcmp(name, list[i]))
			return true;
	return false;
}

TEST(options_are_served_if_somebody_said_so)
{
	const struct option_row *row;
	size_t served = 0;

	for (row = option_rows; row < option_rows + option_count; row++) {
		EXPECT_EQ(row->is_served, is_in(row->name, served_options, COUNT(served_options)))
			TH_LOG("option '%s'", row->name ? row->name : "-");
		served += row->is_served;
	}
	EXPECT_EQ(COUNT(served_options), served);
}

TEST(commands_are_served_if_somebody_said_so)
{
	const struct command_row *row;

	for (row = commands; row < commands + COMMANDS; row++) {
		EXPECT_EQ(row->is_served, is_in(row->name, served_commands, COUNT(served_commands)))
			TH_LOG("command '%s'", row->name);
	}
}

/* What ends sockets, what goes on, and what files are for. */
TEST(no_command_that_is_served_does_more_than_tell)
{
	const unsigned int never = TAKES_KILL | TAKES_TOP | TAKES_RECORD | TAKES_REPLAY |
				   TAKES_SERVE | TAKES_METRICS;
	const struct command_row *row;

	for (row = commands; row < commands + COMMANDS; row++) {
		if (!row->is_served)
			continue;
		EXPECT_TRUE(row->takes & TAKES_JSON) TH_LOG("command '%s'", row->name);
		EXPECT_EQ(0, row->takes & never) TH_LOG("command '%s'", row->name);
		EXPECT_FALSE(row->lines || row->alone) TH_LOG("command '%s'", row->name);
	}
}

/**
 * struct file - a file that is watched
 * @directory: where it is
 * @path: of it
 * @watch: readable when something happened to it
 */
FIXTURE(file)
{
	char directory[32];
	char path[64];
	int watch;
};

FIXTURE_SETUP(file)
{
	FILE *file;

	strcpy(self->directory, "/tmp/sockport-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	snprintf(self->path, sizeof(self->path), "%s/file", self->directory);
	file = fopen(self->path, "w");
	ASSERT_NE(NULL, file);
	fclose(file);
	self->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	ASSERT_LE(0, self->watch);
	ASSERT_LE(0, inotify_add_watch(self->watch, self->directory, IN_ALL_EVENTS));
}

FIXTURE_TEARDOWN(file)
{
	close(self->watch);
	unlink(self->path);
	rmdir(self->directory);
}

static bool was_touched(int watch)
{
	char events[4096];

	return read(watch, events, sizeof(events)) > 0;
}

/* As the command line is read, but without what stands in the way of a value that makes no sense. */
static void give(struct options *options, const struct option_row *row, const char *value)
{
	struct failure failure = { 0 };

	if (row->is_filter)
		filter_add(&options->filter, row->filter, row->word ? row->word : value, &failure);
	else if (row->set)
		row->set(options, value, &failure);
	else if (row->value)
		*(const char **)((char *)options + row->text) = value;
	else
		*((bool *)options + row->flag) = true;
}

/* Names of columns, and of a namespace, where what has a slash is refused. */
static bool may_keep(const struct option_row *row)
{
	return !row->set && !row->is_filter &&
	       (row->text == offsetof(struct options, columns) ||
		row->text == offsetof(struct options, sort) ||
		row->text == offsetof(struct options, netns));
}

static bool has_kept(const struct options *options, const char *value)
{
	const char *const *word = (const void *)options;
	size_t i;

	for (i = 0; i < sizeof(*options) / sizeof(*word); i++)
		if (word[i] == value)
			return true;
	return false;
}

TEST_F(file, no_option_that_is_served_opens_what_it_names)
{
	const struct option_row *row;
	struct options options;

	for (row = option_rows; row < option_rows + option_count; row++) {
		if (!row->is_served || !row->value)
			continue;
		options = (struct options){ 0 };
		give(&options, row, self->path);
		EXPECT_FALSE(was_touched(self->watch)) TH_LOG("option '%s'", row->name);
		EXPECT_TRUE(may_keep(row) || !has_kept(&options, self->path))
			TH_LOG("option '%s'", row->name);
	}
}

TEST_F(file, what_is_opened_is_noticed)
{
	FILE *file = fopen(self->path, "r");

	ASSERT_NE(NULL, file);
	fclose(file);
	EXPECT_TRUE(was_touched(self->watch));
}

/* A page of somebody else's asks by a name of theirs. */
TEST(names_that_nobody_said_lead_astray)
{
	const struct host_names names = {
		.own = "web1", .listen = "/run/sock,[::1]:80, Monitor.example.com:7678,:90",
		.others = "a.example,b.example:80",
	};
	static const char *const good[] = {
		"localhost", "LOCALHOST:7678", "127.0.0.1", "192.0.2.1:7678", "[::1]:7678",
		"[2001:db8::1]", "web1", "Web1:7678", "monitor.example.com",
		"monitor.example.com:7678", "a.example:7678", "B.EXAMPLE",
	};
	static const char *const bad[] = {
		"", ":7678", "rebound.example", "web1.rebound.example", "web", "web11",
		"example.com:7678", "monitor.example.com.rebound.example", "a.example,b.example",
		"127.0.0.1.rebound.example", "[rebound.example]", "[::1.rebound.example]", "[", "/run/sock2",
	};
	char long_one[1000];
	size_t i;

	EXPECT_TRUE(accept_host(&names, NULL));
	for (i = 0; i < COUNT(good); i++) {
		EXPECT_TRUE(accept_host(&names, good[i]))
			TH_LOG("name '%s'", good[i]);
	}
	for (i = 0; i < COUNT(bad); i++) {
		EXPECT_FALSE(accept_host(&names, bad[i]))
			TH_LOG("name '%s'", bad[i]);
	}
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = 0;
	EXPECT_FALSE(accept_host(&names, long_one));
	*long_one = '[';
	EXPECT_FALSE(accept_host(&names, long_one));
	EXPECT_FALSE(accept_host(&(struct host_names){ .own = "" }, "web1"));
}

TEST_HARNESS_MAIN
