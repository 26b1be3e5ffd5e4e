# SPDX-License-Identifier: GPL-2.0
"""Connections that a command is to end, and what became of them: kill.py CASE COMMAND...

What programs see of their own sockets is what is compared with.
"""

import ctypes
import errno
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

LIMIT = 60
command = sys.argv[2:]


def listener(port=0, family=socket.AF_INET, share=False):
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
    made.listen()
    return made


class Connection:
    """A connection and its other end, which it can talk to or not."""

    def __init__(self, to, port=0):
        self.one = socket.socket(to.family)
        self.one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.one.bind((to.getsockname()[0], port))
        self.one.connect(to.getsockname())
        self.other, _ = to.accept()
        self.port = self.one.getsockname()[1]

    def lives(self):
        try:
            self.one.send(b"a")
            readable, _, _ = select.select([self.other], [], [], LIMIT)
            return bool(readable) and self.other.recv(1) == b"a"
        except OSError:
            return False

    def error(self):
        select.select([self.one], [], [], LIMIT)
        return self.one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def run(*words, **options):
    """Without a terminal, whatever this one has."""
    return subprocess.run([*command, *words], stdin=subprocess.DEVNULL, timeout=LIMIT,
                          capture_output=True, text=True, start_new_session=True,
                          check=False, **options)


def on_terminal(answer, *words, meanwhile=lambda: None):
    """Status and what is shown; the answer is given when it is asked for."""
    pid, terminal = pty.fork()
    if not pid:
        os.execvp(command[0], [*command, *words])
    shown = b""
    while b"[y/N]" not in shown:
        if not select.select([terminal], [], [], LIMIT)[0]:
            sys.exit("there is no question")
        shown += os.read(terminal, 4096)
    meanwhile()
    os.write(terminal, answer)
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            break
        shown += more
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def expect(what, wanted, seen):
    if wanted != seen:
        sys.exit(f"{what}: {seen!r} instead of {wanted!r}")


def one_of_many():
    """The one that matches ends, with the error that the kernel says, others live."""
    for family in socket.AF_INET, socket.AF_INET6:
        to = listener(family=family)
        some = [Connection(to) for _ in range(3)]
        done = run("--yes", "sport", f":{some[1].port}")
        expect("status", 0, done.returncode)
        if "Ended: 1 of 1\n" not in done.stdout or f":{some[1].port}" not in done.stdout:
            sys.exit(done.stdout)
        expect("error", errno.ECONNABORTED, some[1].error())
        expect("alive", [True, False, True], [each.lives() for each in some])


def listeners():
    """They end only if that was said, all that share a port."""
    some = [listener(share=True)]
    port = some[0].getsockname()[1]
    some += [listener(port, share=True) for _ in range(7)]
    done = run("--yes", "port", str(port))
    expect("status without a state", 1, done.returncode)
    if "-a" not in done.stderr:
        sys.exit(done.stderr)
    expect("listening", [1] * 8, [each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                                  for each in some])
    done = run("--yes", "-l", "--port", str(port))
    expect("status", 0, done.returncode)
    expect("listening", [0] * 8, [each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                                  for each in some])


def datagrams():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.1", 0))
    one.connect(other.getsockname())
    done = run("--yes", "udp", "--remote-port", str(other.getsockname()[1]))
    expect("status", 0, done.returncode)
    expect("error", errno.ECONNABORTED, one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    expect("other", 0, other.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))


def needs_choice():
    """What chooses nothing ends nothing."""
    one = Connection(listener())
    for words in ([], ["tcp"], ["established"], ["-a"], ["tcp", "--role", "out"],
                  ["not", "port", "0"], ["not", "port", "22"], ["dport", "!=", ":22"],
                  ["dport", ">=", ":1"], ["--port", "1-65535"], ["--remote", "0.0.0.0/0"],
                  ["dst", "::/0"], ["src", "::ffff:0.0.0.0/96"], ["port", "1", "or", "tcp"],
                  ["sport", f":{one.port}", "or", "not", "sport", f":{one.port}"],
                  ["state", "established"], ["dev", "any"], ["inode", "0"],
                  ["unix", "--uid", "0"]):
        done = run("--yes", *words)
        expect(f"status of {words}", 2, done.returncode)
        expect(f"lines on stderr of {words}", True, done.stderr.startswith("sockport: "))
        expect(f"alive after {words}", True, one.lives())


def asks():
    """Yes is what begins with y on the terminal, and nothing else."""
    to = listener()
    one = Connection(to)
    words = ["sport", f":{one.port}"]
    done = run(*words)
    expect("status without a terminal", 2, done.returncode)
    expect("JSON", 2, run("--json", *words).returncode)
    expect("alive", True, one.lives())
    for answer in b"n\n", b"\n", b"\x04":
        status, shown = on_terminal(answer, *words)
        expect("status", 1, status)
        if f":{one.port}" not in shown or "nothing was ended" not in shown:
            sys.exit(shown)
        expect("alive", True, one.lives())
    status, shown = on_terminal(b"y\n", *words)
    expect("status", 0, status)
    if "Ended: 1 of 1" not in shown:
        sys.exit(shown)
    expect("alive", False, one.lives())


def reused():
    """Who comes to the same addresses while somebody thinks is another one."""
    to = listener()
    one = Connection(to)
    new = []

    def again():
        for each in one.one, one.other:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.one.close()
        one.other.close()
        new.append(Connection(to, one.port))

    status, shown = on_terminal(b"y\n", "sport", f":{one.port}", meanwhile=again)
    expect("status", 0, status)
    if "Ended: 0 of 1, gone before: 1" not in shown:
        sys.exit(shown)
    expect("alive", True, new[0].lives())


def as_json():
    one = Connection(listener())
    done = run("--yes", "--json", "inode", str(os.fstat(one.one.fileno()).st_ino))
    expect("status", 0, done.returncode)
    rows = json.loads(done.stdout)
    expect("rows", [(one.port, "ended", None)],
           [(row["lport"], row["result"], row["reason"]) for row in rows])
    expect("alive", False, one.lives())


def refused():
    """Who may not: nothing ends, and why is told."""
    one = Connection(listener())
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        command[0] = shutil.copy(command[0], place)
        done = run("--yes", "sport", f":{one.port}", user=4711)
        said = run("--yes", "--json", "sport", f":{one.port}", user=4711)
    expect("status", 1, done.returncode)
    expect("status with JSON", 1, said.returncode)
    expect("rows", [("refused", "it needs CAP_NET_ADMIN: ask again as root")],
           [(row["result"], row["reason"]) for row in json.loads(said.stdout)])
    if "CAP_NET_ADMIN" not in done.stderr or "refused: 1" not in done.stdout:
        sys.exit(done.stdout + done.stderr)
    expect("alive", True, one.lives())


def hidden():
    """Of two that share a port the kernel finds one, by a secret of its own: the other one is
    refused, and stays."""
    def shares(port=0):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(("127.0.0.1", port))
        return made

    first = {each.getsockname()[1]: each for each in (shares() for _ in range(24))}
    second = [shares(port) for port in first]
    words = " or ".join(f"inode {os.fstat(each.fileno()).st_ino}" for each in first.values()).split()
    done = run("--yes", "--json", "-a", "udp", "and", "(", *words, ")")
    expect("status", 1, done.returncode)
    rows = {row["lport"]: row for row in json.loads(done.stdout)}
    ended = {port for port, each in first.items() if is_aborted(each)}
    expect("both happen", True, 0 < len(ended) < len(first))
    expect("others", 0, sum(map(is_aborted, second)))
    expect("ended", ended, {port for port, row in rows.items() if row["result"] == "ended"})
    for port in set(first) - ended:
        expect("result", "refused", rows[port]["result"])
        expect("reason", True, "another socket" in rows[port]["reason"])


def is_aborted(one):
    return one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNABORTED


def own_session():
    """The connection by which somebody works here is told, by its addresses or its process."""
    told, keeps = os.pipe(), os.fork()
    if not keeps:
        one = Connection(listener())
        os.write(told[1], " ".join(str(each) for end in (one.one, one.other)
                                   for each in end.getsockname()).encode())
        signal.pause()
    place = os.read(told[0], 200).decode()
    client, server = place.split()[1::2]
    done = run("--yes", "sport", f":{server}", "dport", f":{client}",
               env={**os.environ, "SSH_CONNECTION": place})
    os.kill(keeps, signal.SIGKILL)
    expect("by addresses", True, "by which you are here" in done.stderr)
    two = Connection(listener())
    done = run("--yes", "sport", f":{two.port}")
    expect("by process", True, "by which you are here" in done.stderr)
    holder = subprocess.Popen(["sleep", str(LIMIT)], stdin=Connection(listener()).one)
    done = run("--yes", "pid", str(holder.pid), "and", "role", "out")
    holder.kill()
    expect("status", 0, done.returncode)


def elsewhere():
    """In another network namespace: the same addresses here stay as they are."""
    here = Connection(listener(7311), 7312)
    ready, done = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        unshare()
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        there = Connection(listener(7311), 7312)
        os.write(ready[1], b"r")
        os.read(done[0], 1)
        os._exit(0 if not there.lives() else 1)
    os.read(ready[0], 1)
    ended = run("--yes", "--netns", str(pid), "sport", ":7312")
    os.write(done[1], b"d")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    expect("status", 0, ended.returncode)
    expect("alive there", 0, status)
    expect("alive here", True, here.lives())


def unshare():
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000):
        raise OSError(ctypes.get_errno(), "unshare")


globals()[sys.argv[1]]()
