// SPDX-License-Identifier: GPL-2.0
/*
 * Where the kernel is asked. Who asks what somebody else waits for already gets the same answer,
 * so that it costs one walk; but not one that was begun before, which would be older than the
 * question.
 */
#include "serve/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "serve/late-microhttpd.h"
#include "serve/rights.h"
#include "table/output.h"

/* So many different questions may wait. */
#define JOBS_MAX	64
/* Longest watch of the doctor, in milliseconds. */
#define WATCH_MAX	(10 * 1000)
#define WATCH_MAX_STRANGER	1000
/* Of the questions that wait, so many may be of strangers. */
#define JOBS_OF_STRANGERS	(JOBS_MAX / 4)

/**
 * struct job - a question
 * @next: the one that is asked after it
 * @words: its command line
 * @type: of the answer
 * @is_known: it is asked with all rights
 * @gzip: somebody wants it compressed
 * @errands: who waits for the answer
 */
struct job {
	struct job *next;
	struct words words;
	const char *type;
	bool is_known;
	bool gzip;
	struct errand *errands;
};

/*
 * Metrics are made with all rights. What filters could tell of sockets is more than sums do, and
 * other network namespaces are no stranger's.
 */
static int check(const struct job *job, const struct options *options, struct failure *failure)
{
	const uint32_t watch = job->is_known ? WATCH_MAX : WATCH_MAX_STRANGER;

	if (options->command == COMMAND_DOCTOR && options->interval > watch)
		return failure_set(failure, EXIT_USAGE, "it watches at most %u seconds", watch / 1000);
	if (options->command != COMMAND_METRICS || job->is_known ||
	    !(options->has_filter || options->plan || options->netns || options->all_netns))
		return 0;
	failure->unavailable = true;
	return failure_set(failure, EXIT_RUN,
			   "permission denied: metrics of a part of the sockets, or of other network namespaces, are for those whom the server knows");
}

static int ask(struct job *job, struct output_memory *memory, struct failure *failure)
{
	struct options options = { 0 };
	int error = words_parse(&job->words, &options, failure);

	if (!strcmp(job->type, TYPE_PROMETHEUS))
		options.format = METRICS_PROMETHEUS;
	if (!error)
		error = check(job, &options, failure);
	if (!error)
		error = rights_use(job->is_known || options.command == COMMAND_METRICS, failure);
	if (!error) {
		output_keep(memory);
		error = answer(&options, failure);
		output_keep(NULL);
	}
	/* The next question is read without. */
	rights_use(false, &(struct failure){ 0 });
	options_free(&options);
	return error;
}

static struct reply *answer_job(struct job *job)
{
	struct output_memory memory = { .limit = REPLY_MAX };
	struct failure failure = { 0 };
	struct reply *reply;

	if (!reply_fits())
		return reply_error(MHD_HTTP_SERVICE_UNAVAILABLE,
				   "too many answers are being taken slowly: try again");
	if (ask(job, &memory, &failure)) {
		free(memory.text);
		return reply_failure(&failure);
	}
	reply = reply_new(MHD_HTTP_OK, job->type, memory.text, memory.size);
	if (reply && job->gzip)
		reply_compress(reply);
	return reply;
}

static void free_job(struct job *job)
{
	words_free(&job->words);
	free(job);
}

/* All who waited get it; without one, their connections end. */
static void deliver(struct job *job, struct reply *reply)
{
	struct errand *errand, *next;

	for (errand = job->errands; errand; errand = next) {
		next = errand->next;
		errand->reply = reply ? reply_get(reply) : NULL;
		mhd.MHD_resume_connection(errand->connection);
	}
	reply_put(reply);
	free_job(job);
}

static struct job *wait_for_job(struct lane *lane)
{
	struct desk *desk = lane->desk;
	struct job *job;

	pthread_mutex_lock(&desk->lock);
	while (!lane->first && !desk->ends)
		pthread_cond_wait(&desk->news, &desk->lock);
	job = lane->first;
	if (job) {
		lane->first = job->next;
		lane->count--;
	}
	pthread_mutex_unlock(&desk->lock);
	return job;
}

static void *work(void *data)
{
	struct lane *lane = data;
	struct job *job;

	while ((job = wait_for_job(lane)))
		deliver(job, lane->desk->ends ?
			     reply_error(MHD_HTTP_SERVICE_UNAVAILABLE, "the server ends") :
			     answer_job(job));
	return NULL;
}

/**
 * desk_open - begin to ask
 * @desk: zeroed before
 * @failure: what went wrong
 *
 * Return: 0 or -1; desk_close() it whatever happens.
 */
int desk_open(struct desk *desk, struct failure *failure)
{
	struct lane *lane;
	int error;

	pthread_mutex_init(&desk->lock, NULL);
	pthread_cond_init(&desk->news, NULL);
	for (; desk->started < LANES; desk->started++) {
		lane = &desk->lanes[desk->started];
		lane->desk = desk;
		error = pthread_create(&lane->thread, NULL, work, lane);
		if (error)
			return failure_set(failure, EXIT_RUN, "cannot start a thread: %s",
					   strerror(error));
	}
	return 0;
}

static struct job *new_job(struct words *words, const char *type, bool is_known)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->words = *words;
	job->type = type;
	job->is_known = is_known;
	*words = (struct words){ 0 };
	return job;
}

/* The same question that waits, or a new one at the end; NULL if there is no room. */
static struct job *find_job(struct lane *lane, struct words *words, const char *type,
			    bool is_known)
{
	struct job **link = &lane->first;
	unsigned int strangers = 0;

	for (; *link; link = &(*link)->next) {
		if (!strcmp((*link)->type, type) && (*link)->is_known == is_known &&
		    words_equal(&(*link)->words, words))
			return *link;
		strangers += !(*link)->is_known;
	}
	if (lane->count == JOBS_MAX || (!is_known && strangers >= JOBS_OF_STRANGERS))
		return NULL;
	*link = new_job(words, type, is_known);
	lane->count += *link != NULL;
	return *link;
}

/**
 * desk_ask - have a question asked
 * @desk: the desk
 * @command: that it is for
 * @words: its command line; taken over, if at all
 * @type: of the answer; lasts
 * @errand: gets the reply, and its connection is resumed then
 *
 * Context: thread of MHD, in a handler of the connection.
 *
 * Return: false if too many wait already.
 */
bool desk_ask(struct desk *desk, enum command command, struct words *words, const char *type,
	      struct errand *errand)
{
	struct lane *lane = &desk->lanes[command == COMMAND_DOCTOR];
	struct job *job;

	pthread_mutex_lock(&desk->lock);
	job = desk->ends ? NULL : find_job(lane, words, type, errand->is_known);
	if (job) {
		job->gzip |= errand->gzip;
		errand->next = job->errands;
		job->errands = errand;
		mhd.MHD_suspend_connection(errand->connection);
		pthread_cond_broadcast(&desk->news);
	}
	pthread_mutex_unlock(&desk->lock);
	return job;
}

/**
 * desk_close - answer what waits, and end
 * @desk: the desk
 */
void desk_close(struct desk *desk)
{
	pthread_mutex_lock(&desk->lock);
	desk->ends = true;
	pthread_cond_broadcast(&desk->news);
	pthread_mutex_unlock(&desk->lock);
	while (desk->started)
		pthread_join(desk->lanes[--desk->started].thread, NULL);
}
