# SPDX-License-Identifier: GPL-2.0
"""What the command finds, asked again until it is as it should be: for doctor.py."""

import json
import re
import subprocess
import sys
import time

from situations import LIMIT, expect

command = sys.argv[2:]


def run(*words, **options):
    return subprocess.run([*command, *words], stdin=subprocess.DEVNULL, timeout=LIMIT,
                          capture_output=True, text=True, check=False, **options)


def doctor(*words):
    """The answer, whose exit status says what it has found."""
    done = run("--json", *words)
    if done.returncode not in (0, 3):
        sys.exit(f"status {done.returncode}: {done.stderr}")
    answer = json.loads(done.stdout)
    expect("status", 3 if answer["findings"] else 0, done.returncode)
    return answer


def findings(check, *words):
    return [each for each in doctor(*words)["findings"] if each["check"] == check]


def until(what, wanted, *words):
    """Ask until it is so."""
    end = time.monotonic() + LIMIT
    while True:
        answer = doctor(*words)
        result = wanted(answer)
        if result:
            return result
        if time.monotonic() > end:
            sys.exit(f"not {what}: {json.dumps(answer, indent=1)}")


def found(check, what, *words, severity=None, subject=""):
    """Wait for it; every text of it says something."""
    def wanted(answer):
        for each in answer["findings"]:
            if each["check"] == check and each["what"] == what and \
                    severity in (None, each["severity"]) and \
                    re.search(subject, each["subject"] or ""):
                return each
        return None
    one = until(f"found: {what}", wanted, *words)
    for key in "seen", "why", "action", "command":
        if not one[key]:
            sys.exit(f"no {key}: {one}")
    return one


def gone(check, *words):
    until(f"gone: {check}",
          lambda answer: check not in [each["check"] for each in answer["findings"]], *words)


def nothing(*words):
    until("healthy", lambda answer: not answer["findings"], *words)
