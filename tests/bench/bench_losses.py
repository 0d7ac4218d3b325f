"""Beginning and losing a picture: how soon viewers see it, and see it again (V-1, V-3).

A publisher's bytes are those that a browser's recorder writes, or an encoder's; the
viewers are pages of a real Chromium, which are never reloaded.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.bench.bench_player import run_camera
from tests.bench.results import Result
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.test_player import PLAYS_NOW, Site, time_of
from tests.media_lab import KEY, Lab, run_lab, serve, until
from tests.recorder import make_recording, run_recorder

SHOW = "show00000001"
AWAY_SECONDS = 5.0
GRACE_SECONDS = 8.0
SETTLE_SECONDS = 5.0
VIEWERS = ("low", "low", "standard")
WAIT_MS = 20_000
MOVED_SINCE = """from => {
  const video = document.querySelector("video");
  return video.currentTime > from + 0.2 && !video.paused;
}"""


def measure() -> list[Result]:
    """Begin a show from a browser; lose an encoder for a while, then for good."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure_all(Path(folder)))


async def measure_all(folder: Path) -> list[Result]:
    """Measure one after the other, each on a gateway of its own."""
    site = Site()
    recording = await asyncio.to_thread(make_recording, folder)
    async with serve(site) as port, async_playwright() as playwright:
        address = f"http://127.0.0.1:{port}"
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        context = await browser.new_context(base_url=address)
        async with run_lab(folder / "begun", site=address) as lab:
            site.media = f"http://127.0.0.1:{lab.port}"
            page = await context.new_page()
            results = [await measure_beginning(lab, page, address, recording)]
            await page.close()
        async with run_lab(
            folder / "lost", site=address, grace_seconds=GRACE_SECONDS
        ) as lab:
            site.media = f"http://127.0.0.1:{lab.port}"
            pages = [await context.new_page() for _ in VIEWERS]
            results += await measure_losses(lab, pages)
        await browser.close()
    return results


async def measure_beginning(
    lab: Lab, page: Page, site: str, recording: bytes
) -> Result:
    """V-1: from a browser's first byte to the picture of a viewer who waits."""
    await page.goto("/low")
    began = time.monotonic()
    async with run_recorder(lab.port, SHOW, origin=site, recording=recording):
        await page.wait_for_function(PLAYS_NOW, timeout=WAIT_MS)
        took = time.monotonic() - began
    return Result(
        "go live in a browser to a viewer's first picture",
        f"{took:.2f} s",
        "<= 4 s",
        is_met=took <= 4,
    )


async def measure_losses(lab: Lab, pages: list[Page]) -> list[Result]:
    """V-3: an encoder that is gone for five seconds, and one that stays away."""
    target = lab.rtmp_url(SHOW, KEY)
    with run_camera(target):
        await until(lambda: lab.gateway.find_show(SHOW) is not None)
        for page, kind in zip(pages, VIEWERS, strict=True):
            await page.goto(f"/{kind}")
            await page.wait_for_function(PLAYS_NOW, timeout=WAIT_MS)
        await asyncio.sleep(SETTLE_SECONDS)
    await asyncio.sleep(AWAY_SECONDS)
    stood = [await time_of(page) for page in pages]
    began = time.monotonic()
    with run_camera(target):
        moves = (
            page.wait_for_function(MOVED_SINCE, arg=at, timeout=WAIT_MS)
            for page, at in zip(pages, stood, strict=True)
        )
        await asyncio.gather(*moves)
        back = time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
    lost_at = time.monotonic()
    await until(lambda: ("closed", SHOW) in lab.hooks.heard, seconds=60)
    answer = await lab.http.get(lab.path(SHOW, "vod.m3u8", "replay"))
    late = time.monotonic() - lost_at - GRACE_SECONDS
    breaks = answer.text.count("#EXT-X-DISCONTINUITY\n")
    return [
        Result(
            f"{len(pages)} viewers go on after an encoder's return, the last of them",
            f"{back:.2f} s",
            "<= 5 s, without reload",
            is_met=back <= 5,
        ),
        Result(
            "replay after the end of the grace time",
            f"{late:.2f} s",
            "<= 5 s",
            is_met=answer.status_code == 200 and late <= 5,
        ),
        Result(
            "recordings of the show; both halves in it",
            f"{len(lab.hooks.recordings)}; {'yes' if breaks == 1 else 'no'}",
            "1; yes",
            is_met=len(lab.hooks.recordings) == 1 and breaks == 1,
        ),
    ]
