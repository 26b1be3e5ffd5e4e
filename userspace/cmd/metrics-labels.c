// SPDX-License-Identifier: GPL-2.0
#include "cmd/metrics-labels.h"

#include <inttypes.h>
#include <string.h>

#include "format/words.h"
#include "table/escape.h"

/* A name as listings have it, in quotes: no byte that a reader of the text stumbles over. */
static void put_name(FILE *stream, const char *name)
{
	char text[ESCAPE_TEXT * UNIT_MAX + 1], *from;
	int extra = 0;

	*escape_text(text, name, strlen(name), true, &extra) = 0;
	for (from = text; *from; from++) {
		if (*from == '"' || *from == '\\')
			fputc('\\', stream);
		fputc(*from, stream);
	}
}

/* No two namespaces have the same name. */
static void put_netns(FILE *stream, struct names *names, uint32_t netns)
{
	const char *name = names_netns(names, netns);

	fputs("netns=\"", stream);
	if (name)
		put_name(stream, name);
	else
		fprintf(stream, "net:[%" PRIu32 "]", netns);
	fputc('"', stream);
}

/**
 * metrics_put_netns - write the label of a network namespace and a comma
 * @stream: where to
 * @metrics: says whether namespaces are told; if not, nothing is written
 * @netns: its inode
 */
void metrics_put_netns(FILE *stream, const struct metrics *metrics, uint32_t netns)
{
	if (!metrics->names)
		return;
	put_netns(stream, metrics->names, netns);
	fputc(',', stream);
}

/**
 * metrics_put_only_netns - write the labels of what belongs to a network namespace
 * @stream: where to
 * @metrics: says whether namespaces are told; if not, nothing is written
 * @netns: its inode
 */
void metrics_put_only_netns(FILE *stream, const struct metrics *metrics, uint32_t netns)
{
	if (!metrics->names)
		return;
	fputc('{', stream);
	put_netns(stream, metrics->names, netns);
	fputc('}', stream);
}

/* A name that is none has no quotes of its own: units end with what they are. */
static void put_unit(FILE *stream, const struct metrics_port *port)
{
	fputs("unit=\"", stream);
	if (port->is_rest)
		fputs("rest", stream);
	else if (*port->unit)
		put_name(stream, port->unit);
	else
		fputs("none", stream);
	fputc('"', stream);
}

/**
 * metrics_put_labels - write what a series is about, without the braces
 * @stream: where to
 * @metrics: says whether namespaces are told
 * @port: the port, or the sum over many
 * @is_port: it is a port
 */
void metrics_put_labels(FILE *stream, const struct metrics *metrics,
			const struct metrics_port *port, bool is_port)
{
	const char *protocol = word_protocol(port->protocol), *role = word_role(port->role);

	metrics_put_netns(stream, metrics, port->netns);
	if (port->unit) {
		put_unit(stream, port);
		return;
	}
	fprintf(stream, "protocol=\"%s\",role=\"%s\"", protocol ? protocol : "unknown",
		role ? role : "unknown");
	if (is_port && port->is_rest)
		fputs(",port=\"rest\"", stream);
	else if (is_port)
		fprintf(stream, ",port=\"%" PRIu32 "\"", port->port);
}
