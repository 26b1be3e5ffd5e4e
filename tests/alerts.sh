#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each alert fires on what it is for, made for real, and on nothing else: what the command says
# meanwhile is judged by Prometheus' own engine. The numbers are real, only its clock is not.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh
# shellcheck source=lib/half-open.sh
. lib/half-open.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_KO:?}" "${SOCKPORT_PROMETHEUS:?}"
export PYTHONDONTWRITEBYTECODE=1
PATH=$SOCKPORT_PROMETHEUS/usr/bin:$PATH

make()
{
	python3 lib/alerts.py "$1" "$ALERTS_WORK/$1.yml" "$SOCKPORT_BIN" metrics
}

# Each in a namespace of its own: what one has left is nothing to the others.
if [ -n "${IN_FIXTURE:-}" ]; then
	make "$ALERTS_CASE"
	exit
fi

ALERTS_WORK=$(mktemp -d)
export ALERTS_WORK

cleanup()
{
	[ -d /sys/module/sockport ] || insmod "$SOCKPORT_KO"
	rm -rf "$ALERTS_WORK"
}
trap cleanup EXIT

alone()
{
	IN_FIXTURE=yes ALERTS_CASE=$1 "$SOCKPORT_FIXTURE" empty "$PWD/alerts.sh"
}

CASES=(healthy accept_overflow accept_full failures no_local_port ports_of_address datagrams
	datagrams_of_gone close_wait not_closed not_accepted retransmits time_wait scan rows_lost sockets_lost
	programs_lost events_lost history_off gone)

for name in "${CASES[@]}"; do
	eval "$name() { alone $name; }"
done

syn_queue()
{
	half_open : python3 lib/alerts.py syn_queue "$ALERTS_WORK/syn_queue.yml" "$SOCKPORT_BIN" metrics
}

rules_are_right()
{
	promtool check rules ../userspace/prometheus/sockport.rules.yml &&
		promtool test rules rules/sockport.yml
}

# All of them at once: where the processor is emulated the start takes longest.
judge()
{
	promtool test rules "$ALERTS_WORK"/*.yml >"$ALERTS_WORK/verdict" 2>&1 || :
	expect verdicts $((${#CASES[@]} + 1)) "$(grep -c '^Unit Testing:' "$ALERTS_WORK/verdict")"
}

# What is said of one test follows the line with its name.
judged()
{
	awk -v name="/$1.yml" '
		/^Unit Testing:/ { mine = substr($0, length($0) - length(name) + 1) == name; next }
		mine && NF { print; seen = 1; if ($1 != "SUCCESS") failed = 1 }
		END { exit failed || !seen }' "$ALERTS_WORK/verdict"
}

verdicts=()
for name in "${CASES[@]}" syn_queue; do
	eval "alerts_of_$name() { judged $name; }"
	verdicts+=("alerts_of_$name")
done

ktap_run rules_are_right "${CASES[@]}" syn_queue judge "${verdicts[@]}"
