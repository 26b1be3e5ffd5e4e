// SPDX-License-Identifier: GPL-2.0
/*
 * Replies. One may be for many who asked the same; its text is freed when the last of them
 * has it. How much is held for those who take their time is bounded.
 */
#include "serve/reply.h"

#include <stdlib.h>
#include <string.h>

#include "serve/accept.h"
#include "serve/late-microhttpd.h"
#include "serve/late-zlib.h"
#include "table/escape.h"

/* What is shorter is not worth it. */
#define COMPRESS_MIN	1024
/* zlib's own name for the format of gzip, beside the size of its window. */
#define WINDOW_GZIP	(15 + 16)
#define MEMORY_LEVEL	8

/* Of which the server's administrator says what they are; NULL where nobody does. */
static const struct web_config *config;

/* Bytes of all replies that are not freed yet. */
static atomic_size_t held;

/* A page that is ours asks nobody else, and nobody else's page shows ours. */
static const char *const headers[][2] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	  "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
};

/* A buffer of a response: its size, and then its text. */
struct held_text {
	size_t size;
	char *text;
};

static void free_text(void *data)
{
	struct held_text *text = data;

	atomic_fetch_sub(&held, text->size);
	free(text->text);
	free(text);
}

/**
 * reply_configure - which headers all replies have
 * @web_config: says so; stays
 */
void reply_configure(const struct web_config *web_config)
{
	config = web_config;
}

/**
 * reply_fits - whether one more reply may be made
 *
 * Return: false while those that are being sent have all the memory there is for them.
 */
bool reply_fits(void)
{
	return atomic_load(&held) < REPLY_HELD_MAX;
}

/* Takes the text over, whatever happens. */
static struct MHD_Response *response_of(char *content, size_t size)
{
	struct held_text *text = malloc(sizeof(*text));
	struct MHD_Response *response;

	if (!text) {
		free(content);
		return NULL;
	}
	*text = (struct held_text){ size, content };
	atomic_fetch_add(&held, size);
	response = mhd.MHD_create_response_from_buffer_with_free_callback_cls(size, content,
									      free_text, text);
	if (!response)
		free_text(text);
	return response;
}

/* Those that somebody chose take the place of ours. */
static bool is_chosen(const char *name)
{
	size_t i;

	for (i = 0; config && i < config->header_count; i++)
		if (!strcmp(config->headers[i].name, name))
			return true;
	return false;
}

static void add_headers(struct MHD_Response *response, const char *type, bool lasts)
{
	size_t i;

	for (i = 0; config && i < config->header_count; i++)
		mhd.MHD_add_response_header(response, config->headers[i].name,
					    config->headers[i].value);

	mhd.MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	mhd.MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				    lasts ? "no-cache" : "no-store");
	mhd.MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (!is_chosen(headers[i][0]))
			mhd.MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

/* Of a response that is there; NULL, and it is gone, without memory. */
static struct reply *make_reply(unsigned int status, struct MHD_Response *response,
				const char *type, bool lasts)
{
	struct reply *reply = response ? calloc(1, sizeof(*reply)) : NULL;

	if (!reply) {
		if (response)
			mhd.MHD_destroy_response(response);
		return NULL;
	}
	add_headers(response, type, lasts);
	reply->status = status;
	reply->plain = response;
	reply->type = type;
	reply->users = 1;
	return reply;
}

/**
 * reply_new - make a reply
 * @status: of HTTP
 * @type: what it is; lasts
 * @text: the reply, taken over whatever happens
 * @size: its length
 *
 * Return: to be put back with reply_put(); NULL without memory.
 */
struct reply *reply_new(unsigned int status, const char *type, char *text, size_t size)
{
	struct reply *reply = make_reply(status, response_of(text, size), type, false);

	if (reply) {
		reply->text = text;
		reply->size = size;
	}
	return reply;
}

/**
 * reply_lasting - make a reply of what is a part of the program
 * @type: what it is; lasts
 * @text: the reply; lasts
 * @size: its length
 *
 * Return: to be put back with reply_put(); NULL without memory.
 */
struct reply *reply_lasting(const char *type, const char *text, size_t size)
{
	struct MHD_Response *response;
	struct reply *reply;

	response = mhd.MHD_create_response_from_buffer(size, (void *)text, MHD_RESPMEM_PERSISTENT);
	reply = make_reply(MHD_HTTP_OK, response, type, true);
	if (reply) {
		reply->text = text;
		reply->size = size;
	}
	return reply;
}

/**
 * reply_stream - a reply that is made while it is sent
 * @response: makes it, taken over whatever happens
 * @type: what it is; lasts
 *
 * Return: to be put back with reply_put(); NULL without memory.
 */
struct reply *reply_stream(struct MHD_Response *response, const char *type)
{
	struct reply *reply = make_reply(MHD_HTTP_OK, response, type, false);

	/* A proxy that gathers more before it goes on would hold events back. */
	if (reply)
		mhd.MHD_add_response_header(response, "X-Accel-Buffering", "no");
	return reply;
}

/**
 * reply_error - say in one line why there is no other reply
 * @status: of HTTP
 * @text: why
 *
 * Return: to be put back with reply_put(); NULL without memory.
 */
struct reply *reply_error(unsigned int status, const char *text)
{
	static const char begin[] = "{\"error\":\"", end[] = "\"}\n";
	const size_t length = strlen(text);
	char *json = malloc(sizeof(begin) + ESCAPE_JSON * length + sizeof(end));
	struct reply *reply;
	char *to;

	if (!json)
		return NULL;
	to = escape_json(stpcpy(json, begin), text, length);
	to = stpcpy(to, end);
	reply = reply_new(status, TYPE_JSON, json, to - json);
	if (reply && status == MHD_HTTP_SERVICE_UNAVAILABLE)
		mhd.MHD_add_response_header(reply->plain, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (reply && status == MHD_HTTP_UNAUTHORIZED)
		mhd.MHD_add_response_header(reply->plain, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					    "Basic realm=\"sockport\", charset=\"UTF-8\"");
	if (reply && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		mhd.MHD_add_response_header(reply->plain, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return reply;
}

/**
 * reply_failure - say what the command would say on stderr
 * @failure: why there is no answer
 *
 * Return: to be put back with reply_put(); NULL without memory.
 */
struct reply *reply_failure(const struct failure *failure)
{
	unsigned int status = MHD_HTTP_SERVICE_UNAVAILABLE;

	if (failure->status == EXIT_USAGE)
		status = MHD_HTTP_BAD_REQUEST;
	else if (failure->unavailable)
		status = MHD_HTTP_FORBIDDEN;
	else if (failure->not_found)
		status = MHD_HTTP_NOT_FOUND;
	return reply_error(status, failure->text);
}

/* NULL without memory, or where it would not be shorter. */
static char *compress_text(const char *text, size_t size, size_t *length)
{
	z_stream stream = { .next_in = (unsigned char *)text, .avail_in = size };
	char *to = malloc(size);

	if (!to)
		return NULL;
	stream.next_out = (unsigned char *)to;
	stream.avail_out = size;
	if (zlib.deflateInit2_(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
			       Z_DEFAULT_STRATEGY, ZLIB_VERSION, sizeof(stream)) == Z_OK) {
		if (zlib.deflate(&stream, Z_FINISH) == Z_STREAM_END) {
			*length = stream.total_out;
			zlib.deflateEnd(&stream);
			return to;
		}
		zlib.deflateEnd(&stream);
	}
	free(to);
	return NULL;
}

/**
 * reply_compress - have it compressed for those who want it so
 * @reply: the reply, not sent to anyone yet
 *
 * Where there is no memory, or no use in it, it is sent as it is.
 */
void reply_compress(struct reply *reply)
{
	size_t size = 0;
	char *text;

	if (reply->gzip || reply->size < COMPRESS_MIN)
		return;
	text = compress_text(reply->text, reply->size, &size);
	if (!text)
		return;
	reply->gzip = response_of(text, size);
	if (!reply->gzip)
		return;
	add_headers(reply->gzip, reply->type, false);
	mhd.MHD_add_response_header(reply->gzip, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

/**
 * reply_send - send it
 * @reply: the reply
 * @connection: where to
 *
 * Return: of MHD.
 */
enum MHD_Result reply_send(struct reply *reply, struct MHD_Connection *connection)
{
	struct MHD_Response *response = reply->plain;

	if (reply->gzip && accept_gzip(connection))
		response = reply->gzip;
	return mhd.MHD_queue_response(connection, reply->status, response);
}

/**
 * reply_get - hold it, too
 * @reply: the reply
 *
 * Return: @reply.
 */
struct reply *reply_get(struct reply *reply)
{
	atomic_fetch_add(&reply->users, 1);
	return reply;
}

/**
 * reply_put - do not hold it any more
 * @reply: the reply, or NULL
 */
void reply_put(struct reply *reply)
{
	if (!reply || atomic_fetch_sub(&reply->users, 1) != 1)
		return;
	mhd.MHD_destroy_response(reply->plain);
	if (reply->gzip)
		mhd.MHD_destroy_response(reply->gzip);
	free(reply);
}
