// SPDX-License-Identifier: GPL-2.0
/*
 * client.c - the sockport netlink family, from outside
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "die.h"

static int find_family(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

uint16_t client_family(struct client *client)
{
	struct request *request = malloc(sizeof(*request));
	uint16_t family = 0;

	client->family = GENL_ID_CTRL;
	request_begin(client, request, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(request->nlh, CTRL_ATTR_FAMILY_NAME, SOCKPORT_FAMILY_NAME);
	client_run(client, request, find_family, &family);
	free(request);
	return family;
}

struct client client_open(void)
{
	return client_open_with(1 << 16);
}

struct client client_open_with(size_t room)
{
	struct client client = { .room = room };
	int on = 1;

	client.buffer = malloc(client.room);
	client.nl = mnl_socket_open(NETLINK_GENERIC);
	if (!client.buffer || !client.nl || mnl_socket_bind(client.nl, 0, MNL_SOCKET_AUTOPID))
		die("generic netlink: %s", strerror(errno));
	if (mnl_socket_setsockopt(client.nl, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    mnl_socket_setsockopt(client.nl, NETLINK_CAP_ACK, &on, sizeof(on)))
		die("no extended acknowledgements: %s", strerror(errno));
	client.family = client_family(&client);
	if (!client.family)
		die("no netlink family %s: is the module loaded? %s", SOCKPORT_FAMILY_NAME,
		    strerror(-client.error));
	return client;
}

void client_close(struct client *client)
{
	mnl_socket_close(client->nl);
	free(client->buffer);
}

void request_begin(struct client *client, struct request *request, uint8_t command, uint16_t flags)
{
	struct genlmsghdr *genl;

	request->nlh = mnl_nlmsg_put_header(request->buffer);
	request->nlh->nlmsg_type = client->family;
	request->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlh->nlmsg_seq = ++client->sequence;
	genl = mnl_nlmsg_put_extra_header(request->nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
}

void request_send(struct client *client, const struct request *request)
{
	client->error = 0;
	client->message[0] = 0;
	client->offset = 0;
	client->interrupted = false;
	/* Without an address, so that the kernel judges who opened the socket, too. */
	if (send(mnl_socket_get_fd(client->nl), request->nlh, request->nlh->nlmsg_len, 0) < 0)
		die("send: %s", strerror(errno));
}

static void note_details(struct client *client, const void *attrs, int length)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(attrs, length) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			strncpy(client->message, mnl_attr_get_str(attr),
				sizeof(client->message) - 1);
		else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
			client->offset = mnl_attr_get_u32(attr);
	}
}

/* The end of a dump carries its error, then words about it. */
static void end_dump(struct client *client, const struct nlmsghdr *nlh)
{
	const char *payload = mnl_nlmsg_get_payload(nlh);
	int length = mnl_nlmsg_get_payload_len(nlh) - sizeof(int);

	if (length < 0)
		return;
	memcpy(&client->error, payload, sizeof(int));
	if (length > 0)
		note_details(client, payload + sizeof(int), length);
}

static void end_request(struct client *client, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t size = sizeof(*error);

	client->error = error->error;
	if (error->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		size += mnl_nlmsg_get_payload_len(&error->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		note_details(client, (const char *)error + size,
			     mnl_nlmsg_get_payload_len(nlh) - size);
}

/* Returns true when the request is answered. */
static bool receive_message(struct client *client, const struct nlmsghdr *nlh, mnl_cb_t each,
			    void *data)
{
	if (nlh->nlmsg_seq != client->sequence)
		return false;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		client->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		end_request(client, nlh);
		return true;
	case NLMSG_DONE:
		end_dump(client, nlh);
		return true;
	default:
		if (each)
			each(nlh, data);
		return false;
	}
}

int client_receive(struct client *client, mnl_cb_t each, void *data)
{
	const struct nlmsghdr *nlh;
	bool done = false;
	ssize_t received;
	int length;

	while (!done) {
		received = mnl_socket_recvfrom(client->nl, client->buffer, client->room);
		if (received < 0)
			return client->error = -errno;
		length = received;
		for (nlh = (void *)client->buffer; mnl_nlmsg_ok(nlh, length);
		     nlh = mnl_nlmsg_next(nlh, &length))
			done |= receive_message(client, nlh, each, data);
	}
	return client->error;
}

/* What is no dump has to ask for an acknowledgement, which ends the answer. */
int client_run(struct client *client, const struct request *request, mnl_cb_t each, void *data)
{
	if (!(request->nlh->nlmsg_flags & (NLM_F_DUMP | NLM_F_ACK)))
		request->nlh->nlmsg_flags |= NLM_F_ACK;
	request_send(client, request);
	return client_receive(client, each, data);
}

static uint64_t get_number(const struct nlattr *attr)
{
	uint64_t number = 0;

	if (mnl_attr_get_payload_len(attr) > sizeof(number))
		die("attribute %u is no number", mnl_attr_get_type(attr));
	memcpy(&number, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	return number;
}

static void get_memory(struct row *row, const struct nlattr *nest)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) >= 1 && mnl_attr_get_type(attr) <= ROW_MEMORY_MAX)
			row->memory[mnl_attr_get_type(attr) - 1] = mnl_attr_get_u32(attr);
}

static void get_bytes(void *to, size_t room, const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	memcpy(to, mnl_attr_get_payload(attr), length < room ? length : room);
}

#define FIELD_CASE(NAME, FIELD, MEMBER) \
	case SOCKPORT_A_SOCKET_##NAME: \
		row->known |= FIELD; \
		row->MEMBER = get_number(attr); \
		break

static void get_name(struct row *row, const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) > sizeof(row->name))
		die("a name of %u bytes", mnl_attr_get_payload_len(attr));
	row->extra |= EXTRA_NAME;
	row->name_length = mnl_attr_get_payload_len(attr);
	get_bytes(row->name, sizeof(row->name), attr);
}

static void get_more(struct row *row, const struct nlattr *attr, bool local)
{
	struct row_detail *detail = row_own_detail(row);
	unsigned int i = detail->more_locals + detail->more_remotes;

	if (i == ROW_ADDRESSES)
		die("too many addresses");
	detail->more[i].length = mnl_attr_get_payload_len(attr);
	get_bytes(detail->more[i].address, sizeof(detail->more[i].address), attr);
	if (local)
		detail->more_locals++;
	else
		detail->more_remotes++;
}

static void get_process(struct row *row, const struct nlattr *nest)
{
	struct row_detail *detail = row_own_detail(row);
	struct row_process *process = &detail->process[detail->told_processes];
	struct nlattr *attr;

	if (detail->told_processes++ == ROW_PROCESSES)
		die("too many processes");
	process->fd = ~0U;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case SOCKPORT_A_PROCESS_PID:
			process->pid = mnl_attr_get_u32(attr);
			break;
		case SOCKPORT_A_PROCESS_COMM:
			get_bytes(process->comm, sizeof(process->comm), attr);
			break;
		case SOCKPORT_A_PROCESS_FD:
			process->fd = mnl_attr_get_u32(attr);
			break;
		default:
			die("attribute %u of a process", mnl_attr_get_type(attr));
		}
	}
}

#define EXTRA_CASE(NAME, FIELD, MEMBER) \
	case SOCKPORT_A_SOCKET_##NAME: \
		row->extra |= FIELD; \
		row->MEMBER = get_number(attr); \
		break

/* What few kinds have, or who asks for it. */
static void get_extra(struct row *row, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	EXTRA_CASE(TYPE, EXTRA_TYPE, type);
	EXTRA_CASE(NUMBER, EXTRA_NUMBER, number);
	EXTRA_CASE(PEER_INODE, EXTRA_PEER, peer);
	EXTRA_CASE(LOCAL_CID, EXTRA_CIDS, local_cid);
	EXTRA_CASE(REMOTE_CID, EXTRA_CIDS, remote_cid);
	EXTRA_CASE(GROUPS, EXTRA_GROUPS, groups);
	EXTRA_CASE(QUEUE_ID, EXTRA_QUEUE_ID, queue_id);
	EXTRA_CASE(ASSOCIATION_STATE, EXTRA_ASSOC, association);
	EXTRA_CASE(TOKEN, EXTRA_TOKEN, token);
	EXTRA_CASE(NETNS, EXTRA_NETNS, netns);
	EXTRA_CASE(PROCESSES, EXTRA_PROCESSES, processes);
	case SOCKPORT_A_SOCKET_NAME:
		get_name(row, attr);
		break;
	case SOCKPORT_A_SOCKET_MORE_LOCAL_ADDRESS:
		get_more(row, attr, true);
		break;
	case SOCKPORT_A_SOCKET_MORE_REMOTE_ADDRESS:
		get_more(row, attr, false);
		break;
	case SOCKPORT_A_SOCKET_UNLISTED:
		row->extra |= EXTRA_UNLISTED;
		break;
	case SOCKPORT_A_SOCKET_REMEMBERED:
		row->extra |= EXTRA_REMEMBERED;
		break;
	case SOCKPORT_A_SOCKET_KERNEL:
		row->extra |= EXTRA_KERNEL;
		break;
	case SOCKPORT_A_SOCKET_BY_PORT:
		row->extra |= EXTRA_BY_PORT;
		break;
	case SOCKPORT_A_SOCKET_PROCESS:
		get_process(row, attr);
		break;
	case SOCKPORT_A_SOCKET_CGROUP:
		row->extra |= EXTRA_CGROUP;
		get_bytes(row_own_detail(row)->cgroup, sizeof(row->detail->cgroup) - 1, attr);
		break;
	/* No other interface has these in a listing; info.sh asks the sockets. */
	case SOCKPORT_A_SOCKET_STATE_AGE:
	case SOCKPORT_A_SOCKET_VEGAS_INFO:
	case SOCKPORT_A_SOCKET_DCTCP_INFO:
	case SOCKPORT_A_SOCKET_BBR_INFO:
	case SOCKPORT_A_SOCKET_ULP:
	case SOCKPORT_A_SOCKET_SYN_QUEUE:
		break;
	default:
		die("attribute %u in the answer", mnl_attr_get_type(attr));
	}
}

static void get_attribute(struct row *row, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	FIELD_CASE(STATE, ROW_STATE, state);
	FIELD_CASE(ROLE, ROW_ROLE, role);
	FIELD_CASE(IFINDEX, ROW_IFINDEX, ifindex);
	FIELD_CASE(RX_QUEUE, ROW_RX_QUEUE, rx_queue);
	FIELD_CASE(TX_QUEUE, ROW_TX_QUEUE, tx_queue);
	FIELD_CASE(BACKLOG, ROW_BACKLOG, backlog);
	FIELD_CASE(BACKLOG_LIMIT, ROW_LIMIT, limit);
	FIELD_CASE(DROPS, ROW_DROPS, drops);
	FIELD_CASE(UID, ROW_UID, uid);
	FIELD_CASE(INODE, ROW_INODE, inode);
	FIELD_CASE(MARK, ROW_MARK, mark);
	FIELD_CASE(COOKIE, ROW_COOKIE, cookie);
	FIELD_CASE(TIMER, ROW_TIMER, timer);
	FIELD_CASE(TIMER_EXPIRES, ROW_EXPIRES, expires);
	FIELD_CASE(RETRANSMITS, ROW_RETRANSMITS, retransmits);
	case SOCKPORT_A_SOCKET_PROTOCOL:
		row->protocol = mnl_attr_get_u8(attr);
		break;
	case SOCKPORT_A_SOCKET_FAMILY:
		row->family = mnl_attr_get_u8(attr);
		break;
	case SOCKPORT_A_SOCKET_LOCAL_PORT:
		row->local_port = mnl_attr_get_u32(attr);
		row->extra |= EXTRA_PORTS;
		break;
	case SOCKPORT_A_SOCKET_REMOTE_PORT:
		row->remote_port = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_SOCKET_LOCAL_ADDRESS:
		get_bytes(row->local, sizeof(row->local), attr);
		row->extra |= EXTRA_ADDRESS;
		break;
	case SOCKPORT_A_SOCKET_REMOTE_ADDRESS:
		get_bytes(row->remote, sizeof(row->remote), attr);
		break;
	case SOCKPORT_A_SOCKET_V6ONLY:
		row->v6only = 1;
		break;
	case SOCKPORT_A_SOCKET_MEMORY:
		row->known |= ROW_MEMORY;
		get_memory(row, attr);
		break;
	case SOCKPORT_A_SOCKET_TCP_INFO:
		row->known |= ROW_TCP_INFO;
		row->info_length = mnl_attr_get_payload_len(attr);
		get_bytes(&row->info, sizeof(row->info), attr);
		break;
	case SOCKPORT_A_SOCKET_CONGESTION:
		row->known |= ROW_CONGESTION;
		get_bytes(row->congestion, sizeof(row->congestion) - 1, attr);
		break;
	case SOCKPORT_A_SOCKET_PAD:
		break;
	default:
		get_extra(row, attr);
	}
}

bool client_kind_told(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	if (header->cmd != SOCKPORT_CMD_SOCKET_GET)
		return true;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == SOCKPORT_A_SOCKET_PROTOCOL)
			return row_kinds & 1U << mnl_attr_get_u8(attr);
	die("a socket without protocol");
}

int client_add_row(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;
	struct row *row;

	if (!client_kind_told(nlh))
		return MNL_CB_OK;
	row = rows_add(data);

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		get_attribute(row, attr);
	row->told = ROW_ALL | ROW_EXPIRES;
	if (row->family == AF_INET6)
		row->known |= ROW_V6ONLY;
	/* Interface 0 is none. */
	row->known |= ROW_IFINDEX;
	return MNL_CB_OK;
}

static void get_state_count(struct port *port, const struct nlattr *nest)
{
	unsigned int state = 0, count = 0;
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == SOCKPORT_A_STATE_COUNT_STATE)
			state = mnl_attr_get_u8(attr);
		else if (mnl_attr_get_type(attr) == SOCKPORT_A_STATE_COUNT_COUNT)
			count = mnl_attr_get_u32(attr);
	}
	if (!state || state > SOCKPORT_STATE_MAX || !count || port->states[state])
		die("port %u: %u sockets in state %u", port->port, count, state);
	port->states[state] = count;
}

static void add_port_process(struct port *port, const struct nlattr *nest)
{
	struct nlattr *attr;

	if (port->processes == ROW_PROCESSES)
		die("port %u has too many processes", port->port);
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == SOCKPORT_A_PROCESS_PID)
			port->process[port->processes] = mnl_attr_get_u32(attr);
	port->processes++;
}

static void get_port_attribute(struct port *port, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case SOCKPORT_A_PORT_PROTOCOL:
		port->protocol = mnl_attr_get_u8(attr);
		break;
	case SOCKPORT_A_PORT_ROLE:
		port->role = mnl_attr_get_u8(attr);
		break;
	case SOCKPORT_A_PORT_PORT:
		port->port = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PORT_FAMILY:
		port_add_family(port, mnl_attr_get_u8(attr));
		break;
	case SOCKPORT_A_PORT_STATE:
		port->state = mnl_attr_get_u8(attr);
		break;
	case SOCKPORT_A_PORT_SOCKETS:
		port->sockets = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PORT_STATES:
		get_state_count(port, attr);
		break;
	case SOCKPORT_A_PORT_RX_QUEUE:
		port->rx_queue = mnl_attr_get_u64(attr);
		break;
	case SOCKPORT_A_PORT_TX_QUEUE:
		port->tx_queue = mnl_attr_get_u64(attr);
		break;
	case SOCKPORT_A_PORT_BACKLOG:
		port->has_backlog = true;
		port->backlog = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PORT_BACKLOG_LIMIT:
		port->limit = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PORT_DROPS:
		port->drops = mnl_attr_get_u64(attr);
		break;
	case SOCKPORT_A_PORT_UID:
		port_add_uid(port, mnl_attr_get_u32(attr));
		break;
	case SOCKPORT_A_PORT_UIDS_MORE:
		port->uids_more = true;
		break;
	case SOCKPORT_A_PORT_NETNS:
		port->netns = mnl_attr_get_u32(attr);
		break;
	case SOCKPORT_A_PORT_PROCESS:
		add_port_process(port, attr);
		break;
	case SOCKPORT_A_PORT_PROCESSES_MORE:
		port->processes_more = true;
		break;
	case SOCKPORT_A_PORT_KERNEL:
		port->kernel = true;
		break;
	case SOCKPORT_A_PORT_REST:
		port->rest = true;
		break;
	case SOCKPORT_A_PORT_HISTORY:
		history_get(&port->history, attr);
		break;
	case SOCKPORT_A_PORT_DISTRIBUTION:
		history_get_distribution(&port->history, attr);
		break;
	case SOCKPORT_A_PORT_OPENER:
		history_get_opener(&port->history, attr);
		break;
	case SOCKPORT_A_PORT_WORKER:
		history_get_worker(&port->history, attr);
		break;
	case SOCKPORT_A_PORT_OTHER_ACCEPTS:
		port->history.other_accepts = mnl_attr_get_u64(attr);
		break;
	case SOCKPORT_A_PORT_ACCEPT_AGE:
		port->has_accept_age = true;
		port->accept_age = mnl_attr_get_u64(attr);
		break;
	case SOCKPORT_A_PORT_CLOSE_WAIT_AGE:
	case SOCKPORT_A_PORT_PAD:
		break;
	default:
		die("attribute %u in the answer", mnl_attr_get_type(attr));
	}
}

int client_add_port(const struct nlmsghdr *nlh, void *data)
{
	struct port *port = ports_add(data);
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		get_port_attribute(port, attr);
	return MNL_CB_OK;
}

/* By a dump of this port: a get would have to find a socket. */
struct port client_port(struct client *client, uint8_t protocol, uint8_t role, uint16_t port,
			uint32_t want)
{
	struct request *request = malloc(sizeof(*request));
	struct ports ports = { 0 };
	struct port row = { 0 };

	request_begin(client, request, SOCKPORT_CMD_PORT_GET, NLM_F_DUMP);
	mnl_attr_put_u8(request->nlh, SOCKPORT_A_PORT_PROTOCOL, protocol);
	mnl_attr_put_u8(request->nlh, SOCKPORT_A_PORT_ROLE, role);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_PORT, port);
	mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_WANT, want);
	if (client_run(client, request, client_add_port, &ports))
		die("a port: %s %s", strerror(-client->error), client->message);
	if (ports.count > 1)
		die("%zu rows for %s port %u", ports.count, protocol_name(protocol), port);
	if (ports.count)
		row = ports.port[0];
	ports_free(&ports);
	free(request);
	return row;
}

static void dump_rows(struct client *client, uint32_t want, int netns, struct rows *rows)
{
	struct request *request = malloc(sizeof(*request));

	request_begin(client, request, SOCKPORT_CMD_SOCKET_GET, NLM_F_DUMP);
	if (want)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_WANT, want);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, SOCKPORT_A_SOCKET_NETNS_ALL, 0, NULL);
	else if (netns >= 0)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_SOCKET_NETNS_FD, netns);
	if (client_run(client, request, client_add_row, rows))
		die("dump: %s %s", strerror(-client->error), client->message);
	free(request);
}

static void dump_ports(struct client *client, uint32_t want, int netns, struct ports *ports)
{
	struct request *request = malloc(sizeof(*request));

	request_begin(client, request, SOCKPORT_CMD_PORT_GET, NLM_F_DUMP);
	if (want)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_WANT, want);
	if (netns == NETNS_ALL)
		mnl_attr_put(request->nlh, SOCKPORT_A_PORT_NETNS_ALL, 0, NULL);
	else if (netns >= 0)
		mnl_attr_put_u32(request->nlh, SOCKPORT_A_PORT_NETNS_FD, netns);
	if (client_run(client, request, client_add_port, ports))
		die("dump: %s %s", strerror(-client->error), client->message);
	free(request);
}

struct rows client_rows_of(struct client *client, uint32_t want, int netns)
{
	struct rows rows = { 0 };

	dump_rows(client, want, netns, &rows);
	return rows;
}

struct rows client_rows(struct client *client, uint32_t want)
{
	return client_rows_of(client, want, NETNS_OWN);
}

struct ports client_ports_of(struct client *client, uint32_t want, int netns)
{
	struct ports ports = { 0 };

	dump_ports(client, want, netns, &ports);
	return ports;
}

struct ports client_ports(struct client *client)
{
	return client_ports_of(client, 0, NETNS_OWN);
}
