# SPDX-License-Identifier: GPL-2.0
"""What page.py looks at: listeners and traffic that are known, and names as others choose them."""

import contextlib
import os
import signal
import socket

BUSY, QUIET, FULL, HOSTILE, KNOCKED = 7001, 7002, 7003, 7004, 7005
QUIET_CONNECTIONS, QUIET_BYTES, KNOCKS = 3, 1234, 5

# What a browser would ask for, or do, if it took them for markup.
HOSTILE_COMM = "<img src=//h.x>"
HOSTILE_UNIX = "\0<img src=x onerror=alert(1)><script>alert(2)</script>"
HOSTILE_UNIT = "<img src=x onerror=alert(3)>.service"
CGROUP = f"/sys/fs/cgroup/{HOSTILE_UNIT}"


def pair(listener):
    """A connection: the end that was accepted, and the other."""
    other = socket.create_connection(listener.getsockname())
    return listener.accept()[0], other


def read(connection, size):
    while size:
        size -= len(connection.recv(size))


def take_name():
    with open("/proc/self/comm", "w", encoding="ascii") as file:
        file.write(HOSTILE_COMM)
    if os.path.exists("/sys/fs/cgroup/cgroup.procs"):
        os.mkdir(CGROUP)
        with open(f"{CGROUP}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")


def hostile(told):
    """Another process, by its names: one listener that stands full, one of UNIX too, and a
    connection that comes and goes each time that it is told."""
    take_name()
    kept = [socket.create_server(("127.0.0.1", FULL), backlog=1), socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX)]
    for _ in range(2):
        kept.append(socket.create_connection(("127.0.0.1", FULL)))
    kept[1].bind(HOSTILE_UNIX)
    kept[1].listen(0)
    kept[2].connect(HOSTILE_UNIX)
    with socket.create_server(("127.0.0.1", HOSTILE)) as listener:
        kept.extend(pair(listener))
        while told.recv(1):
            one, other = pair(listener)
            other.close()
            one.close()
            told.sendall(b".")


class World:
    def __init__(self):
        self.told, its_end = socket.socketpair()
        self.child = os.fork()
        if not self.child:
            self.told.close()
            hostile(its_end)
            os._exit(0)
        its_end.close()
        self.busy = socket.create_server(("127.0.0.1", BUSY))
        self.carrying = pair(self.busy)
        self.quiet = socket.create_server(("127.0.0.1", QUIET))
        self.waiting = [pair(self.quiet) for _ in range(QUIET_CONNECTIONS)]
        self.waiting[0][1].sendall(b"x" * QUIET_BYTES)
        self.knock()
        self.come_and_go()

    def carry(self, size):
        """So many bytes to BUSY, and as many back, in pieces that fit."""
        while size:
            piece = min(size, 10000)
            for one, other in (self.carrying, self.carrying[::-1]):
                one.sendall(b"y" * piece)
                read(other, piece)
            size -= piece

    @staticmethod
    def knock():
        for _ in range(KNOCKS):
            with socket.socket() as caller:
                if caller.connect_ex(("127.0.0.1", KNOCKED)) == 0:
                    raise SystemExit(f"somebody listens at {KNOCKED}")

    def come_and_go(self):
        self.told.sendall(b".")
        if not self.told.recv(1):
            raise SystemExit("the other process is gone")

    def close(self):
        self.told.close()
        with contextlib.suppress(ChildProcessError):
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        with contextlib.suppress(OSError):
            os.rmdir(CGROUP)
