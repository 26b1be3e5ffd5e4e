/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of where somebody comes from. */
#define PEER_PLACE	16

bool peer_is_unix(int descriptor);
bool peer_user(int descriptor, uid_t *uid);
void peer_place(int descriptor, uint8_t place[PEER_PLACE]);

#endif
