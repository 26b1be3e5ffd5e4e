// SPDX-License-Identifier: GPL-2.0
/* All network namespaces that there is a way to: those with a name, and those of processes. */
#include "host/netns-each.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "host/netns.h"

/* Those of a directory; @format makes a path of the name of an entry. */
static void each_of(const char *directory, const char *format, const char *first,
		    netns_function function, void *data)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	struct stat status;
	char path[300];

	while (stream && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.' || entry->d_name[0] < first[0] ||
		    entry->d_name[0] > first[1])
			continue;
		snprintf(path, sizeof(path), format, entry->d_name);
		if (!stat(path, &status))
			function(status.st_ino, path, data);
	}
	if (stream)
		closedir(stream);
}

/**
 * netns_each - find all network namespaces that can be entered
 * @function: called for each, more than once for most
 * @data: for @function
 */
void netns_each(netns_function function, void *data)
{
	each_of(NETNS_DIRECTORY, NETNS_DIRECTORY "/%s", "!\x7f", function, data);
	each_of("/proc", "/proc/%s/ns/net", "09", function, data);
}
