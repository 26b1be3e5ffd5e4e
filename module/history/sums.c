// SPDX-License-Identifier: GPL-2.0
/*
 * What rows sum to: read, added to the rest, begun anew
 *
 * Each reading of a namespace has each event once, also of rows that are given
 * back meanwhile. First it reads the rows of the rest, and notes how many rows
 * each of them has in it; then all others that were not among those. Rows that
 * are added to the rest later stay in their list until those readings have ended
 * that began before.
 */
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/srcu.h>

#include "history/accept.h"
#include "history/program.h"
#include "history/rows.h"
#include "history/rows-table.h"
#include "history/sums.h"

DEFINE_STATIC_SRCU(readings);

static void begin(struct sockport_reading *reading, struct sockport_rows *in,
		  struct net *net)
	__acquires(&readings)
{
	memset(reading, 0, sizeof(*reading));
	reading->in = in;
	reading->sn = sockport_net(net);
	reading->srcu = srcu_read_lock(&readings);
	spin_lock_bh(&in->lock);
	atomic_inc(&reading->sn->readings);
	smp_mb__after_atomic(); /* pairs with that of who takes a row out */
	spin_unlock_bh(&in->lock);
}

/**
 * sockport_reading_begin - go through the rows of a namespace's ports
 * @reading: to be filled
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep until sockport_reading_end() and in it.
 */
void sockport_reading_begin(struct sockport_reading *reading,
			    struct sockport_rows *in, struct net *net)
	__acquires(&readings)
{
	begin(reading, in, net);
	reading->rows = &reading->sn->history;
	reading->row = reading->rows;
	reading->rests = SOCKPORT_RESTS;
}

/**
 * sockport_reading_begin_programs - go through the rows of a namespace's programs
 * @reading: to be filled
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep until sockport_reading_end() and in it.
 */
void sockport_reading_begin_programs(struct sockport_reading *reading,
				     struct sockport_rows *in, struct net *net)
	__acquires(&readings)
{
	begin(reading, in, net);
	reading->rows = &reading->sn->programs;
	reading->row = reading->rows;
	reading->at = SOCKPORT_REST_PROGRAMS;
	reading->rests = SOCKPORT_REST_PROGRAMS + 1;
}

/*
 * Rows of an era that has begun since ours ended go without waiting for readings of
 * ours. They are met where a namespace is looked at for its first row, and not in a
 * critical section that saw ours go on: their own end waits for that.
 */
static struct sockport_history *rest_of(struct sockport_reading *reading,
					unsigned int i)
{
	struct sockport_history *row = NULL;

	rcu_read_lock();
	if (!READ_ONCE(reading->in->ended))
		row = READ_ONCE(reading->sn->rest[i]);
	if (row && row->rows != reading->in)
		row = NULL;
	rcu_read_unlock();
	return row;
}

/* Behind a row of ours there are only others of ours, also when they are in no list. */
static struct sockport_history *row_behind(struct sockport_reading *reading)
{
	struct sockport_history *row = NULL;

	rcu_read_lock();
	if (reading->row == reading->rows && READ_ONCE(reading->in->ended))
		goto unlock;
	reading->row = srcu_dereference(list_next_rcu(reading->row), &readings);
	if (reading->row == reading->rows)
		goto unlock;
	row = list_entry(reading->row, struct sockport_history, of_net);
	if (row->rows != reading->in)
		row = NULL;
unlock:
	rcu_read_unlock();
	return row;
}

/**
 * sockport_reading_next - the next row
 * @reading: who goes through them
 *
 * Those of the rest come first.
 *
 * Context: process context, may sleep in between.
 *
 * Return: the row, or NULL at the end.
 */
struct sockport_history *
sockport_reading_next(struct sockport_reading *reading)
{
	struct sockport_history *row;

	while (reading->at < reading->rests) {
		row = rest_of(reading, reading->at++);
		if (row)
			return row;
	}
	return row_behind(reading);
}

/**
 * sockport_reading_end - what sockport_reading_begin() began ends
 * @reading: who has gone through the rows
 */
void sockport_reading_end(struct sockport_reading *reading)
	__releases(&readings)
{
	smp_mb__before_atomic(); /* no row is looked at any more */
	atomic_dec(&reading->sn->readings);
	srcu_read_unlock(&readings, reading->srcu);
}

/**
 * __sockport_history_touch - note the time of what happens at a port
 * @row: row
 *
 * Context: any but NMI.
 */
void __sockport_history_touch(struct sockport_history *row)
{
	u64 now = sockport_history_now();

	WRITE_ONCE(row->touched, jiffies);
	atomic64_set(&row->last, now);
	if (!atomic64_read(&row->first))
		atomic64_cmpxchg(&row->first, 0, now);
}

/**
 * sockport_history_touched - note the time of what has happened at a port
 * @row: row
 * @then: when it was, as sockport_history_now() has it
 *
 * Context: any but NMI.
 */
void sockport_history_touched(struct sockport_history *row, s64 then)
{
	s64 last = atomic64_read(&row->last);

	while (then > last && !atomic64_try_cmpxchg(&row->last, &last, then))
		;
	if (!atomic64_read(&row->first))
		atomic64_cmpxchg(&row->first, 0, then);
}

/**
 * sockport_row_count - how much a row has counted, resets apart
 * @row: row
 * @counter: SOCKPORT_A_HISTORY_*
 *
 * Context: any.
 */
u64 sockport_row_count(const struct sockport_history *row, unsigned int counter)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i <= sockport_shard_mask; i++)
		sum += atomic64_read(&row->shard[i].count[counter]);
	return sum;
}

static void raise(u64 *high, u64 value)
{
	*high = max(*high, value);
}

/*
 * row->lock held. As after a reset, ends of connections are read before their
 * beginnings.
 */
static void add_totals(struct sockport_totals *totals,
		       const struct sockport_history *row)
{
	u64 *value = totals->value, first = atomic64_read(&row->first);
	unsigned int i;

	for (i = SOCKPORT_COUNTERS - 1; i >= SOCKPORT_A_HISTORY_OPENED; i--) {
		value[i] += sockport_row_count(row, i) - row->base[i];
		smp_rmb(); /* a connection begins and ends under locks */
	}
	raise(&value[SOCKPORT_A_HISTORY_BACKLOG_HIGH],
	      atomic_read(&row->backlog_high));
	value[SOCKPORT_A_HISTORY_CONNECTIONS] +=
		atomic_read(&row->connections);
	raise(&value[SOCKPORT_A_HISTORY_CONNECTIONS_HIGH],
	      atomic_read(&row->connections_high));
	if (first && (!value[SOCKPORT_A_HISTORY_FIRST_ACTIVE] ||
		      first < value[SOCKPORT_A_HISTORY_FIRST_ACTIVE]))
		value[SOCKPORT_A_HISTORY_FIRST_ACTIVE] = first;
	raise(&value[SOCKPORT_A_HISTORY_LAST_ACTIVE],
	      atomic64_read(&row->last));
}

static void add_value(atomic64_t *to, const atomic64_t *from)
{
	u64 value = atomic64_read(from);

	if (value)
		atomic64_add(value, to);
}

static void add_spread(struct sockport_spread *to,
		       const struct sockport_spread *from)
{
	unsigned int i, j;

	for (i = 1; i < SOCKPORT_SPREADS; i++) {
		add_value(&to->sum[i], &from->sum[i]);
		for (j = 0; j < SOCKPORT_BUCKETS; j++)
			add_value(&to->bucket[i][j], &from->bucket[i][j]);
	}
}

/**
 * sockport_reading_add - add what a row says to what has been read
 * @reading: who goes through the rows
 * @row: the row that is next
 * @totals: where to add its sums, or NULL
 * @spread: where to add its distributions, or NULL
 *
 * No sum of all rows of a protocol and role decreases from one reading to the
 * next, but for a reset between them and for the number of connections.
 *
 * Context: process context.
 *
 * Return: false when the row is part of the rest that has been read, and
 * nothing was added.
 */
bool sockport_reading_add(struct sockport_reading *reading,
			  struct sockport_history *row,
			  struct sockport_totals *totals,
			  struct sockport_spread *spread)
{
	u64 *folds = &reading->folds[sockport_rest_index(row->protocol,
							 row->role)];
	const u64 folded = READ_ONCE(row->folded);

	if (folded && folded <= *folds)
		return false;
	spin_lock_bh(&row->lock);
	if (row->is_rest)
		*folds = row->folds;
	if (totals)
		add_totals(totals, row);
	if (spread && row->spread)
		add_spread(spread, row->spread);
	spin_unlock_bh(&row->lock);
	return true;
}

static void set_first(atomic64_t *first, s64 value)
{
	s64 old = atomic64_read(first);

	while (value && (!old || value < old) &&
	       !atomic64_try_cmpxchg(first, &old, value))
		;
}

static void raise_wide(atomic64_t *high, s64 value)
{
	s64 old = atomic64_read(high);

	while (value > old && !atomic64_try_cmpxchg(high, &old, value))
		;
}

/*
 * Locks of the row and the rest held. What programs have been told of the row they
 * need not be told of the rest; what they have not, they will be. Differences may
 * wrap.
 */
static void fold_told(struct sockport_history *rest,
		      const struct sockport_history *row)
{
	unsigned int i, counter;

	for (i = 0; i < SOCKPORT_TOLD; i++) {
		counter = sockport_told_counters[i];
		rest->told[i] += row->told[i] - row->base[counter];
	}
}

/**
 * sockport_history_fold - add a row to the rest
 * @row: row that has been given back, nobody changes it any more
 *
 * Context: any but hard interrupts, in an RCU read-side critical section.
 */
void sockport_history_fold(struct sockport_history *row)
{
	struct sockport_history *rest = row->rest;
	u64 more;
	unsigned int i;

	/* A reset goes the same way: from rows to the rest. */
	spin_lock_bh(&row->lock);
	spin_lock_nested(&rest->lock, SINGLE_DEPTH_NESTING);
	for (i = SOCKPORT_A_HISTORY_OPENED; i < SOCKPORT_COUNTERS; i++) {
		more = sockport_row_count(row, i) - row->base[i];
		if (more)
			atomic64_add(more, &rest->shard[0].count[i]);
	}
	sockport_raise(&rest->backlog_high, atomic_read(&row->backlog_high));
	sockport_raise(&rest->connections_high,
		       atomic_read(&row->connections_high));
	set_first(&rest->first, atomic64_read(&row->first));
	raise_wide(&rest->last, atomic64_read(&row->last));
	if (rest->spread)
		add_spread(rest->spread, row->spread);
	fold_told(rest, row);
	WRITE_ONCE(row->folded, ++rest->folds);
	spin_unlock(&rest->lock);
	spin_unlock_bh(&row->lock);
}

/**
 * sockport_history_leave - no reading may see a row any more
 * @row: row, in the rest now
 * @next: called when those readings have ended that have begun
 *
 * Context: any but hard interrupts.
 */
void sockport_history_leave(struct sockport_history *row, rcu_callback_t next)
{
	call_srcu(&readings, &row->rcu, next);
}

/**
 * sockport_history_wait - wait until all rows that were given back are free
 *
 * Context: process context, may sleep. No more rows are given back.
 */
void sockport_history_wait(void)
{
	rcu_barrier();
	/* A row comes here twice: to be unlinked, and to be freed. */
	srcu_barrier(&readings);
	srcu_barrier(&readings);
}

/*
 * Connections alive are those opened, accepted and taken in less those that
 * ended. So that it stays so whatever the probes count meanwhile, the new base
 * takes in those that are left of the old; ends are read before beginnings, or
 * there could be less than none.
 */
static void rebase(struct sockport_history *row)
{
	unsigned int i, j;

	spin_lock_bh(&row->lock);
	for (i = SOCKPORT_COUNTERS - 1; i >= SOCKPORT_A_HISTORY_OPENED; i--) {
		row->base[i] = sockport_row_count(row, i);
		smp_rmb(); /* a connection begins and ends under locks */
	}
	row->base[SOCKPORT_A_HISTORY_TAKEN_IN] =
		row->base[SOCKPORT_A_HISTORY_CLOSED] +
		row->base[SOCKPORT_A_HISTORY_CLOSED_BY_PEER] +
		row->base[SOCKPORT_A_HISTORY_BROKEN] -
		row->base[SOCKPORT_A_HISTORY_OPENED] -
		row->base[SOCKPORT_A_HISTORY_ACCEPTED];
	atomic_set(&row->backlog_high, 0);
	atomic_set(&row->connections_high, 0);
	smp_mb(); /* who counts one more meanwhile raises it, or is read here */
	sockport_raise(&row->connections_high, atomic_read(&row->connections));
	atomic64_set(&row->first, 0);
	atomic64_set(&row->last, 0);
	for (i = 1; row->spread && i < SOCKPORT_SPREADS; i++) {
		atomic64_set(&row->spread->sum[i], 0);
		for (j = 0; j < SOCKPORT_BUCKETS; j++)
			atomic64_set(&row->spread->bucket[i][j], 0);
	}
	if (row->workers)
		memset(row->workers, 0, sizeof(*row->workers));
	spin_unlock_bh(&row->lock);
}

/* The rest last: what is added to it meanwhile is in it then. */
static void rebase_all(struct sockport_reading *reading)
	__releases(&readings)
{
	const unsigned int first = reading->at;
	struct sockport_history *row;
	unsigned int i;

	reading->at = reading->rests;
	while ((row = sockport_reading_next(reading))) {
		rebase(row);
		cond_resched();
	}
	for (i = first; i < reading->rests; i++) {
		row = rest_of(reading, i);
		if (row)
			rebase(row);
	}
	sockport_reading_end(reading);
}

/**
 * sockport_history_rebase - begin the history of a namespace anew
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep.
 */
void sockport_history_rebase(struct sockport_rows *in, struct net *net)
{
	struct sockport_reading reading;

	sockport_reading_begin(&reading, in, net);
	rebase_all(&reading);
	sockport_reading_begin_programs(&reading, in, net);
	rebase_all(&reading);
}
