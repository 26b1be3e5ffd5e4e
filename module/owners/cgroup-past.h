/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_CGROUP_PAST_H
#define SOCKPORT_CGROUP_PAST_H

#include <linux/types.h>

struct sock;

/* Of longer paths nothing is kept. */
#define SOCKPORT_CGROUP_PAST	256

void sockport_cgroup_remember(const struct sock *sk);
bool sockport_cgroup_past(u64 id, char path[SOCKPORT_CGROUP_PAST]);
void sockport_cgroups_forget(void);

#endif /* SOCKPORT_CGROUP_PAST_H */
