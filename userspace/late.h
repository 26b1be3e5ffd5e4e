/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LATE_H
#define LATE_H

#include <stddef.h>

#include "failure.h"

/*
 * Libraries that only some commands need are loaded by these: each library takes part of
 * a millisecond when a program starts, and libmicrohttpd brings nine others.
 *
 * What is used of a library, functions and variables, a struct has pointers to, each with
 * the library's own name.
 */

/**
 * struct late_name - something of a library
 * @name: as the library has it
 * @place: pointer that becomes its address
 */
struct late_name {
	const char *name;
	void *place;
};

/**
 * struct late_library - a library that is loaded when it is needed
 * @file: with the version that the names are of
 * @names: what is used of it
 * @count: of them
 */
struct late_library {
	const char *file;
	const struct late_name *names;
	size_t count;
};

#define LATE_NAME(all, name)	{ #name, &(all).name }
#define LATE_COUNT(names)	(sizeof(names) / sizeof(*(names)))
/* None has been forgotten. */
#define LATE_ALL(names, all)	\
	_Static_assert(sizeof(all) == LATE_COUNT(names) * sizeof(void *), "each has its name")

int late_load(const struct late_library *library, struct failure *failure);

#endif
