/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORDED_H
#define RECORDED_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum recorded_member - bits of what is known of a record
 */
enum recorded_member {
	RECORDED_ALL,
	RECORDED_BASE,
};

/**
 * struct recorded - a record in a file
 * @known: bits of enum recorded_member
 * @time: of what it has, in milliseconds since 1970
 * @interval: milliseconds until the next one was due
 * @number: in its file
 * @base: number of the record that it differs from
 * @bytes: that it takes
 * @size: bytes of what it has
 * @is_intact: its checksum is right
 * @file: path of its file
 */
struct recorded {
	uint64_t known;
	uint64_t time;
	uint64_t interval;
	uint32_t number;
	uint32_t base;
	uint64_t bytes;
	uint64_t size;
	bool is_intact;
	const char *file;
};

#endif
