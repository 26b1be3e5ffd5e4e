# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests with a real Prometheus; sourced, never run, from the directory of the tests. They run
# in a namespace of their own, where nobody else's ports are.

# shellcheck source=ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_PROMETHEUS:?}"

if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

# shellcheck source=background.sh
. lib/background.sh

export PYTHONDONTWRITEBYTECODE=1
PATH=$SOCKPORT_PROMETHEUS/usr/bin:$PATH
PROMETHEUS=127.0.0.1:9090
# Where traffic goes, of role in and out
# shellcheck disable=SC2034
PORT=7070

coproc WORKER { exec python3 lib/metrics.py work $PROMETHEUS; }

cleanup()
{
	kill "$WORKER_PID" "${pids[@]}" 2>/dev/null
	wait
	rm -rf "${work:?}"
}
trap cleanup EXIT

# As $work/prometheus.yml has it
start_prometheus()
{
	start prometheus prometheus "--config.file=$work/prometheus.yml" \
		"--storage.tsdb.path=$work/data" "--web.listen-address=$PROMETHEUS"
}

# ask JOB...: one interpreter does all jobs, where the processor is emulated its start
# takes longer than they.
ask()
{
	local answer

	echo "$*" >&"${WORKER[1]}" && read -r -u "${WORKER[0]}" answer && echo "$answer"
}

value()
{
	ask value "$1"
}

# has EXPECTED QUERY
has()
{
	[ "$(value "$2")" = "$1" ]
}

# arrives EXPECTED QUERY: what was sent is what Prometheus has, not more and not less.
arrives()
{
	soon has "$1" "$2" || {
		echo "it is '$(value "$2")'"
		return 1
	}
}
