/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_ZLIB_H
#define SERVE_LATE_ZLIB_H

#include <zlib.h>

#include "late.h"

/* What is used of zlib, after late_load(). */
extern struct zlib {
	__typeof__(deflate) *deflate;
	__typeof__(deflateEnd) *deflateEnd;
	__typeof__(deflateInit2_) *deflateInit2_;
} zlib;

extern const struct late_library zlib_library;

#endif
