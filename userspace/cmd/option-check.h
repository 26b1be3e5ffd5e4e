/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTION_CHECK_H
#define OPTION_CHECK_H

#include <getopt.h>

#include "cmd/options.h"

int option_unknown(const struct option *names, const char *word, struct failure *failure);
int options_check(const struct options *options, struct failure *failure);

#endif
