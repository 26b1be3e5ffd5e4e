# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests of the command that are scripts; sourced, never run, from the directory of
# the tests: they run among sockets that stay as they are, in a namespace of their own.

# shellcheck source=ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_KO:?}"

if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" quiet "$PWD/${0##*/}"
fi

export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
# Others read there, too.
chmod 755 "$work"
umask 022

cleanup()
{
	[ -d /sys/module/sockport ] || insmod "$SOCKPORT_KO"
	rm -rf "$work"
}
trap cleanup EXIT

sockport()
{
	"$SOCKPORT_BIN" "$@"
}

# as UID COMMAND... What should fail may wait for ever instead.
as()
{
	local uid=$1
	shift

	timeout 300 setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}

# fails STATUS PATTERN ARGUMENT...: one line on stderr that fits, nothing on stdout.
fails()
{
	fails_as 0 "$@"
}

# fails_as UID STATUS PATTERN ARGUMENT...
fails_as()
{
	local uid=$1 wanted=$2 pattern=$3 status=0
	shift 3

	as "$uid" "$SOCKPORT_BIN" "$@" >"$work/out" 2>"$work/err" || status=$?
	expect "status of '$*'" "$wanted" $status &&
		expect "lines on stderr of '$*'" 1 "$(wc -l <"$work/err")" &&
		expect "bytes on stdout of '$*'" 0 "$(wc -c <"$work/out")" || return 1
	grep -q -e "$pattern" "$work/err" || {
		echo "'$*' says $(<"$work/err")"
		return 1
	}
}

# points PATTERN PLACE ARGUMENT...: as fails 2, and two more lines have the expression and
# under it marks at the place that is wrong.
points()
{
	local pattern=$1 place=$2 status=0
	shift 2

	"$SOCKPORT_BIN" "$@" >"$work/out" 2>"$work/err" || status=$?
	expect "status of '$*'" 2 $status &&
		expect "lines on stderr of '$*'" 3 "$(wc -l <"$work/err")" &&
		expect "bytes on stdout of '$*'" 0 "$(wc -c <"$work/out")" || return 1
	head -n 1 "$work/err" | grep -q -e "$pattern" && tail -n 1 "$work/err" | grep -q -e "$place" || {
		echo "'$*' says $(<"$work/err")"
		return 1
	}
}

# talk PORT COUNT: that many connections, one after another, to a listener that is there
# meanwhile; each sends 100 bytes, gets 10, and ends by a reset, so that nothing is left.
talk()
{
	python3 - "$@" <<'END'
import socket
import struct
import sys

port, count = map(int, sys.argv[1:])
with socket.create_server(("127.0.0.1", port)) as listener:
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        server, _ = listener.accept()
        with client, server:
            client.sendall(b"x" * 100)
            server.recv(100, socket.MSG_WAITALL)
            server.sendall(b"y" * 10)
            client.recv(10, socket.MSG_WAITALL)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
END
}

# in_cgroup NAME COMMAND...; 4 where there are no control groups.
in_cgroup()
{
	local cgroup=/sys/fs/cgroup/$1 status=0
	shift

	[ -e /sys/fs/cgroup/cgroup.procs ] && mkdir -p "$cgroup" || skip 'no control groups' || return
	(echo "$BASHPID" >"$cgroup/cgroup.procs" && "$@") || status=$?
	rmdir "$cgroup"
	return $status
}
