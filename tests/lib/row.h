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

/* What sockets of some kinds only, or on request, have beside that. */
enum row_extra {
	EXTRA_ADDRESS	= 1 << 0,
	EXTRA_PORTS	= 1 << 1,
	EXTRA_TYPE	= 1 << 2,
	EXTRA_NUMBER	= 1 << 3,
	EXTRA_NAME	= 1 << 4,
	EXTRA_PEER	= 1 << 5,
	EXTRA_CIDS	= 1 << 6,
	EXTRA_GROUPS	= 1 << 7,
	EXTRA_QUEUE_ID	= 1 << 8,
	EXTRA_ASSOC	= 1 << 9,
	EXTRA_TOKEN	= 1 << 10,
	EXTRA_UNLISTED	= 1 << 11,
	EXTRA_NETNS	= 1 << 12,
	EXTRA_PROCESSES	= 1 << 13,
	EXTRA_BY_PORT	= 1 << 14,
	EXTRA_REMEMBERED = 1 << 16,
	EXTRA_CGROUP	= 1 << 15,
	EXTRA_KERNEL	= 1 << 17,
};

/*
 * Kinds that sources tell about, a mask with a bit for each protocol; others
 * are passed over. TCP, UDP and UDP-Lite unless a test says otherwise.
 */
extern unsigned int row_kinds;
#define ROW_KIND(PROTOCOL)	(1U << SOCKPORT_PROTOCOL_##PROTOCOL)
#define ROW_KINDS_ALL		(~0U)

#define ROW_PROCESSES	16
#define ROW_ADDRESSES	16

struct row_process {
	uint32_t	pid;
	uint32_t	fd;
	char		comm[16];
};

/*
 * What is long and that few rows have: of the others it is all zeros. Not freed
 * with the rows, which may be copies.
 */
struct row_detail {
	unsigned int	more_locals;
	unsigned int	more_remotes;
	struct {
		uint8_t	length;
		uint8_t	address[16];
	} more[ROW_ADDRESSES];
	unsigned int	told_processes;
	struct row_process process[ROW_PROCESSES];
	char		cgroup[256];
};

extern struct row_detail row_no_detail;

#define ROW_QUEUES	(ROW_RX_QUEUE | ROW_TX_QUEUE)
#define ROW_ALL		(ROW_EXPIRES - 1)
#define ROW_MEMORY_MAX	SOCKPORT_A_MEMORY_MAX

/**
 * struct row - one socket, as one source shows it
 * @told: enum row_field that the source speaks about
 * @known: those of them that have a value, the others are said to have none
 * @extra: enum row_extra that have a value
 * @detail: never NULL
 */
struct row {
	unsigned int	told;
	unsigned int	known;
	uint8_t		protocol;
	uint8_t		family;
	uint8_t		local[16];
	uint8_t		remote[16];
	uint32_t	local_port;
	uint32_t	remote_port;
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
	unsigned int	extra;
	uint8_t		type;
	uint32_t	number;
	uint8_t		name_length;
	char		name[108];
	uint64_t	peer;
	uint32_t	local_cid;
	uint32_t	remote_cid;
	uint32_t	groups;
	uint32_t	queue_id;
	uint8_t		association;
	uint32_t	token;
	uint32_t	netns;
	uint32_t	processes;
	struct row_detail *detail;
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

/* Detail of its own, to be filled. */
struct row_detail *row_own_detail(struct row *row);
void row_set(struct row *row, enum row_field field);
bool row_is(const struct row *row, uint32_t local_port, uint32_t remote_port, uint8_t state);
/* The port of the row's role. */
uint32_t row_port(const struct row *row);

const char *protocol_name(unsigned int protocol);
/* Number of a name in a list that begins at 0; -1 if it is none of them. */
int name_number(const char *const names[], size_t count, const char *name);

#endif
