// SPDX-License-Identifier: GPL-2.0
/* The expression of a command line, and which commands can answer which. */
#include "cmd/plan.h"

#include <sys/socket.h>

#include "commands.h"

/*
 * What ports and events can answer; ports are counted where only the kernel looks, to which
 * units and processes can be spelled out.
 */
#define OF_PORTS	(((2ull << SOCKPORT_CONDITION_MAX) - 1) | 1ull << EXPRESSION_NETNS |	\
			 1ull << EXPRESSION_PID | 1ull << EXPRESSION_UNIT)
#define OF_EVENTS	(1ull << SOCKPORT_CONDITION_PROTOCOL | 1ull << SOCKPORT_CONDITION_FAMILY | \
			 1ull << SOCKPORT_CONDITION_ROLE | 1ull << SOCKPORT_CONDITION_PORT |	\
			 1ull << SOCKPORT_CONDITION_LOCAL_PORT |				\
			 1ull << SOCKPORT_CONDITION_REMOTE_PORT |				\
			 1ull << SOCKPORT_CONDITION_LOCAL_ADDRESS |				\
			 1ull << SOCKPORT_CONDITION_REMOTE_ADDRESS |				\
			 1ull << SOCKPORT_CONDITION_UID | 1ull << SOCKPORT_CONDITION_IFINDEX |	\
			 1ull << EXPRESSION_PID | 1ull << EXPRESSION_NETNS)

#define OF_ENDED	(OF_EVENTS | 1ull << EXPRESSION_UNIT)

/**
 * plan_check - whether a command can follow an expression
 * @options: of the command, with the plan
 * @failure: what it cannot follow
 *
 * Return: 0 or -1.
 */
int plan_check(const struct options *options, struct failure *failure)
{
	switch (options->command) {
	case COMMAND_SOCKETS:
	case COMMAND_KILL:
	case COMMAND_SUMMARY:
	/* Each of its views looks for itself. */
	case COMMAND_TOP:
		return 0;
	/* Whose they are is its own question. */
	case COMMAND_WHO:
		return expression_check(options->plan, ~(1ull << EXPRESSION_PID), "processes",
					failure);
	case COMMAND_PORTS:
	case COMMAND_METRICS:
	case COMMAND_SHOW:
		return expression_check(options->plan, OF_PORTS, "ports", failure);
	case COMMAND_EVENTS:
		return expression_check(options->plan, OF_EVENTS, "events", failure);
	/* Interfaces have numbers, which no record gives names. */
	case COMMAND_CLOSED:
		return expression_check(options->plan, options->replay ?
					OF_ENDED & ~(1ull << SOCKPORT_CONDITION_IFINDEX) : OF_ENDED,
					"connections that ended", failure);
	default:
		return failure_set(failure, EXIT_USAGE, "sockport %s takes no expression",
				   commands[options->command].name);
	}
}

/* Of hosts that do not tell theirs: of the kind that was asked for. */
static int family_of(const struct filter *filter)
{
	if (filter->families.count == 1)
		return filter->families.list[0];
	if (filter->protocols.count != 1)
		return 0;
	switch (filter->protocols.list[0]) {
	case SOCKPORT_PROTOCOL_UNIX:
		return AF_UNIX;
	case SOCKPORT_PROTOCOL_PACKET:
		return AF_PACKET;
	case SOCKPORT_PROTOCOL_NETLINK:
		return AF_NETLINK;
	case SOCKPORT_PROTOCOL_VSOCK:
		return AF_VSOCK;
	}
	return 0;
}

/**
 * plan_words - read an expression
 * @options: of a command; gets the plan, also when the command has no use for it
 * @words: the expression
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int plan_words(struct options *options, char **words, struct failure *failure)
{
	options->plan = expression_plan(words, family_of(&options->filter), failure);
	if (!options->plan || plan_check(options, failure))
		return -1;
	options->has_filter = true;
	options->filter.plan = options->plan;
	return 0;
}

/**
 * plan_resolve - find what has other names in each network namespace
 * @options: of a command, with a plan or without
 * @names: those of the namespace that is asked about
 * @failure: what there is not, or cannot be told
 *
 * Return: 0 or -1.
 */
int plan_resolve(const struct options *options, struct names *names, struct failure *failure)
{
	const bool is_there = options->plan && !options->all_netns && names_visit(names);
	int error;

	if (!options->plan)
		return 0;
	error = expression_resolve(options->plan, is_there, failure);
	if (is_there)
		names_return(names);
	return error;
}

/**
 * plan_asks_states - whether an expression is about states
 * @plan: its plan, or NULL
 *
 * Return: whether it is.
 */
bool plan_asks_states(const struct expression_plan *plan)
{
	struct failure ignored = { 0 };

	return plan && expression_check(plan, ~(1ull << SOCKPORT_CONDITION_STATE), "", &ignored);
}
