// SPDX-License-Identifier: GPL-2.0
#include "table/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/number.h"
#include "stop.h"

/* Where answers of this thread are kept; NULL when they are written to stdout. */
static __thread struct output_memory *kept;

/* Who ends a command that goes on until then knows that it did not write the rest. */
static int cannot_write(int error, struct failure *failure)
{
	if (error == EINTR) {
		failure->stopped = true;
		return -1;
	}
	if (error == EFBIG && kept)
		return failure_set(failure, EXIT_USAGE,
				   "the answer is longer than %zu MiB: ask for less",
				   kept->limit >> 20);
	return failure_set(failure, EXIT_RUN, "cannot write the output: %s", strerror(error));
}

/**
 * output_check_standard - see whether stdout is open at all
 * @failure: that it is not
 *
 * If it were not, the next file to be opened would get its number.
 *
 * Return: 0 or -1.
 */
int output_check_standard(struct failure *failure)
{
	return fcntl(STDOUT_FILENO, F_GETFD) < 0 ? cannot_write(errno, failure) : 0;
}

/**
 * output_keep - let answers of this thread be kept from now on
 * @memory: where; NULL to have them written to stdout again
 */
void output_keep(struct output_memory *memory)
{
	kept = memory;
}

/**
 * output_open - begin to write to a file
 * @output: the output
 * @descriptor: of the file; stays open
 * @failure: what went wrong
 *
 * Return: 0, and output_close() must be called; or -1.
 */
int output_open(struct output *output, int descriptor, struct failure *failure)
{
	*output = (struct output){ .descriptor = descriptor };
	output->buffer = malloc(OUTPUT_CHUNK + OUTPUT_ROW_MAX);
	if (!output->buffer)
		return failure_set(failure, EXIT_RUN, "out of memory");
	output->next = output->buffer;
	return 0;
}

/**
 * output_open_answer - begin to write to stdout, or to what is kept
 * @output: the output
 * @failure: what went wrong
 *
 * Return: 0, and output_close() must be called; or -1.
 */
int output_open_answer(struct output *output, struct failure *failure)
{
	const int error = output_open(output, STDOUT_FILENO, failure);

	output->memory = kept;
	return error;
}

/**
 * output_put - add a text as it is
 * @output: where to
 * @text: the text
 */
void output_put(struct output *output, const char *text)
{
	output->next = text_put(output->next, text);
}

static bool write_all(struct output *output, const char *from, const char *end)
{
	ssize_t length;
	size_t size;

	while (from < end) {
		size = stop_may_write(output->descriptor, end - from);
		length = size ? write(output->descriptor, from, size) : -1;
		if (!size || (length < 0 && errno != EINTR)) {
			output->error = size ? errno : EINTR;
			return false;
		}
		if (length > 0)
			from += length;
	}
	return true;
}

/* Negative errno, 0 if there was room. */
static int keep(struct output_memory *memory, const char *from, size_t size)
{
	size_t room = memory->room ? memory->room : OUTPUT_CHUNK;
	char *text;

	if (size > memory->limit - memory->size)
		return -EFBIG;
	while (room < memory->size + size)
		room *= 2;
	if (room > memory->room) {
		text = realloc(memory->text, room);
		if (!text)
			return -ENOMEM;
		memory->text = text;
		memory->room = room;
	}
	memcpy(memory->text + memory->size, from, size);
	memory->size += size;
	return 0;
}

static bool put_all(struct output *output, const char *from, const char *end)
{
	if (!output->memory)
		return write_all(output, from, end);
	output->error = -keep(output->memory, from, end - from);
	return !output->error;
}

/**
 * output_may_keep - whether an answer may become so long
 * @output: the output
 * @size: what waits to be written
 *
 * Return: false, and the output has failed, if it may not: where it is kept, that has a limit.
 */
bool output_may_keep(struct output *output, size_t size)
{
	const struct output_memory *memory = output->memory;

	if (!memory || size <= memory->limit - memory->size)
		return true;
	output->error = EFBIG;
	return false;
}

/**
 * output_flush - write what has been added
 * @output: the output
 *
 * Return: false when writing failed, now or before.
 */
bool output_flush(struct output *output)
{
	const char *end = output->next;

	output->next = output->buffer;
	return !output->error && put_all(output, output->buffer, end);
}

/**
 * output_discard - forget what has been added and not been written
 * @output: the output
 */
void output_discard(struct output *output)
{
	output->next = output->buffer;
}

/**
 * output_close - write the rest, free the output
 * @output: the output
 * @failure: what went wrong, if writing did
 *
 * Return: 0, or -1 if anything could not be written.
 */
int output_close(struct output *output, struct failure *failure)
{
	output_flush(output);
	free(output->buffer);
	output->buffer = NULL;
	return output->error ? cannot_write(output->error, failure) : 0;
}

/**
 * output_write - write an answer that is there already
 * @text: the answer
 * @size: its length
 * @failure: what went wrong
 *
 * Return: 0, or -1 if not all of it could be written.
 */
int output_write(const char *text, size_t size, struct failure *failure)
{
	struct output output = { .descriptor = STDOUT_FILENO, .memory = kept };

	return put_all(&output, text, text + size) ? 0 : cannot_write(output.error, failure);
}

/**
 * output_print - write a text behind what was printed to stdout
 * @text: the text
 * @size: its length
 * @failure: what went wrong
 *
 * A signal that ends the command is not held up by who does not read it.
 *
 * Return: 0, or -1 if not all of it could be written.
 */
int output_print(const char *text, size_t size, struct failure *failure)
{
	return fflush(stdout) ? cannot_write(errno, failure) : output_write(text, size, failure);
}

/**
 * output_close_standard - write the rest of stdout and close it
 * @failure: what went wrong, if writing did
 *
 * Some file systems report a full disk at close() only.
 *
 * Return: 0 or -1.
 */
int output_close_standard(struct failure *failure)
{
	const int failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) || failed)
		return cannot_write(errno ? errno : EIO, failure);
	return 0;
}
