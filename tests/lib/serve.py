#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Worker of serve.sh: asks the server as browsers, scrapers and worse do.

serve.py COMMAND PID PORT SOCKET SCHEMAS
    COMMAND is sockport, PID that of the server, which listens on PORT of 127.0.0.1 and on the
    UNIX socket SOCKET. Each line of the input is the name of a function here; what is wrong
    comes as lines, and then "ok" or "not ok".
"""

import base64
import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import jsonschema

from worker import Wrong, expect, work

COMMAND, PID, PORT, SOCKET, SCHEMAS = sys.argv[1:]
PORT = int(PORT)
PATIENCE = 120
# Where nobody listens, and which an other user is.
CLOSED_PORT = 9
OTHER_USER = 1000
# How long it is under load, and by how many.
SECONDS = int(os.environ.get("SERVE_SECONDS") or 20)
SLOW, FAST = 200, 64

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"


class ByUnix(http.client.HTTPConnection):
    """Connections that no table of TCP has."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(SOCKET)


def by_tcp(user=0):
    """The kernel says whose the socket is, which is who made it."""
    os.seteuid(user)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
        connection.connect()
    finally:
        os.seteuid(0)
    return connection


def get(path, connection=None, method="GET", body=None, **headers):
    connection = connection or ByUnix("localhost")
    connection.request(method, path, body=body,
                       headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    # Events do not end.
    content = b"" if response.headers["Content-Type"] == "text/event-stream" else response.read()
    connection.close()
    return response, content


def answer(path, connection=None):
    response, content = get(path, connection)
    expect(f"status of {path}: {content[:200]}", 200, response.status)
    expect(f"type of {path}", "application/json", response.headers["Content-Type"])
    return json.loads(content)


def command(*words, status=(0,), user=None):
    run = subprocess.run([COMMAND, *words], capture_output=True, check=False, user=user,
                         group=user, extra_groups=None if user is None else [])
    if run.returncode not in status:
        raise Wrong(f"{words} exits with {run.returncode}: {run.stderr}")
    return run


def is_between(before, seen, after):
    """What changes by itself, as ages do, is between what the command says before and after."""
    if isinstance(seen, dict):
        return seen.keys() == before.keys() == after.keys() and all(
            is_between(before[key], seen[key], after[key]) for key in seen)
    if isinstance(seen, list):
        return len(seen) == len(before) == len(after) and all(map(is_between, before, seen, after))
    numbers = (int, float)
    if isinstance(seen, numbers) and isinstance(before, numbers) and isinstance(after, numbers):
        return min(before, after) <= seen <= max(before, after)
    return seen in (before, after)


# What is asked over HTTP, and by the command.
SAME = {
    "ports": ["ports"],
    "ports?processes": ["ports", "-p"],
    "ports?listening&columns=proto,port,state,sockets&numeric=true": [
        "ports", "-l", "-n", "-o", "proto,port,state,sockets"],
    "ports?sort=port&top=2&reverse&protocol=tcp": [
        "ports", "--sort", "port", "--top", "2", "--reverse", "--protocol", "tcp"],
    "ports?all-netns&expression=sport+=+:80": ["ports", "-A", "sport = :80"],
    "sockets?protocol=tcp,udp&info=1&extended=0": ["sockets", "--protocol", "tcp,udp", "-i"],
    "sockets?expression=tcp+listening": ["sockets", "tcp", "listening"],
    "show/80": ["show", "80"],
    "show/https?processes=true": ["show", "https", "-p"],
    "who/fixture?protocol=tcp": ["who", "fixture", "--protocol", "tcp"],
    "programs": ["programs"],
    "programs?by=user": ["programs", "--by", "user"],
    "summary?protocol=tcp": ["summary", "--protocol", "tcp"],
    "closed": ["closed"],
    "closed-doors": ["closed-doors"],
    "stats": ["stats"],
}


def is_valid(name, content):
    with open(f"{SCHEMAS}/sockport-{name}.schema.json", encoding="ascii") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    for error in validator.iter_errors(content):
        raise Wrong(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}")


def traffic():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        listener.accept()[0].close()
        client.recv(1)
        client.close()
    try:
        socket.create_connection(("127.0.0.1", CLOSED_PORT)).close()
    except ConnectionRefusedError:
        pass


def same_as_command():
    traffic()
    for path, words in SAME.items():
        before = json.loads(command(*words, "-J").stdout)
        seen = answer(f"/api/v1/{path}")
        after = json.loads(command(*words, "-J").stdout)
        if not is_between(before, seen, after):
            raise Wrong(f"{path} is {json.dumps(seen)[:2000]}, by the command {json.dumps(before)[:2000]}")
        if not seen:
            raise Wrong(f"{path}: there is nothing in its answer")
        is_valid(words[0], seen)


def doctor_looks():
    """While something is wrong: nobody accepts who waits."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1))
        for _ in range(2):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        seen = answer("/api/v1/doctor?watch=0.1")
        found = json.loads(command("doctor", "-J", "--watch", "0.1", status=(3,)).stdout)
    is_valid("doctor", seen)
    expect("checks", {finding["check"] for finding in found["findings"]},
           {finding["check"] for finding in seen["findings"]})
    expect("what is wrong", True, "accept_queue" in {finding["check"] for finding in seen["findings"]})


def error_of(path, status, connection=None, **how):
    response, content = get(path, connection, **how)
    expect(f"status of {path}: {content[:200]}", status, response.status)
    message = json.loads(content)
    expect(f"keys of {path}", ["error"], list(message))
    return message["error"]


# The command says the same, but for what is its alone.
WRONG = {
    "ports?foo=1": ["ports", "--foo"],
    "sockets?state=foo": ["sockets", "--state", "foo"],
    "ports?top=5": ["ports", "--top", "5"],
    "ports?columns=foo": ["ports", "--columns", "foo"],
    "ports?protocol": None,
    "ports?numeric=5": None,
    "ports?expression=sport+%3D": None,
    "show/foo,1": ["show", "foo,1"],
    "show": ["show"],
    "closed?info": ["closed", "--info"],
    "stats/1": None,
    "doctor?watch=60": None,
    "ports?since=/etc/passwd": None,
    "ports?interval=1": None,
    "ports?sinc=/etc/passwd": None,
    "ports?netns=/proc/1/ns/net": None,
    "sockets?expression=netns+/proc/1/ns/net": None,
    "sockets?expression=dst+localhost": None,
    "doctor?baseline=/etc/passwd": None,
    "ports?help": None,
    "ports?port=1%00": None,
}


def wrong_questions():
    for path, words in WRONG.items():
        error = error_of(f"/api/v1/{path}", 400)
        if words:
            stderr = command(*words, status=(2,)).stderr.decode()
            expect(path, stderr.removeprefix("sockport: ").split("\n")[0].rstrip(), error.split("\n")[0])
    error_of("/metrics?textfile=/tmp/sockport-was-here", 400)
    error_of("/metrics?textf=/tmp/sockport-was-here", 400)
    expect("a file that was asked for", False, os.path.exists("/tmp/sockport-was-here"))
    error_of("/events?type=foo", 400)
    error_of("/metrics", 403, Sec_Fetch_Site="cross-site")
    error_of("/api/v1/stats", 403, Sec_Fetch_Site="cross-site")
    expect("our own page", 200, get("/api/v1/stats", Sec_Fetch_Site="same-origin")[0].status)
    for path in ("/foo", "/api/v1/kill", "/api/v1/replay/etc", "/api/v1/record/x", "/api/v1/events", "/api/v1/reset", "/api/v1/top",
                 "/api/v1/", "/../../etc/passwd"):
        error_of(path, 404)
    for path in "/api/v1/show/1", "/api/v1/who/nobody-is-called-so":
        error_of(path, 404)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        error_of("/metrics", 405, method=method, body=b"x")
    error_of("/metrics", 400, body=b"x" * 1000)
    error_of("/metrics", 421, by_tcp(), Host="rebound.example")
    for host in ("localhost", "localhost:1", "127.0.0.1:7678", "[::1]:80"):
        expect(host, 200, get("/metrics", by_tcp(), Host=host)[0].status)


def negotiated():
    forms = {"": b"text/plain", OPENMETRICS: b"openmetrics", "text/html,*/*;q=0.8": b"text/plain",
             "text/plain": b"text/plain",
             "application/openmetrics-text;q=0,text/plain": b"text/plain",
             "application/openmetrics-text; version=1.0.0; q=0.1, text/plain;q=0.5": b"text/plain"}
    for accept, form in forms.items():
        response, content = get("/metrics", Accept=accept)
        kind = response.headers["Content-Type"].encode()
        if form not in kind:
            raise Wrong(f"for '{accept}' it is {kind}")
        expect(f"the end of '{accept}'", form == b"openmetrics", content.endswith(b"# EOF\n"))
    for accept, packed in {"gzip": True, "br, gzip;q=0.5": True, "*": True, "gzip;q=0": False,
                           "identity": False, "xgzip": False}.items():
        response, content = get("/metrics", Accept_Encoding=accept)
        expect(f"'{accept}' compressed", packed, response.headers["Content-Encoding"] == "gzip")
        text = gzip.decompress(content) if packed else content
        if b"\nsockport_module_info" not in text:
            raise Wrong(f"with '{accept}' there is no sockport_module_info")
    response, content = get("/metrics", method="HEAD")
    expect("HEAD", (200, b""), (response.status, content))


def walks():
    return json.loads(command("stats", "-J").stdout)["port_walks"]


def one_walk():
    """Who waits for the same answer does not ask again."""
    many, asked = 40, []

    def scrape():
        asked.append(get("/metrics")[0].status)

    before = walks()
    scrape()
    each = walks() - before
    threads = [threading.Thread(target=scrape) for _ in range(many)]
    before = walks()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect("answers", [200] * (many + 1), asked)
    cost = walks() - before
    if each < 1 or cost >= each * many / 2:
        raise Wrong(f"{many} cost {cost} walks, one costs {each}")


def follow(path, connection=None):
    connection = connection or ByUnix("localhost")
    connection.request("GET", path)
    response = connection.getresponse()
    expect(f"status of {path}", 200, response.status)
    expect("type", "text/event-stream", response.headers["Content-Type"])
    return connection, response


def events_of(response):
    """Each event as it comes: its name and what it has."""
    name, deadline = "message", time.monotonic() + PATIENCE
    for line in response:
        if time.monotonic() > deadline:
            raise Wrong("it does not come")
        line = line.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[len("event: "):]
        elif line.startswith("data: "):
            yield name, json.loads(line[len("data: "):])
            name = "message"


def first(response, wanted):
    for name, event in events_of(response):
        if wanted(name, event):
            return event
    raise Wrong("it does not come")


def events_come():
    everything, all_of_it = follow("/events")
    doors, some = follow("/events?type=closed-door&columns=type,port,remote")
    ours, few = follow("/events?expression=dport+=+:80")
    traffic()
    socket.create_connection(("127.0.0.1", 80)).close()
    event = first(some, lambda name, event: True)
    expect("a closed door", {"type": "closed-door", "port": CLOSED_PORT, "remote": "127.0.0.1"}, event)
    event = first(few, lambda name, event: True)
    expect("a port", 80, event["port"])
    missing = {"listen", "accept", "open", "closed-door"}
    while missing:
        event = first(all_of_it, lambda name, event: event["type"] in missing)
        is_valid("events", event)
        missing.remove(event["type"])
    for connection in (everything, doors, ours):
        connection.close()


def followers_are_bounded():
    """Of those that left a moment ago some may still count."""
    many = []
    while len(many) < 40 and try_follow(many):
        pass
    if not 16 <= len(many) <= 32:
        raise Wrong(f"{len(many)} may follow")
    while many:
        leave(many)
    deadline = time.monotonic() + PATIENCE
    while not try_follow(many):
        if time.monotonic() > deadline:
            raise Wrong("who is gone is not noticed")
        time.sleep(0.5)
    leave(many)


def leave(many):
    connection, response = many.pop()
    response.close()
    connection.close()


def try_follow(many):
    connection = ByUnix("localhost")
    connection.request("GET", "/events")
    response = connection.getresponse()
    if response.status == 200:
        many.append((connection, response))
        return True
    expect("too many", 503, response.status)
    connection.close()
    return False


def others_see_less():
    for path in ("/events", "/api/v1/closed-doors", "/metrics?port=80", "/metrics?all-netns",
                 f"/metrics?netns={os.getpid()}", "/api/v1/ports?all-netns"):
        error_of(path, 403, by_tcp(OTHER_USER))
    error_of("/api/v1/doctor?watch=2", 400, by_tcp(OTHER_USER))
    expect("metrics", 200, get("/metrics", by_tcp(OTHER_USER))[0].status)
    words = ["who", "fixture", "--protocol", "tcp"]
    whole = answer("/api/v1/who/fixture?protocol=tcp", by_tcp())
    expect("what root sees", json.loads(command(*words, "-J").stdout), whole)
    response, content = get("/api/v1/who/fixture?protocol=tcp", by_tcp(OTHER_USER))
    theirs = command(*words, "-J", user=OTHER_USER, status=(0, 1, 2))
    if theirs.returncode:
        expect("what another sees", (404, 400)[theirs.returncode == 2], response.status)
    else:
        expect("what another sees", json.loads(theirs.stdout), json.loads(content))
    holders = [row.get("processes") for row in
               answer("/api/v1/ports?processes&columns=port", by_tcp(OTHER_USER))]
    if any(holders):
        raise Wrong(f"another sees {holders}")


def privileges_are_dropped():
    with open(f"/proc/{PID}/status", encoding="ascii") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    expect("users", ["65534"] * 4, status["Uid"].split())
    expect("groups", ["65534"] * 4, status["Gid"].split())
    expect("other groups", "", status["Groups"].strip())
    # CAP_NET_ADMIN and CAP_SYS_PTRACE
    expect("capabilities", 1 << 12 | 1 << 19, int(status["CapPrm"], 16))
    expect("those that can be had", 0, int(status["CapBnd"], 16))
    expect("no new privileges", "1", status["NoNewPrivs"])


HOSTILE = '<b>"&\\\x1b\n'


def hostile_names():
    """They come as they are, in JSON that nobody takes for a page."""
    with open("/proc/self/comm", "r+", encoding="utf-8") as file:
        before = file.read().rstrip("\n")
    name = "\0<script>alert(1)</script>"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        with open("/proc/self/comm", "w", encoding="utf-8") as file:
            file.write(HOSTILE)
        response, content = get(f"/api/v1/who/{os.getpid()}")
        with open("/proc/self/comm", "w", encoding="utf-8") as file:
            file.write(before)
    expect("status", 200, response.status)
    expect("type", "application/json", response.headers["Content-Type"])
    expect("no guesses", "nosniff", response.headers["X-Content-Type-Options"])
    if "default-src 'none'" not in response.headers["Content-Security-Policy"]:
        raise Wrong("no policy")
    found = json.dumps(json.loads(content))
    if json.dumps(HOSTILE)[1:-1] not in found or "@<script>alert(1)</script>" not in found:
        raise Wrong(f"names are {found[:1000]}")


# What could make markup of text, or ask others.
FORBIDDEN = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
             "DOMParser", "createContextualFragment", "setHTML", "importScripts", "WebSocket")


def page_is_whole():
    """All that it has comes from here, and nothing in it makes markup of names."""
    response, page = get("/")
    expect("status", 200, response.status)
    files = ["/style.css", "/icon.svg", "/page.js"]
    for name in ("style.css", "icon.svg", "page.js"):
        if f'"{name}"'.encode() not in page:
            raise Wrong(f"the page has no {name}")
    for path in files:
        response, content = get(path)
        expect(f"status of {path}", 200, response.status)
        text = content.decode()
        for word in FORBIDDEN:
            if word in text:
                raise Wrong(f"{path} has {word}")
        if "//" in text.replace("http://www.w3.org/2000/svg", "") and path.endswith((".css", ".svg")):
            raise Wrong(f"{path} leads elsewhere")
        for line in text.splitlines():
            if line.startswith("import ") and ' from "./' in line:
                found = "/" + line.split(' from "./')[1].split('"')[0]
                if found not in files:
                    files.append(found)
    if len(files) < 8:
        raise Wrong(f"there are only {files}")


def openapi_is_true():
    api = answer("/api/v1/openapi.json")
    names = {path for path in SAME if "?" not in path and "/" not in path}
    for path, entry in api["paths"].items():
        for parameter in entry["get"]["parameters"]:
            if "$ref" in parameter:
                name = parameter["$ref"].rsplit("/", 1)[1]
                expect(f"parameter {name}", name, api["components"]["parameters"][name]["name"])
        for kind, content in entry["get"]["responses"]["200"]["content"].items():
            if "$ref" in content["schema"]:
                schema = content["schema"]["$ref"]
                with open(f"{SCHEMAS}/{schema.rsplit('/', 1)[1]}", encoding="ascii") as file:
                    expect(schema, json.load(file), answer(f"/api/v1/{schema}"))
        names.discard(path.rsplit("/", 1)[1])
        if path != "/events":
            path = path.replace("{argument}", "80" if "show" in path else "fixture")
            expect(path, 200, get(path)[0].status)
    expect("what is not described", set(), names)


def memory():
    with open(f"/proc/{PID}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def bounded(before):
    """Returns how much more memory it takes, in KiB, which is little."""
    grown = memory() - before
    if grown > 32 * 1024:
        raise Wrong(f"it took {grown} KiB")
    return grown


def raw(text=b""):
    connection = socket.create_connection(("127.0.0.1", PORT))
    connection.settimeout(PATIENCE)
    connection.sendall(text)
    return connection


def slow_ones():
    """Who sends slowly, halves or too much keeps nobody from being served."""
    before = memory()
    halves = (b"", b"G", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ",
              b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
    slow = [raw(halves[i % len(halves)]) for i in range(200)]
    for _ in range(10):
        expect("another", 200, get("/api/v1/stats", by_tcp())[0].status)
    crowd = [raw() for _ in range(600)]
    expect("one more", 200, get("/api/v1/stats", by_tcp())[0].status)
    expect("too long a line", 414, get("/metrics?" + "a" * 20000, by_tcp())[0].status)
    expect("too long a header", 431, get("/metrics", by_tcp(), X="a" * 20000)[0].status)
    deadline = time.monotonic() + PATIENCE
    for connection in slow + crowd:
        connection.setblocking(True)
        connection.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass
        connection.close()
    bounded(before)


class Slow(threading.Thread):
    """Requests that come byte by byte; some are given up, and who is sent away comes again."""

    REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: "

    def __init__(self):
        super().__init__()
        self.ended = threading.Event()
        self.turns, self.sent_away = 0, 0
        self.connections = [raw() for _ in range(SLOW)]

    def step(self, i):
        given_up = (self.turns + i) % 50 == 0
        try:
            self.connections[i].sendall(self.REQUEST[self.turns % len(self.REQUEST):][:1])
        except OSError:
            self.sent_away += 1
            given_up = True
        if given_up:
            self.connections[i].close()
            self.connections[i] = raw(b"G")

    def run(self):
        while not self.ended.wait(0.2):
            for i in range(SLOW):
                self.step(i)
            self.turns += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()
        for connection in self.connections:
            connection.close()


def seconds_for(path, connection):
    begin = time.monotonic()
    expect(f"status of {path}", 200, get(path, connection)[0].status)
    return time.monotonic() - begin


def stats_of_module():
    with open("/proc/net/sockport_stats", encoding="ascii") as file:
        return dict(line.split() for line in file)


def load(path, seconds):
    """As many requests as are answered, beside slow ones and others, who get their answers."""
    waits, before, walked = [], memory(), stats_of_module()
    with Slow() as slow, subprocess.Popen(
            ["wrk", "-t", "1", "-c", str(FAST), "-d", f"{seconds}s", "--timeout", f"{PATIENCE}s",
             f"http://127.0.0.1:{PORT}{path}"], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"LD_LIBRARY_PATH": os.environ["CLIENT_LIBRARIES"]}) as wrk:
        while wrk.poll() is None:
            waits.append(max(seconds_for("/api/v1/summary", by_tcp()), seconds_for("/metrics", None)))
            time.sleep(0.2)
        said = wrk.stdout.read()
    after, grown = stats_of_module(), bounded(before)
    rate = next(line for line in said.splitlines() if "Requests/sec" in line).split()[1]
    print(f"{path}: {rate} requests a second in {int(after['port_walks']) - int(walked['port_walks'])} walks; "
          f"longest wait of {len(waits)} others {max(waits):.3f} s; {slow.turns} bytes of {SLOW} slow "
          f"requests, {slow.sent_away} sent away; {grown} KiB more; longest hold "
          f"{walked['longest_hold_ns']} ns before, {after['longest_hold_ns']} after")
    expect("status of wrk", 0, wrk.returncode)
    for words in ("Socket errors", "Non-2xx"):
        if words in said:
            raise Wrong(said)


def under_load():
    for path in ("/metrics", "/api/v1/summary"):
        load(path, SECONDS // 2)


def who_does_not_read():
    """Answers that nobody takes are held once, and others get theirs."""
    before = memory()
    slow = []
    for _ in range(50):
        slow.append(raw(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40))
    for _ in range(10):
        expect("another", 200, get("/metrics")[0].status)
    for connection in slow:
        connection.close()
    bounded(before)


def read_state(notified):
    notified.settimeout(PATIENCE)
    return notified.recv(100).decode()


def activated():
    """Sockets come from a service manager, which is told how it is."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX,
                                                                   socket.SOCK_DGRAM) as notified, \
            socket.create_server(("127.0.0.1", 0)) as listener:
        notified.bind(f"{directory}/notify")
        os.chmod(directory, 0o755)
        os.chmod(f"{directory}/notify", 0o777)
        server = subprocess.Popen(
            ["sh", "-c", 'exec 3<&"$1"; LISTEN_PID=$$ exec "$0" serve', COMMAND, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            env=os.environ | {"LISTEN_FDS": "1", "NOTIFY_SOCKET": f"{directory}/notify"})
        try:
            expect("state", "READY=1", read_state(notified))
            connection = http.client.HTTPConnection(*listener.getsockname(), timeout=PATIENCE)
            expect("status", 200, get("/api/v1/stats", connection)[0].status)
            server.send_signal(signal.SIGTERM)
            expect("state", "STOPPING=1", read_state(notified))
            expect("status at the end", 0, server.wait(PATIENCE))
        finally:
            server.kill()


# For the password "secret"; the cost is as low as can be.
HASH = "$2b$04$Ej8CHswjYQKs3mzcexguyuLC3W.lK6iz4RlCBowSf5lLDYQMDu7IO"


class Server:
    """Another one, with a web configuration."""

    def __init__(self, directory, config):
        with open(f"{directory}/web.yml", "w", encoding="ascii") as file:
            file.write(config)
        self.path = f"{directory}/http"
        self.process = subprocess.Popen(
            [COMMAND, "serve", "--web-config", f"{directory}/web.yml", "--listen",
             f"{self.path},127.0.0.1:{PORT + 1}"])
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Wrong("it does not start")
            time.sleep(0.1)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", PORT + 1)).close()
        except OSError:
            return False
        return True

    def status(self, connection, words=None):
        headers = {"Authorization": "Basic " + base64.b64encode(words).decode()} if words else {}
        response, _ = get("/api/v1/closed-doors", connection, **headers)
        if response.status == 401 and "Basic" not in response.headers["WWW-Authenticate"]:
            raise Wrong("it does not say how")
        return response.status, response.headers["X-Frame-Options"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def guarded():
    """Only those who have a password come in, and see all."""
    with tempfile.TemporaryDirectory() as directory, Server(
            directory, f"basic_auth_users: {{alice: '{HASH}'}}\n"
            "http_server_config: {headers: {X-Frame-Options: deny}}\n") as server:
        def plain():
            return http.client.HTTPConnection("127.0.0.1", PORT + 1, timeout=PATIENCE)

        for words in (None, b"alice:", b"alice:wrong", b"bob:secret", b"alice", b"alice:secret2"):
            expect(f"status of {words}", (401, "deny"), server.status(plain(), words))
        for _ in range(3):
            expect("status", (200, "deny"), server.status(plain(), b"alice:secret"))
        expect("and later", (401, "deny"), server.status(plain(), b"alice:wrong"))


def encrypted():
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        f"{directory}/key.pem", "-out", f"{directory}/cert.pem"],
                       check=True, capture_output=True)
        with Server(directory, "tls_server_config: {cert_file: cert.pem, key_file: key.pem, "
                    "min_version: TLS13}\n"):
            context = ssl.create_default_context(cafile=f"{directory}/cert.pem")
            connection = http.client.HTTPSConnection("localhost", PORT + 1, context=context,
                                                     timeout=PATIENCE)
            expect("status", 200, get("/metrics", connection)[0].status)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
            connection = http.client.HTTPSConnection("localhost", PORT + 1, context=context,
                                                     timeout=PATIENCE)
            try:
                get("/metrics", connection)
            except ssl.SSLError:
                return
            raise Wrong("an older version is spoken")


def unload():
    """Somebody may have an answer still."""
    for _ in range(600):
        if not subprocess.run(["rmmod", "sockport"], capture_output=True).returncode:
            return
        time.sleep(0.1)
    raise Wrong("the module does not go")


def unloaded():
    """While the module is not there that is what it says; then it goes on."""
    connection, response = follow("/events")
    unload()
    try:
        event = first(response, lambda name, event: name == "error")
        if "unloaded" not in event["error"]:
            raise Wrong(f"events end with {event}")
        expect("the rest of the events", b"", response.read().strip())
        for path in ("/api/v1/ports", "/metrics", "/events"):
            if "not loaded" not in error_of(path, 503):
                raise Wrong(f"{path} does not say why")
    finally:
        subprocess.run(["insmod", os.environ["SOCKPORT_KO"]], check=True)
    connection.close()
    expect("status", 200, get("/api/v1/ports")[0].status)
    connection, response = follow("/events")
    connection.close()


def ends_at_once():
    """Also while somebody follows, waits or does not read."""
    connection, response = follow("/events")
    idle = raw()
    os.kill(int(PID), signal.SIGTERM)
    first(response, lambda name, event: name == "error")
    # It may not even have been accepted.
    with contextlib.suppress(ConnectionResetError):
        idle.recv(1)
    deadline = time.monotonic() + PATIENCE
    while os.path.exists(f"/proc/{PID}/fd") and not is_zombie():
        if time.monotonic() > deadline:
            raise Wrong("it is still there")
        time.sleep(0.05)


def is_zombie():
    with open(f"/proc/{PID}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "Z"


work(globals())
