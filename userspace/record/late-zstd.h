/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_LATE_ZSTD_H
#define RECORD_LATE_ZSTD_H

#include <zstd.h>

#include "late.h"

/* What is used of zstd. */
#define ZSTD_NAMES(x)							\
	x(ZSTD_CCtx_setParameter)					\
	x(ZSTD_CCtx_setPledgedSrcSize)					\
	x(ZSTD_compressBound)						\
	x(ZSTD_compressStream2)						\
	x(ZSTD_createCCtx)						\
	x(ZSTD_createDCtx)						\
	x(ZSTD_decompressDCtx)						\
	x(ZSTD_findFrameCompressedSize)					\
	x(ZSTD_freeCCtx)						\
	x(ZSTD_freeDCtx)						\
	x(ZSTD_getFrameContentSize)					\
	x(ZSTD_isError)

ZSTD_NAMES(LATE_DECLARE)

int late_zstd(struct failure *failure);

#endif
