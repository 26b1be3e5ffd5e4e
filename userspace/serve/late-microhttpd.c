// SPDX-License-Identifier: GPL-2.0
#include "serve/late-microhttpd.h"

LATE_LIBRARY(microhttpd, "libmicrohttpd.so.12", MICROHTTPD_NAMES)
