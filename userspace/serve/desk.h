/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESK_H
#define DESK_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#include "serve/peer.h"
#include "serve/reply.h"
#include "serve/words.h"

/**
 * enum pass - whether somebody may come in
 * @PASS_UNKNOWN: it is not known yet
 * @PASS_OPEN: everybody may
 * @PASS_GRANTED: this one may
 * @PASS_REFUSED: this one may not
 * @PASS_BUSY: too many wait to be looked at
 */
enum pass {
	PASS_UNKNOWN,
	PASS_OPEN,
	PASS_GRANTED,
	PASS_REFUSED,
	PASS_BUSY,
};

/**
 * struct errand - a request on its way
 * @next: another one that waits for the same
 * @connection: where the reply goes
 * @reply: to it, NULL as long as there is none
 * @pass: whether it may come in
 * @place: where it comes from, see peer_place()
 * @is_known: who asks may see all that we may
 * @gzip: the reply may be compressed
 * @is_asked: its reply has been asked for
 * @has_body: it came with what no request needs
 */
struct errand {
	struct errand *next;
	struct MHD_Connection *connection;
	struct reply *reply;
	enum pass pass;
	uint8_t place[PEER_PLACE];
	bool is_known;
	bool gzip;
	bool is_asked;
	bool has_body;
};

/**
 * struct lane - questions that are asked one after the other
 * @desk: of which it is a part
 * @thread: asks them
 * @first: that waits
 * @count: how many wait
 */
struct lane {
	struct desk *desk;
	pthread_t thread;
	struct job *first;
	unsigned int count;
};

/* Some questions take a second by themselves, others do not wait for them. */
#define LANES	2

/**
 * struct desk - where questions are asked
 * @lock: of all that follows
 * @news: there is a question, or no more come
 * @ends: no more come
 * @lanes: those that are soon answered, and others
 * @started: how many of them there are
 */
struct desk {
	pthread_mutex_t lock;
	pthread_cond_t news;
	bool ends;
	struct lane lanes[LANES];
	unsigned int started;
};

int desk_open(struct desk *desk, struct failure *failure);
bool desk_ask(struct desk *desk, enum command command, struct words *words, const char *type,
	      struct errand *errand);
void desk_close(struct desk *desk);

#endif
