// SPDX-License-Identifier: GPL-2.0
/* How long a socket of TCP has been so, what runs on top of it, and what steers it. */
#include <linux/inet_diag.h>
#include <linux/sockport.h>

#include "columns/tables.h"
#include "format/clock.h"
#include "kernel/rows.h"

static bool read_member(const struct column *column, const struct socket_row *socket,
			void *value, size_t size)
{
	return row_knows(socket, column->attribute) &&
	       column_read(column, socket->control, socket->control_size, value, size);
}

static void fill_control(struct sink *sink, const struct column *column, const void *row)
{
	uint32_t value;

	if (read_member(column, row, &value, sizeof(value)))
		value_u64(sink, value);
}

static void fill_ce_state(struct sink *sink, const struct column *column, const void *row)
{
	uint16_t marked;

	if (read_member(column, row, &marked, sizeof(marked)))
		value_u64(sink, marked);
}

/* In two halves, the lower one first. */
static void fill_bandwidth(struct sink *sink, const struct column *column, const void *row)
{
	uint32_t halves[2];

	if (read_member(column, row, halves, sizeof(halves)))
		value_u64(sink, (uint64_t)halves[1] << 32 | halves[0]);
}

static void fill_age(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_us(sink, ((const struct socket_row *)row)->state_age * US_PER_MS);
}

static void fill_ulp(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_text(sink, ((const struct socket_row *)row)->ulp);
}

#define CONTROL(column, type, member, as, of, which, text)				\
	{ .name = column, .help = text, .unit = of, .fill = as,				\
	  .want = SOCKPORT_WANT_CONGESTION_INFO, .flags = COLUMN_RIGHT, .width = 8,	\
	  .offset = offsetof(struct type, member),					\
	  .attribute = SOCKPORT_A_SOCKET_##which##_INFO }
#define BBR(column, member, as, of, text)						\
	CONTROL(column, tcp_bbr_info, member, as, of, BBR, text)
#define DCTCP(column, member, as, of, text)						\
	CONTROL(column, tcp_dctcp_info, member, as, of, DCTCP, text)
#define VEGAS(column, member, of, text)							\
	CONTROL(column, tcpvegas_info, member, fill_control, of, VEGAS, text)

static const struct column list[] = {
	{ .name = "age", .help = "time that it listens, calls, is established or in CLOSE_WAIT",
	  .unit = "microseconds", .fill = fill_age, .want = SOCKPORT_WANT_AGE,
	  .flags = COLUMN_RIGHT, .width = 8,
	  .attribute = SOCKPORT_A_SOCKET_STATE_AGE },
	{ .name = "ulp", .help = "protocol on top of TCP, as tls; needs CAP_NET_ADMIN",
	  .kind = COLUMN_TEXT, .fill = fill_ulp, .want = SOCKPORT_WANT_ULP, .width = 8,
	  .attribute = SOCKPORT_A_SOCKET_ULP },
	BBR("bbr_bw", bbr_bw_lo, fill_bandwidth, "bytes a second",
	    "of BBR: bytes that the way takes in a second"),
	BBR("bbr_min_rtt", bbr_min_rtt, fill_control, "microseconds",
	    "of BBR: least round trip time"),
	BBR("bbr_pacing_gain", bbr_pacing_gain, fill_control, "1/256",
	    "of BBR: what the rate is multiplied by, times 256"),
	BBR("bbr_cwnd_gain", bbr_cwnd_gain, fill_control, "1/256",
	    "of BBR: what the window is multiplied by, times 256"),
	DCTCP("dctcp_alpha", dctcp_alpha, fill_control, "1/1024",
	      "of DCTCP: how much is marked, times 1024"),
	DCTCP("dctcp_ce_state", dctcp_ce_state, fill_ce_state, "0 or 1",
	      "of DCTCP: whether the last segment received was marked"),
	DCTCP("dctcp_ab_ecn", dctcp_ab_ecn, fill_control, "bytes", "of DCTCP: bytes marked in this window"),
	DCTCP("dctcp_ab_tot", dctcp_ab_tot, fill_control, "bytes", "of DCTCP: bytes of this window"),
	VEGAS("vegas_rtt", tcpv_rtt, "microseconds", "of Vegas: round trip time"),
	VEGAS("vegas_min_rtt", tcpv_minrtt, "microseconds",
	      "of Vegas: the least of them"),
	VEGAS("vegas_rtt_count", tcpv_rttcnt, "round trips", "of Vegas: round trips measured"),
};

const struct columns control_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
