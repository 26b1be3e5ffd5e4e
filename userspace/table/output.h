/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* How much is written at once. */
#define OUTPUT_CHUNK	(64 * 1024)
/*
 * Between two calls of output_row_done(), no more may be added. The longest values
 * are, in JSON, the path of a cgroup (24 KiB), the processes (19 KiB), the listeners of
 * a process (8 KiB) and the addresses of SCTP (2 times 2 KiB); others have less than
 * 1 KiB, most of them 20 characters.
 */
#define OUTPUT_ROW_MAX	(128 * 1024)

/**
 * struct output_memory - an answer that is kept; zeroed before but for @limit
 * @text: the answer, to be freed
 * @size: how long it is
 * @room: for how much @text has room
 * @limit: it may be so long
 */
struct output_memory {
	char *text;
	size_t size;
	size_t room;
	size_t limit;
};

/**
 * struct output - where long listings are written to
 * @descriptor: of the file
 * @memory: takes the place of the file, NULL for none
 * @error: errno of the write that failed, 0 for none
 * @next: where to put the next character
 * @buffer: OUTPUT_CHUNK and OUTPUT_ROW_MAX bytes
 */
struct output {
	int descriptor;
	struct output_memory *memory;
	int error;
	char *next;
	char *buffer;
};

int output_check_standard(struct failure *failure);
void output_keep(struct output_memory *memory);
int output_open(struct output *output, int descriptor, struct failure *failure);
int output_open_answer(struct output *output, struct failure *failure);
bool output_may_keep(struct output *output, size_t size);
void output_put(struct output *output, const char *text);
int output_write(const char *text, size_t size, struct failure *failure);
bool output_flush(struct output *output);
void output_discard(struct output *output);
int output_close(struct output *output, struct failure *failure);
int output_print(const char *text, size_t size, struct failure *failure);
int output_close_standard(struct failure *failure);

/**
 * output_row_done - write when enough has been added
 * @output: the output
 *
 * Return: false when writing failed, now or before.
 */
static inline bool output_row_done(struct output *output)
{
	if (output->next - output->buffer < OUTPUT_CHUNK)
		return true;
	return output_flush(output);
}

#endif
