/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLIENT_H
#define CLIENT_H

#include <linux/netlink.h>

#include "failure.h"
#include "kernel/rows.h"
#include "select/filter.h"

/*
 * The way to the kernel module. Plain structs come out, one callback a row;
 * nothing here knows what becomes of them.
 */

struct client;

/**
 * typedef port_function - takes a row of the port table
 * @row: the row
 * @data: what the caller of the dump gave
 *
 * Return: 0, or -1 to give the dump up.
 */
typedef int (*port_function)(const struct port_row *row, void *data);

/**
 * typedef socket_function - takes a socket
 * @row: the socket, gone when the function returns
 * @data: what the caller of the dump gave
 *
 * Return: 0, or -1 to give the dump up.
 */
typedef int (*socket_function)(const struct socket_row *row, void *data);

/**
 * typedef stats_function - takes the module's account
 * @row: the account, gone when the function returns
 * @data: what the caller gave
 *
 * Return: 0 or -1.
 */
typedef int (*stats_function)(const struct stats_row *row, void *data);

/**
 * typedef door_function - takes a port where nobody listens
 * @row: the port
 * @data: what the caller of the dump gave
 *
 * Return: 0, or -1 to give the dump up.
 */
typedef int (*door_function)(const struct door_row *row, void *data);

/**
 * typedef event_function - takes an event
 * @row: the event, gone when the function returns
 * @data: what the caller gave
 *
 * Return: 0, or -1 to take no more.
 */
typedef int (*event_function)(const struct event_row *row, void *data);

/**
 * typedef program_function - takes what a program did
 * @row: the program, gone when the function returns
 * @data: what the caller of the dump gave
 *
 * Return: 0, or -1 to give the dump up.
 */
typedef int (*program_function)(const struct program_row *row, void *data);

/**
 * typedef message_function - takes an answer as it came
 * @message: complete, gone when the function returns
 * @data: what the caller gave
 */
typedef void (*message_function)(const struct nlmsghdr *message, void *data);

/**
 * struct client_question - what somebody else than the kernel is asked
 * @command: SOCKPORT_CMD_*
 * @filter: only what matches, NULL for all
 * @want: groups of attributes to tell, SOCKPORT_WANT_*; others may be told too
 * @all_netns: about all network namespaces
 * @take: takes an answer of the module, complete; returns 0 or -1 to give up
 * @to: for it
 * @failure: what went wrong; not set if @take gave up
 */
struct client_question {
	uint8_t command;
	const struct filter *filter;
	uint32_t want;
	bool all_netns;
	int (*take)(const struct nlmsghdr *message, void *to);
	void *to;
	struct failure *failure;
};

/**
 * typedef answer_function - answers in place of the kernel
 * @question: the question
 * @data: what the caller gave
 *
 * Return: 0 when all answers were taken, else -1.
 */
typedef int (*answer_function)(const struct client_question *question, void *data);

struct client *client_open(struct failure *failure);
struct client *client_answered(answer_function function, void *data, struct failure *failure);
void client_tap(struct client *client, message_function function, void *data);
int client_reopen(struct client *client, struct failure *failure);
void client_close(struct client *client);
void client_ask_netns(struct client *client, int netns, bool all);
void client_ask_everywhere(struct client *client, bool everywhere);
int client_ports(struct client *client, const struct filter *filter, uint32_t want,
		 port_function function, void *data, struct failure *failure);
int client_sockets(struct client *client, const struct filter *filter, uint32_t want,
		   socket_function function, void *data, struct failure *failure);
int client_stats(struct client *client, stats_function function, void *data,
		 struct failure *failure);
int client_closed(struct client *client, const struct filter *filter, event_function function,
		  void *data, struct failure *failure);
int client_programs(struct client *client, program_function function, void *data,
		    struct failure *failure);
int client_doors(struct client *client, door_function function, void *data,
		 struct failure *failure);
int client_reset(struct client *client, struct failure *failure);
int client_listen(struct client *client, const struct filter *filter, struct failure *failure);
int client_descriptor(const struct client *client);
int client_events(struct client *client, event_function function, void *data, bool *lost,
		  struct failure *failure);

#endif
