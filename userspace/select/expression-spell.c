// SPDX-License-Identifier: GPL-2.0
/*
 * Units and processes, spelled out for the kernel
 *
 * Ports are counted in the kernel, so it must decide alone which sockets count. What a unit
 * or a process is, it does not know there: the one is spelled out as the control groups that
 * it has now, the other as the sockets that it has open.
 */
#include "select/expression.h"

#include <stdlib.h>
#include <string.h>

#include "host/cgroup.h"
#include "host/cgroup-each.h"

/* Conditions, of which an expression has so many, beside what options say. */
#define SPELLED_MAX	(EXPRESSION_TESTS - 32)

/**
 * struct numbers - what the kernel has numbers for, of which any will do
 * @unit: what it is about, or NULL
 * @count: how many there are, also those that @list has no room for
 * @list: the first of them
 */
struct numbers {
	const char *unit;
	unsigned int count;
	uint64_t list[EXPRESSION_TESTS];
};

/**
 * struct spelling - an expression that is spelled out
 * @parser: counts the conditions
 * @units: control groups of each unit
 * @unit_count: how many units there are
 * @pids: how many processes were asked about
 * @sockets: asks for the sockets of processes
 * @data: for @sockets
 */
struct spelling {
	struct expression_parser parser;
	struct numbers *units;
	unsigned int unit_count;
	unsigned int pids;
	expression_sockets_function sockets;
	void *data;
};

static bool has_any(const struct expression *in)
{
	if (!in)
		return false;
	if (in->kind == EXPRESSION_TEST)
		return in->condition == EXPRESSION_UNIT || in->condition == EXPRESSION_PID;
	return has_any(in->one) || has_any(in->other);
}

static struct numbers *find_unit(const struct spelling *spelling, const char *unit)
{
	unsigned int i;

	for (i = 0; i < spelling->unit_count; i++)
		if (!strcmp(spelling->units[i].unit, unit))
			return &spelling->units[i];
	return NULL;
}

/* There is room for all. */
static void collect_units(struct spelling *spelling, const struct expression *in)
{
	if (!in)
		return;
	collect_units(spelling, in->one);
	collect_units(spelling, in->other);
	if (in->kind == EXPRESSION_TEST && in->condition == EXPRESSION_UNIT &&
	    !find_unit(spelling, in->text))
		spelling->units[spelling->unit_count++].unit = in->text;
}

static void add_number(struct numbers *numbers, uint64_t number)
{
	if (numbers->count < EXPRESSION_TESTS)
		numbers->list[numbers->count] = number;
	numbers->count++;
}

/* Groups that anybody has made below a unit of his are looked at only where it is about that. */
static enum cgroup_step see_group(const char *path, uint64_t id, void *data)
{
	enum cgroup_step step = CGROUP_SKIP;
	struct spelling *spelling = data;
	struct numbers *unit;

	for (unit = spelling->units; unit < spelling->units + spelling->unit_count; unit++) {
		if (cgroup_matches(path, unit->unit))
			add_number(unit, id);
		if (unit->count > SPELLED_MAX)
			return CGROUP_STOP;
		if (cgroup_may_hold(path, unit->unit))
			step = CGROUP_ENTER;
	}
	return step;
}

/* Of all units at once. */
static int find_groups(struct spelling *spelling, const struct expression *top)
{
	struct failure *failure = spelling->parser.failure;

	spelling->units = calloc(EXPRESSION_TESTS, sizeof(*spelling->units));
	if (!spelling->units)
		return failure_set(failure, EXIT_RUN, "out of memory");
	collect_units(spelling, top);
	return spelling->unit_count ? cgroup_each(see_group, spelling, failure) : 0;
}

static struct expression *nothing(struct spelling *spelling, const struct expression *of)
{
	return expression_new(&spelling->parser, EXPRESSION_NOT,
			      expression_any(&spelling->parser, of->at, of->length), NULL);
}

static struct expression *spell_numbers(struct spelling *spelling, const struct expression *of,
					unsigned int condition, const struct numbers *numbers)
{
	struct expression *all = NULL, *test;
	unsigned int i;

	if (!numbers->count)
		return nothing(spelling, of);
	if (spelling->parser.tests + numbers->count > SPELLED_MAX)
		return expression_wrong(&spelling->parser, of->at, of->length,
					"%s, more than %d: ask for sockets", numbers->unit ?
					"the unit has too many control groups to count ports by" :
					"the process has too many sockets to count ports by",
					SPELLED_MAX);
	for (i = 0; i < numbers->count; i++) {
		test = expression_test(&spelling->parser, condition, of->at, of->length);
		if (test)
			test->number = numbers->list[i];
		all = expression_either(&spelling->parser, all, test);
		if (!all)
			return NULL;
	}
	return all;
}

static struct expression *spell_unit(struct spelling *spelling, const struct expression *of)
{
	const struct numbers *groups = find_unit(spelling, of->text);

	if (!groups->count && !cgroup_sees_all()) {
		failure_set(spelling->parser.failure, EXIT_RUN,
			    "no control group of '%.100s' can be seen from this cgroup namespace",
			    of->text);
		return NULL;
	}
	return spell_numbers(spelling, of, SOCKPORT_CONDITION_CGROUP, groups);
}

/* Each question goes through the sockets of all, so there are few of them. */
static struct expression *spell_pids(struct spelling *spelling, const struct expression *of)
{
	struct numbers inodes = { .count = EXPRESSION_TESTS };
	uint32_t pids[EXPRESSION_PIDS];
	unsigned int count = 0;

	expression_pids(of, pids, &count);
	spelling->pids += count;
	if (spelling->pids > EXPRESSION_PIDS)
		return expression_wrong(&spelling->parser, of->at, of->length,
					"ports are counted by at most %d processes",
					EXPRESSION_PIDS);
	if (spelling->sockets(pids, count, inodes.list, &inodes.count, spelling->data))
		return NULL;
	return spell_numbers(spelling, of, SOCKPORT_CONDITION_INODE, &inodes);
}

/* To the kernel it is two, as for who reads it first. */
static struct expression *copy_autobound(struct spelling *spelling, const struct expression *of)
{
	if (spelling->parser.tests < EXPRESSION_TESTS)
		spelling->parser.tests++;
	return expression_test(&spelling->parser, of->condition, of->at, of->length);
}

static struct expression *copy_test(struct spelling *spelling, const struct expression *of)
{
	struct expression *test;

	if (of->condition == SOCKPORT_CONDITION_AUTOBOUND)
		return copy_autobound(spelling, of);
	test = expression_test(&spelling->parser, of->condition, of->at, of->length);
	if (!test)
		return NULL;
	test->mask = of->mask;
	test->first = of->first;
	test->last = of->last;
	test->number = of->number;
	test->prefix = of->prefix;
	return of->text ? expression_with_text(&spelling->parser, test, of->text) : test;
}

static struct expression *spell(struct spelling *spelling, const struct expression *of)
{
	struct expression *one;

	if (expression_is_pids(of))
		return spell_pids(spelling, of);
	switch (of->kind) {
	case EXPRESSION_ANY:
		return expression_any(&spelling->parser, of->at, of->length);
	case EXPRESSION_TEST:
		return of->condition == EXPRESSION_UNIT ? spell_unit(spelling, of) :
							  copy_test(spelling, of);
	case EXPRESSION_NOT:
		return expression_new(&spelling->parser, of->kind, spell(spelling, of->one), NULL);
	default:
		one = spell(spelling, of->one);
		/* What went wrong first is told. */
		return expression_new(&spelling->parser, of->kind, one,
				      one ? spell(spelling, of->other) : NULL);
	}
}

/**
 * expression_spell - an expression with units and processes as the kernel can look for them
 * @plan: of the expression, after expression_resolve()
 * @sockets: asks for the sockets that processes have open
 * @data: for @sockets
 * @spelled: the plan of what it is now, for expression_plan_free(); NULL where it has neither
 * @failure: that it would be too long, or what went wrong
 *
 * Return: 0 or -1.
 */
int expression_spell(const struct expression_plan *plan, expression_sockets_function sockets,
		     void *data, struct expression_plan **spelled, struct failure *failure)
{
	struct spelling spelling = {
		.parser = { .text = plan->text, .failure = failure },
		.sockets = sockets,
		.data = data,
	};
	struct expression *top = NULL;

	*spelled = NULL;
	if (!has_any(plan->top))
		return 0;
	/* What is wrong is told where nothing was wrong before. */
	failure->status = 0;
	if (!find_groups(&spelling, plan->top))
		top = spell(&spelling, plan->top);
	free(spelling.units);
	if (top)
		*spelled = expression_replan(plan, top, failure);
	return *spelled ? 0 : -1;
}
