/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_ZLIB_H
#define SERVE_LATE_ZLIB_H

#include <zlib.h>

#include "late.h"

/* What is used of zlib. */
#define ZLIB_NAMES(x)							\
	x(deflate)							\
	x(deflateEnd)							\
	x(deflateInit2_)

ZLIB_NAMES(LATE_DECLARE)

int late_zlib(struct failure *failure);

#endif
