// SPDX-License-Identifier: GPL-2.0
/*
 * programs.c - what the module says of programs
 */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "die.h"
#include "programs.h"

#define BIT(COUNTER)	(1ULL << SOCKPORT_A_HISTORY_##COUNTER)

/* What rows of ports have more of, and what is no sum. */
#define OF_PORTS	(BIT(BACKLOG_HIGH) | BIT(CONNECTIONS_HIGH))
#define TIMES		(BIT(FIRST_ACTIVE) | BIT(LAST_ACTIVE))

static void get_attribute(struct account *account, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case SOCKPORT_A_PROGRAM_NETNS:
		account->netns = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PROGRAM_COMM:
		strncpy(account->comm, mnl_attr_get_str(attr), sizeof(account->comm) - 1);
		break;
	case SOCKPORT_A_PROGRAM_UID:
		account->uid = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PROGRAM_CGROUP:
		strncpy(account->cgroup, mnl_attr_get_str(attr), sizeof(account->cgroup) - 1);
		break;
	case SOCKPORT_A_PROGRAM_REST:
		account->rest = true;
		break;
	case SOCKPORT_A_PROGRAM_HISTORY:
		history_get(&account->history, attr);
		break;
	default:
		die("attribute %u of a program", mnl_attr_get_type(attr));
	}
}

static void check(const struct account *account)
{
	if (!account->netns || !account->history.told)
		die("program %s: no namespace, or no history", account->comm);
	if (account->history.known & OF_PORTS)
		die("program %s: has what only ports have", account->comm);
	if (account->rest && (account->comm[0] || account->cgroup[0] ||
			      account->uid != PROGRAM_NOBODY))
		die("the rest is somebody's");
}

int programs_add(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	struct accounts *accounts = data;
	struct account *account;
	struct nlattr *attr;

	if (header->cmd != SOCKPORT_CMD_PROGRAM_GET)
		die("command %u among programs", header->cmd);
	if (accounts->count == accounts->room) {
		accounts->room = accounts->room * 2 ?: 64;
		accounts->account = realloc(accounts->account, accounts->room * sizeof(*account));
		if (!accounts->account)
			die("out of memory for %zu programs", accounts->room);
	}
	account = memset(&accounts->account[accounts->count++], 0, sizeof(*account));
	account->uid = PROGRAM_NOBODY;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		get_attribute(account, attr);
	check(account);
	return MNL_CB_OK;
}

struct accounts programs_dump(struct client *client, int netns)
{
	struct request *request = malloc(sizeof(*request));
	struct accounts accounts = { 0 };

	request_begin(client, request, SOCKPORT_CMD_PROGRAM_GET, NLM_F_DUMP);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, SOCKPORT_A_PROGRAM_NETNS_ALL, 0, NULL);
	else if (netns != NETNS_OWN)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_PROGRAM_NETNS_FD, netns);
	client_run(client, request, programs_add, &accounts);
	free(request);
	return accounts;
}

void programs_free(struct accounts *accounts)
{
	free(accounts->account);
	memset(accounts, 0, sizeof(*accounts));
}

static void add_history(struct history *sum, const struct history *history)
{
	unsigned int i;

	sum->told = true;
	sum->known |= history->known;
	for (i = 1; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (!(TIMES & 1ULL << i))
			sum->value[i] += history->value[i];
}

struct history programs_named(const struct accounts *accounts, const char *comm)
{
	struct history sum = { 0 };
	size_t i;

	for (i = 0; i < accounts->count; i++)
		if (!accounts->account[i].rest && !strcmp(accounts->account[i].comm, comm))
			add_history(&sum, &accounts->account[i].history);
	return sum;
}

struct history programs_sum(const struct accounts *accounts)
{
	struct history sum = { 0 };
	size_t i;

	for (i = 0; i < accounts->count; i++)
		add_history(&sum, &accounts->account[i].history);
	return sum;
}

static unsigned int differences(const struct history *ports, const struct history *programs,
				bool say)
{
	unsigned int i, wrong = 0;

	for (i = 1; i <= SOCKPORT_A_HISTORY_MAX; i++) {
		if ((OF_PORTS | TIMES) & 1ULL << i || ports->value[i] == programs->value[i])
			continue;
		wrong++;
		if (say)
			note("%s: %llu by port, %llu by program", history_names[i],
			     (unsigned long long)ports->value[i],
			     (unsigned long long)programs->value[i]);
	}
	return wrong;
}

/* Segments may still be under way. */
bool programs_sum_to_ports(struct client *client)
{
	long long ends = now_ms() + scaled(10, 60) * 1000;
	struct history by_port, by_program;
	struct accounts accounts;
	struct deadline d;
	struct ports ports;

	for (;;) {
		by_port = (struct history){ 0 };
		ports = client_ports_of(client, SOCKPORT_WANT_HISTORY, NETNS_OWN);
		for_each_port(port, &ports)
			add_history(&by_port, &port->history);
		ports_free(&ports);
		accounts = programs_dump(client, NETNS_OWN);
		if (client->error)
			die("programs: %s", client->message);
		by_program = programs_sum(&accounts);
		programs_free(&accounts);
		if (!differences(&by_port, &by_program, false))
			return true;
		if (now_ms() > ends)
			break;
		d = deadline();
		deadline_wait(&d, "ports and programs agree");
	}
	return !differences(&by_port, &by_program, true);
}
