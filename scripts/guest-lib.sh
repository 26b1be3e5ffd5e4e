# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What process 1 of scripts/vm and of scripts/uml have in common; sourced.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 TERM=dumb

relays=()

# relay NAME DEVICE: the command writes to the pipe /run/NAME, since a device can be
# open once only, or is a terminal.
relay()
{
	mkfifo "/run/$1"
	cat "/run/$1" >"$2" &
	relays+=($!)
}

# Daemons that the command left behind would keep the pipes open.
kill_rest()
{
	local process pid

	for process in /proc/[0-9]*; do
		pid=${process#/proc/}
		[[ " 1 ${relays[*]} " == *" $pid "* ]] && continue
		[ -e "$process/exe" ] && kill -KILL "$pid"
	done 2>/dev/null
}

# run_command WORK: with the relays "out" and "err".
run_command()
{
	local status

	ulimit -n 1048576
	setsid bash "$1/command" >/run/out 2>/run/err </dev/null
	status=$?
	kill_rest
	wait "${relays[@]}"
	return $status
}
