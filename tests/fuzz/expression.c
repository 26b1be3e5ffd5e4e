// SPDX-License-Identifier: GPL-2.0
/*
 * expression.c - whatever is typed as an expression is understood, or said to be wrong
 *
 * Each line is a word. What is understood is turned into a request, and asked of sockets.
 */
#include <libmnl/libmnl.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "kernel/request.h"
#include "kernel/rows.h"
#include "no-resolver.h"
#include "select/expression.h"
#include "select/narrow.h"

#define WORDS_MOST	1024

static void ask(const struct expression_plan *plan)
{
	const struct filter filter = { .plan = plan, .by_port = true, .tcp_states = 1,
				       .families = { .count = 1, .list = { AF_INET } } };
	struct nlmsghdr *request;
	char *buffer = malloc(REQUEST_MAX);

	MUST(buffer);
	request = request_start(buffer, 32, 0, 1, 1);
	request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &filter);
	MUST(request->nlmsg_len <= REQUEST_MAX);
	filter_narrows(&filter);
	free(buffer);
}

/* Of what the kernel lets through. */
static void match(const struct expression_plan *plan)
{
	static const uint8_t address[16] = { 192, 0, 2, 1 };
	struct socket_row row = {
		.known = ~0ull, .protocol = SOCKPORT_PROTOCOL_TCP, .family = AF_INET,
		.role = SOCKPORT_ROLE_IN, .state = SOCKPORT_STATE_ESTABLISHED,
		.local = address, .local_size = 4, .remote = address, .remote_size = 4,
		.local_port = 80, .remote_port = 4711, .cgroup = "/system.slice/a.service",
		.name = (const uint8_t *)"\0name", .name_size = 5,
	};

	expression_matches(plan, &row);
	row.protocol = SOCKPORT_PROTOCOL_UNIX;
	row.family = AF_UNIX;
	expression_matches(plan, &row);
	row.known = 0;
	expression_matches(plan, &row);
}

static void check_failure(const struct failure *failure)
{
	const char *at;

	MUST(failure->status && *failure->text);
	for (at = failure->text; *at; at++)
		MUST((unsigned char)*at >= ' ' || *at == '\n');
}

/* As many as there may be, and some more. */
static int sockets_of(const uint32_t *pids, unsigned int pid_count, uint64_t *inodes,
		      unsigned int *count, void *data)
{
	const unsigned int room = *count;
	unsigned int i;

	(void)data;
	*count = pids[pid_count - 1] % (room + 2);
	for (i = 0; i < *count && i < room; i++)
		inodes[i] = i;
	return 0;
}

/* As for ports. */
static void spell(const struct expression_plan *plan)
{
	struct failure failure = { 0 };
	struct expression_plan *spelled;

	if (expression_spell(plan, sockets_of, NULL, &spelled, &failure))
		check_failure(&failure);
	else if (spelled)
		ask(spelled);
	expression_plan_free(spelled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = { 0, AF_INET, AF_INET6, AF_UNIX, AF_PACKET, AF_NETLINK,
					AF_VSOCK };
	char *text, *rest, *words[WORDS_MOST + 1];
	struct failure failure = { 0 };
	struct expression_plan *plan;
	size_t count = 0;

	if (!size)
		return 0;
	text = rest = string_of(data + 1, size - 1);
	while (count < WORDS_MOST && (words[count] = strsep(&rest, "\n")))
		count++;
	words[count] = NULL;
	plan = expression_plan(words, families[*data % (sizeof(families) / sizeof(*families))],
			       &failure);
	if (plan) {
		expression_check(plan, 0, "", &failure);
		ask(plan);
		match(plan);
		spell(plan);
	} else {
		check_failure(&failure);
	}
	expression_plan_free(plan);
	free(text);
	return 0;
}
