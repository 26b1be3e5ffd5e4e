/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVER_H
#define SERVER_H

#include <microhttpd.h>
#include <stdbool.h>
#include <sys/types.h>

#include "serve/accept.h"
#include "serve/desk.h"
#include "serve/guard.h"
#include "serve/listen.h"
#include "serve/stream.h"
#include "serve/visits.h"

/**
 * struct server - all that a server has; zeroed before use
 * @listening: where requests come
 * @daemons: take them, one for each socket
 * @config: how they are kept safe
 * @guard: lets in who may
 * @visits: connections
 * @desk: where the kernel is asked
 * @streams: who follows events
 * @names: by which it is asked
 * @uid: who started it
 * @shares: who asks may see all that it may, whoever it is
 */
struct server {
	struct listening listening;
	struct MHD_Daemon *daemons[LISTEN_MAX];
	struct web_config config;
	struct guard guard;
	struct visits visits;
	struct desk desk;
	struct streams streams;
	struct host_names names;
	uid_t uid;
	bool shares;
};

#endif
