/* SPDX-License-Identifier: GPL-2.0 */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct users - the users that this machine itself has; zeroed before use
 * @loaded: @text has been read, if it can be
 * @text: /etc/passwd
 */
struct users {
	bool loaded;
	char *text;
};

bool users_name(struct users *users, uint32_t uid, char *name, size_t size);
bool users_uid(const char *name, uint32_t *uid);
void users_free(struct users *users);

#endif
