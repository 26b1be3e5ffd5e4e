// SPDX-License-Identifier: GPL-2.0
/*
 * actors-readers.c - who asks the module, rightly and wrongly, and who does not listen
 *
 * The module comes and goes meanwhile, so that nothing here can be counted on.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/sockport.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors.h"
#include "client.h"
#include "die.h"
#include "program.h"

#define ANSWER_MS	2000
/* What a shell says of a program that it cannot run. */
#define NOT_THERE	127

bool act_files(struct dice *dice)
{
	static const char *const files[] = {
		"/proc/sockport", "/proc/net/sockport", "/proc/net/sockport_sockets",
		"/proc/net/sockport_stats",
	};
	static char piece[1 << 16];
	unsigned int reads = dice_roll(dice, 60);
	bool any = false;
	ssize_t got;
	int fd = open(*dice_pick(dice, files), O_RDONLY | O_CLOEXEC);
	size_t size;

	if (fd < 0)
		return false;
	while (reads--) {
		size = dice_roll(dice, 1u << dice_roll(dice, 17));
		if (dice_once_in(dice, 20))
			lseek(fd, dice_roll(dice, 20000), SEEK_SET);
		else if (dice_once_in(dice, 20))
			(void)!pread(fd, piece, size, dice_roll(dice, 20000));
		else if ((got = read(fd, piece, size)) > 0)
			any = true;
		else
			break;
	}
	close(fd);
	return any;
}

/* A client without a family if there is no module. */
static bool begin(struct client *client, size_t room)
{
	static char buffer[1 << 17];

	*client = (struct client){ .buffer = buffer, .room = sizeof(buffer) };
	client->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!client->nl)
		return false;
	if (!mnl_socket_bind(client->nl, 0, MNL_SOCKET_AUTOPID))
		client->family = client_family(client);
	client->room = room;
	if (client->family > GENL_ID_CTRL)
		return true;
	mnl_socket_close(client->nl);
	return false;
}

/* Whatever comes, until nothing more does, or nobody wants more. Returns how much it was. */
static unsigned int receive(struct dice *dice, struct client *client, unsigned int messages)
{
	struct pollfd any = { .fd = mnl_socket_get_fd(client->nl), .events = POLLIN };
	const struct nlmsghdr *nlh = (void *)client->buffer;
	unsigned int came = 0;
	ssize_t length;

	while (messages-- && poll(&any, 1, ANSWER_MS) > 0) {
		length = recv(any.fd, client->buffer, client->room, MSG_DONTWAIT);
		came += length > 0;
		if (length < (ssize_t)sizeof(*nlh) || nlh->nlmsg_type == NLMSG_DONE ||
		    nlh->nlmsg_type == NLMSG_ERROR)
			break;
		if (dice_once_in(dice, 30))
			usleep(dice_roll(dice, 20000));
	}
	return came;
}

/* Types and lengths that are right now and then. */
static void put_noise(struct dice *dice, struct nlmsghdr *nlh, unsigned int depth)
{
	static const unsigned int lengths[] = { 0, 1, 2, 4, 8, 16 };
	unsigned int count = dice_roll(dice, 5), length;
	struct nlattr *nest;
	char bytes[16];

	while (count--) {
		if (depth && dice_once_in(dice, 3)) {
			nest = mnl_attr_nest_start(nlh, dice_roll(dice, 24));
			put_noise(dice, nlh, depth - 1);
			mnl_attr_nest_end(nlh, nest);
			continue;
		}
		length = *dice_pick(dice, lengths);
		dice_fill(dice, bytes, length);
		if (dice_roll(dice, 2))
			memset(bytes + !!length, 0, length ? length - 1 : 0);
		mnl_attr_put(nlh, dice_roll(dice, 24), length, bytes);
	}
}

static void put_program(struct dice *dice, struct nlmsghdr *nlh)
{
	const unsigned int steps = 1 + dice_roll(dice, 60);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOCKPORT_A_SOCKET_FILTER);
	struct leaf leaf;
	unsigned int i;

	for (i = 0; i < steps; i++) {
		dice_fill(dice, &leaf, sizeof(leaf));
		leaf.condition = 1 + dice_roll(dice, SOCKPORT_CONDITION_IPV4 + 2);
		leaf.mask &= dice_number(dice);
		leaf.size = dice_roll(dice, 2) ? 4 : 16;
		leaf.length = dice_roll(dice, 8 * leaf.size + 1);
		leaf.last = leaf.value;
		program_put_step(nlh, &leaf, (int)dice_roll(dice, steps - i + 1) - 1,
				 (int)dice_roll(dice, steps - i + 1) - 1);
	}
	mnl_attr_nest_end(nlh, nest);
}

bool act_requests(struct dice *dice)
{
	static struct request request;
	struct client client;
	unsigned int came;

	if (!begin(&client, 64 + dice_roll(dice, 1u << (7 + dice_roll(dice, 10)))))
		return false;
	request_begin(&client, &request, 1 + dice_roll(dice, SOCKPORT_CMD_MAX + 1),
		      dice_once_in(dice, 5) ? NLM_F_ACK : NLM_F_DUMP);
	if (dice_roll(dice, 2))
		put_program(dice, request.nlh);
	else if (dice_roll(dice, 2))
		put_noise(dice, request.nlh, 3);
	if (dice_roll(dice, 2))
		mnl_attr_put_u32(request.nlh, SOCKPORT_A_SOCKET_WANT, dice_number(dice));
	send(mnl_socket_get_fd(client.nl), request.nlh, request.nlh->nlmsg_len, MSG_DONTWAIT);
	came = receive(dice, &client, dice_once_in(dice, 3) ? dice_roll(dice, 4) : 2000);
	mnl_socket_close(client.nl);
	return came;
}

static bool listen_somehow(struct dice *dice, struct client *client)
{
	static struct request request;

	if (!begin(client, 1 << 15))
		return false;
	request_begin(client, &request, SOCKPORT_CMD_EVENT_LISTEN, 0);
	if (dice_once_in(dice, 3))
		put_program(dice, request.nlh);
	return send(mnl_socket_get_fd(client->nl), request.nlh, request.nlh->nlmsg_len,
		    MSG_DONTWAIT) > 0;
}

bool act_events(struct dice *dice)
{
	struct client client;
	unsigned int came;

	if (!listen_somehow(dice, &client))
		return false;
	came = receive(dice, &client, dice_roll(dice, 300));
	mnl_socket_close(client.nl);
	return came;
}

/* It never reads what it has asked for, and has little room. */
bool act_deaf(struct dice *dice)
{
	const int small = 2304;
	struct client client;

	if (!listen_somehow(dice, &client))
		return false;
	setsockopt(mnl_socket_get_fd(client.nl), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	usleep(dice_roll(dice, 3000000));
	mnl_socket_close(client.nl);
	return true;
}

/* It may say that it cannot, but not die. */
static void check_status(const char *const *words, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		die("%s cannot be run", must_getenv("SOCKPORT_BIN"));
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		die("sockport %s %s ... died of signal %d", words[1], words[2] ? words[2] : "",
		    WTERMSIG(status));
}

bool act_command(struct dice *dice)
{
	static const char *const lines[][7] = {
		{ "sockport", "ports", "-a" }, { "sockport", "ports", "-AJ" },
		{ "sockport", "sockets", "-Apo", "+unit,cookie" }, { "sockport", "who" },
		{ "sockport", "show", "20003" }, { "sockport", "summary", "-A" },
		{ "sockport", "programs", "-J" }, { "sockport", "closed", "-A" },
		{ "sockport", "metrics", "-A" }, { "sockport", "closed-doors" },
		{ "sockport", "top", "--batch", "--count", "2" },
		{ "sockport", "doctor", "-A" }, { "sockport", "stats" }, { "sockport", "reset" },
		{ "sockport", "events", "--count", "5" },
		{ "sockport", "ports", "--interval", "1", "--count", "2" },
		{ "sockport", "kill", "--yes", "sport", ":20003" },
		{ "sockport", "kill", "--yes", "-l", "port", ":21002" },
	};
	const char *const *words = *dice_pick(dice, lines);
	const char *path = must_getenv("SOCKPORT_BIN");
	pid_t pid = fork();
	int status, null;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		alarm(30);
		signal(SIGALRM, SIG_DFL);
		execv(path, (char *const *)words);
		_exit(NOT_THERE);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid &&
	    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
		check_status(words, status);
	return pid > 0;
}
