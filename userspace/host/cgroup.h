/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A directory's name has at most so many characters; a unit is one. */
#define UNIT_MAX	255
/* A path that is longer counts as unknown. */
#define CGROUP_MAX	4095

size_t cgroup_unit(const char *path, char *unit);
size_t cgroup_container(const char *path, char *name);
bool cgroup_matches(const char *path, const char *word);
bool cgroup_may_hold(const char *path, const char *word);
bool cgroup_of_process(uint32_t pid, char *path, size_t size);

#endif
