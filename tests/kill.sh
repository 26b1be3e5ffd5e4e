#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sockets that the command ends: those that were meant, none else, and after a question.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/command.sh
. lib/command.sh

each()
{
	python3 lib/kill.py "$1" "$SOCKPORT_BIN" kill
}

for name in one_of_many listeners datagrams needs_choice asks reused as_json refused hidden own_session \
	elsewhere; do
	eval "$name() { each $name; }"
done

ktap_run one_of_many listeners datagrams needs_choice asks reused as_json refused hidden own_session \
	elsewhere
