/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LOCAL_H
#define TESTS_LOCAL_H

#include "rows.h"

/**
 * struct oracle - what the kernel shows of raw, ping, UNIX, packet or XDP sockets,
 *	and what our own text does
 * @name: for people, NULL ends a list
 * @kind: enum sockport_protocol
 * @read: its rows
 * @fields: enum row_field that it speaks about
 * @extras: enum row_extra that it speaks about
 * @shows: does it show a socket of the kind at all? NULL means any
 * @blur: forget what it cannot tell apart, in a row of anybody's; may be NULL
 */
struct oracle {
	const char	*name;
	uint8_t		kind;
	struct rows	(*read)(void);
	unsigned int	fields;
	unsigned int	extras;
	bool		(*shows)(const struct row *row);
	void		(*blur)(struct row *row);
};

#define LOCAL_KINDS	(ROW_KIND(RAW) | ROW_KIND(PING) | ROW_KIND(UNIX) | ROW_KIND(PACKET) | \
			 ROW_KIND(XDP))

/* The last one has no name. */
extern const struct oracle local_oracles[];

/*
 * Both ways, duplicates included: how many sockets, with all that the oracle
 * speaks about, are on one side only. Says the first ones.
 */
unsigned int oracle_compare(const struct oracle *oracle, const struct rows *shown,
			    const struct rows *ours);
/* The same without words, between two answers of the oracle. */
bool oracle_same(const struct oracle *oracle, const struct rows *one, const struct rows *other);

#endif
