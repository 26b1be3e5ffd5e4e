// SPDX-License-Identifier: GPL-2.0
/*
 * torture.c - all at once, at random, while the module comes and goes
 *
 * TORTURE_SEED repeats what each actor does, not who comes first; TORTURE_SECONDS says for how long
 * (three minutes). Nothing is asked of any answer: the kernel must not complain, the module
 * must go when it is told to, and nothing must be left.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/actors.h"
#include "lib/die.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/slabs.h"

#define SECONDS		180
/* Of the namespace that the others share. */
#define TIME_WAITS	"500"
/* So long MPTCP and SCTP may wait for peers that are gone. */
#define MINUTES		5
#define MODPROBE	"/proc/sys/kernel/modprobe"
#define PROCESSOR	"/sys/devices/system/cpu/cpu1/online"

/**
 * struct actor - a process that does one kind of thing
 * @after: of its steps it rests for a moment, so that there are not too many
 */
static const struct actor {
	const char	*name;
	bool		(*act)(struct dice *dice);
	unsigned int	after;
	bool		is_user;
} actors[] = {
	{ "sockets", act_sockets, 40, false },
	{ "sockets of others", act_sockets, 40, false },
	{ "sockets of a user", act_sockets, 40, true },
	{ "processes", act_processes, 1, false },
	{ "descriptors", act_descriptors, 2, false },
	{ "namespaces", act_namespaces, 1, false },
	{ "interfaces", act_interfaces, 1, false },
	{ "processors", act_processors, 1, false },
	{ "memory", act_memory, 1, false },
	{ "parameters", act_parameters, 1, false },
	{ "files", act_files, 3, false },
	{ "files for a user", act_files, 3, true },
	{ "requests", act_requests, 5, false },
	{ "requests of a user", act_requests, 5, true },
	{ "events", act_events, 1, false },
	{ "deaf listeners", act_deaf, 1, false },
	{ "command", act_command, 1, false },
};

#define ACTORS	(sizeof(actors) / sizeof(actors[0]))

FIXTURE(torture) {
	struct slabs	slabs;
	unsigned long	*done;
	pid_t		pid[ACTORS];
	uint64_t	seed;
	char		modprobe[256];
};

static unsigned long number_of(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);

	return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

/* Interfaces and families that are gone are no reason to start programs without end. */
static void find_modules(const char *by)
{
	FILE *file = fopen(MODPROBE, "we");

	if (!file || fprintf(file, "%s\n", by) < 0 || fclose(file))
		die("%s: %s", MODPROBE, strerror(errno));
}

static void find_no_modules(char *before, int room)
{
	FILE *file = fopen(MODPROBE, "re");

	if (!file || !fgets(before, room, file))
		die("%s: %s", MODPROBE, strerror(errno));
	before[strcspn(before, "\n")] = 0;
	fclose(file);
	find_modules("");
}

FIXTURE_SETUP(torture)
{
	if (module_loaded())
		module_unload();
	netns_enter();
	netns_sysctl("ipv4/tcp_max_tw_buckets", TIME_WAITS);
	netns_sysctl("ipv4/tcp_orphan_retries", "1");
	netns_sysctl("ipv4/ping_group_range", "0 2147483647");
	act_sockets_load();
	run("ip link add one type veth peer name other && ip link del one");
	find_no_modules(self->modprobe, sizeof(self->modprobe));
	slabs_count(&self->slabs);
	kernel_log_begin();
	self->seed = number_of("TORTURE_SEED", time(NULL));
	self->done = mmap(NULL, sizeof(*self->done) * ACTORS, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->done);
}

/* What they have made dies with them, or has ended by itself. */
FIXTURE_TEARDOWN(torture)
{
	const int online = open(PROCESSOR, O_WRONLY | O_CLOEXEC);

	if (online >= 0 && write(online, "1", 1) != 1)
		note("the second processor stays away: %s", strerror(errno));
	find_modules(self->modprobe);
	act_memory_end();
	if (!module_loaded())
		module_load();
	closefrom(3);
	netns_enter_bare();
	module_unload();
	EXPECT_STREQ("", kernel_log_complaint());
	slabs_wait(&self->slabs, MINUTES);
	module_load();
}

static void perform(const struct actor *actor, uint64_t seed, unsigned long *done)
{
	struct dice dice = dice_new(seed);
	unsigned int steps = 0;

	signal(SIGPIPE, SIG_IGN);
	if (actor->is_user)
		become_only(4711, true);
	/* To become somebody else would take it back. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		*done += actor->act(&dice);
		if (!(++steps % actor->after))
			usleep(5000);
	}
}

/* With parameters that a machine may have, and those that none should. */
static void load_somehow(struct dice *dice)
{
	static const char *const parameters[] = {
		"", "", "history=N", "history_rows=64 history_sockets=64 last_connections=4",
		"history_programs=16 closed_doors=16", "udp_accounting=Y", "max_rows=100",
		"max_memory=1", "max_chain=1",
	};

	module_load_with(*dice_pick(dice, parameters));
}

static bool is_there(pid_t pid)
{
	return !waitpid(pid, NULL, WNOHANG);
}

TEST_F_TIMEOUT(torture, all_at_once, 36000)
{
	const unsigned long seconds = number_of("TORTURE_SECONDS", SECONDS);
	const long long ends = now_ms() + seconds * 1000;
	struct dice dice = dice_new(self->seed);
	unsigned int loads = 0, i;

	note("seed %llu, %lu seconds", (unsigned long long)self->seed, seconds);
	for (i = 0; i < ACTORS; i++) {
		self->pid[i] = fork();
		ASSERT_LE(0, self->pid[i]);
		if (!self->pid[i])
			perform(&actors[i], self->seed + i + 1, &self->done[i]);
	}
	go_first();
	for (; now_ms() < ends && !*kernel_log_complaint(); loads++) {
		load_somehow(&dice);
		usleep(dice_roll(&dice, 8000000));
		module_unload();
		usleep(dice_roll(&dice, 500000));
	}
	for (i = 0; i < ACTORS; i++) {
		EXPECT_TRUE(is_there(self->pid[i])) {
			TH_LOG("%s gave up", actors[i].name);
		}
		EXPECT_LT(0, self->done[i]) {
			TH_LOG("%s could do nothing", actors[i].name);
		}
		kill(self->pid[i], SIGKILL);
		waitpid(self->pid[i], NULL, 0);
		note("%s: %lu times", actors[i].name, self->done[i]);
	}
	note("%u loads", loads);
}

TEST_HARNESS_MAIN
