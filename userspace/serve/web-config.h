/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WEB_CONFIG_H
#define WEB_CONFIG_H

#include <stddef.h>

#include "failure.h"

#define WEB_USERS_MAX	64
#define WEB_HEADERS_MAX	8

/**
 * struct web_pair - a name, and what belongs to it
 * @name: of a user, or of a header
 * @value: the hash of a password, or what the header says
 */
struct web_pair {
	char *name;
	char *value;
};

/**
 * struct web_config - how connections are kept safe; zeroed before use
 * @certificate: of the server and those who vouch for it, as PEM; NULL without TLS
 * @key: of the server, as PEM
 * @min_version: the lowest version of TLS, as "TLS12"; NULL for that
 * @max_version: the highest; NULL for the newest
 * @users: who may ask; without any, everybody may
 * @user_count: how many
 * @headers: of each answer
 * @header_count: how many
 */
struct web_config {
	char *certificate;
	char *key;
	char *min_version;
	char *max_version;
	struct web_pair users[WEB_USERS_MAX];
	size_t user_count;
	struct web_pair headers[WEB_HEADERS_MAX];
	size_t header_count;
};

int web_config_read(struct web_config *config, const char *path, struct failure *failure);
const char *web_config_priorities(const struct web_config *config, char *text, size_t size);
void web_config_free(struct web_config *config);

#endif
