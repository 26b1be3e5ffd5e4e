// SPDX-License-Identifier: GPL-2.0
/*
 * Who asks, and which processes that one may see
 *
 * Those whose descriptors /proc/PID/fd shows: the rules of ptrace_may_access(),
 * which is not exported. And with CAP_NET_ADMIN over the network namespace
 * those that live in its user namespace or below, unless proc is mounted with
 * hidepid.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/magic.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>
#include <net/sock.h>

#include "compat.h"
#include "owners/reader.h"
#include "owners/rights.h"

static bool info_hides(const struct proc_fs_info *info)
{
	switch (info->hide_pid) {
	case HIDEPID_OFF:
		return false;
	case HIDEPID_NOT_PTRACEABLE:
		return true;
	default:
		return !in_group_p(info->pid_gid);
	}
}

/*
 * Does the reader's /proc hide the processes of others? Where there is none
 * nobody knows. Only what is cached is looked at: the reader may have mounted
 * a filesystem there that does not answer.
 */
static bool proc_hides(void)
{
	bool hides = true;
	struct path path;

	if (kern_path("/proc", LOOKUP_FOLLOW | LOOKUP_CACHED, &path))
		return true;
	if (path.dentry->d_sb->s_magic == PROC_SUPER_MAGIC)
		hides = info_hides(proc_sb_info(path.dentry->d_sb));
	path_put(&path);
	return hides;
}

/*
 * As netlink_ns_capable(), for what need not be granted: security modules log
 * what they deny, unless nobody is to be told.
 */
static bool has_right(struct sk_buff *request, struct user_namespace *user_ns,
		      int cap)
{
	const struct sock *sk = NETLINK_CB(request).sk;
	const struct cred *sender;
	bool has;

	if (!ns_capable_noaudit(user_ns, cap))
		return false;
	/* The sender has said to whom it goes, nobody else did. */
	if (NETLINK_CB(request).flags & NETLINK_SKB_DST)
		return true;
	sender = override_creds(sk->sk_socket->file->f_cred);
	has = ns_capable_noaudit(user_ns, cap);
	revert_creds(sender);
	return has;
}

/**
 * sockport_reader_init - see who asks
 * @reader: reader to fill
 * @request: the request; rights are judged by who sent it and by who opened
 *	the socket, both must have them
 * @net_user_ns: user namespace that has the network namespaces asked about,
 *	the initial one for all of them
 * @processes: the request is about processes, and about what else is not for
 *	everyone
 *
 * Context: process context of who sends the request, may sleep.
 */
void sockport_reader_init(struct sockport_reader *reader,
			  struct sk_buff *request,
			  struct user_namespace *net_user_ns, bool processes)
{
	const struct sock *sk = NETLINK_CB(request).sk;
	const struct cred *opener;

	memset(reader, 0, sizeof(*reader));
	reader->user_ns = sk_user_ns(sk);
	reader->pid_ns = task_active_pid_ns(current);
	reader->net_admin = has_right(request, net_user_ns, CAP_NET_ADMIN);
	reader->uid = INVALID_UID;
	reader->gid = INVALID_GID;
	if (!processes)
		return;
	opener = sk->sk_socket->file->f_cred;
	if (uid_eq(opener->fsuid, current_fsuid()) &&
	    opener->user_ns == current_user_ns()) {
		reader->uid = current_fsuid();
		reader->gid = current_fsgid();
		reader->own_user_ns = current_user_ns()->ns.inum;
		reader->effective = current_cred()->cap_effective;
	}
	if (has_right(request, current_user_ns(), CAP_SYS_PTRACE))
		reader->sees[0] = current_user_ns();
	if (reader->net_admin &&
	    (reader->sees[0] == &init_user_ns || !proc_hides()))
		reader->sees[1] = net_user_ns;
	reader->most = reader->sees[0] == &init_user_ns || reader->sees[1];
}

/**
 * sockport_reader_sees_all - does the reader see every process, by its own number?
 * @reader: reader
 *
 * Context: any, at any time after sockport_reader_init().
 *
 * Return: true when it does.
 */
bool sockport_reader_sees_all(const struct sockport_reader *reader)
{
	return reader->pid_ns == &init_pid_ns &&
	       (reader->sees[0] == &init_user_ns ||
		reader->sees[1] == &init_user_ns);
}

/* RCU read-side critical section. */
static bool still_dumpable(struct task_struct *task,
			   const struct user_namespace *above)
{
	const struct user_namespace *user_ns;
	bool dumpable;

	/* Who drops rights becomes undumpable first: see commit_creds(). */
	smp_rmb();
	task_lock(task);
	dumpable = sockport_task_dumpable(task, &user_ns) ||
		   (above && sockport_user_ns_below(above, user_ns));
	task_unlock(task);
	return dumpable;
}

/* PTRACE_MODE_READ_FSCREDS of one's own, without what security modules say. */
static bool own_task(const struct sockport_reader *reader,
		     struct task_struct *task)
{
	const struct cred *cred = __task_cred(task);

	return uid_valid(reader->uid) && cred->user_ns == current_user_ns() &&
	       uid_eq(reader->uid, cred->euid) &&
	       uid_eq(reader->uid, cred->suid) &&
	       uid_eq(reader->uid, cred->uid) &&
	       gid_eq(reader->gid, cred->egid) &&
	       gid_eq(reader->gid, cred->sgid) &&
	       gid_eq(reader->gid, cred->gid) &&
	       cap_issubset(cred->cap_permitted,
			    current_cred()->cap_effective) &&
	       still_dumpable(task, NULL);
}

/**
 * sockport_reader_sees_task - may the reader see what a process has open?
 * @reader: reader
 * @task: a thread of the process, with a reference
 *
 * Context: process context of who sends the request.
 *
 * Return: true when it may.
 */
bool sockport_reader_sees_task(const struct sockport_reader *reader,
			       struct task_struct *task)
{
	const struct user_namespace *user_ns;
	bool sees = false;
	unsigned int i;

	rcu_read_lock();
	user_ns = __task_cred(task)->user_ns;
	for (i = 0; i < ARRAY_SIZE(reader->sees) && !sees; i++)
		sees = reader->sees[i] &&
		       sockport_user_ns_below(reader->sees[i], user_ns) &&
		       still_dumpable(task, reader->sees[i]);
	if (!sees)
		sees = own_task(reader, task);
	rcu_read_unlock();
	return sees;
}

/**
 * sockport_reader_sees_gone - may the reader see a process that is remembered?
 * @reader: reader
 * @rights: what was noted of the process, in a network namespace asked about
 *
 * What numbers cannot tell is not seen: with rights over an own user namespace
 * only, those of others in there.
 *
 * Context: any, at any time after sockport_reader_init().
 *
 * Return: true when it may, if the process is in its pid namespace.
 */
bool sockport_reader_sees_gone(const struct sockport_reader *reader,
			       const struct sockport_rights *rights)
{
	if (reader->sees[0] == &init_user_ns ||
	    reader->sees[1] == &init_user_ns ||
	    (reader->sees[1] && rights->of_net))
		return true;
	return uid_valid(reader->uid) && uid_eq(reader->uid, rights->uid) &&
	       gid_eq(reader->gid, rights->gid) &&
	       reader->own_user_ns == rights->user_ns &&
	       cap_issubset(rights->permitted, reader->effective);
}

/**
 * sockport_reader_sees_uid - may the reader see what tells of a socket's owner?
 * @reader: reader
 * @uid: owner of the socket
 *
 * Context: any, at any time after sockport_reader_init().
 *
 * Return: true when it may.
 */
bool sockport_reader_sees_uid(const struct sockport_reader *reader, kuid_t uid)
{
	return reader->most ||
	       (uid_valid(reader->uid) && uid_eq(reader->uid, uid));
}
