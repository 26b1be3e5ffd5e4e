/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LATE_H
#define LATE_H

#include <stddef.h>

#include "failure.h"

/*
 * Libraries that only some commands need are loaded by these: each library takes part of
 * a millisecond when a program starts, and libmicrohttpd brings nine others.
 *
 * Where one is used a header lists what of it, functions and variables, and that is called
 * late_NAME there, a pointer.
 */
#define LATE_DECLARE(name)	extern __typeof__(&name) late_##name;
#define LATE_DEFINE(name)	__typeof__(&name) late_##name;
#define LATE_ENTRY(name)	{ #name, &late_##name },

/*
 * late_LIBRARY(), to be called before anything of it is: @file is what to load, with the
 * version that @names are of. Returns 0 or -1.
 */
#define LATE_LIBRARY(library, file, names)						\
	names(LATE_DEFINE)								\
											\
	int late_##library(struct failure *failure)					\
	{										\
		static const struct late_name all[] = { names(LATE_ENTRY) };		\
											\
		return late_load(file, all, sizeof(all) / sizeof(*all), failure);	\
	}

/**
 * struct late_name - something of a library
 * @name: as the library has it
 * @place: pointer that becomes its address
 */
struct late_name {
	const char *name;
	void *place;
};

int late_load(const char *library, const struct late_name *names, size_t count,
	      struct failure *failure);

#endif
