/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_ROW_H
#define TESTS_ROW_H

#include <linux/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sockport.h>

/* What a source may say of a socket, beside its tuple. */
enum row_field {
	ROW_STATE	= 1 << 0,
	ROW_ROLE	= 1 << 1,
	ROW_IFINDEX	= 1 << 2,
	ROW_V6ONLY	= 1 << 3,
	ROW_RX_QUEUE	= 1 << 4,
	ROW_TX_QUEUE	= 1 << 5,
	ROW_BACKLOG	= 1 << 6,
	ROW_LIMIT	= 1 << 7,
	ROW_DROPS	= 1 << 8,
	ROW_UID		= 1 << 9,
	ROW_INODE	= 1 << 10,
	ROW_COOKIE	= 1 << 11,
	ROW_TIMER	= 1 << 12,
	ROW_RETRANSMITS	= 1 << 13,
	ROW_MARK	= 1 << 14,
	ROW_MEMORY	= 1 << 15,
	ROW_CONGESTION	= 1 << 16,
	ROW_TCP_INFO	= 1 << 17,
	/* Moves on by itself: never compared for equality. */
	ROW_EXPIRES	= 1 << 18,
};

#define ROW_QUEUES	(ROW_RX_QUEUE | ROW_TX_QUEUE)
#define ROW_ALL		(ROW_EXPIRES - 1)
#define ROW_MEMORY_MAX	SOCKPORT_A_MEMORY_MAX

/**
 * struct row - one socket, as one source shows it
 * @told: enum row_field that the source speaks about
 * @known: those of them that have a value, the others are said to have none
 */
struct row {
	unsigned int	told;
	unsigned int	known;
	uint8_t		protocol;
	uint8_t		family;
	uint8_t		local[16];
	uint8_t		remote[16];
	uint16_t	local_port;
	uint16_t	remote_port;
	uint8_t		state;
	uint8_t		role;
	uint8_t		timer;
	uint8_t		v6only;
	uint32_t	ifindex;
	uint32_t	rx_queue;
	uint32_t	tx_queue;
	uint32_t	backlog;
	uint32_t	limit;
	uint32_t	drops;
	uint32_t	uid;
	uint32_t	mark;
	uint32_t	expires;
	uint32_t	retransmits;
	uint64_t	inode;
	uint64_t	cookie;
	uint32_t	memory[ROW_MEMORY_MAX];
	char		congestion[16];
	uint32_t	info_length;
	struct tcp_info	info;
};

struct row_field_name {
	enum row_field	field;
	const char	*name;
};

extern const struct row_field_name row_field_names[];
extern const char *const state_names[SOCKPORT_STATE_MAX + 1];

#define ROW_TEXT	1024

/* "tcp 127.0.0.1:80 127.0.0.1:40000" */
const char *row_tuple(const struct row *row, char *text);
/* The value, "-" if there is none. */
const char *row_value(const struct row *row, enum row_field field, char *text);

void row_set(struct row *row, enum row_field field);
bool row_is(const struct row *row, uint16_t local_port, uint16_t remote_port, uint8_t state);
/* The port of the row's role. */
uint16_t row_port(const struct row *row);

const char *protocol_name(unsigned int protocol);
/* Number of a name in a list that begins at 0; -1 if it is none of them. */
int name_number(const char *const names[], size_t count, const char *name);

#endif
