/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_ACTORS_H
#define TESTS_ACTORS_H

#include "dice.h"

/*
 * What users of a machine do, good and bad ones. Each step is one thing at random, which may
 * be refused: all that is made sure of is that it comes back. It returns whether anything
 * could be done, so that who never can is noticed.
 */

/* actors-sockets.c: in the network namespace that the caller is in. */
bool act_sockets(struct dice *dice);
/* Before: what the kernel has as modules is there afterwards. */
void act_sockets_load(void);

/* actors-processes.c */
bool act_processes(struct dice *dice);
bool act_descriptors(struct dice *dice);

/* actors-system.c */
bool act_namespaces(struct dice *dice);
bool act_interfaces(struct dice *dice);
bool act_processors(struct dice *dice);
bool act_memory(struct dice *dice);
/* When its process is gone. */
void act_memory_end(void);
bool act_parameters(struct dice *dice);

/* actors-readers.c: who asks the module */
bool act_files(struct dice *dice);
bool act_requests(struct dice *dice);
bool act_events(struct dice *dice);
bool act_deaf(struct dice *dice);
/* Dies if the command does. */
bool act_command(struct dice *dice);

/* As fork(), but the child dies with its parent and leaves no zombie. */
int act_fork(void);

#endif
