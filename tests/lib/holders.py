#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare what the command says of processes with /proc, as whoever runs this sees it.

holders.py sockets JSON [TEXT]
    Each row of "sockets -pJ" names those who have the socket open in /proc/PID/fd, or
    where nobody has, those who have the listener of its port open. The lines of TEXT,
    INODE PROCESSES, say the same.
holders.py ports JSON
    "ports -pJ" names for each port those who have its listeners open, or else any of
    its sockets, by /proc/net/tcp and its like.
holders.py who JSON [PID...]
    "who -J" has just these processes, or those that there are, with what they have
    open by /proc/PID/fd and /proc/net.
holders.py summary JSON TEXT
    Counts are those of /proc/net, limits those of /proc/sys.
holders.py limits JSON
    Limits are those of /proc/sys, all of them, as in the initial network namespace.
"""

import collections
import functools
import json
import os
import re
import sys

# As many as text and JSON name.
SHOWN, LISTED = 16, 64


def read(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def load(path):
    return json.loads(read(path))


@functools.cache
def descriptors(pid):
    """Lowest descriptor by inode, of all threads; nothing where we must not look."""
    lowest = {}
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for number in os.listdir(f"/proc/{pid}/task/{task}/fd"):
                link = os.readlink(f"/proc/{pid}/task/{task}/fd/{number}")
                found = re.fullmatch(r"socket:\[(\d+)\]", link)
                if found:
                    inode = int(found.group(1))
                    lowest[inode] = min(int(number), lowest.get(inode, 1 << 31))
    except (PermissionError, FileNotFoundError, ProcessLookupError):
        pass
    return lowest


def inodes(pid):
    return set(descriptors(pid))


def comm(pid):
    return read(f"/proc/{pid}/comm").rstrip("\n")


@functools.cache
def holders():
    """All (pid, comm, fd) by inode."""
    found = collections.defaultdict(list)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for inode, number in descriptors(pid).items():
            found[inode].append((int(pid), comm(pid), number))
    return found


def table(name, local=1, state=3, inode=9):
    """(local port, state, inode) of the lines of a file below /proc/net."""
    words = [line.split() for line in read(f"/proc/net/{name}").splitlines()[1:]]
    return [(int(line[local].split(":")[1], 16), int(line[state], 16), int(line[inode]))
            for line in words]


def internet(kind):
    return table(kind) + table(kind + "6")


def listeners(kind):
    """Inodes by port: those that listen, or datagram sockets that are not connected."""
    found = collections.defaultdict(set)
    for port, state, inode in internet(kind):
        if state == (10 if kind == "tcp" else 7):
            found[port].add(inode)
    return found


def unix():
    """(inode, listens) by /proc/net/unix, where names can have lines of their own."""
    found = re.findall(r"^[0-9a-f]{8,}: \w+ \w+ (\w+) \w+ \w+ +(\d+)", read("/proc/net/unix"),
                       re.MULTILINE)
    return [(int(inode), bool(int(flags, 16) & 0x10000)) for flags, inode in found]


def of_inodes(wanted):
    return {holder for inode in wanted for holder in holders().get(inode, [])}


def told(row):
    return {(each["pid"], each["comm"], each["fd"]) for each in row["processes"] or []}


def plain(name):
    """What is not fit for a list of words, or would look like a mark, is \\OOO."""
    return re.sub(r"[\x00- \x7f,\[]|^[~?]", lambda found: f"\\{ord(found[0]):03o}", name)


def in_text(processes, by_port):
    words = [f"{plain(name)}[{pid}]" + (f":{number}" if number is not None else "")
             for pid, name, number in processes]
    return ("~" if by_port else "") + ",".join(words)


def own_netlink(row):
    """The reader's own, which is gone now."""
    return row["proto"] == "netlink" and row["inode"] not in holders()


def sockets(json_path, text_path=None):
    wrong, held, by_port, shared = 0, 0, 0, 0
    listening = {kind: listeners(kind) for kind in ("tcp", "udp")}
    texts = {}
    for row in load(json_path):
        if own_netlink(row) or row["remembered"]:
            continue
        expected = of_inodes([row["inode"]])
        if row["by_port"]:
            expected = {(pid, name, None) for pid, name, _ in
                        of_inodes(listening[row["proto"]][row["lport"]])}
            by_port += 1
        names = told(row)
        if row["by_port"]:
            names = {(pid, name, None) for pid, name, _ in names}
        held += bool(expected)
        shared += len(expected) > 1
        if names != expected or (row["process_count"] or 0) != len(expected) or (
                row["by_port"] and row["inode"]):
            wrong += 1
            print(f"{row['proto']} {row['inode']}: {names}, not {expected}")
        # Text is looked up by inode; a row without one has none.
        if row["inode"] and len(expected) <= SHOWN:
            texts[str(row["inode"])] = sorted(in_text([each], False) for each in expected)
    print(f"{held} with processes, {shared} with several, {by_port} by port")
    if text_path:
        wrong += text(text_path, texts)
    return wrong or not held


def text(path, expected):
    seen = dict(line.split(maxsplit=1) for line in read(path).splitlines())
    wrong = [inode for inode, words in expected.items()
             if sorted(seen[inode].strip().split(",")) != (words or ["-"])]
    for inode in wrong[:10]:
        print(f"text of {inode}: {seen[inode]}, not {expected[inode]}")
    return len(wrong)


def ports(json_path):
    wrong, listening = 0, {kind: listeners(kind) for kind in ("tcp", "udp")}
    checked = 0
    for row in load(json_path):
        if row["role"] != "in" or row["proto"] not in listening:
            continue
        wanted = listening[row["proto"]].get(row["port"])
        if row["state"] == "draining":
            wanted = {inode for port, _, inode in internet(row["proto"]) if port == row["port"]}
        # The files do not have those that are only bound.
        if not wanted:
            continue
        expected = {(pid, name) for pid, name, _ in of_inodes(wanted)}
        seen = {(each["pid"], each["comm"]) for each in row["processes"] or []}
        checked += 1
        if seen != expected or row["more_processes"]:
            wrong += 1
            print(f"{row['proto']} {row['port']}: {seen}, not {expected}")
    print(f"{checked} ports")
    return wrong or not checked


def held_by(pid):
    """What a row of "who" has to say."""
    mine = inodes(pid)
    words = [f"{kind}:{port}" for kind in ("tcp", "udp")
             for port, wanted in sorted(listeners(kind).items()) if wanted & mine]
    unix_sockets = [listens for inode, listens in unix() if inode in mine]
    if any(unix_sockets):
        words.append(f"unix:{sum(unix_sockets)}")
    return {"pid": int(pid), "comm": comm(pid), "listens": words,
            "unix": unix_sockets.count(False)}


def in_namespace():
    """All inodes of the kinds that "who" is compared by."""
    found = {inode for inode, _ in unix()}
    for kind in ("tcp", "udp"):
        found |= {inode for _, _, inode in internet(kind)}
    return found


def who(json_path, *wanted):
    answer = load(json_path)
    here = in_namespace()
    pids = wanted or [pid for pid in filter(str.isdigit, os.listdir("/proc"))
                      if inodes(pid) & here]
    expected = {int(pid): held_by(pid) for pid in pids}
    # The reader, and who has only sockets that are in no file of /proc/net.
    rows = {row["pid"]: row for row in answer["processes"]
            if row["pid"] in expected or os.path.exists(f"/proc/{row['pid']}")}
    print(f"{len(rows)} processes: {' '.join(row['comm'] for row in rows.values())}")
    wrong = set(rows) != set(expected)
    for pid, row in rows.items():
        seen = {key: row[key] for key in ("pid", "comm", "listens", "unix")}
        if seen != expected.get(pid):
            wrong = True
            print(f"{seen}, not {expected.get(pid)}")
    return wrong or not expected or who_sockets(answer, wanted, here)


def who_sockets(answer, wanted, here):
    """Each socket of those that are asked about once for each of them, with its descriptor."""
    if not wanted:
        return "sockets" in answer
    seen = {(row["pid"], row["inode"], row["fd"]) for row in answer["sockets"]
            if row["inode"] in here and not row["by_port"]}
    expected = {(int(pid), inode, number) for pid in wanted
                for inode, number in descriptors(pid).items() if inode in here}
    for each in list(seen ^ expected)[:10]:
        print("only one has:", each)
    print(f"{len(seen)} sockets")
    return seen != expected


STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2",
          6: "TIME_WAIT", 7: "CLOSE", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN",
          11: "CLOSING"}


def lines(name):
    return len(read(f"/proc/net/{name}").splitlines()) - 1


def by_state(kind):
    """Bound TCP sockets that do not listen are in none of the files."""
    counts = collections.Counter(STATES[state] for _, state, _ in internet(kind))
    if kind == "tcp":
        del counts["CLOSE"]
    return counts


def setting(name, place=0):
    """None where it is not for this namespace to know."""
    try:
        return int(read(f"/proc/sys/{name}").split()[place])
    except FileNotFoundError:
        return None


def destination(address, port):
    """Connections there, from ports of the range, of which the destination is theirs."""
    first, last = (setting("net/ipv4/ip_local_port_range", place) for place in (0, 1))
    remotes = [line.split()[1:3] for line in read("/proc/net/tcp").splitlines()[1:]]
    return sum(remote == f"{address}:{port:04X}" and first <= int(local.split(":")[1], 16) <= last
               for local, remote in remotes)


# Where sockets of TCP are bound and idle, which no file has; see lib/idle.c. Another one has a
# port that a connection has, too.
IDLE = ["0" * 8] * 3 + ["0100007F", "0" * 32, "0" * 24 + "01000000",
                        "000080FE" + "0" * 16 + "01000000"]


def free_nowhere(used, connected):
    """Most ports that nobody else gets, of one protocol: who is bound to any address has its
    port at each, and who wants any address, as a UDP socket does that connects, one that is
    free at each. IPv6 that is bound to any address is IPv4, too."""
    any4, any6 = "0" * 8, "0" * 32
    wanted = set(used) | {(any4, any6)[size == 32] for size in connected}
    return max((len(set().union(*(ports for other, ports in used.items()
                                  if other in (address, any6) or address == any6 or
                                  len(other) == len(address) and any4 in (other, address))))
                for address in wanted), default=0)


def local_ports():
    """Most ports of the range that are not free for somebody, and all of them."""
    first, last = (setting("net/ipv4/ip_local_port_range", place) for place in (0, 1))
    most = {}
    for kind in ("tcp", "udp"):
        used, connected = collections.defaultdict(set), set()
        for line in [line for name in (kind, kind + "6")
                     for line in read(f"/proc/net/{name}").splitlines()[1:]]:
            local, remote = line.split()[1:3]
            address, port = local.split(":")
            if kind == "udp" and first <= int(port, 16) <= last and not remote.endswith(":0000"):
                connected.add(len(address))
            # What is mapped is an address of IPv4.
            address = address.removeprefix("0000000000000000FFFF0000")
            if first <= int(port, 16) <= last:
                used[address].add(port)
        for number, address in enumerate(IDLE if kind == "tcp" else []):
            used[address].add(f"idle {number}")
        most[kind] = free_nowhere(used, connected)
    return max(most.values()), last - first + 1


def summary(json_path, text_path):
    answer = load(json_path)
    rows = {row["proto"]: row for row in answer["sockets"]}
    limits = {row["limit"]: row for row in answer["limits"]}
    tops = {(row["proto"], row["remote"], row["port"]): row for row in answer["destinations"]}
    listening = [listens for _, listens in unix()]
    tcp = dict(rows["tcp"]["states"])
    tcp.pop("CLOSE", None)
    top = tops["tcp", "127.0.0.1", 80]
    in_use, ports = local_ports()
    checks = [
        ("tcp", by_state("tcp"), tcp),
        # One is not bound, so no file has it.
        ("udp", by_state("udp") + collections.Counter(CLOSE=1), rows["udp"]["states"]),
        ("unix", len(listening), rows["unix"]["sockets"]),
        ("unix listeners", sum(listening), rows["unix"]["states"]["LISTEN"]),
        ("raw", lines("raw") + lines("raw6"), rows["raw"]["sockets"]),
        ("packet", lines("packet"), rows["packet"]["sockets"]),
        ("time_wait in use", 0, limits["time_wait"]["used"]),
        # The fixture's: two wait for accept(), listen() was told three, one more can.
        ("backlog", (2, 4, 50, "ok"), tuple(limits["backlog"][key] for key in
                                            ("used", "max", "percent", "level"))),
        ("somaxconn", True, f"somaxconn is {setting('net/core/somaxconn')}" in
         limits["backlog"]["about"]),
        ("destination", destination("0100007F", 80), top["used"]),
        ("its ports", setting("net/ipv4/ip_local_port_range", 1) -
         setting("net/ipv4/ip_local_port_range", 0) + 1, top["max"]),
        ("overlooked", 0, answer["overlooked"]),
        ("local ports", (in_use, ports),
         (limits["local_ports"]["used"], limits["local_ports"]["max"])),
        ("files in use", True, 0 < limits["files"]["used"] < limits["files"]["max"]),
    ]
    checks += settings(limits)
    output = read(text_path)
    for row in answer["sockets"]:
        if row["proto"] != "netlink":
            checks.append(("text of " + row["proto"], True, bool(re.search(
                rf"^{row['proto']} +{row['sockets']}\b", output, re.MULTILINE))))
    for name in ("tcp_mem", "udp_mem", "orphans", "time_wait"):
        checks.append(("text of " + name, True, bool(re.search(
            rf"^{name} .* {text_of(limits[name]['max'])} ", output, re.MULTILINE))))
    return report(checks)


def text_of(value):
    return "-" if value is None else str(value)


def settings(limits):
    return [
        ("files", setting("fs/file-max"), limits["files"]["max"]),
        ("tcp_mem", setting("net/ipv4/tcp_mem", 2), limits["tcp_mem"]["max"]),
        ("udp_mem", setting("net/ipv4/udp_mem", 2), limits["udp_mem"]["max"]),
        ("orphans", setting("net/ipv4/tcp_max_orphans"), limits["orphans"]["max"]),
        ("time_wait", setting("net/ipv4/tcp_max_tw_buckets"), limits["time_wait"]["max"]),
    ]


def limits_of_host(json_path):
    checks = settings({row["limit"]: row for row in load(json_path)["limits"]})
    return report(checks) or any(expected is None for _, expected, _ in checks)


def report(checks):
    wrong = [check for check in checks if check[1] != check[2]]
    for name, expected, seen in wrong:
        print(f"{name}: {seen}, not {expected}")
    print(f"{len(checks)} counts")
    return wrong


def main():
    commands = {"sockets": sockets, "ports": ports, "who": who, "summary": summary,
                "limits": limits_of_host}
    return bool(commands[sys.argv[1]](*sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
