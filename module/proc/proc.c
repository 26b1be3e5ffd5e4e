// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/sockport, sockport_sockets and sockport_stats
 *
 * The names are flat: a directory below /proc/net is not there for who mounts
 * proc with subset=pid. proc_create_net() would not do, because it leaves no
 * room for what a reader holds to be freed at release.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/uio.h>
#include <net/net_namespace.h>

#include "history/era.h"
#include "memory/memory.h"
#include "net.h"
#include "ports/port.h"
#include "proc/proc.h"
#include "proc/text.h"
#include "walk/scope.h"
#include "walk/walk.h"

/* Bytes that one read() gives at most, as much as cat asks for. */
#define BUFFER_SIZE	(128 << 10)

#define WANT_SOCKETS	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | \
			 SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_TIMER)

struct reader;

/**
 * struct sockport_file - one of the files
 * @name: its name below /proc/net
 * @ops: seq_file operations
 * @end: free what a reader holds, may be NULL
 */
struct sockport_file {
	const char			*name;
	const struct seq_operations	*ops;
	void				(*end)(struct reader *reader);
};

/**
 * struct reader - one open file
 * @file: which one
 * @net: the namespace whose file was opened
 * @scope: it, for walks
 * @payer: who holds the file's large buffer, or NULL
 * @net_admin: who opened the file has CAP_NET_ADMIN over @net
 * @begun: @ports or @walk is there
 * @ended: all has been read, and is not kept
 * @pos: line that @walk is at, the head is line 0
 * @ports: table to read from
 * @walk: walk to read from
 */
struct reader {
	const struct sockport_file	*file;
	struct net			*net;
	struct sockport_scope		scope;
	struct sockport_user		*payer;
	bool				net_admin;
	bool				begun;
	bool				ended;
	loff_t				pos;
	union {
		struct sockport_ports	ports;
		struct sockport_walk	walk;
	};
};

static void ports_end(struct reader *reader)
{
	if (reader->begun)
		sockport_ports_free(&reader->ports);
	reader->begun = false;
}

/* A line of the port table: its row, or the head. */
static void *ports_at(struct reader *reader, loff_t pos)
{
	if (pos == 0)
		return SEQ_START_TOKEN;
	if (pos <= reader->ports.count)
		return reader->ports.row[pos - 1];
	if (reader->ports.err)
		return ERR_PTR(reader->ports.err);
	ports_end(reader);
	reader->ended = true;
	return NULL;
}

/* A table is made when reading begins, and anew after going back there. */
static void *ports_start(struct seq_file *seq, loff_t *pos)
{
	struct reader *reader = seq->private;
	const struct sockport_ports_ask ask = {
		.scope	= &reader->scope,
		.want	= SOCKPORT_WANT_HISTORY,
	};
	int err;

	if (*pos == 0) {
		ports_end(reader);
		reader->ended = false;
	}
	if (reader->ended)
		return NULL;
	if (!reader->begun) {
		err = sockport_ports_build(&reader->ports, &ask);
		if (err)
			return ERR_PTR(err);
		reader->begun = true;
	}
	return ports_at(reader, *pos);
}

static void *ports_next(struct seq_file *seq, void *v, loff_t *pos)
{
	return ports_at(seq->private, ++*pos);
}

static void no_stop(struct seq_file *seq, void *v)
{
}

static int ports_show(struct seq_file *seq, void *v)
{
	if (v == SEQ_START_TOKEN)
		seq_puts(seq, sockport_text_ports_head);
	else
		sockport_text_port(seq, v, seq_user_ns(seq));
	return 0;
}

static const struct seq_operations ports_ops = {
	.start	= ports_start,
	.next	= ports_next,
	.stop	= no_stop,
	.show	= ports_show,
};

static void sockets_end(struct reader *reader)
{
	if (reader->begun)
		sockport_walk_exit(&reader->walk);
	reader->begun = false;
}

static int sockets_begin(struct reader *reader)
{
	int err;

	sockets_end(reader);
	err = sockport_walk_init(&reader->walk, &reader->scope, NULL,
				 WANT_SOCKETS, NULL);
	if (err)
		return err;
	reader->begun = true;
	reader->pos = 0;
	return 0;
}

/* What the walk is at, or NULL at its end, which is the end of the walk. */
static void *sockets_at(struct reader *reader)
{
	void *v = sockport_walk_current(&reader->walk);

	if (!v) {
		sockets_end(reader);
		reader->ended = true;
	}
	return v;
}

static void *sockets_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct reader *reader = seq->private;

	if (reader->pos)
		sockport_walk_advance(&reader->walk);
	reader->pos = ++*pos;
	return sockets_at(reader);
}

/* Who reads on goes on in the walk; who goes elsewhere gets a new one. */
static void *sockets_start(struct seq_file *seq, loff_t *pos)
{
	struct reader *reader = seq->private;
	loff_t at = 0;
	void *v;
	int err;

	if (*pos == 0)
		reader->ended = false;
	if (reader->ended)
		return NULL;
	if (reader->begun && *pos && *pos == reader->pos)
		return sockets_at(reader);

	err = sockets_begin(reader);
	if (err)
		return ERR_PTR(err);
	v = SEQ_START_TOKEN;
	while (!IS_ERR_OR_NULL(v) && at < *pos)
		v = sockets_next(seq, v, &at);
	return v;
}

static int sockets_show(struct seq_file *seq, void *v)
{
	struct reader *reader = seq->private;

	if (v == SEQ_START_TOKEN)
		seq_puts(seq, sockport_text_sockets_head);
	else
		sockport_text_socket(seq, v, sockport_walk_detail(&reader->walk),
				     seq_user_ns(seq), reader->net_admin);
	return 0;
}

static const struct seq_operations sockets_ops = {
	.start	= sockets_start,
	.next	= sockets_next,
	.stop	= no_stop,
	.show	= sockets_show,
};

static void *stats_start(struct seq_file *seq, loff_t *pos)
{
	return *pos ? NULL : SEQ_START_TOKEN;
}

static void *stats_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

/* What this kernel does not let us do. */
static void put_limits(struct seq_file *seq)
{
	static const char *const names[] = {
		[ilog2(SOCKPORT_LIMIT_PING_TABLE)]	= "ping_table",
		[ilog2(SOCKPORT_LIMIT_NETLINK_TABLE)]	= "netlink_table",
		[ilog2(SOCKPORT_LIMIT_UDPLITE)]		= "udplite",
		[ilog2(SOCKPORT_LIMIT_HISTORY)]		= "history",
		[ilog2(SOCKPORT_LIMIT_FAILED_CONNECTS)]	= "failed_connects",
		[ilog2(SOCKPORT_LIMIT_UDP_ACCOUNTING)]	= "udp_accounting",
		[ilog2(SOCKPORT_LIMIT_UDP_OPENERS)]	= "udp_openers",
		[ilog2(SOCKPORT_LIMIT_ACCEPT_ACCOUNTING)] = "accept_accounting",
	};
	const unsigned long limits = (u32)atomic_read(&sockport_limits);
	const char *comma = "";
	unsigned int i;

	seq_printf(seq, "%-20s ", "limits");
	for_each_set_bit(i, &limits, ARRAY_SIZE(names)) {
		seq_printf(seq, "%s%s", comma, names[i]);
		comma = ",";
	}
	seq_puts(seq, *comma ? "\n" : "none\n");
}

static int stats_show(struct seq_file *seq, void *v)
{
	const struct reader *reader = seq->private;
	struct sockport_stats *stats = sockport_stats(reader->net);
	const struct {
		const char	*name;
		atomic64_t	*value;
	} lines[] = {
		{ "port_walks",		&stats->port_walks },
		{ "socket_walks",	&stats->socket_walks },
		{ "walked_sockets",	&stats->walked_sockets },
		{ "walk_time_ns",	&stats->walk_ns },
		{ "last_walk_sockets",	&stats->last_sockets },
		{ "last_walk_time_ns",	&stats->last_ns },
		{ "chain_restarts",	&stats->chain_restarts },
		{ "missed_chains",	&stats->missed_chains },
		{ "failed_walks",	&stats->failed_walks },
		{ "open_walks",		&stats->open_walks },
		{ "walk_memory",	&stats->memory },
		{ "file_walks",		&stats->file_walks },
		{ "walked_files",	&stats->walked_files },
		{ "file_walk_time_ns",	&stats->file_walk_ns },
		{ "history_rows",	&stats->ports.rows },
		{ "history_rows_lost",	&stats->ports.lost },
		{ "history_sockets",	&stats->history_sockets },
		{ "history_sockets_lost", &stats->history_sockets_lost },
		{ "closed_doors",	&stats->closed_doors },
		{ "closed_doors_lost",	&stats->closed_doors_lost },
		{ "events_sent",	&stats->events_sent },
		{ "events_lost",	&stats->events_lost },
		{ "longest_hold_ns",	&stats->longest_hold },
		{ "events_made",	&stats->events_made },
		{ "history_rows_given_back", &stats->ports.given_back },
		{ "last_connections",	&stats->last_connections },
		{ "last_connections_lost", &stats->last_connections_lost },
		{ "programs",		&stats->programs.rows },
		{ "programs_lost",	&stats->programs.lost },
		{ "programs_given_back", &stats->programs.given_back },
	};
	unsigned int i;

	seq_puts(seq, "name                 value\n");
	seq_printf(seq, "%-20s %s\n", "version", SOCKPORT_VERSION);
	seq_printf(seq, "%-20s %d\n", "history", sockport_era_is_on());
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(seq, "%-20s %lld\n", lines[i].name,
			   atomic64_read(lines[i].value));
	put_limits(seq);
	return 0;
}

static const struct seq_operations stats_ops = {
	.start	= stats_start,
	.next	= stats_next,
	.stop	= no_stop,
	.show	= stats_show,
};

static const struct sockport_file files[SOCKPORT_FILES] = {
	{ "sockport",		&ports_ops,	ports_end },
	{ "sockport_sockets",	&sockets_ops,	sockets_end },
	{ "sockport_stats",	&stats_ops,	NULL },
};

/*
 * The namespace's files are removed before it is freed, and removing a file
 * waits for who is in here: the namespace is there, though it may be dying.
 */
static struct net *reader_net(const struct sockport_entry *entry)
{
	struct net *net = entry->net;

	if (!net_eq(net, current->nsproxy->net_ns) &&
	    !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return ERR_PTR(-EACCES);
	net = maybe_get_net(net);
	return net ? net : ERR_PTR(-ENXIO);
}

/*
 * A larger buffer than seq_file's own page makes more of each read(); who may
 * not have one gets the page. Caller holds the lock of @seq.
 */
static void reader_buffer(struct seq_file *seq, struct reader *reader)
{
	struct sockport_user *payer;

	payer = sockport_charge(reader->net, BUFFER_SIZE);
	if (!payer)
		return;
	seq->buf = kvmalloc(BUFFER_SIZE, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!seq->buf) {
		sockport_uncharge(reader->net, payer, BUFFER_SIZE);
		return;
	}
	seq->size = BUFFER_SIZE;
	reader->payer = payer;
}

/* All that was in the buffer has been read. Caller holds the lock of @seq. */
static void reader_unbuffer(struct seq_file *seq, struct reader *reader)
{
	kvfree(seq->buf);
	seq->buf = NULL;
	seq->size = 0;
	if (reader->payer)
		sockport_uncharge(reader->net, reader->payer, BUFFER_SIZE);
	reader->payer = NULL;
}

/*
 * What a reader holds is there from the first read() to the end of the file. It
 * goes to who opened the file, also when somebody with more rights was made to
 * read it.
 */
static ssize_t file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	const struct cred *creds = override_creds(iocb->ki_filp->f_cred);
	struct seq_file *seq = iocb->ki_filp->private_data;
	struct reader *reader = seq->private;
	bool more = iov_iter_count(to);
	ssize_t n;

	if (reader->file->end && more) {
		mutex_lock(&seq->lock);
		if (!seq->buf)
			reader_buffer(seq, reader);
		mutex_unlock(&seq->lock);
	}
	n = seq_read_iter(iocb, to);
	if (n == 0 && more) {
		mutex_lock(&seq->lock);
		if (!seq->count)
			reader_unbuffer(seq, reader);
		mutex_unlock(&seq->lock);
	}
	revert_creds(creds);
	return n;
}

/* It makes what is skipped. */
static loff_t file_lseek(struct file *file, loff_t offset, int whence)
{
	const struct cred *creds = override_creds(file->f_cred);
	loff_t pos = seq_lseek(file, offset, whence);

	revert_creds(creds);
	return pos;
}

static int file_open(struct inode *inode, struct file *file)
{
	const struct sockport_entry *entry = pde_data(inode);
	struct reader *reader;
	struct net *net;

	net = reader_net(entry);
	if (IS_ERR(net))
		return PTR_ERR(net);

	reader = __seq_open_private(file, entry->file->ops, sizeof(*reader));
	if (!reader) {
		put_net(net);
		return -ENOMEM;
	}
	reader->file = entry->file;
	reader->net = net;
	sockport_scope_one(&reader->scope, net, net);
	/* Who has it sees marks. Nobody asked for them, so nobody is denied any. */
	reader->net_admin = ns_capable_noaudit(net->user_ns, CAP_NET_ADMIN);
	return 0;
}

static int file_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct reader *reader = seq->private;
	struct net *net = reader->net;

	if (reader->file->end)
		reader->file->end(reader);
	reader_unbuffer(seq, reader);
	seq_release_private(inode, file);
	put_net(net);
	return 0;
}

static const struct proc_ops file_ops = {
	.proc_open	= file_open,
	.proc_read_iter	= file_read_iter,
	.proc_lseek	= file_lseek,
	.proc_release	= file_release,
};

/* The module is about to go: no more files are made. */
static bool leaving;

/**
 * sockport_proc_net_init - make the files of a namespace
 * @net: the namespace
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int __net_init sockport_proc_net_init(struct net *net)
{
	struct sockport_net *sn = sockport_net(net);
	unsigned int i;

	if (READ_ONCE(leaving))
		return 0;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		sn->entry[i].net = net;
		sn->entry[i].file = &files[i];
		if (!proc_create_data(files[i].name, 0444, net->proc_net,
				      &file_ops, &sn->entry[i]))
			goto remove;
	}
	return 0;

remove:
	while (i--)
		remove_proc_entry(files[i].name, net->proc_net);
	return -ENOMEM;
}

/**
 * sockport_proc_net_exit - remove the files of a namespace, if there are any
 * @net: the namespace
 *
 * Context: process context. Waits for who is inside a file and releases those
 * that are open; reading on in one of them gives EIO.
 */
void __net_exit sockport_proc_net_exit(struct net *net)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		remove_proc_subtree(files[i].name, net->proc_net);
}

/**
 * sockport_proc_init - make /proc/sockport
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_proc_init(void)
{
	return proc_symlink("sockport", NULL, "thread-self/net/sockport") ?
	       0 : -ENOMEM;
}

/*
 * Who is inside a file may stay there, for memory or in a fault of its own.
 * Whoever unregisters what namespaces have waits with their lock held, and
 * nobody could make a namespace; so files go before. Without memory they go then.
 */
static void remove_files(void)
{
	struct sockport_scope scope;
	unsigned int i;

	WRITE_ONCE(leaving, true);
	if (sockport_scope_all(&scope, &init_net))
		return;
	for (i = 0; i < scope.count; i++)
		sockport_proc_net_exit(scope.space[i].net);
	sockport_scope_exit(&scope);
}

/**
 * sockport_proc_exit - remove /proc/sockport, and the files of all namespaces
 *
 * Those that are left go with sockport_proc_net_exit().
 *
 * Context: process context, may sleep. Waits for who is inside a file.
 */
void sockport_proc_exit(void)
{
	remove_proc_entry("sockport", NULL);
	remove_files();
}
