// SPDX-License-Identifier: GPL-2.0
#include "serve/late-zlib.h"

struct zlib zlib;

static const struct late_name names[] = {
	LATE_NAME(zlib, deflate),
	LATE_NAME(zlib, deflateEnd),
	LATE_NAME(zlib, deflateInit2_),
};

LATE_ALL(names, zlib);

/**
 * zlib_load - load zlib, before anything of it is used
 * @failure: why it is not there
 *
 * Return: 0 or -1.
 */
int zlib_load(struct failure *failure)
{
	return late_load("libz.so.1", names, LATE_COUNT(names), failure);
}
