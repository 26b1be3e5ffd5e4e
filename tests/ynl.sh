#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's generic client for netlink families understands ours, by its
# spec alone, and gets what procfs shows.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

if [ ! -e "${YNL_CLI:-}" ]; then
	echo 'TAP version 13'
	echo '1..0 # SKIP no YNL client: YNL_CLI does not say where it is'
	exit 4
fi
: "${SOCKPORT_SPEC:?}" "${SOCKPORT_FIXTURE:?}"

# Sockets that stay as they are, in a namespace of their own.
if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" quiet "$PWD/${0##*/}"
fi

export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The client wants the schema of the kernel it comes from.
find_schema()
{
	local dir=${YNL_CLI%/*} up

	for up in . .. ../.. ../../.. ../../../..; do
		if [ -e "$dir/$up/Documentation/netlink/genetlink.yaml" ]; then
			echo "$dir/$up/Documentation/netlink/genetlink.yaml"
			return
		fi
	done
}

ynl()
{
	python3 lib/ynl.py "$YNL_CLI" --spec "$SOCKPORT_SPEC" --no-schema --output-json "$@"
}

spec_fits_schema()
{
	local schema

	schema=$(find_schema)
	[ -n "$schema" ] || skip 'no schema beside the YNL client' || return
	python3 -c 'import jsonschema' 2>/dev/null || skip 'Python has no jsonschema' || return
	python3 "$YNL_CLI" --spec "$SOCKPORT_SPEC" --schema "$schema" --list-ops
}

ports_as_in_procfs()
{
	ynl --dump port-get >"$work/ports.json" &&
		cat /proc/net/sockport >"$work/ports" &&
		python3 lib/listing.py compare ports ynl "$work/ports" "$work/ports.json"
}

sockets_as_in_procfs()
{
	ynl --dump socket-get >"$work/sockets.json" &&
		cat /proc/net/sockport_sockets >"$work/sockets" &&
		python3 lib/listing.py compare sockets ynl "$work/sockets" "$work/sockets.json"
}

small_messages()
{
	ynl --dbg-small-recv --dump socket-get 2>/dev/null >"$work/sockets.json" &&
		cat /proc/net/sockport_sockets >"$work/sockets" &&
		python3 lib/listing.py compare sockets ynl "$work/sockets" "$work/sockets.json"
}

filter_in_kernel()
{
	ynl --dump port-get --json '{"filter": {"protocol": ["udp"], "role": ["in"],
		"local-port": [{"first": 15000, "last": 15005}]}}' >"$work/ports.json" || return 1
	{
		head -n 1 /proc/net/sockport
		awk '$1 == "udp" && $2 == "in" && $3 >= 15000 && $3 <= 15005' /proc/net/sockport
	} >"$work/ports"
	python3 lib/listing.py compare ports ynl "$work/ports" "$work/ports.json"
}

get_one_port()
{
	local answer

	answer=$(ynl --do port-get --json '{"protocol": "tcp", "role": "in", "port": 443}') &&
		python3 -c 'import json, sys
row = json.loads(sys.argv[1])
sys.exit(row["port"] != 443 or row["state"] != "open" or row["backlog-limit"] != 511)' "$answer"
}

get_by_cookie()
{
	local cookie answer

	cookie=$(awk '$3 == "LISTEN" && $5 == 443 { print $16 }' /proc/net/sockport_sockets)
	answer=$(ynl --do socket-get --json "{\"cookie\": $cookie,
		\"want\": [\"cookie\", \"congestion\", \"tcp-info\", \"memory\"]}") &&
		python3 -c 'import json, sys
row = json.loads(sys.argv[1])
sys.exit(str(row["cookie"]) != sys.argv[2] or row["local-port"] != 443 or
         not row["congestion"] or "rcvbuf" not in row["memory"] or "uid" in row or
         len(row["tcp-info"]) < 200)' "$answer" "$cookie"
}

stats()
{
	local answer before

	before=$(awk '$1 == "port_walks" { print $2 }' /proc/net/sockport_stats)
	cat /proc/net/sockport >/dev/null
	answer=$(ynl --do stats-get) &&
		python3 -c 'import json, sys
row = json.loads(sys.argv[1])
sys.exit(row["port-walks"] != int(sys.argv[2]) + 1 or not row["version"] or
         row["open-walks"] != 0)' "$answer" "$before"
}

# The fixture has connections to port 80, and nobody listens on port 3.
history_and_doors()
{
	(: >/dev/tcp/127.0.0.1/3) 2>/dev/null
	ynl --dump port-get --json '{"protocol": "tcp", "role": "in", "port": 80,
		"want": ["history", "distributions", "opener"]}' >"$work/ports.json" &&
		ynl --dump closed-door-get >"$work/doors.json" &&
		python3 -c 'import json, sys
(row,), doors = (json.load(open(name)) for name in sys.argv[1:])
past = row["history"]
begun = past["accepted"] + past["opened"] + past["taken-in"]
ended = past["closed"] + past["closed-by-peer"] + past["broken"]
handshake = next(each for each in row["distribution"] if each["kind"] == "handshake")
sys.exit(not past["accepted"] or begun != ended + past["connections"] or
         not handshake["buckets"] or not row["opener"]["comm"] or
         not any(door["port"] == 3 and door["protocol"] == "tcp" for door in doors))' \
			"$work/ports.json" "$work/doors.json" &&
		ynl --do history-reset --json '{}' >/dev/null &&
		expect 'doors after a reset' '[]' "$(ynl --dump closed-door-get | tr -d '[:space:]')"
}

error_has_a_message()
{
	local answer

	answer=$(ynl --do port-get --json '{"protocol": "tcp", "role": "in", "port": 3}') && return 1
	grep -q 'no port matches' <<<"$answer" || {
		echo "$answer"
		return 1
	}
}

ktap_run spec_fits_schema ports_as_in_procfs sockets_as_in_procfs small_messages filter_in_kernel \
	get_one_port get_by_cookie stats history_and_doors error_has_a_message
