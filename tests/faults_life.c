// SPDX-License-Identifier: GPL-2.0
/*
 * faults_life.c - whichever allocation fails while the module is loaded, its files are
 * read, history begins, namespaces come and connections are made: what is lost is
 * counted, and afterwards all is right
 *
 * As in faults.c the first allocation fails, the second, and so on; where there are too
 * many, some of them, other ones each time.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/child.h"
#include "lib/client.h"
#include "lib/connection.h"
#include "lib/die.h"
#include "lib/events.h"
#include "lib/faults.h"
#include "lib/history.h"
#include "lib/listing.h"
#include "lib/module.h"
#include "lib/netns.h"
#include "lib/slabs.h"
#include "lib/stream.h"
#include "lib/trace.h"

#define PORT		8000
/* Of what takes long so many are tried. */
#define TRIES		20
/* But all of the first, or each fourth of the last, where those are ours. */
#define FIRST		40
#define LAST		240
#define OF_LAST		4
/* Allocations of a namespace before and after ours begin that are tried. */
#define BEFORE		6
#define AFTER		24

FIXTURE(faults_life) {
	struct slabs	slabs;
};

FIXTURE_SETUP(faults_life)
{
	if (!faults_work())
		return;
	if (!module_loaded())
		module_load();
	netns_enter();
	netns_sysctl("ipv4/tcp_max_tw_buckets", "0");
	slabs_count(&self->slabs);
	history_on();
	faults_begin();
}

FIXTURE_TEARDOWN(faults_life)
{
	if (!faults_work())
		return;
	if (!module_loaded())
		module_load();
	history_on();
	closefrom(3);
	netns_enter_bare();
	slabs_wait(&self->slabs, 1);
}

/* Steps from one allocation to the next: of @count not more than TRIES are tried. */
static unsigned int step_of(unsigned int count)
{
	return count / TRIES + 1;
}

/* A number below a step, another one each time this is run. */
static unsigned int part_of(unsigned int step)
{
	unsigned int part = now_ms() % step;

	if (step > 1)
		note("each %u-th, and %u", step, part);
	return part;
}

/**
 * struct text - what is compared of a file
 * @error: 0, or errno of open() or read()
 */
struct text {
	int		error;
	size_t		lines;
	size_t		words;
	bool		failed;
};

static void count_words(struct text *text, const char *piece, size_t length, bool *in_word)
{
	for (; length--; piece++) {
		text->lines += *piece == '\n';
		text->words += *in_word && (*piece == ' ' || *piece == '\n');
		*in_word = *piece != ' ' && *piece != '\n';
	}
}

static struct text read_once(int directory, const char *name, enum faults kind,
			     unsigned int first)
{
	static char piece[4096];
	struct text text = { 0 };
	bool in_word = false;
	ssize_t n = -1;
	int fd;

	if (first)
		faults_set(kind, first);
	fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		count_words(&text, piece, n, &in_word);
	text.error = n < 0 ? errno : 0;
	if (first)
		text.failed = faults_clear();
	close(fd);
	return text;
}

static unsigned int try_file(const char *name, enum faults kind)
{
	int directory = open("/proc/thread-self/net", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct text whole = read_once(directory, name, kind, 0), text;
	unsigned int first = 0, wrong = 0, errors = 0;

	do {
		text = read_once(directory, name, kind, ++first);
		errors += text.error != 0;
		if (text.error == ENOMEM || (!text.error && text.lines == whole.lines &&
					     text.words == whole.words && faults_hold_nothing()))
			continue;
		wrong++;
		note("%s, allocation %u: %s, %zu lines instead of %zu", name, first,
		     strerror(text.error), text.lines, whole.lines);
	} while (text.failed);
	text = read_once(directory, name, kind, 0);
	note("%s: %u allocations, %u errors", name, first - 1, errors);
	close(directory);
	return wrong + !errors + (text.lines != whole.lines) + (text.words != whole.words) +
	       !faults_hold_nothing();
}

TEST_F_TIMEOUT(faults_life, files, 3600)
{
	static const char *const names[] = { "sockport", "sockport_sockets", "sockport_stats" };
	enum faults kind;
	unsigned int i;

	NEED_FAULTS();
	for (i = 0; i < 3; i++)
		for (kind = 0; kind < FAULTS_KINDS; kind++)
			EXPECT_EQ(0, try_file(names[i], kind));
}

/* Returns 0 or -errno. */
static int put_parameter(int fd, const char *value, enum faults kind, unsigned int first,
			 bool *failed)
{
	ssize_t n;

	faults_set(kind, first);
	n = pwrite(fd, value, strlen(value), 0);
	*failed = faults_clear();
	return n < 0 ? -errno : 0;
}

static int open_parameter(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/module/sockport/parameters/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static bool parameter_is(const char *name, const char *value)
{
	char now[32] = "";
	int fd = open_parameter(name);

	if (pread(fd, now, sizeof(now) - 1, 0) <= 0)
		die("%s: %s", name, strerror(errno));
	close(fd);
	now[strcspn(now, "\n")] = 0;
	return !strcmp(now, value);
}

static unsigned int step_at(unsigned int first, unsigned int step, unsigned int part)
{
	if (first < FIRST)
		return 1;
	return first == FIRST ? 1 + part : step;
}

/* A parameter is what was put, or what it was. Returns how often it is neither. */
static unsigned int try_parameter(const char *name, const char *old, const char *value,
				  enum faults kind)
{
	unsigned int wrong = 0, errors = 0, first, step, part, count;
	int fd = open_parameter(name), err;
	bool failed;

	module_parameter(name, old, NULL);
	put_parameter(fd, value, FAULTS_ONE, FAULTS_MOST, &failed);
	count = faults_count();
	step = step_of(count);
	part = part_of(step);
	for (first = 1, failed = true; failed; first += step_at(first, step, part)) {
		module_parameter(name, old, NULL);
		err = put_parameter(fd, value, kind, first, &failed);
		errors += err != 0;
		if ((!err && parameter_is(name, value)) ||
		    (err == -ENOMEM && failed && parameter_is(name, old)))
			continue;
		wrong++;
		note("%s = %s, allocation %u: %d", name, value, first, err);
	}
	close(fd);
	module_parameter(name, value, NULL);
	note("%s = %s: %u allocations, %u errors", name, value, count, errors);
	return wrong + !errors + !parameter_is(name, value);
}

static unsigned int try_both(const char *name, const char *old, const char *value)
{
	return try_parameter(name, old, value, FAULTS_ONE) +
	       try_parameter(name, old, value, FAULTS_REST);
}

TEST_F_TIMEOUT(faults_life, sizes, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_both("last_connections", "10", "1024"));
	EXPECT_EQ(0, try_both("history_sockets", "1000", "1048576"));
	EXPECT_EQ(0, try_both("udp_accounting", "N", "Y"));
	module_parameter("udp_accounting", "N", NULL);
}

/* A connection in a row of its own, from its beginning to its end. */
static unsigned int wrong_history(uint16_t port)
{
	struct client client = client_open();
	int listener = socket_listen(AF_INET, "127.0.0.1", port, 5);
	unsigned int wrong;

	stream_live(listener, AF_INET, "127.0.0.1", 100, 200, SERVER_FIRST, NULL, NULL);
	close(listener);
	wrong = TCP_DIFFERS(&client, OUT, port, H(OPENED, 1), H(CLOSED_BY_PEER, 1),
			    H(BYTES_OUT, 100), H(BYTES_IN, 200)) +
		TCP_DIFFERS(&client, IN, port, H(ACCEPTED, 1), H(CLOSED, 1),
			    H(BYTES_IN, 100), H(BYTES_OUT, 200));
	client_close(&client);
	return wrong;
}

/* It begins, perhaps without what it can do without, or it does not. */
TEST_F_TIMEOUT(faults_life, history, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_both("history", "N", "Y"));
	history_restart();
	EXPECT_EQ(0, wrong_history(PORT + 1));
}

static int load(enum faults kind, unsigned int first, const char *parameters, bool *failed)
{
	int fd = open(must_getenv("SOCKPORT_KO"), O_RDONLY | O_CLOEXEC), err;

	faults_set(kind, first);
	err = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	*failed = faults_clear();
	close(fd);
	return err;
}

/* Allocations of a load that does not come to the module's own code. */
static unsigned int count_loader(void)
{
	bool failed;

	if (load(FAULTS_ONE, FAULTS_MOST, "max_rows=none", &failed) != -EINVAL)
		die("a parameter that is no number is taken");
	return faults_count();
}

static unsigned int count_load(void)
{
	unsigned int count;
	bool failed;

	if (load(FAULTS_ONE, FAULTS_MOST, "history=N", &failed))
		die("the module does not load");
	count = faults_count();
	module_unload();
	return count;
}

/* There is a module that works, or none. */
static unsigned int try_load(enum faults kind)
{
	unsigned int wrong = 0, errors = 0, first, step, before, count, dense;
	bool failed = true;
	int err;

	module_unload();
	before = count_loader();
	count = count_load();
	step = step_of(count - before);
	dense = count > before + LAST ? count - LAST : before;
	first = before + 1 + part_of(step);
	for (; failed; first += first < dense ? step : OF_LAST) {
		err = load(kind, first, "history=N", &failed);
		errors += err != 0;
		if (err ? failed && !module_loaded() : proc_stat("open_walks") == 0) {
			if (!err)
				module_unload();
			continue;
		}
		wrong++;
		note("allocation %u: %d, loaded: %d", first, err, module_loaded());
	}
	if (module_loaded())
		module_unload();
	module_load();
	note("%u allocations, of which %u before ours, %u errors", count, before, errors);
	return wrong + !errors + wrong_history(PORT + 2 + kind);
}

TEST_F_TIMEOUT(faults_life, load, 3600)
{
	NEED_FAULTS();
	EXPECT_EQ(0, try_load(FAULTS_ONE));
	EXPECT_EQ(0, try_load(FAULTS_REST));
}

/* A namespace is made and left again, by a child; 0, or the errno of unshare(). */
static int make_namespace(enum faults kind, unsigned int first)
{
	int error;

	faults_begin();
	faults_set(kind, first);
	error = unshare(CLONE_NEWNET) ? errno : 0;
	faults_clear();
	if (!error && (access(PROC_PORTS, R_OK) || proc_stat("open_walks")))
		return 255;
	return error;
}

#define MAKE_NAMESPACE(kind, first) WEXITSTATUS(in_child(make_namespace(kind, first)))

static bool comes_to_ours(unsigned int first)
{
	unsigned long long before = trace_calls("ours");

	MAKE_NAMESPACE(FAULTS_ONE, first);
	return trace_calls("ours") > before;
}

/* The first allocation that fails when our part has begun. */
static unsigned int find_ours(void)
{
	unsigned int low = 1, high = FAULTS_MOST / 16, middle;

	trace_probe("ours", "sockport_proc_net_init");
	trace_count();
	while (low < high) {
		middle = (low + high) / 2;
		if (comes_to_ours(middle))
			high = middle;
		else
			low = middle + 1;
	}
	trace_end();
	return low;
}

TEST_F_TIMEOUT(faults_life, namespaces, 3600)
{
	unsigned int errors = 0, wrong = 0, first, ours;
	enum faults kind;
	int error;

	NEED_FAULTS();
	if (!trace_works())
		SKIP(return, "this kernel has no probes");
	ours = find_ours();
	for (kind = 0; kind < FAULTS_KINDS; kind++) {
		for (first = ours - BEFORE; first < ours + AFTER; first++) {
			error = MAKE_NAMESPACE(kind, first);
			errors += error != 0;
			wrong += error && error != ENOMEM && error != ENOBUFS;
		}
	}
	note("ours are from %u on, %u errors", ours, errors);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(0, errors);
	EXPECT_EQ(0, MAKE_NAMESPACE(FAULTS_ONE, FAULTS_MOST));
}

TEST_HARNESS_MAIN
