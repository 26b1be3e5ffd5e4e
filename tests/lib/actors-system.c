// SPDX-License-Identifier: GPL-2.0
/*
 * actors-system.c - what changes below everybody's feet
 */
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors.h"

#define PARAMETERS	"/sys/module/sockport/parameters"
#define GROUP		"/sys/fs/cgroup/sockport-torture"
#define GROUP_MEMORY	(8 << 20)

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, text, strlen(text)) >= 0;
	close(fd);
	return written;
}

/* What has no peer any more is not waited for. */
static void settle(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "1");
	write_file("/proc/sys/net/sctp/association_max_retrans", "1");
	write_file("/proc/sys/net/sctp/rto_max", "3000");
}

/* With connections in it when it dies; some are of users. */
bool act_namespaces(struct dice *dice)
{
	const int flags = CLONE_NEWNET | (dice_roll(dice, 2) ? CLONE_NEWUSER : 0) |
			  (dice_once_in(dice, 4) ? CLONE_NEWPID : 0);
	unsigned int steps = dice_roll(dice, 60);
	int told[2];
	char made;

	if (pipe2(told, O_CLOEXEC))
		return false;
	/* The kernel takes longer for their end than we for their beginning. */
	usleep(dice_roll(dice, 500000));
	if (act_fork()) {
		close(told[1]);
		steps = read(told[0], &made, 1);
		close(told[0]);
		return steps == 1;
	}
	if (!unshare(flags) && write(told[1], "m", 1) == 1) {
		settle();
		if (dice_roll(dice, 2))
			act_files(dice);
		while (steps--)
			act_sockets(dice);
	}
	_exit(0);
}

/* A namespace of its own: others need theirs. */
bool act_interfaces(struct dice *dice)
{
	static const char *const lines[] = {
		"link add near type dummy\nlink set near up\naddr add 192.0.2.1/24 dev near\n",
		"link del near\n", "link set near down\n", "link set near up\n",
		"addr add fe80::1/64 dev near nodad\n", "addr flush dev near\n",
		"link add one type veth peer name other\nlink set one up\nlink set other up\n",
		"link del one\n", "link set lo down\n", "link set lo up\n",
	};
	static bool entered;
	unsigned int i;
	int status;
	FILE *pipe;

	if (!entered && !unshare(CLONE_NEWNET)) {
		entered = true;
		settle();
	}
	if (!entered)
		return false;
	pipe = popen("exec ip -force -batch - 2>/dev/null", "w");
	if (!pipe)
		return false;
	for (i = 0; i < 3; i++)
		fputs(*dice_pick(dice, lines), pipe);
	status = pclose(pipe);
	for (i = 0; i < 200; i++)
		act_sockets(dice);
	usleep(dice_roll(dice, 200000));
	/* Some lines are refused, which is another status than to be missing. */
	return WIFEXITED(status) && WEXITSTATUS(status) < 126;
}

bool act_processors(struct dice *dice)
{
	static const char file[] = "/sys/devices/system/cpu/cpu1/online";
	bool done = write_file(file, "0");

	usleep(dice_roll(dice, 500000));
	done = write_file(file, "1") && done;
	usleep(500000 + dice_roll(dice, 2000000));
	return done;
}

/* Sockets have it first, then the rest: it is slow from there on. */
static void use_memory(struct dice *dice)
{
	size_t left = 2 * GROUP_MEMORY;
	char *memory;
	int pair[2];

	while (!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) && pair[1] < 40)
		while (send(pair[0], &left, sizeof(left), 0) > 0)
			;
	memory = mmap(NULL, left, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		for (; left > GROUP_MEMORY / 2; left -= 4096)
			memory[left - 1] = 1;
	act_files(dice);
	act_requests(dice);
}

/* Without a limit that kills: the kernel would complain of that at length. */
bool act_memory(struct dice *dice)
{
	char text[32];
	pid_t pid;

	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdir(GROUP, 0755);
	snprintf(text, sizeof(text), "%u", GROUP_MEMORY);
	if (!write_file(GROUP "/memory.high", text)) {
		usleep(500000);
		return false;
	}
	pid = act_fork();
	if (!pid) {
		if (write_file(GROUP "/cgroup.procs", "0"))
			use_memory(dice);
		_exit(0);
	}
	usleep(dice_roll(dice, 3000000));
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == pid)
		;
	rmdir(GROUP);
	return pid > 0;
}

void act_memory_end(void)
{
	rmdir(GROUP);
}

/* A value that may be right. */
static void put_value(struct dice *dice, char *text, size_t room)
{
	static const char *const words[] = { "0", "1", "Y", "N", "-1", "4294967296", "2147483648",
					     "", "\n", "many", "0x40", "65536" };

	if (dice_roll(dice, 3))
		snprintf(text, room, "%s", *dice_pick(dice, words));
	else
		snprintf(text, room, "%u", dice_roll(dice, 1u << dice_roll(dice, 20)));
}

bool act_parameters(struct dice *dice)
{
	DIR *directory = opendir(PARAMETERS);
	char path[400], text[32];
	struct dirent *entry;
	bool written = false;

	usleep(dice_roll(dice, 300000));
	if (!directory)
		return false;
	while ((entry = readdir(directory))) {
		if (*entry->d_name == '.' || dice_roll(dice, 8))
			continue;
		snprintf(path, sizeof(path), PARAMETERS "/%s", entry->d_name);
		put_value(dice, text, sizeof(text));
		written |= write_file(path, text);
	}
	closedir(directory);
	return written;
}
