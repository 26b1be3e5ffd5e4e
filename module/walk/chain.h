/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_CHAIN_H
#define SOCKPORT_CHAIN_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct sock;
struct sockport_walk;

/**
 * struct sockport_chain - a chain or list that may be long, see
 *	sockport_chain_take()
 * @lock: lock of the chain, taken with BH disabled, in an RCU read-side critical
 *	section, unless there is a @hold
 * @hold: or NULL; takes the lock. Inodes must be safe to look at until @release,
 *	see sockport_walk_settle()
 * @release: lets it go
 * @first: first socket of the chain, or NULL
 * @next: socket after another one, or NULL
 * @on: is a socket that was on the chain still on it?
 * @before: what points to a socket on the chain
 * @prior: or NULL; the socket before another one, NULL at the beginning. Where sockets
 *	that leave keep their pointers: the one before is kept with a place, and @on is
 *	asked only while it still stands before it
 * @take: take a socket into the batch; false when there is no room
 * @reserve: or NULL; called before each hold: makes room for a hold's worth of
 *	what @take keeps beside the batch; 0, -ENOMEM, or -ENOBUFS to leave the
 *	chain out
 * @walk: the walk
 *
 * @first to @take are called with the lock held.
 */
struct sockport_chain {
	spinlock_t		*lock; /* of the table, not ours */
	void			(*hold)(struct sockport_chain *chain);
	void			(*release)(struct sockport_chain *chain);
	struct sock		*(*first)(struct sockport_chain *chain);
	struct sock		*(*next)(struct sockport_chain *chain,
					 struct sock *sk);
	bool			(*on)(struct sockport_chain *chain,
				      struct sock *sk);
	const void		*(*before)(const struct sock *sk);
	struct sock		*(*prior)(struct sockport_chain *chain,
					  struct sock *sk);
	bool			(*take)(struct sockport_chain *chain,
					struct sock *sk);
	int			(*reserve)(struct sockport_walk *walk);
	struct sockport_walk	*walk;
};

/**
 * struct sockport_seen - sockets of a chain or table that have been taken
 * @bits: binary logarithm of the slots
 * @count: records of the batch that have been noted
 * @slot: the sockets, NULL where there is none
 */
struct sockport_seen {
	unsigned int	bits;
	unsigned int	count;
	const void	**slot;
};

int sockport_seen_fill(struct sockport_seen *seen,
		       const struct sockport_walk *walk, unsigned int mark);
void sockport_seen_free(struct sockport_seen *seen,
			const struct sockport_walk *walk);
bool sockport_seen_has(const struct sockport_seen *seen, const void *sk);
int sockport_chain_take(struct sockport_chain *chain);

#endif /* SOCKPORT_CHAIN_H */
