// SPDX-License-Identifier: GPL-2.0
/*
 * program.c - from expressions to the programs of the family's filters
 */
#include <linux/sockport.h>

#include "program.h"

/* Targets beside the numbers of steps; -1 leaves the jump out. */
#define REJECT	0

unsigned int program_size(const struct node *node)
{
	switch (node->kind) {
	case NODE_LEAF:
		return 1;
	case NODE_NOT:
		return program_size(node->one);
	default:
		return program_size(node->one) + program_size(node->other);
	}
}

static void put_operands(struct nlmsghdr *nlh, const struct leaf *leaf)
{
	switch (leaf->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
	case SOCKPORT_CONDITION_ROLE:
	case SOCKPORT_CONDITION_STATE:
		mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_MASK, leaf->mask);
		break;
	case SOCKPORT_CONDITION_MARK:
		mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_MASK, leaf->mask);
		mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_VALUE, leaf->value);
		break;
	case SOCKPORT_CONDITION_PORT:
	case SOCKPORT_CONDITION_LOCAL_PORT:
	case SOCKPORT_CONDITION_REMOTE_PORT:
		mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_VALUE, leaf->value);
		if (leaf->last != leaf->value)
			mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_LAST, leaf->last);
		break;
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		mnl_attr_put(nlh, SOCKPORT_A_STEP_ADDRESS, leaf->size, leaf->address);
		mnl_attr_put_u8(nlh, SOCKPORT_A_STEP_LENGTH, leaf->length);
		break;
	case SOCKPORT_CONDITION_FAMILY:
	case SOCKPORT_CONDITION_UID:
	case SOCKPORT_CONDITION_IFINDEX:
		mnl_attr_put_u32(nlh, SOCKPORT_A_STEP_VALUE, leaf->value);
		break;
	case SOCKPORT_CONDITION_AUTOBOUND:
	case SOCKPORT_CONDITION_IPV4:
		break;
	default:
		mnl_attr_put_u64(nlh, SOCKPORT_A_STEP_NUMBER, leaf->number);
	}
}

void program_put_step(struct nlmsghdr *nlh, const struct leaf *leaf, int yes, int no)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOCKPORT_A_FILTER_STEP);

	mnl_attr_put_u8(nlh, SOCKPORT_A_STEP_CONDITION, leaf->condition);
	if (yes >= 0)
		mnl_attr_put_u16(nlh, SOCKPORT_A_STEP_YES, yes);
	if (no >= 0)
		mnl_attr_put_u16(nlh, SOCKPORT_A_STEP_NO, no);
	put_operands(nlh, leaf);
	mnl_attr_nest_end(nlh, nest);
}

/* From step @at on; it goes on at @yes or @no. */
static void put(struct nlmsghdr *nlh, const struct node *node, unsigned int at, int yes, int no)
{
	const int middle = at + (node->one ? program_size(node->one) : 0);

	switch (node->kind) {
	case NODE_LEAF:
		program_put_step(nlh, &node->leaf, yes, no);
		break;
	case NODE_NOT:
		put(nlh, node->one, at, no, yes);
		break;
	case NODE_AND:
		put(nlh, node->one, at, middle, no);
		put(nlh, node->other, middle, yes, no);
		break;
	case NODE_OR:
		put(nlh, node->one, at, yes, middle);
		put(nlh, node->other, middle, yes, no);
		break;
	}
}

void program_put(struct nlmsghdr *nlh, const struct node *node)
{
	put(nlh, node, 0, program_size(node), REJECT);
}
