// SPDX-License-Identifier: GPL-2.0
/* UNIX sockets with names. */
#include "unix.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "die.h"

socklen_t unix_address(struct sockaddr_un *address, const char *name, size_t length)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	return offsetof(struct sockaddr_un, sun_path) + length;
}

static int unix_new(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("UNIX socket: %s", strerror(errno));
	return fd;
}

int unix_bound(int type, const char *name, size_t length)
{
	struct sockaddr_un address;
	int fd = unix_new(type);

	if (bind(fd, (void *)&address, unix_address(&address, name, length)))
		die("bind UNIX socket: %s", strerror(errno));
	return fd;
}

void unix_connect(int fd, const char *name, size_t length)
{
	struct sockaddr_un address;

	if (connect(fd, (void *)&address, unix_address(&address, name, length)))
		die("connect UNIX socket: %s", strerror(errno));
}

int unix_connected(int type, const char *name, size_t length)
{
	int fd = unix_new(type);

	unix_connect(fd, name, length);
	return fd;
}
