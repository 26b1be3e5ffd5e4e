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

#include "cmd/elsewhere.h"
#include "cmd/listing.h"
#include "cmd/show-head.h"
#include "cmd/show-history.h"
#include "cmd/show-limited.h"
#include "cmd/show-peers.h"
#include "cmd/show-refused.h"
#include "columns/order.h"
#include "columns/report.h"
#include "columns/table.h"
#include "columns/tables.h"
#include "count/bound.h"
#include "count/holders.h"
#include "table/escape.h"
#include "table/prose.h"
#include "table/terminal.h"

#define STATES_BOUND	(1u << SOCKPORT_STATE_LISTEN | 1u << SOCKPORT_STATE_CLOSE)
#define STATES_ALL	((2u << SOCKPORT_STATE_MAX) - 2)

#define PORT_TEXT	"proto,role,state,fam,sockets,rx_queue,tx_queue,backlog,limit,drops,users,states"
#define BOUND_TEXT	"proto,state,local_end,processes,user,backlog,limit,rx_queue,drops,uid,inode,interface"
/* Workers that share an address are together. */
#define BOUND_ORDER	"proto,local_end"
#define BOUND_JSON	"proto,fam,state,local,lport,dev,interface,v6only,local_cid,addresses,rx_queue," \
			"tx_queue,backlog,limit,syn_queue,drops,uid,user,inode,unit,processes,process_count,by_port," \
			"remembered,kernel"
#define OWNER_COLUMNS	"pid,comm,unit"
/* In text, so many connections that have it as their local port. */
#define OUT_SHOWN	10
#define OUT_TEXT	"proto,state,local_end,remote_end,processes"
#define OUT_JSON	"proto,fam,state,local,lport,remote,rport,uid,user,inode,processes,by_port,remembered"

/**
 * struct space - what there is in one network namespace
 * @netns: its inode, 0 where the kernel did not say
 * @ports: rows of the port, in text
 * @bound: sockets bound to it, in text
 * @order: keeps them until all are there
 * @queue: of half-open connections
 * @histories: what its rows did, in text
 */
struct space {
	uint32_t netns;
	struct table *ports;
	struct table *bound;
	struct order *order;
	struct syn_queue queue;
	struct port_history *histories;
};

/**
 * struct outgoing - connections that have the port as their local port
 * @selection: their columns
 * @table: the first of them, in text
 * @count: how many there are
 */
struct outgoing {
	struct selection selection;
	struct table *table;
	uint64_t count;
};

/**
 * struct show - an answer in the making
 * @client: knows the kernel
 * @options: port and form
 * @names: names of users, services and interfaces
 * @failure: what went wrong
 * @filter: sockets of the port
 * @report: how it is shown
 * @ports: columns of rows of the port
 * @bound: columns of bound sockets, and their order in text
 * @rows: columns and order of peers
 * @selection: columns of other sections
 * @spaces: network namespaces, in the order in which they came; in text
 * @space_count: how many there are
 * @found: rows of the port
 * @is_open: somebody has it open
 * @bounds: where it is bound, in JSON
 * @owners: who has it open
 * @peers: who is connected
 * @outgoing: connections that have the port as their local port
 * @refused: who called it and found nobody
 * @limited: what holds its connections up
 */
struct show {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct filter filter;
	struct report report;
	struct selection ports;
	struct selection bound;
	const struct selection *rows;
	struct selection selection;
	struct space *spaces;
	size_t space_count;
	size_t found;
	bool is_open;
	struct hash bounds;
	struct holders owners;
	struct peers peers;
	struct outgoing outgoing;
	struct refused refused;
	struct limited limited;
};

static int out_of_memory(struct show *show)
{
	return failure_set(show->failure, EXIT_RUN, "out of memory");
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
	space->order = order_new(&show->bound, show->names);
	return space->ports && space->bound && space->order ? space : NULL;
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
		order_free(show->spaces[i].order);
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
	struct port_row found;
	struct space *space;

	show->found++;
	show->is_open |= row->role == SOCKPORT_ROLE_IN && row_knows(row, SOCKPORT_A_PORT_SOCKETS) &&
			 row->sockets;
	if (!add_owners(show, &row->processes, netns, NULL))
		return out_of_memory(show);
	if (show->options->json) {
		found = *row;
		found.bound = bound_find(&show->bounds, row);
		return report_list_row(&show->report, &show->ports, &found);
	}
	space = space_of(show, netns);
	if (!space || !table_row(space->ports, row, &show->report.sink) ||
	    !port_history_add(&space->histories, row, &show->report.sink))
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
		return report_list_row(&show->report, &show->bound, row);
	space = space_of(show, netns);
	if (!space || !table_keep(space->bound, space->order, row, &show->report.sink))
		return out_of_memory(show);
	syn_queue_add(&space->queue, row);
	return 0;
}

static int take_connection(const struct socket_row *row, void *data)
{
	struct show *show = data;

	limited_add(&show->limited, row);
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
			      SOCKPORT_WANT_DISTRIBUTIONS | SOCKPORT_WANT_OPENER |
			      SOCKPORT_WANT_WORKERS;

	return client_ports(show->client, &show->filter, want, take_port, show, show->failure);
}

static int ask_bound(struct show *show)
{
	struct filter filter = show->filter;

	if (!with_states(&filter, STATES_BOUND))
		return 0;
	return client_sockets(show->client, &filter, show->bound.want | SOCKPORT_WANT_CGROUP | SOCKPORT_WANT_QUEUES,
			      take_bound, show, show->failure);
}

static int ask_connections(struct show *show)
{
	struct filter filter = show->filter;
	int error = 0;

	if (with_states(&filter, STATES_ALL & ~STATES_BOUND))
		error = client_sockets(show->client, &filter,
				       SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_TCP_INFO,
				       take_connection, show, show->failure);
	peers_sort(&show->peers);
	return error;
}

/* That is why bind() fails although nobody listens. */
static int take_outgoing(const struct socket_row *row, void *data)
{
	struct show *show = data;
	struct outgoing *outgoing = &show->outgoing;

	outgoing->count++;
	if (show->report.json)
		return report_list_row(&show->report, &outgoing->selection, row);
	if (!outgoing->table)
		outgoing->table = table_new(&outgoing->selection, show->options->no_header);
	if (!outgoing->table)
		return out_of_memory(show);
	if (outgoing->count <= OUT_SHOWN &&
	    !table_row(outgoing->table, row, &show->report.sink))
		return out_of_memory(show);
	return 0;
}

static int ask_outgoing(struct show *show)
{
	struct filter filter = show->options->filter;

	if (filter.local_ports.count)
		return 0;
	if (filter.roles.count && !(filter.roles.count == 1 &&
				    filter.roles.list[0] == SOCKPORT_ROLE_OUT))
		return 0;
	filter.roles.count = 1;
	filter.roles.list[0] = SOCKPORT_ROLE_OUT;
	filter.local_ports.count = 1;
	filter.local_ports.list[0] = show->filter.ports.list[0];
	return client_sockets(show->client, &filter, show->outgoing.selection.want, take_outgoing,
			      show, show->failure);
}

static int print_outgoing(struct show *show)
{
	const uint64_t count = show->outgoing.count;

	if (!count)
		return 0;
	printf("\nLocal port of %llu connection%s to others%s:\n", (unsigned long long)count,
	       count == 1 ? "" : "s", count > OUT_SHOWN ? ", some of them" : "");
	return table_print(show->outgoing.table, show->failure);
}

/* Owners of one namespace follow each other when they are sorted. */
static int print_owners(struct show *show, uint32_t netns)
{
	const struct holder *list = show->owners.all.list;
	size_t i, count = 0;

	for (i = 0; i < show->owners.all.count && list[i].netns != netns; i++)
		;
	while (i + count < show->owners.all.count && list[i + count].netns == netns)
		count++;
	selection_parse(&show->selection, &holder_columns, OWNER_COLUMNS, show->failure);
	return report_rows(&show->report, NULL, "\nProcesses:\n", &show->selection,
			   list ? &list[i] : NULL, sizeof(*list), count);
}

static int print_bound(struct show *show, const struct space *space)
{
	if (!space->order->count)
		return 0;
	if (!table_add_kept(space->bound, space->order))
		return out_of_memory(show);
	printf("\nBound to the port:\n");
	return table_print(space->bound, show->failure);
}

static int print_space(struct show *show, const struct space *space)
{
	if (show->options->all_netns)
		show_head_netns(&show->report, space->netns);
	if (!table_is_empty(space->ports)) {
		putchar('\n');
		if (table_print(space->ports, show->failure))
			return -1;
	}
	syn_queue_print(&space->queue);
	if (print_owners(show, space->netns))
		return -1;
	if (print_bound(show, space))
		return -1;
	if (port_history_print(space->histories, show->failure))
		return -1;
	return show_peers_print(&show->report, show->rows, &show->peers,
				show->options->all_netns ? &space->netns : NULL);
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
	selection_parse(&show->ports, &port_columns, "+bound,distributions,workers,other_accepts", show->failure);
	select_json(show, &show->bound, &socket_columns, BOUND_JSON);
	if (show->options->processes)
		selection_parse(&show->ports, &port_columns, "+processes,more_processes",
				show->failure);
	report_list_begin(&show->report, "ports", &show->ports);
	if (ask_ports(show))
		return -1;
	report_list_end(&show->report);
	report_list_begin(&show->report, "bound", &show->bound);
	if (ask_bound(show))
		return -1;
	report_list_end(&show->report);
	holders_sort(&show->owners);
	select_json(show, &show->selection, &holder_columns, OWNER_COLUMNS);
	if (report_rows(&show->report, "owners", NULL, &show->selection, show->owners.all.list,
			sizeof(struct holder), show->owners.all.count) || ask_connections(show))
		return -1;
	show->selection = *show->rows;
	if (show->options->all_netns)
		selection_put_first(&show->selection, &peer_columns, "netns");
	if (report_rows(&show->report, "peers", NULL, &show->selection, show->peers.hash.list,
			sizeof(struct peer), show->peers.hash.count))
		return -1;
	limited_put(&show->limited, &show->report);
	select_json(show, &show->outgoing.selection, &socket_columns, OUT_JSON);
	report_list_begin(&show->report, "outgoing", &show->outgoing.selection);
	if (ask_outgoing(show))
		return -1;
	report_list_end(&show->report);
	return refused_put(&show->refused, &show->report, show->options);
}

static int show_json(struct show *show)
{
	struct failure again = { 0 };

	/* What goes wrong here does so again when the sockets are asked for. */
	listing_bounds(&show->bounds, show->client, &show->filter, &again);
	show_head_put(&show->report, show->options);
	return put_sections(show);
}

/* Somebody has it open, but we may not know who. */
static void print_hidden(struct show *show)
{
	size_t i;

	if (show->owners.all.count || !geteuid())
		return;
	for (i = 0; i < show->space_count; i++) {
		if (!show->spaces[i].order->count)
			continue;
		puts("\nProcesses: not ours to see, those of other users are shown to root.");
		return;
	}
}

/* Who was refused here, or connects to it, most often means one that is elsewhere. */
static void print_elsewhere(struct show *show)
{
	char hint[ELSEWHERE_MAX];

	/* What matches nothing of it may be all that was asked about. */
	if (show->is_open || show->options->has_filter ||
	    !(show->found || show->outgoing.count || show->refused.doors.count))
		return;
	if (!elsewhere_port(hint, show->client, show->options, &show->filter, true, show->names))
		return;
	putchar('\n');
	prose_printf(stdout, terminal_width(), "Nobody has port %u open here%s.",
		     show->options->port, hint);
}

static int show_text(struct show *show)
{
	size_t i;

	selection_parse(&show->ports, &port_columns, PORT_TEXT, show->failure);
	selection_parse(&show->bound, &socket_columns, BOUND_TEXT, show->failure);
	selection_sort(&show->bound, &socket_columns, BOUND_ORDER, show->failure);
	selection_parse(&show->outgoing.selection, &socket_columns, OUT_TEXT, show->failure);
	if (show->options->all_netns)
		selection_put_first(&show->outgoing.selection, &socket_columns, "netns");
	if (ask_ports(show) || ask_bound(show) || ask_connections(show) || ask_outgoing(show))
		return -1;
	show_head_print(show->options, show->names);
	holders_sort(&show->owners);
	for (i = 0; i < show->space_count; i++)
		if (print_space(show, &show->spaces[i]))
			return -1;
	print_hidden(show);
	limited_print(&show->limited);
	if (refused_put(&show->refused, &show->report, show->options))
		return -1;
	if (print_outgoing(show))
		return -1;
	print_elsewhere(show);
	return 0;
}

/**
 * show_port - print all about one port
 * @client: the client
 * @options: the port, a filter and the form
 * @names: names of users, services and interfaces
 * @rows: columns and order of the peers
 * @failure: what went wrong; that nothing is there, too
 *
 * Rows, bound sockets and connections come from a walk each, so on a busy
 * system they can differ a little.
 *
 * Return: 0, or -1.
 */
int show_port(struct client *client, const struct options *options, struct names *names,
	      const struct selection *rows, struct failure *failure)
{
	struct show show = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
		.filter = options->filter,
		.rows = rows,
		.owners.past = options->replay,
	};
	char hint[ELSEWHERE_MAX];
	bool refused;
	int error;

	show.filter.ports.count = 1;
	show.filter.ports.list[0] = (struct port_range){ options->port, options->port };
	show.report.json = options->json;
	show.report.no_header = options->no_header;
	if (report_begin(&show.report, names, failure))
		return -1;
	error = refused_ask(&show.refused, client, options, failure);
	if (!error)
		error = (options->json ? show_json : show_text)(&show);
	error = report_end(&show.report, error);
	refused = show.refused.doors.count;
	free_spaces(&show);
	holders_free(&show.owners);
	peers_free(&show.peers);
	hash_free(&show.bounds);
	table_free(show.outgoing.table);
	doors_free(&show.refused.doors);
	if (error || show.found || show.outgoing.count || refused)
		return error;
	elsewhere_port(hint, client, options, &show.filter, false, names);
	failure->not_found = true;
	return failure_set(failure, EXIT_RUN, "no socket on port %u%s, and no history of it%s",
			   options->port, options->has_filter ? " matches" : "", hint);
}
