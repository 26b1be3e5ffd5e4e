// SPDX-License-Identifier: GPL-2.0
/*
 * Some things are only told in the network namespace that they are about: settings in /proc/sys,
 * and the names of interfaces. Users and the like are looked up at home, as that may take a
 * network: so each visit is as short as can be.
 */
#include "host/place.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/**
 * place_visit - be in the other namespace
 * @place: the place; its namespace may be ours
 *
 * Sockets that are open stay where they are. Needs CAP_SYS_ADMIN.
 *
 * Return: whether we are there; place_return() must be called then.
 */
bool place_visit(const struct place *place)
{
	return !place->is_other || !setns(place->there, CLONE_NEWNET);
}

/**
 * place_return - be at home again
 * @place: the place
 */
void place_return(const struct place *place)
{
	if (!place->is_other || !setns(place->home, CLONE_NEWNET))
		return;
	/* What follows would be about another namespace than it says. */
	fputs("sockport: cannot return to the own network namespace\n", stderr);
	exit(EXIT_FAILURE);
}

/**
 * place_open - get to know a namespace
 * @place: zeroed before
 * @netns: its descriptor, which must stay open
 *
 * Return: whether it can be visited; errno says why not.
 */
bool place_open(struct place *place, int netns)
{
	place->there = netns;
	place->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	place->is_other = place->home >= 0;
	if (place->is_other && place_visit(place)) {
		place_return(place);
		return true;
	}
	place_close(place);
	return false;
}

/**
 * place_close - do not visit any more
 * @place: as zeroed afterwards
 */
void place_close(struct place *place)
{
	if (place->is_other)
		close(place->home);
	*place = (struct place){ 0 };
}
