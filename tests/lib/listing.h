/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LISTING_H
#define TESTS_LISTING_H

#include "port.h"
#include "rows.h"

#define PROC_PORTS	"/proc/net/sockport"
#define PROC_SOCKETS	"/proc/net/sockport_sockets"
#define PROC_STATS	"/proc/net/sockport_stats"

/* A whole file, read in pieces of this many bytes; to be freed. */
char *read_text(const char *file, size_t piece);
char *read_text_fd(int fd, size_t piece);

/* What a text of one of these files says; it is cut up. */
/* Lines but for netlink sockets: each namespace has some that are the kernel's. */
size_t text_lines(const char *text);

struct rows listing_rows(char *text);
struct ports listing_ports(char *text);

struct rows proc_rows(void);
struct ports proc_ports(void);

/* Value of a line of the third file; dies if there is none. */
unsigned long long proc_stat(const char *name);

#endif
