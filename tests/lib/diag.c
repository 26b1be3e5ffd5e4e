// SPDX-License-Identifier: GPL-2.0
/*
 * diag.c - what sock_diag says of sockets
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "die.h"

/* Order of struct sk_meminfo; its last word is no part of a row's. */
#define MEMINFO_DROPS	8

/* States that the kernel's dump may show beyond those all versions have. */
#define STATES		((2 << SOCKPORT_STATE_MAX) - 1)

struct dump {
	struct rows	*rows;
	uint8_t		protocol;
	const void *program;
	size_t length;
	struct row	*row;
};

static bool full(const struct row *row)
{
	return row->timer != SOCKPORT_TIMER_TIMEWAIT &&
	       !(row->protocol == SOCKPORT_PROTOCOL_TCP && row->told & ROW_STATE &&
		 row->state == SOCKPORT_STATE_SYN_RECV && !(row->told & ROW_MEMORY));
}

static int add_attribute(const struct nlattr *attr, void *data)
{
	const uint32_t *word = mnl_attr_get_payload(attr);
	struct row *row = ((struct dump *)data)->row;
	uint32_t length = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case INET_DIAG_SKMEMINFO:
		row_set(row, ROW_MEMORY);
		memcpy(row->memory, word, sizeof(row->memory));
		row_set(row, ROW_DROPS);
		row->drops = word[MEMINFO_DROPS];
		break;
	case INET_DIAG_MARK:
		row_set(row, ROW_MARK);
		row->mark = *word;
		break;
	case INET_DIAG_SKV6ONLY:
		row_set(row, ROW_V6ONLY);
		row->v6only = mnl_attr_get_u8(attr);
		break;
	case INET_DIAG_CONG:
		row_set(row, ROW_CONGESTION);
		strncpy(row->congestion, mnl_attr_get_str(attr), sizeof(row->congestion) - 1);
		break;
	case INET_DIAG_INFO:
		row_set(row, ROW_TCP_INFO);
		row->info_length = length;
		memcpy(&row->info, word, length < sizeof(row->info) ? length : sizeof(row->info));
		break;
	}
	return MNL_CB_OK;
}

static void set_tuple(struct row *row, const struct inet_diag_msg *msg)
{
	size_t size = msg->idiag_family == AF_INET ? 4 : 16;

	row->family = msg->idiag_family;
	memcpy(row->local, msg->id.idiag_src, size);
	memcpy(row->remote, msg->id.idiag_dst, size);
	row->local_port = ntohs(msg->id.idiag_sport);
	row->remote_port = ntohs(msg->id.idiag_dport);
	row_set(row, ROW_IFINDEX);
	row->ifindex = msg->id.idiag_if;
	row_set(row, ROW_COOKIE);
	row->cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
}

static void set_timer(struct row *row, const struct inet_diag_msg *msg)
{
	row->told |= ROW_TIMER | ROW_RETRANSMITS;
	if (row->protocol != SOCKPORT_PROTOCOL_TCP)
		return;
	row_set(row, ROW_TIMER);
	row->timer = msg->idiag_timer;
	row_set(row, ROW_RETRANSMITS);
	row->retransmits = msg->idiag_retrans;
	row->expires = msg->idiag_expires;
	if (row->timer)
		row_set(row, ROW_EXPIRES);
}

static void set_queues(struct row *row, const struct inet_diag_msg *msg)
{
	row_set(row, ROW_RX_QUEUE);
	row_set(row, ROW_TX_QUEUE);
	row->told |= ROW_BACKLOG | ROW_LIMIT;
	if (row->state != SOCKPORT_STATE_LISTEN) {
		row->rx_queue = msg->idiag_rqueue;
		row->tx_queue = msg->idiag_wqueue;
		return;
	}
	row_set(row, ROW_BACKLOG);
	row->backlog = msg->idiag_rqueue;
	row_set(row, ROW_LIMIT);
	row->limit = msg->idiag_wqueue;
}

static void set_owner(struct row *row, const struct inet_diag_msg *msg)
{
	row->told |= ROW_INODE;
	if (!msg->idiag_inode)
		return;
	row->known |= ROW_INODE;
	row->inode = msg->idiag_inode;
	row_set(row, ROW_UID);
	row->uid = msg->idiag_uid;
}

static int add_row(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct dump *dump = data;
	struct row *row = rows_add(dump->rows);

	dump->row = row;
	row->protocol = dump->protocol;
	set_tuple(row, msg);
	row_set(row, ROW_STATE);
	row->state = msg->idiag_state;
	set_timer(row, msg);
	mnl_attr_parse(nlh, sizeof(*msg), add_attribute, dump);
	set_owner(row, msg);
	if (row->timer != SOCKPORT_TIMER_TIMEWAIT)
		set_queues(row, msg);
	if (!full(row))
		row->told |= ROW_MEMORY | ROW_CONGESTION | ROW_TCP_INFO | ROW_DROPS;
	else if (row->protocol != SOCKPORT_PROTOCOL_TCP)
		row->told |= ROW_CONGESTION | ROW_TCP_INFO;
	return MNL_CB_OK;
}

static void dump_table(struct mnl_socket *nl, struct dump *dump, uint8_t family, uint8_t protocol)
{
	static unsigned int sequence;
	char buffer[1 << 16];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;
	ssize_t length;
	int rc = 1;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++sequence;
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = protocol;
	request->idiag_states = STATES;
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_CONG - 1) |
			     1 << (INET_DIAG_SKMEMINFO - 1);
	if (dump->length)
		mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, dump->length, dump->program);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("sock_diag: %s", strerror(errno));
	while (rc > 0) {
		length = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (length < 0)
			die("sock_diag: %s", strerror(errno));
		rc = mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(nl), add_row, dump);
	}
	/* UDP-Lite is gone from newer kernels. */
	if (rc < 0 && !(errno == ENOENT && protocol == IPPROTO_UDPLITE))
		die("sock_diag of protocol %u: %s", protocol, strerror(errno));
}

struct rows diag_rows(void)
{
	return diag_rows_where(NULL, 0);
}

struct rows diag_rows_where(const void *program, size_t length)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE };
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	struct rows rows = { 0 };
	struct dump dump = { .rows = &rows, .program = program, .length = length };
	unsigned int i;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("sock_diag: %s", strerror(errno));
	for (i = 0; i < sizeof(protocols); i++) {
		dump.protocol = SOCKPORT_PROTOCOL_TCP + i;
		dump_table(nl, &dump, AF_INET, protocols[i]);
		dump_table(nl, &dump, AF_INET6, protocols[i]);
	}
	mnl_socket_close(nl);
	return rows;
}
