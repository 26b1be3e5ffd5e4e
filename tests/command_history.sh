#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the command says of what ports did: history, events, closed doors, metrics.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

# knock PORT COUNT: where nobody listens
knock()
{
	python3 - "$@" <<'END'
import socket
import sys

for _ in range(int(sys.argv[2])):
    with socket.socket() as client:
        if not client.connect_ex(("127.0.0.1", int(sys.argv[1]))):
            sys.exit("somebody listens")
END
}

# rows FILE EXPRESSION: holds for the rows of a JSON listing
rows()
{
	python3 - "$@" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as stream:
    rows = json.load(stream)


def one(port, role="in", proto="tcp"):
    found = [row for row in rows if (row["port"], row["role"], row["proto"]) == (port, role, proto)]
    return found[0] if len(found) == 1 else {}


sys.exit(not eval(f"({sys.argv[2]})"))
END
}

# ports_are EXPRESSION
ports_are()
{
	sockport ports -J >"$work/json" && rows "$work/json" "$1"
}

# Both ends are here, so what one sent the other received.
both_ends_agree()
{
	talk 7300 3 && soon ports_are 'one(7300)["accepted"] == one(7300, "out")["opened"] == 3 and
		one(7300)["bytes_in"] == one(7300, "out")["bytes_out"] == 300 and
		one(7300)["bytes_out"] == one(7300, "out")["bytes_in"] == 30 and
		one(7300)["closed_by_peer"] == one(7300, "out")["closed"] == 3 and
		one(7300)["failed"] == one(7300, "out")["failed"] == 0 and
		one(7300)["first_active"] <= one(7300)["last_active"] <= one(7300)["time"]'
}

# Somebody listens, but not at the address that was called; and nobody does at all.
show_refused()
{
	local call='import socket, sys
with socket.socket() as client:
    sys.exit(not client.connect_ex((sys.argv[1], int(sys.argv[2]))))'

	python3 -c "$call" 127.0.0.3 80 && python3 -c "$call" 127.0.0.4 7305 || return 1
	soon eval 'sockport closed-doors -Ho port,local | grep -q "^ *80 127.0.0.3$"' &&
		sockport show 80 >"$work/text" && sockport show 80 -J >"$work/json" || return 1
	grep -A 2 '^These attempts found nobody' "$work/text" | grep -q '^tcp *[0-9]* 127.0.0.3 ' &&
		expect none 0 "$(sockport show 443 | grep -c 'found nobody')" &&
		sockport show 7305 | grep -q '^tcp *1 127.0.0.4 ' && python3 -c 'import json, sys
refused = json.load(open(sys.argv[1]))["refused"]
sys.exit([(row["proto"], row["local"]) for row in refused] != [("tcp", "127.0.0.3")])' "$work/json" &&
		as 65534 "$SOCKPORT_BIN" show 80 -J >"$work/json" && python3 -c 'import json, sys
sys.exit(json.load(open(sys.argv[1]))["refused"] is not None)' "$work/json"
}

# As many are half open as may be; one less is nothing to tell.
syn_queue()
{
	local many full

	# Without ARP, or the kernel finds out that nobody is there, and gives the connections up.
	# shellcheck disable=SC2016
	many=$(unshare -n bash -c 'ip link set lo up && ip link add d0 type veth &&
		ip addr add 10.99.0.1/16 dev d0 && ip link set d0 arp off up && ip link set veth0 up &&
		sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lo.rp_filter=0 &&
		for count in 3 4; do
			python3 lib/syn.py 10.99.0.1 73$count 4 $count "$SOCKPORT_BIN" show 73$count || exit 1
		done') || return 1
	echo "$many"
	full=$(grep -c '^The SYN queue is full: ' <<<"$many")
	grep -q '^The SYN queue is full: 4 connections are half open, for a limit of 4' <<<"$many" &&
		grep -A 1 'SYN queue is full' <<<"$many" | grep -q cookies && expect once 1 "$full"
}

# within_cgroup NAME COMMAND...: in a cgroup of that name, and a cgroup namespace that begins there.
within_cgroup()
{
	local cgroup=/sys/fs/cgroup/$1 end=$((SECONDS + 60))
	shift

	# shellcheck disable=SC2016
	mkdir "$cgroup" && bash -c 'echo 0 >"$0/cgroup.procs" && exec unshare -C "$@"' "$cgroup" "$@" | xargs
	until rmdir "$cgroup" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# What ended, and its cgroup with it, is told with its unit still.
gone_unit()
{
	# shellcheck disable=SC2016
	within_cgroup sockport-gone.service bash -c ': </dev/tcp/127.0.0.1/9' 2>/dev/null || return 1
	expect failed 1 "$(sockport who --by unit -Ho unit,failed |
		awk '$1 == "sockport-gone.service" { print $2 }')" &&
		expect closed sockport-gone.service "$(sockport closed port 9 -Ho unit | xargs)" &&
		expect 'outside of it' - "$(within_cgroup sockport-other "$SOCKPORT_BIN" closed port 9 -Ho unit)"
}

# What happened to the connections of one process, or of a unit.
of_process()
{
	local pid status=0

	listen_to pid "$BASHPID" || return 1
	! : </dev/tcp/127.0.0.1/9 || status=1
	# shellcheck disable=SC2016
	pid=$(bash -c 'echo $$; : </dev/tcp/127.0.0.1/9' 2>/dev/null)
	! : </dev/tcp/127.0.0.1/10 || status=1
	soon events_of 10 fail 1 || status=1
	stop_listening || status=1
	cat "$work/events" "$work/err"
	expect events '9 10' "$(awk '$2 == "fail" { print $5 }' "$work/events" | xargs)" &&
		expect closed 9 "$(sockport closed -Ho port pid "$pid" | xargs)" &&
		expect 'no interface' '' "$(sockport closed -Ho port pid "$pid" and dev lo)" || status=1
	return $status
}

# Of all namespaces, those that come later as well; which one it was is told.
events_everywhere()
{
	local status=0 inode

	listen_to -A --type fail,open,accept,listen --port 7313 || return 1
	inode=$(unshare -n bash -c 'ip link set lo up
		python3 -c "import socket; socket.create_server((\"127.0.0.1\", 7313)).close()" &&
		stat -L -c %i /proc/self/ns/net') || status=1
	soon grep -q "^net:\[$inode\] .* listen " "$work/events" || status=1
	stop_listening || status=1
	cat "$work/events" "$work/err"
	return $status
}

# No socket, but a history; and only when somebody wants to know.
closed_port()
{
	talk 7301 2 && soon ports_are 'one(7301)["state"] == "closed" and one(7301)["sockets"] == 0' &&
		expect without 0 "$(sockport -Ho port --port 7301 | wc -l)" &&
		expect with 2 "$(sockport -Ho accepted,opened --port 7301 | wc -l)" &&
		# Those that only were there are shown to who wants all.
		expect alive 0 "$(sockport ports | grep -c ' 7301 ')" &&
		expect all 2 "$(sockport ports -a | grep -c ' 7301 ')" &&
		expect JSON 2 "$(sockport ports -J | grep -c '"port":7301,')"
}

show_closed_port()
{
	talk 7302 4 && soon ports_are 'one(7302)["state"] == "closed" and one(7302)["accepted"] == 4' &&
		sockport show 7302 >"$work/text" && sockport show 7302 --json >"$work/json" || return 1
	grep -q '^tcp *in *closed ' "$work/text" &&
		grep -q '^accepted *4  ' "$work/text" &&
		grep -q '^bytes_in *400  ' "$work/text" &&
		expect drawn 2 "$(grep -c '^Lifetime of 4 connections, on average ' "$work/text")" &&
		grep -q '^ .* ##.* 4 100.0%$\|^ .* ##.* [1-3]  *[0-9.]*%$' "$work/text" &&
		python3 -c 'import json, sys
answer = json.load(open(sys.argv[1]))
row = next(row for row in answer["ports"] if row["role"] == "in")
lifetime = row["distributions"]["lifetime"]
sys.exit(row["sockets"] != 0 or row["accepted"] != 4 or lifetime["count"] != 4 or
         sum(lifetime["buckets"]) != 4 or
         row["distributions"]["bytes"]["sum"] != 440)' "$work/json" || return 1
	# What port it is comes before what there is to say of it.
	sockport show 7303 >"$work/text" 2>"$work/error"
	expect status 1 $? && grep -q 'no history' "$work/error"
}

# The process is gone, its name and user are known still.
opener()
{
	talk 7304 1 && soon ports_are 'one(7304)["opener_comm"] == "python3" and
		one(7304)["opener_uid"] == 0 and one(7304)["opener_user"] == "root"'
}

# Names and cgroups of others' processes are not for everyone.
unprivileged_history()
{
	as 65534 "$SOCKPORT_BIN" ports -J >"$work/json" || return 1
	rows "$work/json" 'one(80)["accepted"] > 0 and not any(
		row["opener_comm"] or row["opener_pid"] or row["opener_cgroup"] for row in rows)'
}

# listen_to ARGUMENT...: events go to a file; until stop_listening
listen_to()
{
	# What an earlier one wrote says nothing of this one.
	rm -f "$work/events"
	timeout 600 "$SOCKPORT_BIN" events "$@" >"$work/events" 2>"$work/err" &
	listener=$!
	# The header says that nothing is missed from now on.
	soon test -s "$work/events"
}

# A signal is how it ends, so that is no failure.
stop_listening()
{
	kill -TERM "$listener"
	wait "$listener"
}

# events_of PORT TYPE COUNT
events_of()
{
	[ "$(awk -v port="$1" -v type="$2" '$5 == port && $2 == type' "$work/events" | wc -l)" -eq "$3" ]
}

events_text()
{
	local status=0

	listen_to --port 7310 || return 1
	talk 7311 1
	talk 7310 2
	soon events_of 7310 unlisten 1 && soon events_of 7310 close 4 || status=1
	stop_listening || status=1
	cat "$work/events" "$work/err"
	head -n 1 "$work/events" | grep -q '^TIME *TYPE *PROTO ROLE  *PORT LOCAL_END' &&
		events_of 7310 listen 1 && events_of 7310 accept 2 && events_of 7310 open 2 || return 1
	expect others 0 "$(grep -c 7311 "$work/events")" &&
		expect resets 2 "$(grep -c ' in .* reset-by-peer ' "$work/events")" || return 1
	return $status
}

# Nothing says when it listens, so there is something to hear until it has heard enough.
events_json()
{
	local try

	"$SOCKPORT_BIN" events --json --type fail --count 2 --port 7312 >"$work/events" &
	listener=$!
	for ((try = 0; try < 100; try++)); do
		knock 7312 1
		sleep 0.1
		kill -0 "$listener" 2>/dev/null || break
	done
	wait "$listener" || return 1
	python3 -c 'import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(len(events) != 2 or any(
    (event["type"], event["proto"], event["role"], event["port"], event["remote"], event["cause"]) !=
    ("fail", "tcp", "out", 7312, "127.0.0.1", "refused") for event in events) or
    events[0]["time"] >= events[1]["time"])' "$work/events"
}

events_privileged()
{
	fails_as 65534 1 'CAP_NET_ADMIN' events &&
		fails_as 65534 1 'all network namespaces need CAP_NET_ADMIN' events -A
}


# Failed ones here and elsewhere: in their order, chosen, sorted, and for whom they are.
closed()
{
	local newest='7343 7342 7341'

	knock 7341 1 && knock 7342 1 && knock 7343 1 || return 1
	sockport closed -J tcp 7341-7343 >"$work/json" && python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))
sys.exit([row["port"] for row in rows] != [7343, 7342, 7341] or any(
    (row["type"], row["proto"], row["role"], row["remote"], row["rport"], row["cause"],
     row["bytes_in"], row["uid"], row["segments_out"]) !=
    ("fail", "tcp", "out", "127.0.0.1", row["port"], "refused", 0, 0, 1) or not row["pid"]
    for row in rows) or sorted((row["time"] for row in rows), reverse=True) !=
    [row["time"] for row in rows])' "$work/json" || return 1
	expect 'newest first' "$newest" "$(sockport closed -Ho port tcp 7341-7343 | xargs)" &&
		expect reverse '7341 7342 7343' "$(sockport closed -Ho port --reverse tcp 7341-7343 | xargs)" &&
		expect top 7343 "$(sockport closed -Ho port --top 1 tcp 7341-7343 | xargs)" &&
		expect sorted '7343 7342' "$(sockport closed -Ho port --sort port --top 2 tcp 7341-7343 | xargs)" &&
		expect 'all namespaces' "$newest" "$(sockport closed -AHo port tcp 7341-7343 |
			awk '{ print $2 }' | xargs)" &&
		expect expression '7343 7341' "$(sockport closed -Ho port dport 7341 or dport 7343 | xargs)" &&
		expect 'not this' '' "$(sockport closed -Ho port role in and dport 7341)" &&
		expect 'no such unit' '' "$(sockport closed -Ho port unit nowhere.service)" &&
		expect elsewhere '' "$(unshare -n "$SOCKPORT_BIN" closed -H)" &&
		expect here "$newest" "$(unshare -n "$SOCKPORT_BIN" closed -Ho port -N $$ tcp 7341-7343 | xargs)" &&
		fails 2 'filter by state' closed established &&
		expect 'age' "sockport: connections that ended cannot be chosen by this, only sockets can" \
			"$(sockport closed older-than 5 2>&1 | head -n 1)" &&
		expect nobody '' "$(as 65534 "$SOCKPORT_BIN" closed -H)"
}

# program_did FILE COUNTER...: what a listing in JSON says of python3
program_did()
{
	python3 - "$@" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as stream:
    found = [row for row in json.load(stream) if row["program"] == "python3"]
print(*[found[0][counter] if len(found) == 1 else None for counter in sys.argv[2:]])
END
}

# Both ends of what talk() does are of one program.
programs()
{
	talk 7351 1 && sockport programs -J >"$work/before" && talk 7351 3 && knock 7352 2 || return 1
	# shellcheck disable=SC2016
	soon eval 'sockport programs -J --since "$work/before" >"$work/json" &&
		[ "$(program_did "$work/json" closed_by_peer)" = 3 ]' || return 1
	expect since '3 3 2 330 330 False' "$(program_did "$work/json" accepted opened refused \
			bytes_in bytes_out rest)" &&
		expect user '0 root None' "$(program_did "$work/json" uid user unit)" &&
		expect who "$(sockport programs -Ho program,accepted)" \
			"$(sockport who --by program -Ho program,accepted)" &&
		expect one python3 "$(sockport programs python3 -Ho program | xargs)" &&
		expect sorted python3 "$(sockport programs -Ho program --sort refused --top 1 | xargs)" &&
		expect 'by user' "$(sockport ports -aHo accepted --numeric --role in |
			awk '{ sum += $1 } END { print sum }')" \
			"$(sockport who --by user -nHo accepted | awk '{ sum += $1 } END { print sum }')" &&
		expect 'no container' 1 "$(sockport programs --by container -H | wc -l)" &&
		expect 'in between' 0 "$(sockport who python3 --interval 0.2 --count 1 -nHo opened | xargs)" &&
		fails 2 'is no answer' programs --by unit --since "$work/before" &&
		fails 1 'no program, unit or container' programs nobody-at-all &&
		fails 2 'unknown by' programs --by port && fails 2 'filter by port' programs --port 80 &&
		expect elsewhere '' "$(unshare -n "$SOCKPORT_BIN" programs -H)" &&
		expect 'of others' rest "$(as 65534 "$SOCKPORT_BIN" programs -Ho program | xargs)" &&
		sockport metrics --format prometheus | grep -q '^sockport_unit_accepted_total{unit="none"} [1-9]' &&
		sockport metrics -A | grep -q '^sockport_unit_opened_total{netns=".*",unit="none"} [1-9]'
}

# rows() knows ports by their role, which doors have not.
closed_doors()
{
	knock 7320 3 && knock 7321 5 || return 1
	soon eval 'sockport closed-doors -H | grep -q "^tcp *7321 .* 5 .* 127.0.0.1$"' || return 1
	sockport closed-doors -J tcp 7320-7321 >"$work/json" && python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))
sys.exit([(row["port"], row["attempts"], row["source"]) for row in rows] !=
         [(7321, 5, "127.0.0.1"), (7320, 3, "127.0.0.1")] or
         any(not 0 < row["first"] <= row["last"] for row in rows) or
         any(row["source_ports"] < 2 for row in rows))' "$work/json" &&
		expect 'ports of a source' "$(sockport closed-doors -Ho source,source_ports | sort -u |
			awk '$1 == "127.0.0.1" { print $2 }')" \
			"$(sockport closed-doors -Ho source | grep -c '^ *127.0.0.1$')" &&
		expect columns 'PORT ATTEMPTS' "$(sockport closed-doors -o port,attempts |
			head -n 1 | tr -s ' ' | sed 's/^ //')" &&
		expect here "$(sockport closed-doors -Ho port,attempts)" \
			"$(unshare -n "$SOCKPORT_BIN" closed-doors -Ho port,attempts --netns $$)" &&
		expect elsewhere 0 "$(unshare -n "$SOCKPORT_BIN" closed-doors -H | wc -l)" &&
		sockport closed-doors -AJ -o port,netns_inode >"$work/json" &&
		python3 -c 'import json, sys
sys.exit((7321, int(sys.argv[2])) not in
         [(row["port"], row["netns_inode"]) for row in json.load(open(sys.argv[1]))])' \
			"$work/json" "$(stat -L -c %i /proc/self/ns/net)"
}

reset()
{
	talk 7330 2 && knock 7331 1 && soon ports_are 'one(7330)["accepted"] == 2' || return 1
	fails_as 65534 1 'permission' reset && ports_are 'one(7330)["accepted"] == 2' &&
		expect words '' "$(sockport reset 2>&1)" &&
		soon ports_are 'not one(7330) and (one(80)["accepted"] or 0) == 0' &&
		expect doors '[]' "$(sockport closed-doors -J | tr -d '[:space:]')"
}

metrics()
{
	local line

	talk 7340 6 && soon ports_are 'one(7340)["accepted"] == 6' &&
		sockport metrics >"$work/metrics" || return 1
	expect end '# EOF' "$(tail -n 1 "$work/metrics")" || return 1
	for line in 'sockport_port_accepted_total{protocol="tcp",role="in",port="7340"} 6' \
		'sockport_port_received_bytes_total{protocol="tcp",role="in",port="7340"} 600' \
		'sockport_port_lifetime_seconds_count{protocol="tcp",role="in",port="7340"} 6' \
		'sockport_port_sockets{protocol="tcp",role="in",port="7340"} 0'; do
		grep -qxF "$line" "$work/metrics" || {
			echo "no $line"
			return 1
		}
	done
	expect top 2 "$(sockport metrics --top 2 | grep -c '^sockport_port_sockets{')" &&
		expect 'sum with any top' \
			"$(sockport metrics --top 0 | grep '^sockport_accepted_total{.*tcp.*"in"')" \
			"$(grep '^sockport_accepted_total{.*tcp.*"in"' "$work/metrics")"
}

metrics_textfile()
{
	sockport metrics --textfile "$work/sockport.prom" || return 1
	expect mode 644 "$(stat -c %a "$work/sockport.prom")" &&
		expect 'other files' 0 "$(find "$work" -name 'sockport.prom?*' | wc -l)" &&
		grep -q '^# TYPE sockport_port_accepted_total counter$' "$work/sockport.prom" &&
		fails 1 'nowhere' metrics --textfile /nowhere/sockport.prom &&
		mkdir "$work/directory" && fails 1 'directory' metrics --textfile "$work/directory" &&
		expect 'files left' 0 "$(find "$work" -name 'directory?*' | wc -l)" &&
		fails_as 65534 1 'permission' metrics
}

metrics_checked()
{
	command -v "${PROMTOOL:=promtool}" >/dev/null || skip 'promtool is not installed' || return
	sockport metrics --format prometheus >"$work/metrics" && "$PROMTOOL" check metrics <"$work/metrics"
}

since()
{
	sockport ports -J >"$work/earlier" && talk 7350 5 &&
		soon ports_are 'one(7350)["accepted"] == 5' &&
		sockport ports -J --since "$work/earlier" >"$work/json" || return 1
	rows "$work/json" 'one(7350)["accepted"] == 5 and one(7350)["bytes_in"] == 500 and
		one(7350)["elapsed"] > 0 and not one(7350)["restarted"] and
		one(80)["accepted"] == 0' &&
		sockport ports --since "$work/earlier" --port 7350 | grep -q 'ACCEPTED/S.*BYTES_IN/S' &&
		sockport ports -J >"$work/earlier" && sockport reset && talk 7350 1 &&
		soon ports_are 'one(7350)["accepted"] == 1' &&
		sockport ports -J --since "$work/earlier" >"$work/json" &&
		rows "$work/json" 'one(7350)["accepted"] == 1 and one(7350)["restarted"]'
}

bad_since()
{
	fails 2 'No such file' --since /nowhere/earlier &&
		fails 2 'passwd' --since /etc/passwd &&
		sockport ports -J -o proto,port >"$work/earlier" &&
		fails 2 'usual columns' --since "$work/earlier" &&
		sockport ports -J | head -c 1000 >"$work/earlier" &&
		fails 2 'part' --since "$work/earlier" &&
		fails 2 'exclude' --since "$work/earlier" --interval 1
}

interval()
{
	sockport ports -J --interval 0.1 --count 3 --port 80 >"$work/json" &&
		python3 -c 'import json, sys
text, answers = open(sys.argv[1]).read(), []
while text.strip():
    answer, end = json.JSONDecoder().raw_decode(text.lstrip())
    text = text.lstrip()[end:]
    answers.append(answer)
sys.exit(len(answers) != 3 or any(
    row["accepted"] != 0 or not 50e3 < row["elapsed"] < 60e6 for answer in answers for row in answer))' \
		"$work/json" &&
		expect tables 2 "$(sockport --interval 0.05 --count 2 --port 80 | grep -c 'ACCEPTED/S')"
}

# What is unknown is not shown as nothing.
history_off()
{
	local parameter=/sys/module/sockport/parameters/history each status=0

	echo N >$parameter || return 1
	for each in closed closed-doors reset events; do
		fails 1 'history is switched off' "$each" || status=1
	done
	sockport metrics >"$work/metrics" && grep -qx 'sockport_module_history 0' "$work/metrics" &&
		expect attempts 0 "$(grep -c closed_door_attempts "$work/metrics")" || status=1
	echo Y >$parameter && return $status
}

# The last thing that a listener hears.
events_unloaded()
{
	local status=0

	listen_to || return 1
	soon rmmod sockport 2>/dev/null && insmod "$SOCKPORT_KO" || return 1
	wait "$listener" || status=$?
	cat "$work/err"
	expect status 1 $status && grep -q 'the sockport module was unloaded' "$work/err"
}

# What is installed is what the service runs.
service_installed()
{
	local unit=$work/installed/units/sockport-metrics.service program rest

	rm -f "$work/sockport.prom"

	make -s -C ../userspace install OUTPUT="$(dirname "$SOCKPORT_BIN")" DESTDIR="$work/installed" \
		PREFIX=/here UNITDIR=/units || return 1
	read -r program rest < <(sed -n 's/^ExecStart=//p' "$unit")
	expect program /here/bin/sockport "$program" || return 1
	cmp "$SOCKPORT_BIN" "$work/installed$program" && test -s "$work/installed/here/share/man/man8/sockport.8" &&
		test -s "$work/installed/here/share/man/man7/sockport-columns.7" &&
		test -s "$work/installed/here/share/sockport/schema/sockport-ports.schema.json" &&
		test -s "$work/installed/units/sockport-metrics.timer" || return 1
	# shellcheck disable=SC2086
	"$work/installed$program" ${rest/\/var\/lib\/prometheus\/node-exporter/$work} &&
		grep -q '^# TYPE sockport_port_accepted_total counter$' "$work/sockport.prom"
}

ktap_run both_ends_agree closed_port show_refused syn_queue show_closed_port opener gone_unit of_process unprivileged_history events_text \
	events_json events_privileged events_everywhere closed programs closed_doors metrics metrics_textfile metrics_checked since \
	bad_since interval reset service_installed history_off events_unloaded
