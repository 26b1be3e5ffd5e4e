# SPDX-License-Identifier: GPL-2.0
"""What tests of findings and alerts make for real, in the network namespace that they are in."""

import contextlib
import ctypes
import os
import re
import socket
import struct
import sys
import threading
import time

LIMIT = 90
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
PARAMETERS = "/sys/module/sockport/parameters/"
CGROUPS = "/sys/fs/cgroup"


def expect(what, wanted, seen):
    if wanted != seen:
        sys.exit(f"{what}: {seen!r} instead of {wanted!r}")


def expect_in(what, pattern, text):
    if not re.search(pattern, text):
        sys.exit(f"{what}: {text!r} has no {pattern!r}")


def wait_for(what, wanted):
    end = time.monotonic() + LIMIT
    while not wanted():
        if time.monotonic() > end:
            sys.exit(f"never: {what}")
        time.sleep(0.02)


def counter(name, file="netstat"):
    """Of /proc/net: names in one line, values in the next."""
    with open(f"/proc/net/{file}", encoding="ascii") as stream:
        lines = [line.split() for line in stream]
    for names, values in zip(lines[::2], lines[1::2]):
        if name in names:
            return int(values[names.index(name)])
    return sys.exit(f"no counter {name}")


@contextlib.contextmanager
def setting(path, value):
    """A setting for a while."""
    with open(path, encoding="ascii") as stream:
        before = stream.read().strip()
    write(path, value)
    try:
        yield before
    finally:
        write(path, before)


def write(path, value):
    with open(path, "w", encoding="ascii") as stream:
        stream.write(str(value))


def first_namespace():
    """Where limits of the host are told."""
    with open("/proc/1/ns/net", encoding="ascii") as stream:
        if ctypes.CDLL(None, use_errno=True).setns(stream.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")


def sysctl(name, value):
    return setting("/proc/sys/net/ipv4/" + name, value)


def listener(backlog, address="127.0.0.1", port=0, share=False):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((address, port))
    made.listen(backlog)
    return made


def start(to, source=None):
    """A connection under way; nobody waits for it."""
    made = socket.socket()
    made.setblocking(False)
    if source:
        made.bind(source)
    made.connect_ex(to)
    return made


def abort(*sockets):
    """Without TIME_WAIT."""
    for each in sockets:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        each.close()


def pair(to):
    one = socket.create_connection(to.getsockname())
    return one, to.accept()[0]


def deaf(one, is_deaf=True):
    """What comes for it is dropped, without an answer."""
    if not is_deaf:
        one.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        return
    program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                   struct.pack("HL", 1, ctypes.addressof(program)))


class Steadily:
    """Something that is done again and again meanwhile."""

    def __init__(self, work):
        self.work, self.over = work, threading.Event()
        self.thread = threading.Thread(target=self.loop)

    def loop(self):
        while not self.over.is_set():
            self.work()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def cgroup_value(place, file, key=None):
    with open(f"{place}/{file}", encoding="ascii") as stream:
        words = stream.read().split()
    return int(words[words.index(key) + 1] if key else words[0])


@contextlib.contextmanager
def new_cgroup(name, limit):
    """With a limit of its memory."""
    with open(CGROUPS + "/cgroup.controllers", encoding="ascii") as stream:
        expect_in("controllers", r"\bmemory\b", stream.read())
    write(CGROUPS + "/cgroup.subtree_control", "+memory")
    place = f"{CGROUPS}/{name}"
    os.mkdir(place)
    try:
        write(place + "/memory.max", limit)
        yield place
    finally:
        os.rmdir(place)


@contextlib.contextmanager
def inside(place):
    """Be in a cgroup; what is opened there stays its own."""
    with open("/proc/self/cgroup", encoding="ascii") as stream:
        home = CGROUPS + re.search(r"^0::(.*)$", stream.read(), re.M)[1]
    write(place + "/cgroup.procs", os.getpid())
    try:
        yield
    finally:
        write(home + "/cgroup.procs", os.getpid())


def fill(place, enough, most):
    """Sockets that nobody reads, until they take enough of its memory, or all take too much."""
    def goes_on():
        return cgroup_value(place, "memory.stat", "sock") < enough and \
            cgroup_value(place, "memory.current") < most

    some, to = [], listener(40)
    while goes_on() and len(some) < 80:
        some.extend(pair(to))
        some[-2].setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while goes_on():
                some[-2].send(bytes(65536))
    return some
