/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NAGIOS_H
#define NAGIOS_H

#include "count/findings.h"

struct names;

int nagios_put(const struct findings *findings, struct names *names);

#endif
