/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_DATAGRAM_OPENER_H
#define SOCKPORT_DATAGRAM_OPENER_H

void sockport_binds_watch(void);
void sockport_binds_unwatch(void);

#endif /* SOCKPORT_DATAGRAM_OPENER_H */
