/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BOOK_H
#define BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "host/category.h"

/**
 * enum book_kind - what has a name
 * @BOOK_USER: by uid
 * @BOOK_SERVICE: by port and protocol
 * @BOOK_NETNS: by inode
 * @BOOK_INTERFACE: by index, of the own network namespace
 */
enum book_kind {
	BOOK_USER,
	BOOK_SERVICE,
	BOOK_NETNS,
	BOOK_INTERFACE,
	BOOK_KINDS,
};

/**
 * struct book - what things are called where, or when, we are not
 * @find: finds a name, by kind and one or two numbers, 0 where there is no second; NULL if
 *	there is none. It stays until another moment is looked at
 * @data: for it
 * @own: inode of the own network namespace, 0 if it is not known
 * @has_range: @range is known
 * @range: net.ipv4.ip_local_port_range
 * @available: how many ports of it are not reserved
 */
struct book {
	const char *(*find)(const struct book *book, enum book_kind kind, uint32_t first,
			    uint32_t second);
	void *data;
	uint32_t own;
	bool has_range;
	struct port_range range;
	uint32_t available;
};

#endif
