/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>

#include "cmd/options.h"
#include "host/names.h"

int plan_check(const struct options *options, struct failure *failure);
int plan_words(struct options *options, char **words, struct failure *failure);
int plan_resolve(const struct options *options, struct names *names, struct failure *failure);
bool plan_asks_states(const struct expression_plan *plan);

#endif
