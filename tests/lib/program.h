/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct leaf - a condition of a filter's program, see the steps of the family
 * @size: of the address, 4 or 16
 */
struct leaf {
	uint8_t		condition;
	uint32_t	mask;
	uint32_t	value;
	uint32_t	last;
	uint64_t	number;
	size_t		size;
	uint8_t		address[16];
	uint8_t		length;
};

enum node_kind {
	NODE_LEAF,
	NODE_NOT,
	NODE_AND,
	NODE_OR,
};

/**
 * struct node - an expression
 * @one: what it is made of, two of them for AND and OR
 */
struct node {
	enum node_kind	kind;
	struct leaf	leaf;
	struct node	*one;
	struct node	*other;
};

/* Steps that it takes. */
unsigned int program_size(const struct node *node);
/* Its program, in a filter that has been begun. */
void program_put(struct nlmsghdr *nlh, const struct node *node);
/* One step: jumps of -1 are left out. */
void program_put_step(struct nlmsghdr *nlh, const struct leaf *leaf, int yes, int no);

#endif
