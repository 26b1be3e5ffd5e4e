/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ASSET_H
#define ASSET_H

#include <stdbool.h>

#include "serve/reply.h"

/* What the linker gathers; a name of C, so that it says where it begins and ends. */
#define ASSET_SECTION	"sockport_files"

/**
 * struct asset_file - a file that is a part of the program
 * @path: by which it is asked for
 * @type: as HTTP has it
 * @begin: of the file
 * @end: of it
 */
struct asset_file {
	const char *path;
	const char *type;
	const char *begin;
	const char *end;
};

extern const struct asset_file __start_sockport_files[], __stop_sockport_files[];

bool assets_open(void);
struct reply *asset_reply(const char *path);
void assets_close(void);

#endif
