# SPDX-License-Identifier: GPL-2.0
"""Cases of a test that are functions; see worker.sh."""

import sys


class Wrong(Exception):
    pass


def expect(what, wanted, seen):
    if wanted != seen:
        raise Wrong(f"{what}: expected {wanted!r}, not {seen!r}")


def work(functions):
    """Each line of the input is the name of one."""
    for line in sys.stdin:
        try:
            functions[line.strip()]()
            print("ok", flush=True)
        except Wrong as wrong:
            print(f"{wrong}\nnot ok", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            print(f"{type(error).__name__}: {error}\nnot ok", flush=True)
