/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include <microhttpd.h>
#include <stdbool.h>

bool accept_gzip(struct MHD_Connection *connection);
bool accept_openmetrics(struct MHD_Connection *connection);
bool accept_host(const char *host);

#endif
