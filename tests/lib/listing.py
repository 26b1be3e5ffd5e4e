#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare what the command and the YNL client print with the files in procfs.

listing.py compare ports|sockets command|ynl PROC JSON
    Rows of the file PROC and of the JSON are the same, both ways.
listing.py filter JSON EXPRESSION ALL
    The JSON has just those rows of ALL for which the expression holds.
listing.py show PORT JSON PORTS SOCKETS
    The answer to "show PORT" agrees with both listings.
"""

import collections
import ipaddress
import json
import sys

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


def load(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def proc_rows(path):
    with open(path, encoding="utf-8") as stream:
        header, *lines = stream.read().splitlines()
    columns = [each for each in header.split() if each != "detail"]
    if "detail" in header:
        columns.extend(DETAILS)
    return columns, [proc_row(header.split(), line.split()) for line in lines if listed(line.split()[0])]


def listed(kind):
    """Whoever asks has netlink sockets of its own."""
    return kind != "netlink"


def proc_row(columns, words):
    row = dict(zip(columns, words, strict=True))
    for end in ("local", "remote"):
        if end in row:
            row[end] = address(row[end])
    if "detail" in row:
        row.update(details(row.pop("detail")))
    return row


def details(column):
    """Keys that a row has not are "-"; a name is the last one and may hold anything."""
    row = dict.fromkeys(DETAILS, "-")
    rest, found, name_of = column.partition("name=")
    if found:
        row["name"] = name_of
    row.update(pair.split("=", 1) for pair in rest.split(",") if "=" in pair)
    return row


def address(plain):
    """Mapped addresses can be written in two ways; interfaces are left out."""
    if plain == "-":
        return plain
    return str(ipaddress.ip_address(plain.split("%")[0]))


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
    return plain


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


def compare(kind, source, proc_path, json_path):
    columns, expected = proc_rows(proc_path)
    rows = load(json_path)
    rows = [row for row in rows if listed(row.get("proto", row.get("protocol")))]
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
    print(f"{len(expected)} {kind} compared")
    return differences(columns, expected, seen) + (not expected)


def filtered(json_path, expression, all_path):
    def matches(row):
        return eval(expression, {}, collections.defaultdict(type(None), row))  # noqa: S307

    rows, every = load(json_path), load(all_path)
    expected = [json.dumps(row) for row in every if matches(row)]
    seen = [json.dumps(row) for row in rows]
    print(f"{len(seen)} of {len(every)}")
    return sorted(expected) != sorted(seen)


def show(port, json_path, ports_path, sockets_path):
    answer, ports, sockets = load(json_path), load(ports_path), load(sockets_path)
    port = int(port)
    rows = [row for row in ports if row["port"] == port]
    mine = [row for row in sockets if row["port"] == port]
    idle = [row for row in mine if row["state"] in ("LISTEN", "CLOSE")]
    connected = sum(peer["connections"] for peer in answer["peers"])
    print(f"{len(rows)} rows, {len(idle)} bound, {connected} connections")
    return (answer["port"] != port or answer["ports"] != rows or
            sorted(row["inode"] for row in answer["bound"]) !=
            sorted(row["inode"] for row in idle) or connected != len(mine) - len(idle))


def main():
    commands = {"compare": compare, "filter": filtered, "show": show}
    return bool(commands[sys.argv[1]](*sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
