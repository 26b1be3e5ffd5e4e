// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords. To see whether one is right takes a tenth of a second by design: a thread of its own
 * does it, one after the other, and nobody else waits for that.
 */
#include "serve/guard.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/* So many may wait. */
#define WAITING_MAX	64
/* For users that there are not, it takes as long; no password has it. */
#define NOBODYS		"$2y$10$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"

static const char *words_of(struct MHD_Connection *connection)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
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

static bool is_right(const struct guard *guard, const char *user, const char *password)
{
	const char *hash = hash_of(guard, user);
	struct crypt_data data = { 0 };
	const char *made = crypt_r(password, hash ? hash : NOBODYS, &data);

	return made && hash && is_same(made, hash);
}

static enum pass look(struct guard *guard, struct MHD_Connection *connection)
{
	char *password = NULL, *user;
	enum pass pass = PASS_REFUSED;

	user = MHD_basic_auth_get_username_password(connection, &password);
	if (user && password && is_right(guard, user, password))
		pass = PASS_GRANTED;
	MHD_free(user);
	MHD_free(password);
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
		if (errand->pass == PASS_GRANTED) {
			pthread_mutex_lock(&guard->lock);
			remember(guard, words_of(errand->connection));
			pthread_mutex_unlock(&guard->lock);
		}
		MHD_resume_connection(errand->connection);
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

	if (guard->count == WAITING_MAX || guard->ends)
		return PASS_BUSY;
	while (*link)
		link = &(*link)->next;
	errand->next = NULL;
	*link = errand;
	guard->count++;
	MHD_suspend_connection(errand->connection);
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
