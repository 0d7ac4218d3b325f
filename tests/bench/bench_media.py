"""The media gateway: what a copied show and its viewers cost, and how fast it answers.

Shows are prepared files that ffmpeg sends by copy, as the demo does; V-2 is measured
by `bench_player`, with a picture that tells the time.
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Browser, async_playwright
from websockets.asyncio.client import connect

from livestreams.media.demo_slides import Slide
from livestreams.media.demo_video import make_video, sending_line
from tests.bench.results import Result
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.test_player import Site
from tests.media_lab import KEY, TOKEN, run_encoder, serve

SHOWS = 8
VIEWERS = 200
SECONDS = 20.0
JOINS = 5
SHOW = "show0000000{}"
TICKS = os.sysconf("SC_CLK_TCK")


def measure() -> list[Result]:
    """Run a gateway with eight shows and read what it costs."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "show.mp4"
        out = io.BytesIO()
        Image.effect_mandelbrot((600, 900), (-2, -1.5, 1, 1.5), 90).save(out, "JPEG")
        slide = Slide(out.getvalue(), "")
        make_video(video, [slide], font=None, on_progress=lambda percent: None)
        return asyncio.run(measure_all(Path(folder), video))


async def measure_all(folder: Path, video: Path) -> list[Result]:
    """Measure one thing after the other on one gateway."""
    site = Site()
    async with serve(site) as port:
        with run_gateway(folder, port) as (gateway, ports):
            site.media = f"http://127.0.0.1:{ports['http']}"
            results = [await measure_wrong_key(ports)]
            with send_shows(video, ports["rtmp"], SHOWS):
                await until_all_say(ports, "seg3.m4s")
                results += await measure_shows(gateway)
                results.append(await measure_viewers(gateway, ports))
                results.append(await measure_joins(f"http://127.0.0.1:{port}"))
                results.append(await measure_killed_ffmpeg(gateway, ports))
                results.append(await measure_kick(gateway, ports))
    return results


@contextlib.contextmanager
def run_gateway(
    folder: Path, site_port: int
) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """Run the gateway in a process of its own."""
    site = f"http://127.0.0.1:{site_port}"
    command = [sys.executable, "-m", "tests.bench.media_gateway", str(folder), site]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as gateway:
        assert gateway.stdin is not None
        assert gateway.stdout is not None
        ports = json.loads(gateway.stdout.readline())
        try:
            yield gateway, ports
        finally:
            gateway.stdin.close()


@contextlib.contextmanager
def send_shows(
    video: Path, port: int, count: int
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Send a file into so many shows by copy."""
    senders = [
        subprocess.Popen(
            sending_line(
                video, f"rtmp://127.0.0.1:{port}/live/{SHOW.format(n)}?key={KEY}"
            ),
            stderr=subprocess.DEVNULL,
        )
        for n in range(count)
    ]
    try:
        yield senders
    finally:
        for sender in senders:
            sender.kill()
            sender.wait()


async def until_all_say(ports: dict[str, int], word: str) -> float:
    """Wait until the list of every show has a word; return the seconds it took."""
    began = time.monotonic()
    async with asyncio.timeout(60):
        for number in range(SHOWS):
            while word not in await read_list(ports, number):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    return time.monotonic() - began


async def read_list(ports: dict[str, int], number: int, query: str = "") -> str:
    """Return the low-latency list of a show."""
    show = SHOW.format(number)
    url = f"http://127.0.0.1:{ports['http']}/{TOKEN}/{show}/low/index.m3u8{query}"
    async with httpx.AsyncClient() as http:
        return (await http.get(url)).text


def cpu_of(pid: int) -> float:
    """Return the seconds of a core that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes_of(pid: int) -> float:
    """Return the memory that a process has resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return int(match[1]) / 1024 if match else 0.0


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


async def share_of(pids: list[int]) -> float:
    """Return the share of a core, in per cent, that processes use for a while."""
    before = sum(map(cpu_of, pids))
    began = time.monotonic()
    await asyncio.sleep(SECONDS)
    return 100 * (sum(map(cpu_of, pids)) - before) / (time.monotonic() - began)


async def measure_shows(gateway: subprocess.Popen[str]) -> list[Result]:
    """V-5 and V-6: what eight shows without viewers cost."""
    own, ffmpegs = await asyncio.gather(
        share_of([gateway.pid]), share_of(children_of(gateway.pid))
    )
    resident = megabytes_of(gateway.pid)
    own, ffmpegs = own / SHOWS, ffmpegs / SHOWS
    return [
        Result(
            "gateway, per copied show", f"{own:.2f} % of a core", "<= 5 %", own <= 5
        ),
        Result(
            "its ffmpeg, per copied show",
            f"{ffmpegs:.2f} % of a core",
            "<= 6 %",
            ffmpegs <= 6,
        ),
        Result(
            f"gateway with {SHOWS} shows, resident",
            f"{resident:.0f} MB",
            "<= 150 MB",
            resident <= 150,
        ),
    ]


async def measure_viewers(
    gateway: subprocess.Popen[str], ports: dict[str, int]
) -> Result:
    """V-5: what two hundred viewers over sockets add."""
    alone = await share_of([gateway.pid])
    url = f"ws://127.0.0.1:{ports['http']}/{TOKEN}/{SHOW.format(0)}/low/ws"

    async def watch() -> None:
        async with connect(url, compression=None, max_queue=None) as socket:
            async for _ in socket:
                pass

    viewers = [asyncio.create_task(watch()) for _ in range(VIEWERS)]
    await asyncio.sleep(5)
    added = await share_of([gateway.pid]) - alone
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    return Result(
        f"{VIEWERS} viewers over sockets add",
        f"{added:.1f} % of a core",
        "<= 10 %",
        added <= 10,
    )


async def measure_joins(site: str) -> Result:
    """V-1: from opening the page to the first picture, in Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        took = [await join(browser, site) for _ in range(JOINS)]
        await browser.close()
    middle = statistics.median(took)
    return Result(
        "join to first picture, Chromium", f"{middle:.2f} s", "<= 1.5 s", middle <= 1.5
    )


async def join(browser: Browser, site: str) -> float:
    """Open the player once and return the seconds to its first picture."""
    page = await browser.new_page()
    await page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () =>"
        " document.querySelector('video').requestVideoFrameCallback("
        "() => { window.firstPicture = performance.now(); }))"
    )
    await page.goto(f"{site}/low")
    await page.wait_for_function("() => window.firstPicture", timeout=20_000)
    took = float(await page.evaluate("window.firstPicture")) / 1000
    await page.close()
    return took


async def measure_wrong_key(ports: dict[str, int]) -> Result:
    """V-8: how long an encoder with a wrong key waits for its refusal."""
    url = f"rtmp://127.0.0.1:{ports['rtmp']}/live/{SHOW.format(0)}?key=wrong"
    began = time.monotonic()
    async with run_encoder(url) as encoder:
        await encoder.wait()
        took = time.monotonic() - began
    return Result("wrong key refused after", f"{took:.2f} s", "<= 2 s", took <= 2)


async def measure_killed_ffmpeg(
    gateway: subprocess.Popen[str], ports: dict[str, int]
) -> Result:
    """V-4: how long a show stands still after its ffmpeg was killed."""
    for child in children_of(gateway.pid):
        os.kill(child, signal.SIGKILL)
    took = await until_all_say(ports, "init1.mp4")
    return Result(
        f"all {SHOWS} ffmpegs killed, on again after",
        f"{took:.2f} s",
        "<= 6 s",
        took <= 6,
    )


async def measure_kick(gateway: subprocess.Popen[str], ports: dict[str, int]) -> Result:
    """V-8: how long pictures go on after the shop ended all shows."""
    assert gateway.stdin is not None
    gateway.stdin.write("end\n")
    gateway.stdin.flush()
    took = await until_all_say(ports, "#EXT-X-ENDLIST")
    return Result(
        f"{SHOWS} shows ended by staff, gone after",
        f"{took:.2f} s",
        "<= 3 s",
        took <= 3,
    )
