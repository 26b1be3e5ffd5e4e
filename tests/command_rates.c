// SPDX-License-Identifier: GPL-2.0
/* What ports did since an earlier answer, without a kernel: differences, and files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/columns/tables.h"
#include "../userspace/columns/row.h"
#include "../userspace/count/snapshot.h"
#include "../userspace/table/output.h"

#define BEGIN	1767323045000ull
#define THEN	(BEGIN + 60000)
#define NOW	(THEN + 2500)
#define COUNTER(name)	SOCKPORT_A_HISTORY_##name

/* A port of which all counters have the same value. */
static struct port_row make_port(uint32_t port, uint64_t value, uint64_t time)
{
	struct port_row row = {
		.known = 1ull << SOCKPORT_A_PORT_NETNS | 1ull << SOCKPORT_A_PORT_PORT |
			 1ull << SOCKPORT_A_PORT_PROTOCOL | 1ull << SOCKPORT_A_PORT_ROLE,
		.netns = 4026531840u,
		.protocol = SOCKPORT_PROTOCOL_TCP,
		.role = SOCKPORT_ROLE_IN,
		.port = port,
		.time = time,
	};
	unsigned int i;

	for (i = COUNTER(OPENED); i <= SOCKPORT_A_HISTORY_MAX; i++) {
		row.history.known |= 1ull << i;
		row.history.values[i] = value;
	}
	row.history.values[COUNTER(FIRST_ACTIVE)] = BEGIN;
	row.history.values[COUNTER(LAST_ACTIVE)] = time;
	return row;
}

FIXTURE(snapshot)
{
	struct snapshot snapshot;
	struct failure failure;
	struct names *names;
	char path[32];
};

FIXTURE_SETUP(snapshot)
{
	const uint32_t ports[] = { 443, 22, 80 };
	struct port_row row;
	unsigned int i;
	int file;

	memset(self, 0, sizeof(*self));
	self->names = names_new(true);
	strcpy(self->path, "/tmp/sockport.XXXXXX");
	file = mkstemp(self->path);
	ASSERT_LE(0, file);
	close(file);
	for (i = 0; i < 3; i++) {
		row = make_port(ports[i], 1000 + ports[i], THEN);
		ASSERT_TRUE(snapshot_add_port(&self->snapshot, &row));
	}
	snapshot_sort(&self->snapshot);
}

FIXTURE_TEARDOWN(snapshot)
{
	snapshot_free(&self->snapshot);
	names_free(self->names);
	unlink(self->path);
}

TEST_F(snapshot, grown)
{
	struct port_row row = make_port(80, 5080, NOW);

	row.history.values[COUNTER(REFUSED)] = 1080;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_EQ(2500, row.interval);
	EXPECT_FALSE(row.restarted);
	EXPECT_EQ(4000, row.history.values[COUNTER(ACCEPTED)]);
	EXPECT_EQ(4000, row.history.values[COUNTER(RECEIVE_DROPS)]);
	EXPECT_EQ(4000, row.history.values[COUNTER(GIVEN_UP)]);
	EXPECT_EQ(0, row.history.values[COUNTER(REFUSED)]);
	/* What is no counter stays. */
	EXPECT_EQ(5080, row.history.values[COUNTER(BACKLOG_HIGH)]);
	EXPECT_EQ(5080, row.history.values[COUNTER(CONNECTIONS)]);
	EXPECT_EQ(BEGIN, row.history.values[COUNTER(FIRST_ACTIVE)]);
}

/* The history was reset: one counter that went down is enough to know. */
TEST_F(snapshot, restarted)
{
	struct port_row row = make_port(80, 5080, NOW);

	row.history.values[COUNTER(SEGMENTS_OUT)] = 1079;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_TRUE(row.restarted);
	EXPECT_EQ(5080, row.history.values[COUNTER(ACCEPTED)]);
	EXPECT_EQ(1079, row.history.values[COUNTER(SEGMENTS_OUT)]);
}

/* It was, and all counters have overtaken their old values since. */
TEST_F(snapshot, restarted_and_overtaken)
{
	struct port_row row = make_port(80, 5080, NOW);

	row.history.values[COUNTER(FIRST_ACTIVE)] = THEN + 1;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_TRUE(row.restarted);
	EXPECT_EQ(5080, row.history.values[COUNTER(ACCEPTED)]);
}

/* After a reset that left nothing of it, too. */
TEST_F(snapshot, reset_and_idle)
{
	struct port_row row = make_port(80, 1080, NOW);

	row.history.known &= ~(1ull << COUNTER(FIRST_ACTIVE));
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_TRUE(row.restarted);
}

/* It began while the snapshot was made, or before anything was known to begin. */
TEST_F(snapshot, goes_on)
{
	struct port_row row = make_port(80, 5080, NOW);

	self->snapshot.list[1].history.values[COUNTER(FIRST_ACTIVE)] = THEN + 1;
	row.history.values[COUNTER(FIRST_ACTIVE)] = THEN + 1;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row.restarted);
	EXPECT_EQ(4000, row.history.values[COUNTER(ACCEPTED)]);
	row = make_port(80, 5080, NOW);
	self->snapshot.list[1].history.known &= ~(1ull << COUNTER(FIRST_ACTIVE));
	row.history.values[COUNTER(FIRST_ACTIVE)] = THEN + 1;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row.restarted);
	EXPECT_EQ(4000, row.history.values[COUNTER(ACCEPTED)]);
}

TEST_F(snapshot, new_port)
{
	struct port_row row = make_port(81, 7, NOW);

	row.history.values[COUNTER(FIRST_ACTIVE)] = THEN + 1;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row.restarted);
	EXPECT_EQ(2500, row.interval);
	EXPECT_EQ(7, row.history.values[COUNTER(ACCEPTED)]);
	EXPECT_TRUE(row_knows(&row.history, COUNTER(ACCEPTED)));
}

/* It was there, but nobody asked for it. */
TEST_F(snapshot, port_left_out)
{
	struct port_row row = make_port(81, 7, NOW);

	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row_knows(&row.history, COUNTER(ACCEPTED)));
	EXPECT_TRUE(row_knows(&row.history, COUNTER(CONNECTIONS)));
	row = make_port(80, 5080, NOW);
	row.netns++;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row_knows(&row.history, COUNTER(ACCEPTED)));
	row = make_port(80, 5080, NOW);
	row.role = SOCKPORT_ROLE_OUT;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row_knows(&row.history, COUNTER(ACCEPTED)));
	/* What has done nothing yet has done nothing since. */
	row = make_port(81, 0, NOW);
	row.history.known &= ~(1ull << COUNTER(FIRST_ACTIVE));
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_TRUE(row_knows(&row.history, COUNTER(ACCEPTED)));
}

/* Other ports were added to it meanwhile, with all that they had done before. */
TEST_F(snapshot, rest)
{
	struct port_row row = make_port(80, 5080, NOW);

	row.known |= 1ull << SOCKPORT_A_PORT_REST;
	row.history.values[COUNTER(FIRST_ACTIVE)]--;
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row.restarted);
	EXPECT_FALSE(row_knows(&row.history, COUNTER(ACCEPTED)));
	EXPECT_TRUE(row_knows(&row.history, COUNTER(CONNECTIONS)));
}

TEST_F(snapshot, unknown_counter)
{
	struct port_row row = make_port(80, 5080, NOW);

	self->snapshot.list[1].history.known &= ~(1ull << COUNTER(BYTES_IN));
	ASSERT_EQ(80, self->snapshot.list[1].port);
	snapshot_subtract(&self->snapshot, &row);
	EXPECT_FALSE(row_knows(&row.history, COUNTER(BYTES_IN)));
	EXPECT_EQ(4000, row.history.values[COUNTER(BYTES_OUT)]);
}

static void write_file(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	fputs(text, stream);
	fclose(stream);
}

/* As the command prints it, with these columns. */
static void write_ports(const char *path, const struct port_row *rows, size_t count,
			const char *columns, struct names *names)
{
	FILE *stream = fopen(path, "w");
	struct selection selection;
	struct failure failure;
	struct output output;
	bool is_first = true;
	struct sink sink;
	size_t i;

	sink_init(&sink, SINK_JSON, names, false);
	selection_default(&selection, &port_columns, COLUMN_IN_JSON | COLUMN_IN_DUMP, false);
	if (columns)
		selection_parse(&selection, &port_columns, columns, &failure);
	output_open(&output, fileno(stream), &failure);
	row_array_begin(&output);
	for (i = 0; i < count; i++)
		row_array_item(&output, &is_first, &selection, &rows[i], &sink);
	row_array_end(&output, is_first);
	output_close(&output, &failure);
	fclose(stream);
}

TEST_F(snapshot, file)
{
	struct port_row rows[2000];
	struct snapshot read = { 0 };
	struct port_row row;
	unsigned int i;

	for (i = 0; i < 2000; i++)
		rows[i] = make_port(i, i, THEN);
	rows[7].history.values[COUNTER(BYTES_OUT)] = UINT64_MAX;
	rows[8].history.known = 0;
	write_ports(self->path, rows, 2000, NULL, self->names);
	ASSERT_EQ(0, snapshot_read(&read, self->path, &self->failure)) {
		TH_LOG("%s", self->failure.text);
	}
	EXPECT_EQ(2000, read.count);
	EXPECT_EQ(THEN, read.time);
	row = make_port(1999, 2001, NOW);
	snapshot_subtract(&read, &row);
	EXPECT_EQ(2500, row.interval);
	for (i = COUNTER(OPENED); i <= COUNTER(GIVEN_UP); i++) {
		if (i > COUNTER(RECEIVE_DROPS) && i < COUNTER(NO_LOCAL_PORT))
			continue;
		EXPECT_TRUE(row_knows(&row.history, i));
		EXPECT_EQ(2, row.history.values[i]);
	}
	EXPECT_EQ(UINT64_MAX, read.list[7].history.values[COUNTER(BYTES_OUT)]);
	EXPECT_EQ(0, read.list[8].history.known);
	snapshot_free(&read);
}

TEST_F(snapshot, bad_files)
{
	static const char *const bad[] = {
		"", "[", "[]", "{}", "null", "nonsense", "17", "[17]", "[{}]", "[[]]",
		"{\"ports\":[]}",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":1}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":1,\"time\":5}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"time\":5,\"accepted\":1}]",
		"[{\"proto\":\"foo\",\"role\":\"in\",\"port\":80,\"netns_inode\":1,\"time\":5,\"accepted\":1}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":-1,\"netns_inode\":1,\"time\":5,\"accepted\":1}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":1,\"time\":\"5\",\"accepted\":1}]",
		/* Differences, and what was cut off. */
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":1,\"time\":5,\"accepted\":1,\"seconds\":2.0}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":1,\"time\":5,\"accepted\":1}",
	};
	struct snapshot read = { 0 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		write_file(self->path, bad[i]);
		self->failure.status = 0;
		EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure)) {
			TH_LOG("'%s' was taken", bad[i]);
		}
		EXPECT_EQ(EXIT_USAGE, self->failure.status);
		EXPECT_TRUE(strstr(self->failure.text, self->path));
		EXPECT_FALSE(strchr(self->failure.text, '\n'));
		snapshot_free(&read);
	}
	EXPECT_EQ(-1, snapshot_read(&read, "/no/such/file", &self->failure));
	EXPECT_TRUE(strstr(self->failure.text, "No such file"));
	EXPECT_EQ(-1, snapshot_read(&read, "/", &self->failure));
	EXPECT_TRUE(strstr(self->failure.text, "Is a directory"));
}

/* It is refused by its size, not read. */
TEST_F(snapshot, too_large)
{
	struct snapshot read = { 0 };

	write_file(self->path, "[");
	ASSERT_EQ(0, truncate(self->path, (256l << 20) + 1));
	EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure));
	EXPECT_EQ(EXIT_USAGE, self->failure.status);
	EXPECT_TRUE(strstr(self->failure.text, "too large"));
	ASSERT_EQ(0, truncate(self->path, 256l << 20));
	EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure));
	EXPECT_FALSE(strstr(self->failure.text, "too large"));
	snapshot_free(&read);
}

/* The same line, but whole and right, is taken: so the others fail for what they lack. */
TEST_F(snapshot, good_file)
{
	struct snapshot read = { 0 };

	write_file(self->path,
		   "[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":null,\"time\":5,\"accepted\":1,\"bytes_in\":null}]");
	ASSERT_EQ(0, snapshot_read(&read, self->path, &self->failure));
	EXPECT_EQ(1, read.count);
	EXPECT_EQ(1ull << COUNTER(ACCEPTED), read.list[0].history.known);
	snapshot_free(&read);
}

/* Moments are microseconds, and were milliseconds once. */
TEST_F(snapshot, old_and_new_moments)
{
	static const char *const lines[] = {
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":null,\"time\":1767323045678,\"first_active\":1767323045000}]",
		"[{\"proto\":\"tcp\",\"role\":\"in\",\"port\":80,\"netns_inode\":null,\"time\":1767323045678000,\"first_active\":1767323045000000}]",
	};
	struct snapshot read;
	size_t i;

	for (i = 0; i < 2; i++) {
		read = (struct snapshot){ 0 };
		write_file(self->path, lines[i]);
		ASSERT_EQ(0, snapshot_read(&read, self->path, &self->failure));
		EXPECT_EQ(1767323045678, read.list[0].time);
		EXPECT_EQ(1767323045000, read.list[0].history.values[COUNTER(FIRST_ACTIVE)]);
		snapshot_free(&read);
	}
}

/* Without the columns that are needed, the command's own answer is no good. */
TEST_F(snapshot, other_columns)
{
	struct port_row row = make_port(80, 80, THEN);
	struct snapshot read = { 0 };

	write_ports(self->path, &row, 1, "proto,role,port,accepted", self->names);
	EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure));
	snapshot_free(&read);
	row.interval = 5;
	write_ports(self->path, &row, 1, "+elapsed", self->names);
	EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure));
	snapshot_free(&read);
	write_ports(self->path, &row, 1, "+seconds", self->names);
	EXPECT_EQ(-1, snapshot_read(&read, self->path, &self->failure));
	snapshot_free(&read);
}

TEST_HARNESS_MAIN
