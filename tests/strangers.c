// SPDX-License-Identifier: GPL-2.0
/*
 * strangers.c - nobody is told more of a process than /proc tells, also of one
 * that is remembered only: pid namespaces, user namespaces, hidepid; and who asks
 * for nothing special is denied nothing that a security module would log
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <kselftest_harness.h>
#include <linux/capability.h>
#include <linux/sockport.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/netns.h"
#include "lib/visit.h"

#define IN		SOCKPORT_ROLE_IN
#define PORT		8100
#define OTHER_PORT	8101
#define SERVER_USER	1234
#define NOBODY		65534
#define GROUP		4242
/* No part of another name. */
#define STRANGER	"outsider"

/* What a process that was told something ends with, and its status then. */
#define TOLD		3
#define STATUS_TOLD	(TOLD << 8)

FIXTURE(strangers) {
	char	root[32];
};

FIXTURE_SETUP(strangers)
{
	strcpy(self->root, "/tmp/strangers-XXXXXX");
	if (!mkdtemp(self->root) || chmod(self->root, 0755))
		die("%s: %m", self->root);
	netns_enter();
}

FIXTURE_TEARDOWN(strangers)
{
	rmdir(self->root);
}

static void listen_on(const void *port)
{
	socket_listen(AF_INET, "127.0.0.1", *(const uint16_t *)port, 5);
}

static void listen_dumpable(const void *port)
{
	if (prctl(PR_SET_DUMPABLE, 1))
		die("dumpable: %m");
	listen_on(port);
}

static void listen_as_server(const void *port)
{
	become_only(SERVER_USER, true);
	listen_on(port);
}

/* 1 if who opened a port is told, by number and by name. */
static int told_opener(uint16_t port)
{
	struct client client = client_open();
	struct opener opener = history_of(&client, IN, port).opener;

	client_close(&client);
	if (!opener.pid != !opener.comm[0])
		die("port %u: pid %u, name %s", port, opener.pid, opener.comm);
	return opener.pid || opener.told;
}

static int add_named(const struct nlmsghdr *nlh, void *data)
{
	static const char name[] = STRANGER;

	*(unsigned int *)data += !!memmem(nlh, nlh->nlmsg_len, name, sizeof(name) - 1);
	return MNL_CB_OK;
}

/* In how many rows of all sockets, with their processes, is the stranger? */
static unsigned int told_in_sockets(void)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();
	unsigned int rows = 0;

	request_begin(&client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT,
			 SOCKPORT_WANT_OWNER | SOCKPORT_WANT_PROCESSES);
	if (client_run(&client, request, add_named, &rows))
		die("sockets: %s", client.message);
	client_close(&client);
	free(request);
	return rows;
}

/*
 * Root with all its powers, in a pid namespace of its own, sees who is in there.
 * A connection whose listener is gone keeps the port's opener in the listing.
 */
static int first_of_pid_namespace(void)
{
	const uint16_t port = OTHER_PORT;
	struct child own = child_begin("neighbour", listen_on, &port);
	int wrong = told_opener(PORT) + told_in_sockets() + !told_opener(OTHER_PORT);

	if (wrong)
		note("inside: opener %d, sockets %u, own opener %d", told_opener(PORT),
		     told_in_sockets(), told_opener(OTHER_PORT));
	child_end(&own);
	return wrong;
}

static int look_from_pid_namespace(void)
{
	if (unshare(CLONE_NEWPID))
		die("pid namespace: %m");
	return in_child(first_of_pid_namespace()) ? 1 : 0;
}

TEST_F_TIMEOUT(strangers, pid_namespace, 300)
{
	const uint16_t port = PORT;
	struct child server = child_begin(STRANGER, listen_on, &port);
	int waiting = socket_connect(AF_INET, "127.0.0.1", PORT, 0);

	EXPECT_EQ(1, told_opener(PORT));
	EXPECT_LT(0, told_in_sockets());
	EXPECT_EQ(0, in_child(look_from_pid_namespace()));
	EXPECT_EQ(0, child_end(&server));
	/* It is gone, and remembered. */
	EXPECT_EQ(1, told_opener(PORT));
	EXPECT_EQ(0, in_child(look_from_pid_namespace()));
	close(waiting);
}

/*
 * A root directory that is all in memory, with a /proc of its own. No chroot(), in one
 * there are no user namespaces.
 */
static void enter_root(const char *root, const char *options)
{
	char proc[64];
	struct stat status;

	snprintf(proc, sizeof(proc), "%s/proc", root);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("root", root, "tmpfs", 0, NULL) || mkdir(proc, 0755) ||
	    mount("proc", proc, "proc", 0, options) || chdir(root) ||
	    syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/") ||
	    stat("/proc/version", &status))
		die("root directory: %m");
}

/* Keep no power but that over the network. */
static void keep_net_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = 1 << CAP_NET_ADMIN, .permitted = 1 << CAP_NET_ADMIN },
	};

	if (syscall(SYS_capset, &header, data))
		die("capset: %m");
}

static void look_from(const char *root, const char *options)
{
	const gid_t group = GROUP;

	enter_root(root, options);
	/* That of root is the one that is excepted when no other is. */
	if (setgroups(1, &group) || setgid(NOBODY))
		die("groups: %m");
	keep_net_admin();
}

static int told_with(const char *root, const char *options)
{
	look_from(root, options);
	return told_opener(PORT) ? TOLD : 0;
}

/* The group that hidepid makes an exception for has none with "ptraceable". */
TEST_F_TIMEOUT(strangers, hidepid, 300)
{
	const uint16_t port = PORT;
	struct child server = child_begin(STRANGER, listen_as_server, &port);

	EXPECT_EQ(STATUS_TOLD, in_child(told_with(self->root, "hidepid=off")));
	EXPECT_EQ(0, in_child(told_with(self->root, "hidepid=invisible")));
	EXPECT_EQ(STATUS_TOLD, in_child(told_with(self->root, "hidepid=invisible,gid=4242")));
	EXPECT_EQ(0, in_child(told_with(self->root, "hidepid=ptraceable")));
	EXPECT_EQ(0, in_child(told_with(self->root, "hidepid=ptraceable,gid=4242")));
	EXPECT_EQ(0, child_end(&server));
}

static int hears_with(const char *root, const char *options, int ready)
{
	struct events events;
	struct event *event;

	look_from(root, options);
	events = events_begin();
	if (write(ready, "r", 1) != 1)
		die("pipe: %m");
	event = events_take(&events, SOCKPORT_EVENT_TYPE_LISTEN, IN);
	return EVENT_HAS(event, PID) || EVENT_HAS(event, COMM) ? TOLD : 0;
}

/* Somebody else begins to listen while one listens to events. */
static int heard_with(const char *root, const char *options)
{
	const uint16_t port = OTHER_PORT;
	struct child server;
	int ready[2], status;
	pid_t pid;
	char byte;

	if (pipe(ready))
		die("pipe: %m");
	pid = fork();
	if (!pid)
		_exit(hears_with(root, options, ready[1]));
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("nobody listens to events");
	server = child_begin(STRANGER, listen_as_server, &port);
	if (waitpid(pid, &status, 0) != pid || child_end(&server))
		die("wait: %m");
	close(ready[0]);
	return status;
}

TEST_F_TIMEOUT(strangers, hidepid_events, 300)
{
	history_on();
	EXPECT_EQ(STATUS_TOLD, heard_with(self->root, "hidepid=off"));
	EXPECT_EQ(0, heard_with(self->root, "hidepid=invisible"));
	EXPECT_EQ(STATUS_TOLD, heard_with(self->root, "hidepid=invisible,gid=4242"));
	EXPECT_EQ(0, heard_with(self->root, "hidepid=ptraceable"));
}

static void visit(void)
{
	const uint16_t port = PORT;

	listen_on(&port);
}

/* Who has all rights over the network namespace sees those of its user namespace. */
static int host_of(const char *root)
{
	const uint16_t port = OTHER_PORT;
	struct visit visitor = visit_begin(STRANGER, visit);
	struct child own;
	int wrong;

	enter_root(root, NULL);
	if (setgid(SERVER_USER) || setuid(SERVER_USER) || prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER))
		die("user namespace: %m");
	netns_enter_bare();
	visit_end(&visitor);
	own = child_begin("neighbour", listen_dumpable, &port);
	wrong = told_opener(PORT) + !told_opener(OTHER_PORT);
	if (wrong)
		note("visitor %d, own %d", told_opener(PORT), told_opener(OTHER_PORT));
	child_end(&own);
	return wrong;
}

TEST_F_TIMEOUT(strangers, user_namespace, 300)
{
	EXPECT_EQ(0, in_child(host_of(self->root)));
}

#define TRACING		"/sys/kernel/tracing"
#define TRACE		TRACING "/instances/strangers"
#define ASKED		"sockport_asked"

static void tracing_begin(pid_t pid)
{
	run("mountpoint -q " TRACING " || mount -t tracefs none " TRACING);
	/* What is to be logged when it is denied: CAP_OPT_NOAUDIT is not set. */
	run("echo 'p:" ASKED " cap_capable cap=$arg3:s32 opts=$arg4:u32' >>" TRACING
	    "/kprobe_events");
	run("mkdir " TRACE);
	run("echo 'common_pid == %d && !(opts & 2)' >" TRACE "/events/kprobes/" ASKED "/filter",
	    pid);
	run("echo 1 >" TRACE "/events/kprobes/" ASKED "/enable");
}

static void tracing_end(void)
{
	run("echo 0 >" TRACE "/events/kprobes/" ASKED "/enable; rmdir " TRACE "; echo '-:" ASKED
	    "' >>" TRACING "/kprobe_events");
}

static void mark(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		die("trace: %m");
}

static void ask_all(void)
{
	struct request *request = malloc(sizeof(*request));
	struct client client = client_open();
	unsigned int rows = 0;

	free(read_text(PROC_PORTS, 4096));
	free(read_text(PROC_SOCKETS, 4096));
	free(read_text(PROC_STATS, 4096));
	request_begin(&client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, SOCKPORT_WANT_OWNER);
	client_run(&client, request, add_named, &rows);
	request_begin(&client, request, SOCKPORT_CMD_PORT_GET, NLM_F_DUMP);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_WANT,
			 SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_OPENER);
	client_run(&client, request, add_named, &rows);
	client_close(&client);
	free(request);
}

/* The last thing is one that is logged, to see that such things are seen. */
static int ask_as_nobody(void)
{
	int fd;

	tracing_begin(getpid());
	fd = open(TRACE "/trace_marker", O_WRONLY);
	if (fd < 0 || setgid(NOBODY) || setuid(NOBODY))
		die("nobody: %m");
	mark(fd, "asks");
	ask_all();
	mark(fd, "asked");
	if (!sethostname("nobody", 6))
		die("nobody names the host");
	mark(fd, "ended");
	return 0;
}

/* Lines of the trace between two marks. */
static unsigned int asked_between(const char *text, const char *from, const char *to)
{
	const char *end = strstr(text, to);
	unsigned int n = 0;

	text = strstr(text, from);
	if (!text || !end)
		die("no mark: %s, %s", from, to);
	while ((text = strstr(text, ASKED ":")) && text < end) {
		note("%.80s", text);
		text++;
		n++;
	}
	return n;
}

TEST_F_TIMEOUT(strangers, unlogged, 300)
{
	const uint16_t port = PORT;
	struct child server = child_begin(STRANGER, listen_as_server, &port);
	char *text;

	EXPECT_EQ(0, in_child(ask_as_nobody()));
	text = read_text(TRACE "/trace", 4096);
	EXPECT_EQ(0, asked_between(text, ": asks", ": asked"));
	EXPECT_LT(0, asked_between(text, ": asked", ": ended"));
	free(text);
	tracing_end();
	EXPECT_EQ(0, child_end(&server));
}

TEST_HARNESS_MAIN
