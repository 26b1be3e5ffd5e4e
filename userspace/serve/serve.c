// SPDX-License-Identifier: GPL-2.0
/*
 * What the command answers, over HTTP. One thread takes requests and sends answers, others ask
 * the kernel; this one watches over the time.
 */
#include "serve/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "select/expression.h"
#include "serve/asset.h"
#include "serve/late-microhttpd.h"
#include "serve/late-zlib.h"
#include "serve/manager.h"
#include "serve/rights.h"
#include "serve/route.h"
#include "serve/server.h"

/* What a connection takes; a request line or a header that does not fit is refused. */
#define CONNECTION_MEMORY	(16 * 1024)
/* Seconds after which a connection on which nothing happens is closed. */
#define CONNECTION_TIMEOUT	80u
/* Milliseconds between two looks at who takes too long. */
#define WATCH			500

/* Room for what web_config_priorities() says. */
#define PRIORITIES_MAX		128

static int start(struct server *server, size_t i, struct failure *failure)
{
	const unsigned int visits = VISITS_MAX / server->listening.count;
	const struct web_config *config = &server->config;
	char priorities[PRIORITIES_MAX];
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, config->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, config->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (char *)web_config_priorities(config, priorities, sizeof(priorities)) },
		{ MHD_OPTION_END, 0, NULL },
	};

	server->daemons[i] = mhd.MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
		(config->certificate ? MHD_USE_TLS : 0), 0, NULL, NULL, route_request, server,
		MHD_OPTION_ARRAY, config->certificate ? tls : tls + 3,
		MHD_OPTION_LISTEN_SOCKET, server->listening.list[i],
		MHD_OPTION_CONNECTION_LIMIT, visits,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT,
		MHD_OPTION_NOTIFY_CONNECTION, visits_note, &server->visits,
		MHD_OPTION_NOTIFY_COMPLETED, route_completed, server,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_END);
	if (server->daemons[i])
		return 0;
	return failure_set(failure, EXIT_RUN, "cannot serve: %s", strerror(errno));
}

static int start_all(struct server *server, struct failure *failure)
{
	/* Before any of the sockets takes no more. */
	const unsigned int visits = VISITS_MAX / server->listening.count;
	size_t i;

	server->visits.crowd = visits - visits / 8;
	for (i = 0; i < server->listening.count; i++)
		if (start(server, i, failure))
			return -1;
	return 0;
}

/* Nobody waits at the desk or for events when MHD stops: it would wait for them. */
static void stop_all(struct server *server)
{
	size_t i;

	for (i = 0; i < LISTEN_MAX; i++)
		if (server->daemons[i])
			mhd.MHD_quiesce_daemon(server->daemons[i]);
	guard_close(&server->guard);
	streams_end(&server->streams);
	desk_close(&server->desk);
	visits_settle(&server->visits);
	for (i = 0; i < LISTEN_MAX; i++)
		if (server->daemons[i])
			mhd.MHD_stop_daemon(server->daemons[i]);
}

/* No thread gets them but the one that waits for them. */
static int catch_signals(struct failure *failure)
{
	sigset_t set;
	int signals;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		failure_set(failure, EXIT_RUN, "signals cannot be caught: %s", strerror(errno));
	return signals;
}

static void watch(struct server *server, int signals)
{
	struct pollfd file = { .fd = signals, .events = POLLIN };

	while (poll(&file, 1, WATCH) <= 0)
		visits_expire(&server->visits);
}

static int serve(struct server *server, int signals, struct failure *failure)
{
	int error = -1;

	if (!desk_open(&server->desk, failure) && !streams_open(&server->streams, failure) &&
	    !guard_open(&server->guard, &server->config, failure))
		error = start_all(server, failure);
	if (!error) {
		manager_tell("READY=1");
		watch(server, signals);
		manager_tell("STOPPING=1");
	}
	stop_all(server);
	streams_close(&server->streams);
	return error;
}

/* All files are open before privileges are given up. */
static int prepare(struct server *server, const struct options *options, struct failure *failure)
{
	if (late_load(&mhd_library, failure) || late_load(&zlib_library, failure))
		return -1;
	if (options->web_config &&
	    web_config_read(&server->config, options->web_config, failure))
		return -1;
	if (server->config.certificate && !mhd.MHD_is_feature_supported(MHD_FEATURE_TLS))
		return failure_set(failure, EXIT_RUN, "the libmicrohttpd of this host has no TLS");
	reply_configure(&server->config);
	return listen_open(&server->listening, options->listen, failure);
}

static int run(struct server *server, int signals, struct failure *failure)
{
	int error = -1;

	expression_without_names();
	if (rights_drop(failure))
		return -1;
	if (assets_open())
		error = serve(server, signals, failure);
	else
		failure_set(failure, EXIT_RUN, "out of memory");
	assets_close();
	return error;
}

/**
 * serve_run - answer requests until a signal ends it
 * @options: where to listen
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int serve_run(const struct options *options, struct failure *failure)
{
	struct server server = {
		.visits.lock = PTHREAD_MUTEX_INITIALIZER,
		.streams.news = -1,
		.names = { .listen = options->listen, .others = options->host_names },
		.uid = geteuid(),
		.shares = options->share,
	};
	const int signals = catch_signals(failure);
	int error = -1;

	if (signals < 0)
		return -1;
	gethostname(server.names.own, sizeof(server.names.own) - 1);
	if (!prepare(&server, options, failure))
		error = run(&server, signals, failure);
	listen_close(&server.listening);
	web_config_free(&server.config);
	close(signals);
	return error;
}
