/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "client.h"
#include "names.h"
#include "options.h"

int summary_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure);

#endif
