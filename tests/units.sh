#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The units do under systemd what README.md says of them: the module comes and goes, the server
# starts when somebody asks and says when it is ready, the recorder records, metrics are written.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_KO:?}"

if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

# shellcheck source=lib/background.sh
. lib/background.sh

PORT=7678
# Of the users that systemd makes
FIRST_DYNAMIC=61184
GROUP=/sys/fs/cgroup/sockport-units
RECORD=/var/log/sockport/record
TEXTFILE=/var/lib/prometheus/node-exporter/sockport.prom
manager=''

# All that it runs goes with it.
cleanup()
{
	[ -z "$manager" ] || kill -KILL "$manager" 2>/dev/null
	kill "${pids[@]}" 2>/dev/null
	wait
	until [ ! -d $GROUP ] || find $GROUP -depth -type d -exec rmdir {} + 2>/dev/null; do
		sleep 0.1
	done
	[ -d /sys/module/sockport ] || insmod "$SOCKPORT_KO"
	rm -rf "$work"
}
trap cleanup EXIT

# inside COMMAND...: where systemd is process 1.
inside()
{
	nsenter --target "$manager" --mount --pid --cgroup "$@"
}

# Of the targets they name only those that matter here, without what a system starts for them.
write_units()
{
	local each

	mkdir "$work/units"
	for each in ../userspace/systemd/*; do
		sed 's|@BINDIR@|/usr/local/bin|' "$each" >"$work/units/${each##*/}"
	done
	for each in sysinit basic sockets timers multi-user shutdown; do
		printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$each" >"$work/units/$each.target"
	done
}

# Process 1 of the namespaces is the child of what makes them.
started()
{
	manager=$(pgrep -P "${pids[0]}") && inside systemctl is-active basic.target
}

property()
{
	inside systemctl show --value --property "$2" "$1"
}

# has UNIT PROPERTY VALUE
has()
{
	expect "$2 of $1" "$3" "$(property "$1" "$2")"
}

becomes()
{
	soon has "$@"
}

# status PATH: of the answer
status()
{
	local version status

	exec {tcp}<>"/dev/tcp/127.0.0.1/$PORT" || return
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&"$tcp"
	read -r -t $PATIENCE version status _ <&"$tcp"
	exec {tcp}>&-
	echo "$version $status"
}

answers()
{
	expect "answer to $1" 'HTTP/1.1 200' "$(status "$1" 2>&1)"
}

# As processes have it: of the server
field()
{
	sed -n "s/^$1:\s*//p" "/proc/$(pgrep -f '^/usr/local/bin/sockport serve')/status"
}

manager_starts()
{
	[ -x /lib/systemd/systemd ] || skip 'there is no systemd' || return
	started || {
		cat "$work/start"
		return 1
	}
}

# Words about pages of the manual are of no use where these are not installed.
units_are_sound()
{
	local said each

	said=$(cd "$work/units" && inside systemd-analyze verify --man=no "$work/units"/sockport*.* 2>&1) || {
		echo "$said"
		return 1
	}
	expect 'what is wrong' '' "$said" || return
	for each in metrics record web; do
		inside systemd-analyze security --offline=true --threshold=30 --no-pager \
			"$work/units/sockport-$each.service" >"$work/security" || {
			cat "$work/security"
			return 1
		}
		tail -n 1 "$work/security"
	done
}

module_comes_and_goes()
{
	rmmod sockport && inside systemctl start sockport.service || return
	has sockport.service ActiveState active && [ -d /sys/module/sockport ] &&
		inside systemctl stop sockport.service && [ ! -d /sys/module/sockport ] &&
		inside systemctl start sockport.service && [ -d /sys/module/sockport ]
}

# It is active when it has said so itself.
first_request_starts()
{
	inside systemctl enable --now sockport-web.socket || return
	has sockport-web.socket SubState listening && has sockport-web.service ActiveState inactive &&
		expect 'mode of the socket' 660 "$(inside stat -c %a /run/sockport/http.sock)" &&
		answers /api/v1/stats && answers /metrics && answers / &&
		becomes sockport-web.service SubState running && has sockport-web.service Result success
}

# CAP_NET_ADMIN, without a way to more; a filter of system calls.
server_is_confined()
{
	local each

	for each in CapPrm CapBnd; do
		expect $each 0000000000001000 "$(field $each)" || return
	done
	expect NoNewPrivs 1 "$(field NoNewPrivs)" && expect Seccomp 2 "$(field Seccomp)" &&
		[ "$(field Uid | cut -f 1)" -ge $FIRST_DYNAMIC ]
}

server_starts_again()
{
	local before

	before=$(property sockport-web.service MainPID)
	inside systemctl kill --signal KILL sockport-web.service || return
	becomes sockport-web.service NRestarts 1 && becomes sockport-web.service SubState running &&
		[ "$(property sockport-web.service MainPID)" != "$before" ] && answers /api/v1/stats
}

# Who asks then starts it again, unless the socket is gone, too.
server_stops()
{
	inside systemctl stop sockport-web.service || return
	has sockport-web.service ActiveState inactive && has sockport-web.service Result success &&
		has sockport-web.service ExecMainStatus 0 && answers /metrics &&
		inside systemctl disable --now sockport-web.socket || return
	inside systemctl stop sockport-web.service
	! status /metrics 2>/dev/null
}

is_recorded()
{
	inside sockport replay $RECORD ports --numeric >"$work/ports" && grep -q " $PORT .*open " "$work/ports"
}

# One port at least is there to be recorded.
recorder_records()
{
	inside systemctl start sockport-web.socket &&
		inside systemctl enable --now sockport-record.service && soon is_recorded || return
	has sockport-record.service SubState running &&
		expect 'mode of its directory' 700 "$(inside stat -c %a ${RECORD%/*})" || return
	inside systemctl stop sockport-record.service && has sockport-record.service Result success &&
		is_recorded
}

is_written()
{
	inside grep -q '^sockport_module_info' $TEXTFILE
}

# Without a directory for it there is nothing to do; later there is, again and again.
metrics_are_written()
{
	inside systemctl start sockport-metrics.service && has sockport-metrics.service ConditionResult no &&
		inside mkdir -p ${TEXTFILE%/*} && inside systemctl start sockport-metrics.service || return
	has sockport-metrics.service Result success && is_written && inside rm $TEXTFILE || return
	inside systemctl enable --now sockport-metrics.timer && soon is_written && inside rm $TEXTFILE &&
		soon is_written && inside systemctl stop sockport-metrics.timer
}

write_units
mkdir $GROUP
start manager unshare --mount --pid --ipc --uts --fork lib/manager.sh "$work" "$SOCKPORT_KO" "$SOCKPORT_BIN"
soon started >"$work/start"
ktap_run manager_starts units_are_sound module_comes_and_goes first_request_starts server_is_confined \
	server_starts_again server_stops recorder_records metrics_are_written
