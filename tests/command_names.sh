#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Names that others choose: of network namespaces, their units, and sockets. None can be taken
# for another, and none is shown longer than it holds.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

# rename_netns FROM TO: another file for the same namespace.
rename_netns()
{
	: >"/run/netns/$2" && mount --bind "/run/netns/$1" "/run/netns/$2" &&
		umount "/run/netns/$1" && rm "/run/netns/$1"
}

# In each interval it has the name that it has then.
renamed_meanwhile()
{
	local status=0 rates

	ip netns add sockport-before || return 1
	# shellcheck disable=SC2016
	ip netns exec sockport-before "$SOCKPORT_FIXTURE" listen 7090 bash -c 'read -r' <"$work/end" &
	exec 3>"$work/end"
	"$SOCKPORT_BIN" ports -A --interval 0.2 -Jo netns,port --port 7090 >"$work/rates" &
	rates=$!
	soon grep -q '"sockport-before"' "$work/rates" && rename_netns sockport-before sockport-after &&
		soon grep -q '"sockport-after"' "$work/rates" || status=1
	kill "$rates"
	exec 3>&-
	wait
	ip netns del sockport-after
	[ ! -e /run/netns/sockport-before ] || ip netns del sockport-before
	return $status
}

# name_of_netns COMMAND...: what one is called that has a listener, made by the command.
name_of_netns()
{
	"$@" "$SOCKPORT_FIXTURE" listen 7091 nsenter --net=/proc/$$/ns/net \
		"$SOCKPORT_BIN" -AHo netns --port 7091 | tr -d ' '
}

# The namespace of process 1 alone is called so.
no_false_init()
{
	local name

	name=$(in_cgroup lxc.payload.init name_of_netns unshare -n) || return
	[[ $name =~ ^net:\[[0-9]+]$ ]] || {
		echo "of a container with that name: $name"
		return 1
	}
	: >/run/netns/init && name=$(name_of_netns unshare --net=/run/netns/init)
	umount /run/netns/init
	rm /run/netns/init
	[[ $name =~ ^net:\[[0-9]+]$ ]] || {
		echo "of a file with that name: $name"
		return 1
	}
	expect 'the one of process 1' init "$(name_of_netns nsenter --net=/proc/1/ns/net)"
}

two_of_a_unit()
{
	# Each has its listener; who asks is in neither.
	unshare -n "$SOCKPORT_FIXTURE" listen 7092 unshare -n "$SOCKPORT_FIXTURE" listen 7092 \
		nsenter --net="$1" "$SOCKPORT_BIN" -AHo netns --port 7092
}

# Two of a unit are not called by its name, or one could be taken for the other.
no_shared_name()
{
	in_cgroup sockport-twice.service two_of_a_unit "/proc/$$/ns/net" >"$work/text" || return
	expect 'rows' 2 "$(wc -l <"$work/text")" &&
		expect 'without a name' 2 "$(grep -c '^ *net:\[[0-9]*] *$' "$work/text")" &&
		expect 'different' 2 "$(sort -u "$work/text" | wc -l)"
}

# A number is a process; where a namespace is called so as well, it has to be said which.
number_is_a_name()
{
	local status=0

	ip netns add $$ || return 1
	fails 2 "is a process, and a name as well: say /proc/$$/ns/net or /run/netns/$$" --netns $$ &&
		sockport -H --netns "/run/netns/$$" >"$work/text" &&
		expect 'ports in the one of that name' 0 "$(wc -l <"$work/text")" || status=1
	ip netns del $$
	sockport -H --netns $$ >"$work/text" && [ -s "$work/text" ] || {
		echo 'no ports where the process is'
		status=1
	}
	return $status
}

# The longest name that a listener can have, with nothing in it that is shown as it is.
whole_listener()
{
	python3 - "$SOCKPORT_BIN" <<'PY'
import json, socket, subprocess, sys

listener = socket.socket(socket.AF_UNIX)
listener.bind(b"\0" + b"\1" * 107)
listener.listen(0)
caller = socket.socket(socket.AF_UNIX)
caller.connect(b"\0" + b"\1" * 107)
for words in (["-J"], ["--wide"]):
    said = subprocess.run([sys.argv[1], "summary", *words, "unix"], check=True, capture_output=True,
                          text=True).stdout
    if words == ["-J"]:
        said = next(row["about"] for row in json.loads(said)["limits"] if row["limit"] == "backlog")
    assert "@" + r"\001" * 107 in said, said
PY
}

# A hint has such names, too.
hint_is_clean()
{
	local name=$'sockport\e[31m' status=0

	ip netns add "$name" || return
	nsenter --net="/run/netns/$name" "$SOCKPORT_FIXTURE" listen 7093 \
		nsenter --net="/proc/$$/ns/net" "$SOCKPORT_BIN" show 7093 2>"$work/text"
	grep -qF 'namespace sockport\033\13331m: add -A' "$work/text" &&
		expect 'controls' 0 "$(grep -c '[[:cntrl:]]' "$work/text")" || {
		cat -v "$work/text"
		status=1
	}
	ip netns del "$name"
	return $status
}

mkfifo "$work/end"
ktap_run renamed_meanwhile no_false_init no_shared_name number_is_a_name whole_listener hint_is_clean
