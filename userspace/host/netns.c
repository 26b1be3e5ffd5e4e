// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces have no names. What goes for one is a file below /run/netns,
 * see ip-netns(8), or else the unit or container of a process that lives there.
 */
#include "host/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/number.h"
#include "host/cgroup.h"
#include "host/names.h"

#define NETNS_INITIAL	"init"

struct netns_name {
	uint32_t inode;
	bool is_shared;
	char text[NETNS_NAME_MAX + 1];
};

/**
 * netns_path - where to find a network namespace
 * @name: a name below /run/netns, the number of a process, or a path, which has a
 *	slash
 * @path: where to put the path
 * @size: of @path
 *
 * Return: false if @name can be none of these.
 */
bool netns_path(const char *name, char *path, size_t size)
{
	const char *format = NETNS_DIRECTORY "/%s";

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	if (strchr(name, '/'))
		format = "%s";
	else if (!name[strspn(name, "0123456789")])
		format = "/proc/%s/ns/net";
	return (size_t)snprintf(path, size, format, name) < size;
}

/* "100" may be a process, and may be a name. */
static bool is_ambiguous(const char *name)
{
	char run[256], process[32];

	if (name[strspn(name, "0123456789")] ||
	    (size_t)snprintf(run, sizeof(run), NETNS_DIRECTORY "/%s", name) >= sizeof(run) ||
	    (size_t)snprintf(process, sizeof(process), "/proc/%s", name) >= sizeof(process))
		return false;
	return !access(run, F_OK) && !access(process, F_OK);
}

static int cannot_open(const char *name, const char *path, int error, struct failure *failure)
{
	if (error == EACCES || error == EPERM)
		return failure_set(failure, EXIT_RUN,
				   "cannot open the network namespace '%s': permission denied, ask again as root",
				   name);
	return failure_set(failure, EXIT_USAGE, "no network namespace '%s': %s: %s", name, path,
			   strerror(error));
}

/**
 * netns_open_named - open a network namespace
 * @name: see netns_path()
 * @netns: where to put the descriptor, to be closed with close()
 * @failure: why it cannot be opened
 *
 * Return: 0 or -1.
 */
int netns_open_named(const char *name, int *netns, struct failure *failure)
{
	char path[256];

	if (!netns_path(name, path, sizeof(path)))
		return failure_set(failure, EXIT_USAGE,
				   "bad network namespace '%.100s': it is a name below /run/netns, a PID or a path",
				   name);
	if (is_ambiguous(name))
		return failure_set(failure, EXIT_USAGE,
				   "'%.100s' is a process, and a name as well: say %s or " NETNS_DIRECTORY "/%.100s",
				   name, path, name);
	*netns = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*netns < 0)
		return cannot_open(name, path, errno, failure);
	if (ioctl(*netns, NS_GET_NSTYPE) == CLONE_NEWNET)
		return 0;
	close(*netns);
	*netns = -1;
	return failure_set(failure, EXIT_USAGE, "'%.100s' is no network namespace", name);
}

static int compare_inodes(const void *left, const void *right)
{
	const struct netns_name *a = left, *b = right;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

static int compare_names(const void *left, const void *right)
{
	const struct netns_name *a = left, *b = right;
	const int inodes = compare_inodes(left, right);

	return inodes ? inodes : strcmp(a->text, b->text);
}

static const struct netns_name *find_inode(const struct netns_names *names, size_t count,
				     uint32_t inode)
{
	const struct netns_name key = { .inode = inode };

	if (!count)
		return NULL;
	return bsearch(&key, names->list, count, sizeof(key), compare_inodes);
}

/* Only the namespace of process 1 is called so, whatever others are called. */
static bool is_reserved(const char *text)
{
	return !strcmp(text, NETNS_INITIAL);
}

static void append_name(struct netns_names *names, uint32_t inode, const char *text)
{
	const size_t room = names->room ? 2 * names->room : 16;
	const size_t length = strlen(text);
	struct netns_name *list;

	if (!length || length > NETNS_NAME_MAX)
		return;
	if (names->count == names->room) {
		list = realloc(names->list, room * sizeof(*list));
		if (!list)
			return;
		names->list = list;
		names->room = room;
	}
	names->list[names->count].inode = inode;
	names->list[names->count].is_shared = false;
	memcpy(names->list[names->count++].text, text, length + 1);
}

/* Of several names of a namespace, keep the first. */
static void put_in_order(struct netns_names *names)
{
	size_t i, kept = 0;

	if (!names->count)
		return;
	qsort(names->list, names->count, sizeof(*names->list), compare_names);
	for (i = 0; i < names->count; i++)
		if (!kept || names->list[kept - 1].inode != names->list[i].inode)
			names->list[kept++] = names->list[i];
	names->count = kept;
}

static void read_run(struct netns_names *names)
{
	DIR *directory = opendir(NETNS_DIRECTORY);
	struct dirent *entry;
	struct stat status;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && !is_reserved(entry->d_name) &&
		    !fstatat(dirfd(directory), entry->d_name, &status, 0))
			append_name(names, status.st_ino, entry->d_name);
	closedir(directory);
	put_in_order(names);
}

/* Nearly every answer has it, so it must not take a look at all processes. */
static void read_initial(struct netns_names *names)
{
	struct stat status;

	if (stat("/proc/1/ns/net", &status) || find_inode(names, names->count, status.st_ino))
		return;
	append_name(names, status.st_ino, NETNS_INITIAL);
	put_in_order(names);
}

static void name_by_process(struct netns_names *names, uint32_t inode, uint32_t pid)
{
	char path[CGROUP_MAX + 1], unit[UNIT_MAX + 1];

	if (cgroup_of_process(pid, path, sizeof(path)) && cgroup_unit(path, unit))
		append_name(names, inode, unit);
}

/* Does another namespace have this name? Those in front are sorted by inode. */
static bool is_shared(const struct netns_names *names, size_t i)
{
	size_t j;

	for (j = 0; j < names->count; j++)
		if (j != i && names->list[j].inode != names->list[i].inode &&
		    !strcmp(names->list[j].text, names->list[i].text))
			return true;
	return false;
}

/*
 * A unit may have several namespaces, and who makes units chooses their names: what is not the
 * name of one namespace alone is none. Names of files stay.
 */
static void drop_shared(struct netns_names *names, size_t first)
{
	size_t i;

	for (i = first; i < names->count; i++)
		if (is_reserved(names->list[i].text) || is_shared(names, i))
			names->list[i].is_shared = true;
	for (i = names->count; i > first; i--)
		if (names->list[i - 1].is_shared)
			names->list[i - 1] = names->list[--names->count];
}

/* Whether a namespace has no name yet; behind @sorted they stand in no order. */
static bool is_new(const struct netns_names *names, size_t sorted, uint32_t inode)
{
	size_t i;

	for (i = names->count; i > sorted; i--)
		if (names->list[i - 1].inode == inode)
			return false;
	return !find_inode(names, sorted, inode);
}

/* Whoever asks may have entered another namespace than that of its unit, to ask there. */
static bool is_self(DIR *proc, uint32_t pid)
{
	char text[16] = "";
	uint32_t self;

	return readlinkat(dirfd(proc), "self", text, sizeof(text) - 1) > 0 &&
	       number_parse(text, INT32_MAX, &self) && self == pid;
}

static void read_processes(struct netns_names *names)
{
	const size_t sorted = names->count;
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	struct stat status;
	char path[32];
	uint32_t pid;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (!number_parse(entry->d_name, INT32_MAX, &pid))
			continue;
		snprintf(path, sizeof(path), "%u/ns/net", pid);
		if (!fstatat(dirfd(directory), path, &status, 0) &&
		    is_new(names, sorted, status.st_ino) && !is_self(directory, pid))
			name_by_process(names, status.st_ino, pid);
	}
	closedir(directory);
	drop_shared(names, sorted);
	put_in_order(names);
}

/**
 * netns_is_own - whether a network namespace is the one that we are in
 * @names: remember it
 * @inode: of the namespace; 0 where the kernel did not say, then it is ours
 *
 * Return: true if it is ours, or that cannot be told.
 */
bool netns_is_own(struct netns_names *names, uint32_t inode)
{
	struct stat status;

	if (!inode)
		return true;
	if (!names->own_read && !stat("/proc/thread-self/ns/net", &status))
		names->own = status.st_ino;
	names->own_read = true;
	return !names->own || names->own == inode;
}

static const struct netns_name *name_of(struct netns_names *names, uint32_t inode)
{
	const struct netns_name *name;

	if (!names->run_read) {
		read_run(names);
		read_initial(names);
	}
	names->run_read = true;
	name = find_inode(names, names->count, inode);
	if (name || names->proc_read)
		return name;
	read_processes(names);
	names->proc_read = true;
	return find_inode(names, names->count, inode);
}

/**
 * netns_name - the name of a network namespace
 * @names: read if that has not been done
 * @inode: of the namespace
 *
 * It is the name below /run/netns; or "init" for that of process 1; or the unit or
 * container of a process that is in it.
 *
 * Return: the name, or NULL if there is none.
 */
const char *netns_name(struct netns_names *names, uint32_t inode)
{
	const struct netns_name *name = name_of(names, inode);

	return name ? name->text : NULL;
}

/**
 * netns_free - forget the names
 * @names: as zeroed afterwards
 */
void netns_free(struct netns_names *names)
{
	free(names->list);
	*names = (struct netns_names){ 0 };
}
