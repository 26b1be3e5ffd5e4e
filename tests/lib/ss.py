# SPDX-License-Identifier: GPL-2.0
"""Command lines of ss: what ss and the command list for each.

ss.py LINES COMMAND [WORD...]
    Of each line in the file LINES, both have the same sockets. The WORDs stand before
    the line where the command is asked. A line with "?" in front may be unknown to this ss.

A socket is known by its cookie; a UNIX one by its inode, as ss keeps their cookies.
"""

import concurrent.futures
import os
import re
import shlex
import subprocess
import sys

# Of each; names that nobody answers for would be waited for.
LIMIT = 60
COOKIE = re.compile(r"\bsk:([0-9a-f]+)")
# A name may have anything in it, also lines: the inode is the number behind it. Kind and
# state are left out where all have the same.
UNIX = re.compile(r"^(?:u_\w+ +)?(?:[A-Z][-A-Z0-9]+ +)?\d+ +\d+ .*? (\d+) ", re.M | re.S)
environment = {**os.environ, "RES_OPTIONS": "timeout:1 attempts:1", "LC_ALL": "C"}


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False,
                          close_fds=False, env=environment, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode()


def of_ss(words):
    """None if this ss does not understand."""
    status, text, _ = run("ss", "-H", "-n", "-e", *words)
    if status:
        return None
    # Among others, ss lists raw sockets whatever their state, and has no name for most.
    text = re.sub(r"(?m)^(?:raw|icmp6|\?\?\?) .*\n", "", text)
    # Lines of other kinds have a cookie, or a name of their own.
    unix = re.sub(r"(?m)^(?:.* sk[:=].*|nl .*|p_.*)\n", "", text)
    return {int(cookie, 16) for cookie in COOKIE.findall(text)} | {
        "inode " + inode for inode in UNIX.findall(unix)}


def of_ours(words):
    """What is listed, or what is wrong."""
    status, text, error = run(*words)
    if status:
        return error.strip() or "ended with %d" % status
    rows = [line.split()[:4] for line in text.splitlines()]
    mixed = {row[0] for row in rows} != {"raw"}
    return {"inode " + inode if kind == "unix" else int(cookie)
            for kind, state, cookie, inode in rows if told(kind, state, inode, mixed)}


def told(kind, state, inode, mixed):
    """Whether ss tells of such a socket, in a way that can be compared."""
    if kind == "unix":
        # What waits to be accepted has no inode, and ss does not get to know it.
        return inode != "-"
    if kind == "raw":
        return not mixed
    # Before 6.8 the kernel does not tell ss of TCP sockets that are bound and no more.
    return kind not in ("netlink", "ping", "udplite", "other") and (kind, state) != ("tcp", "CLOSE")


def compare(line, command):
    """What differs, and what ss has."""
    words = shlex.split(line.removeprefix("?"))
    theirs = of_ss(words)
    if theirs is None:
        return ([] if line[0] == "?" else ["ss does not understand: " + line]), None
    ours = of_ours([*command, "--columns", "proto,state,cookie,inode", *words, "-n", "-H"])
    if isinstance(ours, str):
        return ["%s: %s" % (line, ours)], theirs
    if ours != theirs:
        return ["%s: of %d sockets, %s missing, %s too many" %
                (line, len(theirs), sorted(map(str, theirs - ours))[:9],
                 sorted(map(str, ours - theirs))[:9])], theirs
    return [], theirs


def main():
    path, *command = sys.argv[1:]
    with open(path, encoding="utf-8") as stream:
        lines = [line.strip() for line in stream if line.strip() and line[0] != "#"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda line: compare(line, command), lines))
    wrong = [text for texts, _ in results for text in texts]
    answers = {frozenset(theirs) for _, theirs in results if theirs}
    print(*wrong, sep="\n")
    print("%d lines, %d with sockets, %d different answers" %
          (len(lines), sum(bool(theirs) for _, theirs in results), len(answers)))
    # Lines that all list everything, or nothing, would be no test.
    return bool(wrong) or len(answers) < min(len(lines), 400) / 5


sys.exit(main())
