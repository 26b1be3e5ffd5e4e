/* SPDX-License-Identifier: GPL-2.0 */
#ifndef QUERY_H
#define QUERY_H

#include <microhttpd.h>

#include "serve/words.h"

int query_words(struct words *words, enum command command, const char *argument,
		struct MHD_Connection *connection, struct failure *failure);

#endif
