# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Connections that stay half open; sourced, never run.

# half_open AFTER COMMAND...: run COMMAND while as many connections to port 7310 are half open as
# its backlog has room for, and AFTER when the listener is gone. Nobody answers at the addresses
# that they come from. Where HALF_OPEN_BACKLOG is set its backlog has other room, and settings are
# as HALF_OPEN_SETTINGS has them.
half_open()
{
	unshare -n sh -ec '
		ip link set lo up
		ip link add d0 type veth peer name d1
		ip addr add 10.99.0.1/16 dev d0
		ip link set d0 up
		ip link set d1 up
		# Nobody says that these are not there.
		for host in 2 3 4 5; do
			ip neigh add 10.99.1.$host lladdr 02:00:00:00:00:01 dev d0
		done
		sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lo.rp_filter=0
		after=$1
		shift
		[ -z "$HALF_OPEN_SETTINGS" ] || sysctl -qw $HALF_OPEN_SETTINGS
		python3 lib/syn.py 10.99.0.1 7310 "${HALF_OPEN_BACKLOG:-4}" 4 "$@"
		eval "$after"' half-open "$@"
}
