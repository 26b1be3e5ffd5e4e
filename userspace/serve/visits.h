/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VISITS_H
#define VISITS_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "serve/peer.h"

/* So many connections there can be. */
#define VISITS_MAX	512

/**
 * enum visit_state - what a connection waits for
 * @VISIT_NEW: for its first request
 * @VISIT_IDLE: for another request
 * @VISIT_ASKS: for our answer
 * @VISIT_TAKES: takes our answer
 * @VISIT_FOLLOWS: takes events, as long as it wants
 */
enum visit_state {
	VISIT_NEW,
	VISIT_IDLE,
	VISIT_ASKS,
	VISIT_TAKES,
	VISIT_FOLLOWS,
};

/**
 * struct visit - a connection
 * @next: the next older one
 * @link: what points to it
 * @socket: of it
 * @state: what it waits for
 * @since: when that began, on the clock of stop_clock_ms()
 * @place: where it comes from, see peer_place()
 * @uid: of who asks, where @has_uid
 * @has_uid: it is a user of this host
 * @is_unix: it came by a UNIX socket, whose mode says who may
 * @ends: it has been cut off
 */
struct visit {
	struct visit *next;
	struct visit **link;
	int socket;
	enum visit_state state;
	uint64_t since;
	uint8_t place[PEER_PLACE];
	uid_t uid;
	bool has_uid;
	bool is_unix;
	bool ends;
};

/**
 * struct visits - all connections
 * @lock: of all that follows
 * @first: the newest
 * @count: how many there are
 * @crowd: from so many on, one that waits for a request makes room for a new one
 */
struct visits {
	pthread_mutex_t lock;
	struct visit *first;
	unsigned int count;
	unsigned int crowd;
};

struct visit *visit_of(struct MHD_Connection *connection);
void visit_becomes(struct visits *visits, struct visit *visit, enum visit_state state);
void visits_note(void *data, struct MHD_Connection *connection, void **context,
		 enum MHD_ConnectionNotificationCode what);
void visits_expire(struct visits *visits);
void visits_settle(struct visits *visits);

#endif
