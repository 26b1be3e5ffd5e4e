#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare what the command and the YNL client print with the files in procfs.

listing.py compare ports|sockets command|ynl PROC JSON
    Rows of the file PROC and of the JSON are the same, both ways.
listing.py text PROC TEXT
    Rows of the file PROC and of the command's text are the same, both ways.
listing.py filter [JSON EXPRESSION ALL]...
    Each JSON has just those rows of its ALL for which the expression holds.
listing.py same JSON JSON KEY...
    Two listings have the same rows, whatever they say for the keys.
listing.py show PORT JSON PORTS SOCKETS
    The answer to "show PORT" agrees with both listings.

Who asks has netlink sockets of its own, which differ each time; so of these only
those count that the process FIXTURE_PID has open.
"""

import collections
import ipaddress
import json
import os
import re
import sys

import holders

# Keys of the column "detail"
DETAILS = ("number", "peer", "groups", "queue", "assoc", "name")
FAMILIES = {2: "4", 10: "6"}

# Columns of procfs by attributes of netlink, where the names differ.
PORT_ATTRIBUTES = {"proto": "protocol", "rx_queue": "rx-queue", "tx_queue": "tx-queue",
                   "limit": "backlog-limit"}
SOCKET_ATTRIBUTES = {"proto": "protocol", "local": "local-address", "lport": "local-port",
                     "remote": "remote-address", "rport": "remote-port", "dev": "ifindex",
                     "rx_queue": "rx-queue", "tx_queue": "tx-queue", "limit": "backlog-limit",
                     "expires": "timer-expires", "retr": "retransmits", "peer": "peer-inode",
                     "queue": "queue-id", "assoc": "association-state"}


TYPES = {"stream": 1, "dgram": 2, "raw": 3, "rdm": 4, "seqpacket": 5, "dccp": 6, "packet": 10}


def load(path):
    """Rows of a listing, or an answer that is one object."""
    with open(path, encoding="utf-8") as stream:
        answer = json.load(stream)
    return [row for row in answer if listed(row)] if isinstance(answer, list) else answer


def lines(path):
    with open(path, encoding="utf-8") as stream:
        header, *rest = stream.read().splitlines()
    columns = header.lower().split()
    rows = [dict(zip(columns, line.split(), strict=True)) for line in rest]
    if "detail" in columns:
        columns[columns.index("detail"):] = DETAILS
        for row in rows:
            row.update(details(row.pop("detail")))
    return columns, [row for row in rows if listed(row)]


def details(column):
    """Keys that a row has not are "-"; a name is the last one and may hold anything."""
    row = dict.fromkeys(DETAILS, "-")
    rest, found, name_of = column.partition("name=")
    if found:
        row["name"] = name_of
    row.update(pair.split("=", 1) for pair in rest.split(",") if "=" in pair)
    return row


def listed(row):
    if row.get("proto", row.get("protocol")) != "netlink":
        return True
    # The kernel's have none.
    inode = row.get("inode")
    return inode not in (None, "-") and int(inode) in holders.inodes(os.environ["FIXTURE_PID"])


def proc_rows(path):
    columns, rows = lines(path)
    for row in rows:
        for end in ("local", "remote"):
            if end in row:
                row[end] = address(row[end])
    return columns, rows


GROWING = ("time", "segments_in", "segments_out", "last_active")



def address(plain):
    """An IPv4 address inside of an IPv6 one is that; interfaces are left out."""
    if plain == "-":
        return plain
    parsed = ipaddress.ip_address(plain.split("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def command_port(row):
    plain = {name: text(value) for name, value in row.items()}
    uids = [str(uid) for uid in row["uids"]] + (["+"] if row["more_uids"] else [])
    plain["uids"] = ",".join(uids) or "-"
    plain["states"] = ",".join(f"{name}:{count}" for name, count in row["states"].items())
    return plain


def command_socket(row):
    plain = {name: text(value) for name, value in row.items()}
    for end in ("local", "remote"):
        plain[end] = address(plain[end])
    plain["expires"] = text(row["expires_us"] and row["expires_us"] // 1000)
    if row["type"] is not None:
        plain["type"] = str(TYPES[row["type"]])
    if row["groups"] is not None:
        plain["groups"] = f"{row['groups']:08x}"
    if row["name"] is not None:
        plain["name"] = path(unescaped(row["name"]))
    return plain


def unescaped(name):
    """The bytes of a name that is \\OOO where JSON cannot have it; @ begins an abstract one."""
    raw = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), name.encode())
    return b"\0" + raw[1:] if name.startswith("@") else raw


def ynl_port(row):
    plain = {column: text(row.get(PORT_ATTRIBUTES.get(column, column)))
             for column in ("proto", "role", "port", "state", "sockets", "rx_queue", "tx_queue",
                            "backlog", "limit", "drops")}
    plain["fam"] = "+".join(FAMILIES[family] for family in sorted(row["family"]))
    more = ["+"] if row.get("uids-more") else []
    plain["uids"] = ",".join([str(uid) for uid in row.get("uid", [])] + more) or "-"
    plain["states"] = ",".join(f"{name(count['state'])}:{count['count']}"
                               for count in row["states"])
    return plain


def name(state):
    return state.upper().replace("-", "_")


def ynl_socket(row, columns):
    plain = {column: text(row.get(SOCKET_ATTRIBUTES.get(column, column))) for column in columns}
    plain["state"] = name(row["state"]) if "state" in row else "-"
    for end in ("local", "remote"):
        plain[end] = address(plain[end])
    if "groups" in row:
        plain["groups"] = f"{row['groups']:08x}"
    if "name" in row:
        plain["name"] = path(bytes.fromhex(row["name"].replace(" ", "")))
    if row["family"] == 10:
        plain["v6only"] = "1" if row.get("v6only") else "0"
    if plain["timer"] == "off":
        plain["expires"] = "-"
    return plain


def path(raw):
    """As in /proc/mounts, and an abstract name begins with @."""
    return "".join(chr(byte) if 32 < byte < 127 and byte != 92 else f"\\{byte:03o}"
                   for byte in raw.replace(b"\0", b"@"))


def differences(columns, expected, seen):
    """Rows are compared as a bag of lines."""
    def bag(rows):
        return collections.Counter(" ".join(row[column] for column in columns) for row in rows)

    missing, extra = bag(expected) - bag(seen), bag(seen) - bag(expected)
    for line in list(missing.elements())[:10]:
        print("missing:", line)
    for line in list(extra.elements())[:10]:
        print("too much:", line)
    return len(missing) + len(extra)


def steady(columns):
    """What comes after the states of a port goes on growing."""
    return columns[:columns.index("states") + 1] if "states" in columns else columns


def compare(kind, source, proc_path, json_path):
    columns, expected = proc_rows(proc_path)
    columns = steady(columns)
    # What no table has is in no file either; rows with nothing but history may be in one.
    expected = [row for row in expected if row.get("sockets") != "0"]
    rows = [row for row in load(json_path)
            if not row.get("unlisted") and row.get("sockets") != 0]
    if kind == "ports":
        seen = [command_port(row) if source == "command" else ynl_port(row) for row in rows]
        # The order is promised, too.
        keys = [(row["proto"], row["role"], row["port"]) for row in seen]
        if keys != [(row["proto"], row["role"], row["port"]) for row in expected]:
            print("rows are in another order")
            return 1
    elif source == "command":
        seen = [command_socket(row) for row in rows]
    else:
        seen = [ynl_socket(row, columns) for row in rows]
    print(f"{len(expected)} {kind} compared: {kinds(expected)}")
    return differences(columns, expected, seen) + (not expected)


def kinds(rows):
    return " ".join(f"{kind}:{count}"
                    for kind, count in collections.Counter(row["proto"] for row in rows).items())


def compare_text(proc_path, text_path):
    columns, expected = lines(proc_path)
    columns = steady(columns)
    expected = [row for row in expected if row.get("sockets") != "0"]
    shown, rows = lines(text_path)
    seen = [row for row in rows if row.get("unlisted") != "1" and row.get("sockets") != "0"]
    for row in seen + expected:
        for end in ("local", "remote"):
            if end in row:
                row[end] = address(row[end])
    if shown[:len(columns)] != columns:
        print("other columns:", *shown)
        return 1
    return differences(columns, expected, seen) + (not expected)


def same(left_path, right_path, *keys):
    """In whatever order; but for those keys."""
    def bag(path):
        return collections.Counter(json.dumps({key: value for key, value in row.items()
                                               if key not in keys}) for row in load(path))

    left, right = bag(left_path), bag(right_path)
    for line in list(((left - right) + (right - left)).elements())[:10]:
        print("only one has:", line)
    print(f"{left.total()} rows, {right.total()} rows")
    return left != right or not left


def filtered(*words):
    return any([differs(*words[i:i + 3]) for i in range(0, len(words), 3)])


def differs(json_path, expression, all_path):
    def matches(row):
        return eval(f"({expression})", {}, collections.defaultdict(type(None), row))  # noqa: S307

    def lasting(row):
        """Without the time of the answer, and what goes on growing."""
        return json.dumps({key: row[key] for key in row if key not in GROWING})

    rows, every = load(json_path), load(all_path)
    expected = [lasting(row) for row in every if matches(row)]
    seen = [lasting(row) for row in rows]
    print(f"{expression}: {len(seen)} of {len(every)}")
    return sorted(expected) != sorted(seen)


def show(port, json_path, ports_path, sockets_path):
    answer, ports, sockets = load(json_path), load(ports_path), load(sockets_path)
    port = int(port)
    # Each answer is of another time, and only one has the distributions and who accepts.
    rows = [{key: value for key, value in row.items() if key != "time"}
            for row in ports if row["port"] == port]
    mine = [row for row in sockets if row["port"] == port]
    idle = [row for row in mine if row["state"] in ("LISTEN", "CLOSE")]
    connected = sum(peer["connections"] for peer in answer["peers"])
    print(f"{len(rows)} rows, {len(idle)} bound, {connected} connections")
    for row in answer["ports"]:
        for name in "distributions", "workers", "other_accepts":
            row.pop(name)
    return (answer["port"] != port or answer["ports"] != rows or
            sorted(row["inode"] for row in answer["bound"]) !=
            sorted(row["inode"] for row in idle) or connected != len(mine) - len(idle))


def main():
    commands = {"compare": compare, "text": compare_text, "filter": filtered, "same": same,
                "show": show}
    return bool(commands[sys.argv[1]](*sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
