/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_READER_H
#define SOCKPORT_READER_H

#include <linux/capability.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct pid_namespace;
struct sockport_rights;
struct task_struct;
struct user_namespace;

/**
 * struct sockport_reader - who asks, and what that one may see
 * @user_ns: user namespace in which uids are told, of who opened the socket
 * @pid_ns: pid namespace in which pids are told; who is to use it after the
 *	request has been taken in needs a reference
 * @uid: own uid, INVALID_UID when who opened the socket and who sends differ
 * @gid: own gid
 * @own_user_ns: own user namespace's inode, only compared
 * @effective: own capabilities there
 * @net_admin: has CAP_NET_ADMIN over the network namespaces asked about
 * @most: sees whose every socket is
 * @sees: user namespaces in which, and below which, every process may be seen;
 *	NULL for none
 */
struct sockport_reader {
	struct user_namespace	*user_ns;
	struct pid_namespace	*pid_ns;
	kuid_t			uid;
	kgid_t			gid;
	u32			own_user_ns;
	kernel_cap_t		effective;
	bool			net_admin;
	bool			most;
	struct user_namespace	*sees[2];
};

void sockport_reader_init(struct sockport_reader *reader,
			  struct sk_buff *request,
			  struct user_namespace *net_user_ns, bool processes);
bool sockport_reader_sees_all(const struct sockport_reader *reader);
bool sockport_reader_sees_task(const struct sockport_reader *reader,
			       struct task_struct *task);
bool sockport_reader_sees_gone(const struct sockport_reader *reader,
			       const struct sockport_rights *rights);
bool sockport_reader_sees_uid(const struct sockport_reader *reader, kuid_t uid);

#endif /* SOCKPORT_READER_H */
