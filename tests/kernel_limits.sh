#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the module says that this kernel does not let it do, and what the kernel itself shows.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}"

# What the module says, over /proc
said()
{
	awk '$1 == "limits" { print $2 }' /proc/net/sockport_stats
}

# limited NAME yes|no
limited()
{
	local seen=no

	[[ ,$(said), != *,$1,* ]] || seen=yes
	expect "$1 is a limit" "$2" $seen
}

# Without CONFIG_KALLSYMS_ALL nothing but functions is listed: a global one must do.
exported()
{
	if grep -q ' __ksymtab_' /proc/kallsyms; then
		grep -q " __ksymtab_$1\$" /proc/kallsyms
	else
		grep -q " T $1\$" /proc/kallsyms
	fi
}

same_everywhere()
{
	expect 'sockport stats' "$(said)" \
		"$("$SOCKPORT_BIN" stats | awk '$1 == "limits" { print $2 }')" &&
		expect 'sockport stats --json' "$(said)" "$("$SOCKPORT_BIN" stats --json | python3 -c \
			'import json, sys; print(",".join(json.load(sys.stdin)["limits"]) or "none")')"
}

ping_table()
{
	if exported ping_seq_start; then
		limited ping_table no
	else
		limited ping_table yes
	fi
}

udplite()
{
	if [ -e /proc/net/udplite ]; then
		limited udplite no
	else
		limited udplite yes
	fi
}

# Sockets of the kernel's own are in its tables only: no file of a process leads to them.
netlink_table()
{
	local listed kernel

	kernel=$(awk 'NR > 1 && $3 == 0' /proc/net/netlink | wc -l)
	listed=$(awk '$1 == "netlink"' /proc/net/sockport_sockets | wc -l)
	[ "$kernel" -gt 0 ] || return
	if [ "$listed" -ge "$kernel" ]; then
		limited netlink_table no
	else
		limited netlink_table yes
	fi
}

# With PREEMPT_RT there is no history, and nothing that it needs is tried.
history()
{
	local is_on
	is_on=$(awk '$1 == "history" { print $2 }' /proc/net/sockport_stats)

	if uname -v | grep -qw PREEMPT_RT; then
		limited history yes && expect 'history' 0 "$is_on"
	else
		limited history no && expect 'history' 1 "$is_on"
	fi
}

# needs_probe LIMIT FUNCTION: whose return is looked at, where there is history
needs_probe()
{
	if uname -v | grep -qw PREEMPT_RT; then
		limited "$1" no
	elif grep -q "$2" /sys/kernel/debug/kprobes/list; then
		limited "$1" no
	else
		limited "$1" yes
	fi
}

failed_connects()
{
	needs_probe failed_connects tcp_v4_connect
}

udp_openers()
{
	needs_probe udp_openers udp_lib_get_port
}

# It is looked at when somebody wants it.
accept_accounting()
{
	local parameter=/sys/module/sockport/parameters/accept_accounting status

	echo Y >$parameter && needs_probe accept_accounting security_sock_graft
	status=$?
	echo N >$parameter
	return $status
}

# Each kernel of this architecture that is tested has netfilter.
udp_accounting()
{
	limited udp_accounting no
}

ktap_run same_everywhere ping_table udplite netlink_table history failed_connects udp_accounting \
	udp_openers accept_accounting
