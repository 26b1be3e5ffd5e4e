// SPDX-License-Identifier: GPL-2.0
#include "late.h"

#include <dlfcn.h>
#include <string.h>

/**
 * late_load - load a library that is needed now
 * @library: the library
 * @failure: why it is not there
 *
 * It stays loaded. Again and again does no harm; not in two threads at once.
 *
 * Return: 0 or -1.
 */
int late_load(const struct late_library *library, struct failure *failure)
{
	void *handle, *address;
	size_t i;

	handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return failure_set(failure, EXIT_RUN,
				   "this needs a library that is not here: %.300s", dlerror());
	for (i = 0; i < library->count; i++) {
		address = dlsym(handle, library->names[i].name);
		if (!address)
			return failure_set(failure, EXIT_RUN,
					   "this needs another version of a library: %.300s",
					   dlerror());
		memcpy(library->names[i].place, &address, sizeof(address));
	}
	return 0;
}
