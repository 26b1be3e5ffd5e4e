/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HISTORY_H
#define HISTORY_H

#include "kernel/rows.h"

bool history_is_counter(unsigned int value);
bool history_failed(const struct history_row *history, uint64_t *failed);
uint64_t history_values(const struct distribution_row *distribution);
const char *history_kind(unsigned int kind);

#endif
