// SPDX-License-Identifier: GPL-2.0
/*
 * The services database, which is /etc/services or what a distribution has in its place, see
 * services(5).
 *
 * getservbyport() reads it anew for each port, and there can be tens of
 * thousands of them; and it looks for other databases first, which hardly anyone
 * has and which costs more than the rest of a short command.
 */
#include "host/services.h"

#include <stdlib.h>
#include <string.h>
#include <linux/sockport.h>

#include "format/number.h"
#include "host/file.h"

#define SERVICES_MAX	(16 * 1024 * 1024)
#define BLANKS		" \t\r\f\v"

/* A name or an alias of a service; both point into the file. */
struct service {
	const char *name;
	uint16_t port;
	uint8_t protocol;
	bool is_alias;
};

/*
 * RFC 3828, section 6.2: UDP-Lite has the port numbers of UDP. RFC 8684, section 1:
 * to applications, MPTCP is TCP.
 */
static uint8_t protocol_with_services(uint8_t protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_UDPLITE:
		return SOCKPORT_PROTOCOL_UDP;
	case SOCKPORT_PROTOCOL_MPTCP:
		return SOCKPORT_PROTOCOL_TCP;
	}
	return protocol;
}

/* PORT/PROTOCOL; of other protocols there are no sockets here. */
static bool parse_port(char *word, struct service *service)
{
	char *slash = strchr(word, '/');
	uint32_t port;

	if (!slash)
		return false;
	*slash++ = 0;
	if (!number_parse(word, UINT16_MAX, &port))
		return false;
	service->port = port;
	if (!strcmp(slash, "tcp"))
		service->protocol = SOCKPORT_PROTOCOL_TCP;
	else if (!strcmp(slash, "udp"))
		service->protocol = SOCKPORT_PROTOCOL_UDP;
	else if (!strcmp(slash, "sctp"))
		service->protocol = SOCKPORT_PROTOCOL_SCTP;
	else
		return false;
	return true;
}

static bool append(struct services *services, const struct service *service)
{
	size_t room = services->room ? 2 * services->room : 512;
	struct service *list;

	if (services->count == services->room) {
		list = realloc(services->list, room * sizeof(*list));
		if (!list)
			return false;
		services->list = list;
		services->room = room;
	}
	services->list[services->count++] = *service;
	return true;
}

static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, BLANKS);
	while (word && !*word);
	return word;
}

/* NAME PORT/PROTOCOL ALIAS... # COMMENT */
static bool parse_line(struct services *services, char *line)
{
	struct service service = { 0 };
	char *port;

	line[strcspn(line, "#")] = 0;
	service.name = next_word(&line);
	port = service.name ? next_word(&line) : NULL;
	if (!port || !parse_port(port, &service))
		return true;
	for (; service.name; service.name = next_word(&line)) {
		if (!append(services, &service))
			return false;
		service.is_alias = true;
	}
	return true;
}

/* Names before aliases; names and aliases as the file has them. */
static int compare(const void *left, const void *right)
{
	const struct service *a = left, *b = right;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->is_alias != b->is_alias)
		return a->is_alias ? 1 : -1;
	return (a->name > b->name) - (a->name < b->name);
}

/**
 * services_parse - take a file as the services database
 * @services: zeroed; freed by services_free()
 * @text: the file, from malloc(), terminated by 0; is changed and kept
 */
void services_parse(struct services *services, char *text)
{
	char *line;

	services->loaded = true;
	services->text = text;
	while ((line = strsep(&text, "\n")))
		if (!parse_line(services, line))
			break;
	if (services->count)
		qsort(services->list, services->count, sizeof(*services->list), compare);
}

/* Where the administrator's is, and where distributions have theirs if that one is not there. */
static const char *const paths[] = {
	"/etc/services",
	"/usr/etc/services",
	"/usr/lib/services",
	"/usr/share/defaults/etc/services",
	NULL,
};

/**
 * services_read - take the first file that is there as the services database
 * @services: zeroed; freed by services_free()
 * @files: paths, NULL behind the last; without any, no service has a name
 */
void services_read(struct services *services, const char *const *files)
{
	char *text = NULL;

	services->loaded = true;
	for (; *files && !text; files++)
		text = file_read(*files, SERVICES_MAX);
	if (text)
		services_parse(services, text);
}

static void load(struct services *services)
{
	if (!services->loaded)
		services_read(services, paths);
}

/* The first entry that is not before a port. */
static size_t find(const struct services *services, const struct service *key)
{
	size_t low = 0, high = services->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (compare(&services->list[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * services_name - the name of a port
 * @services: read if that has not been done
 * @port: the port
 * @protocol: of which protocol, SOCKPORT_PROTOCOL_*
 *
 * Of several names it is the first, as with getservbyport().
 *
 * Return: the name, NULL if there is none.
 */
const char *services_name(struct services *services, uint16_t port, uint8_t protocol)
{
	const struct service key = {
		.port = port,
		.protocol = protocol_with_services(protocol),
	};
	const struct service *service;
	size_t i;

	load(services);
	i = find(services, &key);
	if (i == services->count)
		return NULL;
	service = &services->list[i];
	if (service->port != key.port || service->protocol != key.protocol)
		return NULL;
	return service->name;
}

/**
 * services_port - the port of a service
 * @services: read if that has not been done
 * @name: its name or one of its aliases
 * @protocol: of which protocol, SOCKPORT_PROTOCOL_*
 *
 * Return: the port, 0 if there is no such service.
 */
uint16_t services_port(struct services *services, const char *name, uint8_t protocol)
{
	const struct service *service, *best = NULL;
	size_t i;

	protocol = protocol_with_services(protocol);
	load(services);
	for (i = 0; i < services->count; i++) {
		service = &services->list[i];
		if (service->protocol == protocol && !strcmp(service->name, name) &&
		    (!best || service->name < best->name))
			best = service;
	}
	return best ? best->port : 0;
}

/* Was it the name of this port in another protocol already? */
static bool is_again(const struct services *services, size_t i)
{
	const struct service *service = &services->list[i];
	size_t j;

	for (j = i; j && services->list[j - 1].port == service->port; j--)
		if (!strcmp(services->list[j - 1].name, service->name))
			return true;
	return false;
}

/**
 * services_each - find all names
 * @services: read if that has not been done
 * @function: called with each, names and aliases
 */
void services_each(struct services *services, void (*function)(const char *name))
{
	size_t i;

	load(services);
	for (i = 0; i < services->count; i++)
		if (!is_again(services, i))
			function(services->list[i].name);
}

/**
 * services_free - forget the services database
 * @services: as zeroed afterwards
 */
void services_free(struct services *services)
{
	free(services->list);
	free(services->text);
	*services = (struct services){ 0 };
}
