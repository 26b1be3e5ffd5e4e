/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

/**
 * enum faults - which allocations of the calling thread fail
 * @FAULTS_ONE: the one that is said
 * @FAULTS_REST: that one, and all after it: what has another way fails too
 */
enum faults {
	FAULTS_ONE,
	FAULTS_REST,
	FAULTS_KINDS,
};

/* Can this kernel make allocations fail? */
bool faults_work(void);

/* In each test: what a fixture's beginning skips is run all the same. */
#define NEED_FAULTS() do { \
	if (!faults_work()) \
		SKIP(return, "this kernel cannot make allocations fail"); \
} while (0)

/* Before the others: nothing fails yet, whatever was set before. */
void faults_begin(void);

/*
 * Between these the thread should do nothing but what is to fail. The first allocation
 * is 1; those of interrupts do not count, nor do pages one by one.
 */
void faults_set(enum faults kind, unsigned int first);
/* Returns whether it came to that allocation; what a call has put into errno stays. */
bool faults_clear(void);
/* How many allocations there were until then; FAULTS_MOST is more than that. */
#define FAULTS_MOST	1000000
unsigned int faults_count(void);

/* What readers of the own namespace held has been given back. */
bool faults_hold_nothing(void);

/* Of the whole kernel, each so many-th allocation that may not wait fails; 0 for none. */
void faults_everywhere(unsigned int each);

#endif
