/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GUARD_H
#define GUARD_H

#include <pthread.h>
#include <stdbool.h>

#include "serve/desk.h"
#include "serve/web-config.h"

/* So many words that were right are remembered, as it takes long to see that they are. */
#define GUARD_REMEMBERED	16

/**
 * struct guard - who sees to it that only those come in who may; zeroed before use
 * @config: who may
 * @seed: any number, that nobody knows
 * @lock: of all that follows
 * @news: somebody waits, or nobody comes any more
 * @first: who waits
 * @count: how many do
 * @ends: nobody comes any more
 * @remembered: what was right, as HTTP has it
 * @next: where the next one of these goes
 * @thread: looks
 * @started: it is there
 */
struct guard {
	const struct web_config *config;
	unsigned int seed;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct errand *first;
	unsigned int count;
	bool ends;
	char *remembered[GUARD_REMEMBERED];
	unsigned int next;
	pthread_t thread;
	bool started;
};

int guard_open(struct guard *guard, const struct web_config *config, struct failure *failure);
enum pass guard_ask(struct guard *guard, struct errand *errand);
void guard_close(struct guard *guard);

#endif
