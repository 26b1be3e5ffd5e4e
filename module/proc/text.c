// SPDX-License-Identifier: GPL-2.0
/*
 * Records and port rows as lines of text
 *
 * Columns are separated by blanks, and only ever appended. A "-" stands for
 * what is unknown or not the reader's to see. Lines are put together here and
 * not with seq_printf(), which would take most of the time of a listing.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/socket.h>
#include <linux/uidgid.h>

#include "compat.h"
#include "history/rows.h"
#include "ports/port.h"
#include "proc/text.h"
#include "walk/record.h"

const char sockport_text_ports_head[] =
	"proto   role port  fam state    sockets rx_queue tx_queue backlog limit  drops uids states           accepted opened   failed   closed   rst_in   rst_out  bytes_in     bytes_out    segs_in    segs_out   retrans last_active\n";
const char sockport_text_sockets_head[] =
	"proto   role state       local           lport remote          rport dev rx_queue tx_queue backlog limit drops uid   inode    cookie   timer      expires retr mark v6only type detail\n";

/* Padded with blanks to two words, so that a column takes two stores. */
struct name {
	union {
		char	text[17];
		u64	word[2];
	};
	unsigned int	len;
};

#define NAME(string, length)	{ .text = string, .len = length }

static const struct name none = NAME("-               ", 1);

static const struct name protocol_names[] = {
	[SOCKPORT_PROTOCOL_TCP]		= NAME("tcp             ", 3),
	[SOCKPORT_PROTOCOL_UDP]		= NAME("udp             ", 3),
	[SOCKPORT_PROTOCOL_UDPLITE]	= NAME("udplite         ", 7),
	[SOCKPORT_PROTOCOL_RAW]		= NAME("raw             ", 3),
	[SOCKPORT_PROTOCOL_PING]	= NAME("ping            ", 4),
	[SOCKPORT_PROTOCOL_UNIX]	= NAME("unix            ", 4),
	[SOCKPORT_PROTOCOL_PACKET]	= NAME("packet          ", 6),
	[SOCKPORT_PROTOCOL_NETLINK]	= NAME("netlink         ", 7),
	[SOCKPORT_PROTOCOL_SCTP]	= NAME("sctp            ", 4),
	[SOCKPORT_PROTOCOL_MPTCP]	= NAME("mptcp           ", 5),
	[SOCKPORT_PROTOCOL_VSOCK]	= NAME("vsock           ", 5),
	[SOCKPORT_PROTOCOL_XDP]		= NAME("xdp             ", 3),
	[SOCKPORT_PROTOCOL_OTHER]	= NAME("other           ", 5),
};

static const struct name role_names[] = {
	[0]				= NAME("-               ", 1),
	[SOCKPORT_ROLE_IN]		= NAME("in              ", 2),
	[SOCKPORT_ROLE_OUT]		= NAME("out             ", 3),
};

static const struct name port_state_names[] = {
	[0]				= NAME("-               ", 1),
	[SOCKPORT_PORT_STATE_OPEN]	= NAME("open            ", 4),
	[SOCKPORT_PORT_STATE_ASSIGNED]	= NAME("assigned        ", 8),
	[SOCKPORT_PORT_STATE_DRAINING]	= NAME("draining        ", 8),
	[SOCKPORT_PORT_STATE_CLOSED]	= NAME("closed          ", 6),
};

static const struct name state_names[] = {
	[0]				= NAME("-               ", 1),
	[SOCKPORT_STATE_ESTABLISHED]	= NAME("ESTABLISHED     ", 11),
	[SOCKPORT_STATE_SYN_SENT]	= NAME("SYN_SENT        ", 8),
	[SOCKPORT_STATE_SYN_RECV]	= NAME("SYN_RECV        ", 8),
	[SOCKPORT_STATE_FIN_WAIT1]	= NAME("FIN_WAIT1       ", 9),
	[SOCKPORT_STATE_FIN_WAIT2]	= NAME("FIN_WAIT2       ", 9),
	[SOCKPORT_STATE_TIME_WAIT]	= NAME("TIME_WAIT       ", 9),
	[SOCKPORT_STATE_CLOSE]		= NAME("CLOSE           ", 5),
	[SOCKPORT_STATE_CLOSE_WAIT]	= NAME("CLOSE_WAIT      ", 10),
	[SOCKPORT_STATE_LAST_ACK]	= NAME("LAST_ACK        ", 8),
	[SOCKPORT_STATE_LISTEN]		= NAME("LISTEN          ", 6),
	[SOCKPORT_STATE_CLOSING]	= NAME("CLOSING         ", 7),
};

static const struct name timer_names[] = {
	[SOCKPORT_TIMER_OFF]		= NAME("off             ", 3),
	[SOCKPORT_TIMER_RETRANSMIT]	= NAME("retransmit      ", 10),
	[SOCKPORT_TIMER_KEEPALIVE]	= NAME("keepalive       ", 9),
	[SOCKPORT_TIMER_TIMEWAIT]	= NAME("timewait        ", 8),
	[SOCKPORT_TIMER_PROBE]		= NAME("probe           ", 5),
};

/*
 * A line under way, in the buffer of the file. Columns are padded to their
 * width and ended by a blank. No single one is longer than 48 characters, but
 * for the name, of which each byte may take four; the lists at the end of a
 * line are bounded too, so LINE_ROOM is enough, with words of padding to spare.
 */
struct line {
	char	*begin;
	char	*at;
};

#define LINE_ROOM	1280
#define DETAIL		(SOCKPORT_HAS_NUMBER | SOCKPORT_HAS_PEER | \
			 SOCKPORT_HAS_GROUPS | SOCKPORT_HAS_QUEUE_ID | \
			 SOCKPORT_HAS_ASSOCIATION)
#define BLANKS		0x2020202020202020ULL

/* Returns false when the buffer has no room: seq_file comes back then. */
static bool line_begin(struct line *line, struct seq_file *seq)
{
	if (seq_get_buf(seq, &line->begin) < LINE_ROOM) {
		seq_commit(seq, -1);
		return false;
	}
	line->at = line->begin;
	return true;
}

static void line_end(struct line *line, struct seq_file *seq)
{
	/* The blank after the last column becomes the end of the line. */
	line->at[-1] = '\n';
	seq_commit(seq, line->at - line->begin);
}

static void put_two_words(struct line *line, u64 first, u64 second)
{
	put_unaligned(first, (u64 *)line->at);
	put_unaligned(second, (u64 *)line->at + 1);
}

static void end_column(struct line *line, char *column, unsigned int width)
{
	if (line->at < column + width) {
		put_two_words(line, BLANKS, BLANKS);
		line->at = column + width;
	}
	*line->at++ = ' ';
}

/* A column of one character. */
static void put_char(struct line *line, char c, unsigned int width)
{
	put_two_words(line, BLANKS, BLANKS);
	*line->at = c;
	line->at += width + 1;
}

static void put_name(struct line *line, const struct name *name)
{
	put_two_words(line, name->word[0], name->word[1]);
	line->at += name->len;
}

/* Two digits a division. */
static void put_digits(struct line *line, u64 value)
{
	u8 pairs[10];
	unsigned int n = 0;
	u32 rest;

	while (value > U32_MAX) {
		value = div_u64_rem(value, 100, &rest);
		pairs[n++] = rest;
	}
	for (rest = value; rest >= 100; rest /= 100)
		pairs[n++] = rest % 100;
	if (rest >= 10)
		*line->at++ = '0' + rest / 10;
	*line->at++ = '0' + rest % 10;
	while (n--) {
		line->at[0] = '0' + pairs[n] / 10;
		line->at[1] = '0' + pairs[n] % 10;
		line->at += 2;
	}
}

/* No name is longer than its column, nor is that than two words. */
static void put_word(struct line *line, const struct name *name,
		     unsigned int width)
{
	put_two_words(line, name->word[0], name->word[1]);
	line->at += width + 1;
}

static void put_large(struct line *line, u64 value, unsigned int width)
{
	char *column = line->at;

	put_digits(line, value);
	end_column(line, column, width);
}

/* Most numbers have one digit. */
static void put_number(struct line *line, u64 value, unsigned int width)
{
	if (value < 10)
		put_char(line, '0' + value, width);
	else
		put_large(line, value, width);
}

/* A number, or "-" when it is not known. */
static void put_known(struct line *line, bool known, u64 value,
		      unsigned int width)
{
	if (known)
		put_number(line, value, width);
	else
		put_char(line, '-', width);
}

static void put_octet(struct line *line, unsigned int octet)
{
	if (octet >= 100) {
		*line->at++ = '0' + octet / 100;
		octet %= 100;
		*line->at++ = '0' + octet / 10;
	} else if (octet >= 10) {
		*line->at++ = '0' + octet / 10;
	}
	*line->at++ = '0' + octet % 10;
}

static void put_ipv4(struct line *line, __be32 address)
{
	const u8 *octet = (const u8 *)&address;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		put_octet(line, octet[i]);
		*line->at++ = '.';
	}
	line->at--;
}

static void put_address(struct line *line, const struct sockport_record *rec,
			const union sockport_address *address)
{
	char *column = line->at;

	if (!(rec->has & SOCKPORT_HAS_ADDRESS) && rec->protocol != SOCKPORT_PROTOCOL_VSOCK) {
		put_char(line, '-', 15);
		return;
	}
	switch (rec->family) {
	case AF_INET6:
		line->at += sprintf(line->at, "%pI6c", &address->v6);
		break;
	case AF_VSOCK:
		put_digits(line, address->cid);
		break;
	default:
		put_ipv4(line, address->v4);
	}
	end_column(line, column, 15);
}

/* An abstract name begins with a NUL, shown as @; the rest as in /proc/mounts. */
static void put_path(struct line *line, const char *name, unsigned int len)
{
	unsigned int i;
	bool plain;
	u8 c;

	for (i = 0; i < len; i++) {
		c = name[i];
		/* A path may begin with one of its own. */
		plain = c > ' ' && c < 127 && c != '\\' && (i || c != '@');
		if (!c) {
			c = '@';
			plain = true;
		}
		if (plain) {
			*line->at++ = c;
			continue;
		}
		*line->at++ = '\\';
		*line->at++ = '0' + (c >> 6);
		*line->at++ = '0' + (c >> 3 & 7);
		*line->at++ = '0' + (c & 7);
	}
}

static void put_key(struct line *line, const char *column, const char *key)
{
	if (line->at > column)
		*line->at++ = ',';
	while (*key)
		*line->at++ = *key++;
	*line->at++ = '=';
}

/*
 * What few kinds have, as a list of key=value; a name comes last, for there may
 * be commas in it.
 */
static void put_detail(struct line *line, const struct sockport_record *rec,
		       const struct sockport_detail *detail)
{
	const u32 has = rec->has;
	char *column = line->at;

	if (has & SOCKPORT_HAS_NUMBER) {
		put_key(line, column, "number");
		put_digits(line, detail->number);
	}
	if (has & SOCKPORT_HAS_PEER) {
		put_key(line, column, "peer");
		put_digits(line, detail->peer_inode);
	}
	if (has & SOCKPORT_HAS_GROUPS) {
		put_key(line, column, "groups");
		line->at += sprintf(line->at, "%08x", detail->groups);
	}
	if (has & SOCKPORT_HAS_QUEUE_ID) {
		put_key(line, column, "queue");
		put_digits(line, detail->queue_id);
	}
	if (has & SOCKPORT_HAS_ASSOCIATION) {
		put_key(line, column, "assoc");
		put_digits(line, detail->association_state);
	}
	if (rec->name_len) {
		put_key(line, column, "name");
		put_path(line, detail->name, rec->name_len);
	}
	if (line->at == column)
		put_name(line, &none);
	*line->at++ = ' ';
}

/**
 * sockport_text_socket - write the line of a socket
 * @seq: file to write to
 * @rec: the socket
 * @detail: its detail, or NULL
 * @user_ns: user namespace of the reader, for the owner's uid
 * @net_admin: the reader has CAP_NET_ADMIN over the network namespace
 */
void sockport_text_socket(struct seq_file *seq,
			  const struct sockport_record *rec,
			  const struct sockport_detail *detail,
			  struct user_namespace *user_ns, bool net_admin)
{
	const bool backlog = rec->has & SOCKPORT_HAS_BACKLOG;
	const bool ports = rec->has & SOCKPORT_HAS_PORTS;
	const bool queues = rec->has & SOCKPORT_HAS_QUEUES;
	const bool timer = rec->has & SOCKPORT_HAS_TIMER;
	const bool uid = rec->has & SOCKPORT_HAS_UID;
	struct line line;

	if (!line_begin(&line, seq))
		return;
	put_word(&line, &protocol_names[rec->protocol], 7);
	put_word(&line, &role_names[rec->role], 4);
	put_word(&line, &state_names[rec->state], 11);
	put_address(&line, rec, &rec->local);
	put_known(&line, ports, rec->local_port, 5);
	put_address(&line, rec, &rec->remote);
	put_known(&line, ports, rec->remote_port, 5);
	put_known(&line, rec->ifindex, rec->ifindex, 3);
	put_known(&line, queues, rec->rx_queue, 8);
	put_known(&line, queues, rec->tx_queue, 8);
	put_known(&line, backlog, rec->backlog, 7);
	put_known(&line, backlog, rec->backlog_limit, 5);
	put_known(&line, rec->has & SOCKPORT_HAS_DROPS, rec->drops, 5);
	put_known(&line, uid, uid ? from_kuid_munged(user_ns, rec->uid) : 0, 5);
	put_known(&line, rec->has & SOCKPORT_HAS_INODE, rec->inode, 8);
	put_known(&line, rec->has & SOCKPORT_HAS_COOKIE, rec->cookie, 8);
	put_word(&line, timer ? &timer_names[rec->timer] : &none, 10);
	put_known(&line, timer && rec->timer, rec->expires, 7);
	put_known(&line, timer, rec->retransmits, 4);
	put_known(&line, net_admin && rec->has & SOCKPORT_HAS_MARK,
		  rec->mark, 4);
	put_known(&line, rec->family == AF_INET6, rec->v6only, 6);
	put_known(&line, rec->has & SOCKPORT_HAS_TYPE, rec->type, 4);
	if (detail && (rec->has & DETAIL || rec->name_len))
		put_detail(&line, rec, detail);
	else
		put_char(&line, '-', 1);
	line_end(&line, seq);
}

static void put_families(struct line *line, u8 families)
{
	static const struct name names[] = {
		NAME("-               ", 1),
		NAME("4               ", 1),
		NAME("6               ", 1),
		NAME("4+6             ", 3),
	};

	/* Neither of them is vsock. */
	put_word(line, &names[families & 3], 3);
}

static void put_uids(struct line *line, const struct sockport_port *port,
		     struct user_namespace *user_ns)
{
	char *column = line->at;
	unsigned int i;

	for (i = 0; i < port->uids; i++) {
		if (i)
			*line->at++ = ',';
		put_digits(line, from_kuid_munged(user_ns, port->uid[i]));
	}
	if (port->uids_more) {
		*line->at++ = ',';
		*line->at++ = '+';
	}
	if (!port->uids)
		put_name(line, &none);
	end_column(line, column, 4);
}

static void put_states(struct line *line, const struct sockport_port *port)
{
	char *column = line->at;
	unsigned int i;

	for (i = 0; i <= SOCKPORT_STATE_MAX; i++) {
		if (!port->states[i])
			continue;
		if (line->at > column)
			*line->at++ = ',';
		put_name(line, &state_names[i]);
		*line->at++ = ':';
		put_digits(line, port->states[i]);
	}
	if (line->at == column)
		put_name(line, &none);
	end_column(line, column, 16);
}

static void put_total(struct line *line, const struct sockport_port *port,
		      unsigned int value, unsigned int width)
{
	const struct sockport_totals *totals = port->totals;
	bool known = totals &&
		     sockport_totals_know(totals, port->protocol, value);

	put_known(line, known, known ? totals->value[value] : 0, width);
}

#define FAILED	(BIT(SOCKPORT_A_HISTORY_REFUSED) | \
		 BIT(SOCKPORT_A_HISTORY_TIMED_OUT) | \
		 BIT(SOCKPORT_A_HISTORY_UNREACHABLE) | \
		 BIT(SOCKPORT_A_HISTORY_FAILED) | \
		 BIT(SOCKPORT_A_HISTORY_NO_LOCAL_PORT) | \
		 BIT(SOCKPORT_A_HISTORY_RESET_OPENING) | \
		 BIT(SOCKPORT_A_HISTORY_GIVEN_UP))
#define ENDED	(BIT(SOCKPORT_A_HISTORY_CLOSED) | \
		 BIT(SOCKPORT_A_HISTORY_CLOSED_BY_PEER) | \
		 BIT(SOCKPORT_A_HISTORY_BROKEN))

/* Of several counters, all of TCP. */
static void put_sum(struct line *line, const struct sockport_port *port,
		    unsigned long counters, unsigned int width)
{
	bool known = port->totals && port->protocol == SOCKPORT_PROTOCOL_TCP;
	u64 sum = 0;
	unsigned int i;

	if (known)
		for_each_set_bit(i, &counters, BITS_PER_LONG)
			sum += port->totals->value[i];
	put_known(line, known, sum, width);
}

static void put_totals(struct line *line, const struct sockport_port *port)
{
	put_total(line, port, SOCKPORT_A_HISTORY_ACCEPTED, 8);
	put_total(line, port, SOCKPORT_A_HISTORY_OPENED, 8);
	put_sum(line, port, FAILED, 8);
	put_sum(line, port, ENDED, 8);
	put_total(line, port, SOCKPORT_A_HISTORY_RESETS_RECEIVED, 8);
	put_total(line, port, SOCKPORT_A_HISTORY_RESETS_SENT, 8);
	put_total(line, port, SOCKPORT_A_HISTORY_BYTES_IN, 12);
	put_total(line, port, SOCKPORT_A_HISTORY_BYTES_OUT, 12);
	put_total(line, port, SOCKPORT_A_HISTORY_SEGMENTS_IN, 10);
	put_total(line, port, SOCKPORT_A_HISTORY_SEGMENTS_OUT, 10);
	put_total(line, port, SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS, 7);
	put_total(line, port, SOCKPORT_A_HISTORY_LAST_ACTIVE, 1);
}

/**
 * sockport_text_port - write the line of a port
 * @seq: file to write to
 * @port: row of the port table
 * @user_ns: user namespace of the reader, for the owners' uids
 */
void sockport_text_port(struct seq_file *seq, const struct sockport_port *port,
			struct user_namespace *user_ns)
{
	struct line line;

	if (!line_begin(&line, seq))
		return;
	put_word(&line, &protocol_names[port->protocol], 7);
	put_word(&line, &role_names[port->role], 4);
	put_number(&line, port->port, 5);
	put_families(&line, port->families);
	put_word(&line, &port_state_names[sockport_port_state(port)], 8);
	put_number(&line, port->sockets, 7);
	put_number(&line, port->rx_queue, 8);
	put_number(&line, port->tx_queue, 8);
	put_known(&line, port->listeners, port->backlog, 7);
	put_known(&line, port->listeners, port->backlog_limit, 6);
	put_number(&line, port->drops, 5);
	put_uids(&line, port, user_ns);
	put_states(&line, port);
	put_totals(&line, port);
	line_end(&line, seq);
}
