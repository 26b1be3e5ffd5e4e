// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a recorder, without a kernel: what is written comes back, whatever is cut off or
 * changed is noticed, and nothing that somebody else may have put there is followed.
 */
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/sockport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/count/hash.h"
#include "../userspace/record/directory.h"
#include "../userspace/record/frame.h"
#include "../userspace/record/index.h"
#include "../userspace/record/shelf.h"
#include "../userspace/record/store.h"

#define BEGIN		1767323045000ull
#define INTERVAL	10000
#define NOBODY		65534
/* Moments of a file, with bases of each kind. */
#define MOMENTS		6

static unsigned int seed;

static unsigned int any(unsigned int below)
{
	return rand_r(&seed) % below;
}

/* A message that nobody reads: words that look like counters, about a number of things. */
static void add_message(struct moment *moment, uint32_t about, unsigned int words)
{
	uint32_t buffer[64] = { 0 };
	struct nlmsghdr *message = (void *)buffer;
	unsigned int i;

	message->nlmsg_len = sizeof(*message) + 4 * words + 1 + about % 4;
	for (i = 0; i < words; i++)
		buffer[4 + i] = about * 1000 + i + (any(4) ? 0 : any(2000000000));
	moment_add(moment, message, RECORD_KIND_ANSWER, about);
}

/* Most is as it was, some has changed, come or gone, or stands elsewhere. */
static void make_moment(struct moment *moment, unsigned int number)
{
	unsigned int i, first = any(3);

	moment_clear(moment);
	moment->head.number = number;
	moment->head.time = BEGIN + number * INTERVAL;
	moment->head.interval = INTERVAL;
	for (i = first; i < 20; i++)
		if (any(10))
			add_message(moment, any(8) ? i : any(20), 2 + i % 7 + !any(9));
}

static bool is_same(const struct moment *one, const struct moment *other)
{
	return one->bytes.size == other->bytes.size &&
	       (!one->bytes.size ||
		!memcmp(one->bytes.bytes, other->bytes.bytes, one->bytes.size));
}

static bool comes_back(struct frames *frames, struct moment *moment, const struct moment *base)
{
	const struct buffer *frame = frame_make(frames, moment, base);
	struct moment back = { 0 };
	void *packed;
	bool same;

	if (!frame || !frame_head_good(&moment->head))
		return false;
	back.head = moment->head;
	packed = memcpy(malloc(moment->head.packed), frame->bytes + sizeof(moment->head),
			moment->head.packed);
	same = frame_take(frames, &back, base, packed) && frame_whole(&back) &&
	       is_same(&back, moment);
	free(packed);
	moment_free(&back);
	return same;
}

TEST(any_moment_comes_back_from_what_it_differs_by)
{
	struct failure failure = { 0 };
	struct frames *frames = frames_new(&failure);
	struct moment now = { 0 }, before = { 0 };
	unsigned int i;

	ASSERT_NE(NULL, frames);
	make_moment(&before, 1);
	for (i = 0; i < 500; i++) {
		seed = i;
		make_moment(&now, 2);
		EXPECT_TRUE(comes_back(frames, &now, NULL));
		EXPECT_TRUE(comes_back(frames, &now, &before));
		EXPECT_TRUE(comes_back(frames, &now, &now) || now.head.number == 2);
		make_moment(&before, 1);
	}
	moment_clear(&now);
	now.head.number = 2;
	EXPECT_TRUE(comes_back(frames, &now, &before));
	moment_free(&now);
	moment_free(&before);
	frames_free(frames);
}

TEST(what_does_not_change_takes_next_to_nothing)
{
	struct failure failure = { 0 };
	struct frames *frames = frames_new(&failure);
	struct moment moment = { .head.number = 1 }, base;
	const struct buffer *frame;
	unsigned int i;

	for (i = 0; i < 10000; i++)
		add_message(&moment, i, 40);
	ASSERT_NE(NULL, frame_make(frames, &moment, NULL));
	base = moment;
	moment.head.number = 2;
	frame = frame_make(frames, &moment, &base);
	ASSERT_NE(NULL, frame);
	EXPECT_LT(frame->size, 100);
	moment_free(&moment);
	frames_free(frames);
}

TEST(nothing_that_was_in_memory_comes_between_texts)
{
	uint32_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint32_t)];
	struct nlmsghdr *message;

	memset(buffer, 0xa5, sizeof(buffer));
	message = moment_begin(buffer);
	moment_put_text(message, RECORD_A_NAME_TEXT, "a");
	EXPECT_EQ(0, memcmp((char *)(message + 1) + NLA_HDRLEN, "a\0\0", 4));
}

#define PORTS		10000
#define ACTIVE		1000
/* Records of a day, of which so many stand alone, and so many differ from one of these. */
#define DAY		(24 * 3600 * 1000 / INTERVAL)
#define ALONE		(DAY / RECORD_KEY_EVERY)
#define FROM_ALONE	(DAY / RECORD_BASE_EVERY - ALONE)

/**
 * struct server - a port that is made up
 * @requests: it gets some such number of in an interval
 * @answer: some such number of bytes
 * @alive: connections
 * @total: as SOCKPORT_A_HISTORY_*
 */
struct server {
	unsigned int requests;
	unsigned int answer;
	unsigned int alive;
	uint64_t total[SOCKPORT_A_HISTORY_MAX + 1];
};

/* Most often half of them. */
static unsigned int toss(unsigned int coins)
{
	unsigned int heads = 0;

	for (; coins; coins--)
		heads += any(2);
	return heads;
}

/* What a port does in an interval, 11 counters of it; each answer is of some segments. */
static void serve(struct server *server, uint64_t now)
{
	const unsigned int requests = 1 + toss(2 * server->requests);
	const unsigned int accepted = toss(requests / 4);
	const unsigned int closed = toss(server->alive + accepted);
	const unsigned int by_peer = toss(closed);
	uint64_t *total = server->total;
	unsigned int i, bytes, again, segments = 0;

	for (i = 0; i < requests; i++) {
		bytes = server->answer / 2 + any(server->answer);
		segments += 1 + bytes / 1448;
		total[SOCKPORT_A_HISTORY_BYTES_OUT] += bytes;
		total[SOCKPORT_A_HISTORY_BYTES_IN] += 300 + any(300);
	}
	again = toss(segments / 128);
	server->alive += accepted - closed;
	total[SOCKPORT_A_HISTORY_ACCEPTED] += accepted;
	total[SOCKPORT_A_HISTORY_CLOSED] += closed - by_peer;
	total[SOCKPORT_A_HISTORY_CLOSED_BY_PEER] += by_peer;
	total[SOCKPORT_A_HISTORY_SEGMENTS_IN] += requests + segments / 2 + accepted + any(4);
	total[SOCKPORT_A_HISTORY_SEGMENTS_OUT] += segments + accepted;
	total[SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS] += again;
	total[SOCKPORT_A_HISTORY_RETRANSMITTED_BYTES] += again * 1448;
	total[SOCKPORT_A_HISTORY_CONNECTIONS] = server->alive;
	total[SOCKPORT_A_HISTORY_LAST_ACTIVE] = now - any(INTERVAL / requests);
}

/**
 * struct servers - all of them, of which a tenth does something all the time
 * @list: of them
 * @now: milliseconds since 1970
 * @frames: make records of them
 */
FIXTURE(servers)
{
	struct server *list;
	uint64_t now;
	struct frames *frames;
};

FIXTURE_SETUP(servers)
{
	struct failure failure = { 0 };
	struct server *server;
	unsigned int i, j;

	seed = 1;
	self->now = BEGIN;
	self->frames = frames_new(&failure);
	self->list = calloc(PORTS, sizeof(*self->list));
	for (i = 0; i < PORTS; i++) {
		server = &self->list[i];
		server->requests = 8 + any(8 << any(6));
		server->answer = 200 + any(1000 << any(8));
		server->total[SOCKPORT_A_HISTORY_FIRST_ACTIVE] = BEGIN - any(100000000);
		for (j = 0; j < 20; j++)
			serve(server, self->now);
		for (j = 0; j < SOCKPORT_A_HISTORY_CONNECTIONS; j++)
			server->total[j] *= 100;
	}
}

FIXTURE_TEARDOWN(servers)
{
	frames_free(self->frames);
	free(self->list);
}

static void go_on(FIXTURE_DATA(servers) *servers, unsigned int intervals)
{
	unsigned int i;

	for (; intervals; intervals--) {
		servers->now += INTERVAL;
		for (i = 0; i < PORTS; i += PORTS / ACTIVE)
			serve(&servers->list[i], servers->now);
	}
}

static void put_states(struct nlmsghdr *message, uint8_t state, uint32_t count)
{
	struct nlattr *nest;

	if (!count)
		return;
	nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_STATES);
	mnl_attr_put_u8(message, SOCKPORT_A_STATE_COUNT_STATE, state);
	mnl_attr_put_u32(message, SOCKPORT_A_STATE_COUNT_COUNT, count);
	mnl_attr_nest_end(message, nest);
}

static void put_process(struct nlmsghdr *message, uint16_t type, unsigned int number)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);
	char comm[16];

	snprintf(comm, sizeof(comm), "server-%u", number);
	mnl_attr_put_u32(message, SOCKPORT_A_PROCESS_PID, 1000 + 7 * number);
	mnl_attr_put_strz(message, SOCKPORT_A_PROCESS_COMM, comm);
	mnl_attr_nest_end(message, nest);
}

/* A row as the kernel module has it. */
static void put_server(struct moment *moment, unsigned int port, const struct server *server)
{
	uint64_t buffer[256] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nlattr *nest;
	unsigned int i;

	mnl_nlmsg_put_extra_header(message, GENL_HDRLEN);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_PROTOCOL, SOCKPORT_PROTOCOL_TCP);
	mnl_attr_put_u8(message, SOCKPORT_A_PORT_ROLE, SOCKPORT_ROLE_IN);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_PORT, 20000 + port);
	mnl_attr_put_u32(message, SOCKPORT_A_PORT_SOCKETS, 1 + server->alive);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_RX_QUEUE, 0);
	mnl_attr_put_u64(message, SOCKPORT_A_PORT_TX_QUEUE, 0);
	put_states(message, SOCKPORT_STATE_ESTABLISHED, server->alive);
	put_states(message, SOCKPORT_STATE_LISTEN, 1);
	put_process(message, SOCKPORT_A_PORT_PROCESS, port % 40);
	nest = mnl_attr_nest_start(message, SOCKPORT_A_PORT_HISTORY);
	for (i = SOCKPORT_A_HISTORY_ACCEPTED; i <= SOCKPORT_A_HISTORY_LAST_ACTIVE; i++)
		mnl_attr_put_u64(message, i, server->total[i]);
	mnl_attr_nest_end(message, nest);
	put_process(message, SOCKPORT_A_PORT_OPENER, port % 40);
	moment_add(moment, message, RECORD_KIND_ANSWER + SOCKPORT_CMD_PORT_GET, port);
}

static void look(const FIXTURE_DATA(servers) *servers, struct moment *moment)
{
	unsigned int i;

	moment->head.time = servers->now;
	moment->head.number = (servers->now - BEGIN) / INTERVAL;
	for (i = 0; i < PORTS; i++)
		put_server(moment, i, &servers->list[i]);
}

static uint64_t size_of_record(struct frames *frames, struct moment *moment,
			       const struct moment *base)
{
	return comes_back(frames, moment, base) ? sizeof(moment->head) + moment->head.packed :
	       UINT32_MAX;
}

TEST_F_TIMEOUT(servers, a_day_of_1000_active_ports_takes_less_than_100_MB, 200)
{
	struct moment key = { 0 }, last = { 0 }, now = { 0 };
	uint64_t alone, from_alone, other, day;

	go_on(self, 1);
	look(self, &key);
	go_on(self, RECORD_BASE_EVERY - 1);
	look(self, &last);
	go_on(self, 1);
	look(self, &now);
	alone = size_of_record(self->frames, &key, NULL);
	from_alone = size_of_record(self->frames, &last, &key);
	other = size_of_record(self->frames, &now, &last);
	day = ALONE * alone + FROM_ALONE * from_alone + (DAY - ALONE - FROM_ALONE) * other;
	EXPECT_GT(100000000, day);
	TH_LOG("%lu bytes alone of %u, then %lu, or %lu from there: %lu a day", alone,
	       key.head.size, other, from_alone, day);
	moment_free(&key);
	moment_free(&last);
	moment_free(&now);
}

/**
 * struct file - a file with some moments
 * @directory: where it is
 * @path: of it
 * @moments: in it
 * @ends: where each ends
 * @bytes: the whole file
 * @size: of it
 */
FIXTURE(file)
{
	char directory[32];
	char path[64];
	struct moment moments[MOMENTS];
	size_t ends[MOMENTS];
	uint8_t *bytes;
	size_t size;
};

static void put_file(const char *path, const void *bytes, size_t size)
{
	const int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (file < 0 || write(file, bytes, size) != (ssize_t)size)
		abort();
	close(file);
}

FIXTURE_SETUP(file)
{
	static const unsigned int bases[MOMENTS] = { 0, 1, 1, 3, 0, 5 };
	struct failure failure = { 0 };
	struct frames *frames = frames_new(&failure);
	struct buffer bytes = { 0 };
	const struct buffer *frame;
	struct record_file head;
	unsigned int i;

	memset(self, 0, sizeof(*self));
	strcpy(self->directory, "/tmp/sockport.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	snprintf(self->path, sizeof(self->path), "%s/record", self->directory);
	file_head_make(&head, BEGIN);
	buffer_put(&bytes, &head, sizeof(head));
	for (i = 0; i < MOMENTS; i++) {
		seed = i;
		make_moment(&self->moments[i], i + 1);
		frame = frame_make(frames, &self->moments[i],
				   bases[i] ? &self->moments[bases[i] - 1] : NULL);
		ASSERT_NE(NULL, frame);
		buffer_put(&bytes, frame->bytes, frame->size);
		self->ends[i] = bytes.size;
	}
	frames_free(frames);
	self->bytes = bytes.bytes;
	self->size = bytes.size;
	put_file(self->path, self->bytes, self->size);
}

FIXTURE_TEARDOWN(file)
{
	char command[64];
	unsigned int i;

	for (i = 0; i < MOMENTS; i++)
		moment_free(&self->moments[i]);
	free(self->bytes);
	snprintf(command, sizeof(command), "rm -rf %s", self->directory);
	if (system(command))
		abort();
}

/* How many moments of a file come back as they were; -1 if one comes back as another. */
static int count_good(const char *path, const struct moment *moments, bool *troubled)
{
	struct failure failure = { 0 };
	const struct moment *moment;
	struct shelf shelf = { 0 };
	char text[512];
	int count = 0;
	size_t i;

	*troubled = shelf_open(&shelf, path, &failure);
	for (i = 0; i < shelf.volume_count; i++)
		*troubled |= !!volume_trouble(&shelf.volumes[i], text, sizeof(text));
	for (i = 0; i < shelf.count && count >= 0; i++) {
		moment = shelf_load(&shelf, i);
		if (!moment)
			*troubled = true;
		else if (moment->head.number > MOMENTS ||
			 !is_same(moment, &moments[moment->head.number - 1]) ||
			 moment->head.time != BEGIN + moment->head.number * INTERVAL)
			count = -1;
		else
			count++;
	}
	shelf_close(&shelf);
	return count;
}

TEST_F(file, each_moment_is_found_by_its_time)
{
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };
	size_t i;

	ASSERT_EQ(0, shelf_open(&shelf, self->path, &failure));
	ASSERT_EQ(MOMENTS, shelf.count);
	EXPECT_FALSE(shelf_find(&shelf, BEGIN + INTERVAL - 1, &i));
	EXPECT_TRUE(shelf_find(&shelf, BEGIN + INTERVAL, &i));
	EXPECT_EQ(0, i);
	EXPECT_TRUE(shelf_find(&shelf, BEGIN + 4 * INTERVAL - 1, &i));
	EXPECT_EQ(2, i);
	EXPECT_TRUE(shelf_find(&shelf, UINT64_MAX, &i));
	EXPECT_EQ(MOMENTS - 1, i);
	/* In any order, as they need each other. */
	for (i = MOMENTS; i--;) {
		ASSERT_NE(NULL, shelf_load(&shelf, i));
		EXPECT_TRUE(is_same(&shelf.now, &self->moments[i]));
	}
	ASSERT_NE(NULL, shelf_load(&shelf, 3));
	EXPECT_TRUE(is_same(&shelf.now, &self->moments[3]));
	shelf_close(&shelf);
}

TEST_F_TIMEOUT(file, every_beginning_of_a_file_says_where_it_ends, 200)
{
	bool troubled;
	size_t size;
	int whole;

	for (size = 1; size <= self->size; size++) {
		put_file(self->path, self->bytes, size);
		for (whole = 0; whole < MOMENTS && self->ends[whole] <= size; whole++)
			;
		EXPECT_EQ(whole, count_good(self->path, self->moments, &troubled));
		EXPECT_EQ(size != sizeof(struct record_file) &&
			  (!whole || self->ends[whole - 1] != size), troubled);
	}
}

TEST_F_TIMEOUT(file, no_bit_changes_unnoticed, 200)
{
	bool troubled;
	size_t bit;

	/* One of each byte, each of them in turn. */
	for (bit = 0; bit < 8 * self->size; bit += 7) {
		self->bytes[bit / 8] ^= 1u << bit % 8;
		put_file(self->path, self->bytes, self->size);
		self->bytes[bit / 8] ^= 1u << bit % 8;
		EXPECT_NE(-1, count_good(self->path, self->moments, &troubled));
		EXPECT_TRUE(troubled) {
			TH_LOG("bit %zu of byte %zu", bit % 8, bit / 8);
		}
	}
}

TEST_F(file, what_follows_damage_is_there)
{
	bool troubled;

	memset(self->bytes + self->ends[1] + 3, 0xa5, 20);
	put_file(self->path, self->bytes, self->size);
	/* The third is gone, and the fourth needs it. */
	EXPECT_EQ(4, count_good(self->path, self->moments, &troubled));
	EXPECT_TRUE(troubled);
}

static size_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_size;
}

static int try_open(const char *path, struct failure *failure)
{
	struct store store = { .max_size = 1 << 20, .keep = 2 };
	int error;

	*failure = (struct failure){ 0 };
	error = store_open(&store, path, failure);
	store_close(&store);
	return error;
}

TEST_F(file, a_record_that_was_cut_is_taken_away)
{
	struct failure failure;

	put_file(self->path, self->bytes, self->size - 5);
	ASSERT_EQ(0, try_open(self->path, &failure));
	EXPECT_EQ(self->ends[MOMENTS - 2], size_of(self->path));
	put_file(self->path, self->bytes, 10);
	ASSERT_EQ(0, try_open(self->path, &failure));
	EXPECT_EQ(0, size_of(self->path));
}

TEST_F(file, numbers_go_on_after_another_start)
{
	struct store store = { .max_size = 1 << 20, .keep = 2 };
	struct failure failure = { 0 };

	ASSERT_EQ(0, store_open(&store, self->path, &failure));
	EXPECT_EQ(MOMENTS, store.number);
	EXPECT_EQ(self->size, store.size);
	EXPECT_FALSE(store_is_full(&store, BEGIN + 1));
	EXPECT_TRUE(store_is_full(&store, BEGIN + STORE_AGE_MS));
	store_close(&store);
}

TEST_F(file, damage_in_the_midst_stays_as_it_is)
{
	struct store store = { .max_size = 1 << 20, .keep = 2 };
	struct failure failure = { 0 };

	self->bytes[self->ends[1] + 3] ^= 1;
	put_file(self->path, self->bytes, self->size);
	ASSERT_EQ(0, store_open(&store, self->path, &failure));
	EXPECT_TRUE(store_is_full(&store, BEGIN + 1));
	EXPECT_EQ(self->size, size_of(self->path));
	store_close(&store);
}

/* A whole record that was there before is none that was cut. */
TEST_F(file, numbers_that_do_not_grow_are_damage)
{
	const size_t first = self->ends[0] - sizeof(struct record_file);
	struct failure failure;
	bool troubled;

	self->bytes = realloc(self->bytes, self->size + first);
	memcpy(self->bytes + self->size, self->bytes + sizeof(struct record_file), first);
	put_file(self->path, self->bytes, self->size + first);
	EXPECT_EQ(MOMENTS, count_good(self->path, self->moments, &troubled));
	EXPECT_TRUE(troubled);
	ASSERT_EQ(0, try_open(self->path, &failure));
	EXPECT_EQ(self->size + first, size_of(self->path));
}

/* Instead of the C library's. */
static size_t bytes_read;

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
	const ssize_t length = syscall(SYS_pread64, file, bytes, size, offset);

	bytes_read += length > 0 ? length : 0;
	return length;
}

#define HEADS	20000

/* Heads of frames that would go beyond the end. */
TEST_F(file, what_is_no_record_is_read_about_once)
{
	struct record_frame *heads = calloc(HEADS, sizeof(*heads));
	struct record_frame head;
	bool troubled;
	size_t i, size = HEADS * sizeof(*heads);

	memcpy(&head, self->bytes + sizeof(struct record_file), sizeof(head));
	head.packed = 100 << 20;
	for (i = 0; i < HEADS; i++) {
		head.number = i + 1;
		head.sum = hash_bytes(0, &head, offsetof(struct record_frame, sum));
		heads[i] = head;
	}
	self->bytes = realloc(self->bytes, self->size + size);
	memcpy(self->bytes + self->size, heads, size);
	put_file(self->path, self->bytes, self->size + size);
	bytes_read = 0;
	EXPECT_EQ(MOMENTS, count_good(self->path, self->moments, &troubled));
	EXPECT_TRUE(troubled);
	EXPECT_LT(size, bytes_read);
	EXPECT_GT(3 * size, bytes_read);
	free(heads);
}

/* The newest may be meant by a link; the recorder makes none of the older ones. */
TEST_F(file, no_older_file_is_a_link)
{
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };
	char older[96], link[96];

	snprintf(older, sizeof(older), "%s/other", self->directory);
	snprintf(link, sizeof(link), "%s.1", self->path);
	put_file(older, self->bytes, self->size);
	ASSERT_EQ(0, symlink(older, link));
	EXPECT_EQ(-1, shelf_open(&shelf, self->path, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	EXPECT_NE(NULL, strstr(failure.text, "it is a link"));
	shelf_close(&shelf);
	ASSERT_EQ(0, unlink(link));
	snprintf(link, sizeof(link), "%s/link", self->directory);
	ASSERT_EQ(0, symlink(self->path, link));
	EXPECT_EQ(0, shelf_open(&shelf, link, &failure));
	shelf_close(&shelf);
}

TEST_F(file, only_files_of_a_recorder_are_touched)
{
	const char text[] = "nothing that was ever recorded, but as long as the head of a file\n";
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };

	put_file(self->path, text, sizeof(text));
	EXPECT_EQ(-1, try_open(self->path, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	EXPECT_EQ(sizeof(text), size_of(self->path));
	EXPECT_EQ(-1, shelf_open(&shelf, self->path, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	shelf_close(&shelf);
	/* Of a later version. */
	self->bytes[offsetof(struct record_file, version)]++;
	put_file(self->path, self->bytes, self->size);
	EXPECT_EQ(-1, try_open(self->path, &failure));
	EXPECT_EQ(self->size, size_of(self->path));
}

TEST_F(file, no_link_is_followed)
{
	struct failure failure;
	char other[96];

	snprintf(other, sizeof(other), "%s/other", self->directory);
	ASSERT_EQ(0, symlink(self->path, other));
	EXPECT_EQ(-1, try_open(other, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "it is a link"));
	ASSERT_EQ(0, unlink(other));
	ASSERT_EQ(0, mkfifo(other, 0600));
	EXPECT_EQ(-1, try_open(other, &failure));
	ASSERT_EQ(0, unlink(other));
	ASSERT_EQ(0, link(self->path, other));
	EXPECT_EQ(-1, try_open(self->path, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "other names"));
}

TEST_F(file, links_on_the_way_are_followed_where_nobody_else_writes)
{
	char way[96], path[128];
	int directory;

	snprintf(way, sizeof(way), "%s/way", self->directory);
	snprintf(path, sizeof(path), "%s/record", way);
	ASSERT_EQ(0, symlink(self->directory, way));
	directory = directory_open(path, strlen(way) + 1);
	EXPECT_LE(0, directory);
	close(directory);
	ASSERT_EQ(0, chmod(self->directory, 01777));
	EXPECT_EQ(-1, directory_open(path, strlen(way) + 1));
	EXPECT_EQ(ELOOP, errno);
	ASSERT_EQ(0, chmod(self->directory, 0700));
}

static bool can_open(const char *directory, const char *way)
{
	char path[256];
	int file;

	snprintf(path, sizeof(path), "%s/%s/record", directory, way);
	file = directory_open(path, strlen(path) - strlen("record"));
	if (file >= 0)
		close(file);
	return file >= 0;
}

static void make_link(const char *directory, const char *name, const char *target)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (symlink(target, path))
		abort();
}

TEST_F(file, links_are_followed_where_links_lead_in_the_same_way)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/real", self->directory);
	ASSERT_EQ(0, mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/open", self->directory);
	ASSERT_EQ(0, mkdir(path, 0700));
	ASSERT_EQ(0, chmod(path, 01777));
	make_link(self->directory, "open/way", "../real");
	make_link(self->directory, "real/back", "../real/../good");
	make_link(self->directory, "good", path);
	make_link(self->directory, "better", "real");
	make_link(self->directory, "bad", "open/way");
	make_link(self->directory, "round", "./round");
	EXPECT_TRUE(can_open(self->directory, "real"));
	EXPECT_TRUE(can_open(self->directory, "open"));
	EXPECT_TRUE(can_open(self->directory, "good"));
	EXPECT_TRUE(can_open(self->directory, "better//"));
	EXPECT_TRUE(can_open(self->directory, "better/back/./../better/back"));
	EXPECT_FALSE(can_open(self->directory, "open/way"));
	EXPECT_EQ(ELOOP, errno);
	EXPECT_FALSE(can_open(self->directory, "bad"));
	EXPECT_EQ(ELOOP, errno);
	EXPECT_FALSE(can_open(self->directory, "better/back/way"));
	EXPECT_EQ(ELOOP, errno);
	EXPECT_FALSE(can_open(self->directory, "round"));
	EXPECT_EQ(EMLINK, errno);
	EXPECT_FALSE(can_open(self->directory, "better/none"));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_FALSE(can_open(self->directory, "record"));
	EXPECT_EQ(ENOTDIR, errno);
}

/* Those lead to what has no such path. */
TEST_F(file, links_of_procfs_are_followed)
{
	char path[64];
	int gone;

	snprintf(path, sizeof(path), "%s/gone", self->directory);
	ASSERT_EQ(0, mkdir(path, 0700));
	gone = open(path, O_PATH | O_CLOEXEC);
	ASSERT_LE(0, gone);
	ASSERT_EQ(0, rmdir(path));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", gone);
	EXPECT_TRUE(can_open(path, "."));
	close(gone);
}

TEST_F(file, a_file_has_one_recorder)
{
	struct store store = { .max_size = 1 << 20, .keep = 2 };
	struct failure failure = { 0 };

	ASSERT_EQ(0, store_open(&store, self->path, &failure));
	EXPECT_EQ(-1, try_open(self->path, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "another one"));
	store_close(&store);
	EXPECT_EQ(0, try_open(self->path, &failure));
}

TEST_F(file, others_may_not_write_to_it)
{
	struct failure failure;

	ASSERT_EQ(0, chmod(self->path, 0622));
	EXPECT_EQ(-1, try_open(self->path, &failure));
}

TEST_F(file, nothing_is_recorded_to_what_was_refused)
{
	struct store store = { .max_size = 1, .keep = 2 };
	struct failure failure = { 0 };

	if (geteuid())
		SKIP(return, "needs root");
	ASSERT_EQ(0, chmod(self->directory, 0777));
	ASSERT_EQ(0, store_open(&store, self->path, &failure));
	EXPECT_TRUE(store_is_full(&store, BEGIN));
	setfsuid(NOBODY);
	EXPECT_EQ(-1, store_begin(&store, BEGIN, &failure));
	setfsuid(0);
	EXPECT_NE(NULL, strstr(failure.text, "somebody else"));
	EXPECT_EQ(-1, store.file);
	EXPECT_TRUE(store_is_full(&store, BEGIN));
	EXPECT_EQ(0, size_of(self->path));
	/* It goes away as an older one, and recording goes on in another. */
	EXPECT_EQ(0, store_begin(&store, BEGIN, &failure));
	EXPECT_EQ(sizeof(struct record_file), size_of(self->path));
	store_close(&store);
}

static int put_moments(struct store *store, struct frames *frames, struct moment *moment,
		       unsigned int count, struct failure *failure)
{
	const struct buffer *frame;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (store_is_full(store, BEGIN) && store_begin(store, BEGIN, failure))
			return -1;
		moment->head.number = ++store->number;
		frame = frame_make(frames, moment, NULL);
		if (!frame || store_put(store, frame->bytes, frame->size, failure))
			return -1;
	}
	return 0;
}

TEST_F(file, large_files_get_another_name_and_the_oldest_goes)
{
	struct store store = { .max_size = self->ends[0], .keep = 2 };
	struct failure failure = { 0 };
	struct frames *frames = frames_new(&failure);
	struct shelf shelf = { 0 };
	char path[96];
	struct stat status;

	unlink(self->path);
	ASSERT_EQ(0, store_open(&store, self->path, &failure));
	ASSERT_EQ(0, put_moments(&store, frames, &self->moments[0], 20, &failure)) {
		TH_LOG("%s", failure.text);
	}
	ASSERT_EQ(0, stat(self->path, &status));
	EXPECT_EQ(0100600, status.st_mode);
	snprintf(path, sizeof(path), "%s.2", self->path);
	EXPECT_LT(0, size_of(path));
	snprintf(path, sizeof(path), "%s.3", self->path);
	EXPECT_EQ(0, size_of(path));
	ASSERT_EQ(0, shelf_open(&shelf, self->path, &failure));
	EXPECT_EQ(3, shelf.volume_count);
	EXPECT_LE(3, shelf.count);
	shelf_close(&shelf);
	store_close(&store);
	frames_free(frames);
}

TEST_HARNESS_MAIN
