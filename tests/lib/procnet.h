/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_PROCNET_H
#define TESTS_PROCNET_H

#include "rows.h"

/* Oracle: /proc/net/{tcp,tcp6,udp,udp6,udplite,udplite6} of this namespace. */
struct rows procnet_rows(void);
/* An address in such a file: words of host order, as they lie in memory. */
void procnet_address(const char *text, uint8_t *address);
/* How often TCP of this namespace has sent a reset, whoever it was for. */
uint64_t procnet_resets_sent(void);

/* Fields that it speaks about. */
#define PROCNET_FIELDS	(ROW_STATE | ROW_QUEUES | ROW_BACKLOG | ROW_DROPS | ROW_UID | \
			 ROW_INODE | ROW_TIMER | ROW_RETRANSMITS)

#endif
