/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FILES_H
#define SOCKPORT_FILES_H

struct net;
struct sockport_owners;
struct sockport_reader;
struct sockport_unlisted;

/**
 * struct sockport_files - a pass over the file tables of all processes
 * @net: namespace whose account it goes to
 * @reader: who may see what
 * @owners: gets every socket found, with its process and descriptor
 * @unlisted: gets those that are in no table, may be NULL
 */
struct sockport_files {
	struct net			*net;
	const struct sockport_reader	*reader;
	struct sockport_owners		*owners;
	struct sockport_unlisted	*unlisted;
};

int sockport_files_walk(const struct sockport_files *files);

#endif /* SOCKPORT_FILES_H */
