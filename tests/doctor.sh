#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is wrong: made for real, found, and gone when its cause is; what works is not.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}"

each()
{
	PYTHONDONTWRITEBYTECODE=1 python3 lib/doctor.py "$1" "$SOCKPORT_BIN" doctor --watch 0.3
}

# Each in a namespace of its own: what one has left is nothing to the others.
if [ -n "${IN_FIXTURE:-}" ]; then
	each "$DOCTOR_CASE"
	exit
fi

alone()
{
	IN_FIXTURE=yes DOCTOR_CASE=$1 "$SOCKPORT_FIXTURE" empty "$PWD/doctor.sh"
}

CASES=(healthy accept_overflow accept_full ports_of_destination ports_of_address ports_shared
	close_wait workers datagrams unanswered unread loss failures scans exposure time_wait memory
	module unseen nagios elsewhere)

for name in "${CASES[@]}"; do
	eval "$name() { alone $name; }"
done

# Nobody answers at the addresses that they come from.
syn_queue()
{
	unshare -n sh -ec "
		ip link set lo up
		ip link add d0 type veth peer name d1
		ip addr add 10.99.0.1/16 dev d0
		ip link set d0 up
		ip link set d1 up
		sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lo.rp_filter=0
		python3 lib/syn.py 10.99.0.1 7310 4 4 \
			python3 lib/doctor.py syn_queue '$SOCKPORT_BIN' doctor --watch 0.3
		'$SOCKPORT_BIN' doctor --watch 0.3"
}

# Of an option, and of a file that is none.
refused()
{
	local status

	for option in --threshold=full --threshold=full=x --threshold=none=1 --baseline= \
		--baseline=/dev/null '--nagios --json' --sort=port; do
		status=0
		# shellcheck disable=SC2086
		"$SOCKPORT_BIN" doctor $option >/dev/null 2>&1 || status=$?
		case $option in
		--nagios*)	expect "status of $option" 3 $status ;;
		*)		expect "status of $option" 2 $status ;;
		esac || return 1
	done
}

ktap_run "${CASES[@]}" syn_queue refused
