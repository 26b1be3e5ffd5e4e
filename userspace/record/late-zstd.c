// SPDX-License-Identifier: GPL-2.0
#include "record/late-zstd.h"

struct zstd zstd;

static const struct late_name names[] = {
	LATE_NAME(zstd, ZSTD_CCtx_setParameter),
	LATE_NAME(zstd, ZSTD_CCtx_setPledgedSrcSize),
	LATE_NAME(zstd, ZSTD_compressBound),
	LATE_NAME(zstd, ZSTD_compressStream2),
	LATE_NAME(zstd, ZSTD_createCCtx),
	LATE_NAME(zstd, ZSTD_createDCtx),
	LATE_NAME(zstd, ZSTD_decompressDCtx),
	LATE_NAME(zstd, ZSTD_findFrameCompressedSize),
	LATE_NAME(zstd, ZSTD_freeCCtx),
	LATE_NAME(zstd, ZSTD_freeDCtx),
	LATE_NAME(zstd, ZSTD_getFrameContentSize),
	LATE_NAME(zstd, ZSTD_isError),
};

LATE_ALL(names, zstd);

const struct late_library zstd_library = {
	.file = "libzstd.so.1", .names = names, .count = LATE_COUNT(names),
};
