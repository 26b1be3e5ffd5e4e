/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESTROY_H
#define DESTROY_H

#include <stdbool.h>
#include <linux/inet_diag.h>

#include "failure.h"
#include "kernel/rows.h"

/**
 * struct destroy_target - a socket as sock_diag(7) knows it
 * @request: its addresses and its cookie, so that no other is meant
 */
struct destroy_target {
	struct inet_diag_req_v2 request;
};

struct mnl_socket;

bool destroy_is_known(uint8_t protocol);
bool destroy_target(struct destroy_target *target, const struct socket_row *row);
uint64_t destroy_cookie(const struct destroy_target *target);
struct mnl_socket *destroy_open(struct failure *failure);
int destroy_socket(struct mnl_socket *socket, const struct destroy_target *target);

#endif
