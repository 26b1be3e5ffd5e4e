// SPDX-License-Identifier: GPL-2.0
/*
 * History for a row of the port table
 */
#include "history/era.h"
#include "history/opener.h"
#include "history/rows.h"
#include "history/sums.h"
#include "memory/memory.h"
#include "net.h"
#include "owners/reader.h"
#include "ports/port.h"
#include "walk/record.h"
#include "walk/scope.h"

/* Lock of the row held. */
static void copy_seen(struct sockport_port_opener *copy,
			 const struct sockport_opener *opener,
			 const struct sockport_reader *reader)
{
	copy->pid = sockport_opener_pid(opener, reader->pid_ns);
	copy->uid = opener->program.uid;
	copy->seen = sockport_reader_sees_gone(reader, &opener->program.by);
	copy->cgroup = opener->program.cgroup;
	strscpy(copy->comm, opener->program.comm, sizeof(copy->comm));
}

static void copy_opener(struct sockport_port_opener *copy,
			struct sockport_history *row,
			const struct sockport_reader *reader)
{
	spin_lock_bh(&row->lock);
	copy_seen(copy, &row->opener, reader);
	spin_unlock_bh(&row->lock);
}

/*
 * Somebody opened it, and both that one and the socket are for the reader. Who is
 * outside of the reader's pid namespace is for nobody in it.
 */
static bool seen(const struct sockport_reader *reader,
		 const struct sockport_port_opener *opener)
{
	return opener->comm[0] && opener->pid && opener->seen &&
	       sockport_reader_sees_uid(reader, opener->uid);
}

/* Who is not for the reader is one of the others. */
static void copy_worker(struct sockport_port_workers *copy,
			const struct sockport_worker *worker,
			const struct sockport_reader *reader)
{
	struct sockport_port_opener process;
	unsigned int i = copy->count;

	copy_seen(&process, &worker->process, reader);
	if (!seen(reader, &process)) {
		copy->others += worker->accepts;
		return;
	}
	copy->at[i].pid = process.pid;
	copy->at[i].accepts = worker->accepts;
	strscpy(copy->at[i].comm, process.comm, sizeof(copy->at[i].comm));
	copy->count++;
}

static void copy_workers(struct sockport_port_workers *copy,
			 struct sockport_history *row,
			 const struct sockport_reader *reader)
{
	const struct sockport_workers *workers;
	unsigned int i;

	spin_lock_bh(&row->lock);
	workers = row->workers;
	if (workers) {
		copy->count = 0;
		copy->others = workers->others;
		for (i = 0; i < workers->count; i++)
			copy_worker(copy, &workers->worker[i], reader);
	}
	spin_unlock_bh(&row->lock);
}

/**
 * sockport_port_opener - who opened the port of a socket, or connected to it
 * @rec: the socket
 * @reader: who asks, with a reference to its pid namespace
 * @opener: where to put that
 *
 * Context: process context, may sleep.
 *
 * Return: false when nobody knows, or the reader may not see it.
 */
bool sockport_port_opener(const struct sockport_record *rec,
			  const struct sockport_reader *reader,
			  struct sockport_port_opener *opener)
{
	struct sockport_history *row = NULL;
	struct sockport_era *era;

	rcu_read_lock();
	era = sockport_era_now();
	if (era)
		row = sockport_rows_find(era->rows, rec->space->net,
					 rec->protocol, rec->role,
					 sockport_record_port(rec));
	if (row)
		copy_opener(opener, row, reader);
	rcu_read_unlock();
	return row && seen(reader, opener);
}

/**
 * sockport_port_remembers - who is likely to have opened a socket
 * @rec: a socket that nobody is known to have open: no file refers to it, or
 *	only what is in no file table, a message in flight or a ring of io_uring
 * @reader: who asks, with a reference to its pid namespace
 * @opener: where to put that
 *
 * Context: process context, may sleep.
 *
 * Return: false when nobody knows, or the reader may not see it.
 */
bool sockport_port_remembers(const struct sockport_record *rec,
			     const struct sockport_reader *reader,
			     struct sockport_port_opener *opener)
{
	/* Who connected last to a port of role out may be anybody. */
	if (!(rec->has & SOCKPORT_HAS_PORTS) || rec->role != SOCKPORT_ROLE_IN)
		return false;
	if (!sockport_port_opener(rec, reader, opener) || !opener->pid)
		return false;
	if (!(rec->has & SOCKPORT_HAS_INODE))
		return true;
	/* A connection has been handed on, who knows where to. */
	if (rec->state != SOCKPORT_STATE_LISTEN &&
	    rec->state != SOCKPORT_STATE_CLOSE)
		return false;
	return !(rec->has & SOCKPORT_HAS_UID) ||
	       uid_eq(rec->uid, opener->uid);
}

/* What sockets of UDP had no room for is counted while nothing else is. */
static bool has_drops(const struct sockport_history *row)
{
	return row->protocol != SOCKPORT_PROTOCOL_TCP &&
	       sockport_row_count(row, SOCKPORT_A_HISTORY_RECEIVE_DROPS) !=
	       READ_ONCE(row->base[SOCKPORT_A_HISTORY_RECEIVE_DROPS]);
}

/**
 * sockport_past_of - what port a row is of
 * @row: its history
 */
struct sockport_past sockport_past_of(const struct sockport_history *row)
{
	return (struct sockport_past) {
		.port		= row->port,
		.protocol	= row->protocol,
		.role		= row->role,
		.rest		= row->is_rest,
		.active		= row->is_rest || atomic64_read(&row->first) ||
				  has_drops(row),
	};
}

static size_t pasts_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct sockport_past));
}

/* Where there are rows there may soon be a rest of them. */
static void add_rests(struct sockport_pasts *pasts, unsigned int seen)
{
	unsigned int i;

	for (i = 0; i < SOCKPORT_RESTS; i++)
		if (seen & BIT(i))
			pasts->at[pasts->count++] = (struct sockport_past) {
				.protocol	= SOCKPORT_PROTOCOL_TCP + i / 2,
				.role		= SOCKPORT_ROLE_IN + i % 2,
				.rest		= true,
				.active		= true,
			};
}

/* Returns false when there is not room for all. */
static bool pasts_fill(struct sockport_pasts *pasts,
		       struct sockport_rows *rows, struct net *net)
{
	struct sockport_reading reading;
	struct sockport_history *row;
	unsigned int seen = 0;

	pasts->count = 0;
	sockport_reading_begin(&reading, rows, net);
	while ((row = sockport_reading_next(&reading))) {
		seen |= BIT(sockport_rest_index(row->protocol, row->role));
		if (row->is_rest)
			continue;
		if (pasts->count == pasts->room - SOCKPORT_RESTS)
			break;
		pasts->at[pasts->count++] = sockport_past_of(row);
		cond_resched();
	}
	sockport_reading_end(&reading);
	add_rests(pasts, seen);
	return !row;
}

/**
 * sockport_pasts_init - note the ports of a namespace that have history
 * @pasts: to be filled
 * @account: namespace whose account it goes to
 * @rows: of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * What it needs is allocated first: who waits for memory is in nobody's way.
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM; only after 0 there is something to free.
 */
int sockport_pasts_init(struct sockport_pasts *pasts, struct net *account,
			struct sockport_rows *rows, struct net *net)
{
	u64 count = atomic64_read(&sockport_stats(net)->ports.rows);

	pasts->net = account;
	pasts->room = count + count / 8 + 64;
	for (;;) {
		pasts->at = sockport_alloc(account, pasts_bytes(pasts->room));
		if (!pasts->at)
			return -ENOMEM;
		if (pasts_fill(pasts, rows, net))
			return 0;
		sockport_pasts_exit(pasts);
		pasts->room *= 2;
	}
}

/**
 * sockport_pasts_exit - free what sockport_pasts_init() noted
 * @pasts: ports
 *
 * Context: process context, may sleep.
 */
void sockport_pasts_exit(struct sockport_pasts *pasts)
{
	sockport_free(pasts->net, pasts->at, pasts_bytes(pasts->room));
}

/**
 * sockport_port_prepare - have room for what a port did
 * @net: namespace whose account it goes to
 * @port: row of the port table, may have room already
 * @want: what is asked for
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM; what there is room for already is freed with the row.
 */
int sockport_port_prepare(struct net *net, struct sockport_port *port, u32 want)
{
	port->prepared = true;
	if (want & SOCKPORT_WANT_HISTORY && !port->totals) {
		port->totals = sockport_alloc(net, sizeof(*port->totals));
		if (!port->totals)
			return -ENOMEM;
	}
	if (want & SOCKPORT_WANT_DISTRIBUTIONS && !port->spread &&
	    port->protocol == SOCKPORT_PROTOCOL_TCP) {
		port->spread = sockport_alloc(net, sizeof(*port->spread));
		port->rtt_now = sockport_alloc(net, sizeof(*port->rtt_now));
		if (!port->spread || !port->rtt_now)
			return -ENOMEM;
	}
	if (want & SOCKPORT_WANT_OPENER && !port->opener && !port->rest) {
		port->opener = sockport_alloc(net, sizeof(*port->opener));
		if (!port->opener)
			return -ENOMEM;
	}
	if (want & SOCKPORT_WANT_WORKERS && !port->workers &&
	    port->protocol == SOCKPORT_PROTOCOL_TCP &&
	    port->role == SOCKPORT_ROLE_IN && !port->rest) {
		port->workers = sockport_alloc(net, sizeof(*port->workers));
		if (!port->workers)
			return -ENOMEM;
	}
	return 0;
}

/* After a reset there is a rest of nothing. */
static bool rest_active(const struct sockport_totals *totals)
{
	return !totals || totals->value[SOCKPORT_A_HISTORY_FIRST_ACTIVE] ||
	       totals->value[SOCKPORT_A_HISTORY_CONNECTIONS];
}

/**
 * sockport_port_recall - tell what a port did
 * @port: row of the port table that has room for it; more than one row of the
 *	history may be its own
 * @row: its history
 * @reading: who goes through the rows
 * @reader: who asks, when rows are to tell who opened them, or accepts there
 *
 * Context: process context, a user of the era of @row.
 */
void sockport_port_recall(struct sockport_port *port,
			  struct sockport_history *row,
			  struct sockport_reading *reading,
			  const struct sockport_reader *reader)
{
	if (!sockport_reading_add(reading, row, port->totals, port->spread))
		return;
	port->recalled = !port->rest || rest_active(port->totals);
	if (port->workers)
		copy_workers(port->workers, row, reader);
	if (!port->opener)
		return;
	copy_opener(port->opener, row, reader);
	if (!seen(reader, port->opener))
		port->opener->comm[0] = 0;
}

/**
 * sockport_port_forget - free what sockport_port_prepare() made
 * @net: namespace whose account it goes to
 * @port: row of the port table
 *
 * Context: process context, may sleep.
 */
void sockport_port_forget(struct net *net, struct sockport_port *port)
{
	if (port->totals)
		sockport_free(net, port->totals, sizeof(*port->totals));
	if (port->spread)
		sockport_free(net, port->spread, sizeof(*port->spread));
	if (port->rtt_now)
		sockport_free(net, port->rtt_now, sizeof(*port->rtt_now));
	if (port->opener)
		sockport_free(net, port->opener, sizeof(*port->opener));
	if (port->workers)
		sockport_free(net, port->workers, sizeof(*port->workers));
	port->totals = NULL;
	port->spread = NULL;
	port->rtt_now = NULL;
	port->opener = NULL;
	port->workers = NULL;
}
