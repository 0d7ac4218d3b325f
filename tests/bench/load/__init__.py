"""The load generator: compiled when needed, run as one process of many sockets."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent
Figures = dict[str, Any]


def build(name: str, folder: Path) -> Path:
    """Compile one of our C programs into a folder and return where it lies."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        message = "No C compiler here: install gcc to run the load generator."
        raise RuntimeError(message)
    program = folder / name
    source = SOURCES / f"{name}.c"
    command = [compiler, "-O2", "-Wall", "-o", str(program), str(source), "-lm"]
    subprocess.run(command, check=True)
    return program


def run_crowd(
    ports: Sequence[int],
    path: str,
    *,
    origin: str,
    tickets: Sequence[str] = (),
    cookies: Sequence[str] = (),
    cores: str = "",
    **options: float,
) -> Figures:
    """Open a crowd of sockets, let the ticket holders write, return the figures.

    Args:
        ports: the web processes, whose sockets take turns.
        path: the room's address.
        origin: the page that the sockets come from.
        cookies: sessions for servers that know people by them, in turn.
        tickets: seats of those who write; all other sockets are guests.
        cores: cores to stay on, as `taskset -c` takes them.
        options: what `crowd.c` takes, `sockets` for its `-n`.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [str(build("crowd", Path(folder)))]
        command += ["--ports", ",".join(map(str, ports))]
        command += ["--path", path, "--origin", origin]
        for name, lines in (("tickets", tickets), ("cookies", cookies)):
            if lines:
                listed = Path(folder) / name
                listed.write_text("\n".join(lines))
                command += [f"--{name}", str(listed)]
        for name, value in options.items():
            option = "-n" if name == "sockets" else f"--{name.replace('_', '-')}"
            command += [option, str(value)]
        if cores and shutil.which("taskset"):
            command = ["taskset", "-c", cores, *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    figures: Figures = json.loads(done.stdout)
    return figures


def find_web(port: int) -> int:
    """Return the id of the web process that serves a port; 0 when there is none."""
    wanted = re.compile(rf"shopfront\.asgi:application.*--port {port}(?!\d)")
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if wanted.search(words.decode(errors="replace")):
                return int(folder.name)
    return 0


def read_memory(process: int) -> int:
    """Return the resident bytes of a process; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def read_cpu(process: int) -> float:
    """Return the seconds of a core that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
