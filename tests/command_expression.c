// SPDX-License-Identifier: GPL-2.0
/*
 * command_expression.c - what people type to say which sockets they mean
 *
 * Expressions are read, the program for the kernel is run here on sockets that are made
 * up, and what is left for the command is asked for: together both must come to what
 * the test itself finds.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/rows.h"
#include "select/expression.h"

#include "kselftest_harness.h"

#define WORDS_MOST	64

/* No name server is asked what these words might be. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
		struct addrinfo **list)
{
	static struct sockaddr_in loopback = { .sin_family = AF_INET };
	static struct addrinfo address = { .ai_family = AF_INET, .ai_addr = (void *)&loopback };

	(void)service;
	(void)hints;
	loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*list = &address;
	return strcmp(name, "localhost") ? EAI_NONAME : 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

/* As a shell would hand it over: words between blanks. */
static struct expression_plan *plan_of(const char *text, int family, struct failure *failure)
{
	char copy[4096], *words[4096], *word, *rest = copy;
	unsigned int count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		words[count++] = word;
	words[count] = NULL;
	*failure = (struct failure){ 0 };
	return expression_plan(words, family, failure);
}

/* Sockets that are made up. */

#define TCP	SOCKPORT_PROTOCOL_TCP
#define BIT_OF(NAME)	(1ull << SOCKPORT_A_SOCKET_##NAME)

struct sample {
	struct socket_row	row;
	uint8_t			local[16];
	uint8_t			remote[16];
};

static struct sample sample_of(int family, const char *local, uint32_t local_port,
			       const char *remote, uint32_t remote_port, uint8_t state)
{
	const uint8_t size = family == AF_INET ? 4 : 16;
	struct sample sample = {
		.row = {
			.known = BIT_OF(LOCAL_PORT) | BIT_OF(REMOTE_PORT) | BIT_OF(UID),
			.protocol = TCP,
			.family = family,
			.role = SOCKPORT_ROLE_IN,
			.state = state,
			.local_port = local_port,
			.remote_port = remote_port,
			.local_size = size,
			.remote_size = size,
			.uid = local_port,
		},
	};

	inet_pton(family, local, sample.local);
	inet_pton(family, remote, sample.remote);
	return sample;
}

/* Of the socket that a process has. */
#define INODE	4711

enum sample_number {
	LISTENER, SERVER, CLIENT, OTHER_SERVER, SIX, MAPPED, OLD, SAMPLES,
};

static struct sample samples[SAMPLES];

static void make_samples(void)
{
	static const struct process_row process = {
		.known = 1ull << SOCKPORT_A_PROCESS_PID, .pid = 77,
	};
	unsigned int i;

	samples[LISTENER] = sample_of(AF_INET, "0.0.0.0", 22, "0.0.0.0", 0,
				      SOCKPORT_STATE_LISTEN);
	samples[SERVER] = sample_of(AF_INET, "10.0.0.1", 22, "10.0.0.1", 36266,
				    SOCKPORT_STATE_ESTABLISHED);
	samples[CLIENT] = sample_of(AF_INET, "10.0.0.1", 36266, "10.0.0.1", 22,
				    SOCKPORT_STATE_ESTABLISHED);
	samples[OTHER_SERVER] = sample_of(AF_INET, "10.0.0.1", 22, "10.0.0.2", 50312,
					  SOCKPORT_STATE_ESTABLISHED);
	samples[SIX] = sample_of(AF_INET6, "2001:db8::1", 443, "2001:db8:1::2", 40000,
				 SOCKPORT_STATE_ESTABLISHED);
	samples[MAPPED] = sample_of(AF_INET6, "::ffff:10.0.0.1", 80, "::ffff:192.0.2.9", 41000,
				    SOCKPORT_STATE_CLOSE_WAIT);
	samples[OLD] = sample_of(AF_INET, "10.0.0.1", 8080, "193.233.7.5", 42000,
				 SOCKPORT_STATE_TIME_WAIT);
	for (i = 0; i < SAMPLES; i++) {
		samples[i].row.local = samples[i].local;
		samples[i].row.remote = samples[i].remote;
	}
	samples[CLIENT].row.known |= BIT_OF(PROCESS);
	samples[CLIENT].row.inode = INODE;
	samples[CLIENT].row.processes = (struct process_rows){ .count = 1, .list = { process } };
}

/* The test's own judgement. */

static bool prefix_holds(const struct prefix *prefix, const struct sample *sample,
			 const uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const bool six = sample->row.family == AF_INET6;
	unsigned int i;

	if (prefix->family == AF_INET6 && !six)
		return false;
	if (prefix->family == AF_INET && six) {
		if (memcmp(address, mapped, sizeof(mapped)))
			return false;
		address += sizeof(mapped);
	}
	for (i = 0; i < prefix->length; i++)
		if ((prefix->address[i / 8] ^ address[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool test_holds(const struct expression *test, const struct sample *sample)
{
	const struct socket_row *row = &sample->row;

	switch (test->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return test->mask >> row->protocol & 1;
	case SOCKPORT_CONDITION_FAMILY:
		return test->first == row->family;
	case SOCKPORT_CONDITION_STATE:
		return test->mask >> row->state & 1;
	/* All came in. */
	case SOCKPORT_CONDITION_PORT:
	case SOCKPORT_CONDITION_LOCAL_PORT:
		return test->first <= row->local_port && row->local_port <= test->last;
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return test->first <= row->remote_port && row->remote_port <= test->last;
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
		return prefix_holds(&test->prefix, sample, sample->local);
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		return prefix_holds(&test->prefix, sample, sample->remote);
	case SOCKPORT_CONDITION_UID:
		return test->first == row->uid;
	case SOCKPORT_CONDITION_INODE:
		return test->number == row->inode;
	case EXPRESSION_PID:
		return sample == &samples[CLIENT] && test->first == 77;
	}
	return false;
}

static bool tree_holds(const struct expression *tree, const struct sample *sample)
{
	switch (tree->kind) {
	case EXPRESSION_ANY:
		return true;
	case EXPRESSION_TEST:
		return test_holds(tree, sample);
	case EXPRESSION_NOT:
		return !tree_holds(tree->one, sample);
	case EXPRESSION_AND:
		return tree_holds(tree->one, sample) && tree_holds(tree->other, sample);
	default:
		return tree_holds(tree->one, sample) || tree_holds(tree->other, sample);
	}
}

/* As the kernel runs it: -1 for what it would refuse. */
static int run_program(const struct expression_plan *plan, const struct sample *sample)
{
	const struct expression_step *step;
	unsigned int at = 0, next;
	bool pid = !plan->pids;
	unsigned int i;

	for (i = 0; i < plan->pids; i++)
		pid |= sample == &samples[CLIENT] && plan->pid[i] == 77;
	while (at < plan->steps) {
		step = &plan->step[at];
		if (step->test->kind != EXPRESSION_TEST ||
		    step->test->condition > SOCKPORT_CONDITION_MAX)
			return -1;
		next = test_holds(step->test, sample) ? step->yes : step->no;
		if (!next)
			return 0;
		if (next <= at || next > plan->steps)
			return -1;
		at = next;
	}
	return pid;
}

/* Bits of the samples that match; -1 when program, rest and tree disagree. */
static int matches(const struct expression_plan *plan)
{
	int set = 0, program;
	unsigned int i;
	bool wanted, have;

	for (i = 0; i < SAMPLES; i++) {
		wanted = !plan->top || tree_holds(plan->top, &samples[i]);
		program = run_program(plan, &samples[i]);
		have = program > 0 && expression_matches(plan, &samples[i].row);
		if (program < 0 || have != wanted)
			return -1;
		set |= wanted << i;
	}
	return set;
}

#define ONE(NAME)	(1 << NAME)
#define ALL		(ONE(SAMPLES) - 1)
#define SERVERS		(ONE(SERVER) | ONE(OTHER_SERVER))
#define AT_22		(ONE(LISTENER) | SERVERS)
#define OF_10		(SERVERS | ONE(CLIENT) | ONE(MAPPED) | ONE(OLD))

static const struct {
	const char	*text;
	int		matches;
} meanings[] = {
	{ "", ALL },
	{ "dport = 22", ONE(CLIENT) },
	{ "dport 22", ONE(CLIENT) },
	{ "dport = :22", ONE(CLIENT) },
	{ "dport == :ssh", ONE(CLIENT) },
	{ "( dport = 22 )", ONE(CLIENT) },
	{ "src = 0.0.0.0", ONE(LISTENER) },
	{ "src 0.0.0.0", ONE(LISTENER) },
	{ "src 0.0.0.0 sport = 22", ONE(LISTENER) },
	{ "src 0.0.0.0 and sport = 22", ONE(LISTENER) },
	{ "src 10.0.0.1 and sport = 22 and dport = 50312", ONE(OTHER_SERVER) },
	{ "src 10.0.0.1 and sport = 22 and ( dport = 50312 )", ONE(OTHER_SERVER) },
	{ "src 10.0.0.1 and ( sport = 22 and dport = 50312 )", ONE(OTHER_SERVER) },
	{ "( src 10.0.0.1 and sport = 22 ) and dport = 50312", ONE(OTHER_SERVER) },
	{ "( src 0.0.0.0 or src 10.0.0.1 ) and dst 10.0.0.2", ONE(OTHER_SERVER) },
	/* Both bind alike, from left to right, as ss has it. */
	{ "src 0.0.0.0 or src 10.0.0.1 and dst 10.0.0.2", ONE(OTHER_SERVER) },
	{ "dst 10.0.0.2 and src 10.0.0.1 or src 0.0.0.0", ONE(OTHER_SERVER) | ONE(LISTENER) },
	{ "src 0.0.0.0 or ( src 10.0.0.1 and dst 10.0.0.2 )", ONE(OTHER_SERVER) | ONE(LISTENER) },
	{ "src 0.0.0.0 or src 10.0.0.1 dst 10.0.0.2", ONE(OTHER_SERVER) },
	/* "not" binds to what is next. */
	{ "not src 10.0.0.1 and sport = 22", ONE(LISTENER) },
	{ "! src 10.0.0.1 sport 22", ONE(LISTENER) },
	{ "not ( src 10.0.0.1 and sport = 22 )", ALL & ~SERVERS },
	{ "not not sport 22", AT_22 },
	{ "! ( ! ( sport eq 22 ) )", AT_22 },
	{ "sport != :22", ALL & ~AT_22 },
	{ "sport ne 22", ALL & ~AT_22 },
	{ "sport neq 22", ALL & ~AT_22 },
	{ "sport < 22", 0 },
	{ "sport lt 23", AT_22 },
	{ "sport <= 22", AT_22 },
	{ "sport le :22", AT_22 },
	{ "sport leq :22", AT_22 },
	{ "sport > 443", ONE(CLIENT) | ONE(OLD) },
	{ "sport gt :443", ONE(CLIENT) | ONE(OLD) },
	{ "sport >= :443", ONE(CLIENT) | ONE(OLD) | ONE(SIX) },
	{ "sport ge https and sport geq 443", ONE(CLIENT) | ONE(OLD) | ONE(SIX) },
	{ "sport = :* and dst *", ALL },
	{ "sport 80-443", ONE(SIX) | ONE(MAPPED) },
	{ "sport 22,443", AT_22 | ONE(SIX) },
	{ "sport != 22,443", ALL & ~(AT_22 | ONE(SIX)) },
	{ "src 10.0.0.0/8", OF_10 },
	{ "src 10/8", OF_10 },
	{ "src 10.0.0.0/255.0.0.0", OF_10 },
	{ "src 10.0.0.1:22", SERVERS },
	{ "src 10.0.0.0/8:22", SERVERS },
	{ "src *:22", AT_22 },
	{ "src :22", AT_22 },
	{ "dst 193.233.7/24", ONE(OLD) },
	{ "src [2001:db8::1]:443", ONE(SIX) },
	{ "src [2001:db8::1]", ONE(SIX) },
	{ "src 2001:db8::1", ONE(SIX) },
	{ "src 2001:db8::/32", ONE(SIX) },
	{ "src [2001:db8::]/32:443", ONE(SIX) },
	{ "src [2001:db8::1]:80", 0 },
	{ "src [::ffff:10.0.0.1]", ONE(MAPPED) },
	{ "src inet:10.0.0.1", SERVERS | ONE(CLIENT) | ONE(OLD) },
	{ "sport = inet6::443", ONE(SIX) },
	{ "sport != inet6::443", ONE(MAPPED) },
	{ "dst != 10.0.0.1", ALL & ~(ONE(SERVER) | ONE(CLIENT)) },
	{ "state established", SERVERS | ONE(CLIENT) | ONE(SIX) },
	{ "state ESTABLISHED", SERVERS | ONE(CLIENT) | ONE(SIX) },
	{ "state listening state time-wait", ONE(LISTENER) | ONE(OLD) },
	{ "state all", ALL },
	{ "exclude listening", ALL & ~ONE(LISTENER) },
	{ "exclude listening exclude time-wait sport 22", SERVERS },
	{ "excl time-wait", ALL & ~ONE(OLD) },
	{ "state all exclude established", ONE(LISTENER) | ONE(MAPPED) | ONE(OLD) },
	{ "state connected", ALL & ~ONE(LISTENER) },
	{ "state synchronized", ALL & ~ONE(LISTENER) },
	{ "state bucket", ONE(OLD) },
	{ "state big", ALL & ~ONE(OLD) },
	{ "state established ( dport = :ssh or sport = :ssh )", SERVERS | ONE(CLIENT) },
	{ "state time-wait ( sport = :http or sport = :8080 ) dst 193.233.7/24", ONE(OLD) },
	{ "sport=:22", AT_22 },
	{ "(sport=22 or sport=443)", AT_22 | ONE(SIX) },
	{ "sport>=443 &&sport<=443", ONE(SIX) },
	{ "sport = 22 || sport = 443", AT_22 | ONE(SIX) },
	{ "sport = 22 | sport = 443 & state listening", ONE(LISTENER) },
	{ "tcp and sport 22", AT_22 },
	{ "udp", 0 },
	{ "ipv6 sport 443", ONE(SIX) },
	/* What the kernel cannot decide. */
	{ "pid 77", ONE(CLIENT) },
	{ "pid 76,77 sport > 1", ONE(CLIENT) },
	{ "not pid 77", ALL & ~ONE(CLIENT) },
	{ "pid 77 or sport = 22", AT_22 | ONE(CLIENT) },
	{ "not ( pid 77 or sport = 22 )", ALL & ~(AT_22 | ONE(CLIENT)) },
	{ "not ( pid 77 and sport = 22 )", ALL },
	{ "( not pid 77 ) and src 10.0.0.1 and dport > 1", OF_10 & ~ONE(CLIENT) },
	{ "uid 22 and not pid 77", AT_22 },
	{ "not src *", 0 },
	{ "src * or pid 77", ALL },
	{ "not dst * or pid 77", ONE(CLIENT) },
};

/* Process 77 has a socket of ours and another one, process 78 as many as @data says. */
static int sockets_of(const uint32_t *pids, unsigned int pid_count, uint64_t *inodes,
		      unsigned int *count, void *data)
{
	const unsigned int room = *count, *many = data;
	unsigned int i;

	*count = 0;
	for (i = 0; i < pid_count; i++)
		*count += pids[i] == 77 ? 2 : pids[i] == 78 ? *many : 0;
	for (i = 0; i < *count && i < room; i++)
		inodes[i] = INODE + i;
	return 0;
}

/* Where the kernel decides alone, it decides the same. */
TEST(spelled_out)
{
	/* There is room for what options say. */
	unsigned int i, many = EXPRESSION_TESTS - 32, spelled_out = 0;
	struct expression_plan *plan, *spelled;
	struct failure failure;

	make_samples();
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		plan = plan_of(meanings[i].text, 0, &failure);
		ASSERT_NE(NULL, plan);
		ASSERT_EQ(0, expression_spell(plan, sockets_of, &many, &spelled, &failure));
		EXPECT_EQ(!strstr(meanings[i].text, "pid"), !spelled);
		if (spelled) {
			spelled_out++;
			EXPECT_EQ(0, spelled->pids + spelled->rests + spelled->want);
			EXPECT_EQ(meanings[i].matches, matches(spelled)) {
				TH_LOG("%s", meanings[i].text);
			}
		}
		expression_plan_free(spelled);
		expression_plan_free(plan);
	}
	EXPECT_LT(5, spelled_out);

	plan = plan_of("sport 22 and not unit no-such.service", 0, &failure);
	ASSERT_EQ(0, expression_spell(plan, sockets_of, &many, &spelled, &failure));
	EXPECT_EQ(AT_22, matches(spelled));
	expression_plan_free(spelled);
	expression_plan_free(plan);

	/* As many as there may be, then one more; autobound counts as two. */
	plan = plan_of("pid 78", 0, &failure);
	ASSERT_EQ(0, expression_spell(plan, sockets_of, &many, &spelled, &failure));
	EXPECT_EQ(many, spelled->steps);
	expression_plan_free(spelled);
	many++;
	EXPECT_EQ(-1, expression_spell(plan, sockets_of, &many, &spelled, &failure));
	EXPECT_EQ(NULL, spelled);
	EXPECT_NE(NULL, strstr(failure.text, "the process has too many sockets"));
	expression_plan_free(plan);
	for (i = 0; i < 2; i++) {
		many = EXPRESSION_TESTS - 34 + i;
		plan = plan_of("autobound and pid 78", 0, &failure);
		EXPECT_EQ(i ? -1 : 0,
			  expression_spell(plan, sockets_of, &many, &spelled, &failure));
		expression_plan_free(spelled);
		expression_plan_free(plan);
	}
	plan = plan_of("pid 1,2,3,4,5,6,7,8 and pid 1,2,3,4,5,6,7,8", 0, &failure);
	EXPECT_EQ(0, expression_spell(plan, sockets_of, &many, &spelled, &failure));
	expression_plan_free(spelled);
	expression_plan_free(plan);
	plan = plan_of("pid 1,2,3,4,5,6,7,8 and not pid 1,2,3,4,5,6,7,8,9", 0, &failure);
	EXPECT_EQ(-1, expression_spell(plan, sockets_of, &many, &spelled, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "at most 16 processes"));
	expression_plan_free(plan);
}

TEST(meaning)
{
	struct expression_plan *plan;
	struct failure failure;
	unsigned int i;
	int found;

	make_samples();
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		plan = plan_of(meanings[i].text, 0, &failure);
		ASSERT_NE(NULL, plan) {
			TH_LOG("%s: %s", meanings[i].text, failure.text);
		}
		found = matches(plan);
		EXPECT_EQ(meanings[i].matches, found) {
			TH_LOG("%s", meanings[i].text);
		}
		expression_plan_free(plan);
	}
}

/* Read without a word of complaint; what they mean needs more than samples. */
static const char *const good[] = {
	"autobound", "not autobound and sport > 1024", "dev lo", "dev = lo", "dev != lo", "dev 1",
	"fwmark 1", "fwmark = 0x01/0x03", "fwmark != 16/0xff", "fwmark = 010",
	"src unix:/tmp/.X11-unix/*", "src = unix:*bus*", "src unix:@/tmp/*", "src netlink:rtnl",
	"src netlink:route:kernel", "src netlink:*:1234", "sport = netlink::kernel",
	"src link:ip:lo", "src link:*:lo", "src link:arp", "src vsock:2:1024", "src vsock:*:22",
	"dst vsock:3", "src inet6:[::1]:22", "src inet:127.0.0.1:ssh", "dst any", "dst default",
	"unit nginx", "unit nginx.service and state listening", "unit a,b", "user root", "uid 0,1",
	"role in", "role = out", "older-than 5m", "older-than 90", "older-than 250ms and dport 443",
	"state close-wait and in-state-for 5m",
	"netns web", "netns = web and sport = 80", "inode 0", "protocol tcp,udp", "port 443",
	"state syn-sent", "state syn-recv", "state syn-rcv", "state fin-wait-1",
	"state fin-wait-2", "state closed", "state close", "state close-wait", "state last-ack",
	"state closing", "state unconnected", "state TIME_WAIT", "state established,syn-sent",
	"state connected exclude time-wait", "dport != 22 or not sport = 22", "dst 192.0.2.0/24:443",
	"src localhost", "dport gt 1024 and dport lt 2000",
};

TEST(accepted)
{
	struct expression_plan *plan;
	struct failure failure;
	unsigned int i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		plan = plan_of(good[i], 0, &failure);
		EXPECT_NE(NULL, plan) {
			TH_LOG("%s: %s", good[i], failure.text);
		}
		EXPECT_EQ(0, failure.status);
		expression_plan_free(plan);
	}
}

/* A host without a family is of the one that was asked for. */
TEST(family)
{
	struct failure failure;
	struct expression_plan *plan = plan_of("src /tmp/.X11-unix/*", AF_UNIX, &failure);

	ASSERT_NE(NULL, plan);
	EXPECT_EQ(EXPRESSION_LOCAL_NAME, plan->top->condition);
	EXPECT_STREQ("/tmp/.X11-unix/*", plan->top->text);
	EXPECT_EQ(1, plan->rests);
	expression_plan_free(plan);
}

/* Each with the place that is wrong. */
static const struct {
	const char	*text;
	const char	*message;
	unsigned int	at;
	unsigned int	length;
} wrong[] = {
	{ "sport = :frob", "bad port", 9, 4 },
	{ "src 10.0.0.1 and dport = 99999999999", "bad port", 25, 11 },
	{ "sport = 22 or", "a condition is missing", 13, 1 },
	{ "and sport = 22", "unknown word", 0, 3 },
	{ "( sport = 22", "this parenthesis is not closed", 0, 1 },
	{ "sport = 22 )", "no parenthesis is open here", 11, 1 },
	{ "sport = 22 ) or ( dport = 3", "no parenthesis is open here", 11, 1 },
	{ "()", "a condition is missing", 1, 1 },
	{ "sport", "needs something", 5, 1 },
	{ "src 1.2.3.4/33", "bad host", 4, 10 },
	{ "dst 10.0.0.1:nope", "bad port", 13, 4 },
	{ "src [::1", "bad host", 4, 4 },
	{ "dev < lo", "= and != only", 4, 1 },
	{ "state frob", "unknown state", 6, 4 },
	{ "state established,frob", "unknown state", 18, 4 },
	{ "state > established", "'state' is compared by = and != only", 6, 1 },
	{ "exclude <= closed", "'exclude' is compared by = and != only", 8, 2 },
	{ "state established frob", "unknown word", 18, 4 },
	{ "fwmark x", "bad mark", 7, 1 },
	{ "fwmark 1/", "bad mark", 7, 2 },
	{ "cgroup /no/such/group", "no such cgroup", 7, 14 },
	{ "pid 0", "compared with a number", 4, 1 },
	{ "pid web", "compared with a number", 4, 3 },
	{ "uid no-such-user-here", "unknown user", 4, 17 },
	{ "role sideways", "in or out", 5, 8 },
	{ "older-than 5x", "bad duration", 11, 2 },
	{ "sport 22,,23", "a value is missing", 9, 1 },
	{ "sport < 0", "no port is beyond", 8, 1 },
	{ "netns a or sport 22", "stands by itself", 6, 1 },
	{ "not netns a", "stands by itself", 10, 1 },
	{ "netns a and netns b", "one 'netns'", 18, 1 },
	{ "pid 1 or autobound", "only the kernel", 9, 9 },
	{ "not ( unit a and older-than 5 )", "only the kernel", 28, 1 },
	{ "dst unix:x", "other end", 4, 6 },
	{ "exclude all", "no state is left", 0, 11 },
	{ "frobnicate", "unknown word", 0, 10 },
	{ "src inet6:10.0.0.1", "another family", 10, 8 },
};

/* The last line has as many marks as the place is long, below it. */
static bool points_at(const char *text, unsigned int at, unsigned int length)
{
	const char *line = strrchr(text, '\n');
	unsigned int blanks, marks;

	if (!line)
		return false;
	blanks = strspn(line + 1, " ");
	marks = strspn(line + 1 + blanks, "^~");
	return blanks == at + 2 && marks == length && !line[1 + blanks + marks];
}

TEST(refused)
{
	struct expression_plan *plan;
	struct failure failure;
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		plan = plan_of(wrong[i].text, 0, &failure);
		EXPECT_EQ(NULL, plan) {
			TH_LOG("%s", wrong[i].text);
		}
		EXPECT_EQ(EXIT_USAGE, failure.status);
		EXPECT_NE(NULL, strstr(failure.text, wrong[i].message)) {
			TH_LOG("%s: %s", wrong[i].text, failure.text);
		}
		EXPECT_TRUE(points_at(failure.text, wrong[i].at, wrong[i].length)) {
			TH_LOG("%s", failure.text);
		}
		expression_plan_free(plan);
	}
}

/* An excerpt has an end, also of what is no UTF-8. */
TEST(excerpts_are_short)
{
	char text[4000] = "foo ";
	struct failure failure;
	unsigned int i;

	memset(text + 4, 0x80, sizeof(text) - 5);
	EXPECT_EQ(NULL, plan_of(text, 0, &failure));
	EXPECT_GT(600, strlen(failure.text));
	memset(text, 0, sizeof(text));
	for (i = 0; i < 5; i++) {
		strcat(text, "unit ");
		memset(text + strlen(text), 0x80, 200);
		strcat(text, " ");
	}
	strcat(text, "foo");
	EXPECT_EQ(NULL, plan_of(text, 0, &failure));
	EXPECT_NE(NULL, strstr(failure.text, "unknown word"));
	EXPECT_GT(600, strlen(failure.text));
}

static uint32_t states(const char *text)
{
	struct failure failure;
	struct expression_plan *plan = plan_of(text, 0, &failure);
	const uint32_t mask = plan ? plan->top->mask : 0;

	expression_plan_free(plan);
	return mask;
}

TEST(states_but_those)
{
	const uint32_t all = states("state all");

	EXPECT_EQ(1u << SOCKPORT_STATE_ESTABLISHED, states("state = established"));
	EXPECT_EQ(states("exclude established"), states("state != established"));
	EXPECT_EQ(states("state established"), states("exclude != established"));
	EXPECT_EQ(all, states("state established state != established"));
	EXPECT_EQ(states("exclude time-wait"), states("state all exclude != connected exclude time-wait"
						      " state != time-wait"));
}

/* What lies elsewhere is not even looked at. */
TEST(cgroups_are_below_their_mounts)
{
	char template[] = "/tmp/sockport-XXXXXX", directory[64], text[128];
	const char *mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct expression_plan *plan;
	struct failure failure;
	unsigned int i;

	ASSERT_NE(NULL, mkdtemp(template));
	snprintf(directory, sizeof(directory), "%s/link", template);
	snprintf(text, sizeof(text), "cgroup %s", directory);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, symlink(mounts[i], directory));
		plan = plan_of(text, 0, &failure);
		EXPECT_EQ(NULL, plan);
		expression_plan_free(plan);
		EXPECT_NE(NULL, strstr(failure.text, "no such cgroup"));
		unlink(directory);
	}
	rmdir(template);
	EXPECT_EQ(NULL, plan_of("cgroup /sys/fs/cgroup/unified/..", 0, &failure));
	EXPECT_EQ(NULL, plan_of("cgroup ../../..", 0, &failure));
}

/* Too much is refused, and nothing overflows. */
TEST(much)
{
	char *words[3 * EXPRESSION_TESTS + 8];
	struct expression_plan *plan;
	struct failure failure;
	unsigned int i, j;

	for (j = 0; j < 2; j++) {
		for (i = 0; i < EXPRESSION_TESTS + j; i++) {
			words[2 * i] = i ? "or" : "";
			words[2 * i + 1] = "sport=22";
		}
		words[2 * i] = NULL;
		failure = (struct failure){ 0 };
		plan = expression_plan(words, 0, &failure);
		EXPECT_EQ(!j, !!plan);
		if (plan)
			EXPECT_EQ(EXPRESSION_TESTS, plan->steps);
		expression_plan_free(plan);
	}
	for (j = EXPRESSION_DEPTH - 1; j <= EXPRESSION_DEPTH; j++) {
		for (i = 0; i < j; i++)
			words[i] = "not";
		words[i++] = "autobound";
		words[i] = NULL;
		failure = (struct failure){ 0 };
		plan = expression_plan(words, 0, &failure);
		EXPECT_EQ(j < EXPRESSION_DEPTH, !!plan);
		expression_plan_free(plan);
	}
}

static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Words of the language in any order, and bytes that are none of it. */
TEST(made_up)
{
	static const char *const vocabulary[] = {
		"(", ")", "not", "!", "and", "or", "&&", "||", "src", "dst", "sport", "dport", "=",
		"!=", "<", ">", ">=", "<=", "22", ":22", "443", "10.0.0.0/8", "10.0.0.1:22", "*",
		"[::1]:22", "state", "exclude", "established", "all", "listening", "pid", "77",
		"autobound", "unit", "nginx", "uid", "22", "tcp", "80-443", "22,443", "netns",
		"sport=22", "dport>80", "pid 77", "(sport 22)", "src inet6:*", "unix:*", "dev", "lo",
		"\xff", "\\", "a\\ b", "((((((((", "not not not", "\x1b[31m",
	};
	const unsigned int count = sizeof(vocabulary) / sizeof(vocabulary[0]);
	uint32_t state = 20261129, i, j, words, read = 0;
	char *line[WORDS_MOST + 1], byte[100][2];
	struct expression_plan *plan;
	struct failure failure;

	make_samples();
	for (i = 0; i < 5000; i++) {
		words = 1 + random_next(&state) % (i % 50 ? 9 : WORDS_MOST);
		for (j = 0; j < words; j++) {
			line[j] = (char *)vocabulary[random_next(&state) % count];
			if (random_next(&state) % 100)
				continue;
			byte[j][0] = 1 + random_next(&state) % 255;
			byte[j][1] = 0;
			line[j] = byte[j];
		}
		line[words] = NULL;
		failure = (struct failure){ 0 };
		plan = expression_plan(line, 0, &failure);
		/* Either it is understood, and both sides agree, or it is said what is wrong. */
		ASSERT_EQ(!plan, !!failure.status);
		if (plan && !expression_check(plan, (1ull << EXPRESSION_UNIT) - 1 -
					      (1ull << SOCKPORT_CONDITION_AUTOBOUND), "", &failure) &&
		    !plan->netns) {
			read++;
			ASSERT_NE(-1, matches(plan)) {
				TH_LOG("%s", plan->text);
			}
		}
		if (!plan) {
			ASSERT_NE(NULL, strchr(failure.text, '\n'));
			ASSERT_EQ(NULL, strchr(failure.text, '\x1b'));
		}
		expression_plan_free(plan);
	}
	TH_LOG("%u of %u understood", read, i);
	EXPECT_LT(100, read);
}

TEST_HARNESS_MAIN
