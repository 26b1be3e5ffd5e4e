/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CGROUP_EACH_H
#define CGROUP_EACH_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

/**
 * enum cgroup_step - how to go on from a control group
 * @CGROUP_STOP: nowhere
 * @CGROUP_SKIP: not to those that are in it
 * @CGROUP_ENTER: to those that are in it as well
 */
enum cgroup_step {
	CGROUP_STOP,
	CGROUP_SKIP,
	CGROUP_ENTER,
};

/* Gets the path of a control group and what the kernel numbers it by. */
typedef enum cgroup_step (*cgroup_function)(const char *path, uint64_t id, void *data);

int cgroup_each(cgroup_function see, void *data, struct failure *failure);
bool cgroup_sees_all(void);

#endif
