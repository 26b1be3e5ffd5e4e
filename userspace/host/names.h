/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Characters of the longest name; a longer one counts as unknown. */
#define NAME_MAX_LENGTH	47

struct names;

struct names *names_new(bool numeric);
void names_set_elsewhere(struct names *names);
bool names_are_numbers(const struct names *names);
void names_free(struct names *names);
char *names_put_user(struct names *names, char *to, uint32_t uid);
char *names_put_service(struct names *names, char *to, uint32_t port, uint8_t protocol);
bool names_is_here(struct names *names, uint32_t netns);
char *names_put_netns(struct names *names, char *to, uint32_t netns);
char *names_put_interface(struct names *names, char *to, uint32_t netns, uint32_t ifindex);
char *names_put_address(struct names *names, char *to, int family, const uint8_t *address,
			uint32_t netns, uint32_t ifindex);
bool names_in_local_range(struct names *names, uint32_t port, bool *inside);

#endif
