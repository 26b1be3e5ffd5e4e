// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked over HTTP is read by the tables of the command line: whatever their rows say is
 * served opens no file that somebody names, keeps no name for later but of columns and of a
 * namespace, and ends nothing.
 */
#include <crypt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/cmd/option-table.h"
#include "../userspace/commands.h"
#include "../userspace/serve/accept.h"
#include "../userspace/serve/guard.h"
#include "../userspace/serve/late-microhttpd.h"

/* On purpose once more: whoever serves another one says it here, too, and looks at what it does. */
static const char *const served_options[] = {
	"all-netns", "netns", "protocol", "tcp", "udp", "unix", "raw", "sctp", "mptcp", "packet",
	"vsock", "xdp", "family", "ipv4", "ipv6", "query", "state", "listening", "all", "role", "port",
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

/**
 * struct MHD_Connection - a request with a password, in place of the library's
 * @errand: of it
 * @words: as HTTP has them
 * @user: in them
 * @password: in them
 */
struct MHD_Connection {
	struct errand errand;
	const char *words;
	const char *user;
	const char *password;
};

/* What is between the guard and the library: how far passwords have come. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static unsigned int begun, ended, resumed;
static bool is_held;
static char setting_used[CRYPT_OUTPUT_SIZE];

static const char *lookup_value(struct MHD_Connection *connection,
				enum MHD_ValueKind kind, const char *key)
{
	(void)kind;
	return strcmp(key, MHD_HTTP_HEADER_AUTHORIZATION) ? NULL : connection->words;
}

static char *get_password(struct MHD_Connection *connection, char **password)
{
	*password = strdup(connection->password);
	return strdup(connection->user);
}

static void free_text(void *text)
{
	free(text);
}

static void suspend(struct MHD_Connection *connection)
{
	(void)connection;
}

static void resume(struct MHD_Connection *connection)
{
	(void)connection;
	pthread_mutex_lock(&lock);
	resumed++;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

/* Takes as long as the test wants it. */
char *crypt_r(const char *password, const char *setting, struct crypt_data *data)
{
	pthread_mutex_lock(&lock);
	begun++;
	strcpy(setting_used, setting);
	pthread_cond_broadcast(&news);
	while (is_held)
		pthread_cond_wait(&news, &lock);
	ended++;
	pthread_mutex_unlock(&lock);
	return strcpy(data->output, strcmp(password, "right") ? "another" : setting);
}

static void wait_for(const unsigned int *number, unsigned int least)
{
	pthread_mutex_lock(&lock);
	while (*number < least)
		pthread_cond_wait(&news, &lock);
	pthread_mutex_unlock(&lock);
}

static void hold(bool held)
{
	pthread_mutex_lock(&lock);
	is_held = held;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

#define ALICES	"$2y$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde"
#define BOBS	"$2y$11$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde"
#define ASKS	12

/**
 * struct guarded - a guard and who asks
 * @config: who may come in
 * @guard: lets them
 * @asks: all from one place, with passwords that are wrong, but for the last one
 */
FIXTURE(guarded)
{
	struct web_config config;
	struct guard guard;
	struct MHD_Connection asks[ASKS];
};

FIXTURE_SETUP(guarded)
{
	static char words[ASKS][16];
	struct failure failure = { 0 };
	unsigned int i;

	memset(self, 0, sizeof(*self));
	self->config.users[0] = (struct web_pair){ "alice", ALICES };
	self->config.users[1] = (struct web_pair){ "bob", BOBS };
	self->config.user_count = 2;
	for (i = 0; i < ASKS; i++) {
		snprintf(words[i], sizeof(words[i]), "Basic %u", i);
		self->asks[i] = (struct MHD_Connection){
			.errand = { .connection = &self->asks[i], .place = { 192, 0, 2, 1 } },
			.words = words[i], .user = "alice", .password = "wrong",
		};
	}
	self->asks[ASKS - 1].errand.place[3]++;
	self->asks[ASKS - 1].password = "right";
	begun = ended = resumed = 0;
	is_held = false;
	mhd.MHD_lookup_connection_value = lookup_value;
	mhd.MHD_basic_auth_get_username_password = get_password;
	mhd.MHD_free = free_text;
	mhd.MHD_suspend_connection = suspend;
	mhd.MHD_resume_connection = resume;
	ASSERT_EQ(0, guard_open(&self->guard, &self->config, &failure));
}

FIXTURE_TEARDOWN(guarded)
{
	hold(false);
	guard_close(&self->guard);
}

TEST_F(guarded, who_is_nobody_takes_as_long_as_somebody)
{
	char setting[CRYPT_OUTPUT_SIZE];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		self->asks[i].user = i / 2 ? "mallory" : "eve";
		EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &self->asks[i].errand));
		wait_for(&resumed, i + 1);
		EXPECT_EQ(PASS_REFUSED, self->asks[i].errand.pass);
		EXPECT_TRUE(!strcmp(setting_used, ALICES) || !strcmp(setting_used, BOBS))
			TH_LOG("made with %s", setting_used);
		/* Always the same, or it would tell that nobody has that name. */
		EXPECT_TRUE(!(i % 2) || !strcmp(setting_used, setting));
		strcpy(setting, setting_used);
	}
	/* Not even with the right password of the one that it is like. */
	self->asks[ASKS - 1].user = "eve";
	EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &self->asks[ASKS - 1].errand));
	wait_for(&resumed, 5);
	EXPECT_EQ(PASS_REFUSED, self->asks[ASKS - 1].errand.pass);
}

TEST_F(guarded, who_guesses_does_not_hold_up_others)
{
	unsigned int i;

	hold(true);
	EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &self->asks[0].errand));
	wait_for(&begun, 1);
	for (i = 1; i < ASKS - 1; i++)
		EXPECT_EQ(i <= 8 ? PASS_UNKNOWN : PASS_BUSY,
			  guard_ask(&self->guard, &self->asks[i].errand));
	EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &self->asks[ASKS - 1].errand));
	hold(false);
	wait_for(&resumed, 10);
	EXPECT_EQ(PASS_REFUSED, self->asks[0].errand.pass);
	EXPECT_EQ(PASS_GRANTED, self->asks[ASKS - 1].errand.pass);
}

TEST_F(guarded, what_was_right_is_not_looked_at_again)
{
	struct MHD_Connection *first = &self->asks[ASKS - 1], again = *first, later = *first;

	again.errand.connection = &again;
	later.errand.connection = &later;
	hold(true);
	EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &first->errand));
	EXPECT_EQ(PASS_UNKNOWN, guard_ask(&self->guard, &again.errand));
	hold(false);
	wait_for(&resumed, 2);
	EXPECT_EQ(PASS_GRANTED, first->errand.pass);
	EXPECT_EQ(PASS_GRANTED, again.errand.pass);
	EXPECT_EQ(PASS_GRANTED, guard_ask(&self->guard, &later.errand));
	EXPECT_EQ(1, ended);
}

TEST_HARNESS_MAIN
