/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SLABS_H
#define TESTS_SLABS_H

#define SLABS	7

/**
 * struct slabs - how many sockets and namespaces the kernel holds
 */
struct slabs {
	long	objects[SLABS];
};

void slabs_count(struct slabs *slabs);
/* Until there are no more than that; dies if there are after so many minutes. */
void slabs_wait(const struct slabs *slabs, unsigned int minutes);

#endif
