// SPDX-License-Identifier: GPL-2.0
#include "top/late-curses.h"

LATE_LIBRARY(curses, "libncursesw.so.6", CURSES_NAMES)
