// SPDX-License-Identifier: GPL-2.0
/*
 * module.c - loading and unloading, and what the kernel thinks of it
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "die.h"
#include "module.h"

#define LOG_ROOM	(1 << 24)
#define LOG_READ_ALL	3

static char log_mark[64];

bool module_loaded(void)
{
	return !access("/sys/module/sockport", F_OK);
}

void module_load_with(const char *parameters)
{
	int fd = open(must_getenv("SOCKPORT_KO"), O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		die("load %s: %s", getenv("SOCKPORT_KO"), strerror(errno));
	close(fd);
}

void module_load(void)
{
	module_load_with("");
}

int module_try_unload(void)
{
	return syscall(SYS_delete_module, "sockport", O_NONBLOCK) ? -errno : 0;
}

void module_unload(void)
{
	struct deadline d = deadline();
	int error;

	while ((error = module_try_unload())) {
		if (error != -EAGAIN && error != -EBUSY)
			die("unload: %s", strerror(-error));
		deadline_wait(&d, "nobody uses the module");
	}
}

int module_users(void)
{
	FILE *file = fopen("/sys/module/sockport/refcnt", "r");
	int users;

	if (!file || fscanf(file, "%d", &users) != 1)
		die("no count of the module's users");
	fclose(file);
	return users;
}

void module_parameter(const char *name, const char *value, char old[32])
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/sockport/parameters/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (old) {
		n = read(fd, old, 31);
		if (n <= 0)
			die("reading %s: %s", path, strerror(errno));
		old[n] = 0;
	}
	if (pwrite(fd, value, strlen(value), 0) < 0)
		die("%s = %s: %s", path, value, strerror(errno));
	close(fd);
}

void kernel_log_begin(void)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	snprintf(log_mark, sizeof(log_mark), "sockport test %d begins at %lld\n", getpid(),
		 now_ms());
	if (fd < 0 || write(fd, log_mark, strlen(log_mark)) < 0)
		die("/dev/kmsg: %s", strerror(errno));
	close(fd);
}

const char *kernel_log_complaint(void)
{
	static const char *const complaints[] = {
		"WARNING", "BUG:", "Oops", "KASAN", "UBSAN", "ODEBUG", "INFO: rcu", "INFO: task",
		"suspicious RCU", "refcount_t", "ref_tracker", "general protection", "Call Trace",
		"unregister_netdevice: waiting", "corruption", "deadlock",
	};
	static char complaint[200];
	char *log = malloc(LOG_ROOM), *since, *found;
	unsigned int i;
	int length;

	length = log ? klogctl(LOG_READ_ALL, log, LOG_ROOM - 1) : -1;
	if (length < 0)
		die("kernel log: %s", strerror(errno));
	log[length] = 0;
	complaint[0] = 0;
	since = strstr(log, log_mark);
	since = since ? since + strlen(log_mark) : log;
	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		found = strstr(since, complaints[i]);
		if (found)
			snprintf(complaint, sizeof(complaint), "%.*s",
				 (int)strcspn(found, "\n"), found);
	}
	free(log);
	return complaint;
}

/* Slabs that are cached for a processor count as full until they are shrunk. */
long slab_objects(const char *name)
{
	char path[128];
	long objects = -1;
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write(fd, "1", 1) < 0)
		note("%s: %s", path, strerror(errno));
	close(fd);
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", name);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%ld", &objects) != 1)
		objects = -1;
	fclose(file);
	return objects;
}
