/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOCTOR_WORDS_H
#define DOCTOR_WORDS_H

#include <stdint.h>

#include "columns/endpoint.h"
#include "kernel/rows.h"
#include "table/escape.h"

struct names;

/* Characters of the longest of these texts, with the terminating 0. */
#define WORDS_MAX	(ESCAPE_TEXT * ROW_NAME_MAX + 512)

/* Each returns @text, which has room for WORDS_MAX. */
const char *words_end(char *text, struct names *names, const struct socket_row *row,
		      enum endpoint which);
const char *words_address(char *text, const uint8_t *address, uint8_t size, uint32_t port);
const char *words_processes(char *text, struct names *names, const struct process_rows *processes);
const char *words_process(char *text, const char *comm, uint32_t pid);
const char *words_age(char *text, uint64_t ms);
const char *words_moment(char *text, uint64_t ms);
const char *words_bytes(char *text, uint64_t bytes);
const char *words_seconds(char *text, uint64_t ms);

/**
 * words_s - what a plural ends with
 * @count: of something
 *
 * Return: "s" or nothing.
 */
static inline const char *words_s(uint64_t count)
{
	return count == 1 ? "" : "s";
}

#endif
