"""A page in headless Chromium, driven over the pipe of its DevTools protocol, for tests and benchmarks.

``--dump-dom`` runs a page once, on a clock of its own and without frames. Here it runs as in a hand: frames
are drawn when they are drawn, touches come from outside, and every request is seen.
"""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Page", "open_page"]

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip


class Page:
    """A tab; `events` holds what it told so far, requests and words on the console among it."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._numbers = itertools.count(1)
        self._rest = b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, *, wait: float = 60.0, **given: Any) -> dict[str, Any]:
        """Send a command of the protocol and give its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + wait
        while (answer := self._read(until)).get("id") != number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _read(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._out], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self._out, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._rest += part
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def attach(self) -> None:
        """Take the first tab, and hear of its requests, errors and console."""
        tabs = self.call("Target.getTargets")["targetInfos"]
        tab = next(one["targetId"] for one in tabs if one["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{part}.enable")

    def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """Give the window its size, in CSS pixels; a phone also has touch and no mouse."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def go(self, address: str, ready: str = "document.readyState === 'complete'", wait: float = 60.0) -> None:
        """Open an address and wait until the expression `ready` holds."""
        self.call("Page.navigate", url="about:blank")
        self.events.clear()
        self.call("Page.navigate", url=address)
        until = time.monotonic() + wait
        while not self.run(f"location.href !== 'about:blank' && !!document.documentElement && ({ready})"):
            if time.monotonic() > until:
                raise TimeoutError(f"never: {ready}")
            time.sleep(0.05)

    def run(self, expression: str, wait: float = 120.0) -> Any:
        """Evaluate JavaScript, wait for what it promises, and give its value."""
        done = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True,
            userGesture=True, wait=wait,
        )  # fmt: skip
        if "exceptionDetails" in done:
            raise RuntimeError(str(done["exceptionDetails"].get("exception", {}).get("description", done)))
        return done["result"].get("value")

    def tap(self, x: float, y: float) -> None:
        """Touch the page at a point of its window, as a finger does."""
        points = [{"x": x, "y": y}]
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=points)
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self) -> bytes:
        """Give what the window shows, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def paper(self) -> bytes:
        """Print the page as it asks to be printed, as PDF."""
        given = {"preferCSSPageSize": True, "printBackground": True}
        return base64.b64decode(self.call("Page.printToPDF", **given)["data"])

    @property
    def requests(self) -> list[str]:
        """Addresses that were asked for since the page was opened, its own file first."""
        self.run("1")
        return [
            one["params"]["request"]["url"]
            for one in self.events
            if one.get("method") == "Network.requestWillBeSent"
        ]

    @property
    def complaints(self) -> list[str]:
        """Errors and words on the console since the page was opened."""
        self.run("1")
        kinds = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [json.dumps(one["params"]) for one in self.events if one.get("method") in kinds]


@contextmanager
def open_page(chromium: str, profile: Path, *flags: str) -> Iterator[Page]:
    """Start Chromium with a profile of its own, and end it."""
    theirs_in, into = os.pipe()
    out, theirs_out = os.pipe()

    def pipes() -> None:  # the protocol is read on descriptor 3 and written on 4
        reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_in, theirs_out))
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    command = [chromium, f"--user-data-dir={profile}", *flags, *_FLAGS]
    process = subprocess.Popen(  # noqa: S603 - a browser that tests and benchmarks name themselves
        command, preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs_in)
    os.close(theirs_out)
    page = Page(into, out)
    try:
        page.attach()
        yield page
    finally:
        process.terminate()
        process.wait(20)
        os.close(into)
        os.close(out)
