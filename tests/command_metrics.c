// SPDX-License-Identifier: GPL-2.0
/*
 * The metrics of the command, without a kernel: which ports have series, sums, both
 * formats, and files that are replaced at once.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/cmd/metrics.h"
#include "../userspace/count/accounts.h"
#include "../userspace/count/spaces.h"
#include "../userspace/host/file.h"
#include "../userspace/host/textfile.h"

FIXTURE(metrics)
{
	struct metrics metrics;
	char *text;
};

FIXTURE_SETUP(metrics)
{
	memset(self, 0, sizeof(*self));
	self->metrics.top = 2;
}

FIXTURE_TEARDOWN(metrics)
{
	metrics_free(&self->metrics);
	free(self->text);
}

static const uint64_t lifetimes[40] = { [0] = 1, [10] = 2, [11] = 3, [39] = 4 };

/* A port that accepted connections, and has the same of all else. */
static struct port_row make_port(uint8_t protocol, uint8_t role, uint32_t port, uint64_t accepted)
{
	struct port_row row = {
		.known = 1ull << SOCKPORT_A_PORT_SOCKETS | 1ull << SOCKPORT_A_PORT_BACKLOG |
			 1ull << SOCKPORT_A_PORT_STATES | 1ull << SOCKPORT_A_PORT_DROPS,
		.states[SOCKPORT_STATE_CLOSE_WAIT] = 2,
		.drops = 5,
		.sockets = 3,
		.backlog = 1,
		.port = port,
		.protocol = protocol,
		.role = role,
	};
	unsigned int i;

	for (i = SOCKPORT_A_HISTORY_OPENED; i <= SOCKPORT_A_HISTORY_MAX; i++) {
		row.history.known |= 1ull << i;
		row.history.values[i] = i;
	}
	row.history.values[SOCKPORT_A_HISTORY_ACCEPTED] = accepted;
	row.history.values[SOCKPORT_A_HISTORY_LAST_ACTIVE] = 1767323045678;
	row.distributions[SOCKPORT_DISTRIBUTION_KIND_LIFETIME] = (struct distribution_row){
		.known = 2,
		.sum = 1234567,
		.buckets = (const uint8_t *)lifetimes,
		.count = 40,
	};
	return row;
}

static bool add(struct metrics *metrics, uint8_t protocol, uint8_t role, uint32_t port,
		uint64_t accepted)
{
	const struct port_row row = make_port(protocol, role, port, accepted);

	return metrics_add(metrics, &row);
}

static char *written(struct metrics *metrics, enum metrics_format format)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	metrics_sort(metrics);
	metrics_write(stream, metrics, format);
	fclose(stream);
	return text;
}

/* The number of lines that begin so. */
static unsigned int count_lines(const char *text, const char *start)
{
	unsigned int count = 0;

	for (; text && *text; text = strchr(text, '\n'), text += !!text)
		count += !strncmp(text, start, strlen(start));
	return count;
}

static bool has_line(const char *text, const char *line)
{
	const size_t length = strlen(line);

	for (; text && *text; text = strchr(text, '\n'), text += !!text)
		if (!strncmp(text, line, length) && text[length] == '\n')
			return true;
	return false;
}

#define EXPECT_LINE(line) do {				\
	EXPECT_TRUE(has_line(self->text, line)) {	\
		TH_LOG("no %s", line);			\
	}						\
} while (0)

static bool add_program(struct accounts *accounts, const char *comm, const char *cgroup,
			uint64_t bytes)
{
	const struct program_row row = {
		.known = 1ull << SOCKPORT_A_PROGRAM_COMM | 1ull << SOCKPORT_A_PROGRAM_NETNS |
			 (cgroup ? 1ull << SOCKPORT_A_PROGRAM_CGROUP : 0),
		.comm = comm,
		.cgroup = cgroup,
		.netns = 4026531840u,
		.history = {
			.known = 1ull << SOCKPORT_A_HISTORY_BYTES_IN |
				 1ull << SOCKPORT_A_HISTORY_CONNECTIONS,
			.values[SOCKPORT_A_HISTORY_BYTES_IN] = bytes,
			.values[SOCKPORT_A_HISTORY_CONNECTIONS] = 1,
		},
	};

	return accounts_add(accounts, &row);
}

/* Programs of one unit are one; those units that did most have series. */
TEST_F(metrics, of_units)
{
	struct accounts accounts = { .by = ACCOUNTS_BY_UNIT };

	EXPECT_TRUE(add_program(&accounts, "nginx", "/system.slice/nginx.service", 100));
	EXPECT_TRUE(add_program(&accounts, "php", "/system.slice/php.service", 5));
	EXPECT_TRUE(add_program(&accounts, "helper", "/system.slice/nginx.service", 20));
	EXPECT_TRUE(add_program(&accounts, "init", NULL, 50));
	ASSERT_TRUE(metrics_units(&self->metrics, &accounts));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("# TYPE sockport_unit_received_bytes counter");
	EXPECT_LINE("sockport_unit_received_bytes_total{unit=\"nginx.service\"} 120");
	EXPECT_LINE("sockport_unit_connections{unit=\"nginx.service\"} 2");
	EXPECT_LINE("sockport_unit_received_bytes_total{unit=\"none\"} 50");
	EXPECT_EQ(2, count_lines(self->text, "sockport_unit_received_bytes_total{"));
	EXPECT_EQ(0, count_lines(self->text, "sockport_unit_accepted_total{"));
	EXPECT_EQ(0, count_lines(self->text, "# TYPE sockport_unit_sockets"));
	accounts_free(&accounts);
}

TEST_F(metrics, openmetrics)
{
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80, 1000));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 443, 0));
	self->metrics.attempts = 77;
	self->metrics.stats.known = 1 << SOCKPORT_A_STATS_WALK_TIME | 1 << SOCKPORT_A_STATS_OPEN_WALKS;
	self->metrics.stats.values[SOCKPORT_A_STATS_WALK_TIME] = 1002000003;
	strcpy(self->metrics.version, "1.0\"\n\xff\x7f");
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("# TYPE sockport_port_accepted counter");
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"tcp\",role=\"in\",port=\"80\"} 1000");
	EXPECT_LINE("sockport_accepted_total{protocol=\"tcp\",role=\"in\"} 1000");
	EXPECT_LINE("sockport_port_sockets{protocol=\"tcp\",role=\"out\",port=\"443\"} 3");
	EXPECT_LINE("sockport_port_close_wait_sockets{protocol=\"tcp\",role=\"in\",port=\"80\"} 2");
	EXPECT_LINE("sockport_close_wait_sockets{protocol=\"tcp\",role=\"out\"} 2");
	EXPECT_LINE("sockport_port_open_socket_drops{protocol=\"tcp\",role=\"in\",port=\"80\"} 5");
	/* Nobody can come to a port of others; what can happen is there from the beginning. */
	EXPECT_EQ(1, count_lines(self->text, "sockport_port_accepted_total{"));
	EXPECT_EQ(2, count_lines(self->text, "sockport_port_closed_total{protocol=\"tcp\",role=\"out\",port=\"443\",by=\"host\"}") +
		     count_lines(self->text, "sockport_port_closed_total{protocol=\"tcp\",role=\"in\",port=\"80\",by=\"host\"}"));
	EXPECT_LINE("sockport_port_failures_total{protocol=\"tcp\",role=\"in\",port=\"80\",cause=\"timed-out\"} 6");
	EXPECT_LINE("sockport_port_failures_total{protocol=\"tcp\",role=\"in\",port=\"80\",cause=\"other\"} 8");
	EXPECT_LINE("sockport_port_failures_total{protocol=\"tcp\",role=\"in\",port=\"80\",cause=\"no-local-port\"} 28");
	EXPECT_LINE("sockport_port_failures_total{protocol=\"tcp\",role=\"in\",port=\"80\",cause=\"given-up\"} 30");
	EXPECT_LINE("sockport_port_closed_total{protocol=\"tcp\",role=\"in\",port=\"80\",by=\"peer\"} 10");
	EXPECT_LINE("# UNIT sockport_port_received_bytes bytes");
	EXPECT_LINE("sockport_port_received_bytes_total{protocol=\"tcp\",role=\"in\",port=\"80\"} 14");
	EXPECT_LINE("sockport_port_last_active_timestamp_seconds{protocol=\"tcp\",role=\"in\",port=\"80\"} 1767323045.678");
	EXPECT_LINE("sockport_closed_door_attempts_total 77");
	EXPECT_LINE("sockport_module_walk_seconds_total 1.002000003");
	EXPECT_LINE("sockport_module_open_walks 0");
	EXPECT_LINE("sockport_module_info{version=\"1.0\?\?\?\?\"} 1");
	/* What is unknown has no sample. */
	EXPECT_EQ(0, count_lines(self->text, "sockport_port_backlog_limit{"));
	EXPECT_EQ(0, count_lines(self->text, "sockport_module_port_walks"));
	EXPECT_STREQ("\n# EOF\n", self->text + strlen(self->text) - 7);
	EXPECT_EQ(1, count_lines(self->text, "# EOF"));
}

TEST_F(metrics, prometheus)
{
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, 53, 9));
	self->text = written(&self->metrics, METRICS_PROMETHEUS);
	EXPECT_LINE("# TYPE sockport_port_accepted_total counter");
	EXPECT_LINE("# TYPE sockport_port_sockets gauge");
	EXPECT_LINE("# TYPE sockport_port_lifetime_seconds histogram");
	EXPECT_EQ(0, count_lines(self->text, "# UNIT"));
	EXPECT_EQ(0, count_lines(self->text, "# EOF"));
	EXPECT_EQ(0, count_lines(self->text, "# TYPE sockport_port_accepted counter"));
	EXPECT_EQ(count_lines(self->text, "# TYPE"), count_lines(self->text, "# HELP"));
}

/* Buckets add up, and the last one is that of all. */
TEST_F(metrics, histograms)
{
	const char *port = "{protocol=\"tcp\",role=\"in\",port=\"80\"";
	char start[120];

	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80, 1000));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 81, 1000));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_lifetime_seconds_bucket{protocol=\"tcp\",role=\"in\",port=\"80\",le=\"0.001023\"} 3");
	EXPECT_LINE("sockport_port_lifetime_seconds_bucket{protocol=\"tcp\",role=\"in\",port=\"80\",le=\"0.004095\"} 6");
	EXPECT_LINE("sockport_port_lifetime_seconds_bucket{protocol=\"tcp\",role=\"in\",port=\"80\",le=\"68719.476735\"} 6");
	EXPECT_LINE("sockport_port_lifetime_seconds_bucket{protocol=\"tcp\",role=\"in\",port=\"80\",le=\"+Inf\"} 10");
	EXPECT_LINE("sockport_port_lifetime_seconds_sum{protocol=\"tcp\",role=\"in\",port=\"80\"} 1.234567");
	EXPECT_LINE("sockport_port_lifetime_seconds_count{protocol=\"tcp\",role=\"in\",port=\"80\"} 10");
	EXPECT_LINE("sockport_lifetime_seconds_bucket{protocol=\"tcp\",role=\"in\",le=\"+Inf\"} 20");
	EXPECT_LINE("sockport_lifetime_seconds_sum{protocol=\"tcp\",role=\"in\"} 2.469134");
	snprintf(start, sizeof(start), "sockport_port_lifetime_seconds_bucket%s", port);
	EXPECT_EQ(15, count_lines(self->text, start));
	EXPECT_EQ(0, count_lines(self->text, "sockport_port_rtt_seconds_"));
}

/* The ports that did most have series; and the sums have all. */
TEST_F(metrics, top)
{
	unsigned int i;

	for (i = 0; i < 50; i++) {
		ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 1000 + i,
				i * 7 % 50));
	}
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_EQ(2, count_lines(self->text, "sockport_port_accepted_total{"));
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"tcp\",role=\"in\",port=\"1007\"} 49");
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"tcp\",role=\"in\",port=\"1014\"} 48");
	EXPECT_LINE("sockport_accepted_total{protocol=\"tcp\",role=\"in\"} 1225");
	EXPECT_LINE("sockport_ports{protocol=\"tcp\",role=\"in\"} 50");
	EXPECT_LINE("sockport_sockets{protocol=\"tcp\",role=\"in\"} 150");
}

/* Among equals, the first in the order; in whatever order they come. */
TEST_F(metrics, ties)
{
	static const uint32_t ports[] = { 5, 1, 4, 2, 3 };
	unsigned int i;

	for (i = 0; i < 5; i++)
		ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, ports[i], 9));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_EQ(2, count_lines(self->text, "sockport_port_accepted_total{"));
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"udp\",role=\"in\",port=\"1\"} 9");
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"udp\",role=\"in\",port=\"2\"} 9");
}

/* A port that goes out of the top, or comes in, changes no sum. */
TEST_F(metrics, sums_do_not_depend_on_top)
{
	const char *line = "sockport_accepted_total{protocol=\"tcp\",role=\"out\"} 111";
	uint32_t top;

	for (top = 0; top < 5; top++) {
		metrics_free(&self->metrics);
		free(self->text);
		self->metrics = (struct metrics){ .top = top };
		ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 1, 100));
		ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 2, 10));
		ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 3, 1));
		self->text = written(&self->metrics, METRICS_OPENMETRICS);
		EXPECT_LINE(line);
		EXPECT_EQ(top < 3 ? top : 3, count_lines(self->text, "sockport_port_accepted_total{"));
	}
}

/* What was given back goes from a port to the rest: the sum stays. */
TEST_F(metrics, rest)
{
	struct port_row row = make_port(SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 0, 100);

	row.known |= 1ull << SOCKPORT_A_PORT_REST;
	ASSERT_TRUE(metrics_add(&self->metrics, &row));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 80, 11));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"tcp\",role=\"out\",port=\"rest\"} 100");
	EXPECT_LINE("sockport_port_accepted_total{protocol=\"tcp\",role=\"out\",port=\"80\"} 11");
	EXPECT_LINE("sockport_accepted_total{protocol=\"tcp\",role=\"out\"} 111");
}

static bool add_socket(struct metrics *metrics, const struct socket_row *like, uint32_t backlog,
		       const char *cgroup)
{
	struct socket_row row = *like;

	row.known |= 1ull << SOCKPORT_A_SOCKET_MEMORY | 1ull << SOCKPORT_A_SOCKET_BACKLOG |
		     1ull << SOCKPORT_A_SOCKET_BACKLOG_LIMIT | 1ull << SOCKPORT_A_SOCKET_CGROUP |
		     1ull << SOCKPORT_A_SOCKET_SYN_QUEUE;
	row.backlog = backlog;
	row.syn_queue = 3 * backlog;
	row.limit = 9;
	row.memory[SOCKPORT_A_MEMORY_RMEM_ALLOC] = 1000;
	row.memory[SOCKPORT_A_MEMORY_WMEM_QUEUED] = 200;
	row.memory[SOCKPORT_A_MEMORY_WMEM_ALLOC] = 7;
	row.memory[SOCKPORT_A_MEMORY_FWD_ALLOC] = 30;
	row.memory[SOCKPORT_A_MEMORY_OPTMEM] = 4;
	row.cgroup = cgroup;
	return metrics_add_socket(metrics, &row);
}

/* What sockets hold, of ports that have series and of all; the listener that is fullest. */
TEST_F(metrics, of_sockets)
{
	struct socket_row row = { .protocol = SOCKPORT_PROTOCOL_TCP, .role = SOCKPORT_ROLE_IN,
				  .state = SOCKPORT_STATE_LISTEN, .local_port = 80 };

	self->metrics.top = 1;
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80, 1000));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 81, 1));
	metrics_sort(&self->metrics);
	ASSERT_TRUE(add_socket(&self->metrics, &row, 5, "/system.slice/web.service"));
	ASSERT_TRUE(add_socket(&self->metrics, &row, 2, "/system.slice/web.service"));
	row.local_port = 81;
	ASSERT_TRUE(add_socket(&self->metrics, &row, 7, "/system.slice/other.service"));
	ASSERT_TRUE(metrics_sort_sockets(&self->metrics));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_receive_memory_bytes{protocol=\"tcp\",role=\"in\",port=\"80\"} 2000");
	EXPECT_LINE("sockport_port_send_memory_bytes{protocol=\"tcp\",role=\"in\",port=\"80\"} 400");
	EXPECT_LINE("sockport_port_reserved_memory_bytes{protocol=\"tcp\",role=\"in\",port=\"80\"} 68");
	EXPECT_LINE("sockport_receive_memory_bytes{protocol=\"tcp\",role=\"in\"} 3000");
	EXPECT_LINE("sockport_port_fullest_backlog_ratio{protocol=\"tcp\",role=\"in\",port=\"80\"} 0.500");
	EXPECT_LINE("sockport_fullest_backlog_ratio{protocol=\"tcp\",role=\"in\"} 0.700");
	EXPECT_LINE("# UNIT sockport_port_fullest_backlog_ratio ratio");
	EXPECT_LINE("sockport_port_fullest_syn_queue_ratio{protocol=\"tcp\",role=\"in\",port=\"80\"} 1.666");
	EXPECT_LINE("sockport_fullest_syn_queue_ratio{protocol=\"tcp\",role=\"in\"} 2.333");
	EXPECT_LINE("sockport_unit_receive_memory_bytes{unit=\"web.service\"} 2000");
	EXPECT_EQ(1, count_lines(self->text, "sockport_unit_receive_memory_bytes{"));
}

static void know_ends(struct socket_row *row, const uint8_t *local, const uint8_t *remote)
{
	row->known = 1ull << SOCKPORT_A_SOCKET_LOCAL_ADDRESS |
		     1ull << SOCKPORT_A_SOCKET_REMOTE_ADDRESS |
		     1ull << SOCKPORT_A_SOCKET_LOCAL_PORT | 1ull << SOCKPORT_A_SOCKET_REMOTE_PORT;
	row->local = local;
	row->remote = remote;
	row->local_size = 4;
	row->remote_size = 4;
}

/* To which destinations most local ports are in use, and of which addresses. */
TEST_F(metrics, of_destinations)
{
	static const uint8_t here[4] = { 192, 0, 2, 1 }, there[4] = { 192, 0, 2, 9 };
	struct socket_row row = { .protocol = SOCKPORT_PROTOCOL_TCP, .role = SOCKPORT_ROLE_OUT,
				  .state = SOCKPORT_STATE_ESTABLISHED };
	struct space *space = spaces_get(&self->metrics.around, 0);
	unsigned int i;

	ASSERT_TRUE(space);
	space->is_seen = true;
	space->has_range = true;
	space->available = 90;
	space->destinations.range = (struct port_range){ 40000, 40099 };
	self->metrics.top = 1;
	know_ends(&row, here, there);
	for (i = 0; i < 5; i++) {
		row.local_port = 40000 + i;
		row.remote_port = i < 3 ? 443 : 80;
		ASSERT_TRUE(metrics_add_socket(&self->metrics, &row));
	}
	row.local_port = 50000;
	ASSERT_TRUE(metrics_add_socket(&self->metrics, &row));
	ASSERT_TRUE(metrics_sort_sockets(&self->metrics));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_local_ports_available 90");
	EXPECT_LINE("sockport_destinations 2");
	EXPECT_LINE("sockport_destination_local_ports{protocol=\"tcp\",network_local_address=\"192.0.2.1\",network_peer_address=\"192.0.2.9\",network_peer_port=\"443\"} 3");
	EXPECT_EQ(1, count_lines(self->text, "sockport_destination_local_ports{"));
	EXPECT_LINE("sockport_address_local_ports{protocol=\"tcp\",network_local_address=\"192.0.2.1\"} 5");
	EXPECT_LINE("sockport_address_sockets{protocol=\"tcp\",network_local_address=\"192.0.2.1\"} 5");
}

/* Of each namespace its own; what is the host's once. */
TEST_F(metrics, of_namespaces)
{
	struct space *space;
	unsigned int i;

	self->metrics.names = names_new(true);
	ASSERT_TRUE(self->metrics.names);
	for (i = 0; i < 2; i++) {
		space = spaces_get(&self->metrics.around, 11 + i);
		ASSERT_TRUE(space);
		space->is_seen = true;
		space->before.known = 1ull << COUNTER_UDP_RCVBUF_ERRORS |
				      1ull << COUNTER_UDP6_RCVBUF_ERRORS |
				      1ull << COUNTER_LISTEN_OVERFLOWS;
		space->before.values[COUNTER_LISTEN_OVERFLOWS] = 30 + i;
		space->before.values[COUNTER_UDP_RCVBUF_ERRORS] = 100 + i;
		space->before.values[COUNTER_UDP6_RCVBUF_ERRORS] = 1000;
		space->limits[0] = (struct limit){ .known = 3, .name = "files", .used = 4, .max = 9 };
		space->limits[1] = (struct limit){ .known = 3, .name = "time_wait", .used = i, .max = 5 };
	}
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_udp_drops_total{netns=\"net:[11]\",cause=\"receive-buffer\"} 1100");
	EXPECT_LINE("sockport_udp_drops_total{netns=\"net:[12]\",cause=\"receive-buffer\"} 1101");
	EXPECT_EQ(2, count_lines(self->text, "sockport_udp_drops_total{"));
	EXPECT_LINE("sockport_listen_overflows_total{netns=\"net:[12]\"} 31");
	EXPECT_LINE("sockport_limit_used{limit=\"files\"} 4");
	EXPECT_LINE("sockport_limit_max{limit=\"files\"} 9");
	EXPECT_EQ(1, count_lines(self->text, "sockport_limit_used{limit="));
	EXPECT_LINE("sockport_limit_used{netns=\"net:[12]\",limit=\"time_wait\"} 1");
	names_free(self->metrics.names);
	self->metrics.names = NULL;
}

/* States by the names of OpenTelemetry; what cannot be has no series. */
TEST_F(metrics, states)
{
	struct port_row row = make_port(SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 443, 0);

	row.states[SOCKPORT_STATE_SYN_SENT] = 4;
	ASSERT_TRUE(metrics_add(&self->metrics, &row));
	row = make_port(SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_IN, 53, 0);
	row.states[SOCKPORT_STATE_CLOSE] = 6;
	ASSERT_TRUE(metrics_add(&self->metrics, &row));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_network_connections{protocol=\"tcp\",role=\"out\",port=\"443\",network_connection_state=\"syn_sent\"} 4");
	EXPECT_LINE("sockport_port_network_connections{protocol=\"tcp\",role=\"out\",port=\"443\",network_connection_state=\"close_wait\"} 2");
	EXPECT_LINE("sockport_port_network_connections{protocol=\"tcp\",role=\"out\",port=\"443\",network_connection_state=\"established\"} 0");
	EXPECT_LINE("sockport_network_connections{protocol=\"udp\",role=\"in\",network_connection_state=\"closed\"} 6");
	EXPECT_EQ(9, count_lines(self->text, "sockport_network_connections{protocol=\"tcp\""));
	EXPECT_EQ(2, count_lines(self->text, "sockport_network_connections{protocol=\"udp\""));
}

/* Of a sum, the oldest of all; nothing where nobody knows. */
TEST_F(metrics, oldest_close_wait)
{
	static const uint64_t ages[] = { 1500, 61250, 7 };
	struct port_row row;
	unsigned int i;

	self->metrics.top = 4;
	for (i = 0; i < 3; i++) {
		row = make_port(SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80 + i, 0);
		row.known |= 1ull << SOCKPORT_A_PORT_CLOSE_WAIT_AGE;
		row.close_wait_age = ages[i];
		ASSERT_TRUE(metrics_add(&self->metrics, &row));
	}
	row = make_port(SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_OUT, 443, 0);
	ASSERT_TRUE(metrics_add(&self->metrics, &row));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_oldest_close_wait_seconds{protocol=\"tcp\",role=\"in\",port=\"80\"} 1.500");
	EXPECT_LINE("sockport_port_oldest_close_wait_seconds{protocol=\"tcp\",role=\"in\",port=\"82\"} 0.007");
	EXPECT_LINE("sockport_oldest_close_wait_seconds{protocol=\"tcp\",role=\"in\"} 61.250");
	EXPECT_EQ(4, count_lines(self->text, "sockport_port_oldest_close_wait_seconds{") +
		     count_lines(self->text, "sockport_oldest_close_wait_seconds{"));
}

TEST_F(metrics, accepts)
{
	const uint64_t buckets[] = { 0, 0, 0, 0, 0, 3, 1 };
	struct port_row row = make_port(SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80, 0);

	self->metrics.top = 1;
	row.known |= 1ull << SOCKPORT_A_PORT_ACCEPT_AGE;
	row.accept_age = 2500;
	row.distributions[SOCKPORT_DISTRIBUTION_KIND_ACCEPT] = (struct distribution_row){
		.known = ~0ull, .sum = 120, .buckets = (const uint8_t *)buckets, .count = 7,
	};
	ASSERT_TRUE(metrics_add(&self->metrics, &row));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_LINE("sockport_port_oldest_unaccepted_seconds{protocol=\"tcp\",role=\"in\",port=\"80\"} 2.500");
	EXPECT_LINE("sockport_port_accept_seconds_count{protocol=\"tcp\",role=\"in\",port=\"80\"} 4");
	EXPECT_LINE("sockport_port_accept_seconds_sum{protocol=\"tcp\",role=\"in\",port=\"80\"} 0.000120");
}

/* A newer module's protocol has no name here. */
TEST_F(metrics, unknown_protocol)
{
	ASSERT_TRUE(add(&self->metrics, METRICS_PROTOCOLS, SOCKPORT_ROLE_IN, 1, 1));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, METRICS_ROLES, 1, 1));
	self->text = written(&self->metrics, METRICS_OPENMETRICS);
	EXPECT_EQ(0, count_lines(self->text, "sockport_port_accepted_total"));
}

FIXTURE(file)
{
	char directory[32];
	char path[64];
	struct failure failure;
};

FIXTURE_SETUP(file)
{
	strcpy(self->directory, "/tmp/sockport.XXXXXX");
	ASSERT_TRUE(mkdtemp(self->directory));
	snprintf(self->path, sizeof(self->path), "%s/x.prom", self->directory);
}

FIXTURE_TEARDOWN(file)
{
	unlink(self->path);
	rmdir(self->path);
	rmdir(self->directory);
}

static unsigned int count_files(const char *path)
{
	DIR *directory = opendir(path);
	unsigned int count = 0;
	struct dirent *entry;

	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

TEST_F(file, replaced)
{
	struct stat status;
	char *text;

	umask(077);
	ASSERT_EQ(0, textfile_write(self->path, "old old\n", 8, &self->failure));
	ASSERT_EQ(0, textfile_write(self->path, "new\n", 4, &self->failure));
	text = file_read(self->path, 100);
	EXPECT_STREQ("new\n", text);
	free(text);
	ASSERT_EQ(0, stat(self->path, &status));
	EXPECT_EQ(0644, status.st_mode & 07777);
	EXPECT_EQ(1, count_files(self->directory));
}

/* While it is written again and again, every look finds a whole text. */
TEST_F(file, whole)
{
	static char texts[2][100000];
	unsigned int i;
	pid_t writer;
	char *text;

	for (i = 0; i < 2; i++) {
		memset(texts[i], 'a' + i, sizeof(texts[i]) - 1);
		ASSERT_EQ(0, textfile_write(self->path, texts[i], strlen(texts[i]), &self->failure));
	}
	writer = fork();
	if (!writer) {
		for (i = 0; i < 300; i++)
			textfile_write(self->path, texts[i % 2], strlen(texts[i % 2]), &self->failure);
		_exit(0);
	}
	while (!waitpid(writer, NULL, WNOHANG)) {
		text = file_read(self->path, sizeof(texts[0]));
		ASSERT_TRUE(text);
		EXPECT_TRUE(!strcmp(text, texts[0]) || !strcmp(text, texts[1]));
		free(text);
	}
}

/* What cannot be done leaves all as it was. */
TEST_F(file, failed)
{
	ASSERT_EQ(0, mkdir(self->path, 0755));
	EXPECT_EQ(-1, textfile_write(self->path, "x", 1, &self->failure));
	EXPECT_EQ(EXIT_RUN, self->failure.status);
	EXPECT_EQ(1, count_files(self->directory));
	EXPECT_EQ(-1, textfile_write("/no/such/directory/x.prom", "x", 1, &self->failure));
	EXPECT_TRUE(strstr(self->failure.text, "/no/such/directory/x.prom"));
}

/* What Prometheus itself says of it, where it is. */
TEST_F(metrics, promtool)
{
	const char *promtool = getenv("PROMTOOL");
	char command[400], path[] = "/tmp/sockport.XXXXXX";
	FILE *stream;

	snprintf(command, sizeof(command), "command -v %s >/dev/null",
		 promtool ? promtool : "promtool");
	if (system(command))
		SKIP(return, "promtool is not installed");
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_TCP, SOCKPORT_ROLE_IN, 80, 1000));
	ASSERT_TRUE(add(&self->metrics, SOCKPORT_PROTOCOL_UDP, SOCKPORT_ROLE_OUT, 53, 10));
	self->metrics.stats.known = (2ull << SOCKPORT_A_STATS_MAX) - 2;
	self->text = written(&self->metrics, METRICS_PROMETHEUS);
	stream = fdopen(mkstemp(path), "w");
	ASSERT_TRUE(stream);
	fputs(self->text, stream);
	EXPECT_EQ(0, fclose(stream));
	snprintf(command, sizeof(command), "%s check metrics <%s",
		 promtool ? promtool : "promtool", path);
	EXPECT_EQ(0, system(command));
	unlink(path);
}

TEST_HARNESS_MAIN
