#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What was recorded is what commands said at that time, whatever happens to the recorder or to
# its disk.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

PORT=7300
file=${work:?}/record

record()
{
	sockport record "$file" --interval 0.1 "$@"
}

replay()
{
	sockport replay "$file" "$@"
}

# The times of all records, as --at takes them.
times()
{
	replay -J 2>/dev/null | python3 -c '
import json, sys
for each in json.load(sys.stdin):
    print("@%.3f" % (each["time"] / 1e6))'
}

# same ONE OTHER: two answers in JSON, but for when they were asked for, and in which order
# they came
same()
{
	python3 - "$@" <<'END'
import json
import sys


# Neither when it was, nor what is not recorded; and of sockets the namespace is told only where
# all are asked about.
left_out = ("time", "age", "expires", "distributions", "netns_inode",
            "busy", "rwnd_limited", "sndbuf_limited", "limited_by")


def plain(value):
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key not in left_out}
    if isinstance(value, list):
        return sorted((plain(each) for each in value), key=json.dumps)
    return value


texts = [open(name, encoding="utf-8").read() for name in sys.argv[1:]]
one, other = (plain(json.loads(text)) for text in texts)
if not one:
    sys.exit("an empty answer proves nothing")
if one != other:
    print(*texts, sep="\n---\n")
    sys.exit("they differ")
END
}

# as_recorded COMMAND...: it says the same now and of the last record, which does not say what
# a process has in namespaces that were not asked about.
as_recorded()
{
	if sockport "$@" -J | sed 's/^"elsewhere":[0-9]\+}/"elsewhere":null}/' >"$work/now" &&
		replay "$@" -J >"$work/then" && same "$work/now" "$work/then"; then
		return
	fi
	echo "that was: $*"
	return 1
}

# start [OPTION...]: a recorder in the background, which has recorded once
start()
{
	"$SOCKPORT_BIN" record "$file" --interval 0.1 "$@" >/dev/null 2>"$work/said" &
	recorder=$!
	echo $recorder >"$work/recorder"
	soon test -s "$file"
}

# stop [SIGNAL]
stop()
{
	kill "-${1:-TERM}" "$recorder"
	wait "$recorder"
	local status=$?

	rm "$work/recorder"
	return $status
}

count()
{
	times | wc -l
}

has_more_than()
{
	[ "$(count)" -gt "$1" ]
}

# A test that failed may have left a recorder.
kill_recorder()
{
	[ -e "$work/recorder" ] || return 0
	kill "$(<"$work/recorder")" 2>/dev/null
	wait "$(<"$work/recorder")" 2>/dev/null
	rm "$work/recorder"
}

fresh()
{
	kill_recorder
	rm -f "$file" "$file".*
}

same_answers()
{
	fresh
	talk $PORT 3
	(: <>/dev/tcp/127.0.0.1/9) 2>/dev/null || :
	# Of all namespaces our own is told about where nobody asks for others.
	record -A --count 1 || return 1
	as_recorded ports -p && as_recorded ports tcp --role in && as_recorded ports --port 80,443 &&
		as_recorded sockets tcp -p && as_recorded sockets 'sport = :80 or state listening' &&
		as_recorded sockets unix && as_recorded programs --by user && as_recorded closed &&
		as_recorded closed dst 127.0.0.1 && as_recorded closed-doors &&
		as_recorded show 80 -p --sort remote && as_recorded who fixture || return 1
	expect 'lines of a table' "$(sockport ports | wc -l)" "$(replay ports | tail -n +2 | wc -l)"
}

names()
{
	sockport ports -o proto,port,service,users,netns >"$work/now"
	# Neither what is called so today nor elsewhere counts.
	unshare -m sh -ec "
		mount --bind /dev/null /etc/passwd
		mount --bind /dev/null /etc/services
		'$SOCKPORT_BIN' replay '$file' ports -H -o proto,port,service,users,netns" >"$work/then"
	tail -n +2 "$work/now" | diff -b - "$work/then"
}

# A day, in short: what was so at each time is told of it.
in_time()
{
	local i at

	fresh
	start
	for i in 1 2 3; do
		talk $PORT $i
		sockport ports -J >"$work/step.$i"
		at[i]=$(date +@%s.%N)
		soon has_record_after "${at[i]}" || return 1
	done
	stop || return 1
	for i in 1 2 3; do
		replay ports -J --at "$(record_after "${at[i]}")" >"$work/then" &&
			same "$work/step.$i" "$work/then" || return 1
	done
	range "${at[1]}" "${at[3]}"
}

record_after()
{
	times | awk -v at="$1" 'substr($0, 2) >= substr(at, 2) { print; exit }'
}

has_record_after()
{
	[ -n "$(record_after "$1")" ]
}

# range FROM TO: in between there were 2 and 3 connections
range()
{
	local from to

	from=$(record_after "$1") to=$(record_after "$2")
	replay ports -J --from "$from" --to "$to" --port $PORT --role in >"$work/out" || return 1
	expect 'accepted in between' 5 "$(sed -n 's/.*"accepted":\([0-9]*\).*/\1/p' "$work/out")" || return 1
	replay closed -J --from "$from" --to "$to" --port $PORT --role in >"$work/out" || return 1
	expect 'ended in between' 5 "$(grep -c '"rport"' "$work/out")" || return 1
	replay programs -J --from "$from" --to "$to" --interval 0.001 >"$work/out" || return 1
	expect 'listings, one for each record' "$(($(times | awk -v from="$from" -v to="$to" \
		'$0 > from && $0 <= to' | wc -l)))" "$(grep -c '^\[' "$work/out")"
}

# meanwhile_full COMMAND...: while something is wrong: nobody accepts who waits.
meanwhile_full()
{
	python3 - "$@" <<-'END'
		import socket
		import subprocess
		import sys

		with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
		    waiting = [socket.create_connection(listener.getsockname()) for _ in range(2)]
		    sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
	END
}

found()
{
	meanwhile_full "$SOCKPORT_BIN" doctor -J >"$work/now"
	expect 'status' 3 $? || return 1
	fresh
	meanwhile_full "$SOCKPORT_BIN" record "$file" --count 1 || return 1
	replay doctor -J >"$work/then"
	expect 'status of what was recorded' 3 $? || return 1
	python3 - "$work/now" "$work/then" <<-'END'
		import json
		import sys

		now, then = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
		if "accept_queue" not in [each["check"] for each in then["findings"]]:
		    sys.exit(f"not found: {then}")
		for key, what in (("findings", "what"), ("measures", "name"), ("unseen", "about")):
		    if [each[what] for each in now[key]] != [each[what] for each in then[key]]:
		        sys.exit(f"{key}: {now} {then}")
	END
}

killed()
{
	local before

	fresh
	start
	soon has_more_than 3 || return 1
	stop KILL 2>/dev/null
	before=$(count)
	replay ports -J >"$work/now" && replay >/dev/null || return 1
	# As if it had been in the midst of it.
	truncate -s -7 "$file"
	replay >/dev/null 2>"$work/err"
	expect 'status where the end is cut' 1 $? || return 1
	grep -q 'ends in the middle of a record' "$work/err" || return 1
	record --count 1 2>"$work/err" && grep -q 'taken away' "$work/err" || return 1
	expect 'records' "$before" "$(count)" && replay >/dev/null
}

full_disk()
{
	local disk=$work/disk status=0

	mkdir "$disk" && mount -t tmpfs -o size=64k none "$disk" || return 1
	file=$disk/record
	recorded_to_full_disk || status=1
	kill_recorder
	umount "$disk" || status=1
	file=$work/record
	return $status
}

recorded_to_full_disk()
{
	local before

	start
	head -c 1M /dev/zero >"${file%/*}/filler" 2>/dev/null
	soon grep -q 'No space left' "$work/said" || return 1
	before=$(count)
	replay >/dev/null && replay ports -J >"$work/then" || return 1
	rm "${file%/*}/filler"
	soon has_more_than "$before" || return 1
	grep -q 'recording goes on' "$work/said" || return 1
	stop && replay >/dev/null || return 1
	# A smaller record may have room where there was none for a larger one.
	expect 'what is said twice' '' "$(uniq -d "$work/said")" &&
		expect 'what is said last' 'sockport: recording goes on' "$(tail -n 1 "$work/said")"
}

rotated()
{
	local files

	fresh
	start --max-size 10K --keep 2
	soon test -e "$file.2" || return 1
	soon has_more_than 10 || return 1
	stop || return 1
	files=$(replay -J | grep -o '"file":"[^"]*"' | sort -u | wc -l)
	expect 'files' 3 "$files" && [ ! -e "$file.3" ] &&
		expect 'mode' 600 "$(stat -c %a "$file")" || return 1
	# The oldest record is in the oldest file, and has what there was.
	expect 'the first file' "\"file\":\"$file.2\"" "$(replay -J | grep -o '"file":"[^"]*"' | head -n 1)" &&
		replay ports -J --at "$(times | sed -n 1p)" --port 80 --role in -o port >"$work/then" || return 1
	expect 'ports then' 80 "$(tr -cd '0-9' <"$work/then")"
}

# With 10,000 ports, of which some do something, a day of records takes less than 100 MB.
small()
{
	fresh
	python3 - "$SOCKPORT_BIN" record "$file" --interval 3 --count 4 <<-'END' || return 1
		import resource
		import socket
		import subprocess
		import sys

		resource.setrlimit(resource.RLIMIT_NOFILE, (11000, 11000))
		ports = []
		for number in range(20000, 30000):
		    ports.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
		    ports[-1].bind(("127.0.0.1", number))
		with subprocess.Popen(sys.argv[1:]) as recorder:
		    count = 0
		    while recorder.poll() is None:
		        count += 7
		        ports[count % 10000].sendto(b"x", ("127.0.0.1", 20000 + count * 31 % 10000))
		        if count % 700 == 0:
		            try:
		                recorder.wait(0.1)
		            except subprocess.TimeoutExpired:
		                pass
		sys.exit(recorder.returncode)
	END
	replay -J >"$work/out" || return 1
	python3 - "$work/out" <<-'END'
		import json
		import sys

		with open(sys.argv[1], encoding="utf-8") as stream:
		    records = json.load(stream)
		# One in 360 stands alone; the others are taken for the largest of them.
		key = records[0]["bytes"]
		other = max(each["bytes"] for each in records[1:])
		day = 24 * key + 8640 * other
		print(f"first {key} bytes of {records[0]['size']}, then {other}: {day / 1e6:.1f} MB a day")
		sys.exit(day > 100e6 or records[0]["size"] < 1e6)
	END
}

# What cannot be asked for a while is not the end of it.
module_comes_and_goes()
{
	local status=0

	fresh
	start
	# Not while it answers.
	soon rmmod sockport 2>/dev/null || return 1
	soon grep -q 'not loaded' "$work/said" || status=1
	insmod "$SOCKPORT_KO"
	[ $status -eq 0 ] && soon grep -q 'goes on' "$work/said" && stop
}

one_recorder()
{
	fresh
	start
	fails 1 'another one records' record "$file" --count 1 && stop
}

links()
{
	local way=$work/way

	fresh
	echo precious >"$work/precious"
	ln -s "$work/precious" "$file"
	fails 1 'it is a link' record "$file" --count 1 || return 1
	fresh
	mkdir -m 1777 "$work/all" && ln -s "$work" "$work/all/way"
	fails 1 'a link in a directory where others may write' record "$work/all/way/record" || return 1
	ln -s "$work" "$way"
	file=$way/record
	record --count 1 && replay >/dev/null || return 1
	file=$work/record
	expect 'what a link led to' precious "$(<"$work/precious")"
}

refused()
{
	fresh
	echo 'this is something else, and longer than a head' >"$file"
	fails 2 'no file of sockport record' replay "$file" &&
		fails 2 'no file of sockport record' record "$file" --count 1 &&
		fails 2 'replay what' replay && fails 2 'record where' record &&
		fails 2 'No such file' replay "$work/none" &&
		fails 2 'no regular file' replay /dev/null || return 1
	fresh
	record --count 1
	fails 2 "not by 'events'" replay "$file" events &&
		fails 2 'excludes' replay "$file" --at now --from -5m &&
		fails 2 'needs --from' replay "$file" ports --interval 5 &&
		fails 2 'bad time' replay "$file" --at nonsense &&
		fails 2 'by protocol, role and port' replay "$file" ports -l &&
		points 'recorded sockets cannot be chosen' '^ *^~*$' replay "$file" sockets autobound &&
		fails 1 'nothing was recorded' replay "$file" ports --at -1d &&
		fails 1 'only one network namespace' replay "$file" ports -A &&
		fails 2 'no network namespace' replay "$file" ports --netns none &&
		fails 1 'only one record' replay "$file" ports --from -1d &&
		fails 2 'does not take --at' ports --at now
}

ktap_run same_answers names in_time found killed full_disk rotated small module_comes_and_goes one_recorder \
	links refused
