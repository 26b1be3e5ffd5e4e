#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Command lines of ss: given to the command as they are, they show the same sockets.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

same_sockets()
{
	python3 lib/ss.py ss-lines "$SOCKPORT_BIN"
}

# With the command in front of them, letters leave out what ss leaves out, too.
behind_command()
{
	printf '%s\n' -t -ti -u -tan -tl -x -w >"$work/lines"
	python3 lib/ss.py "$work/lines" "$SOCKPORT_BIN" sockets
}

ktap_run same_sockets behind_command
