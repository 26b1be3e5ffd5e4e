// SPDX-License-Identifier: GPL-2.0
/*
 * names.c - names, addresses and numbers that others chose
 *
 * The first byte says what the rest is.
 */
#include <json-c/json.h>
#include <stdio.h>

#include "format/address.h"
#include "format/number.h"
#include "format/words.h"
#include "fuzz.h"
#include "host/limit.h"
#include "host/netns.h"
#include "host/services.h"
#include "host/users.h"
#include "select/filter.h"
#include "table/escape.h"

/* Of an escaped text, the bytes again. */
static size_t unescape(char *text)
{
	char *from = text, *to = text;
	unsigned int byte;

	while (*from) {
		if (*from == '\\' && sscanf(from, "\\%3o", &byte) == 1 && from[1] <= '3' &&
		    strspn(from + 1, "01234567") >= 3) {
			*to++ = byte;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	return to - text;
}

static void check_text(char *escaped, const uint8_t *data, size_t size)
{
	const char *at;

	for (at = escaped; *at; at++)
		MUST((unsigned char)*at > ' ' && *at != 0x7f && *at != ',');
	MUST(unescape(escaped) == size && (!size || !memcmp(escaped, data, size)));
}

static void check_json(const char *escaped)
{
	char *quoted = malloc(strlen(escaped) + 3);
	enum json_tokener_error error;
	const char *at;

	for (at = escaped; *at; at++)
		MUST((unsigned char)*at >= ' ' && *at != 0x7f);
	MUST(quoted);
	sprintf(quoted, "\"%s\"", escaped);
	json_object_put(json_tokener_parse_verbose(quoted, &error));
	MUST(error == json_tokener_success);
	free(quoted);
}

static void try_escapes(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size), *text = malloc(ESCAPE_JSON * size + 1);
	int extra = 0;

	MUST(text);
	*escape_text(text, bytes, size, false, &extra) = 0;
	MUST(!extra);
	check_text(text, data, size);
	*escape_text(text, bytes, size, true, &extra) = 0;
	check_text(text, data, size);
	*escape_json(text, bytes, size) = 0;
	check_json(text);
	free(text);
	free(bytes);
}

static void try_paths(const uint8_t *data, size_t size)
{
	uint8_t *bytes = copy_of(data, size);
	char *text = malloc(ESCAPE_JSON * size + 1);

	MUST(text);
	*escape_path(text, bytes, size) = 0;
	MUST(strlen(text) <= ESCAPE_TEXT * size);
	*escape_path_json(text, bytes, size) = 0;
	check_json(text);
	free(text);
	free(bytes);
}

/* It belongs to who parses it. */
static void try_services(const uint8_t *data, size_t size)
{
	struct services services = { 0 };

	services_parse(&services, string_of(data, size));
	services_name(&services, 80, SOCKPORT_PROTOCOL_TCP);
	services_port(&services, "http", SOCKPORT_PROTOCOL_UDP);
	services_free(&services);
}

static void try_users(const uint8_t *data, size_t size)
{
	struct users users = { .loaded = true, .text = string_of(data, size) };
	char name[16];

	users_name(&users, 0, name, sizeof(name));
	users_free(&users);
}

static void try_prefix(const uint8_t *data, size_t size)
{
	char *text = string_of(data, size), again[ADDRESS_MAX + 1];
	struct prefix prefix, same;

	if (address_parse_prefix(text, &prefix)) {
		*address_put(again, prefix.family, prefix.address) = 0;
		MUST(address_parse_prefix(again, &same) && same.family == prefix.family &&
		     !memcmp(same.address, prefix.address, same.length / 8));
	}
	free(text);
}

static void try_numbers(const uint8_t *data, size_t size)
{
	const struct port_range range = { 32768, 60999 };
	char *text = string_of(data, size), again[NUMBER_MAX_U32 + 1];
	uint32_t number;

	if (number_parse(text, UINT32_MAX, &number)) {
		*number_put(again, number) = 0;
		MUST(!strcmp(again, text + strspn(text, "0")) || (!number && !strcmp(again, "0")));
	}
	number_parse_ms(text, UINT32_MAX, &number);
	MUST(limits_count_reserved(text, &range) <= 60999 - 32768 + 1);
	free(text);
}

static void try_filter(const uint8_t *data, size_t size)
{
	struct filter filter = { 0 };
	struct failure failure = { 0 };
	char *text;

	if (!size)
		return;
	text = string_of(data + 1, size - 1);
	if (filter_add(&filter, *data % (FILTER_UID + 1), text, &failure))
		MUST(failure.status && *failure.text);
	filter_add_word(&filter, text, &failure);
	filter_check_ports(&filter, &failure);
	free(text);
}

static void try_netns(const uint8_t *data, size_t size)
{
	char *text = string_of(data, size), path[128];

	if (netns_path(text, path, sizeof(path)))
		MUST(strlen(path) < sizeof(path));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *data, size_t size) = {
		try_escapes, try_paths, try_services, try_users, try_prefix, try_numbers,
		try_filter, try_netns,
	};

	if (size)
		tries[*data % (sizeof(tries) / sizeof(*tries))](data + 1, size - 1);
	return 0;
}
