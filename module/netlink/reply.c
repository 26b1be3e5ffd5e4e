// SPDX-License-Identifier: GPL-2.0
/*
 * Records, port rows and the module's account as attributes
 *
 * What is unknown, or not the reader's to see, is left out.
 */
#include <linux/skbuff.h>
#include <linux/uidgid.h>
#include <net/netlink.h>

#include "history/era.h"
#include "net.h"
#include "netlink/reply.h"
#include "owners/cgroup.h"
#include "owners/listeners.h"
#include "owners/owners.h"
#include "owners/reader.h"
#include "ports/port.h"
#include "walk/record.h"
#include "walk/scope.h"

static int put_states(struct sk_buff *skb, const struct sockport_port *port)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 1; i <= SOCKPORT_STATE_MAX; i++) {
		if (!port->states[i])
			continue;
		nest = nla_nest_start(skb, SOCKPORT_A_PORT_STATES);
		if (!nest)
			return -EMSGSIZE;
		if (nla_put_u8(skb, SOCKPORT_A_STATE_COUNT_STATE, i) ||
		    nla_put_u32(skb, SOCKPORT_A_STATE_COUNT_COUNT,
				port->states[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_port_key(struct sk_buff *skb, const struct sockport_port *port)
{
	u8 state = sockport_port_state(port);

	if (nla_put_u8(skb, SOCKPORT_A_PORT_PROTOCOL, port->protocol) ||
	    nla_put_u8(skb, SOCKPORT_A_PORT_ROLE, port->role) ||
	    nla_put_u32(skb, SOCKPORT_A_PORT_PORT, port->port) ||
	    nla_put_u32(skb, SOCKPORT_A_PORT_NETNS, port->netns))
		return -EMSGSIZE;
	if (port->families & SOCKPORT_PORT_INET &&
	    nla_put_u8(skb, SOCKPORT_A_PORT_FAMILY, AF_INET))
		return -EMSGSIZE;
	if (port->families & SOCKPORT_PORT_INET6 &&
	    nla_put_u8(skb, SOCKPORT_A_PORT_FAMILY, AF_INET6))
		return -EMSGSIZE;
	if (port->families & SOCKPORT_PORT_VSOCK &&
	    nla_put_u8(skb, SOCKPORT_A_PORT_FAMILY, AF_VSOCK))
		return -EMSGSIZE;
	if (state && nla_put_u8(skb, SOCKPORT_A_PORT_STATE, state))
		return -EMSGSIZE;
	if (port->rest && nla_put_flag(skb, SOCKPORT_A_PORT_REST))
		return -EMSGSIZE;
	return 0;
}

static int put_port_sums(struct sk_buff *skb, const struct sockport_port *port)
{
	if (nla_put_u32(skb, SOCKPORT_A_PORT_SOCKETS, port->sockets) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_PORT_RX_QUEUE, port->rx_queue,
			      SOCKPORT_A_PORT_PAD) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_PORT_TX_QUEUE, port->tx_queue,
			      SOCKPORT_A_PORT_PAD) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_PORT_DROPS, port->drops,
			      SOCKPORT_A_PORT_PAD))
		return -EMSGSIZE;
	if (port->has_age &&
	    nla_put_u64_64bit(skb, SOCKPORT_A_PORT_CLOSE_WAIT_AGE,
			      (u64)port->age * 100, SOCKPORT_A_PORT_PAD))
		return -EMSGSIZE;
	if (port->has_waiting &&
	    nla_put_u64_64bit(skb, SOCKPORT_A_PORT_ACCEPT_AGE,
			      (u64)port->waiting * 100, SOCKPORT_A_PORT_PAD))
		return -EMSGSIZE;
	if (port->listeners &&
	    (nla_put_u32(skb, SOCKPORT_A_PORT_BACKLOG, port->backlog) ||
	     nla_put_u32(skb, SOCKPORT_A_PORT_BACKLOG_LIMIT,
			 port->backlog_limit)))
		return -EMSGSIZE;
	return 0;
}

static int put_port_uids(struct sk_buff *skb, const struct sockport_port *port,
			 struct user_namespace *user_ns)
{
	unsigned int i;

	for (i = 0; i < port->uids; i++)
		if (nla_put_u32(skb, SOCKPORT_A_PORT_UID,
				from_kuid_munged(user_ns, port->uid[i])))
			return -EMSGSIZE;
	if (port->uids_more && nla_put_flag(skb, SOCKPORT_A_PORT_UIDS_MORE))
		return -EMSGSIZE;
	return 0;
}

static int put_process(struct sk_buff *skb, int attr,
		       const struct sockport_process *process,
		       const struct sockport_holder *holder)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    nla_put_u32(skb, SOCKPORT_A_PROCESS_PID, process->pid) ||
	    nla_put_string(skb, SOCKPORT_A_PROCESS_COMM, process->comm) ||
	    (holder && nla_put_u32(skb, SOCKPORT_A_PROCESS_FD, holder->fd)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_port_processes(struct sk_buff *skb,
			      const struct sockport_port *port,
			      const struct sockport_owners *owners)
{
	const struct sockport_process *process;
	unsigned int i;

	for (i = 0; i < port->processes; i++) {
		process = owners->process.at;
		process += port->process[i];
		if (put_process(skb, SOCKPORT_A_PORT_PROCESS, process, NULL))
			return -EMSGSIZE;
	}
	if (port->processes_more &&
	    nla_put_flag(skb, SOCKPORT_A_PORT_PROCESSES_MORE))
		return -EMSGSIZE;
	if (port->kernel && nla_put_flag(skb, SOCKPORT_A_PORT_KERNEL))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockport_reply_port - put a row of the port table into a message
 * @skb: message
 * @port: row
 * @user_ns: user namespace of the reader
 * @owners: what the table was built with
 * @cgroups: paths of cgroups, when rows tell who opened them, or NULL
 *
 * Context: process context of who reads, may sleep.
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_port(struct sk_buff *skb, const struct sockport_port *port,
			struct user_namespace *user_ns,
			const struct sockport_owners *owners,
			struct sockport_cgroups *cgroups)
{
	if (put_port_key(skb, port) || put_port_sums(skb, port) ||
	    put_states(skb, port) || put_port_uids(skb, port, user_ns) ||
	    put_port_processes(skb, port, owners) ||
	    sockport_reply_history(skb, port, user_ns, cgroups))
		return -EMSGSIZE;
	return 0;
}

static unsigned int address_len(u8 family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(__be32);
}

static int put_tuple(struct sk_buff *skb, const struct sockport_record *rec)
{
	unsigned int len = address_len(rec->family);

	if (rec->has & SOCKPORT_HAS_ADDRESS &&
	    (nla_put(skb, SOCKPORT_A_SOCKET_LOCAL_ADDRESS, len, &rec->local) ||
	     nla_put(skb, SOCKPORT_A_SOCKET_REMOTE_ADDRESS, len,
		     &rec->remote)))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_PORTS &&
	    (nla_put_u32(skb, SOCKPORT_A_SOCKET_LOCAL_PORT, rec->local_port) ||
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_REMOTE_PORT,
			 rec->remote_port)))
		return -EMSGSIZE;
	if (rec->protocol == SOCKPORT_PROTOCOL_VSOCK &&
	    (nla_put_u32(skb, SOCKPORT_A_SOCKET_LOCAL_CID, rec->local.cid) ||
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_REMOTE_CID, rec->remote.cid)))
		return -EMSGSIZE;
	if (rec->ifindex &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_IFINDEX, rec->ifindex))
		return -EMSGSIZE;
	return 0;
}

static int put_kind(struct sk_buff *skb, const struct sockport_record *rec)
{
	if (nla_put_u8(skb, SOCKPORT_A_SOCKET_PROTOCOL, rec->protocol) ||
	    nla_put_u8(skb, SOCKPORT_A_SOCKET_FAMILY, rec->family) ||
	    (rec->role &&
	     nla_put_u8(skb, SOCKPORT_A_SOCKET_ROLE, rec->role)) ||
	    (rec->state &&
	     nla_put_u8(skb, SOCKPORT_A_SOCKET_STATE, rec->state)) ||
	    (rec->has & SOCKPORT_HAS_TYPE &&
	     nla_put_u8(skb, SOCKPORT_A_SOCKET_TYPE, rec->type)) ||
	    (rec->v6only && nla_put_flag(skb, SOCKPORT_A_SOCKET_V6ONLY)))
		return -EMSGSIZE;
	return 0;
}

static int put_more(struct sk_buff *skb,
		    const struct sockport_addresses *more)
{
	unsigned int i;

	for (i = 0; i < more->locals + more->remotes; i++)
		if (nla_put(skb, i < more->locals ?
			    SOCKPORT_A_SOCKET_MORE_LOCAL_ADDRESS :
			    SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS,
			    address_len(more->at[i].family),
			    &more->at[i].address))
			return -EMSGSIZE;
	return 0;
}

/* What few kinds have. */
static int put_special(struct sk_buff *skb, const struct sockport_record *rec,
		       const struct sockport_detail *detail)
{
	const u32 has = rec->has;

	if (has & SOCKPORT_IS_UNLISTED &&
	    nla_put_flag(skb, SOCKPORT_A_SOCKET_UNLISTED))
		return -EMSGSIZE;
	if (!detail)
		return 0;
	if ((has & SOCKPORT_HAS_NUMBER &&
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_NUMBER, detail->number)) ||
	    (rec->name_len &&
	     nla_put(skb, SOCKPORT_A_SOCKET_NAME, rec->name_len,
		     detail->name)) ||
	    (has & SOCKPORT_HAS_PEER &&
	     nla_put_u64_64bit(skb, SOCKPORT_A_SOCKET_PEER_INODE,
			       detail->peer_inode, SOCKPORT_A_SOCKET_PAD)) ||
	    (has & SOCKPORT_HAS_GROUPS &&
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_GROUPS, detail->groups)) ||
	    (has & SOCKPORT_HAS_QUEUE_ID &&
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_QUEUE_ID, detail->queue_id)) ||
	    (has & SOCKPORT_HAS_ASSOCIATION &&
	     nla_put_u8(skb, SOCKPORT_A_SOCKET_ASSOCIATION_STATE,
			detail->association_state)) ||
	    (has & SOCKPORT_HAS_TOKEN &&
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_TOKEN, detail->token)))
		return -EMSGSIZE;
	return has & SOCKPORT_HAS_MORE ? put_more(skb, detail->more) : 0;
}

/* Nobody is known to have it open, nor a listener of its. */
static int put_remembered(struct sk_buff *skb,
			  const struct sockport_record *rec,
			  const struct sockport_reader *reader)
{
	struct sockport_port_opener opener;
	struct sockport_process process;

	if (!sockport_port_remembers(rec, reader, &opener))
		return 0;
	process.pid = opener.pid;
	strscpy(process.comm, opener.comm, sizeof(process.comm));
	if (nla_put_u32(skb, SOCKPORT_A_SOCKET_PROCESSES, 1) ||
	    nla_put_flag(skb, SOCKPORT_A_SOCKET_REMEMBERED) ||
	    put_process(skb, SOCKPORT_A_SOCKET_PROCESS, &process, NULL))
		return -EMSGSIZE;
	return 0;
}

/* Nobody else opened what the kernel did. */
static int put_unheld(struct sk_buff *skb, const struct sockport_record *rec,
		      const struct sockport_owner *owner,
		      const struct sockport_reader *reader)
{
	if (!owner->kernel)
		return put_remembered(skb, rec, reader);
	if (nla_put_flag(skb, SOCKPORT_A_SOCKET_KERNEL) ||
	    (owner->by_listener && nla_put_flag(skb, SOCKPORT_A_SOCKET_BY_PORT)))
		return -EMSGSIZE;
	return 0;
}

static int put_processes(struct sk_buff *skb,
			 const struct sockport_record *rec,
			 const struct sockport_answer *answer)
{
	const struct sockport_owners *owners = answer->owners;
	struct sockport_owner owner = sockport_owner_of(owners, rec);
	const struct sockport_holder *holder;

	if (!owner.held)
		return put_unheld(skb, rec, &owner, answer->reader);
	if (nla_put_u32(skb, SOCKPORT_A_SOCKET_PROCESSES, owner.held->count) ||
	    (owner.by_listener && nla_put_flag(skb, SOCKPORT_A_SOCKET_BY_PORT)))
		return -EMSGSIZE;
	for (holder = sockport_owners_first(owners, owner.held); holder;
	     holder = sockport_owners_next(owners, holder))
		if (put_process(skb, SOCKPORT_A_SOCKET_PROCESS,
				sockport_owners_process(owners, holder),
				owner.by_listener ? NULL : holder))
			return -EMSGSIZE;
	return 0;
}

static int put_cgroup(struct sk_buff *skb, const struct sockport_record *rec,
		      const struct sockport_answer *answer)
{
	const char *path;

	if (!(rec->has & SOCKPORT_HAS_CGROUP) || !answer->detail ||
	    !sockport_reader_sees_uid(answer->reader, rec->uid))
		return 0;
	path = sockport_cgroup_path(answer->cgroups, answer->detail->cgroup);
	if (!path || strlen(path) > SOCKPORT_REPLY_PATH)
		return 0;
	return nla_put_string(skb, SOCKPORT_A_SOCKET_CGROUP, path);
}

static int put_queues(struct sk_buff *skb, const struct sockport_record *rec)
{
	if (rec->has & SOCKPORT_HAS_QUEUES &&
	    (nla_put_u32(skb, SOCKPORT_A_SOCKET_RX_QUEUE, rec->rx_queue) ||
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_TX_QUEUE, rec->tx_queue)))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_BACKLOG &&
	    (nla_put_u32(skb, SOCKPORT_A_SOCKET_BACKLOG, rec->backlog) ||
	     nla_put_u32(skb, SOCKPORT_A_SOCKET_BACKLOG_LIMIT,
			 rec->backlog_limit)))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_SYN_QUEUE &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_SYN_QUEUE, rec->syn_queue))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_DROPS &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_DROPS, rec->drops))
		return -EMSGSIZE;
	return 0;
}

static int put_owner(struct sk_buff *skb, const struct sockport_record *rec,
		     const struct sockport_reader *reader)
{
	if (rec->has & SOCKPORT_HAS_UID &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_UID,
			from_kuid_munged(reader->user_ns, rec->uid)))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_INODE &&
	    nla_put_u64_64bit(skb, SOCKPORT_A_SOCKET_INODE, rec->inode,
			      SOCKPORT_A_SOCKET_PAD))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_MARK && reader->net_admin &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_MARK, rec->mark))
		return -EMSGSIZE;
	return 0;
}

static int put_cookie(struct sk_buff *skb, const struct sockport_record *rec)
{
	if (rec->has & SOCKPORT_HAS_COOKIE)
		return nla_put_u64_64bit(skb, SOCKPORT_A_SOCKET_COOKIE,
					 rec->cookie, SOCKPORT_A_SOCKET_PAD);
	return 0;
}

static int put_timer(struct sk_buff *skb, const struct sockport_record *rec)
{
	if (!(rec->has & SOCKPORT_HAS_TIMER))
		return 0;
	if (nla_put_u8(skb, SOCKPORT_A_SOCKET_TIMER, rec->timer) ||
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_RETRANSMITS, rec->retransmits))
		return -EMSGSIZE;
	if (rec->timer &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_TIMER_EXPIRES, rec->expires))
		return -EMSGSIZE;
	return 0;
}

static int put_memory(struct sk_buff *skb, const struct sockport_record *rec,
		      const struct sockport_detail *detail)
{
	struct nlattr *nest;
	unsigned int i;

	if (!(rec->has & SOCKPORT_HAS_MEMORY) || !detail)
		return 0;
	nest = nla_nest_start(skb, SOCKPORT_A_SOCKET_MEMORY);
	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i <= SOCKPORT_A_MEMORY_MAX; i++)
		if (nla_put_u32(skb, i, detail->memory[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * sockport_reply_socket - put a socket into a message
 * @skb: message
 * @rec: the socket
 * @answer: what is asked for, and what it takes to answer
 *
 * Context: process context of who reads, may sleep.
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_socket(struct sk_buff *skb,
			  const struct sockport_record *rec,
			  const struct sockport_answer *answer)
{
	if (put_kind(skb, rec) || put_tuple(skb, rec) ||
	    put_queues(skb, rec) || put_cookie(skb, rec) ||
	    put_timer(skb, rec) || put_memory(skb, rec, answer->detail) ||
	    sockport_reply_tcp(skb, rec, answer) ||
	    put_special(skb, rec, answer->detail))
		return -EMSGSIZE;
	if (answer->netns &&
	    nla_put_u32(skb, SOCKPORT_A_SOCKET_NETNS, rec->space->inode))
		return -EMSGSIZE;
	if (answer->want & SOCKPORT_WANT_OWNER &&
	    put_owner(skb, rec, answer->reader))
		return -EMSGSIZE;
	if (answer->want & SOCKPORT_WANT_PROCESSES &&
	    put_processes(skb, rec, answer))
		return -EMSGSIZE;
	if (answer->want & SOCKPORT_WANT_CGROUP &&
	    put_cgroup(skb, rec, answer))
		return -EMSGSIZE;
	return 0;
}

static int put_count(struct sk_buff *skb, int attr, const atomic64_t *count)
{
	return nla_put_u64_64bit(skb, attr, atomic64_read(count),
				 SOCKPORT_A_STATS_PAD);
}

static int put_history_counts(struct sk_buff *skb,
			      const struct sockport_stats *stats)
{
	if (put_count(skb, SOCKPORT_A_STATS_HISTORY_ROWS,
		      &stats->ports.rows) ||
	    put_count(skb, SOCKPORT_A_STATS_HISTORY_ROWS_LOST,
		      &stats->ports.lost) ||
	    put_count(skb, SOCKPORT_A_STATS_HISTORY_ROWS_GIVEN_BACK,
		      &stats->ports.given_back) ||
	    put_count(skb, SOCKPORT_A_STATS_HISTORY_SOCKETS,
		      &stats->history_sockets) ||
	    put_count(skb, SOCKPORT_A_STATS_HISTORY_SOCKETS_LOST,
		      &stats->history_sockets_lost) ||
	    put_count(skb, SOCKPORT_A_STATS_CLOSED_DOORS,
		      &stats->closed_doors) ||
	    put_count(skb, SOCKPORT_A_STATS_CLOSED_DOORS_LOST,
		      &stats->closed_doors_lost) ||
	    put_count(skb, SOCKPORT_A_STATS_EVENTS_SENT, &stats->events_sent) ||
	    put_count(skb, SOCKPORT_A_STATS_EVENTS_LOST, &stats->events_lost) ||
	    put_count(skb, SOCKPORT_A_STATS_LONGEST_HOLD, &stats->longest_hold) ||
	    put_count(skb, SOCKPORT_A_STATS_EVENTS_MADE, &stats->events_made) ||
	    put_count(skb, SOCKPORT_A_STATS_LAST_CONNECTIONS,
		      &stats->last_connections) ||
	    put_count(skb, SOCKPORT_A_STATS_LAST_CONNECTIONS_LOST,
		      &stats->last_connections_lost) ||
	    put_count(skb, SOCKPORT_A_STATS_PROGRAMS, &stats->programs.rows) ||
	    put_count(skb, SOCKPORT_A_STATS_PROGRAMS_LOST,
		      &stats->programs.lost) ||
	    put_count(skb, SOCKPORT_A_STATS_PROGRAMS_GIVEN_BACK,
		      &stats->programs.given_back))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockport_reply_stats - put the module's own account into a message
 * @skb: message
 * @stats: account of the namespace
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_stats(struct sk_buff *skb, struct sockport_stats *stats)
{
	if (nla_put_string(skb, SOCKPORT_A_STATS_VERSION, SOCKPORT_VERSION) ||
	    put_count(skb, SOCKPORT_A_STATS_PORT_WALKS, &stats->port_walks) ||
	    put_count(skb, SOCKPORT_A_STATS_SOCKET_WALKS,
		      &stats->socket_walks) ||
	    put_count(skb, SOCKPORT_A_STATS_WALKED_SOCKETS,
		      &stats->walked_sockets) ||
	    put_count(skb, SOCKPORT_A_STATS_WALK_TIME, &stats->walk_ns) ||
	    put_count(skb, SOCKPORT_A_STATS_LAST_WALK_SOCKETS,
		      &stats->last_sockets) ||
	    put_count(skb, SOCKPORT_A_STATS_LAST_WALK_TIME, &stats->last_ns) ||
	    put_count(skb, SOCKPORT_A_STATS_CHAIN_RESTARTS,
		      &stats->chain_restarts) ||
	    put_count(skb, SOCKPORT_A_STATS_MISSED_CHAINS,
		      &stats->missed_chains) ||
	    put_count(skb, SOCKPORT_A_STATS_FAILED_WALKS,
		      &stats->failed_walks) ||
	    put_count(skb, SOCKPORT_A_STATS_OPEN_WALKS, &stats->open_walks) ||
	    put_count(skb, SOCKPORT_A_STATS_WALK_MEMORY, &stats->memory) ||
	    put_count(skb, SOCKPORT_A_STATS_FILE_WALKS, &stats->file_walks) ||
	    put_count(skb, SOCKPORT_A_STATS_WALKED_FILES,
		      &stats->walked_files) ||
	    put_count(skb, SOCKPORT_A_STATS_FILE_WALK_TIME,
		      &stats->file_walk_ns))
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, SOCKPORT_A_STATS_HISTORY,
			      sockport_era_is_on(), SOCKPORT_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_STATS_LIMITS,
			      (u32)atomic_read(&sockport_limits),
			      SOCKPORT_A_STATS_PAD))
		return -EMSGSIZE;
	return put_history_counts(skb, stats);
}
