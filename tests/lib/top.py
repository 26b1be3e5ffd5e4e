# SPDX-License-Identifier: GPL-2.0
"""Traffic that is known, for tests/top.sh: python3 top.py PORT QUIET KNOCKED

At PORT of 127.0.0.1 a connection carries bytes all the time; at QUIET there is a listener, and a
connection whose other end reads nothing of the 1234 bytes that it got. Somebody knocks at KNOCKED
five times, where nobody listens. Says "ready", then goes on until stdin ends.
"""

import select
import socket
import sys


def pair(port):
    """A listener, the connection that it accepted, and its other end."""
    listener = socket.create_server(("127.0.0.1", port))
    other = socket.create_connection(("127.0.0.1", port))
    return listener, listener.accept()[0], other


def knock(port):
    with socket.socket() as caller:
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f"somebody listens at {port}")


def main():
    busy, quiet, knocked = map(int, sys.argv[1:])
    carrying = pair(busy)
    waiting = pair(quiet)
    waiting[2].sendall(b"x" * 1234)
    for _ in range(5):
        knock(knocked)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        carrying[2].sendall(b"y" * 10000)
        left = 10000
        while left:
            left -= len(carrying[1].recv(left))


main()
