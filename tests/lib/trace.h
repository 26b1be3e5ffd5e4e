/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include <stdbool.h>

/* Can functions of the kernel be probed? */
bool trace_works(void);

/* Can what a function of the kernel returns be probed? */
bool trace_returns(const char *function);

/* Does the kernel, or a module that is loaded, have a function of this name? */
bool kernel_has_function(const char *name);

/*
 * Probe calls of kernel functions, each under a name. Dies when there is no such
 * function.
 */
void trace_probe(const char *name, const char *function);
/* Names of the probes that a child is in while it reads all of a file, a line each. */
char *trace_reading(const char *file);
/* Count the calls of all of them from now on. */
void trace_count(void);
unsigned long long trace_calls(const char *name);
/* No probe is left. */
void trace_end(void);

#endif
