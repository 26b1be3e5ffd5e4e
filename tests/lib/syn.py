# SPDX-License-Identifier: GPL-2.0
"""Half-open connections to a listener of ours: syn.py ADDRESS PORT BACKLOG COUNT COMMAND...

Each SYN comes over the loopback from an address that nobody answers at, and the listener
is open as long as the command runs, whose exit status is ours.
"""

import ipaddress
import socket
import struct
import subprocess
import sys

FLAG_SYN = 2


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def syn(source, destination, port, number):
    def header(check):
        return struct.pack("!HHIIBBHHH", 1024 + number, port, number, 0, 5 << 4, FLAG_SYN,
                           1024, check, 0)
    pseudo = source + destination + struct.pack("!HH", socket.IPPROTO_TCP, 20)
    return header(checksum(pseudo + header(0)))


def main():
    address, port, backlog, count, *command = sys.argv[1:]
    here = ipaddress.ip_address(address)
    with socket.socket() as listener, socket.socket() as other, \
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        listener.bind((address, int(port)))
        listener.listen(int(backlog))
        # What it has room for is no room of the first one's.
        other.bind(("127.0.0.1", int(port)))
        other.listen(100)
        for number in range(1, int(count) + 1):
            source = (here + 256 + number).packed
            segment = syn(source, here.packed, int(port), number)
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), number, 0, 64,
                               socket.IPPROTO_TCP, 0, source, here.packed)
            raw.sendto(head + segment, (address, 0))
        return subprocess.run(command, check=False).returncode


sys.exit(main())
