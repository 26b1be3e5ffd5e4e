/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RIGHTS_OF_SERVER_H
#define RIGHTS_OF_SERVER_H

#include <stdbool.h>

#include "failure.h"

int rights_drop(struct failure *failure);
int rights_use(bool all, struct failure *failure);

#endif
