/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_VISIT_H
#define TESTS_VISIT_H

/**
 * struct visit - a process with all rights that will come into a network namespace
 * @there: the end of a pipe; a byte lets it come
 * @gone: the end of a pipe; a byte comes when it has been there
 */
struct visit {
	int	there;
	int	gone;
};

/* While the caller has all rights. It is named "comm", and calls action there. */
struct visit visit_begin(const char *comm, void (*action)(void));
/* To the namespace that the caller is in now; it has been there when this returns. */
void visit_end(struct visit *visit);

#endif
