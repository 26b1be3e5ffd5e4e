/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "cmd/options.h"
#include "count/findings.h"
#include "host/names.h"
#include "kernel/client.h"

/* What a plugin of Nagios exits with; 0 is all right. */
#define NAGIOS_WARNING	1
#define NAGIOS_CRITICAL	2
#define NAGIOS_UNKNOWN	3

int doctor_put(const struct findings *findings, const struct options *options,
	       struct names *names, struct failure *failure);
int doctor_print(struct client *client, const struct options *options, struct names *names,
		 struct failure *failure);

#endif
