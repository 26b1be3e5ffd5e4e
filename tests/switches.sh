#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is switched off is not there: the kernel's own probes watch the module's.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}"

# A namespace of their own, where nobody else's ports are.
if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

parameters=/sys/module/sockport/parameters
tracing=/sys/kernel/tracing
queued=$tracing/events/workqueue/workqueue_queue_work
# Called for tracepoints, and for packets
PROBES=(on_state on_destroy on_receive_reset on_send_reset on_kfree_skb)
HOOK=on_packet
NONE=0 SOME='[1-9][0-9]*'
listener=''

watch_functions()
{
	local name

	for name in "${PROBES[@]}" $HOOK; do
		echo "p:sockport_check/$name sockport:$name" >>$tracing/kprobe_events &&
			echo 1 >"$tracing/events/sockport_check/$name/enable" || return 1
	done
}

cleanup()
{
	local name

	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	echo 0 >$queued/enable
	echo 0 >$queued/filter
	for name in "${PROBES[@]}" $HOOK; do
		echo 0 >"$tracing/events/sockport_check/$name/enable"
		echo "-:sockport_check/$name" >>$tracing/kprobe_events
	done
	echo Y >$parameters/history
	echo N >$parameters/udp_accounting
}

# A connection that is closed, one that is reset, a call that is refused, and datagrams to
# a port that is open and to one that is closed: all that there is a probe for.
traffic()
{
	python3 - <<-'END'
		import socket
		import struct
		listener = socket.create_server(("127.0.0.1", 7700))
		client = socket.create_connection(("127.0.0.1", 7700))
		listener.accept()[0].close()
		client.recv(1)
		client.close()
		client = socket.create_connection(("127.0.0.1", 7700))
		client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		client.close()
		try:
		    socket.create_connection(("127.0.0.1", 7701))
		except ConnectionRefusedError:
		    pass
		server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		server.bind(("127.0.0.1", 7700))
		client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		client.sendto(b"x", ("127.0.0.1", 7700))
		server.recv(1)
		client.sendto(b"x", ("127.0.0.1", 7701))
	END
}

# calls FUNCTION: so far
calls()
{
	awk -v name="$1" '$1 == name { calls = $2 } END { print calls + 0 }' $tracing/kprobe_profile
}

# calls_made: how often each is called by some traffic, "NAME:CALLS"
calls_made()
{
	local name before=() i=0

	for name in "${PROBES[@]}" $HOOK; do
		before+=("$(calls "$name")")
	done
	traffic || return 1
	for name in "${PROBES[@]}" $HOOK; do
		echo "$name:$(($(calls "$name") - before[i++]))"
	done
}

# calls_are PATTERN MADE NAME...
calls_are()
{
	local pattern=$1 made=$2 name
	shift 2

	for name; do
		grep -qx "$name:$pattern" <<<"$made" || return 1
	done
}

all_on()
{
	local made

	echo Y >$parameters/history && echo Y >$parameters/udp_accounting && made=$(calls_made) ||
		return 1
	echo "$made"
	calls_are "$SOME" "$made" "${PROBES[@]}" $HOOK
}

udp_off()
{
	local made

	echo N >$parameters/udp_accounting && made=$(calls_made) || return 1
	echo "$made"
	calls_are "$SOME" "$made" "${PROBES[@]}" && calls_are "$NONE" "$made" $HOOK
}

history_off()
{
	local made

	echo Y >$parameters/udp_accounting && echo N >$parameters/history && made=$(calls_made) ||
		return 1
	echo "$made"
	calls_are "$NONE" "$made" "${PROBES[@]}" $HOOK
}

times_queued()
{
	grep -c 'workqueue=sockport' $tracing/trace
}

# Nothing is handed to who would send it.
nobody_listens()
{
	echo Y >$parameters/history && echo 'workqueue == "sockport"' >$queued/filter &&
		echo 1 >$queued/enable && echo >$tracing/trace && traffic &&
		expect 'work for nobody' 0 "$(times_queued)"
}

somebody_listens()
{
	local tries

	"$SOCKPORT_BIN" events --count 1 >/dev/null &
	listener=$!
	# Until it does, and has heard.
	for ((tries = 0; tries < 100; tries++)); do
		traffic || return 1
		kill -0 "$listener" 2>/dev/null || break
	done
	wait "$listener" && [ "$(times_queued)" -gt 0 ]
}

# What belongs to a module needs the module; and a kernel that can be watched.
[ -w $tracing/kprobe_events ] || {
	echo '1..0 # SKIP the kernel has no kprobes'
	exit 4
}
trap cleanup EXIT
watch_functions
ktap_run all_on udp_off history_off nobody_listens somebody_listens
