// SPDX-License-Identifier: GPL-2.0
/*
 * faults.c - memory that there is none of, by the kernel's own fault injection
 *
 * See Documentation/fault-injection in the kernel's sources.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "die.h"
#include "faults.h"
#include "listing.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define MAKE_IT_FAIL	"/proc/thread-self/make-it-fail"

/* Pages that are allocated by more than one at a time fail where the kernel can do that. */
static const char *const attributes[] = { "failslab", "fail_page_alloc" };

/* What an attribute is set to; the kernel's log is not filled. */
static const struct setting {
	const char	*name;
	const char	*value;
} settings[] = {
	{ "probability", "0" },
	{ "task-filter", "Y" },
	{ "interval", "1" },
	{ "times", "-1" },
	{ "space", "0" },
	{ "verbose", "0" },
	{ "ignore-gfp-wait", "N" },
	{ "min-order", "1" },
	{ "ignore-gfp-highmem", "N" },
};

#define SETTINGS (sizeof(settings) / sizeof(*settings))

/* Of the thread that began, and who of all threads; what is to fail opens nothing. */
static int nth_fd = -1, task_fd = -1, filter_fd = -1;
static unsigned int first_of_all, counted;

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		die("fault injection: %s", strerror(errno));
}

static void set(const char *attribute, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", attribute, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	put(fd, value);
	close(fd);
}

static void set_all(const char *name, const char *value)
{
	unsigned int i;

	for (i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		set(attributes[i], name, value);
}

bool faults_work(void)
{
	return !access(DEBUGFS "failslab/probability", W_OK) && !access(FAIL_NTH, W_OK);
}

static int open_for_good(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

void faults_begin(void)
{
	unsigned int i;

	/* Where a page of this process could not be had it would try for ever. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall: %s", strerror(errno));
	close(nth_fd);
	close(task_fd);
	close(filter_fd);
	nth_fd = open_for_good(FAIL_NTH);
	task_fd = open_for_good(MAKE_IT_FAIL);
	filter_fd = open_for_good(DEBUGFS "failslab/task-filter");
	put(filter_fd, "Y");
	for (i = 0; i < SETTINGS; i++)
		set_all(settings[i].name, settings[i].value);
	set_all("probability", "100");
}

void faults_set(enum faults kind, unsigned int first)
{
	char number[16];

	first_of_all = first;
	snprintf(number, sizeof(number), "%u", first);
	put(nth_fd, number);
	/* Those after it are looked at when it has failed. */
	if (kind == FAULTS_REST)
		put(task_fd, "1");
}

static unsigned int left(void)
{
	char number[16] = "";

	if (pread(nth_fd, number, sizeof(number) - 1, 0) <= 0)
		die(FAIL_NTH ": %s", strerror(errno));
	return strtoul(number, NULL, 10);
}

bool faults_clear(void)
{
	int error = errno;

	counted = first_of_all - left();
	put(task_fd, "0");
	put(nth_fd, "0");
	errno = error;
	return counted == first_of_all;
}

unsigned int faults_count(void)
{
	return counted;
}

bool faults_hold_nothing(void)
{
	return !proc_stat("walk_memory") && !proc_stat("open_walks");
}

/* What may wait must not fail while all threads are meant. */
void faults_everywhere(unsigned int each)
{
	char number[16];

	put(filter_fd, "Y");
	snprintf(number, sizeof(number), "%u", each ? each : 1);
	set("failslab", "interval", number);
	set("failslab", "ignore-gfp-wait", each ? "Y" : "N");
	if (each)
		put(filter_fd, "N");
}
