# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium with one page, driven by its DevTools protocol over pipes."""

import base64
import contextlib
import json
import os
import select
import signal
import subprocess
import time

# All in one process, and scripts are interpreted: where the processor is emulated, starting more
# processes and compiling scripts takes longer than it saves.
FLAGS = ["--headless", "--single-process", "--no-zygote", "--no-sandbox", "--disable-gpu",
         "--js-flags=--jitless", "--no-first-run", "--disable-extensions", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-breakpad",
         "--disable-hang-monitor", "--disable-default-apps", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--lang=en", "--remote-debugging-pipe"]

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>/usr/share/fonts</dir><dir>{root}/usr/share/fonts</dir>
<cachedir>{work}/fonts</cachedir></fontconfig>
"""

# What keys do by themselves hangs on their codes; some type a character, too.
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "Delete": (46, ""), " ": (32, " ")}


class Lost(Exception):
    """The browser is gone, or says nothing."""


def program_of(root):
    """Chromium below root, where its packages are unpacked, or as it is installed; or None."""
    for path in (f"{root}/usr/lib/chromium/chromium-headless-shell",
                 f"{root}/usr/lib/chromium/chromium", "/usr/bin/chromium-headless-shell",
                 "/usr/bin/chromium"):
        if os.access(path, os.X_OK):
            return path
    return None


class Failed(Exception):
    """The browser cannot do that, or a script cannot; while a page comes neither may work."""


class Browser:
    """What happens on the page is noted: requests, responses, errors, dialogs."""

    def __init__(self, root, work, patience=120):
        self.patience = patience
        self.buffer, self.calls = b"", 0
        self.requests, self.responses, self.errors, self.network, self.dialogs = [], {}, [], [], []
        self.loading, self.sent = {}, set()
        self.lost, self.session = None, None
        self.start(root, work)
        try:
            self.attach()
        except Exception:
            self.close()
            raise

    def attach(self):
        """To the one page that it begins with, as soon as that is there."""
        deadline, pages = time.monotonic() + self.patience, []
        while not pages:
            if time.monotonic() > deadline:
                raise Lost("the browser has no page")
            pages = [each["targetId"] for each in self.call("Target.getTargets")["targetInfos"]
                     if each["type"] == "page"]
        self.session = self.call("Target.attachToTarget", targetId=pages[0],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def start(self, root, work):
        with open(f"{work}/fonts.conf", "w", encoding="ascii") as file:
            file.write(FONTS.format(root=root, work=work))
        # Of PulseAudio one needs another, where it would be if it were installed.
        libraries = f"{root}/usr/lib/{os.uname().machine}-linux-gnu"
        libraries = f"{libraries}:{libraries}/pulseaudio:{root}/usr/lib/chromium"
        environment = os.environ | {"LD_LIBRARY_PATH": libraries, "HOME": work, "TZ": "UTC",
                                    "FONTCONFIG_FILE": f"{work}/fonts.conf"}
        its_input, self.input = os.pipe()
        self.output, its_output = os.pipe()

        # By the protocol they are 3 and 4, of which each may be the other here.
        shell = 'exec {in}<&"$0" {out}>&"$1" 3<&$in 4>&$out; shift; exec "$@" {in}<&- {out}>&-'
        with open(f"{work}/browser.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", shell, str(its_input), str(its_output), program_of(root),
                 *FLAGS, f"--user-data-dir={work}/profile", "about:blank"],
                pass_fds=[its_input, its_output], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        os.close(its_input)
        os.close(its_output)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.input)
        os.close(self.output)

    def receive(self, deadline):
        """The next message; None if there is none in time."""
        while b"\0" not in self.buffer:
            if not select.select([self.output], [], [], max(0, deadline - time.monotonic()))[0]:
                return None
            some = os.read(self.output, 1 << 16)
            if not some:
                raise Lost("the browser is gone")
            self.buffer += some
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, **parameters):
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.input, text):]
        return self.calls

    def call(self, method, **parameters):
        if self.lost:
            raise Lost(self.lost)
        number = self.send(method, **parameters)
        deadline = time.monotonic() + self.patience
        while True:
            message = self.receive(deadline)
            if message is None:
                self.lost = f"the browser does not answer {method}"
                raise Lost(self.lost)
            if message.get("id") != number:
                self.note(message)
            elif "error" in message:
                raise Failed(f"{method}: {message['error'].get('message')}")
            else:
                return message["result"]

    def note(self, message):
        name, what = message.get("method"), message.get("params", {})
        if name == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])
            self.sent.add(what["requestId"])
            self.loading[what["requestId"]] = what["request"]["url"]
        elif name in ("Network.loadingFinished", "Network.loadingFailed"):
            self.loading.pop(what["requestId"], None)
        elif name == "Page.frameNavigated":
            # What the page before asked for comes no more.
            self.loading.clear()
        elif name == "Network.responseReceived":
            self.responses[what["response"]["url"]] = what["response"]
        elif name == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif name == "Runtime.consoleAPICalled" and what["type"] in ("error", "assert", "warning"):
            self.errors.append(" ".join(str(each.get("value", each.get("description")))
                                        for each in what["args"]))
        elif name == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            entry = what["entry"]
            text = f"{entry['source']}: {entry['text']} {entry.get('url', '')}"
            # Of requests that fail or are answered with an error the browser itself tells.
            if entry["source"] == "network":
                self.network.append((entry.get("networkRequestId"), text))
            else:
                self.errors.append(text)
        elif name == "Page.javascriptDialogOpening":
            self.dialogs.append(what["message"])
            self.send("Page.handleJavaScriptDialog", accept=False)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failed(f"{expression[:200]}: "
                         f"{details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def wait(self, expression):
        """Until it is true; what it is then, or None after some time."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            with contextlib.suppress(Failed):
                value = self.evaluate(f"(seen => seen instanceof Node || seen)({expression})")
                if value:
                    return value
            time.sleep(0.1)
        return None

    def go(self, url):
        self.call("Page.navigate", url=url)

    def key(self, key, shift=False):
        code, text = KEYS.get(key, (ord(key[0].upper()), key))
        pressed = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown",
                  **pressed, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def click(self, element):
        """Where it is, as a hand would; element is an expression. False if it is not there."""
        place = self.evaluate(f"""(() => {{ const element = {element};
            if (!element) return null;
            element.scrollIntoView({{ block: "center", inline: "center", behavior: "instant" }});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()""")
        if not place:
            return False
        at = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)
        return True

    def likes(self, scheme):
        """Dark or light, as the desktop would have it."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def resize(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=phone)

    def picture(self, path):
        """What is seen of the page, as WebP."""
        data = self.call("Page.captureScreenshot", format="webp", quality=70)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
