# SPDX-License-Identifier: GPL-2.0
"""What TCP knows of a connection, as the program itself hears it: info.py CASE COMMAND

getsockopt() with TCP_INFO is what is compared with.
"""

import json
import socket
import struct
import subprocess
import sys
import time

LIMIT = 60
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
    ("rto_recoveries", 242, "H"),
)
SINCE = (("lastsnd", 44, "I"), ("lastrcv", 52, "I"), ("lastack", 56, "I"))
OPTIONS = ("timestamps", "sack", "wscale", "ecn", "ecn-seen", "syn-data")


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
    names = [name for name, _, _ in MEMBERS + SINCE] + ["options", "phase", "snd_wscale"]
    one, other = pair(to)
    one.close()
    other.close()
    rows = sockport("sockets", "-J", "-o", "state," + ",".join(names), "tcp", "--port",
                    str(to.getsockname()[1]))
    expect("states", ["LISTEN", "TIME_WAIT"], sorted(row["state"] for row in rows))
    for row in rows:
        expect("known", [], [name for name in names if row[name] is not None])


globals()[sys.argv[1]]()
