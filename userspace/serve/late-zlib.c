// SPDX-License-Identifier: GPL-2.0
#include "serve/late-zlib.h"

struct zlib zlib;

static const struct late_name names[] = {
	LATE_NAME(zlib, deflate),
	LATE_NAME(zlib, deflateEnd),
	LATE_NAME(zlib, deflateInit2_),
};

LATE_ALL(names, zlib);

const struct late_library zlib_library = {
	.file = "libz.so.1", .names = names, .count = LATE_COUNT(names),
};
