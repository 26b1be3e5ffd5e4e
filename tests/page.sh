#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The page in a browser, which somebody clicks and types in: it has what the command says, of
# traffic that is known.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh
# shellcheck source=lib/worker.sh
. lib/worker.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_KO:?}"

# A namespace of its own, where nobody else's ports are.
if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

export PYTHONDONTWRITEBYTECODE=1
PORT=7678
BROWSER=${SOCKPORT_BROWSER:-}
AXE=${SOCKPORT_AXE:-}
work=$(mktemp -d)

CASES=(opens is_live drills_down_by_click drills_down_by_keyboard changes_views_by_keys sorts
	filters pauses programs other_views events_come doctor_finds hostile_names dark_and_light
	fits_a_phone server_goes_and_comes module_goes_and_comes policy_holds asks_nobody_else nothing_is_said)

has_browser()
{
	PYTHONPATH=lib python3 - "$BROWSER" <<-'END'
		import sys
		import browser
		sys.exit(not browser.program_of(sys.argv[1]))
	END
}

# try FUNCTION: of the worker, which has the browser.
try()
{
	[ -n "$worker" ] || skip 'there is no Chromium' || return
	ask "$1" || {
		tail -n 3 "$work/server.log"
		return 1
	}
}

for name in "${CASES[@]}"; do
	eval "$name() { try $name; }"
done

accessible()
{
	[ -z "$worker" ] || [ -e "$AXE" ] || skip 'there is no axe-core' || return
	try accessible
}

worker=''
if has_browser; then
	coproc WORKER { exec python3 lib/page.py "$SOCKPORT_BIN" $PORT "$work" "$BROWSER" "$AXE"; }
	worker=$WORKER_PID
fi

end()
{
	local input=${WORKER[1]:-}

	# It ends what it started when there is no more to do.
	[ -z "$input" ] || exec {input}>&-
	wait
	[ -d /sys/module/sockport ] || insmod "$SOCKPORT_KO"
	rm -rf "$work"
}
trap end EXIT

ktap_run "${CASES[@]}" accessible
