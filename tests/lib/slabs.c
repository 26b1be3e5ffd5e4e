// SPDX-License-Identifier: GPL-2.0
/*
 * slabs.c - objects of the kernel that somebody may have kept
 */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "die.h"
#include "module.h"
#include "slabs.h"

/* How often namespaces that are dead are flushed while others are waited for. */
#define FLUSH_MS	2000

/*
 * A UDP socket that stays keeps its namespace. Its own slab says little: kernels
 * share it with what else has the size.
 */
static const char *const names[SLABS] = {
	"TCP", "TCPv6", "request_sock_TCP", "request_sock_TCPv6", "tw_sock_TCP", "tw_sock_TCPv6",
	"net_namespace",
};

/* A dead namespace is freed only when the next one dies. */
static void flush_namespaces(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWNET));
	waitpid(pid, NULL, 0);
	usleep(50000);
}

/* The least of some readings: others are on their way out still. */
void slabs_count(struct slabs *slabs)
{
	unsigned int i, reading;
	long now;

	for (reading = 0; reading < 10; reading++) {
		flush_namespaces();
		for (i = 0; i < SLABS; i++) {
			now = slab_objects(names[i]);
			if (!reading || now < slabs->objects[i])
				slabs->objects[i] = now;
		}
	}
}

/* Returns how many slabs hold more than before. */
static unsigned int larger(const struct slabs *before, bool say)
{
	unsigned int count = 0, i;
	long now;

	for (i = 0; i < SLABS; i++) {
		now = slab_objects(names[i]);
		if (say && now > before->objects[i])
			note("%s: %ld before, %ld now", names[i], before->objects[i], now);
		count += now > before->objects[i];
	}
	return count;
}

/* Where there is little time, those that flush are on their way out long: rarely. */
void slabs_wait(const struct slabs *before, unsigned int minutes)
{
	struct deadline d = { .ends = now_ms() + minutes * scaled(60, 300) * 1000LL };
	long long flushed = now_ms();

	while (larger(before, false)) {
		if (now_ms() > d.ends)
			larger(before, true);
		deadline_wait(&d, "sockets and namespaces are as many as before");
		if (now_ms() - flushed < FLUSH_MS)
			continue;
		flush_namespaces();
		flushed = now_ms();
	}
}

