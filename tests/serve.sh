#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The server answers what the command does, to who may see it, and to all at once. SERVE_SECONDS
# says how long it is under load.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh
# shellcheck source=lib/worker.sh
. lib/worker.sh
# shellcheck source=lib/servers.sh
. lib/servers.sh
find_programs
# For one client only: all others would look there first.
CLIENT_LIBRARIES=$LD_LIBRARY_PATH
unset LD_LIBRARY_PATH
export CLIENT_LIBRARIES

PORT=7678

# Nobody else's names are looked up, and nobody is asked.
"$SOCKPORT_BIN" serve --listen "127.0.0.1:$PORT,$work/http" 2>"$work/server.err" &
server=$!
# Another user runs the command as well, who need not get to where it is.
install -m 755 "$SOCKPORT_BIN" "$work/sockport"
coproc WORKER {
	exec python3 lib/serve.py "$work/sockport" $server $PORT "$work/http" ../userspace/schema
}

end()
{
	kill $server "$WORKER_PID" 2>/dev/null
	wait
	cleanup
}
trap end EXIT

# Or it never will.
listens_or_ended()
{
	[ -S "$work/http" ] || ! kill -0 $server
}

listens()
{
	soon listens_or_ended && [ -S "$work/http" ]
}

same_as_command()	{ ask same_as_command; }
doctor_looks()		{ ask doctor_looks; }
wrong_questions()	{ ask wrong_questions; }
negotiated()		{ ask negotiated; }
one_walk()		{ ask one_walk; }
events_come()		{ ask events_come; }
followers_are_bounded()	{ ask followers_are_bounded; }
others_see_less()	{ ask others_see_less; }
privileges_are_dropped() { ask privileges_are_dropped; }
hostile_names()		{ ask hostile_names; }
page_is_whole()		{ ask page_is_whole; }
openapi_is_true()	{ ask openapi_is_true; }
under_load()		{ ask under_load; }
slow_ones()		{ ask slow_ones; }
who_does_not_read()	{ ask who_does_not_read; }
activated()		{ ask activated; }
guarded()		{ ask guarded; }
encrypted()		{ ask encrypted; }
unloaded()		{ ask unloaded; }
ends_at_once()		{ ask ends_at_once; }

# web PATTERN TEXT: a web configuration that is refused.
web()
{
	printf '%s\n' "$2" >"$work/web.yml"
	fails 2 "$1" serve --web-config "$work/web.yml"
}

bad_web_configurations()
{
	web "line 2: .*'client_ca_file'" $'tls_server_config:\n  client_ca_file: ca.pem' &&
		web "both cert_file and key_file" "tls_server_config: {cert_file: $work/web.yml}" &&
		web "no file 'none'" 'tls_server_config: {cert_file: none}' &&
		web "no version: 'TLS9'" 'tls_server_config: {min_version: TLS9}' &&
		web 'no hash of bcrypt' 'basic_auth_users: {alice: secret}' &&
		web "'rate_limit'" 'rate_limit: {interval: 1s}' &&
		web 'line [12]' 'tls_server_config: [' &&
		fails 1 'No such file' serve --web-config "$work/none"
}

bad_addresses()
{
	fails 2 'bad address' serve --listen foo &&
		fails 2 'bad address' serve --listen 127.0.0.1:99999 &&
		fails 2 'bad address' serve --listen ::1:80 &&
		fails 2 'too long' serve --listen "/$(printf '%0200d' 0)" &&
		fails 1 'already in use' serve --listen "127.0.0.1:$PORT" &&
		fails 1 'already in use' serve --listen "$work/http" &&
		fails 2 'does not take --share' ports --share &&
		fails 2 "has no use for 'tcp'" serve tcp
}

ktap_run listens same_as_command doctor_looks wrong_questions negotiated one_walk events_come \
	followers_are_bounded others_see_less privileges_are_dropped hostile_names page_is_whole \
	openapi_is_true under_load slow_ones who_does_not_read activated guarded encrypted \
	bad_web_configurations bad_addresses unloaded ends_at_once
