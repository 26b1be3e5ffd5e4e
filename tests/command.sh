#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The command: what it prints is what procfs shows, its options choose what they
# say, and when it fails it says why, in one line.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_KO:?}"

# Sockets that stay as they are, in a namespace of their own.
if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" quiet "$PWD/${0##*/}"
fi

work=$(mktemp -d)

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

# The fixture's interface, which stands behind link-local addresses
DEVICE=near
PORT_COLUMNS=$(head -n 1 /proc/net/sockport | tr -s ' \n' ,)
SOCKET_COLUMNS=$(head -n 1 /proc/net/sockport_sockets | tr -s ' \n' ,)

ports_json()
{
	cat /proc/net/sockport >"$work/proc"
	sockport --json >"$work/json" &&
		python3 lib/listing.py compare ports command "$work/proc" "$work/json" &&
		sockport ports -J | cmp - "$work/json"
}

sockets_json()
{
	cat /proc/net/sockport_sockets >"$work/proc"
	sockport sockets --json >"$work/json" &&
		python3 lib/listing.py compare sockets command "$work/proc" "$work/json"
}

# compare_text KIND COLUMNS FILE: the same lines, but for the blanks.
compare_text()
{
	tail -n +2 "$3" | tr -s ' ' | LC_ALL=C sort >"$work/expected"
	sockport "$1" --numeric --no-header --columns "${2%,}" | sed "s/%$DEVICE//g" |
		tr -s ' ' | sed 's/^ //; s/ $//' | LC_ALL=C sort >"$work/seen"
	diff "$work/expected" "$work/seen" | head -n 20
	cmp -s "$work/expected" "$work/seen"
}

ports_text()
{
	compare_text ports "$PORT_COLUMNS" /proc/net/sockport
}

sockets_text()
{
	compare_text sockets "$SOCKET_COLUMNS" /proc/net/sockport_sockets
}

header_and_columns()
{
	expect header 'PORT SOCKETS' "$(sockport -o port,sockets | head -n 1 | tr -s ' ' | sed 's/^ //')" &&
		expect order 'SOCKETS PORT' \
			"$(sockport -o sockets,port | head -n 1 | tr -s ' ' | sed 's/^ //')" &&
		expect 'no header' 0 "$(sockport -H -o port | grep -c PORT)" &&
		expect rows "$(sockport -H | wc -l)" "$(tail -n +2 /proc/net/sockport | wc -l)" &&
		expect added 1 "$(sockport -o +uids | head -n 1 | grep -c 'PROTO.*STATES.*UIDS')" &&
		sockport -J -o port,uids >"$work/json" &&
		python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))
sys.exit(not rows or any(list(row) != ["port", "uids"] for row in rows))' "$work/json"
}

names_and_numbers()
{
	expect service 1 "$(sockport -o port,service,users --port 443 --role in | grep -c 'https.*www-data')" &&
		expect numeric 0 "$(sockport --numeric --port 443 | grep -c 'https\|www-data')" &&
		expect number 1 "$(sockport -n -H --port 443 --role in -o uids | grep -cx ' *33')"
}

# option EXPRESSION OPTION...: of sockets, and of ports for what ports have, too.
option()
{
	local expression=$1
	shift

	sockport sockets --json >"$work/all" &&
		sockport sockets --json "$@" >"$work/json" &&
		echo "$*: $(python3 lib/listing.py filter "$work/json" "$expression" "$work/all")" &&
		python3 lib/listing.py filter "$work/json" "$expression" "$work/all" >/dev/null
}

options()
{
	option 'proto == "tcp"' --protocol tcp &&
		option 'proto in ("udp", "tcp")' -p udp,tcp &&
		option 'fam == "4"' -4 &&
		option 'fam == "6"' -6 &&
		option 'fam in ("4", "6")' --family ipv4,ipv6 &&
		option 'state == "ESTABLISHED"' --state established &&
		option 'state in ("LISTEN", "ESTABLISHED")' -s LISTEN,Established &&
		option 'state not in ("LISTEN", "CLOSE")' -s connected &&
		option 'state == "LISTEN" or proto != "tcp" and state == "CLOSE"' --listening &&
		option 'role == "in"' --role in &&
		option 'role == "out"' --role out &&
		option 'port == 80' --port 80 &&
		option 'port in (80, 443)' --port http,443 &&
		option '1 <= port <= 1023' --port 1-1023 &&
		option '20000 <= lport <= 20003 or lport == 80' --local-port 20000-20003,80 &&
		option 'rport == 8080' --remote-port 8080 &&
		option 'local == "127.0.0.1" or local == "::ffff:127.0.0.1"' --local 127.0.0.1 &&
		option 'local.startswith("127.") or local.startswith("::ffff:127.")' --local 127.0.0.0/8 &&
		option 'local.startswith("2001:db8:") or local == "0.0.0.0"' \
			--local 2001:db8::/32,0.0.0.0 &&
		option 'remote.startswith("fe80:")' --remote fe80::/10 &&
		option 'uid == 33' --uid 33 &&
		option 'uid in (33, 2001)' --uid www-data,2001 &&
		option 'proto == "tcp" and role == "in" and state == "CLOSE" and uid == 2001' \
			-p tcp --role in -s close --uid 2001
}

words()
{
	option 'proto == "tcp" and state == "ESTABLISHED"' tcp established &&
		option 'fam == "4" and role == "out" and port == 80' ipv4 out http &&
		option 'port == 15000 and proto == "udp"' udp 15000
}

ports_options()
{
	sockport -J >"$work/all" && sockport -J -p udp --port 15000-15003 --role in >"$work/json" &&
		python3 lib/listing.py filter "$work/json" \
			'proto == "udp" and role == "in" and 15000 <= port <= 15003' "$work/all" &&
		# What a row counts is filtered, too.
		expect 'listeners only' LISTEN:1 \
			"$(sockport -H -o states --port 80 --role in -s listen | tr -d ' ')"
}

show_json()
{
	local port

	sockport -J >"$work/ports" && sockport sockets -J >"$work/sockets" || return 1
	for port in 80 443 8080 20001 15000; do
		sockport show $port --json >"$work/json" &&
			python3 lib/listing.py show $port "$work/json" "$work/ports" "$work/sockets" ||
			return 1
	done
}

show_text()
{
	sockport show http >"$work/text" || return 1
	grep -q 'Port 80 (http): well-known' "$work/text" &&
		grep -q '^tcp *in *open' "$work/text" &&
		grep -q '^tcp *out' "$work/text" &&
		grep -q 'LISTEN *127.0.0.1:80' "$work/text" &&
		grep -q '^tcp *127.0.0.1 *6' "$work/text"
}

stats()
{
	local name

	sockport stats >"$work/text" && sockport stats --json >"$work/json" &&
		python3 -m json.tool "$work/json" >/dev/null || return 1
	while read -r name _; do
		[ "$name" = name ] && continue
		if ! grep -q "^$name " "$work/text" || ! grep -q "\"$name\":" "$work/json"; then
			echo "no $name"
			return 1
		fi
	done </proc/net/sockport_stats
}

help_and_version()
{
	sockport --help >"$work/out" 2>"$work/err" || return 1
	expect 'words on stderr' 0 "$(wc -c <"$work/err")" || return 1
	grep -q '^Usage: sockport' "$work/out" || return 1
	expect version "sockport $(awk '$1 == "version" { print $2 }' /proc/net/sockport_stats)" \
		"$(sockport --version)"
}

empty_namespace()
{
	expect json '[]' "$(unshare -n "$SOCKPORT_BIN" --json | tr -d '[:space:]')" &&
		expect sockets '[]' "$(unshare -n "$SOCKPORT_BIN" sockets --json | tr -d '[:space:]')" &&
		expect header 1 "$(unshare -n "$SOCKPORT_BIN" sockets | wc -l)" &&
		expect nothing 0 "$(unshare -n "$SOCKPORT_BIN" --no-header | wc -l)"
}

# fails STATUS PATTERN ARGUMENT...: one line on stderr that fits, nothing on stdout.
fails()
{
	local wanted=$1 pattern=$2 status=0
	shift 2

	"$SOCKPORT_BIN" "$@" >"$work/out" 2>"$work/err" || status=$?
	expect "status of '$*'" "$wanted" $status &&
		expect "lines on stderr of '$*'" 1 "$(wc -l <"$work/err")" &&
		expect "bytes on stdout of '$*'" 0 "$(wc -c <"$work/out")" || return 1
	grep -q -e "$pattern" "$work/err" || {
		echo "'$*' says $(<"$work/err")"
		return 1
	}
}

bad_arguments()
{
	fails 2 'nonsense' -o nonsense &&
		fails 2 'nonsense' sockets --columns proto,nonsense &&
		fails 2 'bogus' bogus &&
		fails 2 'sockets bogus\|bogus' sockets bogus &&
		fails 2 '99999' show 99999 &&
		fails 2 '-1\|option' show -1 &&
		fails 2 'port' show &&
		fails 2 'nosuchservice' show nosuchservice &&
		fails 2 '65536' --port 65536 &&
		fails 2 '80-20\|range' --port 80-20 &&
		fails 2 '' --port '' &&
		fails 2 'icmp' --protocol icmp &&
		fails 2 'happy' --state happy &&
		fails 2 'sideways' --role sideways &&
		fails 2 'ipv5' --family ipv5 &&
		fails 2 '1.2.3' --local 1.2.3 &&
		fails 2 '33' --local 10.0.0.0/33 &&
		fails 2 '129' --remote 2001:db8::/129 &&
		fails 2 'nosuchuser' --uid nosuchuser &&
		fails 2 '' --uid 4294967295 &&
		fails 2 'port' --port &&
		fails 2 'frobnicate' --frobnicate &&
		fails 2 '-x\|x' -x &&
		fails 2 '16' --port 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
}

full_disk()
{
	local each status

	for each in ports sockets 'show 80' stats --help --version 'sockets --json'; do
		status=0
		# shellcheck disable=SC2086
		sockport $each >/dev/full 2>"$work/err" || status=$?
		expect "status of $each" 1 $status &&
			expect "lines of $each" 1 "$(wc -l <"$work/err")" || return 1
	done
}

closed_output()
{
	local status=0

	sockport >&- 2>"$work/err" || status=$?
	expect status 1 $status && expect lines 1 "$(wc -l <"$work/err")"
}

# A reader that has seen enough is no failure worth words.
closed_pipe()
{
	local each

	for each in ports sockets 'sockets --json' 'show 80'; do
		# shellcheck disable=SC2086
		(sockport $each 2>"$work/err"; echo $? >"$work/status") | true
		expect "words of $each" 0 "$(wc -c <"$work/err")" || return 1
		case $(<"$work/status") in
		0|1|141)	;;
		*)	echo "status of $each is $(<"$work/status")"; return 1 ;;
		esac
	done
}

# Marks are not for everyone; all the rest is.
unprivileged()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$SOCKPORT_BIN" sockets --json >"$work/json" 2>"$work/err" || return 1
	expect 'words on stderr' 0 "$(wc -c <"$work/err")" || return 1
	sockport sockets --json >"$work/all"
	python3 -c 'import json, sys
seen, root = (json.load(open(name)) for name in sys.argv[1:])
ok = any(row["mark"] for row in root) and all(row["mark"] is None for row in seen)
for row in root:
    row["mark"] = None
key = lambda row: row["cookie"]
sys.exit(not ok or sorted(seen, key=key) != sorted(root, key=key))' "$work/json" "$work/all"
}

peak_memory()
{
	"$SOCKPORT_FIXTURE" "$@" "$SOCKPORT_PEAK" "$SOCKPORT_BIN" sockets --json
}

# A hundred times the sockets: memory must not notice.
memory_is_constant()
{
	local few many

	few=$(peak_memory many 200) && many=$(peak_memory many 20000) || return 1
	echo "peak $few KiB with 200 sockets, $many KiB with 20,000"
	[ "$many" -lt $((few + 512)) ]
}

module_absent()
{
	local each status=0

	rmmod sockport || return 1
	for each in ports sockets 'show 80' stats 'sockets --json'; do
		# shellcheck disable=SC2086
		fails 1 'not loaded.*modprobe' $each || status=1
	done
	# What needs no module still works.
	sockport --help >/dev/null && sockport --version >/dev/null || status=1
	fails 2 nonsense -o nonsense || status=1
	insmod "$SOCKPORT_KO" || return 1
	return $status
}

ktap_run ports_json sockets_json ports_text sockets_text header_and_columns names_and_numbers \
	options words ports_options show_json show_text stats help_and_version empty_namespace \
	bad_arguments full_disk closed_output closed_pipe unprivileged memory_is_constant \
	module_absent
