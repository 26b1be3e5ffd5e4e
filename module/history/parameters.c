// SPDX-License-Identifier: GPL-2.0
/*
 * History's module parameters
 */
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>

#include "history/lifecycle.h"

static int set_switch(const char *value, int (*set)(bool on))
{
	bool on;
	int err;

	err = kstrtobool(value, &on);
	return err ?: set(on);
}

static int set_size(const char *value, int (*set)(unsigned int size))
{
	unsigned int size;
	int err;

	err = kstrtouint(value, 0, &size);
	return err ?: set(size);
}

static int set_history(const char *value, const struct kernel_param *kp)
{
	return set_switch(value, sockport_lifecycle_set_history);
}

static int set_udp(const char *value, const struct kernel_param *kp)
{
	return set_switch(value, sockport_lifecycle_set_udp);
}

static int set_accept(const char *value, const struct kernel_param *kp)
{
	return set_switch(value, sockport_lifecycle_set_accept);
}

static int set_rows(const char *value, const struct kernel_param *kp)
{
	return set_size(value, sockport_lifecycle_set_rows);
}

static int set_programs(const char *value, const struct kernel_param *kp)
{
	return set_size(value, sockport_lifecycle_set_programs);
}

static int set_sockets(const char *value, const struct kernel_param *kp)
{
	return set_size(value, sockport_lifecycle_set_sockets);
}

static int set_last(const char *value, const struct kernel_param *kp)
{
	return set_size(value, sockport_lifecycle_set_last);
}

static const struct kernel_param_ops history_ops = {
	.set	= set_history,
	.get	= param_get_bool,
};

static const struct kernel_param_ops udp_ops = {
	.set	= set_udp,
	.get	= param_get_bool,
};

static const struct kernel_param_ops accept_ops = {
	.set	= set_accept,
	.get	= param_get_bool,
};

static const struct kernel_param_ops rows_ops = {
	.set	= set_rows,
	.get	= param_get_uint,
};

static const struct kernel_param_ops programs_ops = {
	.set	= set_programs,
	.get	= param_get_uint,
};

static const struct kernel_param_ops sockets_ops = {
	.set	= set_sockets,
	.get	= param_get_uint,
};

static const struct kernel_param_ops last_ops = {
	.set	= set_last,
	.get	= param_get_uint,
};

module_param_cb(history, &history_ops, &sockport_settings.history, 0644);
__MODULE_PARM_TYPE(history, "bool");
MODULE_PARM_DESC(history, "keep the history of ports (default Y)");
module_param_cb(udp_accounting, &udp_ops, &sockport_settings.udp_accounting, 0644);
__MODULE_PARM_TYPE(udp_accounting, "bool");
MODULE_PARM_DESC(udp_accounting,
		 "count UDP datagrams too, which costs every packet a look (default N)");
module_param_cb(accept_accounting, &accept_ops, &sockport_settings.accept_accounting,
		0644);
__MODULE_PARM_TYPE(accept_accounting, "bool");
MODULE_PARM_DESC(accept_accounting,
		 "tell how long connections wait for accept(), and which process accepts them, which costs every accept() a look (default N)");
module_param_cb(history_rows, &rows_ops, &sockport_settings.size.rows, 0644);
__MODULE_PARM_TYPE(history_rows, "uint");
MODULE_PARM_DESC(history_rows,
		 "most port rows that history is kept of; a namespace gets four times as many as are free");
module_param_cb(history_programs, &programs_ops, &sockport_settings.size.programs, 0644);
__MODULE_PARM_TYPE(history_programs, "uint");
MODULE_PARM_DESC(history_programs,
		 "most programs that history is kept of (default 4096)");
module_param_cb(history_sockets, &sockets_ops, &sockport_settings.size.sockets, 0644);
__MODULE_PARM_TYPE(history_sockets, "uint");
MODULE_PARM_DESC(history_sockets,
		 "most TCP sockets that are followed at a time");
module_param_named(closed_doors, sockport_settings.size.doors, uint, 0644);
MODULE_PARM_DESC(closed_doors,
		 "most closed ports that are remembered, as of when history is switched on");
module_param_cb(last_connections, &last_ops, &sockport_settings.last, 0644);
__MODULE_PARM_TYPE(last_connections, "uint");
MODULE_PARM_DESC(last_connections,
		 "most connections of a namespace that are remembered when they have ended, at most 65536; 0 for none (default 1024)");
