// SPDX-License-Identifier: GPL-2.0
/* All about one port: its rows, what is bound to it, who is connected. */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "number.h"
#include "peers.h"
#include "port-columns.h"
#include "socket-columns.h"
#include "table.h"

/* In text, so many peers of each role; JSON has all. */
#define TOP_PEERS	10

#define STATES_BOUND	(1u << SOCKPORT_STATE_LISTEN | 1u << SOCKPORT_STATE_CLOSE)
#define STATES_ALL	((2u << SOCKPORT_STATE_MAX) - 2)

#define PORT_TEXT	"proto,role,state,fam,sockets,rx_queue,tx_queue,backlog,limit,drops,users,states"
#define BOUND_TEXT	"proto,state,local_end,interface,rx_queue,backlog,limit,drops,uid,user,inode"
#define BOUND_JSON	"proto,fam,state,local,lport,dev,interface,v6only,rx_queue,tx_queue,backlog," \
			"limit,drops,uid,user,inode"
#define PEER_TEXT	"proto,remote,connections,rx_queue,tx_queue,drops,states"

/**
 * struct show - an answer in the making
 * @client: knows the kernel
 * @options: port and form
 * @names: names of users, services and interfaces
 * @failure: what went wrong
 * @filter: sockets of the port
 * @output: of JSON
 * @selection: columns of the present section
 * @table: rows of the present section, in text
 * @rows: how many there are
 * @peers: who is connected
 */
struct show {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct filter filter;
	struct output output;
	struct selection selection;
	struct table *table;
	size_t rows;
	struct peers peers;
};

static int out_of_memory(struct show *show)
{
	return failure_set(show->failure, EXIT_RUN, "out of memory");
}

/* A section is an array in JSON, a table with a title in text. */
static int section_begin(struct show *show, const char *key)
{
	show->rows = 0;
	if (!show->options->json) {
		show->table = table_new(&show->selection, show->options->no_header);
		return show->table ? 0 : out_of_memory(show);
	}
	json_put(&show->output, ",\n\"");
	json_put(&show->output, key);
	json_put(&show->output, "\":");
	json_array_begin(&show->output);
	return 0;
}

static int section_row(struct show *show, const void *row)
{
	bool is_first = !show->rows++;

	if (!show->options->json)
		return table_row(show->table, row, show->names) ? 0 : out_of_memory(show);
	return json_array_row(&show->output, &is_first, &show->selection, row, show->names) ?
		0 : -1;
}

static int section_end(struct show *show, const char *title, int error)
{
	if (show->options->json) {
		if (!error)
			json_array_end(&show->output, !show->rows);
		return error;
	}
	if (!error && show->rows) {
		printf("\n%s", title);
		error = table_print(show->table, show->failure);
	}
	table_free(show->table);
	show->table = NULL;
	return error;
}

static int take_port(const struct port_row *row, void *show)
{
	return section_row(show, row);
}

static int take_bound(const struct socket_row *row, void *show)
{
	return section_row(show, row);
}

static int take_connection(const struct socket_row *row, void *data)
{
	struct show *show = data;

	return peers_add(&show->peers, row) ? 0 : out_of_memory(show);
}

static int show_rows(struct show *show, size_t *found)
{
	int error;

	if (show->options->json)
		selection_default(&show->selection, &port_columns, COLUMN_IN_JSON,
				  show->options->numeric);
	else
		selection_parse(&show->selection, &port_columns, PORT_TEXT, show->failure);
	if (section_begin(show, "ports"))
		return -1;
	error = client_ports(show->client, &show->filter, take_port, show, show->failure);
	*found = show->rows;
	return section_end(show, "", error);
}

/* Of the states that the filter allows, these; false if it allows none of them. */
static bool with_states(struct filter *filter, uint32_t states)
{
	filter->tcp_states = (filter->tcp_states ? filter->tcp_states : STATES_ALL) & states;
	filter->datagram_states = (filter->datagram_states ? filter->datagram_states :
							      STATES_ALL) & states;
	return filter->tcp_states && filter->datagram_states;
}

static int show_bound(struct show *show)
{
	struct filter filter = show->filter;
	int error = 0;

	selection_parse(&show->selection, &socket_columns,
			show->options->json ? BOUND_JSON : BOUND_TEXT, show->failure);
	if (section_begin(show, "bound"))
		return -1;
	if (with_states(&filter, STATES_BOUND))
		error = client_sockets(show->client, &filter, show->selection.want, take_bound,
				       show, show->failure);
	return section_end(show, "Bound to the port:\n", error);
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

	for (i = start; i < peers->count && peers->list[i].role == group.first->role; i++) {
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
	int error = 0;
	size_t i;

	selection_parse(&show->selection, &peer_columns, PEER_TEXT, show->failure);
	if (section_begin(show, "peers"))
		return -1;
	for (i = 0; i < group->count && i < TOP_PEERS && !error; i++)
		error = section_row(show, &group->first[i]);
	put_group_title(group, title, sizeof(title));
	return section_end(show, title, error);
}

static int print_peers(struct show *show)
{
	struct peer_group group;
	size_t i;

	for (i = 0; i < show->peers.count; i += group.count) {
		group = next_group(&show->peers, i);
		if (print_group(show, &group))
			return -1;
	}
	return 0;
}

static int put_peers_json(struct show *show)
{
	int error = 0;
	size_t i;

	selection_default(&show->selection, &peer_columns, COLUMN_IN_JSON,
			  show->options->numeric);
	if (section_begin(show, "peers"))
		return -1;
	for (i = 0; i < show->peers.count && !error; i++)
		error = section_row(show, &show->peers.list[i]);
	return section_end(show, "", error);
}

static int show_peers(struct show *show)
{
	struct filter filter = show->filter;
	int error = 0;

	if (with_states(&filter, STATES_ALL & ~STATES_BOUND))
		error = client_sockets(show->client, &filter, SOCKPORT_WANT_QUEUES,
				       take_connection, show, show->failure);
	if (!error) {
		peers_sort(&show->peers);
		error = show->options->json ? put_peers_json(show) : print_peers(show);
	}
	peers_free(&show->peers);
	return error;
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
	const uint16_t port = show->options->port;
	struct port_range range;

	printf("Port %u", port);
	print_services(show);
	printf(": %s", category_name(port));
	if (category_local_range(&range))
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
	const uint16_t port = show->options->port;
	char *to = show->output.next;
	bool inside;

	to = text_put(to, "{\"port\":");
	to = number_put(to, port);
	to = text_put(to, ",\"category\":\"");
	to = text_put(to, category_name(port));
	to = text_put(to, "\",\"local_range\":");
	if (names_in_local_range(show->names, port, &inside))
		to = text_put(to, inside ? "true" : "false");
	else
		to = text_put(to, "null");
	to = text_put(to, ",\"services\":{\"tcp\":");
	to = put_service_json(show, to, SOCKPORT_PROTOCOL_TCP);
	to = text_put(to, ",\"udp\":");
	to = put_service_json(show, to, SOCKPORT_PROTOCOL_UDP);
	show->output.next = text_put(to, "}");
}

static int show_sections(struct show *show, size_t *found)
{
	if (show_rows(show, found))
		return -1;
	if (!*found && !show->options->json)
		return 0;
	if (show_bound(show))
		return -1;
	return show_peers(show);
}

static int show_json(struct show *show, size_t *found)
{
	int error;

	if (output_open(&show->output, STDOUT_FILENO, show->failure))
		return -1;
	put_head_json(show);
	error = show_sections(show, found);
	if (!error)
		json_put(&show->output, "}\n");
	/* If writing failed, that is why. */
	return output_close(&show->output, show->failure) ? -1 : error;
}

static int show_text(struct show *show, size_t *found)
{
	print_head(show);
	return show_sections(show, found);
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
	size_t found = 0;

	show.filter.ports.count = 1;
	show.filter.ports.list[0] = (struct port_range){ options->port, options->port };
	if ((options->json ? show_json : show_text)(&show, &found))
		return -1;
	if (found)
		return 0;
	return failure_set(failure, EXIT_RUN, "no socket on port %u%s", options->port,
			   options->has_filter ? " matches" : "");
}
