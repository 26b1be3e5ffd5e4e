/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PROBE_H
#define SOCKPORT_PROBE_H

int sockport_probes_register(void);
void sockport_probes_unregister(void);

#endif /* SOCKPORT_PROBE_H */
