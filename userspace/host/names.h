/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "host/category.h"

/* Characters of the longest name; a longer one counts as unknown. */
#define NAME_MAX_LENGTH	47
/* That of a network namespace may be the name of a file, or of a container with all its pod. */
#define NETNS_NAME_MAX	255

struct names;
struct book;
struct place;

struct names *names_new(bool numeric);
void names_set_place(struct names *names, struct place *place);
void names_set_elsewhere(struct names *names);
void names_set_book(struct names *names, const struct book *book);
void names_refresh(struct names *names);
bool names_are_numbers(const struct names *names);
void names_free(struct names *names);
const char *names_user(struct names *names, uint32_t uid);
const char *names_service(struct names *names, uint32_t port, uint8_t protocol);
const char *names_netns(struct names *names, uint32_t netns);
const char *names_interface(struct names *names, uint32_t netns, uint32_t ifindex);
uint32_t names_own_netns(struct names *names);
bool names_is_here(struct names *names, uint32_t netns);
bool names_visit(struct names *names);
void names_return(struct names *names);
bool names_local_range(struct names *names, struct port_range *range);
bool names_local_ports(struct names *names, struct port_range *range, uint32_t *available);
bool names_in_local_range(struct names *names, uint32_t port, bool *inside);

#endif
