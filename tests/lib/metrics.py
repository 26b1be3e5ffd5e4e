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
    gap QUERY
        The longest time between two samples of the one series of QUERY, in seconds.
    rules
        The states of the evaluation of alerting rules.
    dashboard FILE SECONDS
        "all" if there is an answer to each query of a dashboard within a time, else those
        without one.
metrics.py rule NAME FILE
    The expression of an alert.
"""

import http.server
import json
import re
import socket
import subprocess
import sys
import time
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

    # So that there is one of UDP, too.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", int(port)))
        http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


def ask(server, path, **words):
    url = f"http://{server}/api/v1/{path}?" + urllib.parse.urlencode(words)
    with urllib.request.urlopen(url, timeout=30) as stream:
        return json.load(stream)["data"]


def results_of(server, query):
    return ask(server, "query", query=query)["result"]


def value(server, query):
    results = results_of(server, query)
    if len(results) > 1:
        return f"{len(results)} values"
    return f"{float(results[0]['value'][1]):.15g}" if results else ""


def gap(server, query):
    times = [float(at) for at, _ in results_of(server, query)[0]["values"]]
    return f"{max(after - before for before, after in zip(times, times[1:])):.3f}"


def rules(server):
    groups = ask(server, "rules")["groups"]
    return " ".join(sorted({rule["health"] for group in groups for rule in group["rules"]}))


def chosen(query):
    """As Grafana asks when all is chosen."""
    return re.sub(r"\$(job|instance|netns)", ".*", query).replace("$__rate_interval", "10m")


def queries_of(dashboard):
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in dashboard["templating"]["list"]:
        label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"])
        if label and label[2] != "netns":
            yield f'{label[1]} and on ({label[2]}) group({label[1]}) by ({label[2]})'


def dashboard(server, path, patience):
    deadline = time.monotonic() + float(patience)
    with open(path, encoding="utf-8") as stream:
        queries = [chosen(query) for query in queries_of(json.load(stream))]
    if len(queries) < 45:
        return f"only {len(queries)} queries"
    missing = queries
    # There is nothing for any of them until the next scrape when one came too late.
    while missing and time.monotonic() < deadline:
        missing = [query for query in missing if not results_of(server, query)]
    return "nothing for " + "; ".join(missing) if missing else "all"


def rule(name, path):
    import yaml
    with open(path, encoding="utf-8") as stream:
        groups = yaml.safe_load(stream)["groups"]
    print(*[rule["expr"] for group in groups for rule in group["rules"] if rule["alert"] == name])


def answer(server, job, rest):
    jobs = {"value": lambda: value(server, rest), "gap": lambda: gap(server, rest),
            "rules": lambda: rules(server), "traffic": lambda: traffic(*rest.split()),
            "dashboard": lambda: dashboard(server, *rest.split())}
    try:
        return jobs[job]()
    except OSError as error:
        return f"error: {error}"


def work(server):
    for line in sys.stdin:
        job, _, rest = line.rstrip("\n").partition(" ")
        print(answer(server, job, rest), flush=True)


if __name__ == "__main__":
    {"serve": serve, "work": work, "rule": rule}[sys.argv[1]](*sys.argv[2:])
