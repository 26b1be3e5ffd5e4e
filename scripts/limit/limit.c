// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/limit: how fast can the table of TCP connections be walked at all?
 *
 * For scripts/bench only. Takes the same locks as the module does, touches the
 * cache lines of each socket that a row of the port table is made of, and makes
 * nothing of them: what is left is memory.
 */
#include <linux/module.h>
#include <linux/prefetch.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

/* Chains side by side, and sockets of them that are fetched in one go. */
#define CHAINS	16
#define AHEAD	64
#define STRIDE	64U

static __always_inline void fetch(const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;

	prefetch(&sk->sk_type);
	prefetch(&sk->sk_uid);
	prefetch(&sk->sk_drops);
	prefetch(&tp->rcv_nxt);
	prefetch(&tp->snd_una);
	prefetch(&tp->write_seq);
}

static u64 touch(const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;

	if (!sk_fullsock(sk))
		return READ_ONCE(sk->sk_num);
	return READ_ONCE(sk->sk_num) + READ_ONCE(sk->sk_type) +
	       __kuid_val(READ_ONCE(sk->sk_uid)) +
	       atomic_read(&sk->sk_drops) + READ_ONCE(tp->rcv_nxt) +
	       READ_ONCE(tp->snd_una) + READ_ONCE(tp->write_seq);
}

/* Those of @n chains, up to AHEAD; @n becomes how many chains have more. */
static unsigned int gather(struct hlist_nulls_node **node, unsigned int *n,
			   const struct sock **found)
{
	unsigned int count = 0, i = 0;
	struct hlist_nulls_node *this;

	while (*n && count < AHEAD) {
		if (i >= *n)
			i = 0;
		this = node[i];
		if (is_a_nulls(this)) {
			node[i] = node[--*n];
			continue;
		}
		found[count] = hlist_nulls_entry(this, struct sock,
						 sk_nulls_node);
		fetch(found[count++]);
		this = this->next;
		if (!is_a_nulls(this)) {
			prefetch(this);
			prefetch(hlist_nulls_entry(this, struct sock,
						   sk_nulls_node));
		}
		node[i++] = this;
	}
	return count;
}

/* All of @n chains of one lock. */
static unsigned int sum_up(struct hlist_nulls_node **node, unsigned int n,
			   spinlock_t *lock, u64 *sum)
{
	const struct sock *found[AHEAD];
	unsigned int sockets = 0, count, i;

	spin_lock_bh(lock);
	while (n) {
		count = gather(node, &n, found);
		for (i = 0; i < count; i++)
			*sum += touch(found[i]);
		sockets += count;
	}
	spin_unlock_bh(lock);
	return sockets;
}

static int show(struct seq_file *seq, void *v)
{
	struct inet_hashinfo *hashes = init_net.ipv4.tcp_death_row.hashinfo;
	unsigned int locks = hashes->ehash_locks_mask + 1;
	unsigned int stride = min((hashes->ehash_mask + 1) / locks, STRIDE);
	struct hlist_nulls_node *node[CHAINS];
	unsigned int place, step, bucket, n;
	u64 sum = 0, sockets = 0;

	for (place = 0; place <= hashes->ehash_mask; cond_resched()) {
		bucket = place / (locks * stride) * locks * stride +
			 place / stride % locks;
		step = place % stride;
		n = 0;
		do {
			node[n] = READ_ONCE(hashes->ehash[bucket + step * locks].chain.first);
			if (!is_a_nulls(node[n])) {
				prefetch(node[n]);
				prefetch(hlist_nulls_entry(node[n], struct sock,
							   sk_nulls_node));
				n++;
			}
			place++;
		} while (++step < stride && n < CHAINS);
		if (!n)
			continue;
		sockets += sum_up(node, n, inet_ehash_lockp(hashes, bucket),
				  &sum);
	}
	seq_printf(seq, "%llu sockets, %llx\n", sockets, sum);
	return 0;
}

static int __init limit_init(void)
{
	return proc_create_single("limit", 0444, NULL, show) ? 0 : -ENOMEM;
}

static void __exit limit_exit(void)
{
	remove_proc_entry("limit", NULL);
}

module_init(limit_init);
module_exit(limit_exit);
MODULE_DESCRIPTION("How fast TCP's connections can be walked");
MODULE_LICENSE("GPL");
