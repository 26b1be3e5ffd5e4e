/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_UNIX_H
#define TESTS_UNIX_H

#include <sys/socket.h>
#include <sys/un.h>

/* Names are of any bytes; an abstract one begins with a NUL. Returns the length. */
socklen_t unix_address(struct sockaddr_un *address, const char *name, size_t length);
int unix_bound(int type, const char *name, size_t length);
void unix_connect(int fd, const char *name, size_t length);
int unix_connected(int type, const char *name, size_t length);

#endif
