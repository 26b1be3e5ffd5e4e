// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel that is made up says is recorded, and replayed: the same answers, as far as
 * they are chosen, whatever has become of that kernel.
 */
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/cmd/options.h"
#include "../userspace/columns/tables.h"
#include "../userspace/format/clock.h"
#include "../userspace/record/kept.h"
#include "../userspace/record/past.h"
#include "../userspace/record/record.h"
#include "../userspace/record/store.h"
#include "../userspace/record/take.h"

#define BEGIN		1767323045000ull
#define INTERVAL	10000
#define LATE		40
#define HERE		4026531840u
#define ELSEWHERE	4026531999u
#define PORTS		50
#define ENDS		30

/**
 * struct kernel - the one that is made up
 * @accepted: of each port
 * @ended: so many connections have ended so far
 * @denied: it does not let us know who knocked
 * @grows: more is accepted each time that somebody asks
 */
struct kernel {
	uint64_t accepted;
	unsigned int ended;
	bool denied;
	bool grows;
};

static struct nlmsghdr *begin(void *buffer)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	/* As the kernel numbers them, which is of no interest later. */
	message->nlmsg_type = 33;
	message->nlmsg_flags = NLM_F_MULTI;
	message->nlmsg_seq = rand();
	message->nlmsg_pid = rand();
	mnl_nlmsg_put_extra_header(message, sizeof(struct genlmsghdr));
	return message;
}

static void make_port(struct nlmsghdr *message, const struct kernel *kernel, unsigned int i)
{
	struct nlattr *nest;

	mnl_attr_put_u8(message, SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_ROLE, i % 2 ? SOCKPORT_ROLE_OUT :
							     SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_PORT, 80 + i);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_NETNS, i % 5 ? HERE : ELSEWHERE);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_STATE, SOCKPORT_PORT_STATE_OPEN);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_SOCKETS, i + 1);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_UID, 0);
	nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_HISTORY);
	mnl_attr_put_u64(message, SOCKPORT_A_HISTORY_ACCEPTED, kernel->accepted + i);
	mnl_attr_put_u64(message, SOCKPORT_A_HISTORY_FIRST_ACTIVE, BEGIN - 1000);
	mnl_attr_nest_end(message, nest);
}

static void make_socket(struct nlmsghdr *message, unsigned int i)
{
	const uint8_t local[4] = { 127, 0, 0, 1 }, remote[4] = { 10, 0, 0, i };

	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_FAMILY, AF_INET);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_STATE, i % 3 ? SOCKPORT_STATE_ESTABLISHED :
								 SOCKPORT_STATE_LISTEN);
	mnl_attr_put(message, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, 4, local);
	mnl_attr_put(message, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, 4, remote);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_LOCAL_PORT, 80 + i);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_REMOTE_PORT, 40000 + i);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_UID, i % 2);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_NETNS, HERE);
	mnl_attr_put_u64(message, SOCKPORT_A_SOCKET_COOKIE, 1000 + i);
	mnl_attr_put_u8(message, SOCKPORT_A_SOCKET_TIMER, SOCKPORT_TIMER_RETRANSMIT);
	mnl_attr_put_u32(message, SOCKPORT_A_SOCKET_TIMER_EXPIRES, rand());
	if (i == 7)
		mnl_attr_put(message, SOCKPORT_A_SOCKET_UNLISTED, 0, NULL);
}

/* One each second, the last one first. */
static void make_end(struct nlmsghdr *message, unsigned int number)
{
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_TYPE, SOCKPORT_EVENT_TYPE_CLOSE);
	mnl_attr_put_u64(message, SOCKPORT_A_EVENT_TIME,
			 (BEGIN + number * MS_PER_S) * NS_PER_MS);
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(message, SOCKPORT_A_EVENT_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_PORT, 80);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_LOCAL_PORT, 80);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_REMOTE_PORT, 1000 + number);
	mnl_attr_put_u32(message, SOCKPORT_A_EVENT_NETNS, HERE);
}

static unsigned int count_of(const struct kernel *kernel, uint8_t command)
{
	switch (command) {
	case SOCKPORT_CMD_PORT_GET:
	case SOCKPORT_CMD_SOCKET_GET:
		return PORTS;
	case SOCKPORT_CMD_CLOSED_GET:
		return kernel->ended < ENDS ? kernel->ended : ENDS;
	case SOCKPORT_CMD_STATS_GET:
		return 1;
	}
	return 0;
}

static void make(struct nlmsghdr *message, const struct kernel *kernel, uint8_t command,
		 unsigned int i)
{
	if (command == SOCKPORT_CMD_PORT_GET)
		make_port(message, kernel, i);
	else if (command == SOCKPORT_CMD_SOCKET_GET)
		make_socket(message, i);
	else if (command == SOCKPORT_CMD_CLOSED_GET)
		make_end(message, kernel->ended - i);
	else
		mnl_attr_put_strz(message, SOCKPORT_A_STATS_VERSION, "1.2.3");
}

static int answer(const struct client_question *question, void *data)
{
	struct kernel *kernel = data;
	uint64_t buffer[512];
	struct nlmsghdr *message;
	unsigned int i;

	if (kernel->denied && question->command == SOCKPORT_CMD_CLOSED_DOOR_GET) {
		question->failure->unavailable = true;
		return failure_set(question->failure, EXIT_RUN, "permission denied: \033[1m");
	}
	if (question->command == SOCKPORT_CMD_PORT_GET)
		kernel->accepted += kernel->grows;
	for (i = 0; i < count_of(kernel, question->command); i++) {
		memset(buffer, 0, sizeof(buffer));
		message = begin(buffer);
		make(message, kernel, question->command, i);
		if (question->take(message, question->to))
			return -1;
	}
	return 0;
}

static int take(struct kernel *kernel, struct moment *moment, bool all, unsigned int watch)
{
	struct failure failure = { 0 };
	struct thresholds thresholds = { 0 };
	struct client *client = client_answered(answer, kernel, &failure);
	struct names *names = names_new(false);
	struct take take = {
		.client = client, .names = names, .thresholds = &thresholds, .all_netns = all,
		.watch = watch, .moment = moment, .failure = &failure,
	};
	int error = take_moment(&take);

	client_close(client);
	names_free(names);
	return error;
}

FIXTURE(past)
{
	struct kernel kernel;
	struct moment moment;
	struct past past;
	struct failure failure;
	struct client *client;
};

FIXTURE_SETUP(past)
{
	memset(self, 0, sizeof(*self));
	self->kernel = (struct kernel){ .accepted = 5, .ended = 10, .denied = true };
	ASSERT_EQ(0, take(&self->kernel, &self->moment, true, 0));
	self->past.moment = &self->moment;
	ASSERT_TRUE(index_make(&self->past.index, &self->moment));
	self->client = client_answered(past_answer, &self->past, &self->failure);
	ASSERT_NE(NULL, self->client);
}

FIXTURE_TEARDOWN(past)
{
	client_close(self->client);
	index_free(&self->past.index);
	moment_free(&self->moment);
}

/* What came, of what kind ever. */
struct seen {
	unsigned int count;
	uint64_t sum;
	unsigned int timers;
	unsigned int expiries;
};

static int see_port(const struct port_row *row, void *data)
{
	struct seen *seen = data;

	seen->count++;
	seen->sum += row->port + row->history.values[SOCKPORT_A_HISTORY_ACCEPTED];
	return 0;
}

static int see_socket(const struct socket_row *row, void *data)
{
	struct seen *seen = data;

	seen->count++;
	seen->sum += row->local_port;
	seen->timers += row_knows(row, SOCKPORT_A_SOCKET_TIMER);
	seen->expiries += row_knows(row, SOCKPORT_A_SOCKET_TIMER_EXPIRES);
	return 0;
}

static int see_event(const struct event_row *row, void *data)
{
	struct seen *seen = data;

	seen->count++;
	seen->sum += row->remote_port;
	return 0;
}

static int see_door(const struct door_row *row, void *data)
{
	(void)row;
	(void)data;
	return 0;
}

static struct seen ports(struct client *client, const struct filter *filter,
			 struct failure *failure)
{
	struct seen seen = { 0 };

	if (client_ports(client, filter, 0, see_port, &seen, failure))
		seen.count = ~0u;
	return seen;
}

static struct seen sockets(struct client *client, const struct filter *filter, uint32_t want,
			   struct failure *failure)
{
	struct seen seen = { 0 };

	if (client_sockets(client, filter, want, see_socket, &seen, failure))
		seen.count = ~0u;
	return seen;
}

TEST_F(past, answers_as_the_kernel_did)
{
	const struct filter all = { 0 };
	const struct filter tcp = { .protocols = { 1, { SOCKPORT_PROTOCOL_TCP } } };
	const struct filter other = { .protocols = { 1, { SOCKPORT_PROTOCOL_OTHER } } };
	struct failure failure = { 0 };
	struct client *kernel = client_answered(answer, &self->kernel, &failure);
	struct seen seen = { 0 };

	EXPECT_EQ(PORTS, ports(self->client, &all, &failure).count);
	EXPECT_EQ(ports(kernel, &all, &failure).sum, ports(self->client, &all, &failure).sum);
	EXPECT_EQ(sockets(kernel, &all, SOCKPORT_WANT_UNLISTED, &failure).sum,
		  sockets(self->client, &all, SOCKPORT_WANT_UNLISTED, &failure).sum);
	/* Who does not ask for those that are in no table does not get them. */
	EXPECT_EQ(PORTS - 1, sockets(self->client, &all, 0, &failure).count);
	EXPECT_EQ(PORTS - 1, sockets(self->client, &tcp, SOCKPORT_WANT_UNLISTED, &failure).count);
	EXPECT_EQ(1, sockets(self->client, &other, SOCKPORT_WANT_UNLISTED, &failure).count);
	EXPECT_EQ(0, client_closed(self->client, &all, see_event, &seen, &failure));
	EXPECT_EQ(10, seen.count);
	client_close(kernel);
}

TEST_F(past, messages_are_as_they_came)
{
	uint64_t buffer[512] = { 0 };
	struct nlmsghdr *message = begin(buffer), *kept = NULL;
	size_t i;

	make_port(message, &self->kernel, 0);
	for (i = 0; i < self->moment.count && !kept; i++)
		if (moment_at(&self->moment, i)->nlmsg_type ==
		    RECORD_KIND_ANSWER + SOCKPORT_CMD_PORT_GET)
			kept = moment_at(&self->moment, i);
	ASSERT_NE(NULL, kept);
	EXPECT_EQ(message->nlmsg_len, kept->nlmsg_len);
	EXPECT_EQ(0, memcmp(message + 1, kept + 1, message->nlmsg_len - sizeof(*message)));
}

TEST_F(past, what_counts_down_is_left_out)
{
	const struct filter all = { 0 };
	struct seen seen;

	seen = sockets(self->client, &all, 0, &self->failure);
	EXPECT_EQ(seen.count, seen.timers);
	EXPECT_EQ(0, seen.expiries);
}

TEST_F(past, tells_why_there_is_no_answer)
{
	struct failure failure = { 0 };

	EXPECT_EQ(-1, client_doors(self->client, see_door, NULL, &failure));
	EXPECT_TRUE(failure.unavailable);
	EXPECT_EQ(EXIT_RUN, failure.status);
	/* Nothing of it does something to a terminal. */
	EXPECT_NE(NULL, strstr(failure.text, "permission denied: ?[1m"));
}

TEST_F(past, chooses_namespaces)
{
	const struct filter all = { 0 };
	struct failure failure = { 0 };

	self->past.netns = HERE;
	EXPECT_EQ(PORTS - PORTS / 5, ports(self->client, &all, &failure).count);
	client_ask_netns(self->client, -1, true);
	EXPECT_EQ(PORTS, ports(self->client, &all, &failure).count);
	self->past.index.has_all = false;
	EXPECT_EQ(~0u, ports(self->client, &all, &failure).count);
	EXPECT_NE(NULL, strstr(failure.text, "only one network namespace"));
}

TEST_F(past, chooses_ports_by_what_their_rows_have)
{
	struct filter filter = { .ports = { 1, { { 80, 84 } } } };
	struct failure failure = { 0 };

	EXPECT_EQ(5, ports(self->client, &filter, &failure).count);
	filter.roles.count = 1;
	filter.roles.list[0] = SOCKPORT_ROLE_OUT;
	EXPECT_EQ(2, ports(self->client, &filter, &failure).count);
	filter.tcp_states = filter.datagram_states = 1u << SOCKPORT_STATE_LISTEN;
	EXPECT_EQ(~0u, ports(self->client, &filter, &failure).count);
	EXPECT_EQ(EXIT_USAGE, failure.status);
}

static unsigned int count_matching(struct client *client, char **words, struct failure *failure)
{
	struct expression_plan *plan = expression_plan(words, 0, failure);
	const struct filter filter = { .plan = plan };
	unsigned int count;

	if (!plan)
		return ~1u;
	count = sockets(client, &filter, SOCKPORT_WANT_UNLISTED, failure).count;
	expression_plan_free(plan);
	return count;
}

#define MATCHING(...)	count_matching(self->client, (char *[]){ __VA_ARGS__, NULL }, &failure)

TEST_F(past, chooses_sockets_by_all_that_is_known_of_them)
{
	struct failure failure = { 0 };

	EXPECT_EQ(5, MATCHING("sport", "<=", ":84"));
	EXPECT_EQ(1, MATCHING("dst", "10.0.0.9"));
	EXPECT_EQ(8, MATCHING("dst", "10.0.0.0/29"));
	EXPECT_EQ(17, MATCHING("state", "listening"));
	EXPECT_EQ(16, MATCHING("not", "state", "listening", "and", "uid", "=", "0"));
	/* Which namespace that is has been seen to before. */
	EXPECT_EQ(5, MATCHING("netns", "shop", "and", "sport", "<=", ":84"));
	EXPECT_EQ(~0u, MATCHING("autobound"));
	EXPECT_EQ(EXIT_USAGE, failure.status);
}

TEST_F(past, has_the_names_of_that_time)
{
	struct names *names = names_new(false);

	names_set_book(names, &self->past.index.book);
	EXPECT_STREQ("root", names_user(names, 0));
	EXPECT_STREQ("http", names_service(names, 80, SOCKPORT_PROTOCOL_TCP));
	/* Nobody asked for that one then. */
	EXPECT_EQ(NULL, names_user(names, 2));
	EXPECT_EQ(NULL, names_interface(names, 0, 1));
	names_free(names);
}

TEST(what_doctor_found_is_kept)
{
	struct kernel kernel = { .denied = true };
	struct moment moment = { 0 };
	struct failure failure = { 0 };
	struct kept kept = { 0 };
	bool found = false;
	size_t i;

	ASSERT_EQ(0, take(&kernel, &moment, false, 20));
	ASSERT_EQ(0, kept_add(&kept, &moment, &failure));
	for (i = 0; i < kept.findings.unseen_count; i++)
		found |= !strcmp(kept.findings.unseen[i].about, "scans");
	EXPECT_TRUE(found);
	/* Of two moments, the last is told. */
	i = kept.findings.unseen_count;
	ASSERT_EQ(0, kept_add(&kept, &moment, &failure));
	EXPECT_EQ(i, kept.findings.unseen_count);
	kept_free(&kept);
	moment_free(&moment);
}

static void add_found(struct moment *moment, const char *subject, const char *seen)
{
	const char *const texts[] = { "scans", "what", "why", "action", subject, seen, "command" };
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	struct nlmsghdr *message = moment_begin(buffer);
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		moment_put_text(message, RECORD_A_FINDING_TEXT + i, texts[i]);
	moment_end(moment, message, RECORD_KIND_FINDING);
}

static int keep_found(struct kept *kept, const char *subject, const char *seen,
		      struct failure *failure)
{
	struct moment moment = { 0 };
	int error;

	add_found(&moment, subject, seen);
	add_found(&moment, "always", seen);
	add_found(&moment, "always", "as well");
	error = kept_add(kept, &moment, failure);
	moment_free(&moment);
	return error;
}

TEST(what_is_found_again_and_again_takes_no_more_memory)
{
	struct failure failure = { 0 };
	struct kept kept = { 0 };
	unsigned int i;
	char seen[16];

	for (i = 0; i < 1000; i++) {
		snprintf(seen, sizeof(seen), "%u times", i);
		ASSERT_EQ(0, keep_found(&kept, i % 2 ? "odd" : "even", seen, &failure));
	}
	/* In the order in which they came, and as they were seen last. */
	ASSERT_EQ(4, kept.findings.count);
	EXPECT_STREQ("even", kept.findings.list[0].subject);
	EXPECT_STREQ("998 times", kept.findings.list[0].seen);
	EXPECT_STREQ("999 times", kept.findings.list[1].seen);
	EXPECT_STREQ("as well", kept.findings.list[2].seen);
	EXPECT_STREQ("odd", kept.findings.list[3].subject);
	EXPECT_STREQ("999 times", kept.findings.list[3].seen);
	EXPECT_EQ(4, kept.texts.count);
	kept_free(&kept);
}

TEST(more_than_can_be_told_is_an_error)
{
	struct failure failure = { 0 };
	struct kept kept = { 0 };
	unsigned int i = 0;
	char subject[16];

	do {
		snprintf(subject, sizeof(subject), "port %u", i++);
	} while (!keep_found(&kept, subject, "once", &failure) && i < 100000);
	EXPECT_LT(1000, i);
	EXPECT_NE(NULL, strstr(failure.text, "choose a shorter time"));
	kept_free(&kept);
}

/**
 * struct recorder - records what the made-up kernel says
 */
FIXTURE(recorder)
{
	char path[32];
	struct kernel kernel;
};

FIXTURE_SETUP(recorder)
{
	int file;

	strcpy(self->path, "/tmp/sockport.XXXXXX");
	file = mkstemp(self->path);
	ASSERT_LE(0, file);
	close(file);
	self->kernel = (struct kernel){ .grows = true };
}

FIXTURE_TEARDOWN(recorder)
{
	char older[48];

	unlink(self->path);
	snprintf(older, sizeof(older), "%s.1", self->path);
	unlink(older);
}

static int record(FIXTURE_DATA(recorder) *self, uint32_t interval, uint32_t count,
		  struct failure *failure)
{
	const struct options options = {
		.record = self->path, .interval = interval, .count = count,
		.max_size = 1 << 20, .keep = 1,
	};
	struct question question = { .options = &options, .failure = failure };
	int error;

	*failure = (struct failure){ 0 };
	question.client = client_answered(answer, &self->kernel, failure);
	question.names = names_new(false);
	error = record_run(&question);
	client_close(question.client);
	names_free(question.names);
	return error;
}

static uint64_t accepted_in(struct shelf *shelf, size_t i)
{
	struct failure failure = { 0 };
	const struct filter all = { 0 };
	struct past past = { .moment = shelf_load(shelf, i) };
	struct client *client;
	struct seen seen = { 0 };

	if (!past.moment || !index_make(&past.index, past.moment))
		return 0;
	client = client_answered(past_answer, &past, &failure);
	seen = ports(client, &all, &failure);
	client_close(client);
	index_free(&past.index);
	return seen.count == PORTS ? seen.sum : 0;
}

/* So many records come back, and each has more than the one before. */
static void check_records(struct __test_metadata *_metadata, const char *path, size_t count)
{
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };
	uint64_t sum = 0, last;
	size_t i, alone = 0;

	ASSERT_EQ(0, shelf_open(&shelf, path, &failure));
	EXPECT_EQ(count, shelf.count);
	for (i = 0; i < shelf.count; i++) {
		last = sum;
		sum = accepted_in(&shelf, i);
		EXPECT_LT(last, sum);
		alone += !shelf.frames[i].head.base;
	}
	EXPECT_EQ(1 + (count - 1) / RECORD_KEY_EVERY, alone);
	/* None needs all that were before. */
	for (i = shelf.count; i--; i -= i > 7 ? 7 : i)
		EXPECT_LT(0, accepted_in(&shelf, i));
	shelf_close(&shelf);
}

TEST_F_TIMEOUT(recorder, all_records_come_back, 200)
{
	struct failure failure;

	ASSERT_EQ(0, record(self, 1, RECORD_KEY_EVERY + 30, &failure)) {
		TH_LOG("%s", failure.text);
	}
	check_records(_metadata, self->path, RECORD_KEY_EVERY + 30);
}

TEST_F(recorder, what_doctor_finds_is_among_them)
{
	struct failure failure;

	ASSERT_EQ(0, record(self, 40, 3, &failure));
	check_records(_metadata, self->path, 3);
}

TEST_F(recorder, another_start_goes_on)
{
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };

	ASSERT_EQ(0, record(self, 1, 5, &failure));
	ASSERT_EQ(0, record(self, 1, 5, &failure));
	ASSERT_EQ(0, shelf_open(&shelf, self->path, &failure));
	ASSERT_EQ(10, shelf.count);
	EXPECT_EQ(6, shelf.frames[5].head.number);
	EXPECT_EQ(0, shelf.frames[5].head.base);
	EXPECT_LT(accepted_in(&shelf, 4), accepted_in(&shelf, 9));
	shelf_close(&shelf);
}

/* As a full disk: a part of a record can be written, and is taken back. */
TEST_F(recorder, without_room_what_is_there_stays)
{
	const struct rlimit limit = { 3000, 3000 };
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };
	char text[512];
	size_t i;

	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(-1, record(self, 1, 60, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "cannot record"));
	ASSERT_EQ(0, shelf_open(&shelf, self->path, &failure));
	EXPECT_EQ(NULL, volume_trouble(&shelf.volumes[0], text, sizeof(text)));
	EXPECT_LT(2, shelf.count);
	for (i = 0; i < shelf.count; i++)
		EXPECT_LT(0, accepted_in(&shelf, i));
	shelf_close(&shelf);
}

/**
 * struct day - a file with what was recorded in some time
 */
FIXTURE(day)
{
	char path[32];
	char out[32];
};

static int put_moment(struct store *store, struct frames *frames, struct moment *moment,
		      unsigned int i)
{
	struct failure failure = { 0 };
	const struct buffer *frame;

	if (store_is_full(store, BEGIN) && store_begin(store, BEGIN, &failure))
		return -1;
	moment->head.number = ++store->number;
	/* One is a little later than the others. */
	moment->head.time = BEGIN + i * INTERVAL + (i == 1 ? LATE : 0);
	moment->head.interval = INTERVAL;
	frame = frame_make(frames, moment, NULL);
	return frame ? store_put(store, frame->bytes, frame->size, &failure) : -1;
}

FIXTURE_SETUP(day)
{
	struct store store = { .max_size = 1 << 20, .keep = 1 };
	struct failure failure = { 0 };
	struct frames *frames = frames_new(&failure);
	struct moment moment = { 0 };
	struct kernel kernel;
	unsigned int i;
	int file;

	strcpy(self->path, "/tmp/sockport.XXXXXX");
	file = mkstemp(self->path);
	ASSERT_LE(0, file);
	close(file);
	strcpy(self->out, "/tmp/sockport.XXXXXX");
	close(mkstemp(self->out));
	ASSERT_EQ(0, store_open(&store, self->path, &failure)) {
		TH_LOG("%s", failure.text);
	}
	for (i = 0; i < 6; i++) {
		/* The fourth is missing. */
		if (i == 3)
			continue;
		/* Before the last there were more ends than are kept. */
		kernel = (struct kernel){ .accepted = 100 * i, .ended = i < 5 ? 10 * i : 200 };
		moment_clear(&moment);
		ASSERT_EQ(0, take(&kernel, &moment, false, 0));
		ASSERT_EQ(0, put_moment(&store, frames, &moment, i));
	}
	store_close(&store);
	frames_free(frames);
	moment_free(&moment);
}

FIXTURE_TEARDOWN(day)
{
	unlink(self->path);
	unlink(self->out);
}

/* What a command line prints, in @out; its status. */
static int replay(FIXTURE_DATA(day) *self, char *out, size_t size, char **words)
{
	struct selection selection = { 0 };
	struct failure failure = { 0 };
	struct options options;
	int count = 0, error, saved;
	FILE *file;

	while (words[count])
		count++;
	optind = 0;
	error = options_parse(&options, count, words, &failure);
	if (!error) {
		selection_default(&selection, command_columns(&commands[options.command]),
				  COLUMN_IN_JSON | COLUMN_IN_DUMP, true);
		selection.per_second = options.interval;
		saved = dup(STDOUT_FILENO);
		fflush(stdout);
		if (!freopen(self->out, "w", stdout))
			abort();
		error = replay_answer(&options, &selection, &failure);
		fflush(stdout);
		dup2(saved, STDOUT_FILENO);
		close(saved);
	}
	options_free(&options);
	file = fopen(self->out, "r");
	out[fread(out, 1, size - 1, file)] = 0;
	fclose(file);
	if (error)
		snprintf(out, size, "%s", failure.text);
	return error ? failure.status : 0;
}

#define REPLAY(...)	\
	replay(self, out, sizeof(out), (char *[]){ "sockport", "replay", self->path, __VA_ARGS__, NULL })

/* How often a text is in another. */
static unsigned int times(const char *text, const char *part)
{
	unsigned int count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

TEST_F(day, the_moment_that_is_asked_about_is_told)
{
	static char out[1 << 17];

	ASSERT_EQ(0, REPLAY("ports", "-J", "--port", "81"));
	EXPECT_EQ(1, times(out, "\"accepted\":501")) {
		TH_LOG("%s", out);
	}
	ASSERT_EQ(0, REPLAY("ports", "-J", "--port", "81", "--at", "@1767323065"));
	EXPECT_EQ(1, times(out, "\"accepted\":201"));
	/* It is the last until the next one comes. */
	ASSERT_EQ(0, REPLAY("ports", "-J", "--port", "81", "--at", "@1767323074.999"));
	EXPECT_EQ(1, times(out, "\"accepted\":201"));
	/* Its time is that of the record, not now. */
	EXPECT_EQ(1, times(out, "\"time\":1767323065000"));
}

TEST_F(day, where_nobody_recorded_it_is_said)
{
	static char out[1 << 17];

	EXPECT_EQ(EXIT_RUN, REPLAY("ports", "--at", "@1767323084"));
	EXPECT_NE(NULL, strstr(out, "nothing was recorded"));
	EXPECT_NE(NULL, strstr(out, "the record before"));
	EXPECT_NE(NULL, strstr(out, "the next one"));
	EXPECT_EQ(EXIT_RUN, REPLAY("ports", "--at", "@1767323044"));
	EXPECT_NE(NULL, strstr(out, "the first record"));
	EXPECT_EQ(EXIT_RUN, REPLAY("ports", "--at", "@1767399999"));
	EXPECT_EQ(EXIT_RUN, REPLAY("ports", "--from", "@1767323044", "--to", "@1767323046"));
}

TEST_F(day, what_happened_in_between_is_told)
{
	static char out[1 << 17];

	ASSERT_EQ(0, REPLAY("ports", "-J", "--port", "81", "--from", "@1767323056", "--to",
			    "@1767323095")) {
		TH_LOG("%s", out);
	}
	EXPECT_EQ(1, times(out, "\"accepted\":400")) {
		TH_LOG("%s", out);
	}
	ASSERT_EQ(0, REPLAY("ports", "-J", "--port", "81", "--from", "@1767323045",
			    "--interval", "10"));
	/* Of four intervals one is twice as long. */
	EXPECT_EQ(3, times(out, "\"accepted\":100"));
	EXPECT_EQ(1, times(out, "\"accepted\":200"));
}

TEST_F(day, connections_that_ended_are_told_once)
{
	static char out[1 << 17];

	/* From the 16th second to the 27th. */
	ASSERT_EQ(0, REPLAY("closed", "-J", "--from", "@1767323061", "--to", "@1767323072")) {
		TH_LOG("%s", out);
	}
	EXPECT_EQ(12, times(out, "\"rport\":"));
	EXPECT_EQ(1, times(out, "\"rport\":1016"));
	EXPECT_EQ(1, times(out, "\"rport\":1027"));
	ASSERT_EQ(0, REPLAY("closed", "-J", "--at", "@1767323065"));
	EXPECT_EQ(20, times(out, "\"rport\":"));
	EXPECT_EQ(EXIT_USAGE, REPLAY("closed", "-J", "--at", "@1767323065", "dev", "lo"));
	EXPECT_NE(NULL, strstr(out, "cannot be chosen by this"));
	/* Not all of them can be told. */
	EXPECT_EQ(EXIT_RUN, REPLAY("closed", "-J", "--from", "@1767323085"));
	EXPECT_NE(NULL, strstr(out, "may be missing"));
}

TEST_F(day, frames_are_of_each_moment)
{
	static char out[1 << 17];

	ASSERT_EQ(0, REPLAY("top", "--batch", "--from", "@1767323056")) {
		TH_LOG("%s", out);
	}
	/* Of 11 ports more were accepted in 10 s, 20 s and 10 s. */
	EXPECT_EQ(3, times(out, "\n\n") + 1);
	ASSERT_EQ(0, REPLAY("top", "--batch", "--view", "closed", "--at", "@1767323065"));
	EXPECT_EQ(1, times(out, "1020"));
	EXPECT_EQ(EXIT_USAGE, REPLAY("top"));
}

TEST_F(day, records_are_listed)
{
	static char out[1 << 17];

	ASSERT_EQ(0, REPLAY("-J"));
	EXPECT_EQ(5, times(out, "\"intact\":true"));
	ASSERT_EQ(0, REPLAY("-J", "--from", "@1767323060", "--to", "@1767323086"));
	EXPECT_EQ(3, times(out, "\"intact\":true"));
}

TEST_HARNESS_MAIN
