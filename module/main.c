// SPDX-License-Identifier: GPL-2.0
/*
 * sockport - ports and sockets, as the kernel's own tables have them
 *
 * This file only registers and unwinds.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <uapi/linux/sockport.h>

#include "compat.h"
#include "history/lifecycle.h"
#include "net.h"
#include "netlink/netlink.h"
#include "proc/proc.h"

unsigned int sockport_net_id __read_mostly;

/* What was known when the module was built; more is seen when history starts. */
atomic_t sockport_limits =
	ATOMIC_INIT((SOCKPORT_PING_TABLE ? 0 : SOCKPORT_LIMIT_PING_TABLE) |
		    (SOCKPORT_NETLINK_TABLE ? 0 :
		     SOCKPORT_LIMIT_NETLINK_TABLE) |
		    (SOCKPORT_UDPLITE_TABLE ? 0 : SOCKPORT_LIMIT_UDPLITE));

static int __net_init net_init(struct net *net)
{
	sockport_lifecycle_net_init(net);
	return sockport_proc_net_init(net);
}

static void __net_exit net_exit(struct net *net)
{
	sockport_proc_net_exit(net);
	sockport_lifecycle_net_exit(net);
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.pre_exit	= sockport_lifecycle_net_pre_exit,
	.exit		= net_exit,
	.id		= &sockport_net_id,
	.size		= sizeof(struct sockport_net),
};

static int __init sockport_init(void)
{
	int err;

	err = sockport_lifecycle_init();
	if (err)
		return err;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto exit_lifecycle;
	err = sockport_proc_init();
	if (err)
		goto unregister_net;
	err = sockport_netlink_init();
	if (err)
		goto exit_proc;
	/* Who dumps holds the module from now on: nothing may fail. */
	sockport_lifecycle_begin();
	return 0;

exit_proc:
	sockport_proc_exit();
unregister_net:
	unregister_pernet_subsys(&net_ops);
exit_lifecycle:
	sockport_lifecycle_exit();
	return err;
}

static void __exit sockport_exit(void)
{
	sockport_lifecycle_end();
	sockport_netlink_exit();
	sockport_proc_exit();
	unregister_pernet_subsys(&net_ops);
	sockport_lifecycle_exit();
}

module_init(sockport_init);
module_exit(sockport_exit);

MODULE_DESCRIPTION("Ports and sockets over /proc/sockport and generic netlink");
MODULE_LICENSE("GPL");
MODULE_VERSION(SOCKPORT_VERSION);
MODULE_ALIAS_GENL_FAMILY(SOCKPORT_FAMILY_NAME);
