"""A running demo and a Chromium for the journeys."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.firefox import find_firefox
from tests.databases import fill_new_cluster
from tests.rooms import RoomServer

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(__file__).parent / "pictures"
DATA = ROOT / ".test" / "demo"
READY_SECONDS = 420
READY_LINE = "Ready. Ctrl-C"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_MS = 30_000
"""How long a page may take for what it shows, on a machine that does much else."""
SEEN = """() => {
  const focus = document.activeElement;
  const above = ":popover-open, dialog[open], [data-toast]";
  const open = [...document.querySelectorAll(above)];
  const main = document.querySelector("main") ?? document.body;
  return [
    `focus: ${focus?.outerHTML.slice(0, 200)}`,
    ...open.map((one) => `open: ${one.innerText.slice(0, 200)}`),
    main.innerText.replace(/\\s+/g, " ").slice(0, 1500),
  ].join("\\n");
}"""
"""What a page shows: its focus, what is open above it, the text of its main part."""
OpenPage = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)
collect_ignore = [] if find_firefox() else ["test_firefox.py"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a journey that failed what its pages showed."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("chromium")
    if report.when == "call" and report.failed and isinstance(browser, Browser):
        pages = (page for context in browser.contexts for page in context.pages)
        report.sections.append(("pages", "\n\n".join(map(describe_page, pages))))
    return report


def describe_page(page: Page) -> str:
    """Return address, focus and the beginning of the text of a page."""
    try:
        seen = page.evaluate(SEEN)
    except Error as fault:
        seen = str(fault)
    return f"{page.url}\n{seen}"


def find_chromium() -> str:
    """Return the path of a Chromium.

    Raises:
        AssertionError: none is installed; the message says what to do.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise AssertionError("Chromium is missing: run `make system` as root")


def find_free_ports() -> int:
    """Return the first of three free ports in a row."""
    for port in range(18000, 19000, 10):
        with contextlib.ExitStack() as stack:
            try:
                for number in range(port, port + 3):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", number))
            except OSError:
                continue
            return port
    raise AssertionError("no three free ports in a row")


def await_line(log: Path, line: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has printed a line."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        if line in text:
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise AssertionError(f"the demo did not get ready:\n{log.read_text()[-4000:]}")


def name_environment(port: int) -> dict[str, str]:
    """Return the environment of a demo on a port, at its true speed: not counted."""
    ours = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS"}
    ours |= {"DJANGO_SETTINGS_MODULE", "PROCESS", "MEDIA_PORT", "MEDIA_RTMP_PORT"}
    ours |= {"COVERAGE_PROCESS_CONFIG"}
    environment = {k: v for k, v in os.environ.items() if k not in ours}
    return environment | {"PORT": str(port), "DATA": str(DATA), "DEMO": "1"}


def start_demo(port: int, output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the whole shop on a port, as `make demo` does."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=name_environment(port),
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@dataclass(frozen=True)
class RunningDemo:
    """The demo of the journeys."""

    site: str
    pid: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of its site."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="package")
def demo_site(demo: RunningDemo) -> str:
    """Return the address of the demo of all journeys."""
    return demo.site


@pytest.fixture(scope="package")
def demo(request: pytest.FixtureRequest) -> Iterator[RunningDemo]:
    """Run the demo once for all journeys; the migrations are proven elsewhere."""
    given = os.environ.get("DEMO_SITE")
    if given:
        yield RunningDemo(given.rstrip("/"))
        return
    request.getfixturevalue("templates")
    if "DATABASE_URL" not in os.environ:
        fill_new_cluster(DATA)
    DATA.mkdir(parents=True, exist_ok=True)
    log = DATA / "demo.log"
    port = find_free_ports()
    with log.open("wb") as output:
        process = start_demo(port, output)
        try:
            await_line(log, READY_LINE, process)
            site = f"http://localhost:{port}"
            yield RunningDemo(site, process.pid, name_environment(port))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run one Chromium for the journeys of a module.

    Playwright's loop runs as long as this does and would stop asynchronous tests.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[RoomServer]:
    """Run one web process on the tests' database for the journeys of a module."""
    process = RoomServer()
    yield process
    process.stop()


@pytest.fixture
def open_page(chromium: Browser, demo_site: str) -> Iterator[OpenPage]:
    """Return a function that opens a new person's page; faults fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(
        path: str = "/", *, width: int = 390, height: int = 844, scheme: str = "light"
    ) -> Page:
        context = chromium.new_context(
            base_url=demo_site,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []
