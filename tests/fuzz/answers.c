// SPDX-License-Identifier: GPL-2.0
/*
 * answers.c - what comes from the kernel is decoded, counted and shown
 *
 * The first byte says what the answer is about, the rest are its attributes.
 */
#include <json-c/json.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "columns/tables.h"
#include "count/bound.h"
#include "count/destinations.h"
#include "count/ends.h"
#include "count/peers.h"
#include "fuzz.h"
#include "kernel/decode.h"
#include "select/filter.h"
#include "select/match.h"

static char value[VALUE_MAX + 1];

static void check_json(const char *text)
{
	enum json_tokener_error error;
	struct json_object *object = json_tokener_parse_verbose(text, &error);

	MUST(error == json_tokener_success);
	json_object_put(object);
}

/* In a table, a blank ends a value and a control character would reach the terminal. */
static void check_text(const char *text)
{
	for (; *text; text++)
		MUST((unsigned char)*text > ' ' && *text != 0x7f);
}

static void show_value(const struct column *column, const void *row, enum sink_form form,
		       struct names *names)
{
	struct sink sink;

	sink_init(&sink, form, names, form == SINK_JSON);
	sink.to = value;
	column->fill(&sink, column, row);
	MUST(sink.to <= value + VALUE_MAX);
	*sink.to = 0;
	if (!*value)
		return;
	if (form == SINK_JSON)
		check_json(value);
	else
		check_text(value);
}

static void show(const struct columns *columns, const void *row)
{
	struct names *names = names_new(true);
	const struct column *column;
	size_t i;

	MUST(names);
	for (i = 0; (column = column_at(columns, i)); i++) {
		if (!column->fill)
			continue;
		show_value(column, row, SINK_TEXT, names);
		show_value(column, row, SINK_JSON, names);
	}
	names_free(names);
}

static void count(const struct socket_row *row)
{
	struct destinations destinations = { .range = { 32768, 60999 } };
	struct hash bounds = { 0 }, ends = { 0 };
	struct peers peers = { 0 };

	MUST(bound_add(&bounds, row) && ends_want(&ends, row, 1) && peers_add(&peers, row) &&
	     destinations_add(&destinations, row));
	ends_take(&ends, row, 1);
	ends_find(&ends, row, 1);
	peers_sort(&peers);
	destinations_sort(&destinations);
	peers_free(&peers);
	destinations_free(&destinations);
	hash_free(&bounds);
	hash_free(&ends);
}

static void take_port(const struct nlmsghdr *message)
{
	struct port_row row = { 0 };

	if (!decode_port(message, &row))
		return;
	show(&port_columns, &row);
	row.interval = 1;
	show(&port_columns, &row);
}

static void take_socket(const struct nlmsghdr *message)
{
	struct socket_row row = { 0 };

	if (!decode_socket(message, &row))
		return;
	count(&row);
	show(&socket_columns, &row);
}

static void take_stats(const struct nlmsghdr *message)
{
	struct stats_row row = { 0 };

	if (decode_stats(message, &row))
		show(&stats_columns, &row);
}

static void take_door(const struct nlmsghdr *message)
{
	const struct filter filter = { 0 };
	struct door_row row = { 0 };

	if (decode_door(message, &row) && match_door(&filter, &row))
		show(&door_columns, &row);
}

static void take_event(const struct nlmsghdr *message)
{
	const struct filter filter = { 0 };
	struct event_row row = { 0 };

	if (!decode_event(message, &row) || !match_event(&filter, 0, &row))
		return;
	show(&event_columns, &row);
	show(&ended_columns, &row);
}

static void take_family(const struct nlmsghdr *message)
{
	uint32_t version, group;
	uint16_t id;

	decode_family(message, "events", &id, &version, &group);
}

/* The request that was refused may stand before what is wrong with it. */
static void take_refusal(const struct nlmsghdr *message)
{
	const char *text = decode_extack(message, sizeof(int));

	MUST(!text || strlen(text) < message->nlmsg_len);
	if (message->nlmsg_len < mnl_nlmsg_size(sizeof(struct nlmsgerr)))
		return;
	text = decode_extack(message, sizeof(struct nlmsgerr));
	MUST(!text || strlen(text) < message->nlmsg_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(const struct nlmsghdr *message) = {
		take_port, take_socket, take_stats, take_door, take_event, take_family,
		take_refusal,
	};
	const size_t head = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	struct nlmsghdr *message;

	if (!size)
		return 0;
	message = calloc(1, head + size - 1);
	MUST(message);
	message->nlmsg_len = head + size - 1;
	memcpy((char *)message + head, data + 1, size - 1);
	takes[*data % (sizeof(takes) / sizeof(*takes))](message);
	free(message);
	return 0;
}
