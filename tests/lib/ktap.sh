# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# KTAP for tests that are scripts; sourced, never run. (The kernel's own
# ktap_helpers.sh comes with sources of 6.8 and later only.)

KTAP_NUMBER=0
KTAP_FAILED=0
# Where the processor is emulated, all takes its time; on a debug kernel even more.
PATIENCE=120
[ -z "${SOCKPORT_SLOW:-}" ] || PATIENCE=600

ktap_plan()
{
	echo 'TAP version 13'
	echo "1..$1"
}

ktap_note()
{
	local line

	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

# ktap_test FUNCTION: its name is the test's, its status the result; 4 skips it, for the
# reason that its last line gives.
ktap_test()
{
	local output status=0

	KTAP_NUMBER=$((KTAP_NUMBER + 1))
	output=$("$1" 2>&1) || status=$?
	[ -z "$output" ] || ktap_note "$output"
	case $status in
	0)	echo "ok $KTAP_NUMBER $1" ;;
	4)	echo "ok $KTAP_NUMBER $1 # SKIP ${output##*$'\n'}" ;;
	*)
		echo "not ok $KTAP_NUMBER $1"
		KTAP_FAILED=$((KTAP_FAILED + 1))
		;;
	esac
}

# For a test to return with.
skip()
{
	echo "$1" >&2
	return 4
}

# ktap_run FUNCTION...: all of them, as one program.
ktap_run()
{
	local each

	ktap_plan $#
	for each; do
		ktap_test "$each"
	done
	[ $KTAP_FAILED -eq 0 ]
}

# Said where something was not so in time; tests may have one of their own.
late()
{
	:
}

# soon COMMAND...: poll until it succeeds, as long as a slow machine needs.
soon()
{
	local deadline=$((SECONDS + PATIENCE))

	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $deadline ]; then
			echo "not so in time: $*"
			late
			return 1
		fi
		sleep 0.1
	done
}

# expect WHAT EXPECTED SEEN
expect()
{
	[ "$2" = "$3" ] || {
		echo "$1: expected '$2', not '$3'"
		return 1
	}
}
