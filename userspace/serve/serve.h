/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_H
#define SERVE_H

#include "cmd/options.h"
#include "failure.h"

#ifndef WITHOUT_SERVE
int serve_run(const struct options *options, struct failure *failure);
#else
static inline int serve_run(const struct options *options, struct failure *failure)
{
	(void)options;
	return failure_set(failure, EXIT_RUN,
			   "serve needs libmicrohttpd, zlib, libyaml and libcrypt, without which sockport was built here");
}
#endif

#endif
