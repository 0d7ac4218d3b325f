"""The one command as a newcomer runs it, and what becomes of it when killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopfront.embedded import Layout, layout_for
from tests.databases import fill_new_cluster

ROOT = Path(__file__).parents[3]


class Demo:
    """A running `manage.py demo` without content."""

    def __init__(self, layout: Layout, port: int, *, is_counted: bool = True) -> None:
        keep = ("PATH", "HOME", "LANG", "TMPDIR")
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in keep or (is_counted and name.startswith("COVERAGE"))
        }
        environment |= {"DATA": str(layout.data), "PORT": str(port)}
        self.address = f"http://127.0.0.1:{port}"
        self.layout = layout
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--bare"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def await_line(self, words: str) -> str:
        """Read what the command prints until a line holds these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if words in line:
                return line
        message = f"ended with {self.process.wait()} before it said {words!r}"
        raise AssertionError(message)

    def status(self, path: str) -> int:
        """Return the status with which a page answers, 0 when nobody does."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0

    def end(self, number: signal.Signals) -> int:
        """Signal the command and return what it ended with."""
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


def find_free_port() -> int:
    """Find the first of three free ports in a row."""
    for port in range(8200 + os.getpid() % 50 * 10, 9900, 10):
        if all(is_free(port + step) for step in range(3)):
            return port
    raise AssertionError("no three free ports")


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def await_truth(question: Callable[[], bool], seconds: float = 30.0) -> None:
    """Ask again and again until the answer is yes."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Give a starter of demos on one data folder, and end what it started."""
    layout, port = layout_for(tmp_path / "data"), find_free_port()
    started: list[Demo] = []

    def start_demo(*, is_counted: bool = True) -> Demo:
        demo = Demo(layout, port, is_counted=is_counted)
        started.append(demo)
        return demo

    yield start_demo
    for demo in started:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)
        if demo.process.stdout is not None:
            demo.process.stdout.close()
    shutil.rmtree(layout.runtime, ignore_errors=True)


@pytest.fixture
def migrated(tmp_path: Path, templates: None) -> None:
    """Give the demos databases that are migrated already."""
    if "DATABASE_URL" not in os.environ:
        fill_new_cluster(tmp_path / "data")


def postmaster(layout: Layout) -> int:
    """Return the process that PostgreSQL runs as."""
    return int((layout.postgres_dir / "postmaster.pid").read_text().split()[0])


def test_one_command_serves_pages_mends_itself_and_ends_cleanly(
    start: Callable[..., Demo],
) -> None:
    demo = start()
    demo.await_line("The first page answers")
    demo.await_line("Ready.")
    assert demo.status("/accounts/login/") == 200
    await_truth(lambda: demo.status("/readyz?all=1") == 200, seconds=60)

    os.kill(postmaster(demo.layout), signal.SIGKILL)
    demo.await_line("PostgreSQL ended; starting it again")
    await_truth(lambda: demo.status("/readyz") == 200)

    assert demo.end(signal.SIGINT) == 0
    assert demo.status("/healthz") == 0


def test_a_killed_command_leaves_nothing_and_starts_again_with_its_data(
    start: Callable[..., Demo], migrated: None
) -> None:
    demo = start(is_counted=False)  # who is killed writes no figures down
    demo.await_line("Ready.")
    demo.end(signal.SIGKILL)
    await_truth(lambda: demo.status("/healthz") == 0)
    again = start()
    line = again.await_line("The first page answers")
    seconds = float(line.partition("[")[2].partition(" s]")[0])
    assert seconds < 20
    again.await_line("Ready.")
    assert again.end(signal.SIGTERM) == 0


def test_a_taken_port_is_named(start: Callable[..., Demo]) -> None:
    demo = start()
    port = int(demo.address.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        assert f"Port {port} is taken: set PORT" in demo.await_line("is taken")
        assert demo.process.wait() == 1
