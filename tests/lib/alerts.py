# SPDX-License-Identifier: GPL-2.0
"""Situations that alerts are for, made for real: alerts.py CASE FILE COMMAND...

COMMAND prints metrics: before a situation is made, again and again while it lasts, and when it
is over. FILE becomes a unit test for promtool that has these numbers, a scrape for every STEP
minutes of its clock: the alerts that are expected must fire at the end of the situation, no
others, and not before nor when it is over.
"""

import contextlib
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys

from situations import (LIMIT, PARAMETERS, abort, counter, deaf, expect, listener, pair, setting,
                        start, sysctl, wait_for)

RULES = os.path.abspath("../userspace/prometheus/sockport.rules.yml")
# Two samples of a counter are in the five minutes that rules look back.
STEP, DURING, AFTER, REPEATED = 3, 5, 2, 3
case, file, *command = sys.argv[1:]


def scrape(is_there=True):
    """What Prometheus would get: nothing where the command fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=LIMIT, capture_output=True,
                          text=True, check=False)
    expect("status", (0, False) if is_there else (1, True), (done.returncode, not done.stdout))
    samples = [line.rsplit(" ", 1) for line in done.stdout.splitlines()
               if line[0] != "#" and "_bucket{" not in line]
    return dict(samples)


def labelled(series):
    """As a scrape of a job makes it."""
    own = 'job="sockport",instance="vm"'
    name, _, labels = series.partition("{")
    return f"{name}{{{own}," + labels if labels else f"{name}{{{own}}}"


def values(scrapes, series):
    """A series that is in the last scrape no more is stale, and there is nothing of it then."""
    texts, before = [], False
    for each in scrapes:
        now = series in each
        texts.append(each[series] if now else "stale" if before else "_")
        before = now
    return " ".join(texts)


def question(minute, expression, samples=()):
    return {"expr": expression, "eval_time": f"{minute}m",
            "exp_samples": [{"labels": labels, "value": 1} for labels in samples]}


def questions(expected, also, first, last, over):
    """Is there what has to be, at minutes of the test's clock?"""
    firing = 'ALERTS{alertstate="firing",alertname'
    names = "|".join([*expected, *also])
    asked = [question(first, firing + '!=""}')] if first else []
    for name, labels in expected.items():
        text = ",".join(f'{key}="{value}"' for key, value in labels.items())
        asked.append(question(last, f'count by ({",".join(labels)}) ({firing}="{name}"}})',
                              ["{" + text + "}"]))
    asked.append(question(last, f'{firing}!~"{names}"}}'))
    if over:
        asked.append(question(over, f'{firing}=~"{"|".join(expected)}"}}'))
    return asked


def write_test(expected, also, before, during, after):
    scrapes = [*before, *before, *during, *after, *after[-1:] * REPEATED]
    first, last = STEP * len(before) * 2 - 1, STEP * (2 * len(before) + len(during) - 1)
    over = STEP * len(scrapes) if after else 0
    every = sorted(set().union(*scrapes))
    test = {
        "name": case, "interval": f"{STEP}m",
        "input_series": [{"series": labelled(series), "values": values(scrapes, series)}
                         for series in every],
        "promql_expr_test": questions(expected, also, max(first, 0), last, over),
    }
    with open(file, "w", encoding="utf-8") as stream:
        json.dump({"rule_files": [RULES], "evaluation_interval": "1m", "tests": [test]}, stream)


def refused(port, times=1):
    for _ in range(times):
        with socket.socket() as one:
            expect("refused", errno.ECONNREFUSED, one.connect_ex(("127.0.0.1", port)))


def some_pairs(to, count):
    for _ in range(count):
        for each in pair(to):
            each.close()


def own_count(name):
    """Of the module's own account."""
    with open("/proc/net/sockport_stats", encoding="ascii") as stream:
        return int(dict(line.split()[:2] for line in stream if line.split()[1:])[name])


def receiver(port):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.bind(("127.0.0.1", port))
    return made


def flood(port):
    """More than there is room for."""
    before = counter("RcvbufErrors", "snmp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _ in range(30):
            one.sendto(bytes(500), ("127.0.0.1", port))
    wait_for("drops", lambda: counter("RcvbufErrors", "snmp") > before)


# Each yields what is to be done before each scrape.

@contextlib.contextmanager
def healthy():
    """Connections come and go, and some stay."""
    to = listener(128, port=7309)
    idle = [pair(to) for _ in range(20)]
    yield lambda: some_pairs(to, 20)
    expect("connections", 20, len(idle))


@contextlib.contextmanager
def accept_overflow():
    to = listener(1, port=7310)
    some = []
    yield lambda: some.extend(start(to.getsockname()) for _ in range(10))
    abort(*some, to)


@contextlib.contextmanager
def accept_full():
    to = listener(4, port=7311)
    some = [start(to.getsockname()) for _ in range(5)]
    yield None
    abort(*some, to)


@contextlib.contextmanager
def syn_queue():
    """syn.py has made it; see tests/alerts.sh."""
    yield None


@contextlib.contextmanager
def failures():
    yield lambda: refused(7312, 20)


@contextlib.contextmanager
def no_local_port():
    to = listener(100, port=7313)
    with sysctl("ip_local_port_range", "41000 41049"):
        some = [socket.create_connection(to.getsockname()) for _ in range(50)]

        def one_more():
            with socket.socket() as one:
                expect("error", errno.EADDRNOTAVAIL, one.connect_ex(to.getsockname()))

        yield one_more
        abort(*some, to)


@contextlib.contextmanager
def ports_of_address():
    """Bound before they connect, to many destinations."""
    to = [listener(100, f"127.0.0.{2 + i}", 7314) for i in range(10)]
    with sysctl("ip_local_port_range", "42000 42049"):
        some = [start(to[i % 10].getsockname(), ("127.0.0.1", 0)) for i in range(45)]
        yield None
        abort(*some, *to)


@contextlib.contextmanager
def datagrams():
    one = receiver(7315)
    yield lambda: flood(7315)
    one.close()


@contextlib.contextmanager
def datagrams_of_gone():
    """Whose sockets no scrape sees."""
    def come_and_go():
        with receiver(7318):
            flood(7318)

    yield come_and_go


@contextlib.contextmanager
def close_wait():
    to = listener(20, port=7316)
    some = [pair(to) for _ in range(12)]
    for one, _ in some:
        one.close()
    yield None
    for _, other in some:
        other.close()


def as_old_as(name, seconds):
    """The oldest of its kind, by what the command says."""
    series = f"sockport_{name}_seconds"
    return any(float(value) > seconds for key, value in scrape().items()
               if key.startswith(series))


@contextlib.contextmanager
def not_closed():
    one, other = pair(listener(1, port=7320))
    one.close()
    wait_for("it is old", lambda: as_old_as("oldest_close_wait", 15))
    yield None
    other.close()


@contextlib.contextmanager
def not_accepted():
    to = listener(20, port=7321)
    with socket.create_connection(to.getsockname()):
        wait_for("it is old", lambda: as_old_as("oldest_unaccepted", 5))
        yield None
        to.accept()[0].close()


@contextlib.contextmanager
def retransmits():
    """Of peers that do not hear anything."""
    to = listener(30, port=7317)
    some = [pair(to) for _ in range(30)]
    for one, other in some:
        deaf(other)
        one.send(b"x")

    def once_more():
        before = counter("RetransSegs", "snmp")
        wait_for("retransmits", lambda: counter("RetransSegs", "snmp") >= before + 25)

    yield once_more
    for each in some:
        abort(*each)


@contextlib.contextmanager
def time_wait():
    with sysctl("tcp_max_tw_buckets", "10"):
        to = listener(10, port=7320)
        some_pairs(to, 9)
        yield None


@contextlib.contextmanager
def scan():
    def every_port():
        for port in range(7330, 7460):
            refused(port)

    yield every_port


@contextlib.contextmanager
def rows_lost():
    """There are to be none: else what finds no room is in a row of the rest."""
    with setting(PARAMETERS + "history_rows", "0"):
        yield lambda: some_pairs(listener(10), 5)


@contextlib.contextmanager
def sockets_lost():
    to = listener(10)
    with setting(PARAMETERS + "history_sockets", "1"):
        yield lambda: some_pairs(to, 5)


@contextlib.contextmanager
def programs_lost():
    """As there is no room for any, and this one has done nothing yet."""
    with setting(PARAMETERS + "history_programs", "0"):
        yield lambda: some_pairs(listener(10), 5)


@contextlib.contextmanager
def events_lost():
    """Who listens stands still."""
    to = listener(10)
    with subprocess.Popen([command[0], "events"], stdout=subprocess.PIPE) as follower:
        try:
            os.set_blocking(follower.stdout.fileno(), False)
            wait_for("events", lambda: some_pairs(to, 1) or follower.stdout.read(1))
            follower.send_signal(signal.SIGSTOP)
            lost = own_count("events_lost")
            wait_for("lost events", lambda: some_pairs(to, 50) or own_count("events_lost") > lost)
            yield lambda: some_pairs(to, 50)
        finally:
            follower.kill()


@contextlib.contextmanager
def history_off():
    with setting(PARAMETERS + "history", "N"):
        yield None


@contextlib.contextmanager
def gone():
    """The module is."""
    wait_for("the module goes", lambda: not subprocess.run(["rmmod", "sockport"]).returncode)
    try:
        yield None
    finally:
        subprocess.run(["insmod", os.environ["SOCKPORT_KO"]], check=True)


# What has to fire, with labels; and what may, as it goes with that.
EXPECTED = {
    "healthy": ({}, ()),
    "accept_overflow": ({"SockportAcceptQueueOverflows": {"role": "in", "port": "7310"}},
                        ("SockportAcceptQueueFull", "SockportNotAccepted")),
    "accept_full": ({"SockportAcceptQueueFull": {"role": "in", "port": "7311"}},
                    ("SockportNotAccepted",)),
    "syn_queue": ({"SockportSynQueueFull": {"role": "in", "port": "7310"}}, ()),
    "failures": ({"SockportConnectionsFail": {"port": "7312", "cause": "refused"}}, ()),
    "no_local_port": ({"SockportNoLocalPort": {"port": "7313"},
                       "SockportLocalPortsRunOut": {
                           "network_local_address": "127.0.0.1",
                           "network_peer_address": "127.0.0.1", "network_peer_port": "7313"}}, ()),
    "ports_of_address": ({"SockportAddressPortsRunOut": {"network_local_address": "127.0.0.1"}},
                         ()),
    "datagrams": ({"SockportDatagramsDropped": {"protocol": "udp", "port": "7315"}}, ()),
    "datagrams_of_gone": ({"SockportDatagramsLost": {"cause": "receive-buffer"}}, ()),
    "close_wait": ({"SockportCloseWait": {"role": "in", "port": "7316"}},
                   ("SockportNotClosed",)),
    "not_closed": ({"SockportNotClosed": {"role": "in", "port": "7320"}}, ()),
    "not_accepted": ({"SockportNotAccepted": {"role": "in", "port": "7321"}}, ()),
    "retransmits": ({"SockportRetransmits": {"role": "out", "port": "7317"}}, ()),
    "time_wait": ({"SockportLimitNear": {"limit": "time_wait"}}, ()),
    "scan": ({"SockportPortScan": {"instance": "vm"}}, ()),
    "rows_lost": ({"SockportHistoryLost": {"lost": "rows"}}, ("SockportHistoryLost",)),
    "sockets_lost": ({"SockportHistoryLost": {"lost": "sockets"}}, ()),
    "programs_lost": ({"SockportHistoryLost": {"lost": "programs"}}, ()),
    "events_lost": ({"SockportEventsLost": {"instance": "vm"}}, ()),
    "history_off": ({"SockportHistoryOff": {"instance": "vm"}}, ()),
    "gone": ({"SockportGone": {"instance": "vm"}}, ()),
}


def main():
    expected, also = EXPECTED[case]
    is_made_here = case != "syn_queue"
    before = [scrape()] if is_made_here else []
    during = []
    with globals()[case]() as each_time:
        for _ in range(DURING):
            if each_time:
                each_time()
            during.append(scrape(case != "gone"))
    after = [scrape() for _ in range(AFTER)] if is_made_here else []
    write_test(expected, also, before, during, after)


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
main()
