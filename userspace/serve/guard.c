// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords. To see whether one is right takes a tenth of a second by design: a thread of its own
 * does it, one after the other, and nobody else waits for that. Of those who come from one place
 * few may wait, so that who guesses holds up others little.
 */
#include "serve/guard.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "serve/late-microhttpd.h"

/* So many may wait, and so many of one place; browsers ask six times at once. */
#define WAITING_MAX	64
#define WAITING_OF_PLACE	8

static const char *words_of(struct MHD_Connection *connection)
{
	return mhd.MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					       MHD_HTTP_HEADER_AUTHORIZATION);
}

/* It takes as long where the first character differs as where the last one does. */
static bool is_same(const char *a, const char *b)
{
	const size_t length = strlen(a);
	unsigned char differs = 0;
	size_t i;

	if (length != strlen(b))
		return false;
	for (i = 0; i < length; i++)
		differs |= a[i] ^ b[i];
	return !differs;
}

static bool is_remembered(const struct guard *guard, const char *words)
{
	bool any = false;
	size_t i;

	for (i = 0; i < GUARD_REMEMBERED; i++)
		any |= guard->remembered[i] && is_same(guard->remembered[i], words);
	return any;
}

static void remember(struct guard *guard, const char *words)
{
	char **place = &guard->remembered[guard->next++ % GUARD_REMEMBERED];

	free(*place);
	*place = strdup(words);
}

static const char *hash_of(const struct guard *guard, const char *user)
{
	const struct web_config *config = guard->config;
	size_t i;

	for (i = 0; i < config->user_count; i++)
		if (!strcmp(config->users[i].name, user))
			return config->users[i].value;
	return NULL;
}

/* For a name that nobody has, it takes as long as for somebody's, always the same one's. */
static const char *hash_like(const struct guard *guard, const char *name)
{
	unsigned int sum = guard->seed;

	while (*name)
		sum = sum * 31 + (unsigned char)*name++;
	return guard->config->users[sum % guard->config->user_count].value;
}

static bool is_right(const struct guard *guard, const char *user, const char *password)
{
	const char *hash = hash_of(guard, user);
	struct crypt_data data = { 0 };
	const char *made = crypt_r(password, hash ? hash : hash_like(guard, user), &data);

	return made && hash && is_same(made, hash);
}

/* They were right meanwhile, for another request. */
static bool is_known(struct guard *guard, const char *words)
{
	bool known;

	pthread_mutex_lock(&guard->lock);
	known = is_remembered(guard, words);
	pthread_mutex_unlock(&guard->lock);
	return known;
}

static enum pass look(struct guard *guard, struct MHD_Connection *connection)
{
	char *password = NULL, *user;
	enum pass pass = PASS_REFUSED;

	if (is_known(guard, words_of(connection)))
		return PASS_GRANTED;
	user = mhd.MHD_basic_auth_get_username_password(connection, &password);
	if (user && password && is_right(guard, user, password)) {
		pass = PASS_GRANTED;
		pthread_mutex_lock(&guard->lock);
		remember(guard, words_of(connection));
		pthread_mutex_unlock(&guard->lock);
	}
	mhd.MHD_free(user);
	mhd.MHD_free(password);
	return pass;
}

static struct errand *wait_for_errand(struct guard *guard)
{
	struct errand *errand;

	pthread_mutex_lock(&guard->lock);
	while (!guard->first && !guard->ends)
		pthread_cond_wait(&guard->news, &guard->lock);
	errand = guard->first;
	if (errand) {
		guard->first = errand->next;
		guard->count--;
	}
	pthread_mutex_unlock(&guard->lock);
	return errand;
}

static void *work(void *data)
{
	struct guard *guard = data;
	struct errand *errand;

	while ((errand = wait_for_errand(guard))) {
		errand->pass = look(guard, errand->connection);
		mhd.MHD_resume_connection(errand->connection);
	}
	return NULL;
}

/**
 * guard_open - begin to look
 * @guard: zeroed before
 * @config: who may come in, stays
 * @failure: what went wrong
 *
 * Return: 0 or -1; guard_close() it whatever happens.
 */
int guard_open(struct guard *guard, const struct web_config *config, struct failure *failure)
{
	int error;

	guard->config = config;
	pthread_mutex_init(&guard->lock, NULL);
	pthread_cond_init(&guard->news, NULL);
	if (!config->user_count)
		return 0;
	if (getrandom(&guard->seed, sizeof(guard->seed), 0) != sizeof(guard->seed))
		return failure_set(failure, EXIT_RUN, "there are no random numbers");
	error = pthread_create(&guard->thread, NULL, work, guard);
	if (error)
		return failure_set(failure, EXIT_RUN, "cannot start a thread: %s", strerror(error));
	guard->started = true;
	return 0;
}

/* At the end, who comes last is looked at last. */
static enum pass wait_in_line(struct guard *guard, struct errand *errand)
{
	struct errand **link = &guard->first;
	unsigned int others = 0;

	for (; *link; link = &(*link)->next)
		others += !memcmp((*link)->place, errand->place, sizeof(errand->place));
	if (guard->count == WAITING_MAX || others == WAITING_OF_PLACE || guard->ends)
		return PASS_BUSY;
	errand->next = NULL;
	*link = errand;
	guard->count++;
	mhd.MHD_suspend_connection(errand->connection);
	pthread_cond_signal(&guard->news);
	return PASS_UNKNOWN;
}

/**
 * guard_ask - whether somebody may come in
 * @guard: the guard
 * @errand: the request; its connection is resumed when it is known
 *
 * Context: thread of MHD, in a handler of the connection.
 *
 * Return: PASS_UNKNOWN if it is not known yet.
 */
enum pass guard_ask(struct guard *guard, struct errand *errand)
{
	const char *words = words_of(errand->connection);
	enum pass pass;

	if (!guard->config->user_count)
		return PASS_OPEN;
	if (errand->pass != PASS_UNKNOWN)
		return errand->pass;
	if (!words)
		return PASS_REFUSED;
	pthread_mutex_lock(&guard->lock);
	pass = is_remembered(guard, words) ? PASS_GRANTED : wait_in_line(guard, errand);
	pthread_mutex_unlock(&guard->lock);
	return pass;
}

/**
 * guard_close - look at who waits, and end
 * @guard: the guard
 */
void guard_close(struct guard *guard)
{
	size_t i;

	if (!guard->started)
		return;
	pthread_mutex_lock(&guard->lock);
	guard->ends = true;
	pthread_cond_broadcast(&guard->news);
	pthread_mutex_unlock(&guard->lock);
	pthread_join(guard->thread, NULL);
	guard->started = false;
	for (i = 0; i < GUARD_REMEMBERED; i++)
		free(guard->remembered[i]);
}
