// SPDX-License-Identifier: GPL-2.0
/*
 * modular.c - what the kernel's other interfaces say of netlink, SCTP, MPTCP and
 * vsock sockets
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <linux/netlink_diag.h>
#include <linux/sock_diag.h>
#include <linux/vm_sockets_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "die.h"
#include "modular.h"

#define ADDRESSES	16
#define ADDRESS_TEXT	(INET6_ADDRSTRLEN + 1)
#define LIST_TEXT	(2 * ADDRESSES * ADDRESS_TEXT)
#define INET_STATES	(~0U)
#define LISTEN		(1U << SOCKPORT_STATE_LISTEN)
#define IDLE		(1U << SOCKPORT_STATE_CLOSE)

/* Addresses as text, first the primary one, the others in order. */
struct list {
	char		text[ADDRESSES][ADDRESS_TEXT];
	unsigned int	count;
};

/* A mapped address is the IPv4 address that it stands for. */
static void list_add(struct list *list, int family, const void *address)
{
	if (list->count == ADDRESSES)
		die("too many addresses");
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)address)) {
		family = AF_INET;
		address += 12;
	}
	inet_ntop(family, address, list->text[list->count++], ADDRESS_TEXT);
}

static void list_parse(struct list *list, const char *text)
{
	char address[16];

	if (inet_pton(AF_INET, text, address) == 1)
		list_add(list, AF_INET, address);
	else if (inet_pton(AF_INET6, text, address) == 1)
		list_add(list, AF_INET6, address);
	else
		die("no address: %s", text);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *list_text(struct list *list, bool primary, char *text)
{
	unsigned int i, first = primary ? 1 : 0;

	*text = 0;
	if (list->count > first)
		qsort(list->text[first], list->count - first, ADDRESS_TEXT, compare_text);
	for (i = 0; i < list->count; i++)
		strcat(strcat(text, i ? "," : ""), list->text[i]);
	return text;
}

static void row_lists(const struct row *row, struct list *locals, struct list *remotes)
{
	unsigned int i;

	memset(locals, 0, sizeof(*locals));
	memset(remotes, 0, sizeof(*remotes));
	list_add(locals, row->family, row->local);
	list_add(remotes, row->family, row->remote);
	for (i = 0; i < row->detail->more_locals + row->detail->more_remotes; i++)
		list_add(i < row->detail->more_locals ? locals : remotes,
			 row->detail->more[i].length == 4 ? AF_INET : AF_INET6, row->detail->more[i].address);
}

/* Inode and owner, where a file refers to it; they are root's otherwise. */
static uint64_t inode(const struct row *row)
{
	return row->known & ROW_INODE ? row->inode : 0;
}

static uint32_t owner(const struct row *row)
{
	return row->known & ROW_INODE ? row->uid : 0;
}

/* Later kernels tell whose it was before, too. */
static uint32_t owner_in(const struct inet_diag_msg *msg)
{
	return msg->idiag_inode ? msg->idiag_uid : 0;
}

/* Each line of a file but the first. */
static void each_line(const char *file, void (*add)(struct lines *lines, char *text),
		      struct lines *lines)
{
	char text[4096];
	FILE *stream = fopen(file, "r");

	/* The family is not loaded. */
	if (!stream && errno == ENOENT)
		return;
	if (!stream || !fgets(text, sizeof(text), stream))
		die("%s: %s", file, strerror(errno));
	while (fgets(text, sizeof(text), stream))
		add(lines, text);
	fclose(stream);
}

struct dump {
	struct lines	*lines;
	bool		associations;
};

/* All answers of sock_diag to a request. */
static void sock_diag(const void *request, size_t size, uint32_t protocol, mnl_cb_t each,
		      void *data)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	static unsigned int sequence;
	char buffer[1 << 16];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	ssize_t length;
	int rc = 1;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("sock_diag: %s", strerror(errno));
	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++sequence;
	memcpy(mnl_nlmsg_put_extra_header(nlh, size), request, size);
	if (protocol > 255)
		mnl_attr_put_u32(nlh, INET_DIAG_REQ_PROTOCOL, protocol);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("sock_diag: %s", strerror(errno));
	while (rc > 0) {
		length = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (length < 0)
			die("sock_diag: %s", strerror(errno));
		rc = mnl_cb_run(buffer, length, sequence, mnl_socket_get_portid(nl), each, data);
	}
	if (rc < 0)
		die("sock_diag: %s", strerror(errno));
	mnl_socket_close(nl);
}

static unsigned long long cookie(const uint32_t *words)
{
	return (unsigned long long)words[1] << 32 | words[0];
}

/*
 * Netlink. The sockets that ask are among those that are shown; they come and
 * go, and answers wait for them: those of generic netlink and sock_diag have
 * no queues here, and those of sock_diag are passed over.
 */
static bool asks(unsigned int protocol)
{
	return protocol == NETLINK_GENERIC || protocol == NETLINK_SOCK_DIAG;
}

static void add_netlink(struct lines *lines, unsigned int protocol, unsigned int portid,
			unsigned int groups, unsigned int rx, unsigned int tx, unsigned int drops,
			unsigned long long number)
{
	if (protocol == NETLINK_SOCK_DIAG && portid)
		return;
	if (asks(protocol))
		rx = tx = 0;
	lines_add(lines, "protocol %u portid %u groups %08x rx %u tx %u drops %u inode %llu",
		  protocol, portid, groups, rx, tx, drops, number);
}

static void proc_netlink_line(struct lines *lines, char *text)
{
	unsigned int protocol, portid, groups, rx, tx, drops;
	unsigned long long number;

	if (sscanf(text, "%*s %u %u %x %u %u %*u %*u %u %llu", &protocol, &portid, &groups, &rx,
		   &tx, &drops, &number) != 7)
		die("/proc/net/netlink: %s", text);
	add_netlink(lines, protocol, portid, groups, rx, tx, drops, number);
}

static void proc_netlink_look(struct lines *lines)
{
	each_line("/proc/net/netlink", proc_netlink_line, lines);
}

/* The file has no sockets that joined a group and were never bound. */
static bool proc_netlink_ours(struct lines *lines, const struct row *row)
{
	if (!row->local_port && row->groups)
		return false;
	add_netlink(lines, row->number, row->local_port, row->groups, row->rx_queue, row->tx_queue,
		    row->drops, inode(row));
	return true;
}

const struct oracle oracle_proc_netlink = {
	"/proc/net/netlink", proc_netlink_look, proc_netlink_ours,
};

static int netlink_diag_add(const struct nlmsghdr *nlh, void *data)
{
	const struct netlink_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	uint32_t groups = 0, rmem = 0, wmem = 0;
	const struct nlattr *attr;
	const uint32_t *word;

	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		word = mnl_attr_get_payload(attr);
		if (mnl_attr_get_type(attr) == NETLINK_DIAG_GROUPS)
			groups = *word;
		if (mnl_attr_get_type(attr) == NETLINK_DIAG_MEMINFO) {
			rmem = word[SK_MEMINFO_RMEM_ALLOC];
			wmem = word[SK_MEMINFO_WMEM_ALLOC];
		}
	}
	if (msg->ndiag_protocol == NETLINK_SOCK_DIAG && msg->ndiag_portid)
		return MNL_CB_OK;
	if (asks(msg->ndiag_protocol))
		rmem = wmem = 0;
	lines_add(data,
		  "type %u protocol %u state %s portid %u to %u inode %u cookie %llu groups %08x rmem %u wmem %u",
		  msg->ndiag_type, msg->ndiag_protocol, msg->ndiag_state == 1 ? "connected" : "-",
		  msg->ndiag_portid, msg->ndiag_dst_portid, msg->ndiag_ino,
		  cookie(msg->ndiag_cookie), groups, rmem, wmem);
	return MNL_CB_OK;
}

/* Those that joined a group it shows twice. */
static void netlink_diag_look(struct lines *lines)
{
	const struct netlink_diag_req request = {
		.sdiag_family	= AF_NETLINK,
		.sdiag_protocol	= NDIAG_PROTO_ALL,
		.ndiag_show	= NDIAG_SHOW_GROUPS | NDIAG_SHOW_MEMINFO,
	};

	sock_diag(&request, sizeof(request), 0, netlink_diag_add, lines);
	lines_unique(lines);
}

static bool netlink_diag_ours(struct lines *lines, const struct row *row)
{
	bool quiet = asks(row->number);

	if (row->number == NETLINK_SOCK_DIAG && row->local_port)
		return false;
	lines_add(lines,
		  "type %u protocol %u state %s portid %u to %u inode %llu cookie %llu groups %08x rmem %u wmem %u",
		  row->type, row->number,
		  row->state == SOCKPORT_STATE_ESTABLISHED ? "connected" :
		  row->state == SOCKPORT_STATE_CLOSE ? "-" : "?",
		  row->local_port, row->remote_port, (unsigned long long)inode(row),
		  (unsigned long long)row->cookie, row->groups,
		  quiet ? 0 : row->memory[SK_MEMINFO_RMEM_ALLOC],
		  quiet ? 0 : row->memory[SK_MEMINFO_WMEM_ALLOC]);
	return true;
}

const struct oracle oracle_netlink_diag = {
	"netlink_diag", netlink_diag_look, netlink_diag_ours,
};

/* SCTP. */

/* The kernel's enum sctp_socket_type; 1 is a one-to-many socket that was peeled off. */
static unsigned int type_of(unsigned int style)
{
	return style == 2 ? SOCK_STREAM : SOCK_SEQPACKET;
}

static void sctp_eps_line(struct lines *lines, char *text)
{
	unsigned int sty, port, uid;
	unsigned long long number;
	char all[LIST_TEXT], *word;
	struct list list = { 0 };
	int rest;

	if (sscanf(text, "%*s %*s %u %*u %*u %u %u %llu%n", &sty, &port, &uid, &number, &rest) != 4)
		die("/proc/net/sctp/eps: %s", text);
	for (word = strtok(text + rest, " \n"); word; word = strtok(NULL, " \n"))
		list_parse(&list, word);
	lines_add(lines, "type %u port %u uid %u inode %llu at %s", type_of(sty), port, uid, number,
		  list_text(&list, false, all));
}

static void sctp_eps_look(struct lines *lines)
{
	each_line("/proc/net/sctp/eps", sctp_eps_line, lines);
}

static bool sctp_eps_ours(struct lines *lines, const struct row *row)
{
	struct list locals, remotes;
	char all[LIST_TEXT];

	if (row->extra & EXTRA_ASSOC)
		return false;
	if (row->state != SOCKPORT_STATE_LISTEN || row->role != SOCKPORT_ROLE_IN)
		die("an endpoint that does not listen");
	row_lists(row, &locals, &remotes);
	lines_add(lines, "type %u port %u uid %u inode %llu at %s", row->type, row->local_port,
		  owner(row), (unsigned long long)inode(row), list_text(&locals, false, all));
	return true;
}

const struct oracle oracle_sctp_eps = { "/proc/net/sctp/eps", sctp_eps_look, sctp_eps_ours };

/* The primary one has an asterisk; of local IPv6 addresses none has. */
static void take_list(struct list *list, const char *end)
{
	char primary[ADDRESS_TEXT], *word;
	unsigned int i;

	while ((word = strtok(NULL, " \t\n")) && strcmp(word, end) &&
	       (strchr(word, '.') || strchr(word, ':'))) {
		i = list->count;
		list_parse(list, word + (*word == '*'));
		if (*word != '*')
			continue;
		memcpy(primary, list->text[i], ADDRESS_TEXT);
		memcpy(list->text[i], list->text[0], ADDRESS_TEXT);
		memcpy(list->text[0], primary, ADDRESS_TEXT);
	}
}

static void sctp_assocs_line(struct lines *lines, char *text)
{
	unsigned int sty, state, tx, rx, uid, local, remote;
	char locals_text[LIST_TEXT], remotes_text[LIST_TEXT];
	struct list locals = { 0 }, remotes = { 0 };
	unsigned long long number;
	int rest;

	if (sscanf(text, "%*s %*s %u %*u %u %*u %*d %u %u %u %llu %u %u%n", &sty, &state, &tx, &rx,
		   &uid, &number, &local, &remote, &rest) != 8)
		die("/proc/net/sctp/assocs: %s", text);
	text[rest - 1] = 'x';
	strtok(text + rest - 1, " \t\n");
	take_list(&locals, "<->");
	take_list(&remotes, "");
	lines_add(lines,
		  "type %u state %u tx %u rx %u uid %u inode %llu ports %u %u from %s to %s",
		  type_of(sty), state, tx, rx, uid, number, local, remote,
		  list_text(&locals, false, locals_text), list_text(&remotes, true, remotes_text));
}

static void sctp_assocs_look(struct lines *lines)
{
	each_line("/proc/net/sctp/assocs", sctp_assocs_line, lines);
}

static bool sctp_assocs_ours(struct lines *lines, const struct row *row)
{
	char locals_text[LIST_TEXT], remotes_text[LIST_TEXT];
	struct list locals, remotes;

	if (!(row->extra & EXTRA_ASSOC))
		return false;
	row_lists(row, &locals, &remotes);
	lines_add(lines,
		  "type %u state %u tx %u rx %u uid %u inode %llu ports %u %u from %s to %s",
		  row->type, row->association, row->tx_queue, row->rx_queue, owner(row),
		  (unsigned long long)inode(row), row->local_port, row->remote_port,
		  list_text(&locals, false, locals_text), list_text(&remotes, true, remotes_text));
	return true;
}

const struct oracle oracle_sctp_assocs = {
	"/proc/net/sctp/assocs", sctp_assocs_look, sctp_assocs_ours,
};

static void take_addresses(struct list *list, const struct nlattr *attr)
{
	const struct sockaddr_storage *address = mnl_attr_get_payload(attr);
	unsigned int i;

	for (i = 0; i < mnl_attr_get_payload_len(attr) / sizeof(*address); i++)
		if (address[i].ss_family == AF_INET)
			list_add(list, AF_INET,
				 &((const struct sockaddr_in *)&address[i])->sin_addr);
		else
			list_add(list, AF_INET6,
				 &((const struct sockaddr_in6 *)&address[i])->sin6_addr);
}

static void add_sctp(struct lines *lines, bool association, unsigned int state, unsigned int local,
		     unsigned int remote, unsigned int rx, unsigned int tx, unsigned int uid,
		     unsigned long long number, unsigned long long id, struct list *locals,
		     struct list *remotes)
{
	char locals_text[LIST_TEXT], remotes_text[LIST_TEXT];

	lines_add(lines,
		  "%s state %u ports %u %u queues %u %u uid %u inode %llu cookie %llu from %s to %s",
		  association ? "association" : "endpoint", state, local, remote, rx, tx, uid,
		  number, id, list_text(locals, false, locals_text),
		  list_text(remotes, false, remotes_text));
}

/* Before associations it shows their endpoint, which may not listen. */
static int sctp_diag_add(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct list locals = { 0 }, remotes = { 0 };
	const struct dump *dump = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*msg)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_LOCALS)
			take_addresses(&locals, attr);
		if (mnl_attr_get_type(attr) == INET_DIAG_PEERS)
			take_addresses(&remotes, attr);
	}
	if (!remotes.count == !dump->associations)
		add_sctp(dump->lines, remotes.count, msg->idiag_state, ntohs(msg->id.idiag_sport),
			 ntohs(msg->id.idiag_dport), msg->idiag_rqueue, msg->idiag_wqueue,
			 owner_in(msg), msg->idiag_inode, cookie(msg->id.idiag_cookie), &locals,
			 &remotes);
	return MNL_CB_OK;
}

static void sctp_diag_look(struct lines *lines)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct inet_diag_req_v2 request = { .sdiag_protocol = IPPROTO_SCTP };
	struct dump dump = { .lines = lines };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		request.sdiag_family = families[i % 2];
		dump.associations = i >= 2;
		request.idiag_states = i < 2 ? LISTEN : INET_STATES & ~(LISTEN | IDLE);
		sock_diag(&request, sizeof(request), 0, sctp_diag_add, &dump);
	}
}

static bool sctp_diag_ours(struct lines *lines, const struct row *row)
{
	bool association = row->extra & EXTRA_ASSOC;
	struct list locals, remotes;

	row_lists(row, &locals, &remotes);
	if (!association)
		remotes.count = 0;
	add_sctp(lines, association, association ? row->association : row->state, row->local_port,
		 row->remote_port, association ? row->rx_queue : row->backlog,
		 association ? row->tx_queue : row->limit, owner(row), inode(row), row->cookie,
		 &locals, &remotes);
	return true;
}

const struct oracle oracle_sctp_diag = { "sctp_diag", sctp_diag_look, sctp_diag_ours };

/* MPTCP. */

static void add_mptcp(struct lines *lines, unsigned int family, const void *local,
		      unsigned int local_port, const void *remote, unsigned int remote_port,
		      unsigned int state, unsigned int rx, unsigned int tx, unsigned int uid,
		      unsigned long long number, unsigned long long id, unsigned int token)
{
	char local_text[ADDRESS_TEXT], remote_text[ADDRESS_TEXT];

	inet_ntop(family, local, local_text, sizeof(local_text));
	inet_ntop(family, remote, remote_text, sizeof(remote_text));
	if (state == SOCKPORT_STATE_LISTEN)
		id = token = 0;
	lines_add(lines,
		  "family %u state %u %s %u %s %u queues %u %u uid %u inode %llu cookie %llu token %08x",
		  family, state, local_text, local_port, remote_text, remote_port, rx, tx, uid,
		  number, id, token);
}

static int mptcp_diag_add(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	unsigned int token = 0;

	mnl_attr_for_each(attr, nlh, sizeof(*msg))
		if (mnl_attr_get_type(attr) == INET_DIAG_INFO)
			token = ((struct mptcp_info *)mnl_attr_get_payload(attr))->mptcpi_token;
	add_mptcp(data, msg->idiag_family, msg->id.idiag_src, ntohs(msg->id.idiag_sport),
		  msg->id.idiag_dst, ntohs(msg->id.idiag_dport), msg->idiag_state,
		  msg->idiag_rqueue, msg->idiag_wqueue, owner_in(msg), msg->idiag_inode,
		  cookie(msg->id.idiag_cookie), token);
	return MNL_CB_OK;
}

static void mptcp_diag_look(struct lines *lines)
{
	struct inet_diag_req_v2 request = {
		.sdiag_family	= AF_INET,
		.sdiag_protocol	= IPPROTO_RAW,
		.idiag_states	= INET_STATES,
		.idiag_ext	= 1 << (INET_DIAG_INFO - 1),
	};

	sock_diag(&request, sizeof(request), IPPROTO_MPTCP, mptcp_diag_add, lines);
	request.sdiag_family = AF_INET6;
	sock_diag(&request, sizeof(request), IPPROTO_MPTCP, mptcp_diag_add, lines);
}

static bool mptcp_diag_ours(struct lines *lines, const struct row *row)
{
	bool listener = row->state == SOCKPORT_STATE_LISTEN;

	if (listener && (row->known & ROW_COOKIE || row->extra & EXTRA_TOKEN))
		die("a listener with cookie or token");
	add_mptcp(lines, row->family, row->local, row->local_port, row->remote, row->remote_port,
		  row->state, listener ? row->backlog : row->rx_queue,
		  listener ? row->limit : row->tx_queue, owner(row), inode(row), row->cookie,
		  row->token);
	return true;
}

const struct oracle oracle_mptcp_diag = { "mptcp_diag", mptcp_diag_look, mptcp_diag_ours };

/* vsock. */

static int vsock_diag_add(const struct nlmsghdr *nlh, void *data)
{
	const struct vsock_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	unsigned long long id = cookie(msg->vdiag_cookie);

	if (msg->vdiag_src_port == ~0U)
		lines_add(data, "type %u state %u unbound inode %u cookie %llu", msg->vdiag_type,
			  msg->vdiag_state, msg->vdiag_ino, id);
	else
		lines_add(data, "type %u state %u from %u %u to %u %u inode %u cookie %llu",
			  msg->vdiag_type, msg->vdiag_state, msg->vdiag_src_cid,
			  msg->vdiag_src_port, msg->vdiag_dst_cid, msg->vdiag_dst_port,
			  msg->vdiag_ino, id);
	return MNL_CB_OK;
}

static void vsock_diag_look(struct lines *lines)
{
	const struct vsock_diag_req request = {
		.sdiag_family	= AF_VSOCK,
		.vdiag_states	= INET_STATES,
	};

	sock_diag(&request, sizeof(request), 0, vsock_diag_add, lines);
}

static bool vsock_diag_ours(struct lines *lines, const struct row *row)
{
	if (!(row->extra & EXTRA_PORTS))
		lines_add(lines, "type %u state %u unbound inode %llu cookie %llu", row->type,
			  row->state, (unsigned long long)inode(row),
			  (unsigned long long)row->cookie);
	else
		lines_add(lines, "type %u state %u from %u %u to %u %u inode %llu cookie %llu",
			  row->type, row->state, row->local_cid, row->local_port, row->remote_cid,
			  row->remote_port, (unsigned long long)inode(row),
			  (unsigned long long)row->cookie);
	return true;
}

const struct oracle oracle_vsock_diag = { "vsock_diag", vsock_diag_look, vsock_diag_ours };
