/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_NETNS_H
#define TESTS_NETNS_H

#include <stdbool.h>
#include <stdint.h>

/* An interface with fe80::1, 2001:db8::1 and 192.0.2.1; its peer is no device. */
#define NEAR	"near"

/*
 * Go to a network namespace of one's own: lo is up, there is an interface with
 * a link-local address, closing and opening connections stay as they are for
 * minutes.
 */
void netns_enter(void);
/* Without addresses and settings, for tests that make many. */
void netns_enter_bare(void);

void netns_sysctl(const char *path, const char *value);
unsigned int netns_ifindex(const char *name);

/* A file descriptor of the namespace, and its inode. */
int netns_open(void);
uint64_t netns_own_inode(void);
void netns_set(int fd);

/* Effective uid of what is created from now on; 0 gives the powers back. */
void become(unsigned int uid);
/* The whole process, for good; may others of that user look at it? */
void become_only(unsigned int id, bool dumpable);

#endif
