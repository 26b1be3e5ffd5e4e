# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests whose cases are functions of a coprocess WORKER that runs worker.py, as an interpreter
# takes long to start; sourced, never run.

# ask FUNCTION: of the worker. What is wrong comes as lines before the last one.
ask()
{
	local line

	echo "$1" >&"${WORKER[1]}" || return 1
	while read -r -u "${WORKER[0]}" line; do
		case $line in
		ok)		return 0 ;;
		'not ok')	break ;;
		*)		echo "$line" ;;
		esac
	done
	return 1
}
