// SPDX-License-Identifier: GPL-2.0
/*
 * What a server may do that anybody can ask: what it needs to look, and no more. Rights are those
 * of each thread, as the kernel has it.
 */
#include "serve/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Who is nobody, where the kernel does not say otherwise. */
#define NOBODY		65534
/* To see all sockets, and all processes that have them open. */
#define WANTED		(1u << CAP_NET_ADMIN | 1u << CAP_SYS_PTRACE)

/* Those that this process has of them. */
static unsigned int rights;

static int get(struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, data);
}

static int set(unsigned int effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = effective, .permitted = rights },
	};

	return syscall(SYS_capset, &header, data);
}

static int become_nobody(void)
{
	unsigned long capability;

	if (geteuid())
		return 0;
	for (capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability);
	if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return -1;
	return 0;
}

/**
 * rights_drop - be nobody in particular, and keep only what is needed
 * @failure: what went wrong
 *
 * Context: before there are threads, after all files are open.
 *
 * Return: 0 or -1.
 */
int rights_drop(struct failure *failure)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (!get(data))
		rights = data[0].permitted & WANTED;
	/* Each thread that asks takes them when it does. */
	if (become_nobody() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || set(0))
		return failure_set(failure, EXIT_RUN, "cannot give up privileges: %s",
				   strerror(errno));
	return 0;
}

/**
 * rights_use - have the calling thread look with all rights that there are, or with none
 * @all: with all
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int rights_use(bool all, struct failure *failure)
{
	if (!set(all ? rights : 0))
		return 0;
	return failure_set(failure, EXIT_RUN, "cannot change privileges: %s", strerror(errno));
}
