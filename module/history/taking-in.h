/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TAKING_IN_H
#define SOCKPORT_TAKING_IN_H

#include <linux/types.h>

void sockport_taking_in_begin(void);
int sockport_take_in(void);
void sockport_taking_in_end(void);
bool sockport_taking_in(void);

#endif /* SOCKPORT_TAKING_IN_H */
