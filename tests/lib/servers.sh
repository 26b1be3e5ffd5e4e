# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests that take servers and clients of others; sourced, never run.

# What is unpacked in the list of directories SOCKPORT_SERVERS, and what is installed.
find_programs()
{
	local root each

	shopt -s nullglob
	for root in ${SOCKPORT_SERVERS//:/ } ''; do
		for each in "$root"/usr/lib/postgresql/*/bin "$root"/usr/{sbin,bin}; do
			PATH=$PATH:$each
		done
		[ -z "$root" ] || LD_LIBRARY_PATH=$root/usr/lib/$(uname -m)-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	done
	shopt -u nullglob
	export PATH LD_LIBRARY_PATH
}
