/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MANAGER_H
#define MANAGER_H

void manager_tell(const char *state);

#endif
