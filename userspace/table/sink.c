// SPDX-License-Identifier: GPL-2.0
#include "table/sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "format/address.h"
#include "format/clock.h"
#include "format/quantity.h"
#include "table/escape.h"
#include "table/terminal.h"

/**
 * sink_init - begin to write values
 * @sink: the sink; @to is set by who uses it
 * @form: what they are written as
 * @names: for who fills it in
 * @digits: quantities have no units, times are numbers
 *
 * What the terminal can show is asked of the locale.
 */
void sink_init(struct sink *sink, enum sink_form form, struct names *names, bool digits)
{
	*sink = (struct sink){
		.form = form,
		.names = names,
		.digits = digits,
		.utf8 = terminal_is_utf8(),
	};
}

/* Quantities as they are: in JSON always. */
static bool wants_digits(const struct sink *sink)
{
	return sink->digits || sink->form == SINK_JSON;
}

/**
 * sink_word - a word of our own as a part of a value
 * @sink: the sink
 * @word: printable ASCII, no quote and no backslash
 */
void sink_word(struct sink *sink, const char *word)
{
	sink->to = text_put(sink->to, word);
}

/**
 * sink_text - a text that somebody else chose, as a part of a value
 * @sink: the sink
 * @text: any bytes
 * @length: of @text, at most VALUE_TEXT_MAX
 */
void sink_text(struct sink *sink, const char *text, size_t length)
{
	if (sink->form == SINK_JSON)
		sink->to = escape_json(sink->to, text, length);
	else
		sink->to = escape_text(sink->to, text, length, sink->utf8, &sink->extra);
}

/**
 * sink_path - the path or abstract name of a UNIX socket, as a part of a value
 * @sink: the sink
 * @bytes: as bind(2) got it; an abstract name begins with 0
 * @size: of @bytes
 */
void sink_path(struct sink *sink, const uint8_t *bytes, size_t size)
{
	if (sink->form == SINK_JSON)
		sink->to = escape_path_json(sink->to, bytes, size);
	else
		sink->to = escape_path(sink->to, bytes, size);
}

/**
 * sink_address - an address as a part of a value
 * @sink: the sink
 * @address: in network byte order; an IPv4 address inside of an IPv6 one is shown alone
 * @size: 4 or 16 bytes
 */
void sink_address(struct sink *sink, const uint8_t *address, uint8_t size)
{
	address = address_unmap(address, &size);
	sink->to = address_put(sink->to, size == 4 ? AF_INET : AF_INET6, address);
}

/**
 * sink_end - an address and a port, most of what long listings have
 * @sink: the sink
 * @address: in network byte order; an IPv4 address inside of an IPv6 one is shown alone
 * @size: 4 or 16 bytes
 * @port: the port, "*" for 0
 */
void sink_end(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t port)
{
	char *to = sink->to;

	address = address_unmap(address, &size);
	if (size == 4) {
		to = address_put(to, AF_INET, address);
	} else {
		/* Beside a port, in brackets (RFC 5952, section 6). */
		*to++ = '[';
		to = address_put(to, AF_INET6, address);
		*to++ = ']';
	}
	*to++ = ':';
	if (port)
		to = number_put(to, port);
	else
		*to++ = '*';
	sink->to = to;
}

/**
 * value_bool - yes or no
 * @sink: the sink
 * @value: 1 or 0 in text
 */
void value_bool(struct sink *sink, bool value)
{
	if (sink->form == SINK_JSON)
		sink_word(sink, value ? "true" : "false");
	else
		sink_char(sink, '0' + value);
}

/**
 * value_hex - a number that is a mask
 * @sink: the sink
 * @number: 8 hexadecimal digits in text
 */
void value_hex(struct sink *sink, uint32_t number)
{
	if (sink->form == SINK_JSON)
		sink_number(sink, number);
	else
		sink->to += sprintf(sink->to, "%08x", number);
}

/**
 * value_word - a word of our own
 * @sink: the sink
 * @word: printable ASCII, no quote and no backslash
 */
void value_word(struct sink *sink, const char *word)
{
	value_begin(sink);
	sink_word(sink, word);
	value_end(sink);
}

/**
 * value_word_or_number - a word of our own, or the number that it stands for
 * @sink: the sink
 * @word: the word, NULL for a number that has none here
 * @number: the number
 */
void value_word_or_number(struct sink *sink, const char *word, uint32_t number)
{
	value_begin(sink);
	if (word)
		sink_word(sink, word);
	else
		sink_number(sink, number);
	value_end(sink);
}

/**
 * value_text - a text that somebody else chose
 * @sink: the sink
 * @text: any bytes, terminated by 0; unknown if it is longer than VALUE_TEXT_MAX
 */
void value_text(struct sink *sink, const char *text)
{
	const size_t length = strlen(text);

	if (length > VALUE_TEXT_MAX)
		return;
	value_begin(sink);
	sink_text(sink, text, length);
	value_end(sink);
}

/**
 * value_text_or_number - a name that somebody else gave a number, or the number
 * @sink: the sink
 * @text: the name, NULL if it has none
 * @number: the number
 */
void value_text_or_number(struct sink *sink, const char *text, uint32_t number)
{
	if (text)
		value_text(sink, text);
	else
		value_word_or_number(sink, NULL, number);
}

/**
 * value_sentence - words of our own with blanks between them
 * @sink: the sink
 * @text: may have names in it, written by another sink of text
 */
void value_sentence(struct sink *sink, const char *text)
{
	value_begin(sink);
	if (sink->form == SINK_JSON)
		sink->to = escape_json(sink->to, text, strlen(text));
	else
		sink_word(sink, text);
	value_end(sink);
}

/**
 * value_path - the path or abstract name of a UNIX socket
 * @sink: the sink
 * @bytes: as bind(2) got it; an abstract name begins with 0
 * @size: of @bytes
 */
void value_path(struct sink *sink, const uint8_t *bytes, size_t size)
{
	value_begin(sink);
	sink_path(sink, bytes, size);
	value_end(sink);
}

/**
 * value_address - an address
 * @sink: the sink
 * @address: in network byte order
 * @size: 4 or 16 bytes; unknown if it is 0
 */
void value_address(struct sink *sink, const uint8_t *address, uint8_t size)
{
	if (!size)
		return;
	value_begin(sink);
	sink_address(sink, address, size);
	value_end(sink);
}

/**
 * value_bytes - how much of something there is
 * @sink: the sink
 * @bytes: with a unit in text
 */
void value_bytes(struct sink *sink, uint64_t bytes)
{
	if (wants_digits(sink))
		sink_number(sink, bytes);
	else
		sink->to = quantity_put_size(sink->to, bytes);
}

/**
 * value_us - how long something took
 * @sink: the sink
 * @us: microseconds; with a unit in text
 */
void value_us(struct sink *sink, uint64_t us)
{
	if (wants_digits(sink))
		sink_number(sink, us);
	else
		sink->to = quantity_put(sink->to, QUANTITY_TIME, us);
}

/**
 * value_seconds - how long something took, in seconds
 * @sink: the sink
 * @ms: milliseconds; a fraction of seconds
 */
void value_seconds(struct sink *sink, uint64_t ms)
{
	sink->to += sprintf(sink->to, "%" PRIu64 ".%03u", (uint64_t)(ms / MS_PER_S),
			    (unsigned int)(ms % MS_PER_S));
}

/**
 * value_moment_ms - when something happened
 * @sink: the sink
 * @ms: milliseconds since 1970; a date and time of day with its offset in text,
 *	microseconds in JSON, as all times are
 * @digits: of the fraction of the second in text, 0 or 3
 */
void value_moment_ms(struct sink *sink, uint64_t ms, unsigned int digits)
{
	if (wants_digits(sink))
		sink_number(sink, ms * US_PER_MS);
	else
		sink->to = quantity_put_moment(sink->to, ms, digits);
}

/**
 * value_moment_ns - when something happened, exactly
 * @sink: the sink
 * @ns: nanoseconds since 1970; text with a date has milliseconds, JSON microseconds
 */
void value_moment_ns(struct sink *sink, uint64_t ns)
{
	if (wants_digits(sink))
		sink_number(sink, ns / NS_PER_US);
	else
		sink->to = quantity_put_moment(sink->to, ns / NS_PER_MS, 3);
}

/**
 * value_age_ms - how long ago something was
 * @sink: the sink
 * @ms: milliseconds; in text always with a unit, as there is no room for more; in JSON
 *	microseconds
 */
void value_age_ms(struct sink *sink, uint64_t ms)
{
	if (sink->form == SINK_JSON)
		sink_number(sink, ms * US_PER_MS);
	else
		sink->to = quantity_put_age(sink->to, ms);
}

static double per_second(uint64_t count, uint64_t interval)
{
	return (double)count * MS_PER_S / interval;
}

/**
 * value_count - how often something happened
 * @sink: the sink
 * @count: how often
 * @interval: milliseconds in which it did, text has the rate then; 0 for all the time
 */
void value_count(struct sink *sink, uint64_t count, uint64_t interval)
{
	if (interval && sink->form != SINK_JSON)
		sink->to = quantity_put_rate(sink->to, per_second(count, interval));
	else
		sink_number(sink, count);
}

/**
 * value_count_bytes - how much came or went
 * @sink: the sink
 * @bytes: how much
 * @interval: milliseconds in which it did, text has the rate then; 0 for all the time
 */
void value_count_bytes(struct sink *sink, uint64_t bytes, uint64_t interval)
{
	if (wants_digits(sink))
		value_count(sink, bytes, interval);
	else if (interval)
		sink->to = quantity_put_size_rate(sink->to, per_second(bytes, interval));
	else
		sink->to = quantity_put_size(sink->to, bytes);
}

/**
 * value_count_us - how long something lasted, summed up
 * @sink: the sink
 * @us: microseconds
 * @interval: milliseconds in which it did, text has how much of each second then; 0 for all the
 *	time
 */
void value_count_us(struct sink *sink, uint64_t us, uint64_t interval)
{
	if (wants_digits(sink))
		value_count(sink, us, interval);
	else
		value_us(sink, interval ? us * MS_PER_S / interval : us);
}

/**
 * value_list_begin - begin a list of values
 * @sink: the sink
 */
void value_list_begin(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, '[');
	sink->is_first = true;
}

/**
 * value_list_item - the next value is one of the list
 * @sink: the sink
 */
void value_list_item(struct sink *sink)
{
	if (!sink->is_first)
		sink_char(sink, ',');
	sink->is_first = false;
}

/**
 * value_list_more - say that there is more than the list has
 * @sink: the sink
 * @more: how much more, 0 if that is not known; JSON has a key of its own for it
 */
void value_list_more(struct sink *sink, uint64_t more)
{
	if (sink->form == SINK_JSON)
		return;
	value_list_item(sink);
	sink_char(sink, '+');
	if (more)
		sink_number(sink, more);
}

/**
 * value_list_end - end a list
 * @sink: the sink
 */
void value_list_end(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, ']');
	sink->is_first = false;
}

/**
 * value_object_begin - begin a set of values with keys
 * @sink: the sink
 */
void value_object_begin(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, '{');
	sink->is_first = true;
}

/**
 * value_object_key - the next value is that of a key
 * @sink: the sink
 * @key: a word of our own
 */
void value_object_key(struct sink *sink, const char *key)
{
	value_list_item(sink);
	value_word(sink, key);
	sink_char(sink, ':');
}

/**
 * value_object_end - end a set
 * @sink: the sink
 */
void value_object_end(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_char(sink, '}');
	sink->is_first = false;
}

/**
 * value_null - say that a value is unknown where it cannot be left out
 * @sink: the sink
 */
void value_null(struct sink *sink)
{
	if (sink->form == SINK_JSON)
		sink_word(sink, "null");
}
