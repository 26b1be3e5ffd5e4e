#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The live view on a terminal, that of tmux: keys are typed, and its screen is read. What it says
# is compared with /proc and with traffic that is known.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

BUSY=7001
QUIET=7002
KNOCKED=7003

export LC_ALL=C.UTF-8

terminal()
{
	tmux -u -S "$work/tmux" -f /dev/null "$@"
}

end()
{
	terminal kill-server 2>/dev/null
	exec {traffic}>&-
	cleanup
}
trap end EXIT

screen()
{
	terminal capture-pane -p -t t
}

press()
{
	terminal send-keys -t t "$@"
}

late()
{
	screen
}

on_screen()
{
	screen | grep -q -e "$1"
}

not_on_screen()
{
	! on_screen "$1"
}

shows()
{
	soon on_screen "$1"
}

# begin ARGUMENT...: on a new terminal of 80 columns, by a shell that tells when it is its turn.
begin()
{
	terminal kill-server 2>/dev/null
	soon eval '! terminal list-sessions 2>/dev/null' &&
		terminal new-session -d -s t -x 80 -y 24 "env PS1='turn ' bash --norc --noprofile" &&
		shows '^turn' && press "clear; stty -a >$work/before" Enter && shows '^turn *$' &&
		press "clear; '$SOCKPORT_BIN' top $*" Enter && shows '^sockport '
}

# format_is FORMAT VALUE: of the terminal, as tmux(1) has it.
format_is()
{
	[ "$(terminal display-message -p -t t "$1")" = "$2" ]
}

# Is the terminal as it was?
is_restored()
{
	soon format_is '#{alternate_on} #{cursor_flag} #{keypad_flag}' '0 1 0' &&
		press "stty -a >$work/after; echo end" "er" Enter && shows '^ender' &&
		cmp "$work/before" "$work/after"
}

view_pid()
{
	pgrep -P "$(terminal display-message -p -t t '#{pane_pid}')" -x sockport
}

known_traffic()
{
	begin '"port >= :7001 and port <= :7002"' && shows '^tcp *in *7001 .*open' && shows '^tcp *in *7002 .*open' || return 1
	# As /proc counts them: listener and connection.
	expect sockets "$(grep -c -i "^ *[0-9]*: 0100007F:$(printf %04X $BUSY) " /proc/net/tcp)" \
		"$(screen | awk '$1 == "tcp" && $2 == "in" && $3 == 7001 { print $6 }')" || return 1
	# What carries bytes is first, and the other does nothing.
	soon eval 'screen | grep "^tcp " | head -n 1 | grep -q "^tcp *in *7001 .*open *[0-9]* *[0-9.]*[KM]"' &&
		on_screen '^tcp *in *7002 .*open *[0-9]* *0 '
}

views()
{
	begin &&
		press 2 && shows '^sockport sockets' && shows "^tcp .* 127.0.0.1:$QUIET .* 1234\b" &&
		press 3 && shows '^sockport programs' && shows '^python3 ' &&
		press 4 && shows '^sockport processes' && shows ' python3 ' &&
		press 5 && shows '^sockport destinations' && shows "^tcp *127.0.0.1 *$BUSY " &&
		press 6 && shows '^sockport closed ' && shows " $KNOCKED " &&
		press 7 && shows '^sockport closed-doors' && shows "^tcp *$KNOCKED .* 5 " &&
		press Tab && shows '^sockport ports' && press BTab && shows '^sockport closed-doors'
}

sorts()
{
	begin '"port >= :7001 and port <= :7002"' && shows '^tcp *in *7002' && press s &&
		shows '^Sort by:' && press Home p Enter && shows '^PROTO' || return 1
	soon eval 'screen | grep "^tcp *in" | head -n 1 | grep -q "^tcp *in *7002"' &&
		press r && soon eval 'screen | grep "^tcp *in" | head -n 1 | grep -q "^tcp *in *7001"'
}

filters()
{
	begin && shows '^tcp *in *7001' && press / && shows '^Filter: _' &&
		press "port = :$QUIET" Enter && shows "/ port = :$QUIET" &&
		soon not_on_screen '^tcp *in *7001' && shows '^tcp *in *7002' || return 1
	press / C-u 'state bogus' Enter && shows 'unknown state' && press Escape &&
		shows "/ port = :$QUIET" && press / C-u Enter && shows '^tcp *in *7001'
}

drills_down()
{
	begin '"port = :7001"' && shows '^tcp *in *7001' && press Enter && shows '^Port 7001.*: registered' &&
		shows 'python3' && press q && shows '^PROTO' && press '?' && shows 'all network namespaces' &&
		press q && shows '^PROTO'
}

sizes()
{
	local columns

	begin && shows '^tcp *in *7001' || return 1
	for columns in 120 256 80; do
		terminal resize-window -t t -x $columns -y 30 &&
			soon eval 'screen | tail -n 1 | grep -q "help.*filter"' &&
			shows '^1 ports 2 sockets' || return 1
		case $columns in
		256)	shows 'LISTEN_DROPS' ;;
		80)	soon not_on_screen 'ACCEPTED' ;;
		esac || return 1
	done
	terminal resize-window -t t -x 20 -y 4 && shows '^sockport ports' &&
		terminal resize-window -t t -x 80 -y 24 && shows '^tcp *in *7001'
}

title_is_not()
{
	[ "$(screen | head -n 1)" != "$1" ]
}

pauses()
{
	local before

	begin --interval 0.1 && shows '^tcp *in *7001' && press p && shows ' paused' || return 1
	before=$(screen)
	sockport top --batch --interval 0.2 --count 10 >"$work/frames" || return 1
	[ "$before" = "$(screen)" ] || {
		echo "it went on: $before"
		screen
		return 1
	}
	press p && soon not_on_screen ' paused' && soon title_is_not "$(screen | head -n 1)"
}

module_goes_and_comes()
{
	local told=yes

	begin && shows '^tcp *in *7001' && soon rmmod sockport 2>/dev/null || return 1
	shows 'no module' && shows 'module is not loaded' && soon not_on_screen '^tcp ' || told=no
	insmod "$SOCKPORT_KO"
	[ $told = yes ] && shows '^tcp *in *7001' && soon not_on_screen 'not loaded'
}

restores()
{
	local signal

	begin && press q && is_restored || return 1
	begin && press C-c && is_restored || return 1
	for signal in TERM INT HUP QUIT SEGV ABRT USR1 ALRM XCPU RTMIN+3; do
		begin && kill -$signal "$(view_pid)" && is_restored || {
			echo "not restored by SIG$signal"
			return 1
		}
	done
	begin && press C-z && shows Stopped && is_restored && press 'clear; fg' Enter && shows '^sockport ports' &&
		shows '^tcp *in *7001' && press q && is_restored
}

all_namespaces()
{
	begin && shows '^tcp *in *7001' && press A && shows 'all network namespaces' && shows '^NETNS' &&
		press A && soon not_on_screen '^NETNS'
}

ends_a_socket()
{
	local hex

	hex=$(printf %04X $QUIET)
	begin --view sockets "'sport = :$QUIET and state established'" && shows "^tcp .* 127.0.0.1:$QUIET" &&
		press k && shows 'End this socket' && press n && shows 'nothing was ended' || return 1
	grep -q -i "^ *[0-9]*: 0100007F:$hex [0-9A-F]*:[0-9A-F]* 01 " /proc/net/tcp || return 1
	press k && shows 'End this socket' && press y && shows '^ended' || return 1
	! grep -q -i "^ *[0-9]*: 0100007F:$hex [0-9A-F]*:[0-9A-F]* 01 " /proc/net/tcp
}

frames()
{
	local rx

	sockport top --batch --count 2 --interval 0.5 -n "port = :$BUSY" in >"$work/frames" &&
		expect frames 2 "$(grep -c '^sockport ports' "$work/frames")" &&
		expect rows 2 "$(grep -c "^tcp *in *$BUSY " "$work/frames")" &&
		expect escapes 0 "$(grep -c $'\033' "$work/frames")" || return 1
	# 10,000 bytes each time, and again at least each second.
	awk -v port=$BUSY '$3 == port && $7 < 10000 { exit 1 }' "$work/frames" || {
		cat "$work/frames"
		return 1
	}
	sockport top --batch --count 1 --interval 0.1 --view sockets --sort rx_queue --top 1 tcp >"$work/frames" || return 1
	rx=$(awk 'FNR > 1 { split($5, q, ":"); print q[2] }' /proc/net/tcp /proc/net/tcp6 | sort | tail -n 1)
	expect 'longest queue' $((16#$rx)) "$(awk '/^tcp/ { print $5 }' "$work/frames")" &&
		expect 'rows of the top' 1 "$(grep -c '^tcp' "$work/frames")"
}

makes_no_sense()
{
	fails 2 'needs a terminal' top &&
		fails 2 'unknown view' top --view x --batch &&
		fails 2 'unknown column' top --sort x --batch &&
		fails 2 'needs --batch' top --top 3 &&
		fails 2 'cannot be filtered' top --batch --view closed-doors state established
}

mkfifo "$work/stdin"
python3 lib/top.py $BUSY $QUIET $KNOCKED <"$work/stdin" >"$work/ready" &
exec {traffic}>"$work/stdin"
soon grep -q ready "$work/ready"

ktap_run known_traffic views sorts filters drills_down sizes pauses module_goes_and_comes restores \
	all_namespaces frames makes_no_sense ends_a_socket
