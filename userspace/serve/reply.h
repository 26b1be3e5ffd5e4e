/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REPLY_H
#define REPLY_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "failure.h"
#include "serve/web-config.h"

#define TYPE_JSON	"application/json"
#define TYPE_OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TYPE_PROMETHEUS	"text/plain; version=0.0.4; charset=utf-8"

/* A reply may be so long. */
#define REPLY_MAX	(64u * 1024 * 1024)
/* All that are being sent together. */
#define REPLY_HELD_MAX	(192u * 1024 * 1024)

/**
 * struct reply - what is answered to one request or several
 * @status: of HTTP
 * @plain: as it is
 * @gzip: compressed, NULL where it is not
 * @text: the reply, until it is freed with @plain; NULL where there is none
 * @size: its length
 * @type: what it is, as HTTP has it
 * @users: who holds it
 */
struct reply {
	unsigned int status;
	struct MHD_Response *plain;
	struct MHD_Response *gzip;
	const char *text;
	size_t size;
	const char *type;
	atomic_uint users;
};

void reply_configure(const struct web_config *web_config);
bool reply_fits(void);
struct reply *reply_new(unsigned int status, const char *type, char *text, size_t size);
struct reply *reply_lasting(const char *type, const char *text, size_t size);
struct reply *reply_stream(struct MHD_Response *response, const char *type);
struct reply *reply_failure(const struct failure *failure);
struct reply *reply_error(unsigned int status, const char *text);
void reply_compress(struct reply *reply);
enum MHD_Result reply_send(struct reply *reply, struct MHD_Connection *connection);
struct reply *reply_get(struct reply *reply);
void reply_put(struct reply *reply);

#endif
