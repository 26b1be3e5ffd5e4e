/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_HEAD_H
#define SHOW_HEAD_H

#include "cmd/options.h"
#include "columns/report.h"
#include "host/names.h"

void show_head_print(const struct options *options, struct names *names);
void show_head_put(struct report *report, const struct options *options);

#endif
