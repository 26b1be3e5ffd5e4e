/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ANSWER_H
#define ANSWER_H

#include "cmd/options.h"
#include "failure.h"

int answer(const struct options *options, struct failure *failure);

#endif
