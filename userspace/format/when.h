/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WHEN_H
#define WHEN_H

#include <stdbool.h>
#include <stdint.h>

bool when_parse(const char *text, uint64_t now, uint64_t *ms);

#endif
