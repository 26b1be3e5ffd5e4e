#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prometheus and its node_exporter take what the command says, and have the counts of
# the traffic that was sent; rules and dashboard ask it what it can answer.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/prometheus.sh
. lib/prometheus.sh

EXPORTER=127.0.0.1:9100 OWN_PORT=9200
# A scrape must come within its interval, and a debug kernel takes seconds for one.
INTERVAL=3
[ -z "${SOCKPORT_SLOW:-}" ] || INTERVAL=10

start_all()
{
	mkdir "$work/textfiles"
	cat >"$work/prometheus.yml" <<-END
		global:
		  scrape_interval: ${INTERVAL}s
		  evaluation_interval: ${INTERVAL}s
		rule_files: [$(realpath ../userspace/prometheus/sockport.rules.yml)]
		scrape_configs:
		  - job_name: textfile
		    static_configs: [{targets: ["$EXPORTER"]}]
		  - job_name: openmetrics
		    static_configs: [{targets: ["127.0.0.1:$OWN_PORT"]}]
	END
	start exporter prometheus-node-exporter "--web.listen-address=$EXPORTER" \
		--collector.disable-defaults --collector.textfile \
		"--collector.textfile.directory=$work/textfiles"
	start own python3 lib/metrics.py serve $OWN_PORT "$SOCKPORT_BIN" metrics --top 50
	start_prometheus
}

write_textfile()
{
	"$SOCKPORT_BIN" metrics --top 50 --textfile "$work/textfiles/sockport.prom"
}

traffic()
{
	expect 'traffic' 'done' "$(ask traffic $PORT "$@")"
}

# series NAME JOB ROLE
series()
{
	echo "sockport_port_$1{job=\"$2\",protocol=\"tcp\",role=\"$3\",port=\"$PORT\"}"
}

programs_are_there()
{
	local program

	for program in prometheus prometheus-node-exporter promtool; do
		command -v $program || {
			echo "no $program"
			return 1
		}
	done
}

# told REGEX: of what $work/text has, what is nearest to that otherwise.
told()
{
	grep -q "$1" "$work/text" && return
	echo "$(wc -l <"$work/text") lines without '$1'"
	grep -E "port=\"$PORT\"|^sockport_(local_ports|ports|sockets)" "$work/text" | head -n 20
	return 1
}

# says REGEX [OPTION...]: metrics have such a line, and promtool, which knows the format that
# node_exporter takes, has nothing to say; of OpenMetrics Prometheus is the judge.
says()
{
	local regex=$1 status=0
	shift

	"$SOCKPORT_BIN" metrics --format prometheus "$@" >"$work/text" && told "$regex" || return 1
	promtool check metrics <"$work/text" >"$work/out" 2>&1 || status=$?
	expect words '' "$(<"$work/out")" && expect status 0 $status
}

# Of all ports in all namespaces others may come first.
promtool_is_content()
{
	local accepted="^sockport_port_accepted_total{.*port=\"$PORT\"} 3$"

	traffic 3 100 100 && says "$accepted" && says "$accepted" --all-netns --port $PORT &&
		says '^sockport_local_ports_available{netns="[^"]*"} ' --all-netns
}

both_are_scraped()
{
	write_textfile &&
		soon has 1 'up{job="textfile"}' &&
		soon has 1 'up{job="openmetrics"}' &&
		arrives 0 node_textfile_scrape_error
}

# All of it in each of the ways, role by role.
counters_arrive()
{
	local before job

	before=$("$SOCKPORT_BIN" ports -J -o port,role,accepted | python3 -c 'import json, sys
print(sum(row["accepted"] or 0 for row in json.load(sys.stdin)
          if row["port"] == int(sys.argv[1])))' $PORT)
	expect 'connections so far' 3 "$before" && traffic 100 1234 4321 && write_textfile || return 1
	for job in textfile openmetrics; do
		arrives 103 "$(series accepted_total $job in)" &&
			arrives 103 "$(series opened_total $job out)" &&
			arrives 123700 "$(series received_bytes_total $job in)" &&
			arrives 432400 "$(series sent_bytes_total $job in)" &&
			arrives 123700 "$(series sent_bytes_total $job out)" &&
			arrives 0 "$(series connections $job in)" &&
			arrives 103 "sum(sockport_port_closed_total{job=\"$job\",role=\"out\",port=\"$PORT\",protocol=\"tcp\"})" ||
			return 1
	done
}

# Five times forty, from the 3 of the first sample on. increase() goes on from the first
# and the last sample to the ends of its range, for up to an interval or so.
increase_is_right()
{
	local round name counter

	for name in textfile openmetrics; do
		arrives 103 "$(series accepted_total $name in)" || return 1
	done
	for ((round = 1; round <= 5; round++)); do
		traffic 40 10 10 && write_textfile || return 1
		for name in textfile openmetrics; do
			arrives $((103 + 40 * round)) "$(series accepted_total $name in)" || return 1
		done
	done
	for name in textfile openmetrics; do
		counter=$(series accepted_total $name in)
		value "increase(${counter}[1h])" >"$work/increase"
		awk '{ print "increase: " $1; exit !($1 >= 300 && $1 <= 390) }' "$work/increase" || return 1
		expect 'beginnings' 0 "$(value "resets(${counter}[1h])")" || return 1
	done
}

# After a reset all begins anew, and Prometheus sees that it does.
reset_is_seen()
{
	local name

	"$SOCKPORT_BIN" reset && traffic 7 1 1 && write_textfile || return 1
	for name in textfile openmetrics; do
		arrives 7 "$(series accepted_total $name in)" &&
			expect 'beginnings' 1 "$(value "resets($(series accepted_total $name in)[1h])")" ||
			return 1
	done
}

rules_say()
{
	[ "$(ask rules)" = "$1" ]
}

# All of them have been evaluated, and none has said an error.
rules_are_healthy()
{
	soon rules_say ok || {
		ask rules
		return 1
	}
}

# Every query of every panel, and the labels that one chooses by.
dashboard_answers()
{
	expect 'answers' 'all' "$(ask dashboard ../userspace/prometheus/sockport-dashboard.json "$PATIENCE")"
}

# node_exporter goes on telling what an old file says, and that it is old.
old_file_is_told()
{
	local expression

	touch -d '10 minutes ago' "$work/textfiles/sockport.prom"
	expression=$(python3 lib/metrics.py rule SockportTextfileStale \
		../userspace/prometheus/sockport.rules.yml) || return 1
	soon has 1 "count($expression)"
	write_textfile && soon has '' "$expression"
}

start_all
ktap_run programs_are_there promtool_is_content both_are_scraped counters_arrive \
	increase_is_right reset_is_seen rules_are_healthy dashboard_answers old_file_is_told
