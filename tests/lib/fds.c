// SPDX-License-Identifier: GPL-2.0
/*
 * fds.c - /proc/PID/fd and /proc/PID/task/TID/fd, the oracle for owners
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "die.h"
#include "fds.h"

static void add(struct fd_holders *holders, uint64_t inode, uint32_t pid, uint32_t fd,
		const char *comm)
{
	struct fd_holder *each;

	if (holders->count == holders->room) {
		holders->room = holders->room * 2 ?: 1024;
		holders->at = realloc(holders->at, holders->room * sizeof(*holders->at));
		if (!holders->at)
			die("out of memory for %zu descriptors", holders->room);
	}
	each = &holders->at[holders->count++];
	each->inode = inode;
	each->pid = pid;
	each->fd = fd;
	snprintf(each->comm, sizeof(each->comm), "%s", comm);
}

/* A process that exits meanwhile, or is another's, has nothing to show. */
static void add_table(struct fd_holders *holders, const char *path, uint32_t pid, const char *comm)
{
	unsigned long long inode;
	struct dirent *entry;
	char target[64];
	DIR *dir = opendir(path);
	ssize_t length;

	while (dir && (entry = readdir(dir))) {
		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = 0;
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			add(holders, inode, pid, atoi(entry->d_name), comm);
	}
	if (dir)
		closedir(dir);
}

static void add_process(struct fd_holders *holders, const char *proc, const char *pid)
{
	char path[300], comm[32] = "";
	struct dirent *entry;
	FILE *file;
	DIR *tasks;

	snprintf(path, sizeof(path), "%s/%s/comm", proc, pid);
	file = fopen(path, "r");
	if (!file)
		return;
	if (fgets(comm, sizeof(comm), file))
		comm[strcspn(comm, "\n")] = 0;
	fclose(file);
	snprintf(path, sizeof(path), "%s/%s/task", proc, pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (!isdigit(entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/%.20s/task/%.20s/fd", proc, pid, entry->d_name);
		add_table(holders, path, atoi(pid), comm);
	}
	if (tasks)
		closedir(tasks);
}

static int compare(const void *a, const void *b)
{
	const struct fd_holder *one = a, *other = b;

	if (one->inode != other->inode)
		return one->inode < other->inode ? -1 : 1;
	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	return (one->fd > other->fd) - (one->fd < other->fd);
}

struct fd_holders fd_holders(const char *proc)
{
	struct fd_holders holders = { 0 };
	struct dirent *entry;
	DIR *dir = opendir(proc);
	size_t i, count = 0;

	if (!dir)
		die("no %s", proc);
	while ((entry = readdir(dir)))
		if (isdigit(entry->d_name[0]))
			add_process(&holders, proc, entry->d_name);
	closedir(dir);
	qsort(holders.at, holders.count, sizeof(*holders.at), compare);
	for (i = 0; i < holders.count; i++)
		if (!count || holders.at[i].inode != holders.at[count - 1].inode ||
		    holders.at[i].pid != holders.at[count - 1].pid)
			holders.at[count++] = holders.at[i];
	holders.count = count;
	return holders;
}

void fd_holders_free(struct fd_holders *holders)
{
	free(holders->at);
	memset(holders, 0, sizeof(*holders));
}

/* First holder of an inode; *count says how many follow. */
static const struct fd_holder *find(const struct fd_holders *holders, uint64_t inode,
				    size_t *count)
{
	size_t low = 0, high = holders->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (holders->at[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < holders->count; ++*count)
		if (holders->at[low + *count].inode != inode)
			break;
	return &holders->at[low];
}

static const struct row_process *told(const struct row *row, uint32_t pid)
{
	const struct row_detail *detail = row->detail;
	unsigned int i;

	for (i = 0; i < detail->told_processes; i++)
		if (detail->process[i].pid == pid)
			return &detail->process[i];
	return NULL;
}

static bool row_holders_right(const struct row *row, const struct fd_holders *holders)
{
	const struct fd_holder *holder;
	const struct row_process *process;
	size_t count = 0, right = 0, i;

	if (!(row->known & ROW_INODE))
		return !row->processes && !row->detail->told_processes;
	holder = find(holders, row->inode, &count);
	for (i = 0; i < count; i++) {
		process = told(row, holder[i].pid);
		right += process && process->fd == holder[i].fd &&
			 !strncmp(process->comm, holder[i].comm, sizeof(process->comm));
	}
	return row->processes == count && right == row->detail->told_processes &&
	       row->detail->told_processes == (count < ROW_PROCESSES ? count : ROW_PROCESSES);
}

unsigned int rows_compare_holders(const struct rows *rows, const struct fd_holders *holders)
{
	unsigned int wrong = 0, i;
	char text[ROW_TEXT];
	size_t count;

	for_each_row(row, rows) {
		if (row->extra & (EXTRA_BY_PORT | EXTRA_REMEMBERED) || row_holders_right(row, holders))
			continue;
		if (wrong++ > 10)
			continue;
		find(holders, row->inode, &count);
		note("%s inode %llu: %u processes, not %zu", row_tuple(row, text),
		     (unsigned long long)row->inode, row->processes, count);
		for (i = 0; i < row->detail->told_processes; i++)
			note("  %s[%u] fd %u", row->detail->process[i].comm, row->detail->process[i].pid,
			     row->detail->process[i].fd);
	}
	return wrong;
}
