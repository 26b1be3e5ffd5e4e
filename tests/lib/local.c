// SPDX-License-Identifier: GPL-2.0
/*
 * local.c - what the kernel shows of sockets without ports
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/xdp_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "die.h"
#include "listing.h"
#include "local.h"
#include "procnet.h"

#define DIFFERENCES_SHOWN	20
#define TEXT			4096

#ifndef AF_XDP
#define AF_XDP	44
#endif

/* Order of struct sk_meminfo; its last word is no part of a row's. */
#define MEMINFO_DROPS	8

/* Flags and states in /proc/net/unix. */
#define SO_ACCEPTCON_FLAG	0x10000
#define CONNECTING		2
#define CONNECTED		3

static struct row *add_row(struct rows *rows, uint8_t kind, uint8_t family, uint8_t type)
{
	struct row *row = rows_add(rows);

	row->protocol = kind;
	row->family = family;
	row->type = type;
	row->extra = EXTRA_TYPE;
	row_set(row, ROW_STATE);
	row->state = SOCKPORT_STATE_CLOSE;
	row_set(row, ROW_IFINDEX);
	return row;
}

static void set_number(struct row *row, uint32_t number)
{
	row->extra |= EXTRA_NUMBER;
	row->number = number;
}

static void set_uid(struct row *row, uint32_t uid)
{
	row_set(row, ROW_UID);
	row->uid = uid;
}

static void set_inode(struct row *row, uint64_t inode)
{
	if (!inode)
		return;
	row_set(row, ROW_INODE);
	row->inode = inode;
}

static void set_cookie(struct row *row, const uint32_t *cookie)
{
	row_set(row, ROW_COOKIE);
	row->cookie = (uint64_t)cookie[1] << 32 | cookie[0];
}

static void set_queues(struct row *row, uint32_t rx, uint32_t tx)
{
	row_set(row, ROW_RX_QUEUE);
	row->rx_queue = rx;
	row_set(row, ROW_TX_QUEUE);
	row->tx_queue = tx;
}

static void set_drops(struct row *row, uint32_t drops)
{
	row_set(row, ROW_DROPS);
	row->drops = drops;
}

static void set_name(struct row *row, const char *name, size_t length)
{
	if (length > sizeof(row->name))
		die("a name of %zu bytes", length);
	row->extra |= EXTRA_NAME;
	row->name_length = length;
	memcpy(row->name, name, length);
}

static void set_memory(struct row *row, const struct nlattr *attr)
{
	const uint32_t *word = mnl_attr_get_payload(attr);

	row_set(row, ROW_MEMORY);
	memcpy(row->memory, word, sizeof(row->memory));
	set_drops(row, word[MEMINFO_DROPS]);
}

/* Returns false when the kernel has no such dump. */
static bool diag_dump(const void *request, size_t size, mnl_cb_t each, struct rows *rows)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	static char buffer[1 << 16];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	ssize_t length;
	int rc = 1;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("sock_diag: %s", strerror(errno));
	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(nlh, size), request, size);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("sock_diag: %s", strerror(errno));
	while (rc > 0) {
		length = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (length < 0)
			die("sock_diag: %s", strerror(errno));
		rc = mnl_cb_run(buffer, length, 0, mnl_socket_get_portid(nl), each, rows);
	}
	if (rc < 0 && errno != ENOENT && errno != EINVAL)
		die("sock_diag: %s", strerror(errno));
	mnl_socket_close(nl);
	return !rc;
}

/* Raw sockets: the port is the protocol. */

static int add_raw(const struct nlmsghdr *nlh, void *rows)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct row *row = add_row(rows, SOCKPORT_PROTOCOL_RAW, msg->idiag_family, SOCK_RAW);
	size_t size = msg->idiag_family == AF_INET ? 4 : 16;
	const struct nlattr *attr;

	memcpy(row->local, msg->id.idiag_src, size);
	memcpy(row->remote, msg->id.idiag_dst, size);
	row->extra |= EXTRA_ADDRESS;
	set_number(row, ntohs(msg->id.idiag_sport));
	row->state = msg->idiag_state;
	row->ifindex = msg->id.idiag_if;
	set_cookie(row, msg->id.idiag_cookie);
	set_queues(row, msg->idiag_rqueue, msg->idiag_wqueue);
	set_uid(row, msg->idiag_uid);
	set_inode(row, msg->idiag_inode);
	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO) {
			set_memory(row, attr);
		} else if (mnl_attr_get_type(attr) == INET_DIAG_MARK) {
			row_set(row, ROW_MARK);
			row->mark = mnl_attr_get_u32(attr);
		}
	}
	return MNL_CB_OK;
}

static struct rows raw_diag(void)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct inet_diag_req_v2 request = {
		.sdiag_protocol = IPPROTO_RAW, .idiag_states = ~0U,
		.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
	};
	struct rows rows = { 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		request.sdiag_family = families[i];
		if (!diag_dump(&request, sizeof(request), add_raw, &rows))
			die("no raw_diag");
	}
	return rows;
}

/* Files in /proc/net like that of UDP. */

struct inet_line {
	char		local[33];
	char		remote[33];
	unsigned int	local_port;
	unsigned int	remote_port;
	unsigned int	state;
	unsigned int	tx_queue;
	unsigned int	rx_queue;
	unsigned int	uid;
	unsigned long	inode;
	unsigned int	drops;
};

static FILE *open_table(const char *name, const char *head)
{
	char file[64], text[512];
	FILE *stream;

	snprintf(file, sizeof(file), "/proc/net/%s", name);
	stream = fopen(file, "r");
	if (!stream || !fgets(text, sizeof(text), stream) || !strstr(text, head))
		die("%s: %s", file, strerror(errno));
	return stream;
}

static void parse_inet(const char *text, struct inet_line *line)
{
	if (sscanf(text, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %x:%x %*x:%*x %*x %u %*u %lu %*d %*s %u",
		   line->local, &line->local_port, line->remote, &line->remote_port, &line->state,
		   &line->tx_queue, &line->rx_queue, &line->uid, &line->inode, &line->drops) != 10)
		die("unknown line in /proc/net: %s", text);
}

static struct row *add_inet_line(struct rows *rows, uint8_t kind, uint8_t family, uint8_t type,
				 const struct inet_line *line)
{
	struct row *row = add_row(rows, kind, family, type);

	procnet_address(line->local, row->local);
	procnet_address(line->remote, row->remote);
	row->extra |= EXTRA_ADDRESS;
	row->state = line->state;
	set_queues(row, line->rx_queue, line->tx_queue);
	set_uid(row, line->uid);
	set_inode(row, line->inode);
	set_drops(row, line->drops);
	return row;
}

static void read_raw(struct rows *rows, const char *name, uint8_t family)
{
	FILE *stream = open_table(name, "local_address");
	struct inet_line line;
	struct row *row;
	char text[512];

	while (fgets(text, sizeof(text), stream)) {
		parse_inet(text, &line);
		row = add_inet_line(rows, SOCKPORT_PROTOCOL_RAW, family, SOCK_RAW, &line);
		set_number(row, line.local_port);
	}
	fclose(stream);
}

static struct rows raw_proc(void)
{
	struct rows rows = { 0 };

	read_raw(&rows, "raw", AF_INET);
	read_raw(&rows, "raw6", AF_INET6);
	return rows;
}

/* Ping sockets of a family that this process has open, by inode. */
static struct rows open_pings(int family)
{
	int fd, last = dup(0), domain, protocol;
	struct rows rows = { 0 };
	socklen_t size = sizeof(int);
	struct stat stat;

	for (fd = 0; fd < last; fd++) {
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) || domain != family ||
		    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) ||
		    (protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6) || fstat(fd, &stat))
			continue;
		set_inode(rows_add(&rows), stat.st_ino);
	}
	close(last);
	return rows;
}

static bool has_row(const struct rows *rows, uint64_t inode)
{
	for_each_row(row, rows)
		if (row->inode == inode)
			return true;
	return false;
}

/*
 * Only the first socket of a chain has to be of the file's family, behind it
 * there are those of the other one too, with their addresses wrong.
 */
static void read_ping(struct rows *rows, const char *name, uint8_t family)
{
	FILE *stream = open_table(name, "local_address");
	struct rows own = open_pings(family);
	struct inet_line line;
	struct row *row;
	char text[512];

	while (fgets(text, sizeof(text), stream)) {
		parse_inet(text, &line);
		if (!has_row(&own, line.inode))
			continue;
		row = add_inet_line(rows, SOCKPORT_PROTOCOL_PING, family, SOCK_DGRAM, &line);
		row->extra |= EXTRA_PORTS;
		row->local_port = line.local_port;
		row->remote_port = line.remote_port;
		set_number(row, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	}
	rows_free(&own);
	fclose(stream);
}

static struct rows ping_proc(void)
{
	struct rows rows = { 0 };

	read_ping(&rows, "icmp", AF_INET);
	read_ping(&rows, "icmp6", AF_INET6);
	return rows;
}

/* UNIX sockets. A path comes with the NUL at its end. */

static void set_unix_name(struct row *row, const struct nlattr *attr)
{
	const char *name = mnl_attr_get_payload(attr);
	size_t length = mnl_attr_get_payload_len(attr);

	if (length && name[0] && !name[length - 1])
		length--;
	set_name(row, name, length);
}

static void set_unix_lengths(struct row *row, const struct nlattr *attr)
{
	const struct unix_diag_rqlen *length = mnl_attr_get_payload(attr);

	if (row->state != SOCKPORT_STATE_LISTEN) {
		set_queues(row, length->udiag_rqueue, length->udiag_wqueue);
		return;
	}
	row_set(row, ROW_BACKLOG);
	row->backlog = length->udiag_rqueue;
	row_set(row, ROW_LIMIT);
	row->limit = length->udiag_wqueue;
}

static void set_unix_peer(struct row *row, const struct nlattr *attr)
{
	row->peer = mnl_attr_get_u32(attr);
	if (row->peer)
		row->extra |= EXTRA_PEER;
}

static int add_unix(const struct nlmsghdr *nlh, void *rows)
{
	const struct unix_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct row *row = add_row(rows, SOCKPORT_PROTOCOL_UNIX, AF_UNIX, msg->udiag_type);
	const struct nlattr *attr;

	row->state = msg->udiag_state;
	set_inode(row, msg->udiag_ino);
	set_cookie(row, msg->udiag_cookie);
	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		switch (mnl_attr_get_type(attr)) {
		case UNIX_DIAG_NAME:
			set_unix_name(row, attr);
			break;
		case UNIX_DIAG_PEER:
			set_unix_peer(row, attr);
			break;
		case UNIX_DIAG_RQLEN:
			set_unix_lengths(row, attr);
			break;
		case UNIX_DIAG_MEMINFO:
			set_memory(row, attr);
			break;
		case UNIX_DIAG_UID:
			set_uid(row, mnl_attr_get_u32(attr));
			break;
		}
	}
	return MNL_CB_OK;
}

static struct rows unix_diag(void)
{
	struct unix_diag_req request = {
		.sdiag_family = AF_UNIX, .udiag_states = ~0U,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN |
			      UDIAG_SHOW_MEMINFO | UDIAG_SHOW_UID,
	};
	struct rows rows = { 0 };

	if (!diag_dump(&request, sizeof(request), add_unix, &rows))
		die("no unix_diag");
	return rows;
}

/* It passes over connections that nobody has accepted. */
static bool has_inode(const struct row *row)
{
	return row->known & ROW_INODE;
}

/* A name may have newlines: what does not look like a line belongs to it. */
static struct rows unix_proc(void)
{
	FILE *stream = open_table("unix", "RefCount");
	unsigned int flags, type, state;
	struct row *row = NULL;
	struct rows rows = { 0 };
	unsigned long inode;
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	int begin;

	while ((length = getline(&text, &room, stream)) > 0) {
		begin = 0;
		sscanf(text, "%*16[0-9a-f]: %*8x %*8x %8x %4x %2x %lu%n", &flags, &type, &state,
		       &inode, &begin);
		if (!begin) {
			/* The newline that was taken for the end of a line. */
			row->name[row->name_length++] = '\n';
			memcpy(row->name + row->name_length, text, length - 1);
			row->name_length += length - 1;
			continue;
		}
		row = add_row(&rows, SOCKPORT_PROTOCOL_UNIX, AF_UNIX, type);
		set_inode(row, inode);
		if (flags & SO_ACCEPTCON_FLAG)
			row->state = SOCKPORT_STATE_LISTEN;
		else if (state == CONNECTING || state == CONNECTED)
			row->state = SOCKPORT_STATE_ESTABLISHED;
		if (text[begin] == ' ')
			set_name(row, text + begin + 1, length - begin - 2);
	}
	free(text);
	fclose(stream);
	return rows;
}

/* It shows each NUL as @. */
static void blur_name(struct row *row)
{
	unsigned int i;

	for (i = 0; i < row->name_length; i++)
		if (!row->name[i])
			row->name[i] = '@';
}

/* Packet sockets. The interface is -1 after it has gone. */

static void set_device(struct row *row, int ifindex)
{
	row->ifindex = ifindex > 0 ? ifindex : 0;
}

static int add_packet(const struct nlmsghdr *nlh, void *rows)
{
	const struct packet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct row *row = add_row(rows, SOCKPORT_PROTOCOL_PACKET, AF_PACKET, msg->pdiag_type);
	const struct packet_diag_info *info;
	const struct nlattr *attr;

	set_number(row, msg->pdiag_num);
	set_inode(row, msg->pdiag_ino);
	set_cookie(row, msg->pdiag_cookie);
	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		switch (mnl_attr_get_type(attr)) {
		case PACKET_DIAG_INFO:
			info = mnl_attr_get_payload(attr);
			set_device(row, info->pdi_index);
			break;
		case PACKET_DIAG_MEMINFO:
			set_memory(row, attr);
			break;
		case PACKET_DIAG_UID:
			set_uid(row, mnl_attr_get_u32(attr));
			break;
		}
	}
	return MNL_CB_OK;
}

static struct rows packet_diag(void)
{
	struct packet_diag_req request = {
		.sdiag_family = AF_PACKET, .pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO,
	};
	struct rows rows = { 0 };

	if (!diag_dump(&request, sizeof(request), add_packet, &rows))
		die("no packet_diag");
	return rows;
}

static struct rows packet_proc(void)
{
	FILE *stream = open_table("packet", "Iface");
	unsigned int type, protocol, rmem, uid;
	struct rows rows = { 0 };
	unsigned long inode;
	struct row *row;
	char text[512];
	int ifindex;

	while (fgets(text, sizeof(text), stream)) {
		if (sscanf(text, "%*s %*d %u %x %d %*d %u %u %lu", &type, &protocol, &ifindex,
			   &rmem, &uid, &inode) != 6)
			die("unknown line in /proc/net/packet: %s", text);
		row = add_row(&rows, SOCKPORT_PROTOCOL_PACKET, AF_PACKET, type);
		set_number(row, protocol);
		set_device(row, ifindex);
		row_set(row, ROW_RX_QUEUE);
		row->rx_queue = rmem;
		set_uid(row, uid);
		set_inode(row, inode);
	}
	fclose(stream);
	return rows;
}

/* A socket of type SOCK_PACKET tells nobody its protocol but these. */
static void blur_number(struct row *row)
{
	if (row->type == SOCK_PACKET)
		row->extra &= ~EXTRA_NUMBER;
}

/* XDP sockets, where the kernel has that. */

static int add_xdp(const struct nlmsghdr *nlh, void *rows)
{
	const struct xdp_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct row *row = add_row(rows, SOCKPORT_PROTOCOL_XDP, AF_XDP, msg->xdiag_type);
	const struct xdp_diag_info *info;
	const struct nlattr *attr;

	set_inode(row, msg->xdiag_ino);
	set_cookie(row, msg->xdiag_cookie);
	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		switch (mnl_attr_get_type(attr)) {
		case XDP_DIAG_INFO:
			info = mnl_attr_get_payload(attr);
			row->ifindex = info->ifindex;
			row->queue_id = info->queue_id;
			if (row->ifindex)
				row->extra |= EXTRA_QUEUE_ID;
			break;
		case XDP_DIAG_UID:
			set_uid(row, mnl_attr_get_u32(attr));
			break;
		}
	}
	return MNL_CB_OK;
}

static struct rows xdp_diag(void)
{
	struct xdp_diag_req request = { .sdiag_family = AF_XDP, .xdiag_show = XDP_SHOW_INFO };
	struct rows rows = { 0 };

	if (diag_dump(&request, sizeof(request), add_xdp, &rows))
		return rows;
	/* Nobody shows any then. */
	rows.count = 0;
	return rows;
}

static bool xdp_is_shown(const struct row *row)
{
	static int shown = -1;
	struct xdp_diag_req request = { .sdiag_family = AF_XDP };
	struct rows rows = { 0 };

	(void)row;
	if (shown < 0) {
		shown = diag_dump(&request, sizeof(request), add_xdp, &rows);
		rows_free(&rows);
	}
	return shown;
}

/* Our own text: no family but by addresses, and one sign for NUL and for @. */
static void blur_text(struct row *row)
{
	row->family = 0;
	blur_name(row);
}

#define TEXT_ORACLE(PROTOCOL) \
	{ .name = "sockport_sockets", .kind = SOCKPORT_PROTOCOL_##PROTOCOL, .read = proc_rows, \
	  .fields = ROW_ALL & ~(ROW_MEMORY | ROW_CONGESTION | ROW_TCP_INFO | ROW_V6ONLY), \
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME | \
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS, \
	  .blur = blur_text }

#define BASE	(ROW_STATE | ROW_IFINDEX | ROW_UID | ROW_INODE)

const struct oracle local_oracles[] = {
	{ .name = "raw_diag", .kind = SOCKPORT_PROTOCOL_RAW, .read = raw_diag,
	  .fields = BASE | ROW_QUEUES | ROW_BACKLOG | ROW_LIMIT | ROW_COOKIE | ROW_MEMORY |
		    ROW_DROPS | ROW_MARK | ROW_ROLE | ROW_TIMER,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME |
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS },
	{ .name = "/proc/net/raw", .kind = SOCKPORT_PROTOCOL_RAW, .read = raw_proc,
	  .fields = ROW_STATE | ROW_UID | ROW_INODE | ROW_QUEUES | ROW_DROPS,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_NUMBER },
	{ .name = "/proc/net/icmp", .kind = SOCKPORT_PROTOCOL_PING, .read = ping_proc,
	  .fields = ROW_STATE | ROW_UID | ROW_INODE | ROW_QUEUES | ROW_DROPS | ROW_BACKLOG |
		    ROW_LIMIT | ROW_ROLE | ROW_TIMER,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME |
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS },
	{ .name = "unix_diag", .kind = SOCKPORT_PROTOCOL_UNIX, .read = unix_diag,
	  .fields = BASE | ROW_QUEUES | ROW_BACKLOG | ROW_LIMIT | ROW_COOKIE | ROW_MEMORY |
		    ROW_DROPS | ROW_ROLE | ROW_TIMER,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME |
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS,
	  .shows = has_inode },
	{ .name = "/proc/net/unix", .kind = SOCKPORT_PROTOCOL_UNIX, .read = unix_proc,
	  .fields = ROW_STATE | ROW_INODE, .extras = EXTRA_TYPE | EXTRA_NAME,
	  .blur = blur_name },
	{ .name = "packet_diag", .kind = SOCKPORT_PROTOCOL_PACKET, .read = packet_diag,
	  .fields = BASE | ROW_BACKLOG | ROW_LIMIT | ROW_COOKIE | ROW_MEMORY | ROW_DROPS |
		    ROW_ROLE | ROW_TIMER,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME |
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS,
	  .blur = blur_number },
	{ .name = "/proc/net/packet", .kind = SOCKPORT_PROTOCOL_PACKET, .read = packet_proc,
	  .fields = BASE | ROW_RX_QUEUE, .extras = EXTRA_TYPE | EXTRA_NUMBER,
	  .blur = blur_number },
	{ .name = "xdp_diag", .kind = SOCKPORT_PROTOCOL_XDP, .read = xdp_diag,
	  .fields = BASE | ROW_COOKIE | ROW_QUEUES | ROW_BACKLOG | ROW_ROLE | ROW_TIMER,
	  .extras = EXTRA_ADDRESS | EXTRA_PORTS | EXTRA_TYPE | EXTRA_NUMBER | EXTRA_NAME |
		    EXTRA_PEER | EXTRA_QUEUE_ID | EXTRA_GROUPS,
	  .shows = xdp_is_shown },
	TEXT_ORACLE(RAW), TEXT_ORACLE(PING), TEXT_ORACLE(UNIX), TEXT_ORACLE(PACKET),
	TEXT_ORACLE(XDP),
	{ 0 },
};

/* A row as a line of all that the oracle speaks about. */

static char *hex(char *at, const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;

	while (count--)
		at += sprintf(at, "%02x", *byte++);
	return at;
}

static char *put_name(char *at, const struct row *row)
{
	unsigned int i;

	for (i = 0; i < row->name_length; i++)
		at += sprintf(at, row->name[i] > ' ' && row->name[i] < 127 && row->name[i] != '\\' ?
			      "%c" : "\\%03o", (unsigned char)row->name[i]);
	return at;
}

static void put_extras(char *at, const struct row *row, unsigned int extras)
{
	if (extras & EXTRA_TYPE)
		at += sprintf(at, " type %u", row->type);
	if (extras & EXTRA_NUMBER)
		at += sprintf(at, " number %u", row->number);
	if (extras & EXTRA_PEER)
		at += sprintf(at, " peer %llu", (unsigned long long)row->peer);
	if (extras & EXTRA_QUEUE_ID)
		at += sprintf(at, " queue %u", row->queue_id);
	if (extras & EXTRA_PORTS)
		at += sprintf(at, " ports %u %u", row->local_port, row->remote_port);
	if (extras & EXTRA_ADDRESS) {
		at = hex(stpcpy(at, " local "), row->local, sizeof(row->local));
		at = hex(stpcpy(at, " remote "), row->remote, sizeof(row->remote));
	}
	if (extras & EXTRA_GROUPS)
		at += sprintf(at, " groups %u", row->groups);
	if (extras & EXTRA_NAME)
		at = put_name(stpcpy(at, " name "), row);
	*at = 0;
}

static char *row_line(const struct oracle *oracle, const struct row *row)
{
	const struct row_field_name *field;
	char text[TEXT], value[ROW_TEXT], *at = text;
	struct row blurred = *row;

	if (oracle->blur)
		oracle->blur(&blurred);
	at += sprintf(at, "%s family %u", protocol_name(row->protocol), blurred.family);
	for (field = row_field_names; field->name; field++)
		if (field->field & oracle->fields && field->field & row->known)
			at += sprintf(at, " %s %s", field->name,
				      row_value(&blurred, field->field, value));
	put_extras(at, &blurred, blurred.extra & oracle->extras);
	return strdup(text);
}

struct lines {
	char	**line;
	size_t	count;
};

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct lines lines_of(const struct oracle *oracle, const struct rows *rows)
{
	struct lines lines = { .line = calloc(rows->count + 1, sizeof(char *)) };

	for_each_row(row, rows)
		if (row->protocol == oracle->kind && (!oracle->shows || oracle->shows(row)))
			lines.line[lines.count++] = row_line(oracle, row);
	qsort(lines.line, lines.count, sizeof(char *), compare_lines);
	return lines;
}

static void lines_free(struct lines *lines)
{
	while (lines->count)
		free(lines->line[--lines->count]);
	free(lines->line);
}

static void differ(const char *name, unsigned int *differences, const char *whose, const char *line)
{
	if (name && (*differences)++ < DIFFERENCES_SHOWN)
		note("%s: only %s: %s", name, whose, line);
	else if (!name)
		++*differences;
}

/* Without a name, without words. */
static unsigned int compare(const char *name, const struct oracle *oracle, const struct rows *shown,
			    const struct rows *ours)
{
	struct lines theirs = lines_of(oracle, shown), own = lines_of(oracle, ours);
	unsigned int differences = 0;
	size_t i = 0, j = 0;
	int order;

	if (name && (theirs.count || own.count))
		note("%s: %zu sockets, %zu listed", name, theirs.count, own.count);
	while (i < theirs.count || j < own.count) {
		order = i == theirs.count ? 1 : j == own.count ? -1 :
			strcmp(theirs.line[i], own.line[j]);
		if (order < 0)
			differ(name, &differences, "there", theirs.line[i]);
		else if (order > 0)
			differ(name, &differences, "listed", own.line[j]);
		i += order <= 0;
		j += order >= 0;
	}
	lines_free(&theirs);
	lines_free(&own);
	return differences;
}

unsigned int oracle_compare(const struct oracle *oracle, const struct rows *shown,
			    const struct rows *ours)
{
	return compare(oracle->name, oracle, shown, ours);
}

bool oracle_same(const struct oracle *oracle, const struct rows *one, const struct rows *other)
{
	return !compare(NULL, oracle, one, other);
}
