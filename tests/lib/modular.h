/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_MODULAR_H
#define TESTS_MODULAR_H

#include "lines.h"
#include "row.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/**
 * struct oracle - what another interface of the kernel says of sockets
 * @look: a line for each
 * @line: the same line as our row of the socket makes it; false for one that
 *	the interface does not show
 */
struct oracle {
	const char	*name;
	void		(*look)(struct lines *lines);
	bool		(*line)(struct lines *lines, const struct row *row);
};

extern const struct oracle oracle_proc_netlink;
extern const struct oracle oracle_netlink_diag;
extern const struct oracle oracle_sctp_eps;
extern const struct oracle oracle_sctp_assocs;
extern const struct oracle oracle_sctp_diag;
extern const struct oracle oracle_mptcp_diag;
extern const struct oracle oracle_vsock_diag;

#endif
