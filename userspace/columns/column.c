// SPDX-License-Identifier: GPL-2.0
#include "columns/column.h"

#include <string.h>
#include <sys/socket.h>

#include "format/address.h"
#include "format/number.h"
#include "format/words.h"
#include "kernel/rows.h"

static const void *member(const struct column *column, const void *row)
{
	return (const char *)row + column->offset;
}

/**
 * column_read - read a member of a struct of the kernel's, of which kernels have more or less
 * @column: has the place of the member
 * @bytes: the struct, not aligned
 * @known: how much of it came
 * @value: becomes the member
 * @size: of it
 *
 * Return: false if it did not come.
 */
bool column_read(const struct column *column, const uint8_t *bytes, size_t known, void *value,
		 size_t size)
{
	if (known < column->offset + size)
		return false;
	memcpy(value, bytes + column->offset, size);
	return true;
}

/**
 * fill_u8 - the value of an uint8_t, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_u8(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_u64(sink, *(const uint8_t *)member(column, row));
}

/**
 * fill_u32 - the value of an uint32_t, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_u32(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_u64(sink, *(const uint32_t *)member(column, row));
}

/**
 * fill_u64 - the value of an uint64_t, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_u64(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_u64(sink, *(const uint64_t *)member(column, row));
}

/**
 * fill_word - the word for the value of an uint8_t, see fill_function
 * @sink: takes it
 * @column: the column, which has words
 * @row: the row
 */
void fill_word(struct sink *sink, const struct column *column, const void *row)
{
	const uint8_t value = *(const uint8_t *)member(column, row);

	if (row_knows(row, column->attribute))
		value_word_or_number(sink, column->word(value), value);
}

/**
 * fill_flag - whether an attribute came, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_flag(struct sink *sink, const struct column *column, const void *row)
{
	value_bool(sink, row_knows(row, column->attribute));
}

/**
 * fill_bytes - the value of an uint64_t that counts bytes, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_bytes(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_bytes(sink, *(const uint64_t *)member(column, row));
}

/**
 * fill_us - the value of an uint64_t that counts microseconds, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_us(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_us(sink, *(const uint64_t *)member(column, row));
}

/**
 * fill_us32 - the value of an uint32_t that counts microseconds, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_us32(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_us(sink, *(const uint32_t *)member(column, row));
}

/**
 * fill_moment - the value of an uint64_t that is milliseconds since 1970, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_moment(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_moment_ms(sink, *(const uint64_t *)member(column, row), 0);
}

/**
 * fill_user - the name of the user whose uid is in an uint32_t, see fill_function
 * @sink: takes it
 * @column: the column
 * @row: the row
 */
void fill_user(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_user(sink, *(const uint32_t *)member(column, row));
}

/**
 * fill_netns - the name of the network namespace whose inode is in an uint32_t, see fill_function
 * @sink: takes it; 0 is unknown
 * @column: the column
 * @row: the row
 */
void fill_netns(struct sink *sink, const struct column *column, const void *row)
{
	const uint32_t inode = *(const uint32_t *)member(column, row);

	if (row_knows(row, column->attribute) && inode)
		value_netns(sink, inode);
}

/**
 * value_user - the name of a user, or the uid if it has none
 * @sink: takes it
 * @uid: the user
 */
void value_user(struct sink *sink, uint32_t uid)
{
	value_text_or_number(sink, names_user(sink->names, uid), uid);
}

/**
 * value_service - the name of a port in the services database
 * @sink: takes it; unknown if it has none
 * @port: the port
 * @protocol: of which protocol, SOCKPORT_PROTOCOL_*
 */
void value_service(struct sink *sink, uint32_t port, uint8_t protocol)
{
	const char *service = names_service(sink->names, port, protocol);

	if (service)
		value_text(sink, service);
}

/**
 * value_netns - the name of a network namespace, or net:[INODE]
 * @sink: takes it
 * @inode: of the namespace
 */
void value_netns(struct sink *sink, uint32_t inode)
{
	const char *name = names_netns(sink->names, inode);

	if (name) {
		value_text(sink, name);
		return;
	}
	value_begin(sink);
	sink_word(sink, "net:[");
	sink_number(sink, inode);
	sink_char(sink, ']');
	value_end(sink);
}

/**
 * netns_text - the name of a network namespace, as text that is safe to print
 * @text: where to put it
 * @names: know it
 * @inode: the namespace
 *
 * Return: @text.
 */
const char *netns_text(char text[NETNS_TEXT], struct names *names, uint32_t inode)
{
	struct sink sink;

	sink_init(&sink, SINK_TEXT, names, false);
	sink.to = text;
	value_netns(&sink, inode);
	*sink.to = 0;
	return text;
}

/**
 * value_states - how many sockets there are in each state
 * @sink: takes it
 * @counts: by SOCKPORT_STATE_*, ROW_STATES of them; zeroes are left out, all of them are unknown
 */
void value_states(struct sink *sink, const uint32_t *counts)
{
	char number[NUMBER_MAX_U32 + 1];
	unsigned int state;
	bool any = false;
	const char *word;

	for (state = 0; state < ROW_STATES; state++) {
		if (!counts[state])
			continue;
		if (!any)
			value_object_begin(sink);
		any = true;
		word = word_state(state);
		*number_put(number, state) = 0;
		value_object_key(sink, word ? word : number);
		value_u64(sink, counts[state]);
	}
	if (any)
		value_object_end(sink);
}

/**
 * sink_interface - the name of an interface, or its index, as a part of a value
 * @sink: takes it
 * @netns: inode of its network namespace, 0 for ours
 * @ifindex: the interface
 */
void sink_interface(struct sink *sink, uint32_t netns, uint32_t ifindex)
{
	const char *name = names_interface(sink->names, netns, ifindex);

	if (name)
		sink_text(sink, name, strlen(name));
	else
		sink_number(sink, ifindex);
}

/**
 * sink_scoped - an address, a link-local one with its interface, as a part of a value
 * @sink: takes it
 * @address: in network byte order
 * @size: 4 or 16 bytes
 * @netns: inode of its network namespace, 0 for ours
 * @ifindex: interface that the socket is bound to, 0 for none
 *
 * The form is that of RFC 4007, section 11.
 */
void sink_scoped(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t netns,
		 uint32_t ifindex)
{
	sink_address(sink, address, size);
	if (!ifindex || !address_is_scoped(size == 4 ? AF_INET : AF_INET6, address))
		return;
	sink_char(sink, '%');
	sink_interface(sink, netns, ifindex);
}

/**
 * value_scoped - an address, a link-local one with its interface
 * @sink: takes it
 * @address: in network byte order
 * @size: 4 or 16 bytes
 * @netns: inode of its network namespace, 0 for ours
 * @ifindex: interface that the socket is bound to, 0 for none
 */
void value_scoped(struct sink *sink, const uint8_t *address, uint8_t size, uint32_t netns,
		  uint32_t ifindex)
{
	value_begin(sink);
	sink_scoped(sink, address, size, netns, ifindex);
	value_end(sink);
}
