/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTION_CHECK_H
#define OPTION_CHECK_H

#include "cmd/options.h"

int options_check(const struct options *options, struct failure *failure);

#endif
