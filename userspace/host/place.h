/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>

/**
 * struct place - the network namespace that is asked about
 * @there: its descriptor; not one where it is that of @home
 * @home: descriptor of the namespace that we are in
 * @is_other: there is one to visit
 */
struct place {
	int there;
	int home;
	bool is_other;
};

bool place_open(struct place *place, int netns);
bool place_visit(const struct place *place);
void place_return(const struct place *place);
void place_close(struct place *place);

#endif
