"""The player: how far behind the camera each class shows its picture (V-2).

A picture carries the moment it was made, in black and white cells along its top; a
real Chromium reads it from the frames it shows. Camera, encoder, gateway and browser
share the machine, as MEASURED.md has it.
"""

import asyncio
import contextlib
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from livestreams.media.ffmpeg import find_ffmpeg
from tests.bench.bench_media import run_gateway
from tests.bench.results import Result
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.test_player import PLAYS_NOW, Site
from tests.media_lab import KEY, serve

SECONDS = 60.0
SETTLE_SECONDS = 5.0
AWAY_SECONDS = 5.0
SHOW = "show00000001"
WIDTH, HEIGHT, RATE = 640, 360, 24
CELL, BITS, STRIP = 16, 40, 32
MOST_BEHIND_MS = 6_000
READ_CELLS = """() => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(640, 16);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const state = { delays: [], stalls: 0 };
  window.seen = state;
  document.addEventListener("player:stalled", () => (state.stalls += 1));
  const read = () => {
    pen.drawImage(video, 0, 8, 640, 16, 0, 0, 640, 16);
    const { data } = pen.getImageData(0, 8, 640, 1);
    let value = 0;
    let sum = 0;
    for (let cell = 0; cell < 40; cell += 1) {
      const isWhite = data[(cell * 16 + 8) * 4] > 125 ? 1 : 0;
      if (cell < 32) value = value * 2 + isWhite;
      else sum = sum * 2 + isWhite;
    }
    const high = (value >>> 24) ^ (value >>> 16);
    const right = (high ^ (value >>> 8) ^ value ^ 0x5a) & 255;
    if (sum === right) state.delays.push((Date.now() % 2 ** 32) - value);
    video.requestVideoFrameCallback(read);
  };
  video.requestVideoFrameCallback(read);
}"""
TAKE = """() => {
  const { delays, stalls } = window.seen;
  window.seen.delays = [];
  window.seen.stalls = 0;
  const sound = document.querySelector("video").webkitAudioDecodedByteCount;
  return { delays, stalls, sound };
}"""


@dataclass(frozen=True)
class Way:
    """A way of playing and what is demanded of its delay."""

    name: str
    kind: str
    most_ms: int
    script: str = ""


WAYS = (
    Way("fragments", "low", 1_000),
    Way("LL-HLS", "low", 2_000, "delete window.WebSocket"),
    Way("HLS", "standard", 3_500),
)


def measure() -> list[Result]:
    """Play each class beside a camera whose picture tells the time."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure_all(Path(folder)))


async def measure_all(folder: Path) -> list[Result]:
    """Measure one way after the other on one show."""
    site = Site()
    async with serve(site) as port, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        with run_gateway(folder, port) as (_, ports):
            site.media = f"http://127.0.0.1:{ports['http']}"
            address = f"http://127.0.0.1:{port}"
            target = f"rtmp://127.0.0.1:{ports['rtmp']}/live/{SHOW}?key={KEY}"
            results: list[Result] = []
            for way in WAYS:
                async with open_page(browser, address, way) as page:
                    results += await measure_way(page, way, target)
        await browser.close()
    return results


@contextlib.asynccontextmanager
async def open_page(browser: Browser, address: str, way: Way) -> AsyncIterator[Page]:
    """Open a page that plays by one way only."""
    page = await browser.new_page(base_url=address)
    if way.script:
        await page.add_init_script(way.script)
    try:
        yield page
    finally:
        await page.close()


async def measure_way(page: Page, way: Way, target: str) -> list[Result]:
    """Read the delay of a steady picture, then after its encoder came back."""
    with run_camera(target):
        await asyncio.sleep(SETTLE_SECONDS)
        await page.goto(f"/{way.kind}")
        await page.wait_for_function(PLAYS_NOW, timeout=20_000)
        await page.evaluate(READ_CELLS)
        await asyncio.sleep(SETTLE_SECONDS)
        await page.evaluate(TAKE)
        await asyncio.sleep(SECONDS)
        steady = await page.evaluate(TAKE)
    await asyncio.sleep(AWAY_SECONDS)
    with run_camera(target):
        await asyncio.sleep(SETTLE_SECONDS * 2)
        await page.evaluate(TAKE)
        await asyncio.sleep(SETTLE_SECONDS)
        back = await page.evaluate(TAKE)
    return [*describe_steady(way, steady), describe_back(way, back)]


def describe_steady(way: Way, seen: dict[str, Any]) -> list[Result]:
    """Say how far behind a steady picture was, and whether it stood still."""
    delays = seen["delays"]
    middle = statistics.median(delays) if delays else float("inf")
    late = sorted(delays)[int(len(delays) * 0.99)] if delays else float("inf")
    has_sound = seen["sound"] > 0
    return [
        Result(
            f"{way.name}: delay p50 (p99), {len(delays)} frames read",
            f"{middle / 1000:.2f} s ({late / 1000:.2f} s)",
            f"<= {way.most_ms / 1000:.1f} s",
            is_met=middle <= way.most_ms,
        ),
        Result(
            f"{way.name}: stalls in {SECONDS:.0f} s; sound decoded",
            f"{seen['stalls']}; {'yes' if has_sound else 'no'}",
            "0; yes",
            is_met=seen["stalls"] == 0 and has_sound,
        ),
    ]


def describe_back(way: Way, seen: dict[str, Any]) -> Result:
    """Say how far behind the picture was after its encoder came back."""
    worst = max(seen["delays"], default=float("inf"))
    return Result(
        f"{way.name}: most behind, 10 s after the encoder came back",
        f"{worst / 1000:.2f} s",
        "<= 6 s",
        is_met=worst <= MOST_BEHIND_MS,
    )


def draw_frame(body: bytes) -> bytes:
    """Draw a grey picture whose top says the time in milliseconds."""
    value = int(time.time() * 1000) % 2**32
    check = (value >> 24 ^ value >> 16 ^ value >> 8 ^ value ^ 0x5A) & 0xFF
    bits = f"{value:032b}{check:08b}"
    row = b"".join((b"\xeb" if bit == "1" else b"\x10") * CELL for bit in bits)
    return row * STRIP + body


@contextlib.contextmanager
def run_camera(target: str) -> Iterator[None]:
    """Send pictures that tell the time, with a tone, as an encoder would."""
    command = [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-use_wallclock_as_timestamps", "1"),
        *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}"),
        *("-r", str(RATE), "-i", "pipe:0"),
        *("-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
        *("-g", str(RATE), "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"),
        *("-c:a", "aac", "-b:a", "64k", "-flags", "+low_delay", "-f", "flv", target),
    ]
    encoder = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    stopped = threading.Event()
    camera = threading.Thread(target=film, args=(encoder, stopped), daemon=True)
    camera.start()
    try:
        yield
    finally:
        stopped.set()
        camera.join()
        encoder.kill()
        encoder.wait()


def film(encoder: subprocess.Popen[bytes], stopped: threading.Event) -> None:
    """Write a picture at each beat of the rate until told to stop."""
    assert encoder.stdin is not None
    lines = range(HEIGHT - STRIP)
    body = b"".join(bytes([60 + line % 120]) * WIDTH for line in lines)
    due = time.monotonic()
    with contextlib.suppress(OSError):
        while not stopped.is_set():
            encoder.stdin.write(draw_frame(body))
            due += 1 / RATE
            stopped.wait(max(0.0, due - time.monotonic()))
    with contextlib.suppress(OSError):
        encoder.stdin.close()
