#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The command: what it prints is what procfs shows, its options choose what they
# say, and when it fails it says why, in one line.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

# The fixture's interface, which stands behind link-local addresses
DEVICE=near
# Those of history have longer names in the command, and go on growing.
PORT_COLUMNS=$(head -n 1 /proc/net/sockport | sed 's/ states .*/ states/' | tr -s ' \n' ,)
SOCKET_COLUMNS=$(head -n 1 /proc/net/sockport_sockets | tr -s ' \n' , |
	sed 's/detail,/number,peer,groups,queue,assoc,name,/')

ports_json()
{
	cat /proc/net/sockport >"$work/proc"
	sockport --json >"$work/json" &&
		python3 lib/listing.py compare ports command "$work/proc" "$work/json" &&
		sockport ports -J >"$work/all" &&
		python3 lib/listing.py same "$work/json" "$work/all" time
}

sockets_json()
{
	cat /proc/net/sockport_sockets >"$work/proc"
	sockport sockets --json >"$work/json" &&
		python3 lib/listing.py compare sockets command "$work/proc" "$work/json"
}

ports_text()
{
	cat /proc/net/sockport >"$work/proc"
	sockport ports --numeric --columns "${PORT_COLUMNS%,}" >"$work/text" &&
		python3 lib/listing.py text "$work/proc" "$work/text"
}

sockets_text()
{
	cat /proc/net/sockport_sockets >"$work/proc"
	sockport sockets --numeric --columns "${SOCKET_COLUMNS}unlisted" >"$work/text" &&
		python3 lib/listing.py text "$work/proc" "$work/text" &&
		# An interface has its name here.
		grep -q "fe80::1%$DEVICE" "$work/text"
}

# What has neither address nor port is shown by what it has.
ends_of_kinds()
{
	local end

	sockport sockets >"$work/text" && sockport sockets -J >"$work/json" || return 1
	for end in 'unix .* LISTEN .* /tmp/sockport\..*/with\\040a\\040blank' 'unix .* @listener' \
		'unix .* @odd\\040\\134\\040\\012\\303\\244,"name"' 'unix .* ESTABLISHED .* \*  *\*:[0-9]' \
		'raw .* 127.0.0.1:253' 'raw .* 192.0.2.1:253 *192.0.2.2:\*' \
		'raw .* \[2001:db8::1\]:253' 'ping .* 127.0.0.1:icmp' \
		"packet .* $DEVICE:0x88b5" 'packet .* \*:0x88b5' 'packet .* \*:\*'; do
		grep -q "^$end" "$work/text" || {
			echo "no line as $end"
			return 1
		}
	done
	python3 -c 'import json, sys
names = [row["name"] for row in json.load(open(sys.argv[1])) if row["name"]]
sys.exit("@odd \\134 \n\u00e4,\"name\"" not in names or
         not any(name.endswith("/with a blank") for name in names))' "$work/json"
}

header_and_columns()
{
	expect header 'PORT SOCKETS' "$(sockport -o port,sockets | head -n 1 | tr -s ' ' | sed 's/^ //')" &&
		expect order 'SOCKETS PORT' \
			"$(sockport -o sockets,port | head -n 1 | tr -s ' ' | sed 's/^ //')" &&
		expect 'no header' 0 "$(sockport -H -o port | grep -c PORT)" &&
		expect rows "$(sockport -Ho port | wc -l)" \
			"$(awk 'NR > 1 && $6 { rows++ } END { print rows }' /proc/net/sockport)" &&
		expect added 1 "$(sockport -o +uids | head -n 1 | grep -c 'PROTO.*ACTIVE.*UIDS')" &&
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

# sorted_by COLUMN COMMAND ARGUMENT...: by values, whatever they are shown as; unknown ones last.
sorted_by()
{
	local column=$1
	shift

	sockport "$@" --json -o "$column" >"$work/all" &&
		sockport "$@" --json -o "$column" --sort "$column" >"$work/up" &&
		sockport "$@" --json -o "$column" --sort "$column" --reverse >"$work/down" &&
		sockport "$@" --json -o "$column" --sort "$column" --top 3 >"$work/top" &&
		sockport "$@" --json -o "$column" --sort "$column" --top 3 --reverse >"$work/least" &&
		sockport "$@" -Ho "$column" --sort "$column" >"$work/text" &&
		python3 -c 'import json, sys
rows, up, down, top, least = (json.load(open(name)) for name in sys.argv[2:7])
text = [line.strip() for line in open(sys.argv[7])]
columns = sys.argv[1].split(",")
show = lambda rows: [[row[each] for each in columns] for row in rows]
def order(row):
    return [(value is None, value or 0) for value in row]
known = sorted((row for row in show(rows) if None not in row))
unknown = len(rows) - len(known)
wanted = known + [None] * unknown
good = (lambda seen, wanted: len(seen) == len(wanted) and
        all(one == other or (other is None and None in one) for one, other in zip(seen, wanted)))
wrong = [name for name, seen, want in (
    ("up", show(up), wanted), ("down", show(down), known[::-1] + [None] * unknown),
    ("top", show(top), known[::-1][:3]), ("least", show(least), known[:3])) if not good(seen, want)]
if len(known) < 4 or len(text) != len(rows):
    wrong.append("too few")
if len(columns) == 1 and [each for each in text if each != "-"] != [str(row[0]) for row in known]:
    wrong.append("text")
print(sys.argv[1], wrong)
sys.exit(bool(wrong))' "$column" "$work/all" "$work/up" "$work/down" "$work/top" "$work/least" "$work/text"
}

# Of answers with several parts, the first.
sorts_parts()
{
	local pids

	# The command has a netlink socket itself.
	pids=$(sockport who --protocol tcp -Ho pid)
	expect processes "$(sort -n <<<"$pids")" "$(sockport who --protocol tcp -Ho pid --sort pid)" &&
		expect 'their top' "$(sort -nr <<<"$pids" | head -n 2)" \
			"$(sockport who --protocol tcp -Ho pid --sort pid --top 2)" &&
		sockport summary -Jo proto,sockets --sort sockets --top 4 >"$work/top" &&
		sockport summary -J >"$work/all" &&
		python3 -c 'import json, sys
top, every = (json.load(open(name)) for name in sys.argv[1:])
counts = lambda answer: [row["sockets"] for row in answer["sockets"] if row["proto"] != "netlink"]
wanted = sorted(counts(every), reverse=True)
sys.exit(counts(top) != wanted[:len(counts(top))] or len(top["sockets"]) != 4 or
         set(top["sockets"][0]) != {"proto", "sockets"} or len(top["limits"]) != len(every["limits"]))' \
			"$work/top" "$work/all" &&
		fails 2 "unknown column 'nonsense': there are netns, pid" who --sort nonsense &&
		fails 2 'needs --sort' summary --top 3
}

sorts()
{
	sorted_by port ports -n && sorted_by sockets,port ports && sorted_by lport sockets tcp -n &&
		sorted_by inode sockets unix && sorted_by uid,lport sockets udp &&
		# A column that is not shown, and words.
		expect 'not shown' "$(sockport -Ho port --role in --sort state,port | tr -d ' ')" \
			"$(sockport -Ho state,port --role in | LC_ALL=C sort -k 1,1 -k 2,2n | awk '{ print $2 }')" &&
		fails 2 "unknown column 'nonsense': there are proto, role" ports --sort nonsense &&
		fails 2 "unknown column 'x': there are proto, role.*cookie" sockets -o x &&
		fails 2 'top of what' ports --top 3 && fails 2 '--reverse needs --sort' sockets --reverse &&
		fails 2 'from 1 on' sockets --sort port --top 0 && fails 2 'bad top' ports --sort port --top x &&
		fails 2 'does not take --sort' stats --sort walks && sorts_parts
}

# Peers in any order, as many as are asked for; workers that share an address are together.
show_order()
{
	python3 - "$SOCKPORT_BIN" <<'PY' || return 1
import json, re, socket, subprocess, sys

def listener(address, port):
    new = socket.socket()
    new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    new.bind((address, port))
    new.listen()
    return new

def said(*words):
    return subprocess.run([sys.argv[1], "show", str(port), *words], check=True, capture_output=True,
                          text=True).stdout

def peers(*words):
    return [(row["remote"], row["connections"]) for row in json.loads(said("-J", *words))["peers"]
            if len(row) == 2]

def shown(*words):
    part = said("-n", "--role", "in", *words).split("from 20 peers")[1]
    return re.findall(r"127\.1\.0\.[0-9]+", part)

workers = [listener("127.0.0.2", 0)]
port = workers[0].getsockname()[1]
for address in ("127.0.0.3", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"):
    workers.append(listener(address, port))
ends = [socket.create_connection(("127.0.0.1", port), source_address=(f"127.1.0.{i}", 0))
        for i in range(1, 21) for _ in range(1 + i % 7)]
counts = sorted((1 + i % 7 for i in range(1, 21)), reverse=True)
bound = re.findall(r"LISTEN +(127[.0-9]+):", said("-n"))
assert bound == sorted(bound) and len(bound) == len(workers), bound
usual = ("--role", "in", "-o", "remote,connections", "--sort", "connections")
assert [count for _, count in peers(*usual, "--top", "12")] == counts[:12]
assert [count for _, count in peers(*usual)] == counts[::-1]
assert len(shown()) == 10 and len(shown("--sort", "connections", "--top", "15")) == 15
assert shown("--sort", "remote") == [f"127.1.0.{i}" for i in range(1, 11)]
assert "REMOTE CONNECTIONS\n" in re.sub(" +", " ", said("--role", "in", "-o", "remote,connections"))
PY
	fails 2 "unknown column 'nonsense': there are netns, proto" show 80 -o nonsense
}

# option EXPRESSION OPTION...: list sockets with them, for options_hold.
option()
{
	local expression=$1 number=${#listings[@]}
	shift

	sockport sockets --json >"$work/all.$number" &&
		sockport sockets --json "$@" >"$work/json.$number" &&
		listings+=("$work/json.$number" "$expression" "$work/all.$number")
}

# All at once: to start the interpreter takes longer than to list.
options_hold()
{
	[ ${#listings[@]} -gt 0 ] && python3 lib/listing.py filter "${listings[@]}"
}

options()
{
	local listings=()

	option 'proto == "tcp" and not unlisted' --protocol tcp &&
		option 'proto in ("udp", "tcp") and not unlisted' --protocol udp,tcp &&
		option 'proto in ("unix", "raw", "ping", "packet")' --protocol unix,raw,ping,packet &&
		option 'fam == "4"' -4 &&
		option 'fam == "6"' -6 &&
		option 'fam in ("4", "6")' --family ipv4,ipv6 &&
		option 'state == "ESTABLISHED"' --state established &&
		option 'state in ("LISTEN", "ESTABLISHED")' --state LISTEN,Established &&
		option 'state and state not in ("LISTEN", "CLOSE")' --state connected &&
		option 'state == "LISTEN" or state == "CLOSE" and not unlisted and
			proto not in ("tcp", "sctp", "mptcp", "vsock")' --listening &&
		option 'proto == "unix" and state == "LISTEN"' --protocol unix --state listen &&
		option 'role == "in"' --role in &&
		option 'role == "out"' --role out &&
		option 'port == 80' --port 80 &&
		option 'port in (80, 443)' --port http,443 &&
		option 'port and port <= 1023' --port 1-1023 &&
		option 'lport in (20000, 20001, 20002, 20003, 80)' --local-port 20000-20003,80 &&
		option 'rport == 8080' --remote-port 8080 &&
		option 'local == "127.0.0.1" or local == "::ffff:127.0.0.1"' --local 127.0.0.1 &&
		option '(local or "").startswith(("127.", "::ffff:127."))' --local 127.0.0.0/8 &&
		option '(local or "").startswith("2001:db8:") or local == "0.0.0.0"' \
			--local 2001:db8::/32,0.0.0.0 &&
		option '(remote or "").startswith("fe80:")' --remote fe80::/10 &&
		option 'uid == 33' --uid 33 &&
		option 'uid in (33, 2001)' --uid www-data,2001 &&
		option 'proto == "tcp" and role == "in" and state == "CLOSE" and uid == 2001' \
			--protocol tcp --role in --state close --uid 2001 &&
		options_hold
}

words()
{
	local listings=()

	option 'proto == "tcp" and state == "ESTABLISHED"' tcp established &&
		option 'fam == "4" and role == "out" and port == 80' ipv4 out http &&
		option 'port == 15000 and proto == "udp"' udp 15000 &&
		option 'proto == "unix" and state == "ESTABLISHED"' unix established &&
		options_hold
}

# as_ss LETTERS: what ss lists with them, by state and local port; but for idle bound sockets,
# which some do not list, and others call otherwise.
as_ss()
{
	ss -H "$@" | awk '{ at = $1 ~ /^(tcp|udp)$/ ? 2 : 1; sub(/.*:/, "", $(at + 3)); print $at, $(at + 3) }' |
		sed 's/^ESTAB /ESTABLISHED /; s/^UNCONN /CLOSE /; s/-/_/g; s/FIN_WAIT_/FIN_WAIT/' | sort >"$work/theirs"
	sockport -H "$@" -o state,local_end,lport,proto |
		awk '!($4 == "tcp" && $1 == "CLOSE") { print $1, $3 ? $3 : "*" }' | sort >"$work/ours"
	[ -s "$work/ours" ] && diff "$work/theirs" "$work/ours" || {
		echo "$*"
		return 1
	}
}

# A letter means what it means in ss, a word what one most likely wants to know of it.
letters()
{
	local each

	for each in -tan -tn -tln -uan -uln -tuln -4tan; do
		as_ss "$each" || return 1
	done
	sockport -tano >"$work/text" && head -n 1 "$work/text" | grep -q 'TIMER *EXPIRES *RETR' &&
		sockport -o state >"$work/text" && expect column STATE "$(head -n 1 "$work/text" | tr -d ' ')" &&
		sockport -A tcp,udp -J >"$work/json" && sockport -tuJ >"$work/all" &&
		python3 lib/listing.py same "$work/json" "$work/all" expires_us &&
		sockport -s | grep -q '^tcp ' && sockport -temin | head -n 1 | grep -q 'COOKIE.*RCVBUF.*CWND'
}

# A word in the place of a command.
guesses()
{
	sockport 443 | grep -q '^Port 443 ' && sockport http | grep -q '^Port 80 ' &&
		sockport "$FIXTURE_WEB" 2>/dev/null | grep -q "^Port $FIXTURE_WEB\|^ *$FIXTURE_WEB " &&
		sockport 'web server' | grep -q "^ *$FIXTURE_WEB " &&
		expect protocol "$(sockport ports tcp -H | wc -l)" "$(sockport tcp -H | wc -l)" &&
		sockport 127.0.0.0/8 -H | grep -q '127.0.0.1' &&
		fails 2 'no command' no-such-thing
}

ports_options()
{
	sockport -J >"$work/all" && sockport -J --protocol udp --port 15000-15003 --role in >"$work/json" &&
		python3 lib/listing.py filter "$work/json" \
			'proto == "udp" and role == "in" and 15000 <= port <= 15003' "$work/all" &&
		# What a row counts is filtered, too.
		expect 'listeners only' LISTEN:1 \
			"$(sockport -H -o states --port 80 --role in --state listen | tr -d ' ')"
}

# A port is one of IPv4 where IPv4 comes in, by a socket of both families as well; sockets
# are of the family that they were made for, as in ss.
families()
{
	python3 - "$SOCKPORT_BIN" <<'PY'
import socket, subprocess, sys

def bound(kind, family, address, only):
    new = socket.socket(family, kind)
    if family == socket.AF_INET6:
        new.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    new.bind((address, 0))
    if kind == socket.SOCK_STREAM:
        new.listen()
    return new

def comes(listener):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", listener.getsockname()[1])) == 0

def asked(*words):
    said = subprocess.run([sys.argv[1], *words, "-Hno", "lport" if words[0] == "sockets" else "port"],
                          check=True, capture_output=True, text=True).stdout
    return {int(line) for line in said.split()} & ports

made = ((socket.AF_INET, "0.0.0.0", 0), (socket.AF_INET, "127.0.0.1", 0), (socket.AF_INET6, "::", 0),
        (socket.AF_INET6, "::", 1), (socket.AF_INET6, "::1", 0), (socket.AF_INET6, "::ffff:127.0.0.1", 0))
for kind, protocol in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
    sockets = [bound(kind, *each) for each in made]
    ports = {each.getsockname()[1] for each in sockets}
    if protocol == "tcp":
        wanted = {each.getsockname()[1] for each in sockets if comes(each)}
        assert 3 < len(wanted) < len(ports)
    else:
        wanted = {sockets[i].getsockname()[1] for i in (0, 1, 2, 5)}
    both = asked("ports", "-l", protocol)
    four = asked("ports", "-4", "-l", protocol), asked("ports", "ipv4", protocol, "--state", "listening")
    also = asked("ports", "-4", "-l", "--protocol", protocol, "sport > :0 and not dport = :1")
    seen = asked("sockets", "-4", "-l", protocol)
    assert both == ports and four == (wanted, wanted) and also == wanted, (protocol, wanted, four, also)
    assert seen == {each.getsockname()[1] for each in sockets[:2]}, (protocol, seen)
PY
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

# What listens, where and whose it is, without being asked; and where to look for the rest.
who_has_what()
{
	local port

	sockport -l --protocol tcp >"$work/text" || return 1
	grep -q '^tcp *in *80 .* 127.0.0.1[ ,].*fixture\['"$FIXTURE_PID"'\]' "$work/text" || return 1
	port=$(sockport sockets -Ho lport --role out --protocol tcp --state established | head -n 1 | tr -d ' ')
	sockport show "$port" >"$work/text" &&
		grep -q '^Local port of [0-9]* connections* to others' "$work/text" &&
		grep -q "^tcp *ESTABLISHED *[^ ]*:$port " "$work/text" &&
		sockport show "$port" -J >"$work/json" &&
		python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))["outgoing"]
sys.exit(not rows or any(row["lport"] != int(sys.argv[2]) for row in rows))' "$work/json" "$port" || return 1
	as 65534 "$SOCKPORT_BIN" show 9001 >"$work/text" && grep -q 'shown to root' "$work/text" || return 1
	ip netns add sockport-else || return 1
	# shellcheck disable=SC2016
	ip netns exec sockport-else "$SOCKPORT_FIXTURE" listen 7071 nsenter --net=/proc/$$/ns/net \
		bash -c '"$1" show 7071 2>"$0/port"; "$1" who "$PPID" 2>"$0/who"' "$work" "$SOCKPORT_BIN" >/dev/null
	: 2>/dev/null </dev/tcp/127.0.0.1/7072
	ip netns exec sockport-else "$SOCKPORT_FIXTURE" listen 7072 nsenter --net=/proc/$$/ns/net \
		"$SOCKPORT_BIN" show 7072 >"$work/refused"
	ip netns del sockport-else
	# Who was refused here is told so, too.
	grep -q 'network namespace sockport-else: add -A' "$work/port" &&
		grep -q '^Nobody has port 7072 open here; it is in the network namespace sockport-else: add -A' "$work/refused" &&
		as 65534 "$SOCKPORT_BIN" show 7071 2>&1 | grep -q 'look.*-A'
}

# on_terminal COLUMNS LOCALE ARGUMENT...: as it is shown on one, into a file for fits_terminal.
on_terminal()
{
	local columns=$1 locale=$2
	shift 2

	LC_ALL=$locale script -qec "stty cols $columns; '$SOCKPORT_BIN' $*" /dev/null \
		</dev/null >"$work/tty.$columns.$locale.${*// /_}" 2>/dev/null
}

# What a listener drops may be all as its server wants it.
deferred()
{
	local red

	red=$(printf '\033\\[31m')
	coproc DEFERRING { exec python3 -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", 7076))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
caller = socket.create_connection(("127.0.0.1", 7076))
print(flush=True)
sys.stdin.read()'; }
	read -r <&"${DEFERRING[0]}"
	sockport ports --port 7076 --role in --color=always --columns listen_drops >"$work/deferred"
	eval "exec ${DEFERRING[1]}>&-"
	wait
	grep -q '[1-9]' "$work/deferred" && ! grep -q "$red" "$work/deferred" || {
		cat "$work/deferred"
		return 1
	}
}

# Red is what is wrong, on a terminal that may have colours, in tables.
colours()
{
	local red each

	command -v script >/dev/null || skip 'no script(1)' || return
	red=$(printf '\033\\[31m')
	coproc DRAINING { exec python3 -c 'import socket, struct, sys
listener = socket.create_server(("127.0.0.1", 7073))
ends = socket.create_connection(("127.0.0.1", 7073)), listener.accept()
listener.close()
print(flush=True)
sys.stdin.read()
for end in ends[0], ends[1][0]:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))'; }
	read -r <&"${DRAINING[0]}"
	sockport ports --port 7073 --color=always >"$work/always"
	sockport ports --port 7073 --color=always --sort port >"$work/kept"
	sockport ports --port 7073 >"$work/pipe"
	TERM=xterm on_terminal 120 C 'ports --port 7073' && mv "$work"/tty.120.C.ports_--port_7073 "$work/auto"
	NO_COLOR=1 TERM=xterm on_terminal 120 C 'ports --port 7073' && mv "$work"/tty.120.C.ports_--port_7073 "$work/off"
	TERM=xterm on_terminal 120 C 'ports --port 7073 --color=never' &&
		mv "$work"/tty.120.C.ports_--port_7073_--color=never "$work/never"
	sockport ports --port 7073 --color=always --json >"$work/json"
	sockport sockets --port 7073 --color=always >"$work/lines"
	eval "exec ${DRAINING[1]}>&-"
	wait
	for each in always kept auto; do
		grep -q "${red}draining" "$work/$each" || {
			echo "$each has no colour"
			return 1
		}
	done
	for each in pipe off never json lines; do
		grep -q 7073 "$work/$each" && ! grep -q "$red" "$work/$each" || {
			echo "$each has colours"
			return 1
		}
	done
	fails 2 "'blue'.*always" ports --color blue
}

# Nothing wraps, whatever names there are; with --wide nothing is left out.
fits_terminal()
{
	local each pid

	command -v script >/dev/null || skip 'no script(1)' || return
	cp "$SOCKPORT_FIXTURE" "$work/服务器进程"
	coproc LISTENER { "$work/服务器进程" listen 7072 sh -c 'echo; exec cat'; }
	pid=$LISTENER_PID
	read -r <&"${LISTENER[0]}"
	for each in ports 'ports -l' sockets 'sockets -p' 'sockets -lp' 'show 80' who 'who fixture' summary stats; do
		on_terminal 80 C.UTF-8 "$each"
	done
	on_terminal 80 C 'sockets -lp'
	on_terminal 120 C.UTF-8 ports
	on_terminal 400 C.UTF-8 sockets --wide
	# At the end of its input it ends.
	eval "exec ${LISTENER[1]}>&-"
	wait "$pid"
	python3 -c 'import os, sys, unicodedata
wide = {"W": 2, "F": 2}
wrong, seen = 0, ""
for name in sorted(os.listdir(sys.argv[1])):
    if not name.startswith("tty."):
        continue
    text = open(os.path.join(sys.argv[1], name), encoding="utf-8").read()
    seen += text
    width = max(sum(wide.get(unicodedata.east_asian_width(each), 1) for each in line)
                for line in text.splitlines())
    if width > int(name.split(".")[1]) or not text.count("\n") > 2:
        print(name, "has", width, "columns")
        wrong += 1
sys.exit(wrong or "\u670d\u52a1" not in seen or "\\346\\234\\215" not in seen)' "$work"
}

# completes EXPECTED WORD...: in a bash, with the cursor behind the last word.
completes()
{
	local expected=$1
	shift

	COMP_WORDS=(sockport "$@") COMP_CWORD=$#
	COMPREPLY=()
	_sockport
	printf '%s\n' "${COMPREPLY[@]}" | grep -qx -e "$expected" || {
		echo "'$*' is completed by ${COMPREPLY[*]}, not by $expected"
		return 1
	}
}

completion()
{
	# shellcheck source=../userspace/completion/sockport.bash
	. ../userspace/completion/sockport.bash
	completes sockets so && completes --local-port sockets --lo && completes established sockets est &&
		completes established --state es && completes tcp,udp --protocol tcp,ud &&
		completes port,service -o port,serv && completes local_end sockets --columns local_ &&
		completes sctp sc && completes closed-door events --type close &&
		completes container programs --by cont && completes closed-doors replay file closed- &&
		completes --from replay file ports --fr &&
		completes fixture who fix && completes --interval --inter &&
		completes https show htt && completes http,https --port http,htt && completes domain dport doma &&
		completes time-wait state time-w || return 1
	in_cgroup sockport-test.service completes sockport-test.service who sockport-t || return
	in_cgroup sockport-test.service completes sockport-test.service sockets unit sockport-t || return
	COMP_WORDS=(sockport stats --p) COMP_CWORD=2
	_sockport
	expect 'what stats has no use for' 0 ${#COMPREPLY[@]}
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
		if ! grep -q "^$name " "$work/text" || ! grep -q "\"${name/%_ns/_us}\":" "$work/json"; then
			echo "no $name"
			return 1
		fi
	done </proc/net/sockport_stats
}

help_and_version()
{
	local version command commands=0

	sockport --help >"$work/out" 2>"$work/err" || return 1
	expect 'words on stderr' 0 "$(wc -c <"$work/err")" || return 1
	grep -q '^Usage: sockport' "$work/out" || return 1
	sockport help | cmp - "$work/out" || return 1
	while read -r command; do
		sockport "$command" --help >"$work/text" &&
			sockport help "$command" | cmp - "$work/text" &&
			expect "lines of $command --help that are wide" 0 "$(grep -cE '^.{81}' "$work/text")" &&
			expect "$command --help fits a screen" 1 $(($(wc -l <"$work/text") < 24)) ||
			return 1
		commands=$((commands + 1))
	done < <(sed -n 's/^       sockport \([a-z-]*\) .*/\1/p' "$work/out")
	[ $commands -gt 9 ] && fails 2 "^sockport: unknown option '--colour': " --colour always &&
		fails 2 "'--li' can be --listening and others" --li && fails 2 "'--all' takes no value" --all=1 &&
		fails 2 "'--json' takes no value" sockets --json=x || return 1
	version=$(awk '$1 == "version" { print $2 }' /proc/net/sockport_stats)
	expect versions "sockport $version"$'\n'"module $version" "$(sockport --version)"
}

# Nearly: there are netlink sockets of the kernel and of who asks.
empty_namespace()
{
	local kinds=tcp,udp,raw,ping,unix,packet,other

	expect json '[]' "$(unshare -n "$SOCKPORT_BIN" --json | tr -d '[:space:]')" &&
		expect sockets '[]' "$(unshare -n "$SOCKPORT_BIN" sockets --protocol $kinds --json |
			tr -d '[:space:]')" &&
		expect header 1 "$(unshare -n "$SOCKPORT_BIN" sockets --protocol $kinds | wc -l)" &&
		expect nothing 0 "$(unshare -n "$SOCKPORT_BIN" --no-header | wc -l)"
}

bad_arguments()
{
	fails 2 'nonsense' -o nonsense &&
		fails 2 'nonsense' sockets --columns proto,nonsense &&
		fails 2 'bogus' bogus &&
		points 'unknown word' '^  ^~~~~$' sockets bogus &&
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
		fails 2 'who' who '' &&
		fails 2 'columns' stats --columns pid &&
		fails 2 'stats' stats --processes &&
		fails 2 'summary' summary -p &&
		fails 2 'port' --port &&
		fails 2 'frobnicate' --frobnicate &&
		fails 2 '-Q\|Q' -Q &&
		fails 2 'filter by role' closed-doors in &&
		fails 2 'filter by state' events established &&
		fails 2 'happened' events --type happened &&
		fails 2 'all-netns' reset -A &&
		fails 2 '--json' reset --json &&
		fails 2 '1001' metrics --top 1001 &&
		fails 2 'csv' metrics --format csv &&
		fails 2 'interval' --interval 0 &&
		fails 2 '--interval' --count 2 &&
		fails 2 '16' --port 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
}

full_disk()
{
	local each status

	for each in ports sockets 'show 80' stats who 'who -J' "who $FIXTURE_PID" summary 'summary -J' \
		--help --version 'sockets --json' closed 'closed -J' closed-doors 'closed-doors -J' 'doctor -J' metrics events \
		'ports --interval 0.1' 'ports -J --interval 0.1'; do
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

	for each in ports sockets 'sockets --json' 'show 80' who summary events 'events -J' metrics \
		programs closed closed-doors 'doctor -J' 'ports --interval 0.1' 'ports -J --interval 3600'; do
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
	as 65534 "$SOCKPORT_BIN" sockets --json >"$work/json" 2>"$work/err" || return 1
	expect 'words on stderr' 0 "$(wc -c <"$work/err")" || return 1
	sockport sockets --json >"$work/all"
	python3 -c 'import json, sys
seen, root = (json.load(open(name)) for name in sys.argv[1:])
sys.exit(not any(row["mark"] for row in root) or any(row["mark"] for row in seen))' \
		"$work/json" "$work/all" &&
		sockport sockets --json --protocol tcp,udp,raw,ping,unix,packet >"$work/all" &&
		as 65534 "$SOCKPORT_BIN" sockets --json --protocol tcp,udp,raw,ping,unix,packet >"$work/json" &&
		python3 lib/listing.py same "$work/json" "$work/all" mark
}

# processes_of UID: what this user is told is what /proc tells.
processes_of()
{
	as "$1" "$SOCKPORT_BIN" sockets -pJ >"$work/json" &&
		as "$1" "$SOCKPORT_BIN" sockets -H -o inode,processes >"$work/text" &&
		as "$1" python3 - sockets "$work/json" "$work/text" <lib/holders.py
}

sockets_processes()
{
	processes_of 0 || return 1
	# Its second descriptor of the socket does not count.
	sockport sockets -pHo lport --port 9000 listen | grep -q " web\\\\040server\[$FIXTURE_WEB\]:[0-9] *$" &&
		expect both 2 "$(sockport sockets -H -o process_count --port 9001 | tr -d ' ')" &&
		sockport sockets -H -o processes --port 9001 |
			grep -q "fixture\[$FIXTURE_PID\]:[0-9]*" &&
		sockport sockets -H --columns processes --port 9001 |
			grep -q "web\\\\040server\[$FIXTURE_WEB\]:3"
}

# Nobody has accepted the fifth connection, so nobody has it open.
by_port()
{
	sockport sockets -H -o processes --port 80 --role in established >"$work/text" || return 1
	expect 'by port' 1 "$(grep -c "~fixture\[$FIXTURE_PID\]" "$work/text")" &&
		expect 'open' "$(($(wc -l <"$work/text") - 1))" \
			"$(grep -c "^ *fixture\[$FIXTURE_PID\]:" "$work/text")"
}

ports_processes()
{
	sockport ports -pJ >"$work/json" && python3 lib/holders.py ports "$work/json" &&
		sockport ports -pH --port 9000 --role in tcp | grep -q " web\\\\040server\[$FIXTURE_WEB\] *$" &&
		sockport -Ho port,processes --port 9033 | grep -q "\[$FIXTURE_USER\] *$"
}

show_processes()
{
	sockport show 9001 >"$work/text" && sockport show 9001 --json >"$work/json" || return 1
	sed -n '/^Processes:/,/^$/p' "$work/text" >"$work/owners"
	grep -q "^ *$FIXTURE_PID fixture " "$work/owners" &&
		grep -q "^ *$FIXTURE_WEB web\\\\040server " "$work/owners" &&
		expect lines 5 "$(wc -l <"$work/owners")" &&
		python3 -c 'import json, sys
answer = json.load(open(sys.argv[1]))
sys.exit(sorted(row["pid"] for row in answer["owners"]) != sorted(map(int, sys.argv[2:])) or
         sorted(each["pid"] for row in answer["bound"] for each in row["processes"]) !=
         sorted(map(int, sys.argv[2:])))' "$work/json" "$FIXTURE_PID" "$FIXTURE_WEB"
}

# Nobody's processes are none of nobody's business, but a user sees its own.
unprivileged_processes()
{
	processes_of 33 || return 1
	grep -q "\[$FIXTURE_USER\]" "$work/text" &&
		expect foreign 0 "$(grep -c "\[\($FIXTURE_PID\|$FIXTURE_WEB\)\]" "$work/text")" &&
		expect "nobody's" 0 "$(as 65534 "$SOCKPORT_BIN" sockets -Ho processes \
		--protocol tcp,udp,unix,raw,packet | grep -c '\[')" &&
		expect ports 0 "$(as 65534 "$SOCKPORT_BIN" ports -Ho processes | grep -c '\[')" &&
		as 33 "$SOCKPORT_BIN" who --json >"$work/json" &&
		as 33 python3 - who "$work/json" <lib/holders.py &&
		as 65534 "$SOCKPORT_BIN" who --json --protocol tcp,udp,unix >"$work/json" &&
		expect 'who is there' '[]' "$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["processes"])' "$work/json")"
}

cgroup_and_unit()
{
	local id

	id=$(printf '%064x' 48879)
	in_cgroup sockport-test.service "$SOCKPORT_FIXTURE" listen 7070 \
		bash -c 'sed -n s/^0:://p /proc/self/cgroup; exec "$@"' - \
		"$SOCKPORT_BIN" sockets -H --columns cgroup,unit,processes tcp 7070 >"$work/text" || return
	expect cgroup "$(head -n 1 "$work/text") sockport-test.service" \
		"$(tail -n 1 "$work/text" | awk '{ print $1, $2 }')" &&
		grep -q 'fixture\[[0-9]*\]:3' "$work/text" || return 1
	in_cgroup "docker-$id.scope" "$SOCKPORT_FIXTURE" listen 7070 \
		"$SOCKPORT_BIN" who "${id:0:13}" >"$work/text" &&
		grep -q "fixture *${id:0:12} *tcp:7070" "$work/text" &&
		expect 'nobody else' 0 "$(grep -c "\b$FIXTURE_PID\b" "$work/text")" || return 1
	# Where nobody may see the group, it is not known.
	expect 'cgroups for nobody' - "$(as 65534 "$SOCKPORT_BIN" sockets -H -o cgroup tcp |
		tr -d ' ' | sort -u)"
}

# Ports are counted in the kernel, by what units and processes are to it.
ports_of_owners()
{
	# shellcheck disable=SC2016
	in_cgroup sockport-test.service "$SOCKPORT_FIXTURE" listen 7070 bash -c '
		ports() { echo "$("$SOCKPORT_BIN" ports -Ho port "$@" 2>&1 | xargs)"; }
		ports unit sockport-test.service
		ports port 7070 and not unit sockport-test
		ports pid "$PPID"
		ports pid "$PPID,1" and port 7071
		ports pid $$
		ports port 7070 and not pid $$
		"$SOCKPORT_BIN" metrics unit sockport-test | grep -o "^sockport_port_sockets{.*port=\"[0-9]*\"" |
			sed "s/.*port=//" | sort -u' >"$work/text"
	expect ports '7070, ,7070, , ,7070,"7070"' "$(paste -sd , "$work/text" | sed 's/,,/, ,/g; s/,,/, ,/g')" &&
		in_cgroup sockport-test.service groups_below
}

# What is in a unit is of it; what others hide in theirs is not looked for, and nobody may see
# groups of root's processes. Run in a unit.
groups_below()
{
	local unit=/sys/fs/cgroup/sockport-test.service status=0

	mkdir -p "$unit/inner" /sys/fs/cgroup/sockport-hidden.service/inner &&
		chmod 700 /sys/fs/cgroup/sockport-hidden.service || status=1
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$0/inner/cgroup.procs" && exec "$@"' "$unit" "$SOCKPORT_FIXTURE" listen 7070 bash -c '
		ports() { setpriv --reuid 65534 --clear-groups "$SOCKPORT_BIN" ports -Ho port "$@" 2>&1 | xargs; }
		root() { "$SOCKPORT_BIN" ports -Ho port "$@" 2>&1 | xargs; }
		echo "root $(root unit sockport-test or unit no-such.service)"
		echo "user $(ports unit sockport-test and not unit no-such.service)"
		echo "hidden $(ports unit sockport-hidden)"
		echo "above $(unshare -C "$SOCKPORT_BIN" ports -Ho port unit sockport-test 2>&1)"
		echo "inside $(unshare -Cm bash -c "mount -t cgroup2 none /mnt &&
			\"\$SOCKPORT_BIN\" ports -Ho port unit sockport-hidden" 2>&1)"
		' >"$work/text" || status=1
	rmdir "$unit/inner" /sys/fs/cgroup/sockport-hidden.service/inner /sys/fs/cgroup/sockport-hidden.service
	cat "$work/text"
	grep -qx 'root 7070' "$work/text" && grep -qx 'user ' "$work/text" &&
		grep -qx 'hidden sockport: cannot read all control groups: Permission denied' "$work/text" &&
		grep -q '^above sockport: control groups cannot be seen from here: ' "$work/text" &&
		grep -qx "inside sockport: no control group of 'sockport-hidden' can be seen from this cgroup namespace" \
			"$work/text" && return $status
}

# Same port, other namespaces: two with a name, one in a unit, one in nothing, that of init.
all_namespaces()
{
	local here=/proc/$$/ns/net listen="$SOCKPORT_FIXTURE listen 7070" name status=0

	ip netns add sockport-one && ip netns add sockport-two || return 1
	# shellcheck disable=SC2086,SC2016
	nsenter --net=/run/netns/sockport-one $listen nsenter --net=/run/netns/sockport-two $listen \
		nsenter --net=/proc/1/ns/net $listen nsenter --net=$here \
		bash -c '"$@" -A ports -J --port 7070 >"$0/ports" &&
			"$@" -AJ sockets tcp 7070 >"$0/sockets" &&
			"$@" ports -AH tcp 7070 >"$0/text" && "$@" show 7070 -A >"$0/show" &&
			"$@" summary -AJ tcp >"$0/summary" && "$@" metrics -A --port 7070 >"$0/metrics" &&
			stat -L -c %i /run/netns/sockport-one /run/netns/sockport-two /proc/1/ns/net >"$0/inodes"' \
		"$work" "$SOCKPORT_BIN" || status=$?
	ip netns del sockport-one
	ip netns del sockport-two
	[ $status -eq 0 ] || return $status
	python3 -c 'import json, sys
inodes = [int(line) for line in open(sys.argv[1] + "/inodes")]
expected = sorted(zip(("sockport-one", "sockport-two", "init"), inodes))
for name in ("ports", "sockets"):
    # Ports that have nothing but history are there too.
    rows = [row for row in json.load(open(sys.argv[1] + "/" + name)) if row.get("sockets") != 0]
    seen = sorted((row["netns"], row["netns_inode"]) for row in rows)
    if seen != expected or any(row["port"] != 7070 for row in rows):
        sys.exit(f"{name}: {seen}, not {expected}")
samples = [line.rsplit(" ", 1) for line in open(sys.argv[1] + "/metrics") if line[0] != "#"]
names = [name for name, _ in samples]
for name in ("sockport-one", "sockport-two"):
    for series in ("sockport_port_sockets{netns=\"%s\",protocol=\"tcp\",role=\"in\",port=\"7070\"}",
                   "sockport_sockets{netns=\"%s\",protocol=\"tcp\",role=\"in\"}"):
        if [series % name, "1\n"] not in samples:
            sys.exit(series % name)
if len(set(names)) != len(names) or not any("netns=\"init\"" in name for name in names):
    sys.exit("series: %d, of %d names" % (len(names), len(set(names))))
tallies = {row["netns"]: row["sockets"] for row in
           json.load(open(sys.argv[1] + "/summary"))["sockets"]}
sys.exit(any(tallies[name] != 1 for name in ("sockport-one", "sockport-two")))' "$work" || return 1
	for name in sockport-one sockport-two init; do
		grep -q "^$name *tcp *in *7070 " "$work/text" &&
			grep -q "^Network namespace $name:" "$work/show" || return 1
	done
}

# Ours has no name either.
nameless_namespaces()
{
	# shellcheck disable=SC2016
	local inside='stat -L -c %i /proc/self/ns/net >"$0/inode"; exec "$@"'

	in_cgroup sockport-test.service unshare -n "$SOCKPORT_FIXTURE" listen 7070 \
		nsenter --net=/proc/$$/ns/net "$SOCKPORT_BIN" -AHo port --port 7070 >"$work/text" || return
	expect unit 'sockport-test.service 7070' \
		"$(tr -s ' ' <"$work/text" | sed 's/^ //; s/ $//')" || return 1
	in_cgroup sockport unshare -n "$SOCKPORT_FIXTURE" listen 7070 bash -c "$inside" "$work" \
		nsenter --net=/proc/$$/ns/net "$SOCKPORT_BIN" -AHo port --port 7070 >"$work/text" || return
	expect inode "net:[$(<"$work/inode")] 7070" "$(tr -s ' ' <"$work/text" | sed 's/^ //; s/ $//')"
}

# outside COMMAND...: in another namespace.
outside()
{
	unshare -n "$@"
}

# from_outside NAME COMMAND: it says what it says inside.
from_outside()
{
	# shellcheck disable=SC2086
	sockport $2 >"$work/inside" && outside "$SOCKPORT_BIN" $2 --netns "$1" >"$work/text" &&
		cmp "$work/inside" "$work/text" || {
		echo "$2 --netns $1"
		return 1
	}
}

one_namespace()
{
	local status=0 each inside kinds='--protocol tcp,udp,raw,ping,unix,packet'

	ip netns attach sockport-test $$ || return 1
	# shellcheck disable=SC2086
	sockport sockets -J $kinds >"$work/inside" &&
		outside "$SOCKPORT_BIN" sockets -J $kinds --netns sockport-test >"$work/json" &&
		python3 lib/listing.py same "$work/json" "$work/inside" netns_inode || status=1
	for each in 'ports -o proto,role,port,sockets,accepted,bytes_in,opener,users' \
		'ports -pJo proto,role,port,accepted,last_active,processes,netns' 'show 80' 'show 8443 -J' 'who --protocol tcp,udp,unix' \
		'sockets -lo +interface --protocol tcp,udp'; do
		from_outside sockport-test "$each" || status=1
	done
	inside=$(ip netns exec sockport-test "$SOCKPORT_BIN" -o port,state,bytes_out | cksum)
	for each in sockport-test /run/netns/sockport-test "$FIXTURE_WEB" "/proc/$FIXTURE_USER/ns/net"; do
		expect "$each" "$inside" "$(outside "$SOCKPORT_BIN" -o port,state,bytes_out \
			--netns "$each" | cksum)" || status=1
	done
	# The name is enough to open it, but not to be told.
	fails_as 65534 1 'permission' sockets --netns sockport-test || status=1
	ip netns del sockport-test
	return $status
}

bad_namespaces()
{
	local pid

	# A process that was: its number is not in use again so soon.
	pid=$(bash -c 'echo $$')
	fails 2 'sockport-none' --netns sockport-none &&
		fails 2 "$pid" --netns "$pid" &&
		fails 2 '99999999999' --netns 99999999999 &&
		fails 2 '/etc/passwd' sockets --netns /etc/passwd &&
		fails 2 'ns/mnt' who --netns /proc/self/ns/mnt &&
		fails 2 'directory\|no network namespace' summary --netns / &&
		fails 2 '/nowhere/at/all' show 80 --netns /nowhere/at/all &&
		fails 2 '' --netns '' &&
		fails 2 '' --netns .. &&
		fails 2 'netns' --netns &&
		fails 2 'exclude' -A --netns "$FIXTURE_WEB" &&
		fails 2 'stats' stats -A &&
		fails_as 65534 1 'permission' -A &&
		fails_as 65534 1 'permission' sockets -A &&
		fails_as 65534 1 'permission' --netns "$FIXTURE_WEB" &&
		fails_as 65534 1 'permission' --netns "/proc/$FIXTURE_WEB/ns/net"
}

who()
{
	local each

	sockport who --json >"$work/json" && python3 lib/holders.py who "$work/json" || return 1
	for each in "$FIXTURE_PID" "$FIXTURE_WEB" "$FIXTURE_USER"; do
		sockport who "$each" --json >"$work/json" &&
			python3 lib/holders.py who "$work/json" "$each" || return 1
	done
	sockport who 'web server' --json >"$work/json" &&
		python3 lib/holders.py who "$work/json" "$FIXTURE_WEB" &&
		sockport who fixture --json >"$work/json" &&
		python3 lib/holders.py who "$work/json" "$FIXTURE_PID" "$FIXTURE_USER" &&
		python3 -c 'import json, sys
answer = json.load(open(sys.argv[1]))
row = next(row for row in answer["processes"] if row["pid"] == int(sys.argv[2]))
sys.exit(not {"tcp:80", "tcp:443", "tcp:8443", "tcp:9001", "udp:15000", "unix:2"} <= set(row["listens"])
         or row["listen_count"] + 1 != len(row["listens"]) or row["lingering"] != 1 or
         answer["incomplete"] != 0)' "$work/json" "$FIXTURE_PID"
}

# Who is at the other end of what somebody has open.
other_ends()
{
	sockport who fixture >"$work/text" || return 1
	grep -q "^ *$FIXTURE_PID fixture .* unix .* fixture\[$FIXTURE_PID\]" "$work/text" &&
		sockport who fixture -J >"$work/json" &&
		python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))["sockets"]
inodes = {row["inode"]: row["pid"] for row in rows if row["inode"]}
pairs = [row for row in rows if row["peer"] in inodes]
sys.exit(not pairs or any(not row["peer_process"] for row in pairs))' "$work/json"
}

# Two namespaces that a cable joins: the other end is in one, and so is a socket of ours.
ends_elsewhere()
{
	unshare -n python3 - "$SOCKPORT_BIN" "$work/socket" <<'PY'
import json, os, socket, subprocess, sys

def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout

def who(*words):
    return json.loads(run(sys.argv[1], "who", str(os.getpid()), "-J", *words))

other = subprocess.Popen(["unshare", "-n", sys.executable, "-c", """if True:
    import socket, subprocess, sys
    print(flush=True)
    sys.stdin.readline()
    for words in ("addr add 192.0.2.2/24 dev far", "link set far up"):
        subprocess.run(["ip", *words.split()], check=True)
    over = socket.create_connection(("192.0.2.1", 7099))
    local = socket.socket(socket.AF_UNIX)
    local.connect(sys.argv[1])
    print(flush=True)
    sys.stdin.readline()""", sys.argv[2]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
other.stdout.readline()
for words in (f"link add near type veth peer name far netns {other.pid}",
              "addr add 192.0.2.1/24 dev near", "link set near up"):
    run("ip", *words.split())
over, local = socket.create_server(("192.0.2.1", 7099)), socket.socket(socket.AF_UNIX)
local.bind(sys.argv[2])
local.listen()
assert who()["elsewhere"] == 0
print(file=other.stdin, flush=True)
one, _ = over.accept()
# The kernel makes it in the namespace of who calls.
two, _ = local.accept()
other.stdout.readline()
here, everywhere = who(), who("-A")
text = run(sys.argv[1], "who", str(os.getpid()))
unseen = json.loads(run("setpriv", "--reuid", "65534", "--clear-groups", sys.argv[1], "who", "sockport", "-J"))
other.communicate("\n")
of = {row["inode"]: row["peer_process"] for row in here["sockets"]}
assert of[os.fstat(one.fileno()).st_ino]["pid"] == other.pid, of
assert os.fstat(two.fileno()).st_ino not in of
assert here["elsewhere"] == 1 and "shown with -A: 1\n" in text, text
of = {row["inode"]: row["peer_process"] for row in everywhere["sockets"]}
assert of[os.fstat(two.fileno()).st_ino]["pid"] == other.pid, of
assert everywhere["elsewhere"] == 0
assert unseen["elsewhere"] is None, unseen["elsewhere"]
PY
}

who_text()
{
	sockport who "$FIXTURE_WEB" >"$work/text" || return 1
	grep -q "^ *$FIXTURE_WEB web\\\\040server .* tcp:9000,tcp:9001,udp:9000 *1 *1 *0 *0 *0" \
		"$work/text" &&
		grep -q "^ *$FIXTURE_WEB web\\\\040server *3 tcp .* 127.0.0.1:9001 " "$work/text" &&
		fails 1 'nosuchprocess' who nosuchprocess &&
		fails 1 '4194305' who 4194305 --json
}

summary()
{
	sockport summary --json >"$work/json" && sockport summary >"$work/text" || return 1
	python3 lib/holders.py summary "$work/json" "$work/text" || return 1
	# Some limits are the host's: only its own namespace has them.
	nsenter --net=/proc/1/ns/net "$SOCKPORT_BIN" summary --json >"$work/all" &&
		nsenter --net=/proc/1/ns/net python3 lib/holders.py limits "$work/all" || return 1
	# Filters change what is counted, not the limits.
	sockport summary --json tcp established >"$work/all" &&
		python3 -c 'import json, sys
some, every = (json.load(open(name)) for name in sys.argv[1:])
tcp = next(row for row in every["sockets"] if row["proto"] == "tcp")
sys.exit([(row["proto"], row["states"]) for row in some["sockets"]] !=
         [("tcp", {"ESTABLISHED": tcp["states"]["ESTABLISHED"]})] or
         {row["limit"]: row["max"] for row in some["limits"] if row["limit"] != "backlog"} !=
         {row["limit"]: row["max"] for row in every["limits"] if row["limit"] != "backlog"})' \
			"$work/all" "$work/json"
}

peak_memory()
{
	local count=$1
	shift

	"$SOCKPORT_FIXTURE" many "$count" "$SOCKPORT_PEAK" "$SOCKPORT_BIN" sockets --json "$@"
}

# A hundred times the sockets: memory must not notice.
memory_is_constant()
{
	local few many

	few=$(peak_memory 200) && many=$(peak_memory 20000) || return 1
	echo "peak $few KiB with 200 sockets, $many KiB with 20,000"
	[ "$many" -lt $((few + 512)) ] || return 1
	few=$(peak_memory 200 --sort inode --top 9) &&
		many=$(peak_memory 20000 --sort inode --top 9) || return 1
	echo "peak $few KiB with the first of 200 sockets, $many KiB with those of 20,000"
	[ "$many" -lt $((few + 512)) ]
}

module_absent()
{
	local each status=0

	rmmod sockport || return 1
	for each in ports sockets 'show 80' stats 'sockets --json' who programs summary events closed closed-doors \
		doctor metrics reset 'ports --interval 1'; do
		# shellcheck disable=SC2086
		fails 1 'not loaded.*modprobe' $each || status=1
	done
	# What needs no module still works.
	sockport --help >/dev/null && sockport --version | grep -qx 'module not loaded' || status=1
	fails 2 nonsense -o nonsense || status=1
	insmod "$SOCKPORT_KO" || return 1
	return $status
}

# A sanitizer keeps more memory than the command.
memory=memory_is_constant
[ -z "${SOCKPORT_SANITIZED:-}" ] || memory=''

# shellcheck disable=SC2086
ktap_run ports_json sockets_json ports_text sockets_text ends_of_kinds header_and_columns \
	names_and_numbers sorts show_order options words letters guesses ports_options families show_json show_text who_has_what deferred colours fits_terminal completion stats help_and_version \
	empty_namespace bad_arguments full_disk closed_output closed_pipe unprivileged \
	sockets_processes by_port ports_processes show_processes unprivileged_processes \
	cgroup_and_unit ports_of_owners all_namespaces nameless_namespaces one_namespace bad_namespaces who other_ends ends_elsewhere who_text \
	summary $memory module_absent
