"""A headless Firefox, driven by WebDriver BiDi (W3C) over its debugging socket."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

START_SECONDS = 60
PREFERENCES = """
user_pref("media.autoplay.default", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
"""


def find_firefox() -> str | None:
    """Return the path of a Firefox, if this machine has one."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Tab:
    """One tab of a Firefox."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._number = 0
        self.call("session.new", capabilities={})
        tree = self.call("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result.

        Raises:
            AssertionError: Firefox refused it.
        """
        self._number += 1
        order = {"id": self._number, "method": method, "params": params}
        self._line.send(json.dumps(order))
        while True:
            answer: dict[str, Any] = json.loads(self._line.recv(timeout=60))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                result: dict[str, Any] = answer["result"]
                return result

    def resize(self, width: int, height: int) -> None:
        """Give the page so many pixels."""
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self._context, viewport=size)

    def goto(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self.call(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    def evaluate(self, expression: str) -> Any:
        """Return a number, text or truth that the page works out."""
        found = self.call(
            "script.evaluate",
            expression=expression,
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert found["type"] == "success", found
        return found["result"].get("value")

    def wait_for(self, expression: str, *, seconds: float = 40) -> None:
        """Wait until an expression is true.

        Raises:
            AssertionError: it did not become so in time.
        """
        deadline = time.monotonic() + seconds
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.1)


@contextlib.contextmanager
def run_firefox(profile: Path) -> Iterator[Tab]:
    """Run a Firefox with an empty profile until the block ends."""
    program = find_firefox()
    assert program is not None
    profile.mkdir(parents=True)
    (profile / "user.js").write_text(PREFERENCES)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(program, "--headless", "--no-remote", "--profile", str(profile)),
            *("--remote-debugging-port", str(port), "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with _connect(f"ws://127.0.0.1:{port}/session") as line:
            yield Tab(line)
    finally:
        process.terminate()
        process.wait(20)


def _connect(address: str) -> ClientConnection:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return connect(address, max_size=2**24)
        except (OSError, WebSocketException):
            assert time.monotonic() < deadline, "Firefox did not start"
            time.sleep(0.2)
