// SPDX-License-Identifier: GPL-2.0
/* Where requests come: sockets of a service manager, or our own. */
#include "serve/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "format/number.h"

/* The first that a service manager hands over, see sd_listen_fds(3). */
#define FIRST_GIVEN	3
#define BACKLOG		128

static int cannot_listen(const char *address, const char *why, struct failure *failure)
{
	return failure_set(failure, EXIT_RUN, "cannot listen on '%.100s': %s", address, why);
}

/* Becomes ours, whatever happens. */
static int add(struct listening *listening, int descriptor, struct failure *failure)
{
	if (listening->count == LISTEN_MAX) {
		close(descriptor);
		return failure_set(failure, EXIT_USAGE, "it listens on at most %d sockets",
				   LISTEN_MAX);
	}
	listening->list[listening->count++] = descriptor;
	return 0;
}

static bool is_stale(const struct sockaddr_un *address)
{
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat status;
	bool stale;

	if (descriptor < 0)
		return false;
	stale = !lstat(address->sun_path, &status) && S_ISSOCK(status.st_mode) &&
		connect(descriptor, (const struct sockaddr *)address, sizeof(*address)) &&
		errno == ECONNREFUSED;
	close(descriptor);
	return stale;
}

/* Who may connect is who may write to it: the owner and the group. */
static bool bind_unix(int descriptor, const struct sockaddr_un *address)
{
	const mode_t mask = umask(0117);
	bool bound = !bind(descriptor, (const struct sockaddr *)address, sizeof(*address));

	if (!bound && errno == EADDRINUSE && is_stale(address) && !unlink(address->sun_path))
		bound = !bind(descriptor, (const struct sockaddr *)address, sizeof(*address));
	umask(mask);
	return bound;
}

static int listen_unix(struct listening *listening, const char *path, struct failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int descriptor;

	if (strlen(path) >= sizeof(address.sun_path))
		return failure_set(failure, EXIT_USAGE, "the path '%.100s' is too long", path);
	strcpy(address.sun_path, path);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return cannot_listen(path, strerror(errno), failure);
	if (bind_unix(descriptor, &address) && !listen(descriptor, BACKLOG))
		return add(listening, descriptor, failure);
	cannot_listen(path, strerror(errno), failure);
	close(descriptor);
	return -1;
}

/* Without IPv6 a name may still have such an address, and so has ":PORT". */
static bool is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

/* 1 where this host has no such address. */
static int listen_internet(struct listening *listening, const struct addrinfo *info,
			   const char *address, struct failure *failure)
{
	const int on = 1;
	int descriptor, error;

	descriptor = socket(info->ai_family, info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
			    info->ai_protocol);
	if (descriptor < 0) {
		error = errno;
		cannot_listen(address, strerror(error), failure);
		return is_absent(error) ? 1 : -1;
	}
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind(descriptor, info->ai_addr, info->ai_addrlen) && !listen(descriptor, BACKLOG))
		return add(listening, descriptor, failure);
	error = errno;
	cannot_listen(address, strerror(error), failure);
	close(descriptor);
	return is_absent(error) ? 1 : -1;
}

/* "HOST:PORT", "[ADDRESS]:PORT" or ":PORT": its parts, in a copy of it. */
static bool split(char *address, const char **host, const char **port)
{
	char *colon = strrchr(address, ':');
	uint32_t number;

	if (!colon || !number_parse(colon + 1, 65535, &number))
		return false;
	*colon = 0;
	*port = colon + 1;
	*host = address;
	if (*address == '[' && colon > address && colon[-1] == ']') {
		colon[-1] = 0;
		++*host;
	} else if (strchr(address, ':')) {
		return false;
	}
	return true;
}

static int listen_all(struct listening *listening, const char *host, const char *port,
		      const char *address, struct failure *failure)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *list, *info;
	bool any = false;
	int error;

	error = getaddrinfo(*host ? host : NULL, port, &hints, &list);
	if (error)
		return cannot_listen(address, gai_strerror(error), failure);
	for (info = list; info && error >= 0; info = info->ai_next) {
		error = listen_internet(listening, info, address, failure);
		any |= !error;
	}
	freeaddrinfo(list);
	return error >= 0 && any ? 0 : -1;
}

static int listen_one(struct listening *listening, const char *address, struct failure *failure)
{
	const char *host, *port;
	char *copy;
	int error;

	if (*address == '/')
		return listen_unix(listening, address, failure);
	copy = strdup(address);
	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (split(copy, &host, &port))
		error = listen_all(listening, host, port, address, failure);
	else
		error = failure_set(failure, EXIT_USAGE,
				    "bad address '%.100s': it is HOST:PORT, [IPV6]:PORT, :PORT or the path of a UNIX socket",
				    address);
	free(copy);
	return error;
}

static int listen_list(struct listening *listening, const char *addresses,
		       struct failure *failure)
{
	char *copy = strdup(addresses), *rest = copy, *address;
	int error = copy ? 0 : failure_set(failure, EXIT_RUN, "out of memory");

	while (!error && (address = strsep(&rest, ",")))
		error = listen_one(listening, address, failure);
	free(copy);
	return error;
}

static bool number_of(const char *variable, uint32_t *number)
{
	const char *text = getenv(variable);

	return text && number_parse(text, INT32_MAX, number);
}

static bool is_listening(int descriptor)
{
	int type = 0, listens = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_STREAM)
		return false;
	size = sizeof(listens);
	return !getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens;
}

/* What a service manager hands over, with the words of sd_listen_fds(3). */
static int take_given(struct listening *listening, struct failure *failure)
{
	uint32_t pid, count = 0, i;
	int descriptor, error = 0;

	if (!number_of("LISTEN_PID", &pid) || pid != (uint32_t)getpid() ||
	    !number_of("LISTEN_FDS", &count))
		count = 0;
	for (i = 0; i < count && !error; i++) {
		descriptor = FIRST_GIVEN + i;
		if (!is_listening(descriptor))
			return failure_set(failure, EXIT_RUN,
					   "descriptor %d is no stream socket that listens",
					   descriptor);
		fcntl(descriptor, F_SETFD, FD_CLOEXEC);
		fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
		error = add(listening, descriptor, failure);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return error;
}

/**
 * listen_open - begin to listen
 * @listening: zeroed before; listen_close() it whatever happens
 * @addresses: list of them, NULL for what a service manager hands over, or else the usual one
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int listen_open(struct listening *listening, const char *addresses, struct failure *failure)
{
	if (take_given(listening, failure))
		return -1;
	if (listening->count && addresses)
		return failure_set(failure, EXIT_USAGE,
				   "the service manager says where to listen: leave --listen out");
	if (listening->count)
		return 0;
	return listen_list(listening, addresses ? addresses : LISTEN_USUAL, failure);
}

/**
 * listen_close - do not listen any more
 * @listening: as zeroed afterwards
 */
void listen_close(struct listening *listening)
{
	while (listening->count)
		close(listening->list[--listening->count]);
}
