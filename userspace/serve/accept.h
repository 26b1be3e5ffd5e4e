/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include <microhttpd.h>
#include <stdbool.h>

/* A name of DNS has so many characters. */
#define ACCEPT_NAME_MAX	253

/**
 * struct host_names - names by which a server may be asked, beside "localhost" and addresses
 * @own: that of this host
 * @listen: list of where it listens, by some names or none; NULL for none
 * @others: list of others; NULL for none
 */
struct host_names {
	char own[ACCEPT_NAME_MAX + 1];
	const char *listen;
	const char *others;
};

bool accept_gzip(struct MHD_Connection *connection);
bool accept_openmetrics(struct MHD_Connection *connection);
bool accept_host(const struct host_names *names, const char *host);

#endif
