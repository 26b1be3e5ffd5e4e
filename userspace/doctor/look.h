/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOOK_H
#define LOOK_H

#include "count/findings.h"
#include "count/hash.h"
#include "count/snapshot.h"
#include "count/spaces.h"
#include "doctor/thresholds.h"
#include "kernel/client.h"

struct names;

/**
 * struct looking - how a look is taken
 * @client: knows the kernel
 * @names: names of services, namespaces and interfaces
 * @thresholds: from where on something is wrong
 * @baseline: listeners that may be open to all, or NULL
 * @interval: milliseconds from the first look to the last
 * @netns: the network namespace that it is taken at, as it was asked for; NULL for our own
 * @all_netns: at all network namespaces
 */
struct looking {
	struct client *client;
	struct names *names;
	const struct thresholds *thresholds;
	const struct snapshot *baseline;
	uint32_t interval;
	const char *netns;
	bool all_netns;
};

/**
 * struct watched - a listener or a socket of UDP, watched for a while; an item of a hash
 * @cookie: what it is known by
 * @netns: inode of its network namespace, 0 where that is not told
 * @protocol: SOCKPORT_PROTOCOL_*
 * @size: bytes of @local
 * @local: address that it is bound to
 * @port: that it is bound to
 * @ifindex: interface that it is bound to
 * @state: SOCKPORT_STATE_*
 * @looks: so many looks it was there
 * @last: connections or bytes that waited at the last look
 * @least: fewest of all looks
 * @most: most of all looks
 * @fell: from one look to the next there were fewer
 * @limit: of the backlog, or bytes of the receive buffer
 * @half_open: connections of a listener of TCP, at the last look
 * @drops: at the first look
 * @drops_after: at the last
 * @is_suspect: somebody will want to know its end and who has it
 * @end: its local end as text, of those that are suspect
 * @who: processes that have it, as text
 */
struct watched {
	uint64_t cookie;
	uint32_t netns;
	uint8_t protocol;
	uint8_t size;
	uint8_t local[16];
	uint32_t port;
	uint32_t ifindex;
	uint8_t state;
	uint32_t looks;
	uint32_t last;
	uint32_t least;
	uint32_t most;
	bool fell;
	uint32_t limit;
	uint32_t half_open;
	uint32_t drops;
	uint32_t drops_after;
	bool is_suspect;
	char *end;
	char *who;
};

/**
 * struct lazy - connections that the peer has closed and a program has not
 * @netns: inode of the network namespace
 * @comm: the program, empty where it is not known
 * @port: of the row that they count in, the last one of them
 * @pid: one of its processes, 0 where none is known
 * @count: how many there are
 * @oldest: milliseconds
 * @unread: bytes that wait to be read
 */
struct lazy {
	uint32_t netns;
	char comm[COMM_MAX + 1];
	uint32_t port;
	uint32_t pid;
	uint32_t count;
	uint64_t oldest;
	uint64_t unread;
};

/**
 * enum stuck_kind - how a connection is stuck
 * @STUCK_UNANSWERED: what was sent is not acknowledged, however often
 * @STUCK_ZERO_WINDOW: the peer takes nothing
 * @STUCK_UNREAD: the program reads nothing
 */
enum stuck_kind {
	STUCK_UNANSWERED,
	STUCK_ZERO_WINDOW,
	STUCK_UNREAD,
	STUCK_KINDS,
};

/**
 * struct stuck - connections to an address that are stuck
 * @netns: inode of the network namespace
 * @kind: enum stuck_kind
 * @role: SOCKPORT_ROLE_*
 * @size: bytes of @remote
 * @remote: the address
 * @port: of the row that they count in
 * @count: how many there are, for sure
 * @bytes: that wait
 * @oldest: milliseconds since the last byte got through
 * @who: a process that has one of them, as text; or NULL
 */
struct stuck {
	uint32_t netns;
	uint8_t kind;
	uint8_t role;
	uint8_t size;
	uint8_t remote[16];
	uint32_t port;
	uint32_t count;
	uint64_t bytes;
	uint64_t oldest;
	char *who;
};

/**
 * struct failed - connections to a destination that failed lately, for one cause
 * @netns: inode of the network namespace
 * @protocol: SOCKPORT_PROTOCOL_*
 * @cause: SOCKPORT_CAUSE_*
 * @size: bytes of @remote
 * @remote: where they went
 * @port: there
 * @count: how many
 * @first: milliseconds since 1970
 * @last: milliseconds since 1970
 * @comm: who tried last, empty where unknown
 */
struct failed {
	uint32_t netns;
	uint8_t protocol;
	uint8_t cause;
	uint8_t size;
	uint8_t remote[16];
	uint32_t port;
	uint32_t count;
	uint64_t first;
	uint64_t last;
	char comm[COMM_MAX + 1];
};

/**
 * struct grown - a port that something grew of between the looks
 * @netns: inode of the network namespace
 * @protocol: SOCKPORT_PROTOCOL_*
 * @role: SOCKPORT_ROLE_*
 * @port: the port
 * @since: when its history began, in milliseconds since 1970; 0 where unknown
 * @drops: of its listeners since then
 * @accept_age: milliseconds that the oldest connection waits for accept(), 0 for none
 * @history: by how much it grew
 */
struct grown {
	uint32_t netns;
	uint8_t protocol;
	uint8_t role;
	uint32_t port;
	uint64_t since;
	uint64_t drops;
	uint64_t accept_age;
	struct history_row history;
};

/**
 * struct array - things side by side; zeroed before use
 * @list: the things
 * @count: how many there are
 * @room: for how many @list has room
 */
struct array {
	void *list;
	size_t count;
	size_t room;
};

/**
 * struct look - all that checks look at; zeroed before use
 * @how: it was taken
 * @failure: what went wrong
 * @now: when it was taken, in milliseconds since 1970
 * @milliseconds: between the first and the last look
 * @spaces: network namespaces
 * @ports: their counters at the first look
 * @grown: array of struct grown
 * @watched: of struct watched
 * @lazy: of struct lazy
 * @stuck: of struct stuck
 * @failed: of struct failed
 * @doors: array of struct door_row
 * @looks: so many looks were taken
 * @before: the module's own account at the first look, without version
 * @after: at the last
 * @has_history: history is kept
 * @no_past: what failed is not ours to see, or not kept
 * @keeps_no_past: it is not kept
 * @no_doors: who knocked is not
 * @is_private: what other users have is not
 * @no_syn_queue: the module is too old to tell of half-open connections by listener
 */
struct look {
	struct looking how;
	struct failure *failure;
	uint64_t now;
	uint32_t milliseconds;
	struct spaces spaces;
	struct snapshot ports;
	struct array grown;
	struct hash watched;
	struct hash lazy;
	struct hash stuck;
	struct hash failed;
	struct array doors;
	uint32_t looks;
	struct stats_row before;
	struct stats_row after;
	bool has_history;
	bool no_past;
	bool keeps_no_past;
	bool no_doors;
	bool is_private;
	bool no_syn_queue;
};

int look_take(struct look *look, const struct looking *how, struct failure *failure);
void look_free(struct look *look);

/**
 * look_threshold - the value of a threshold
 * @look: the look
 * @threshold: which
 *
 * Return: its value.
 */
static inline uint32_t look_threshold(const struct look *look, enum threshold threshold)
{
	return thresholds_get(look->how.thresholds, threshold);
}

#endif
