#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What TCP knows of its connections, compared with what their programs hear of it.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. lib/ktap.sh

: "${SOCKPORT_BIN:?}" "${SOCKPORT_FIXTURE:?}"

if [ -z "${IN_FIXTURE:-}" ]; then
	IN_FIXTURE=yes exec "$SOCKPORT_FIXTURE" empty "$PWD/${0##*/}"
fi

CASES=(members nothing ages ages_of_calls accepts bbr dctcp vegas protocol limited)

for name in "${CASES[@]}"; do
	eval "$name() { PYTHONDONTWRITEBYTECODE=1 python3 lib/info.py $name '$SOCKPORT_BIN'; }"
done

ktap_run "${CASES[@]}"
