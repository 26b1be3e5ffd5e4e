/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_RIGHTS_H
#define SOCKPORT_RIGHTS_H

#include <linux/capability.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct net;
struct task_struct;
struct user_namespace;

/**
 * struct sockport_rights - what decides who may see a process, also when it is
 *	gone
 * @uid: who may see it as its own, INVALID_UID for nobody
 * @gid: likewise, both must be the reader's
 * @user_ns: inode of its user namespace, only compared
 * @of_net: who has rights over the network namespace has them over it, too
 * @permitted: capabilities that it has
 */
struct sockport_rights {
	kuid_t		uid;
	kgid_t		gid;
	u32		user_ns;
	u32		of_net;
	kernel_cap_t	permitted;
};

bool sockport_user_ns_below(const struct user_namespace *above,
			    const struct user_namespace *user_ns);
void sockport_rights_note(struct sockport_rights *rights,
			  const struct net *net);
void sockport_rights_of(struct sockport_rights *rights,
			struct task_struct *task, const struct net *net);

#endif /* SOCKPORT_RIGHTS_H */
