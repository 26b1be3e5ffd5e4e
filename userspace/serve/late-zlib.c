// SPDX-License-Identifier: GPL-2.0
#include "serve/late-zlib.h"

LATE_LIBRARY(zlib, "libz.so.1", ZLIB_NAMES)
