/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TALLY_H
#define TALLY_H

#include "kernel/rows.h"

/**
 * struct tally - sockets of one kind in one network namespace
 * @known: bits as of all rows; all members are, so bit 0 is set
 * @netns: inode of the namespace, 0 where that does not matter
 * @sockets: how many there are, also those without a state
 * @states: how many in each SOCKPORT_STATE_*
 * @protocol: SOCKPORT_PROTOCOL_*
 */
struct tally {
	uint64_t known;
	uint32_t netns;
	uint32_t sockets;
	uint32_t states[ROW_STATES];
	uint8_t protocol;
};

/**
 * struct tallies - all of them; zeroed before use
 * @list: in the order in which they came, until they are sorted
 * @count: how many there are
 * @room: for how many @list has room
 * @last: the one that was found last
 */
struct tallies {
	struct tally *list;
	size_t count;
	size_t room;
	size_t last;
};

bool tallies_add(struct tallies *tallies, const struct socket_row *socket, uint32_t netns);
void tallies_sort(struct tallies *tallies);
void tallies_free(struct tallies *tallies);

#endif
