"""A real Chromium without a window, driven over its own debugging protocol, without a driver program."""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--remote-debugging-port=0", "--lang=zh-CN"),
)
DESKTOP, PHONE = (1366, 768), (360, 740)


class Tab:
    """One page of the browser."""

    def __init__(self, line: ClientConnection) -> None:
        self.line, self.numbers, self.seen = line, count(1), []
        self.call("Page.enable")
        self.call("Network.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser and wait for its answer; events that arrive meanwhile are kept."""
        number = next(self.numbers)
        self.line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self.line.recv(timeout=30))
            if said.get("id") == number:
                assert "error" not in said, said
                return said["result"]
            self.seen.append(said)

    def wait(self, event: str) -> None:
        """Until an event has been seen since the last `clear`."""
        while not any(each.get("method") == event for each in self.seen):
            self.seen.append(json.loads(self.line.recv(timeout=30)))

    def go(self, url: str) -> None:
        """Load an address whole."""
        self.seen.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def click(self, selector: str) -> None:
        """Follow a link or send a form, and wait for the next page."""
        self.seen.clear()
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """The value of an expression."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """A key of the keyboard."""
        code = {"Tab": 9, "Enter": 13}[key]
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more
            )

    def size(self, width: int, height: int) -> None:
        """The size of the screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)  # fmt: skip

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def requests(self) -> list[str]:
        """The addresses asked for since the last `go` or `click`."""
        return [
            e["params"]["request"]["url"] for e in self.seen if e.get("method") == "Network.requestWillBeSent"
        ]


@contextmanager
def open_tab(folder: Path) -> Iterator[Tab]:
    """A browser with a profile of its own in the folder, ended afterwards."""
    command = [str(PROGRAM), *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port_file = folder / "DevToolsActivePort"
        until = time.monotonic() + 30
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert time.monotonic() < until, "the browser did not start"
            assert process.poll() is None, "the browser has ended"
            time.sleep(0.05)
        port = port_file.read_text().split()[0]
        pages = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
        address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        with connect(address, max_size=None, proxy=None) as line:
            yield Tab(line)
    finally:
        process.terminate()
        process.wait(10)
