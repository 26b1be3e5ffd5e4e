// SPDX-License-Identifier: GPL-2.0
/*
 * Events for those who follow them, as server-sent events. The kernel is listened to once, while
 * anybody follows. Who takes them too slowly is told that some were lost; who is gone is
 * noticed when there is something to send, which is why there always is something soon.
 */
#include "serve/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cmd/stats.h"
#include "kernel/client.h"
#include "serve/follower.h"
#include "serve/late-microhttpd.h"
#include "serve/rights.h"
#include "stop.h"
#include "table/escape.h"

#define TYPE_EVENTS	"text/event-stream"
/* What is handed to MHD at once. */
#define BLOCK		(16 * 1024)
/* Milliseconds after which there is something to send anyway. */
#define BEAT		(8 * 1000)

static void tell_news(struct streams *streams)
{
	eventfd_write(streams->news, 1);
}

static void take_out(struct streams *streams, struct follower *follower)
{
	struct follower **link = &streams->first;

	while (*link != follower)
		link = &(*link)->next;
	*link = follower->next;
	streams->count--;
}

/* MHD does not need it any more. */
static void leave(void *data)
{
	struct follower *follower = data;
	struct streams *streams = follower->streams;

	/* It never had it, and somebody has the lock. */
	if (!follower->is_admitted)
		return;
	pthread_mutex_lock(&streams->lock);
	take_out(streams, follower);
	pthread_mutex_unlock(&streams->lock);
	tell_news(streams);
	follower_free(follower);
}

static ssize_t hand_over(void *data, uint64_t position, char *to, size_t room)
{
	struct follower *follower = data;
	ssize_t size;

	(void)position;
	pthread_mutex_lock(&follower->streams->lock);
	size = follower_take(follower, to, room);
	if (!size && follower->ended) {
		size = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (!size) {
		follower->is_waiting = true;
		mhd.MHD_suspend_connection(follower->connection);
	}
	pthread_mutex_unlock(&follower->streams->lock);
	return size;
}

static int share(const struct event_row *row, void *data)
{
	struct streams *streams = data;
	struct follower *follower;

	pthread_mutex_lock(&streams->lock);
	for (follower = streams->first; follower; follower = follower->next)
		if (!follower->errand && !follower->ended)
			follower_put_event(follower, &streams->output, row);
	pthread_mutex_unlock(&streams->lock);
	return 0;
}

static void beat(struct streams *streams)
{
	struct follower *follower;

	pthread_mutex_lock(&streams->lock);
	for (follower = streams->first; follower; follower = follower->next)
		if (!follower->errand && !follower->ended)
			follower_put(follower, ":\n\n", 3);
	pthread_mutex_unlock(&streams->lock);
}

static void answer_errand(struct follower *follower, struct reply *reply)
{
	struct errand *errand = follower->errand;

	follower->errand = NULL;
	errand->reply = reply;
	mhd.MHD_resume_connection(errand->connection);
}

/* From now on MHD says when it goes. */
static bool admit(struct follower *follower)
{
	static const char first[] = "retry: 2000\n\n";
	struct MHD_Response *response;
	struct reply *reply;

	response = mhd.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, hand_over,
							 follower, leave);
	reply = response ? reply_stream(response, TYPE_EVENTS) : NULL;
	if (!reply)
		return false;
	follower->is_admitted = true;
	follower_put(follower, first, strlen(first));
	answer_errand(follower, reply);
	return true;
}

static void refuse(struct streams *streams, struct follower *follower,
		   const struct failure *failure)
{
	take_out(streams, follower);
	answer_errand(follower, reply_failure(failure));
	follower_free(follower);
}

/* All that came meanwhile; with a failure, they go again. */
static void welcome(struct streams *streams, const struct failure *failure)
{
	const struct failure no_memory = { .status = EXIT_RUN, .text = "out of memory" };
	struct follower *follower, *next;

	pthread_mutex_lock(&streams->lock);
	for (follower = streams->first; follower; follower = next) {
		next = follower->next;
		if (!follower->errand)
			continue;
		if (failure)
			refuse(streams, follower, failure);
		else if (!admit(follower))
			refuse(streams, follower, &no_memory);
	}
	pthread_mutex_unlock(&streams->lock);
}

/* Who follows is told why there is no more. */
static void end_all(struct streams *streams, const struct failure *failure)
{
	char text[sizeof(failure->text) * ESCAPE_JSON + 64];
	struct follower *follower;
	char *to = stpcpy(text, "event: error\ndata: {\"error\":\"");

	to = escape_json(to, failure->text, strlen(failure->text));
	to = stpcpy(to, "\"}\n\n");
	pthread_mutex_lock(&streams->lock);
	for (follower = streams->first; follower; follower = follower->next) {
		if (follower->errand || follower->ended)
			continue;
		follower_put(follower, text, to - text);
		follower->ended = true;
		follower_wake(follower);
	}
	pthread_mutex_unlock(&streams->lock);
}

static bool has_followers(struct streams *streams)
{
	struct follower *follower;
	bool any = false;

	pthread_mutex_lock(&streams->lock);
	for (follower = streams->first; follower; follower = follower->next)
		any |= !follower->ended;
	any &= !streams->ends;
	pthread_mutex_unlock(&streams->lock);
	return any;
}

/* However much goes on meanwhile, as none of it may be for somebody who is gone. */
static void beat_in_time(struct streams *streams)
{
	const uint64_t now = stop_clock_ms();

	if (now < streams->next_beat)
		return;
	streams->next_beat = now + BEAT;
	beat(streams);
}

/* Somebody came or went, there are events (true), or it may be time to send something. */
static bool wait_for(struct streams *streams, struct client *client)
{
	struct pollfd files[] = {
		{ .fd = streams->news, .events = POLLIN },
		{ .fd = client ? client_descriptor(client) : -1, .events = POLLIN },
	};
	eventfd_t ignored;

	poll(files, 2, client ? BEAT / 4 : -1);
	beat_in_time(streams);
	if (files[0].revents & POLLIN)
		eventfd_read(streams->news, &ignored);
	return files[1].revents;
}

static int share_all(struct streams *streams, struct client *client, struct failure *failure)
{
	const struct event_row row = follower_lost();
	bool lost = false;

	if (client_events(client, share, streams, &lost, failure))
		return -1;
	return lost ? share(&row, streams) : 0;
}

/* Where there is no history there are no events either, however long one waits. */
static int check_history(const struct stats_row *row, void *data)
{
	if (stats_have_history(row))
		return 0;
	return failure_set(data, EXIT_RUN, "history is switched off, so there are no events");
}

/* Each follower chooses for itself. */
static const struct filter everything;

static struct client *listen_to_kernel(struct failure *failure)
{
	struct client *client = client_open(failure);

	if (!client)
		return NULL;
	if (!client_stats(client, check_history, failure, failure) &&
	    !client_listen(client, &everything, failure))
		return client;
	client_close(client);
	return NULL;
}

static void serve_followers(struct streams *streams)
{
	struct failure failure = { 0 };
	struct client *client = NULL;
	int error = rights_use(true, &failure);

	if (!error)
		client = listen_to_kernel(&failure);
	error = 0;

	if (!client)
		welcome(streams, &failure);
	while (client && !error && has_followers(streams)) {
		welcome(streams, NULL);
		if (wait_for(streams, client))
			error = share_all(streams, client, &failure);
	}
	if (error)
		end_all(streams, &failure);
	client_close(client);
}

static void *work(void *data)
{
	struct streams *streams = data;
	bool ends;

	do {
		/* One may have come in the moment in which listening failed. */
		if (!has_followers(streams))
			wait_for(streams, NULL);
		if (has_followers(streams))
			serve_followers(streams);
		pthread_mutex_lock(&streams->lock);
		ends = streams->ends;
		pthread_mutex_unlock(&streams->lock);
	} while (!ends);
	return NULL;
}

/**
 * streams_open - be ready for those who follow
 * @streams: zeroed before
 * @failure: what went wrong
 *
 * Return: 0 or -1; streams_close() it whatever happens.
 */
int streams_open(struct streams *streams, struct failure *failure)
{
	int error;

	pthread_mutex_init(&streams->lock, NULL);
	streams->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (streams->news < 0)
		return failure_set(failure, EXIT_RUN, "cannot wait for events: %s",
				   strerror(errno));
	if (output_open(&streams->output, -1, failure))
		return -1;
	error = pthread_create(&streams->thread, NULL, work, streams);
	if (error)
		return failure_set(failure, EXIT_RUN, "cannot start a thread: %s", strerror(error));
	streams->started = true;
	return 0;
}

static bool add(struct streams *streams, struct follower *follower)
{
	bool fits;

	pthread_mutex_lock(&streams->lock);
	fits = streams->count < FOLLOWERS_MAX && !streams->ends;
	if (fits) {
		streams->count++;
		follower->next = streams->first;
		streams->first = follower;
		mhd.MHD_suspend_connection(follower->connection);
	}
	pthread_mutex_unlock(&streams->lock);
	tell_news(streams);
	return fits;
}

/**
 * streams_follow - let somebody follow
 * @streams: who follows already
 * @words: the command line that asks for events, taken over
 * @errand: gets the reply, and its connection is resumed then
 *
 * Context: thread of MHD, in a handler of the connection.
 *
 * Return: NULL; or the reply, where it is known already, and the connection goes on.
 */
struct reply *streams_follow(struct streams *streams, struct words *words, struct errand *errand)
{
	struct failure failure = { 0 };
	struct follower *follower = follower_new(words, &failure);

	if (!follower)
		return reply_failure(&failure);
	follower->streams = streams;
	follower->errand = errand;
	follower->connection = errand->connection;
	if (add(streams, follower))
		return NULL;
	follower_free(follower);
	return reply_error(MHD_HTTP_SERVICE_UNAVAILABLE,
			   "as many follow events as may: try again later");
}

/**
 * streams_end - let go who follows
 * @streams: who follows
 *
 * After that no connection waits for events.
 */
void streams_end(struct streams *streams)
{
	const struct failure failure = { .status = EXIT_RUN, .text = "the server ends" };

	pthread_mutex_lock(&streams->lock);
	streams->ends = true;
	pthread_mutex_unlock(&streams->lock);
	if (streams->started) {
		tell_news(streams);
		pthread_join(streams->thread, NULL);
		welcome(streams, &failure);
		end_all(streams, &failure);
	}
	streams->started = false;
}

/**
 * streams_close - forget all
 * @streams: nobody follows any more
 */
void streams_close(struct streams *streams)
{
	free(streams->output.buffer);
	if (streams->news >= 0)
		close(streams->news);
}
