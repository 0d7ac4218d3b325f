"""Replays: what MP4, clip, seek pictures and poster of ten minutes take (V-7)."""

import asyncio
import io
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from PIL import Image

from livestreams.media.archive import Archive
from livestreams.media.cutting import Cut, snap, write_mp4, write_part, write_still
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.offline import record_file
from livestreams.media.seeking import write_seek_pictures
from tests.bench.bench_player import run_camera
from tests.bench.results import Result
from tests.media_lab import KEY, Lab, run_lab, until

SHOW = "show00000001"
SECONDS = 600
CLIP_FROM_MS, CLIP_UNTIL_MS = 100_300, 115_300
POSTER_SECONDS = 15.0
CELLS, BITS = 40, 32


def measure() -> list[Result]:
    """Record ten minutes and make everything of them; then watch a live poster."""
    with tempfile.TemporaryDirectory() as folder:
        results = measure_files(Path(folder))
        results.append(asyncio.run(measure_poster(Path(folder) / "live")))
    return results


def measure_files(folder: Path) -> list[Result]:
    """V-7: MP4, clip and seek pictures of a recording."""
    archive = record(folder)
    segments = archive.list_on_air()
    cut = snap(segments, CLIP_FROM_MS, CLIP_UNTIL_MS)
    assert cut is not None
    whole = time_of(lambda: write_part(archive.folder, 1))
    clip = time_of(lambda: cut_clip(archive.folder, cut))
    seek = time_of(lambda: write_seek_pictures(archive.folder))
    off = max(abs(cut.from_ms - CLIP_FROM_MS), abs(cut.until_ms - CLIP_UNTIL_MS))
    minutes = f"{SECONDS // 60} minutes"
    return [
        Result(f"MP4 of {minutes}", f"{whole:.2f} s", "<= 1 s", is_met=whole <= 1),
        Result("clip of 15 s with its still", f"{clip:.2f} s", "<= 1 s", clip <= 1),
        Result("its ends are off by", f"{off / 1000:.2f} s", "<= 1 s", off <= 1_000),
        Result(f"seek pictures of {minutes}", f"{seek:.2f} s"),
    ]


def record(folder: Path) -> Archive:
    """Record a moving picture of the size and rate of the other measurements."""
    video = folder / "show.mp4"
    picture = f"testsrc2=size=640x360:rate=24:duration={SECONDS}"
    line = [find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", picture]
    line += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-b:v", "800k"]
    subprocess.run([*line, "-pix_fmt", "yuv420p", str(video)], check=True)
    archive = Archive(folder / SHOW)
    asyncio.run(record_file(video, archive, starts_at=1_800_000_000.0))
    return archive


def cut_clip(folder: Path, cut: Cut) -> None:
    """Make the files of a clip, as its job does."""
    write_mp4(folder, cut.segments, folder / "clip_bench0.mp4")
    write_still(folder, cut.segments[0], folder / "clip_bench0.jpg")


def time_of(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


async def measure_poster(folder: Path) -> Result:
    """V-7: how old the poster of a live show is, read from the clock in it."""
    async with run_lab(folder) as lab:
        target = lab.rtmp_url(SHOW, KEY)
        with run_camera(target):
            await until(lambda: lab.gateway.find_show(SHOW) is not None)
            ages = await watch_poster(lab)
    worst = max(ages, default=float("inf"))
    return Result(
        f"oldest of {len(ages)} posters of a live show",
        f"{worst:.2f} s",
        "<= 5 s",
        is_met=worst <= 5,
    )


async def watch_poster(lab: Lab) -> list[float]:
    """Ask for the poster twice a second and return how old each was."""
    ages = []
    over_at = time.monotonic() + POSTER_SECONDS
    while time.monotonic() < over_at:
        age = read_age(await lab.http.get(lab.path(SHOW, "poster.jpg", "still")))
        if age is not None:
            ages.append(age)
        await asyncio.sleep(0.5)
    return ages


def read_age(answer: httpx.Response) -> float | None:
    """Read the clock at the top of a poster; None while there is none to read."""
    if answer.status_code != 200:
        return None
    picture = Image.open(io.BytesIO(answer.content)).convert("L")
    cell = picture.width / CELLS
    row = max(1, round(picture.height * 8 / 360))
    lights = [picture.getpixel((int((n + 0.5) * cell), row)) for n in range(CELLS)]
    bits = "".join("1" if int(str(light)) > 125 else "0" for light in lights)
    value, check = int(bits[:BITS], 2), int(bits[BITS:], 2)
    if (value >> 24 ^ value >> 16 ^ value >> 8 ^ value ^ 0x5A) & 0xFF != check:
        return None
    return ((int(time.time() * 1000) - value) % 2**32) / 1000
