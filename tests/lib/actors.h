/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_ACTORS_H
#define TESTS_ACTORS_H

#include "dice.h"

/*
 * What users of a machine do, good and bad ones. Each step is one thing at random, which
 * may fail: nothing is made sure of but that it comes back.
 */

/* actors-sockets.c: in the network namespace that the caller is in. */
void act_sockets(struct dice *dice);
/* Before: what the kernel has as modules is there afterwards. */
void act_sockets_load(void);

/* actors-processes.c */
void act_processes(struct dice *dice);
void act_descriptors(struct dice *dice);

/* actors-system.c */
void act_namespaces(struct dice *dice);
void act_interfaces(struct dice *dice);
void act_processors(struct dice *dice);
void act_memory(struct dice *dice);
void act_parameters(struct dice *dice);

/* actors-readers.c: who asks the module */
void act_files(struct dice *dice);
void act_requests(struct dice *dice);
void act_events(struct dice *dice);
/* Dies if the command does. */
void act_command(struct dice *dice);

/* As fork(), but the child dies with its parent and leaves no zombie. */
int act_fork(void);

#endif
