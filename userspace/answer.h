/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ANSWER_H
#define ANSWER_H

#include "cmd/options.h"
#include "columns/column.h"
#include "failure.h"

int answer_select(struct selection *selection, const struct options *options,
		  struct failure *failure);
int answer(const struct options *options, struct failure *failure);

#endif
