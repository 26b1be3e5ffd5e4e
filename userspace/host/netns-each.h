/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETNS_EACH_H
#define NETNS_EACH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * typedef netns_function - takes a way to a network namespace
 * @inode: of the namespace; it may come more than once
 * @path: of a file that stands for it
 * @data: what the caller gave
 */
typedef void (*netns_function)(uint32_t inode, const char *path, void *data);

void netns_each(netns_function function, void *data);

#endif
