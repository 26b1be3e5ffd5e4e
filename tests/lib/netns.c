// SPDX-License-Identifier: GPL-2.0
/*
 * netns.c - a network namespace for a test
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "die.h"
#include "netns.h"

static const char interfaces[] =
	"link add " NEAR " type dummy\n"
	"link set " NEAR " addrgenmode none up\n"
	"addr add 192.0.2.1/24 dev " NEAR "\n"
	"addr add 192.0.2.2/24 dev " NEAR "\n"
	"addr add 2001:db8::1/64 dev " NEAR " nodad\n"
	"addr add 2001:db8::2/64 dev " NEAR " nodad\n"
	"addr add fe80::1/64 dev " NEAR " nodad\n"
	"route add 224.0.0.0/4 dev " NEAR "\n";

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		die("lo does not come up: %s", strerror(errno));
	close(fd);
}

void netns_sysctl(const char *path, const char *value)
{
	char file[256];
	int fd;

	snprintf(file, sizeof(file), "/proc/sys/net/%s", path);
	fd = open(file, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s = %s: %s", file, value, strerror(errno));
	close(fd);
}

void netns_enter_bare(void)
{
	if (unshare(CLONE_NEWNET))
		die("no network namespace: %s", strerror(errno));
	loopback_up();
}

void netns_enter(void)
{
	netns_enter_bare();
	feed("ip -batch -", interfaces);
	netns_sysctl("ipv4/tcp_syn_retries", "20");
	netns_sysctl("ipv4/tcp_synack_retries", "20");
	netns_sysctl("ipv4/tcp_orphan_retries", "20");
	/* From 6.5 on so many SYNs are sent again before waits become longer. */
	if (!access("/proc/sys/net/ipv4/tcp_syn_linear_timeouts", F_OK))
		netns_sysctl("ipv4/tcp_syn_linear_timeouts", "0");
	/* Data and cookie-less SYNs, at both ends. */
	netns_sysctl("ipv4/tcp_fastopen", "519");
}

unsigned int netns_ifindex(const char *name)
{
	unsigned int index = if_nametoindex(name);

	if (!index)
		die("no interface %s", name);
	return index;
}

int netns_open(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("own namespace: %s", strerror(errno));
	return fd;
}

void netns_set(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

void become(unsigned int uid)
{
	if (seteuid(0) || (uid && seteuid(uid)))
		die("become %u: %s", uid, strerror(errno));
}

uint64_t netns_own_inode(void)
{
	struct stat status;

	if (stat("/proc/self/ns/net", &status))
		die("own namespace: %m");
	return status.st_ino;
}

void become_only(unsigned int id, bool dumpable)
{
	if (setgid(id) || setuid(id) || prctl(PR_SET_DUMPABLE, dumpable))
		die("user %u: %s", id, strerror(errno));
}
