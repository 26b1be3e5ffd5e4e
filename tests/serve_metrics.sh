#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A real Prometheus scrapes the server every few seconds under churn: there is no gap, no counter goes
# down, and what arrives is what was sent. With SERVE_SECONDS it does so each second, so long.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/prometheus.sh
. lib/prometheus.sh

SERVER=127.0.0.1:7678
PORTS=10
ROUNDS=30 SCRAPES=8
INTERVAL=3
[ -z "${SERVE_SECONDS:-}" ] || INTERVAL=1 SCRAPES=$SERVE_SECONDS
[ -z "${SOCKPORT_SLOW:-}" ] || INTERVAL=10
PATIENCE=$((PATIENCE + SCRAPES * INTERVAL))

cat >"$work/prometheus.yml" <<-END
	global:
	  scrape_interval: ${INTERVAL}s
	scrape_configs:
	  - job_name: sockport
	    static_configs: [{targets: ["$SERVER"]}]
	    params: {top: ["20"]}
END
start server "$SOCKPORT_BIN" serve --listen $SERVER
start_prometheus

is_scraped()
{
	arrives 1 'up{job="sockport"}'
}

scrapes()
{
	value 'sum(count_over_time(up{job="sockport"}[1d]))'
}

counters_arrive()
{
	local round name='protocol="tcp",role="in",port=~"707."' deadline=$((SECONDS + PATIENCE))

	# However long that takes: few scrapes would say little.
	for ((round = 0; round < ROUNDS || 10#0$(scrapes) < SCRAPES; round++)); do
		[ $SECONDS -lt $deadline ] || {
			echo "$(scrapes) scrapes in time"
			return 1
		}
		expect 'traffic' 'done' "$(ask traffic $((PORT + round % PORTS)) 50 100 10)" || return 1
	done
	echo "$((50 * round)) connections"
	arrives $((50 * round)) "sum(sockport_port_accepted_total{$name})" &&
		arrives $((5000 * round)) "sum(sockport_port_received_bytes_total{$name})" &&
		arrives $((500 * round)) "sum(sockport_port_sent_bytes_total{$name})"
}

# From the first scrape that came on; before, the server need not have been there.
no_gap()
{
	local gap

	gap=$(ask gap 'up{job="sockport"}[1d]')
	echo "$(scrapes) scrapes, the longest of $(value 'max_over_time(scrape_duration_seconds[1d])') s," \
		"the longest time between two $gap s"
	expect 'scrapes that failed' 0 \
		"$(value 'sum(changes(up{job="sockport"}[1d]) > bool 1)')" &&
		expect 'the last one' 1 "$(value 'up{job="sockport"}')" &&
		awk -v gap="$gap" -v interval=$INTERVAL 'BEGIN { exit !(gap < 1.5 * interval) }'
}

no_counter_goes_down()
{
	local name count=0

	for name in $("$SOCKPORT_BIN" metrics | sed -n 's/^# TYPE \(.*\) counter$/\1/p'); do
		case $(value "sum(resets(${name}_total[1d]))") in
		0)	count=$((count + 1)) ;;
		'')	;;
		*)	echo "$name went down"; return 1 ;;
		esac
	done
	[ $count -ge 20 ] || {
		echo "there are only $count"
		return 1
	}
}

ktap_run is_scraped counters_arrive no_gap no_counter_goes_down
