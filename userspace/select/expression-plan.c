// SPDX-License-Identifier: GPL-2.0
/*
 * Who decides what of an expression
 *
 * The kernel gets a program that lets through everything that may match: what only
 * we can decide is taken for true there, whether it is asked for or excluded. What
 * stands beside the rest with "and" and is the kernel's alone is decided by it; of
 * the other parts the whole is looked at here again.
 */
#include "select/expression.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "host/category.h"

/* What the kernel knows and tells nobody. */
static bool is_untold(const struct expression *test)
{
	return test->condition == SOCKPORT_CONDITION_AUTOBOUND ||
	       test->condition == SOCKPORT_CONDITION_CGROUP ||
	       test->condition == SOCKPORT_CONDITION_AGE ||
	       test->condition == SOCKPORT_CONDITION_STATE_AGE;
}

static bool is_ours(const struct expression *test)
{
	return test->condition > SOCKPORT_CONDITION_MAX;
}

/* The first test that is as asked, or NULL. */
static const struct expression *find_test(const struct expression *in,
					  bool (*asked)(const struct expression *test))
{
	const struct expression *found = NULL;

	if (!in)
		return NULL;
	if (in->kind == EXPRESSION_TEST)
		return asked(in) ? in : NULL;
	found = find_test(in->one, asked);
	return found ? found : find_test(in->other, asked);
}

static int blame(const struct expression_plan *plan, const struct expression *test,
		 struct failure *failure)
{
	expression_blame(failure, plan->text, test->at, test->length);
	return -1;
}

static struct expression *new_node(struct expression_plan *plan, enum expression_kind kind)
{
	struct expression *node = &plan->node[plan->nodes++];

	*node = (struct expression){ .kind = kind };
	return node;
}

/*
 * To the kernel an accepted socket is bound by it, too. ss looks at the port as well,
 * whether it was asked for autobound ones or for the others.
 */
static struct expression *relax_autobound(struct expression_plan *plan,
					  const struct expression *from, bool wanted)
{
	struct expression *both = new_node(plan, EXPRESSION_AND);
	struct expression *port;

	both->one = new_node(plan, EXPRESSION_TEST);
	*both->one = *from;
	both->one->negated = !wanted;
	port = new_node(plan, EXPRESSION_TEST);
	*port = *both->one;
	port->condition = SOCKPORT_CONDITION_LOCAL_PORT;
	port->picked = true;
	both->other = port;
	return both;
}

/*
 * What an expression, or with @wanted false its opposite, is to the kernel: tests,
 * ANDs and ORs of them, or one that holds always; NULL for one that never does.
 * ANDs and ORs are fewer than tests.
 */
static struct expression *relax(struct expression_plan *plan, const struct expression *from,
				bool wanted)
{
	struct expression *one, *other, *node;
	bool is_and;

	switch (from->kind) {
	case EXPRESSION_ANY:
		return wanted ? new_node(plan, EXPRESSION_ANY) : NULL;
	case EXPRESSION_TEST:
		if (from->condition == SOCKPORT_CONDITION_AUTOBOUND)
			return relax_autobound(plan, from, wanted);
		node = new_node(plan, is_ours(from) ? EXPRESSION_ANY : EXPRESSION_TEST);
		if (node->kind == EXPRESSION_TEST) {
			*node = *from;
			node->negated = !wanted;
		}
		return node;
	case EXPRESSION_NOT:
		return relax(plan, from->one, !wanted);
	default:
		break;
	}
	is_and = (from->kind == EXPRESSION_AND) == wanted;
	one = relax(plan, from->one, wanted);
	other = relax(plan, from->other, wanted);
	if (!one || !other)
		return is_and ? NULL : one ? one : other;
	if (one->kind == EXPRESSION_ANY)
		return is_and ? other : one;
	if (other->kind == EXPRESSION_ANY)
		return is_and ? one : other;
	node = new_node(plan, is_and ? EXPRESSION_AND : EXPRESSION_OR);
	node->one = one;
	node->other = other;
	return node;
}

static unsigned int size_of(const struct expression *node)
{
	if (node->kind == EXPRESSION_TEST)
		return 1;
	return size_of(node->one) + size_of(node->other);
}

/* Jumps go forward only, as a part goes on behind itself or where the whole does. */
static void compile(struct expression_plan *plan, const struct expression *node, unsigned int yes,
		    unsigned int no)
{
	unsigned int middle;

	if (node->kind == EXPRESSION_TEST) {
		plan->step[plan->steps++] = (struct expression_step){
			.test = node,
			.yes = node->negated ? no : yes,
			.no = node->negated ? yes : no,
		};
		return;
	}
	middle = plan->steps + size_of(node->one);
	if (node->kind == EXPRESSION_AND)
		compile(plan, node->one, middle, no);
	else
		compile(plan, node->one, yes, middle);
	compile(plan, node->other, yes, no);
}

/* A program that nothing matches: two tests that exclude each other. */
static void compile_nothing(struct expression_plan *plan)
{
	struct expression *test = new_node(plan, EXPRESSION_TEST);

	test->condition = SOCKPORT_CONDITION_AUTOBOUND;
	plan->step[plan->steps++] = (struct expression_step){ .test = test };
}

/**
 * expression_is_pids - whether a part is about processes alone, of which any will do
 * @part: of an expression
 *
 * Return: whether it is.
 */
bool expression_is_pids(const struct expression *part)
{
	if (part->kind == EXPRESSION_OR)
		return expression_is_pids(part->one) && expression_is_pids(part->other);
	return part->kind == EXPRESSION_TEST && part->condition == EXPRESSION_PID;
}

/**
 * expression_pids - the processes that a part is about
 * @part: of an expression, see expression_is_pids()
 * @pids: where to put the first of them, EXPRESSION_PIDS at most
 * @count: how many there were before, is added to
 */
void expression_pids(const struct expression *part, uint32_t *pids, unsigned int *count)
{
	if (part->kind == EXPRESSION_OR) {
		expression_pids(part->one, pids, count);
		expression_pids(part->other, pids, count);
		return;
	}
	if (*count < EXPRESSION_PIDS)
		pids[*count] = part->first;
	++*count;
}

/* The kernel decides which process it is, unless there are too many of them. */
static bool take_pids(struct expression_plan *plan, const struct expression *part)
{
	if (plan->pids || !expression_is_pids(part))
		return false;
	expression_pids(part, plan->pid, &plan->pids);
	if (plan->pids > EXPRESSION_PIDS)
		plan->pids = 0;
	return plan->pids;
}

static uint32_t want_of(const struct expression *part)
{
	if (!part)
		return 0;
	if (part->kind != EXPRESSION_TEST)
		return want_of(part->one) | want_of(part->other);
	switch (part->condition) {
	case EXPRESSION_PID:
		return SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_OWNER;
	case EXPRESSION_UNIT:
		return SOCKPORT_WANT_CGROUP;
	case SOCKPORT_CONDITION_UID:
	case SOCKPORT_CONDITION_MARK:
	case SOCKPORT_CONDITION_INODE:
		return SOCKPORT_WANT_OWNER;
	case SOCKPORT_CONDITION_COOKIE:
		return SOCKPORT_WANT_COOKIE;
	}
	return 0;
}

static bool is_netns(const struct expression *test)
{
	return test->condition == EXPRESSION_NETNS;
}

static int take_netns(struct expression_plan *plan, const struct expression *part,
		      struct failure *failure)
{
	const struct expression *netns = find_test(part, is_netns);

	if (part != netns) {
		failure_set(failure, EXIT_USAGE,
			    "'netns' says where to look: it stands by itself, or beside others with 'and'");
		return blame(plan, netns, failure);
	}
	if (plan->netns) {
		failure_set(failure, EXIT_USAGE, "there is one 'netns' at most");
		return blame(plan, netns, failure);
	}
	plan->netns = netns->text;
	return 0;
}

static bool is_other_name(const struct expression *test)
{
	return test->condition == EXPRESSION_REMOTE_NAME;
}

static int take_rest(struct expression_plan *plan, const struct expression *part,
		     struct failure *failure)
{
	const struct expression *untold = find_test(part, is_other_name);

	if (untold) {
		failure_set(failure, EXIT_USAGE,
			    "the name of the other end of a UNIX socket is not known: ask for 'src'");
		return blame(plan, untold, failure);
	}
	untold = find_test(part, is_untold);

	if (untold) {
		failure_set(failure, EXIT_USAGE,
			    "only the kernel can tell this, so it cannot stand with pids, units or names in one 'or' or 'not'");
		return blame(plan, untold, failure);
	}
	plan->rest[plan->rests++] = part;
	plan->want |= want_of(part);
	return 0;
}

/* One of the parts that are all to hold. */
static int take_part(struct expression_plan *plan, const struct expression *part,
		     struct failure *failure)
{
	if (part->kind == EXPRESSION_AND) {
		if (take_part(plan, part->one, failure))
			return -1;
		return take_part(plan, part->other, failure);
	}
	if (find_test(part, is_netns))
		return take_netns(plan, part, failure);
	if (take_pids(plan, part))
		return 0;
	return find_test(part, is_ours) ? take_rest(plan, part, failure) : 0;
}

static char *join_words(char *const *words)
{
	size_t length = 1;
	char *text, *to;
	unsigned int i;

	for (i = 0; words[i]; i++)
		length += strlen(words[i]) + 1;
	text = malloc(length);
	if (!text)
		return NULL;
	to = text;
	for (i = 0; words[i]; i++) {
		if (i)
			*to++ = ' ';
		to = stpcpy(to, words[i]);
	}
	*to = 0;
	return text;
}

static int make_plan(struct expression_plan *plan, struct failure *failure)
{
	const struct expression *program;

	if (take_part(plan, plan->top, failure))
		return -1;
	program = relax(plan, plan->top, true);
	if (!program)
		compile_nothing(plan);
	else if (program->kind != EXPRESSION_ANY)
		compile(plan, program, size_of(program), 0);
	return 0;
}

/* Takes over @text. */
static struct expression_plan *new_plan(char *text, struct failure *failure)
{
	struct expression_plan *plan = text ? calloc(1, sizeof(*plan)) : NULL;

	if (plan) {
		plan->text = text;
		return plan;
	}
	free(text);
	failure_set(failure, EXIT_RUN, "out of memory");
	return NULL;
}

/**
 * expression_plan - read an expression, and plan who decides what of it
 * @words: the expression, in words that end with NULL; none match every socket
 * @family: of hosts that do not tell theirs, AF_*; 0 for IPv4 and IPv6
 * @failure: what is wrong with it, and in two more lines where
 *
 * Return: the plan, for expression_plan_free(); or NULL.
 */
struct expression_plan *expression_plan(char *const *words, int family, struct failure *failure)
{
	struct expression_plan *plan = new_plan(join_words(words), failure);
	struct expression_parser parser = { .family = family, .failure = failure };

	if (!plan)
		return NULL;
	if (!plan->text[strspn(plan->text, " \t\n")])
		return plan;
	parser.text = plan->text;
	plan->top = expression_parse(&parser);
	if (plan->top && !make_plan(plan, failure))
		return plan;
	expression_plan_free(plan);
	return NULL;
}

/* The same in all that the kernel picks from. */
static void take_picked(struct expression_plan *plan, const struct expression_plan *like)
{
	const struct expression *from;
	struct expression *node;

	for (from = like->node; from < like->node + like->nodes; from++)
		if (from->picked)
			break;
	if (from == like->node + like->nodes)
		return;
	for (node = plan->node; node < plan->node + plan->nodes; node++) {
		if (!node->picked)
			continue;
		node->first = from->first;
		node->last = from->last;
	}
}

/**
 * expression_replan - plan who decides what of an expression in other words
 * @like: plan of the expression, after expression_resolve()
 * @top: the other words, taken over also when it fails
 * @failure: what went wrong
 *
 * Return: the plan, for expression_plan_free(); or NULL.
 */
struct expression_plan *expression_replan(const struct expression_plan *like,
					  struct expression *top, struct failure *failure)
{
	struct expression_plan *plan = new_plan(strdup(like->text), failure);

	if (!plan) {
		expression_free(top);
		return NULL;
	}
	plan->top = top;
	if (!make_plan(plan, failure)) {
		take_picked(plan, like);
		return plan;
	}
	expression_plan_free(plan);
	return NULL;
}

/**
 * expression_plan_free - free a plan
 * @plan: it, or NULL
 */
void expression_plan_free(struct expression_plan *plan)
{
	if (!plan)
		return;
	expression_free(plan->top);
	free(plan->text);
	free(plan);
}

/* Names of interfaces mean something in the namespace that is asked about. */
static int resolve(const struct expression_plan *plan, struct expression *in, bool is_there,
		   struct failure *failure)
{
	if (!in)
		return 0;
	if (in->kind != EXPRESSION_TEST)
		return resolve(plan, in->one, is_there, failure) ||
		       resolve(plan, in->other, is_there, failure) ? -1 : 0;
	if (in->condition != SOCKPORT_CONDITION_IFINDEX || !in->text)
		return 0;
	in->first = 0;
	if (is_there)
		in->first = if_nametoindex(in->text);
	/* It is made with the namespace, as the first. */
	else if (!strcmp(in->text, "lo"))
		in->first = 1;
	if (in->first)
		return 0;
	failure_set(failure, EXIT_USAGE, is_there ? "there is no such interface" :
		    "which number has this interface in another network namespace? Give that, or ask about one alone, as root");
	return blame(plan, in, failure);
}

/**
 * expression_resolve - find the interfaces of an expression, and which ports the kernel
 *	picks from
 * @plan: of the expression
 * @is_there: called in the network namespace that is asked about; else in another, or all are
 *	asked about
 * @failure: that there is none of a name, or no telling
 *
 * Called before the kernel is asked.
 *
 * Return: 0 or -1.
 */
int expression_resolve(struct expression_plan *plan, bool is_there, struct failure *failure)
{
	struct port_range range = { 32768, 60999 };
	struct expression *node;

	if (resolve(plan, plan->top, is_there, failure))
		return -1;
	category_local_range(&range);
	for (node = plan->node; node < plan->node + plan->nodes; node++) {
		if (node->kind == EXPRESSION_TEST && resolve(plan, node, is_there, failure))
			return -1;
		if (!node->picked)
			continue;
		node->first = range.first;
		node->last = range.last;
	}
	return 0;
}

static int check(const struct expression_plan *plan, const struct expression *in,
		 uint64_t conditions, const char *what, struct failure *failure)
{
	if (!in)
		return 0;
	if (in->kind != EXPRESSION_TEST)
		return check(plan, in->one, conditions, what, failure) ||
		       check(plan, in->other, conditions, what, failure) ? -1 : 0;
	if (conditions >> in->condition & 1)
		return 0;
	failure_set(failure, EXIT_USAGE, "%s cannot be chosen by this, only sockets can", what);
	return blame(plan, in, failure);
}

/**
 * expression_check - whether something other than sockets can answer an expression
 * @plan: of the expression
 * @conditions: that it can answer, a bit 1 << SOCKPORT_CONDITION_* or EXPRESSION_* for
 *	each
 * @what: it is
 * @failure: that it cannot
 *
 * Return: 0 or -1.
 */
int expression_check(const struct expression_plan *plan, uint64_t conditions, const char *what,
		     struct failure *failure)
{
	return check(plan, plan->top, conditions, what, failure);
}
