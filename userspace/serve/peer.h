/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

bool peer_is_unix(int descriptor);
bool peer_user(int descriptor, uid_t *uid);

#endif
