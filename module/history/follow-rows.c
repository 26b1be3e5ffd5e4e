// SPDX-License-Identifier: GPL-2.0
/*
 * In which rows a TCP socket counts: that of its port, and that of its program
 */
#include <net/tcp.h>

#include "history/acceptor.h"
#include "history/follow-rows.h"
#include "history/follow-table.h"
#include "history/follow.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/rows.h"
#include "walk/roles.h"

/**
 * sockport_follow_leave - a listener leaves its row
 * @follow: the listener, its chain is locked
 *
 * Context: BH disabled.
 */
void sockport_follow_leave(struct sockport_follow *follow)
{
	struct sockport_history *row = follow->row;

	if (!row)
		return;
	spin_lock(&row->lock);
	hlist_del_init_rcu(&follow->of_row);
	if (hlist_empty(&row->listeners))
		WRITE_ONCE(row->owner, NULL);
	spin_unlock(&row->lock);
}

/* Lock of the row held. When there were several programs that stays until all have left. */
static void note_owner(struct sockport_history *row,
		       struct sockport_history *program)
{
	if (hlist_empty(&row->listeners))
		WRITE_ONCE(row->owner, program);
	else if (row->owner != program)
		WRITE_ONCE(row->owner, NULL);
}

/**
 * sockport_follow_join - a listener comes into its row
 * @follow: the listener, which is in none; its chain is locked, its program known
 * @row: its port's
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_join(struct sockport_follow *follow,
			  struct sockport_history *row)
{
	sockport_follow_hold(follow, row);
	row = follow->row;
	follow->listened = true;
	spin_lock(&row->lock);
	note_owner(row, follow->program);
	hlist_add_head_rcu(&follow->of_row, &row->listeners);
	spin_unlock(&row->lock);
}

/* Listeners that are looked at; of more it is not known that they have one owner. */
#define LISTENERS	1024

/**
 * sockport_follow_rename - whose a listener is has become known
 * @follow: the listener, in its row; its chain is locked
 * @program: the program's row
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_rename(struct sockport_follow *follow,
			    struct sockport_history *program)
{
	struct sockport_history *row = follow->row, *old = follow->program;
	struct sockport_history *owner = NULL;
	const struct sockport_follow *other;
	unsigned int n = 0;

	program = sockport_history_hold(program);
	spin_lock(&row->lock);
	WRITE_ONCE(follow->program, program);
	hlist_for_each_entry(other, &row->listeners, of_row) {
		if (!n)
			owner = other->program;
		if (owner != other->program || ++n > LISTENERS) {
			owner = NULL;
			break;
		}
	}
	WRITE_ONCE(row->owner, owner);
	spin_unlock(&row->lock);
	/* Not before: @owner of the row was it. */
	if (old)
		sockport_history_put(old);
}

/**
 * sockport_row_of_role - the row of a connection's port
 * @sk: full socket of TCP
 * @role: enum sockport_role
 *
 * Context: as sockport_history_row().
 *
 * Return: likewise.
 */
struct sockport_history *sockport_row_of_role(const struct sock *sk, u8 role)
{
	return role == SOCKPORT_ROLE_OUT ?
	       sockport_row_out(sk) :
	       sockport_row_in(sk, sockport_local_port(sk));
}

/**
 * sockport_row_guess - the row of the port of a socket that is not followed
 * @sk: full socket of TCP
 * @state: that it is in
 *
 * Context: as sockport_history_row().
 *
 * Return: likewise.
 */
struct sockport_history *sockport_row_guess(const struct sock *sk, int state)
{
	switch (state) {
	case TCP_LISTEN:
		return sockport_row_in(sk, sockport_local_port(sk));
	case TCP_SYN_SENT:
		return sockport_row_out(sk);
	}
	return sockport_row_of_role(sk, sockport_roles_of(sk));
}

/**
 * sockport_program_guess - whose a socket is that is not followed
 * @row: its port's
 * @sk: full socket of TCP
 *
 * Context: BH disabled, in an RCU read-side critical section.
 *
 * Return: as sockport_program_row(); one without a name when nobody knows.
 */
struct sockport_history *
sockport_program_guess(struct sockport_history *row, const struct sock *sk)
{
	struct sockport_history *program = NULL;

	if (row->role == SOCKPORT_ROLE_IN)
		program = sockport_acceptor_program_guess(row, sk);
	return program ?: sockport_program_unknown(sk);
}

/**
 * sockport_program_opens - a port is opened, or connected to
 * @row: the port's, NULL for a listener without a port yet
 * @sk: socket of who does it
 *
 * Context: who does it, with BH disabled, in an RCU read-side critical section.
 *
 * Return: as sockport_program_row(); one without a name when nobody knows.
 */
struct sockport_history *sockport_program_opens(struct sockport_history *row,
						const struct sock *sk)
{
	struct sockport_program program;

	if (!sockport_program_current(&program, sk))
		return sockport_program_unknown(sk);
	if (row)
		sockport_history_open(row, &program);
	return sockport_program_row(&program, sk);
}
