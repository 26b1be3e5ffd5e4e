/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_FORMAT_H
#define RECORD_FORMAT_H

#include <stdint.h>
#include <linux/netlink.h>
#include <linux/types.h>

/**
 * DOC: the file of a recorder
 *
 * A file is a struct record_file and frames. It is only ever appended to, a whole frame at a
 * time. Numbers are in the byte order of the machine; @order tells it.
 *
 * A frame is a struct record_frame and @packed bytes, which are one frame of zstd with the
 * checksum of its content. It holds a moment: what was so at @time. What damage leaves of a
 * file is found by the magic and the sum of each head.
 *
 * A moment is a row of netlink messages, each aligned to 4 bytes. Those of generic netlink are
 * the answers of the kernel module as they came, but for sequence and port id, which are 0, and
 * their type, which is a RECORD_KIND_*; of sockets, the time that timers have left is not there.
 * Their attributes are only ever appended, so they have versions by themselves. The others are
 * of the recorder: names of things at that time, which answers are missing and why, and what
 * doctor found; their numbers have 64 bits. A kind or an attribute that is not known is passed
 * over.
 *
 * A moment is stored as what it differs by from an earlier one, its base, by the steps below.
 * @base is the number of that frame in the file; 0 for a moment that stands alone. In a file,
 * once in RECORD_KEY_EVERY frames one stands alone, once in RECORD_BASE_EVERY the base is the
 * last that stands alone, else it is the frame before. So of a damaged frame few others depend.
 *
 * What zstd has packed is a struct record_streams and three streams: steps, bytes and values.
 * Numbers in steps are as in LEB128. A step is a number: RECORD_STEPS times a count, and an enum
 * record_step.
 *
 * RECORD_COPY: the next @count messages of the base are there again.
 * RECORD_CHANGE: the next @count messages of the base are there, and differ in values.
 * RECORD_LIKE: one message is like the one that is @count before it in this moment, and differs in
 *	values.
 * RECORD_NEW: @count messages follow as they are, in bytes.
 * RECORD_SEEK: @count is zigzag: how far to go on in the base.
 * RECORD_SPLICE: the next message of the base is there, longer or shorter in front of the word
 *	@count, and differs in values. Another number is zigzag: how many words of 32 bits are more,
 *	which are in bytes, or if it is negative, are left out.
 *
 * Messages that differ in values have one for each word of 32 bits but the first, which is their
 * length: by how much it has grown, zigzag. Of some counters, and not for RECORD_LIKE, by how much
 * more than if it had grown in the proportion that it had to another one before: bytes out to
 * bytes in, segments in to bytes out, segments out to segments in, and bytes that were sent again
 * to segments that were; see draft_expected().
 *
 * Values are in columns: those of one word of one attribute in one kind of message and one nest,
 * in the order of the messages. Columns are in the order in which messages first have them, see
 * columns_of(), which takes the message as it is before values are added: that of the base, after
 * words came or were left out, or that of the one which it is like. A column has the lowest byte of
 * each of its values, then the next one of each, and so on. Where such a row of bytes is not all
 * the same, zstd is made to begin a block, so that each has its own code; a reader need not know.
 *
 * A later version of the format has another @version. This one reads its own only.
 */

#define RECORD_MAGIC		"sockprec"
#define RECORD_VERSION		2
#define RECORD_ORDER		0x01020304u
#define RECORD_FRAME_MAGIC	0x4d524653u

/* Of frames, see above: at 10 s, each hour and each ten minutes. */
#define RECORD_KEY_EVERY	360
#define RECORD_BASE_EVERY	60

/* Bytes of the largest moment. */
#define RECORD_MAX		(256u * 1024 * 1024)

/**
 * struct record_file - head of a file
 * @magic: RECORD_MAGIC
 * @order: RECORD_ORDER
 * @version: RECORD_VERSION
 * @time: when the file was begun, in milliseconds since 1970
 * @reserved: 0
 * @sum: of what is before, see hash_bytes()
 */
struct record_file {
	char magic[8];
	uint32_t order;
	uint32_t version;
	uint64_t time;
	uint32_t reserved;
	uint32_t sum;
};

/**
 * struct record_frame - head of a frame
 * @magic: RECORD_FRAME_MAGIC
 * @number: of the frame in this file, from 1 on; each is greater than those before
 * @time: when the port table was asked for, in milliseconds since 1970
 * @interval: milliseconds until the next frame was due
 * @base: number of the frame that it differs from, 0 for none
 * @size: bytes of the moment
 * @packed: bytes that follow
 * @packed_sum: of these bytes
 * @whole: sum of the moment
 * @reserved: 0
 * @sum: of what is before
 */
struct record_frame {
	uint32_t magic;
	uint32_t number;
	uint64_t time;
	uint32_t interval;
	uint32_t base;
	uint32_t size;
	uint32_t packed;
	uint32_t packed_sum;
	uint32_t whole;
	uint32_t reserved;
	uint32_t sum;
};

/**
 * struct record_streams - sizes of what follows
 * @steps: bytes
 * @bytes: bytes
 * @values: bytes
 */
struct record_streams {
	uint32_t steps;
	uint32_t bytes;
	uint32_t values;
};

enum record_step {
	RECORD_COPY,
	RECORD_CHANGE,
	RECORD_LIKE,
	RECORD_NEW,
	RECORD_SEEK,
	RECORD_SPLICE,
	RECORD_STEPS = 8,
};

/**
 * enum record_kind - what a message is about; the type of it
 * @RECORD_KIND_HOST: the recorder itself, RECORD_A_HOST_*; first in each moment
 * @RECORD_KIND_NAME: what something is called, RECORD_A_NAME_*
 * @RECORD_KIND_MISSING: an answer that is not there, RECORD_A_MISSING_*
 * @RECORD_KIND_FINDING: RECORD_A_FINDING_*
 * @RECORD_KIND_MEASURE: RECORD_A_MEASURE_*
 * @RECORD_KIND_UNSEEN: RECORD_A_UNSEEN_*
 * @RECORD_KIND_ANSWER: this and SOCKPORT_CMD_*: an answer of the kernel module
 */
enum record_kind {
	RECORD_KIND_HOST = NLMSG_MIN_TYPE,
	RECORD_KIND_NAME,
	RECORD_KIND_MISSING,
	RECORD_KIND_FINDING,
	RECORD_KIND_MEASURE,
	RECORD_KIND_UNSEEN,
	RECORD_KIND_ANSWER = 256,
};

/**
 * enum record_a_host - the recorder
 * @RECORD_A_HOST_NAME: of the machine, a text
 * @RECORD_A_HOST_NETNS: inode of the network namespace that was asked about
 * @RECORD_A_HOST_NETNS_ALL: all of them were
 * @RECORD_A_HOST_FIRST_PORT: of net.ipv4.ip_local_port_range
 * @RECORD_A_HOST_LAST_PORT: likewise
 * @RECORD_A_HOST_PORTS: how many of these are not reserved
 */
enum record_a_host {
	RECORD_A_HOST_NAME = 1,
	RECORD_A_HOST_NETNS,
	RECORD_A_HOST_NETNS_ALL,
	RECORD_A_HOST_FIRST_PORT,
	RECORD_A_HOST_LAST_PORT,
	RECORD_A_HOST_PORTS,
};

/**
 * enum record_a_name - what something is called
 * @RECORD_A_NAME_KIND: enum book_kind
 * @RECORD_A_NAME_FIRST: number, see book.h
 * @RECORD_A_NAME_SECOND: number
 * @RECORD_A_NAME_TEXT: a text
 */
enum record_a_name {
	RECORD_A_NAME_KIND = 1,
	RECORD_A_NAME_FIRST,
	RECORD_A_NAME_SECOND,
	RECORD_A_NAME_TEXT,
};

/**
 * enum record_a_missing - an answer that is not there
 * @RECORD_A_MISSING_COMMAND: SOCKPORT_CMD_*, 0 for what doctor found
 * @RECORD_A_MISSING_REASON: a text
 */
enum record_a_missing {
	RECORD_A_MISSING_COMMAND = 1,
	RECORD_A_MISSING_REASON,
};

/**
 * enum record_a_finding - a finding, or one of its kin
 * @RECORD_A_FINDING_KNOWN: bits of enum finding_member
 * @RECORD_A_FINDING_NETNS: inode
 * @RECORD_A_FINDING_SEVERITY: enum severity
 * @RECORD_A_FINDING_SINCE: milliseconds since 1970
 * @RECORD_A_FINDING_VALUE: of a measure
 * @RECORD_A_FINDING_WARNING: of a measure
 * @RECORD_A_FINDING_CRITICAL: of a measure
 * @RECORD_A_FINDING_TEXT: a text, as those behind it: the texts of the struct in their order
 */
enum record_a_finding {
	RECORD_A_FINDING_KNOWN = 1,
	RECORD_A_FINDING_NETNS,
	RECORD_A_FINDING_SEVERITY,
	RECORD_A_FINDING_SINCE,
	RECORD_A_FINDING_VALUE,
	RECORD_A_FINDING_WARNING,
	RECORD_A_FINDING_CRITICAL,
	RECORD_A_FINDING_TEXT = 16,
};

#endif
