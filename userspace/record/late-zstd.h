/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_LATE_ZSTD_H
#define RECORD_LATE_ZSTD_H

#include <zstd.h>

#include "late.h"

/* What is used of zstd, after late_load(). */
extern struct zstd {
	__typeof__(ZSTD_CCtx_setParameter) *ZSTD_CCtx_setParameter;
	__typeof__(ZSTD_CCtx_setPledgedSrcSize) *ZSTD_CCtx_setPledgedSrcSize;
	__typeof__(ZSTD_compressBound) *ZSTD_compressBound;
	__typeof__(ZSTD_compressStream2) *ZSTD_compressStream2;
	__typeof__(ZSTD_createCCtx) *ZSTD_createCCtx;
	__typeof__(ZSTD_createDCtx) *ZSTD_createDCtx;
	__typeof__(ZSTD_decompressDCtx) *ZSTD_decompressDCtx;
	__typeof__(ZSTD_findFrameCompressedSize) *ZSTD_findFrameCompressedSize;
	__typeof__(ZSTD_freeCCtx) *ZSTD_freeCCtx;
	__typeof__(ZSTD_freeDCtx) *ZSTD_freeDCtx;
	__typeof__(ZSTD_getFrameContentSize) *ZSTD_getFrameContentSize;
	__typeof__(ZSTD_isError) *ZSTD_isError;
} zstd;

extern const struct late_library zstd_library;

#endif
