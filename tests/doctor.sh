#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is wrong: made for real, found, and gone when its cause is; what works is not.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh
# shellcheck source=lib/half-open.sh
. lib/half-open.sh

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

CASES=(healthy accept_overflow not_overflown accept_full not_accepted ports_of_destination
	ports_of_time_wait ports_of_address ports_shared
	close_wait workers datagrams datagrams_of_gone unanswered unread loss failures scans late_answers filtered exposure time_wait memory
	pressure cgroup module unseen nagios elsewhere)

for name in "${CASES[@]}"; do
	eval "$name() { alone $name; }"
done

syn_queue()
{
	half_open "'$SOCKPORT_BIN' doctor --watch 0.3" \
		python3 lib/doctor.py syn_queue "$SOCKPORT_BIN" doctor --watch 0.3
}

# Without cookies the backlog is not what bounds it.
syn_queue_without_cookies()
{
	HALF_OPEN_BACKLOG=50 \
	HALF_OPEN_SETTINGS='net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=4' \
		half_open "'$SOCKPORT_BIN' doctor --watch 0.3" \
		python3 lib/doctor.py syn_queue "$SOCKPORT_BIN" doctor --watch 0.3
}

# Of an option, and of a file that is none.
refused()
{
	local status

	for option in --threshold=full --threshold=full=x --threshold=none=1 --baseline= \
		--baseline=/dev/null '--nagios --json' '--frob --nagios' --sort=port; do
		status=0
		# shellcheck disable=SC2086
		"$SOCKPORT_BIN" doctor $option >/dev/null 2>&1 || status=$?
		case $option in
		*--nagios*)	expect "status of $option" 3 $status ;;
		*)		expect "status of $option" 2 $status ;;
		esac || return 1
	done
}

ktap_run "${CASES[@]}" syn_queue syn_queue_without_cookies refused
