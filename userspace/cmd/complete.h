/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPLETE_H
#define COMPLETE_H

void complete_print(char **words);

#endif
