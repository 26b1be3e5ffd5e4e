// SPDX-License-Identifier: GPL-2.0
/*
 * History for a row of the port table
 */
#include <linux/pid.h>

#include "history/era.h"
#include "history/rows.h"
#include "memory/memory.h"
#include "owners/reader.h"
#include "ports/port.h"
#include "walk/record.h"
#include "walk/scope.h"

static struct sockport_spread *copy_spread(struct net *net,
					   struct sockport_history *row)
{
	struct sockport_spread *copy = sockport_alloc(net, sizeof(*copy));
	const struct sockport_spread *spread = row->spread;
	unsigned int i, j;

	if (!copy)
		return NULL;
	/* Against a reset. */
	spin_lock_bh(&row->lock);
	for (i = 1; i < SOCKPORT_SPREADS; i++) {
		atomic64_set(&copy->sum[i], atomic64_read(&spread->sum[i]));
		for (j = 0; j < SOCKPORT_BUCKETS; j++)
			atomic64_set(&copy->bucket[i][j],
				     atomic64_read(&spread->bucket[i][j]));
	}
	spin_unlock_bh(&row->lock);
	return copy;
}

static void copy_opener(struct sockport_port_opener *copy,
			struct sockport_history *row,
			const struct sockport_reader *reader)
{
	const struct sockport_opener *opener = &row->opener;

	spin_lock_bh(&row->lock);
	copy->pid = pid_nr_ns(opener->pid, reader->pid_ns);
	copy->uid = opener->uid;
	copy->seen = sockport_reader_sees_gone(reader, &opener->by);
	copy->cgroup = opener->cgroup;
	strscpy(copy->comm, opener->comm, sizeof(copy->comm));
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

static int add_opener(struct net *net, struct sockport_port *port,
		      struct sockport_history *row,
		      const struct sockport_reader *reader)
{
	struct sockport_port_opener *opener;

	opener = sockport_alloc(net, sizeof(*opener));
	if (!opener)
		return -ENOMEM;
	copy_opener(opener, row, reader);
	if (seen(reader, opener))
		port->opener = opener;
	else
		sockport_free(net, opener, sizeof(*opener));
	return 0;
}

/**
 * sockport_port_recall - tell what a port did
 * @net: namespace whose account it goes to
 * @port: row of the port table
 * @row: its history
 * @ask: what is asked for
 *
 * Context: process context, may sleep; a user of the era of @row.
 *
 * Return: 0 or -ENOMEM; what has been told already is freed with the row.
 */
int sockport_port_recall(struct net *net, struct sockport_port *port,
			 struct sockport_history *row,
			 const struct sockport_ports_ask *ask)
{
	if (ask->want & SOCKPORT_WANT_HISTORY) {
		port->totals = sockport_alloc(net, sizeof(*port->totals));
		if (!port->totals)
			return -ENOMEM;
		sockport_history_totals(row, port->totals);
	}
	if (ask->want & SOCKPORT_WANT_DISTRIBUTIONS && row->spread) {
		port->spread = copy_spread(net, row);
		port->rtt_now = sockport_alloc(net, sizeof(*port->rtt_now));
		if (!port->spread || !port->rtt_now)
			return -ENOMEM;
	}
	if (ask->want & SOCKPORT_WANT_OPENER)
		return add_opener(net, port, row, ask->reader);
	return 0;
}

/**
 * sockport_port_forget - free what sockport_port_recall() told
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
}
