// SPDX-License-Identifier: GPL-2.0
/*
 * Where to look for what is not in the network namespace that was asked about: in which one it is,
 * or, where that may not be told to us, that there are others.
 */
#include "cmd/elsewhere.h"

#include <stdio.h>
#include <unistd.h>

#include "columns/column.h"
#include "count/holders.h"
#include "table/sink.h"

#define STOP	1

/**
 * struct search - a look at all network namespaces
 * @word: process, unit or container that is searched for; NULL for anything
 * @is_open: of ports only those that somebody has open, not those that others have elsewhere
 * @netns: inode of the one where it was found
 * @found: it was
 */
struct search {
	const char *word;
	bool is_open;
	uint32_t netns;
	bool found;
};

static int take_port(const struct port_row *row, void *data)
{
	struct search *search = data;

	if (!row->sockets || !row_knows(row, SOCKPORT_A_PORT_NETNS) ||
	    (search->is_open && row->role != SOCKPORT_ROLE_IN))
		return 0;
	search->netns = row->netns;
	search->found = true;
	return STOP;
}

static int take_socket(const struct socket_row *row, void *data)
{
	const char *cgroup = row_knows(row, SOCKPORT_A_SOCKET_CGROUP) ? row->cgroup : "";
	const struct process_row *process = row->processes.list;
	struct search *search = data;
	uint32_t i;

	for (i = 0; i < row->processes.count && i < ROW_PROCESSES; i++, process++) {
		if (!row_knows(process, SOCKPORT_A_PROCESS_COMM) ||
		    !holder_is_meant(search->word, process->pid, process->comm, cgroup) ||
		    !row_knows(row, SOCKPORT_A_SOCKET_NETNS))
			continue;
		search->netns = row->netns;
		search->found = true;
		return STOP;
	}
	return 0;
}

/* There is nothing more to say where all were looked at, or one was named. */
static bool is_useful(const struct options *options)
{
	return !options->all_netns && !options->netns && !options->replay;
}

static void put_hint(char hint[ELSEWHERE_MAX], const struct search *search,
		     struct names *names, bool refused)
{
	char name[NETNS_TEXT];

	if (search->found) {
		snprintf(hint, ELSEWHERE_MAX, "; it is in the network namespace %s: add -A",
			 netns_text(name, names, search->netns));
	} else if (refused) {
		snprintf(hint, ELSEWHERE_MAX,
			 "; only this network namespace was looked at, -A looks at all (as root)");
	}
}

/**
 * elsewhere_port - which other network namespace has a port
 * @hint: where to put what to say, empty if there is nothing
 * @client: knows the kernel
 * @options: what was asked
 * @filter: the port
 * @is_open: where somebody has it open, not where there are connections to it
 * @names: names of namespaces
 *
 * Return: whether there is one that we may know of.
 */
bool elsewhere_port(char hint[ELSEWHERE_MAX], struct client *client,
		    const struct options *options, const struct filter *filter,
		    bool is_open, struct names *names)
{
	struct search search = { .is_open = is_open };
	struct failure failure = { 0 };
	int error;

	*hint = 0;
	if (!is_useful(options))
		return false;
	client_ask_netns(client, -1, true);
	error = client_ports(client, filter, 0, take_port, &search, &failure);
	put_hint(hint, &search, names, error && !search.found);
	return search.found;
}

/**
 * elsewhere_process - which other network namespace has sockets of a process
 * @hint: where to put what to say, empty if there is nothing
 * @client: knows the kernel
 * @options: what was asked
 * @names: names of namespaces
 */
void elsewhere_process(char hint[ELSEWHERE_MAX], struct client *client,
		       const struct options *options, struct names *names)
{
	struct search search = { .word = options->who };
	struct failure failure = { 0 };
	int error;

	*hint = 0;
	if (is_useful(options)) {
		client_ask_netns(client, -1, true);
		error = client_sockets(client, &options->filter,
				       SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP,
				       take_socket, &search, &failure);
		put_hint(hint, &search, names, error && !search.found);
	}
	if (!*hint && geteuid())
		snprintf(hint, ELSEWHERE_MAX, "; processes of other users are shown to root");
}
