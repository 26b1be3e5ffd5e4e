// SPDX-License-Identifier: GPL-2.0
/* From what somebody asks to what the command of it prints: columns, where to ask, and whom. */
#include "answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/plan.h"
#include "columns/tables.h"
#include "commands.h"
#include "host/netns.h"
#include "host/place.h"
#include "kernel/client.h"
#include "record/record.h"
#include "table/terminal.h"

/* What ports did meanwhile is another question than what they are. */
#define RATE_COLUMNS	"proto,role,port,service,state,connections,accepted,opened,failed,"	\
			"bytes_in,bytes_out,retransmits,listen_drops"
#define RATE_NUMERIC	"proto,role,port,state,connections,accepted,opened,failed,"	\
			"bytes_in,bytes_out,retransmits,listen_drops"

/* What is told of programs, behind what they are summed up by. */
#define ACCOUNT_COLUMNS	",connections,accepted,opened,failed,bytes_in,bytes_out,retransmits,active"

static int select_accounts(struct selection *selection, const struct options *options,
			   struct failure *failure)
{
	static const char *const columns[ACCOUNTS_BY] = {
		[ACCOUNTS_BY_PROGRAM] = "program,unit,user" ACCOUNT_COLUMNS,
		[ACCOUNTS_BY_UNIT] = "unit" ACCOUNT_COLUMNS,
		[ACCOUNTS_BY_CONTAINER] = "container" ACCOUNT_COLUMNS,
		[ACCOUNTS_BY_USER] = "user" ACCOUNT_COLUMNS,
	};

	if (options->json)
		return 0;
	return selection_parse(selection, &account_columns, columns[options->by], failure);
}

static int select_rates(struct selection *selection, const struct options *options,
			struct failure *failure)
{
	const struct columns *columns = options->command == COMMAND_PROGRAMS ?
					&account_columns : &port_columns;

	selection->per_second = true;
	if (options->json)
		return selection_parse(selection, columns, "+elapsed,restarted", failure);
	if (columns == &account_columns || (options->columns && *options->columns != '+'))
		return 0;
	return selection_parse(selection, &port_columns,
			       options->numeric ? RATE_NUMERIC : RATE_COLUMNS, failure);
}

/* What letters of ss(8) add. */
static int select_details(struct selection *selection, const struct options *options,
			  struct failure *failure)
{
	const struct { bool wanted; const char *columns; } details[] = {
		{ options->timers, "+timer,expires,retr" },
		{ options->extended, "+uid,inode,cookie,mark,interface,cgroup" },
		{ options->cgroup, "+cgroup" },
		{ options->memory, "+rmem_alloc,rcvbuf,wmem_alloc,sndbuf,fwd_alloc,wmem_queued,"
				   "optmem,backlog_bytes,drops" },
		{ options->info, "+congestion,rtt,rttvar,min_rtt,rto,cwnd,ssthresh,mss,pmtu,unacked,"
				 "lost,retrans_total,bytes_acked,bytes_received,segs_out,segs_in,"
				 "delivery_rate" },
	};
	size_t i;

	for (i = 0; i < sizeof(details) / sizeof(*details); i++)
		if (details[i].wanted && selection_parse(selection, &socket_columns,
							 details[i].columns, failure))
			return -1;
	return 0;
}

/* Somebody looks, or asks who listens: where ports are bound, and who has them. */
static bool wants_holders(const struct options *options)
{
	if (options->command != COMMAND_PORTS || options->json || options->columns ||
	    options->since || options->interval)
		return false;
	return isatty(STDOUT_FILENO) || filter_is_listening(&options->filter);
}

#define HOLDERS		"proto,role,port,service,state,bound,processes,sockets,backlog,users,"	\
			"accepted,opened,failed,drops,rx_queue,tx_queue,bytes_in,bytes_out,active"
#define HOLDERS_NUMERIC	"proto,role,port,state,bound,processes,sockets,backlog,uids,"		\
			"accepted,opened,failed,drops,rx_queue,tx_queue,bytes_in,bytes_out,active"
#define QUEUES		"proto,role,state,rx_queue,tx_queue,backlog,limit,user,local_end,remote_end"
/* On a terminal, what tells most comes first. */
#define NARROW		"proto,state,local_end,remote_end,user,role,rx_queue,tx_queue"
#define NARROW_OWNED	"proto,state,local_end,remote_end,processes,user,role,rx_queue,tx_queue"
#define NARROW_QUEUES	"proto,state,local_end,backlog,limit,rx_queue,user,remote_end,role,tx_queue"
#define NARROW_OWNED_QUEUES "proto,state,local_end,processes,backlog,limit,rx_queue,user,role"

/* Who has it is what one wants to know before it ends. */
#define KILL_TEXT	"proto,state,local_end,remote_end,processes,user"
#define KILL_JSON	"proto,fam,role,state,local,lport,remote,rport,interface,uid,user,inode,"	\
			"cookie,processes,process_count,by_port,remembered,kernel"

static int select_sockets(struct selection *selection, const struct options *options,
			  struct failure *failure)
{
	const bool listening = filter_is_listening(&options->filter);
	const char *columns = listening ? QUEUES : NULL;

	if (terminal_width() && options->processes)
		columns = listening ? NARROW_OWNED_QUEUES : NARROW_OWNED;
	else if (terminal_width())
		columns = listening ? NARROW_QUEUES : NARROW;
	return columns ? selection_parse(selection, &socket_columns, columns, failure) : 0;
}

/* What a narrow terminal would not show of other commands. */
static const char *narrow_columns(enum command command)
{
	switch (command) {
	case COMMAND_EVENTS:
		return "time,type,port,remote_end,cause,process,proto,role,local_end,duration,"
		       "bytes_in,bytes_out,rtt,lost";
	case COMMAND_CLOSED:
		return "time,port,remote_end,cause,duration,process,bytes_in,bytes_out,proto,role,"
		       "local_end,type,rtt,unit";
	case COMMAND_DOORS:
		return "proto,port,source,attempts,last,local,service,first";
	default:
		return NULL;
	}
}

/* Each role has a table of its own. */
#define PEERS_TEXT	"proto,remote,connections,rx_queue,tx_queue,drops,states"

/* Columns that nobody chose, where the question says what is wanted. */
static int select_usual(struct selection *selection, const struct options *options,
			struct failure *failure)
{
	if (wants_holders(options))
		return selection_parse(selection, &port_columns,
				       options->numeric ? HOLDERS_NUMERIC : HOLDERS, failure);
	if (options->command == COMMAND_PROGRAMS)
		return select_accounts(selection, options, failure);
	if (options->command == COMMAND_KILL)
		return selection_parse(selection, &socket_columns,
				       options->json ? KILL_JSON : KILL_TEXT, failure);
	if (options->command == COMMAND_SHOW && !options->json)
		return selection_parse(selection, &peer_columns, PEERS_TEXT, failure);
	if (options->command == COMMAND_SOCKETS && !options->json)
		return select_sockets(selection, options, failure);
	if (narrow_columns(options->command) && !options->json && terminal_width())
		return selection_parse(selection, commands[options->command].columns,
				       narrow_columns(options->command), failure);
	return 0;
}

/*
 * Of doors, the top has those where somebody knocked most often. Connections that ended come
 * in their order already, but those of each namespace by themselves.
 */
static const char *usual_order(const struct options *options)
{
	if (options->command == COMMAND_DOORS && options->has_top)
		return "attempts";
	if (options->command == COMMAND_CLOSED &&
	    (options->has_top || options->reverse || options->all_netns))
		return "time";
	return NULL;
}

/* The top has the greatest first, and the newest is first where nobody says otherwise. */
static int select_order(struct selection *selection, const struct columns *columns,
			const struct options *options, struct failure *failure)
{
	const char *sort = options->sort ? options->sort : usual_order(options);
	bool descending = options->has_top;

	if (!sort)
		return 0;
	if (!options->sort && options->command == COMMAND_CLOSED)
		descending = true;
	selection->descending = descending != options->reverse;
	selection->top = options->has_top ? options->top : 0;
	return selection_sort(selection, columns, sort, failure);
}

/**
 * answer_select - the columns that somebody wants, and their order
 * @selection: gets them
 * @options: what is asked
 * @failure: what there is not
 *
 * What options ask for comes on top of the columns, chosen or not.
 *
 * Return: 0 or -1.
 */
int answer_select(struct selection *selection, const struct options *options,
		  struct failure *failure)
{
	const struct command_row *command = &commands[options->command];
	const struct columns *columns = command_columns(command);
	const char *processes = command->processes[options->json];

	selection_default(selection, columns,
			  options->json ? COLUMN_IN_JSON | COLUMN_IN_DUMP : COLUMN_IN_TEXT,
			  options->numeric);
	if (select_usual(selection, options, failure))
		return -1;
	if ((options->since || options->interval) && select_rates(selection, options, failure))
		return -1;
	if (options->columns && selection_parse(selection, columns, options->columns, failure))
		return -1;
	if (options->all_netns && command->columns)
		selection_put_first(selection, columns, "netns");
	if (select_details(selection, options, failure))
		return -1;
	if (options->processes && processes && selection_parse(selection, columns, processes, failure))
		return -1;
	selection->is_chosen = options->columns;
	if (!options->json)
		selection_fit(selection);
	return select_order(selection, columns, options, failure);
}

/* The kernel is asked by descriptor; settings and interfaces need us to be there. */
static int ask_about(struct client *client, int netns, struct place *place,
		     const struct options *options, const struct selection *selection, struct failure *failure)
{
	const struct command_row *command = &commands[options->command];
	struct names *names = names_new(options->numeric);
	int error;

	if (!names)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (!command->enters || options->all_netns)
		client_ask_netns(client, netns, options->all_netns);
	if (place->is_other)
		names_set_place(names, place);
	else if (netns >= 0)
		names_set_elsewhere(names);
	error = plan_resolve(options, names, failure);
	if (!error)
		error = command->run(&(struct question){ client, options, names, selection,
							 failure });
	names_free(names);
	return error;
}

/* A socket is about the namespace that it was made in. */
static struct client *open_client(struct place *place, const struct options *options,
				  struct failure *failure)
{
	struct client *client;

	if (!options->netns || !commands[options->command].enters)
		return client_open(failure);
	if (!place_visit(place)) {
		failure_set(failure, EXIT_RUN, "cannot enter the network namespace: %s",
			    strerror(errno));
		return NULL;
	}
	client = client_open(failure);
	place_return(place);
	return client;
}

/**
 * answer - ask, and print what is answered
 * @options: what is asked
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int answer(const struct options *options, struct failure *failure)
{
	const struct command_row *command = &commands[options->command];
	struct selection selection = { 0 };
	struct place place = { 0 };
	struct client *client;
	int error = -1, netns = -1;

	if (command->alone)
		return command->run(&(struct question){ .options = options, .failure = failure });
	if (command_columns(command) && answer_select(&selection, options, failure))
		return -1;
	if (options->replay)
		return replay_answer(options, &selection, failure);
	if (options->netns && netns_open_named(options->netns, &netns, failure))
		return -1;
	if (netns >= 0 && !place_open(&place, netns) && command->enters) {
		error = failure_set(failure, EXIT_RUN,
				    "cannot enter the network namespace '%.100s': %s: ask again as root",
				    options->netns, strerror(errno));
		close(netns);
		return error;
	}
	client = open_client(&place, options, failure);
	if (client)
		error = ask_about(client, netns, &place, options, &selection, failure);
	client_close(client);
	place_close(&place);
	if (netns >= 0)
		close(netns);
	return error;
}
