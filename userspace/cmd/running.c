// SPDX-License-Identifier: GPL-2.0
/* Which processes a word means, as /proc has them. */
#include "cmd/running.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count/holders.h"
#include "format/number.h"
#include "host/cgroup.h"
#include "host/file.h"

static bool is_meant(const char *word, uint32_t pid)
{
	char name[32], comm[COMM_MAX + 2] = "", cgroup[CGROUP_MAX + 1] = "";

	snprintf(name, sizeof(name), "/proc/%u/comm", pid);
	if (file_read_start(name, comm, sizeof(comm)))
		comm[strcspn(comm, "\n")] = 0;
	if (!cgroup_of_process(pid, cgroup, sizeof(cgroup)))
		*cgroup = 0;
	return holder_is_meant(word, pid, comm, cgroup);
}

static bool add(struct running *running, uint32_t pid)
{
	size_t room = running->room ? 2 * running->room : 64;
	uint32_t *list = running->list;

	if (running->count == running->room) {
		list = realloc(list, room * sizeof(*list));
		if (!list)
			return false;
		running->list = list;
		running->room = room;
	}
	list[running->count++] = pid;
	return true;
}

/**
 * running_find - find the processes that a word means
 * @running: where to put them
 * @word: see holder_is_meant()
 *
 * Return: false without memory; without /proc there are none.
 */
bool running_find(struct running *running, const char *word)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	bool fits = true;
	uint32_t pid;

	while (fits && directory && (entry = readdir(directory)))
		if (number_parse(entry->d_name, UINT32_MAX, &pid) && is_meant(word, pid))
			fits = add(running, pid);
	if (directory)
		closedir(directory);
	return fits;
}

/**
 * running_free - free the list
 * @running: may be used again
 */
void running_free(struct running *running)
{
	free(running->list);
	*running = (struct running){ 0 };
}
