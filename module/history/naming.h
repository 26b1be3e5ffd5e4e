/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_NAMING_H
#define SOCKPORT_NAMING_H

void sockport_name_listeners(void);

#endif /* SOCKPORT_NAMING_H */
