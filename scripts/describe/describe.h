/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "commands.h"

void die(const char *what, const char *name);
const struct command_row *find_command(const char *name);
void put_page(void);
void put_skeleton(const struct command_row *command);
void put_schema(const struct command_row *command);
void put_openapi(void);

#endif
