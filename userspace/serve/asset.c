// SPDX-License-Identifier: GPL-2.0
/* Files that are parts of the program: the page, and what describes the interface. */
#include "serve/asset.h"

#include <stdlib.h>
#include <string.h>

#define TYPE_HTML	"text/html; charset=utf-8"
#define TYPE_CSS	"text/css; charset=utf-8"
#define TYPE_SCRIPT	"text/javascript; charset=utf-8"
#define TYPE_SVG	"image/svg+xml"

/* A struct asset_file; the assembler looks for files where the compiler looks for headers. */
#define FILE_OF_PROGRAM(path, type, file)			\
	asm(".pushsection " ASSET_SECTION ", \"aw\"\n"		\
	    ".balign 8\n"					\
	    ".dc.a 1f, 2f, 3f, 4f\n"				\
	    ".popsection\n"					\
	    ".pushsection .rodata\n"				\
	    "1: .asciz \"" path "\"\n"				\
	    "2: .asciz \"" type "\"\n"				\
	    "3: .incbin \"" file "\"\n"				\
	    "4: .byte 0\n"					\
	    ".popsection\n")

#define SCHEMA_OF(command)					\
	FILE_OF_PROGRAM("/api/v1/schema/sockport-" command ".schema.json", TYPE_JSON,	\
			"schema/sockport-" command ".schema.json")

FILE_OF_PROGRAM("/api/v1/openapi.json", TYPE_JSON, "serve/openapi.json");
FILE_OF_PROGRAM("/", TYPE_HTML, "serve/page/index.html");
FILE_OF_PROGRAM("/style.css", TYPE_CSS, "serve/page/style.css");
FILE_OF_PROGRAM("/icon.svg", TYPE_SVG, "serve/page/icon.svg");
FILE_OF_PROGRAM("/page.js", TYPE_SCRIPT, "serve/page/page.js");
FILE_OF_PROGRAM("/views.js", TYPE_SCRIPT, "serve/page/views.js");
FILE_OF_PROGRAM("/table.js", TYPE_SCRIPT, "serve/page/table.js");
FILE_OF_PROGRAM("/chart.js", TYPE_SCRIPT, "serve/page/chart.js");
FILE_OF_PROGRAM("/value.js", TYPE_SCRIPT, "serve/page/value.js");
FILE_OF_PROGRAM("/ask.js", TYPE_SCRIPT, "serve/page/ask.js");
SCHEMA_OF("closed");
SCHEMA_OF("closed-doors");
SCHEMA_OF("doctor");
SCHEMA_OF("events");
SCHEMA_OF("ports");
SCHEMA_OF("programs");
SCHEMA_OF("show");
SCHEMA_OF("sockets");
SCHEMA_OF("stats");
SCHEMA_OF("summary");
SCHEMA_OF("who");

/* Replies with them, in their order. */
static struct reply **replies;

static size_t count(void)
{
	return __stop_sockport_files - __start_sockport_files;
}

/**
 * assets_open - have them ready
 *
 * Context: before there are threads.
 *
 * Return: false without memory.
 */
bool assets_open(void)
{
	const struct asset_file *file = __start_sockport_files;
	size_t i;

	replies = calloc(count(), sizeof(*replies));
	if (!replies)
		return false;
	for (i = 0; i < count(); i++) {
		replies[i] = reply_lasting(file[i].type, file[i].begin,
					   file[i].end - file[i].begin);
		if (!replies[i])
			return false;
		reply_compress(replies[i]);
	}
	return true;
}

/**
 * asset_reply - a file
 * @path: by which it is asked for
 *
 * Return: to be put back with reply_put(); NULL if there is none.
 */
struct reply *asset_reply(const char *path)
{
	size_t i;

	for (i = 0; i < count(); i++)
		if (!strcmp(__start_sockport_files[i].path, path))
			return reply_get(replies[i]);
	return NULL;
}

/**
 * assets_close - forget them
 */
void assets_close(void)
{
	size_t i;

	for (i = 0; replies && i < count(); i++)
		reply_put(replies[i]);
	free(replies);
	replies = NULL;
}
