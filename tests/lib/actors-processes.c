// SPDX-License-Identifier: GPL-2.0
/*
 * actors-processes.c - processes that have sockets, give them away, and die
 */
#include <grp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors.h"

#define USERS	4

int act_fork(void)
{
	const pid_t parent = getpid();
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
	}
	return pid;
}

static void rest(struct dice *dice)
{
	usleep(dice_roll(dice, 30000));
}

/* Whoever it is called as: not all of it is text. */
static void name_randomly(struct dice *dice)
{
	char name[16];

	dice_fill(dice, name, sizeof(name));
	name[15] = 0;
	prctl(PR_SET_NAME, name);
}

static void become_somebody(struct dice *dice)
{
	const unsigned int id = 4711 + dice_roll(dice, USERS);

	if (setgroups(0, NULL) || setgid(id) || setuid(id))
		_exit(0);
	/* Another user's process forgets it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int open_listener(struct dice *dice)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(21000 + dice_roll(dice, 16)),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	bind(fd, (void *)&any, sizeof(any));
	listen(fd, 3);
	return fd;
}

/* Each generation has what its parents had, and one more. */
static void live(struct dice *dice, unsigned int generations)
{
	unsigned int i;

	name_randomly(dice);
	open_listener(dice);
	for (i = dice_roll(dice, 3); generations && i; i--) {
		/* Else all children would do the same. */
		dice_number(dice);
		if (!act_fork()) {
			live(dice, generations - 1);
			_exit(0);
		}
	}
	rest(dice);
}

/* A thread goes on when its leader has ended: a zombie that has sockets. */
static void *outlive(void *data)
{
	rest(data);
	_exit(0);
}

static void leave_to_thread(struct dice *dice)
{
	pthread_t thread;

	open_listener(dice);
	if (!pthread_create(&thread, NULL, outlive, dice))
		pthread_exit(NULL);
}

bool act_processes(struct dice *dice)
{
	const unsigned int what = dice_roll(dice, 4);
	pid_t pid = act_fork();

	if (pid > 0) {
		rest(dice);
		if (what == 1)
			kill(pid, SIGKILL);
		return true;
	}
	if (pid < 0)
		return false;
	switch (what) {
	case 2:
		become_somebody(dice);
		break;
	case 3:
		leave_to_thread(dice);
		break;
	}
	live(dice, 2);
	_exit(0);
}

static bool send_descriptor(int through, int fd)
{
	char bytes[CMSG_SPACE(sizeof(fd))] = "", byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1,
		.msg_control = bytes, .msg_controllen = sizeof(bytes),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(through, &message, MSG_DONTWAIT) > 0;
}

static void receive_descriptor(int through)
{
	char bytes[CMSG_SPACE(8 * sizeof(int))], byte;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1,
		.msg_control = bytes, .msg_controllen = sizeof(bytes),
	};
	struct cmsghdr *head;
	int fd;

	if (recvmsg(through, &message, MSG_DONTWAIT) <= 0)
		return;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	close(fd);
}

/* On its way, received, or garbage that has itself in flight. */
bool act_descriptors(struct dice *dice)
{
	bool sent;
	int pair[2], fd;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return false;
	fd = open_listener(dice);
	sent = send_descriptor(pair[0], fd);
	close(fd);
	if (dice_roll(dice, 2))
		send_descriptor(pair[0], pair[1]);
	rest(dice);
	if (dice_roll(dice, 2))
		receive_descriptor(pair[1]);
	close(pair[0]);
	close(pair[1]);
	return sent;
}
