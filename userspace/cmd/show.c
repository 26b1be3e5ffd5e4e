// SPDX-License-Identifier: GPL-2.0
/*
 * All about one port: its rows, what they did, who has it open, what is bound to it,
 * who is connected. Text has that for each network namespace, JSON says it in each row.
 */
#include "cmd/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/show-history.h"
#include "columns/port-columns.h"
#include "columns/socket-columns.h"
#include "count/holders.h"
#include "count/peers.h"
#include "format/number.h"
#include "table/json.h"
#include "table/table.h"

/* In text, so many peers of each role; JSON has all. */
#define TOP_PEERS	10

#define STATES_BOUND	(1u << SOCKPORT_STATE_LISTEN | 1u << SOCKPORT_STATE_CLOSE)
#define STATES_ALL	((2u << SOCKPORT_STATE_MAX) - 2)

#define PORT_TEXT	"proto,role,state,fam,sockets,rx_queue,tx_queue,backlog,limit,drops,users,states"
#define BOUND_TEXT	"proto,state,local_end,interface,rx_queue,backlog,limit,drops,uid,user,inode,processes"
#define BOUND_JSON	"proto,fam,state,local,lport,dev,interface,v6only,local_cid,addresses,rx_queue," \
			"tx_queue,backlog,limit,drops,uid,user,inode,unit,processes,process_count,by_port," \
			"remembered,kernel"
#define PEER_TEXT	"proto,remote,connections,rx_queue,tx_queue,drops,states"
#define OWNER_COLUMNS	"pid,comm,unit"

/**
 * struct space - what there is in one network namespace
 * @netns: its inode, 0 where the kernel did not say
 * @ports: rows of the port, in text
 * @bound: sockets bound to it, in text
 * @has_bound: there are some
 * @histories: what its rows did, in text
 */
struct space {
	uint32_t netns;
	struct table *ports;
	struct table *bound;
	bool has_bound;
	struct port_history *histories;
};

/**
 * struct show - an answer in the making
 * @client: knows the kernel
 * @options: port and form
 * @names: names of users, services and interfaces
 * @failure: what went wrong
 * @filter: sockets of the port
 * @output: of JSON
 * @ports: columns of rows of the port
 * @bound: columns of bound sockets
 * @selection: columns of other sections
 * @spaces: network namespaces, in the order in which they came; in text
 * @space_count: how many there are
 * @rows: of the present section of JSON
 * @found: rows of the port
 * @owners: who has it open
 * @peers: who is connected
 */
struct show {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct filter filter;
	struct output output;
	struct selection ports;
	struct selection bound;
	struct selection selection;
	struct space *spaces;
	size_t space_count;
	size_t rows;
	size_t found;
	struct holders owners;
	struct peers peers;
};

static int out_of_memory(struct show *show)
{
	return failure_set(show->failure, EXIT_RUN, "out of memory");
}

/* In JSON, a section is an array. */
static void section_begin(struct show *show, const char *key)
{
	show->rows = 0;
	json_put(&show->output, ",\n\"");
	json_put(&show->output, key);
	json_put(&show->output, "\":");
	json_array_begin(&show->output);
}

static int section_row(struct show *show, const struct selection *selection, const void *row)
{
	bool is_first = !show->rows++;

	return json_array_row(&show->output, &is_first, selection, row, show->names) ? 0 : -1;
}

static void section_end(struct show *show)
{
	json_array_end(&show->output, !show->rows);
}

static struct space *new_space(struct show *show, uint32_t netns)
{
	struct space *spaces, *space;

	spaces = realloc(show->spaces, (show->space_count + 1) * sizeof(*spaces));
	if (!spaces)
		return NULL;
	show->spaces = spaces;
	space = &spaces[show->space_count++];
	*space = (struct space){ .netns = netns };
	space->ports = table_new(&show->ports, show->options->no_header);
	space->bound = table_new(&show->bound, show->options->no_header);
	return space->ports && space->bound ? space : NULL;
}

/* Rows of a namespace often follow each other. */
static struct space *space_of(struct show *show, uint32_t netns)
{
	size_t i;

	for (i = show->space_count; i > 0; i--)
		if (show->spaces[i - 1].netns == netns)
			return &show->spaces[i - 1];
	return new_space(show, netns);
}

static void free_spaces(struct show *show)
{
	size_t i;

	for (i = 0; i < show->space_count; i++) {
		table_free(show->spaces[i].ports);
		table_free(show->spaces[i].bound);
		port_history_free(show->spaces[i].histories);
	}
	free(show->spaces);
}

static bool add_owners(struct show *show, const struct process_rows *processes, uint32_t netns,
		       const char *cgroup)
{
	unsigned int i;

	for (i = 0; i < processes->count && i < ROW_PROCESSES; i++)
		if (!holders_add(&show->owners, &processes->list[i], netns, cgroup))
			return false;
	return true;
}

static int take_port(const struct port_row *row, void *data)
{
	struct show *show = data;
	const uint32_t netns = show->options->all_netns &&
			       row_knows(row, SOCKPORT_A_PORT_NETNS) ? row->netns : 0;
	struct space *space;

	show->found++;
	if (!add_owners(show, &row->processes, netns, NULL))
		return out_of_memory(show);
	if (show->options->json)
		return section_row(show, &show->ports, row);
	space = space_of(show, netns);
	if (!space || !table_row(space->ports, row, show->names) ||
	    !port_history_add(&space->histories, row, show->names))
		return out_of_memory(show);
	return 0;
}

static int take_bound(const struct socket_row *row, void *data)
{
	const char *cgroup = row_knows(row, SOCKPORT_A_SOCKET_CGROUP) ? row->cgroup : NULL;
	struct show *show = data;
	const uint32_t netns = show->options->all_netns &&
			       row_knows(row, SOCKPORT_A_SOCKET_NETNS) ? row->netns : 0;
	struct space *space;

	if (!add_owners(show, &row->processes, netns, cgroup))
		return out_of_memory(show);
	if (show->options->json)
		return section_row(show, &show->bound, row);
	space = space_of(show, netns);
	if (!space || !table_row(space->bound, row, show->names))
		return out_of_memory(show);
	space->has_bound = true;
	return 0;
}

static int take_connection(const struct socket_row *row, void *data)
{
	struct show *show = data;

	return peers_add(&show->peers, row) ? 0 : out_of_memory(show);
}

/* Of the states that the filter allows, these; false if it allows none of them. */
static bool with_states(struct filter *filter, uint32_t states)
{
	filter->tcp_states = (filter->tcp_states ? filter->tcp_states : STATES_ALL) & states;
	filter->datagram_states = (filter->datagram_states ? filter->datagram_states :
							      STATES_ALL) & states;
	return filter->tcp_states && filter->datagram_states;
}

static int ask_ports(struct show *show)
{
	const uint32_t want = SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_HISTORY |
			      SOCKPORT_WANT_DISTRIBUTIONS | SOCKPORT_WANT_OPENER;

	return client_ports(show->client, &show->filter, want, take_port, show, show->failure);
}

static int ask_bound(struct show *show)
{
	struct filter filter = show->filter;

	if (!with_states(&filter, STATES_BOUND))
		return 0;
	return client_sockets(show->client, &filter, show->bound.want | SOCKPORT_WANT_CGROUP,
			      take_bound, show, show->failure);
}

static int ask_connections(struct show *show)
{
	struct filter filter = show->filter;
	int error = 0;

	if (with_states(&filter, STATES_ALL & ~STATES_BOUND))
		error = client_sockets(show->client, &filter, SOCKPORT_WANT_QUEUES,
				       take_connection, show, show->failure);
	peers_sort(&show->peers);
	return error;
}

/* A table of rows with a title; nothing where there are none. */
static int print_rows(struct show *show, const char *title, const void *rows, size_t size,
		      size_t count)
{
	struct table *table;
	int error = 0;
	size_t i;

	if (!count)
		return 0;
	table = table_new(&show->selection, show->options->no_header);
	if (!table)
		return out_of_memory(show);
	for (i = 0; i < count && !error; i++)
		if (!table_row(table, (const char *)rows + i * size, show->names))
			error = out_of_memory(show);
	if (!error) {
		printf("\n%s", title);
		error = table_print(table, show->failure);
	}
	table_free(table);
	return error;
}

/* Peers of one role, which follow each other when they are sorted. */
struct peer_group {
	const struct peer *first;
	size_t count;
	uint64_t connections;
};

static struct peer_group next_group(const struct peers *peers, size_t start)
{
	struct peer_group group = { .first = &peers->list[start] };
	size_t i;

	for (i = start; i < peers->count && peers->list[i].role == group.first->role &&
	     peers->list[i].netns == group.first->netns; i++) {
		group.count++;
		group.connections += peers->list[i].connections;
	}
	return group;
}

static void put_group_title(const struct peer_group *group, char *title, size_t size)
{
	snprintf(title, size, "%llu connection%s %s %zu peer%s%s:\n",
		 (unsigned long long)group->connections, group->connections == 1 ? "" : "s",
		 group->first->role == SOCKPORT_ROLE_OUT ? "to" : "from",
		 group->count, group->count == 1 ? "" : "s",
		 group->count > TOP_PEERS ? ", these have the most" : "");
}

static int print_group(struct show *show, const struct peer_group *group)
{
	char title[100];

	selection_parse(&show->selection, &peer_columns, PEER_TEXT, show->failure);
	put_group_title(group, title, sizeof(title));
	return print_rows(show, title, group->first, sizeof(*group->first),
			  group->count < TOP_PEERS ? group->count : TOP_PEERS);
}

static int print_peers(struct show *show, uint32_t netns)
{
	struct peer_group group;
	size_t i;

	for (i = 0; i < show->peers.count; i += group.count) {
		group = next_group(&show->peers, i);
		if ((!show->options->all_netns || group.first->netns == netns) &&
		    print_group(show, &group))
			return -1;
	}
	return 0;
}

/* Owners of one namespace follow each other when they are sorted. */
static int print_owners(struct show *show, uint32_t netns)
{
	const struct holder *list = show->owners.list;
	size_t i, count = 0;

	for (i = 0; i < show->owners.count && list[i].netns != netns; i++)
		;
	while (i + count < show->owners.count && list[i + count].netns == netns)
		count++;
	selection_parse(&show->selection, &holder_columns, OWNER_COLUMNS, show->failure);
	return print_rows(show, "Processes:\n", list ? &list[i] : NULL, sizeof(*list), count);
}

static void print_netns(struct show *show, uint32_t netns)
{
	char name[NAME_MAX_LENGTH + 1] = "-";

	if (netns)
		*names_put_netns(show->names, name, netns) = 0;
	printf("\nNetwork namespace %s:\n", name);
}

static int print_space(struct show *show, const struct space *space)
{
	if (show->options->all_netns)
		print_netns(show, space->netns);
	if (!table_is_empty(space->ports)) {
		putchar('\n');
		if (table_print(space->ports, show->failure))
			return -1;
	}
	if (port_history_print(space->histories, show->failure))
		return -1;
	if (print_owners(show, space->netns))
		return -1;
	if (space->has_bound) {
		printf("\nBound to the port:\n");
		if (table_print(space->bound, show->failure))
			return -1;
	}
	return print_peers(show, space->netns);
}

static char *service_of(struct show *show, char *to, uint8_t protocol)
{
	to = names_put_service(show->names, to, show->options->port, protocol);
	*to = 0;
	return to;
}

static void print_services(struct show *show)
{
	char tcp[NAME_MAX_LENGTH + 1], udp[NAME_MAX_LENGTH + 1];
	bool has_tcp = service_of(show, tcp, SOCKPORT_PROTOCOL_TCP) > tcp;
	bool has_udp = service_of(show, udp, SOCKPORT_PROTOCOL_UDP) > udp;

	if (has_tcp && has_udp && strcmp(tcp, udp))
		printf(" (%s with tcp, %s with udp)", tcp, udp);
	else if (has_tcp || has_udp)
		printf(" (%s)", has_tcp ? tcp : udp);
}

static void print_head(struct show *show)
{
	const uint32_t port = show->options->port;
	const char *category = category_name(port);
	struct port_range range;

	printf("Port %u", port);
	print_services(show);
	printf(": %s", category ? category : "only a vsock can have it");
	if (category && !show->options->all_netns && names_is_here(show->names, 0) &&
	    category_local_range(&range))
		printf(", %s net.ipv4.ip_local_port_range (%u-%u)",
		       port >= range.first && port <= range.last ? "inside" : "outside",
		       range.first, range.last);
	putchar('\n');
}

static char *put_service_json(struct show *show, char *to, uint8_t protocol)
{
	char name[NAME_MAX_LENGTH + 1];
	char *end = service_of(show, name, protocol);

	return end > name ? json_put_string(to, name, end - name) : text_put(to, "null");
}

static void put_head_json(struct show *show)
{
	const uint32_t port = show->options->port;
	const char *category = category_name(port);
	char *to = show->output.next;
	bool inside;

	to = text_put(to, "{\"port\":");
	to = number_put(to, port);
	to = text_put(to, category ? ",\"category\":\"" : ",\"category\":null");
	if (category) {
		to = text_put(to, category);
		*to++ = '"';
	}
	to = text_put(to, ",\"local_range\":");
	if (category && !show->options->all_netns &&
	    names_in_local_range(show->names, port, &inside))
		to = text_put(to, inside ? "true" : "false");
	else
		to = text_put(to, "null");
	to = text_put(to, ",\"services\":{\"tcp\":");
	to = put_service_json(show, to, SOCKPORT_PROTOCOL_TCP);
	to = text_put(to, ",\"udp\":");
	to = put_service_json(show, to, SOCKPORT_PROTOCOL_UDP);
	to = text_put(to, ",\"sctp\":");
	to = put_service_json(show, to, SOCKPORT_PROTOCOL_SCTP);
	show->output.next = text_put(to, "}");
}

/* An array of rows that are all there. */
static int put_section(struct show *show, const char *key, const void *rows, size_t size,
		       size_t count)
{
	size_t i;

	section_begin(show, key);
	for (i = 0; i < count; i++)
		if (section_row(show, &show->selection, (const char *)rows + i * size))
			return -1;
	section_end(show);
	return 0;
}

static void select_json(struct show *show, struct selection *selection,
			const struct columns *columns, const char *names)
{
	if (names)
		selection_parse(selection, columns, names, show->failure);
	else
		selection_default(selection, columns, COLUMN_IN_JSON, show->options->numeric);
	if (show->options->all_netns)
		selection_put_first(selection, columns, "netns");
}

static int put_sections(struct show *show)
{
	select_json(show, &show->ports, &port_columns, NULL);
	selection_parse(&show->ports, &port_columns, "+distributions", show->failure);
	select_json(show, &show->bound, &socket_columns, BOUND_JSON);
	if (show->options->processes)
		selection_parse(&show->ports, &port_columns, "+processes,more_processes",
				show->failure);
	section_begin(show, "ports");
	if (ask_ports(show))
		return -1;
	section_end(show);
	section_begin(show, "bound");
	if (ask_bound(show))
		return -1;
	section_end(show);
	holders_sort(&show->owners);
	select_json(show, &show->selection, &holder_columns, OWNER_COLUMNS);
	if (put_section(show, "owners", show->owners.list, sizeof(*show->owners.list),
			show->owners.count) || ask_connections(show))
		return -1;
	select_json(show, &show->selection, &peer_columns, NULL);
	return put_section(show, "peers", show->peers.list, sizeof(*show->peers.list),
			   show->peers.count);
}

static int show_json(struct show *show)
{
	int error;

	if (output_open(&show->output, STDOUT_FILENO, show->failure))
		return -1;
	put_head_json(show);
	error = put_sections(show);
	if (!error)
		json_put(&show->output, "}\n");
	/* If writing failed, that is why. */
	return output_close(&show->output, show->failure) ? -1 : error;
}

static int show_text(struct show *show)
{
	size_t i;

	selection_parse(&show->ports, &port_columns, PORT_TEXT, show->failure);
	selection_parse(&show->bound, &socket_columns, BOUND_TEXT, show->failure);
	if (ask_ports(show) || ask_bound(show) || ask_connections(show))
		return -1;
	print_head(show);
	if (!show->found)
		return 0;
	holders_sort(&show->owners);
	for (i = 0; i < show->space_count; i++)
		if (print_space(show, &show->spaces[i]))
			return -1;
	return 0;
}

/**
 * show_port - print all about one port
 * @client: the client
 * @options: the port, a filter and the form
 * @names: names of users, services and interfaces
 * @failure: what went wrong; that nothing is there, too
 *
 * Rows, bound sockets and connections come from a walk each, so on a busy
 * system they can differ a little.
 *
 * Return: 0, or -1.
 */
int show_port(struct client *client, const struct options *options, struct names *names,
	      struct failure *failure)
{
	struct show show = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
		.filter = options->filter,
	};
	int error;

	show.filter.ports.count = 1;
	show.filter.ports.list[0] = (struct port_range){ options->port, options->port };
	error = (options->json ? show_json : show_text)(&show);
	free_spaces(&show);
	holders_free(&show.owners);
	peers_free(&show.peers);
	if (error || show.found)
		return error;
	return failure_set(failure, EXIT_RUN, "no socket on port %u%s, and no history of it", options->port,
			   options->has_filter ? " matches" : "");
}
