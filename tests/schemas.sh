#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The JSON of every command is what its schema says, and every column is in it; a schema
# tells what each key is, and the unit of what is a quantity.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

SCHEMAS=../userspace/schema

# check COMMAND [OPTION...]: its answer, for all_valid.
check()
{
	answers=$((answers + 1))
	sockport "$@" --json >"$work/answer.$answers" && pairs+=("$1" "$work/answer.$answers")
}

columns_of()
{
	sockport "$1" --list-columns | awk '{ sub(/^  ../, ""); print $1 }' | paste -sd ,
}

# Somebody knocks, and a connection fails.
traffic()
{
	local port

	for port in 9 10 11; do
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || :
	done
}

events()
{
	"$SOCKPORT_BIN" events --json --count 3 >"$work/events" &
	events=$!
	until [ -s "$work/events" ] || ! kill -0 "$events" 2>/dev/null; do
		traffic
		sleep 0.1
	done
	wait "$events" && pairs+=(events "$work/events")
}

# Its exit status says whether something is wrong.
doctor()
{
	local status=0 options

	for options in '' -A '--threshold full=0'; do
		answers=$((answers + 1))
		# shellcheck disable=SC2086
		sockport doctor --json --watch 0.1 $options >"$work/answer.$answers" || status=$?
		case $status in
		0|3)	pairs+=(doctor "$work/answer.$answers") ;;
		*)	return 1 ;;
		esac
	done
}

# All at once: to start the interpreter takes longer than to list.
all_valid()
{
	local answers=0 pairs=() command events

	traffic
	for command in ports sockets programs closed closed-doors; do
		check $command && check $command -A -o "$(columns_of $command)" || return 1
	done
	check ports -p --since "$work/answer.1" && check sockets -p &&
		check show 80 -p && check show 443 -A && check who && check who fixture &&
		check summary && check summary -A && check stats && events && doctor &&
		check kill --yes --port 80 -a &&
		sockport record "$work/record" --count 1 && check replay "$work/record" || return 1
	python3 lib/schema.py valid "$SCHEMAS" "${pairs[@]}"
}

# Every command that has JSON has a schema, and it describes all.
described()
{
	local command

	for command in ports sockets kill show who programs summary events closed closed-doors doctor stats replay; do
		[ -s "$SCHEMAS/sockport-$command.schema.json" ] || {
			echo "no schema of $command"
			return 1
		}
	done
	python3 lib/schema.py described "$SCHEMAS"
}

# A key or type too many, which no answer may have.
invalid()
{
	sockport ports --json >"$work/ports" || return 1
	sed '2s/{/{"other":1,/' "$work/ports" >"$work/key"
	sed '2s/"port":[0-9]*/"port":"80"/' "$work/ports" >"$work/type"
	! python3 lib/schema.py valid "$SCHEMAS" ports "$work/key" >/dev/null &&
		! python3 lib/schema.py valid "$SCHEMAS" ports "$work/type" >/dev/null &&
		python3 lib/schema.py valid "$SCHEMAS" ports "$work/ports"
}

ktap_run described all_valid invalid
