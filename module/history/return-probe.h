/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_RETURN_PROBE_H
#define SOCKPORT_RETURN_PROBE_H

#include <linux/kprobes.h>

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

/**
 * struct sockport_return_probe - a function of the kernel whose return is looked at
 * @function: its name
 * @missing: what the log says is not done without it
 * @on_call: sees the arguments; other than 0 when the return does not matter
 * @on_return: sees what is returned
 * @data_size: bytes of what @on_call notes for @on_return
 * @probe: on it
 * @registered: the probe is
 */
struct sockport_return_probe {
	const char		*function;
	const char		*missing;
	kretprobe_handler_t	on_call;
	kretprobe_handler_t	on_return;
	size_t			data_size;
	struct kretprobe	probe;
	bool			registered;
};

int sockport_return_probe_begin(struct sockport_return_probe *of);
void sockport_return_probe_end(struct sockport_return_probe *of);

#endif

#endif /* SOCKPORT_RETURN_PROBE_H */
