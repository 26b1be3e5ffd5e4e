#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Helpers of metrics.sh.

metrics.py serve PORT COMMAND...
    An HTTP server for Prometheus: what COMMAND prints, as OpenMetrics.
metrics.py work SERVER
    Does what the lines of its input say, and answers each with a line:
    traffic PORT COUNT UP DOWN
        So many connections to PORT of 127.0.0.1, with so many bytes each way.
    value QUERY
        The one value that Prometheus has for QUERY, nothing if it has none.
"""

import http.server
import json
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def carry(sender, receiver, size):
    sender.sendall(bytes(size))
    while size:
        size -= len(receiver.recv(size))


def traffic(port, count, up, down):
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        for _ in range(int(count)):
            client = socket.create_connection(("127.0.0.1", int(port)))
            server, _ = listener.accept()
            carry(client, server, int(up))
            carry(server, client, int(down))
            client.close()
            server.recv(1)
            server.close()
    return "done"


def serve(port, *command):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            answer = subprocess.run(command, capture_output=True, check=False)
            self.send_response(500 if answer.returncode else 200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.end_headers()
            self.wfile.write(answer.stdout)

        def log_message(self, *_):
            pass

    http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


def value(server, query):
    url = f"http://{server}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=30) as stream:
        results = json.load(stream)["data"]["result"]
    if len(results) > 1:
        return f"{len(results)} values"
    return f"{float(results[0]['value'][1]):.15g}" if results else ""


def answer(server, job, rest):
    try:
        return value(server, rest) if job == "value" else traffic(*rest.split())
    except OSError as error:
        return f"error: {error}"


def work(server):
    for line in sys.stdin:
        job, rest = line.rstrip("\n").split(" ", 1)
        print(answer(server, job, rest), flush=True)


if __name__ == "__main__":
    {"serve": serve, "work": work}[sys.argv[1]](*sys.argv[2:])
