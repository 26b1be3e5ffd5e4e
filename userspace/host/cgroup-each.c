// SPDX-License-Identifier: GPL-2.0
/* The control groups of the unified hierarchy that there are, see cgroups(7). */
#include "host/cgroup-each.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MOUNT_MAX	4095

/* The initial one, of all kernels: PROC_CGROUP_INIT_INO. */
#define CGROUP_NAMESPACE	0xeffffffbu

/*
 * Paths of groups that have not been looked into yet, the last one first: a directory is
 * closed before the next is opened, however deep somebody has nested them.
 */
struct paths {
	char **list;
	size_t count;
	size_t room;
};

/* Of a file of /proc, whether there is a line that is as asked. */
static bool has_line(const char *file, bool (*is)(const char *line, char *to), char *to)
{
	FILE *lines = fopen(file, "re");
	bool found = false;
	char *line = NULL;
	size_t room = 0;

	while (lines && !found && getline(&line, &room, lines) >= 0)
		found = is(line, to);
	free(line);
	if (lines)
		fclose(lines);
	return found;
}

/* A mount of all of them, see proc(5). */
static bool is_whole(const char *line, char *directory)
{
	char root[MOUNT_MAX + 1];
	struct statfs filesystem;

	return strstr(line, " - cgroup2 ") &&
	       sscanf(line, "%*u %*u %*s %4095s %4095s", root, directory) == 2 &&
	       !strcmp(root, "/") && !statfs(directory, &filesystem) &&
	       filesystem.f_type == CGROUP2_SUPER_MAGIC;
}

static bool is_unified(const char *line, char *unused)
{
	(void)unused;
	return !strncmp(line, "0::", 3);
}

/* Takes over @path. */
static bool push(struct paths *paths, char *path)
{
	char **list = paths->list;

	if (paths->count == paths->room) {
		paths->room = paths->room ? 2 * paths->room : 64;
		list = reallocarray(paths->list, paths->room, sizeof(*list));
	}
	if (!path || !list) {
		free(path);
		return false;
	}
	paths->list = list;
	paths->list[paths->count++] = path;
	return true;
}

static char *join(const char *path, const char *name)
{
	char *joined;

	return asprintf(&joined, "%s/%s", path, name) < 0 ? NULL : joined;
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
	       strcmp(entry->d_name, "..");
}

static int out_of_memory(struct failure *failure)
{
	return failure_set(failure, EXIT_RUN, "out of memory");
}

/* What no path can tell is nobody's to see. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENODEV || error == ENAMETOOLONG;
}

/* The groups in one group; a number above 0 when that was the last. */
static int look_into(const char *mount, const char *path, struct paths *paths,
		     cgroup_function see, void *data, struct failure *failure)
{
	char *directory = join(mount, *path ? path + 1 : "."), *below;
	DIR *groups = directory ? opendir(directory) : NULL;
	enum cgroup_step step = CGROUP_SKIP;
	const struct dirent *entry;
	int error = 0;

	if (!directory)
		error = out_of_memory(failure);
	else if (!groups && !is_gone(errno))
		error = failure_set(failure, EXIT_RUN, "cannot read all control groups: %s",
				    strerror(errno));
	free(directory);
	while (groups && !error && step != CGROUP_STOP && (entry = readdir(groups))) {
		if (!is_group(entry))
			continue;
		below = join(path, entry->d_name);
		step = below ? see(below, entry->d_ino, data) : CGROUP_STOP;
		if (!below || (step == CGROUP_ENTER && !push(paths, below)))
			error = out_of_memory(failure);
		else if (step != CGROUP_ENTER)
			free(below);
	}
	if (groups)
		closedir(groups);
	return error ? error : step == CGROUP_STOP;
}

/**
 * cgroup_each - look at the control groups of the unified hierarchy that there are
 * @see: called for each but the first, before those that are in it; says how to go on
 * @data: for @see
 * @failure: that some of those that @see entered could not be read
 *
 * Return: 0 or -1.
 */
int cgroup_each(cgroup_function see, void *data, struct failure *failure)
{
	struct paths paths = { 0 };
	char mount[MOUNT_MAX + 1], *path;
	int error;

	/* Elsewhere sockets are in no group that has a path. */
	if (!has_line("/proc/self/cgroup", is_unified, NULL))
		return 0;
	if (!has_line("/proc/self/mountinfo", is_whole, mount))
		return failure_set(failure, EXIT_RUN,
				   "control groups cannot be seen from here: nothing is mounted that has them all");
	error = push(&paths, strdup("")) ? 0 : out_of_memory(failure);
	while (!error && paths.count) {
		path = paths.list[--paths.count];
		error = look_into(mount, path, &paths, see, data, failure);
		free(path);
	}
	while (paths.count)
		free(paths.list[--paths.count]);
	free(paths.list);
	return error < 0 ? -1 : 0;
}

/**
 * cgroup_sees_all - whether there are no control groups but those that we can see
 *
 * Return: false in a cgroup namespace of one's own.
 */
bool cgroup_sees_all(void)
{
	struct stat status;

	return !stat("/proc/self/ns/cgroup", &status) && status.st_ino == CGROUP_NAMESPACE;
}
