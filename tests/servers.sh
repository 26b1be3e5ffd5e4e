#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Servers that people run, under load: nothing is wrong with them, and nothing is said.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}" "${SOCKPORT_SERVERS:?}"

if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

# shellcheck source=lib/background.sh
. lib/background.sh
# shellcheck source=lib/servers.sh
. lib/servers.sh

NOBODY=65534
chmod 755 "$work"

cleanup()
{
	kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap cleanup EXIT

answers()
{
	(: >"/dev/tcp/127.0.0.1/$1")
}

# connected PORT COUNT: so many clients are.
connected()
{
	[ "$(ss -Htn state established "sport = :$1" | wc -l)" -ge "$2" ]
}

start_nginx()
{
	mkdir "$work/www"
	seq 1000 >"$work/www/index.html"
	cat >"$work/nginx.conf" <<-END
		user root;
		daemon off;
		worker_processes 2;
		error_log $work/nginx.error.log;
		pid $work/nginx.pid;
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $work/body;
			proxy_temp_path $work/proxy;
			fastcgi_temp_path $work/fastcgi;
			uwsgi_temp_path $work/uwsgi;
			scgi_temp_path $work/scgi;
			server { listen 127.0.0.1:7380; root $work/www; }
		}
	END
	start nginx nginx -c "$work/nginx.conf" -e "$work/nginx.error.log"
	soon answers 7380
}

start_redis()
{
	start redis redis-server --port 7379 --bind 127.0.0.1 --save '' --dir "$work"
	soon answers 7379
}

start_postgres()
{
	install -d -o $NOBODY -g $NOBODY "$work/data"
	setpriv --reuid $NOBODY --regid $NOBODY --clear-groups initdb -D "$work/data/pg" -A trust \
		-U postgres --no-sync --no-locale -E UTF8 >"$work/initdb.log" 2>&1
	start postgres setpriv --reuid $NOBODY --regid $NOBODY --clear-groups postgres \
		-D "$work/data/pg" -k "$work/data" -h 127.0.0.1 -p 7332 -F
	soon pg_isready -h 127.0.0.1 -p 7332 &&
		pgbench -i -q -h 127.0.0.1 -p 7332 -U postgres postgres >"$work/pgbench-init.log" 2>&1
}

# For longer than anybody looks, with connections that stay and some that come and go.
start_load()
{
	start wrk wrk -t 1 -c 20 -d 600s http://127.0.0.1:7380/
	start redis-benchmark redis-benchmark -q -p 7379 -c 20 -n 100000000 -t get,set
	start pgbench pgbench -n -h 127.0.0.1 -p 7332 -U postgres -c 4 -T 600 postgres
	start pgbench-new pgbench -n -C -h 127.0.0.1 -p 7332 -U postgres -c 1 -T 600 postgres
}

load_is_there()
{
	soon connected 7380 20 && soon connected 7379 20 &&
		soon connected 7332 4
}

# received PORT: payload so far
received()
{
	"$SOCKPORT_BIN" ports --role in --port "$1" --no-header -n -o bytes_in
}

# They work while it looks. Of the host's memory only its first namespace is told.
nothing_is_wrong()
{
	local port status output before=()

	for port in 7380 7379 7332; do
		before[port]=$(received $port)
	done
	for _ in 1 2 3; do
		status=0
		output=$("$SOCKPORT_BIN" doctor --watch 2 2>&1) || status=$?
		expect findings '' "$(grep -v -e '^Not looked at: memory and orphans' -e '^$' <<<"$output")" &&
			expect status 0 $status || return 1
	done
	for port in 7380 7379 7332; do
		[ "$(received $port)" -gt "${before[port]}" ] || {
			echo "port $port: nothing more came than ${before[port]} bytes"
			return 1
		}
	done
}

find_programs
# Here, as no test's shell is left that could end them.
start_nginx && start_redis && start_postgres && start_load
ktap_run load_is_there nothing_is_wrong
