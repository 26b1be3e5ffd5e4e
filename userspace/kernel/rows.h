/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/sockport.h>

/*
 * What the kernel tells, as plain structs. Each begins with the set of things
 * known: bit SOCKPORT_A_<KIND>_* for each attribute that came. A member whose
 * bit is not set holds nothing.
 */

/* The kernel names at most 8 owners of a port. */
#define ROW_UIDS	16
#define ROW_STATES	32
/* Of processes and of further addresses of a kind, so many are kept; all are counted. */
#define ROW_PROCESSES	64
#define ROW_ADDRESSES	32
/* As many as the kernel counts each on its own. */
#define ROW_WORKERS	32
/* Of the name of a process, so many bytes are shown; the kernel has 15. */
#define COMM_MAX	31
/* A longer name of a UNIX socket is not shown; sun_path has 108 bytes. */
#define ROW_NAME_MAX	128
/* A distribution has at most so many buckets: one for each magnitude of 64 bits, and 0. */
#define ROW_BUCKETS	65
#define ROW_KINDS	(SOCKPORT_DISTRIBUTION_KIND_MAX + 1)

/**
 * struct process_row - a process that has a socket open
 * @known: bits of SOCKPORT_A_PROCESS_*
 * @comm: its name, any bytes, gone when the callback returns
 * @pid: in our pid namespace
 * @fd: lowest of its descriptors of the socket
 */
struct process_row {
	uint64_t known;
	const char *comm;
	uint32_t pid;
	uint32_t fd;
};

/**
 * struct process_rows - the processes of a socket or port
 * @count: how many came, also those that @list has no room for
 * @list: the first of them
 */
struct process_rows {
	unsigned int count;
	struct process_row list[ROW_PROCESSES];
};

/**
 * struct address_rows - further addresses of one end of a socket
 * @count: how many came, also those that @list has no room for
 * @list: the first of them, gone when the callback returns
 */
struct address_rows {
	unsigned int count;
	struct { const uint8_t *bytes; uint8_t size; } list[ROW_ADDRESSES];
};

/**
 * struct history_row - what a port did
 * @known: bits of SOCKPORT_A_HISTORY_*
 * @values: by SOCKPORT_A_HISTORY_*
 */
struct history_row {
	uint64_t known;
	uint64_t values[SOCKPORT_A_HISTORY_MAX + 1];
};

/**
 * struct distribution_row - how many values there were of each magnitude
 * @known: bits of SOCKPORT_A_DISTRIBUTION_*
 * @sum: of all values
 * @buckets: numbers of 64 bits in host order, not aligned, gone when the callback
 *	returns; see distribution_count()
 * @count: of @buckets, at most ROW_BUCKETS
 */
struct distribution_row {
	uint64_t known;
	uint64_t sum;
	const uint8_t *buckets;
	unsigned int count;
};

/**
 * struct opener_row - who opened a port, or connected to it, last
 * @known: bits of SOCKPORT_A_OPENER_*
 * @comm: name of the process, any bytes, gone when the callback returns
 * @cgroup: path, gone when the callback returns
 * @pid: in our pid namespace
 * @uid: owner of the socket
 */
struct opener_row {
	uint64_t known;
	const char *comm;
	const char *cgroup;
	uint32_t pid;
	uint32_t uid;
};

/**
 * struct worker_row - a process that accepted connections
 * @known: bits of SOCKPORT_A_WORKER_*
 * @accepts: connections
 * @comm: its name, any bytes, gone when the callback returns
 * @pid: in our pid namespace
 */
struct worker_row {
	uint64_t known;
	uint64_t accepts;
	const char *comm;
	uint32_t pid;
};

/**
 * struct worker_rows - the processes that accepted connections of a port
 * @others: connections that others accepted
 * @count: of @list
 * @list: each
 */
struct worker_rows {
	uint64_t others;
	unsigned int count;
	struct worker_row list[ROW_WORKERS];
};

/**
 * struct port_row - a row of the port table
 * @known: bits of SOCKPORT_A_PORT_*
 * @sockets: all sockets of the row
 * @rx_queue: bytes that wait to be read
 * @tx_queue: bytes not acknowledged
 * @drops: packets
 * @close_wait_age: milliseconds of the oldest connection in CLOSE_WAIT
 * @accept_age: likewise, of the one that has been waiting for accept() longest
 * @backlog: connections that wait for accept()
 * @limit: of the backlog
 * @port: local for role in, remote for role out
 * @protocol: SOCKPORT_PROTOCOL_*
 * @role: SOCKPORT_ROLE_*
 * @state: SOCKPORT_PORT_STATE_*
 * @ipv4: sockets of AF_INET seen
 * @ipv6: sockets of AF_INET6 seen
 * @more_uids: there are more owners
 * @uid_count: how many of @uids there are
 * @uids: owners, ascending
 * @states: sockets in each SOCKPORT_STATE_*
 * @netns: inode of its network namespace
 * @more_processes: there are more processes than came
 * @processes: who has its listeners open, or any of its sockets
 * @bound: where it is bound, NULL where that is not known; see bound_find()
 * @time: when the kernel was asked, in milliseconds since 1970
 * @interval: milliseconds in which the counters of @history came about; 0 if that is
 *	all the time since they began
 * @restarted: they began anew in @interval
 * @history: what it did
 * @distributions: of what it did, by SOCKPORT_DISTRIBUTION_KIND_*
 * @opener: who opened it last
 * @workers: who accepted its connections
 */
struct port_row {
	uint64_t known;
	uint64_t rx_queue;
	uint64_t tx_queue;
	uint64_t drops;
	uint64_t close_wait_age;
	uint64_t accept_age;
	uint32_t sockets;
	uint32_t backlog;
	uint32_t limit;
	uint32_t port;
	uint32_t netns;
	uint8_t protocol;
	uint8_t role;
	uint8_t state;
	bool ipv4;
	bool ipv6;
	bool more_uids;
	bool more_processes;
	unsigned int uid_count;
	uint32_t uids[ROW_UIDS];
	uint32_t states[ROW_STATES];
	struct process_rows processes;
	const struct bound *bound;
	uint64_t time;
	uint64_t interval;
	bool restarted;
	struct history_row history;
	struct distribution_row distributions[ROW_KINDS];
	struct opener_row opener;
	struct worker_rows workers;
};

/**
 * struct program_row - what a program did
 * @known: bits of SOCKPORT_A_PROGRAM_*
 * @comm: its name, any bytes, gone when the callback returns
 * @cgroup: path, gone when the callback returns
 * @uid: owner of its sockets
 * @netns: inode of its network namespace
 * @time: when the kernel was asked, in milliseconds since 1970
 * @history: what it did
 */
struct program_row {
	uint64_t known;
	const char *comm;
	const char *cgroup;
	uint32_t uid;
	uint32_t netns;
	uint64_t time;
	struct history_row history;
};

/**
 * struct socket_row - a socket
 * @known: bits of SOCKPORT_A_SOCKET_*
 * @inode: of the file
 * @cookie: unique while the system runs
 * @local: 4 or 16 bytes in network byte order, gone when the callback returns
 * @remote: the same
 * @tcp_info: struct tcp_info, not aligned, gone when the callback returns
 * @congestion: name of the algorithm, gone when the callback returns
 * @name: path or abstract name of a UNIX socket, gone when the callback returns
 * @cgroup: path, gone when the callback returns
 * @control: what congestion control tells of itself, not aligned, gone when the callback
 *	returns; which of the attributes is known says what it is
 * @ulp: name of the protocol on top of TCP, gone when the callback returns
 * @control_size: bytes of @control
 * @state_age: milliseconds that it has been in its state
 * @tcp_info_size: bytes of @tcp_info
 * @name_size: bytes of @name
 * @peer_inode: of the socket at the other end of a UNIX socket
 * @ifindex: interface that it is bound to
 * @rx_queue: bytes that wait to be read
 * @tx_queue: bytes not acknowledged
 * @backlog: connections that wait for accept()
 * @limit: of the backlog
 * @syn_queue: half-open connections of a listener
 * @drops: packets
 * @uid: owner
 * @mark: SO_MARK
 * @expires: of the timer, in milliseconds
 * @retransmits: unanswered so far
 * @memory: SOCKPORT_A_MEMORY_*, in bytes; 0 where unknown
 * @local_port: host byte order; of netlink the port id
 * @remote_port: the same
 * @netns: inode of its network namespace
 * @number: protocol inside the family
 * @local_cid: context id of a vsock
 * @remote_cid: the same
 * @groups: mask of the first 32 multicast groups of netlink
 * @queue_id: queue of the interface
 * @token: of an MPTCP connection
 * @process_count: how many processes there are, those not listed included
 * @protocol: SOCKPORT_PROTOCOL_*
 * @family: AF_*, 0 where unknown
 * @role: SOCKPORT_ROLE_*
 * @state: SOCKPORT_STATE_*
 * @timer: SOCKPORT_TIMER_*
 * @local_size: bytes of @local
 * @remote_size: bytes of @remote
 * @type: SOCK_*
 * @association: state of an SCTP association
 * @processes: who has it open, or with the bit of SOCKPORT_A_SOCKET_BY_PORT, who
 *	has its listener open
 * @more_locals: further local addresses of SCTP
 * @more_remotes: further remote addresses of SCTP
 */
struct socket_row {
	uint64_t known;
	uint64_t inode;
	uint64_t cookie;
	const uint8_t *local;
	const uint8_t *remote;
	const uint8_t *tcp_info;
	const char *congestion;
	const uint8_t *name;
	const char *cgroup;
	const uint8_t *control;
	const char *ulp;
	size_t control_size;
	uint64_t state_age;
	size_t tcp_info_size;
	size_t name_size;
	uint64_t peer_inode;
	uint32_t ifindex;
	uint32_t rx_queue;
	uint32_t tx_queue;
	uint32_t backlog;
	uint32_t limit;
	uint32_t syn_queue;
	uint32_t drops;
	uint32_t uid;
	uint32_t mark;
	uint32_t expires;
	uint32_t retransmits;
	uint32_t memory[SOCKPORT_A_MEMORY_MAX + 1];
	uint32_t local_port;
	uint32_t remote_port;
	uint32_t netns;
	uint32_t number;
	uint32_t local_cid;
	uint32_t remote_cid;
	uint32_t groups;
	uint32_t queue_id;
	uint32_t token;
	uint32_t process_count;
	uint8_t protocol;
	uint8_t family;
	uint8_t role;
	uint8_t state;
	uint8_t timer;
	uint8_t local_size;
	uint8_t remote_size;
	uint8_t type;
	uint8_t association;
	struct process_rows processes;
	struct address_rows more_locals;
	struct address_rows more_remotes;
};

/**
 * struct stats_row - the module's own account
 * @known: bits of SOCKPORT_A_STATS_*
 * @version: of the module, gone when the callback returns
 * @values: by SOCKPORT_A_STATS_*
 */
struct stats_row {
	uint64_t known;
	const char *version;
	uint64_t values[SOCKPORT_A_STATS_MAX + 1];
};

/**
 * struct door_row - a port where nobody listens, and who knocked
 * @known: bits of SOCKPORT_A_CLOSED_DOOR_*
 * @attempts: how often
 * @first: milliseconds since 1970
 * @last: milliseconds since 1970
 * @port: the port
 * @netns: inode of its network namespace
 * @protocol: SOCKPORT_PROTOCOL_*
 * @source_size: bytes of @source
 * @source: who knocked last, 4 or 16 bytes in network byte order
 * @address_size: bytes of @address
 * @address: which of our addresses that one called, the same
 * @source_ports: ports where that one knocked last, this one too; see
 *	doors_count_sources()
 */
struct door_row {
	uint64_t known;
	uint64_t attempts;
	uint64_t first;
	uint64_t last;
	uint32_t port;
	uint32_t netns;
	uint8_t protocol;
	uint8_t source_size;
	uint8_t source[16];
	uint8_t address_size;
	uint8_t address[16];
	uint32_t source_ports;
};

/**
 * struct event_row - something that happened
 * @known: bits of SOCKPORT_A_EVENT_*
 * @time: nanoseconds since 1970
 * @duration: microseconds
 * @bytes_in: payload
 * @bytes_out: payload
 * @lost: how many events were dropped before
 * @local: 4 or 16 bytes in network byte order, gone when the callback returns
 * @remote: the same
 * @comm: name of the process, any bytes, gone when the callback returns
 * @cgroup: path, gone when the callback returns
 * @port: of the row that it belongs to
 * @local_port: host order
 * @remote_port: host order
 * @rtt: microseconds
 * @retransmits: segments
 * @pid: in the initial pid namespace
 * @uid: in the user namespace of the network namespace
 * @netns: inode of its network namespace
 * @ifindex: interface that it was bound to
 * @segments_in: segments
 * @segments_out: segments
 * @type: SOCKPORT_EVENT_TYPE_*
 * @protocol: SOCKPORT_PROTOCOL_*
 * @role: SOCKPORT_ROLE_*
 * @cause: SOCKPORT_CAUSE_*
 * @local_size: bytes of @local
 * @remote_size: bytes of @remote
 */
struct event_row {
	uint64_t known;
	uint64_t time;
	uint64_t duration;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t lost;
	const uint8_t *local;
	const uint8_t *remote;
	const char *comm;
	const char *cgroup;
	uint32_t port;
	uint32_t local_port;
	uint32_t remote_port;
	uint32_t rtt;
	uint32_t retransmits;
	uint32_t pid;
	uint32_t uid;
	uint32_t netns;
	uint32_t ifindex;
	uint32_t segments_in;
	uint32_t segments_out;
	uint8_t type;
	uint8_t protocol;
	uint8_t role;
	uint8_t cause;
	uint8_t local_size;
	uint8_t remote_size;
};

/**
 * row_knows - whether an attribute of a row came
 * @row: one of the structs above
 * @attribute: SOCKPORT_A_<KIND>_*
 *
 * Return: true if the member holds something.
 */
static inline bool row_knows(const void *row, unsigned int attribute)
{
	return *(const uint64_t *)row >> attribute & 1;
}

/**
 * distribution_count - how many values there were of a magnitude
 * @distribution: the distribution
 * @bucket: 0 for the value 0, n for those from 2^(n-1) to 2^n - 1
 *
 * Return: the number, 0 for a bucket that was left out.
 */
static inline uint64_t distribution_count(const struct distribution_row *distribution,
					  unsigned int bucket)
{
	uint64_t count = 0;

	if (bucket < distribution->count)
		memcpy(&count, distribution->buckets + bucket * sizeof(count), sizeof(count));
	return count;
}

#endif
