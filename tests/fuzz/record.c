// SPDX-License-Identifier: GPL-2.0
/*
 * record.c - what is said to be a file of the recorder is replayed, or said to be none
 *
 * The first byte says what the rest is: a whole file; the streams of a frame, as zstd unpacks
 * them; or the messages of a moment.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "host/names.h"
#include "record/frame.h"
#include "record/kept.h"
#include "record/past.h"

static int take_row(const void *row, void *data)
{
	(void)row;
	++*(size_t *)data;
	return 0;
}

static int take_port(const struct port_row *row, void *data)
{
	return take_row(row, data);
}

static int take_socket(const struct socket_row *row, void *data)
{
	return take_row(row, data);
}

static int take_event(const struct event_row *row, void *data)
{
	return take_row(row, data);
}

static int take_door(const struct door_row *row, void *data)
{
	return take_row(row, data);
}

static int take_program(const struct program_row *row, void *data)
{
	return take_row(row, data);
}

static int take_stats(const struct stats_row *row, void *data)
{
	return take_row(row, data);
}

/* All that can be asked. */
static void ask(struct past *past)
{
	const struct filter all = { 0 }, some = { .ports = { 1, { { 80, 443 } } } };
	struct failure failure = { 0 };
	struct client *client = client_answered(past_answer, past, &failure);
	size_t rows = 0;

	MUST(client);
	client_ports(client, &all, 0, take_port, &rows, &failure);
	client_ports(client, &some, 0, take_port, &rows, &failure);
	client_sockets(client, &all, SOCKPORT_WANT_UNLISTED, take_socket, &rows, &failure);
	client_sockets(client, &some, 0, take_socket, &rows, &failure);
	client_closed(client, &all, take_event, &rows, &failure);
	client_doors(client, take_door, &rows, &failure);
	client_programs(client, take_program, &rows, &failure);
	client_stats(client, take_stats, &rows, &failure);
	client_close(client);
}

static void check_text(const char *text)
{
	for (; text && *text; text++)
		MUST((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void check_findings(const struct moment *moment)
{
	struct failure failure = { 0 };
	struct kept kept = { 0 };
	size_t i;

	if (kept_add(&kept, moment, &failure) || kept_add(&kept, moment, &failure))
		MUST(strstr(failure.text, "more was found"));
	for (i = 0; i < kept.findings.count; i++) {
		check_text(kept.findings.list[i].what);
		check_text(kept.findings.list[i].seen);
	}
	kept_free(&kept);
}

static void use_moment(struct moment *moment)
{
	struct past past = { .moment = moment };
	struct names *names = names_new(false);
	uint32_t netns;
	char *missing;

	MUST(names && index_make(&past.index, moment));
	names_set_book(names, &past.index.book);
	names_user(names, 0);
	names_service(names, 80, SOCKPORT_PROTOCOL_TCP);
	index_netns(&past.index, "init", &netns);
	missing = index_missing(moment, 0);
	check_text(missing);
	free(missing);
	ask(&past);
	check_findings(moment);
	names_free(names);
	index_free(&past.index);
}

static void take_file(const uint8_t *data, size_t size)
{
	struct failure failure = { 0 };
	struct shelf shelf = { 0 };
	char path[64], text[512];
	int file = memfd_create("record", MFD_CLOEXEC);
	size_t i;

	MUST(file >= 0 && write(file, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (shelf_open(&shelf, path, &failure))
		MUST(failure.status && *failure.text);
	for (i = 0; i < shelf.volume_count; i++)
		volume_trouble(&shelf.volumes[i], text, sizeof(text));
	for (i = 0; i < shelf.count; i++)
		if (shelf_load(&shelf, i))
			use_moment(&shelf.now);
	shelf_close(&shelf);
	close(file);
}

/* Bytes of the moment that comes out of streams. */
#define SIZE	64

/* A moment that others differ by. */
static void make_base(struct moment *base)
{
	uint64_t buffer[8] = { 0 };
	struct nlmsghdr *message = (void *)buffer;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		message->nlmsg_len = 20 + 4 * i;
		buffer[3] = i;
		moment_add(base, message, RECORD_KIND_ANSWER + i, i);
	}
}

static void take_streams(const uint8_t *data, size_t size)
{
	struct stream streams[DELTA_STREAMS];
	struct moment base = { 0 }, moment = { .head.size = SIZE };
	uint8_t *copies[DELTA_STREAMS];
	size_t i, part = size / DELTA_STREAMS;

	make_base(&base);
	for (i = 0; i < DELTA_STREAMS; i++) {
		copies[i] = copy_of(data + i * part, part);
		streams[i] = (struct stream){ .next = copies[i], .left = part };
	}
	if (!delta_apply(&moment, &base, streams))
		MUST(moment.bytes.size <= SIZE);
	else
		MUST(moment.bytes.size == SIZE);
	for (i = 0; i < moment.count; i++)
		MUST(moment_at(&moment, i)->nlmsg_len >= sizeof(struct nlmsghdr));
	for (i = 0; i < DELTA_STREAMS; i++)
		free(copies[i]);
	moment_free(&base);
	moment_free(&moment);
}

/* Whether the bytes of a moment are messages. */
static bool find_messages(struct moment *moment)
{
	const struct nlmsghdr *message;
	size_t at, left;

	for (at = 0; at < moment->bytes.size; at += NLMSG_ALIGN(message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(moment->bytes.bytes + at);
		left = moment->bytes.size - at;
		if (left < sizeof(*message) || message->nlmsg_len < sizeof(*message) ||
		    message->nlmsg_len > left || NLMSG_ALIGN(message->nlmsg_len) > left)
			return false;
		moment_note(moment, at);
	}
	return true;
}

static void take_messages(const uint8_t *data, size_t size)
{
	struct moment moment = { 0 };

	/* Of just that size. */
	moment.bytes = (struct buffer){ copy_of(data, size), size, size, false };
	if (find_messages(&moment))
		use_moment(&moment);
	moment_free(&moment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(const uint8_t *data, size_t size) = {
		take_file, take_streams, take_messages,
	};

	if (size)
		takes[*data % (sizeof(takes) / sizeof(*takes))](data + 1, size - 1);
	return 0;
}
