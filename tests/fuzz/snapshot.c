// SPDX-License-Identifier: GPL-2.0
/* snapshot.c - a file that is said to be an earlier answer is one, or said to be none */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "count/snapshot.h"
#include "fuzz.h"

static void subtract(const struct snapshot *snapshot)
{
	struct port_row port = {
		.known = 1ull << SOCKPORT_A_PORT_NETNS, .protocol = SOCKPORT_PROTOCOL_TCP,
		.role = SOCKPORT_ROLE_IN, .port = 80, .netns = 4026531840u, .time = 1767323045678,
		.history = { .known = ~0ull },
	};

	snapshot_subtract(snapshot, &port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot snapshot = { 0 };
	struct failure failure = { 0 };
	char path[64];
	int file = memfd_create("snapshot", MFD_CLOEXEC);

	MUST(file >= 0 && write(file, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (!snapshot_read(&snapshot, path, &failure))
		subtract(&snapshot);
	else
		MUST(failure.status && *failure.text);
	snapshot_free(&snapshot);
	close(file);
	return 0;
}
