# SPDX-License-Identifier: GPL-2.0
"""What page.py reads on the page and asks the command, and how it waits for both to agree."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import types

from browser import Failed
from page_values import shown
from worker import Wrong

COMMAND, PORT, WORK, CHROMIUM, AXE = sys.argv[1:]
# A browser where the processor is emulated: nothing waits longer than it must.
PATIENCE = 900 if os.environ.get("SOCKPORT_SLOW") else 300

here = types.SimpleNamespace(browser=None, server=None, world=None, excused=[])


def command(*words, status=(0,)):
    run = subprocess.run([COMMAND, *words, "-J"], capture_output=True, check=False)
    if run.returncode not in status:
        raise Wrong(f"{words} exits with {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


class Server:
    def __init__(self):
        self.process = None

    def start(self):
        with open(f"{WORK}/server.log", "ab") as log:
            self.process = subprocess.Popen([COMMAND, "serve", "--listen", f"127.0.0.1:{PORT}"],
                                            stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Wrong("the server does not start")
            time.sleep(0.1)

    @staticmethod
    def answers():
        try:
            socket.create_connection(("127.0.0.1", int(PORT))).close()
        except OSError:
            return False
        return True

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


def until(what, question, wanted=True):
    """Ask again until the answer is the one that is wanted."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = question()
        if seen == wanted:
            return
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: expected {wanted!r}, not {seen!r}; the page says "
                        f"'{message()}'")
        time.sleep(0.1)


def page(expression):
    return here.browser.evaluate(expression)


def becomes(what, expression):
    value = here.browser.wait(expression)
    if not value:
        raise Wrong(f"{what}: the page says '{message()}' and has {text()[:1000]!r}")
    return value


def message():
    return page("document.getElementById('message').textContent")


def text():
    return page("document.getElementById('content').innerText")


TABLES = """[...document.querySelectorAll("#content table")].map(table => ({
    title: table.parentNode.getAttribute("aria-label"),
    names: [...table.tHead.rows[0].cells].map(cell => cell.textContent),
    rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent)) }))"""


def tables():
    """By their titles: rows, whose values are by the names of columns."""
    return {table["title"]: [dict(zip(table["names"], row)) for row in table["rows"]]
            for table in page(TABLES)}


def table(title):
    return tables().get(title, [])


def view(name):
    """From whichever is there; one that looks anew."""
    page("location.hash = '#/none'")
    page(f"location.hash = '#/{name}'")
    current = "document.querySelector('nav a[aria-current]')?.hash ?? ''"
    becomes(f"view {name}",
            f"({current}) === '{'' if name.startswith('show/') else '#/' + name}'")


def answered(name):
    """A view that has something to show, for which something happens."""
    view(name)
    until(f"something in {name}", lambda: (here.world.come_and_go(), page(
        "!!document.querySelector('#content :is(td, dd)')"))[1])


def chosen(rows, columns):
    """Of rows of the page what is compared; the order is the page's own."""
    return sorted(tuple(row.get(title) for title in columns) for row in rows)


def told(rows, columns):
    """The same of what the command says."""
    return sorted(tuple(shown(name, row.get(name)) for name in columns.values()) for row in rows)


def same_table(title, columns, ask, which):
    """Known rows of a table are those of the command, before long."""
    deadline = time.monotonic() + PATIENCE
    while True:
        wanted = told([row for row in ask() if which(str(row.get("port", row.get("program"))))],
                      columns)
        seen = chosen([row for row in table(title) if which(row.get("Port") or row.get("Program"))],
                      columns)
        if seen == wanted and seen:
            return seen
        if time.monotonic() > deadline:
            raise Wrong(f"{title}: the page has {seen}, the command {wanted}; the page says "
                        f"'{message()}'")
        time.sleep(0.1)


def facts():
    return page("""Object.fromEntries([...document.querySelectorAll("#content dt")].map(dt =>
        [dt.textContent, dt.nextSibling.textContent]))""")


def come_again():
    here.browser.call("Page.reload")
    becomes("the page again", """document.readyState === "complete" &&
        document.querySelector("tbody tr")""")


def focused():
    return page("""(element => element === document.body ? "" :
        element.id || element.textContent)(document.activeElement)""")


def looks(what="ports"):
    return sum(f"/api/v1/{what}" in url for url in here.browser.requests)


def head(name):
    return f"""[...document.querySelectorAll('thead button')].find(button =>
        button.textContent === '{name}')"""


def order(name):
    return page(f"{head(name)}.closest('th').getAttribute('aria-sort')")


@contextlib.contextmanager
def provoked(*patterns):
    """Requests fail, as they should. The browser may tell of one later than of its answer."""
    browser = here.browser
    before = browser.sent - set(browser.loading)
    try:
        yield
    finally:
        page("1")
        here.excused.append((patterns, browser.sent - before))


def body_of(request):
    """What the server said, as far as the browser has it still."""
    try:
        return here.browser.call("Network.getResponseBody", requestId=request)["body"][:200]
    except Failed:
        return "-"


def failed():
    """What the browser tells of requests that should not have failed."""
    return [f"{text}: {body_of(request)}" for request, text in here.browser.network
            if not any(pattern in text and request in requests
                       for patterns, requests in here.excused for pattern in patterns)]
