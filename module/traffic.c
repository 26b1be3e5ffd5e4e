// SPDX-License-Identifier: GPL-2.0
#include "traffic.h"
int sockport_traffic_start(void) { return 0; }
void sockport_traffic_stop(void) {}
void sockport_traffic_drop(const struct sock *sk) {}
