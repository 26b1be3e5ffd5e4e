// SPDX-License-Identifier: GPL-2.0
/* A directory, by a way that nobody else can bend. */
#include "record/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

/* As many as the kernel follows. */
#define LINKS_MAX	40

/**
 * struct way - a path that is gone step by step
 * @directory: where it has come to; -1 where it does not go on, and errno is set
 * @path: the path; from links on, where they lead
 * @next: what is left of it, NULL at the end
 * @links: that were followed
 */
struct way {
	int directory;
	char path[PATH_MAX];
	char *next;
	unsigned int links;
};

/* Whether nobody else can put something into a directory. */
static bool is_trusted(int directory)
{
	struct stat status;

	return !fstat(directory, &status) && (!status.st_uid || status.st_uid == geteuid()) &&
	       !(status.st_mode & 0022);
}

static int open_start(const char *path, size_t length)
{
	return open(length && *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void go_to(struct way *way, int directory)
{
	const int error = errno;

	close(way->directory);
	way->directory = directory;
	errno = error;
}

static void stop(struct way *way, int error)
{
	errno = error;
	go_to(way, -1);
}

/* What is left of the path is gone from where a link leads. */
static void follow(struct way *way, int link)
{
	char target[PATH_MAX], path[PATH_MAX];
	const ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

	if (length < 0) {
		stop(way, errno);
		return;
	}
	target[length] = 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", target, way->next ? way->next : "") >=
	    sizeof(path)) {
		stop(way, ENAMETOOLONG);
		return;
	}
	strcpy(way->path, path);
	way->next = way->path;
	if (*target == '/')
		go_to(way, open_start(target, length));
}

/* Links of procfs lead to what no path may lead to, and are the kernel's own. */
static bool is_procfs(int directory)
{
	struct statfs status;

	return !fstatfs(directory, &status) && status.f_type == PROC_SUPER_MAGIC;
}

/* A link is followed only where nobody else could have made it. */
static void meet_link(struct way *way, const char *name, int link)
{
	if (!is_trusted(way->directory))
		stop(way, ELOOP);
	else if (++way->links > LINKS_MAX)
		stop(way, EMLINK);
	else if (is_procfs(way->directory))
		go_to(way, openat(way->directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
	else
		follow(way, link);
}

static void step(struct way *way, const char *name)
{
	const int next = openat(way->directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (next < 0 || fstat(next, &status)) {
		stop(way, errno);
	} else if (S_ISDIR(status.st_mode)) {
		go_to(way, next);
		return;
	} else if (S_ISLNK(status.st_mode)) {
		meet_link(way, name, next);
	} else {
		stop(way, ENOTDIR);
	}
	if (next >= 0)
		close(next);
}

/**
 * directory_open - open the directory that a path begins with
 * @path: the path
 * @length: of the part that is the directory, 0 for the present one
 *
 * Links are followed only in directories where nobody else may write, also on the way where
 * another link leads.
 *
 * Return: descriptor, for openat(2) and the like; or -1, and errno is set, to ELOOP for a link.
 */
int directory_open(const char *path, size_t length)
{
	struct way way;
	char *name;

	if (length >= sizeof(way.path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(way.path, path, length);
	way.path[length] = 0;
	way.next = way.path;
	way.links = 0;
	way.directory = open_start(path, length);
	while (way.directory >= 0 && (name = strsep(&way.next, "/")))
		if (*name)
			step(&way, name);
	return way.directory;
}
