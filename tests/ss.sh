#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Command lines of ss: given to the command as they are, they show the same sockets. Each
# is known by its cookie, which no other has.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

# Of which TCP has all states; the fixture's have ports from 10000 on.
lines=(
	'-t' '-ta' '-tl' '-tan' '-tln' '-tulpn' '-u' '-ua' '-ul' '-tu' '-tua' '-tuan' '-wa' '-w'
	'-4ta' '-6ta' '-4 -u -a' '-6 -ul' '-tano' '-tanp' '-taH' '-tae' '-A tcp' '-A tcp -a'
	'-A tcp,udp -a' '-A tcp,raw -a'
	'-t state established' '-t state listening' '-t state time-wait' '-t state close-wait'
	'-t state connected' '-t state synchronized' '-t state bucket' '-t state big' '-t state all'
	'-t exclude listening' '-t exclude established exclude listening' '-u state closed'
	'-t state fin-wait-1 state fin-wait-2' '-u state established' '-t state syn-recv'
	'-ta sport = :10000' '-ta sport = 10000' '-ta dport = :10003' '-ta sport != :10003'
	'-ta sport > :10500' '-ta sport >= 10003' '-ta sport lt 12000' '-ta dport le :10003'
	'-ta ( sport = :10003 or dport = :10003 )' '-ta sport = :10003 or dport = :10003'
	'-ta not sport = :10003' '-ta ! sport = :10003 and dport > 100'
	'-ta src 127.0.0.1' '-ta src 127.0.0.0/8' '-ta src 127/8' '-ta dst 192.0.2.0/24'
	'-ta src 127.0.0.1:10003' '-ta src *:10003' '-ta dst [2001:db8::1]' '-ta src 0.0.0.0'
	'-ta src inet6:[2001:db8::1]' '-ta src [::ffff:127.0.0.1]'
	'-ta src 127.0.0.1 sport > 10005' '-ta src 127.0.0.1 or src [2001:db8::1] and sport > 11005'
	'-ta not ( src 127.0.0.1 and sport < 10005 )' '-ta autobound' '-ta not autobound'
	'-ua sport > 15000' '-ua src 127.0.0.1 and not sport = :15002' '-ua autobound'
	'-ta dev near' '-ta dev != near' '-ta fwmark = 0' '-tua dev = 1 or sport < 20000'
	'-t -a state established ( sport = :10003 or sport = :11003 )'
	'-4 -ta not dst 127.0.0.1' '-t -a src 127.0.0.1 && dport > 10000 || src [2001:db8::1]'
)

# What ss shows, but for the words between the columns.
cookies_of_ss()
{
	ss -H -n -e "$@" | grep -o 'sk:[0-9a-f]*' | cut -d : -f 2 | sort
}

# Before 6.8 the kernel does not tell ss of TCP sockets that are bound and no more.
cookies_of_ours()
{
	local cookie

	sockport "$@" -n -H --columns proto,state,cookie >"$work/ours" || return
	grep -v '^tcp *CLOSE ' "$work/ours" | while read -r _ _ cookie _; do
		printf '%x\n' "$cookie"
	done | sort
}

same_sockets()
{
	local line words status=0 told=0 all

	all=$(cookies_of_ours -tua | wc -l)
	for line in "${lines[@]}"; do
		set -f
		# shellcheck disable=SC2206
		words=($line)
		set +f
		cookies_of_ss "${words[@]}" >"$work/theirs" 2>/dev/null
		cookies_of_ours "${words[@]}" >"$work/cookies" || {
			echo "not understood: $line"
			status=1
			continue
		}
		diff "$work/theirs" "$work/cookies" >"$work/diff" || {
			echo "$line: of $(wc -l <"$work/theirs") sockets," \
				"$(grep -c '^<' "$work/diff") missing, $(grep -c '^>' "$work/diff") too many"
			status=1
		}
		[ ! -s "$work/theirs" ] || [ "$(wc -l <"$work/theirs")" -eq "$all" ] || told=$((told + 1))
	done
	echo "${#lines[@]} command lines, $told tell sockets apart"
	[ $told -ge 55 ] && return $status
}

# With the command in front of them, letters leave out what ss leaves out, too.
behind_command()
{
	local line status=0

	for line in -t -ti -u -tan -tl; do
		cookies_of_ss $line >"$work/theirs" && cookies_of_ours sockets $line >"$work/cookies" &&
			[ -s "$work/theirs" ] && diff "$work/theirs" "$work/cookies" || {
			echo "sockets $line: not the same"
			status=1
		}
	done
	return $status
}

ktap_run same_sockets behind_command
