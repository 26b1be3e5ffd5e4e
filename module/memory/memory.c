// SPDX-License-Identifier: GPL-2.0
/*
 * memory.c - what all readers together can make the module allocate
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "memory/memory.h"
#include "net.h"

static unsigned int max_memory = 128;
module_param(max_memory, uint, 0644);
MODULE_PARM_DESC(max_memory,
		 "most memory that all readers hold together, in MiB; those with CAP_SYS_RESOURCE may go beyond");

static atomic64_t held;

/**
 * sockport_charge - account for memory that a reader is about to hold
 * @net: namespace whose account it goes to
 * @size: bytes
 *
 * Context: process context.
 *
 * Return: false when the module's readers hold as much as they may.
 */
bool sockport_charge(struct net *net, size_t size)
{
	u64 limit = (u64)READ_ONCE(max_memory) << 20;

	if (atomic64_add_return(size, &held) > limit &&
	    !capable(CAP_SYS_RESOURCE)) {
		atomic64_sub(size, &held);
		return false;
	}
	atomic64_add(size, &sockport_stats(net)->memory);
	return true;
}

/**
 * sockport_uncharge - memory of a reader is free again
 * @net: namespace of sockport_charge()
 * @size: size of then
 *
 * Context: any.
 */
void sockport_uncharge(struct net *net, size_t size)
{
	atomic64_sub(size, &sockport_stats(net)->memory);
	atomic64_sub(size, &held);
}

/**
 * sockport_alloc - allocate zeroed memory for a reader
 * @net: namespace whose account it goes to
 * @size: bytes
 *
 * It is charged to the reader's memory cgroup too.
 *
 * Context: process context, may sleep.
 *
 * Return: the memory, or NULL when there is none, or the module's readers hold
 * as much as they may.
 */
void *sockport_alloc(struct net *net, size_t size)
{
	void *memory;

	/* More would be worth a warning to kvmalloc(). */
	if (size > INT_MAX || !sockport_charge(net, size))
		return NULL;
	memory = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!memory)
		sockport_uncharge(net, size);
	return memory;
}

/**
 * sockport_free - free memory of a reader
 * @net: namespace of sockport_alloc()
 * @memory: what it returned, may be NULL
 * @size: size of then
 *
 * Context: process context, may sleep.
 */
void sockport_free(struct net *net, void *memory, size_t size)
{
	if (!memory)
		return;
	kvfree(memory);
	sockport_uncharge(net, size);
}
