#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Worker of page.sh: has a browser open the page, clicks and types, and reads it.

page.py COMMAND PORT WORK CHROMIUM AXE
    COMMAND is sockport, whose server is to listen on PORT of 127.0.0.1; WORK is a directory,
    Chromium's packages are unpacked below CHROMIUM, and AXE is a file with axe-core, or empty.
    Each line of the input is the name of a function here; what is wrong comes as lines, and
    then "ok" or "not ok".
"""

import json
import os
import subprocess
import threading
import time

from browser import Browser
from page_reader import (AXE, CHROMIUM, PATIENCE, PORT, WORK, Server, answered, becomes, come_again,
                         command, facts, failed, focused, head, here, looks, order, page, provoked,
                         same_table, table, tables, until, view)
from page_values import in_bytes, is_time, shown
from page_world import (BUSY, CGROUP, FULL, HOSTILE, HOSTILE_COMM, HOSTILE_UNIT, KNOCKED, KNOCKS,
                        QUIET, QUIET_CONNECTIONS, World)
from worker import Wrong, expect, work

ORIGIN = f"http://127.0.0.1:{PORT}"
KNOWN = [str(port) for port in (BUSY, QUIET, FULL, HOSTILE)]
VIEWS = ["ports", "programs", "destinations", "closed", "doors", "doctor", "events"]
PHONE = 375

# Of a column its title on the page, and its name.
PORT_COLUMNS = {"Protocol": "proto", "Role": "role", "Port": "port", "Service": "service",
                "State": "state", "Sockets": "sockets", "Backlog": "backlog", "Limit": "limit",
                "Drops": "drops", "Accepted": "accepted", "Opened": "opened", "Failed": "failed",
                "In": "bytes_in", "Out": "bytes_out"}
PROGRAM_COLUMNS = {"Program": "program", "Unit": "unit", "User": "user",
                   "Connections": "connections", "Accepted": "accepted", "Opened": "opened",
                   "Failed": "failed", "In": "bytes_in", "Out": "bytes_out",
                   "Retransmits": "retransmits"}
DESTINATION_COLUMNS = {"Protocol": "proto", "Address": "remote", "Port": "port", "From": "local",
                       "Local ports": "used", "Of": "max", "Percent": "percent"}
CLOSED_COLUMNS = {"Protocol": "proto", "Role": "role", "Port": "port", "Local": "local_end",
                  "Remote": "remote_end", "Why": "cause", "In": "bytes_in", "Out": "bytes_out",
                  "Process": "process", "Unit": "unit"}
DOOR_COLUMNS = {"Protocol": "proto", "Port": "port", "Service": "service", "Attempts": "attempts",
                "From": "source", "To": "local"}


def ports():
    return command("ports", "--columns", ",".join(PORT_COLUMNS.values()))


def same_ports():
    return same_table("Ports", PORT_COLUMNS, ports, KNOWN.__contains__)


def opens():
    """The page comes, with what the command says of all known ports."""
    here.world = World()
    here.server = Server()
    here.server.start()
    here.browser = Browser(CHROMIUM, WORK, PATIENCE)
    here.browser.call("Page.addScriptToEvaluateOnNewDocument", source="""window.violations = [];
        document.addEventListener("securitypolicyviolation", event =>
            violations.push(`${event.violatedDirective} ${event.blockedURI}`));""")
    here.browser.resize(1280, 900)
    here.browser.likes("light")
    here.browser.go(f"{ORIGIN}/")
    becomes("the page", "document.querySelectorAll('tbody tr').length")
    ports_seen = {row[PORT_AT] for row in same_ports()}
    expect("ports", set(KNOWN), ports_seen)


PORT_AT = list(PORT_COLUMNS).index("Port")


def busy(name):
    rows = [row for row in table("Ports") if (row["Role"], row["Port"]) == ("in", str(BUSY))]
    return rows[0][name] if rows else None


def carried():
    return next(row for row in ports() if (row["role"], row["port"]) == ("in", BUSY))["bytes_in"]


def is_live():
    """Numbers go on, by as much as was carried; and rates come and go with what is carried."""
    before = carried()
    for size in (100, 54321, 3000000):
        here.world.carry(size)
        before += size
        until("what was carried", lambda: busy("In"), in_bytes(before))
        expect("by the command", before, carried())
    same_ports()
    stops = threading.Event()

    def go_on():
        while not stops.wait(0.02):
            here.world.carry(1000)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        until("a rate", lambda: busy("In/s") not in (None, "0 B"))
        becomes("a chart", f"""[...document.querySelectorAll('tbody tr')].some(row =>
            row.cells[2].textContent === '{BUSY}' &&
            row.querySelector('polyline').getAttribute('points').split(' ').length > 2)""")
    finally:
        stops.set()
        thread.join()
    until("no rate", lambda: busy("In/s"), "0 B")
    same_ports()


LINK = f"""[...document.querySelectorAll('tbody a')].find(a => a.textContent === '{QUIET}')"""

PARTS = {"What it is and did": "ports", "Processes": "owners", "Who is at the other end": "peers"}


def known_cells(said, name):
    """What does not change by itself, by the titles of columns, but for what is said of all."""
    rows = said[name]
    return [{key.replace("_", " "): shown(key, value) for key, value in row.items()
             if not (is_time(key) or value in (None, []) or key == "distributions"
                     or key in said and all(one.get(key) == said[key] for one in rows))}
            for row in rows]


def as_show(port):
    """Does the page have what show says of a port? The first difference, or None."""
    said, has = command("show", str(port), "--processes"), tables()
    wanted = {name.replace("_", " "): shown(name, value) for name, value in said.items()
              if not isinstance(value, list)}
    if facts() != wanted:
        return f"{facts()} is not {wanted}"
    for title, name in PARTS.items():
        rows = known_cells(said, name)
        seen = [{key: row.get(key) for key in wanted}
                for row, wanted in zip(has.get(title, []), rows)]
        if seen != rows or len(rows) != len(has.get(title, [])):
            return f"{title}: {seen} is not {rows}"
    return None


def show_is_there(port):
    becomes(f"port {port}", f"document.title.startsWith('Port {port} ')")
    until(f"show {port}", lambda: as_show(port), None)
    rows = table("Who is at the other end")
    return [row["connections"] for row in rows if row["role"] == "in"]


def drills_down_by_click():
    view("ports")
    becomes("the row", LINK)
    if not here.browser.click(LINK):
        raise Wrong("there is no link")
    expect("connections", [str(QUIET_CONNECTIONS)], show_is_there(QUIET))
    becomes("distributions", "document.querySelectorAll('#content rect.bar').length")
    # An order that was chosen stays.
    here.browser.click(head("proto"))
    before = looks("show")
    until("more looks", lambda: page("1") and looks("show") >= before + 2)
    expect("order", "ascending", order("proto"))
    here.browser.click("document.querySelector('nav a[href=\"#/ports\"]')")
    same_ports()


def tab_to(wanted, most=150):
    for _ in range(most):
        here.browser.key("Tab")
        if focused() == wanted:
            return
    raise Wrong(f"there is no way to {wanted} by Tab, last is '{focused()}'")


def drills_down_by_keyboard():
    """And who comes back is where they were; looks that come meanwhile take nothing away."""
    come_again()
    becomes("the row", LINK)
    here.browser.key("Tab")
    expect("the first stop", "To the content", focused())
    tab_to(str(QUIET))
    before = looks()
    until("more looks", lambda: page("1") and looks() >= before + 2)
    expect("what is focused", str(QUIET), focused())
    here.browser.key("Enter")
    show_is_there(QUIET)
    expect("what is focused", "main", focused())
    here.browser.key("Escape")
    same_ports()
    becomes("the focus again", f"document.activeElement === {LINK}")


def changes_views_by_keys():
    for number, name in enumerate(VIEWS, 1):
        here.browser.key(str(number))
        becomes(f"view {name}",
                f"document.querySelector('nav a[aria-current]')?.hash === '#/{name}'")
        expect("address", f"#/{name}", page("location.hash"))
    here.browser.key("1")
    same_ports()


def column(name):
    return [row[name] for row in table("Ports") if row["Port"] in KNOWN]


def sorts():
    """By a click, and again by the keyboard."""
    view("ports")
    same_ports()
    here.browser.click(head("Port"))
    expect("order", "ascending", order("Port"))
    expect("ports", sorted(column("Port"), key=int), column("Port"))
    page(f"{head('Port')}.focus()")
    here.browser.key("Enter")
    expect("order", "descending", order("Port"))
    expect("ports", sorted(column("Port"), key=int, reverse=True), column("Port"))
    here.browser.click(head("Sockets"))
    expect("order", ("descending", None), (order("Sockets"), order("Port")))
    expect("sockets", sorted(column("Sockets"), key=int, reverse=True), column("Sockets"))


def filter_by(expression):
    here.browser.key("/")
    expect("what is focused", "filter", focused())
    page("document.getElementById('filter').select()")
    here.browser.key("Delete")
    here.browser.type(expression)
    here.browser.key("Enter")


def filters():
    view("ports")
    same_ports()
    filter_by(f"sport = :{QUIET}")
    until("ports", lambda: [(row["Role"], row["Port"]) for row in table("Ports")],
          [("in", str(QUIET))])
    with provoked("status of 400"):
        filter_by("<img src=x onerror=alert(4)>")
        becomes("an error", "document.getElementById('message').textContent.includes('<img')")
        expect("elements in it", 0, page("document.getElementById('message').children.length"))
        filter_by("")
        becomes("no error", "document.getElementById('message').textContent === ''")
    here.browser.key("Escape")
    expect("what is focused", "", focused())
    same_ports()


def pauses():
    before = busy("In")
    here.browser.key("p")
    becomes("paused", "document.getElementById('pause').getAttribute('aria-pressed') === 'true'")
    until("what is on its way", lambda: (page("new Promise(resolve => setTimeout(resolve))"), [
        url for url in here.browser.loading.values() if "/api/v1/ports" in url])[1], [])
    count, carries = looks(), carried()
    here.world.carry(100000)
    until("what was carried", carried, carries + 100000)
    for _ in range(3):
        command("stats")
    expect("while it pauses", before, busy("In"))
    expect("looks", count, looks())
    here.browser.click("document.getElementById('pause')")
    until("what was carried", lambda: busy("In"), in_bytes(carries + 100000))


def programs():
    names = ",".join(PROGRAM_COLUMNS.values())
    with open("/proc/self/comm", encoding="ascii") as file:
        mine = file.read().rstrip("\n")
    view("programs")
    seen = same_table("Programs", PROGRAM_COLUMNS, lambda: command("programs", "--columns", names),
                      (mine, HOSTILE_COMM).__contains__)
    expect("programs", {mine, HOSTILE_COMM}, {row[0] for row in seen})


def other_views():
    """Destinations, connections that ended, and closed doors."""
    view("destinations")
    same_table("Destinations", DESTINATION_COLUMNS, lambda: command("summary")["destinations"],
               KNOWN.__contains__)
    view("closed")
    names = ",".join(CLOSED_COLUMNS.values())
    seen = same_table("Connections", CLOSED_COLUMNS, lambda: command("closed", "--columns", names),
                      str(HOSTILE).__eq__)
    if not any(HOSTILE_COMM in cell for row in seen for cell in row):
        raise Wrong(f"nobody is named in {seen}")
    view("doors")
    seen = same_table("Closed doors", DOOR_COLUMNS, lambda: command("closed-doors"),
                      str(KNOCKED).__eq__)
    expect("attempts", [str(KNOCKS)], [row[list(DOOR_COLUMNS).index("Attempts")] for row in seen])


def events():
    return [row for row in table("Events, the newest first") if row["Port"] == str(HOSTILE)]


def events_come():
    answered("events")
    until("an event", lambda: (here.world.come_and_go(), bool(events()))[1])
    if not {row["What"] for row in events()} - {""}:
        raise Wrong(f"events are {events()}")


def finding_texts():
    return page("""[...document.querySelectorAll(".finding")].map(finding =>
        [finding.querySelector("h3").textContent,
         ...[...finding.querySelectorAll("dd, code")].map(one => one.textContent)])""")


def doctor_finds():
    """What stands full is on the page as doctor says it."""
    findings = [finding for finding in command("doctor", status=(0, 3))["findings"]
                if "full" in finding["what"] and "<img" in finding["subject"]]
    expect("findings of the command", 2, len(findings))
    view("doctor")
    becomes("findings", "document.querySelectorAll('.finding').length >= 2")
    seen = finding_texts()
    for finding in findings:
        wanted = [f"{finding['severity']}: {finding['what']}", finding["subject"]]
        # How long it looked differs by a little.
        found = [one for one in seen if one[:2] == wanted]
        expect(f"those of {finding['subject']}", 1, len(found))
        for key in ("why", "action", "command"):
            if finding[key] not in found[0]:
                raise Wrong(f"{found[0]} lacks {finding[key]}")


# In text, as of findings, blanks are escaped.
HOSTILE_PLACES = {"programs": HOSTILE_COMM, "closed": "<img", "doctor": "<img", "events": "<img",
                  f"show/{HOSTILE}": HOSTILE_COMM}


def hostile_names():
    """They are text wherever they are, and make no element of anything."""
    for name, wanted in HOSTILE_PLACES.items():
        answered(name)
        becomes(f"the name in {name}",
                f"document.getElementById('content').textContent.includes({json.dumps(wanted)})")
        expect(f"elements in {name}", [], page("""[...document.querySelectorAll(
            "img, iframe, object, embed, script:not([src='page.js']), [onerror]")]
            .map(element => element.outerHTML)"""))
    if os.path.exists(CGROUP):
        view(f"show/{HOSTILE}")
        becomes("the unit", f"""document.getElementById('content').textContent.includes(
            {json.dumps(HOSTILE_UNIT.removesuffix(".service"))})""")
    with provoked("status of 400"):
        page("location.hash = '#/show/' + encodeURIComponent('<img src=x onerror=alert(5)>')")
        becomes("an error", "document.getElementById('message').textContent.includes('<img')")
        expect("title", "Port <img src=x onerror=alert(5)>",
               page("document.getElementById('title').textContent"))
        page("location.hash = '#/show/%'")
        becomes("another one", """document.getElementById('title').textContent === 'Port %' &&
            document.getElementById('message').textContent""")
        view("ports")
    expect("images", 0, page("document.images.length"))


def background():
    return page("""getComputedStyle(document.body).backgroundColor.match(/\\d+/g)
        .slice(0, 3).reduce((sum, value) => sum + Number(value), 0) / 3""")


def dark_and_light():
    """As the desktop has it, until somebody chooses; and then also when they come again."""
    for scheme, dark in (("dark", True), ("light", False)):
        here.browser.likes(scheme)
        expect(f"dark, with {scheme}", dark, background() < 128)
    here.browser.click("document.getElementById('theme')")
    expect("dark, as chosen", True, background() < 128)
    come_again()
    expect("dark, as chosen before", True, background() < 128)
    page("localStorage.clear()")
    come_again()
    expect("dark, as nobody chose", False, background() < 128)


# What is wider than the screen, but for what is scrolled by itself.
WIDER = f"""[...document.querySelectorAll("body *")].filter(element =>
    !element.closest("table, code") && element.getClientRects().length &&
    element.getBoundingClientRect().right > {PHONE} + 0.5)
    .map(element => `${{element.tagName}} ${{element.className}} ${{element.textContent.slice(0, 50)}}`)"""


def fits_a_phone():
    here.browser.resize(PHONE, 667, phone=True)
    try:
        for name in VIEWS + [f"show/{QUIET}", f"show/{HOSTILE}"]:
            answered(name)
            expect(f"what is too wide in {name}", [], page(WIDER))
            expect(f"width of {name}", PHONE, page("document.documentElement.scrollWidth"))
            expect(f"width of what is seen of {name}", PHONE, page("visualViewport.width"))
    finally:
        here.browser.resize(1280, 900)


def server_goes_and_comes():
    for name in ("events", "ports"):
        view(name)
        # What it had been asked it answers, if only that it ends.
        with provoked("net::ERR_", "status of 503"):
            here.server.stop()
            becomes("that it is gone",
                    "document.getElementById('message').textContent.includes('server')")
            here.server.start()
            becomes("that it is there again",
                    "document.getElementById('message').textContent === ''")
            if name == "events":
                until("an event", lambda: (here.world.come_and_go(), bool(events()))[1])
    same_ports()


def unload():
    """Somebody may have an answer still."""
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(["rmmod", "sockport"], capture_output=True, check=False).returncode:
        if time.monotonic() > deadline:
            raise Wrong("the module does not go")
        time.sleep(0.1)


def module_goes_and_comes():
    for name in ("events", "ports"):
        view(name)
        with provoked("status of 503"):
            unload()
            try:
                becomes("that it is gone",
                        "document.getElementById('message').textContent.includes('not loaded')")
            finally:
                subprocess.run(["insmod", os.environ["SOCKPORT_KO"]], check=True)
            becomes("that it is there again",
                    "document.getElementById('message').textContent === ''")
            if name == "events":
                until("an event", lambda: (here.world.come_and_go(), bool(events()))[1])
    same_ports()
    # What was is forgotten with it.
    here.world.knock()


def policy_holds():
    """What the server says of where things may come from is there, and nothing goes against it."""
    policy = {name.lower(): value for name, value in
              here.browser.responses[f"{ORIGIN}/"]["headers"].items()}["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "connect-src 'self'",
                 "frame-ancestors 'none'"):
        if part not in policy:
            raise Wrong(f"{part} is not in {policy}")
    if "unsafe" in policy:
        raise Wrong(policy)
    expect("violations", [], page("violations"))


def asks_nobody_else():
    if len(here.browser.requests) < 20:
        raise Wrong(f"there were only {here.browser.requests}")
    expect("requests to others", [],
           [url for url in here.browser.requests if not url.startswith(f"{ORIGIN}/")])


def nothing_is_said():
    """On the console, by a dialog, or of requests that failed."""
    expect("errors", [], here.browser.errors)
    expect("requests that failed", [], failed())
    expect("dialogs", [], here.browser.dialogs)


AXE_RUN = """axe.run(document, { resultTypes: ["violations"], preload: false }).then(result =>
    result.violations.filter(one => one.impact === "serious" || one.impact === "critical")
    .map(one => `${one.id}: ${one.nodes.slice(0, 5).map(node => node.target.join(" ")).join("; ")}`))"""


def accessible():
    """By axe-core, for which the page is done afterwards."""
    with open(AXE, encoding="utf-8") as file:
        here.browser.evaluate(file.read() + ";0")
    for scheme, names in (("light", VIEWS + [f"show/{QUIET}"]), ("dark", ["ports", "doctor"])):
        here.browser.likes(scheme)
        for name in names:
            answered(name)
            expect(f"findings in {name}, {scheme}", [], page(AXE_RUN))


def main():
    try:
        work(globals())
    finally:
        if here.browser:
            here.browser.close()
        if here.world:
            here.world.close()
        if here.server:
            here.server.stop()


main()
