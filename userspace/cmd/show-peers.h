/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_PEERS_H
#define SHOW_PEERS_H

#include "columns/report.h"
#include "count/peers.h"

/* In text, so many peers of each role, unless somebody said how many; JSON has all. */
#define PEERS_SHOWN	10

int show_peers_print(struct report *report, const struct selection *rows,
		     const struct peers *peers, const uint32_t *netns);

#endif
