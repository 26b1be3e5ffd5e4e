// SPDX-License-Identifier: GPL-2.0
/*
 * What functions of the kernel return, where no tracepoint tells
 */
#include <linux/cpumask.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "history/return-probe.h"

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

/**
 * sockport_return_probe_begin - look at what a function returns
 * @of: the function
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or a negative errno, which the log has.
 */
int sockport_return_probe_begin(struct sockport_return_probe *of)
{
	struct kretprobe *probe = &of->probe;
	int err;

	/* What registering writes into it must not be there when it begins. */
	memset(probe, 0, sizeof(*probe));
	probe->kp.symbol_name = of->function;
	probe->entry_handler = of->on_call;
	probe->handler = of->on_return;
	probe->data_size = of->data_size;
	/* Whoever is in there, at work or waiting for memory. */
	probe->maxactive = max_t(int, 64, 4 * num_possible_cpus());
	err = register_kretprobe(probe);
	of->registered = !err;
	if (err)
		pr_notice("sockport: %s in %s(): %d\n", of->missing,
			  of->function, err);
	return err;
}

/**
 * sockport_return_probe_end - undo sockport_return_probe_begin()
 * @of: the function, looked at or not
 *
 * Context: process context, may sleep. Afterwards the probe runs no more.
 */
void sockport_return_probe_end(struct sockport_return_probe *of)
{
	if (!of->registered)
		return;
	unregister_kretprobe(&of->probe);
	of->registered = false;
	if (of->probe.nmissed)
		pr_notice("sockport: %d calls of %s() were not looked at\n",
			  of->probe.nmissed, of->function);
}

#endif
