# SPDX-License-Identifier: GPL-2.0
"""What TCP knows of a connection, as the program itself hears it: info.py CASE COMMAND

getsockopt() with TCP_INFO and TCP_CC_INFO is what is compared with.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

LIMIT = 60
TCP_ULP, TCP_CC_INFO = 31, 26
command = sys.argv[2]

# Column, place in struct tcp_info, form; linux/tcp.h.
MEMBERS = (
    ("ato", 12, "I"), ("mss", 16, "I"), ("rcv_mss", 20, "I"), ("rto", 8, "I"),
    ("unacked", 24, "I"), ("sacked", 28, "I"), ("lost", 32, "I"), ("retrans", 36, "I"),
    ("pmtu", 60, "I"), ("rcv_ssthresh", 64, "I"), ("rtt", 68, "I"), ("rttvar", 72, "I"),
    ("ssthresh", 76, "I"), ("cwnd", 80, "I"), ("advmss", 84, "I"), ("reordering", 88, "I"),
    ("rcv_rtt", 92, "I"), ("rcv_space", 96, "I"), ("retrans_total", 100, "I"),
    ("pacing_rate", 104, "Q"), ("bytes_acked", 120, "Q"), ("bytes_received", 128, "Q"),
    ("segs_out", 136, "I"), ("segs_in", 140, "I"), ("notsent", 144, "I"), ("min_rtt", 148, "I"),
    ("data_segs_in", 152, "I"), ("data_segs_out", 156, "I"), ("delivery_rate", 160, "Q"),
    ("busy", 168, "Q"), ("rwnd_limited", 176, "Q"), ("sndbuf_limited", 184, "Q"),
    ("delivered", 192, "I"), ("delivered_ce", 196, "I"), ("bytes_sent", 200, "Q"),
    ("bytes_retrans", 208, "Q"), ("dsack_dups", 216, "I"), ("reord_seen", 220, "I"),
    ("ooo", 224, "I"), ("snd_wnd", 228, "I"), ("backoff", 4, "B"), ("probes", 3, "B"),
    ("rcv_wnd", 232, "I"), ("rehash", 236, "I"), ("rto_total", 240, "H"),
    ("rto_recoveries", 242, "H"), ("received_ce", 248, "I"), ("delivered_e1_bytes", 252, "I"),
    ("delivered_e0_bytes", 256, "I"), ("delivered_ce_bytes", 260, "I"),
    ("received_e1_bytes", 264, "I"), ("received_e0_bytes", 268, "I"),
    ("received_ce_bytes", 272, "I"),
)
SINCE = (("lastsnd", 44, "I"), ("lastrcv", 52, "I"), ("lastack", 56, "I"))
OPTIONS = ("timestamps", "sack", "wscale", "ecn", "ecn-seen", "syn-data", "usec-ts",
           "fast-open")
CONTROLS = {
    "bbr": ("QIII", ("bbr_bw", "bbr_min_rtt", "bbr_pacing_gain", "bbr_cwnd_gain")),
    "dctcp": ("HHIII", (None, "dctcp_ce_state", "dctcp_alpha", "dctcp_ab_ecn", "dctcp_ab_tot")),
    "vegas": ("IIII", (None, "vegas_rtt_count", "vegas_rtt", "vegas_min_rtt")),
}


def expect(what, wanted, seen):
    if wanted != seen:
        sys.exit(f"{what}: {seen!r} instead of {wanted!r}")


def between(what, low, value, high):
    if value is None or not low <= value <= high:
        sys.exit(f"{what}: {value} is not from {low} to {high}")


def sockport(*words, **options):
    done = subprocess.run([command, *words], stdin=subprocess.DEVNULL, timeout=LIMIT,
                          capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def row_of(one, columns, **options):
    """The socket that has this local port, and the state that matters."""
    rows = sockport("sockets", "-J", "-o", ",".join(["state", *columns]), "tcp",
                    "--local-port", str(one.getsockname()[1]),
                    "--remote-port", str(one.getpeername()[1]), **options)
    expect("rows", 1, len(rows))
    return rows[0]


def info_of(one):
    return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512)


def member(info, place, form):
    size = struct.calcsize(form)
    return struct.unpack_from("=" + form, info, place)[0] if len(info) >= place + size else None


def listener(backlog=10):
    to = socket.socket()
    to.bind(("127.0.0.1", 0))
    to.listen(backlog)
    return to


def pair(to=None):
    to = to or listener()
    one = socket.create_connection(to.getsockname())
    return one, to.accept()[0]


def talk(one, other):
    """Each way, until all is acknowledged and no timer runs."""
    for _ in range(20):
        one.send(bytes(5000))
        other.recv(5000, socket.MSG_WAITALL)
        other.send(bytes(300))
        one.recv(300, socket.MSG_WAITALL)
    settle(one)
    settle(other)


def settle(one):
    """Until two looks, some time apart, see the same."""
    end = time.monotonic() + LIMIT
    before = None
    while time.monotonic() < end:
        now = [member(info_of(one), *each[1:]) for each in MEMBERS]
        if now == before:
            return
        before = now
        time.sleep(0.3)
    sys.exit("it never settles")


def members():
    """All of them, at both ends."""
    one, other = pair()
    talk(one, other)
    for each in one, other:
        seen = row_of(each, [name for name, _, _ in MEMBERS + SINCE] +
                      ["options", "snd_wscale", "rcv_wscale", "phase", "app_limited"])
        info = info_of(each)
        for name, place, form in MEMBERS:
            expect(name, member(info, place, form), seen[name])
        for name, place, form in SINCE:
            between(name, 100000, seen[name], member(info, place, form) * 1000)
        bits = member(info, 5, "B")
        expect("options", [word for i, word in enumerate(OPTIONS) if bits >> i & 1],
               seen["options"])
        expect("scales", member(info, 6, "B"), seen["snd_wscale"] | seen["rcv_wscale"] << 4)
        expect("app_limited", member(info, 7, "B") & 1, int(seen["app_limited"]))
        expect("phase", "open", seen["phase"])
    if not seen["data_segs_in"] or not seen["busy"]:
        sys.exit("nothing was sent")


def nothing():
    """Neither a listener nor a socket in TIME_WAIT has any of it."""
    to = listener()
    names = [name for name, _, _ in MEMBERS + SINCE] + ["options", "phase", "snd_wscale", "age"]
    one, other = pair(to)
    one.close()
    other.close()
    rows = sockport("sockets", "-J", "-o", "state," + ",".join(names), "tcp", "--port",
                    str(to.getsockname()[1]))
    expect("states", ["LISTEN", "TIME_WAIT"], sorted(row["state"] for row in rows))
    for row in rows:
        expect("known", [], [name for name in names if row[name] is not None and
                             not (name == "age" and row["state"] == "LISTEN")])


def age_between(what, seconds, age, start):
    """What the module has is of tenths of a second."""
    between("age of " + what, (seconds - 0.2) * 1e6, age,
            (time.monotonic() - start + 0.2) * 1e6)


def ages():
    """In each state its own, by the clock on the wall."""
    to = listener()
    start = time.monotonic()
    one, other = pair(to)
    done = time.monotonic()
    time.sleep(1)
    low = time.monotonic() - done
    age_between("what is established", low, row_of(other, ["age"])["age"], start)
    start = time.monotonic()
    one.shutdown(socket.SHUT_WR)
    other.recv(1)
    expect("state", "CLOSE_WAIT", row_of(other, [])["state"])
    age_between("CLOSE_WAIT", 0, row_of(other, ["age"])["age"], start)
    done = time.monotonic()
    time.sleep(0.5)
    low = time.monotonic() - done
    age_between("CLOSE_WAIT", low, row_of(other, ["age"])["age"], start)
    words = "tcp", "and", "state", "close-wait", "and", "in-state-for"
    expect("in its state for so long", [1, 0],
           [len(sockport("sockets", "-J", *words, each)) for each in ("300ms", "1h")])
    # A port has the oldest.
    two, another = pair(to)
    two.shutdown(socket.SHUT_WR)
    another.recv(1)
    rows = sockport("ports", "-J", "-o", "role,close_wait_age", "--port", str(to.getsockname()[1]))
    age_between("the oldest", low, [row["close_wait_age"] for row in rows
                                    if row["role"] == "in"][0], start)
    other.close()
    another.close()
    one.close()
    two.close()
    rows = sockport("ports", "-J", "-o", "role,close_wait_age", "--port", str(to.getsockname()[1]))
    expect("age of none", {None}, {row["close_wait_age"] for row in rows})


def ages_of_calls():
    """Who calls where there is no room is not answered."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    first = socket.create_connection(full.getsockname())
    start = time.monotonic()
    call = socket.socket()
    call.setblocking(False)
    call.connect_ex(full.getsockname())
    done = time.monotonic()
    time.sleep(0.5)
    low = time.monotonic() - done
    ports = "--local-port", str(call.getsockname()[1]), "--remote-port", str(full.getsockname()[1])
    rows = sockport("sockets", "-J", "-o", "state,age", "tcp", *ports)
    expect("states", ["SYN_SENT"], [row["state"] for row in rows])
    age_between("what calls", low, rows[0]["age"], start)
    words = "tcp", "and", "state", "syn-sent", "and", "in-state-for"
    expect("calling for so long", [1, 0],
           [len(sockport("sockets", "-J", *words, each)) for each in ("300ms", "1h")])
    call.close()
    first.close()


def switch(on):
    with open("/sys/module/sockport/parameters/accept_accounting", "w", encoding="ascii") as file:
        file.write("Y" if on else "N")


def accepts():
    """Who accepts, and how long the oldest one waits."""
    to = listener()
    port = str(to.getsockname()[1])
    switch(True)
    try:
        start = time.monotonic()
        one = socket.create_connection(to.getsockname())
        done = time.monotonic()
        time.sleep(0.5)
        low = time.monotonic() - done
        rows = sockport("ports", "-J", "-o", "role,accept_age", "--port", port)
        age_between("what waits", low, [row["accept_age"] for row in rows
                                        if row["role"] == "in"][0], start)
        expect("of role out", [None], [row["accept_age"] for row in rows if row["role"] == "out"])
        to.accept()[0].close()
        one.close()
        pair(to)
    finally:
        switch(False)
    columns = "role,accept_age,workers,other_accepts,distributions"
    row = [row for row in sockport("ports", "-J", "-o", columns, "--port", port)
           if row["role"] == "in"][0]
    expect("workers", [{"pid": os.getpid(), "comm": "python3", "accepts": 2}], row["workers"])
    expect("others, age", (None, None), (row["other_accepts"], row["accept_age"]))
    expect("waits", 2, row["distributions"]["accept"]["count"])
    between("waits", low * 1e6, row["distributions"]["accept"]["sum"],
            (time.monotonic() - start) * 1e6)
    text = subprocess.run([command, "show", port, "--role", "in"], capture_output=True, text=True,
                          check=True).stdout
    if not re.search(rf"\nAccepted by:\n.*ACCEPTS\n *{os.getpid()} +python3 +2\n", text) or \
            "\nWait for accept() of 2 connections" not in text:
        sys.exit(text)


def skip(reason):
    print(reason)
    sys.exit(4)


def load(module):
    with contextlib.suppress(OSError):
        subprocess.run(["modprobe", "-q", module], check=False)


def control(name, word):
    """What congestion control tells of itself."""
    one, other = pair()
    load("tcp_" + name)
    try:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, name.encode())
    except OSError:
        skip("this kernel has no " + word)
    talk(one, other)
    form, columns = CONTROLS[name]
    raw = one.getsockopt(socket.IPPROTO_TCP, TCP_CC_INFO, 64)
    values = dict(zip(columns, struct.unpack_from("=" + form, raw)))
    values.pop(None, None)
    seen = row_of(one, values)
    expect(name, values, {key: seen[key] for key in values})
    if not any(values.values()):
        sys.exit("it has nothing to tell")
    # The other end has none of it.
    seen = row_of(other, values)
    expect("other end", {None}, {seen[key] for key in values})


def bbr():
    control("bbr", "BBR")


def dctcp():
    # Without ECN it does nothing.
    with open("/proc/sys/net/ipv4/tcp_ecn", "w", encoding="ascii") as ecn:
        ecn.write("1")
    control("dctcp", "DCTCP")


def vegas():
    control("vegas", "Vegas")


def protocol():
    """TLS by the kernel, told to those whom the kernel tells it."""
    one, other = pair()
    load("tls")
    try:
        one.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
    except OSError:
        skip("this kernel has no TLS")
    expect("ulp", "tls", row_of(one, ["ulp"])["ulp"])
    expect("other end", None, row_of(other, ["ulp"])["ulp"])
    with tempfile.TemporaryDirectory() as place:
        global command
        os.chmod(place, 0o755)
        command = shutil.copy(command, place)
        expect("ulp for others", None, row_of(one, ["ulp"], user=4711)["ulp"])


def limited():
    """A peer that reads nothing is what limits the connection, and show says so."""
    one, other = pair()
    one.setblocking(False)
    end = time.monotonic() + LIMIT
    with contextlib.suppress(BlockingIOError):
        while True:
            one.send(bytes(65536))
    while member(info_of(one), 176, "Q") < 2 * (member(info_of(one), 168, "Q") -
                                               member(info_of(one), 176, "Q")):
        if time.monotonic() > end:
            sys.exit("the window does not limit it")
        time.sleep(0.1)
    port = str(one.getpeername()[1])
    seen = sockport("show", port, "-J", "--role", "out")
    expect("limited_by", "receive-window", seen["limited_by"])
    between("rwnd_limited", 1, seen["rwnd_limited"], member(info_of(one), 176, "Q"))
    text = subprocess.run([command, "show", port, "--role", "out"], capture_output=True, text=True,
                          check=True).stdout
    if "What limits its connections most: the receive windows of peers." not in text:
        sys.exit(text)
    other.close()


globals()[sys.argv[1]]()
