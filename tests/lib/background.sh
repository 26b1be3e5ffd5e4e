# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Programs that run beside a test, with what they say in $work; sourced, never run.

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

late()
{
	tail -n 3 "$work"/*.log
}
