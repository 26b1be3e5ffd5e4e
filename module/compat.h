/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels 6.1 to 7.3, all of them
 *
 * Each difference names the change that made it, and the version that had it
 * first. But distributions take changes from later kernels: no version is asked,
 * kbuild/probe.sh looks into the headers for each.
 */
#ifndef SOCKPORT_COMPAT_H
#define SOCKPORT_COMPAT_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/prefetch.h>
#include <linux/rhashtable-types.h>
#include <linux/sched/coredump.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <net/af_unix.h>
#include <net/genetlink.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "kbuild/netlink-table.h"

/* 6.12, "move asm/unaligned.h to linux/unaligned.h" */
#ifdef SOCKPORT_HAVE_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* 6.7, "genetlink: use attrs from struct genl_info" */
static inline struct nlattr **
sockport_dump_attrs(const struct netlink_callback *cb)
{
#ifdef SOCKPORT_HAVE_GENL_INFO_DUMP
	return genl_info_dump((struct netlink_callback *)cb)->attrs;
#else
	return genl_dumpit_info((struct netlink_callback *)cb)->attrs;
#endif
}

/* 6.2, "udp: Introduce optional per-netns hash table" */
static inline struct udp_table *sockport_udp_table(const struct net *net)
{
#ifdef SOCKPORT_HAVE_NET_UDP_TABLE
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

/* 6.13 exports the iterator of the table of ping sockets no more. */
#ifdef SOCKPORT_HAVE_PING_SEQ
#define SOCKPORT_PING_TABLE	1
#else
#define SOCKPORT_PING_TABLE	0
#endif

/* 7.2 has no UDP-Lite any more, its header is gone with it. */
#ifdef SOCKPORT_HAVE_UDPLITE_TABLE
#include <net/udplite.h>

#define SOCKPORT_UDPLITE_TABLE	1

static inline struct udp_table *sockport_udplite_table(const struct net *net)
{
	return &udplite_table;
}
#else
#define SOCKPORT_UDPLITE_TABLE	0

static inline struct udp_table *sockport_udplite_table(const struct net *net)
{
	return NULL;
}
#endif

/*
 * The socket that a datagram will get, looked for as UDP itself does. Caller is
 * in an RCU read-side critical section, which keeps it: UDP sockets are freed
 * after a grace period. @skb is as LOCAL_IN has it. Since UDP-Lite is gone there
 * is but one table, that of the namespace, and it is no argument any more.
 */
static inline struct sock *
sockport_udp4_lookup(struct net *net, struct udp_table *table,
		     const struct sk_buff *skb, __be16 source, __be16 dest)
{
	const struct iphdr *ip = ip_hdr(skb);
#ifdef SOCKPORT_HAVE_UDP_LOOKUP_TABLE
	return __udp4_lib_lookup(net, ip->saddr, source, ip->daddr, dest,
				 inet_iif(skb), inet_sdif(skb), table, NULL);
#else
	return __udp4_lib_lookup(net, ip->saddr, source, ip->daddr, dest,
				 inet_iif(skb), inet_sdif(skb), NULL);
#endif
}

/* IPv6 may be a module, which must not be loaded because this one is. */
static inline struct sock *
sockport_udp6_lookup(struct net *net, struct udp_table *table,
		     const struct sk_buff *skb, __be16 source, __be16 dest)
{
#if !IS_BUILTIN(CONFIG_IPV6)
	return NULL;
#else
	const struct ipv6hdr *ip = ipv6_hdr(skb);
#ifdef SOCKPORT_HAVE_UDP_LOOKUP_TABLE
	return __udp6_lib_lookup(net, &ip->saddr, source, &ip->daddr, dest,
				 inet6_iif(skb), inet6_sdif(skb), table, NULL);
#else
	return __udp6_lib_lookup(net, &ip->saddr, source, &ip->daddr, dest,
				 inet6_iif(skb), inet6_sdif(skb), NULL);
#endif
#endif
}

/* 6.15, "af_unix: Move internal definitions to net/unix/." */
#ifndef SOCKPORT_HAVE_UNIX_HASH_SIZE
#define UNIX_HASH_SIZE	512
#endif
#ifndef SOCKPORT_HAVE_UNIX_INQ_LEN
long unix_inq_len(struct sock *sk);
#endif

/* 6.17, "net: annotate races around sk->sk_uid" */
static inline kuid_t sockport_sock_uid(const struct sock *sk)
{
#ifdef SOCKPORT_HAVE_SK_UID
	return sk_uid(sk);
#else
	return READ_ONCE(sk->sk_uid);
#endif
}

/*
 * 6.17, "net: make sk->sk_ino a copy of the inode number". Before it the
 * inode is reached through sk_socket, which sock_orphan() clears, and which
 * is freed with its inode after a grace period (sock_free_inode).
 * sock_i_ino() itself takes sk_callback_lock, which other code holds while
 * it calls down into TCP: not something to wait for with a hash locked.
 *
 * Two steps in one RCU read-side critical section: what the first returns is
 * for the second, which returns 0 where there is no inode.
 */
#ifdef SOCKPORT_HAVE_SK_INO
static inline u64 sockport_sock_ino_begin(const struct sock *sk)
{
	return sock_i_ino(sk);
}

static inline u64 sockport_sock_ino_end(u64 ino)
{
	return ino;
}
#else
static inline u64 sockport_sock_ino_begin(const struct sock *sk)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);

	if (sock)
		prefetch(&SOCK_INODE(sock)->i_ino);
	return (uintptr_t)sock;
}

static inline u64 sockport_sock_ino_end(u64 sock)
{
	return sock ? SOCK_INODE((struct socket *)(uintptr_t)sock)->i_ino : 0;
}
#endif

/* 6.18, "net: add sk_drops_read(), sk_drops_inc() and sk_drops_reset()" */
static inline u32 sockport_sock_drops(const struct sock *sk)
{
#ifdef SOCKPORT_HAVE_SK_DROPS_READ
	return sk_drops_read(sk);
#else
	return atomic_read(&sk->sk_drops);
#endif
}

/* 6.7, "tcp: new TCP_INFO stats for RTO events" */
#ifdef SOCKPORT_HAVE_TOTAL_RTO
#define SOCKPORT_TIMEOUTS	1

static inline u16 sockport_sock_timeouts(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->total_rto);
}
#else
#define SOCKPORT_TIMEOUTS	0

static inline u16 sockport_sock_timeouts(const struct tcp_sock *tp)
{
	return 0;
}
#endif

/*
 * May who has the uid of a process look into it? If not, who has CAP_SYS_PTRACE
 * in @user_ns may. Both are those of its memory, and 7.2, "exec: introduce struct
 * task_exec_state" keeps them when the memory is gone. Before it, stable kernels
 * kept the first one then; without that nobody may who has the uid only.
 *
 * Caller is in an RCU read-side critical section, and has task_lock(), unless
 * @task is the current one.
 */
#ifdef SOCKPORT_HAVE_TASK_EXEC_STATE
#include <linux/sched/exec_state.h>

static inline bool
sockport_task_dumpable(struct task_struct *task,
		       const struct user_namespace **user_ns)
{
	const struct task_exec_state *state;

	state = rcu_dereference_check(task->exec_state,
				      rcu_read_lock_bh_held());
	*user_ns = state ? state->user_ns : &init_user_ns;
	return state && READ_ONCE(state->dumpable) == TASK_DUMPABLE_OWNER;
}
#else
/* 6.19, "mm: convert core mm to mm_flags_*() accessors" and what follows it */
static inline bool sockport_mm_dumpable(struct mm_struct *mm)
{
#ifdef SOCKPORT_HAVE_MM_FLAGS_GET_DUMPABLE
	return __mm_flags_get_dumpable(mm) == SUID_DUMP_USER;
#else
	return __get_dumpable(READ_ONCE(mm->flags)) == SUID_DUMP_USER;
#endif
}

static inline bool
sockport_task_dumpable(struct task_struct *task,
		       const struct user_namespace **user_ns)
{
	*user_ns = &init_user_ns;
	if (task->mm) {
		*user_ns = task->mm->user_ns;
		return sockport_mm_dumpable(task->mm);
	}
#ifdef SOCKPORT_HAVE_USER_DUMPABLE
	return task->user_dumpable;
#else
	return false;
#endif
}
#endif

/* 7.3 has no MPTCP sockets any more whose memory is elsewhere. */
#ifndef SOCKPORT_HAVE_SK_FORWARD_ALLOC_GET
static inline int sk_forward_alloc_get(const struct sock *sk)
{
	return READ_ONCE(sk->sk_forward_alloc);
}
#endif

/* 6.17, "workqueue: Add system_percpu_wq and system_dfl_wq"; the old name warns. */
static inline struct workqueue_struct *sockport_unbound_wq(void)
{
#ifdef SOCKPORT_HAVE_SYSTEM_DFL_WQ
	return system_dfl_wq;
#else
	return system_unbound_wq;
#endif
}

/* "genetlink: add CAP_NET_ADMIN test for multicast bind", backported to 6.1 */
#ifndef SOCKPORT_HAVE_GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

/*
 * When the retransmit timer fires: first a field, then the timer itself told
 * by icsk_timeout(), which "tcp: rename icsk_timeout() to
 * tcp_timeout_expires()" gave another name and argument.
 */
static inline unsigned long sockport_tcp_timeout(const struct sock *sk)
{
#if defined(SOCKPORT_HAVE_TCP_TIMEOUT_EXPIRES)
	return tcp_timeout_expires(sk);
#elif defined(SOCKPORT_HAVE_ICSK_TIMEOUT_OF)
	return icsk_timeout(inet_csk(sk));
#else
	return READ_ONCE(inet_csk(sk)->icsk_timeout);
#endif
}

/* "tcp: introduce icsk->icsk_keepalive_timer", backported to 6.1 too. */
static inline const struct timer_list *
sockport_tcp_keepalive(const struct sock *sk)
{
#ifdef SOCKPORT_HAVE_ICSK_KEEPALIVE_TIMER
	return &inet_csk(sk)->icsk_keepalive_timer;
#else
	return &sk->sk_timer;
#endif
}

/*
 * The sockets of a bind bucket. 6.8, "tcp: Link sk and twsk to tb2->owners
 * using skc_bind_node", hung them on the buckets of bhash2, and those on the
 * bucket of bhash.
 *
 * Time-wait sockets are among them: nothing beyond struct sock_common may be
 * read before the state is known. Caller holds the lock of the bhash bucket.
 */
#ifdef SOCKPORT_HAVE_BIND2_OWNERS
static inline struct sock *
sockport_bind2_first(struct inet_bind2_bucket *tb2)
{
	for (; tb2; tb2 = hlist_entry_safe(tb2->bhash_node.next,
					   struct inet_bind2_bucket,
					   bhash_node))
		if (!hlist_empty(&tb2->owners))
			return hlist_entry(tb2->owners.first, struct sock,
					   sk_bind_node);
	return NULL;
}

static inline struct sock *sockport_bind_first(struct inet_bind_bucket *tb)
{
	return sockport_bind2_first(hlist_entry_safe(tb->bhash2.first,
						     struct inet_bind2_bucket,
						     bhash_node));
}

static inline struct sock *sockport_bind_next(struct sock *sk)
{
	struct inet_bind2_bucket *tb2;

	if (sk->sk_bind_node.next)
		return hlist_entry(sk->sk_bind_node.next, struct sock,
				   sk_bind_node);
	tb2 = sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_tb2 :
					      inet_csk(sk)->icsk_bind2_hash;
	return sockport_bind2_first(hlist_entry_safe(tb2->bhash_node.next,
						     struct inet_bind2_bucket,
						     bhash_node));
}
/* Calls @tell for what each list begins with. Returns false after @most of them. */
static inline bool
sockport_bind_lists(struct inet_bind_bucket *tb, unsigned int most,
		    void (*tell)(void *data, const void *first), void *data)
{
	struct inet_bind2_bucket *tb2;

	hlist_for_each_entry(tb2, &tb->bhash2, bhash_node) {
		if (!most--)
			return false;
		tell(data, tb2->owners.first);
	}
	return true;
}
#else
static inline bool
sockport_bind_lists(struct inet_bind_bucket *tb, unsigned int most,
		    void (*tell)(void *data, const void *first), void *data)
{
	tell(data, tb->owners.first);
	return true;
}

static inline struct sock *sockport_bind_first(struct inet_bind_bucket *tb)
{
	return hlist_entry_safe(tb->owners.first, struct sock, sk_bind_node);
}

static inline struct sock *sockport_bind_next(struct sock *sk)
{
	return hlist_entry_safe(sk->sk_bind_node.next, struct sock,
				sk_bind_node);
}
#endif

/*
 * struct netlink_table is private to net/netlink, though nl_table is exported.
 * 6.4, "netlink: remove unused 'compare' function"; 6.6, "netlink: Add new
 * netlink_release function".
 */
struct listeners;

struct netlink_table {
	struct rhashtable	hash;
	struct hlist_head	mc_list;
	struct listeners __rcu	*listeners;
	unsigned int		flags;
	unsigned int		groups;
	struct mutex		*cb_mutex;
	struct module		*module;
	int			(*bind)(struct net *net, int group);
	void			(*unbind)(struct net *net, int group);
#if defined(SOCKPORT_HAVE_NETLINK_RELEASE)
	void			(*release)(struct sock *sk,
					   unsigned long *groups);
#elif defined(SOCKPORT_HAVE_NETLINK_COMPARE)
	bool			(*compare)(struct net *net, struct sock *sock);
#endif
	int			registered;
};

extern struct netlink_table *nl_table;
extern rwlock_t nl_table_lock;

/*
 * Is it the kernel's own? Its BTF tells, which Kbuild asks. Where there is none
 * to ask, it is if what is public of the table is as we know it.
 */
#if defined(SOCKPORT_BTF_NETLINK_TABLE)
#define SOCKPORT_NETLINK_TABLE \
	(sizeof(struct netlink_table) == SOCKPORT_BTF_NETLINK_TABLE && \
	 offsetof(struct netlink_table, hash) == \
		SOCKPORT_BTF_NETLINK_TABLE_HASH && \
	 offsetof(struct netlink_table, mc_list) == \
		SOCKPORT_BTF_NETLINK_TABLE_MC_LIST)
#elif defined(SOCKPORT_HAVE_NETLINK_CFG_KNOWN)
#define SOCKPORT_NETLINK_TABLE	true
#else
#define SOCKPORT_NETLINK_TABLE	false
#endif

/*
 * As genl_has_listeners(), for who asks at each turn of each connection: where
 * nobody listens to any family it costs next to nothing.
 */
static inline bool sockport_genl_has_listeners(const struct genl_family *family,
					       struct net *net,
					       unsigned int group)
{
	if (SOCKPORT_NETLINK_TABLE &&
	    likely(hlist_empty(&nl_table[NETLINK_GENERIC].mc_list)))
		return false;
	return genl_has_listeners(family, net, group) > 0;
}

/*
 * "sctp: hold socket lock when dumping endpoints in sctp_diag" gave
 * sctp_for_each_endpoint() a namespace and a position, and let its callback
 * sleep. It is in 6.1 too. Before it the endpoints of all
 * namespaces come, a bucket in one hold of its lock.
 */
struct sctp_endpoint;

#ifdef SOCKPORT_HAVE_SCTP_ENDPOINTS_OF_ALL
#define SOCKPORT_SCTP_ENDPOINTS_SLEEP	false

static inline int
sockport_sctp_endpoints(int (*each)(int (*take)(struct sctp_endpoint *ep,
						void *data), void *data),
			int (*take)(struct sctp_endpoint *ep, void *data),
			struct net *net, int *pos, void *data)
{
	int err;

	rcu_read_lock();
	err = each(take, data);
	rcu_read_unlock();
	return err;
}
#else
#define SOCKPORT_SCTP_ENDPOINTS_SLEEP	true

static inline int
sockport_sctp_endpoints(int (*each)(int (*take)(struct sctp_endpoint *ep,
						void *data),
				    struct net *net, int *pos, void *data),
			int (*take)(struct sctp_endpoint *ep, void *data),
			struct net *net, int *pos, void *data)
{
	return each(take, net, pos, data);
}
#endif

/* Exported for mptcp_diag, its prototype is in a private header. */
struct mptcp_sock *mptcp_token_iter_next(const struct net *net, long *s_slot,
					 long *s_num);

/*
 * What tracepoints tell: 6.11, "tcp: rstreason: introduce SK_RST_REASON_*" and
 * "net: introduce sk_skb_reason_drop function"; 6.12, "udp: add skb to
 * udp_fail_queue_rcv_skb tracepoint".
 */
#ifdef SOCKPORT_HAVE_RSTREASON_H
#include <net/rstreason.h>
#endif

#ifdef SOCKPORT_HAVE_SEND_RESET_REASON
#define SOCKPORT_PROBE_SEND_RESET(name) \
	void name(void *data, const struct sock *sk, \
		  const struct sk_buff *skb, const enum sk_rst_reason reason)
#else
#define SOCKPORT_PROBE_SEND_RESET(name) \
	void name(void *data, const struct sock *sk, const struct sk_buff *skb)
#endif

#if defined(SOCKPORT_HAVE_KFREE_SKB_CONST_RX_SK)
#define SOCKPORT_PROBE_KFREE_SKB(name) \
	void name(void *data, struct sk_buff *skb, void *location, \
		  enum skb_drop_reason reason, const struct sock *rx_sk)
#elif defined(SOCKPORT_HAVE_KFREE_SKB_RX_SK)
#define SOCKPORT_PROBE_KFREE_SKB(name) \
	void name(void *data, struct sk_buff *skb, void *location, \
		  enum skb_drop_reason reason, struct sock *rx_sk)
#else
#define SOCKPORT_PROBE_KFREE_SKB(name) \
	void name(void *data, struct sk_buff *skb, void *location, \
		  enum skb_drop_reason reason)
#endif

#ifdef SOCKPORT_HAVE_UDP_FAIL_SKB
#define SOCKPORT_PROBE_UDP_FAIL(name) \
	void name(void *data, int rc, struct sock *sk, struct sk_buff *skb)
#else
#define SOCKPORT_PROBE_UDP_FAIL(name) \
	void name(void *data, int rc, struct sock *sk)
#endif

/* 6.18, "tcp: Update bind bucket state on port release": who picked the port */
static inline bool sockport_sock_connect_bind(const struct sock *sk)
{
#ifdef SOCKPORT_HAVE_SOCK_CONNECT_BIND
	return sk->sk_userlocks & SOCK_CONNECT_BIND;
#else
	return false;
#endif
}

static inline bool
sockport_tw_connect_bind(const struct inet_timewait_sock *tw)
{
#ifdef SOCKPORT_HAVE_TW_CONNECT_BIND
	return tw->tw_connect_bind;
#else
	return false;
#endif
}

/* "tcp: ulp: diag: more info without CAP_NET_ADMIN" */
static inline int sockport_ulp_info(const struct tcp_ulp_ops *ops,
				    struct sock *sk, struct sk_buff *skb)
{
#ifdef SOCKPORT_HAVE_ULP_INFO_NET_ADMIN
	return ops->get_info(sk, skb, false);
#else
	return ops->get_info(sk, skb);
#endif
}

#endif /* SOCKPORT_COMPAT_H */
