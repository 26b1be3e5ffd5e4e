// SPDX-License-Identifier: GPL-2.0
/*
 * What decides who may see a process, kept for when it is gone
 */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "owners/rights.h"

/**
 * sockport_user_ns_below - is a user namespace another one, or below it?
 * @above: the other one
 * @user_ns: user namespace
 *
 * Context: any, the caller keeps @user_ns.
 */
bool sockport_user_ns_below(const struct user_namespace *above,
			    const struct user_namespace *user_ns)
{
	while (user_ns && user_ns != above)
		user_ns = user_ns->parent;
	return user_ns;
}

/* Programs that change who they are, and what they were, are not their owner's. */
static bool is_owners(const struct cred *cred)
{
	return uid_eq(cred->uid, cred->euid) && uid_eq(cred->uid, cred->suid) &&
	       gid_eq(cred->gid, cred->egid) && gid_eq(cred->gid, cred->sgid);
}

static void note(struct sockport_rights *rights, struct task_struct *task,
		 const struct cred *cred, const struct net *net)
{
	const struct user_namespace *user_ns;
	bool dumpable;

	dumpable = sockport_task_dumpable(task, &user_ns);
	*rights = (struct sockport_rights){
		.uid		= dumpable && is_owners(cred) ? cred->uid :
								INVALID_UID,
		.gid		= cred->gid,
		.user_ns	= cred->user_ns->ns.inum,
		.of_net		= sockport_user_ns_below(net->user_ns,
							 cred->user_ns) &&
				  (dumpable ||
				   sockport_user_ns_below(net->user_ns,
							  user_ns)),
		.permitted	= cred->cap_permitted,
	};
}

/**
 * sockport_rights_note - note it of the current process
 * @rights: to be filled, every byte: there are none between the members
 * @net: network namespace in which it did what is remembered of it
 *
 * Context: the process, in an RCU read-side critical section.
 */
void sockport_rights_note(struct sockport_rights *rights,
			  const struct net *net)
{
	note(rights, current, current_cred(), net);
}

/**
 * sockport_rights_of - note it of any process
 * @rights: to be filled, every byte
 * @task: the process, task_lock() held
 * @net: network namespace in which it has what is remembered of it
 *
 * Context: RCU read-side critical section.
 */
void sockport_rights_of(struct sockport_rights *rights,
			struct task_struct *task, const struct net *net)
{
	const struct cred *cred = __task_cred(task);

	smp_rmb(); /* pairs with that of commit_creds() */
	note(rights, task, cred, net);
}
