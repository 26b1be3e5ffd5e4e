# SPDX-License-Identifier: GPL-2.0
"""Things that go wrong for real, found and gone again: doctor.py CASE COMMAND...

What was made is known by the kernel's own counters and by what programs see of their
sockets. The command is asked again until a finding is there, or gone, or time is up.
"""

import contextlib
import ctypes
import errno
import json
import os
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

from findings import command, doctor, findings, found, gone, nothing, run, until
from situations import (PARAMETERS, Steadily, abort, counter, deaf, expect, expect_in, fill,
                        first_namespace, inside, listener, new_cgroup, pair, setting, start,
                        sysctl, wait_for, write)

def healthy():
    """Servers that work, many connections, some that end: nothing is said."""
    to = listener(128)
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    echo.bind(("127.0.0.1", 0))
    idle = [pair(to) for _ in range(100)]

    def work():
        one, other = pair(to)
        for _ in range(10):
            one.send(b"x" * 10000)
            other.recv(10000, socket.MSG_WAITALL)
            echo.sendto(b"x", echo.getsockname())
            echo.recv(1)
        other.close()
        one.close()

    with Steadily(work):
        for _ in range(3):
            expect("findings", [], doctor()["findings"])
        first_namespace()
        done = run()
    expect("text", ("", "", 0), (done.stdout, done.stderr, done.returncode))
    expect("connections", 100, len(idle))


def accept_overflow():
    """More connections than find room."""
    to = listener(1)
    some = []

    def call():
        some.append(start(to.getsockname()))
        time.sleep(0.01)

    before = counter("ListenOverflows")
    with Steadily(call):
        wait_for("overflow", lambda: counter("ListenOverflows") > before)
        one = found("accept_queue", "accept queue overflows", severity="critical",
                    subject=rf"tcp 127\.0\.0\.1:{to.getsockname()[1]} of \S+\[{os.getpid()}\]")
    expect_in("seen", r"^2 of 2 connections wait, \d+ dropped in", one["seen"])
    abort(*some, to)
    gone("accept_queue")


def not_overflown():
    """What is dropped for another reason is no want of room."""
    to = listener(128)
    to.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)

    def call():
        one = start(to.getsockname())
        time.sleep(0.01)
        abort(one)

    before = counter("TCPDeferAcceptDrop")
    with Steadily(call):
        wait_for("drops", lambda: counter("TCPDeferAcceptDrop") > before + 10)
        for _ in range(3):
            checks = [each["check"] for each in doctor()["findings"]]
            expect("findings", False, "accept_queue" in checks)
    to.close()


def accept_full():
    """Nobody accepts, and nobody else comes."""
    to = listener(4)
    some = [start(to.getsockname()) for _ in range(5)]
    one = found("accept_queue", "accept queue stands full", severity="critical")
    expect_in("seen", "^5 of 5 connections wait, never fewer than 5", one["seen"])
    for _ in range(5):
        to.accept()
    gone("accept_queue")
    expect("connections", 5, len(some))
    # Of UNIX nothing is dropped.
    local = socket.socket(socket.AF_UNIX)
    local.bind(b"\0sockport-full")
    local.listen(0)
    waits, refused = (socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                      for _ in range(2))
    waits.connect(b"\0sockport-full")
    expect("no room", errno.EAGAIN, refused.connect_ex(b"\0sockport-full"))
    one = found("accept_queue", "accept queue stands full", severity="critical",
                subject=rf"^unix @sockport-full of \S+\[{os.getpid()}\]$")
    expect_in("why", "EAGAIN", one["why"])
    local.accept()
    gone("accept_queue")


def syn_queue():
    """Half-open connections to a listener that syn.py has made; see tests/doctor.sh."""
    one = found("syn_queue", "SYN queue is full", severity="critical",
                subject=r"^tcp 10\.99\.0\.1:7310 of python3\[")
    expect_in("seen", "^4 connections are half open, for a limit of 4$", one["seen"])
    answer = json.loads(subprocess.run([command[0], "sockets", "-lJ", "--port", "7310"],
                                       capture_output=True, check=True).stdout)
    expect("syn_queue", {"10.99.0.1": 4, "127.0.0.1": 0},
           {each["local"]: each["syn_queue"] for each in answer})


def ports_of_destination():
    """All local ports to one destination."""
    to = listener(100, port=7310)
    with sysctl("ip_local_port_range", "41000 41049"):
        some = [socket.create_connection(to.getsockname()) for _ in range(42)]
        one = found("local_ports", "local ports to a destination run out", severity="warning")
        expect_in("seen", "^42 of 50 local ports", one["seen"])
        while True:
            try:
                some.append(socket.create_connection(to.getsockname()))
            except OSError as error:
                expect("error", errno.EADDRNOTAVAIL, error.errno)
                break
        expect("ports", 50, len(some))
        found("local_ports", "local ports to a destination are used up", severity="critical")
        one = found("local_ports", "no local port was free", severity="critical")
        expect_in("seen", "^1 connection failed since", one["seen"])
        # So it is where nobody remembers who failed.
        with setting(PARAMETERS + "last_connections", "0"):
            with Steadily(lambda: socket.socket().connect_ex(to.getsockname())):
                one = found("local_ports", "no local port was free", subject="^tcp port 7310$")
                expect_in("not looked at", "last_connections is 0", str(doctor()["unseen"]))
            expect_in("seen", r"^\d+ connections to it failed in", one["seen"])
        for _ in some:
            abort(to.accept()[0])
        gone("local_ports", "--threshold", "recent=1")


def ports_of_time_wait():
    """The next connection over the loopback takes the port of one that is over."""
    to = listener(100, port=7310)
    with sysctl("ip_local_port_range", "41000 41049"):
        with sysctl("tcp_tw_reuse", "0"):
            for _ in range(45):
                one, other = pair(to)
                one.close()
                other.close()
        with sysctl("tcp_tw_reuse", "2"):
            expect("findings", [], findings("local_ports"))
        with sysctl("tcp_tw_reuse", "0"):
            one = found("local_ports", "local ports to a destination run out")
            expect_in("seen", "^45 of 50 local ports", one["seen"])


def ports_of_address():
    """They are bound before they connect, and go to many destinations."""
    with sysctl("ip_local_port_range", "42000 42049"):
        to = [listener(100, f"127.0.0.{2 + i}", 7311) for i in range(10)]
        some = []
        for i in range(50):
            one = socket.socket()
            one.bind(("127.0.0.1", 0))
            one.connect(to[i % 10].getsockname())
            some.append(one)
        other = socket.socket()
        try:
            other.bind(("127.0.0.1", 0))
            sys.exit("there is one more port")
        except OSError as error:
            expect("error", errno.EADDRINUSE, error.errno)
        one = found("local_ports", "local ports of an address are used up",
                    severity="critical", subject=r"^tcp 127\.0\.0\.1$")
        expect_in("seen", "^50 of 50 local ports are in use, by 50 sockets", one["seen"])
        abort(*some)
        gone("local_ports")


def ports_shared():
    """As many connections, and the kernel finds them ports: all is well."""
    with sysctl("ip_local_port_range", "43000 43049"):
        to = [listener(100, f"127.0.0.{2 + i}", 7311) for i in range(10)]
        some = [socket.create_connection(each.getsockname()) for each in to for _ in range(30)]
        nothing()
        abort(*some)


def close_wait():
    to = listener(10)
    some = [pair(to) for _ in range(3)]
    for one, _ in some:
        one.close()
    one = found("close_wait", "connections are not closed", "--threshold", "close-wait=1",
                subject=rf"\[{os.getpid()}\]")
    expect_in("seen", "^3 in CLOSE_WAIT", one["seen"])
    nothing()
    for _, other in some:
        other.close()
    gone("close_wait", "--threshold", "close-wait=1")
    # A peer that has asked all it wants listens to a long answer.
    one, other = pair(to)
    one.shutdown(socket.SHUT_WR)
    began = time.monotonic()

    def answer():
        other.send(b"x")
        one.recv(1)
        time.sleep(0.01)

    with Steadily(answer):
        wait_for("age", lambda: time.monotonic() > began + 12)
        expect("findings", [], findings("close_wait", "--threshold", "close-wait=10"))
    found("close_wait", "connections are not closed", "--threshold", "close-wait=1")
    other.close()
    gone("close_wait", "--threshold", "close-wait=1")


def not_accepted():
    """There is room for more, but nobody takes the first."""
    to = listener(100)
    call = start(to.getsockname())
    one = found("accept_queue", "connections are not accepted", "--threshold", "accept=1",
                severity="warning", subject=f"^tcp port {to.getsockname()[1]}$")
    expect_in("seen", r"^the oldest of them waits for \d", one["seen"])
    other = to.accept()[0]
    gone("accept_queue", "--threshold", "accept=1")
    abort(call, other)


def workers():
    """One of two accepts; where neither does, it is no matter of a worker."""
    lazy = listener(100, share=True)
    busy = listener(100, port=lazy.getsockname()[1], share=True)
    busy.settimeout(0.05)
    some = [start(lazy.getsockname()) for _ in range(40)]
    expect("findings", [], findings("workers"))

    def accept():
        with contextlib.suppress(TimeoutError):
            busy.accept()[0].close()

    with Steadily(accept):
        one = found("workers", "a worker does not accept", severity="warning",
                    subject=rf"\[{os.getpid()}\]")
        expect_in("seen", "none was taken in .* 1 of 2 listeners", one["seen"])
        lazy.close()
        gone("workers")
    expect("connections", 40, len(some))


def datagrams():
    """More come than are read."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.bind(("127.0.0.1", 0))
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send():
        other.sendto(bytes(500), one.getsockname())
        time.sleep(0.01)

    before = counter("RcvbufErrors", "snmp")
    with Steadily(send):
        wait_for("drops", lambda: counter("RcvbufErrors", "snmp") > before)
        seen = found("datagrams", "datagrams are dropped", severity="critical",
                     subject=rf":{one.getsockname()[1]} of \S+\[{os.getpid()}\]")["seen"]
    expect_in("seen", r"dropped in .* of 8192 bytes|dropped in .* of \d+ bytes", seen)
    found("datagrams", "a receive buffer stands full", severity="warning")
    one.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while one.recv(500):
            pass
    gone("datagrams")


def datagrams_of_gone():
    """Sockets come and go, and none of them is there for long."""
    def come_and_go():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.bind(("127.0.0.1", 0))
            for _ in range(30):
                one.sendto(bytes(500), one.getsockname())

    with Steadily(come_and_go):
        one = found("datagrams", "datagrams are dropped", severity="warning", subject="^$")
    expect_in("seen", "of sockets that are closed by now$", one["seen"])
    gone("datagrams")


def unanswered():
    """A peer that is not there any more."""
    one, other = pair(listener(1))
    deaf(other)
    one.send(b"x")
    found("stuck", "a peer does not acknowledge", "--threshold", "stuck=1",
          subject=rf"tcp to 127\.0\.0\.1, port \d+, of \S+\[{os.getpid()}\]")
    deaf(other, False)
    expect("answer", b"x", other.recv(1))
    gone("stuck", "--threshold", "stuck=1")


def unread():
    """A peer that takes nothing, and, at the other end, a program that reads nothing."""
    one, other = pair(listener(1))
    one.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += one.send(bytes(65536))
    words = "--threshold", "stuck=1"
    found("stuck", "a peer takes nothing", *words, subject="tcp to")
    found("stuck", "a program reads nothing", *words, subject="tcp from")
    expect("bytes", sent, len(other.recv(sent, socket.MSG_WAITALL)))
    gone("stuck", *words)


def unheard(to):
    """Bytes that are sent again and again, as nobody hears them."""
    some = [pair(to) for _ in range(30)]
    for one, other in some:
        deaf(other)
        one.send(b"x")
    return [each for ends in some for each in ends]


def loss():
    """Much is sent again; where there is no history, nobody knows to whom."""
    to, before = listener(30), counter("RetransSegs", "snmp")
    some = unheard(to)
    wait_for("retransmits", lambda: counter("RetransSegs", "snmp") > before)
    words = "--threshold", "segments=5"
    one = found("loss", "many segments are sent again", *words, severity="warning",
                subject=rf"^tcp to port {to.getsockname()[1]}$")
    expect_in("seen", r"^\d+ of \d+ in .*percent$", one["seen"])
    with setting(PARAMETERS + "history", "N"):
        some.extend(unheard(to))
        one = found("loss", "many segments are sent again", *words, severity="warning",
                    subject="^$")
    expect_in("seen", r"percent; \d+ timeouts$", one["seen"])
    abort(*some)
    gone("loss", *words)


def failures():
    """Nobody listens there, whatever the sockets are that call it."""
    for _ in range(6):
        expect("refused", errno.ECONNREFUSED, socket.socket().connect_ex(("127.0.0.1", 7312)))
        expect("refused", errno.ECONNREFUSED,
               socket.socket(socket.AF_INET6).connect_ex(("::ffff:127.0.0.1", 7312)))
    one = found("failures", "connections fail", subject=r"tcp to 127\.0\.0\.1:7312")
    expect_in("seen", "^12 refused since", one["seen"])
    words = "--threshold", "knocks=10"
    one = found("scans", "a closed port is called again and again", *words,
                subject="tcp port 7312")
    expect_in("seen", "^12 attempts since", one["seen"])
    gone("failures", "--threshold", "recent=1")
    gone("scans", "--threshold", "recent=1,knocks=10")


def scans():
    """One port after the other."""
    for port in range(7320, 7332):
        expect("refused", errno.ECONNREFUSED, socket.socket().connect_ex(("127.0.0.1", port)))
    one = found("scans", "somebody scans ports", subject=r"^127\.0\.0\.1$")
    expect_in("seen", r"^1\d closed ports called since", one["seen"])
    gone("scans", "--threshold", "recent=1")


def late_answers():
    """Who asks has gone when the answer comes: nobody scans its ports."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    before = counter("NoPorts", "snmp")
    for _ in range(15):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind(("127.0.0.1", 0))
            to = asker.getsockname()
        server.sendto(b"answer", to)
    expect("datagrams that nobody waited for", 15, counter("NoPorts", "snmp") - before)
    expect("findings", [], doctor()["findings"])
    # Ports of services are another matter.
    for port in range(7320, 7332):
        server.sendto(b"scan", ("127.0.0.1", port))
    found("scans", "somebody scans ports", subject=r"^127\.0\.0\.1$")


def filtered():
    """A socket's own filter refuses: it wants no larger buffer."""
    one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    one.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HxxxxxxP", 1, ctypes.addressof(code)))
    one.bind(("127.0.0.1", 0))

    def drops():
        port = f":{one.getsockname()[1]:04X}"
        with open("/proc/net/udp", encoding="ascii") as stream:
            return [int(line.split()[12]) for line in stream if port in line.split()[1]][0]

    with Steadily(lambda: other.sendto(b"x", one.getsockname())):
        wait_for("drops", lambda: drops() > 20)
        for _ in range(3):
            expect("findings", [], doctor()["findings"])


def exposure():
    """A port that is open to all, and one that is not."""
    with tempfile.NamedTemporaryFile() as baseline:
        before = listener(1, "0.0.0.0", 7313)
        done = subprocess.run([command[0], "ports", "--json"], stdout=baseline, check=False)
        expect("status", 0, done.returncode)
        words = "--baseline", baseline.name
        local = listener(1, "127.0.0.1", 7315)
        nothing(*words)
        after = listener(1, "0.0.0.0", 7314)
        found("exposure", "a port is open to all that was not", *words, severity="warning",
              subject=rf":7314 of \S+\[{os.getpid()}\]")
        expect("findings", 1, len(findings("exposure", *words)))
        nothing()
        after.close()
        gone("exposure", *words)
        local.close()
    # That it was in use at one address does not say that it may be open to all.
    with tempfile.NamedTemporaryFile() as baseline:
        local = listener(1, "127.0.0.1", 7315)
        subprocess.run([command[0], "ports", "--json"], stdout=baseline, check=True)
        words = "--baseline", baseline.name
        nothing(*words)
        local.close()
        opened = listener(1, "0.0.0.0", 7315)
        found("exposure", "a port is open to all that was not", *words, subject=":7315 of")
        opened.close()
        # Nor that it was in use some time: what is closed by now is in the file, too.
        once = listener(1, "0.0.0.0", 7317)
        abort(*pair(once), once)
        baseline.seek(0)
        baseline.truncate()
        subprocess.run([command[0], "ports", "--json"], stdout=baseline, check=True)
        once = listener(1, "0.0.0.0", 7317)
        found("exposure", "a port is open to all that was not", *words, subject=":7317 of")
        once.close()
        gone("exposure", *words)
        before.close()


def time_wait():
    with sysctl("tcp_max_tw_buckets", "10"):
        to = listener(10)
        for _ in range(9):
            one, other = pair(to)
            one.close()
            other.close()
        found("limits", "sockets in TIME_WAIT are many", severity="warning")

        def call():
            for each in pair(to):
                each.close()

        with Steadily(call):
            one = found("limits", "connections skip TIME_WAIT", severity="critical")
        expect_in("seen", r"^\d+ in \d", one["seen"])
    gone("limits")


def memory():
    """Pages of TCP that nobody reads, and limits that are near for a while."""
    first_namespace()
    to = listener(20)
    some = [pair(to) for _ in range(20)]
    for one, _ in some:
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                one.send(bytes(65536))
    with open("/proc/net/sockstat", encoding="ascii") as stream:
        pages = int(re.search(r"^TCP: .* mem (\d+)", stream.read(), re.M)[1])
    if pages < 100:
        sys.exit(f"only {pages} pages are in use")
    with sysctl("tcp_mem", f"{pages // 4} {pages // 2} {pages * 8 // 7}"):
        found("memory", "memory for TCP is short", severity="warning")
    for one, other in some:
        abort(one, other)
    gone("memory")


def pressure():
    """The limits are near for a moment, again and again."""
    first_namespace()
    to = listener(20)
    holding = [pair(to) for _ in range(4)]
    for one, _ in holding:
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                one.send(bytes(65536))
    one, other = pair(to)
    usual = "/proc/sys/net/ipv4/tcp_mem"

    def send():
        one.send(bytes(65536))
        other.recv(65536, socket.MSG_WAITALL)

    with setting(usual, "1 2 1000000") as before:
        def press():
            write(usual, "1 2 1000000")
            send()
            write(usual, before)
            send()

        with Steadily(press):
            found("memory", "memory came under pressure", severity="warning")
    abort(one, other, *(each for ends in holding for each in ends))
    gone("memory")


def cgroup():
    """Sockets take most of the memory of a cgroup, of which there is enough."""
    what, words = "the memory of a cgroup is short, and sockets hold it", ("--threshold", "full=50")
    with new_cgroup("sockport-doctor", 64 << 20) as place:
        with inside(place):
            some = fill(place, 32 << 20, 48 << 20)
        one = found("memory", what, *words, severity="warning", subject="^/sockport-doctor$")
        expect_in("seen", "of 64MiB are in use, .* of that by sockets", one["seen"])
        abort(*some)
        until("gone", lambda answer: what not in [each["what"] for each in answer["findings"]],
              *words)


def module():
    """Sockets that it has no room to follow."""
    to = listener(10)

    def call():
        for each in pair(to):
            each.close()

    with setting(PARAMETERS + "history_sockets", "1"):
        with Steadily(call):
            one = found("module", "sockport loses something", severity="warning")
            expect_in("seen", "^sockets that could not be followed: ", one["seen"])
    gone("module")


def unseen():
    """What it cannot look at, it says."""
    always = ["memory and orphans of the host"]
    expect("unseen", always, [each["about"] for each in doctor()["unseen"]])
    with setting(PARAMETERS + "history", "N"):
        answer = doctor()
        expect_in("unseen", "failed connections", answer["unseen"][1]["about"])
        expect_in("text", "\nNot looked at: failed connections", run().stdout)
    expect("unseen", always, [each["about"] for each in doctor()["unseen"]])
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        command[0] = shutil.copy(command[0], place)
        answer = json.loads(run("--json", user=4711).stdout)
    expect_in("unseen", "other users", " ".join(each["about"] for each in answer["unseen"]))
    measures = {each["name"]: each for each in answer["measures"]}
    expect("measure", ("%", 80, 100),
           tuple(measures["accept_queue"][key] for key in ("unit", "warning", "critical")))


def nagios():
    """States, and performance data."""
    done = run("--nagios")
    expect("status", 0, done.returncode)
    first = done.stdout.splitlines()[0]
    expect_in("line", r"^SOCKPORT OK - nothing is wrong \|( '[\w@]+'=\d+%?;\d+;\d*;0)+$", first)
    to = listener(4)
    some = [start(to.getsockname()) for _ in range(5)]
    done = run("--nagios")
    expect("status", 2, done.returncode)
    expect_in("line", r"^SOCKPORT CRITICAL - 1 critical, 0 warning; .* 'accept_queue'=100%;80;100;0",
              done.stdout.splitlines()[0])
    # Who shares a port of an address with others uses it up, too.
    with sysctl("ip_local_port_range", "42000 42009"):
        bound = []
        for _ in range(10):
            bound.append(socket.socket())
            bound[-1].bind(("127.0.0.9", 0))
        done = run("--nagios")
        expect_in("line", "'local_ports'=100%;80;100;0", done.stdout.splitlines()[0])
        abort(*bound)
    to.accept()
    done = run("--nagios", "--threshold", "full=79")
    expect("status", 1, done.returncode)
    done = run("--nagios", "--threshold", "none=79")
    expect("status", 3, done.returncode)
    expect_in("line", "^SOCKPORT UNKNOWN - unknown threshold 'none'", done.stdout)
    abort(*some)


def more(one, where, pid):
    """What a finding tells to do shows the process, there."""
    expect("command", f"sockport show 7316 {where}", one["command"])
    done = subprocess.run([command[0], *one["command"].split()[1:]], capture_output=True, text=True,
                          check=False)
    expect("status", (0, ""), (done.returncode, done.stderr))
    expect_in("processes", rf"\[{pid}\]", done.stdout)


def elsewhere():
    """In another network namespace: by its process, and among all."""
    ready, done = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        if ctypes.CDLL(None).unshare(0x40000000):
            os._exit(1)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        to = listener(4, port=7316)
        some = [start(to.getsockname()) for _ in range(5)]
        os.write(ready[1], b"r")
        os.read(done[0], 1)
        os._exit(len(some) - 5)
    os.read(ready[0], 1)
    nothing()
    one = found("accept_queue", "accept queue stands full", "--netns", str(pid))
    expect("namespace", None, one["netns"])
    more(one, f"--netns {pid}", pid)
    inode = os.stat(f"/proc/{pid}/ns/net").st_ino
    # Others may have something, too; who has no name is called by the inode.
    one = until("found", lambda answer: [each for each in answer["findings"] if each["netns"] and
                                         str(inode) in each["netns"]], "--all-netns")[0]
    expect("what", "accept queue stands full", one["what"])
    more(one, "-A", pid)
    subprocess.run(["ip", "netns", "attach", "sockport-elsewhere", str(pid)], check=True)
    try:
        one = found("accept_queue", "accept queue stands full", "-A", subject=":7316 ")
        expect("namespace", "sockport-elsewhere", one["netns"])
        expect_in("plugin", "accept queue stands full: tcp 127.0.0.1:7316 .* in sockport-elsewhere",
                  run("--nagios", "-A").stdout)
        more(one, "--netns sockport-elsewhere", pid)
    finally:
        subprocess.run(["ip", "netns", "delete", "sockport-elsewhere"], check=True)
    os.write(done[1], b"d")
    expect("child", 0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
globals()[sys.argv[1]]()
