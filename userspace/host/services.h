/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVICES_H
#define SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct service;

/**
 * struct services - the services database; zeroed before use
 * @loaded: it has been read
 * @text: the file; names are terminated by 0
 * @list: the entries, in the order of the file until they are sorted
 * @count: of entries
 * @room: for entries
 */
struct services {
	bool loaded;
	char *text;
	struct service *list;
	size_t count;
	size_t room;
};

void services_read(struct services *services, const char *const *files);
void services_parse(struct services *services, char *text);
const char *services_name(struct services *services, uint16_t port, uint8_t protocol);
uint16_t services_port(struct services *services, const char *name, uint8_t protocol);
void services_each(struct services *services, void (*function)(const char *name));
void services_free(struct services *services);

#endif
