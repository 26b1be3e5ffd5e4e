/* SPDX-License-Identifier: GPL-2.0 */
#ifndef QUANTITY_H
#define QUANTITY_H

#include <stdint.h>

/* Characters of the longest of these texts. */
#define QUANTITY_MAX	48

/**
 * enum quantity - what a number counts
 * @QUANTITY_TIME: microseconds
 * @QUANTITY_BYTES: bytes
 */
enum quantity {
	QUANTITY_TIME,
	QUANTITY_BYTES,
};

char *quantity_put(char *to, enum quantity quantity, uint64_t value);
char *quantity_put_range(char *to, enum quantity quantity, uint64_t low, uint64_t high);
char *quantity_put_size(char *to, uint64_t bytes);
char *quantity_put_rate(char *to, double rate);
char *quantity_put_size_rate(char *to, double rate);
char *quantity_put_age(char *to, uint64_t ms);
char *quantity_put_moment(char *to, uint64_t ms, unsigned int digits);

#endif
