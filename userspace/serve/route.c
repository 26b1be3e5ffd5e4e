// SPDX-License-Identifier: GPL-2.0
/* Which request is for whom. */
#include "serve/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "serve/accept.h"
#include "serve/asset.h"
#include "serve/late-microhttpd.h"
#include "serve/query.h"
#include "serve/server.h"

#define API		"/api/v1/"

static struct reply *no_such(const char *url)
{
	char text[160];

	snprintf(text, sizeof(text), "there is no '%.100s' here: see " API "openapi.json", url);
	return reply_error(MHD_HTTP_NOT_FOUND, text);
}

/* Of an answer that the kernel gives: NULL while it is on its way. */
static struct reply *ask(struct server *server, enum command command, const char *argument,
			 const char *type, struct errand *errand)
{
	struct failure failure = { 0 };
	struct words words = { 0 };
	struct reply *reply = NULL;

	if (query_words(&words, command, argument, errand->connection, &failure))
		reply = reply_failure(&failure);
	else if (command == COMMAND_EVENTS)
		reply = streams_follow(&server->streams, &words, errand);
	else if (!desk_ask(&server->desk, command, &words, type, errand))
		reply = reply_error(MHD_HTTP_SERVICE_UNAVAILABLE,
				    "too many questions wait already: try again");
	words_free(&words);
	return reply;
}

static struct reply *metrics(struct server *server, struct errand *errand)
{
	const char *type = accept_openmetrics(errand->connection) ? TYPE_OPENMETRICS :
								    TYPE_PROMETHEUS;

	return ask(server, COMMAND_METRICS, NULL, type, errand);
}

static struct reply *events(struct server *server, struct errand *errand)
{
	if (errand->is_known)
		return ask(server, COMMAND_EVENTS, NULL, NULL, errand);
	return reply_error(MHD_HTTP_FORBIDDEN,
			   "permission denied: events are for those whom the server knows");
}

/* "COMMAND" or "COMMAND/ARGUMENT". */
static struct reply *api(struct server *server, const char *url, struct errand *errand)
{
	const char *word = url + strlen(API);
	const size_t length = strcspn(word, "/");
	const char *argument = word[length] ? word + length + 1 : NULL;
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strlen(commands[i].name) == length && commands[i].is_served &&
		    !strncmp(commands[i].name, word, length))
			return ask(server, i, argument, TYPE_JSON, errand);
	return no_such(url);
}

/*
 * A page of somebody else's cannot read the answer in a browser, but it could have the kernel
 * asked again and again with the rights of who looks at it.
 */
static bool is_cross_site(const struct errand *errand)
{
	const char *site = mhd.MHD_lookup_connection_value(errand->connection, MHD_HEADER_KIND,
							   "Sec-Fetch-Site");

	return site && !strcmp(site, "cross-site");
}

static struct reply *route(struct server *server, const char *url, struct errand *errand)
{
	struct reply *reply = asset_reply(url);

	if (reply)
		return reply;
	if (is_cross_site(errand))
		return reply_error(MHD_HTTP_FORBIDDEN, "a page of another site asks");
	if (!strcmp(url, "/metrics"))
		return metrics(server, errand);
	if (!strcmp(url, "/events"))
		return events(server, errand);
	if (!strncmp(url, API, strlen(API)))
		return api(server, url, errand);
	return no_such(url);
}

/*
 * Who is root here, or who started it, sees what it sees; and whom a password or a UNIX socket
 * lets in.
 */
static bool is_known(const struct server *server, const struct errand *errand,
		     const struct visit *visit)
{
	if (server->shares || errand->pass == PASS_GRANTED)
		return true;
	if (!visit)
		return false;
	return visit->is_unix || (visit->has_uid && (!visit->uid || visit->uid == server->uid));
}

/* Where browsers see neither a password nor a certificate, a name may lead them astray. */
static bool is_astray(const struct server *server, const struct errand *errand,
		      const struct visit *visit, const char *host)
{
	return errand->pass == PASS_OPEN && !server->config.certificate &&
	       !(visit && visit->is_unix) && !accept_host(&server->names, host);
}

static struct reply *check(const struct server *server, const struct errand *errand,
			   const struct visit *visit)
{
	const char *host = mhd.MHD_lookup_connection_value(errand->connection, MHD_HEADER_KIND,
							   MHD_HTTP_HEADER_HOST);

	if (errand->has_body)
		return reply_error(MHD_HTTP_BAD_REQUEST, "a request has no body");
	if (errand->pass == PASS_REFUSED)
		return reply_error(MHD_HTTP_UNAUTHORIZED, "a name and a password are needed");
	if (errand->pass == PASS_BUSY)
		return reply_error(MHD_HTTP_SERVICE_UNAVAILABLE,
				   "too many wait for their passwords to be looked at: try again");
	if (is_astray(server, errand, visit, host))
		return reply_error(MHD_HTTP_MISDIRECTED_REQUEST,
				   "it is not asked by that name: ask by an address, or name it with --host-names; a proxy asks by a UNIX socket");
	return NULL;
}

static enum MHD_Result send_reply(struct server *server, struct errand *errand)
{
	struct visit *visit = visit_of(errand->connection);
	enum MHD_Result result;

	if (!errand->reply)
		return MHD_NO;
	visit_becomes(&server->visits, visit, errand->reply->text ? VISIT_TAKES : VISIT_FOLLOWS);
	result = reply_send(errand->reply, errand->connection);
	reply_put(errand->reply);
	errand->reply = NULL;
	return result;
}

static enum MHD_Result begin(struct MHD_Connection *connection, const char *method,
			     void **context)
{
	struct errand *errand = calloc(1, sizeof(*errand));

	*context = errand;
	if (!errand)
		return MHD_NO;
	errand->connection = connection;
	errand->gzip = accept_gzip(connection);
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		errand->reply = reply_error(MHD_HTTP_METHOD_NOT_ALLOWED,
					    "all there is to do here is to GET");
	return MHD_YES;
}

/* The request is there as a whole. */
static enum MHD_Result take(struct server *server, struct errand *errand, const char *url)
{
	struct visit *visit = visit_of(errand->connection);
	struct reply *reply;
	enum pass pass;

	visit_becomes(&server->visits, visit, VISIT_ASKS);
	if (visit)
		memcpy(errand->place, visit->place, sizeof(errand->place));
	pass = guard_ask(&server->guard, errand);
	/* It is the guard's until it is resumed. */
	if (pass == PASS_UNKNOWN)
		return MHD_YES;
	errand->pass = pass;
	errand->is_known = is_known(server, errand, visit);
	errand->is_asked = true;
	reply = check(server, errand, visit);
	if (!reply)
		reply = route(server, url, errand);
	/* It is on its way, and no more ours until it comes. */
	if (!reply)
		return MHD_YES;
	errand->reply = reply;
	return send_reply(server, errand);
}

/**
 * route_request - take a request
 * @data: struct server
 * @connection: where it came
 * @url: its path, without what is escaped
 * @method: of HTTP
 * @version: of HTTP
 * @upload: what came with it
 * @upload_size: how much of it; set to 0 when it is taken
 * @context: struct errand, NULL at first
 *
 * Context: thread of MHD. Called when the head is there, for what comes with it, then for an
 * answer, and again when there is one.
 *
 * Return: MHD_NO to cut the connection.
 */
enum MHD_Result route_request(void *data, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **context)
{
	struct errand *errand = *context;

	(void)version;
	(void)upload;
	if (!errand)
		return begin(connection, method, context);
	if (*upload_size) {
		errand->has_body = true;
		*upload_size = 0;
		return MHD_YES;
	}
	return errand->reply || errand->is_asked ? send_reply(data, errand) : take(data, errand, url);
}

/**
 * route_completed - a request has been answered, or will not be
 * @data: struct server
 * @connection: where it came
 * @context: struct errand
 * @why: it is over
 */
void route_completed(void *data, struct MHD_Connection *connection, void **context,
		     enum MHD_RequestTerminationCode why)
{
	struct server *server = data;
	struct errand *errand = *context;

	(void)why;
	visit_becomes(&server->visits, visit_of(connection), VISIT_IDLE);
	if (errand)
		reply_put(errand->reply);
	free(errand);
	*context = NULL;
}
