/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NARROW_H
#define NARROW_H

#include <stdbool.h>

#include "select/filter.h"

bool filter_narrows(const struct filter *filter);

#endif
