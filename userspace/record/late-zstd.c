// SPDX-License-Identifier: GPL-2.0
#include "record/late-zstd.h"

LATE_LIBRARY(zstd, "libzstd.so.1", ZSTD_NAMES)
