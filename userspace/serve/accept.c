// SPDX-License-Identifier: GPL-2.0
/* What who asks takes, and by which name we are asked. */
#include "serve/accept.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "serve/late-microhttpd.h"

/* Qualities are 0 to 1, in thousandths here. */
#define QUALITY_MAX	1000

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* Of "0.5" and the like. */
static unsigned int quality_parse(const char *text)
{
	double quality = strtod(text, NULL);

	return quality >= 0 && quality <= 1 ? quality * QUALITY_MAX : 0;
}

/* Of the parameters of an item of the list. */
static unsigned int item_quality(const char *item)
{
	for (;;) {
		item += strcspn(item, ";,");
		if (*item != ';')
			return QUALITY_MAX;
		item = skip_blanks(item + 1);
		if (!strncasecmp(item, "q=", 2))
			return quality_parse(item + 2);
	}
}

/* How much somebody wants it: 0 not at all, -1 where nothing is said about it. */
static int quality_of(const char *list, const char *name)
{
	const size_t length = strlen(name);
	const char *item;

	for (item = list; *item; item += strcspn(item, ","), item += *item == ',') {
		item = skip_blanks(item);
		if (!strncasecmp(item, name, length) && strchr(",; \t", item[length]))
			return item_quality(item);
	}
	return -1;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *value = mhd.MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value ? value : "";
}

/**
 * accept_gzip - whether a reply may be compressed
 * @connection: who asks
 */
bool accept_gzip(struct MHD_Connection *connection)
{
	const char *list = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	int quality = quality_of(list, "gzip");

	return quality > 0 || (quality < 0 && quality_of(list, "*") > 0);
}

/**
 * accept_openmetrics - in which form metrics are wanted
 * @connection: who asks
 *
 * Return: false for Prometheus' own format, which all know.
 */
bool accept_openmetrics(struct MHD_Connection *connection)
{
	const char *list = header(connection, MHD_HTTP_HEADER_ACCEPT);
	int openmetrics = quality_of(list, "application/openmetrics-text");

	return openmetrics > 0 && openmetrics >= quality_of(list, "text/plain");
}

/* Of items with or without a port. */
static bool is_listed(const char *list, const char *name)
{
	const size_t length = strlen(name);
	const char *item;

	for (item = list ? list : ""; *item; item += strcspn(item, ","), item += *item == ',') {
		item = skip_blanks(item);
		if (strcspn(item, ":,") == length && !strncasecmp(item, name, length))
			return true;
	}
	return false;
}

static bool is_ours(const struct host_names *names, const char *name)
{
	return *name && (!strcasecmp(name, "localhost") || !strcasecmp(name, names->own) ||
			 is_listed(names->listen, name) || is_listed(names->others, name));
}

/**
 * accept_host - whether a name is one that we are asked by
 * @names: ours
 * @host: as HTTP has it, with or without a port; NULL for none
 *
 * A page of somebody else can have a name of its own lead here, and then a browser would
 * take it for ours. No address leads astray.
 *
 * Return: whether it is, or an address.
 */
bool accept_host(const struct host_names *names, const char *host)
{
	char name[ACCEPT_NAME_MAX + 1] = "";
	struct in6_addr address;
	size_t length;

	if (!host)
		return true;
	if (*host == '[') {
		length = strcspn(++host, "]");
		if (length >= sizeof(name))
			return false;
		memcpy(name, host, length);
		return inet_pton(AF_INET6, name, &address) == 1;
	}
	length = strcspn(host, ":");
	if (length >= sizeof(name))
		return false;
	memcpy(name, host, length);
	return is_ours(names, name) || inet_pton(AF_INET, name, &address) == 1;
}
