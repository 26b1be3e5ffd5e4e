// SPDX-License-Identifier: GPL-2.0
/*
 * What TCP knows of a connection: members of struct tcp_info, of which kernels have more or
 * less. A listener uses some of them for its queue, which other columns have; the rest means
 * nothing there, nor where there is no connection.
 */
#include <linux/sockport.h>
#include <linux/tcp.h>
#include <string.h>

#include "columns/tables.h"
#include "format/clock.h"
#include "kernel/rows.h"

/* Behind those that the headers have that this is built with, newer kernels have more. */
#define RCV_WND			232
#define REHASH			236
#define TOTAL_RTO		240
#define TOTAL_RTO_RECOVERIES	242
#define TOTAL_RTO_TIME		244
#define RECEIVED_CE		248
#define DELIVERED_E1		252
#define DELIVERED_E0		256
#define DELIVERED_CE_BYTES	260
#define RECEIVED_E1		264
#define RECEIVED_E0		268
#define RECEIVED_CE_BYTES	272
#define ECN_BITS		276

/* Likewise, bits of tcpi_options. */
#define OPT_USEC_TS	64
#define OPT_TFO_CHILD	128

_Static_assert(offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(uint32_t) == RCV_WND,
	       "members are only ever appended");

/* Members that are bits have no offset: the byte in which they are. */
#define SCALES_BYTE		(offsetof(struct tcp_info, tcpi_options) + 1)

static bool is_connection(const struct socket_row *socket)
{
	return socket->state != SOCKPORT_STATE_LISTEN && socket->state != SOCKPORT_STATE_CLOSE;
}

static bool read_member(const struct column *column, const struct socket_row *socket,
			void *value, size_t size)
{
	return row_knows(socket, column->attribute) && is_connection(socket) &&
	       column_read(column, socket->tcp_info, socket->tcp_info_size, value, size);
}

#define FILL_INFO(bits)									\
static void fill_info##bits(struct sink *sink, const struct column *column, const void *row) \
{											\
	uint##bits##_t value;								\
											\
	if (read_member(column, row, &value, sizeof(value)))				\
		value_u64(sink, value);							\
}

FILL_INFO(8)
FILL_INFO(16)
FILL_INFO(32)
FILL_INFO(64)

static void fill_time(struct sink *sink, const struct column *column, const void *row)
{
	uint64_t us;

	if (read_member(column, row, &us, sizeof(us)))
		value_us(sink, us);
}

static void fill_ms(struct sink *sink, const struct column *column, const void *row)
{
	uint32_t ms;

	if (read_member(column, row, &ms, sizeof(ms)))
		value_us(sink, ms * US_PER_MS);
}

/* Clocks run from when the connection is there. */
static void fill_since(struct sink *sink, const struct column *column, const void *row)
{
	if (((const struct socket_row *)row)->state != SOCKPORT_STATE_SYN_SENT)
		fill_ms(sink, column, row);
}

/* No limit is no rate. */
static void fill_rate(struct sink *sink, const struct column *column, const void *row)
{
	uint64_t value;

	if (read_member(column, row, &value, sizeof(value)) && value != UINT64_MAX)
		value_u64(sink, value);
}

static const char *word_phase(uint8_t phase)
{
	static const char *const words[] = {
		[TCP_CA_Open] = "open", [TCP_CA_Disorder] = "disorder", [TCP_CA_CWR] = "cwr",
		[TCP_CA_Recovery] = "recovery", [TCP_CA_Loss] = "loss",
	};

	return phase < sizeof(words) / sizeof(*words) ? words[phase] : NULL;
}

static void fill_phase(struct sink *sink, const struct column *column, const void *row)
{
	uint8_t phase;

	if (read_member(column, row, &phase, sizeof(phase)))
		value_word_or_number(sink, word_phase(phase), phase);
}

static void fill_options(struct sink *sink, const struct column *column, const void *row)
{
	static const struct { uint8_t bit; const char *word; } words[] = {
		{ TCPI_OPT_TIMESTAMPS, "timestamps" }, { TCPI_OPT_SACK, "sack" },
		{ TCPI_OPT_WSCALE, "wscale" }, { TCPI_OPT_ECN, "ecn" },
		{ TCPI_OPT_ECN_SEEN, "ecn-seen" }, { TCPI_OPT_SYN_DATA, "syn-data" },
		{ OPT_USEC_TS, "usec-ts" }, { OPT_TFO_CHILD, "fast-open" },
	};
	uint8_t options;
	size_t i;

	if (!read_member(column, row, &options, sizeof(options)))
		return;
	value_list_begin(sink);
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!(options & words[i].bit))
			continue;
		value_list_item(sink);
		value_word(sink, words[i].word);
	}
	value_list_end(sink);
}

/* As the compiler lays them out, so they are read. */
static bool read_bits(const struct column *column, const void *row, struct tcp_info *info)
{
	uint8_t bytes[2];

	*info = (struct tcp_info){ 0 };
	if (!read_member(column, row, bytes, sizeof(bytes)))
		return false;
	memcpy((uint8_t *)info + SCALES_BYTE, bytes, sizeof(bytes));
	return true;
}

#define FILL_BITS(name)									\
static void fill_##name(struct sink *sink, const struct column *column, const void *row) \
{											\
	struct tcp_info info;								\
											\
	if (read_bits(column, row, &info))						\
		value_u64(sink, info.tcpi_##name);					\
}

/* Of newer kernels: two bits, two and four, from the end of the word where its bytes begin. */
struct ecn_bits {
	uint32_t mode : 2;
	uint32_t opt_seen : 2;
	uint32_t fail_mode : 4;
	uint32_t rest : 24;
};

/* Kernels before had something else there: of these the mode is none, whatever was agreed on. */
static bool read_ecn(const struct column *column, const struct socket_row *row,
		     struct ecn_bits *bits)
{
	struct tcp_info info = { 0 };

	if (!read_member(column, row, bits, sizeof(*bits)))
		return false;
	memcpy(&info, row->tcp_info, offsetof(struct tcp_info, tcpi_rto));
	return !bits->mode == !(info.tcpi_options & TCPI_OPT_ECN);
}

static void fill_ecn_mode(struct sink *sink, const struct column *column, const void *row)
{
	static const char *const words[] = { "none", "classic", "accurate", "pending" };
	struct ecn_bits bits;

	if (read_ecn(column, row, &bits))
		value_word(sink, words[bits.mode]);
}

static void fill_accecn_fail(struct sink *sink, const struct column *column, const void *row)
{
	struct ecn_bits bits;

	if (read_ecn(column, row, &bits))
		value_u64(sink, bits.fail_mode);
}

FILL_BITS(snd_wscale)
FILL_BITS(rcv_wscale)
FILL_BITS(fastopen_client_fail)

static void fill_app_limited(struct sink *sink, const struct column *column, const void *row)
{
	struct tcp_info info;

	if (read_bits(column, row, &info))
		value_bool(sink, info.tcpi_delivery_rate_app_limited);
}

#define AT(column, at, as, of, text)							\
	{ .name = column, .help = text, .unit = of, .fill = as,				\
	  .want = SOCKPORT_WANT_TCP_INFO, .flags = COLUMN_RIGHT, .width = 8,		\
	  .offset = at, .attribute = SOCKPORT_A_SOCKET_TCP_INFO }
#define INFO(column, member, bits, of, text)						\
	AT(column, offsetof(struct tcp_info, member), fill_info##bits, of, text)

static const struct column list[] = {
	INFO("rtt", tcpi_rtt, 32, "microseconds", "round trip time"),
	INFO("rttvar", tcpi_rttvar, 32, "microseconds", "its deviation"),
	INFO("min_rtt", tcpi_min_rtt, 32, "microseconds", "least round trip time"),
	INFO("rto", tcpi_rto, 32, "microseconds", "retransmission timeout"),
	INFO("cwnd", tcpi_snd_cwnd, 32, "segments", "congestion window, in segments"),
	INFO("ssthresh", tcpi_snd_ssthresh, 32, "segments", "slow start threshold, in segments"),
	INFO("mss", tcpi_snd_mss, 32, "bytes", "bytes of a segment sent"),
	INFO("pmtu", tcpi_pmtu, 32, "bytes", "MTU of the path, in bytes"),
	INFO("unacked", tcpi_unacked, 32, "segments", "segments not yet acknowledged"),
	INFO("lost", tcpi_lost, 32, "segments", "segments thought lost"),
	INFO("retrans_total", tcpi_total_retrans, 32, "segments", "segments sent again, ever"),
	INFO("bytes_acked", tcpi_bytes_acked, 64, "bytes", "bytes sent and acknowledged"),
	INFO("bytes_received", tcpi_bytes_received, 64, "bytes", "bytes received"),
	INFO("segs_out", tcpi_segs_out, 32, "segments", "segments sent"),
	INFO("segs_in", tcpi_segs_in, 32, "segments", "segments received"),
	INFO("delivery_rate", tcpi_delivery_rate, 64, "bytes a second",
	     "bytes delivered in a second"),
	AT("busy", offsetof(struct tcp_info, tcpi_busy_time), fill_time, "microseconds",
	   "time in which it had something to send"),
	AT("rwnd_limited", offsetof(struct tcp_info, tcpi_rwnd_limited), fill_time, "microseconds",
	   "of that, time in which the peer's window held it up"),
	AT("sndbuf_limited", offsetof(struct tcp_info, tcpi_sndbuf_limited), fill_time,
	   "microseconds", "of that, time in which its own send buffer held it up"),
	AT("lastsnd", offsetof(struct tcp_info, tcpi_last_data_sent), fill_since, "microseconds",
	   "time since it sent a byte, or was established"),
	AT("lastrcv", offsetof(struct tcp_info, tcpi_last_data_recv), fill_since, "microseconds",
	   "time since it received a byte, or was established"),
	AT("lastack", offsetof(struct tcp_info, tcpi_last_ack_recv), fill_since, "microseconds",
	   "time since it received an acknowledgement"),
	INFO("reordering", tcpi_reordering, 32, "segments",
	     "so far out of order segments may come without being thought lost"),
	INFO("reord_seen", tcpi_reord_seen, 32, "events", "how often the way put segments in another order"),
	INFO("ooo", tcpi_rcv_ooopack, 32, "segments", "segments received out of order"),
	INFO("dsack_dups", tcpi_dsack_dups, 32, "segments",
	     "segments that the peer had twice, as it says by duplicate SACKs"),
	INFO("delivered", tcpi_delivered, 32, "segments", "segments that the peer has"),
	INFO("delivered_ce", tcpi_delivered_ce, 32, "segments",
	     "of these, segments marked by ECN: the way was congested"),
	INFO("sacked", tcpi_sacked, 32, "segments", "segments acknowledged by SACK only"),
	INFO("retrans", tcpi_retrans, 32, "segments", "segments sent again and not yet acknowledged"),
	INFO("notsent", tcpi_notsent_bytes, 32, "bytes", "bytes that wait and were never sent"),
	INFO("snd_wnd", tcpi_snd_wnd, 32, "bytes", "receive window of the peer; 0 if it takes nothing"),
	AT("rcv_wnd", RCV_WND, fill_info32, "bytes",
	   "receive window told to the peer (from Linux 6.2 on)"),
	INFO("bytes_sent", tcpi_bytes_sent, 64, "bytes", "bytes sent, those sent again included"),
	INFO("bytes_retrans", tcpi_bytes_retrans, 64, "bytes", "bytes sent again"),
	INFO("data_segs_out", tcpi_data_segs_out, 32, "segments", "segments sent that had payload"),
	INFO("data_segs_in", tcpi_data_segs_in, 32, "segments", "segments received that had payload"),
	AT("pacing_rate", offsetof(struct tcp_info, tcpi_pacing_rate), fill_rate, "bytes a second",
	   "bytes sent in a second at most, as congestion control paces it"),
	AT("max_pacing_rate", offsetof(struct tcp_info, tcpi_max_pacing_rate), fill_rate,
	   "bytes a second", "SO_MAX_PACING_RATE, where it is set"),
	{ .name = "app_limited", .help = "whether delivery_rate is that of the program, not of the way",
	  .kind = COLUMN_BOOL, .fill = fill_app_limited, .want = SOCKPORT_WANT_TCP_INFO,
	  .flags = COLUMN_RIGHT, .width = 11, .offset = SCALES_BYTE,
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	INFO("rcv_rtt", tcpi_rcv_rtt, 32, "microseconds", "round trip time as the receiver sees it"),
	INFO("rcv_space", tcpi_rcv_space, 32, "bytes", "bytes that the program reads in a round trip"),
	INFO("rcv_ssthresh", tcpi_rcv_ssthresh, 32, "bytes", "receive window that it goes up to"),
	INFO("rcv_mss", tcpi_rcv_mss, 32, "bytes", "bytes of a segment received"),
	INFO("advmss", tcpi_advmss, 32, "bytes", "bytes of a segment, as told to the peer"),
	INFO("ato", tcpi_ato, 32, "microseconds", "time that acknowledgements are put off"),
	INFO("backoff", tcpi_backoff, 8, "timeouts", "how often the timeout has been doubled"),
	INFO("probes", tcpi_probes, 8, "segments", "probes unanswered"),
	{ .name = "phase", .help = "of congestion control: open, disorder, cwr, recovery or loss",
	  .kind = COLUMN_TEXT, .fill = fill_phase, .want = SOCKPORT_WANT_TCP_INFO, .width = 8,
	  .offset = offsetof(struct tcp_info, tcpi_ca_state),
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	{ .name = "options", .help = "agreed on: timestamps, sack, wscale, ecn, ecn-seen, syn-data, usec-ts, fast-open",
	  .kind = COLUMN_TEXTS, .fill = fill_options, .want = SOCKPORT_WANT_TCP_INFO, .width = 22,
	  .offset = offsetof(struct tcp_info, tcpi_options),
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	{ .name = "snd_wscale", .help = "bits that the peer's window is scaled by",
	  .unit = "bits", .fill = fill_snd_wscale, .want = SOCKPORT_WANT_TCP_INFO,
	  .flags = COLUMN_RIGHT, .width = 10, .offset = SCALES_BYTE,
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	{ .name = "rcv_wscale", .help = "bits that its own window is scaled by",
	  .unit = "bits", .fill = fill_rcv_wscale, .want = SOCKPORT_WANT_TCP_INFO,
	  .flags = COLUMN_RIGHT, .width = 10, .offset = SCALES_BYTE,
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	{ .name = "fastopen_fail", .help = "why fast open failed, as TCP_INFO numbers it; 0 if it did not",
	  .unit = "code", .fill = fill_fastopen_client_fail, .want = SOCKPORT_WANT_TCP_INFO,
	  .flags = COLUMN_RIGHT, .width = 13, .offset = SCALES_BYTE,
	  .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	AT("rehash", REHASH, fill_info32, "events",
	   "how often it looked for another way (from Linux 6.2 on)"),
	AT("rto_total", TOTAL_RTO, fill_info16, "timeouts",
	   "retransmission timeouts, ever (from Linux 6.7 on)"),
	AT("rto_recoveries", TOTAL_RTO_RECOVERIES, fill_info16, "events",
	   "how often it had to recover from timeouts (from Linux 6.7 on)"),
	AT("rto_time", TOTAL_RTO_TIME, fill_ms, "microseconds",
	   "time that it took to recover from timeouts (from Linux 6.7 on)"),
	AT("received_ce", RECEIVED_CE, fill_info32, "segments",
	   "segments received that were marked by ECN (of newer kernels, as what follows)"),
	AT("delivered_e1_bytes", DELIVERED_E1, fill_info32, "bytes",
	   "bytes that the peer has by segments marked ECT(1), as accurate ECN counts them"),
	AT("delivered_e0_bytes", DELIVERED_E0, fill_info32, "bytes", "likewise, marked ECT(0)"),
	AT("delivered_ce_bytes", DELIVERED_CE_BYTES, fill_info32, "bytes",
	   "likewise, marked CE: the way was congested"),
	AT("received_e1_bytes", RECEIVED_E1, fill_info32, "bytes",
	   "bytes received by segments marked ECT(1)"),
	AT("received_e0_bytes", RECEIVED_E0, fill_info32, "bytes", "likewise, marked ECT(0)"),
	AT("received_ce_bytes", RECEIVED_CE_BYTES, fill_info32, "bytes", "likewise, marked CE"),
	{ .name = "ecn_mode", .help = "what was agreed on for ECN: none, classic, accurate, or pending",
	  .kind = COLUMN_TEXT, .fill = fill_ecn_mode, .want = SOCKPORT_WANT_TCP_INFO, .width = 8,
	  .offset = ECN_BITS, .attribute = SOCKPORT_A_SOCKET_TCP_INFO },
	AT("accecn_fail", ECN_BITS, fill_accecn_fail, "code",
	   "where accurate ECN failed, as TCP_INFO numbers it; 0 if it did not"),
};

const struct columns info_columns = {
	.list = list, .count = sizeof(list) / sizeof(*list), .more = &control_columns,
};
