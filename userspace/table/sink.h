/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/number.h"

/*
 * Values have types; a sink knows how each type is written. Escapes, units and the types of
 * JSON are nowhere else. A value that is unknown is not written at all; who writes rows says
 * so, in its own way.
 */

/* A value takes at most so many characters: in JSON, the path of a cgroup. */
#define VALUE_MAX	(32 * 1024)
/* So many bytes of a text that somebody else chose are shown; a longer one is unknown. */
#define VALUE_TEXT_MAX	4096

struct names;

/**
 * enum sink_form - what values are written as
 * @SINK_TEXT: text for people and scripts, without blanks inside of a value
 * @SINK_JSON: JSON (RFC 8259)
 */
enum sink_form {
	SINK_TEXT,
	SINK_JSON,
};

/**
 * struct sink - takes values
 * @to: where the next character goes; there is room for VALUE_MAX
 * @names: for who fills it in; the sink does not look at it
 * @form: what values are written as
 * @digits: quantities have no units, times are numbers
 * @utf8: text may have characters beyond ASCII
 * @is_first: the next item is the first of its list
 * @extra: bytes of text so far that are no columns of a terminal
 */
struct sink {
	char *to;
	struct names *names;
	enum sink_form form;
	bool digits;
	bool utf8;
	bool is_first;
	int extra;
};

void sink_init(struct sink *sink, enum sink_form form, struct names *names, bool digits);

/* What a value is composed of; between value_begin() and value_end() where it is a string. */
void sink_word(struct sink *sink, const char *word);
void sink_text(struct sink *sink, const char *text, size_t length);
void sink_path(struct sink *sink, const uint8_t *bytes, size_t size);
void sink_end(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t port);
void sink_address(struct sink *sink, const uint8_t *address, uint8_t size);

/**
 * sink_char - a character of a value
 * @sink: the sink
 * @character: printable ASCII, no quote and no backslash
 */
static inline void sink_char(struct sink *sink, char character)
{
	*sink->to++ = character;
}

/**
 * sink_number - a number as a part of a value
 * @sink: the sink
 * @number: the number
 */
static inline void sink_number(struct sink *sink, uint64_t number)
{
	sink->to = number_put(sink->to, number);
}

/**
 * value_begin - begin a string
 * @sink: the sink
 */
static inline void value_begin(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, '"');
}

/**
 * value_end - end a string
 * @sink: the sink
 */
static inline void value_end(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, '"');
}

/**
 * value_u64 - a number
 * @sink: the sink
 * @number: the number
 */
static inline void value_u64(struct sink *sink, uint64_t number)
{
	sink_number(sink, number);
}

void value_bool(struct sink *sink, bool value);
void value_hex(struct sink *sink, uint32_t number);
void value_word(struct sink *sink, const char *word);
void value_word_or_number(struct sink *sink, const char *word, uint32_t number);
void value_text(struct sink *sink, const char *text);
void value_text_or_number(struct sink *sink, const char *text, uint32_t number);
void value_sentence(struct sink *sink, const char *text);
void value_path(struct sink *sink, const uint8_t *bytes, size_t size);
void value_address(struct sink *sink, const uint8_t *address, uint8_t size);

void value_bytes(struct sink *sink, uint64_t bytes);
void value_us(struct sink *sink, uint64_t us);
void value_seconds(struct sink *sink, uint64_t ms);
void value_moment_ms(struct sink *sink, uint64_t ms, unsigned int digits);
void value_moment_ns(struct sink *sink, uint64_t ns);
void value_age_ms(struct sink *sink, uint64_t ms);
void value_count(struct sink *sink, uint64_t count, uint64_t interval);
void value_count_bytes(struct sink *sink, uint64_t bytes, uint64_t interval);
void value_count_us(struct sink *sink, uint64_t us, uint64_t interval);

void value_list_begin(struct sink *sink);
void value_list_item(struct sink *sink);
void value_list_more(struct sink *sink, uint64_t more);
void value_list_end(struct sink *sink);
void value_object_begin(struct sink *sink);
void value_object_key(struct sink *sink, const char *key);
void value_object_end(struct sink *sink);
void value_null(struct sink *sink);

#endif
