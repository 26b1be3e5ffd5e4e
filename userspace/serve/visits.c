// SPDX-License-Identifier: GPL-2.0
/*
 * Connections, and how long each may take. Who asks slowly, or takes an answer slowly, is cut
 * off; where there are many, who has not asked yet makes room for others.
 */
#include "serve/visits.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "serve/late-microhttpd.h"
#include "serve/peer.h"
#include "stop.h"

/* Milliseconds that they have at the end, and nanoseconds between two looks. */
#define SETTLE		1000
#define SETTLE_STEP	(10 * 1000 * 1000)

/* Milliseconds, by enum visit_state; 0 for no end. */
static const uint64_t patience[] = {
	[VISIT_NEW] = 10 * 1000,
	[VISIT_IDLE] = 75 * 1000,
	[VISIT_ASKS] = 0,
	[VISIT_TAKES] = 60 * 1000,
	[VISIT_FOLLOWS] = 0,
};

/**
 * visit_of - what is known of a connection
 * @connection: the connection
 *
 * Return: it; NULL if there was no memory for it.
 */
struct visit *visit_of(struct MHD_Connection *connection)
{
	return mhd.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	       ->socket_context;
}

/**
 * visit_becomes - it waits for something else from now on
 * @visits: all connections
 * @visit: this one, or NULL
 * @state: for what
 */
void visit_becomes(struct visits *visits, struct visit *visit, enum visit_state state)
{
	if (!visit)
		return;
	pthread_mutex_lock(&visits->lock);
	visit->state = state;
	visit->since = stop_clock_ms();
	pthread_mutex_unlock(&visits->lock);
}

static void cut_off(struct visit *visit)
{
	visit->ends = true;
	shutdown(visit->socket, SHUT_RDWR);
}

/* The one that has waited longest for a request is the last of them. */
static void make_room(struct visits *visits)
{
	struct visit *visit, *oldest = NULL;

	for (visit = visits->first; visit; visit = visit->next)
		if (!visit->ends && (visit->state == VISIT_NEW || visit->state == VISIT_IDLE) &&
		    (!oldest || visit->since <= oldest->since))
			oldest = visit;
	if (oldest)
		cut_off(oldest);
}

static void add(struct visits *visits, struct visit *visit)
{
	pthread_mutex_lock(&visits->lock);
	if (++visits->count > visits->crowd)
		make_room(visits);
	visit->next = visits->first;
	visit->link = &visits->first;
	if (visit->next)
		visit->next->link = &visit->next;
	visits->first = visit;
	pthread_mutex_unlock(&visits->lock);
}

static void take_out(struct visits *visits, struct visit *visit)
{
	pthread_mutex_lock(&visits->lock);
	visits->count--;
	*visit->link = visit->next;
	if (visit->next)
		visit->next->link = visit->link;
	pthread_mutex_unlock(&visits->lock);
}

static struct visit *begin(struct MHD_Connection *connection)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit)
		return NULL;
	visit->socket = mhd.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	visit->since = stop_clock_ms();
	visit->is_unix = peer_is_unix(visit->socket);
	peer_place(visit->socket, visit->place);
	visit->has_uid = peer_user(visit->socket, &visit->uid);
	return visit;
}

/**
 * visits_note - a connection began or ended
 * @data: struct visits
 * @connection: the connection
 * @context: what is known of it
 * @what: happened
 *
 * Context: thread of MHD. Its socket is closed after that.
 */
void visits_note(void *data, struct MHD_Connection *connection, void **context,
		 enum MHD_ConnectionNotificationCode what)
{
	struct visits *visits = data;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = begin(connection);
		if (*context)
			add(visits, *context);
		return;
	}
	if (*context)
		take_out(visits, *context);
	free(*context);
	*context = NULL;
}

/**
 * visits_expire - cut off who takes too long
 * @visits: all connections
 */
void visits_expire(struct visits *visits)
{
	const uint64_t now = stop_clock_ms();
	struct visit *visit;

	pthread_mutex_lock(&visits->lock);
	for (visit = visits->first; visit; visit = visit->next)
		if (patience[visit->state] && now > visit->since + patience[visit->state])
			cut_off(visit);
	pthread_mutex_unlock(&visits->lock);
}

static bool is_any_busy(struct visits *visits)
{
	struct visit *visit;
	bool any = false;

	pthread_mutex_lock(&visits->lock);
	for (visit = visits->first; visit; visit = visit->next)
		any |= visit->state != VISIT_NEW && visit->state != VISIT_IDLE;
	pthread_mutex_unlock(&visits->lock);
	return any;
}

/**
 * visits_settle - wait a little for those who take their answers
 * @visits: all connections; no answer is missing
 */
void visits_settle(struct visits *visits)
{
	const uint64_t end = stop_clock_ms() + SETTLE;
	const struct timespec moment = { .tv_nsec = SETTLE_STEP };

	while (is_any_busy(visits) && stop_clock_ms() < end)
		nanosleep(&moment, NULL);
}
