# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Programs that run beside a test, with what they say in $work; sourced, never run.

# Where the processor is emulated, all takes its time; on a debug kernel even more.
PATIENCE=120
[ -z "${SOCKPORT_SLOW:-}" ] || PATIENCE=600
work=$(mktemp -d)
# For cleanup to end
pids=()

# start NAME COMMAND...
start()
{
	local name=$1
	shift

	"$@" >"$work/$name.log" 2>&1 &
	pids+=($!)
}

# until_true WHAT COMMAND...: poll, as long as a slow machine needs.
until_true()
{
	local what=$1 deadline=$((SECONDS + PATIENCE))
	shift

	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $deadline ]; then
			echo "timeout: $what"
			tail -n 3 "$work"/*.log
			return 1
		fi
		sleep 0.2
	done
}
