"""Results of measurements, and the page that keeps them, newest first."""

import datetime as dt
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results

Newest first; misses are shown as well. Medians of interleaved runs on one machine:
the ratios of a run hold, absolute figures move from machine to machine.
"""


@dataclass(frozen=True)
class Result:
    """One measured figure, and what is demanded of it."""

    name: str
    value: str
    demand: str = ""
    is_met: bool | None = None

    def row(self) -> str:
        """Return the figure as a row of a table."""
        verdict = {None: "", True: "met", False: "**missed**"}[self.is_met]
        return f"| {self.name} | {self.value} | {self.demand} | {verdict} |"


def write_results(title: str, results: Sequence[Result]) -> str:
    """Put a section with results at the top of the page and return it."""
    moment = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
    rows = "\n".join(result.row() for result in results)
    section = (
        f"## {title}: {moment}, commit {describe_commit()}\n\n"
        f"{describe_machine()}\n\n"
        f"| what | measured | demanded | |\n|---|---|---|---|\n{rows}\n"
    )
    page = PAGE.read_text() if PAGE.exists() else HEAD
    older = page.removeprefix(HEAD)
    PAGE.write_text(f"{HEAD}\n{section}{older}")
    return section


def describe_machine() -> str:
    """Return what measures: processor, how much of it, memory and versions."""
    facts = Path("/proc/cpuinfo").read_text()
    named = re.search(r"^model name\s*: (.+)$", facts, re.MULTILINE)
    model = " ".join(named[1].split()) if named else platform.machine()
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = platform.release().partition("-")[0]
    versions = f"Linux {kernel}, Python {platform.python_version()}"
    return f"{model}, {cores} cores, {memory:.0f} GiB, {versions}."


def describe_commit() -> str:
    """Return the commit that is measured, and whether files differ from it."""
    command = ["git", "describe", "--always", "--dirty=+changes", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
