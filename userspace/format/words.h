/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Characters of the longest of these words. */
#define WORD_MAX	17

const char *word_protocol(uint8_t protocol);
const char *word_role(uint8_t role);
const char *word_port_state(uint8_t state);
const char *word_state(uint8_t state);
const char *word_timer(uint8_t timer);
const char *word_type(uint8_t type);
const char *word_association(uint8_t state);
const char *word_event_type(uint8_t type);
const char *word_cause(uint8_t cause);
const char *word_ip_protocol(uint32_t number);
const char *word_netlink(uint32_t number);
const char *word_family(uint8_t family);
bool word_is_protocol(const char *word, uint8_t *protocol);
bool word_is_role(const char *word, uint8_t *role);
bool word_is_family(const char *word, uint8_t *family);
bool word_is_event_type(const char *word, uint8_t *type);
bool word_is_state(const char *word, uint32_t *tcp, uint32_t *datagram);

#endif
