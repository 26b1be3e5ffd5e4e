// SPDX-License-Identifier: GPL-2.0
/*
 * doors.c - closed doors, and how to knock there
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "die.h"
#include "doors.h"

/* Own ports, bound so that no connection can be one with itself. */
#define OWN_PORT	40000
#define OTHER_PORT	40001

static struct door *add(struct doors *doors)
{
	if (doors->count == doors->room) {
		doors->room = doors->room * 2 ?: 256;
		doors->door = realloc(doors->door, doors->room * sizeof(*doors->door));
		if (!doors->door)
			die("out of memory for %zu doors", doors->room);
	}
	return memset(&doors->door[doors->count++], 0, sizeof(*doors->door));
}

static int add_door(const struct nlmsghdr *nlh, void *data)
{
	struct door *door = add(data);
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case SOCKPORT_A_CLOSED_DOOR_PROTOCOL:
			door->protocol = mnl_attr_get_u8(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_PORT:
			door->port = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_NETNS:
			door->netns = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_ATTEMPTS:
			door->attempts = mnl_attr_get_u64(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_FIRST:
			door->first = mnl_attr_get_u64(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_LAST:
			door->last = mnl_attr_get_u64(attr);
			break;
		case SOCKPORT_A_CLOSED_DOOR_SOURCE:
			door->length = mnl_attr_get_payload_len(attr);
			if (door->length != 4 && door->length != 16)
				die("a source of %zu bytes", door->length);
			memcpy(door->source, mnl_attr_get_payload(attr), door->length);
			break;
		case SOCKPORT_A_CLOSED_DOOR_ADDRESS:
			if (door->length != mnl_attr_get_payload_len(attr))
				die("an address of another family than its source");
			memcpy(door->called, mnl_attr_get_payload(attr), door->length);
			break;
		case SOCKPORT_A_CLOSED_DOOR_PAD:
			break;
		default:
			die("attribute %u of a door", mnl_attr_get_type(attr));
		}
	}
	if (!door->attempts)
		die("nobody knocked at door %u", door->port);
	return MNL_CB_OK;
}

struct doors doors_of(struct client *client, int netns)
{
	struct request *request = malloc(sizeof(*request));
	struct doors doors = { 0 };

	request_begin(client, request, SOCKPORT_CMD_CLOSED_DOOR_GET, NLM_F_DUMP);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, SOCKPORT_A_CLOSED_DOOR_NETNS_ALL, 0, NULL);
	else if (netns >= 0)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_CLOSED_DOOR_NETNS_FD, netns);
	client_run(client, request, add_door, &doors);
	free(request);
	return doors;
}

void doors_discard(struct doors *doors)
{
	free(doors->door);
	memset(doors, 0, sizeof(*doors));
}

struct door *doors_find(const struct doors *doors, uint8_t protocol, uint16_t port)
{
	for_each_door(door, doors)
		if (door->protocol == protocol && door->port == port)
			return door;
	return NULL;
}

uint64_t doors_attempts(const struct doors *doors)
{
	uint64_t sum = 0;

	for_each_door(door, doors)
		sum += door->attempts;
	return sum;
}

struct knocker knocker_open(int family, const char *from, const char *to)
{
	struct knocker knocker = { .family = family, .from = from, .to = to };

	knocker.tcp[0] = socket_bound(family, SOCK_STREAM, 0, from, OWN_PORT);
	knocker.tcp[1] = socket_bound(family, SOCK_STREAM, 0, from, OTHER_PORT);
	knocker.udp = socket_bound(family, SOCK_DGRAM, 0, from, OWN_PORT);
	return knocker;
}

void knocker_close(struct knocker *knocker)
{
	close(knocker->tcp[0]);
	close(knocker->tcp[1]);
	close(knocker->udp);
}

static socklen_t address_of(const struct knocker *knocker, uint16_t port,
			    struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *v6 = (void *)storage;
	struct sockaddr_in *v4 = (void *)storage;

	memset(storage, 0, sizeof(*storage));
	storage->ss_family = knocker->family;
	if (knocker->family == AF_INET) {
		v4->sin_port = htons(port);
		inet_pton(AF_INET, knocker->to, &v4->sin_addr);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port);
	inet_pton(AF_INET6, knocker->to, &v6->sin6_addr);
	return sizeof(*v6);
}

/* A socket that was refused can be used again. */
void knock_tcp(struct knocker *knocker, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(knocker, port, &to);

	if (!connect(knocker->tcp[port == OWN_PORT], (void *)&to, length) || errno != ECONNREFUSED)
		die("TCP port %u is not closed: %s", port, strerror(errno));
	knocker->made++;
}

/* Answers to datagrams are of no interest. */
void knock_udp(struct knocker *knocker, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(knocker, port, &to);

	if (port == OWN_PORT && !strcmp(knocker->from, knocker->to))
		return;
	if (sendto(knocker->udp, "?", 1, 0, (void *)&to, length) != 1)
		die("UDP port %u: %s", port, strerror(errno));
	knocker->made++;
}
